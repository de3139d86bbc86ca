"""Scenarios of the trade model: from the book and the chain to levels, and what comes of them."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.errors import BookError, InputError, NotFoundError
from countermeasure.scenario import (
    chinese_average,
    critical_of_supply,
    load_trade_scenario,
    policy_of,
    run_trade,
    trade_answer,
    trade_scenario_names,
    trade_sheets,
    us_averages,
)
from countermeasure.scenario.critical import RAW_SHARE, spending_on_rare_earths
from countermeasure.scenario.duties import BEFORE_CHINA
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.weights import us_imports
from countermeasure.trade.multi.welfare import incidence

BROKEN = Path(__file__).parent.parent / "broken" / "trade"


@pytest.fixture(scope="module")
def base():
    return shipped_baseline()


@pytest.fixture(scope="module")
def outcomes():
    return {name: run_trade(load_trade_scenario(name)) for name in trade_scenario_names()}


def written(folder, body):
    path = folder / "own.yaml"
    path.write_text(f"id: own\ntitle: Own\nintent: A test\n{body}", "utf-8")
    return path


def test_the_shipped_scenarios_are_those_promised():
    promised = {"april-2025-145", "no-deal-157", "truce-2025-11", "post-ruling-2026", "decoupling", "united-front"}
    assert promised <= set(trade_scenario_names())


@pytest.mark.parametrize("name", trade_scenario_names())
def test_a_shipped_scenario_is_solved_and_adds_up(outcomes, name):
    outcome = outcomes[name]
    found = outcome.found
    assert found.reached == 1.0
    assert found.error < 1e-9
    assert np.abs(found.walras).max() < 1e-9
    assert found.flows.sum() == pytest.approx(found.output.sum())
    assert any(letter == "U" for _, _, letter, _ in outcome.assumptions)
    assert all(letter in "ABCDU" for _, _, letter, _ in outcome.assumptions)
    assert trade_answer(outcome).startswith("Real income falls most in")
    for sheet in trade_sheets(outcome):
        assert all(len(row) == len(sheet.columns) for row in sheet.rows), sheet.name


def test_tables_agree_with_each_other(outcomes):
    outcome = outcomes["no-deal-157"]
    found, sheets = outcome.found, {s.name: s for s in trade_sheets(outcome)}
    base = found.baseline
    flows = sheets["flows"].by_column()
    goods = [s in np.array(base.sectors)[base.goods] for s in flows["sector"]]
    matrix = sheets["matrix"].by_column()
    for column in ("before", "after"):
        whole = sum(v for v, good in zip(flows[column], goods, strict=True) if good)
        assert sum(matrix[column]) == pytest.approx(whole, rel=1e-6)
    one = {(m, o): (b, a) for o, m, b, a in sheets["matrix"].rows}
    us, cn = base.country("US"), base.country("CN")
    change = found.change_of_exports(cn, base.goods)[us]
    assert one["US", "CN"][1] / one["US", "CN"][0] - 1 == pytest.approx(change, abs=1e-6)
    moved = sheets["diversion_CN_US"].by_column()
    place = moved["economy"].index("US")
    assert moved["gone_to"][place] == 0
    assert moved["replaced_by"][moved["economy"].index("CN")] == 0


def test_more_duties_mean_less_trade(outcomes):
    def sold(name, years=3):
        found = run_trade(load_trade_scenario(name).at(years)).found
        return found.change_of_exports(found.baseline.country("CN"), found.baseline.goods)[found.baseline.country("US")]

    assert sold("no-deal-157") < sold("april-2025-145") < sold("truce-2025-11") < sold("post-ruling-2026") < 0


def test_a_longer_horizon_moves_more_trade():
    asked = load_trade_scenario("april-2025-145")
    falls = []
    for years in (0, 1, 3, None):
        found = run_trade(asked.at(years)).found
        falls.append(found.change_of_exports(found.baseline.country("CN"), found.baseline.goods)[found.baseline.country("US")])
    assert falls == sorted(falls, reverse=True)
    assert falls[-1] < -0.95


def test_nothing_moves_without_a_change(tmp_path, base):
    found = run_trade(load_trade_scenario(written(tmp_path, "notes: Nothing\n"))).found
    assert found.real_income == pytest.approx(np.ones(26), abs=1e-9)
    assert found.customs_value == pytest.approx(base.flows, rel=1e-8, abs=1e-6)


def test_every_answer_has_its_horizons(outcomes):
    for outcome in outcomes.values():
        years = [at for at, _ in outcome.horizons()]
        assert {0.0, 1.0, 3.0, None} <= set(years)
        assert years[-1] is None
        own = next(found for at, found in outcome.horizons() if at == outcome.scenario.years)
        assert own is outcome.found


def test_who_bears_a_duty(tmp_path, base):
    """A small buyer bears all of a duty on one origin; a large one puts a part on its sellers, more where they cannot turn away."""
    body = 'changes:\n  - {{importers: [{}], origins: [CN], sectors: [electronics], add_tariff: "0.1"}}\nhorizon: "{}"\n'

    def borne(importer, years):
        found = run_trade(load_trade_scenario(written(tmp_path, body.format(importer, years))), horizons=()).found
        got = incidence(found)
        place = base.country(importer)
        before = base.tariff[place, base.country("CN"), base.sector("electronics")]
        assert got.rise[place] == pytest.approx(np.log((1.1 + before) / (1 + before)))
        assert np.isnan(np.delete(got.rise, place)).all()
        return got.abroad[place]

    assert abs(borne("PL", 3)) < 0.05
    assert borne("PL", 3) < borne("US", 3) < borne("US", 0.5)


def test_a_ban_is_exact_and_others_go_on(outcomes):
    found = outcomes["decoupling"].found
    base = found.baseline
    us, cn = base.country("US"), base.country("CN")
    assert not found.flows[us, cn, base.goods].any()
    assert not found.flows[cn, us, base.goods].any()
    assert (found.flows[us, cn, ~base.goods] > 0).all()
    assert (found.flows[base.country("MX"), cn, base.goods] > 0).all()


# --- from the book ------------------------------------------------------------------------------------------------


def test_an_average_of_one_cell_is_its_rate_and_of_two_lies_between() -> None:
    engine, day = DutyEngine.shipped(), parse_day("2025-11-15")
    whole = us_imports()
    cells = np.flatnonzero(whole.country == whole.countries.index("VN"))
    top = cells[np.argsort(-whole.musd[cells])][:40]
    sector = whole.sector[whole.line[top]]
    pair = top[np.flatnonzero(sector == np.bincount(sector).argmax())][:2]

    def rate(cells):
        some = replace(whole, line=whole.line[cells], country=whole.country[cells], musd=whole.musd[cells])
        found = us_averages(engine, day, Reading.TEXT, weights=some)
        place = found.economies.index("VN")
        assert np.nansum(found.value[place]) == pytest.approx(whole.musd[cells].sum())
        return float(np.nansum(found.rate[place] * found.value[place]) / np.nansum(found.value[place]))

    one, two, both = rate(pair[:1]), rate(pair[1:]), rate(pair)
    weight = whole.musd[pair] / whole.musd[pair].sum()
    assert both == pytest.approx(one * weight[0] + two * weight[1])


def test_the_longest_known_day_decides():
    asked = load_trade_scenario("no-deal-157")
    threatened = policy_of(asked, shipped_baseline())[0].tariff
    unknown = policy_of(replace(asked, instruments=()), shipped_baseline())[0].tariff
    base = shipped_baseline()
    us, cn = base.country("US"), base.country("CN")
    more = threatened[us, cn, base.goods] - unknown[us, cn, base.goods]
    assert more.min() > 0.5
    assert threatened[us, base.country("VN")] == pytest.approx(unknown[us, base.country("VN")])


def test_chinese_averages_are_steps():
    before, _ = chinese_average(parse_day(BEFORE_CHINA))
    peak, source = chinese_average(parse_day("2025-04-15"))
    base = shipped_baseline()
    assert set(base.tariff[base.country("CN"), base.country("US"), base.goods]) == {before}
    assert peak > 1.2
    assert "2025-04-12" in source
    with pytest.raises(InputError, match="no average of China"):
        chinese_average(parse_day("2017-01-01"))


OTHERWISE = {
    "2025-04-05": "the tracker has 34 % from 5 April; the order has 10 % from 5 April and 84 % from 9 April",
    "2025-05-03": "the tracker counts a share of lines as car parts, which pay no reciprocal duty; ours takes no line for a part",
    "2026-02-01": "the tracker lowers section 301 by exclusions",
    "2026-02-20": "the tracker ends the emergency duties on the day of the ruling; collection ended on 24 February",
    "2026-02-24": "the tracker leaves goods under section 232 out of section 122",
    "2026-07-24": "the tracker was made before the duties of July 2026 were published",
    "2026-11-10": "the tracker was made before the duties of July 2026 were published",
}


def test_averages_on_china_beside_a_tracker_of_another_maker(shared: Path):
    """Statutory averages over imports of the Budget Lab's method; specific rates are left out of ours, preferences of theirs."""
    with (shared / "facts" / "us_china_average_tariffs.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["series"] == "us_on_china" and r["status"] == "machine_output"]
    engine, far = DutyEngine.shipped(), {}
    for row in rows:
        found = us_averages(engine, parse_day(row["date"]), Reading.TEXT)
        place = found.economies.index("CN")
        ours = 100 * np.nansum(found.rate[place] * found.value[place]) / found.value[place].sum()
        if abs(ours - float(row["value_pct"])) > 3:
            far[row["date"]] = ours
    assert len(rows) >= 15
    assert set(far) <= set(OTHERWISE)


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda p: p.stem)
def test_each_mistake_in_a_scenario_is_named(path: Path):
    expect = path.read_text("utf-8").splitlines()[0].removeprefix("# expect:").strip()
    with pytest.raises(BookError) as caught:
        policy_of(load_trade_scenario(path), shipped_baseline())
    assert expect in str(caught.value)
    assert path.name in str(caught.value)


