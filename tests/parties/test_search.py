"""Search of names in lists: what must be found, what must not, and what may not change the answer."""

import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.parties.calibration import CONFIRMED, REVIEW, WEIGHTS
from countermeasure.parties.model import Band, Kind, ListedParty, PartyList, Query
from countermeasure.parties.score import MEASURES
from countermeasure.parties.search import PartyIndex, compare

NAMES = [
    ("Huawei Technologies Co., Ltd.", ("Huawei", "华为技术有限公司")),
    ("China Electronics Technology Group Corporation 29th Research Institute", ("CETC 29",)),
    ("China Electronics Technology Group Corporation 55th Research Institute", ()),
    ("Guangzhou Haige Communications Group Incorporated Company", ()),
    ("Semiconductor Manufacturing International Corporation", ()),
    ("Hangzhou Hikvision Digital Technology Co., Ltd.", ()),
    ("JSC Argument", ("АО Аргумент",)),
    ("Moscow Institute of Thermal Technology", ()),
    ("Oriental Engineers", ()),
    ("Bridge Invention SL", ()),
    ("Ningbo Yunsheng Co., Ltd.", ("宁波韵升股份有限公司",)),
    ("Northrop Grumman Systems Corporation", ()),
    ("Tianjin Phytium Information Technology", ()),
    ("Beijing Tianhua International Trading", ()),
    ("140 Repair Plant JSC", ()),
]


def party(number, name, aliases=(), **more):
    return ListedParty(f"own:{number}", "own", name, tuple(aliases), **more)


def listed(*parties):
    return PartyList("own", "own list", "own", None, "0" * 64, complete=True, coverage="", parties=tuple(parties))


@pytest.fixture(scope="module")
def index():
    entries = [party(number, name, aliases) for number, (name, aliases) in enumerate(NAMES)]
    persons = [
        party(100, "AL-TIKRITI, Ibrahim Hasan", kind=Kind.PERSON, countries=("IQ",), birth_dates=("1951",)),
        party(101, "IVANOV, Sergei Petrovich", kind=Kind.PERSON, countries=("RU",), birth_dates=("1970-03-21",)),
    ]
    vessel = party(200, "OCEAN STAR", kind=Kind.VESSEL, identifiers=(("IMO", "9187629"),), countries=("IR",))
    weak = ListedParty("own:300", "own", "Zephyr Global Logistics", (), ("Bluebird",))
    dated = party(400, "Dated Quartz Works", start=20_000, end=20_100)
    return PartyIndex.build((listed(*entries, *persons, vessel, weak, dated),))


def best(index, name, **more):
    hits = index.search([Query(name, **more)])[0]
    return hits[0] if hits else None


def found(index, name, **more):
    hit = best(index, name, **more)
    return None if hit is None else hit.party.name


def test_weights_are_those_of_the_measures_and_keep_their_signs():
    assert tuple(WEIGHTS) == MEASURES
    speaks_for = {
        "top_asked",
        "top_listed",
        "information",
        "whole",
        "glued_alike",
        "number_agrees",
        "full_asked",
        "full_listed",
    }
    assert all(weight >= 0 if name in speaks_for else weight <= 0 for name, weight in WEIGHTS.items())


