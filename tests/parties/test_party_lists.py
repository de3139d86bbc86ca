"""Shipped lists agree with the facts; entries keep their ids; a comparison of editions says what changed."""

import csv
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.book import Book
from countermeasure.codes.day import parse_day
from countermeasure.parties.lists import diff_lists, fold, give_ids, parse_parties, party_id, shipped_lists
from countermeasure.parties.model import LISTS, Kind, ListedParty, PartyList

FACT_CODES = {"CN-ECL": "cn-ecl", "CN-WL": "cn-watch", "CN-UEL": "cn-uel", "CN-AFSL": "cn-afsl"}
HEAD = "\n".join(
    f"# {key}: {value}"
    for key, value in {
        "name": "x", "title": "t", "source": "s", "licence": "l", "confidence": "high", "as_of": "2026-01-01",
        "complete": "true", "coverage": "c",
    }.items()
)  # fmt: skip
CN = "id,name,name_zh,aliases,country,country_basis,announcement,by,date_added,start,end,confidence,note"


def shipped(code: str) -> PartyList:
    return next(found for found in shipped_lists() if found.code == code)


def edition(*parties: ListedParty, day: str = "2026-01-01") -> PartyList:
    return PartyList("us-el", "t", "US", parse_day(day), "h", True, "c", parties)


def listed(name: str, **more: object) -> ListedParty:
    return ListedParty(**{"id": party_id("us-el", name), "list": "us-el", "name": name} | more)


def test_shipped_lists_have_their_counts():
    counts = {found.code: len(found.parties) for found in shipped_lists()}
    assert {code: counts[code] for code in FACT_CODES.values()} == {"cn-ecl": 153, "cn-watch": 40, "cn-uel": 81, "cn-afsl": 9}


def test_shipped_lists_say_what_they_are():
    for found in shipped_lists():
        assert found.code in LISTS
        assert found.shipped
        assert len(found.hash) == 64
        assert found.coverage.endswith(".")
        assert len({party.id for party in found.parties}) == len(found.parties)
        assert {party.list for party in found.parties} == {found.code}
    assert not any(found.complete for found in shipped_lists() if found.issuer == "US")


def test_shipped_chinese_lists_agree_with_the_facts(shared):
    path = shared / "facts" / "cn_listed_parties.csv"
    if not path.is_file():
        pytest.skip("the fact file of listed parties is not there")
    with path.open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    ours = {party.id: party for code in FACT_CODES.values() for party in shipped(code).parties}
    assert len(ours) == len(facts)
    for row in facts:
        party = ours[f"{FACT_CODES[row['list_code']]}:{row['row_id'].rpartition('-')[2]}"]
        assert party.name == row["entity_name_en"]
        assert party.aliases == ((row["entity_name_zh"],) if row["entity_name_zh"] else ())
        assert party.countries == ((row["country"],) if row["country"] else ())
        assert party.start == parse_day(row["effective_from"])
        removed = row["status_on_2026_11_22"] == "removed"
        assert (party.end is not None) == removed
        if removed:
            assert party.end == parse_day(row["measures_stopped_from"])
        assert (party.confidence == "high") == row["verification"].startswith(("two independent", "full Chinese"))
        assert party.by.startswith(f"{party.list}-{row['date_added'][:4]}-")


def test_each_announcement_is_one_provision(shared):
    with (shared / "facts" / "cn_listed_parties.csv").open(encoding="utf-8", newline="") as file:
        facts = Counter((FACT_CODES[r["list_code"]], r["announcement"]) for r in csv.DictReader(file))
    ours = Counter(party.by for code in FACT_CODES.values() for party in shipped(code).parties)
    assert sorted(ours.values()) == sorted(facts.values())
    assert ours["cn-ecl-2025-1"] == 28
    assert ours["cn-uel-2025-10"] == 23


def test_a_removed_party_is_listed_only_until_its_end():
    bank = next(p for p in shipped("cn-afsl").parties if p.name == "UAB Urbo Bankas")
    assert bank.listed_on(parse_day("2026-04-23"))
    assert not bank.listed_on(parse_day("2026-04-24"))
    assert not bank.listed_on(parse_day("2025-08-12"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name\n", "header lines are missing"),
        (f"{HEAD}\nid,name\na,b\n", "the columns must be"),
        (f"{HEAD}\n{CN}\ncn-ecl:1,A\n", "2 cells, 13 columns"),
        (f"{HEAD}\n{CN}\ncn-ecl:1,,,,US,,x,y,,2025-01-02,,high,\n", "there is no name"),
        (f"{HEAD}\n{CN}\ncn-ecl:1,A,,,US,,x,y,,2025-02-30,,high,\n", "2025-02-30"),
        (f"{HEAD}\n{CN}\ncn-ecl:1,A,,,US,,x,y,,,,sure,\n", "confidence"),
        (f"{HEAD}\n{CN}\nzz:1,A,,,US,,x,y,,,,high,\n", "not a code of a list"),
        (f"{HEAD}\n{CN}\ncn-ecl:1,A,,,US,,x,y,,,,high,\ncn-ecl:1,B,,,US,,x,y,,,,high,\n", "stands twice"),
    ],
)
def test_a_damaged_table_is_said_with_its_line(text, words):
    faults: list[str] = []
    parse_parties(text, "x.csv", faults)
    assert len(faults) == 1
    assert words in faults[0]
    assert faults[0].startswith("x.csv:")


