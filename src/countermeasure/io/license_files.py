"""License answers into records and files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.io.answer_files import replace_text
from countermeasure.io.workbook import write_workbook
from countermeasure.io.write import write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from countermeasure.licensing.answer import LicenseAnswer

LICENSE_COLUMNS = (
    "id", "on", "from", "to", "regime", "reading", "answer", "possible", "review", "provisions", "articles", "because", "open",
    "obligations", "complete", "changes_on", "changes_to", "book_hash",
)  # fmt: skip
REASON_COLUMNS = (
    "id", "regime", "reading", "state", "provision", "review", "article", "because", "citation", "confidence", "certainty",
    "url",
)  # fmt: skip
OPEN_COLUMNS = ("id", "regime", "reading", "fact", "question", "decides", "assumed")
PARTY_COLUMNS = ("id", "name", "roles", "lists", "possible", "screened", "best_hit", "hit_list", "hit_score")


def answer_records(answer: LicenseAnswer) -> Iterator[dict[str, Any]]:
    """One row per regime and reading."""
    for one in answer.answers:
        yield dict(
            zip(
                LICENSE_COLUMNS,
                (
                    answer.id,
                    format_day(answer.on),
                    answer.sent_from or "",
                    answer.sent_to or "",
                    one.regime,
                    one.reading,
                    one.answer,
                    one.possible,
                    one.review,
                    "; ".join(r.provision for r in one.reasons),
                    "; ".join(dict.fromkeys(r.article for r in one.reasons if r.article)),
                    "; ".join(dict.fromkeys(r.because for r in one.reasons)),
                    "; ".join(m.ask for m in one.missing),
                    "; ".join(one.obligations),
                    one.complete,
                    "" if one.changes_on is None else format_day(one.changes_on),
                    one.changes_to,
                    answer.book_hash[:16],
                ),
                strict=True,
            )
        )


def _reasons(answer: LicenseAnswer) -> Iterator[dict[str, Any]]:
    for one in answer.answers:
        for r in (*one.reasons, *one.others):
            row = (
                answer.id,
                one.regime,
                one.reading,
                r.state,
                r.provision,
                r.review,
                r.article,
                r.because,
                r.citation,
                r.confidence,
            )
            yield dict(zip(REASON_COLUMNS, (*row, r.certainty, r.url), strict=True))


def _open(answer: LicenseAnswer) -> Iterator[dict[str, Any]]:
    for one in answer.answers:
        for m in one.missing:
            row = (answer.id, one.regime, one.reading, m.fact, m.ask, m.decides, m.assumed)
            yield dict(zip(OPEN_COLUMNS, row, strict=True))


def _parties(answer: LicenseAnswer) -> Iterator[dict[str, Any]]:
    for party in answer.parties:
        hits: Any = party["hits"]
        best = hits[0] if hits else {}
        row = (
            answer.id,
            party["name"],
            "; ".join(party["roles"]),  # type: ignore[arg-type]
            "; ".join(party["lists"]),  # type: ignore[arg-type]
            "; ".join(party["possible"]),  # type: ignore[arg-type]
            party["screened"],
            best.get("name", ""),
            best.get("list", ""),
            best.get("score"),
        )
        yield dict(zip(PARTY_COLUMNS, row, strict=True))


def write_licenses(path: Path, answers: Sequence[LicenseAnswer]) -> None:
    """Write answers in the format that the suffix names.

    Raises:
        InputError: If the suffix is not known or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        replace_text(path, json.dumps([a.to_json() for a in answers], indent=1, ensure_ascii=False) + "\n")
    elif suffix in {".jsonl", ".ndjson"}:
        replace_text(path, "".join(json.dumps(a.to_json(), ensure_ascii=False) + "\n" for a in answers))
    elif suffix in {".html", ".htm"}:
        from countermeasure.io.license_html import license_page

        replace_text(path, license_page(answers))
    elif suffix == ".xlsx":
        sheets = {
            "answers": (LICENSE_COLUMNS, [r for a in answers for r in answer_records(a)]),
            "provisions": (REASON_COLUMNS, [r for a in answers for r in _reasons(a)]),
            "open questions": (OPEN_COLUMNS, [r for a in answers for r in _open(a)]),
            "parties": (PARTY_COLUMNS, [r for a in answers for r in _parties(a)]),
        }
        write_workbook(path, sheets)
    else:
        rows = [record for answer in answers for record in answer_records(answer)]
        write_table(path, rows or dict.fromkeys(LICENSE_COLUMNS, ()))


__all__ = ["LICENSE_COLUMNS", "answer_records", "write_licenses"]
