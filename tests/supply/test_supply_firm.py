"""A firm's own table: read with every fault in its place, and played against the chain."""

import importlib.util
import io
import json
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError, InputError, NotFoundError
from countermeasure.io.firm_files import FIRM_COLUMNS, FirmFile, read_firm
from countermeasure.io.firm_words import license_of, product_of, region_of
from countermeasure.supply.buyers.run import BuyersResult, run_buyers
from countermeasure.supply.buyers.signals import SIGNALS
from countermeasure.supply.chain.model import Chain
from countermeasure.supply.chain.network import compile_network
from countermeasure.supply.controls.plan import OF_CONTENT, Plan, free_plan
from countermeasure.supply.firm.answer import FirmAnswer, Outlook
from countermeasure.supply.firm.run import LICENSES, Firm, Part, SecondSource, Source, run_firm
from countermeasure.supply.flow.simulate import Simulation, simulate

ROOT = Path(__file__).parents[2]
CHAIN = Chain.shipped()
NETWORK = compile_network()
START, WEEKS = 13, 78
HEAD = "part,product,region,supplier,origin,share,weekly_use,unit,kg_per_piece,cover_weeks,license,applied_on,line,value_per_week_usd\n"
GOOD = "rotor,NdFeB with Dy,DE,A,CN,1,900,kg,,7,applied,2025-04-21,Hall,1000\n"


