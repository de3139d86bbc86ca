"""Files of conflicts: what they hold, and what their faults are called."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.book.load import shipped_data
from countermeasure.errors import BookError, InputError, NotFoundError
from countermeasure.talks.constraints import Expression, feasible_codes, pattern_of, read_expression
from countermeasure.talks.file import schema_text
from countermeasure.talks.model import StateSpace
from countermeasure.talks.preferences import from_goals, from_payoffs, from_ranking, from_statements
from countermeasure.talks.read import conflict_names, load_conflict, read_conflicts
from countermeasure.talks.solve import solve
from countermeasure.talks.statements import ranks_of_truths, read_statement, scores_of_truths, truths_of

BROKEN = sorted((Path(__file__).parent.parent / "broken" / "talks").glob("*.yaml"))
IDS = ("rule", "tariff", "controls")
GOOD = """id: small
title: A test
sources: [a book]
decision_makers: [{id: A, name: first}, {id: B, name: second}]
options:
  - {id: rule, dm: A, measures: ["us-x/y*"], on_when: all}
  - {id: tariff, dm: A, direction: fwd}
  - {id: controls, dm: B, name: "controls of October"}
constraints: ["if tariff then rule"]
preferences:
  A: {statements: ["no controls", "rule", "11-"]}
  B: {goals: {"not rule": 2, "controls iff tariff": 1}, assumption: "no", source: a letter}
status_quo: "000"
views:
  A: {B: {payoffs: {"000": 3, "100": 1, "110": 1.05, "001": 0, "101": 2, "111": 2}, epsilon: 0.1}}
switches: [{day: "2025-10-09", option: controls, to: "on", source: a gazette}]
"""


@pytest.fixture
def small(tmp_path):
    def write(text=GOOD):
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_broken_files_name_line_and_word(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    expect = first.removeprefix("# expect: ")
    assert expect != first
    with pytest.raises(BookError) as caught:
        load_conflict(path)
    assert expect in str(caught.value)
    assert caught.value.code == "bad_conflict"


def test_a_file_holds_what_it_says(small):
    conflict = load_conflict(small())
    assert [p.name for p in conflict.parties] == ["first", "second"]
    assert [(o.id, o.party, o.direction) for o in conflict.options] == [
        ("rule", 0, "both"),
        ("tariff", 0, "fwd"),
        ("controls", 1, "both"),
    ]
    assert conflict.options[0].measures == ("us-x/y*",)
    assert conflict.options[0].on_when == "all"
    assert [conflict.space.text(n) for n in range(len(conflict.space))] == ["000", "100", "110", "001", "101", "111"]
    assert conflict.status_quo == 0
    assert conflict.source == "a book"
    assert conflict.assumption
    first, second = conflict.preferences
    assert (first.kind, first.source) == ("statements", "assumption: a book")
    assert first.ranks.tolist() == [3, 4, 5, 0, 1, 2]
    assert (second.kind, second.source) == ("goals", "a letter")
    assert second.values.tolist() == [3, 1, 0, 2, 0, 1]
    believed = conflict.views[0][1]
    assert believed.ranks.tolist() == [3, 1, 1, 0, 2, 2]


def test_all_faults_come_in_one_go(small):
    text = GOOD.replace("if tariff then rule", "if tarif then rule").replace("option: controls, to", "option: control, to")
    with pytest.raises(BookError) as caught:
        load_conflict(small(text))
    assert [fault.split(": ")[0] for fault in caught.value.faults] == ["small.yaml:16", "small.yaml:9"]
    text = GOOD.replace('"no controls"', '"no control"').replace('"not rule": 2', '"not rules": 2')
    with pytest.raises(BookError) as caught:
        load_conflict(small(text.replace('status_quo: "000"', 'status_quo: "0"')))
    assert [fault.split(": ")[0] for fault in caught.value.faults] == ["small.yaml:11", "small.yaml:12", "small.yaml:13"]


def test_names_that_are_not_there():
    with pytest.raises(NotFoundError, match="prisoners-dilemma"):
        load_conflict("no-such-conflict")


def test_schema_is_the_shipped_one():
    shipped = (shipped_data() / "talks" / "conflict.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text()
    assert json.loads(shipped)["title"] == "ConflictFile"


@pytest.mark.parametrize("name", conflict_names())
def test_shipped_conflicts_load_and_say_where_they_come_from(name):
    conflict = load_conflict(name)
    assert conflict.id == name
    assert conflict.source
    assert all(preference.source for preference in conflict.preferences)
    assert conflict.assumption == any(p.source.startswith("assumption") for p in conflict.preferences)


# -------------------------------------------------------------------------------------------------------- expressions


def truth(text, **taken):
    code = sum(1 << j for j, one in enumerate(IDS) if taken.get(one))
    return bool(read_expression(text, IDS).holds(np.array([code]))[0])


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("rule", lambda r, t, c: r),
        ("not rule and tariff", lambda r, t, c: not r and t),
        ("not (rule and tariff)", lambda r, t, c: not (r and t)),
        ("rule or tariff and controls", lambda r, t, c: r or (t and c)),
        ("(rule or tariff) and controls", lambda r, t, c: (r or t) and c),
        ("if rule then tariff or controls", lambda r, t, c: not r or t or c),
        ("if rule and tariff then controls", lambda r, t, c: not (r and t) or c),
        ("rule iff tariff", lambda r, t, c: r == t),
        ("no tariff unless controls", lambda r, t, c: not t or c),
        ("no controls while rule or tariff", lambda r, t, c: not c or not (r or t)),
        ("1-0", lambda r, t, c: r and not c),
        ("--1 or 00-", lambda r, t, c: c or not (r or t)),
        ("not not rule", lambda r, t, c: r),
        ("true", lambda r, t, c: True),
        ("false or rule", lambda r, t, c: r),
        ("if rule then if tariff then controls", lambda r, t, c: not (r and t) or c),
    ],
)
def test_expressions_mean_what_they_say(text, meaning):
    for r, t, c in product((False, True), repeat=3):
        assert truth(text, rule=r, tariff=t, controls=c) == meaning(r, t, c)


def test_expressions_know_their_options():
    assert read_expression("if rule then not (controls or 1--)", IDS).options == 0b101
    assert isinstance(read_expression("rule", IDS), Expression)


def test_too_many_options_are_refused_before_the_cube_is_built():
    with pytest.raises(InputError, match="22 options at most"):
        feasible_codes(23)


# -------------------------------------------------------------------------------------------------------- preferences


def whole(bits):
    return StateSpace(bits, np.arange(1 << bits, dtype=np.int64))


@given(st.lists(st.sampled_from(["rule", "not tariff", "controls or rule", "rule iff controls", "-01"]), max_size=60))
def test_statements_rank_by_their_weights(texts):
    space = whole(3)
    truths = truths_of([read_statement(text, IDS) for text in texts], space.codes)
    exact = [sum(1 << (len(texts) - 1 - j) for j in range(len(texts)) if truths[j, n]) for n in range(8)]
    order = sorted(set(exact))
    assert ranks_of_truths(truths).tolist() == [order.index(score) for score in exact]
    scores = scores_of_truths(truths)
    assert (scores is None) == (len(texts) > 52)
    if scores is not None:
        assert scores.tolist() == exact


def test_a_statement_may_be_several_of_which_one_must_hold():
    preference = from_statements(whole(2), ("a", "b"), [["11", "00"], "a"])
    assert preference.ranks.tolist() == [2, 1, 0, 3]
    assert preference.statements == ("11 or 00", "a")


def test_goals_do_not_part_by_rounding():
    preference = from_goals(whole(3), IDS, {"rule": 0.1, "tariff": 0.2, "controls": 0.3})
    assert preference.ranks[0b011] == preference.ranks[0b100]
    assert preference.statements == ("rule: 0.1", "tariff: 0.2", "controls: 0.3")


@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=7, max_size=7))
def test_rankings_go_there_and_back(order, tied):
    space = whole(3)
    classes = [[order[0]]]
    for place, same in zip(order[1:], tied, strict=True):
        if same:
            classes[-1].append(place)
        else:
            classes.append([place])
    preference = from_ranking(space, [[space.text(place) for place in one] for one in classes])
    assert [sorted(one) for one in preference.classes()] == [sorted(one) for one in classes]


def test_payoffs_within_epsilon_are_as_good_as_each_other():
    space = whole(2)
    payoffs = {"00": 1.0, "10": 1.4, "01": 1.6, "11": 3.0}
    assert from_payoffs(space, payoffs, 0.5).ranks.tolist() == [0, 0, 1, 2]
    assert from_payoffs(space, payoffs).ranks.tolist() == [0, 1, 2, 3]


# ---------------------------------------------------------------------------------------------------- files of several


def test_variants_and_aliases(tmp_path):
    path = tmp_path / "many.yaml"
    path.write_text(
        """conflicts:
  - id: base
    title: Base
    source: {citation: a book, inputs: seen}
    decision_makers: [{id: A}, {id: B}]
    options: [{id: a, dm: A}, {id: b, dm: B}]
    states: {1: "00", 2: "10", 3: "01", 4: "11"}
    preferences: {A: &order [3, 4, 1, 2], B: [2, 4, 1, 3]}
    other: of no interest
    expected: {equilibria: {legal_sequence: {nash: [1]}}}
    variants:
      - id: one_way
        options: [{id: a, direction: fwd}]
        expected: {equilibria: {legal_sequence: {nash: [1, 2]}}}
      - id: same
        preferences: {B: *order}
