"""Where the parties of a transaction stand: on which lists, for sure or possibly, and whom listed parties own.

A standing is a set of tokens: the list (``us-el``), the listing provision of the book (``cn-ecl-2026-11``), footnotes
(``us-el/4``),
the review policy of an Entity List entry (``us-el!denial``), the scope of 15 CFR 744.8 (``us-sdn/744.8``). A name that no list
holds is *not found*, which is less than cleared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from countermeasure.book.controls import NO, OPEN, YES
from countermeasure.parties.model import Band, Kind, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from countermeasure.book.model import PartyTest
    from countermeasure.licensing.transaction import Owner, Party
    from countermeasure.parties.model import Hit, ListedParty, PartyList
    from countermeasure.parties.search import PartyIndex

STATED = "stated"
"""Suffix of a token for a list on which the caller says a party stands, the announcement not being told."""
_CHINESE = ("cn-ecl", "cn-watch", "cn-uel", "cn-afsl")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one name.

    Attributes:
        known: Tokens that hold.
        possible: Tokens that may hold: hits that a person should look at.
        named: Whether there is a name or a statement at all.
        screened: Whether the name was searched.
        hits: What the search gave.
    """

    known: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    named: bool = True
    screened: bool = False
    hits: tuple[Hit, ...] = ()


def tokens_of(listed: ListedParty, on: int, live: Callable[[str], bool]) -> frozenset[str]:
    """Tokens of a list entry on a day.

    Args:
        listed: The entry.
        on: Epoch day.
        live: Whether a listing provision of the book lives on that day.
    """
    from countermeasure.parties.entity_list import requirement_of, review_of
    from countermeasure.parties.ownership.rules import in_744_8

    if not listed.listed_on(on):
        return frozenset()
    found = {listed.by} if listed.by else set()
    if not listed.by or live(listed.by):
        found.add(listed.list)
        found |= {f"{listed.list}/{note}" for note in listed.footnotes}
        if listed.list == "us-sdn" and in_744_8(listed.programmes):
            found.add("us-sdn/744.8")
        if listed.list in ("us-el", "us-meu"):
            review, requirement = review_of(listed), requirement_of(listed)
            kind = "case" if review == "case_by_case" else "denial" if review.endswith("denial") else "mixed"
            found.add(f"{listed.list}!{kind}")
            found.add(f"{listed.list}!{requirement}")
    return frozenset(found)


def stated_tokens(lists: Iterable[str]) -> frozenset[str]:
    """Tokens of lists that the caller names."""
    found: set[str] = set()
    for token in lists:
        found.add(token)
        base = token.split("/")[0].split("!")[0]
        found.add(base)
        if base in _CHINESE and token == base:
            found.add(f"{base}-{STATED}")
        if base == "us-el" and "!" not in token:
            found |= {"us-el!all", "us-el!unknown"}
    if "us-el" in found and not any(f"us-el!{kind}" in found for kind in ("ccl", "named", "projects", "all_but_named")):
        found.add("us-el!all")
    return frozenset(found)


@dataclass
class Register:
    """Screens names once and remembers what was found.

    Attributes:
        index: Search over the lists; ``None`` leaves names unscreened.
        lists: The lists behind the index.
    """

    index: PartyIndex | None = None
    lists: Sequence[PartyList] = ()
    _hits: dict[tuple[str, str, str], tuple[Hit, ...]] = field(default_factory=dict, repr=False)

    def screen(self, names: Iterable[Party | Owner]) -> None:
        """Search names that were not searched yet, together."""
        if self.index is None:
            return
        wanted: dict[tuple[str, str, str], Query] = {}
        for one in names:
            key = _key(one)
            if one.name and key not in self._hits and key not in wanted:
                wanted[key] = Query(
                    one.name,
                    one.country,
                    getattr(one, "address", ""),
                    getattr(one, "identifiers", ()),
                    kind=Kind.UNKNOWN,
                )
        if wanted:
            for key, hits in zip(wanted, self.index.search(list(wanted.values())), strict=True):
                self._hits[key] = hits

    def hits(self, one: Party | Owner) -> tuple[Hit, ...]:
        """Hits of a name that was screened."""
        return self._hits.get(_key(one), ())

    def standing(self, one: Party | Owner, on: int, live: Callable[[str], bool]) -> Standing:
        """Standing of a party or an owner on a day."""
        known = set(stated_tokens(one.lists))
        known |= {base for token in one.lists for base in _CHINESE if token.startswith(f"{base}-") and live(token)}
        possible: set[str] = set()
        hits = self.hits(one)
        for hit in hits:
            tokens = tokens_of(hit.party, on, live)
            (known if hit.band is Band.CONFIRMED else possible).update(tokens)
        unlisted = getattr(one, "unlisted", False)
        named = bool(one.name or one.lists or unlisted or getattr(one, "owners", ()))
        screened = (self.index is not None and bool(one.name)) or unlisted
        if unlisted:
            possible.clear()
        return Standing(frozenset(known), frozenset(possible - known), named, screened, hits)


