"""Replay: the life of provisions from acts, for any day of knowledge and both readings."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book import Book, Reading, State
from countermeasure.book.model import DAY, NEVER, Act, Body, Instrument, Role
from countermeasure.book.replay import matching, replay
from countermeasure.codes import parse_day, parse_instant
from countermeasure.errors import BookError


def day(text: str) -> int:
    return parse_day(text) * DAY


def instrument(name: str, published: str, *acts: Act, kind: str = "law") -> Instrument:
    return Instrument(name, kind, "US", f"Notice {name}", name, parse_day(published), "high", acts=acts)


def impose(provision: str, start: str, rate: float = 0.1, until: str | None = None) -> Act:
    body = {"programme": "s301_tech", "rate": rate, "role": Role.DUTY}
    return Act("impose", (provision,), day(start), NEVER if until is None else day(until), body)


LAW = instrument("a", "2025-01-01", impose("us-x", "2025-02-01", 0.34))


def state(instruments: list[Instrument], on: str, known: str | None = None, reading: Reading = Reading.TEXT) -> State:
    record = replay(instruments, None if known is None else parse_day(known), reading)
    return record.provisions["us-x"].state(day(on))


def test_states_over_time() -> None:
    assert state([LAW], "2025-01-31") is State.NOT_YET
    assert state([LAW], "2025-02-01") is State.IN_FORCE


def test_a_later_suspension_does_not_rewrite_the_past() -> None:
    pause = instrument("b", "2025-05-12", Act("suspend", ("us-x",), day("2025-05-14"), day("2025-08-12")))
    assert state([LAW, pause], "2025-05-13") is State.IN_FORCE
    assert state([LAW, pause], "2025-05-14") is State.SUSPENDED
    assert state([LAW, pause], "2025-08-12") is State.IN_FORCE
    assert state([LAW, pause], "2025-06-01", known="2025-05-11") is State.IN_FORCE


def test_extend_prolongs_the_suspension_from_the_day_it_is_known() -> None:
    pause = instrument("b", "2025-05-12", Act("suspend", ("us-x",), day("2025-05-14"), day("2025-08-12")))
    longer = instrument("c", "2025-08-11", Act("extend", ("us-x",), end=day("2025-11-10"), mode="suspension"))
    assert state([LAW, pause, longer], "2025-09-01") is State.SUSPENDED
    assert state([LAW, pause, longer], "2025-09-01", known="2025-07-01") is State.IN_FORCE
    assert state([LAW, pause, longer], "2025-11-10") is State.IN_FORCE


def test_extend_of_a_window() -> None:
    short = instrument("a", "2025-01-01", impose("us-x", "2025-02-01", until="2025-06-01"))
    longer = instrument("b", "2025-05-31", Act("extend", ("us-x",), end=day("2025-09-01"), mode="window"))
    assert state([short], "2025-06-01") is State.ENDED
    assert state([short, longer], "2025-08-31") is State.IN_FORCE
    assert state([short, longer], "2025-09-01") is State.ENDED


def test_extend_of_nothing_is_an_error_that_says_what_to_do() -> None:
    longer = instrument("b", "2025-05-31", Act("extend", ("us-x",), end=day("2025-09-01"), mode="suspension", where="b.yaml:9"))
    with pytest.raises(BookError, match="nothing to extend") as caught:
        replay([LAW, longer])
    assert "b.yaml:9" in str(caught.value)


def test_amend_changes_only_what_it_names() -> None:
    more = instrument("b", "2025-03-01", Act("amend", ("us-x",), day("2025-03-04"), changes={"rate": 0.2}))
    provision = replay([LAW, more]).provisions["us-x"]
    before, after = provision.at(day("2025-03-03")), provision.at(day("2025-03-04"))
    assert before.body is not None
    assert after.body == replace(before.body, rate=0.2)


def test_struck_down_and_still_collected() -> None:
    ruling = instrument(
        "b",
        "2026-02-20",
        Act("repeal", ("us-x",), day("2026-02-20"), mode="struck_down", collected_until=day("2026-02-24")),
        kind="ruling",
    )
    provision = replay([LAW, ruling]).provisions["us-x"]
    assert provision.at(day("2026-02-23")).payable
    assert provision.at(day("2026-02-23")).state is State.STRUCK_DOWN
    assert not provision.at(day("2026-02-24")).payable


def test_what_never_lived_is_called_so() -> None:
    drop = instrument("b", "2025-01-20", Act("suspend", ("us-x",), day("2025-02-01")))
    assert state([LAW, drop], "2026-01-01") is State.NEVER_APPLIED


def test_statements_count_in_the_announced_reading_alone() -> None:
    said = instrument("b", "2025-03-01", Act("suspend", ("us-x",), day("2025-04-01"), day("2025-05-01")), kind="statement")
    assert state([LAW, said], "2025-04-15") is State.IN_FORCE
    assert state([LAW, said], "2025-04-15", reading=Reading.ANNOUNCED) is State.SUSPENDED


def test_minutes_are_kept() -> None:
    start, minute = parse_instant("2025-11-10T13:01+08:00")
    late = instrument("b", "2025-11-05", Act("suspend", ("us-x",), start * DAY + minute))
    provision = replay([LAW, late]).provisions["us-x"]
    assert provision.at(start * DAY + minute - 1).state is State.IN_FORCE
    assert provision.at(start * DAY + minute).state is State.SUSPENDED


def test_patterns() -> None:
    programme = {"us-x": "s301_tech", "us-y": "s122"}
    assert matching(["programme:s301_*"], programme) == ["us-x"]
    assert matching(["us-*"], programme) == ["us-x", "us-y"]
    assert matching(["us-y"], programme) == ["us-y"]


DAYS = st.integers(parse_day("2025-01-02"), parse_day("2026-12-31"))


@settings(max_examples=80, deadline=None)
@given(windows=st.lists(st.tuples(DAYS, DAYS, DAYS), max_size=6), on=DAYS, seed=st.integers(0, 99))
def test_order_of_files_does_not_matter_and_a_spell_is_constant(windows, on, seed) -> None:
    acts = [
        replace(
            instrument(f"s{i}", "2025-01-01", Act("suspend", ("us-x",), min(a, b) * DAY, (max(a, b) + 1) * DAY)),
            published_on=published,
        )
        for i, (a, b, published) in enumerate(windows)
    ]
    shuffled = [LAW, *acts]
    random.Random(seed).shuffle(shuffled)
    one, two = replay([LAW, *acts]).provisions["us-x"], replay(shuffled).provisions["us-x"]
    assert one == two
    spell = one.at(on * DAY)
    assert one.at(max(spell.start, -(2**40))) == spell
    suspended = any(min(a, b) <= on <= max(a, b) for a, b, _ in windows)
    expected = State.SUSPENDED if suspended and on * DAY >= day("2025-02-01") else None
    if expected:
        assert spell.state is expected


@settings(max_examples=40, deadline=None)
@given(known=DAYS)
def test_later_knowledge_never_changes_what_was_known(known) -> None:
    book = Book.shipped()
    earlier = {i.id for i in book.instruments if i.published_on <= known}
    assert replay(book.instruments, known).honoured <= earlier


def test_a_body_is_equal_by_value() -> None:
    assert Body(rate=0.1) == Body(rate=0.1)