@lru_cache(maxsize=1)
def april() -> Plan:
    spec = importlib.util.spec_from_file_location("benchmark_buyers_plan", ROOT / "benchmarks" / "buyers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.april_2025(NETWORK, WEEKS, START)


@lru_cache(maxsize=4)
def simulated(controlled: bool = True, draws: int = 40) -> Simulation:
    plan = april() if controlled else free_plan(NETWORK, parse_day("2025-01-06"), WEEKS)
    return simulate(NETWORK, plan, draws, 5, keep=SIGNALS)


@lru_cache(maxsize=4)
def market(controlled: bool = True) -> BuyersResult:
    return run_buyers(simulated(controlled), 600, 2)


def part(license_: str = "none", cover: float = 7.0, origin: str = "CN", product: str = "mag_heavy", **more: object) -> Part:
    day = parse_day("2025-04-21") if license_ == "applied" else None
    made = Part("rotor", product, "EU", 0.5, cover, (Source("A", origin, 1.0, license_, day),), "Hall")
    return replace(made, **more)


def asked(*parts: Part, controlled: bool = True, **more: object) -> FirmAnswer:
    return run_firm(simulated(controlled), Firm(parts), market(controlled), seed=3, **more)


def line(answer: FirmAnswer) -> Outlook:
    return answer.outlook("Hall")


# The table


def read(rows: str, head: str = HEAD) -> FirmFile:
    return read_firm("firm.csv", content=(head + rows).encode())


def test_the_example_is_read_whole() -> None:
    found = read_firm(ROOT / "examples" / "firm.csv")
    assert not found.errors
    assert [f.code for f in found.faults] == ["units_converted"]
    rotor, sensor, pump, powder = found.firm.parts
    assert (rotor.product, rotor.region, rotor.line) == ("mag_heavy", "EU", "Motor hall 1")
    assert rotor.weekly_use_t == pytest.approx(0.9)
    assert [(s.origin, s.share, s.license) for s in rotor.sources] == [("CN", 0.8, "applied"), ("JP", 0.2, "not_needed")]
    assert rotor.sources[0].applied_on == parse_day("2025-04-21")
    assert sensor.sources[0].share == 1.0
    assert pump.weekly_use_t == pytest.approx(6000 * 0.08 / 1000)
    assert [s.origin for s in pump.sources] == ["CN", "EU"]
    assert (powder.product, powder.region, powder.sources[0].license) == ("ox_y", "US", "rejected")


@pytest.mark.parametrize(
    ("rows", "code", "row", "words"),
    [
        ("a,NdFeB with Dy,DE,A,CN,0.6,9,kg,,7,none,,,\na,,,B,JP,0.3,,,,,,,,\n", "shares_not_whole", 3, "sum to 0.9, not to 1"),
        ("a,NdFeB with Dy,DE,A,CN,1,9,kg,,-2,none,,,\n", "negative_cover", 2, "cover '-2' is negative"),
        ("a,NdFeB with Dy,DE,A,CN,1,9,lb,,2,none,,,\n", "unknown_unit", 2, "convert pounds"),
        ("a,NdFeB with Dy,DE,A,CN,1,9,ton,,2,none,,,\n", "unknown_unit", 2, "1,000 kg"),
        ("a,NdFeB with Dy,DE,A,CN,1,9,,,2,none,,,\n", "unknown_unit", 2, "not a unit"),
        ("a,NdFeB,DE,A,CN,1,9,kg,,2,none,,,\n", "ambiguous_product", 2, "may hold heavy rare earths or none"),
        ("a,N42SH magnet,DE,A,CN,1,9,kg,,2,none,,,\n", "ambiguous_product", 2, "the grade does not tell"),
        ("a,dysprosum oxide,DE,A,CN,1,9,kg,,2,none,,,\n", "unknown_product", 2, "ox_dy"),
        ("a,SmCo,Atlantis,A,CN,1,9,kg,,2,none,,,\n", "unknown_region", 2, "Atlantis"),
        ("a,SmCo,DE,A,Korea,1,9,kg,,2,none,,,\n", "unknown_region", 2, "South Korea"),
        ("a,SmCo,DE,A,CN,1,9,pieces,,2,none,,,\n", "no_piece_weight", 2, "kg_per_piece"),
        ("a,SmCo,DE,A,CN,1,9,kg,,2,perhaps,,,\n", "unknown_license", 2, "held, general, applied"),
        ("a,SmCo,DE,A,CN,1,9,kg,,2,applied,,,\n", "no_day", 2, "no day is given"),
        ("a,SmCo,DE,A,CN,1,9,kg,,2,applied,21.4.2025,,\n", "bad_day", 2, "21.4.2025"),
        ("a,SmCo,DE,A,CN,80,9,kg,,2,none,,,\n", "share_above_one", 2, "80%"),
        ("a,SmCo,DE,A,CN,1,0,kg,,2,none,,,\n", "zero_use", 2, "zero"),
        ("a,SmCo,DE,A,CN,1,many,kg,,2,none,,,\n", "bad_number", 2, "'many' is not a number"),
        ("a,SmCo,DE,A,CN,1,9,kg,,,none,,,\n", "empty_cell", 2, "no row of a has a cover_weeks"),
        (",SmCo,DE,A,CN,1,9,kg,,2,none,,,\n", "empty_name", 2, "no name"),
        (
            "a,SmCo,DE,A,CN,0.5,9,kg,,2,none,,,\na,,,B,JP,0.5,9,t,,,,,,\n",
            "part_disagrees",
            3,
            "0.009 t a week in row 2 and 9 t",
        ),
        ("a,SmCo,DE,A,CN,0.5,9,kg,,2,none,,,\na,,US,B,JP,0.5,,,,,,,,\n", "part_disagrees", 3, "'DE' in row 2 and 'US'"),
    ],
)
def test_faults_say_what_where_and_what_to_do(rows: str, code: str, row: int, words: str) -> None:
    found = read(rows + GOOD)
    assert [p.name for p in found.firm.parts] == ["rotor"]
    (fault,) = found.errors
    assert (fault.code, fault.row, fault.file) == (code, row, "firm.csv")
    assert words in str(fault)


def test_all_faults_come_in_one_go() -> None:
    found = read("a,NdFeB,Nowhere,A,CN,0.5,9,lb,,-1,maybe,,,\nb,SmCo,DE,B,CN,0.5,1,kg,,1,none,,,\n")
    codes = Counter(f.code for f in found.errors)
    assert set(codes) == {
        "ambiguous_product",
        "unknown_region",
        "unknown_unit",
        "negative_cover",
        "unknown_license",
        "shares_not_whole",
    }
    assert found.firm.parts == ()


def test_units_mixed_in_a_part_are_converted_and_said() -> None:
    found = read("a,SmCo,DE,A,CN,0.5,900,kg,,2,none,,,\na,,,B,JP,0.5,0.9,t,,,none,,,\n")
    assert not found.errors
    assert [f.code for f in found.faults] == ["units_converted"]
    assert "1 t = 1,000 kg" in str(found.faults[0])
    assert found.firm.parts[0].weekly_use_t == pytest.approx(0.9)


def test_other_names_of_columns_are_understood() -> None:
    head = "Item,Goods,Used in,Vendor,Country of origin,Allocation,Quantity per week,UoM,Weeks of stock,Licence status,Stops\n"
    found = read("a,SmCo,Germany,A,P.R. China,100%,9,kg,2,granted,Hall\n", head)
    assert not found.faults
    assert found.firm.parts == (
        Part("a", "mag_smco", "EU", pytest.approx(0.009), 2.0, (Source("A", "CN", 1.0, "held"),), "Hall"),
    )


def test_missing_columns_are_told_and_nothing_is_guessed() -> None:
    found = read("a,SmCo\n", "part,product\n")
    assert {f.column for f in found.errors} == {"region", "origin", "share", "weekly_use", "unit", "cover_weeks"}
    assert found.firm.parts == ()


def test_a_blank_license_for_chinese_goods_is_said() -> None:
    found = read("a,SmCo,DE,A,CN,,9,kg,,2,,,,\n")
    assert [f.code for f in found.faults] == ["no_license"]
    assert found.firm.parts[0].sources == (Source("A", "CN", 1.0, "none"),)


def test_excel_and_csv_read_alike(tmp_path: Path) -> None:
    text = (ROOT / "examples" / "firm.csv").read_text("utf-8")
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for y, row in enumerate(text.splitlines()):
            for x, cell in enumerate(row.split(",")):
                number = cell.replace(".", "", 1).isdigit()
                sheet.write(y, x, float(cell) if number else cell)
    path = tmp_path / "firm.xlsx"
    path.write_bytes(buffer.getvalue())
    assert read_firm(path).firm == read_firm(ROOT / "examples" / "firm.csv").firm


def test_no_file_no_answer() -> None:
    with pytest.raises(NotFoundError):
        read_firm("no-such-file.csv")


def test_columns_have_one_meaning() -> None:
    names = [n for name, others in FIRM_COLUMNS.items() for n in (name, *others)]
    assert len({n.replace(" ", "").replace("_", "") for n in names}) == len(names)


@pytest.mark.parametrize("product", [p for p in CHAIN.products.values() if p.stage != "ore"], ids=lambda p: p.id)
def test_every_product_is_known_by_id_and_name(product: object) -> None:
    assert product_of(product.id, CHAIN) == product.id  # type: ignore[attr-defined]
    assert product_of(product.name.upper(), CHAIN) == product.id  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "product"),
    [("NdFeB with Dy", "mag_heavy"), ("ndfeb with  terbium", "mag_heavy"), ("SmCo magnets", "mag_smco"), ("Motors", "co_motor"),
     ("Y2O3", "ox_y"), ("Yttria", "ox_y"), ("Dysprosium metal", "me_dy"), ("Traction motor", "co_traction")],
)  # fmt: skip
def test_plain_words_are_products(text: str, product: str) -> None:
    assert product_of(text, CHAIN) == product


