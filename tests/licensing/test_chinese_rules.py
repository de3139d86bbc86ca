"""China's rules where several instruments meet: stated listings, technology, passing on, the humanitarian exemption."""

from __future__ import annotations

import pytest

from countermeasure.book import Book
from countermeasure.codes.day import parse_day
from countermeasure.licensing.engine import LicenseEngine
from countermeasure.licensing.transaction import Item, Party, Transaction

OXIDE = Item(description="dysprosium oxide", control_code="1C905.b", origin="CN")
MAGNET = Item(description="SmCo magnet", control_code="1C902.a.4", origin="CN")
GRAPHITE = Item(description="natural flake graphite", elements=("C",), form="graphite", origin="CN")
SERVICE = Item(description="repair of a magnet line", control_code="1E902.b", form="service")
LEACHING = Item(description="leaching technology for ion-adsorption rare-earth ores", form="technology", origin="CN")
PLAIN = Item(description="steel valve", control_code="none", origin="CN")


@pytest.fixture(scope="module")
def engine() -> LicenseEngine:
    return LicenseEngine(Book.shipped())


def user(*lists: str, military: bool = False) -> Party:
    return Party(("end_user",), name="X", lists=lists, unlisted=not lists, military=military)


def answer(engine: LicenseEngine, on: str, route: str, item: Item, party: Party, *uses: str) -> tuple[str, set[str]]:
    origin, _, goes = route.partition(">")
    one = engine.license_for(Transaction("t", parse_day(on), origin, goes, (item,), (party,), uses or ("civil",))).of("CN")
    return one.answer, {r.provision for r in one.reasons}


@pytest.mark.parametrize(
    ("stated", "route", "item", "expected"),
    [
        ("cn-ecl", "CN>US", OXIDE, "prohibited"),
        ("cn-ecl", "CN>US", PLAIN, "not_controlled"),
        ("cn-ecl", "SG>US", OXIDE, "prohibited"),
        ("cn-watch", "CN>JP", OXIDE, "individual_license_only"),
        ("cn-watch", "CN>JP", PLAIN, "not_controlled"),
        ("cn-uel", "CN>US", PLAIN, "prohibited"),
        ("cn-uel", "US>CN", PLAIN, "prohibited"),
        ("cn-uel", "US>DE", PLAIN, "not_controlled"),
        ("cn-afsl", "CN>KR", PLAIN, "prohibited"),
        ("cn-ecl-2026-23", "SG>US", OXIDE, "prohibited"),
        ("cn-ecl-2025-1", "SG>US", OXIDE, "no_license_today"),
        ("cn-ecl-2025-13", "CN>US", OXIDE, "license_required"),
        ("cn-ecl-2025-21", "CN>US", OXIDE, "license_required"),
    ],
)
def test_a_listing_that_the_caller_states_counts(
    engine: LicenseEngine, stated: str, route: str, item: Item, expected: str
) -> None:
    assert answer(engine, "2026-07-10", route, item, user(stated))[0] == expected


def test_an_announcement_that_lives_puts_its_parties_on_the_list_for_no_61(engine: LicenseEngine) -> None:
    on = "2025-10-20"
    assert answer(engine, on, "DE>CH", MAGNET, user("cn-ecl-2025-1"))[0] == "denial_in_principle"
    assert answer(engine, on, "DE>CH", MAGNET, user("cn-ecl-2025-22"))[0] == "license_required", "stopped in August 2025"
    assert answer(engine, on, "DE>CH", MAGNET, user())[0] == "license_required"


def test_listed_technology_is_a_dual_use_item_while_no_62_lives(engine: LicenseEngine) -> None:
    assert answer(engine, "2025-10-20", "CN>MY", SERVICE, user()) == ("license_required", {"cn-2025-62.1", "cn-2025-62.7"})
    assert answer(engine, "2025-10-20", "CN>US", SERVICE, user("cn-ecl-2025-1"))[0] == "prohibited"
    assert answer(engine, "2025-10-20", "CN>US", SERVICE, user(military=True), "military")[0] == "prohibited"
    assert answer(engine, "2025-12-20", "CN>US", SERVICE, user(military=True), "military")[0] == "no_license_today"


def test_restricted_technology_stays_licensed_while_no_62_sleeps(engine: LicenseEngine) -> None:
    found = answer(engine, "2025-12-15", "CN>AU", LEACHING, user(), "ree_production")
    assert found == ("license_required", {"cn-tech.restricted"})


def test_clause_2_of_no_46_reaches_goods_passed_on_while_it_lives(engine: LicenseEngine) -> None:
    assert answer(engine, "2025-01-15", "DE>US", GRAPHITE, user()) == ("stricter_review", {"cn-2024-46.2b-abroad"})
    assert answer(engine, "2025-12-15", "DE>US", GRAPHITE, user())[0] == "no_license_today"


@pytest.mark.parametrize("route", ["CN>JP", "SG>JP"])
def test_raising_japans_strength_is_barred_from_china_and_from_abroad(engine: LicenseEngine, route: str) -> None:
    assert answer(engine, "2026-07-10", route, OXIDE, user(), "civil", "japan_strength")[0] == "prohibited"


def test_the_humanitarian_exemption_comes_first_but_not_for_soldiers_or_weapons(engine: LicenseEngine) -> None:
    on = "2025-10-20"
    assert answer(engine, on, "DE>CH", MAGNET, user(), "humanitarian")[0] == "exempt_with_report"
    assert answer(engine, on, "DE>CH", MAGNET, user("cn-ecl"), "humanitarian")[0] == "exempt_with_report"
    assert answer(engine, on, "DE>CH", MAGNET, user(military=True), "humanitarian")[0] == "denial_in_principle"
    for use in ("wmd", "terrorism", "military"):
        assert answer(engine, on, "DE>CH", MAGNET, user(), "humanitarian", use)[0] == "denial_in_principle"
