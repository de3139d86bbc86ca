"""The US controls of the book: days, readings, relations."""

import numpy as np
import pytest

from countermeasure.book import Book
from countermeasure.book.controls import NO, YES, Controls, ItemSign, compile_controls
from countermeasure.book.model import DAY, PartyTest, Reading, Role
from countermeasure.codes import parse_day

READINGS = list(Reading)


@pytest.fixture(scope="module")
def tables() -> dict[Reading, Controls]:
    return {reading: compile_controls(Book.shipped(), "US", None, reading) for reading in Reading}


def applied(
    table: Controls,
    day: str,
    *,
    to: str = "CN",
    sent_from: str = "US",
    eccn: str = "EAR99",
    yes: tuple[str, ...] = ("subject_to_ear",),
    tokens: tuple[str, ...] = (),
    owned: tuple[str, ...] = (),
) -> set[str]:
    """Provisions that apply to a case in which every other fact is no, and parties bear these tokens."""

    def holds(test: PartyTest) -> bool:
        mine = owned if test.through == "ownership" else (*tokens, *owned) if test.through == "either" else tokens
        return bool(set(mine) & set(test.lists))

    on = parse_day(day)
    rows = [
        table.place_row("sent_from", sent_from, on),
        table.place_row("sent_to", to, on),
        table.place_row("origin", "US", on),
    ]
    rows += [table.flag_row(name, YES if name in yes else NO) for name in table.fact_ids if table.facts[name].type == "flag"]
    rows += [table.test_row(n, YES if holds(t) else NO) for n, t in enumerate(table.tests)]
    must = np.bitwise_and.reduce([r[0] for r in rows])[None, :].copy()
    may = np.bitwise_and.reduce([r[1] for r in rows])[None, :].copy()
    settled = table.settle(must, may, table.item_row(ItemSign(frozenset({f"eccn:{eccn}"}))), table.live(on))
    return {c.provision for c, hit in zip(table.clauses, settled.must[0], strict=True) if hit}


def strictest(table: Controls, found: set[str], day: str) -> str:
    at = parse_day(day) * DAY
    from countermeasure.book.model import REVIEWS

    reviews = [c.body.review for c in table.clauses if c.provision in found and c.start <= at < c.end]
    return min(reviews, key=REVIEWS.index, default="")


# ------------------------------------------------------------------------------------------- Affiliates Rule

AFFILIATE = ("us-el", "us-el!all", "us-el!denial")


@pytest.mark.parametrize(
    ("day", "text", "announced"),
    [
        ("2025-09-28", False, False),
        ("2025-09-29", True, True),
        ("2025-11-09", True, True),
        ("2025-11-10", False, False),
        ("2026-11-09", False, False),
        ("2026-11-10", True, False),
        ("2027-01-10", True, False),
        ("2027-01-11", True, True),
    ],
)
def test_the_affiliates_rule_lives_on_its_days_under_each_reading(
    tables: dict[Reading, Controls], day: str, text: bool, announced: bool
) -> None:
    for reading, lives in ((Reading.TEXT, text), (Reading.ANNOUNCED, announced)):
        found = applied(tables[reading], day, owned=AFFILIATE)
        assert ("us-affiliates-el" in found) is lives
        assert strictest(tables[reading], found, day) == ("denial_in_principle" if lives else "")


def test_known_before_the_stay_the_rule_goes_on() -> None:
    early = compile_controls(Book.shipped(), "US", parse_day("2025-11-09"), Reading.TEXT)
    assert "us-affiliates-el" in applied(early, "2025-12-01", owned=AFFILIATE)
    before = compile_controls(Book.shipped(), "US", parse_day("2025-09-28"), Reading.TEXT)
    assert applied(before, "2025-10-15", owned=AFFILIATE) == set()


@pytest.mark.parametrize("reading", READINGS)
def test_owners_of_several_lists_are_asked_for_in_one_test(tables: dict[Reading, Controls], reading: Reading) -> None:
    joint = next(c for c in tables[reading].clauses if c.provision == "us-affiliates-joint")
    assert joint.body.parties is not None
    assert {"us-el!all", "us-meu", "us-sdn/744.8"} <= set(joint.body.parties.lists)
    assert (joint.body.parties.through, joint.body.parties.rule) == ("ownership", "bis")
    assert not {"us-uvl", "us-dpl"} & set(joint.body.parties.lists)


