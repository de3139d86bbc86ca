"""Measures that a sentence names: by the words of the press, by number, by heading, by item."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.press.citations import citations_of
from countermeasure.press.model import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.load import Book
    from countermeasure.press.citations import Citations
    from countermeasure.press.model import Sentence
    from countermeasure.press.tokens import Token
    from countermeasure.press.vocabulary import Named, Vocabulary

__all__ = ["Gazetteer", "gazetteer", "measures_in"]


@dataclass(frozen=True)
class Gazetteer:
    """All names under which a measure can be meant.

    Attributes:
        words: The vocabulary.
        citations: What can be cited.
        issuers: Country by instrument.
        imposed: Provisions imposed, by instrument.
    """

    words: Vocabulary
    citations: Citations
    issuers: dict[str, str]
    imposed: dict[str, tuple[str, ...]]

    def patterns(self, key: str, links: tuple[str, ...]) -> tuple[str, ...]:
        """Provisions that a measure means: those of the vocabulary, or all that an instrument imposes."""
        named = self.words.named.get(key)
        if named is not None:
            return named.patterns
        if key in self.imposed:
            return tuple(dict.fromkeys(p for link in links for p in self.imposed.get(link, ())))
        return links

    def issuer(self, key: str, links: tuple[str, ...]) -> str:
        """Country whose measure it is; empty where both sides have one."""
        named = self.words.named.get(key)
        if named is not None:
            return named.issuer
        if key in self.issuers:
            return self.issuers[key]
        return "US" if key[:2] in ("98", "99") else "CN" if any(link.startswith("list:cn-") for link in links) else ""

    def named(self, key: str) -> Named | None:
        """The row of the vocabulary, where the key is one."""
        return self.words.named.get(key)


def gazetteer(book: Book, words: Vocabulary) -> Gazetteer:
    """Gather the names of a book."""
    imposed = {one.id: tuple(dict.fromkeys(a.targets[0] for a in one.acts if a.kind == "impose")) for one in book.instruments}
    return Gazetteer(words, citations_of(book), {one.id: one.issuer for one in book.instruments}, imposed)


def measures_in(
    sentence: Sentence, tokens: Sequence[Token], names: Gazetteer, year: int | None, *, context: bool
) -> list[Found]:
    """Measures.

    Args:
        sentence: The sentence.
        tokens: Its words.
        names: All names.
        year: Year of the text, for numbers of announcements without one.
        context: Whether announcements are spoken of shortly before.

    Returns:
        From left to right; the value is a key of the vocabulary, an instrument, a heading or a code of an item. It is empty for
        a number that the book does not hold.
    """
    found: list[Found] = []
    for match in names.words.measures.find(tokens):
        start, end = tokens[match.first].start, tokens[match.after - 1].end
        found.append(
            Found("measure", sentence.place, start, end, sentence.text[start:end], match.value.key, "", match.value.patterns)
        )
    spans = [(one.start, one.end) for one in found]
    for cited in names.citations.cited(sentence.text, year, context=context):
        if any(start <= cited.start < end for start, end in spans):
            continue
        note = "" if cited.key else "the book has no instrument of this number"
        if cited.key and not cited.links:
            note = "the book has no provision of this number"
        found.append(Found("measure", sentence.place, cited.start, cited.end, cited.words, cited.key, "", cited.links, note))
    found += _sections(sentence, found)
    return sorted(found, key=lambda one: one.start)


_SECTION = re.compile(r"\bSection (301|232|201)\b(?! of the Trade (?:Act|Expansion))", re.IGNORECASE)
_DUTY_AFTER = re.compile(r"^[^.;]{0,24}?\b(?:dut(?:y|ies)|tariffs?|levies|levy)\b", re.IGNORECASE)


def _sections(sentence: Sentence, found: Sequence[Found]) -> list[Found]:
    """``a new Section 301 duty of 35 %``: a section with a duty close behind, where no longer name stands."""
    more = []
    for hit in _SECTION.finditer(sentence.text):
        after = _DUTY_AFTER.match(sentence.text[hit.end() :])
        taken = any(one.start < hit.end() + (after.end() if after else 0) and hit.start() < one.end for one in found)
        if after and not taken and hit[1] == "301":
            end = hit.end() + after.end()
            more.append(
                Found(
                    "measure",
                    sentence.place,
                    hit.start(),
                    end,
                    sentence.text[hit.start() : end],
                    "us-301",
                    "",
                    ("us-301-list-*", "us-301-31*"),
                )
            )
    return more
