"""Section of export licenses: answers by regime and reading, open questions, what is assumed, what must be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.brief.model import Section
from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.licensing.answer import NOT_COVERED, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.brief.asked import Asked
    from countermeasure.brief.findings import Findings
    from countermeasure.licensing.answer import RegimeAnswer

__all__ = ["license_section"]


def license_section(asked: Asked, found: Findings) -> Section:
    """License answers by regime and reading, open questions, what is assumed, and what must be done."""
    answers: list[tuple[str, ...]] = []
    questions: list[tuple[str, ...]] = []
    assumed: list[tuple[str, ...]] = []
    duties: dict[tuple[str, str], list[str]] = {}
    for line, whole in found.licenses.items():
        for one in whole.answers:
            reading = _reading(whole.answers, one)
            first = one.reasons[0] if one.reasons else None
            answers.append(
                (
                    line,
                    asked.goods.get(line, ""),
                    format_day(whole.on),
                    one.regime,
                    reading,
                    WORDS[one.answer],
                    WORDS.get(one.possible, "") if one.possible else "",
                    "" if first is None else first.because,
                    one.review,
                    "" if first is None else first.provision,
                    "" if first is None else first.citation,
                    "" if first is None else first.confidence,
                )
            )
            for m in one.missing:
                (assumed if m.assumed else questions).append((line, one.regime, reading, m.ask, m.decides))
            for text in one.obligations:
                duties.setdefault((one.regime, text), []).append(line)
    held = _merged(assumed)
    sheets = (
        Sheet(
            "license_answers",
            "License answers",
            (
                "shipment",
                "goods",
                "on",
                "regime",
                "reading",
                "answer",
                "may be as strict as",
                "because",
                "review",
                "provision",
                "citation",
                "confidence",
            ),
            tuple(answers),
        ),
        Sheet(
            "license_questions",
            "Facts that decide a license",
            ("shipments", "regime", "reading", "question", "decides"),
            _merged(questions),
        ),
        Sheet(
            "license_duties",
            "What must be done where a license or a notice applies",
            ("regime", "what", "shipments"),
            tuple((regime, text, ", ".join(dict.fromkeys(lines))) for (regime, text), lines in duties.items()),
        ),
        Sheet(
            "license_assumed",
            "What was taken as no, since nothing was said",
            ("shipments", "regime", "reading", "question", "decides"),
            held,
        ),
    )
    shipments = plural(len(found.licenses), "shipment was", "shipments were")
    return Section(
        "license",
        "Export licenses",
        (f"{shipments} asked under the export control of China and of the United States.",),
        tuple(
            [
                (
                    "facts that nobody gave and that are rare",
                    f"taken as no in {plural(len(held), 'question')}; the table below lists them",
                    "U",
                    "choice of this project",
                )
            ]
            if held
            else []
        ),
        tuple(sheet for sheet in sheets if sheet.rows),
        (),
        (
            *(f"Not covered: {text}." for text in NOT_COVERED),
            *(f"{line}: {why}" for line, why in found.unanswered.items() if "license" in why),
        ),
    )


def _reading(answers: Iterable[RegimeAnswer], one: RegimeAnswer) -> str:
    return READING_WORDS[one.reading] if sum(a.regime == one.regime for a in answers) > 1 else ""


def _merged(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Rows that differ in their shipment alone as one."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for line, *rest in rows:
        groups.setdefault(tuple(rest), []).append(line)
    return tuple((", ".join(dict.fromkeys(lines)), *rest) for rest, lines in groups.items())
