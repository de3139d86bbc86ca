"""The book commands, run as a user runs them."""

import json
import sys

import pytest

from countermeasure.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["countermeasure", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    return call


def test_list_filters_by_programme_and_state(run) -> None:
    code, out, _ = run("book", "list", "--programme", "ieepa_fentanyl", "--state", "in_force", "--on", "2025-04-10", "--json")
    rows = json.loads(out)
    assert code == 0
    assert {"us-fentanyl"} <= {r["provision"] for r in rows}
    assert all(r["state"].startswith("in_force") for r in rows)


def test_show_a_provision_an_instrument_and_a_list(run) -> None:
    assert "125 %" in run("book", "show", "us-recip-cn")[1]
    assert "published on: 2025-04-02" in run("book", "show", "us-eo-14257")[1]
    assert "licence" in run("book", "show", "list:us-301-list-1", "--json")[1]


def test_unknown_id_has_near_names_and_exit_code_4(run) -> None:
    code, _, err = run("book", "show", "us-recip-cnn")
    assert code == 4
    assert "us-recip-cn" in err


def test_errors_in_json_have_one_shape(run) -> None:
    code, out, _ = run("book", "show", "us-recip-cnn", "--json")
    assert code == 4
    assert set(json.loads(out)["error"]) == {"code", "message", "where", "cure"}


def test_diff_of_days_and_of_a_scenario(run) -> None:
    assert "rate: 0.2 -> 0.1" in run("book", "diff", "--from", "2025-11-09", "--to", "2025-11-10")[1]
    assert "us-scenario-100" in run("book", "diff", "--scenario", "no-deal-2025-11-01")[1]
    assert run("book", "diff")[0] == 2


def test_new_then_check(run, tmp_path) -> None:
    path = tmp_path / "us-new.yaml"
    assert run("book", "new", "us-new", "--output", str(path))[0] == 0
    code, out, _ = run("book", "check", str(path))
    assert (code, "1 instrument is valid" in out) == (0, True)
    path.write_text(path.read_text(encoding="utf-8").replace('rate: "0.10"', 'rate: "ten"'), encoding="utf-8")
    code, _, err = run("book", "check", str(path))
    assert code == 5
    assert "us-new.yaml:" in err


def test_timeline_in_text_and_picture(run, tmp_path) -> None:
    assert "░ suspended" in run("book", "timeline", "--programme", "ieepa_reciprocal", "--heading", "9903.01")[1]
    picture = tmp_path / "life.svg"
    assert run("book", "timeline", "--programme", "s301_*", "--svg", str(picture))[0] == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_cases_command(run, tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        '- {id: a, line: {hts: "8505.11.00.70", origin: CN, on: "2026-04-10"}, expect: {rate: "0.271"}, source: me}\n'
        '- {id: b, line: {hts: "8505.11.00.70", origin: CN, on: "2026-04-10"}, expect: {rate: "0.5"}, source: me}\n',
        encoding="utf-8",
    )
    code, out, _ = run("cases", str(path))
    assert code == 2
    assert "rate is 0.271, expected 0.5" in out
    assert "1 of 2 cases as expected" in out


def test_help_of_every_command_ends_with_an_example(run) -> None:
    for words in (
        ["duty"], ["check"], ["cases"], ["book", "list"], ["book", "show"], ["book", "timeline"], ["book", "diff"],
        ["book", "check"], ["book", "new"], ["data", "import"], ["data", "status"],
    ):  # fmt: skip
        assert f"countermeasure {' '.join(words)}" in " ".join(run(*words, "--help")[1].split()), words
