"""Projects: the shipped rows, dated starts and ramps, and when others carry the load."""

import csv
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes import from_date, parse_day
from countermeasure.errors import InputError
from countermeasure.supply.projects.alternatives import alternatives
from countermeasure.supply.projects.table import COLUMNS, Project, added_supply, capacity_paths, read_projects, shipped_projects

STAGES = {
    "ore": ("bastnaesite_cn", "bastnaesite_us", "monazite", "ion_clay", "loparite"),
    "ox": ("ndpr", "dy", "tb", "sm", "gd", "y", "lace"),
    "me": ("ndpr", "dy", "tb", "sm"),
    "mag": ("light", "heavy", "smco"),
    "co": ("traction", "motor", "generator", "electronics", "defence"),
}
PRODUCTS = tuple(f"{stage}_{name}" for stage, names in STAGES.items() for name in names)
REGIONS = ("CN", "US", "EU", "JP", "KR", "IN", "SEA", "ROW")
DAY0 = parse_day("2026-11-09")
MONTH = 365.25 / 12
HEAD = "# name: p\n# title: t\n# source: s\n# licence: l\n# confidence: per row\n" + ",".join(COLUMNS) + "\n"
GOOD = "Plant,Firm,US,ox_dy,100,2028,no,yes,1,,0,2026-01,Report,B,note"


def plant(**changes) -> Project:
    """A plant of 5,200 t a year, 100 t a week, due on 1 July 2028."""
    usual = Project(
        "Plant", "Firm", "US", "ox_dy", 5200.0, from_date(date(2028, 7, 1)), False, True, 1.0, None, 0.0, None, "s", "B", ""
    )
    return replace(usual, **changes)


def starts(project: Project, draws: int, **options) -> np.ndarray:
    """Months from the stated day to the start, read off paths that jump to full rate at once."""
    weeks = 2000
    paths = capacity_paths([project], project.first_day, weeks, draws, 5, ramp_months=1e-9, first_draw=1, **options)
    return (weeks - (paths[:, :, 0] > 0).sum(1)) * 7 / MONTH


# --- the shipped table ------------------------------------------------------------------------------------------------------


def test_shipped_rows_use_the_chains_words() -> None:
    rows = shipped_projects()
    assert {r.product for r in rows} <= {*PRODUCTS, "none"}
    assert {r.region for r in rows} <= set(REGIONS) - {"CN"}
    assert all(r.source and r.note for r in rows)
    assert all(r.counted or r.note.startswith("Gap:") for r in rows)
    assert {r.probability for r in rows} <= {0.0, 0.25, 0.5, 1.0}
    assert all(r.delay is not r.running for r in rows), "what runs does not slip, what does not run may"
    assert not any(r.running and r.first_day and r.first_day > DAY0 for r in rows)
    assert all(r.output is None or r.output <= r.tonnes_year for r in rows)


def test_every_project_of_the_facts_is_told(shared: Path) -> None:
    with (shared / "facts" / "ree_projects.csv").open(encoding="utf-8") as file:
        facts = [row["project"] for row in csv.DictReader(file)]
    names = {r.project for r in shipped_projects()}
    assert len(facts) == 36
    assert [name for name in facts if name not in names] == []


