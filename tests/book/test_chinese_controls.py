"""China's controls in the book against the dated facts, provision by provision and day by day."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from countermeasure.book import Book, Reading
from countermeasure.book.model import DAY, State
from countermeasure.codes.day import parse_day

if TYPE_CHECKING:
    from pathlib import Path

STATES = {
    "in_force": {State.IN_FORCE},
    "suspended": {State.SUSPENDED},
    "not_yet_effective": {State.NOT_YET},
    "suspended_presumed": {State.SUSPENDED},
    "unknown": {State.IN_FORCE},  # what the text alone gives when nothing is issued
}


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.shipped()


@pytest.fixture(scope="module")
def measures(shared: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((shared / "facts" / "cn_measures.yaml").read_text("utf-8"))["measures"]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def state(book: Book, name: str, day: str, reading: Reading, known_on: str | None = None) -> State:
    record = book.replayed(None if known_on is None else parse_day(known_on), reading)
    return record.provisions[name].at(parse_day(day) * DAY).state


def test_every_provision_of_the_facts_is_in_the_book(book: Book, measures: list[dict[str, Any]]) -> None:
    held = book.replayed(None, Reading.TEXT).provisions
    wanted = {p["id"].lower() for m in measures for p in m.get("provisions", ())}
    renamed = {n for n in wanted if re.fullmatch(r"cn-2026-(11|12|20|23|27|28|30)\.\d", n)}
    assert wanted - renamed <= held.keys()
    assert renamed <= held.keys()


def test_states_agree_on_the_first_and_last_day_of_every_window(book: Book, measures: list[dict[str, Any]]) -> None:
    differ = []
    for provision in (p for m in measures for p in m.get("provisions", ())):
        name = provision["id"].lower()
        planned = str(provision.get("planned_effective", ""))
        for window in provision["windows"]:
            reading = Reading.ANNOUNCED if window["state"] == "suspended_presumed" else Reading.TEXT
            for key in ("from", "to"):
                day = window.get(key)
                if day is None:
                    continue
                found = state(book, name, str(day), reading)
                due_later = window["state"] == "suspended" and str(day) < planned and found is State.NOT_YET
                if found not in STATES[window["state"]] and not due_later:
                    differ.append((name, str(day), window["state"], found.value))
    assert differ == []


def test_all_items_of_the_facts_are_in_the_control_lists(book: Book, shared: Path) -> None:
    rows = table(shared / "facts" / "cn_control_items.csv")
    held = {item.id: item for one in book.control_lists.values() for item in one.items}
    assert len(rows) == 225
    for row in rows:
        item = held[row["item_id"].lower()]
        assert set(item.elements) == set(row["element"].split(";"))
        assert item.hs == tuple(row["hs_codes"].split(";") if row["hs_codes"] else ())


def test_listings_are_suspended_and_stopped_as_the_party_table_says(book: Book, shared: Path) -> None:
    names = {"CN-ECL": "cn-ecl", "CN-WL": "cn-watch", "CN-UEL": "cn-uel"}
    seen = 0
    for row in table(shared / "facts" / "cn_listed_parties.csv"):
        found = re.search(r"(20\d\d)\]? No\.(\d+)", row["announcement"])
        if row["list_code"] not in names or found is None:
            continue
        name = f"{names[row['list_code']]}-{found[1]}-{found[2]}"
        assert state(book, name, row["effective_from"], Reading.TEXT) is State.IN_FORCE
        for first, last in re.findall(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", row["suspension_windows"]):
            assert state(book, name, first, Reading.TEXT) is State.SUSPENDED
            stopped = row["measures_stopped_from"] == last
            assert state(book, name, last, Reading.TEXT) is (State.ENDED if stopped else State.SUSPENDED), (name, last)
        if row["measures_stopped_from"]:
            assert state(book, name, row["measures_stopped_from"], Reading.TEXT) is State.ENDED
        seen += 1
    assert seen > 250


def test_a_suspension_is_unknown_before_it_is_published(book: Book) -> None:
    assert state(book, "cn-2025-61.1.3", "2025-12-01", Reading.TEXT) is State.SUSPENDED
    assert state(book, "cn-2025-61.1.3", "2025-12-01", Reading.TEXT, known_on="2025-11-06") is State.IN_FORCE
    assert state(book, "cn-2024-46.2a", "2025-12-01", Reading.TEXT, known_on="2025-11-08") is State.IN_FORCE


@pytest.mark.parametrize(
    ("name", "day", "text", "announced"),
    [
        ("cn-2025-61.1.3", "2026-11-10", State.SUSPENDED, State.SUSPENDED),
        ("cn-2025-61.1.3", "2026-11-11", State.IN_FORCE, State.SUSPENDED),
        ("cn-2025-61.1.3", "2027-01-10", State.IN_FORCE, State.SUSPENDED),
        ("cn-2025-61.1.3", "2027-01-11", State.IN_FORCE, State.IN_FORCE),
        ("cn-2024-46.2a", "2026-11-27", State.SUSPENDED, State.SUSPENDED),
        ("cn-2024-46.2a", "2026-11-28", State.IN_FORCE, State.IN_FORCE),
        ("cn-2025-18.1", "2026-11-11", State.IN_FORCE, State.IN_FORCE),
        ("cn-ecl-2025-21", "2026-11-11", State.IN_FORCE, State.SUSPENDED),
    ],
)
def test_two_clocks_and_two_readings_after_november_2026(
    book: Book, name: str, day: str, text: State, announced: State
) -> None:
    assert state(book, name, day, Reading.TEXT) is text
    assert state(book, name, day, Reading.ANNOUNCED) is announced


def test_two_limbs_of_no_61_never_lived(book: Book) -> None:
    provisions = book.replayed(None, Reading.TEXT).provisions
    for name in ("cn-2025-61.1.1", "cn-2025-61.1.2", "cn-2025-57.1"):
        lived = [s for s in provisions[name].spells if s.state is State.IN_FORCE and s.start < parse_day("2026-11-11") * DAY]
        assert lived == []
    one = provisions["cn-2025-61.1.3"].spells
    first = next(s for s in one if s.state is State.IN_FORCE)
    assert (first.end - first.start) // DAY == 29


def test_every_listing_named_by_a_party_is_a_provision_and_its_windows_agree(book: Book) -> None:
    """Unreliable entities by day and sanctions orders as well: what the shipped party tables name lives in the book."""
    from countermeasure.parties.lists import shipped_lists

    held = book.replayed(None, Reading.TEXT).provisions
    named = {p.by for one in shipped_lists() if one.issuer == "CN" for p in one.parties if p.by}
    assert len(named) >= 28
    assert named <= held.keys()


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("cn-afsl-2025-6", "2025-11-09", State.IN_FORCE),
        ("cn-afsl-2025-6", "2025-11-10", State.SUSPENDED),
        ("cn-afsl-2025-6", "2026-11-10", State.SUSPENDED),
        ("cn-afsl-2025-6", "2026-11-11", State.IN_FORCE),
        ("cn-uel-2023-02-16", "2026-11-11", State.IN_FORCE),
        ("cn-uel-2025-8.into", "2025-08-11", State.SUSPENDED),
        ("cn-uel-2025-8.into", "2025-08-12", State.ENDED),
        ("cn-uel-2025-6", "2025-11-10", State.ENDED),
        ("cn-tech.prohibited", "2025-12-01", State.IN_FORCE),
        ("cn-2024-46.2b-abroad", "2025-12-01", State.SUSPENDED),
    ],
)
def test_sanctions_orders_and_the_catalogue_keep_their_own_clocks(book: Book, name: str, day: str, expected: State) -> None:
    assert state(book, name, day, Reading.TEXT) is expected


def test_states_that_the_published_cases_name(book: Book, shared: Path) -> None:
    words = {"in_force": State.IN_FORCE, "suspended": State.SUSPENDED, "not_yet_effective": State.NOT_YET}
    cases = yaml.safe_load((shared / "cases" / "licence_cases.yaml").read_text("utf-8"))["cases"]
    checks = [(c["id"], n.lower(), str(c["date"]), words[w]) for c in cases for n, w in c.get("check", {}).items()]
    assert len(checks) >= 20
    assert [(i, n, day) for i, n, day, wanted in checks if state(book, n, day, Reading.TEXT) is not wanted] == []
