"""Published US cases, asked at the door of the room: lists and owners as the caller states them."""

from fractions import Fraction

import pytest

from countermeasure.codes import parse_day
from countermeasure.licensing import Item, Owner, Party, Transaction

pytest.importorskip("countermeasure.licensing.holdings")
from countermeasure.licensing.engine import LicenseEngine

CIVIL = Party(roles=("consignee", "end_user"), name="Acme", country="CN", unlisted=True, military=False)
BOLT = Item(description="bolt", origin="US", eccn="EAR99")


@pytest.fixture(scope="module")
def engine() -> LicenseEngine:
    return LicenseEngine()


def us(engine: LicenseEngine, day: str, **asked: object) -> dict[str, tuple[str, set[str]]]:
    """Answer and provisions of the US regime by reading; one reading stands for both where they agree."""
    base: dict[str, object] = {
        "sent_from": "US",
        "sent_to": "CN",
        "items": (BOLT,),
        "parties": (CIVIL,),
        "end_use": ("consumer",),
    }
    answer = engine.license_for(Transaction(id="1", on=parse_day(day), **{**base, **asked}))  # type: ignore[arg-type]
    mine = [r for r in answer.answers if r.regime == "US"]
    found = {r.reading: (r.answer, {x.provision for x in r.reasons}) for r in mine}
    return {"text": found["text"], "announced": found.get("announced", found["text"])}


def owned(*owners: Owner, country: str = "MY") -> tuple[Party, ...]:
    return (Party(roles=("end_user",), name="Sales office", country=country, unlisted=True, military=False, owners=owners),)


def holder(name: str, share: str, *lists: str) -> Owner:
    return Owner(name, (Fraction(share), Fraction(share)), "CN", lists)


def test_a_japanese_tool_with_a_fifth_of_us_content_is_not_subject_to_the_ear(engine: LicenseEngine) -> None:
    tool = Item(description="etch tool", origin="JP", us_content=(Fraction(1, 5), Fraction(1, 5)))
    asked = {"items": (tool,), "sent_from": "JP", "end_use": ("civil", "mature_chips")}
    assert us(engine, "2026-03-02", **asked)["text"][0] in ("not_controlled", "outside_threshold")


def test_an_ear99_item_to_a_party_of_the_entity_list_needs_a_license(engine: LicenseEngine) -> None:
    listed = Party(roles=("end_user",), name="Huawei Device", country="CN", lists=("us-el",))
    marked = Party(roles=("end_user",), name="Huawei Device", country="CN", lists=("us-el/1", "us-el!denial"))
    assert us(engine, "2026-03-02", parties=(listed,))["text"] == ("license_required", {"us-el"})
    assert us(engine, "2026-03-02", parties=(marked,))["text"] == ("denial_in_principle", {"us-el-denial"})
    assert us(engine, "2026-03-02")["text"][0] == "not_controlled"


@pytest.mark.parametrize(("day", "answer"), [("2025-06-10", "license_required"), ("2025-07-03", "not_controlled")])
def test_design_software_follows_the_letters(engine: LicenseEngine, day: str, answer: str) -> None:
    software = Item(description="design software", origin="US", eccn="3D991")
    facts = {"eda_letter": 1, "meu_item": 0}
    assert us(engine, day, items=(software,), facts=facts)["text"][0] == answer


@pytest.mark.parametrize(
    ("day", "text", "announced"),
    [
        ("2025-09-28", "not_controlled", "not_controlled"),
        ("2025-09-29", "license_required", "license_required"),
        ("2025-11-09", "license_required", "license_required"),
        ("2025-11-10", "no_license_today", "no_license_today"),
        ("2026-11-09", "no_license_today", "no_license_today"),
        ("2026-11-10", "license_required", "no_license_today"),
        ("2027-01-11", "license_required", "license_required"),
    ],
)
def test_an_unlisted_office_wholly_owned_by_a_listed_firm(engine: LicenseEngine, day: str, text: str, announced: str) -> None:
    found = us(engine, day, sent_to="MY", parties=owned(holder("Parent", "1", "us-el")))
    assert (found["text"][0], found["announced"][0]) == (text, announced)


def test_shares_of_different_lists_add_up(engine: LicenseEngine) -> None:
    both = owned(holder("A", "1/4", "us-el"), holder("B", "1/4", "us-meu"))
    assert us(engine, "2025-10-15", sent_to="MY", parties=both)["text"] == ("license_required", {"us-affiliates-joint"})
    less = owned(holder("A", "1/4", "us-el"), holder("B", "6/25", "us-meu"))
    assert us(engine, "2025-10-15", sent_to="MY", parties=less)["text"][0] == "not_controlled"


@pytest.mark.parametrize("code", ["us-uvl", "us-dpl"])
def test_owners_on_other_lists_do_not_count(engine: LicenseEngine, code: str) -> None:
    assert us(engine, "2025-10-15", sent_to="MY", parties=owned(holder("A", "1", code)))["text"][0] == "not_controlled"


def test_an_affiliate_in_the_united_states_is_not_caught(engine: LicenseEngine) -> None:
    parties = owned(holder("A", "1", "us-el"), country="US")
    assert us(engine, "2025-10-15", sent_to="MY", parties=parties)["text"][0] == "not_controlled"


def test_a_listed_owner_with_an_unknown_share_leaves_it_open(engine: LicenseEngine) -> None:
    parties = owned(Owner("Parent", (None, None), "CN", ("us-el",)))
    assert us(engine, "2025-10-15", sent_to="MY", parties=parties)["text"][0] == "undetermined"


def test_military_users_in_china_are_asked_after_and_denied(engine: LicenseEngine) -> None:
    chip = Item(description="microprocessor", origin="US", eccn="3A991")
    army = Party(roles=("end_user",), name="Depot", country="CN", unlisted=True, military=True)
    assert us(engine, "2026-03-02", items=(chip,), parties=(army,), facts={"meu_item": 1})["text"][0] == "denial_in_principle"
    assert us(engine, "2026-03-02", items=(chip,), parties=(army,))["text"][0] == "undetermined"
