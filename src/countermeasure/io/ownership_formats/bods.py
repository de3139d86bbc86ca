"""Beneficial Ownership Data Standard 0.4: statements about entities, persons and the relationships between them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from countermeasure.errors import CodeError, InputError
from countermeasure.parties.ownership.graph import KINDS
from countermeasure.parties.ownership.model import EdgeKind, Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.io.ownership_formats.rows import EdgeRows

__all__ = ["is_bods", "read_bods"]

_SHARES = frozenset({"shareholding", "unknownInterest", "unpublishedInterest"})
_VOTES = frozenset({"votingRights"})
_CONTROL = frozenset(
    {
        "appointmentOfBoard", "otherInfluenceOrControl", "controlViaCompanyRulesOrArticles",
        "controlByLegalFramework", "seniorManagingOfficial", "trustee", "protector", "settlor",
    }
)  # fmt: skip


def is_bods(data: object) -> bool:
    """Whether JSON holds BODS statements."""
    rows = data if isinstance(data, list) else [data]
    return bool(rows) and isinstance(rows[0], dict) and ("recordDetails" in rows[0] or "statementType" in rows[0])


def read_bods(statements: Sequence[Any], rows: EdgeRows) -> None:
    """Read statements; the number of a statement in the file is its row.

    A record that is stated again takes the place of what was stated before, from the day of the new statement; a closed one
    ends.

    Raises:
        InputError: If the statements are of an older version of the standard.
    """
    if any(isinstance(s, dict) and "statementType" in s for s in statements):
        raise InputError(
            "the statements are of BODS before 0.4", code="old_bods", where=rows.file, cure="Convert them to BODS 0.4 first."
        )
    histories: dict[str, list[tuple[str, int, Mapping[str, Any]]]] = {}
    rows.rows = len(statements)
    for row, statement in enumerate(statements, start=1):
        details = statement.get("recordDetails") if isinstance(statement, dict) else None
        if not isinstance(details, dict) or not statement.get("recordId"):
            rows.fault(
                row, "recordDetails", None, "the statement has no record", "Give recordId and recordDetails.", "bad_bods"
            )
            continue
        kind = statement.get("recordType")
        if kind in ("entity", "person"):
            rows.party(str(statement["recordId"]), _name(details), _country(details), row)
        elif kind == "relationship":
            date = str(statement.get("statementDate") or "")
            histories.setdefault(str(statement["recordId"]), []).append((date, row, statement))
        else:
            rows.fault(row, "recordType", str(kind), f"{kind!r} is not a type of record",
                       "Use entity, person or relationship.", "bad_bods")  # fmt: skip
    for history in histories.values():
        history.sort(key=lambda item: (item[0], item[1]))
        for place, (stated, row, statement) in enumerate(history):
            if statement.get("recordStatus") == "closed":
                continue
            later = history[place + 1][0] if place + 1 < len(history) else None
            _relationship(statement["recordDetails"], row, stated if place else None, later, rows)


def _relationship(details: Mapping[str, Any], row: int, since: str | None, ended: str | None, rows: EdgeRows) -> None:
    """One relationship; ``since`` is the day from which it replaces an earlier statement, ``ended`` that of a later one."""
    subject, party = details.get("subject"), details.get("interestedParty")
    if not isinstance(subject, str) or not subject:
        rows.fault(row, "subject", None, "the relationship names no subject", "Give the recordId of the entity.", "empty_name")
        return
    if isinstance(party, dict) or party is None:
        reason = str((party or {}).get("reason", "not told"))
        owner = rows.party(f"unknown owner of {subject}", f"unknown owner ({reason})", "", row)
        rows.add(row, owner, rows.party(subject), None)
        return
    owner, owned = rows.party(str(party)), rows.party(subject)
    interests = details.get("interests") or [{"type": "unknownInterest"}]
    for interest in interests:
        kind = _kind(interest)
        if kind is None:
            continue
        share = _share(interest.get("share"), row, rows)
        start = rows.day(row, interest.get("startDate"), "startDate")
        end = rows.day(row, interest.get("endDate"), "endDate")
        told = [rows.day(row, since, "statementDate"), start]
        stop = rows.day(row, ended, "statementDate")
        if isinstance(share, bool) or isinstance(end, bool) or isinstance(stop, bool) or any(d is False for d in told):
            continue
        start = max((d for d in told if d is not None), default=None)
        last = min((d for d in (end, stop) if d is not None), default=None)
        if start is not None and last is not None and last <= start:
            continue
        rows.add(row, owner, owned, share, KINDS.index(kind), start, last)


def _kind(interest: Mapping[str, Any]) -> EdgeKind | None:
    name = interest.get("type")
    if name in _SHARES:
        return EdgeKind.INDIRECT if interest.get("directOrIndirect") == "indirect" else EdgeKind.SHARES
    if name in _VOTES:
        return EdgeKind.VOTES
    return EdgeKind.CONTROL if name in _CONTROL else None


def _share(share: Any, row: int, rows: EdgeRows) -> Share | bool | None:  # noqa: ANN401 - as JSON gives it
    if not isinstance(share, dict):
        return None
    try:
        if share.get("exact") is not None:
            return Share.percent(Decimal(str(share["exact"])))
        over, under = share.get("exclusiveMinimum"), share.get("exclusiveMaximum")
        low = over if _is_number(over) else share.get("minimum", 0)
        high = under if _is_number(under) else share.get("maximum", 100)
        if share.get("minimum") is None and share.get("maximum") is None and over is None and under is None:
            return None
        return Share.percent(
            Decimal(str(low)),
            Decimal(str(high)),
            over=_is_number(over) or over is True,
            under=_is_number(under) or under is True,
        )
    except (CodeError, ArithmeticError):
        rows.fault(
            row, "share", str(share), f"{share} is not a share", "Give exact, or minimum and maximum, in percent.", "bad_share"
        )
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _name(details: Mapping[str, Any]) -> str:
    if details.get("name"):
        return str(details["name"])
    names = details.get("names") or [{}]
    return str(names[0].get("fullName") or "") if isinstance(names[0], dict) else ""


def _country(details: Mapping[str, Any]) -> str:
    place = details.get("jurisdiction") or next(iter(details.get("nationalities") or ()), None)
    return str(place.get("code") or "")[:2] if isinstance(place, dict) else ""
