"""Paths: fewest moves against interest, then shortest, by brute force; coalitions and third parties."""

import numpy as np
import pytest
from graph_models import at_random, build, can_go, elmira, october, prefers, prisoners
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.errors import InputError
from countermeasure.talks.coalitions import coalition_effect, coalitions_sheet, frozen, third_party_effect
from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.paths import change_words, parties_of, paths, paths_sheet
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS, Stability

SEEDS = st.integers(0, 1_000_000)


def labels(conflict, places):
    return [conflict.space.label(n) for n in places]


def arcs_of(conflict, groups=()):
    """All arcs, (start, end, movers, weight), by checking each pair of states."""
    n = len(conflict.space)
    alone = [(p,) for p in range(len(conflict.parties))]
    found = []
    for a in range(n):
        for b in range(n):
            for who in [*alone, *groups]:
                if can_go(conflict, who, a, b):
                    better = prefers(conflict, who, a, b)
                    if better or len(who) == 1:
                        found.append((a, b, who, 0 if better else 1))
    return found


def least(conflict, arcs, start):
    """Least (moves against interest, moves) to each state, by relaxing all arcs until nothing changes."""
    best = {start: (0, 0)}
    changed = True
    while changed:
        changed = False
        for a, b, _, weight in arcs:
            if a in best:
                new = (best[a][0] + weight, best[a][1] + 1)
                if new < best.get(b, (99, 99)):
                    best[b], changed = new, True
    return best


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_paths_are_the_cheapest_by_brute_force(seed):
    conflict = at_random(seed)
    groups = ((0, 1),) if seed % 2 else ()
    stability = solve(conflict, coalitions=groups)
    arcs = arcs_of(conflict, groups)
    best = least(conflict, arcs, conflict.status_quo)
    every = range(len(conflict.space))
    ways = paths(conflict, stability, targets=every)
    assert {way.target for way in ways} == set(every)
    for way in ways:
        assert way.reached == (way.target in best)
        if not way.reached:
            assert not way.steps
            assert not way.improving
            continue
        assert (len(way.against), len(way.steps)) == best[way.target]
        assert way.improving == (best[way.target][0] == 0)
        place, last = way.start, None
        for step in way.steps:
            assert step.start == place
            assert can_go(conflict, step.movers, place, step.end)
            assert prefers(conflict, step.movers, place, step.end) == (step.kind != "move")
            assert (len(step.movers) > 1) == (step.kind == "coalition improvement")
            assert step.movers != last or len(step.movers) > 1
            assert step.gained == tuple(conflict.ranks[n, step.end] - conflict.ranks[n, place] for n in step.movers)
            place, last = step.end, step.movers
        assert place == way.target
    ordered = [(not w.reached, len(w.against), len(w.steps)) for w in ways]
    assert ordered == sorted(ordered)


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_who_can_give_way_first_is_true_by_brute_force(seed):
    conflict = at_random(seed)
    arcs = arcs_of(conflict)
    start = conflict.status_quo
    near = {n for n, (against, _) in least(conflict, [a for a in arcs if not a[3]], start).items() if not against}
    from_here = {}
    for way in paths(conflict, solve(conflict), targets=range(len(conflict.space))):
        if not way.against:
            assert way.givers == ()
            assert way.cost() == ""
            continue
        first = way.first_against
        assert all(step.kind == "improvement" for step in way.steps[: way.steps.index(first)])
        givers = set()
        for a, b, who, weight in arcs:
            if a in near and weight:
                if b not in from_here:
                    from_here[b] = least(conflict, arcs, b)
                if from_here[b].get(way.target, (99, 0))[0] == len(way.against) - 1:
                    givers.add(who)
        assert {step.movers for step in way.givers} == givers
        assert first.movers in givers
        for step in way.givers:
            assert step.start in near
            assert step.gained[0] <= 0
            assert can_go(conflict, step.movers, step.start, step.end)


