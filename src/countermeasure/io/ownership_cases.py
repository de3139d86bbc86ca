"""Ownership cases in their own file form: definitions, sources and cases with rule, listed, edges, expected status and flags."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, CountermeasureError, InputError
from countermeasure.parties.owned import UNIT, Edge, Listing, restricted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from countermeasure.io.cases import CaseResult

_LISTS = {
    "SDN": "us-sdn", "EL": "us-el", "MEU": "us-meu", "UVL": "us-uvl", "DPL": "us-dpl", "CN-ECL": "cn-ecl", "CN-WATCH": "cn-watch",
    "EU": "eu", "UK": "uk",
}  # fmt: skip


def run_ownership_cases(path: Path) -> Iterator[CaseResult]:
    """Run every case of a file.

    Raises:
        BookError: If the file cannot be read.
    """
    from countermeasure.io.cases import CaseResult

    loaded = load_text(path)
    if loaded.faults:
        raise BookError("\n".join(loaded.faults), where=str(path), cure="mend these lines")
    sources = loaded.data.get("sources") or {}
    for number, case in enumerate(loaded.data["cases"]):
        try:
            differences = tuple(_differences(case))
        except CountermeasureError as error:
            differences = (str(error),)
        except KeyError as error:
            differences = (f"the case lacks {error}",)
        source = sources.get(case.get("source"), {})
        words = source.get("doc", "") if isinstance(source, dict) else ""
        yield CaseResult(case.get("id", "?"), differences, loaded.where(("cases", number)), words)


def _differences(case: Mapping[str, Any]) -> Iterator[str]:
    on = parse_day(case["as_of"]) if case.get("as_of") else None
    edges = [_edge(e) for e in case["edges"]]
    listings = {name: [_listing(r) for r in rows or ()] for name, rows in (case.get("listed") or {}).items()}
    found = restricted(edges, listings, case["rule"], on)
    for name, wanted in case["expect"].items():
        answer = found.of(name)
        if answer.status != wanted:
            yield f"{name} is {answer.status}, expected {wanted}"
    for name, flags in (case.get("flags") or {}).items():
        missing = set(flags) - set(found.of(name).flags)
        if missing:
            yield f"{name} lacks the flag {', '.join(sorted(missing))}; it has {', '.join(found.of(name).flags) or 'none'}"


def _listing(row: Any) -> Listing:  # noqa: ANN401 - text or mapping
    text = row if isinstance(row, str) else row["list"]
    name, _, programme = text.partition(":")
    start, end = (None, None) if isinstance(row, str) else (_day(row.get("from")), _day(row.get("to")))
    code = _LISTS.get(name, name.lower())
    return Listing(code, (programme,) if programme else (), True, start, end)


def _day(text: str | None) -> int | None:
    return None if not text else parse_day(text)


def _edge(row: Mapping[str, Any]) -> Edge:
    low, high, known = band(row.get("pct"))
    kind = {"": "shares", "ownership": "shares"}.get(row.get("kind") or "", row.get("kind") or "shares")
    return Edge(
        row["owner"], row["owned"], low, high, known, kind, _day(row.get("from")), _day(row.get("to")), row.get("src") or ""
    )


def band(pct: Any) -> tuple[int, int, bool]:  # noqa: ANN401 - text, mapping or nothing
    """Least and greatest share in ``UNIT`` of a percentage, a band, or nothing."""
    if pct is None:
        return 0, UNIT, False
    if isinstance(pct, dict):
        low = percent_units(pct.get("min") or "0") + (pct.get("min_excl") in ("true", "yes"))
        high = percent_units(pct.get("max") or "100") - (pct.get("max_excl") in ("true", "yes"))
        return low, high, True
    exact = percent_units(pct)
    return exact, exact, True


def percent_units(text: str) -> int:
    """A percentage in ``UNIT``, exact to a ten-millionth of a percent.

    Raises:
        InputError: If it is no number or lies outside 0 to 100.
    """
    try:
        value = Decimal(text.strip().rstrip("%").strip())
    except ArithmeticError:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= 100:
        raise InputError(
            f"{text!r} is not a percentage from 0 to 100", code="bad_percentage", cure="Write 25, 33.3 or nothing."
        )
    return int(value * (UNIT // 100))


__all__ = ["band", "percent_units", "run_ownership_cases"]
