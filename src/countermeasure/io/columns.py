"""Names of columns: from what the user wrote to what is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.io.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["match_columns", "plain_name"]


def plain_name(name: str) -> str:
    """Bring a column name to the form in which names are compared: no case, spaces, dashes, underscores."""
    return re.sub(r"[\s_\-\u00a0\u2010-\u2015]+", "", name).casefold()


def match_columns(
    header: Sequence[str | None],
    names: Mapping[str, Sequence[str]],
    required: Sequence[str],
    file: str,
    row: int | None,
) -> tuple[dict[str, int], list[Fault]]:
    """Find the columns that are meant.

    Args:
        header: Names in the file.
        names: For each column its other names.
        required: Columns that must be there.
        file: Name used in faults.
        row: Row of the header, or None.

    Returns:
        For each column found its place in the header, in the order of the header; and faults: repeated
        columns (the first is used), missing ones (errors), unknown ones (warnings, with near names), columns
        without name (warnings).
    """
    meant = {plain_name(word): name for name, others in names.items() for word in (name, *others)}
    found: dict[str, int] = {}
    unknown: list[Fault] = []
    faults: list[Fault] = []
    for index, written in enumerate(header):
        if written is None or not written.strip():
            continue
        name = meant.get(plain_name(written))
        if name is None:
            unknown.append(_unknown(written, meant, names, file, row))
        elif name in found:
            first = header[found[name]]
            faults.append(
                Fault(
                    file,
                    row,
                    name,
                    written,
                    f"the column {name} stands twice, as {first!r} and {written!r}; the first is used",
                    "Remove or rename one of the two.",
                    "duplicate_column",
                )
            )
        else:
            found[name] = index
    shown = ", ".join(text for text in header if text) or "no names"
    faults.extend(
        Fault(
            file,
            row,
            name,
            None,
            f"the column {name} is missing; the header holds {shown}",
            _add(name, names.get(name, ())),
            "missing_column",
        )
        for name in required
        if name not in found
    )
    return found, faults + unknown


def _add(name: str, others: Sequence[str]) -> str:
    return f"Add a column {name} (also understood: {', '.join(others)})." if others else f"Add a column {name}."


def _unknown(written: str, meant: Mapping[str, str], names: Mapping[str, Sequence[str]], file: str, row: int | None) -> Fault:
    from rapidfuzz import fuzz, process

    hits = process.extract(plain_name(written), list(meant), scorer=fuzz.ratio, limit=3, score_cutoff=70)
    near = list(dict.fromkeys(meant[word] for word, _, _ in hits))
    cure = (
        f"Did you mean {' or '.join(near)}?"
        if near
        else f"Known columns: {', '.join(list(names)[:12])} and {max(len(names) - 12, 0)} more; see docs/reference/files.md."
    )
    return Fault(
        file,
        row,
        written,
        None,
        f"the column {written!r} is not known and is not read",
        cure,
        "unknown_column",
        "warning",
    )
