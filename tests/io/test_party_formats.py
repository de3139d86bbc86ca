"""Each format of a list is read to the same kind of entries; what cannot be read is said and changes nothing."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError, InputError, NotFoundError
from countermeasure.io.party_formats._ids import identifiers_of, remark_facts
from countermeasure.io.party_formats._source import open_source
from countermeasure.io.party_formats.bis import read_bis
from countermeasure.io.party_formats.csl import read_csl
from countermeasure.io.party_formats.ofac import lists_of_programmes, read_ofac
from countermeasure.io.party_formats.own import read_own
from countermeasure.io.party_formats.snapshot import read_snapshot
from countermeasure.io.party_formats.un import read_un
from countermeasure.io.party_imports import import_parties
from countermeasure.io.party_lists import edition, editions, party_lists
from countermeasure.io.party_tables import edition_from_table, table_of
from countermeasure.io.store import Store
from countermeasure.parties.model import Kind

BROKEN = Path(__file__).parent.parent / "broken" / "lists"
_HEAD = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,"
    "license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,"
    "remarks,"
    "source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids"
)
NEW_HEAD = _HEAD.split(",")
EL = "Entity List (EL) - Bureau of Industry and Security"
SDN = "Specially Designated Nationals (SDN) - Treasury Department"


def csl_file(path: Path, rows: list[dict[str, str]], head: list[str] = NEW_HEAD) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, head, restval="", lineterminator="\r\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    return path


def el_row(name: str, **more: str) -> dict[str, str]:
    return {
        "source": EL,
        "name": name,
        "license_requirement": "For all items subject to the EAR",
        "start_date": "2025-01-16",
    } | more


ROWS = [
    el_row(
        "Optics Works of Sunrise (OWS)",
        addresses="1 Road, Shenzhen, CN; and 2 Street, Kwun Tong, HK",
        alt_names="Sunrise ?Optics?; and OWS Plant",
        license_requirement="For all items (See §§ 734.9(e)(2) and 744.11 of the EAR)4",
        license_policy="Presumption of denial",
        federal_register_notice="90 FR 4621",
    ),
    el_row("Igor Aleksandrovich Michurin", start_date="0017-05-26"),
    {
        "source": SDN,
        "name": "BOGATYR",
        "entity_number": "24511",
        "type": "Vessel",
        "programs": "DPRK4; NPWMD",
        "vessel_flag": "Russia",
        "ids": "Vessel Registration Identification, IMO 9085730; Gender, Male",
        "call_sign": "UBBO9",
    },
    {"source": "Denied Persons List (DPL) - Bureau of Industry and Security", "name": "A B", "standard_order": "Y",
     "end_date": "2190-01-01", "start_date": "2020-01-01", "addresses": "CN"},
]  # fmt: skip


def balanced(reading):
    assert reading.rows + reading.shared == reading.entries + reading.merged + len(reading.dropped)
    return reading


@pytest.mark.parametrize("head", [NEW_HEAD, NEW_HEAD[1:]], ids=["today", "2019"])
def test_the_screening_list_is_read_with_either_header(tmp_path, head):
    reading = balanced(read_csl(open_source(csl_file(tmp_path / "c.csv", ROWS, head))))
    plant, person = reading.parties["us-el"]
    assert plant.name == "Optics Works of Sunrise (OWS)"
    assert plant.aliases == ("Optics Works of Sunrise", "Sunrise Optics", "OWS Plant")
    assert plant.weak_aliases == ("OWS",)
    assert plant.addresses == ("1 Road, Shenzhen, CN", "2 Street, Kwun Tong, HK")
    assert (plant.countries, plant.footnotes, plant.kind) == (("CN", "HK"), ("4",), Kind.ENTITY)
    for word in ("'and' taken off", "several addresses", "question marks"):
        assert word in plant.note
    assert (person.kind, person.start) == (Kind.PERSON, parse_day("2017-05-26"))
    (ship,) = reading.parties["us-sdn"]
    assert (ship.id, ship.kind, ship.countries) == ("us-sdn:24511", Kind.VESSEL, ("RU",))
    assert ship.identifiers == (("IMO", "9085730"), ("call sign", "UBBO9"))
    assert ship.programmes == ("DPRK4", "NPWMD")
    (denied,) = reading.parties["us-dpl"]
    assert (denied.end, denied.requirement, denied.countries, denied.addresses) == (None, "standard order", ("CN",), ())
    codes = {fault.code for fault in reading.faults}
    assert {"alias_and", "several_addresses", "lost_signs", "odd_year", "far_end"} <= codes


def test_json_and_csv_give_the_same_entries(tmp_path):
    record = {
        "id": "x", "source": EL, "name": "Optics Works of Sunrise", "alt_names": ["Sunrise Optics", "OWS"],
        "addresses": [{"address": "1 Road", "city": "Shenzhen", "state": None, "postal_code": None, "country": "CN"}],
        "start_date": "2025-01-16", "license_requirement": "For all items", "license_policy": None, "programs": None, "ids": [],
    }  # fmt: skip
    path = tmp_path / "c.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"total": 3, "results": [record]}).encode()))
    reading = balanced(read_csl(open_source(path)))
    row = el_row(
        "Optics Works of Sunrise",
        alt_names="Sunrise Optics; OWS",
        addresses="1 Road, Shenzhen, CN",
        license_requirement="For all items",
    )
    same = read_csl(open_source(csl_file(tmp_path / "c.csv", [row])))
    assert reading.parties == same.parties
    assert reading.incomplete == "the file holds 1 of 3 entries"


def test_the_reduced_table_is_read(tmp_path):
    path = tmp_path / "csl_2026-07-31.csv"
    path.write_text(
        "list,name,alt_names,type,address_countries,license_requirement,license_policy,programs,federal_register_notice,"
        "entity_number,source_list_url\nSSI,Rosbank,RB|Ros Savings,Entity,RU|CY,,,UKRAINE-EO13662; RUSSIA-EO14024,,123,\n"
        "NEW LIST,Foo,,,,,,,,,\n",
        encoding="utf-8",
    )
    reading = balanced(read_csl(open_source(path)))
    (bank,) = reading.parties["us-ssi"]
    assert (bank.id, bank.aliases, bank.weak_aliases) == ("us-ssi:123", ("Ros Savings",), ("RB",))
    assert (bank.countries, bank.programmes) == (("CY", "RU"), ("UKRAINE-EO13662", "RUSSIA-EO14024"))
    assert [p.name for p in reading.parties["us-new-list"]] == ["Foo"]
    assert "unknown_list" in {fault.code for fault in reading.faults}


def test_rows_without_a_name_or_list_are_dropped_and_named(tmp_path):
    rows = [*ROWS, el_row("  "), {"name": "Nobody"}]
    reading = balanced(read_csl(open_source(csl_file(tmp_path / "c.csv", rows))))
    assert [(fault.row, fault.code) for fault in reading.dropped] == [(7, "no_list"), (6, "no_name")]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("IR, 2020-08-28, RL 3367620, Passport; Male, Gender", [("Passport", "RL 3367620")]),
        (
            "Passport, 836238033, KP; Secondary sanctions risk:, North Korea Sanctions Regulations, sections 510.201",
            [("Passport", "836238033")],
        ),
        ("IMO 9147447, Vessel Registration Identification", [("IMO", "9147447")]),
        ("BG, BG 131502906, V.A.T. Number; 2005, Organization Established Date", [("V.A.T. Number", "BG 131502906")]),
        ("SWIFT/BIC, RUDVRUMM; Website, mspbank.ru", [("SWIFT/BIC", "RUDVRUMM"), ("Website", "mspbank.ru")]),
        ([{"type": "Tax ID No.", "number": "7702070139", "country": "RU"}], [("Tax ID No.", "7702070139")]),
        ("", []),
        (None, []),
    ],
)
def test_numbers_of_identity_are_read_in_both_orders(cell, numbers):
    assert identifiers_of(cell) == numbers


def test_remarks_of_ofac_hold_weak_names_births_and_numbers():
    found = remark_facts(
        "DOB 08 Apr 1956; alt. DOB 1957; POB Belize; nationality Pakistan; Passport CM9991171 (Pakistan);"
        " alt. Passport KF468635 (Pakistan); Vessel Registration Identification IMO 8523242; a.k.a. 'MR. HYDE'; Linked To: FOO."
    )
    assert found.weak == ["MR. HYDE"]
    assert found.birth_dates == ["08 Apr 1956", "1957"]
    assert found.countries == ["Pakistan"]
    assert found.identifiers == [("Passport", "CM9991171"), ("Passport", "KF468635"), ("IMO", "8523242")]
    assert found.rest == ["POB Belize", "Linked To: FOO."]


def ofac_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "sdn.csv").write_bytes(
        b'36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
        b'99,"DOE, John","individual","NPWMD] [IFSR",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
        b"\"DOB 1960; nationality Iran; a.k.a. 'JD'.\"\r\n\x1a\r\n"
    )
    (folder / "add.csv").write_bytes(b'36,25,"1 Calle; Local 2","Havana","Cuba",-0- \r\n99,26,-0- ,-0- ,"Iran",-0- \r\n\x1a')
    (folder / "alt.csv").write_bytes(b'36,12,"aka","AERO-CARIBBEAN",-0- \r\n\x1a')
    return folder


def test_the_csv_set_of_ofac_is_joined(tmp_path):
    reading = balanced(read_ofac(ofac_folder(tmp_path / "set")))
    airline, person = reading.parties["us-sdn"]
    assert (airline.id, airline.kind, airline.countries) == ("us-sdn:36", Kind.ENTITY, ("CU",))
    assert (airline.aliases, airline.addresses) == (("AERO-CARIBBEAN",), ("1 Calle, Local 2, Havana, Cuba",))
    assert (person.kind, person.weak_aliases, person.birth_dates, person.countries) == (
        Kind.PERSON,
        ("JD",),
        ("1960",),
        ("IR",),
    )
    assert person.programmes == ("NPWMD", "IFSR")
    assert (reading.rows, reading.dropped) == (2, [])


def test_a_set_without_its_companions_is_not_whole(tmp_path):
    folder = ofac_folder(tmp_path / "set")
    (folder / "alt.csv").unlink()
    reading = read_ofac(folder / "sdn.csv")
    assert "without aliases" in reading.incomplete
    assert [fault.code for fault in reading.faults if fault.severity == "warning"] == ["missing_file"]


@pytest.mark.parametrize(
    ("programmes", "words", "codes"),
    [
        (["SDGT", "NS-PLC"], "", ["us-plc"]),
        (["UKRAINE-EO13662"], "", ["us-ssi"]),
        (["UKRAINE-EO13662", "RUSSIA-EO14024"], "Listing Date (EO 14024 Directive 2): 24 Feb 2022", ["us-ssi", "us-cap"]),
        (["RUSSIA-EO14024"], "Effective Date (EO 14024 Directive 3): 26 Mar 2022", ["us-mbs"]),
        (["CMIC-EO13959"], "", ["us-cmic"]),
        (["FSE-IR"], "", ["us-fse"]),
        (["561-Related"], "", ["us-cap"]),
        (["SOMETHING-NEW"], "", ["us-mbs"]),
    ],
)
def test_lists_of_the_consolidated_file_are_told(programmes, words, codes):
    assert lists_of_programmes(programmes, words) == codes


SDN_XML = """<?xml version="1.0"?><sdnList xmlns="http://tempuri.org/sdnList.xsd">
<publshInformation><Publish_Date>07/16/2014</Publish_Date>
<Record_Count>{count}</Record_Count></publshInformation>
<sdnEntry><uid>306</uid><lastName>BANCO NACIONAL</lastName><sdnType>Entity</sdnType>
<programList><program>CUBA</program></programList><idList><id><idType>Tax ID No.</idType><idNumber>77</idNumber></id></idList>
<akaList><aka><category>weak</category><lastName>Banquito</lastName></aka>
<aka><category>strong</category><lastName>NATIONAL BANK</lastName>
</aka></akaList>
<addressList><address><address1>Zweierstrasse 35</address1><city>Zurich</city><country>Switzerland</country></address>
</addressList></sdnEntry></sdnList>"""


def test_xml_of_ofac_tells_weak_names(tmp_path):
    path = tmp_path / "sdn.xml"
    path.write_text(SDN_XML.format(count=1))
    reading = balanced(read_ofac(path))
    (bank,) = reading.parties["us-sdn"]
    assert (bank.aliases, bank.weak_aliases) == (("NATIONAL BANK",), ("Banquito",))
    assert (bank.countries, bank.addresses) == (("CH",), ("Zweierstrasse 35, Zurich, Switzerland",))
    assert (reading.as_of, reading.incomplete) == ("2014-07-16", "")
    path.write_text(SDN_XML.format(count=5704))
    assert "5,704" in read_ofac(path).incomplete


UN_XML = """<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">
<INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>ERIC</FIRST_NAME>
<SECOND_NAME>BADEGE</SECOND_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.001</REFERENCE_NUMBER>
<LISTED_ON>2012-12-31</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>ایریک</NAME_ORIGINAL_SCRIPT><NATIONALITY><VALUE>Democratic Republic of the Congo</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Bigfoot</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/>
</INDIVIDUAL_ALIAS><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE>
<YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>
</INDIVIDUALS><ENTITIES><ENTITY><FIRST_NAME>AIR LAKES (CAGL) ; GREAT LAKES COMPANY</FIRST_NAME>
<REFERENCE_NUMBER>CDe.003</REFERENCE_NUMBER>
<ENTITY_ADDRESS><STREET>Avenue 1</STREET><CITY>Goma</CITY><COUNTRY>Rwanda</COUNTRY></ENTITY_ADDRESS>
</ENTITY></ENTITIES></CONSOLIDATED_LIST>"""


def test_the_un_list_is_read_with_its_original_scripts(tmp_path):
    path = tmp_path / "un.xml"
    path.write_text(UN_XML, encoding="utf-8")
    reading = balanced(read_un(open_source(path)))
    person, airline = reading.parties["un-sc"]
    assert (person.id, person.name, person.kind, person.start) == (
        "un-sc:CDi.001",
        "ERIC BADEGE",
        Kind.PERSON,
        parse_day("2012-12-31"),
    )
    assert (person.aliases, person.weak_aliases, person.birth_dates, person.countries) == (
        ("ایریک",),
        ("Bigfoot",),
        ("1971",),
        ("CD",),
    )
    assert (airline.name, airline.aliases, airline.weak_aliases) == (
        "AIR LAKES (CAGL)",
        ("AIR LAKES", "GREAT LAKES COMPANY"),
        ("CAGL",),
    )
    assert (airline.addresses, airline.countries) == (("Avenue 1, Goma, Rwanda",), ("RW",))
    assert reading.as_of == "2026-02-27"


def test_rows_of_one_party_become_one_entry(tmp_path):
    path = tmp_path / "el.csv"
    notice = "Federal Register Notice,Effective Date"
    head = f"Source List,Name,Address,City,Country,{notice},License Requirement,License Policy,Alternate Name"
    rows = [
        f"EL,Zurmat,{street},Kabul,Afghanistan,77 FR 25055,5/8/2012,All items,Presumption of denial,{alias}"
        for street in ("1 Road", "2 Road")
        for alias in ("Zur", "Zurmat Group")
    ]
    path.write_text("\n".join([head, *rows, ",,,,,,,,,", ""]), encoding="utf-8")
    reading = balanced(read_bis(open_source(path), "bis-el"))
    (party,) = reading.parties["us-el"]
    assert (party.addresses, party.aliases) == (("1 Road, Kabul, AF", "2 Road, Kabul, AF"), ("Zur", "Zurmat Group"))
    assert (reading.rows, reading.merged, [f.code for f in reading.dropped]) == (5, 3, ["blank_row"])
    assert party.start == parse_day("2012-05-08")


def test_denied_persons_are_read_from_tabs_in_windows_1252(tmp_path):
    path = tmp_path / "dpl.txt"
    path.write_bytes(
        b"Name\tStreet_Address\tCity\tState\tCountry\tPostal_Code\t"
        b"Effective_Date\tExpiration_Date\tStandard_Order\tLast_Update\tAction\tFR_Citation\r\n"
        b'"MU\xd1OZ, JOS\xc9"\t"1 ROAD"\t"MIAMI"\t"FL"\t"US"\t"33144"\t'
        b'"6/5/1995"\t"6/5/2005"\t"N"\t"3/23/2000"\t""\t"60 F.R. 31140"\r\n\x1a'
    )
    reading = balanced(read_bis(open_source(path), "bis-dpl"))
    (party,) = reading.parties["us-dpl"]
    assert (party.name, party.kind, party.requirement) == ("MUÑOZ, JOSÉ", Kind.PERSON, "order with terms of its own")
    assert (party.start, party.end) == (parse_day("1995-06-05"), parse_day("2005-06-05"))
    assert (reading.as_of, {f.code for f in reading.faults}) == ("2000-03-23", {"windows_1252"})


def test_json_with_a_head_is_read(tmp_path):
    path = tmp_path / "el.json"
    entity = {
        "name": "Afghan Works", "aliases": ["AW Plant"], "country": "Afghanistan", "federal_register": "77 FR 25057",
        "address": "1 Road, Kabul; and Flat 41, Kabul. (See alternate addresses under Pakistan).",
        "effective_date": "June 21, 2022", "notes": "For all items. (See §§ 734.9(g),3 746.8(a)(3) of the EAR)",
    }  # fmt: skip
    path.write_text(json.dumps({"list_id": "bis-entity-list", "extracted": "2026-07-09", "count": 1, "entities": [entity]}))
    reading = balanced(read_snapshot(open_source(path)))
    (party,) = reading.parties["us-el"]
    assert (party.addresses, party.footnotes, party.start) == (
        ("1 Road, Kabul", "Flat 41, Kabul"),
        ("3",),
        parse_day("2022-06-21"),
    )
    assert (reading.as_of, party.countries) == ("2026-07-09", ("AF",))


def test_a_list_of_ones_own_is_read_from_a_table(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "Company;Aliases;Country;Identifiers;Start\nAcme Ltd;ACM|Acme Works;China;LEI: 5493;2025-01-02\n", encoding="utf-8"
    )
    reading = balanced(read_own(open_source(path), "Blocked customers"))
    (party,) = reading.parties["own-blocked-customers"]
    assert (party.name, party.aliases, party.weak_aliases, party.countries) == ("Acme Ltd", ("Acme Works",), ("ACM",), ("CN",))
    assert (party.identifiers, party.start) == ((("LEI", "5493"),), parse_day("2025-01-02"))


def test_a_table_keeps_every_attribute(tmp_path):
    reading = read_csl(open_source(csl_file(tmp_path / "c.csv", ROWS)))
    store = Store(tmp_path / "store")
    done = import_parties("csl", tmp_path / "c.csv", store=store, as_of="2026-01-01")
    assert {found.code: found.parties for found in party_lists(store) if not found.shipped} == reading.parties
    found = edition("us-el", store)
    assert edition_from_table(table_of(found), as_of=found.as_of, digest=found.hash, source=found.source) == found
    assert [entry.key for entry in done.entries] == ["us-el@2026-01-01", "us-sdn@2026-01-01", "us-dpl@2026-01-01"]


def test_editions_stay_and_the_newest_is_used(tmp_path):
    store = Store(tmp_path / "store")
    import_parties("csl", csl_file(tmp_path / "a.csv", ROWS), store=store, as_of="2025-01-01")
    later = [*ROWS[1:], el_row("New Works Ltd")]
    done = import_parties("csl", csl_file(tmp_path / "b.csv", later), store=store, as_of="2026-01-01")
    change = next(c for c in done.changes if c.code == "us-el")
    assert ([p.name for p in change.added], [p.name for p in change.removed]) == (
        ["New Works Ltd"],
        ["Optics Works of Sunrise (OWS)"],
    )
    assert [entry.key for entry in editions("us-el", store)] == ["us-el@2025-01-01", "us-el@2026-01-01"]
    newest = next(found for found in party_lists(store) if found.code == "us-el")
    assert newest.as_of == parse_day("2026-01-01")
    before = next(found for found in party_lists(store, on=parse_day("2025-06-01")) if found.code == "us-el")
    assert before.as_of == parse_day("2025-01-01")
    earliest = next(found for found in party_lists(store, on=parse_day("2020-06-01")) if found.code == "us-el")
    assert earliest.as_of == parse_day("2025-01-01")


def test_an_older_file_imported_later_does_not_take_over(tmp_path):
    store = Store(tmp_path / "store")
    import_parties("csl", csl_file(tmp_path / "b.csv", ROWS), store=store, as_of="2026-01-01")
    import_parties("csl", csl_file(tmp_path / "a.csv", ROWS[1:]), store=store, as_of="2025-01-01")
    assert edition("us-el", store).as_of == parse_day("2026-01-01")


def test_the_same_day_is_replaced(tmp_path):
    store = Store(tmp_path / "store")
    for name, rows in (("a.csv", ROWS), ("b.csv", ROWS[1:])):
        import_parties("csl", csl_file(tmp_path / name, rows), store=store, as_of="2026-01-01")
    assert len(editions("us-el", store)) == 1
    assert len(edition("us-el", store).parties) == 1
    assert not store.damaged()


def test_a_cut_off_file_does_not_take_the_place_of_a_whole_one(tmp_path):
    store = Store(tmp_path / "store")
    many = [el_row(f"Works {number} Ltd") for number in range(300)]
    import_parties("csl", csl_file(tmp_path / "a.csv", many), store=store, as_of="2025-01-01")
    done = import_parties("csl", csl_file(tmp_path / "b.csv", many[:20]), store=store, as_of="2026-01-01")
    assert "shrunk" in {fault.code for fault in done.reading.faults}
    assert len(edition("us-el", store).parties) == 300
    assert len(edition("us-el@2026-01-01", store).parties) == 20
    assert len(next(found for found in party_lists(store) if found.code == "us-el").parties) == 300
    import_parties("csl", tmp_path / "b.csv", store=store, as_of="2026-01-01", whole=True)
    assert len(edition("us-el", store).parties) == 20


def test_the_day_is_told_from_the_file_its_name_or_its_entries(tmp_path):
    store = Store(tmp_path / "store")
    named = import_parties("csl", csl_file(tmp_path / "csl_2026-07-31.csv", ROWS), store=store, imported_on="2026-11-22")
    assert (named.as_of, named.basis) == ("2026-07-31", "from the name of the file")
    newest = import_parties("csl", csl_file(tmp_path / "csl.csv", ROWS), store=store, imported_on="2026-11-22")
    assert (newest.as_of, newest.basis) == ("2025-01-16", "the newest listing in the file")
    assert "no_day" in {fault.code for fault in newest.reading.faults}


def test_an_import_takes_the_place_of_the_shipped_starter(tmp_path):
    store = Store(tmp_path / "store")
    assert next(found for found in party_lists(store) if found.code == "us-el").shipped
    import_parties("csl", csl_file(tmp_path / "a.csv", ROWS), store=store, as_of="2020-01-01")
    assert not next(found for found in party_lists(store) if found.code == "us-el").shipped
    assert edition("us-el@shipped", store).shipped
    assert {found.code for found in party_lists(store, codes=["cn-ecl", "us-el"])} == {"cn-ecl", "us-el"}


BROKEN_FILES = [
    ("csl", "page.csv", "web page"),
    ("csl", "no-header.csv", "not a Consolidated Screening List"),
    ("csl", "cut-off.json", "not valid JSON"),
    ("csl", "no-results.json", "no list of results"),
    ("csl", "header-only.csv", "holds no entries"),
    ("csl", "empty.csv", "empty"),
    ("csl", "damaged.csv.gz", "damaged gzip"),
    ("bis-el", "uvl-as-el.csv", "no column for the license requirement"),
    ("bis-uvl", "el-as-uvl.csv", "columns of another list"),
    ("bis-dpl", "no-name.txt", "no column for the name"),
    ("bis-el", "meu.json", "the file holds us-meu"),
    ("ofac-sdn", "header-sdn.csv", "no entries of OFAC"),
    ("ofac-sdn", "cut-off-sdn.xml", "not well-formed XML"),
    ("ofac-sdn", "other.xml", "no entries of OFAC"),
    ("un", "doctype.xml", "declares a document type"),
    ("un", "other.xml", "not the UN list"),
    ("own-list", "no-name.csv", "not a list of parties"),
]


@pytest.mark.parametrize(("kind", "file", "words"), BROKEN_FILES, ids=[file for _, file, _ in BROKEN_FILES])
def test_a_broken_file_says_what_is_wrong_and_changes_nothing(tmp_path, kind, file, words):
    store = Store(tmp_path / "store")
    with pytest.raises(InputError) as caught:
        import_parties(kind, BROKEN / file, name="mine", store=store)
    assert words in str(caught.value)
    assert caught.value.where.startswith(file)
    assert caught.value.cure
    assert not store.folder.exists()


def test_every_broken_file_is_tested():
    assert {path.name for path in BROKEN.iterdir()} == {file for _, file, _ in BROKEN_FILES}


def test_what_is_not_there_is_said(tmp_path):
    store = Store(tmp_path / "store")
    with pytest.raises(NotFoundError, match="no such file"):
        import_parties("csl", tmp_path / "nowhere.csv", store=store)
    with pytest.raises(NotFoundError, match=r"sdn\.csv"):
        import_parties("ofac-sdn", tmp_path, store=store)
    with pytest.raises(NotFoundError, match="There is cn-ecl@shipped"):
        edition("cn-ecl@1999-01-01", store)
    with pytest.raises(CodeError, match="Use one of csl"):
        import_parties("cls", tmp_path / "nowhere.csv", store=store)
    with pytest.raises(InputError, match="Add --name"):
        import_parties("own-list", tmp_path / "nowhere.csv", store=store)
