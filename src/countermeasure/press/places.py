"""Countries and customs territories named in a sentence, by name, people or seat of government."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.codes.country import COUNTRIES
from countermeasure.press.model import Found
from countermeasure.press.tokens import Phrases, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Sentence
    from countermeasure.press.tokens import Token
    from countermeasure.press.vocabulary import Vocabulary

__all__ = ["places_in"]

_LEAST = 4
"""Letters of a name of one word; shorter aliases of countries are words of other kinds too often."""


def places_in(
    sentence: Sentence, tokens: Sequence[Token], words: Vocabulary, taken: Sequence[tuple[int, int]] = ()
) -> list[Found]:
    """Countries.

    Args:
        sentence: The sentence.
        tokens: Its words.
        words: The vocabulary.
        taken: Spans of names of parties; a country within one is part of the name.

    Returns:
        From left to right, each with a code as its value.
    """
    found: list[Found] = []
    own = words.places.find(tokens)
    used = {place for match in own for place in range(match.first, match.after)}
    named = [m for m in _names().find(tokens) if not used & set(range(m.first, m.after))]
    for match in sorted((*own, *named), key=lambda one: one.first):
        start, end = tokens[match.first].start, tokens[match.after - 1].end
        if match.value == "-" or any(a <= start < b for a, b in taken):
            continue
        found.append(Found("place", sentence.place, start, end, sentence.text[start:end], match.value))
    return found


@lru_cache(maxsize=1)
def _names() -> Phrases[str]:
    """Names and aliases of all countries, without those that are short or in capitals alone."""
    table: Phrases[str] = Phrases(cased=True)
    for entry in COUNTRIES:
        for name in (entry.name, *entry.aliases):
            plain = "".join(c for c in name if c.isalpha())
            if len(plain) >= _LEAST and not (name.isupper() and len(words_of(name)) == 1):
                table.add(name, entry.iso2)
    return table
