"""Words of a sentence in the form in which they are looked up, and tables of phrases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Match", "Phrases", "Token", "word_set", "words_of"]

Value = TypeVar("Value")

_WORD = re.compile(
    r"(?:U\.S\.A\.?|U\.S\.?|P\.R\.C\.?|U\.K\.?|E\.O\.?)(?![A-Za-z])"
    r"|\d+(?:[.,]\d+)*"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)?"
    r"|%|％|;|:|,"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SAME = {
    "percent": "%",
    "％": "%",
    "percentage-point": "points",
    "licence": "license",
    "licences": "licenses",
    "licencing": "licensing",
    "labour": "labor",
    "aluminium": "aluminum",
    "programme": "program",
    "u.s": "u.s.",
    "u.s.a": "u.s.",
    "u.s.a.": "u.s.",
    "usa": "u.s.",
    "p.r.c": "prc",
    "p.r.c.": "prc",
    "u.k": "uk",
    "u.k.": "uk",
    "e.o": "eo",
    "e.o.": "eo",
    "earths": "earths",
}
"""Spellings that count as one."""


def word_set(words: str) -> frozenset[str]:
    """Words parted by spaces, as a set."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word.

    Attributes:
        word: As it is looked up.
        start: Offset of its first character.
        end: Offset after it.
        capital: Whether it begins with a capital letter, is a number or Chinese.
    """

    word: str
    start: int
    end: int
    capital: bool


def words_of(text: str, *, phrase: bool = False) -> list[Token]:
    """Words of a text.

    Args:
        text: A sentence, or a phrase of a table.
        phrase: In a phrase ``us`` means the United States; in a sentence only ``US`` and ``U.S.`` do.
    """
    found: list[Token] = []
    for hit in _WORD.finditer(text):
        raw = hit[0]
        if _HAN.search(raw):
            found += _han(raw, hit.start())
            continue
        word = unicodedata.normalize("NFKC", raw).casefold().replace("’", "'")
        word = word.removesuffix("'s")
        if raw == "US" or (phrase and word == "us"):
            word = "u.s."
        found.append(Token(_SAME.get(word, word), hit.start(), hit.end(), raw[0].isupper() or raw[0].isdigit()))
    return _joined(found)


def _han(raw: str, start: int) -> list[Token]:
    """Chinese, a token for each character; other letters between them stay words."""
    parts = re.finditer(r"[\u3400-\u9fff]|[^\u3400-\u9fff]+", raw)
    return [Token(one[0].casefold(), start + one.start(), start + one.end(), True) for one in parts]


def _joined(found: list[Token]) -> list[Token]:
    """``per cent`` becomes a percent sign, ``u s`` the United States, ``percentage points`` points."""
    joined: list[Token] = []
    for token in found:
        last = joined[-1] if joined else None
        pair = (last.word, token.word) if last else ("", "")
        if last and pair in (("per", "cent"), ("u", "s"), ("percentage", "points"), ("percentage", "point"), ("%", "points")):
            word = {"cent": "%", "s": "u.s."}.get(token.word, "points")
            joined[-1] = Token(word, last.start, token.end, last.capital)
        else:
            joined.append(token)
    return joined


@dataclass(frozen=True, slots=True)
class Match(Generic[Value]):
    """A phrase that stands in a sentence: places of its first word and of the word after it, and what it means."""

    first: int
    after: int
    value: Value


@dataclass(slots=True)
class Phrases(Generic[Value]):
    """A table from phrases to what they mean; of phrases that overlap the longest counts.

    Attributes:
        cased: Whether each word must begin with a capital, as in names.
    """

    cased: bool = False
    _table: dict[str, list[tuple[tuple[str, ...], Value]]] = field(default_factory=dict)
    _sorted: bool = False

    def add(self, phrase: str, value: Value) -> None:
        """Add a phrase; one that holds no word is left out."""
        words = tuple(token.word for token in words_of(phrase, phrase=True))
        rows = self._table.setdefault(words[0], []) if words else []
        if words and (words, value) not in rows:
            rows.append((words, value))
            self._sorted = False

    def find(self, tokens: Sequence[Token]) -> list[Match[Value]]:
        """Phrases in a sentence, from left to right; of several values of one phrase all are told."""
        if not self._sorted:
            for rows in self._table.values():
                rows.sort(key=lambda row: -len(row[0]))
            self._sorted = True
        found: list[Match[Value]] = []
        at = 0
        while at < len(tokens):
            length = 0
            for words, value in self._table.get(tokens[at].word, ()):
                if length and len(words) < length:
                    break
                if self._stands(words, tokens, at):
                    found.append(Match(at, at + len(words), value))
                    length = len(words)
            at += length or 1
        return found

    def _stands(self, words: tuple[str, ...], tokens: Sequence[Token], at: int) -> bool:
        part = tokens[at : at + len(words)]
        if len(part) < len(words) or any(one.word != word for one, word in zip(part, words, strict=True)):
            return False
        return not self.cased or all(one.capital or len(one.word) < 4 for one in part)
