"""All or nothing: a bill, a set of suppliers or a set of owners of which a row has faults is left out whole.

What is left of it would be read as all there is: Chinese content that is too small, a listed owner that is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.io.portfolio.records import Book, Record

__all__ = ["leave_out_whole", "parties_in_doubt"]

_WORDS = {
    "materials": ("the bill of {id} has a row with faults: the whole bill is left out, so that its content is not known",
                  "the bill of {id} holds {part}, whose bill is left out: it is left out too"),
    "suppliers": ("a supplier of {id} has a row with faults: its supply is not simulated", ""),
}  # fmt: skip
_CURE = "Mend that row."


def leave_out_whole(sheet: str, pairs: Sequence[tuple[Record, Any]], book: Book) -> None:
    """Leave out every row of a good of which one row of this sheet is left out.

    Args:
        sheet: ``materials`` or ``suppliers``; others are passed by.
        pairs: Its records with what was made of them.
        book: Ids, and whether rows of the sheet are lost.
    """
    if sheet not in _WORDS:
        return
    ids, lost = _doubtful([record for record, _ in pairs], "good", "goods", book)
    if lost or sheet in book.torn:
        ids |= {record.text("good") for record, _ in pairs}
    doubt = dict.fromkeys(ids, "")
    if sheet == "materials":
        _spread(doubt, [(record.text("good"), record.text("material")) for record, _ in pairs])
    told: set[str] = set()
    for record, _ in pairs:
        good = record.text("good")
        if good not in doubt or record.left_out:
            continue
        if good not in told:
            told.add(good)
            said = _WORDS[sheet][bool(doubt[good])].format(id=good, part=doubt[good])
            record.tell(None, said, _CURE, "left_out", "warning")
        record.left_out = True


def _doubtful(records: Sequence[Record], column: str, sheet: str, book: Book) -> tuple[set[str], bool]:
    """Ids that rows with faults are about, or may be about where the id is misspelled; and whether that cannot be told."""
    found: set[str] = set()
    lost = False
    for record in records:
        if not record.left_out:
            continue
        text = record.text(column)
        its = [text] if text in book.ids.get(sheet, ()) else book.near(text, sheet) if text else []
        found.update(its)
        lost = lost or not its
    return found, lost


def _spread(doubt: dict[str, str], inside: Sequence[tuple[str, str]]) -> None:
    """Add the goods that hold one of these, with the part that it is."""
    grown = True
    while grown:
        grown = False
        for good, part in inside:
            if part in doubt and good not in doubt:
                doubt[good] = part
                grown = True


def parties_in_doubt(owners: Sequence[Record], book: Book) -> Mapping[str, str]:
    """Parties of whose owners a row has faults, each with why its own row is left out.

    Args:
        owners: Records of the sheet ``owners``.
        book: Ids, and whether rows of the sheet are lost.
    """
    ids, lost = _doubtful(owners, "party", "parties", book)
    if lost or "owners" in book.torn or "owners" in book.unread:
        why = "rows of the sheet owners are lost, so that nobody's owners are sure; it is left out with what points to it"
        return dict.fromkeys(book.ids.get("parties", ()), why)
    return dict.fromkeys(ids, "a row of its owners has faults, so that its owners are not sure; it is left out")
