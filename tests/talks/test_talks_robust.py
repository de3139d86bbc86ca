"""Robustness: shares with Wilson intervals, the same numbers whatever the workers."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from graph_models import at_random, elmira, october, prisoners
from plain_stability import STATEMENTS, stated
from scipy.stats import binomtest, chisquare

from countermeasure.errors import InputError
from countermeasure.talks.nearby import neighbours, random_steps
from countermeasure.talks.preferences import from_goals
from countermeasure.talks.robust import robust, wilson
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS


def goals():
    conflict = october()
    ids = [option.id for option in conflict.options]
    made = [
        from_goals(conflict.space, ids, {text: 2.0 ** (6 - k) for k, text in enumerate(STATEMENTS[p.id])})
        for p in conflict.parties
    ]
    return replace(conflict, preferences=tuple(made))


CASES = {"statements": stated, "swaps": elmira, "weights": goals, "payoffs": prisoners}


@pytest.mark.parametrize("draws", [1, 7, 400])
def test_wilson_interval(draws: int) -> None:
    for count in {0, 1, draws // 3, draws - 1, draws}:
        wanted = binomtest(count, draws).proportion_ci(0.95, method="wilson")
        assert wilson(count, draws) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


@pytest.mark.parametrize("how", CASES)
def test_same_seed_same_numbers_whatever_the_workers(how: str) -> None:
    conflict = CASES[how]()
    alone = robust(conflict, 600, 7, how=how)
    with ThreadPoolExecutor(3) as threads:
        threaded = robust(conflict, 600, 7, how=how, executor=threads)
    for name in ("counts", "stable", "same", "as_given"):
        assert np.array_equal(getattr(alone, name), getattr(threaded, name))
    other = robust(conflict, 600, 8, how=how)
    assert not np.array_equal(alone.stable, other.stable)


def test_worker_processes_give_the_same() -> None:
    alone = robust(stated(), 500, 3)
    with ProcessPoolExecutor(2) as processes:
        spread_out = robust(stated(), 500, 3, executor=processes)
    assert np.array_equal(alone.counts, spread_out.counts)


@pytest.mark.parametrize("how", CASES)
def test_without_spread_the_answer_is_that_of_the_model(how: str) -> None:
    conflict = CASES[how]()
    found = robust(conflict, 20, how=how, spread=0)
    stability = solve(conflict)
    for k, notion in enumerate(NOTIONS):
        assert tuple(np.flatnonzero(found.as_given[k])) == stability.equilibria(notion)
        assert np.array_equal(found.counts[k], 20 * found.as_given[k])
        assert found.same[k] == 20


def test_inclusion_laws_hold_in_shares() -> None:
    for seed in range(5):
        nash, gmr, smr, seq = robust(at_random(seed), 200, how="swaps", spread=2).counts
        assert (nash <= smr).all()
        assert (smr <= gmr).all()
        assert (nash <= seq).all()
        assert (seq <= gmr).all()


def test_the_truce_of_the_illustration_leans_little_on_the_order_of_statements() -> None:
    conflict = stated()
    found = robust(conflict, 2000, 1)
    truce = found.share("seq", conflict.space.place("8"))
    rule = found.share("nash", conflict.space.place("5"))
    assert truce.as_given
    assert truce.share > 0.98
    assert 0.6 < rule.share < 0.9
    assert rule.low < rule.share < rule.high
    listed = found.shares("seq", least=0.2)
    assert [one.share for one in listed] == sorted((one.share for one in listed), reverse=True)
    assert {one.state for one in listed} >= set(solve(conflict).equilibria("seq"))


def test_one_random_swap_is_any_of_the_swaps_alike() -> None:
    rng = np.random.default_rng(4)
    for ranks in (np.arange(6), np.array([0, 0, 1, 2, 2])):
        near = {tuple(row) for row in neighbours(ranks[None], strict=ranks.max() == len(ranks) - 1).tolist()}
        drawn = [tuple(row) for row in random_steps(ranks, 1, 3000, rng).tolist()]
        assert set(drawn) == near
        assert chisquare([drawn.count(one) for one in near]).pvalue > 0.001


def test_every_swap_once_gives_the_share_by_count() -> None:
    conflict = october()
    found = robust(conflict, 4000, 2, how="swaps")
    exact = np.zeros(len(conflict.space))
    for us in neighbours(conflict.ranks[[0]], strict=True):
        for cn in neighbours(conflict.ranks[[1]], strict=True):
            made = tuple(replace(p, ranks=r) for p, r in zip(conflict.preferences, (us, cn), strict=True))
            exact[list(solve(replace(conflict, preferences=made)).equilibria("seq"))] += 1 / 225
    for state, share in enumerate(exact):
        one = found.share("seq", state)
        assert abs(one.share - share) < 4.5 * np.sqrt(max(share * (1 - share), 1e-9) / 4000) + 1e-9


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match=r"no preference is made of statements; they are of kind ranking"):
        robust(elmira())
    with pytest.raises(InputError, match="0 draws with a spread of 1"):
        robust(stated(), 0)
    with pytest.raises(InputError, match=r"spread of 1\.5.*whole for swaps"):
        robust(elmira(), how="swaps", spread=1.5)
    with pytest.raises(InputError, match="no way 'guesses'"):
        robust(stated(), how="guesses")