""",
        encoding="utf-8",
    )
    found = read_conflicts(path)
    assert [conflict.id for conflict, _ in found] == ["base", "base/one_way", "base/same"]
    assert found[1][0].only_on == 1
    assert np.array_equal(found[2][0].ranks[0], found[2][0].ranks[1])
    assert found[2][1] == {}
    assert found[0][0].source == "a book, inputs seen"
    assert not found[0][0].assumption
    for conflict, expected in found[:2]:
        places = solve(conflict).equilibria("nash")
        assert [conflict.space.label(n) for n in places] == expected["equilibria"]["legal_sequence"]["nash"]


def test_variants_by_name_and_faults_of_them(tmp_path):
    path = tmp_path / "many.yaml"
    text = """conflicts:
  - id: base
    title: Base
    decision_makers: [{id: A}, {id: B}]
    options: [{id: a, dm: A}, {id: b, dm: B}]
    preferences: {A: ["11", "10", "01", "00"], B: ["00", "10", "01", "11"]}
    variants:
      angry:
        preferences: {A: ["11", "10", "01", "00"], B: ["00", "10", "01"]}
"""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match=r"many.yaml:9: the ranking misses state 11"):
        read_conflicts(path)
    path.write_text(text.replace('"01"]', '"01", "11"]'), encoding="utf-8")
    assert [conflict.id for conflict, _ in read_conflicts(path)] == ["base", "base/angry"]


def test_a_file_of_one_is_no_file_of_many(small):
    with pytest.raises(InputError, match="holds no list of conflicts"):
        read_conflicts(small())


def test_patterns_have_a_sign_for_each_option():
    with pytest.raises(InputError, match="does not fit 2 options"):
        pattern_of("1", 2)