@pytest.mark.parametrize(("name", "aliases"), NAMES)
def test_every_listed_name_is_confirmed_under_itself(index, name, aliases):
    for one in (name, *aliases):
        hit = best(index, one)
        assert hit.party.name == name
        assert hit.band is Band.CONFIRMED


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("HUAWEI TECH CO LTD", "Huawei Technologies Co., Ltd."),
        ("Hauwei Technologies", "Huawei Technologies Co., Ltd."),
        ("Huaweitechnologies Ltd", "Huawei Technologies Co., Ltd."),
        ("GUANGZHOU HAIGE COMM GRP", "Guangzhou Haige Communications Group Incorporated Company"),
        ("HAIGE GUANGZHOU Communications", "Guangzhou Haige Communications Group Incorporated Company"),
        ("广州海格通信集团股份有限公司", "Guangzhou Haige Communications Group Incorporated Company"),
        ("廣州海格通信集團", "Guangzhou Haige Communications Group Incorporated Company"),
        ("杭州海康威视数字技术股份有限公司", "Hangzhou Hikvision Digital Technology Co., Ltd."),
        ("天津飞腾信息技术有限公司", "Tianjin Phytium Information Technology"),
        ("CETC No. 29 Research Institute", "China Electronics Technology Group Corporation 29th Research Institute"),
        ("中国电子科技集团公司第二十九研究所", "China Electronics Technology Group Corporation 29th Research Institute"),
        (
            "China Electronics Technology Group Twenty-Ninth Research Inst",
            "China Electronics Technology Group Corporation 29th Research Institute",
        ),
        ("JSCARGUMENT", "JSC Argument"),
        ("Oriental Engineeers", "Oriental Engineers"),
        ("Orient Engineers Ltd", "Oriental Engineers"),
        ("Invention Bridge", "Bridge Invention SL"),
        ("Sergey Ivanov", "IVANOV, Sergei Petrovich"),
        ("Серге́й Иванов", "IVANOV, Sergei Petrovich"),
        ("Ibrahim Hassan Al Tikriti", "AL-TIKRITI, Ibrahim Hasan"),
        ("Mr. Ibrahim al-Tikriti", "AL-TIKRITI, Ibrahim Hasan"),
        ("SMIC", "Semiconductor Manufacturing International Corporation"),
        ("中芯国际集成电路制造有限公司", "Semiconductor Manufacturing International Corporation"),
        ("Moscow Institute of Thermal Techn", "Moscow Institute of Thermal Technology"),
        ("Northrop Grumman", "Northrop Grumman Systems Corporation"),
    ],
)
def test_a_name_as_people_write_it_is_found(index, asked, expected):
    assert found(index, asked) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "China Electronics Technology Group Corporation 38th Research Institute",
        "中国电子科技集团公司第十四研究所",
        "China Electronics Technology Group Corporation No. 10 Research Institute",
        "141 Repair Plant JSC",
        "Petrov Trading International",
        "Shenzhen Kelin Digital Technology Co., Ltd.",
        "Shanghai Moonlight Engineers",
        "Maria Gonzalez",
        "Technology Co., Ltd.",
        "北京大学",
    ],
)
def test_another_party_is_not_found(index, asked):
    assert found(index, asked) is None


@pytest.mark.parametrize("number", [1, 2, 13, 28, 30, 38, 54, 100])
def test_another_number_is_never_confirmed_nor_alerted(index, number):
    for name in (f"China Electronics Technology Group Corporation {number}th Research Institute", f"CETC {number}"):
        assert index.search([Query(name)])[0] == ()


words = st.sampled_from(sorted({word for name, _ in NAMES for word in name.replace(",", "").split()}))