def test_outputs_are_those_of_the_facts(shared: Path) -> None:
    with (shared / "facts" / "ree_stage_shares.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["measure"] == "output" and r["product"] == "NdPr oxide"]
    quarters = {(r["geography"].split()[0], r["year"]): float(r["value"]) for r in rows}
    by = {(r.project, r.product): r for r in shipped_projects()}
    lynas = by["LAMP Gebeng", "ox_ndpr"]
    assert lynas.output == 1509 + sum(quarters["Lynas", f"2025-Q{n}"] for n in (2, 3, 4))  # first quarter: Australian Mining
    assert 6000 < lynas.base < 7500
    assert by["Mountain Pass", "ox_ndpr"].output == 4 * quarters["MP", "2026-Q2"]
    heavy = sum(by["LAMP heavy circuit, phase 1", p].output for p in ("ox_dy", "ox_tb"))
    assert heavy == pytest.approx(4 * 26)
    assert by["Mountain Pass", "ore_bastnaesite_us"].base == 45500


def test_abandoned_is_zero_and_gaps_are_zero() -> None:
    rows = shipped_projects()
    seadrift = [i for i, r in enumerate(rows) if r.project == "Seadrift"]
    assert seadrift
    assert all(rows[i].probability == 0 for i in seadrift)
    paths = capacity_paths(rows, DAY0, 520, 20, 1)
    assert not paths[:, :, seadrift].any()
    assert not paths[:, :, [i for i, r in enumerate(rows) if not r.counted]].any()
    dropped = plant(probability=0.0)
    assert not capacity_paths([dropped], DAY0, 520, 200, 1).any()


def test_magnet_plants_split_into_grades_that_sum() -> None:
    by = {(r.project, r.product): r.tonnes_year for r in shipped_projects()}
    for name, total in (("eVAC Sumter", 2000), ("Benson", 10000), ("Narva", 2000), ("10X", 9000), ("Stillwater", 1200)):
        assert by[name, "mag_light"] + by[name, "mag_heavy"] == pytest.approx(total)


def test_china_share_in_2030_is_near_the_projection_of_the_iea() -> None:
    """IEA Global Critical Minerals Outlook 2024: 77 % of separated magnet rare earths in 2030 (a projection, made in 2024).

    NdPr stands for magnet rare earths: China at Argus' 65,500 t of 2024 throughout, outside 6,198 + 1,294 t of the two large
    plants and 800 t of others (assumed). The tolerance is wide because China stands still here.
    """
    rows, weeks = shipped_projects(), 250
    paths = capacity_paths(rows, DAY0, weeks, 300, 1)
    found = alternatives(
        rows, paths, ["ox_ndpr"], DAY0, base_outside=[8292 / 52], need_outside=[25000 / 52], china=[65500 / 52]
    )
    week = (parse_day("2030-07-01") - DAY0) // 7
    low, median, high = found.china_share()[:, week, 0]
    assert median == pytest.approx(0.77, abs=0.06)
    assert low - 0.03 < 0.77 < high + 0.03
    assert low < median < high


# --- reading ----------------------------------------------------------------------------------------------------------------


def test_a_good_row_is_read() -> None:
    (row,) = read_projects(HEAD + GOOD + "\n", "p.csv")
    assert (row.project, row.product, row.tonnes_year, row.stage, row.counted) == ("Plant", "ox_dy", 100.0, "oxide", True)
    assert row.first_day == parse_day("2028-07-01")
    assert row.as_of_day == parse_day("2026-01-15")
    assert row.where == "p.csv:7"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (GOOD.replace(",US,", ",XX,"), "region 'XX' is unknown; there are CN, US"),
        (GOOD.replace("ox_dy", "dysprosium"), "product 'dysprosium' is unknown"),
        (GOOD.replace(",100,", ",many,"), "tonnes_year is 'many'; write a number 0 or more"),
        (GOOD.replace(",100,", ",-1,"), "tonnes_year is '-1'"),
        (GOOD.replace(",100,", ",nan,"), "tonnes_year is 'nan'"),
        (GOOD.replace(",2028,", ",2028-Q1,"), "first_output is '2028-Q1'; write YYYY or YYYY-MM"),
        (GOOD.replace(",2028,", ",2028-13,"), "first_output is '2028-13'"),
        (GOOD.replace(",no,yes,", ",maybe,yes,"), "running is 'maybe'; write yes or no"),
        (GOOD.replace("yes,1,", "yes,1.2,"), "probability is '1.2'; write a number from 0 to 1"),
        (GOOD.replace("yes,1,", "yes,,"), "probability is empty"),
        (GOOD.replace(",B,", ",E,"), "confidence 'E' is unknown"),
        (GOOD.replace("Report", ""), "source is empty"),
        (GOOD.replace(",100,", ",,").replace("note", ""), "needs a note that says why"),
        (GOOD.replace("yes,1,,", "yes,1,50,"), "it has an output but is not running"),
        (GOOD.replace("2028,no,yes", ",yes,no"), "it is running but has no first_output"),
        (GOOD + ",more", "16 cells, 15 columns"),
        (GOOD + "\n" + GOOD, "ox_dy of Plant stands twice"),
    ],
)
def test_bad_rows_say_what_and_where(row: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_projects(HEAD + row + "\n", "p.csv")
    assert words in str(caught.value)
    assert "p.csv:" in str(caught.value)


def test_all_faults_in_one_go_and_a_bad_head() -> None:
    text = HEAD + GOOD.replace(",US,", ",XX,") + "\n" + GOOD.replace("ox_dy", "dy").replace("Plant", "Other") + "\n"
    with pytest.raises(InputError, match="2 faults") as caught:
        read_projects(text, "p.csv")
    assert [f.split(": ")[0] for f in caught.value.faults] == ["p.csv:7", "p.csv:8"]
    with pytest.raises(InputError, match="the columns must be"):
        read_projects(HEAD.replace("company", "firm"), "p.csv")
    with pytest.raises(InputError, match="'ox_dy' is unknown"):
        read_projects(HEAD + GOOD + "\n", "p.csv", products=["ox_tb"])


# --- delays -----------------------------------------------------------------------------------------------------------------


def test_delays_are_lognormal_with_the_stated_median() -> None:
    found = starts(plant(), 4000)
    low, median, high = np.quantile(found, (0.05, 0.5, 0.95))
    assert median == pytest.approx(18, rel=0.04)
    assert low == pytest.approx(18 * math.exp(-0.6 * 1.6448536), rel=0.06)
    assert high == pytest.approx(18 * math.exp(0.6 * 1.6448536), rel=0.06)


def test_an_overdue_project_has_not_started_before_its_report() -> None:
    from scipy.stats import lognorm

    law = lognorm(0.6, scale=18)
    for overdue in (6.0, 30.0, 150.0):
        one = plant(as_of_day=from_date(date(2028, 7, 1)) + round(overdue * MONTH))
        found = starts(one, 4000)
        assert found.min() >= overdue - 0.3
        for level in (0.25, 0.5, 0.9):
            expected = law.isf(law.sf(overdue) * (1 - level))
            assert np.quantile(found, level) == pytest.approx(expected, rel=0.05), overdue
    assert starts(plant(as_of_day=plant().first_day + 900), 3, delay_sigma=0.0) == pytest.approx(900 / MONTH, abs=0.3)


def test_without_delay_it_starts_on_the_stated_day_and_without_spread_at_the_median() -> None:
    assert starts(plant(delay=False), 3) == pytest.approx(0, abs=0.25)
    assert starts(plant(), 3, delay_sigma=0.0) == pytest.approx(18, abs=0.25)


def test_ramp_is_half_way_after_a_year_and_ends_at_the_final_share() -> None:
    (path,) = capacity_paths([plant(delay=False)], plant().first_day, 160, 1, 1)[:, :, 0]
    assert path[0] == pytest.approx(0, abs=0.1)
    assert path[52] == pytest.approx(100 * 0.75 / 2, rel=0.02)
    assert path[105:] == pytest.approx(75)
    assert (np.diff(path) >= 0).all()


def test_share_built_is_the_probability() -> None:
    built = capacity_paths([plant(probability=0.3)], DAY0, 2000, 3000, 9, first_draw=1)[:, -1, 0] > 0
    assert built.mean() == pytest.approx(0.3, abs=0.03)


def test_the_first_draw_is_central() -> None:
    sure, likely, unlikely = plant(), plant(project="Likely", probability=0.5), plant(project="Unlikely", probability=0.4)
    path = capacity_paths([sure, likely, unlikely], sure.first_day, 400, 1, 3, ramp_months=1e-9)[0]
    assert (400 - (path > 0).sum(0))[:2] * 7 / MONTH == pytest.approx(18, abs=0.3)
    assert not path[:, 2].any()


# --- running plants ---------------------------------------------------------------------------------------------------------


def test_a_running_plant_is_at_its_pace_now_and_climbs() -> None:
    one = plant(running=True, delay=False, first_day=parse_day("2018-07-01"), output=1040.0, base=520.0, as_of_day=DAY0 - 200)
    (path,) = capacity_paths([one], DAY0, 120, 1, 1)[:, :, 0]
    assert path[0] == pytest.approx(20, rel=0.01)
    assert path[-1] == pytest.approx(75)
    (before,) = capacity_paths([one], parse_day("2023-01-02"), 30, 1, 1)[:, :, 0]
    assert before == pytest.approx(10)
    above = replace(one, output=5000.0)
    assert capacity_paths([above], DAY0, 300, 1, 1)[0, :, 0] == pytest.approx(5000 / 52)


def test_a_running_plant_that_does_not_grow_keeps_its_pace() -> None:
    one = plant(running=True, first_day=parse_day("2018-07-01"), output=1040.0, as_of_day=DAY0, probability=0.0)
    assert capacity_paths([one], DAY0, 200, 5, 1) == pytest.approx(20)


def test_a_running_plant_of_unknown_pace_climbs_from_its_first_day() -> None:
    one = plant(running=True, first_day=DAY0, output=None)
    (path,) = capacity_paths([one], DAY0, 120, 1, 1)[:, :, 0]
    assert path[52] == pytest.approx(37.5, rel=0.02)
    assert path[-1] == pytest.approx(75)


# --- draws ------------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 150), st.integers(1, 150), st.integers(0, 2**31))
def test_any_split_over_workers_gives_the_same_numbers(first: int, draws: int, seed: int) -> None:
    rows = [plant(), plant(project="Other", probability=0.5)]
    whole = capacity_paths(rows, DAY0, 8, 300, seed, delay_median_months=1.0)
    part = capacity_paths(rows, DAY0, 8, draws, seed, delay_median_months=1.0, first_draw=first)
    assert np.array_equal(part, whole[first : first + draws])


def test_draws_do_not_depend_on_the_other_projects() -> None:
    rows = shipped_projects()
    whole = capacity_paths(rows, DAY0, 60, 30, 4)
    order = np.random.default_rng(1).permutation(len(rows))[:40]
    assert np.array_equal(capacity_paths([rows[i] for i in order], DAY0, 60, 30, 4), whole[:, :, order])
    assert not np.array_equal(capacity_paths(rows, DAY0, 400, 30, 4), capacity_paths(rows, DAY0, 400, 30, 5))


def test_products_of_one_plant_start_together() -> None:
    rows = [plant(), plant(product="ox_tb", tonnes_year=520.0)]
    paths = capacity_paths(rows, DAY0, 400, 50, 2)
    assert paths[:, :, 0] == pytest.approx(10 * paths[:, :, 1], rel=1e-4, abs=1e-4)


def test_common_delays_widen_the_band_of_a_sum_and_not_of_one() -> None:
    rows = [plant(project=f"Plant {n}") for n in range(10)]
    week = (plant().first_day + round(24 * MONTH) - DAY0) // 7
    apart, common = (capacity_paths(rows, DAY0, week + 1, 800, 2, correlation=c)[:, week] for c in (0.0, 0.6))
    assert common.sum(1).std() > 1.5 * apart.sum(1).std()
    assert common[:, 0].std() == pytest.approx(apart[:, 0].std(), rel=0.15)


@given(st.floats(1, 60), st.floats(0, 1.5), st.floats(1, 60), st.floats(0.05, 1), st.floats(0, 1), st.integers(0, 1000))
def test_paths_lie_between_nothing_and_full_rate(median, sigma, ramp, share, correlation, seed) -> None:
    paths = capacity_paths(
        [plant(), plant(project="Other", as_of_day=DAY0)], DAY0, 300, 4, seed,
        delay_median_months=median, delay_sigma=sigma, ramp_months=ramp, final_share=share, correlation=correlation,
    )  # fmt: skip
    assert (paths >= 0).all()
    assert (paths <= 100 * share * (1 + 1e-5)).all()
    assert (np.diff(paths, axis=1) >= -1e-5).all()


def test_longer_delays_never_bring_more() -> None:
    rows = shipped_projects()
    short, long = (capacity_paths(rows, DAY0, 300, 40, 6, delay_median_months=m) for m in (6.0, 30.0))
    grow = [i for i, r in enumerate(rows) if r.as_of_day and r.first_day and r.as_of_day < r.first_day]
    assert (short[:, :, grow] >= long[:, :, grow] - 1e-4).all()
    assert short[:, :, grow].sum() > 1.1 * long[:, :, grow].sum()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"final_share": 75.0}, "it is a fraction of nameplate"),
        ({"delay_sigma": -1.0}, "the spread of delays is -1"),
        ({"delay_median_months": 0.0}, "the median delay is 0"),
        ({"ramp_months": 0.0}, "the ramp is 0"),
        ({"correlation": 2.0}, "the correlation of delays is 2"),
        ({"weeks": 0}, "weeks is 0"),
        ({"draws": 0}, "draws is 0"),
    ],
)
def test_numbers_that_cannot_be_are_refused(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        capacity_paths([plant()], DAY0, options.pop("weeks", 5), options.pop("draws", 5), 1, **options)


# --- what is added, and when it suffices ------------------------------------------------------------------------------------


def test_added_supply_is_what_lies_above_2024() -> None:
    rows = shipped_projects()
    paths = capacity_paths(rows, parse_day("2024-01-01"), 20, 3, 1)
    for key, tonnes in added_supply(paths, rows).items():
        assert tonnes == pytest.approx(0, abs=1e-3), key
    now = added_supply(capacity_paths(rows, DAY0, 2, 3, 1), rows)
    assert now["ox_ndpr", "US"][0, 0] * 52 == pytest.approx(3360 - 1294, rel=0.02)
    assert now["ox_ndpr", "SEA"][0, 0] * 52 == pytest.approx(6996 - 6198, rel=0.02)
    assert now["ox_dy", "SEA"][0, 0] * 52 == pytest.approx(86.7, rel=0.02)
    assert ("ox_y", "ROW") not in now
    with pytest.raises(InputError, match="do not fit"):
        added_supply(paths[:, :, :5], rows)


def steps(*levels: float) -> tuple[list[Project], np.ndarray]:
    """Four draws of a plant that jumps to 100 t a week at the given weeks of eight."""
    paths = np.zeros((len(levels), 8, 1), dtype=np.float32)
    for draw, week in enumerate(levels):
        paths[draw, int(week) :, 0] = 100
    return [plant()], paths


def test_share_below_is_the_first_week_for_good() -> None:
    rows, paths = steps(1, 2, 3, 99)
    found = alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[50], need_outside=[150], china=[150])
    assert found.china_share()[:, 0, 0] == pytest.approx(0.75)
    (below,) = found.share_below(0.6)
    assert (below.low, below.median, below.high) == (DAY0 + 7, DAY0 + 14, None)
    assert below.never == 0.25
    (already,) = found.share_below(0.8)
    assert (already.median, already.never) == (DAY0, 0.0)
    (exactly,) = found.share_below(0.5)
    assert exactly.never == 1.0, "a share of one half is not below one half"
    (covered,) = found.covered()
    assert (covered.low, covered.median, covered.never) == (DAY0 + 7, DAY0 + 14, 0.25)
    assert found.cover()[1, :, 0].max() == pytest.approx(1.0)


