"""Tables of words that names are made of: legal forms, abbreviations, places, Chinese words. Read once, on first use."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources

__all__ = ["Part", "Words", "han_table", "rows", "words"]


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


def _others(row: dict[str, str]) -> list[str]:
    return [form for form in (row["others"] or "").split("|") if form]


@cache
def han_table() -> dict[str, tuple[tuple[str, ...], Part]]:
    """Chinese words (simplified) with the ways they are printed in English, and their part; brands go before places and words."""
    table: dict[str, tuple[tuple[str, ...], Part]] = {}
    for row in rows("han_brands.csv"):
        table.setdefault(row["han"], (tuple(row["english"].split("|")), Part.WORD))
    for row in rows("han_places.csv"):
        table.setdefault(row["han"], (tuple(filter(None, (row["english"] or "").split("|"))), Part.PLACE))
    for row in rows("han_words.csv"):
        table.setdefault(row["han"], (tuple(row["english"].split("|")), Part.GENERIC))
    return table
