"""FollowTheMoney entities, one JSON object per line: owners, assets and the Ownership entities between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import from_date
from countermeasure.parties.ownership.graph import KINDS
from countermeasure.parties.ownership.model import EdgeKind, Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.io.ownership_formats.rows import EdgeRows

__all__ = ["is_ftm", "read_ftm"]

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?$")


def is_ftm(record: object) -> bool:
    """Whether a JSON object is an entity of FollowTheMoney."""
    return isinstance(record, dict) and "schema" in record and isinstance(record.get("properties"), dict)


def read_ftm(records: Iterable[tuple[int, Any]], rows: EdgeRows) -> None:
    """Read entities.

    Args:
        records: Line and object; of several percentages of one stake the range of all of them is kept.
        rows: Takes the edges.
    """
    for row, record in records:
        rows.rows += 1
        if not is_ftm(record):
            rows.fault(row, "schema", None, "the line is not an entity", "Give schema and properties.", "bad_ftm")
            continue
        schema, found = record["schema"], record["properties"]
        if schema == "Ownership":
            _ownership(row, found, rows)
        elif found.get("name") and record.get("id"):
            country = next(iter(found.get("jurisdiction") or found.get("country") or ()), "")
            rows.party(str(record["id"]), str(found["name"][0]), str(country)[:2].upper(), row)


def _ownership(row: int, found: Mapping[str, Any], rows: EdgeRows) -> None:
    owners, assets = found.get("owner") or (), found.get("asset") or ()
    if not owners or not assets:
        rows.fault(row, "owner", None, "the stake names no owner or no asset", "Give both.", "empty_name")
        return
    shares: list[Share] = []
    doubt = False
    for text in found.get("percentage") or ():
        share = rows.share(row, str(text), column="percentage")
        if isinstance(share, bool):
            return
        doubt = doubt or rows.is_doubtful(row)
        if share is not None:
            shares.append(share)
    low = min(shares, key=lambda s: s.codes[0], default=None)
    high = max(shares, key=lambda s: s.codes[1], default=None)
    whole = None if low is None or high is None else Share(low.min_ppm, high.max_ppm, low.min_excl, high.max_excl)
    start, end = _day(found.get("startDate"), row, rows, last=False), _day(found.get("endDate"), row, rows, last=True)
    if isinstance(start, bool) or isinstance(end, bool):
        return
    words = " ".join(str(t) for t in (*(found.get("ownershipType") or ()), *(found.get("role") or ()))).casefold()
    kind = EdgeKind.INDIRECT if "indirect" in words else EdgeKind.VOTES if "voting" in words else EdgeKind.SHARES
    for owner in owners:
        for asset in assets:
            first, second = rows.party(str(owner)), rows.party(str(asset))
            rows.add(row, first, second, whole, KINDS.index(kind), start, end, "", doubt)


def _day(texts: Any, row: int, rows: EdgeRows, *, last: bool) -> int | bool | None:  # noqa: ANN401 - as JSON gives it
    """First of the days told; a bare year or month is taken as the whole of it, and an end as the day after."""
    from datetime import date

    text = str(next(iter(texts or ()), ""))
    part = _PARTIAL.match(text)
    if part:
        year, month = int(part[1]), int(part[2] or (12 if last else 1))
        if not 1 <= year <= 9998 or not 1 <= month <= 12:
            return rows.day(row, text, "endDate" if last else "startDate")
        if last:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return from_date(date(year, month, 1))
    return rows.day(row, text, "endDate" if last else "startDate")