def test_owners_on_the_military_list_alone_free_other_items_from_the_joint_rule(tables: dict[Reading, Controls]) -> None:
    table = tables[Reading.TEXT]
    facts = ("subject_to_ear", "meu_owners_only")
    assert applied(table, "2025-10-15", yes=facts, owned=("us-meu",)) >= {"us-affiliates-meu-only"}
    assert "us-affiliates-joint" not in applied(table, "2025-10-15", yes=facts, owned=("us-meu",))
    supplement = applied(table, "2025-10-15", eccn="3A991", yes=(*facts, "meu_item", "on_ccl"), owned=("us-meu",))
    assert {"us-affiliates-meu", "us-affiliates-joint"} <= supplement


def test_the_temporary_license_frees_to_its_last_day_but_not_what_blocked_persons_own(tables: dict[Reading, Controls]) -> None:
    early = compile_controls(Book.shipped(), "US", parse_day("2025-10-20"), Reading.TEXT)
    facts = ("subject_to_ear", "tgl_case")
    assert strictest(early, applied(early, "2025-11-28", yes=facts, owned=AFFILIATE), "2025-11-28") in ("none", "notice_duty")
    assert "us-affiliates-el" in applied(early, "2025-11-29", yes=facts, owned=AFFILIATE)
    assert "us-affiliates-sdn" in applied(early, "2025-11-28", yes=facts, owned=("us-sdn/744.8",))


# ------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("tokens", "eccn", "yes", "review"),
    [
        (("us-el", "us-el!all", "us-el!denial"), "EAR99", (), "denial_in_principle"),
        (("us-el", "us-el!all", "us-el!case"), "EAR99", (), "case_by_case"),
        (("us-el", "us-el!all", "us-el!mixed"), "EAR99", (), "license_required"),
        (("us-el", "us-el!ccl", "us-el!denial"), "EAR99", (), ""),
        (("us-el", "us-el!ccl", "us-el!denial"), "3A991", ("on_ccl",), "denial_in_principle"),
        (("us-el", "us-el!named", "us-el!case"), "3A991", ("on_ccl",), ""),
        (("us-el", "us-el!named", "us-el!case"), "3A991", ("on_ccl", "el_named_item"), "case_by_case"),
        (("us-el", "us-el!all_but_named", "us-el!denial"), "EAR99", (), "denial_in_principle"),
        (("us-el", "us-el!all_but_named", "us-el!denial"), "EAR99", ("el_named_item",), ""),
        (("us-meu",), "EAR99", ("meu_item",), ""),
        (("us-meu",), "3A991", ("on_ccl",), ""),
        (("us-meu",), "3A991", ("on_ccl", "meu_item"), "denial_in_principle"),
        (("us-uvl",), "EAR99", (), "notice_duty"),
        (("us-dpl",), "EAR99", (), "prohibited"),
        (("us-sdn", "us-sdn/744.8"), "EAR99", (), "denial_in_principle"),
        (("us-sdn",), "EAR99", (), ""),
        (("us-sdn",), "EAR99", ("us_nexus",), "prohibited"),
        (("us-cmic",), "EAR99", (), "notice_duty"),
    ],
)
@pytest.mark.parametrize("reading", READINGS)
def test_a_list_asks_for_what_its_entry_says(
    tables: dict[Reading, Controls], reading: Reading, tokens: tuple[str, ...], eccn: str, yes: tuple[str, ...], review: str
) -> None:
    found = applied(tables[reading], "2026-03-02", eccn=eccn, yes=("subject_to_ear", *yes), tokens=tokens)
    assert strictest(tables[reading], found, "2026-03-02") == review


def test_what_is_not_subject_to_the_ear_meets_no_list_of_the_ear(tables: dict[Reading, Controls]) -> None:
    listed = ("us-el", "us-el!all", "us-el!denial", "us-meu", "us-dpl", "us-uvl", "us-sdn/744.8")
    assert applied(tables[Reading.TEXT], "2026-03-02", yes=("on_ccl", "meu_item"), tokens=listed) == set()