def test_there_is_a_file_for_every_usual_mistake():
    assert len(list(BROKEN.glob("*.yaml"))) >= 20


def test_a_name_that_is_no_scenario_is_answered_with_those_there_are():
    with pytest.raises(NotFoundError, match="april-2025-145"):
        load_trade_scenario("april-2015")


def test_words_of_economies_may_be_codes_blocs_names_and_exceptions(tmp_path, base):
    body = 'changes:\n  - {importers: ["*", "-G7"], origins: [China], sectors: [metals], set_tariff: "0.4"}\n'
    policy = policy_of(load_trade_scenario(written(tmp_path, body)), base)[0]
    cn, metals = base.country("CN"), base.sector("metals")
    changed = np.flatnonzero(policy.tariff[:, cn, metals] == 0.4)
    out = {"US", "CA", "JP", "GB", "DE", "FR", "IT", "CN"}
    assert {base.countries[m] for m in changed} == set(base.countries) - out
    assert (policy.tariff[:, cn] != base.tariff[:, cn]).sum() == len(changed)


def test_changes_are_applied_in_their_order(tmp_path, base):
    rows = (
        '{importers: [US], origins: [JP], sectors: [vehicles], set_tariff: "0.15"}',
        '{importers: [US], origins: [JP], sectors: [vehicles], add_tariff: "0.1"}',
        '{importers: [US], origins: [JP], sectors: [vehicles], friction: "1.1", set_export_tax: "0.05"}',
    )
    body = "changes:\n" + "".join(f"  - {row}\n" for row in rows)
    policy = policy_of(load_trade_scenario(written(tmp_path, body)), base)[0]
    way = base.country("US"), base.country("JP"), base.sector("vehicles")
    assert (policy.tariff[way], policy.friction[way], policy.export_tax[way]) == pytest.approx((0.25, 1.1, 0.05))


