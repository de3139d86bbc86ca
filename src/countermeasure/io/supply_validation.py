"""The validation report as a page of text, a web page or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.markdown import markdown_table
from countermeasure.io.pictures import fan_chart
from countermeasure.io.report_page import Grid, Meta, Section, report_page

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.supply.validate import Validation

__all__ = ["validation_json", "validation_markdown", "write_validation"]

TARGET_COLUMNS = ("", "target", "observed", "simulated", "passes if", "result", "why")
READING_COLUMNS = ("stocks", "first stoppage outside China", "buyers standing still at the worst")
STUDY_COLUMNS = ("study", "theirs", "ours", "why they differ")
TENSION = (
    "The two readings of buyers' stocks do not agree and nothing seen settles it: either stocks were deeper than firms said, "
    "or detours and re-allocation did the rest."
)


def _rows(found: Validation, kind: str) -> list[tuple[str, ...]]:
    return [
        (t.id, t.what, t.observed, t.simulated, t.rule, "pass" if t.passed else "MISS", t.why)
        for t in found.targets
        if t.kind == kind
    ]


def validation_json(found: Validation, draws: int, seed: int) -> dict[str, Any]:
    """The report as one JSON object."""
    return {
        "draws": draws,
        "seed": seed,
        "met": found.passed,
        "targets": [
            {
                "id": t.id,
                "what": t.what,
                "kind": t.kind,
                "observed": t.observed,
                "simulated": t.simulated,
                "passes_if": t.rule,
                "passed": t.passed,
                "why": t.why,
            }
            for t in found.targets
        ],
        "exports": [
            dict(zip(("month", "t_observed", "t_low", "t_median", "t_high"), (m, *map(_number, row)), strict=True))
            for m, row in zip(found.months, found.exports, strict=True)
        ],
        "readings": [dict(zip(("stocks", "first", "worst"), row, strict=True)) for row in found.readings],
        "studies": [dict(zip(("study", "theirs", "ours", "why"), row, strict=True)) for row in found.studies],
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def validation_markdown(found: Validation, draws: int, seed: int) -> str:
    """The report as a page of documentation."""
    said = [
        "# The supply engine against what happened",
        "",
        _made_by(found, draws, seed),
        "",
        "## Fitted",
        "",
        *markdown_table(TARGET_COLUMNS, _rows(found, "fitted")),
        "",
        "## Predicted with parameters frozen",
        "",
        *markdown_table(TARGET_COLUMNS, _rows(found, "predicted")),
        "",
        "## Buyers' stocks: two readings",
        "",
        *markdown_table(READING_COLUMNS, list(found.readings)),
        "",
        TENSION,
        "",
        "## What others found",
        "",
        "Ours is the run `cut-80`: four fifths of listed goods and of magnets missing for a year, motors and other parts free.",
        "",
        *markdown_table(STUDY_COLUMNS, list(found.studies)),
        "",
    ]
    return "\n".join(said)


def _met(found: Validation) -> str:
    return f"{found.passed} of {len(found.targets)} targets are met."


def _made_by(found: Validation, draws: int, seed: int) -> str:
    return (
        f"Made by `countermeasure supply validate --draws {draws} --seed {seed}`. {_met(found)} Simulated figures are "
        "medians with 5 to 95 % of draws in brackets."
    )


def _html(found: Validation, draws: int, seed: int) -> str:
    observed = [(m, row[0]) for m, row in zip(found.months, found.exports, strict=True) if not np.isnan(row[0])]
    svg = fan_chart(
        "Chinese magnet exports by month", found.months, [("simulated", *found.exports[:, 1:].T)], "t", observed=observed
    )
    exports = [(m, *map(_number, row)) for m, row in zip(found.months, found.exports, strict=True)]
    sections = [
        Section("Fitted", "", "", Grid(TARGET_COLUMNS, _rows(found, "fitted"))),
        Section("Predicted with parameters frozen", "", "", Grid(TARGET_COLUMNS, _rows(found, "predicted"))),
        Section(
            "Exports",
            "April to September 2025 were fitted; later months are predicted.",
            svg,
            Grid(("month", "t observed", "t 5 %", "t median", "t 95 %"), exports),
        ),
        Section("Buyers' stocks: two readings", TENSION, "", Grid(READING_COLUMNS, list(found.readings))),
        Section("What others found", "", "", Grid(STUDY_COLUMNS, list(found.studies))),
    ]
    answer = _met(found)
    return report_page(
        sections,
        Meta("The supply engine against what happened", answer, stamp=[("draws", str(draws)), ("seed", str(seed))]),
    )


def write_validation(path: Path, found: Validation, draws: int, seed: int) -> None:
    """Write the report; the suffix decides: .md, .json or .html.

    Raises:
        InputError: If the suffix is another.
    """
    if path.suffix == ".json":
        text = json.dumps(validation_json(found, draws, seed), ensure_ascii=False, indent=1, default=float) + "\n"
    elif path.suffix == ".md":
        text = validation_markdown(found, draws, seed)
    elif path.suffix == ".html":
        text = _html(found, draws, seed)
    else:
        raise InputError(
            f"{path.suffix!r} is no format of a report", code="unknown_format", where=str(path), cure="Use .md, .json or .html."
        )
    path.write_text(text, "utf-8")
