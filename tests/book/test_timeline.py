"""The life of provisions as text and as a picture."""

import re
from xml.etree import ElementTree as ET

import pytest

from countermeasure.book import Book
from countermeasure.book import timeline as lines
from countermeasure.codes import parse_day

SVG = "{http://www.w3.org/2000/svg}"
FIRST, AFTER = parse_day("2025-01-01"), parse_day("2027-01-01")


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - made here


@pytest.fixture(scope="module")
def table() -> list[lines.Row]:
    return lines.rows(Book.shipped(), ["us-122", "us-recip-apr-43", "us-fentanyl", "us-301-sts-100"])


def test_rows_stand_in_the_order_of_their_first_day(table) -> None:
    assert [r.provision.id for r in table] == ["us-fentanyl", "us-recip-apr-43", "us-301-sts-100", "us-122"]


def test_every_state_has_its_sign_and_a_duty_of_one_day_is_seen(table) -> None:
    fentanyl, april, cranes, s122 = (line.split(" ", 2)[2] for line in lines.text(table, FIRST, AFTER)[1:-1])
    assert "█" in april
    assert "░" in april
    assert april.endswith("·")
    assert "▒" in fentanyl
    assert re.search("█+·+$", s122)
    assert re.search("░+█+$", cranes)


@pytest.mark.parametrize("width", [20, 64, 100])
def test_text_keeps_to_its_width(table, width) -> None:
    label = max(len(r.label) for r in table)
    assert all(len(line) <= label + 1 + width for line in lines.text(table, FIRST, AFTER, width)[1:-1])


def test_text_ends_with_its_legend(table) -> None:
    last = lines.text(table, FIRST, AFTER)[-1]
    assert all(words in last for words in ("in force", "suspended", "collected", "ended", "not yet"))


def test_an_empty_table_is_an_empty_picture() -> None:
    assert len(lines.text([], FIRST, AFTER)) == 2
    parsed(lines.svg([], FIRST, AFTER, "Nothing"))


def test_picture_says_what_it_shows(table) -> None:
    root = parsed(lines.svg(table, FIRST, AFTER, "Duties < 2 & more"))
    title, text = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert text is not None
    assert title.text == "Duties < 2 & more"
    assert "4 provisions from 2025-01-01 to 2027-01-01" in (text.text or "")
    assert root.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
    assert root.get("role") == "img"
    words = [t.text for t in root.iter(f"{SVG}text")]
    assert {"in force", "suspended", "collected against law", "2025-04", "9903.01.24 us-fentanyl"} <= set(words)
    told = [t.text or "" for t in root.iter(f"{SVG}title")]
    assert any("2026-02-20 to 2026-02-24: struck_down, rate 0.1, collected" in t for t in told)


def test_picture_fetches_nothing_and_is_the_same_each_time(table) -> None:
    one, two = (lines.svg(table, FIRST, AFTER, "Duties") for _ in range(2))
    assert one == two
    assert not re.search(r"href|@import|url\((?!#)|http(?!://www\.w3\.org/2000/svg)", one)


def test_two_pictures_in_one_page_keep_their_ids_apart(table) -> None:
    ids = [set(re.findall(r'id="([^"]+)"', lines.svg(table, FIRST, AFTER, title))) for title in ("one", "two")]
    assert not ids[0] & ids[1]


def test_bars_stay_inside(table) -> None:
    root = parsed(lines.svg(table, parse_day("2025-06-01"), parse_day("2025-07-01"), "June"))
    for rect in root.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", "0")) <= 1180
        assert float(rect.get("x", "0")) + float(rect.get("width", "0")) <= 1200


@pytest.mark.parametrize(("mark", "shown"), [("2026-10-10", True), ("2026-12-31", True), ("2027-01-01", False)])
def test_a_day_is_marked_where_it_lies_inside(table, mark, shown) -> None:
    picture = lines.svg(table, FIRST, AFTER, "Duties", parse_day(mark))
    assert (f">{mark}</text>" in picture) is shown
    parsed(picture)


@pytest.mark.parametrize(
    ("first", "after", "labels"),
    [
        ("2018-01-01", "2026-01-01", ["2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025"]),
        ("2025-01-01", "2026-07-01", ["2025-01", "2025-04", "2025-07", "2025-10", "2026-01", "2026-04"]),
        ("2025-04-02", "2025-07-01", ["2025-05", "2025-06"]),
    ],
)
def test_the_axis_fits_the_span(first, after, labels) -> None:
    picture = lines.svg([], parse_day(first), parse_day(after), "x")
    assert re.findall(r">(\d{4}(?:-\d{2})?)</text>", picture) == labels