def test_a_share_that_comes_back_has_not_fallen() -> None:
    rows, paths = steps(0)
    paths[0, 3:5] = 0
    found = alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[50], need_outside=[150], china=[150])
    (below,) = found.share_below(0.6)
    assert below.median == DAY0 + 5 * 7


def test_need_may_grow_and_other_supply_may_come() -> None:
    rows, paths = steps(0)
    need = np.linspace(100, 300, 8)[:, None]
    found = alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[50], need_outside=need, china=[0])
    assert found.covered()[0].never == 1.0
    more = alternatives(
        rows,
        paths,
        ["ox_dy"],
        DAY0,
        base_outside=[50],
        need_outside=need,
        china=[0],
        extra={("ox_dy", "EU"): 150.0, ("ox_dy", "CN"): 9e9},
    )
    assert more.covered()[0].median == DAY0
    assert more.outside.max() == pytest.approx(300)
    assert np.isnan(alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[0], need_outside=[0], china=[1]).cover()).all()


def test_plants_cannot_outrun_their_feed() -> None:
    rows, paths = steps(0)
    common = {"base_outside": [50], "need_outside": [150], "china": [0]}
    found = alternatives(rows, paths, ["ox_dy"], DAY0, **common, feed=[80], extra={("ox_dy", "US"): 30.0})
    assert found.outside == pytest.approx(110)