@pytest.mark.parametrize("text", ["ndfeb", "Magnets", "N52", "sintered NdFeB magnet", "permanent magnets", "rare earth magnet"])
def test_words_that_may_be_two_products_are_refused(text: str) -> None:
    with pytest.raises(CodeError, match="may hold heavy"):
        product_of(text, CHAIN)


def test_ore_is_nothing_a_firm_buys() -> None:
    with pytest.raises(CodeError):
        product_of("ore_monazite", CHAIN)


@pytest.mark.parametrize(
    ("text", "region"), [("Germany", "EU"), ("eu", "EU"), ("IN", "IN"), ("VN", "SEA"), ("sea", "SEA"), ("Taiwan", "ROW")]
)
def test_regions_and_countries(text: str, region: str) -> None:
    assert region_of(text, CHAIN) == region


def test_words_of_licenses() -> None:
    assert [license_of(w) for w in LICENSES] == list(LICENSES)
    assert [license_of(w) for w in ("Granted", "pending", "refused", "not required")] == [
        "held",
        "applied",
        "rejected",
        "not_needed",
    ]


# The play


def test_without_control_no_line_stops() -> None:
    parts = (
        part(cover=0.5),
        part("none", 0.5, product="co_motor", name="motor"),
        part(cover=0.5, product="ox_y", name="powder"),
    )
    answer = asked(*parts, controlled=False)
    assert [o.share_of_draws for o in answer.outlooks] == [0.0] * 4
    assert answer.outlook("Hall").first_week == (None, None, None)


