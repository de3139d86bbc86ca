"""Published cases, run as a user runs them."""

from pathlib import Path

import pytest

from countermeasure.io.cases import run_cases

CASES = Path(__file__).parents[1] / "cases"


def test_license_cases_are_as_expected() -> None:
    results = list(run_cases(CASES / "licence.yaml"))
    assert len(results) >= 39
    assert [(r.id, r.differences) for r in results if not r.passed] == []


def test_every_published_case_is_carried_over(shared: Path) -> None:
    import yaml

    wanted = {c["id"] for c in yaml.safe_load((shared / "cases" / "licence_cases.yaml").read_text("utf-8"))["cases"]}
    held = {r.id.split("-")[0] for r in run_cases(CASES / "licence.yaml")}
    assert wanted <= held


def test_ownership_cases_run_in_the_form_they_have(shared: Path) -> None:
    results = list(run_cases(shared / "cases" / "ownership_cases.yaml"))
    assert len(results) == 43
    assert [(r.id, r.differences) for r in results if not r.passed] == []


@pytest.mark.parametrize("name", ["licence.yaml"])
def test_a_wrong_expectation_is_seen(name: str, tmp_path: Path) -> None:
    text = (CASES / name).read_text("utf-8").replace("expect: {CN: not_controlled}", "expect: {CN: prohibited}", 1)
    (tmp_path / name).write_text(text)
    assert sum(not r.passed for r in run_cases(tmp_path / name)) == 1
