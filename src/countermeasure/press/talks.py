"""Meetings of the two sides that a sentence speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.press.model import Found
from countermeasure.press.tokens import Phrases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Sentence
    from countermeasure.press.tokens import Token
    from countermeasure.press.vocabulary import Vocabulary

__all__ = ["talks_in"]


def talks_in(sentence: Sentence, tokens: Sequence[Token], words: Vocabulary, dated: int | None) -> list[Found]:
    """Meetings.

    Args:
        sentence: The sentence.
        tokens: Its words.
        words: The vocabulary.
        dated: Epoch day of the text; a meeting of a later day is not meant.

    Returns:
        From left to right, each meeting once; the value is its key, the links are rows of the record.
    """
    found: dict[str, Found] = {}
    for match in words.talks.find(tokens):
        one = match.value
        if (dated is not None and dated < one.since) or one.key in found or not _spoken(one.needs, tokens):
            continue
        start, end = tokens[match.first].start, tokens[match.after - 1].end
        found[one.key] = Found("talks", sentence.place, start, end, sentence.text[start:end], one.key, "", one.events)
    return list(found.values())


def _spoken(needs: tuple[str, ...], tokens: Sequence[Token]) -> bool:
    """Whether one of the words that a meeting needs stands in the sentence."""
    if not needs:
        return True
    table: Phrases[str] = Phrases()
    for need in needs:
        table.add(need, need)
    return bool(table.find(tokens))
