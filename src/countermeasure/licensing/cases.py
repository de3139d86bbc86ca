"""From a transaction's item to a case of the kernel, and its variants: what if an open fact were yes, or no?"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.controls import NO, OPEN, YES, Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from countermeasure.book.controls import Bools, Controls, ItemSign, Rows, Words
    from countermeasure.licensing.derive import Facts
    from countermeasure.licensing.standing import Verdict
    from countermeasure.licensing.transaction import Span, Transaction

    Value = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Values on every dimension.

    Attributes:
        flags: Value of every flag that the controls ask for.
        spans: Number of cuts at or below the bounds of every share.
        tests: Value of every test of parties, in the order of ``Controls.tests``.
        assumed: Flags that are no because nobody claimed them.
    """

    origin: str | None
    sent_from: str | None
    sent_to: str | None
    sign: ItemSign
    flags: Mapping[str, int]
    spans: Mapping[str, tuple[int, int]]
    tests: tuple[int, ...]
    assumed: frozenset[str] = field(default_factory=frozenset)


def case_of(
    controls: Controls, asked: Transaction, origin: str | None, sign: ItemSign, facts: Facts, verdicts: Sequence[Verdict]
) -> Case:
    """Put a case together."""
    flags: dict[str, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    assumed: set[str] = set()
    for name in controls.fact_ids:
        fact = controls.facts[name]
        if fact.type == "share":
            spans[name] = bins_of(controls, name, facts.spans.get(name, (None, None)))
        elif name in facts.flags:
            flags[name] = facts.flags[name]
        else:
            flags[name] = OPEN if fact.absent == "unknown" else NO
            if fact.absent != "unknown":
                assumed.add(name)
    return Case(
        origin, asked.sent_from, asked.sent_to, sign, flags, spans, tuple(v.value for v in verdicts), frozenset(assumed)
    )


def bins_of(controls: Controls, fact: str, span: Span) -> tuple[int, int]:
    """Bounds of a share as numbers of cuts at or below them."""
    cuts = controls.bins(fact)
    low, high = span
    return bisect_right(cuts, Fraction(0) if low is None else low), bisect_right(cuts, Fraction(1) if high is None else high)


def settle(controls: Controls, cases: Sequence[Case], on: int, *, asleep: bool = False) -> Settled:
    """Settle several cases of one day together.

    Args:
        controls: The controls.
        cases: Cases that hold the same flags, shares and tests, as ``case_of`` makes them.
        on: Epoch day.
        asleep: Whether what is suspended or due later counts as living.
    """
    must, may, items = _gathered(controls, cases, on)
    return controls.settle(must, may, items, controls.live(on, asleep=asleep))


def settle_both(controls: Controls, cases: Sequence[Case], on: int) -> tuple[Settled, Settled]:
    """What ``settle`` says, awake and asleep, for little more than one of the two."""
    must, may, items = _gathered(controls, cases, on)
    real = controls.settle(must.copy(), may.copy(), items, controls.live(on))
    return real, controls.settle(must, may, items, controls.live(on, asleep=True))


def _gathered(controls: Controls, cases: Sequence[Case], on: int) -> tuple[Words, Words, Rows]:
    """What all dimensions but the item leave, must and may, and the rows of the items; shape (cases, w) each.

    Variants of a case agree on most dimensions, so each dimension is asked once for every value that occurs.
    """
    shape = (len(cases), len(controls.live(on)))
    must, may = (np.full(shape, ~np.uint64(0)) for _ in range(2))
    for ask, values in _dimensions(controls, cases, on):
        _narrow(must, may, ask, values)
    items = [controls.item_row(case.sign) for case in cases]
    sure, possible = (np.array([pair[side] for pair in items], np.uint64).reshape(shape) for side in range(2))
    return must, may, (sure, possible)


def _dimensions(controls: Controls, cases: Sequence[Case], on: int) -> Iterator[tuple[Callable[..., Rows], list[Value]]]:
    """Every dimension but the item: who gives its rows, and what it is asked for each case."""
    for dimension in ("origin", "sent_from", "sent_to"):
        yield controls.place_row, [(dimension, getattr(case, dimension), on) for case in cases]
    for name in cases[0].flags if cases else ():
        yield controls.flag_row, [(name, case.flags[name]) for case in cases]
    for name in cases[0].spans if cases else ():
        yield controls.share_row, [(name, *case.spans[name]) for case in cases]
    for number in range(len(cases[0].tests) if cases else 0):
        yield controls.test_row, [(number, case.tests[number]) for case in cases]


def _narrow(must: Words, may: Words, ask: Callable[..., Rows], values: Sequence[Value]) -> None:
    """Take away what a dimension excludes, in place.

    Args:
        must: Shape (cases, w).
        may: Shape (cases, w).
        ask: Gives the row of a value.
        values: Value of the dimension in each case.
    """
    distinct = dict.fromkeys(values)
    if len(distinct) == 1:
        sure, possible = ask(*values[0])
        must &= sure
        may &= possible
        return
    for value in distinct:
        where = [place for place, one in enumerate(values) if one == value]
        sure, possible = ask(*value)
        must[where] &= sure
        may[where] &= possible


def within_reach(controls: Controls, case: Case, on: int) -> Bools:
    """Clauses that the case might meet on any day, parties and what lives left aside, shape (n,)."""
    row = np.full(len(controls.live(on)), ~np.uint64(0))
    for dimension in ("origin", "sent_from", "sent_to"):
        row &= controls.place_row(dimension, getattr(case, dimension), on)[1] | controls.dated_places(dimension)
    for name, value in case.flags.items():
        row &= controls.flag_row(name, value)[1]
    for name, (low, high) in case.spans.items():
        row &= controls.share_row(name, low, high)[1]
    bits: Bools = Settled(row, row, len(controls.clauses)).may
    return bits


@dataclass(frozen=True, slots=True)
class Question:
    """An open dimension with the cases in which it is settled either way."""

    fact: str
    ask: str
    yes: Case
    no: Case
    assumed: bool = False


def questions(controls: Controls, case: Case, verdicts: Sequence[Verdict], ask_item: str) -> list[Question]:
    """Everything that is open about a case."""
    found: list[Question] = []
    for name, value in case.flags.items():
        if value == OPEN or name in case.assumed:
            yes, no = (replace(case, flags={**case.flags, name: v}, assumed=case.assumed - {name}) for v in (YES, NO))
            found.append(Question(name, controls.facts[name].ask, yes, no, value != OPEN))
    for name, (low, high) in case.spans.items():
        if low != high:
            yes, no = (replace(case, spans={**case.spans, name: (v, v)}) for v in (high, low))
            found.append(Question(name, controls.facts[name].ask, yes, no))
    found += _party_questions(case, verdicts)
    for dimension, ask in (
        ("origin", "In which country was the item made?"),
        ("sent_from", "From which country is it sent?"),
        ("sent_to", "To which country does it go?"),
    ):
        if getattr(case, dimension) is None:
            found.append(Question(dimension, ask, case, case))
    sign = case.sign
    if sign.possible or "cn" in sign.open:
        yes = replace(
            case,
            sign=replace(sign, known=sign.known | sign.possible | _any(sign), possible=frozenset(), open=sign.open - {"cn"}),
        )
        no = replace(case, sign=replace(sign, possible=frozenset(), open=sign.open - {"cn"}))
        found.append(Question("control_code", ask_item or "Which Chinese control code does it bear, or none?", yes, no))
    return found


def _any(sign: ItemSign) -> frozenset[str]:
    return frozenset({"code:stated"}) if "cn" in sign.open else frozenset()


def _party_questions(case: Case, verdicts: Sequence[Verdict]) -> list[Question]:
    by_ask: dict[tuple[str, bool], list[int]] = {}
    for number, verdict in enumerate(verdicts):
        if verdict.value == OPEN or verdict.assumed:
            by_ask.setdefault((verdict.ask, verdict.assumed), []).append(number)
    found = []
    for (ask, assumed), numbers in by_ask.items():
        names = {n for i in numbers for n in verdicts[i].parties}
        fact = f"party:{min(names)}" if names else "parties"
        yes, no = (
            replace(case, tests=tuple(v if i in numbers else old for i, old in enumerate(case.tests))) for v in (YES, NO)
        )
        found.append(Question(fact, ask, yes, no, assumed))
    return found


__all__ = ["Case", "Question", "bins_of", "case_of", "questions", "settle", "settle_both", "within_reach"]
