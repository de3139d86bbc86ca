"""Inverse questions: exact counts of rankings, and conditions that decide stability."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from graph_models import at_random, build, elmira
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_stability import is_equilibrium, stable, strict_at_random

from countermeasure.errors import InputError
from countermeasure.talks.inverse import conditions, count_rankings
from countermeasure.talks.model import Preference
from countermeasure.talks.profiles import stable_under
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS, SEMANTICS


@pytest.fixture(scope="module")
def euphrates():
    """Syria and Iraq 1975, rankings as printed in the guide to GMCR+ (Table 3)."""
    return build(
        ["SY", "IQ"],
        [("release", "SY"), ("escalate", "SY"), ("attack", "IQ")],
        {1: "000", 2: "100", 3: "010", 4: "001", 5: "101", 6: "011"},
        {"SY": [1, 3, 6, 2, 4, 5], "IQ": [2, 4, 6, 1, 5, 3]},
    )


COUNTS = {
    "1": (0, 384, 0, 150),
    "2": (240, 384, 300, 384),
    "3": (0, 0, 0, 0),
    "4": (240, 384, 300, 300),
    "5": (0, 384, 0, 120),
    "6": (240, 384, 300, 300),
}


@pytest.mark.parametrize("target", COUNTS)
def test_rankings_of_syria_that_make_a_state_an_equilibrium(euphrates, target: str) -> None:
    found = count_rankings(euphrates, euphrates.space.place(target), "SY")
    assert found.total == 720
    assert tuple(found.counts[notion] for notion in NOTIONS) == COUNTS[target]
    assert found.share("gmr") == COUNTS[target][1] / 720


@pytest.mark.parametrize("seed", range(12))
def test_counts_equal_a_count_by_definition(seed: int) -> None:
    conflict = strict_at_random(seed, parties=2 + seed % 2, states=4)
    for target in range(4):
        counts = count_rankings(conflict, target, 1).counts
        for notion in NOTIONS:
            profiles = ([one if d == 1 else own for d, own in enumerate(conflict.ranks)] for one in permutations(range(4)))
            assert counts[notion] == sum(is_equilibrium(conflict, ranks, target, notion) for ranks in profiles)


@pytest.mark.parametrize("seed", range(6))
def test_two_parties_together(seed: int) -> None:
    conflict = strict_at_random(seed, parties=2 + seed % 2, states=4)
    found = count_rankings(conflict, 0, vary=("P0", "P1"))
    assert (found.total, found.varied) == (576, (0, 1))
    for notion in NOTIONS:
        pairs = ([a, b, *conflict.ranks[2:]] for a in permutations(range(4)) for b in permutations(range(4)))
        assert found.counts[notion] == sum(is_equilibrium(conflict, ranks, 0, notion) for ranks in pairs)


def test_eight_states() -> None:
    conflict = strict_at_random(5, states=8)
    rankings = np.array(list(permutations(range(8))))
    profiles = np.stack([rankings, np.broadcast_to(conflict.ranks[1], rankings.shape)], axis=1)
    wanted = stable_under(conflict, profiles)[..., 3].all(axis=2).sum(axis=0)
    found = count_rankings(conflict, 3)
    assert (found.total, tuple(found.counts.values())) == (40_320, tuple(wanted))


def test_too_many_rankings_are_refused() -> None:
    with pytest.raises(InputError, match=r"12 states, varied for MOE, are too many to count.*flip finds the nearest"):
        count_rankings(elmira(), 0)
    three = strict_at_random(1, parties=3, states=7)
    with pytest.raises(InputError, match="varied for P0 and P1, are too many"):
        count_rankings(three, 0, vary=(0, 1))
    with pytest.raises(InputError, match="there is no party 'XX'"):
        count_rankings(three, 0, "XX")
    with pytest.raises(InputError, match="there is no semantics 'any'"):
        count_rankings(three, 0, semantics="any")


def test_conditions_in_words(euphrates) -> None:
    found = {(one.party, one.notion): one for one in conditions(euphrates, euphrates.space.place("2"))}
    assert found[0, "nash"].words == "Nash: SY ranks 2 no lower than 1 and 3."
    assert found[0, "seq"].words == (
        "SEQ: SY ranks 2 no lower than 1, or else 4; and no lower than 3, or else 6, while the others rank as they do."
    )
    assert (
        found[0, "smr"].words == "SMR: SY ranks 2 no lower than 1, or else 4, 5 and 6; and no lower than 3, or else 4, 5 and 6."
    )
    assert not found[0, "seq"].met
    assert found[1, "nash"].met


def test_conditions_without_a_move() -> None:
    conflict = elmira()
    place = conflict.space.place("12")
    (nash, *_) = conditions(conflict, place)
    assert nash.words == "Nash: MOE in any case, there is no move from 12."
    assert nash.met


@settings(deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_conditions_decide_stability(seed: int, data: st.DataObject) -> None:
    conflict = at_random(seed, most_options=4)
    semantics = data.draw(st.sampled_from(SEMANTICS))
    target = data.draw(st.integers(0, len(conflict.space) - 1))
    found = solve(conflict, semantics=semantics)
    for one in conditions(conflict, target, semantics=semantics):
        assert one.met == found.of(one.notion)[one.party, target], one.words


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_conditions_hold_for_other_rankings_of_the_party(seed: int) -> None:
    conflict = strict_at_random(seed)
    before = conditions(conflict, 0)
    other = np.random.default_rng(seed).permutation(len(conflict.space)).astype(np.int32)
    changed = replace(conflict, preferences=(Preference(other), *conflict.preferences[1:]))
    for one in before:
        if one.party == 0:
            met = all(any(all(other[p] <= other[0] for p in way) for way in clause.alternatives) for clause in one.clauses)
            assert met == stable(changed, changed.ranks, 0, 0, one.notion)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_many_profiles_at_once_equal_one_by_one(seed: int) -> None:
    conflict = at_random(seed, most_options=4)
    rng = np.random.default_rng(seed)
    ranks = np.concatenate([conflict.ranks[None], rng.permuted(np.repeat(conflict.ranks[None], 3, axis=0), axis=2)])
    for semantics in SEMANTICS:
        found = stable_under(conflict, ranks, semantics=semantics)
        for profile, flags in zip(ranks, found, strict=True):
            made = tuple(replace(one, ranks=own) for one, own in zip(conflict.preferences, profile, strict=True))
            assert np.array_equal(flags, solve(replace(conflict, preferences=made), semantics=semantics).stable)


def test_many_profiles_of_a_conflict_too_large_for_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    conflict = elmira()
    ranks = np.stack([conflict.ranks, conflict.ranks[:, ::-1]])
    wanted = stable_under(conflict, ranks, notions=("seq", "nash"))
    monkeypatch.setattr("countermeasure.talks.profiles.MOST_STEPS", 10)
    assert np.array_equal(stable_under(conflict, ranks, notions=("seq", "nash")), wanted)
