"""``countermeasure portfolio``: what is printed, what is written, and how it ends."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from countermeasure.cli.app import app

FILES = Path(__file__).parent.parent / "broken" / "portfolio"


def run(*words: str):
    return CliRunner().invoke(app, ["portfolio", *words])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    shutil.copytree(FILES / "base", tmp_path / "mine")
    return tmp_path / "mine"


def test_the_example_is_written_checked_and_shown(tmp_path: Path) -> None:
    assert run("example", str(tmp_path / "e.xlsx")).exit_code == 0
    found = run("check", str(tmp_path / "e.xlsx"))
    assert found.exit_code == 0
    assert "0 errors, 0 warnings" in found.stdout
    assert "duty of 8 lines, license of 23 transactions, supply of 4 parts" in found.stdout
    assert "that is not a duty of zero" in " ".join(found.stdout.split())
    shown = run("show", str(tmp_path / "e.xlsx"), "--sheet", "stocks")
    assert shown.exit_code == 0
    assert "Motor hall 1" in shown.stdout


def test_show_without_a_file_shows_the_shipped_example() -> None:
    found = run("show")
    assert found.exit_code == 0
    assert "none of these firms exists" in " ".join(found.stdout.split())
    told = json.loads(run("show", "--json").stdout)
    assert len(told["shipments"]) == 15
    rows = run("show", "--sheet", "suppliers", "--csv").stdout.splitlines()
    assert rows[0] == "good,supplier,origin,share,license,applied on"
    assert len(rows) == 5


def test_a_template_checks_as_empty(tmp_path: Path) -> None:
    assert run("template", str(tmp_path / "t")).exit_code == 0
    assert (tmp_path / "t" / "README.md").read_text().startswith("# A portfolio")
    found = run("check", str(tmp_path / "t"))
    assert found.exit_code == 2
    assert "holds no rows but the example" in found.stderr


def test_faults_are_told_written_and_end_with_two(mine: Path, tmp_path: Path) -> None:
    shutil.copy(FILES / "stocks--pounds.csv", mine / "stocks.csv")
    found = run("check", str(mine), "--faults", str(tmp_path / "faults.csv"))
    assert found.exit_code == 2
    assert "error: stocks.csv, row 2, column unit: 'lb' is not a unit" in found.stderr
    assert "1 error, 0 warnings" in found.stdout
    assert "stocks.csv,2,unit,lb" in (tmp_path / "faults.csv").read_text()
    told = json.loads(run("check", str(mine), "--json").stdout)
    assert told["sheets"]["stocks"] == {"rows": 1, "kept": 0}
    assert any(fault["severity"] == "error" for fault in told["faults"])
    assert run("show", str(mine)).exit_code == 2


def test_a_fault_file_holds_no_formula(mine: Path, tmp_path: Path) -> None:
    goods = (mine / "goods.csv").read_text().replace("8505.11.00.70", '"=cmd|calc"')
    (mine / "goods.csv").write_text(goods)
    assert run("check", str(mine), "--faults", str(tmp_path / "faults.csv")).exit_code == 2
    text = (tmp_path / "faults.csv").read_text()
    assert "'=cmd|calc" in text
    assert ",=cmd" not in text


def test_other_tables_and_files_are_errors(tmp_path: Path) -> None:
    assert run("show", "--sheet", "nothing").exception is not None
    found = run("check", str(tmp_path / "nothing.xlsx"))
    assert found.exception is not None
    assert "no such file" in str(found.exception)
