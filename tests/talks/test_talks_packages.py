"""Packages: better for all, none beaten, minimal, by brute force; the temptations; settings by linear programs."""

from itertools import product
from math import inf

import numpy as np
import pytest
from graph_models import at_random, build, can_go, elmira, october, prefers, prisoners
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.talks.continuous import AIMS, Axis, Grid, best_settings, settings_front
from countermeasure.talks.packages import packages, packages_sheet, temptations
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import SEMANTICS

SEEDS = st.integers(0, 1_000_000)


def better_for_all(conflict, start, signatories, movers):
    """All joint moves that the signatories prefer, by checking each state."""
    every = range(len(conflict.space))
    return [n for n in every if can_go(conflict, movers, start, n) and prefers(conflict, signatories, start, n)]


def switches(conflict, start, place):
    change = int(conflict.space.codes[start] ^ conflict.space.codes[place])
    return {j for j in range(len(conflict.options)) if change >> j & 1}


def as_good(conflict, signatories, a, b):
    return all(conflict.ranks[n, a] >= conflict.ranks[n, b] for n in signatories)


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.booleans(), st.sampled_from([None, 1, 2, 3]))
def test_packages_by_brute_force(seed, two, most):
    conflict = at_random(seed, payoffs=seed % 3 == 0)
    start = conflict.status_quo
    parties = (0, 1) if two else tuple(range(len(conflict.parties)))
    stability = solve(conflict)
    candidates = [
        n
        for n in better_for_all(conflict, start, parties, parties)
        if most is None or len(switches(conflict, start, n)) <= most
    ]
    beaten = {
        a
        for a in candidates
        if any(as_good(conflict, parties, b, a) and not as_good(conflict, parties, a, b) for b in candidates)
    }
    fat = {
        a
        for a in candidates
        if any(
            switches(conflict, start, b) < switches(conflict, start, a) and as_good(conflict, parties, b, a) for b in candidates
        )
    }
    lean = packages(conflict, stability, parties=parties, most=most)
    assert {p.place for p in lean} == set(candidates) - beaten - fat
    every = packages(conflict, stability, parties=parties, most=most, dominated=True)
    assert {p.place for p in every} == set(candidates) - fat
    assert {p.place for p in every if not p.efficient} == (set(candidates) - fat) & beaten
    for package in every:
        assert set(package.switches) == switches(conflict, start, package.place)
        assert all(package.ranks[n] > 0 for n in parties)
        assert package.harmed == tuple(n for n, gained in enumerate(package.ranks) if gained < 0)
        assert package.notions == stability.notions_of(package.place)
        if seed % 3 == 0:
            values = [p.values for p in conflict.preferences]
            gains = [v[package.place] - v[start] for v in values]
            assert package.values == pytest.approx(gains)
            assert package.product == pytest.approx(np.prod([gains[n] for n in parties]))
            for n in parties:
                ends = [e for e in range(len(conflict.space)) if can_go(conflict, (n,), package.place, e)]
                d = max([values[n][e] for e in ends], default=-inf)
                c, war = values[n][package.place], values[n][start]
                expected = 0 if d <= c else (d - c) / (d - war)
                assert package.discounts[n] == pytest.approx(expected)
        else:
            assert package.product is None
            assert set(package.values) == {None}
            assert set(package.discounts) == {None}


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(SEMANTICS))
def test_temptations_agree_with_stability(seed, semantics):
    conflict = at_random(seed)
    stability = solve(conflict, semantics=semantics)
    for place in range(len(conflict.space)):
        tempted = {one.party: one for one in temptations(conflict, stability, place)}
        for party in range(len(conflict.parties)):
            one = tempted.get(party)
            assert (one is None) == stability.of("nash")[party, place]
            if one is None:
                continue
            assert (one.answer == "credible") == stability.of("seq")[party, place]
            assert (one.answer == "none") == (not stability.of("gmr")[party, place])
            assert prefers(conflict, (party,), place, one.end)
            assert one.gained == conflict.ranks[party, one.end] - conflict.ranks[party, place]
            if one.answered_at is not None:
                assert conflict.ranks[party, one.answered_at] <= conflict.ranks[party, place]
                assert party not in one.answered_by


