"""Search against queries and pairs that others made; skipped where the working material is not there."""

import csv
import gzip
import random

import pytest

from countermeasure.parties.calibration import REVIEW
from countermeasure.parties.model import Kind, ListedParty, PartyList, Query
from countermeasure.parties.search import PartyIndex, compare


def read(path):
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def screening(shared):
    folder = shared / "data" / "screening"
    if not folder.is_dir():
        pytest.skip("no screening data beside the checkout")
    return folder


@pytest.fixture(scope="module")
def us(screening):
    parties = []
    for row in read(screening / "us_csl" / "consolidated_2022-04.csv.gz"):
        aliases = tuple(alias for alias in row["alt_names"].split("; ") if alias)
        kind = Kind.PERSON if row["type"] == "Individual" else Kind.UNKNOWN
        parties.append(ListedParty(f"csl-{row['_id']}", "us", row["name"], aliases, kind=kind))
    return PartyIndex.build((PartyList("us", "", "US", None, "", complete=True, coverage="", parties=tuple(parties)),))


def test_altered_names_are_found_and_strangers_are_not(us, screening):
    queries = random.Random(8).sample(read(screening / "queries" / "csl_queries_dev.csv.gz"), 1200)
    hits = us.search([Query(row["query"]) for row in queries])
    right = wrong = matches = 0
    for row, found in zip(queries, hits, strict=True):
        if row["label"] == "match":
            matches += 1
            right += any(hit.party.id in row["gold"].split(";") for hit in found)
        else:
            wrong += bool(found)
    assert right / matches >= 0.96
    assert wrong / (len(queries) - matches) <= 0.04


def test_other_numbers_do_not_alert(us, screening):
    rows = [row for row in read(screening / "queries" / "csl_queries_dev.csv.gz") if row["mutation"] == "neg_number_swap"]
    assert sum(bool(found) for found in us.search([Query(row["query"]) for row in rows])) <= 5


def test_every_entry_of_a_real_list_is_found_under_its_own_name(us):
    sample = random.Random(4).sample(range(len(us.parties)), 1500)
    hits = us.search([Query(us.parties[place].name) for place in sample], limit=50)
    lost = [
        us.parties[place].name
        for place, found in zip(sample, hits, strict=True)
        if us.parties[place].id not in {h.party.id for h in found}
    ]
    assert lost == []


def test_candidates_lose_next_to_nothing(us, screening):
    from countermeasure.parties.names import forms

    rows = [row for row in read(screening / "queries" / "csl_queries_dev.csv.gz") if row["label"] == "match"][:800]
    lost = 0
    for begin in range(0, len(rows), 200):
        batch = rows[begin : begin + 200]
        asked = [(place, form) for place, row in enumerate(batch) for form in forms(row["query"])]
        where, what, _ = us.names.candidates([form for _, form in asked])
        seen = [set() for _ in batch]
        for a, b in zip(where.tolist(), us.names.party[us.names.block.owner[what]].tolist(), strict=True):
            seen[asked[a][0]].add(us.parties[b].id)
        lost += sum(not (found & set(row["gold"].split(";"))) for row, found in zip(batch, seen, strict=True))
    assert lost / len(rows) <= 0.01


def test_chinese_names_meet_english_ones(screening):
    rows = read(screening / "pairs" / "zh_org_pairs_dev.csv")
    said = [(row["is_match"] == "true", compare(row["name_zh"], row["name_en"]).score >= REVIEW) for row in rows]
    assert sum(b for a, b in said if a) / sum(a for a, _ in said) >= 0.70
    assert sum(b for a, b in said if not a) / sum(not a for a, _ in said) < 0.25


def test_labelled_pairs_are_told_apart_better_than_by_the_rival(screening):
    rows = read(screening / "pairs" / "nomenklatura_name_pairs_dev.csv")
    kinds = {"Person": Kind.PERSON}
    scores = [
        (row["is_match"] == "true", compare(row["name1"], row["name2"], kind=kinds.get(row["schema"], Kind.UNKNOWN)).score)
        for row in rows
    ]
    good, bad = [s for m, s in scores if m], [s for m, s in scores if not m]
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    assert wins / (len(good) * len(bad)) >= 0.87


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Владимир Путин", "Vladimir Putin"),
        ("Дмитрий Медведев", "Dmitry Medvedev"),
        ("李明", "Li Ming"),
        ("محمد علي", "Mohamed Ali"),
    ],
)
def test_persons_in_other_scripts_are_found(one, two):
    assert compare(one, two, kind=Kind.PERSON).score >= REVIEW
