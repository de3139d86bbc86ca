"""The search index over party lists, kept in the cache between runs: building takes seconds, reading does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.book.cache import code_of, content_hash, kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex

FORM = 1
"""Number of the cached form; raise it when the index changes its meaning."""


def party_index(lists: Sequence[PartyList]) -> PartyIndex:
    """The index over some lists, from the cache where it can be had.

    Args:
        lists: Editions; their codes, days and hashes name the cached index.
    """
    from countermeasure.parties.search import PartyIndex

    parts = [(f"{one.code}@{one.as_of}:{one.hash}:{len(one.parties)}", b"") for one in lists]
    key = content_hash([(f"parties/{FORM}/{__version__}", b""), *parts, *_makers()])
    return kept("parties", key, PartyIndex, lambda: PartyIndex.build(lists))


def _makers() -> list[tuple[str, bytes]]:
    """The code and tables that make an index: a change of either makes another."""
    room = Path(__file__).parent.parent
    data = room / "data" / "parties"
    files = [*sorted(data.glob("*words*.csv")), *sorted(data.glob("han_*.csv"))]
    return [*code_of("parties"), *((path.name, path.read_bytes()) for path in files)]


__all__ = ["party_index"]