def test_october_the_truce_is_what_both_gain_from():
    conflict = october()
    (package,) = packages(conflict, solve(conflict))
    assert package.says().splitlines() == [
        "8 {purchases}: US drops affiliates; CN drops controls61 and takes purchases",
        "  gains: US +10 ranks, CN +4 ranks",
        "  equilibrium: gmr, smr, seq",
        "  tempted: US takes affiliates, +1 ranks; CN would answer with 1 {affiliates}",
    ]


def test_the_dilemma_with_payoffs():
    conflict = prisoners()
    (package,) = packages(conflict, solve(conflict))
    assert package.product == 4
    assert package.discounts == (0.5, 0.5)
    assert "A: keeps it from a discount factor of 0.500 on" in package.says()
    (hazardous,) = packages(conflict, solve(conflict), hazard=0.2)
    assert hazardous.discounts == pytest.approx((0.625, 0.625))
    (broken,) = packages(conflict, solve(conflict), breakdown="4")
    assert broken.discounts == (1.0, 1.0)
    (hopeless,) = packages(conflict, solve(conflict), breakdown="4", hazard=0.1)
    assert "A: no patience is enough at a hazard of 0.1" in hopeless.says()
    (silent,) = packages(prisoners(payoffs=False), solve(conflict))
    assert silent.discounts == (None, None)
    assert silent.product is None


def test_options_that_go_one_way_stay_so():
    conflict = elmira()
    assert packages(conflict, solve(conflict), "2") != ()
    for package in packages(conflict, solve(conflict), "2", parties=["MOE", "UR"], dominated=True):
        assert 0 not in package.switches


def test_signatories_switch_only_their_own_options_unless_others_are_named():
    conflict = elmira()
    stability = solve(conflict)
    (own,) = packages(conflict, stability, "7", parties=["MOE", "UR"])
    assert conflict.space.label(own.place) == "10"
    assert own.harmed == (2,)
    assert packages(conflict, stability, "1", parties=["LG"], movers=["MOE"]) == ()
    assert packages(conflict, stability, "1", parties=["LG"], movers=["LG"])[0].switches == (4,)


def test_the_most_dangerous_temptation_stands_first():
    conflict = build(
        ["A", "B"],
        [("a", "A"), ("b", "B")],
        {1: "00", 2: "10", 3: "01", 4: "11"},
        {},
        status_quo=1,
        payoffs={"A": {"1": 1, "2": 0, "3": 3.1, "4": 3}, "B": {"1": 1, "2": 9, "3": 0, "4": 3}},
    )
    (package,) = packages(conflict, solve(conflict))
    assert [one.party for one in package.tempted] == [1, 0]
    assert package.discounts == pytest.approx((0.1 / 2.1, 6 / 8))
    rows = packages_sheet([package]).records()
    assert [row["party"] for row in rows] == ["A", "B"]
    assert rows[1]["critical_discount_factor"] == 0.75
    assert rows[1]["kept"] == "if patient"
    assert rows[1]["breach"] == "2"


def test_faults_of_packages():
    conflict = october()
    stability = solve(conflict)
    with pytest.raises(InputError, match="there is no party 'EU'"):
        packages(conflict, stability, parties=["EU"])
    with pytest.raises(InputError, match="0 switches"):
        packages(conflict, stability, most=0)
    with pytest.raises(InputError, match="a signatory and a mover"):
        packages(conflict, stability, parties=[])
    with pytest.raises(InputError, match="hazard is 1"):
        packages(prisoners(), solve(prisoners()), hazard=1)


# --- settings that move freely ----------------------------------------------------------------------------------------------


def at(grid, point):
    return grid.payoffs_at(dict(zip([axis.name for axis in grid.axes], point, strict=True)))


