"""The firm's own parts under a scenario: what stops first, how much stock keeps it running."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.brief.model import Action, Stop
from countermeasure.codes.day import format_day
from countermeasure.errors import CountermeasureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

    from countermeasure.scenario.whole.model import Scenario
    from countermeasure.supply.firm.answer import Change, FirmAnswer
    from countermeasure.supply.firm.cover import Cover
    from countermeasure.supply.firm.run import Firm
    from countermeasure.supply.scenario import SupplyScenario

__all__ = ["FirmCase", "firm_case", "hold_actions"]

LEVEL = 0.1
"""Greatest share of draws that may stop with the stock that is advised: the line runs at the 90th percentile."""
_NEAR = 200
"""A scenario that begins within so many days of the brief is played from the week of the brief."""
_WEEK = 7


@dataclass(frozen=True, slots=True)
class FirmCase:
    """What a scenario does to the firm.

    Attributes:
        case: Title of the scenario.
        id: Its word.
        stops: Lines first, then parts that are not alone in a line.
        answer: All that the supply engine says of the firm; ``None`` where it could not be played.
        covers: Stock that keeps parts and lines running.
        note: From which week it was played, or why it was not.
    """

    case: str
    id: str
    stops: tuple[Stop, ...]
    answer: FirmAnswer | None
    covers: tuple[Cover, ...]
    note: str


def firm_case(
    scenario: Scenario,
    firm: Firm,
    on: int,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> FirmCase:
    """Play the firm against the chain of a scenario.

    Args:
        scenario: A scenario with a supply part.
        firm: The firm's parts.
        on: Epoch day of the brief; a scenario that begins near it is played from that week, as the stocks are counted then.
        draws: Sets of parameters.
        seed: Seed.
        executor: For blocks of draws.
        progress: Called with what is done, how far, and of how many.
    """
    from countermeasure.scenario.whole.blocks import supply_scenario
    from countermeasure.supply.firm.cover import cover_needed
    from countermeasure.supply.firm.run import run_firm
    from countermeasure.supply.outcome import run_supply

    try:
        asked, note = _started(supply_scenario(scenario), on)
        outcome = run_supply(asked, draws, seed, readings=("implied",), economy=False, executor=executor, progress=progress)
        market = outcome.buyers["implied"]
        answer = run_firm(outcome.simulation, firm, market, seed=seed)
        covers = cover_needed(outcome.simulation, firm, market, seed=seed, level=LEVEL, most=min(52, asked.weeks))
    except CountermeasureError as error:
        return FirmCase(scenario.title, scenario.id, (), None, (), f"{scenario.title}: the firm was not played: {error}")
    return FirmCase(scenario.title, scenario.id, tuple(_stops(scenario.title, answer, covers)), answer, covers, note)


def _started(asked: SupplyScenario, on: int) -> tuple[SupplyScenario, str]:
    """The scenario from the week of the brief, where it is near, and words on it."""
    monday = on - (on + 3) % _WEEK
    if asked.day0 == monday:
        return asked, f"{asked.title}: played from the week of {format_day(monday)}."
    if abs(asked.day0 - monday) > _NEAR:
        return asked, (
            f"{asked.title}: played in its own weeks from {format_day(asked.day0)}, as if "
            "the stocks of today had lain there then."
        )
    end = asked.day0 + _WEEK * asked.weeks
    moved = replace(asked, day0=monday, weeks=max(1, (end - monday) // _WEEK))
    return moved, (
        f"{asked.title}: played from the week of {format_day(monday)}, in which the stocks are taken as counted, instead of "
        f"{format_day(asked.day0)}; its dated practice keeps its days."
    )


def _stops(case: str, answer: FirmAnswer, covers: Sequence[Cover]) -> Iterator[Stop]:
    by_part = {cover.part: cover for cover in covers}
    alone = {one.parts for one in answer.outlooks if one.kind == "line"}
    for one in answer.outlooks:
        if one.kind == "part" and one.parts in alone:
            continue
        mine = [by_part[part] for part in one.parts]
        single = mine[0] if len(mine) == 1 else None
        yield Stop(
            case,
            one.kind,
            one.name,
            one.share_of_draws,
            tuple(None if week is None else answer.day0 + _WEEK * week for week in one.first_week_if),
            one.weeks_lost,
            one.lost_usd,
            None if single is None else single.now,
            None if single is None else single.hold,
            float(mine[0].most),
            one.stopped_by,
            answer.day0,
        )


def hold_actions(cases: Sequence[FirmCase], on: int) -> Iterator[Action]:
    """Stock to hold, a part at a time: the most that any scenario asks for, with what the others ask for.

    Args:
        cases: The firm under each scenario.
        on: Epoch day of the brief.
    """
    wanted: dict[str, list[tuple[FirmCase, Cover]]] = {}
    for case in cases:
        for cover in case.covers:
            wanted.setdefault(cover.part, []).append((case, cover))
    for found in wanted.values():
        found.sort(key=lambda pair: -_weight(pair[1]))
        if _weight(found[0][1]) > 0:
            yield _hold(found, on)


def _weight(cover: Cover) -> float:
    return float("inf") if cover.hold is None else max(cover.hold - cover.now, 0.0)


def _hold(found: Sequence[tuple[FirmCase, Cover]], on: int) -> Action:
    case, cover = found[0]
    answer = case.answer
    assert answer is not None  # noqa: S101 - covers come from an answer
    name, kind = (cover.line, "line") if cover.line else (cover.part, "part")
    outlook = answer.outlook(name, kind)
    part = answer.outlook(cover.part, "part")
    first = part.first_week_if[0] if part.share_of_draws else outlook.first_week_if[0]
    others = "".join(f'; {_enough(other)} under "{one.case}"' for one, other in found[1:])
    what = (
        f"Find another source of {cover.part}: no stock of up to {cover.most} weeks is enough"
        if cover.hold is None
        else f"Hold {cover.hold:.0f} weeks of {cover.part}; there are {cover.now:.1f}"
    )
    held = "" if cover.hold is None else f", with this stock of all its parts in at most {_percent(cover.level)}"
    earliest = (
        "" if first is None else f" The earliest stop (5 % of the draws that stop) is in the week of {_week(answer, first)}."
    )
    return Action(
        "hold",
        what,
        "your purchasing, with the suppliers of the part, while goods still move",
        on + _WEEK,
        f'Under "{case.case}" the {kind} {name} stops in {_percent(outlook.share_of_draws)} of draws with the stock there is'
        f"{held}{others}.{earliest}{_second([c for c in answer.changes if _about(c, kind, name)])} "
        "What holding it costs is not counted",
        (cover.part, *((cover.line,) if cover.line else ())),
        None if outlook.lost_usd is None else round(outlook.lost_usd[1], 0),
    )


def _enough(cover: Cover) -> str:
    return f"no stock of up to {cover.most} weeks is enough" if cover.hold is None else f"{cover.hold:.0f} weeks are enough"


def _week(answer: FirmAnswer, week: int) -> str:
    return format_day(answer.day0 + _WEEK * week)


def _about(change: Change, kind: str, name: str) -> bool:
    return (change.kind, change.name, change.what) == (kind, name, "second source")


def _second(changes: Sequence[Change]) -> str:
    if not changes or changes[0].avoided < 0.005:
        return ""
    one = changes[0]
    label = f"{one.label[0].upper()}{one.label[1:]}".replace("%", " %")
    return f" {label} brings it from {_percent(one.before)} to {_percent(one.after)} of draws."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
