"""What texts are held against, made once."""

import pytest

from countermeasure.book.load import Book
from countermeasure.codes.day import parse_day
from countermeasure.press.read import read_text, sources_of


@pytest.fixture(scope="session")
def sources():
    return sources_of(Book.shipped())


@pytest.fixture(scope="session")
def account(sources):
    """A function from a text and its day to its account."""

    def read(text, dated="2025-11-12", **more):
        return read_text(text, sources, dated=None if dated is None else parse_day(dated), **more)

    return read
