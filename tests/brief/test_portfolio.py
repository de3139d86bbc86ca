"""A portfolio as the engines take it: lines, transactions, parts; what is left out and why."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.brief import PARTY_COLUMNS, Place, Portfolio
from countermeasure.codes.day import parse_day
from countermeasure.io.portfolio import shipped_portfolio
from countermeasure.licensing.content import content
from countermeasure.licensing.transaction import Value


@pytest.fixture(scope="module")
def example() -> Portfolio:
    return shipped_portfolio()


def test_the_example_has_what_a_brief_needs(example: Portfolio) -> None:
    assert (len(example.parties), len(example.goods), len(example.shipments), len(example.stocks)) == (10, 8, 15, 6)
    first, last = parse_day("2026-11-27"), parse_day("2027-04-01")
    assert all(first < one.on < last for one in example.dated())
    assert len(example.dated()) == 15 + 3 + 2 + 3  # T-01 and T-08 come four times, T-05 three
    assert {"CN", "US", "DE", "MY", "JP"} <= {one.sent_from for one in example.shipments} | {
        one.sent_to for one in example.shipments
    }
    assert any(holding.owner.lists for holding in example.holdings)
    assert any(party.military is None for party in example.parties)


def test_lines_are_those_into_a_territory_with_duties(example: Portfolio) -> None:
    lines = {line.line_id: line for line in example.lines()}
    assert set(lines) == {"T-08.1", "T-08.2", "T-08.3", "T-08.4", "T-09", "T-10", "T-12", "T-15"}
    motors = lines["T-08.2"]
    assert (motors.hts, motors.origin, motors.into, motors.mode) == ("8501.52.40.00", "DE", "US", "sea")
    assert motors.on == parse_day("2026-12-30") + 28
    assert motors.facts["exported_on"] == parse_day("2026-12-09") + 28
    assert motors.value_usd == pytest.approx(148_800 * 1.10)
    assert motors.shares == {"steel_value_share": 0.18, "aluminium_value_share": 0.09, "copper_value_share": 0.07,
                             "us_content_share": 0.02}  # fmt: skip
    assert motors.quantities == {"each": 240.0, "kg": 2760.0}
    assert lines["T-15"].into == "CN"
    assert lines["T-15"].hts == "8501.52"  # the number of the firm's own for all but the United States


def test_what_is_not_asked_is_told_and_is_not_zero(example: Portfolio) -> None:
    left = {(one.engine, one.what): one for one in example.left_out()}
    germany = left["duty", "T-01"]
    assert "Germany" in germany.why
    assert "not a duty of zero" in germany.why
    assert germany.place == Place("shipments", 2)
    assert {one.what for one in left.values() if one.engine == "supply"} == {"SEN-POS at P-DE", "CHI-DRV at P-DE"}
    priced = {line.line_id.partition(".")[0] for line in example.lines()}
    assert priced | {one.what for one in left.values() if one.engine == "duty"} == {s.id for s in example.shipments}


def test_a_value_without_a_rate_gives_rates_only_and_says_so(example: Portfolio) -> None:
    bare = replace(example, rates=())
    line = next(line for line in bare.lines() if line.line_id == "T-09")
    assert line.value_usd is None
    said = next(one for one in bare.left_out() if one.what == "T-09")
    assert "EUR" in said.why
    assert "19 CFR 159.34" in said.cure


def test_transactions_have_parties_once_with_all_their_parts(example: Portfolio) -> None:
    asked = {one.id: one for one in example.transactions()}
    assert len(asked) == len(example.dated())
    reexport = asked["T-11"]
    assert (reexport.sent_from, reexport.sent_to, reexport.items[0].origin) == ("DE", "MY", "US")
    customer = next(p for p in reexport.parties if p.name.startswith("Contoh"))
    assert set(customer.roles) == {"buyer", "importer", "consignee", "end_user"}
    assert customer.owners[0].share == (Fraction(1, 2), Fraction(1, 2))
    assert customer.owners[0].lists == ("us-el",)
    assert asked["T-08.1"].rates["EUR"] == Decimal("1.10")
    assert asked["T-10"].end_use == ()  # nothing is said, and nothing is assumed


def test_the_usual_end_use_of_the_user_holds_where_a_shipment_says_none(example: Portfolio) -> None:
    asked = {one.id: one for one in example.transactions()}
    assert example.shipment("T-09").end_use == ()
    assert asked["T-09"].end_use == ("civil",)


def test_content_of_the_servo_motor_by_hand(example: Portfolio) -> None:
    """24 magnets with Dy worth 0.31 EUR each, and a sensor magnet worth at most 38 - 30 = 8 EUR, in a motor of 620 EUR."""
    item = next(one for one in example.transactions() if one.id == "T-08.1").items[0]
    found = content(item, lambda part: {"DY": "yes", "SEN-MAG": "maybe"}.get(part.id, None if part.parts else "no"), {
        "EUR": Decimal("1.10"), "USD": Decimal(1)})  # fmt: skip
    assert found.low == Fraction(24 * 31, 620 * 100)
    assert found.high == Fraction(24 * 31 + 800, 620 * 100)


def test_a_value_that_is_not_told_is_bounded_by_what_it_is_in(example: Portfolio) -> None:
    sensor = next(one for one in example.transactions() if one.id == "T-05.1").items[0]
    assert sensor.parts[0].value == Value(Decimal(0), Decimal(8), "EUR")
    flying = next(one for one in example.transactions() if one.id == "T-10").items[0]
    magnets = flying.parts[0]
    assert magnets.value is not None
    assert (magnets.value.low * 16, magnets.value.high * 16) == (Decimal(78), Decimal(117))  # 4 and 6 % of 1,950 USD


def test_a_good_in_a_good_brings_its_bill(example: Portfolio) -> None:
    motor = next(one for one in example.transactions() if one.id == "T-08.1").items[0]
    magnet = next(part for part in motor.parts if part.id == "MAG-DY")
    assert magnet.origin == "CN"
    assert magnet.control_code == "1C905.a.4"
    assert [part.id for part in magnet.parts] == ["DY"]


def test_firm_by_hand(example: Portfolio) -> None:
    parts = {part.name: part for part in example.firm().parts}
    assert set(parts) == {"MAG-DY at P-DE", "MAG-DY at P-MY", "MAG-SM", "OXI-Y"}
    magnets = parts["MAG-DY at P-DE"]
    assert magnets.weekly_use_t == pytest.approx(6000 * 0.042 / 1000)
    assert magnets.cover_weeks == pytest.approx(39_000 / 6000)
    assert (magnets.region, magnets.product, magnets.line) == ("EU", "mag_heavy", "Motor hall 1")
    assert [(s.origin, s.share, s.license) for s in magnets.sources] == [("CN", 0.8, "applied"), ("JP", 0.2, "not_needed")]
    assert parts["MAG-DY at P-MY"].region == "SEA"
    assert parts["OXI-Y"].weekly_use_t == pytest.approx(0.045)


def test_the_license_engine_says_something_on_every_point(example: Portfolio) -> None:
    from countermeasure.book.load import Book
    from countermeasure.book.model import Reading
    from countermeasure.licensing.engine import LicenseEngine

    engine = LicenseEngine(Book.shipped(), None, (Reading.TEXT, Reading.ANNOUNCED))
    answers = {one.id: engine.license_for(one) for one in example.transactions()}
    assert answers["T-01.1"].of("CN").answer == "license_required"
    assert answers["T-08.1"].of("CN", "text").answer == "license_required"  # the 0.1 % rule, back since 2026-11-10
    assert answers["T-08.1"].of("CN", "announced").answer != "license_required"
    assert answers["T-05.1"].of("CN").answer == "undetermined"  # the supplier has not told the magnet's worth
    assert answers["T-11"].of("US").answer == "license_required"  # half owned by an owner taken to be listed
    assert {missing.fact for missing in answers["T-10"].of("CN").missing} >= {"military_user", "military_use"}


def test_ids_are_found_and_others_are_key_errors(example: Portfolio) -> None:
    assert example.good("MAG-DY").control_code == "1C905.a.4"
    assert example.party("OWN-DE").name == "Musterwerk Antriebe GmbH"
    assert example.site("P-MY").country == "MY"
    assert example.shipment("T-01.2").on == example.shipment("T-01").on + 28
    with pytest.raises(KeyError):
        example.good("nothing")


@given(st.integers(1, 60), st.integers(1, 90))
def test_a_series_is_as_many_shipments_as_it_says(times: int, days: int) -> None:
    one = shipped().shipments[0]
    series = list(replace(one, times=times, every_days=days).dated())
    assert len(series) == times
    assert [s.on - one.on for s in series] == [n * days for n in range(times)]
    assert len({s.id for s in series}) == times
    assert all(s.times == 1 for s in series)
    assert all((s.entry_on or 0) - s.on == (one.entry_on or 0) - one.on for s in series)


@given(st.permutations(range(15)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    portfolio = shipped()
    turned = replace(portfolio, shipments=tuple(portfolio.shipments[n] for n in order))
    assert turned.lines() == portfolio.lines()
    assert turned.transactions() == portfolio.transactions()


_KEPT: list[Portfolio] = []


def shipped() -> Portfolio:
    if not _KEPT:
        _KEPT.append(shipped_portfolio())
    return _KEPT[0]


def test_parts_of_a_shipment_are_roles_of_the_book() -> None:
    from countermeasure.book.model import ROLES

    assert set(PARTY_COLUMNS) <= set(ROLES)
