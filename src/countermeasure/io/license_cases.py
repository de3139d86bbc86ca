"""License and screening cases: the question in the form of a transaction file, the expected answer beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.book.model import DAY, Reading
from countermeasure.codes.country import country_or_none
from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError
from countermeasure.io.transactions import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from countermeasure.book.load import Book
    from countermeasure.licensing.answer import LicenseAnswer
    from countermeasure.licensing.engine import LicenseEngine

REGIMES = ("CN", "US")


class LicenseCases:
    """Runs cases of kind ``transaction`` and ``screen``; engines are made once per day of knowledge.

    Args:
        book: The book.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._engines: dict[int | None, LicenseEngine] = {}
        self._parts: tuple[Any, Any] | None = None

    def _lists(self) -> tuple[Any, Any]:
        if self._parts is None:
            from countermeasure.io.party_index import party_index
            from countermeasure.io.party_lists import party_lists

            lists = party_lists()
            self._parts = (party_index(lists), lists)
        return self._parts

    def engine(self, known_on: int | None) -> LicenseEngine:
        """The engine of a day of knowledge."""
        from countermeasure.licensing.engine import LicenseEngine

        if known_on not in self._engines:
            index, lists = self._lists()
            self._engines[known_on] = LicenseEngine(self._book, known_on, index=index, lists=lists)
        return self._engines[known_on]

    def differences(self, case: Mapping[str, Any], where: Callable[[tuple[str | int, ...]], str], number: int) -> Iterator[str]:
        """What differs between a case and its answer, in words."""
        known = parse_day(case["known_on"]) if case.get("known_on") else None
        if "screen" in case:
            yield from self._screened(case)
            return
        engine = self.engine(known)
        reader = Reader(where(()), number, where, ("transaction",), engine.book.control_facts)
        asked = reader.transaction({"id": case.get("id", "?"), **case["transaction"]})
        if reader.errors or asked is None:
            raise InputError("; ".join(f"{f.message}. {f.cure}" for f in reader.faults), where=reader.faults[0].file)
        answer = engine.license_for(asked)
        yield from _compare(case["expect"], answer)
        for name, state in (case["expect"].get("states") or {}).items():
            yield from _state(self._book, name.lower(), state, asked.on, known, case["expect"].get("reading", "text"))

    def _screened(self, case: Mapping[str, Any]) -> Iterator[str]:
        from countermeasure.parties.model import Query

        asked, expect = case["screen"], case["expect"]
        found = country_or_none(asked.get("country"))
        hits = self._lists()[0].search([Query(asked["name"], found.iso2 if found else "", asked.get("address", ""))])[0]
        if "list" in expect:
            hits = tuple(h for h in hits if h.party.list == expect["list"])
        if "party" in expect:
            hits = tuple(
                h for h in hits if h.party.name.casefold() == expect["party"].casefold() or h.party.id == expect["party"]
            )
        band = hits[0].band.value if hits else "none"
        wanted = expect.get("band", "confirmed")
        if band not in [w.strip() for w in wanted.split("|")]:
            best = f"{hits[0].party.name} at {hits[0].score:.2f}" if hits else "nothing"
            yield f"band is {band} ({best}), expected {wanted}"


def _compare(expect: Mapping[str, Any], answer: LicenseAnswer) -> Iterator[str]:
    reading = expect.get("reading", "text")
    for regime in REGIMES:
        if regime not in expect:
            continue
        one = answer.of(regime, reading)
        wanted = expect[regime]
        body = wanted if isinstance(wanted, dict) else {"answer": wanted}
        if "answer" in body and one.answer not in [w.strip() for w in body["answer"].split("|")]:
            behind = ", ".join(r.provision for r in one.reasons) or "no provision"
            open_ = "; ".join(m.fact for m in one.missing)
            yield f"{regime} is {one.answer} ({behind}{'; open: ' + open_ if open_ else ''}), expected {body['answer']}"
        named = {r.provision for r in (*one.reasons, *one.others)}
        for provision in body.get("provisions") or ():
            if provision.lower() not in named:
                yield f"{regime}: {provision} is not among {', '.join(sorted(named)) or 'none'}"
        for fact in body.get("missing") or ():
            if all(m.fact != fact for m in one.missing):
                yield f"{regime}: {fact} is not among the open facts {', '.join(m.fact for m in one.missing) or 'none'}"
        if "possible" in body and one.possible != body["possible"]:
            yield f"{regime}: may be as strict as {one.possible or 'the answer'}, expected {body['possible']}"
        if "complete" in body and one.complete != (body["complete"] == "yes"):
            yield f"{regime}: complete is {one.complete}: {'; '.join(one.because)}"
        for text in body.get("obligations") or ():
            if all(text.casefold() not in o.casefold() for o in one.obligations):
                yield f"{regime}: no obligation says {text!r}"


def _state(book: Book, name: str, expected: str, on: int, known_on: int | None, reading: str) -> Iterator[str]:
    record = book.replayed(known_on, Reading(reading))
    if name not in record.provisions:
        yield f"there is no provision {name}"
        return
    state = record.provisions[name].at(on * DAY).state.value
    if state != expected.replace("not_yet_effective", "not_yet"):
        yield f"{name} is {state}, expected {expected}"


__all__ = ["LicenseCases"]
