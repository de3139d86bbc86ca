"""Parts of whole scenarios against the engines asked by themselves, and against sums made anew."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from countermeasure.book.load import Book, shipped_data
from countermeasure.book.model import DAY, Reading
from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.duty.line import Line
from countermeasure.errors import InputError, NoSolutionError, NotFoundError
from countermeasure.licensing.engine import LicenseEngine
from countermeasure.licensing.transaction import Item, Transaction
from countermeasure.scenario import critical_of_supply, load_trade_scenario, run_trade
from countermeasure.scenario.whole import FAILED, Inputs, Part, load_whole, part_of, run_whole
from countermeasure.scenario.whole import run as run_module
from countermeasure.scenario.whole.permits import permits_of
from countermeasure.scenario.whole.supply import mean_prices
from countermeasure.scenario.whole.words import closing
from countermeasure.supply import load_scenario, run_supply
from countermeasure.trade.multi.shipped import shipped_baseline

NO_DEAL = """\
id: no-deal
title: "No deal"
intent: "100 points more"
on: "2025-11-05"
before: "2025-10-08"
known_on: "2025-10-20"
reading: text
instruments: [no-deal-2025-11-01]
supply: {scenario: october-2025-in-force, weeks: "30"}
trade: {horizon: "3"}
talks: {model: october-2025, given: {tariff100: "yes"}}
draws: "8"
seed: "3"
"""
TRUCE = """\
id: truce
title: "The truce"
intent: "What November 2025 changed"
on: "2025-11-15"
before: "2025-11-01"
reading: text
talks: {model: october-2025}
"""
LINES = (
    Line("8505.11.00.70", "CN", 0, 10_000.0, "magnets"),
    Line("8471.30.01.00", "CN", 0, 20_000.0, "laptops"),
    Line("6109.10.00.12", "VN", 0, 5_000.0, "shirts"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    found = tmp_path_factory.mktemp("whole")
    (found / "no-deal.yaml").write_text(NO_DEAL)
    (found / "truce.yaml").write_text(TRUCE)
    return found


@pytest.fixture(scope="module")
def no_deal(folder: Path):
    return load_whole(folder / "no-deal.yaml")


@pytest.fixture(scope="module")
def truce(folder: Path):
    return load_whole(folder / "truce.yaml")


@pytest.fixture(scope="module")
def ran(no_deal):
    return run_whole(no_deal, Inputs(lines=LINES))


def test_parts_come_in_order_and_carry_their_assumptions(ran) -> None:
    assert list(ran.parts) == ["law", "duty", "license", "supply", "trade", "talks"]
    for part in ran.parts.values():
        assert part.assumptions[0][:2] == ("Day whose law is meant", "2025-11-05")
        assert {letter for _, _, letter, _ in part.assumptions} <= set("ABCDU")
        assert all(isinstance(v, int | float) or v is None for v in part.figures.values())
        assert all(len(row) == len(sheet.columns) for sheet in part.sheets for row in sheet.rows)


def test_law_tells_every_provision_whose_spell_differs(truce) -> None:
    part = part_of("law", truce, Inputs(), {})
    table = part.sheet("provisions")
    assert table is not None
    book = Book.shipped()
    states = [book.state(day, None, Reading.TEXT) for day in (truce.before, truce.on)]
    moved = {name for name in states[1] if states[0][name].state is not states[1][name].state}
    told = {row["provision"] for row in table.records() if "state:" in row["what"] and row["reading"] != "announced"}
    assert told == moved
    # Announcement 70 of 2025 suspended Announcements 55 to 58, 61 and 62 from 10 November
    by = {row["provision"]: (row["what"], row["instruments"], row["kind"]) for row in table.records()}
    assert by["cn-2025-57.1"] == ("state: not_yet -> suspended", "cn-mofcom-2025-57, cn-mofcom-2025-70", "control")
    assert by["cn-2025-61.1.3"][:2] == ("state: in_force -> suspended", "cn-mofcom-2025-70")
    assert by["us-affiliates-el"][1:] == ("us-bis-90-fr-50857", "control")
    assert by["cn-uel-2025-5"][2] == "listing"
    assert {row["control_items"] for row in table.records()} & {0} == set()  # none counted is not zero


def test_law_counts_lines_parties_and_windows(no_deal, ran) -> None:
    part = ran.parts["law"]
    rows = {row["provision"]: row for row in part.sheet("provisions").records()}
    first = part.sheet("provisions").records()[0]
    assert first["provision"] == "us-scenario-100"  # what the scenario itself brings stands first
    schedule = DutyEngine.shipped().us_schedule
    assert first["us_tariff_lines"] == len(schedule.universe(no_deal.on))
    with (shipped_data() / "parties" / "cn-uel.csv").open(encoding="utf-8") as file:
        named = Counter(row["by"] for row in csv.DictReader(line for line in file if not line.startswith("#")))
    listings = [row for row in rows.values() if row["provision"].startswith("cn-uel-")]
    assert listings
    for row in listings:
        assert row["listed_parties"] == named[row["provision"].removesuffix(".into")] or row["listed_parties"] is None
    assert any(row["listed_parties"] for row in listings)
    for row in part.sheet("windows").records():
        spell = no_deal.book.replayed(no_deal.known_on, Reading.TEXT).provisions[row["provision"]].at(no_deal.on * DAY)
        assert format_day(-(-spell.end // DAY)) == row["ends_on"]
        assert 0 < row["days_left"] <= 92
    apart = {row["provision"] for row in part.sheet("readings").records()}
    assert apart == {"us-ai-diffusion", "us-threat-100"}
    assert part.figures["provisions_changed_count"] == len(rows)


def test_duty_of_lines_is_that_of_the_engine(no_deal, ran) -> None:
    part = ran.parts["duty"]
    rows = part.sheet("lines").records()
    scenario = shipped_data() / "scenarios" / "no-deal-2025-11-01.yaml"
    known = parse_day("2025-10-20")
    now = DutyEngine(scenarios=[scenario], known_on=known, readings=(Reading.TEXT,))
    then = DutyEngine(known_on=known, readings=(Reading.TEXT,))
    total = 0.0
    for line, row in zip(LINES, rows, strict=True):
        after = now.duty_on(replace(line, on=no_deal.on)).answers[0]
        before = then.duty_on(replace(line, on=parse_day("2025-10-08"))).answers[0]
        assert (row["rate_low"], row["rate"], row["rate_high"]) == (after.rate_low, after.rate, after.rate_high)
        assert (row["duty_before_usd"], row["duty_usd"]) == (before.duty_usd, after.duty_usd)
        assert row["more_usd"] == pytest.approx(after.duty_usd - before.duty_usd)
        total += after.duty_usd
    assert part.figures["duty_usd"] == pytest.approx(total)
    assert part.figures["lines_changed_count"] == 2
    chinese = [row for row in rows if row["origin"] == "CN"]
    assert all(row["rate"] - row["rate_before"] == pytest.approx(1.0) for row in chinese)


def test_a_sum_that_would_leave_a_line_out_is_absent(no_deal) -> None:
    found = part_of("duty", no_deal, Inputs(lines=(*LINES, Line("8505.11.00.70", "CN", 0, None, "no value"))), {})
    assert found.figures["duty_usd"] is None
    assert "cannot be summed" in found.said
    broken = part_of("duty", no_deal, Inputs(lines=(LINES[0], Line("9999.99.99.99", "CN", 0, 1.0, "odd"))), {})
    assert any(note.startswith("Line odd, 9999.99.99.99, 2025-11-05:") for note in broken.notes)
    assert broken.figures["duty_usd"] is None


def test_average_duties_rise_by_the_hundred_points(ran) -> None:
    figures = ran.parts["duty"].figures
    assert figures["us_average_on_china_share"] - figures["us_average_on_china_before_share"] == pytest.approx(1.0, abs=2e-3)
    assert figures["china_average_on_us_share"] == figures["china_average_on_us_before_share"]


def test_licenses_are_those_of_the_engine(truce) -> None:
    asked = Transaction("m", 0, "MY", "TH", (Item("1", "repair of a magnetising line", form="technology", origin="CN"),))
    part = part_of("license", truce, Inputs(transactions=(asked,)), {})
    rows = {(r["regime"], r["reading"]): r for r in part.sheet("transactions").records()}
    engine = LicenseEngine(Book.shipped())
    after = engine.license_for(replace(asked, on=truce.on))
    before = engine.license_for(replace(asked, on=truce.before))
    for (regime, reading), row in rows.items():
        assert row["answer"] == after.of(regime, reading).answer
        assert row["answer_before"] == before.of(regime, reading).answer
        assert "none is given" in [value for _, value, _, _ in part.assumptions]


def test_supply_is_the_run_of_the_chain(no_deal, ran) -> None:
    part = ran.parts["supply"]
    held = Book.shipped().with_(shipped_data() / "scenarios" / "no-deal-2025-11-01.yaml")
    alone = run_supply(load_scenario("october-2025-in-force", held).for_weeks(30), 8, 3)
    for region in alone.regions:
        low, mid, high = np.quantile(alone.gdp_change("implied", region), (0.05, 0.5, 0.95))
        word = f"gdp_{region.lower()}"
        assert part.figures[f"{word}_change"] == pytest.approx(mid, rel=1e-9)
        assert part.figures[f"{word}_low_change"] == pytest.approx(low, rel=1e-9)
        assert part.figures[f"{word}_high_change"] == pytest.approx(high, rel=1e-9)
    first = alone.buyers["implied"]["first_stoppage"].select(region="all").values.ravel()
    assert part.figures["draws_with_stop_share"] == np.isfinite(first).mean()
    still = alone.buyers["implied"]["stopped_buyers"].sum("region").values.max(axis=1) / len(alone.buyers["implied"].buyers)
    assert part.figures["worst_standing_share"] == pytest.approx(np.median(still))


def test_trade_is_the_shipped_scenario_of_the_same_question(ran) -> None:
    alone = run_trade(load_trade_scenario("no-deal-157"))
    base, figures = alone.found.baseline, ran.parts["trade"].figures
    us, cn = base.country("US"), base.country("CN")
    assert figures["real_income_us_change"] == pytest.approx(alone.found.real_income[us] - 1, abs=1e-12)
    assert figures["real_income_china_change"] == pytest.approx(alone.found.real_income[cn] - 1, abs=1e-12)
    assert figures["us_duties_musd"] == pytest.approx(alone.found.tariffs[us])
    assert figures["real_income_worst_change"] == pytest.approx(alone.found.real_income.min() - 1)
    value = alone.found.customs_value[:, :, base.goods].sum(axis=2)
    before = (base.flows * (1 + base.export_tax))[:, :, base.goods].sum(axis=2)
    both = (value[us, cn] + value[cn, us]) / (before[us, cn] + before[cn, us]) - 1
    assert figures["us_china_goods_change"] == pytest.approx(both)


def test_prices_of_the_own_run_act_on_trade(no_deal) -> None:
    stop = {"start": "2027-01-04", "weeks": "26", "scenario": "no-permits-12-weeks"}
    asked = replace(no_deal, supply=stop, trade={"horizon": "1", "critical": "from_supply"})
    done = {"supply": part_of("supply", asked, Inputs(), {})}
    dear, plain = (part_of("trade", one, Inputs(), done).figures for one in (asked, replace(asked, trade={"horizon": "1"})))
    assert dear["rare_earths_dearest_times"] > 1.5
    assert dear["real_income_china_change"] != plain["real_income_china_change"]
    assert "rare_earths_dearest_times" not in plain
    # a run of the same chain at central parameters is near the medians of the part
    central = critical_of_supply(shipped_baseline(), "no-permits-12-weeks")
    medians = mean_prices(done["supply"])
    whole = run_supply(load_scenario("no-permits-12-weeks").for_weeks(26), 1, 3, readings=(), economy=False)
    cube = whole.simulation["price"].select(market="outside").values[0].mean(axis=0)
    at = whole.simulation["price"].labels("product").index("ox_dy")
    assert medians["ox_dy", "outside"] == pytest.approx(cube[at], rel=0.5)
    assert set(medians) == set(central.prices)


def test_trade_computes_the_supply_it_needs(no_deal) -> None:
    asked = replace(no_deal, draws=2, supply={"weeks": "4"}, trade={"critical": "from_supply"})
    found = run_whole(asked, Inputs(), ("trade",))
    assert list(found.parts) == ["trade"]
    assert found.parts["trade"].figures["rare_earths_dearest_times"] is not None


def test_license_states_become_quotas(no_deal) -> None:
    permits = permits_of(no_deal)
    weights: dict[str, float] = {}
    named = total = 0.0
    with (shipped_data() / "trade" / "us_imports_2024.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            for cell in row["cells"].split(";"):
                iso, _, value = cell.strip().partition(" ")
                if iso == "CN" and row["hts8"] != "rest":
                    weights[row["hts8"]] = float(value)
    for line, value in weights.items():
        total += value
        named += value * any(line.startswith(number[:8]) for number in permits.numbers)
    assert permits.coverage == pytest.approx(named / total)
    assert 0 < permits.coverage < 0.02  # small, and said
    assert "cn-2025-18.1" in permits.provisions
    asked = replace(no_deal, supply={"weeks": "8", "practice": [_no_permit()]}, trade={"horizon": "1", "licenses": "yes"})
    none = permits_of(asked)
    assert none.approval == 0.0
    assert permits_of(no_deal).approval > 0.5
    part = part_of("trade", asked, Inputs(), {})
    quotas = part.sheet("quotas").records()
    shares = dict(none.share)
    assert {row["sector"] for row in quotas} == set(shares)
    assert any("customs numbers that controls" in what for what, *_ in part.assumptions)


def _no_permit() -> dict[str, str]:
    return {"from": "2025-11-01", "approval": "0", "throughput": "0", "why": "a test", "source": "a test", "confidence": "U"}


def test_talks_start_from_the_state_of_the_book(truce, no_deal, ran) -> None:
    part = part_of("talks", truce, Inputs(), {})
    taken = {r["option"]: r["taken"] for r in part.sheet("status_quo").records()}
    assert taken == {"affiliates": "no", "tariff100": "no", "controls61": "no", "purchases": "yes"}
    threatened = ran.parts["talks"]
    played = {r["option"]: (r["taken"], r["basis"]) for r in threatened.sheet("status_quo").records()}
    assert played["tariff100"] == ("yes", "given")
    assert played["controls61"] == ("yes", "book")
    stable = [r for r in threatened.sheet("stable_states").records() if r["seq"] == "yes"]
    assert threatened.figures["stable_states_count"] == len(stable)
    assert threatened.figures["state_number"] == 7.0
    assert "If the assumed preferences hold" in threatened.said


def test_a_part_that_fails_does_not_lose_the_others(no_deal, monkeypatch) -> None:
    def refuse(*_: object) -> Part:
        raise NoSolutionError("the shock is too large", cure="Try a smaller one.")

    monkeypatch.setattr(run_module, "_MAKERS", {**run_module._MAKERS, "trade": refuse})
    found = run_whole(no_deal, Inputs(), ("law", "trade", "talks"))
    assert list(found.parts) == ["law", "trade", "talks"]
    lost = found.parts["trade"]
    assert lost.said == f"{FAILED}: the shock is too large."
    assert lost.notes == ("the shock is too large. Try a smaller one.",)
    assert lost.figures == {}
    assert "Not answered: trade" in closing(found)


def test_an_infeasible_state_is_told(folder: Path) -> None:
    asked = load_whole(folder / "truce.yaml")
    broken = replace(asked, talks={"model": "nobody"})
    found = run_whole(broken, Inputs(), ("talks",)).parts["talks"]
    assert found.said.startswith(FAILED)
    assert "there is no conflict 'nobody'" in found.notes[0]


def test_names_of_parts_are_checked(no_deal, truce) -> None:
    with pytest.raises(InputError, match="there is no part 'laws'"):
        run_whole(no_deal, Inputs(), ("laws",))
    with pytest.raises(InputError, match="there is no part 'laws'"):
        part_of("laws", no_deal, Inputs(), {})
    with pytest.raises(NotFoundError, match="truce has no trade part"):
        part_of("trade", truce, Inputs(), {})
    assert list(run_whole(truce).parts) == ["law", "duty", "license", "talks"]


def test_the_closing_sentence_holds_the_figures(ran) -> None:
    said = closing(ran)
    figures = ran.parts["duty"].figures
    assert f"{100 * figures['us_average_on_china_share']:.0f} %" in said
    assert f"{figures['duty_usd']:,.0f} USD" in said
    assert said.startswith("No deal, 2025-11-05 against 2025-10-08 without the scenario's own instruments: ")
    assert "probab" not in said