@given(st.sampled_from([name for name, _ in NAMES]), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_case_spacing_and_legal_form_do_not_hide_a_name(index, name, rng):
    changed = name.upper() if rng.random() < 0.5 else name.lower()
    changed = f"  {changed.replace(' ', '   ')} "
    if rng.random() < 0.5:
        changed += rng.choice([" Ltd", ", Inc.", " LLC", " Co., Ltd.", " GmbH"])
    hit = best(index, changed)
    assert hit is not None
    assert hit.party.name == name


@given(st.lists(words, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_scores_are_bounded_and_bands_follow_from_them(index, chosen):
    for hit in index.search([Query(" ".join(chosen))])[0]:
        assert REVIEW <= hit.score < 1
        assert 0 <= hit.name_score < 1
        assert hit.band is (Band.CONFIRMED if hit.score >= CONFIRMED else Band.REVIEW)
        assert hit.terms


@given(st.lists(st.text(max_size=30), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_text_is_answered(index, texts):
    assert len(index.search([Query(text) for text in texts])) == len(texts)


def test_the_order_and_the_company_of_queries_do_not_matter(index):
    queries = [Query(name.lower() + extra) for name, _ in NAMES for extra in ("", " x", " trading")]
    alone = [index.search([query])[0] for query in queries]
    order = list(range(len(queries)))
    random.Random(3).shuffle(order)
    together = index.search([queries[place] for place in order])
    assert [together[order.index(place)] for place in range(len(queries))] == alone


def test_the_order_of_list_entries_does_not_matter():
    entries = [party(number, name, aliases) for number, (name, aliases) in enumerate(NAMES)]
    one, two = PartyIndex.build((listed(*entries),)), PartyIndex.build((listed(*entries[::-1]),))
    queries = [Query(name.replace("o", "0").upper()) for name, _ in NAMES] + [Query("Huawei Tech"), Query("CETC 29")]
    assert one.search(queries) == two.search(queries)


def test_more_lists_never_hide_a_hit(index):
    wider = PartyIndex.build((*index.lists, listed(party(900, "Huawei Cloud Thailand"), party(901, "Haige Guangzhou Boats"))))
    for name in ("Huawei Tech", "广州海格通信", "CETC 29", "Sergey Ivanov"):
        before = {hit.party.id for hit in index.search([Query(name)])[0]}
        assert before <= {hit.party.id for hit in wider.search([Query(name)])[0]}


def test_equal_names_with_different_countries_do_not_tie():
    two = PartyIndex.build(
        (listed(party(1, "Crown Maritime", countries=("CN",)), party(2, "Crown Maritime", countries=("GB",))),)
    )
    hits = two.search([Query("Crown Maritime Ltd", "GB")])[0]
    assert [hit.party.id for hit in hits] == ["own:2", "own:1"]
    assert hits[0].score > hits[1].score
    assert hits[1].band is not Band.NONE
    assert {term.what for term in hits[1].terms} >= {"name", "country"}


def test_hong_kong_and_china_are_not_held_against_each_other():
    one = PartyIndex.build((listed(party(1, "Crown Maritime", countries=("CN",))),))
    asked = {code: one.search([Query("Crown Maritime", code)])[0][0].score for code in ("HK", "CN", "FR")}
    assert asked["CN"] >= asked["HK"] > asked["FR"]


def test_birth_date_speaks_for_and_against(index):
    asked = {born: best(index, "Sergei Ivanov", birth_date=born).score for born in ("", "1970-03-21", "1970")}
    assert asked["1970-03-21"] > asked["1970"] > asked[""]
    other = best(index, "Sergei Ivanov", birth_date="1931")
    assert other is None or other.score < asked[""]


def test_a_number_finds_a_party_under_another_name(index):
    hit = best(index, "Golden Pearl", identifiers=(("IMO", "IMO 9187629"),))
    assert hit is None
    hit = best(index, "Golden Pearl", identifiers=(("IMO", "9187629"),))
    assert hit.party.name == "OCEAN STAR"
    assert "identifier" in {term.what for term in hit.terms}


def test_an_address_speaks_for_a_party():
    one = PartyIndex.build((listed(party(1, "Crown Maritime", addresses=("Flat 12, 49 Bonham Strand, Sheung Wan",))),))
    plain, with_address = one.search(
        [Query("Crown Marine Time"), Query("Crown Marine Time", address="49 Bonham Strand, Sheung Wan")]
    )
    assert with_address
    assert not plain or with_address[0].score > plain[0].score


def test_a_weak_alias_is_never_confirmed(index):
    hit = best(index, "Bluebird")
    assert hit.band is Band.REVIEW
    assert "weak_alias" in {term.what for term in hit.terms}


def test_an_acronym_is_never_confirmed(index):
    assert best(index, "MITT").band is Band.REVIEW


def test_same_sound_in_other_characters_is_never_confirmed():
    one = PartyIndex.build((listed(party(1, "广州海格通信集团股份有限公司")),))
    hits = one.search([Query("广州海歌通信集团股份有限公司")])[0]
    assert all(hit.band is Band.REVIEW for hit in hits)
    assert one.search([Query("广州海格通信集团")])[0][0].band is Band.CONFIRMED


def test_entries_outside_their_window_are_left_out_on_a_day(index):
    name = "Dated Quartz Works"
    assert [bool(index.search([Query(name)], on=day)[0]) for day in (19_999, 20_000, 20_099, 20_100, None)] == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_confirmed_hits_are_not_cut_off_by_the_limit():
    many = PartyIndex.build((listed(*(party(number, "Crown Maritime") for number in range(30))),))
    assert len(many.search([Query("Crown Maritime")], limit=5)[0]) == 30


def test_an_empty_index_and_no_queries_give_nothing():
    empty = PartyIndex.build(())
    assert empty.search([Query("Huawei")]) == [()]
    assert empty.search([]) == []
    assert empty.search_columns([]).query.size == 0
    assert PartyIndex.build((listed(),)).search_columns(["Huawei", ""]).query.size == 0


def test_the_index_can_be_sent_to_other_workers(index):
    again = pickle.loads(pickle.dumps(index))
    queries = [Query("Huawei Tech"), Query("广州海格通信")]
    assert again.search(queries) == index.search(queries)


def test_columns_agree_with_search_and_with_any_executor(index):
    names = [name.upper() + extra for name, _ in NAMES for extra in ("", " ltd", " zz")]
    plain = index.search_columns(names, chunk=7)
    hits = index.search([Query(name) for name in names])
    expected = [(place, hit.party.id) for place, found_ in enumerate(hits) for hit in found_]
    got = [(int(q), index.parties[int(p)].id) for q, p in zip(plain.query, plain.party, strict=True)]
    assert sorted(got) == sorted(expected)
    with ThreadPoolExecutor(2) as pool:
        spread = index.search_columns(names, executor=pool, chunk=5)
    for column in ("query", "party", "score", "confirmed"):
        assert np.array_equal(getattr(plain, column), getattr(spread, column))


def test_the_terms_say_what_agrees_and_what_differs(index):
    said = {term.what: term.words for term in best(index, "Hauwei Technologies Group").terms}
    assert "hauwei ~ huawei" in said["name"]
    assert "only asked: group" in said["name"]


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Siemens AG", "Siemens Aktiengesellschaft", True),
        ("Usama bin Ladin", "Osama bin Laden", True),
        ("Aleksandr Lukashenko", "Alexander Lukashenka", True),
        ("Mohamed Hosni Mubarak", "Muhammad Husni Mubarak", True),
        ("Boris Vekselberg", "Viktor Vekselberg", False),
        ("Volkswagen Aktiengesellschaft", "Siemens Aktiengesellschaft", False),
        ("Bank of China (Hong Kong) Limited", "Bank of China (Singapore) Limited", False),
        ("29th Research Institute", "55th Research Institute", False),
        ("宁波韵升股份有限公司", "Ningbo Yunsheng Co., Ltd.", True),
        ("浪潮集团有限公司", "Langfang Group Co., Ltd.", False),
    ],
)
def test_pairs(one, two, same):
    assert (compare(one, two).score >= REVIEW) is same


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
@settings(max_examples=80, deadline=None)
def test_comparing_is_the_same_both_ways(one, two):
    forth, back = compare(one[0], two[0]), compare(two[0], one[0])
    assert (forth.band is Band.NONE) == (back.band is Band.NONE)
    if one[0] == two[0]:
        assert forth.band is Band.CONFIRMED


@pytest.mark.parametrize(("one", "two"), [("", "Huawei"), ("Huawei", ""), ("", "")])
def test_comparing_with_nothing_scores_nothing(one, two):
    assert compare(one, two).score == 0


@pytest.mark.parametrize(
    "asked",
    ["Northrop Grumman", "Huawei Technologies Morocco", "Phytium Information Technology", "Ningbo Yunsheng Trading Co., Ltd."],
)
def test_a_name_that_says_a_word_more_or_less_is_for_a_person_to_decide(index, asked):
    assert best(index, asked).band is Band.REVIEW
