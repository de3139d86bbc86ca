"""The search index over party lists, kept in the cache between runs: building takes seconds, reading does not."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.book.cache import cache_dir, content_hash, write_atomically

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

    folder = cache_dir()
    parts = [(f"{one.code}@{one.as_of}:{one.hash}:{len(one.parties)}", b"") for one in lists]
    key = content_hash([(f"parties/{FORM}/{__version__}", b""), *parts, *_makers()])
    path = folder / f"parties-{key[:24]}.pickle" if folder else None
    if path is not None and path.exists():
        try:
            found = pickle.loads(path.read_bytes())  # noqa: S301 - written by this program into the user's own cache
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, OSError, TypeError, ValueError):
            path.unlink(missing_ok=True)
        else:
            if isinstance(found, PartyIndex):
                return found
    built = PartyIndex.build(lists)
    if path is not None:
        write_atomically(path, pickle.dumps(built, protocol=5))
    return built


def _makers() -> list[tuple[str, bytes]]:
    """The code and tables that make an index: a change of either makes another."""
    room = Path(__file__).parent.parent
    files = [*sorted((room / "parties").glob("*.py")), *sorted((room / "data" / "parties").glob("*words*.csv"))]
    files += sorted((room / "data" / "parties").glob("han_*.csv"))
    return [(path.name, path.read_bytes()) for path in files]


__all__ = ["party_index"]
