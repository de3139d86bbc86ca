"""Closed forms: the printed values, their limits, and searches by hand."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.errors import InputError
from countermeasure.talks.closed_forms import (
    best_on_segment,
    critical_discount,
    nash_on_line,
    nash_on_points,
    power_index,
    rubinstein_share,
)

AMOUNT = st.floats(-10, 10).map(lambda x: round(x, 3))
FRACTION = st.floats(0.01, 0.99)


def test_printed_values():
    assert critical_discount(5, 3, 1) == 0.5
    assert rubinstein_share(0.9, 0.9) == pytest.approx(0.526316, abs=5e-7)
    assert rubinstein_share(0.95, 0.9) == pytest.approx(0.689655, abs=5e-7)
    assert nash_on_line(10, (2, 1)).payoffs == pytest.approx((5.5, 4.5))
    for share, value in ((0.5, 0.013767), (0.9, 0.045007), (0.99, 0.087989)):
        assert power_index(share, 1.5, 0.01) == pytest.approx(value, abs=5e-7)


# --- a truce ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(AMOUNT, AMOUNT, AMOUNT, st.floats(0, 0.9), st.floats(0.05, 0.95))
def test_the_threshold_is_where_keeping_is_as_good_as_breaking(d, c, n, hazard, delta):
    """Values of both courses, summed over 4,000 periods, at a discount factor on either side."""
    threshold = critical_discount(d, c, n, hazard=hazard)
    if n > c:
        assert threshold == inf
        return
    if abs(delta - threshold) < 1e-3 or abs(d - c) < 1e-6:
        return
    t = np.arange(4000)
    alive = (1 - hazard) ** t
    keep = (delta**t * (alive * c + (1 - alive) * n)).sum()
    breach = d + (delta ** t[1:] * n).sum()
    assert (keep >= breach) == (delta >= threshold)


def test_limits_of_a_truce():
    assert critical_discount(3, 3, 1) == 0
    assert critical_discount(2, 3, 1) == 0
    assert critical_discount(5, 3, 3) == 1
    assert critical_discount(5, 3, 4) == inf
    assert critical_discount(2, 3, 4) == inf
    assert critical_discount(5, 3, 6) == inf
    assert critical_discount(5, 3, 1, hazard=0.2) == pytest.approx(0.625)


# --- offers in turn ---------------------------------------------------------------------------------------------------------


@given(FRACTION, FRACTION)
def test_who_answers_is_left_as_well_off_as_by_waiting(first, second):
    share = rubinstein_share(first, second)
    assert 0 < share < 1
    assert 1 - share == pytest.approx(second * rubinstein_share(second, first))


def test_limits_of_offers():
    assert rubinstein_share(0, 0) == 1
    assert rubinstein_share(0.5, 1) == 0
    assert rubinstein_share(1, 0.5) == 1


# --- Nash's solution --------------------------------------------------------------------------------------------------------


@given(AMOUNT, AMOUNT, st.floats(0.5, 20), FRACTION, st.floats(0.2, 5), st.floats(0.2, 5))
def test_no_other_division_has_a_larger_product(a, b, surplus, power, p, q):
    total = p * a + q * b + surplus
    found = nash_on_line(total, (a, b), prices=(p, q), power=power)
    assert p * found.payoffs[0] + q * found.payoffs[1] == pytest.approx(total)
    for share in np.linspace(0, 1, 201):
        gains = share * surplus / p, (1 - share) * surplus / q
        assert gains[0] ** (2 * power) * gains[1] ** (2 - 2 * power) <= found.product * (1 + 1e-9)


def test_an_outside_option_counts_only_if_it_is_better():
    free = nash_on_line(10, (2, 1))
    assert nash_on_line(10, (2, 1), outside=(5, 4)).payoffs == free.payoffs
    held = nash_on_line(10, (2, 1), outside=(6, 0))
    assert held.payoffs == pytest.approx((6, 4))
    assert held.binding == (0,)
    other = nash_on_line(10, (2, 1), outside=(0, 7))
    assert other.payoffs == pytest.approx((3, 7))
    assert other.binding == (1,)
    assert other.gains == pytest.approx((1, 6))


def test_points_and_lotteries():
    points = [(4, 3), (6, 2), (3, 8), (1, 20)]
    found = nash_on_points(points, (2, 1))
    assert found.points == (2,)
    assert found.product == 7
    drawn = nash_on_points(points, (2, 1), lottery=True)
    assert drawn.product > 7
    assert len(drawn.points) == 2
    held = nash_on_points(points, (2, 1), outside=(3.5, 0))
    assert held.points == (0,)
    bound = nash_on_points([(0, 10), (10, 0)], (0, 0), outside=(7, 0), lottery=True)
    assert bound.payoffs == pytest.approx((7, 3))
    assert bound.binding == (0,)


@settings(max_examples=100)
@given(st.lists(st.tuples(AMOUNT, AMOUNT), min_size=1, max_size=6), FRACTION)
def test_a_lottery_is_never_worse_and_no_mixture_of_two_is_better(points, power):
    try:
        found = nash_on_points(points, (0, 0), power=power, lottery=True)
    except InputError:
        assert all(min(p) <= 0 for p in points)
        return
    for a in points:
        for b in points:
            for s in np.linspace(0, 1, 41):
                gains = [max((1 - s) * u + s * v, 0) for u, v in zip(a, b, strict=True)]
                assert gains[0] ** (2 * power) * gains[1] ** (2 - 2 * power) <= found.product * (1 + 1e-9)


def test_a_segment_without_a_gain():
    assert best_on_segment((-1, 2), (-2, 5)) == (-1, 0)
    assert best_on_segment((-1, -1), (1, -1)) == (-1, 0)
    assert best_on_segment((0, 4), (4, 0)) == (0.5, 4)
    assert best_on_segment((0, 4), (4, 0), least=(3, 0)) == (0.75, 3)


# --- power over an input ----------------------------------------------------------------------------------------------------


@given(st.floats(1.05, 10), st.floats(0.001, 0.04))
def test_power_rises_and_is_convex_near_one(elasticity, cost_share):
    shares = np.linspace(0, 1, 101)
    found = [power_index(float(w), elasticity, cost_share) for w in shares]
    assert found[0] == 0
    assert found[-1] == 1
    assert (np.diff(found) >= 0).all()
    assert (np.diff(found, 2)[50:] >= 0).all() or cost_share > elasticity - 1


def test_faults_of_closed_forms():
    with pytest.raises(InputError, match=r"hazard is 1\. Give a fraction from 0 to below 1"):
        critical_discount(5, 3, 1, hazard=1)
    with pytest.raises(InputError, match="truce is nan"):
        critical_discount(5, nan, 1)
    with pytest.raises(InputError, match="lose nothing by waiting"):
        rubinstein_share(1, 1)
    with pytest.raises(InputError, match=r"second is 1\.2"):
        rubinstein_share(0.9, 1.2)
    with pytest.raises(InputError, match=r"elasticity is 1\. Give a number above 1"):
        power_index(0.5, 1, 0.1)
    with pytest.raises(InputError, match=r"share is -0\.1"):
        power_index(-0.1, 2, 0.1)
    with pytest.raises(InputError, match="no division gives both more than 6 and 5"):
        nash_on_line(10, (6, 5))
    with pytest.raises(InputError, match="nothing to agree on"):
        nash_on_line(10, (2, 1), outside=(6, 5))
    with pytest.raises(InputError, match="power is 1"):
        nash_on_line(10, (2, 1), power=1)
    with pytest.raises(InputError, match="prices are 0 and 1"):
        nash_on_line(10, (2, 1), prices=(0, 1))
    with pytest.raises(InputError, match="nothing to agree on"):
        nash_on_points([(1, 1)], (2, 0))
    with pytest.raises(InputError, match="nothing to agree on"):
        nash_on_points([], (2, 0))
    with pytest.raises(InputError, match="payoff 2 of point 0 is inf"):
        nash_on_points([(1, inf)], (0, 0))
