"""Published cases: every line, every day, exactly."""

from pathlib import Path

import pytest

from countermeasure.io.cases import CaseResult, run_cases

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_published_cases(path: Path) -> None:
    failed: list[CaseResult] = [r for r in run_cases(path) if not r.passed]
    assert not failed, "\n".join(f"{r.where} {r.id}: {'; '.join(r.differences)} [{r.source}]" for r in failed)