def grid_at_random(seed, axes, parties, size):
    rng = np.random.default_rng(seed)
    made = tuple(Axis(f"x{n}", "points", tuple(np.cumsum(rng.uniform(0.5, 2, size)).tolist())) for n in range(axes))
    return Grid(made, tuple(f"P{n}" for n in range(parties)), rng.normal(size=(parties, *(size,) * axes)))


def fine(grid, count):
    """Points of a fine grid that holds the runs, with their payoffs."""
    lines = []
    for axis in grid.axes:
        line = [np.linspace(a, b, count, endpoint=False) for a, b in zip(axis.values, axis.values[1:], strict=False)]
        lines.append([*np.concatenate(line).tolist(), axis.values[-1]])
    return np.array([at(grid, point) for point in product(*lines)])


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from([(1, 2), (2, 2), (2, 3), (3, 2)]), st.sampled_from(AIMS))
def test_settings_against_a_fine_grid(seed, shape, aim):
    axes, parties = shape
    grid = grid_at_random(seed, axes, parties, 3)
    rng = np.random.default_rng(seed + 1)
    weight = rng.uniform(0.5, 2, parties)
    today = rng.normal(size=parties) - 0.5
    gains = fine(grid, {1: 400, 2: 24, 3: 8}[axes]) - today
    powers = weight * parties / weight.sum()
    worth = {
        "least": (gains / weight).min(axis=1),
        "sum": np.where((gains >= 0).all(axis=1), gains @ weight, -np.inf),
        "nash": (np.maximum(gains, 0) ** powers).prod(axis=1),
    }[aim]
    try:
        found = best_settings(grid, today.tolist(), aim=aim, weights=weight.tolist())
    except NoSolutionError:
        assert worth.max() <= 1e-6
        return
    assert found.value >= worth.max() - 1e-7
    assert found.value <= worth.max() + {1: 0.05, 2: 0.6, 3: 1.2}[axes]
    assert at(grid, found.settings.values()) == pytest.approx(found.payoffs, abs=1e-6)
    assert found.gains == pytest.approx(found.payoffs - today, abs=1e-8)
    assert (found.gains >= -1e-7).all()
    again = {
        "least": (found.gains / weight).min(),
        "sum": found.gains @ weight,
        "nash": (np.maximum(found.gains, 0) ** powers).prod(),
    }[aim]
    assert again == pytest.approx(found.value, rel=1e-6)


def one_axis():
    """A tariff that one party likes high and the other low, with a gain for both from leaving 50."""
    axis = Axis("tariff", "points", (0.0, 10.0, 50.0))
    return Grid((axis,), ("US", "CN"), np.array([[0.0, 4.0, 2.0], [8.0, 6.0, 0.0]]), "made for the test")


def test_settings_by_hand():
    found = best_settings(one_axis(), {"tariff": 50})
    # on 0 to 10 the gains are 0.4 x - 2 and 8 - 0.2 x, on 10 to 50 2 - (x - 10) / 20 and 6 - 0.15 (x - 10)
    assert found.settings == pytest.approx({"tariff": 10})
    assert found.gains == pytest.approx([2, 6])
    assert found.held == ("US",)
    assert found.at_run == ("tariff",)
    assert found.says() == (
        "tariff 10 points: gains US +2, CN +6; tariff at a value that was run, a finer grid may move it; held by US"
    )
    product = best_settings(one_axis(), {"tariff": 50}, aim="nash")
    assert product.value == pytest.approx(12)
    total = best_settings(one_axis(), {"tariff": 50}, aim="sum")
    assert total.settings == pytest.approx({"tariff": 10})
    bound = best_settings(one_axis(), (-9.0, 7.9), aim="sum")
    assert bound.settings == pytest.approx({"tariff": 0.5})
    assert bound.held == ("CN",)
    low = best_settings(one_axis(), (-9.0, 7.0), aim="least")
    assert low.at_low == ("tariff",)
    assert "tariff 0 points (its lowest)" in low.says()


