"""What is kept between runs: equal to what is made, made again where the file is damaged or of another kind."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from countermeasure.book.cache import kept
from countermeasure.book.load import Book, shipped_data

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path))
    return tmp_path


def test_the_shipped_book_comes_back_as_it_was_read(folder: Path) -> None:
    first, again = Book.shipped.__wrapped__(), Book.shipped.__wrapped__()
    assert len(list(folder.glob("read-*.pickle"))) == 1
    assert first == again == Book.load(shipped_data())
    assert first.replayed().provisions.keys() == again.replayed().provisions.keys()


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps(["another", "kind"]), b"\x80\x05cnowhere\nnothing\n."])
def test_a_damaged_file_is_made_again(folder: Path, content: bytes) -> None:
    (folder / f"made-{'k' * 24}.pickle").write_bytes(content)
    assert kept("made", "k" * 64, dict, lambda: {"whole": 1}) == {"whole": 1}
    assert kept("made", "k" * 64, dict, lambda: {"never": 2}) == {"whole": 1}


def test_nothing_is_kept_where_caching_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERMEASURE_CACHE", "off")
    assert kept("made", "k" * 64, dict, lambda: {"made": 1}) == {"made": 1}
    assert not list(tmp_path.iterdir())
