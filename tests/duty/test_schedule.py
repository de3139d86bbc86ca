"""The schedule: shipped rates against other sources, and look-ups by line and day."""

import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from countermeasure.codes.day import parse_day
from countermeasure.duty.rates import clean_rate_text, parse_rate
from countermeasure.duty.schedule import ALWAYS, NEVER, Schedule
from countermeasure.duty.spells import Entry, merge_editions, read_spells, write_spells
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.build_schedule import build_schedule

SHIPPED = Path(__file__).resolve().parents[2] / "src/countermeasure/data/schedule/us_lines.csv"
DAY = parse_day("2026-04-10")


@pytest.fixture(scope="module")
def schedule():
    return Schedule.load(SHIPPED)


def one(schedule, code, day):
    return int(schedule.lookup(np.array([int(code)]), np.array([parse_day(day)]))[0])


def test_lines_of_note(schedule):
    veal = one(schedule, "0201205015", "2026-04-10")
    rate = schedule.rate(veal)
    assert (rate.text, rate.kind, rate.ad_valorem, rate.specific[0].usd) == (
        "4.4¢/kg",
        "specific",
        0.0,
        0.044,
    )
    assert schedule.rate(veal, column=2).text == "13.2¢/kg"
    magnet = one(schedule, "8505110070", "2026-04-10")
    assert (schedule.rate(magnet).ad_valorem, schedule.rate(magnet, 2).ad_valorem) == (0.021, 0.45)
    assert schedule.units(magnet) == ("No.", "kg")
    assert schedule.description(magnet) == "Sintered neodymium-iron-boron"


def test_columns_agree_with_the_parsed_rates(schedule):
    for at, text in enumerate(schedule.rate_texts):
        rate = parse_rate(text)
        assert schedule.computable[at] == rate.computable
        assert schedule.ad_valorem[at] == rate.ad_valorem or math.isnan(rate.ad_valorem)
        parts = [
            (usd, schedule.measures[measure])
            for usd, measure in zip(schedule.specific_usd[at], schedule.specific_measure[at], strict=True)
            if measure >= 0
        ]
        assert parts == [(part.usd, part.measure) for part in rate.specific]
    assert not np.isin("none", [parse_rate(text).kind for text in schedule.rate_texts])


def test_windows(schedule):
    assert schedule.known_to == "2026-06-08"
    assert schedule.boundaries().tolist() == [parse_day(day) for day in ("2025-07-01", "2026-02-01", "2026-07-01")]
    assert one(schedule, "0901110035", "2025-06-30") == -1
    assert one(schedule, "0901110035", "2025-07-01") >= 0
    assert one(schedule, "8504409570", "2026-06-30") >= 0
    assert one(schedule, "8504409570", "2026-07-01") == -1
    assert schedule.rate(one(schedule, "8504409571", "2026-07-01")).kind == "free"
    assert one(schedule, "4420190000", "2025-01-15") >= 0
    for day in ("2025-01-01", "2026-06-08"):
        universe = schedule.universe(parse_day(day))
        assert (np.diff(universe) > 0).all()
    assert len(schedule.universe(parse_day("2025-01-01"))) == 19_710
    assert len(schedule.universe(parse_day("2026-06-08"))) == 19_833
    same_code = schedule.codes[1:] == schedule.codes[:-1]
    assert (schedule.until_day[:-1][same_code] <= schedule.from_day[1:][same_code]).all()


def test_children(schedule):
    codes = schedule.codes[schedule.children("8505.11.00", DAY)].tolist()
    assert codes == [8505110010, 8505110030, 8505110050, 8505110070, 8505110090]
    assert set(codes) <= set(schedule.codes[schedule.children("85", DAY)].tolist())
    assert schedule.codes[schedule.children("0201205015", DAY)].tolist() == [201205015]
    assert schedule.children("8505.11.00.99", DAY).size == 0


def test_missing_numbers_are_explained(schedule):
    gone = schedule.explain_missing("0201.30.50.85", DAY)
    assert gone.windows == ((ALWAYS, parse_day("2026-02-01")),)
    assert "until 2026-02-01" in gone.message
    assert "0201.30.50.91" in gone.near
    legal = schedule.explain_missing("8505.11.00", DAY)
    assert len(legal.below) == 5
    assert "has 5 ten-digit lines" in legal.message
    typo = schedule.explain_missing(8505110071, DAY)
    assert typo.windows == ()
    assert typo.near[0] == "8505.11.00.70"


def test_lookup_by_brute_force(schedule):
    rng = np.random.default_rng(20260410)
    codes = np.concatenate((rng.choice(schedule.codes, 400), rng.integers(10**8, 10**10, 100)))
    days = rng.integers(parse_day("2024-12-01"), parse_day("2026-12-01"), codes.size).astype(np.int32)
    found = schedule.lookup(codes, days)
    for code, day, row in zip(codes.tolist(), days.tolist(), found.tolist(), strict=True):
        rows = np.flatnonzero((schedule.codes == code) & (schedule.from_day <= day) & (day < schedule.until_day))
        assert rows.tolist() == ([row] if row >= 0 else [])