def test_a_quota_holds_quantities_to_its_share(tmp_path, base):
    body = (
        'quotas:\n  - {origin: CN, importers: ["*"], sector: electronics, share: "0.6", exporter_rent: "0.5"}\nhorizon: "2"\n'
    )
    found = run_trade(load_trade_scenario(written(tmp_path, body))).found
    cn, electronics = base.country("CN"), base.sector("electronics")
    away = np.arange(26) != cn
    sold, before = found.quantity[away, cn, electronics].sum(), base.flows[away, cn, electronics].sum()
    assert sold / before == pytest.approx(0.6, rel=1e-7)
    assert found.premium[0] > 0
    assert found.rents[0, 0] == pytest.approx(found.rents[0, 1])


def test_a_quota_of_a_bloc_is_one_for_each_member_and_its_rent_is_told(tmp_path, base):
    body = 'quotas:\n  - {origin: EU, importers: [US], sector: vehicles, share: "0.5", exporter_rent: "0.25"}\nhorizon: "2"\n'
    outcome = run_trade(load_trade_scenario(written(tmp_path, body)), horizons=())
    table = next(s for s in trade_sheets(outcome) if s.name == "quotas").by_column()
    assert table["origin"] == ["DE", "FR", "IT", "ES", "NL", "PL", "XEU"]
    assert table["sold_pct"] == pytest.approx([50.0] * 7, abs=0.01)
    assert min(table["premium_pct"]) > 5
    home, abroad = table["rent_at_home_million_USD"], table["rent_abroad_million_USD"]
    assert abroad == pytest.approx([3 * v for v in home], abs=0.2)
    assert any("each economy of EU by itself" in value for _, value, _, _ in outcome.assumptions)


