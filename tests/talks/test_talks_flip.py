"""The smallest change that flips an answer: none is smaller, by exhaustive search."""

from collections import deque
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from graph_models import october
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_stability import STATEMENTS, is_equilibrium, stated, strict_at_random, tied_at_random, with_ranks

from countermeasure.errors import InputError
from countermeasure.talks.flip import flip
from countermeasure.talks.model import Preference
from countermeasure.talks.nearby import orders_near, statements_near
from countermeasure.talks.preferences import from_goals, from_statements
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS


def swaps_between(one, other):
    """Pairs that two rankings without ties order differently: the least number of swaps of neighbours."""
    n = len(one)
    return sum((one[a] < one[b]) != (other[a] < other[b]) for a in range(n) for b in range(a))


def weak_orders(n):
    """All rankings of n states, ties allowed, as dense ranks."""
    return sorted({tuple(np.unique(one, return_inverse=True)[1].tolist()) for one in product(range(n), repeat=n)})


def one_change_apart(one, other):
    """Whether one state stands otherwise: out of its class by itself, into the next, or past a neighbour."""
    for a, b in ((one, other), (other, one)):
        for x in range(len(a)):
            rest = [k for k in range(len(a)) if k != x]
            if any((a[k] - a[m] > 0) != (b[k] - b[m] > 0) for k in rest for m in rest):
                continue
            alone = [sum(v == r[x] for v in r) == 1 for r in (a, b)]
            if sum(alone) == 1 and not alone[0]:  # leaves a class, to stand next to it
                mates = {k for k in rest if a[k] == a[x]}
                if all((a[k] > a[x]) == (b[k] > b[x]) or k in mates for k in rest):
                    return True
            if all(alone):  # passes one neighbour that stands alone
                passed = [k for k in rest if (a[k] > a[x]) != (b[k] > b[x])]
                if len(passed) == 1:
                    return True
    return False


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("notion", ["nash", "smr", "seq"])
def test_no_fewer_swaps_flip_a_ranking_without_ties(seed: int, notion: str) -> None:
    conflict = strict_at_random(seed, parties=2, states=4)
    target = seed % 4
    before = is_equilibrium(conflict, conflict.ranks, target, notion)
    found = flip(conflict, target, notion, most=12)
    assert found.stable == before
    best, rankings = 99, list(permutations(range(4)))
    for ranks in product(rankings, rankings):
        size = sum(swaps_between(a, b) for a, b in zip(conflict.ranks, ranks, strict=True))
        if size < best and is_equilibrium(conflict, ranks, target, notion) != before:
            best = size
    assert (found.nearest.size if found.nearest else 99) == best
    assert found.searched == (best if found.nearest else 12)
    for way in found.ways:
        ranks = [own.copy() for own in conflict.ranks]
        for change in way.changes:
            ranks[change.party] = change.preference.ranks
        assert is_equilibrium(conflict, ranks, target, notion) != before
        assert sum(swaps_between(a, b) for a, b in zip(conflict.ranks, ranks, strict=True)) == best
        assert way.equilibria == solve(with_ranks(conflict, ranks)).equilibria(notion)


@pytest.mark.parametrize("seed", [seed for seed in range(30) if seed != 22])  # 22 has three parties and takes seconds
def test_no_fewer_changes_flip_a_ranking_with_ties(seed: int) -> None:
    conflict = tied_at_random(seed)
    n, parties = len(conflict.space), range(len(conflict.parties))
    if all(one.ranks.max() == n - 1 for one in conflict.preferences):
        return
    orders = weak_orders(n)
    near = {one: [other for other in orders if other != one and one_change_apart(one, other)] for one in orders}
    strict = {one: [other for other in near[one] if max(other) == n - 1] for one in orders}

    def distances(start):
        table = strict if max(start) == n - 1 else near
        found, front = {start: 0}, deque([start])
        while front:
            one = front.popleft()
            for other in table[one]:
                if other not in found:
                    found[other] = found[one] + 1
                    front.append(other)
        return found

    reached = [distances(tuple(ranks.tolist())) for ranks in conflict.ranks]
    for notion in ("gmr", "seq"):
        before = is_equilibrium(conflict, conflict.ranks, 0, notion)
        best = 99
        for changed in [(p, p) for p in parties] + [(p, q) for p in parties for q in parties if p < q]:
            for a in reached[changed[0]].items():
                for b in reached[changed[1]].items() if changed[0] != changed[1] else [a]:
                    size = a[1] + (b[1] if changed[0] != changed[1] else 0)
                    if not 0 < size < best:
                        continue
                    ranks = list(conflict.ranks)
                    ranks[changed[0]], ranks[changed[1]] = a[0], b[0]
                    if is_equilibrium(conflict, ranks, 0, notion) != before:
                        best = size
        found = flip(conflict, 0, notion, most=8)
        if best < 99 or found.nearest is None:
            assert (found.nearest.size if found.nearest else 99) == best
        else:  # more than two parties had to change
            assert notion == "gmr"
            assert len(found.nearest.changes) > 2


def test_orders_at_each_distance_are_all_there_once() -> None:
    levels = list(orders_near(np.arange(5), 1000))
    assert [len(level) for level in levels] == [4, 9, 15, 20, 22, 20, 15, 9, 4, 1, 0]  # Mahonian numbers
    for distance, level in enumerate(levels, 1):
        assert all(swaps_between(range(5), row) == distance for row in level.tolist())
    assert sum(len(level) for level in orders_near(np.array([0, 0, 1, 1]), 1000)) + 1 == len(weak_orders(4))
    assert [len(level) for level in orders_near(np.arange(5), 10)] == [4, 9]


