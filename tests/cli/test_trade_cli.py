"""``countermeasure trade``: every subcommand, its formats and files, its flags, its errors."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from countermeasure.scenario import trade_scenario_names
from countermeasure.trade.multi.tables import trade_folder

TABLES = {
    "economies": "economy,real_income_pct,real_wage_pct,prices_pct,terms_of_trade_pct,exports_pct,imports_pct,"
    "tariffs_musd,tariffs_before_musd,tariff_rise_pct,borne_abroad_pct,real_income_musd",
    "matrix": "origin,importer,before,after",
    "flows": "importer,origin,sector,before,after",
    "output": "economy,sector,before_million_USD,change_pct",
    "diversion_CN_US": "economy,gone_to,replaced_by",
    "horizons": "years,US_real_income_pct,CN_real_income_pct,CN_to_US_goods_pct,US_to_CN_goods_pct,most_lost_by,"
    "real_income_pct,reached",
    "policy": "importer,origin,sector,tariff,export_tax,friction,banned",
    "assumptions": "what,value,confidence,source",
}


def strict(text: str):
    """JSON as other programs read it: NaN and Infinity are no numbers there."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def answered(run, *arguments) -> dict:
    code, out, err = run("trade", *arguments, "--json")
    assert (code, err) == (0, "")
    return strict(out)


def refused(run, *arguments) -> str:
    code, out, err = run("trade", *arguments)
    assert code != 0
    assert out == ""
    assert "Traceback" not in err
    return " ".join(err.split())


def test_assumptions_stand_above_the_answer(run) -> None:
    code, out, err = run("trade", "--scenario", "april-2025-145")
    assert (code, err) == (0, "")
    assert out.index("Assumed (U): Horizon: 1 year:") < out.index("Real income falls most in") < out.index("Economies, change")
    assert "Goods of CN to US" in out
    assert max(map(len, out.splitlines())) <= 110


def test_a_run_is_written_as_tables_pictures_and_a_page(run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    code, _, err = run("trade", "--scenario", "decoupling", "--out", folder)
    assert code == 0
    assert "open" in err
    for name, head in TABLES.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert ",".join(rows[0]) == head
        assert pq.read_table(folder / f"{name}.parquet").num_rows == len(rows) - 1 > 0
    for name in ("welfare", "matrix", "diversion"):
        assert ET.fromstring((folder / f"{name}.svg").read_text("utf-8")).tag.endswith("svg")  # noqa: S314
    page = (folder / "report.html").read_text("utf-8")
    assert page.index("Assumed") < page.index("Real income, change by economy")
    assert "<script" not in page
    kept = strict((folder / "outcome.json").read_text("utf-8"))
    assert kept == answered(run, "--scenario", "decoupling")


def test_json_holds_the_answer_and_what_it_rests_on(run) -> None:
    found = answered(run, "--scenario", "united-front")
    assert set(found) >= {"answer", "assumptions", "closure", "theta", "reached", "error", "tables"}
    assert found["reached"] == 1.0
    assert {row["economy"] for row in found["tables"]["economies"]} >= {"US", "CN", "ROW"}
    longer = answered(run, "--scenario", "united-front", "--horizon", "long")
    assert longer["theta"]["electronics"] > found["theta"]["electronics"]


def test_scenarios_are_listed(run) -> None:
    code, out, _ = run("trade", "scenarios")
    assert code == 0
    assert all(name in out for name in trade_scenario_names())
    assert [row["id"] for row in answered(run, "scenarios")] == list(trade_scenario_names())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("best", "--for", "US", "--against", "CN", "--horizon", "3"), "US chooses import tariffs on all goods with CN"),
        (("war", "US", "CN"), "Tariff war of US and CN"),
        (("war", "US", "CN", "--ladder", "2"), "in turn"),
        (("agreement", "US", "CN", "--after-war", "--uniform", "sectors"), "Gains are equal"),
        (("front", "--members", "G7,-US", "--against", "CN"), "front of CA, JP, GB, DE, FR, IT"),
        (("export", "--for", "CN", "--sector", "electronics", "--instrument", "quota"), "Licence premium"),
    ],
    ids=lambda v: "-".join(v[:1]) if isinstance(v, tuple) else "",
)
def test_games_say_who_chooses_what_and_how_nearly(run, arguments, said) -> None:
    code, out, err = run("trade", *arguments)
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert said in flat
    assert "first-order residual" in flat
    assert flat.index("Assumed (U): What governments want") < flat.index("Mean rates on ")
    found = answered(run, *arguments)
    assert found["first_order_residual"] < 1e-5
    assert found["answer"].split(":")[0] in flat


