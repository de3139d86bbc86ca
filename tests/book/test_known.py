"""Knowledge has a day: properties of the shipped book, and of instruments made up here."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book import Book, Instrument, Reading, State
from countermeasure.book.model import ALWAYS, DAY, NEVER, Act, Provision, Role
from countermeasure.book.replay import replay
from countermeasure.codes import format_day, parse_day

BOOK = Book.shipped()
KNOWN = st.integers(parse_day("2018-01-01"), parse_day("2026-12-31"))
SHORT = st.integers(parse_day("2025-01-01"), parse_day("2025-03-01"))
BACKDATED = {
    "us-eo-14345", "us-doc-2025-12-04-reciprocal", "us-doc-2025-12-18", "us-notice-2026-08-03",
    "us-ustr-2026-09-02-exclusion-numbers", "us-cbp-2025-05-30-transit",
}  # fmt: skip
"""Instruments that change days before their publication, as their texts say: deal rates, corrections, a late extension."""


@pytest.mark.parametrize("reading", list(Reading))
def test_only_backdated_instruments_rewrite_days_before_their_publication(reading) -> None:
    days = sorted({i.published_on for i in BOOK.instruments})
    rewriting = set()
    for earlier, later in itertools.pairwise(days):
        before, after = (BOOK.replayed(day, reading).provisions for day in (earlier, later))
        new = {i.id for i in BOOK.instruments if i.published_on == later}
        for name, provision in before.items():
            if past(provision, later) != past(after[name], later):
                behind = {i for s in after[name].spells for i in s.instruments if i in new}
                assert behind, (name, format_day(later))
                rewriting |= behind
    assert rewriting <= BACKDATED, rewriting - BACKDATED


def past(provision: Provision, day: int) -> list[tuple[object, ...]]:
    """What was so before a day, cut into single stretches that no instrument id divides."""
    found: list[tuple[object, ...]] = []
    for spell in provision.spells:
        if spell.start >= day * DAY:
            break
        here = (spell.state, spell.body, spell.collected)
        if not found or found[-1][1:] != here:
            found.append((spell.start, *here))
    return found


@settings(max_examples=25, deadline=None)
@given(KNOWN)
def test_nothing_published_later_is_in_the_compiled_book(known) -> None:
    compiled = BOOK.compile("US", known, Reading.ANNOUNCED)
    assert all(BOOK.by_id[i].published_on <= known for c in compiled.clauses for i in c.instruments)
    assert all(BOOK.by_id[g.instrument].published_on <= known for g in compiled.gaps)
    assert all(BOOK.by_id[i].published_on <= known for i in compiled.statements)


@settings(max_examples=25, deadline=None)
@given(KNOWN)
def test_knowing_of_a_day_is_knowing_the_book_of_that_day(known) -> None:
    older = replace(BOOK, instruments=tuple(i for i in BOOK.instruments if i.published_on <= known), _records={})
    assert older.replayed().provisions == BOOK.replayed(known).provisions


def test_under_the_text_statements_leave_no_trace() -> None:
    said = {i.id for i in BOOK.instruments if i.kind == "statement"}
    assert said
    record = BOOK.replayed(None, Reading.TEXT)
    assert not record.honoured & said
    assert not {i for p in record.provisions.values() for s in p.spells for i in s.instruments} & said


def test_spells_cover_all_time_without_gap_or_overlap() -> None:
    for reading in Reading:
        for provision in BOOK.replayed(None, reading).provisions.values():
            edges = [(s.start, s.end) for s in provision.spells]
            assert edges[0][0] == ALWAYS
            assert edges[-1][1] == NEVER
            assert all(a[1] == b[0] for a, b in itertools.pairwise(edges))
            assert all(start < end for start, end in edges)


def instrument(name: str, published: int, *acts: Act) -> Instrument:
    return Instrument(name, "law", "US", name, name, published, "high", acts=acts)


def act(kind: str, start: int, length: int, rate: float) -> Act:
    end = (start + length) * DAY
    if kind == "repeal":
        return Act("repeal", ("us-x",), start * DAY, mode="ended")
    changes = {"rate": rate} if kind == "amend" else {}
    return Act(kind, ("us-x",), start * DAY, end, changes)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["suspend", "resume", "amend", "repeal"]), SHORT, st.integers(1, 30),
        st.sampled_from([0.1, 0.2]), st.integers(0, 20),
    ),
    max_size=7,
)  # fmt: skip
BASE = Act("impose", ("us-x",), parse_day("2025-01-10") * DAY, parse_day("2025-02-20") * DAY,
           {"programme": "s122", "rate": 0.3, "role": Role.DUTY})  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ACTS)
def test_replay_says_day_by_day_what_painting_a_calendar_says(acts) -> None:
    """Against a plain calendar: one cell per day, painted in the order of publication."""
    first, last = parse_day("2024-12-25"), parse_day("2025-04-15")
    base = parse_day("2024-12-01")
    law = [instrument("a", base, BASE)]
    law += [instrument(f"b{n}", base + later, act(kind, *rest)) for n, (kind, *rest, later) in enumerate(acts)]
    cells: dict[int, tuple[State, float | None]] = {}
    for day in range(first, last):
        inside = BASE.start <= day * DAY < BASE.end
        after = day * DAY >= BASE.end
        cells[day] = (State.IN_FORCE if inside else State.ENDED if after else State.NOT_YET, 0.3 if inside or after else None)
    for one in sorted(law[1:], key=lambda i: (i.published_on, i.id)):
        (what,) = one.acts
        for day, (state, rate) in list(cells.items()):
            if not what.start <= day * DAY < what.end:
                continue
            if what.kind == "suspend" and state is State.IN_FORCE:
                cells[day] = (State.SUSPENDED, rate)
            elif what.kind == "resume" and state is State.SUSPENDED:
                cells[day] = (State.IN_FORCE, rate)
            elif what.kind == "repeal" and state in (State.IN_FORCE, State.SUSPENDED):
                cells[day] = (State.ENDED, rate)
            elif what.kind == "amend" and rate is not None:
                cells[day] = (state, what.changes["rate"])
    provision = replay(law).provisions["us-x"]
    for day, (state, rate) in cells.items():
        spell = provision.at(day * DAY)
        assert (spell.state, spell.body and spell.body.rate) == (state, rate), format_day(day)
