"""Provisions, instruments and code lists as plain values, for screens, JSON and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.book.model import ALWAYS, DAY, NEVER
from countermeasure.codes.day import format_day
from countermeasure.codes.hts import dotted_int10

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.book.load import Book
    from countermeasure.book.model import Instrument, Provision

__all__ = ["instrument_words", "list_words", "provision_words", "window_words"]


def window_words(start: int, end: int) -> tuple[str, str]:
    """First day and day after the last, with the minute where the law fixes one; empty where open."""
    return "" if start <= ALWAYS else _moment(start), "" if end >= NEVER else _moment(end)


def _moment(instant: int) -> str:
    minute = instant % DAY
    return format_day(instant // DAY) + (f" {minute // 60:02d}:{minute % 60:02d}" if minute else "")


def provision_words(held: Book, provision: Provision) -> dict[str, Any]:
    """A provision: what it says last, and its spells from first to last.

    Args:
        held: The book.
        provision: As replayed for a day of knowledge and a reading.

    Returns:
        Plain values in the order in which a person reads them.
    """
    spells = []
    for spell in provision.spells:
        if spell.body is None:
            continue
        start, end = window_words(spell.start, spell.end)
        spells.append(
            {
                "from": start,
                "until": end or "open",
                "state": spell.state.value + (" (collected)" if spell.collected else ""),
                "rate": spell.body.rate,
                "basis": spell.body.basis,
                "by": list(spell.instruments),
            }
        )
    body = next(s.body for s in reversed(provision.spells) if s.body)
    behind = dict.fromkeys(i for s in provision.spells for i in s.instruments)
    return {
        "provision": provision.id,
        "name": body.name,
        "heading": body.heading,
        "programme": held.programmes[body.programme].name,
        "role": body.role.value,
        "legal_text": body.note,
        "scope": body.scope,
        "goods": _scope(body.goods.members, body.goods.exceptions),
        "origin": _scope(body.origin.members, body.origin.exceptions),
        "facts": [str(c) for c in body.facts],
        "given": list(body.given),
        "frees": list(body.frees),
        "limits": [*body.limits, f"to {body.limits_to}"] if body.limits else [],
        "certainty": body.certainty,
        "life": spells,
        "sources": [f"{held.by_id[i].citation} ({held.by_id[i].confidence})" for i in behind],
    }


def _scope(members: Iterable[str], exceptions: Iterable[str]) -> str:
    text = ", ".join(members) or "all"
    left_out = ", ".join(exceptions)
    return f"{text}; except {left_out}" if left_out else text


def instrument_words(instrument: Instrument) -> dict[str, Any]:
    """An instrument: where it can be read, what it does, and what of it is not computed."""
    acts = []
    for act in instrument.acts:
        start, end = window_words(act.start, act.end)
        row: dict[str, Any] = {"act": act.kind, "on": list(act.targets)}
        if start:
            row["from"] = start
        if end:
            row["until"] = end
        if act.says:
            row["says"] = act.says
        if act.mode:
            row["as"] = act.mode
        if act.collected_until > act.start:
            row["collected_until"] = _moment(act.collected_until)
        if act.codes:
            row["codes"] = list(act.codes)
        if "rate" in act.changes:
            row["rate"] = act.changes["rate"]
        acts.append(row)
    return {
        "instrument": instrument.id,
        "kind": instrument.kind,
        "citation": instrument.citation,
        "title": instrument.title,
        "published_on": format_day(instrument.published_on),
        "confidence": instrument.confidence,
        "notes": instrument.notes,
        "sources": [f"{s.cite} {s.url} (read: {s.read or 'not said'})" for s in instrument.sources],
        "acts": acts,
        "not_modelled": [f"{g.what}: {g.why}" for g in instrument.not_modelled],
        "file": instrument.path,
    }


def list_words(held: Book, name: str) -> dict[str, Any]:
    """A code list with its header and every code."""
    one = held.lists[name]
    return {
        "list": one.name,
        "title": one.title,
        "source": one.source,
        "licence": one.licence,
        "confidence": one.confidence,
        "notes": one.notes,
        "codes": [
            {
                "code": dotted_int10(int(r.digits.ljust(10, "0")), len(r.digits)),
                "from": window_words(r.start, r.end)[0],
                "until": window_words(r.start, r.end)[1],
                "by": r.by,
            }
            for r in one.rows
        ],
    }
