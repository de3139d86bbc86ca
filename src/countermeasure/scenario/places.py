"""Places of economies in a baseline: by its own codes, by any code or name of a country, by the shipped economies and blocs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.codes.country import country, country_or_none
from countermeasure.errors import InputError
from countermeasure.trade.multi.economies import economies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["places_of", "places_of_words", "the_two"]


@lru_cache(maxsize=8)
def _iso2(countries: tuple[str, ...]) -> dict[str, int]:
    """Places of the countries of a baseline by two-letter code; groups have none."""
    own = economies().by_code
    found: dict[str, int] = {}
    for place, code in enumerate(countries):
        known = None if code in own and len(own[code].members) > 1 else country_or_none(code)
        if known is not None:
            found.setdefault(known.iso2, place)
    return found


def places_of(baseline: Baseline, word: str, notes: list[str] | None = None) -> list[int]:
    """Places that a word stands for.

    Args:
        baseline: Any.
        word: Code of the baseline, of a shipped economy or bloc, or a country by any code or name.
        notes: Is told where a country is only there as part of a larger economy.

    Raises:
        InputError: If the baseline has nothing of it.
        CodeError: If it is no country that is known.
    """
    if word in baseline.countries:
        return [baseline.country(word)]
    known, here = economies(), _iso2(baseline.countries)
    upper = word.strip().upper()
    if upper in known.by_code or upper in known.blocs:
        found = [place for code in known.resolve(upper) for place in _of_economy(baseline, code)]
    else:
        one = country(word)
        found = [here[one.iso2]] if one.iso2 in here else _of_economy(baseline, known.of_country.get(one.iso2, ""))
        if found and one.iso2 not in here and notes is not None:
            notes.append(f"{one.name} stands in {baseline.countries[found[0]]}: the change acts on all of it")
    if not found:
        raise InputError(
            f"the baseline has no economy of {word!r}",
            code="unknown_country",
            cure=f"It has {', '.join(baseline.countries[:40])}.",
        )
    return list(dict.fromkeys(found))


def _of_economy(baseline: Baseline, code: str) -> list[int]:
    """Places of a shipped economy: itself, or its members in a finer table."""
    if code in baseline.countries:
        return [baseline.country(code)]
    economy, here = economies().by_code.get(code), _iso2(baseline.countries)
    return [] if economy is None else [here[member] for member in economy.members if member in here]


def places_of_words(baseline: Baseline, words: Sequence[str], notes: list[str] | None = None) -> list[int]:
    """Places of several words: ``*`` is all, a leading minus takes out.

    Raises:
        InputError: If nothing is left, or as ``places_of``.
    """
    found: list[int] = []
    for word in words:
        if word == "*":
            found += range(len(baseline.countries))
        elif word.startswith("-"):
            out = set(places_of(baseline, word[1:], notes))
            found = [place for place in found if place not in out]
        else:
            found += places_of(baseline, word, notes)
    if not found:
        raise InputError(f"no economy is left of {' '.join(words)!r}", code="unknown_country", cure="Name one more.")
    return list(dict.fromkeys(found))


def the_two(baseline: Baseline) -> tuple[int, int] | None:
    """Places of the United States and China, where the baseline has both."""
    here = _iso2(baseline.countries)
    return (here["US"], here["CN"]) if {"US", "CN"} <= set(here) else None
