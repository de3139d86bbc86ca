"""Ossa (2014): the published tables of optimal tariffs, trade wars and examples, and no worse than the stored optima.

Source of all figures: American Economic Review 104(12):4104-46 and its replication files. Data and tables are test material, read
from beside the checkout.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from countermeasure.trade.profits import Chooser, Outcome, ProfitModel, agreement, best, gradient, war

PRINTED = 0.051  # half a unit of the last printed digit, in percent


@pytest.fixture(scope="module")
def data(shared: Path) -> dict[str, np.ndarray]:
    with np.load(shared / "data" / "trade" / "ossa2014_7x33.npz", allow_pickle=False) as file:
        found = {name: file[name] for name in file.files}
    return {n: np.ascontiguousarray(a.transpose(1, 0, 2)) if a.ndim == 3 else a for n, a in found.items()}  # importer first


@pytest.fixture(scope="module")
def tables(shared: Path) -> dict[str, list[list[float]]]:
    return json.loads((shared / "data" / "trade" / "ossa2014_tables.json").read_text(encoding="utf-8"))


def built(data: dict[str, np.ndarray], flows: str = "trade_balanced", sigma: np.ndarray | None = None) -> ProfitModel:
    countries, sectors = (tuple(map(str, data[n])) for n in ("regions", "sectors"))
    return ProfitModel(countries, sectors, data[flows], data["tariff"], data["sigma"] if sigma is None else sigma)


@pytest.fixture(scope="module")
def plain(data: dict[str, np.ndarray]) -> ProfitModel:
    return built(data)


@pytest.fixture(scope="module")
def lobbied(plain: ProfitModel, data: dict[str, np.ndarray]) -> ProfitModel:
    return replace(plain, lobby=data["lambda_pol"])


@pytest.fixture(scope="module")
def fight(plain: ProfitModel) -> Outcome:
    return war(plain)


@pytest.fixture(scope="module")
def lobbied_fight(lobbied: ProfitModel) -> Outcome:
    return war(lobbied)


def median(found: Outcome, k: int) -> float:
    return 100 * float(np.median(np.delete(found.tariff[k], k, axis=0)))


def row(model: ProfitModel, found: Outcome, k: int) -> list[float]:
    """A row of table 3: welfare, real income, wages and profits, each of the chooser and the mean of others; median tariff."""
    at = found.found
    profit = at.profits.sum(axis=1) / (model.flows.sum(axis=0) / model.sigma).sum(axis=1) / at.wage
    columns = [at.government - 1, at.real_income - 1, at.wage - at.wage.mean(), profit - 1]
    pairs = [(c[k], np.delete(c, k).mean()) for c in columns]
    return [100 * v for pair in pairs for v in pair] + [median(found, k)]


def test_balancing_gives_the_published_flows(data: dict[str, np.ndarray]) -> None:
    ours = built(data, "trade_raw").balanced().flows
    np.testing.assert_allclose(ours, data["trade_balanced"], rtol=1e-8)


def test_examples_of_table_2(plain: ProfitModel, tables: dict[str, list[list[float]]]) -> None:
    us = plain.country("USA")
    for sector, line in (("crp", 0), ("wap", 1)):
        s = plain.sectors.index(sector)
        tariff = plain.tariff.copy()
        tariff[us, :us, s] += 0.5
        found = plain.solve(tariff)
        sold = (found.sales / plain.flows.sum(axis=0) / found.wage[:, None])[us] - 1
        first = [found.wage[us] - found.wage.mean(), sold[s], np.delete(sold, s).mean()]
        parts = found.decomposition()
        second = [found.real_income[us] - 1, parts["terms_of_trade"][us], parts["profit_shift"][us]]
        np.testing.assert_allclose(100 * np.array(first), tables["TABLE2"][line], atol=0.0051)
        np.testing.assert_allclose(100 * np.array(second), tables["TABLE2"][line + 2], atol=0.0051)


def test_gradient_against_central_differences(plain: ProfitModel, lobbied: ProfitModel) -> None:
    rng = np.random.default_rng(0)
    for model in (plain, lobbied):
        tariff = model.tariff + model.foreign * rng.uniform(0, 0.5, model.flows.shape)
        weights = rng.uniform(size=7)
        slope = gradient(model.solve(tariff), weights)

        def value(moved: np.ndarray, m: ProfitModel = model, w: np.ndarray = weights) -> float:
            return float(w @ np.log(m.solve(moved).government))

        lines = np.argsort(np.abs(slope * model.foreign), axis=None)[-12:]
        ways = [np.eye(1, slope.size, k).reshape(slope.shape) for k in lines]
        ways += [rng.normal(size=slope.shape) * model.foreign for _ in range(4)]
        for way in ways:
            step = 1e-3
            near, far = (value(tariff + h * way) - value(tariff - h * way) for h in (step, 2 * step))
            assert (slope * way).sum() == pytest.approx((8 * near - far) / (12 * step), rel=1e-6)


@pytest.mark.parametrize(
    ("version", "table", "stored"), [("plain", "TABLE3a", "optimal_tariff"), ("lobbied", "TABLE3b", "optimal_tariff_pol")]
)
def test_best_tariffs_of_table_3(
    version: str,
    table: str,
    stored: str,
    data: dict[str, np.ndarray],
    tables: dict[str, list[list[float]]],
    request: pytest.FixtureRequest,
) -> None:
    model: ProfitModel = request.getfixturevalue(version)
    rows = []
    for k, code in enumerate(model.countries):
        found = best(model, Chooser((code,)))
        assert found.residual < 1e-8
        theirs = model.tariff.copy()
        theirs[k] = data[stored][k]
        assert found.value[0] > model.solve(theirs).government[k] - 1e-9  # the target is 1e-6
        rows.append(row(model, found, k))
    rows.append(np.mean(rows, axis=0))
    ours, published = np.array(rows), np.array(tables[table])
    np.testing.assert_allclose(ours[:, :8], published[:, :8], atol=PRINTED)
    np.testing.assert_allclose(ours[:, 8], published[:, 8], atol=0.3)  # their lines with almost no trade are good to 0.03


def test_best_tariffs_under_other_elasticities(data: dict[str, np.ndarray], tables: dict[str, list[list[float]]]) -> None:
    """Table 3c, rows without lobbying: elasticities scaled to means of 3.5, 5 and 6.5, flows balanced anew."""
    for k in range(3):
        model = built(data, "trade_raw", data["sigma_alt"][:, k + 1]).balanced()
        rows = [row(model, best(model, Chooser((code,))), c) for c, code in enumerate(model.countries)]
        published = tables["TABLE3c"][k]
        assert model.sigma.mean() == pytest.approx(published[0], abs=0.01)
        np.testing.assert_allclose(np.mean(rows, axis=0)[:8], published[1:9], atol=PRINTED)
        assert np.mean(rows, axis=0)[8] == pytest.approx(published[9], abs=0.3)


def test_war_of_table_4(
    plain: ProfitModel, fight: Outcome, data: dict[str, np.ndarray], tables: dict[str, list[list[float]]]
) -> None:
    published = np.array(tables["TABLE4a"])
    ours = 100 * (fight.found.real_income - 1)
    assert fight.residual < 1e-8
    assert fight.regret is not None
    assert fight.regret < 1e-9
    np.testing.assert_allclose(np.append(ours, ours.mean()), published[:, 1], atol=PRINTED)
    np.testing.assert_allclose([median(fight, k) for k in range(7)], published[:7, 4], atol=0.7)
    assert np.abs(fight.tariff - data["nash_tariff"]).max() < 0.04  # where their iteration stopped
    np.testing.assert_allclose(ours, 100 * (plain.solve(data["nash_tariff"]).real_income - 1), atol=0.013)
    again = war(plain, tariff=np.zeros_like(plain.tariff), verify=False)
    assert np.abs(again.tariff - fight.tariff).max() < 1e-8


def test_war_with_lobbying_of_table_4(
    lobbied: ProfitModel, lobbied_fight: Outcome, data: dict[str, np.ndarray], tables: dict[str, list[list[float]]]
) -> None:
    """Their iteration stopped at a mean change of 0.01: their own tariffs are off by up to 0.09."""
    fight, published = lobbied_fight, np.array(tables["TABLE4b"])
    assert fight.residual < 1e-8
    assert fight.regret is not None
    assert fight.regret < 1e-9
    for ratio, column in ((fight.found.government, 0), (fight.found.real_income, 1)):
        ours = 100 * (ratio - 1)
        np.testing.assert_allclose(np.append(ours, ours.mean()), published[:, column], atol=PRINTED + 0.012)
    np.testing.assert_allclose([median(fight, k) for k in range(7)], published[:7, 4], atol=0.5)
    assert np.abs(fight.tariff - data["nash_tariff_pol"]).max() < 0.1
    again = war(lobbied, tariff=np.zeros_like(lobbied.tariff))
    assert np.abs(again.tariff - fight.tariff).max() < 1e-6


def test_agreements_from_three_starting_points(plain: ProfitModel, fight: Outcome) -> None:
    """From a war much is to be gained, from today's tariffs half a percent, from free trade next to nothing."""
    common = {}
    for name, tariff in (("war", fight.tariff), ("today", plain.tariff), ("free", np.zeros_like(plain.tariff))):
        found = agreement(plain, tariff=tariff)
        assert found.spread < 1e-6
        assert found.residual < 1e-6
        common[name] = 100 * found.common
    assert common["war"] > 3 > common["today"] > common["free"] > 0
    assert common["today"] == pytest.approx(0.5, abs=PRINTED)


def test_agreement_with_lobbying_gains_half_a_percent(lobbied: ProfitModel) -> None:
    """The abstract's 0.5 percent."""
    found = agreement(lobbied)
    assert 100 * found.common == pytest.approx(0.5, abs=PRINTED)
    assert found.spread < 1e-6
    assert found.residual < 1e-6


def test_front_gains_more_together_than_its_members_apart(plain: ProfitModel) -> None:
    members = ("EU", "JPN", "USA")
    front = best(plain, Chooser(members, ("CHN",)))
    apart = plain.tariff.copy()
    for code in members:
        lone = best(plain, Chooser((code,), ("CHN",)))
        apart[plain.country(code)] = lone.tariff[plain.country(code)]
    omega = Chooser(members).omega(plain)
    assert front.value[0] > omega @ plain.solve(apart).government + 1e-6
    assert front.found.real_income[plain.country("CHN")] < 1
