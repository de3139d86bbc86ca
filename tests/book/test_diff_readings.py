"""What a statement changes: the two readings compared on a day."""

from __future__ import annotations

from functools import lru_cache

from countermeasure.book.diff import diff_readings
from countermeasure.book.load import Book
from countermeasure.codes.day import parse_day


def test_the_truce_of_november_2026_stands_by_statement_alone():
    book, day = Book.shipped(), parse_day("2026-11-20")
    found = {c.provision: c.what for c in diff_readings(book, day)}
    assert found["cn-2025-61.1.1"] == ("state: in_force -> suspended",)
    assert "us-fentanyl" not in found


def test_compiled_forms_at_hand_change_nothing():
    book, day = Book.shipped(), parse_day("2025-11-11")
    at_hand = lru_cache(lambda into, reading: book.compile(into, None, reading))
    assert diff_readings(book, day, None, at_hand) == diff_readings(book, day)


def test_without_statements_the_readings_are_one():
    book = Book.shipped()
    known = min(i.published_on for i in book.instruments if i.kind == "statement") - 1
    assert not any(i.kind == "statement" for i in book.instruments if i.published_on <= known)
    assert diff_readings(book, parse_day("2025-03-01"), known) == []
