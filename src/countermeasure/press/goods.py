"""Tariff numbers in a sentence, and the control lists whose items print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.press.model import Found

if TYPE_CHECKING:
    from countermeasure.book.load import Book
    from countermeasure.press.model import Sentence

__all__ = ["goods_in"]

_NUMBER = re.compile(r"(?<![\d.])(?!9[89])(\d{4}\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)(?![\d]|\.\d)")


def goods_in(sentence: Sentence, book: Book) -> list[Found]:
    """Tariff numbers of six to ten digits, written with points.

    Args:
        sentence: The sentence.
        book: Whose control lists are looked up.

    Returns:
        From left to right; the value is the number as written, the links are control lists with an item under it.
    """
    found = []
    for hit in _NUMBER.finditer(sentence.text):
        digits = hit[1].replace(".", "")
        lists = tuple(
            f"list:{name}"
            for name, one in book.control_lists.items()
            if any(number.startswith(digits[:6]) for item in one.items for number in item.hs)
        )
        note = "numbers printed in a control list never decide whether an item is controlled" if lists else ""
        found.append(Found("goods", sentence.place, hit.start(1), hit.end(1), hit[1], hit[1], "", lists, note))
    return found