def test_a_bound_at_the_top_is_told():
    grid = Grid.of([Axis("quota", "t", (0.0, 5.0))], ["A", "B"], lambda p: (p["quota"], 2 * p["quota"]))
    found = best_settings(grid, {"quota": 0})
    assert found.at_high == ("quota",)
    assert found.settings == {"quota": 5}
    assert found.held == ("A",)


def test_where_gains_are_level_the_larger_sum_is_taken():
    grid = Grid.of([Axis("x", "", (0.0, 1.0))], ["A", "B"], lambda p: (1.0, 2 + p["x"]))
    assert best_settings(grid, (0.0, 0.0)).settings == pytest.approx({"x": 1})


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("parties", [2, 3])
def test_the_unit_of_payoffs_does_not_matter(aim, parties):
    grid = grid_at_random(8, 2, parties, 4)
    today = [-0.4] * parties
    found = best_settings(grid, today, aim=aim)
    for unit in (1e-7, 1e9):
        other = Grid(grid.axes, grid.parties, unit * grid.payoffs)
        again = best_settings(other, [unit * u for u in today], aim=aim)
        assert again.gains / unit == pytest.approx(found.gains, rel=1e-5)
        assert again.held == found.held


def test_a_front_of_two_parties():
    front = settings_front(one_axis(), {"tariff": 50}, count=31)
    gains = np.array([one.gains for one in front])
    assert len(front) > 5
    assert (np.diff(gains[:, 0]) > 0).all()
    assert (np.diff(gains[:, 1]) < 0).all()


def test_runs_without_an_answer_are_left_out():
    def run(point):
        if point["x"] == 2:
            raise NoSolutionError("no equilibrium")
        return point["x"], 1.0

    grid = Grid.of([Axis("x", "points", (0.0, 1.0, 2.0))], ["A", "B"], run)
    assert grid.missing == 1
    assert len(grid.simplices) == 1
    assert best_settings(grid, (0.0, 0.0)).settings == pytest.approx({"x": 1})
    with pytest.raises(InputError, match="has no answer"):
        grid.payoffs_at({"x": 1.5})
    assert grid.payoffs_at({"x": 1})[0] == 1
    assert grid.sheet().columns == ("x (points)", "A", "B")


def test_payoffs_agree_with_every_run():
    grid = grid_at_random(3, 3, 2, 3)
    for point, payoffs in zip(grid.points, grid.flat, strict=True):
        assert at(grid, point) == pytest.approx(payoffs)


def test_faults_of_settings():
    grid = one_axis()
    with pytest.raises(InputError, match="there is no aim 'most'"):
        best_settings(grid, {"tariff": 5}, aim="most")
    with pytest.raises(InputError, match=r"tariff 60 is outside the grid\. Give 0 to 50 points"):
        best_settings(grid, {"tariff": 60})
    with pytest.raises(InputError, match="settings are given for quota"):
        best_settings(grid, {"quota": 60})
    with pytest.raises(InputError, match="Give 2 finite numbers"):
        best_settings(grid, (1.0,))
    with pytest.raises(InputError, match="weights do not fit"):
        best_settings(grid, {"tariff": 5}, weights=(1.0, 0.0))
    with pytest.raises(NoSolutionError, match="no settings of the grid"):
        best_settings(grid, (9.0, 9.0))
    with pytest.raises(InputError) as caught:
        Grid((Axis("x", "", (1.0, 1.0)), Axis("x", "", (1.0,))), ("A", "A"), np.zeros((1, 2)))
    assert len(caught.value.faults) == 5
    with pytest.raises(InputError, match="1 payoffs for 2 parties"):
        Grid.of([Axis("x", "", (0.0, 1.0))], ["A", "B"], lambda p: (1.0,))
    with pytest.raises(InputError, match="two parties"):
        settings_front(grid_at_random(1, 1, 3, 2), (0.0, 0.0, 0.0))