def _key(one: Party | Owner) -> tuple[str, str, str]:
    return one.name, one.country, getattr(one, "address", "")


def fits(test: PartyTest, tokens: Iterable[str]) -> bool:
    """Whether any token is of a list that a test names."""
    return any(token == name or fnmatchcase(token, name) for token in tokens for name in test.lists)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer to one test of parties.

    Attributes:
        value: ``NO``, ``YES`` or ``OPEN``.
        assumed: Whether ``NO`` is an assumption, no party being named.
        words: Why, for a person.
        ask: What to ask where it is open.
        parties: Names it is about.
    """

    value: int
    assumed: bool = False
    words: str = ""
    ask: str = ""
    parties: tuple[str, ...] = ()


def judge(test: PartyTest, parties: Sequence[Party], register: Register, on: int, live: Callable[[str], bool]) -> Verdict:
    """Answer a test of parties."""
    able = [p for p in parties if not test.roles or set(p.roles) & set(test.roles)]
    if not any(p.name or p.lists or p.unlisted or p.owners for p in able):
        roles = ", ".join(r.replace("_", " ") for r in test.roles[-2:]) or "party"
        ask = f"Who is the {roles}? Name the parties so that they can be looked up."
        assumed = test.unnamed == "no"
        return Verdict(NO if assumed else OPEN, assumed, ask=ask)
    verdicts = [_one(test, p, register, on, live) for p in able]
    for value in (YES, OPEN):
        chosen = [v for v in verdicts if v.value == value]
        if chosen:
            return Verdict(
                value, False, "; ".join(v.words for v in chosen if v.words), next((v.ask for v in chosen if v.ask), ""),
                tuple(n for v in chosen for n in v.parties),
            )  # fmt: skip
    return Verdict(NO)


def _one(test: PartyTest, party: Party, register: Register, on: int, live: Callable[[str], bool]) -> Verdict:
    here = register.standing(party, on, live)
    shown = party.name or "the party"
    verdict = Verdict(NO)
    if test.through in ("direct", "either"):
        if fits(test, here.known):
            return Verdict(YES, words=f"{shown} is on {_listed(test, here)}", parties=(shown,))
        if fits(test, here.possible):
            best = next(h for h in here.hits if h.band is not Band.CONFIRMED and fits(test, tokens_of(h.party, on, live)))
            ask = f"Is {shown} the listed party {best.party.name!r} ({best.party.list}, score {best.score:.2f})?"
            verdict = Verdict(OPEN, words=f"{shown} may be {best.party.name} of {best.party.list}", ask=ask, parties=(shown,))
        elif here.named and not here.screened and not here.known and not party.owners:
            verdict = Verdict(OPEN, words=f"{shown} was not looked up", ask=f"Look up {shown} on the lists.", parties=(shown,))
    if test.through in ("ownership", "either"):
        owned = _owned(test, party, register, on, live)
        if owned.value == YES or (owned.value == OPEN and verdict.value == NO):
            return owned
    return verdict


def _listed(test: PartyTest, here: Standing) -> str:
    names = sorted(t for t in here.known if fits(test, (t,)))
    entry = next((h for h in here.hits if h.band is Band.CONFIRMED), None)
    text = ", ".join(names)
    return f"{text} (as {entry.party.name}, {entry.party.citation or entry.party.list})" if entry else text


def _owned(test: PartyTest, party: Party, register: Register, on: int, live: Callable[[str], bool]) -> Verdict:
    from countermeasure.licensing.holdings import owned_by

    if not party.owners:
        return Verdict(NO)
    seeds: dict[str, bool] = {}
    for owner in party.owners:
        here = register.standing(owner, on, live)
        if fits(test, here.known):
            seeds[owner.name] = True
        elif fits(test, here.possible):
            seeds[owner.name] = False
    found: Verdict = owned_by(test.rule, party, seeds, on)
    return found


def parties_json(
    parties: Sequence[Party], register: Register, on: int, live: Callable[[str], bool]
) -> list[Mapping[str, object]]:
    """Every party with where it was looked up and what was found."""
    rows: list[Mapping[str, object]] = []
    for party in parties:
        here = register.standing(party, on, live)
        rows.append(
            {
                "name": party.name,
                "roles": list(party.roles),
                "country": party.country,
                "lists": sorted(here.known),
                "possible": sorted(here.possible),
                "screened": here.screened and register.index is not None,
                "hits": [
                    {
                        "name": h.party.name,
                        "list": h.party.list,
                        "id": h.party.id,
                        "band": h.band.value,
                        "score": round(h.score, 4),
                        "citation": h.party.citation,
                        "requirement": h.party.requirement,
                        "review": h.party.review,
                    }
                    for h in here.hits[:5]
                ],
                "owners": [{"name": o.name, "lists": sorted(register.standing(o, on, live).known)} for o in party.owners],
            }
        )
    return rows


__all__ = ["STATED", "Register", "Standing", "Verdict", "fits", "judge", "parties_json", "stated_tokens", "tokens_of"]