def test_elmira_opens_a_way_through_a_coalition():
    conflict = elmira()
    effect = coalition_effect(conflict, ["MOE", "UR"])
    assert {conflict.space.label(a): labels(conflict, b) for a, b in effect.improvements.items()} == {
        "2": ["4"],
        "7": ["10"],
        "8": ["10"],
    }
    for notion in NOTIONS:
        assert labels(conflict, effect.falls[notion]) == ["7"]
    assert sorted(labels(conflict, effect.before["nash"]), key=int) == ["5", "6", "7", "10", "11", "12"]
    (way,) = effect.opens
    assert labels(conflict, [way.start, *(step.end for step in way.steps)]) == ["1", "7", "10"]
    assert [step.kind for step in way.steps] == ["improvement", "coalition improvement"]
    assert [[conflict.parties[n].id for n in step.movers] for step in way.steps] == [["LG"], ["MOE", "UR"]]
    text = effect.says()
    assert "falls: 7 {delay, insist} (nash, gmr, smr, seq)" in text
    assert "1 -> 7 -> 10" in text
    assert coalitions_sheet([effect]).rows[0] == ("MOE UR", "falls", "7", "nash gmr smr seq")


def test_october_the_us_has_to_give_way_first():
    conflict = october()
    (way,) = paths(conflict, solve(conflict), targets=["8"])
    assert not way.improving
    assert len(way.against) == 1
    assert [conflict.parties[step.movers[0]].id for step in way.givers] == ["US"]
    assert way.says().splitlines() == [
        "to 8 {purchases} (gmr, smr, seq): 1 against interest",
        "  1. US drops affiliates [move] -> 4 {controls61}",
        "  2. CN drops controls61 and takes purchases [improvement] -> 8 {purchases}",
        "  first against interest: US drops affiliates, which costs it 4 of 16 ranks",
    ]


def test_either_can_give_way_first_in_the_dilemma():
    conflict = prisoners()
    (way,) = paths(conflict, solve(conflict), "1", ["4"])
    assert len(way.against) == 2
    assert way.cost() == "A takes a, which costs it 1 of 4 ranks; or B takes b, which costs it 1 of 4 ranks"


def test_all_equilibria_are_targets_and_the_start_is_a_path():
    conflict = october()
    stability = solve(conflict)
    ways = paths(conflict, stability)
    assert {way.target for way in ways} == {n for notion in NOTIONS for n in stability.equilibria(notion)}
    assert ways[0].says() == "5 {affiliates, controls61} (nash, gmr, smr, seq): the start"
    rows = paths_sheet(ways).records()
    assert rows[0]["kind"] == "start"
    assert {row["kind"] for row in rows} == {"start", "improvement", "move"}


def test_no_way_back_is_told():
    conflict = build(["A", "B"], [("a", "A", "fwd"), ("b", "B")], {0: "00", 1: "10", 2: "01", 3: "11"},
                     {"A": [0, 1, 2, 3], "B": [0, 1, 2, 3]}, status_quo=1)  # fmt: skip
    (way,) = paths(conflict, solve(conflict), targets=["0"])
    assert not way.reached
    assert way.says() == "to 0 {none} (nash, gmr, smr, seq): no sequence of moves leads there"
    assert paths_sheet([way]).rows[0][4] == "no way"


def test_words_of_a_change():
    conflict = october()
    a, b = conflict.space.place("7"), conflict.space.place("8")
    assert change_words(conflict, a, b) == "US drops affiliates and tariff100; CN drops controls61 and takes purchases"
    assert change_words(conflict, a, a) == "nothing changes"


def test_four_thousand_states():
    rng = np.random.default_rng(5)
    options = tuple(Option(f"o{j}", f"o{j}", j % 3) for j in range(12))
    ranks = tuple(Preference(rng.permutation(4096).astype(np.int32)) for _ in range(3))
    named = tuple(Party(p, p) for p in "ABC")
    conflict = Conflict("large", "large", named, options, StateSpace(12, np.arange(4096)), ranks, 0)
    flags = np.zeros((4, 3, 4096), dtype=np.bool_)
    flags[:, :, ::40] = True
    ways = paths(conflict, Stability(conflict, "legal_sequence", flags, ((0,), (1,), (2,))))
    assert len(ways) == 103
    assert all(way.reached for way in ways)