def test_the_better_the_license_the_fewer_draws_stop() -> None:
    shares = {state: line(asked(part(state))).share_of_draws for state in LICENSES}
    assert shares["held"] == shares["general"] == shares["not_needed"]
    assert shares["held"] < shares["none"] == shares["rejected"]
    assert shares["none"] > 0.3
    early = part("applied", sources=(Source("A", "CN", 1.0, "applied", parse_day("2025-04-07")),))
    late = part("applied", sources=(Source("A", "CN", 1.0, "applied", parse_day("2025-08-04")),))
    assert line(asked(early)).share_of_draws == shares["none"]  # filed when the control began
    assert shares["none"] < shares["applied"] < line(asked(late)).share_of_draws


def test_a_license_for_goods_under_no_control_plays_no_part() -> None:
    answer = asked(part("none", 4.0, product="co_motor"))
    assert line(answer).share_of_draws == 0.0
    assert any("not under control" in note for note in answer.notes)
    assert not [c for c in answer.changes if c.what == "second source"]


def test_a_month_of_stock_and_a_second_source_never_hurt() -> None:
    answer = asked(part("none", 6.0), part("applied", 3.0, name="stator", line="Hall 2"))
    assert {c.what for c in answer.changes} == {"stock", "second source"}
    for change in answer.changes:
        assert change.after <= change.before
        assert change.avoided == pytest.approx(change.before - change.after)
        assert change.weeks_saved > 0
        assert change.weeks_later is None or change.weeks_later >= 0
    stock = next(c for c in answer.changes if c.what == "stock" and c.name == "Hall")
    assert 3 <= (stock.weeks_later or 0) <= 8  # a month of stock lasts about a month where nothing comes


def test_more_stock_stops_fewer_draws_and_later() -> None:
    found = [line(asked(part("none", cover))) for cover in (1.0, 5.0, 10.0, 25.0)]
    shares = [o.share_of_draws for o in found]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.95
    firsts = [o.first_week_if[1] for o in found if o.share_of_draws]
    assert firsts == sorted(firsts)  # type: ignore[type-var]


def test_a_stop_waits_for_goods_at_sea_and_for_stock() -> None:
    """Control in week 13, at least four weeks at sea to Europe, cover of three weeks: no stop before week 20."""
    found = line(asked(part("none", 3.0)))
    assert found.stopped_by[START + 4 + 2] == 0.0
    assert found.first_week_if[1] is not None
    assert START + 4 + 3 <= found.first_week_if[1] <= START + 12


def test_a_line_stops_with_any_of_its_parts() -> None:
    both = asked(part("none", 6.0), part("held", 6.0, name="stator", product="mag_smco", value_per_week_usd=5.0))
    weak, strong = both.outlook("rotor", "part"), both.outlook("stator", "part")
    assert line(both).share_of_draws >= max(weak.share_of_draws, strong.share_of_draws)
    assert line(both).parts == ("rotor", "stator")
    assert line(both).lost_usd == pytest.approx([5.0 * w for w in line(both).weeks_lost])
    assert weak.lost_usd is None


def test_an_application_said_to_wait_is_not_decided_before_the_start() -> None:
    """Filed 30 weeks before week 0 under a control that was there: still open at week 0 in every draw."""
    plan = april()
    kind, since = np.broadcast_to(plan.kind[-1], plan.kind.shape).copy(), plan.since + 40.0
    since[:] = np.arange(WEEKS)[:, None] + 40.0
    simulation = simulate(NETWORK, replace(plan, kind=kind, since=since), 40, 5, keep=SIGNALS)
    long_ago = plan.day0 - 30 * 7
    waits = part(sources=(Source("A", "CN", 1.0, "applied", long_ago),), cover=3.0)
    held = part("held", cover=3.0)
    firm = [run_firm(simulation, Firm((one,)), seed=3) for one in (waits, held)]
    assert line(firm[0]).share_of_draws > 0.5
    assert line(firm[1]).share_of_draws < 0.05


def test_the_same_seed_gives_the_same_answer_and_variants_share_chances() -> None:
    first, again, bare = asked(part()), asked(part()), asked(part(), second=None)
    assert first == again
    assert first.outlooks == bare.outlooks
    assert run_firm(simulated(), Firm((part(),)), market(), seed=4).outlooks != first.outlooks


