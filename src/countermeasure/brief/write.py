"""The brief of a portfolio: engines come in, a brief goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.brief.actions import actions_of
from countermeasure.brief.asked import Asked, asked_of
from countermeasure.brief.duty_sections import duty_section
from countermeasure.brief.findings import find
from countermeasure.brief.first_page import AS_IT_STANDS, applies_of, costs_of, said_of, turns_of
from countermeasure.brief.flow_sections import part_sections, scenario_law, supply_section
from countermeasure.brief.law_sections import law_section, parties_section
from countermeasure.brief.license_sections import license_section
from countermeasure.brief.model import Brief, FirstPage, ordered
from countermeasure.brief.supplies import hold_actions
from countermeasure.codes.day import format_day
from countermeasure.codes.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.brief.cases import Case
    from countermeasure.brief.findings import Engines, Findings
    from countermeasure.brief.model import Section
    from countermeasure.brief.portfolio import Portfolio

__all__ = ["Law", "brief_of", "law_of"]


@dataclass(frozen=True)
class Law:
    """What is known before any simulation.

    Attributes:
        asked: The portfolio as the engines were asked.
        found: Their answers.
        first: The first page without simulations.
        on: Epoch day of the brief.
        within: Days that are watched.
        engines: The engines.
    """

    asked: Asked
    found: Findings
    first: FirstPage
    on: int
    within: int
    engines: Engines


def law_of(portfolio: Portfolio | Asked, engines: Engines, on: int, within: int = 90) -> Law:
    """Ask the law of a portfolio: all that needs no simulation.

    Args:
        portfolio: The portfolio, or what engines are asked already.
        engines: Engines of one book, day of knowledge and readings.
        on: Epoch day of the brief.
        within: Days that are watched for changes.
    """
    asked = portfolio if isinstance(portfolio, Asked) else asked_of(portfolio)
    found = find(asked, engines, within)
    duty = engines.duty
    turns = turns_of(found, engines.license.book, on, within, duty.known_on, duty.readings)
    costs = costs_of(AS_IT_STANDS, found) if found.duties else ()
    actions = ordered(actions_of(asked, found, turns, on))
    first = FirstPage(
        said_of(asked, found, costs, turns, (), actions),
        tuple(_assumed(asked, found, engines)),
        applies_of(asked, found),
        turns,
        costs,
        (),
        actions,
    )
    return Law(asked, found, first, on, within, engines)


def brief_of(
    law: Law, cases: Sequence[Case] = (), commands: Sequence[tuple[str, str]] = (), programmes: Mapping[str, str] | None = None
) -> Brief:
    """Put a brief together.

    Args:
        law: What ``law_of`` found.
        cases: Scenarios that were run, in the order of reading.
        commands: Command lines that give the numbers again, each with what it gives.
        programmes: Names of programmes of duty by id.
    """
    asked, found = law.asked, law.found
    costs = [*law.first.costs, *(cost for case in cases for cost in case.costs)]
    firms = [case.firm for case in cases if case.firm is not None]
    stops = tuple(stop for firm in firms for stop in firm.stops)
    actions = ordered([*law.first.actions, *hold_actions(firms, law.on)])
    outcomes = [case.outcome for case in cases if case.outcome is not None]
    first = replace(
        law.first,
        said=said_of(asked, found, costs, law.first.turns, stops, actions),
        assumed=(*law.first.assumed, *_flows_assumed(cases)),
        costs=tuple(costs),
        stops=stops,
        actions=actions,
    )
    engines = law.engines
    book, known_on, readings = engines.license.book, engines.duty.known_on, engines.duty.readings
    sections: list[Section] = [
        scenario_law(law_section(found, book, law.first.turns, law.on, known_on, readings), outcomes),
        duty_section(asked, found, costs, programmes or {}),
        license_section(asked, found),
        parties_section(found),
    ]
    if firms or any("supply" in one.parts for one in outcomes):
        sections.append(supply_section(firms, outcomes))
    sections += part_sections(outcomes)
    sections[0] = replace(sections[0], assumptions=(*sections[0].assumptions, *asked.claims))
    return Brief(
        f"Brief of {asked.name}",
        _about(law, cases),
        law.on,
        known_on,
        law.within,
        first,
        tuple(sections),
        tuple(_stamp(law, cases)),
        tuple(commands),
    )


def _assumed(asked: Asked, found: Findings, engines: Engines) -> list[str]:
    """What the answers of the law rest on, the weightiest first."""
    rows = []
    weak = [what for what, _, confidence, _ in asked.claims if confidence in ("D", "U")]
    if weak:
        rows.append(
            f"The portfolio states without a document (D or U): {', '.join(weak[:4])}{' and more' if len(weak) > 4 else ''}."
        )
    assumed = {m.ask for a in found.licenses.values() for one in a.answers for m in one.missing if m.assumed}
    if assumed:
        rows.append(
            f"{len(assumed)} rare facts about licenses that nobody gave are taken as no; the section on licenses lists them."
        )
    open_facts = len(found.review.open_facts)
    if open_facts:
        rows.append(f"{open_facts} facts that decide a duty are open; least and greatest are over all their values.")
    if len(engines.duty.readings) > 1:
        rows.append("Two readings stand side by side: the law as published, and statements of governments honoured.")
    for (engine, why), what in _left_out(asked).items():
        rows.append(f"Not asked of the {engine} engine: {why} ({', '.join(what[:6])}{' and more' if len(what) > 6 else ''}).")
    return rows


def _left_out(asked: Asked) -> dict[tuple[str, str], list[str]]:
    """What no engine was asked, by engine and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for engine, what, why, _ in asked.left_out:
        found.setdefault((engine, why), []).append(what)
    return found