def test_the_compiled_form_is_the_same(schedule, tmp_path):
    first = Schedule.load(SHIPPED, cache=tmp_path)
    kept = list(tmp_path.iterdir())
    assert len(kept) == 1
    again = Schedule.load(SHIPPED, cache=tmp_path)
    for name in (
        "codes",
        "from_day",
        "until_day",
        "general_rate_id",
        "column_2_rate_id",
        "specific_usd",
        "computable",
    ):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert (again.rate_texts, again.header, again.measures) == (
        first.rate_texts,
        first.header,
        first.measures,
    )
    assert again.description(17) == schedule.description(17)
    kept[0].write_bytes(b"damaged")
    assert Schedule.load(SHIPPED, cache=tmp_path).sha256 == first.sha256
    assert Schedule.load(SHIPPED, cache=tmp_path / "not" / "there").sha256 == first.sha256


def test_merging_editions():
    wood = Entry("3%", "33%", "kg", "Wood of pine")
    steel = Entry("Free", "20%", "t", "Steel")
    spells = merge_editions(
        [
            (100, {"0000000001": wood, "0000000002": steel}),
            (110, {"0000000001": wood._replace(description="Wood of pine.")}),
            (120, {"0000000001": wood._replace(general="4%"), "0000000003": steel}),
        ],
        {(2, "0000000001"): 115},
    )
    assert [(spell.code[-1], spell.from_day, spell.until_day, spell.entry.general) for spell in spells] == [
        ("1", None, 115, "3%"),
        ("1", 115, None, "4%"),
        ("2", None, 110, "Free"),
        ("3", 120, None, "Free"),
    ]
    header, rows, codes, first, after = read_spells(write_spells(spells, ["made for a test"]), "test.csv")
    assert header == ("made for a test",)
    assert (codes, first, after) == ([1, 1, 2, 3], [None, 115, None, 120], [115, None, 110, None])
    assert rows[0][3:] == ["3%", "33%", "kg", "Wood of pine."]
    built = Schedule.from_editions([(100, {"0000000001": wood})])
    assert (built.from_day[0], built.until_day[0]) == (ALWAYS, NEVER)


def test_broken_files_name_every_row(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("code,from,until,general,column_2,unit,description\n01,,,,,,\n0101.21.00.10,2025-13-01,,,,,\n")
    with pytest.raises(InputError, match=r"(?s)2 rows cannot be read.*row 2.*row 3"):
        Schedule.load(path)
    path.write_text("a,b\n")
    with pytest.raises(InputError, match="does not name the columns"):
        Schedule.load(path)
    with pytest.raises(NotFoundError):
        Schedule.load(tmp_path / "nowhere.csv")


def test_equals_the_rates_of_2026_revision_15(schedule, shared):
    """Against another reading of a later edition (The Axiom Foundation, CC BY 4.0)."""
    path = shared / "data" / "hts_mfn_2026_rev15" / "hts_mfn_2026_rev15.csv.gz"
    different = []
    compared = 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for item in csv.DictReader(file):
            for row in schedule.children(item["hts8"], parse_day("2026-06-08")).tolist():
                for column, text in ((1, item["general"]), (2, item["column_2"])):
                    if not text.strip():
                        continue
                    compared += 1
                    ours = schedule.rate(row, column)
                    theirs = parse_rate(clean_rate_text(text))
                    if (ours.kind, ours.ad_valorem, ours.specific, ours.shares) != (
                        theirs.kind, theirs.ad_valorem, theirs.specific, theirs.shares,
                    ):  # fmt: skip
                        different.append((item["hts8"], column, ours.text, text))
    assert compared > 38_000
    assert sorted(set(different)) == [], sorted(set(different))


def test_equals_the_statutory_base_rates_of_the_yale_tracker(schedule, shared):
    """On all lines of 2025 Basic whose own rate is a percentage (the others it fills from siblings)."""
    path = shared / "data" / "tariff_checks" / "rebuild_73abc0a" / "lines_2025-01-01_basic.parquet"
    table = pq.read_table(path, columns=["hts10", "country", "statutory_base_rate"]).to_pylist()
    theirs = {int(row["hts10"]): row["statutory_base_rate"] for row in table if row["country"] == "CN"}
    if not theirs:
        theirs = {int(row["hts10"]): row["statutory_base_rate"] for row in table if row["country"] == "5700"}
    codes = np.array(sorted(theirs), dtype=np.int64)
    rows = schedule.lookup(codes, np.full(codes.shape, parse_day("2025-01-01"), np.int32))
    here = rows >= 0
    assert (codes[~here] // 10**8 == 98).all()
    ids = schedule.general_rate_id[rows[here]]
    plain = np.array([parse_rate(text).kind in {"free", "ad_valorem"} for text in schedule.rate_texts])[ids]
    expected = np.array([theirs[code] for code in codes[here].tolist()])
    differs = plain & ~np.isclose(schedule.ad_valorem[ids], expected, atol=5e-7)
    assert int(plain.sum()) > 17_000
    # "6.5% on the entire set" (painters' sets) is a plain percentage of the whole value.
    assert codes[here][differs].tolist() == [3213100000]


def test_the_shipped_file_is_what_the_builder_makes(shared):
    built = build_schedule(shared / "data" / "hts")
    assert built.text == SHIPPED.read_text(encoding="utf-8")