def test_faults_are_told():
    conflict = october()
    stability = solve(conflict)
    with pytest.raises(InputError, match="there is no state 'x'"):
        paths(conflict, stability, "x")
    with pytest.raises(InputError, match="no state at place 16"):
        paths(conflict, stability, 16)
    with pytest.raises(InputError, match="there is no party 'JP'"):
        paths(conflict, stability, coalitions=[["US", "JP"]])
    with pytest.raises(InputError, match="named twice"):
        parties_of(conflict, ["US", 0])
    with pytest.raises(InputError, match="there is no party 7"):
        parties_of(conflict, [7])
    nowhere = build(["A"], [("a", "A")], {0: "0", 1: "1"}, {"A": [0, 1]})
    with pytest.raises(InputError, match="names no status quo"):
        paths(nowhere, solve(nowhere))


# --- coalitions and third parties -------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_coalition_only_takes_equilibria_away(seed):
    conflict = at_random(seed)
    effect = coalition_effect(conflict, [0, 1])
    alone = solve(conflict)
    for notion in NOTIONS:
        before, after = set(alone.equilibria(notion)), set(effect.stability.equilibria(notion))
        assert set(effect.before[notion]) == before
        assert set(effect.falls[notion]) == before - after
        assert not set(effect.rises[notion]) & before
    assert set(effect.falls["nash"]) == set(effect.before["nash"]) & set(effect.improvements)
    for way in effect.opens:
        assert any(step.kind == "coalition improvement" for step in way.steps)
        assert way.improving


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_party_that_keeps_its_options_has_no_move(seed):
    conflict = at_random(seed)
    party = conflict.options[0].party
    small = frozen(conflict, [party])
    mask = conflict.masks[party]
    start = int(conflict.space.codes[conflict.status_quo])
    assert all((int(code) ^ start) & mask == 0 for code in small.space.codes)
    assert small.space.codes[small.status_quo] == start
    where = conflict.space.places(small.space.codes)
    for n in range(len(conflict.parties)):
        full, kept = conflict.ranks[n, where], small.ranks[n]
        assert (np.sign(full[:, None] - full) == np.sign(kept[:, None] - kept)).all()
    assert solve(small).of("nash")[party].all()
    effect = third_party_effect(conflict, party)
    for notion in NOTIONS:
        now = set(effect.passive[notion]) - set(effect.falls[notion]) | set(effect.rises[notion]) | set(effect.new[notion])
        assert now == set(solve(conflict).equilibria(notion))


def test_a_third_party_breaks_an_embargo():
    """B yields to an embargo while C sells nothing; once C sells, B does not yield, and A gives the embargo up."""
    conflict = build(
        ["A", "B", "C"],
        [("embargo", "A"), ("yield", "B"), ("sell", "C")],
        {n: "".join("1" if n >> j & 1 else "0" for j in range(3)) for n in range(8)},
        {"A": [3, 2, 1, 6, 0, 4, 7, 5], "B": [0, 4, 5, 2, 3, 1, 6, 7], "C": [5, 7, 4, 6, 1, 3, 0, 2]},
        status_quo=1,
    )
    effect = third_party_effect(conflict, "C")
    assert labels(conflict, effect.passive["nash"]) == ["3"]
    assert labels(conflict, effect.falls["nash"]) == ["3"]
    assert labels(conflict, effect.new["nash"]) == ["4"]
    assert "C acting, against leaving its options as they are:" in effect.says()
    assert "falls: 3 {embargo, yield}" in effect.says()


def test_a_party_without_options_changes_nothing():
    conflict = build(["A", "B"], [("a", "A")], {0: "0", 1: "1"}, {"A": [0, 1], "B": [1, 0]}, status_quo=0)
    with pytest.raises(InputError, match="B has no options"):
        third_party_effect(conflict, "B")
    with pytest.raises(InputError, match="two parties at least"):
        coalition_effect(october(), ["US"])


def test_long_effects_are_cut_with_a_count():
    rng = np.random.default_rng(2)
    named = tuple(Party(p, p) for p in "ABC")
    options = tuple(Option(f"o{j}", f"o{j}", j % 3) for j in range(7))
    ranks = tuple(Preference(rng.permutation(128).astype(np.int32)) for _ in named)
    effect = coalition_effect(Conflict("c", "c", named, options, StateSpace(7, np.arange(128)), ranks, 0), "AB")
    text = effect.says()
    assert f"they prefer a joint move from {len(effect.improvements)} of 128 states in all" in text
    fallen = {n for found in effect.falls.values() for n in found}
    assert text.count("  falls: ") == 9
    assert f"  falls: {len(fallen) - 8} more" in text
