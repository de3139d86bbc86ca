"""The first page: what applies, what changes, what it costs, and the sentences above all else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from countermeasure.book.model import DAY, NEVER, State
from countermeasure.brief.model import Applies, Cost, Turn
from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.codes.words import plural
from countermeasure.duty.answer import percent
from countermeasure.duty.words import bare, lacking, left_out, rate_words, usd_of, without
from countermeasure.licensing.answer import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Reading, Spell
    from countermeasure.brief.asked import Asked
    from countermeasure.brief.findings import Findings
    from countermeasure.brief.model import Action, Stop
    from countermeasure.duty.answer import Answer, LineAnswer
    from countermeasure.licensing.answer import LicenseAnswer

__all__ = ["applies_of", "costs_of", "said_of", "turns_of"]

AS_IT_STANDS = "as the law stands"
_STATES = {
    State.IN_FORCE: "in force", State.SUSPENDED: "suspended", State.NOT_YET: "not in force yet", State.ENDED: "ended",
    State.STRUCK_DOWN: "struck down", State.WITHDRAWN: "withdrawn", State.NEVER_APPLIED: "never in force",
}  # fmt: skip


# ------------------------------------------------------------------------------------------------ what applies


def applies_of(asked: Asked, found: Findings) -> tuple[Applies, ...]:
    """What applies to each shipment; a row for each reading where readings differ, one row for shipments that are alike."""
    groups: dict[tuple[object, ...], list[tuple[Applies, ...]]] = {}
    for line in asked.ids:
        rows = tuple(_applies(line, asked, found))
        if rows:
            alike = tuple((r.reading, r.china, r.us, r.rate, r.open) for r in rows)
            parties = asked.suppliers.get(line), asked.customers.get(line)
            groups.setdefault((rows[0].goods, rows[0].codes, parties, alike), []).append(rows)
    return tuple(_together([rows[place] for rows in same]) for same in groups.values() for place in range(len(same[0])))


def _applies(line: str, asked: Asked, found: Findings) -> Iterator[Applies]:
    duty, license_ = found.duties.get(line), found.licenses.get(line)
    if duty is None and license_ is None:
        return
    for reading in _readings(duty, license_) or ("",):
        one = None if duty is None else _under(duty, reading)
        answers = {} if license_ is None else {r: license_.of(r, reading or "text") for r in ("CN", "US")}
        words = {r: _license_words(a.answer, bool(a.possible)) for r, a in answers.items()}
        low, usd, high = (None, None, None) if one is None else usd_of(one)
        facts = (one is not None and bool(one.missing)) or any(not m.assumed for a in answers.values() for m in a.missing)
        yield Applies(
            (line,),
            asked.goods.get(line) or (duty.description if duty is not None else ""),
            asked.route(line),
            " to ".join(code or "?" for code in asked.routes.get(line, ("", ""))),
            None if license_ is None else (license_.on, license_.on),
            None if duty is None else (duty.on, duty.on),
            reading,
            words.get("CN", ""),
            words.get("US", ""),
            "" if one is None else rate_words(one),
            found.usd(line, asked),
            low,
            usd,
            high,
            facts,
            "" if one is None else left_out(one),
            any(a.answer in ("prohibited", "undetermined") for a in answers.values()),
            one is None or not lacking(one),
        )


def _together(rows: Sequence[Applies]) -> Applies:
    """Shipments that are alike as one row; dollars are sums."""

    def total(name: str) -> float | None:
        values = [getattr(row, name) for row in rows]
        return None if None in values else round(sum(values), 2)

    def span(name: str) -> tuple[int, int] | None:
        days = [day for row in rows for day in getattr(row, name) or ()]
        return (min(days), max(days)) if days else None

    return replace(
        rows[0],
        lines=tuple(line for row in rows for line in row.lines),
        ships=span("ships"),
        enters=span("enters"),
        value_usd=total("value_usd"),
        low_usd=total("low_usd"),
        usd=total("usd"),
        high_usd=total("high_usd"),
    )


def _readings(duty: LineAnswer | None, license_: LicenseAnswer | None) -> tuple[str, ...]:
    """Readings that differ for a shipment; empty where all agree."""
    several = duty is not None and len(duty.answers) > 1
    if license_ is not None:
        several = several or any(sum(a.regime == r for a in license_.answers) > 1 for r in ("CN", "US"))
    return ("text", "announced") if several else ()


def _under(answer: LineAnswer, reading: str) -> Answer:
    return next((one for one in answer.answers if one.reading == reading), answer.answers[0])


def _license_words(answer: str, stricter: bool) -> str:
    return WORDS[answer] + (", may be stricter" if stricter and answer != "undetermined" else "")


# ------------------------------------------------------------------------------------------------ what changes


def turns_of(
    found: Findings, book: Book, on: int, within: int, known_on: int | None, readings: Sequence[Reading]
) -> tuple[Turn, ...]:
    """What changes: shipments that would be answered otherwise later, and provisions behind them.

    Args:
        found: Answers.
        book: The book behind them.
        on: Epoch day of the brief.
        within: Days: after each shipment for shipments, after ``on`` for provisions.
        known_on: Epoch day of knowledge.
        readings: Readings that were asked.

    Returns:
        The earliest first; shipments before provisions on the same day.
    """
    turns = [*_shipments(found, within), *_law(found, book, on, within, known_on, readings)]
    return tuple(sorted(turns, key=lambda t: (t.on, t.what == "law", t.what, t.lines, t.reading)))


def _shipments(found: Findings, within: int) -> Iterator[Turn]:
    rows: dict[tuple[int, str, str, str, str], list[str]] = defaultdict(list)
    for change in found.review.changes:
        held = "" if not lacking(_under(found.duties[change.line_id], change.reading)) else " of what is held"
        rows[change.on, "duty", f"{change.now}{held}", f"{change.then}{held}", change.reading].append(change.line_id)
    for line, answer in found.licenses.items():
        for one in answer.answers:
            if one.changes_on is not None and 0 < one.changes_on - answer.on <= within:
                what = f"license of {'China' if one.regime == 'CN' else 'the United States'}"
                reading = one.reading if sum(a.regime == one.regime for a in answer.answers) > 1 else ""
                rows[one.changes_on, what, WORDS[one.answer], one.changes_to, reading].append(line)
    for (day, what, now, then, reading), lines in rows.items():
        yield Turn(day, what, tuple(lines), now, then, reading)


def _law(
    found: Findings, book: Book, on: int, within: int, known_on: int | None, readings: Sequence[Reading]
) -> Iterator[Turn]:
    """Provisions behind the answers whose state or words change soon; several of one programme in one row."""
    names = _behind(found)
    rows: dict[tuple[int, str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for reading in readings:
        record = book.replayed(known_on, reading)
        for name in sorted(names & record.provisions.keys()):
            spells = record.provisions[name].spells
            for before, after in pairwise(spells):
                day = -(-after.start // DAY)
                if on < day <= on + within and after.start < NEVER and _spell(before) != _spell(after):
                    rows[day, _spell(before), _spell(after)][name].add(reading.value)
    for (day, now, then), provisions in rows.items():
        held = {name: "" if len(seen) == len(readings) else min(seen) for name, seen in provisions.items()}
        for word in dict.fromkeys(held.values()):
            yield Turn(day, "law", tuple(name for name, one in held.items() if one == word), now, then, word)


def _spell(spell: Spell) -> str:
    rate = f", {percent(spell.body.rate)}" if spell.body is not None and spell.body.rate else ""
    return _STATES[spell.state] + (rate if spell.state in (State.IN_FORCE, State.SUSPENDED) else "")


def _behind(found: Findings) -> set[str]:
    """Provisions that any answer names."""
    names: set[str] = set()
    for duty in found.duties.values():
        for one in duty.answers:
            names |= {c.provision for c in (*one.components, *one.suspended)}
    for license_ in found.licenses.values():
        for answer in license_.answers:
            names |= {r.provision for r in (*answer.reasons, *answer.others)}
    return names


# ------------------------------------------------------------------------------------------------ what it costs


def costs_of(case: str, found: Findings, base: Sequence[Cost] = ()) -> tuple[Cost, ...]:
    """Duty of all shipments by reading.

    Args:
        case: Words of the case.
        found: Answers under it.
        base: Costs as the law stands, that these are compared with.
    """
    rows = []
    several = len(found.review.totals) > 1
    for total in found.review.totals:
        before = next((c for c in base if c.reading == total.reading), base[0] if base else None)
        ones = {line: _under(duty, total.reading) for line, duty in found.duties.items()}
        told = [[figure is not None for figure in usd_of(one)] for one in ones.values()]
        sums = (total.low_usd, total.ordinary_usd, total.high_usd)
        low, usd, high = (each if any(row[n] for row in told) else None for n, each in enumerate(sums))
        rows.append(
            Cost(
                case,
                total.reading if several else "",
                low,
                usd,
                high,
                sum(not all(row) for row in told),
                sum(lacking(one) and not bare(one) for one in ones.values()),
                None if before is None or before.usd is None or usd is None else round(usd - before.usd, 2),
                without(ones),
            )
        )
    return tuple(rows)


# ------------------------------------------------------------------------------------------------ sentences


def said_of(
    asked: Asked,
    found: Findings,
    costs: Sequence[Cost],
    turns: Sequence[Turn],
    stops: Sequence[Stop],
    actions: Sequence[Action],
) -> tuple[str, ...]:
    """The brief in a few sentences; each says what it counts."""
    return tuple(filter(None, (_licenses(found), _readings_said(asked, found), _duty_said(found, costs), _turn_said(turns),
                               *_stop_said(stops), _first_said(actions))))  # fmt: skip


def _licenses(found: Findings) -> str:
    if not found.licenses:
        return ""
    kinds: dict[str, list[str]] = defaultdict(list)
    for line, answer in found.licenses.items():
        worst = answer.strictest
        kind = "prohibited" if worst == "prohibited" else "open" if worst == "undetermined" else "none"
        if kind == "none" and worst not in ("not_controlled", "outside_threshold", "no_license_today"):
            kind = "license" if worst != "exempt_with_report" else "report"
        kinds[kind].append(line)
    count = len(found.licenses)
    words = {
        "prohibited": "prohibited", "license": "need a license", "report": "are exempt with a report",
        "open": "cannot be told before a fact is known", "none": "need no license that the book knows of",
    }  # fmt: skip
    told = [f"{len(kinds[kind])} {words[kind]}" for kind in words if kinds[kind]]
    shipments = f"{count} shipment{'s' * (count > 1)}"
    return f"Of {shipments}, counting the strictest answer of any reading and regime: {', '.join(told)}."


def _readings_said(asked: Asked, found: Findings) -> str:
    apart = [line for line in asked.ids if _readings(found.duties.get(line), found.licenses.get(line))]
    if not apart:
        return "The law as published and the statements made about it lead to the same answers."
    return (
        f"For {len(apart)} of them the law as published and the statements made about it lead to different answers; both stand "
        "below, and which one the authority follows is not for this brief to say."
    )


def _duty_said(found: Findings, costs: Sequence[Cost]) -> str:
    mine = [c for c in costs if c.case == AS_IT_STANDS]
    if not found.duties or not mine:
        return ""
    first, count = mine[0], len(found.duties)
    told = count - first.untold
    entries = plural(count, "entry", "entries")
    tail = f" Without {first.without}." if first.without else ""
    if first.low_usd is None or first.usd is None or first.high_usd is None:
        return f"Duty on {entries} is not told.{tail}"
    text = f"Duty on {entries if told == count else f'{told} of {entries}'}: between {first.low_usd:,.0f} and "
    text += f"{first.high_usd:,.0f} USD, ordinarily {first.usd:,.0f}"
    if len(mine) > 1 and mine[1].usd is not None:
        text += f" ({READING_WORDS[first.reading]}); {mine[1].usd:,.0f} with {READING_WORDS[mine[1].reading]}"
    return f"{text}.{tail}"


def _turn_said(turns: Sequence[Turn]) -> str:
    if not turns:
        return "Nothing that the book knows of changes for these shipments in the days that are watched."
    first = turns[0]
    what = "The law behind these answers" if first.what == "law" else f"The {first.what} of {', '.join(first.lines[:3])}"
    reading = f" ({READING_WORDS[first.reading]})" if first.reading else ""
    return f"{what} changes first on {format_day(first.on)}: {first.now}, then {first.then}{reading}."


def _stop_said(stops: Sequence[Stop]) -> Iterator[str]:
    for case in dict.fromkeys(stop.case for stop in stops):
        mine = [stop for stop in stops if stop.case == case and stop.share >= 0.05 and stop.first[1] is not None]
        if not mine:
            yield f'Under "{case}" no line or part stops in as many as 5 % of draws.'
            continue
        one = min(mine, key=lambda s: (s.first[1] or 0, -s.share))
        yield (
            f'Under "{case}" the {one.kind} {one.name} stops first, in {100 * one.share:.0f} % of draws; where it does, in the '
            f"week of {week(one.first[1])} (90 % of them between {week(one.first[0])} and {week(one.first[2])})."
        )


def week(day: int | None) -> str:
    """A week by its Monday."""
    return "never within the span" if day is None else format_day(day)


def _first_said(actions: Iterable[Action]) -> str:
    first = next(iter(actions), None)
    if first is None:
        return "Nothing is to be done that the engines know of."
    day = "" if first.by is None else f" by {format_day(first.by)}"
    return f"First to do{day}: {first.what[0].lower()}{first.what[1:]}."
