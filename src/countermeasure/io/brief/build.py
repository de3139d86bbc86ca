"""A brief from what a person asked for: engines are made, scenarios are run side by side, command lines are written down."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.brief.cases import DEFAULT_SCENARIOS, PARTS, case_of, run_case
from countermeasure.brief.findings import Engines
from countermeasure.brief.write import brief_of, law_of
from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from countermeasure.brief.asked import Asked
    from countermeasure.brief.cases import Case
    from countermeasure.brief.model import Brief
    from countermeasure.brief.portfolio import Portfolio
    from countermeasure.brief.supplies import FirmCase
    from countermeasure.brief.write import Law
    from countermeasure.duty.line import Line
    from countermeasure.scenario.whole.model import Part
    from countermeasure.supply.firm.run import Firm

    Ran = tuple[dict[str, Part], tuple[str, ...], FirmCase | None]
    Running = Sequence[tuple[str, Callable[[], Ran]]]

__all__ = ["Asking", "all_kept", "begin", "brief_engines", "commands_of", "law_now", "whole_brief"]

_LINES = 40
"""As many entries have a command line of their own."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a brief is asked for.

    Attributes:
        portfolio: The portfolio, or what engines are asked already.
        on: Epoch day of the brief.
        source: How the portfolio is named on a command line; empty for the shipped example.
        known_on: Day of knowledge as text, or ``None``.
        reading: ``text``, ``announced`` or ``both``.
        scenarios: Names or files of scenarios over all engines.
        within: Days that are watched.
        draws: Sets of parameters of the chain.
        seed: Seed.
        cache: Folder of parts of scenarios that are done; ``None`` to keep none.
    """

    portfolio: Portfolio | Asked
    on: int
    source: str = ""
    known_on: str | None = None
    reading: str = "both"
    scenarios: tuple[str, ...] = DEFAULT_SCENARIOS
    within: int = 90
    draws: int = 100
    seed: int = 1
    cache: Path | None = None


def brief_engines(known_on: str | None, reading: str) -> Engines:
    """Engines of the law on the shipped book and the lists that are held.

    Raises:
        CodeError: If the day or the reading cannot be read.
    """
    from countermeasure.io.engines import duty_engine, license_engine

    return Engines(duty_engine(known_on, reading), license_engine(known_on, reading))


def law_now(asking: Asking, engines: Engines | None = None) -> Law:
    """All that needs no simulation.

    Args:
        asking: What is asked.
        engines: Engines that are kept warm; made here if absent.

    Raises:
        CodeError: If the day of knowledge or the reading cannot be read.
        InputError: If the portfolio cannot be turned into what an engine takes.
    """
    return law_of(asking.portfolio, engines or brief_engines(asking.known_on, asking.reading), asking.on, asking.within)


def all_kept(asking: Asking) -> bool:
    """Whether every part of every scenario is in the cache, so that other processes would only cost their start.

    Raises:
        NotFoundError: If there is no such scenario.
        BookError: If a scenario has faults.
    """
    if asking.cache is None or not asking.scenarios:
        return not asking.scenarios
    from countermeasure.scenario.whole.cache import kept_part, key_of
    from countermeasure.scenario.whole.model import Inputs
    from countermeasure.scenario.whole.read import load_whole
    from countermeasure.scenario.whole.run import parts_of

    for name in asking.scenarios:
        scenario = replace(load_whole(name), draws=asking.draws, seed=asking.seed)
        wanted = [part for part in parts_of(scenario) if part in PARTS]
        if any(kept_part(asking.cache, part, key_of(part, scenario, Inputs())) is None for part in wanted):
            return False
    return True


def begin(
    asking: Asking, firm: Firm | None, executor: Executor | None, progress: Callable[[str, int, int], None] | None = None
) -> Running:  # fmt: skip
    """Begin the runs of scenarios: at once with an executor, else when their results are asked for.

    Args:
        asking: What is asked.
        firm: The firm's parts; ``None`` for none.
        executor: Runs scenarios side by side.
        progress: Called with what is done, how far, and of how many; heard only without an executor.
    """
    if executor is not None:
        common = (firm, asking.on, asking.draws, asking.seed, asking.cache)
        return [(name, executor.submit(_ran, name, *common).result) for name in asking.scenarios]
    tell = progress or (lambda _what, _done, _of: None)

    def later(name: str) -> Callable[[], Ran]:
        return lambda: _ran(name, firm, asking.on, asking.draws, asking.seed, asking.cache, tell)

    return [(name, later(name)) for name in asking.scenarios]


def whole_brief(
    asking: Asking, law: Law, running: Running | None = None, progress: Callable[[str, int, int], None] | None = None
) -> Brief:  # fmt: skip
    """The whole brief.

    Args:
        asking: What is asked.
        law: What ``law_now`` found.
        running: Runs that ``begin`` began; begun here if absent.
        progress: Called with what is done, how far, and of how many.

    Raises:
        NotFoundError: If there is no such scenario.
        BookError: If a scenario has faults.
    """
    runs = begin(asking, law.asked.firm, None, progress) if running is None else running
    cases: list[Case] = []
    for done, (name, get) in enumerate(runs, start=1):
        cases.append(_case(name, law, get()))
        if progress is not None:
            progress("scenarios", done, len(runs))
    programmes = {p.id: p.name for p in law.engines.duty.compiled("US", law.engines.duty.readings[0]).programmes.values()}
    return brief_of(law, cases, list(commands_of(asking, law)), programmes)


def _case(name: str, law: Law, ran: Ran) -> Case:
    """A run of a scenario beside the law."""
    from countermeasure.scenario.whole.model import Outcome
    from countermeasure.scenario.whole.read import load_whole

    parts, kept, firm = ran
    scenario = load_whole(name, law.engines.license.book)
    return case_of(scenario, law, Outcome(scenario, parts, kept), firm)


def _ran(
    name: str,
    firm: Firm | None,
    on: int,
    draws: int,
    seed: int,
    cache: Path | None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Ran:
    """One scenario, in a process of its own or here."""
    from countermeasure.scenario.whole.model import Inputs
    from countermeasure.scenario.whole.read import load_whole

    inputs = Inputs(progress=progress, cache=cache)
    outcome, played = run_case(load_whole(name), firm, on, inputs, draws=draws, seed=seed, parts=PARTS)
    return dict(outcome.parts), outcome.kept, played


# ------------------------------------------------------------------------------------------------ commands


def commands_of(asking: Asking, law: Law) -> Iterator[tuple[str, str]]:
    """Command lines that give the numbers again, each with what it gives."""
    known = [] if asking.known_on is None else ["--known-on", asking.known_on]
    common = [*known, *(["--reading", asking.reading] if asking.reading != "both" else [])]
    source = ["--portfolio", asking.source] if asking.source else []
    scenarios = [word for name in asking.scenarios for word in ("--scenario", name)] or ["--scenario", "none"]
    whole = ["brief", *source, *scenarios, "--on", format_day(asking.on), *common, "--within", str(asking.within)]
    whole += ["--draws", str(asking.draws), "--seed", str(asking.seed)]
    yield _line([*whole, "--json"]), "every number of this brief, as JSON"
    yield _line([*whole, "--out", "brief.xlsx"]), "every table, whole"
    for name in asking.scenarios:
        yield _line(["scenario", "run", name, "--draws", str(asking.draws), "--seed", str(asking.seed)]), f"the scenario {name}"
    for line in law.asked.lines[:_LINES]:
        yield _line([*_duty(line), *common, "--explain"]), f"the duty of {line.line_id}, with its texts"


def _duty(line: Line) -> list[str]:
    """The command line of one entry."""
    words = ["duty", line.hts, "--origin", line.origin, "--on", format_day(line.on)]
    if line.into != "US":
        words += ["--into", line.into]
    if line.value_usd is not None:
        words += ["--value", f"{line.value_usd:.2f}"]
    for name, value in sorted({**line.facts, **line.shares}.items()):
        words += ["--fact", f"{name}={_fact(name, value, name in line.shares)}"]
    for unit, amount in sorted(line.quantities.items()):
        words += ["--quantity", f"{amount:.10g} {unit}"]
    if line.mode:
        words += ["--mode", line.mode]
    if line.chapter_98:
        words += ["--chapter-98", line.chapter_98]
    if line.chapter_98_value_usd is not None:
        words += ["--chapter-98-value", f"{line.chapter_98_value_usd:.2f}"]
    return words


def _fact(name: str, value: float, share: bool) -> str:
    if name.endswith("_on"):
        return format_day(int(value))
    if share or name.endswith("_share"):
        return f"{value:.10g}"
    return {0.0: "no", 1.0: "yes"}.get(float(value), f"{value:.10g}")


def _line(words: Sequence[str]) -> str:
    return shlex.join(["countermeasure", *words])
