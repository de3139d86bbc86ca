"""Tables of words that names are made of: legal forms, abbreviations, places, Chinese words. Read once, on first use."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from importlib import resources

__all__ = ["Part", "Words", "han_table", "mended", "rows", "words"]


class Part(IntEnum):
    """What a word does in a name."""

    WORD = 0
    GENERIC = 1
    PLACE = 2
    LEGAL = 3
    STOP = 4
    PARTICLE = 5
    TITLE = 6
    NUMBER = 7
    INITIAL = 8
    GIVEN = 9
    MIDDLE = 10
    UNIT = 11


@dataclass(frozen=True, slots=True)
class Words:
    """Folding of words in Latin letters.

    Attributes:
        one: For a single word, what it is folded to and its part in a name.
        many: For the first word of a phrase, the phrases that start with it (longest first) as their words, what they are
            folded to, and the part.
        legal: Families of legal forms by form.
    """

    one: dict[str, tuple[str, Part]]
    many: dict[str, tuple[tuple[tuple[str, ...], str, Part], ...]]
    legal: dict[str, str]


def rows(name: str) -> list[dict[str, str]]:
    """Records of a shipped table; lines that start with ``#`` are its header of source and licence."""
    text = resources.files("countermeasure").joinpath("data", "parties", name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


@cache
def words() -> Words:
    """The folding of Latin words, from ``words_names.csv``, ``words_places.csv`` and ``words_legal.csv``."""
    one: dict[str, tuple[str, Part]] = {}
    many: dict[str, list[tuple[tuple[str, ...], str, Part]]] = {}

    def put(form: str, word: str, part: Part) -> None:
        split = tuple(form.split())
        if len(split) == 1:
            one.setdefault(form, (word, part))
        elif split:
            many.setdefault(split[0], []).append((split, word, part))

    legal = {row["form"]: row["family"] for row in rows("words_legal.csv")}
    for form, family in legal.items():
        put(form, family, Part.LEGAL)
    for row in rows("words_places.csv"):
        word = row["place"].replace(" ", "")
        for form in (row["place"], *_others(row)):
            put(form, word, Part.PLACE)
    names = rows("words_names.csv")
    for row in names:
        if " " not in row["word"]:
            put(row["word"], row["word"], Part[row["kind"].upper()])
    for row in names:
        for form in _others(row):
            put(form, row["word"].replace(" ", ""), Part[row["kind"].upper()])
    for row in rows("han_places.csv"):
        if row["english"]:
            for form in row["english"].split("|"):
                put(form, form.replace(" ", ""), Part.PLACE)
    ordered = {first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in many.items()}
    return Words(one, ordered, legal)


_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
_UNITHS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ORDINALS: dict[str, int] = {
    **{word: place for words_ in (_UNITS, _UNITHS) for place, word in enumerate(words_.split(), start=1)},
    **{word: place * 10 for place, word in enumerate(_TENS.split(), start=2)},
    **{word[:-1] + "ieth": place * 10 for place, word in enumerate(_TENS.split(), start=2)},
}
"""Numbers in words."""
SHORTEST = 6
"""Letters of the shortest word that is mended."""


@cache
def _near() -> dict[str, tuple[str, ...]]:
    """Common words by themselves with one letter left out."""
    found: dict[str, list[str]] = {}
    pinyin = {form for row in rows("han_places.csv") for form in (row["english"] or "").split("|")}
    for word, (_, part) in words().one.items():
        if word not in pinyin and len(word) >= SHORTEST and part in (Part.GENERIC, Part.LEGAL, Part.PLACE):
            for variant in _one_less(word):
                found.setdefault(variant, []).append(word)
    for word in ORDINALS:
        if len(word) >= SHORTEST - 1:
            for variant in _one_less(word):
                found.setdefault(variant, []).append(word)
    return {variant: tuple(dict.fromkeys(held)) for variant, held in found.items()}


def _one_less(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


@lru_cache(maxsize=400_000)
def mended(token: str) -> str:
    """A common word written with one slip, as it should be; any other word as it is.

    A slip is a letter too many, too few or another, or two exchanged. Short words are left alone, because their
    neighbours are names.
    """
    if len(token) < SHORTEST or token in words().one:
        return token
    from rapidfuzz.distance import OSA

    near = _near()
    for variant in sorted(_one_less(token)):
        for word in near.get(variant, ()):
            if OSA.distance(token, word) == 1 and (len(word) >= SHORTEST or len(token) > len(word)):
                return word
    return token


def _others(row: dict[str, str]) -> list[str]:
    return [form for form in (row["others"] or "").split("|") if form]


@cache
def han_table() -> dict[str, tuple[tuple[str, ...], Part]]:
    """Chinese words (simplified) with the ways they are printed in English, and their part; brands go first."""
    table: dict[str, tuple[tuple[str, ...], Part]] = {}
    for row in rows("han_brands.csv"):
        table.setdefault(row["han"], (tuple(row["english"].split("|")), Part.WORD))
    for row in rows("han_places.csv"):
        table.setdefault(row["han"], (tuple(filter(None, (row["english"] or "").split("|"))), Part.PLACE))
    for row in rows("han_words.csv"):
        table.setdefault(row["han"], (tuple(row["english"].split("|")), Part.GENERIC))
    return table