def test_heavy_plants_outside_china_are_planned_beyond_their_mines() -> None:
    rows = [r for r in shipped_projects() if r.counted]
    plants = sum(r.tonnes_year for r in rows if r.product == "ox_dy")
    share = {"ore_monazite": 0.0025, "ore_ion_clay": 0.0371}  # dysprosium in Mount Weld and Xinfeng ore
    mines = sum(r.tonnes_year * share.get(r.product, 0.0) for r in rows)
    assert plants > 1.8 * mines


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(0, 99))
def test_a_lower_level_is_never_reached_sooner(one: float, other: float, seed: int) -> None:
    rows = [r for r in shipped_projects() if r.product == "ox_ndpr"]
    paths = capacity_paths(rows, DAY0, 120, 20, seed)
    found = alternatives(rows, paths, ["ox_ndpr"], DAY0, base_outside=[20], need_outside=[300], china=[300])
    (low,), (high,) = (found.share_below(level) for level in sorted((one, other)))
    assert low.never >= high.never
    assert (low.median or math.inf) >= (high.median or math.inf)


def test_alternatives_refuse_what_does_not_fit() -> None:
    rows, paths = steps(0)
    with pytest.raises(InputError, match="base_outside has shape"):
        alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[1, 2], need_outside=[1], china=[1])
    with pytest.raises(InputError, match="china holds a figure that is negative"):
        alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[1], need_outside=[1], china=[-1])
    with pytest.raises(InputError, match="Write a fraction"):
        alternatives(rows, paths, ["ox_dy"], DAY0, base_outside=[1], need_outside=[1], china=[1]).share_below(math.nan)