def _flows_assumed(cases: Sequence[Case]) -> list[str]:
    rows = []
    firms = [case for case in cases if case.firm is not None and case.firm.answer is not None]
    if firms:
        answer = firms[0].firm.answer if firms[0].firm is not None else None
        if answer is not None:
            rows.append(
                f"What stops rests on {answer.draws} draws of uncertain parameters with {answer.repeats} outcomes of licensing "
                "each; shares of draws are not probabilities."
            )
    return rows


def _about(law: Law, cases: Sequence[Case]) -> str:
    known = law.engines.duty.known_on
    what = "all that the book holds" if known is None else f"what was published by {format_day(known)}"
    scenarios = "; ".join(case.scenario.title for case in cases) or "none"
    return (
        f"{plural(len(law.asked.ids), 'shipment')}, as of {format_day(law.on)}, knowing {what}; watched for changes "
        f"{plural(law.within, 'day')}. "
        f"Scenarios: {scenarios}."
    )


def _stamp(law: Law, cases: Sequence[Case]) -> list[tuple[str, str]]:
    book = law.engines.license.book
    rows = [
        ("code", __version__),
        ("book", f"{book.version}, {book.hash}"),
        ("portfolio", law.asked.source or "given from a program"),
        ("day", format_day(law.on)),
        ("known on", "all that is in the book" if law.engines.duty.known_on is None else format_day(law.engines.duty.known_on)),
        ("readings", ", ".join(reading.value for reading in law.engines.duty.readings)),
    ]
    lists = next((whole.lists for whole in law.found.licenses.values()), ())
    rows += [("list", text) for text in lists]
    for case in cases:
        word = case.scenario.id
        rows.append(
            (f"scenario {word}", f"{case.scenario.title}; own instruments: {', '.join(case.scenario.instruments) or 'none'}")
        )
        if case.firm is not None and case.firm.answer is not None:
            answer = case.firm.answer
            rows.append(
                (
                    f"firm under {word}",
                    f"{answer.draws} draws, {answer.repeats} repeats, seed {answer.seed}, {answer.weeks} weeks",
                )
            )
        if case.outcome is not None:
            for name, part in case.outcome.parts.items():
                rows += [(f"{word}, {name}: {key}", value) for key, value in part.stamp]
    return rows
