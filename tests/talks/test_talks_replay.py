"""The record walked through a conflict: labels against brute force, deals, lapses, and states that a model does not allow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError
from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.read import load_conflict
from countermeasure.talks.replay import replay
from countermeasure.talks.steps import Change, label_steps
from countermeasure.talks.switches import Deal, Switch, load_deals, load_switches


def toy(ranks, owners=(0, 0, 1, 2), codes=None, status_quo=0):
    options = tuple(Option(f"o{n}", f"Option {n}", owner) for n, owner in enumerate(owners))
    space = StateSpace(len(owners), np.arange(1 << len(owners)) if codes is None else np.array(codes))
    parties = tuple(Party(f"P{n}", f"Party {n}") for n in range(len(ranks)))
    preferences = tuple(Preference(np.array(row, dtype=np.int32)) for row in ranks)
    return Conflict("toy", "Toy", parties, options, space, preferences, status_quo)


def by_hand(conflict, flips):
    """Labels straight from the words of the definition, one flip a step."""
    states, movers = [0], []
    for option in flips:
        states.append(states[-1] ^ 1 << option)
        movers.append(conflict.options[option].party)
    found = []
    for n, who in enumerate(movers):
        rank = conflict.ranks
        improved = rank[who, states[n + 1]] > rank[who, states[n]]
        answered = set()
        for m in range(n):
            other = movers[m]
            gained = rank[other, states[m + 1]] > rank[other, states[m]]
            idle = all(movers[k] != other for k in range(m + 1, n + 1))
            until_now = rank[other, states[n]] > rank[other, states[m]]
            gone = rank[other, states[n + 1]] <= rank[other, states[m]]
            if gained and idle and until_now and gone:
                answered.add(m)
        found.append((improved, answered))
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_labels_are_those_of_the_definition(flips, seed):
    rng = np.random.default_rng(seed)
    conflict = toy(rng.integers(0, 6, (3, 16)))
    on, changes = 0, []
    for day, option in enumerate(flips, start=1):
        on ^= 1 << option
        changes.append(Change(day, option, bool(on >> option & 1)))
    walk = replay(conflict, changes, 0, 100)
    assert [(s.improvement, set(s.answers)) for s in walk.steps] == by_hand(conflict, flips)
    assert [s.movers for s in walk.steps] == [(conflict.options[f].party,) for f in flips]
    assert label_steps(conflict, walk.steps) == walk.steps
    assert sum(walk.counts().values()) == len(flips)
    assert walk.end == on


def test_a_joint_step_is_an_improvement_if_it_is_one_for_all():
    ranks = np.zeros((3, 16), dtype=int)
    ranks[0, 0b0101], ranks[1, 0b0101] = 1, 1
    changes = [Change(5, 0, True), Change(5, 2, True)]
    (step,) = replay(toy(ranks), changes, 0, 10).steps
    assert (step.movers, step.improvement, step.sense) == ((0, 1), True, (1, 1, 0))
    ranks[1, 0b0101] = 0
    (step,) = replay(toy(ranks), changes, 0, 10).steps
    assert step.label == "neither"


def test_who_took_part_in_a_step_does_not_sanction_it():
    ranks = np.zeros((3, 16), dtype=int)
    ranks[:, 0b0101] = 1
    walk = replay(toy(ranks), [Change(5, 0, True), Change(5, 2, True), Change(7, 2, False), Change(9, 3, True)], 0, 10)
    assert [s.label for s in walk.steps] == ["improvement", "neither", "neither"]
    walk = replay(toy(ranks), [Change(5, 0, True), Change(5, 2, True), Change(7, 3, True)], 0, 10)
    assert [s.label for s in walk.steps] == ["improvement", "sanction"]
    assert "answers step 1 and leaves Party 0 and Party 1 no better off than in 0000" in walk.lines()[4]


def test_changes_of_a_deal_are_one_step():
    ranks = np.zeros((3, 16), dtype=int)
    changes = [Change(3, 0, True), Change(6, 2, True), Change(9, 3, True)]
    walk = replay(toy(ranks), changes, 0, 10, deals=(Deal(3, 7, "The deal"),))
    assert [(s.day, s.last, s.movers, s.deal) for s in walk.steps] == [(3, 6, (0, 1), "The deal"), (9, 9, (2,), "")]


def test_what_is_undone_within_a_step_is_no_step():
    ranks = np.zeros((3, 16), dtype=int)
    changes = [Change(3, 0, True), Change(4, 0, False), Change(5, 1, True), Change(6, 1, True)]
    walk = replay(toy(ranks), changes, 0, 10, deals=(Deal(3, 4),))
    assert [(s.day, len(s.changes)) for s in walk.steps] == [(5, 1)]


def test_a_state_that_the_model_does_not_allow_is_joined_with_the_next():
    ranks = np.zeros((3, 3), dtype=int)
    conflict = toy(ranks, codes=[0b0000, 0b0101, 0b1000])
    walk = replay(conflict, [Change(3, 0, True), Change(4, 2, True), Change(6, 0, False)], 0, 10)
    assert [(s.day, s.last, s.start, s.end) for s in walk.steps] == [(3, 4, 0, 1)]
    assert walk.notes == (
        "1970-01-04: the record gives 1000, no state of the model; joined with the next change",
        "1970-01-07: the record gives 0010, no state of the model; joined with the next change",
        "the walk ends on 1970-01-07 in no feasible state; the last one before is kept",
    )


def test_faults_of_a_walk():
    conflict = toy(np.zeros((3, 16), dtype=int), status_quo=None)
    with pytest.raises(InputError, match="1970-01-02 is before 1970-01-03"):
        replay(conflict, [], 2, 1)
    with pytest.raises(InputError, match="toy names no status quo"):
        replay(conflict, [], 1, 2)
    assert replay(conflict, [Switch(2, 1, True, "s")], 1, 2, start=0).end == 2


@pytest.fixture(scope="module")
def walk():
    conflict = load_conflict("october-2025")
    return replay(
        conflict,
        Book.shipped(),
        parse_day("2025-09-01"),
        parse_day("2026-11-22"),
        switches=load_switches("october-2025", conflict),
        deals=load_deals("october-2025", conflict),
    )


def test_october_2025_step_by_step(walk):
    label = walk.conflict.space.label
    told = [(format_day(s.day), s.movers, label(s.start), label(s.end), s.label, s.answers) for s in walk.steps]
    assert told == [
        ("2025-09-29", (0,), "0", "1", "improvement", ()),
        ("2025-10-09", (1,), "1", "5", "improvement and sanction", (0,)),
        ("2025-10-30", (0, 1), "5", "8", "improvement", ()),
        ("2026-11-10", (0,), "8", "9", "improvement", ()),
        ("2026-11-11", (1,), "9", "13", "improvement and sanction", (3,)),
    ]
    assert walk.steps[2].last == parse_day("2025-11-10")


def test_a_lapse_is_no_act_and_the_end_of_knowledge_is_told(walk):
    lines = "\n".join(walk.lines())
    assert lines.count("a suspension lapsed, there is no act of that day") == 2
    assert "a suspension lapsed" not in "\n".join(c.why for s in walk.steps[:3] for c in s.changes)
    assert "later steps follow from texts published by then" in lines
    assert "The preferences are an assumption" in lines


def test_the_table_of_a_walk(walk):
    table = walk.sheet().by_column()
    assert table["label"] == [s.label for s in walk.steps]
    assert table["switched"] == [
        "+affiliates",
        "+controls61",
        "+purchases -controls61 -affiliates",
        "+affiliates",
        "+controls61",
    ]
    assert table["for_CN"] == ["worse", "better", "better", "worse", "better"]
    assert table["answers"] == ["", "1", "", "", "4"]


def test_the_clocks_of_2026_by_either_reading():
    conflict = load_conflict("expiry-2026-27")
    kept = {"switches": load_switches("expiry-2026-27", conflict), "deals": load_deals("expiry-2026-27", conflict)}
    window = (parse_day("2026-10-10"), parse_day("2027-02-01"))
    days = {}
    for reading in Reading:
        found = replay(conflict, Book.shipped(), *window, reading=reading, **kept)
        assert found.start == conflict.status_quo
        days[reading] = [format_day(s.day) for s in found.steps]
    assert days[Reading.TEXT] == ["2026-11-10", "2026-11-11", "2026-11-28"]
    assert days[Reading.ANNOUNCED] == ["2026-11-28", "2027-01-11"]