def test_a_game_is_written_too(run, tmp_path: Path) -> None:
    code, _, err = run("trade", "war", "US", "CN", "--scenario", "truce-2025-11", "--out", tmp_path)
    assert code == 0
    assert "report.html" in err
    for name in ("gains", "mean_rates", "rates", "conditions", "assumptions"):
        assert pq.read_table(tmp_path / f"{name}.parquet").num_rows > 0
    kept = strict((tmp_path / "outcome.json").read_text("utf-8"))
    assert kept["status_quo"] == "scenario truce-2025-11"
    ET.fromstring((tmp_path / "gains.svg").read_text("utf-8"))  # noqa: S314


def test_the_record_is_shown_and_written(run, tmp_path: Path, monkeypatch) -> None:
    from countermeasure.scenario import backtest

    found = backtest()
    monkeypatch.setattr("countermeasure.scenario.backtest", lambda: found)
    code, out, err = run("trade", "validate", "--out", tmp_path / "page.md")
    assert (code, err) == (0, "")
    assert f"{found.passed} of {len(found.targets)} targets are met" in out
    assert "China's goods to Africa, year" in out
    assert (tmp_path / "page.md").read_text("utf-8").startswith("# The trade model against 2025")
    told = strict(run("trade", "validate", "--json", "--out", tmp_path / "page.json")[1])
    assert told == strict((tmp_path / "page.json").read_text("utf-8"))
    assert [target["id"] for target in told["targets"]] == [target.id for target in found.targets]
    assert "neither .md nor .json" in refused(run, "validate", "--out", tmp_path / "page.txt")


def test_a_table_of_ones_own_is_a_baseline(run, tmp_path: Path) -> None:
    """The shipped tables in a folder of one's own give the shipped answer; one number of theta gives another."""
    for name in ("flows.csv", "inputs.csv", "theta.csv", "tariffs.csv"):
        (tmp_path / name).write_text((trade_folder() / name).read_text("utf-8"), "utf-8")
    own = answered(run, "--scenario", "decoupling", "--baseline", tmp_path)
    shipped = answered(run, "--scenario", "decoupling")
    assert own["tables"]["economies"] == shipped["tables"]["economies"]
    other = answered(run, "--scenario", "decoupling", "--theta", "2")
    assert set(other["theta"].values()) == {2.0}
    named = answered(run, "--scenario", "decoupling", "--theta", "uniform_5")
    assert set(named["theta"].values()) == {5.0}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "nothing"), "there is no trade scenario 'nothing'"),
        (("--baseline", "nowhere"), "there is no baseline 'nowhere'"),
        (("--theta", "five"), "--theta 'five' is neither a number nor a set"),
        (("--theta", "-2"), "above 0"),
        (("--horizon", "-1"), "a horizon of -1 years"),
        (("--horizon", "soon"), "--horizon: 'soon' is not a number"),
        (("--closure", "odd"), "unknown closure 'odd'"),
        (("best", "--for", "Narnia"), "'Narnia' is not a country"),
        (("best", "--for", "US", "--bounds", "1"), "--bounds '1' are not two numbers"),
        (("best", "--for", "US", "--bounds", "2,1"), "must rise"),
        (("best", "--for", "US", "--instruments", "bombs"), "unknown instruments 'bombs'"),
        (("best", "--for", "US", "--uniform", "days"), "cannot be uniform over 'days'"),
        (("best", "--for", "US", "--sectors", "magnets"), "unknown sector 'magnets'"),
        (("war", "US"), "at least two players"),
        (("war", "US", "G7"), "member of two choosers"),
        (("agreement", "US", "CN", "--shares", "1"), "as many shares"),
        (("front", "--members", "CN", "--against", "CN"), "members"),
        (("export", "--for", "CN", "--sector", "magnets"), "unknown sector 'magnets'"),
    ],
    ids=lambda v: "-".join(map(str, v)) if isinstance(v, tuple) else "",
)
def test_mistakes_are_named(run, arguments, said) -> None:
    assert said in refused(run, *arguments)


def test_errors_are_json_too(run) -> None:
    code, out, _ = run("trade", "--scenario", "nothing", "--json")
    assert code != 0
    assert strict(out)["error"]["code"] == "unknown_scenario"