# --- dear rare earths ---------------------------------------------------------------------------------------------


def test_spending_on_rare_earths_is_of_the_size_of_the_market():
    """World magnets and oxides: 10 to 30 billion USD a year in published market sizes; China uses most."""
    spent = spending_on_rare_earths()
    whole = sum(spent.values())
    assert 8_000 < whole < 30_000
    assert 0.4 < sum(v for (region, _, _), v in spent.items() if region == "CN") / whole < 0.75
    magnets = sum(v for (_, _, product), v in spent.items() if product.startswith("mag_"))
    assert magnets / whole > 0.8
    assert RAW_SHARE == 0.5


def test_no_permits_make_rare_earths_dear_outside_china_and_cost_little(base):
    dear = critical_of_supply(base, "no-permits-12-weeks").input
    assert dear.price[base.country("US")] > 1.5
    assert dear.price[base.country("CN")] < 1.5
    assert dear.cost_share.max() < 0.01
    assert not dear.cost_share[:, base.sector("services")].any()
    free = run_trade(load_trade_scenario("no-deal-157").at(1)).found
    short = run_trade(load_trade_scenario("no-deal-no-permits").at(1)).found
    loss = free.real_income - short.real_income
    assert (loss[[base.country(c) for c in ("US", "JP", "DE", "KR")]] > 0).all()
    assert loss.max() < 0.005


def test_a_baseline_of_ones_own_needs_no_shipped_names(base):
    own = replace(base, countries=tuple(f"c{n}" for n in range(26)))
    outcome = run_trade(replace(load_trade_scenario("decoupling"), changes=()), own)
    assert outcome.found.real_income == pytest.approx(np.ones(26), abs=1e-9)
    assert {s.name for s in trade_sheets(outcome)} >= {"economies", "matrix", "flows"}
    assert isinstance(outcome.policy, Policy)


def test_a_table_with_three_letters_is_understood(base):
    """The shipped table under the codes of other tables: the same duties, the same answer, the same words."""
    own = replace(base, countries=tuple(_ISO3.get(code, code) for code in base.countries))
    asked = load_trade_scenario("no-deal-no-permits")
    ours, theirs = run_trade(asked, base, horizons=()), run_trade(asked, own, horizons=())
    assert theirs.found.real_income == pytest.approx(ours.found.real_income, abs=1e-12)
    assert trade_answer(theirs).startswith("Real income falls most in CAN")
    assert {s.name for s in trade_sheets(theirs)} >= {"diversion_CHN_USA", "diversion_USA_CHN"}


_ISO3 = {"US": "USA", "CN": "CHN", "CA": "CAN", "MX": "MEX", "JP": "JPN", "DE": "DEU", "KR": "KOR", "VN": "VNM"}


def test_other_sectors_share_the_average_of_the_origin(base):
    own = replace(base, sectors=tuple(f"s{n}" for n in range(9)))
    policy, told, _ = policy_of(load_trade_scenario("truce-2025-11"), own)
    us, cn = base.country("US"), base.country("CN")
    raised = (1 + policy.tariff[us, cn, base.goods]) / (1 + base.tariff[us, cn, base.goods])
    assert np.ptp(raised) < 1e-12
    assert raised[0] > 1.15
    assert any(what == "US duties by origin, all goods alike" for what, *_ in told)


def test_a_country_within_a_larger_economy_is_told(tmp_path, base):
    body = 'changes:\n  - {importers: [US], origins: [Switzerland], add_tariff: "0.39"}\n'
    _, told, _ = policy_of(load_trade_scenario(written(tmp_path, body)), base)
    assert any("Switzerland stands in ROW" in value for _, value, _, _ in told)


def test_without_the_two_the_book_cannot_speak(base):
    own = replace(base, countries=tuple(f"c{n}" for n in range(26)))
    with pytest.raises(InputError, match="both the United States and China"):
        run_trade(load_trade_scenario("truce-2025-11"), own)
