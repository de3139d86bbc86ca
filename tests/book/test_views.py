"""Diff, timeline, template, the shipped schema, and the compiled form."""

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from countermeasure.book import Book, Reading
from countermeasure.book import timeline as lines
from countermeasure.book.compiled import Compiled
from countermeasure.book.diff import diff_books, diff_days
from countermeasure.book.load import shipped_data
from countermeasure.book.schema import instrument_schema
from countermeasure.book.template import KINDS, template
from countermeasure.codes import parse_day


def test_diff_of_two_days_names_rate_and_state() -> None:
    changes = {c.provision: c for c in diff_days(Book.shipped(), parse_day("2025-11-09"), parse_day("2025-11-10"))}
    assert "rate: 0.2 -> 0.1" in changes["us-fentanyl"].what
    assert changes["us-301-sts-100"].what == ("state: in_force -> suspended",)


def test_diff_names_goods_that_enter_a_list() -> None:
    changes = {c.provision: c for c in diff_days(Book.shipped(), parse_day("2025-09-07"), parse_day("2025-09-08"))}
    assert "+8505.11.00.70" in changes["us-recip-annex-ii"].goods


def test_diff_of_a_day_with_itself_is_empty() -> None:
    assert diff_days(Book.shipped(), parse_day("2025-06-01"), parse_day("2025-06-01")) == []


def test_diff_with_a_scenario_shows_the_scenario_alone() -> None:
    book = Book.shipped()
    new = book.with_(shipped_data() / "scenarios" / "no-deal-2025-11-01.yaml")
    assert new.hash != book.hash
    assert [c.provision for c in diff_books(book, new)] == ["us-scenario-100"]


def test_timeline_as_text_and_picture() -> None:
    book = Book.shipped()
    table = lines.rows(book, ["us-fentanyl", "us-recip-cn", "us-122"])
    first, after = parse_day("2025-01-01"), parse_day("2026-12-31")
    text = "\n".join(lines.text(table, first, after))
    assert "█" in text
    assert "░" in text
    picture = lines.svg(table, first, after, "Duties")
    root = ET.fromstring(picture)  # noqa: S314 - made here
    assert root.tag.endswith("svg")
    assert picture == lines.svg(table, first, after, "Duties")
    assert "<title" in picture


@pytest.mark.parametrize("kind", KINDS)
def test_template_passes_the_checks(kind, tmp_path) -> None:
    path = tmp_path / "us-new.yaml"
    path.write_text(template("us-new", kind, "2026-12-01"), encoding="utf-8")
    assert Book.shipped().with_(path).scenarios == ("us-new",)


def test_shipped_schema_is_the_model_s() -> None:
    shipped = json.loads((shipped_data() / "book" / "instrument.schema.json").read_text(encoding="utf-8"))
    assert shipped == instrument_schema()


def test_compiled_form_survives_the_trip() -> None:
    compiled = Book.shipped().compile("US", None, Reading.TEXT)
    again = Compiled.from_bytes(compiled.to_bytes())
    assert again.clauses == compiled.clauses
    np.testing.assert_array_equal(again.class_bits, compiled.class_bits)
    np.testing.assert_array_equal(again.days, compiled.days)
    assert again.gaps == compiled.gaps
    with pytest.raises((ValueError, KeyError, OSError)):
        Compiled.from_bytes(b"nothing of the kind")


def test_every_interval_of_both_books_can_be_planned() -> None:
    for into in ("US", "CN"):
        for reading in Reading:
            compiled = Book.shipped().compile(into, None, reading)
            for interval in range(len(compiled.days)):
                compiled.plan(interval)


def test_every_list_names_source_licence_and_confidence() -> None:
    for one in Book.shipped().lists.values():
        assert one.source
        assert one.licence
        assert one.confidence.split()[0].rstrip(",;:") in ("high", "medium", "memory"), (one.name, one.confidence)


def test_every_instrument_has_a_source_or_says_why_not() -> None:
    bare = [i.id for i in Book.shipped().instruments if not i.sources and not i.notes]
    assert not bare
