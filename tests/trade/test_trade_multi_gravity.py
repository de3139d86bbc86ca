"""Structural gravity of one sector, and the horizon."""

import csv

import numpy as np
import pytest

from countermeasure.errors import InputError
from countermeasure.trade.multi.gravity import gravity
from countermeasure.trade.multi.horizon import HORIZON, horizon, share_of_long_run

COEFFICIENTS = {  # of the package's example: PPML on the same sample
    "lndist": -0.3898623,
    "contiguity": 0.891577,
    "common_language": 0.0326249,
    "pta": 0.4711383,
    "international": -3.412584,
}


def sample(shared):
    """Countries, costs before and after an agreement of Canada and Japan, output, expenditure."""
    with (shared / "data/trade/gegravity_example/sample_data_set.csv").open() as handle:
        rows = [row for row in csv.DictReader(handle) if row["year"] == "2006"]
    names = sorted({row["importer"] for row in rows})
    place = {name: k for k, name in enumerate(names)}
    n = len(names)
    before, after, output, expenditure = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n), np.zeros(n)
    for row in rows:
        m, i = place[row["importer"]], place[row["exporter"]]
        values = {k: float(row[k]) for k in COEFFICIENTS}
        before[m, i] = np.exp(sum(b * values[k] for k, b in COEFFICIENTS.items()))
        if {row["importer"], row["exporter"]} == {"CAN", "JPN"}:
            values["pta"] = 1.0
        after[m, i] = np.exp(sum(b * values[k] for k, b in COEFFICIENTS.items()))
        output[i], expenditure[m] = float(row["Y"]), float(row["E"])
    return place, before, after, output, expenditure


def test_d1_fixed_shares_as_the_package(shared):
    place, before, after, output, expenditure = sample(shared)
    found = gravity(before, after, output, expenditure, 5.0, reference=place["DEU"], mode="fixed_shares")
    columns = {
        "factory gate price change (percent)": found.price,
        "omr change (percent)": found.outward,
        "imr change (percent)": found.inward,
        "GDP change (percent)": found.real_output,
        "terms of trade change (percent)": found.real_output,
        "output change (percent)": found.output,
        "expenditure change (percent)": found.expenditure,
        "foreign exports change (percent)": 1 + found.change("exports"),
        "foreign imports change (percent)": 1 + found.change("imports"),
        "intranational trade change (percent)": 1 + found.change("home"),
    }
    with (shared / "data/trade/gegravity_example/gegravity_0.3_can_jpn_pta_country_results.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 30
    for row in rows:
        n = place[row["country"]]
        for column, ratio in columns.items():
            assert 100 * (ratio[n] - 1) == pytest.approx(float(row[column]), abs=1e-6), (row["country"], column)
        assert 1 / found.real_output[n] == pytest.approx(float(row["welfare statistic"]), abs=1e-6)


def test_the_exact_equilibrium_clears_and_differs_in_the_second_digit(shared):
    place, before, after, output, expenditure = sample(shared)
    found = gravity(before, after, output, expenditure, 5.0, reference=place["DEU"])
    assert 100 * (found.real_output[place["CAN"]] - 1) == pytest.approx(0.428, abs=5e-4)
    sold, bought = found.after.sum(axis=0), found.after.sum(axis=1)
    assert sold / sold.sum() == pytest.approx(output * found.price / (output * found.price).sum(), rel=1e-10)
    assert bought == pytest.approx(expenditure * found.expenditure, rel=1e-10)
    assert found.inward[place["DEU"]] == pytest.approx(1)


@pytest.mark.parametrize("mode", ["exact", "fixed_shares"])
def test_no_change_is_no_change(mode):
    rng = np.random.default_rng(1)
    cost, y = rng.uniform(0.1, 1, (6, 6)), rng.uniform(1, 5, 6)
    found = gravity(cost, cost, y, y, 4.0, mode=mode)
    assert found.price == pytest.approx(np.ones(6), abs=1e-11)
    assert found.outward == pytest.approx(np.ones(6), abs=1e-11)
    assert found.before.sum(axis=0) == pytest.approx(y)


def test_the_exact_mode_is_the_one_sector_case_of_the_solver():
    from dataclasses import replace

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy
    from countermeasure.trade.multi.solve import solve

    rng = np.random.default_rng(2)
    n, sigma = 6, 4.0
    cost, y = rng.uniform(0.1, 1, (n, n)) + 2 * np.eye(n), rng.uniform(1, 5, n)
    changed = cost.copy()
    changed[0, 1] *= 2
    found = gravity(cost, changed, y, y, sigma)
    zero = np.zeros((n, n, 1))
    base = Baseline(
        tuple("ABCDEF"), ("all",), found.before[:, :, None], zero, zero, np.zeros((n, 1, 1)), np.ones((n, 1)),
        np.array([sigma - 1]), np.array([True]),
    )  # fmt: skip
    friction = (changed / cost)[:, :, None] ** (1 / (1 - sigma))
    other = solve(base, replace(Policy.of(base), friction=friction), tolerance=1e-12)
    assert other.real_income == pytest.approx(found.real_output, abs=1e-9)
    assert other.flows[:, :, 0] / other.flows.sum() == pytest.approx(found.after / found.after.sum(), abs=1e-10)


def test_gravity_names_what_is_wrong():
    good = np.ones((3, 3))
    bad = good.copy()
    bad[1, 2] = -1
    with pytest.raises(InputError, match=r"changed at \(1, 2\) is -1") as caught:
        gravity(good, bad, np.ones(3), np.ones(3), 0.5, mode="near")
    assert "sigma is 0.5" in str(caught.value)
    assert "unknown mode 'near'" in str(caught.value)


def test_the_horizon_rises_to_the_long_run():
    shares = [share_of_long_run(y) for y in (0, 0.5, 1, 2, 5, 8.5, 30)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.10, 1.0)
    assert share_of_long_run(None) == 1
    assert horizon(np.array([4.0, 8.0]), 1.0) == pytest.approx([1.0, 2.0])
    assert horizon(5.0, 2.2) == pytest.approx(1.85)  # the forecast of the WTO
    assert all(confidence in "ABCDU" and reason for _, _, confidence, reason in HORIZON)
    with pytest.raises(InputError, match="horizon of -1 years"):
        horizon(5.0, -1)
