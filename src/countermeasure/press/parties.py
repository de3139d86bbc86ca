"""Parties of the shipped lists that a sentence names.

Only a name that stands there whole counts, legal form aside: a name of one word must be the entry's own and no plain word.
Whoever is not found may be listed all the same; screening is the command for that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.press.model import Found
from countermeasure.press.tokens import Phrases, word_set, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.parties.model import PartyList
    from countermeasure.press.model import Sentence
    from countermeasure.press.tokens import Token

__all__ = ["Party", "parties_in", "party_phrases"]

Party = tuple[str, str]
"""List and id of an entry."""

_LEGAL = word_set(
    "co company corp corporation inc incorporated llc ltd limited plc gmbh ag sa group holding holdings "
    "technologies technology lp"
)
"""Words at the end of a name that may be left out, where two words stay."""
_FORMS = word_set("co company corp corporation inc incorporated llc ltd limited plc gmbh ag sa lp")
_LEAST = 5


def party_phrases(lists: Iterable[PartyList], stops: frozenset[str]) -> Phrases[Party]:
    """Names of all entries as phrases.

    Args:
        lists: Lists of parties.
        stops: Folded names that are plain words.
    """
    table: Phrases[Party] = Phrases(cased=True)
    for one in lists:
        for party in one.parties:
            forms: dict[str, None] = {}
            for name in (party.name, *party.aliases):
                for form in _forms(name):
                    forms.setdefault(form)
            for form in forms:
                if form.casefold() not in stops and _telling(form):
                    table.add(form, (one.code, party.id))
    return table


def _forms(name: str) -> Iterable[str]:
    """A name without what stands in brackets, then without its legal form, then what stands in brackets if it is short."""
    bare = re.sub(r"\s*\([^)]*\)", "", name).strip(" ,")
    yield bare
    words = bare.replace(",", " ").split()
    while len(words) > 1 and words[-1].strip(".,").casefold() in _FORMS:
        words = words[:-1]
        yield " ".join(words)
    inner = re.search(r"\(([A-Za-z0-9][\w -]{2,20})\)\s*$", name)
    if inner:
        yield inner[1]


def _telling(form: str) -> bool:
    """Whether a form can stand for a party: two words that are no legal forms, or one long one, or capitals."""
    words = words_of(form)
    if any("\u3400" <= c <= "\u9fff" for c in form):
        return len(form) >= _LEAST
    plain = [w.word for w in words if w.word not in _LEGAL and not w.word.isdigit()]
    if len(words) >= 2 and plain:
        return len(plain) >= 2 or len(plain[0]) >= 3
    return bool(plain) and (len(plain[0]) >= _LEAST or (form.isupper() and len(form) >= 3))


def parties_in(sentence: Sentence, tokens: Sequence[Token], table: Phrases[Party]) -> list[Found]:
    """Entries named in a sentence, one for each list a name stands on."""
    found: list[Found] = []
    for match in table.find(tokens):
        start, end = tokens[match.first].start, tokens[match.after - 1].end
        code, entry = match.value
        one = Found("party", sentence.place, start, end, sentence.text[start:end], code, "", (entry,))
        same = next((n for n, f in enumerate(found) if (f.start, f.value) == (start, code)), None)
        if same is None:
            found.append(one)
        else:
            links = (*found[same].links, entry)
            found[same] = Found("party", sentence.place, start, end, one.words, code, "", tuple(dict.fromkeys(links)))
    return found