def test_a_second_source_is_named_or_found() -> None:
    found = asked(part())
    assert any("the second source tried is JP, for 30% of supply" in note for note in found.notes)
    whole = asked(part(), second=SecondSource("JP", 1.0))
    late = asked(part(), second=SecondSource("JP", 1.0, from_week=60))
    after = [next(c.after for c in a.changes if c.what == "second source") for a in (whole, late)]
    assert after[0] < 0.05
    assert after[1] > 0.3


def test_second_sources_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="IN makes no ox_y"):
        asked(part(product="ox_y"), second=SecondSource("IN"))
    with pytest.raises(InputError, match="under control"):
        asked(part(), second=SecondSource("CN"))


def test_parts_that_do_not_fit_the_chain_are_all_told() -> None:
    bad = (
        part(name="one", sources=(Source("A", "CN", 0.7),)),
        part(name="two", product="ore_monazite"),
        part(name="three", cover_weeks=-1.0),
        part(name="four", region="MARS"),
        part("maybe", name="five"),
        part(name="six", product="ox_y", origin="KR"),
    )
    with pytest.raises(InputError) as caught:
        asked(*bad)
    said = "\n".join(caught.value.faults)
    for word in (
        "one: the shares",
        "two: 'ore_monazite'",
        "three: cover -1",
        "four: 'MARS'",
        "five: license 'maybe'",
        "six: KR makes no",
    ):
        assert word in said


def test_a_market_of_another_simulation_is_refused() -> None:
    with pytest.raises(InputError, match="another simulation"):
        run_firm(simulate(NETWORK, april(), 3, 5, keep=SIGNALS), Firm((part(),)), market())


def test_goods_of_third_countries_wait_where_content_is_controlled() -> None:
    edge = NETWORK.edges.index(("mag_heavy", "JP", "EU"))
    plan = free_plan(NETWORK, parse_day("2025-01-06"), WEEKS, np.array([edge]))
    kind, since = plan.kind.copy(), plan.since.copy()
    kind[START:], since[START:, 0] = OF_CONTENT, np.arange(WEEKS - START)
    simulation = simulate(NETWORK, replace(plan, kind=kind, since=since), 20, 5, keep=SIGNALS)
    answer = run_firm(simulation, Firm((part("none", 2.0, "JP"),)), seed=3)
    assert 0 < line(answer).share_of_draws <= 1


def test_words_and_json_say_shares_of_draws() -> None:
    firm = read_firm(ROOT / "examples" / "firm.csv", name="Example works").firm
    answer = run_firm(simulated(), firm, market(), seed=3)
    text = answer.text()
    assert text.startswith("Example works: 78 weeks from 2025-01-06")
    for word in ("of draws", "more weeks of stock", "a second source for 30% of supply", "Assumptions:", "Line Motor hall 1"):
        assert word in text
    assert "probab" not in text.lower()
    assert max(map(len, text.splitlines())) < 180
    record = json.loads(json.dumps(answer.to_json()))
    assert record["draws"] == 40
    assert "probab" not in json.dumps(record)
    first = record["outlooks"][0]
    assert first["name"] == "Motor hall 1"
    assert first["share_of_draws_stopped"] == first["share_of_draws_stopped_by_week"][-1]
    assert set(first["first_week"]) == {"p5", "p50", "p95"}
    assert len(first["share_of_draws_stopped_by_week"]) == WEEKS


def test_an_outlook_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        asked(part()).outlook("nowhere")


@settings(max_examples=12, deadline=None)
@given(cover=st.floats(0.0, 20.0), share=st.floats(0.05, 0.95), state=st.sampled_from(LICENSES))
def test_shares_of_draws_are_shares_and_never_fall(cover: float, share: float, state: str) -> None:
    day = parse_day("2025-04-21")
    mixed = part(sources=(Source("A", "CN", share, state, day), Source("B", "JP", 1 - share, "not_needed")), cover_weeks=cover)
    found = line(asked(mixed))
    by = np.array(found.stopped_by)
    assert ((by >= 0) & (by <= 1)).all()
    assert (np.diff(by) >= 0).all()
    assert 0 <= found.weeks_lost[0] <= found.weeks_lost[1] <= found.weeks_lost[2] <= WEEKS