def test_ownership_of_half_blocks_under_the_treasury_rule_at_any_time(tables: dict[Reading, Controls]) -> None:
    for day in ("2019-01-01", "2025-10-15", "2026-03-02"):
        assert "us-ofac-blocking" in applied(tables[Reading.TEXT], day, yes=("us_nexus",), owned=("us-sdn",))


# ------------------------------------------------------------------------------------------- chips and letters


def chip(table: Controls, day: str, **case: object) -> str:
    facts = ("subject_to_ear", "ccl_license", "on_ccl", *case.pop("more", ()))  # type: ignore[misc]
    found = applied(table, day, yes=facts, **{"eccn": "3A090.a", **case})  # type: ignore[arg-type]
    return strictest(table, found, day)


def test_advanced_chips_follow_their_history(tables: dict[Reading, Controls]) -> None:
    table = tables[Reading.TEXT]
    met = ("tpp_below_21000", "advanced_chip_conditions")
    assert chip(table, "2022-10-20") == "license_required"
    assert chip(table, "2022-10-21") == "denial_in_principle"
    assert chip(table, "2023-11-16", to="MM") == "license_required"
    assert chip(table, "2023-11-17", to="MM") == "denial_in_principle"
    assert chip(table, "2026-01-14", more=met) == "denial_in_principle"
    assert chip(table, "2026-01-15", more=met) == "case_by_case"
    assert chip(table, "2026-01-15", more=met[:1]) == "denial_in_principle"
    assert chip(table, "2026-01-15", more=met, sent_from="TW") == "denial_in_principle"
    assert chip(table, "2026-01-15", more=met, to="RU") == "denial_in_principle"


def test_the_diffusion_rule_is_text_that_was_announced_not_to_be_enforced(tables: dict[Reading, Controls]) -> None:
    case = {"day": "2025-06-02", "to": "IN", "eccn": "3A090.a"}
    assert "us-ai-diffusion" in applied(tables[Reading.TEXT], **case)
    assert "us-ai-diffusion" not in applied(tables[Reading.ANNOUNCED], **case)


@pytest.mark.parametrize(
    ("day", "letter", "caught"),
    [
        ("2025-05-22", True, False),
        ("2025-05-23", True, True),
        ("2025-06-10", True, True),
        ("2025-06-10", False, False),
        ("2025-07-02", True, True),
        ("2025-07-03", True, False),
    ],
)
def test_letters_bind_their_addressees_while_they_stand(
    tables: dict[Reading, Controls], day: str, letter: bool, caught: bool
) -> None:
    facts = ("subject_to_ear", "on_ccl", *(("eda_letter",) if letter else ()))
    assert ("us-eda-letter" in applied(tables[Reading.TEXT], day, eccn="3D991", yes=facts)) is caught


def test_military_users_in_china_need_no_listing(tables: dict[Reading, Controls]) -> None:
    facts = ("subject_to_ear", "on_ccl", "meu_item", "military_user")
    assert "us-meu-user" in applied(tables[Reading.TEXT], "2026-03-02", eccn="3A991", yes=facts)
    assert "us-meu-user" not in applied(tables[Reading.TEXT], "2026-03-02", eccn="3A991", yes=facts, to="DE")


# ------------------------------------------------------------------------------------------- the whole


def test_every_us_control_says_where_it_stands_and_what_is_doubtful() -> None:
    book = Book.shipped()
    controls = [(i, a) for i in book.instruments for a in i.acts if i.issuer == "US" and a.changes.get("role") is Role.CONTROL]
    assert len(controls) > 30
    for instrument, act in controls:
        assert instrument.citation, instrument.id
        assert instrument.sources, instrument.id
        assert act.changes.get("note") or act.changes["review"] == "notice_duty", act.targets
        unsure = (act.changes.get("confidence") or instrument.confidence) == "memory"
        assert not unsure or act.changes.get("certainty"), act.targets


def test_the_threat_on_critical_software_controls_nothing(tables: dict[Reading, Controls]) -> None:
    threat = Book.shipped().by_id["us-statement-2025-10-10-software"]
    assert threat.kind == "statement"
    assert {a.kind for a in threat.acts} == {"declare"}
    assert applied(tables[Reading.ANNOUNCED], "2025-11-01", eccn="3D991", yes=("subject_to_ear", "on_ccl")) <= {
        "us-affiliates-red-flag"
    }
