"""Repairs mend what official files print, and lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes.day import parse_day
from countermeasure.parties.kinds import kind_of
from countermeasure.parties.model import Kind
from countermeasure.parties.repair import add_aliases, day_of, mend_name, split_addresses, split_aliases, tidy


@pytest.mark.parametrize(
    ("text", "name", "aliases"),
    [
        ("Sinobright Company; and any successor, sub-unit, or subsidiary thereof", "Sinobright Company", ()),
        ("Star Academy, and its sub-units and successors", "Star Academy", ()),
        ("Bearings LLC (Russian entity); and any successor, sub-unit, or subsidiary thereof", "Bearings LLC", ()),
        ("Hukic, Bajro (a.k.a. Bob Hukic; Bab Hucici)", "Hukic, Bajro", ("Bob Hukic", "Bab Hucici")),
        ("FERDIE (A.K.A. FERNANDO SERO) RESADA", "FERDIE RESADA", ("FERNANDO SERO",)),
        ("KOLOKOL (AKA: AMES, ALDRICH)", "KOLOKOL", ("AMES, ALDRICH",)),
        ("JIE LUO- AKA- IVY  LUO", "JIE LUO", ("IVY LUO",)),
        ("ALPHA, B.V. ALSO KNOWN AS BETA LOGISTICS, B.V.", "ALPHA, B.V.", ("BETA LOGISTICS, B.V.",)),
        ("Siberian Airlines d/b/a S7 Airlines", "Siberian Airlines", ("S7 Airlines",)),
        ("Max Xian.", "Max Xian", ()),
        ("Acme Trading Co., Ltd.", "Acme Trading Co., Ltd.", ()),
        ("ZAO ?Institute Giprostroymost?Saint-Petersburg?", "ZAO Institute Giprostroymost Saint-Petersburg", ()),
        ("Corporation of China?s Institute", "Corporation of China's Institute", ()),
        (
            "Huawei Technologies Co., Ltd. (Huawei)",
            "Huawei Technologies Co., Ltd. (Huawei)",
            ("Huawei Technologies Co., Ltd.",),
        ),
        ("Foo Instruments (HK)", "Foo Instruments (HK)", ()),
        ("Makar Akamine", "Makar Akamine", ()),
        ("Nakata Fkabe Works", "Nakata Fkabe Works", ()),
    ],
)
def test_a_name_is_taken_apart(text, name, aliases):
    found = mend_name(text)
    assert (found.name, found.aliases) == (name, aliases)


def test_every_repair_of_a_name_is_said():
    for text in (
        "A Co; and any successor, sub-unit, or subsidiary thereof",
        "Foo (a.k.a. Bar)",
        "Max Xian.",
        "China?s Works",
        "A  B",
    ):
        assert mend_name(text).notes, text
    assert mend_name("Acme Ltd.").notes == ()


def test_the_list_may_say_in_the_name_what_an_entry_is():
    assert mend_name("Igor Michurin (Russian national)").kind is Kind.PERSON
    assert mend_name("Dandong Trade Co (PRC entity)").kind is Kind.ENTITY


def test_acronyms_are_weak_names():
    found = mend_name("Semiconductor Manufacturing International Corporation (SMIC)")
    strong, weak = add_aliases(
        found, ["SMIC Shanghai", "SMIC", "Semiconductor Manufacturing International Corporation (SMIC)", "7103"]
    )
    assert weak == ("SMIC",)
    assert strong == ("Semiconductor Manufacturing International Corporation", "SMIC Shanghai", "7103")
    assert add_aliases(mend_name("A B"), ["NAVTEK"], ["Hamdi"]) == (("NAVTEK",), ("Hamdi",))


def test_an_enumeration_of_aliases_loses_its_and():
    names, notes = split_aliases("46 TsNII; and 46 TsNII MO RF; Andover Ltd.; Kant and NPP Kant")
    assert names == ["46 TsNII", "46 TsNII MO RF", "Andover Ltd.", "Kant and NPP Kant"]
    assert notes == ["'and' taken off an alias"]
    assert split_aliases("A|B; C", "|")[0] == ["A", "B; C"]


def test_several_addresses_are_parted_with_their_countries():
    addresses, codes, notes = split_addresses("1 Road, Shenzhen, CN; and 2 Street, Kwun Tong, HK; RU")
    assert addresses == ["1 Road, Shenzhen, CN", "2 Street, Kwun Tong, HK"]
    assert codes == ["CN", "HK", "RU"]
    assert notes == ["several addresses in one cell"]
    assert split_addresses("IR") == ([], ["IR"], [])


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("2016-06-21", "2016-06-21", False),
        ("06/19/2003", "2003-06-19", False),
        ("3/20/1992", "1992-03-20", False),
        ("16 Jul 2014", "2014-07-16", False),
        ("June 21, 2022", "2022-06-21", False),
        ("0017-05-26", "2017-05-26", True),
        ("0097-06-30", "1997-06-30", True),
        ("2022-02-30", None, True),
        ("soon", None, True),
        ("", None, False),
    ],
)
def test_days_are_read_or_said_not_to_be(text, day, said):
    found, note = day_of(text)
    assert found == (parse_day(day) if day else None)
    assert bool(note) == said


@pytest.mark.parametrize(
    ("name", "stated", "kind"),
    [
        ("Alexey Kulakov", "", Kind.UNKNOWN),
        ("Igor Aleksandrovich Michurin", "", Kind.PERSON),
        ("Beijing Optics Co., Ltd.", "", Kind.ENTITY),
        ("46th TSNII", "", Kind.ENTITY),
        ("Address 07", "", Kind.ADDRESS),
        ("Address Systems Ltd", "", Kind.ENTITY),
        ("BOGATYR", "Vessel", Kind.VESSEL),
        ("Beijing Optics Co., Ltd.", "Individual", Kind.PERSON),
    ],
)
def test_kinds_are_told_only_where_the_name_tells(name, stated, kind):
    assert kind_of(name, stated)[0] is kind


def test_a_kind_told_from_the_name_is_said():
    assert kind_of("Beijing Optics Co., Ltd.")[1]
    assert not kind_of("BOGATYR", "Vessel")[1]
    assert kind_of("Yun, Juwhan", comma_means_person=True)[0] is Kind.PERSON
    assert kind_of("Dilligas Trading Co., Inc.", comma_means_person=True)[0] is Kind.ENTITY


def test_signs_of_old_encodings_are_mended():
    assert tidy("\ufeffXi\x92an  Works\u200b ") == "Xi’an Works"
    assert tidy("plain") == "plain"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_mending_is_stable_and_never_empties_a_name(text):
    found = mend_name(text)
    assert bool(found.name) == bool(tidy(text))
    assert tidy(tidy(text)) == tidy(text)
    kept = "".join((found.name, *found.aliases, *found.weak))
    assert not tidy(text) or kept
