"""Mutual excitation: likelihood against a double sum, kernel, values in sample, chances against draws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError
from countermeasure.talks.forecast.events import Counted
from countermeasure.talks.forecast.hawkes import (
    Hawkes,
    _merged,
    _sums,
    _value_and_slope,
    chance_of_any,
    fit_hawkes,
    log_likelihood,
    poisson_log_likelihood,
    simulate_counts,
)
from countermeasure.talks.timeline import timeline

START, END = parse_day("2025-01-01"), parse_day("2026-10-07")
MU, BRANCHING, BETA = np.array([0.04, 0.015]), np.array([[0.2, 0.4], [0.1, 0.25]]), 0.19


def by_double_sum(times: list[np.ndarray], length: float, mu: np.ndarray, branching: np.ndarray, beta: float) -> float:
    total = 0.0
    for i in (0, 1):
        for t in times[i]:
            rate = mu[i]
            for j in (0, 1):
                rate += sum(branching[i, j] * beta * math.exp(-beta * (t - s)) for s in times[j] if s < t)
            total += math.log(rate)
        total -= mu[i] * length
        for j in (0, 1):
            total -= sum(branching[i, j] * (1 - math.exp(-beta * (length - s))) for s in times[j])
    return total


days = st.lists(st.integers(0, 99), max_size=15).map(lambda d: np.unique(np.array(d, dtype=float)))


@settings(deadline=None)
@given(days, days, st.floats(0.05, 2.0))
def test_likelihood_agrees_with_a_double_sum(us: np.ndarray, cn: np.ndarray, beta: float) -> None:
    found = log_likelihood(MU, BRANCHING, beta, [us, cn], 100.0)
    assert found == pytest.approx(by_double_sum([us, cn], 100.0, MU, BRANCHING, beta), rel=1e-10, abs=1e-10)


def test_slopes_agree_with_differences() -> None:
    moves = _merged([np.array([1.0, 4.0, 9.0, 30.0]), np.array([2.0, 4.0, 31.0])])
    point = np.r_[MU, BRANCHING.ravel(), BETA]

    def value(at: np.ndarray) -> tuple[float, np.ndarray]:
        return _value_and_slope(at[:6], float(at[6]), moves, 50.0, _sums(*moves, float(at[6])))

    for k in range(7):
        step = np.zeros(7)
        step[k] = 1e-6
        assert value(point)[1][k] == pytest.approx((value(point + step)[0] - value(point - step)[0]) / 2e-6, rel=1e-5)


def test_kernel_integrates_to_one() -> None:
    """A move long before the end adds its branching numbers, and nothing else, to the expected moves."""
    none = [np.zeros(0), np.zeros(0)]
    base = log_likelihood(MU, BRANCHING, BETA, none, 500.0)
    one = log_likelihood(MU, BRANCHING, BETA, [np.array([1.0]), np.zeros(0)], 500.0)
    assert one - base == pytest.approx(math.log(MU[0]) - BRANCHING[:, 0].sum(), rel=1e-12)
    grid = np.linspace(0, 200, 400_001)
    kernel = BETA * np.exp(-BETA * grid)
    assert float(((kernel[1:] + kernel[:-1]) / 2 * np.diff(grid)).sum()) == pytest.approx(1, abs=1e-6)


def test_values_in_sample() -> None:
    """Published: 0.17, 0.40, 0.12, 0.23, half-life 3.7, radius 0.42, -215.3 against -223.5; penalty not stated there."""
    counted = Counted.of(timeline())
    found = fit_hawkes(counted.by_side, START, END)
    assert found.branching.ravel() == pytest.approx([0.17, 0.40, 0.12, 0.23], abs=0.01)
    assert found.half_life == pytest.approx(3.7, abs=0.05)
    assert found.spectral_radius == pytest.approx(0.42, abs=0.01)
    assert found.penalised == pytest.approx(-215.3, abs=0.05)
    times = [d[(d >= START) & (d < END)] - START for d in counted.by_side]
    assert poisson_log_likelihood([t.astype(float) for t in times], END - START) == pytest.approx(-223.5, abs=0.05)


def test_fit_recovers_a_process_without_excitation() -> None:
    rng = np.random.default_rng(0)
    moves = [np.sort(rng.choice(4000, n, replace=False)) for n in (200, 80)]
    found = fit_hawkes(moves, 0, 4000)
    assert found.branching.max() < 0.25
    assert found.mu[0] == pytest.approx(0.05, abs=0.015)
    with pytest.raises(InputError, match="no day"):
        fit_hawkes(moves, 10, 10)


def test_fit_holds_where_a_side_never_moves() -> None:
    found = fit_hawkes([np.array([1, 2, 9]), np.zeros(0, dtype=np.int64)], 0, 30)
    assert np.isfinite(found.log_likelihood)
    assert 0 < chance_of_any(found, [np.array([1, 2, 9]), np.zeros(0, dtype=np.int64)], 30, 14, 1) < 0.6


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("length", [14, 30])
def test_chance_agrees_with_draws(side: int, length: int) -> None:
    process = Hawkes(MU, BRANCHING, BETA)
    past = [np.array([1, 8, 95]), np.array([97, 99])]
    draws = 40_000
    share = float((simulate_counts(process, past, 100, length, draws, seed=4)[:, side] > 0).mean())
    error = math.sqrt(share * (1 - share) / draws)
    assert chance_of_any(process, past, 100, length, side) == pytest.approx(share, abs=4 * error)


def test_chance_of_a_calm_process_is_that_of_poisson() -> None:
    calm = Hawkes(MU, np.zeros((2, 2)), BETA)
    past = [np.array([99]), np.array([98])]
    assert chance_of_any(calm, past, 100, 30, 0) == pytest.approx(1 - math.exp(-0.04 * 30), abs=1e-9)


def test_chance_ignores_the_window_and_grows_with_it() -> None:
    process = Hawkes(MU, BRANCHING, BETA)
    past = [np.array([95]), np.array([97])]
    later = [np.array([95, 100, 103]), np.array([97, 101])]
    assert chance_of_any(process, past, 100, 14, 0) == chance_of_any(process, later, 100, 14, 0)
    chances = [chance_of_any(process, past, 100, n, 0) for n in (1, 7, 14, 30)]
    assert chances == sorted(chances)


def test_draws_depend_on_their_seed_alone() -> None:
    process, past = Hawkes(MU, BRANCHING, BETA), [np.array([95]), np.array([97])]
    one, same, other = (simulate_counts(process, past, 100, 14, 500, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.mean(axis=0) == pytest.approx(other.mean(axis=0), abs=0.25)
