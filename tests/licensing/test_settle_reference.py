"""Many cases settled together against the slow way: one case after the other, one dimension after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book.controls import NO, OPEN, YES, ItemSign, compile_controls
from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.licensing.cases import Case, settle, settle_both

PLACES = ("CN", "US", "DE", "JP", "MY", "RU", None)
DAYS = tuple(map(parse_day, ("2025-05-01", "2025-10-20", "2025-12-01", "2026-11-28", "2027-02-01")))
TOKENS = ("code:1C902.a.4", "code:1C905.a.4", "list:cn-2025-18", "eccn:3A090.a", "eccn:4A090", "eccn:EAR99", "code:none")


@pytest.fixture(scope="module")
def laws():
    book = Book.shipped()
    return [compile_controls(book, regime, None, reading) for regime in ("CN", "US") for reading in Reading]


def slow(controls, cases, on, *, asleep=False):
    """Every dimension of every case by itself, as it was done before."""
    width = len(controls.live(on))
    must, may = (np.full((len(cases), width), ~np.uint64(0)) for _ in range(2))
    items = np.zeros((2, len(cases), width), np.uint64)
    for place, case in enumerate(cases):
        rows = [controls.place_row(d, getattr(case, d), on) for d in ("origin", "sent_from", "sent_to")]
        rows += [controls.flag_row(name, value) for name, value in case.flags.items()]
        rows += [controls.share_row(name, low, high) for name, (low, high) in case.spans.items()]
        rows += [controls.test_row(number, value) for number, value in enumerate(case.tests)]
        for sure, possible in rows:
            must[place] &= sure
            may[place] &= possible
        items[0, place], items[1, place] = controls.item_row(case.sign)
    return controls.settle(must, may, (items[0], items[1]), controls.live(on, asleep=asleep))


def drawn_case(draw, controls):
    def some(values):
        return draw(st.sampled_from(values))

    flags, spans = {}, {}
    for name in controls.fact_ids:
        if controls.facts[name].type == "share":
            cuts = len(controls.bins(name))
            spans[name] = tuple(sorted((some(range(cuts + 1)), some(range(cuts + 1)))))
        else:
            flags[name] = some((NO, YES, OPEN))
    known, possible = (frozenset(draw(st.lists(st.sampled_from(TOKENS), max_size=2))) for _ in range(2))
    sign = ItemSign(known, possible, frozenset(draw(st.lists(st.sampled_from(("cn", "us")), max_size=2))))
    return Case(
        some(PLACES), some(PLACES), some(PLACES), sign, flags, spans, tuple(some((NO, YES, OPEN)) for _ in controls.tests)
    )


def variant(draw, case):
    """A case that differs in one flag, as the engine asks them."""
    name = draw(st.sampled_from(sorted(case.flags)))
    return Case(
        case.origin, case.sent_from, case.sent_to, case.sign, {**case.flags, name: draw(st.sampled_from((NO, YES, OPEN)))},
        case.spans, case.tests,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cases_settled_together_are_as_settled_alone(laws, data):
    controls = data.draw(st.sampled_from(laws))
    base = [drawn_case(data.draw, controls) for _ in range(data.draw(st.integers(1, 3)))]
    cases = [*base, *(variant(data.draw, data.draw(st.sampled_from(base))) for _ in range(data.draw(st.integers(0, 4))))]
    on = data.draw(st.sampled_from(DAYS))
    real, asleep = settle_both(controls, cases, on)
    for found, way in ((settle(controls, cases, on), False), (real, False), (asleep, True)):
        wanted = slow(controls, cases, on, asleep=way)
        assert (found.sure == wanted.sure).all()
        assert (found.open == wanted.open).all()


@pytest.mark.parametrize("number", range(4))
def test_no_case_gives_no_row(laws, number):
    real, asleep = settle_both(laws[number], [], DAYS[3])
    assert len(real.sure) == len(asleep.open) == 0