def test_three_of_ten_swaps_of_statements_change_the_answer_and_none_ends_the_truce() -> None:
    conflict = stated()
    assert np.array_equal(conflict.ranks, october().ranks)
    before = solve(conflict).equilibria("seq")
    (first, *_) = statements_near(6, 100, drop=False)
    found = [solve(stated({party: order})).equilibria("seq") for party in ("US", "CN") for order in first]
    assert len(found) == 10
    assert sum(one != before for one in found) == 3
    truce = conflict.space.place("8")
    assert all(truce in one for one in found)


def test_statements_that_would_end_the_truce() -> None:
    conflict = stated()
    found = flip(conflict, conflict.space.place("8"), "seq")
    assert found.stable
    assert found.words == "state 8 is an equilibrium (SEQ); 2 changes break it, in 4 ways."
    assert found.nearest.words == (
        "If US puts 'affiliates' before 'purchases' and drops 'no controls61': "
        "state 8 is no longer an equilibrium (SEQ); equilibria then: 5."
    )
    for way in found.ways:
        changed = list(conflict.preferences)
        for change in way.changes:
            ids = [option.id for option in conflict.options]
            made = from_statements(conflict.space, ids, change.preference.statements)
            assert np.array_equal(made.ranks, change.preference.ranks)
            changed[change.party] = made
        assert solve(replace(conflict, preferences=tuple(changed))).equilibria("seq") == way.equilibria


def test_none_within_the_changes_tried() -> None:
    conflict = october()
    found = flip(conflict, conflict.space.place("8"), "smr", most=3)
    assert (found.nearest, found.searched) == (None, 3)
    assert found.words == "state 8 is an equilibrium (SMR); none within 3 changes breaks it."
    cut = flip(conflict, conflict.space.place("8"), "smr", most=6, limit=200)
    assert (cut.nearest, cut.searched) == (None, 2)


def test_ranking_of_the_truce_in_words() -> None:
    conflict = october()
    found = flip(conflict, conflict.space.place("8"), "nash")
    assert found.nearest.words == "If US ranks 8 above 9: state 8 is an equilibrium (Nash); equilibria then: 5, 8."
    (change,) = found.nearest.changes
    assert (change.party, change.how, found.nearest.counted) == (0, "swaps", True)
    only = flip(conflict, conflict.space.place("8"), "seq", parties=["CN"], most=4)
    assert {change.party for way in only.ways for change in way.changes} <= {1}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(NOTIONS), st.sampled_from([0.0, 0.7]))
def test_no_smaller_shift_of_a_payoff_flips(seed: int, notion: str, epsilon: float) -> None:
    base = strict_at_random(seed, states=5)
    rng = np.random.default_rng(seed)
    made = tuple(Preference.of_values(rng.normal(size=5).round(2) * 3, epsilon) for _ in range(2))
    conflict = replace(base, preferences=made)
    before = is_equilibrium(conflict, conflict.ranks, 1, notion)
    found = flip(conflict, 1, notion)
    assert found.stable == before
    least = min((way.size for way in found.ways), default=12.0)
    for party, preference in enumerate(made):
        for place in range(5):
            for shift in rng.uniform(-1, 1, 30) * (least - 1e-6):
                values = preference.values.copy()
                values[place] += shift
                ranks = list(conflict.ranks)
                ranks[party] = Preference.of_values(values, epsilon).ranks
                assert is_equilibrium(conflict, ranks, 1, notion) == before
    for way in found.ways:  # the shift that is told, or the least beyond it, does flip
        (change,) = way.changes
        values = made[change.party].values.copy()
        moved = change.preference.values - values
        (place,) = np.flatnonzero(moved)
        values[place] += np.sign(moved[place]) * (way.size + (1e-7 if way.beyond else 0.0))
        values[place] = values[place].round(12)
        ranks = list(conflict.ranks)
        ranks[change.party] = Preference.of_values(values, epsilon + 1e-9).ranks
        assert is_equilibrium(conflict, ranks, 1, notion) != before


def test_weights_of_goals() -> None:
    conflict = october()
    ids = [option.id for option in conflict.options]
    made = []
    for party in conflict.parties:
        texts = STATEMENTS[party.id]
        made.append(from_goals(conflict.space, ids, {text: 2.0 ** (6 - k) for k, text in enumerate(texts)}))
    goals = replace(conflict, preferences=tuple(made))
    assert np.array_equal(goals.ranks, conflict.ranks)
    found = flip(goals, conflict.space.place("5"), "nash")
    assert found.searched == 0
    assert found.ways[0].words == (
        "If US gives 'no tariff100' the weight less than 0 instead of 2: "
        "state 5 is no longer an equilibrium (Nash); equilibria then: 7."
    )
    for weight, stands in ((0.0, True), (-0.01, False)):
        other = {text: 2.0 ** (6 - k) for k, text in enumerate(STATEMENTS["US"])} | {"no tariff100": weight}
        tried = replace(goals, preferences=(from_goals(conflict.space, ids, other), made[1]))
        assert (conflict.space.place("5") in solve(tried).equilibria("nash")) == stands


def test_what_cannot_be_asked() -> None:
    conflict = october()
    with pytest.raises(InputError, match="there is no notion 'core'"):
        flip(conflict, 0, "core")
    with pytest.raises(InputError, match="no way 'dreams' to change preferences"):
        flip(conflict, 0, how="dreams")
    with pytest.raises(InputError, match=r"no party named has preferences that change by weights.*write swaps"):
        flip(conflict, 0, how="weights")
    with pytest.raises(InputError, match="there is no party 'EU'"):
        flip(conflict, 0, parties=["EU"])
