"""Official files have the counts that are stated, lose nothing, and agree where independent snapshots overlap."""

import csv
import gzip
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from countermeasure.io.party_formats._source import open_source
from countermeasure.io.party_formats.bis import read_bis
from countermeasure.io.party_formats.csl import read_csl
from countermeasure.io.party_formats.ofac import read_ofac
from countermeasure.io.party_formats.snapshot import read_snapshot
from countermeasure.io.party_formats.un import read_un
from countermeasure.io.party_imports import import_parties
from countermeasure.io.party_lists import party_lists
from countermeasure.io.store import Store
from countermeasure.parties.entity_list import requirement_of, review_of
from countermeasure.parties.lists import diff_lists, fold
from countermeasure.parties.model import Kind

CSL_2026 = {
    "us-sdn": 19181, "us-el": 3420, "us-dpl": 1596, "us-dtc": 787, "us-ssi": 286, "us-uvl": 222, "us-isn": 161, "us-plc": 78,
    "us-meu": 70, "us-cmic": 68, "us-mbs": 51, "us-cap": 1,
}  # fmt: skip
CSL_2022 = {
    "us-sdn": 10026, "us-el": 2001, "us-dtc": 727, "us-dpl": 462, "us-ssi": 290, "us-uvl": 201, "us-isn": 163, "us-plc": 78,
    "us-meu": 71, "us-cmic": 68, "us-cap": 53, "us-mbs": 17, "us-fse": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def official(shared) -> Path:
    folder = shared / "data"
    if not (folder / "us_entity_list_2026").is_dir():
        pytest.skip("the official lists are not beside the checkout (data/us_entity_list_2026)")
    return folder


@pytest.fixture(scope="module")
def csl_2026(official):
    return read_csl(open_source(official / "us_entity_list_2026" / "csl_2026-07-31.csv.gz"))


@pytest.fixture(scope="module")
def csl_2022(official):
    return read_csl(open_source(official / "screening" / "us_csl" / "consolidated_2022-04.csv.gz"))


def counts(reading) -> dict[str, int]:
    return {code: len(found) for code, found in reading.parties.items()}


def balanced(reading) -> bool:
    return reading.rows + reading.shared == reading.entries + reading.merged + len(reading.dropped)


def test_the_screening_list_of_2026_has_its_counts(csl_2026):
    assert counts(csl_2026) == CSL_2026
    assert (csl_2026.rows, csl_2026.dropped) == (25921, [])


def test_the_screening_list_of_2022_has_its_counts(csl_2022):
    assert counts(csl_2022) == CSL_2022
    assert (csl_2022.rows, csl_2022.dropped) == (14160, [])


def test_ids_are_unique(csl_2026, csl_2022):
    for reading in (csl_2026, csl_2022):
        ids = Counter(party.id for found in reading.parties.values() for party in found)
        assert max(ids.values()) == 1


def test_every_trap_that_the_file_holds_is_repaired(official, csl_2022):
    with gzip.open(official / "screening" / "us_csl" / "consolidated_2022-04.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    said = Counter(fault.code for fault in csl_2022.faults)
    assert said["alias_and"] == sum(re.search(r"(^|;)\s*and ", row["alt_names"]) is not None for row in rows) >= 246
    assert said["lost_signs"] == sum("?" in row["name"] + row["alt_names"] for row in rows) == 99
    assert said["odd_year"] == sum(row["start_date"].startswith("00") for row in rows)
    assert said["successors_named"] == sum("successor" in row["name"] for row in rows)
    assert sum(len(party.addresses) > 1 for party in csl_2022.parties["us-el"]) >= 600
    for found in csl_2022.parties.values():
        for party in found:
            names = (party.name, *party.aliases, *party.weak_aliases)
            odd = [n for n in names if "?" in n or n.lower().startswith("and ") or n != " ".join(n.split())]
            assert not odd, (party.id, odd)


def test_entries_that_are_only_an_address_are_told(csl_2026):
    assert sum(party.kind is Kind.ADDRESS for party in csl_2026.parties["us-el"]) == 19


def test_no_name_of_the_file_is_lost(official, csl_2022):
    """Every name and alias of the file can still be found among the names of its list, letters and digits compared."""
    kept: dict[str, set[str]] = {}
    for code, found in csl_2022.parties.items():
        kept[code] = {fold(name) for p in found for name in (p.name, *p.aliases, *p.weak_aliases)}
    every = set().union(*kept.values())
    lost = []
    with gzip.open(official / "screening" / "us_csl" / "consolidated_2022-04.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for alias in row["alt_names"].split(";"):
                bare = fold(alias.strip().removeprefix("and "))
                if bare and bare not in every:
                    lost.append(alias)
    assert lost == []


def test_footnotes_of_the_entity_list_are_counted_by_section(csl_2026, official):
    """Two snapshots of July 2026 agree on footnotes 3 (to two), 4 and 5; the later one prints more entries of footnote 1."""
    later = Counter(note for party in csl_2026.parties["us-el"] for note in party.footnotes)
    earlier = Counter(
        note
        for party in read_snapshot(open_source(official / "us_entity_lists_2026_07" / "bis_entity_list.json.gz")).parties[
            "us-el"
        ]
        for note in party.footnotes
    )
    assert dict(earlier) == {"1": 130, "3": 773, "4": 96, "5": 16}
    assert dict(later) == {"1": 156, "3": 771, "4": 96, "5": 16}


def test_every_entry_of_the_entity_list_has_a_requirement(csl_2026):
    kinds = Counter(requirement_of(party) for party in csl_2026.parties["us-el"])
    assert kinds == {"all": 3314, "projects": 83, "named": 19, "all_but_named": 4}
    reviews = Counter(review_of(party) for party in csl_2026.parties["us-el"])
    assert reviews["unknown"] == 1
    assert reviews["presumption_of_denial"] == 2186


def test_two_snapshots_of_july_2026_name_the_same_parties(csl_2026, official):
    other = read_snapshot(open_source(official / "us_entity_lists_2026_07" / "bis_entity_list.json.gz")).parties["us-el"]
    assert len(other) == 3409
    ours = {fold(name) for p in csl_2026.parties["us-el"] for name in (p.name, *p.aliases)}
    theirs = {fold(p.name) for p in other}
    assert len(theirs & ours) / len(theirs) > 0.97


def test_other_snapshots_have_their_counts(official):
    folder = official / "us_entity_lists_2026_07"
    found = {}
    for path in sorted(folder.glob("*.json.gz")):
        reading = read_snapshot(open_source(path))
        assert balanced(reading)
        found |= counts(reading)
    assert found == {
        "us-dpl": 564, "us-el": 3409, "us-meu": 70, "us-uflpa": 148, "us-1260h": 80, "us-fcc-covered": 15, "us-cmic": 68,
    }  # fmt: skip


def test_the_sets_of_ofac_have_their_counts(official):
    reading = read_ofac(official / "screening" / "us_ofac_2021")
    assert balanced(reading)
    assert reading.dropped == []
    assert counts(reading)["us-sdn"] == 8976
    assert (counts(reading)["us-ssi"], counts(reading)["us-cmic"], counts(reading)["us-plc"]) == (286, 68, 78)


def test_names_of_ofac_agree_with_the_screening_list(official, csl_2022):
    """The same numbers carry the same names in OFAC's own file of 2021 and the Screening List of 2022."""
    own = {p.id: p for p in read_ofac(official / "screening" / "us_ofac_2021").parties["us-sdn"]}
    listed = {p.id: p for p in csl_2022.parties["us-sdn"]}
    both = own.keys() & listed.keys()
    assert len(both) > 8000
    same = sum(sorted(fold(own[i].name)) == sorted(fold(listed[i].name)) for i in both)
    assert same / len(both) > 0.99
    assert sum(own[i].kind is listed[i].kind for i in both) / len(both) > 0.99


def test_the_un_list_has_its_counts(official):
    reading = read_un(open_source(official / "screening" / "un" / "un_consolidated_2026-02-27.xml.gz"))
    kinds = Counter(party.kind for party in reading.parties["un-sc"])
    assert kinds == {Kind.PERSON: 730, Kind.ENTITY: 273}
    assert reading.as_of == "2026-02-27"
    assert all(party.start is not None for party in reading.parties["un-sc"])


def test_agency_files_are_read(official):
    samples = official / "screening" / "samples"
    for file, kind in ((samples / "el.csv", "bis-el"), (samples / "dpl.txt", "bis-dpl"), (samples / "uvl.csv", "bis-uvl")):
        reading = read_bis(open_source(file), kind)
        assert balanced(reading)
        assert reading.entries
    assert counts(read_bis(open_source(official / "csl_format_samples" / "ita_el.csv.gz"), "bis-el")) == {"us-el": 7}
    assert counts(read_bis(open_source(official / "csl_format_samples" / "ita_meu.csv.gz"), "bis-meu")) == {"us-meu": 7}
    denied = read_bis(open_source(official / "screening" / "us_bis" / "dpl_2022-09.txt.gz"), "bis-dpl")
    assert balanced(denied)
    assert denied.rows == 581
    assert not any(fault.severity == "error" for fault in denied.faults)


def test_samples_of_other_years_are_read(official):
    for path in ("screening/samples/csl_consolidated_2025_sample.csv", "csl_format_samples/csl_2019_style.csv.gz"):
        reading = read_csl(open_source(official / path))
        assert balanced(reading)
        assert reading.dropped == []
    for path in sorted((official / "screening" / "samples").glob("csl_api_expected_*.json")):
        assert read_csl(open_source(path)).entries


def test_a_whole_list_is_imported_and_opened_quickly(official, tmp_path):
    """Twice the time aimed at (5 s, 1 s), for machines that are shared."""
    store = Store(tmp_path)
    start = time.process_time()
    import_parties("csl", official / "us_entity_list_2026" / "csl_2026-07-31.csv.gz", store=store)
    assert time.process_time() - start < 10
    start = time.process_time()
    lists = party_lists(store)
    assert time.process_time() - start < 2
    assert sum(len(found.parties) for found in lists) > 25921


def test_four_years_of_the_entity_list_are_told_apart(official, tmp_path):
    store = Store(tmp_path)
    import_parties("csl", official / "screening" / "us_csl" / "consolidated_2022-04.csv.gz", store=store)
    done = import_parties("csl", official / "us_entity_list_2026" / "csl_2026-07-31.csv.gz", store=store)
    change = next(c for c in done.changes if c.code == "us-el")
    assert len(change.added) + len(change.changed) + change.same == 3420
    assert len(change.removed) + len(change.changed) + change.same == 2001
    newcomers = {party.name for party in change.added}
    assert "Beijing Zhipu Huazhang Technology Co., Ltd." in newcomers
    again = diff_lists(*(next(f for f in party_lists(store) if f.code == "us-el"),) * 2)
    assert (again.added, again.removed, again.changed) == ((), (), ())
    assert {f.code for f in done.reading.faults} >= {"list_gone"}