def test_spelling_does_not_change_an_id():
    assert party_id("us-el", "Xi’an Xiangxun Co., Ltd.") == party_id("us-el", "XI'AN XIANGXUN CO LTD")
    assert party_id("us-el", "A") != party_id("us-meu", "A")
    assert fold("Éclair-5 (中国)") == "eclair5中国"


def test_entries_of_one_name_are_told_apart():
    given = give_ids("us-el", ["Acme", "Other", "ACME", "acme"], ["CN", "", "HK", "HK"])
    assert len(set(given)) == 4
    assert given[1] == party_id("us-el", "Other")
    assert given[3] == f"{given[2]}-2"


@given(st.lists(st.tuples(st.sampled_from(["Acme", "acme", "B Co"]), st.sampled_from(["CN", "HK", ""])), max_size=12))
def test_ids_are_always_different(pairs):
    given_ids = give_ids("us-el", [name for name, _ in pairs], [place for _, place in pairs])
    assert len(set(given_ids)) == len(pairs)


def test_a_comparison_with_itself_is_empty():
    same = diff_lists(shipped("cn-ecl"), shipped("cn-ecl"))
    assert (same.added, same.removed, same.changed, same.same) == ((), (), (), 153)


def test_added_removed_and_changed_are_found_in_any_order():
    parties = list(shipped("cn-ecl").parties)
    later = [
        replace(parties[0], countries=("CA",)),
        *parties[2:],
        listed("New Co", list="cn-ecl", id="cn-ecl:new", countries=("FR",)),
    ]
    later.reverse()
    old = shipped("cn-ecl")
    change = diff_lists(old, replace(old, parties=tuple(later)))
    assert [p.name for p in change.added] == ["New Co"]
    assert change.removed == (parties[1],)
    assert [(b.id, what) for b, _, what in change.changed] == [(parties[0].id, ("countries",))]
    assert change.same == 151
    assert {p.id for p in change.touched} == {"cn-ecl:new", parties[1].id, parties[0].id}


def test_a_new_spelling_is_a_change_and_not_two():
    old = edition(listed("Sunrise Optical Works", aliases=("Sunrise Optics Company",), countries=("CN",)))
    new = edition(listed("Sunrise Optics Company", aliases=("Sunrise Optical Works",), countries=("CN",)))
    change = diff_lists(old, new)
    assert (change.added, change.removed) == ((), ())
    assert change.changed[0][2] == ("name", "aliases")


def test_signs_order_of_words_and_days_of_notices_are_no_change():
    old = edition(
        listed("ABU SEIR, Daoud", id="us-el:1", citation="89 FR 96837, 12/5/24", requirement="All items. (See §744.11)")
    )
    new = edition(listed("Daoud ABU SEIR", id="us-el:1", citation="89 FR 96837", requirement="all items (See § 744.11)."))
    assert diff_lists(old, new).changed == ()
    other = edition(listed("Daoud ABU SEIR", id="us-el:1", citation="89 FR 96838", requirement="all items (See § 744.11)."))
    assert diff_lists(old, other).changed[0][2] == ("citation",)


def test_what_a_source_leaves_out_is_no_change():
    old = edition(listed("A", addresses=("1 Road",), countries=("CN",)))
    new = edition(listed("A", countries=("CN",)))
    assert diff_lists(old, new).changed == ()
    assert diff_lists(old, edition(listed("A", addresses=("2 Road",), countries=("CN",)))).changed[0][2] == ("addresses",)


def test_starter_entries_are_entities_with_words_of_the_list():
    huawei = next(p for p in shipped("us-el").parties if p.name.startswith("Huawei Technologies"))
    assert huawei.kind is Kind.ENTITY
    assert huawei.footnotes == ("1",)
    assert huawei.start == parse_day("2019-05-16")


def test_the_book_knows_every_provision_that_lists_a_party():
    provisions = Book.shipped().replayed().provisions
    named = {party.by for found in shipped_lists() for party in found.parties if party.by}
    assert len(named) == 28
    assert named <= set(provisions)
