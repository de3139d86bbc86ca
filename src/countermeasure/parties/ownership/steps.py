"""The steps of a proof, from the listed to an entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.parties.ownership.fixpoint import tables_of
from countermeasure.parties.ownership.judge import NOT, POSSIBLE
from countermeasure.parties.ownership.proof import Stake, Step
from countermeasure.parties.ownership.trace import cases, held_by, list_words, remark, total

if TYPE_CHECKING:
    from countermeasure.parties.ownership.fixpoint import Reach
    from countermeasure.parties.ownership.holdings import Holdings
    from countermeasure.parties.ownership.judge import Result

__all__ = ["steps_to"]


def steps_to(result: Result, number: int) -> tuple[Step, ...]:
    """Every entity that the status rests on, by round; for one that is not reached, what is held in it and falls short."""
    lower, upper = _walks_of(result, number)
    if lower.round[number] < 0 and upper.round[number] < 0:
        return (_below(result, number, lower, upper),)
    reach = lower if lower.round[number] >= 0 else upper
    found: dict[int, Step] = {}
    waiting = [number]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        step, owners = _step(result, here, reach, lower, upper)
        found[here] = step
        waiting.extend(owners)
    return tuple(sorted(found.values(), key=lambda s: (s.round, s.entity)))


def _walks_of(result: Result, number: int) -> tuple[Reach, Reach]:
    """The walks to show: those of the group of seeds that reaches the entity first, or holds most of it."""
    several = list(cases(result, number))
    if not several:
        return result.lower, result.upper
    for kind in (0, 1):
        reached = [case for case in several if case[kind].round[number] >= 0]
        if reached:
            return min(reached, key=lambda case: int(case[kind].round[number]))
    return max(several, key=lambda case: held_by(result, number, *case)[1])


def _step(result: Result, number: int, reach: Reach, lower: Reach, upper: Reach) -> tuple[Step, list[int]]:
    graph, own_round = result.graph, int(reach.round[number])
    name, label = graph.id(number), graph.label(number)
    sure = bool(lower.round[number] >= 0)
    if own_round == 0:
        listings = [s for s in (*result.seeds.sure, *result.seeds.possible) if s.party == name]
        return Step(0, name, label, "listed", listings=tuple(map(list_words, listings)), sure=sure), []
    for kind in ("branch", "control") if result.rule.control_counts else ("branch",):
        link = result.view.links[kind]
        for place in link.into(number):
            owner = int(link.owner[place])
            if reach.round[owner] == own_round - 1:
                stake = Stake(graph.id(owner), graph.label(owner), name, kind, 0, 0, _is(owner, lower, upper), carries=True,
                              source=_source(result, int(link.edge[place])))  # fmt: skip
                return Step(own_round, name, label, kind, stakes=(stake,), sure=sure), [owner]
    upward = reach is not lower or lower.round[number] < 0
    best: tuple[Holdings, list[int], int] | None = None
    for table in tables_of(result.view, result.rule):
        rows = np.fromiter(table.stakes_in(number), np.intp)
        before = (reach.round[table.owner[rows]] >= 0) & (reach.round[table.owner[rows]] < own_round)
        mine = rows[before]
        mine = mine[np.argsort(-(table.high if upward else table.low)[mine], kind="stable")]
        share = total(table, number, mine, upward=upward)
        if best is None or share > best[2]:
            best = table, mine.tolist(), share
    if best is None:
        return Step(own_round, name, label, "stakes", sure=sure), []
    table, places, _ = best
    need = _least_that_carry(result, table, number, places, upward=upward)
    stakes = [_stake(result, table, p, lower, upper, carries=i < need) for i, p in enumerate(places)]
    later = [p for p in table.stakes_in(number) if p not in set(places) and upper.round[table.owner[p]] >= 0]
    stakes += [_stake(result, table, p, lower, upper) for p in later if table.owner[p] != number]
    chosen = np.array(places[:need], np.intp)
    low, high = total(table, number, chosen, upward=False), total(table, number, chosen, upward=True)
    step = Step(own_round, name, label, "stakes", low, max(low, high), tuple(stakes), sure=sure)
    return step, [int(table.owner[p]) for p in places[:need]]


def _least_that_carry(result: Result, table: Holdings, number: int, places: list[int], *, upward: bool) -> int:
    """How many of the greatest stakes are needed to pass the line."""
    rule = result.rule
    relief = result.view.treasury.get(number, 0) * rule.threshold // (1_000_000 << 20) if upward else 0
    for need in range(1, len(places) + 1):
        share = total(table, number, np.array(places[:need], np.intp), upward=upward)
        share += relief if share else 0
        if share > rule.threshold or (share == rule.threshold and not rule.more_than):
            return need
    return len(places)


def _below(result: Result, number: int, lower: Reach, upper: Reach) -> Step:
    """What restricted parties hold in an entity that stays below the line."""
    graph = result.graph
    stakes: list[Stake] = []
    for table in tables_of(result.view, result.rule):
        for place in table.stakes_in(number):
            if table.owner[place] != number and len(stakes) < 40:
                stakes.append(_stake(result, table, place, lower, upper))
    stakes.sort(key=lambda s: (s.owner_is == "free", -s.high))
    low, high = held_by(result, number, lower, upper)
    control = result.view.links["control"]
    for place in control.into(number):
        owner = int(control.owner[place])
        stakes.append(Stake(graph.id(owner), graph.label(owner), graph.id(number), "control", 0, 0, _is(owner, lower, upper),
                            source=_source(result, int(control.edge[place]))))  # fmt: skip
    sure = result.status[number] == NOT or result.would_be[number] != POSSIBLE
    return Step(0, graph.id(number), graph.label(number), "below", low, high, tuple(stakes), sure=bool(sure))


def _stake(result: Result, table: Holdings, place: int, lower: Reach, upper: Reach, *, carries: bool = False) -> Stake:
    owner = int(table.owner[place])
    edge = int(table.edge[place])
    kind = "votes" if table is result.view.tables["votes"] else "shares"
    return Stake(
        owner=result.graph.id(owner),
        label=result.graph.label(owner),
        owned=result.graph.id(int(table.owned[place])),
        kind=kind,
        low=int(table.low[place]),
        high=int(table.high[place]),
        owner_is=_is(owner, lower, upper),
        remark=remark(int(table.marks[place])),
        source=_source(result, edge),
        carries=carries,
    )


def _is(owner: int, lower: Reach, upper: Reach) -> str:
    if lower.round[owner] >= 0:
        return "listed" if lower.round[owner] == 0 else "restricted"
    return "possible" if upper.round[owner] >= 0 else "free"


def _source(result: Result, edge: int) -> str:
    graph = result.graph
    name = graph.sources[int(graph.source[edge])] if graph.source is not None else graph.sources[0]
    row = int(graph.row[edge]) if graph.row is not None else 0
    return ", ".join(part for part in (name, f"row {row}" if row > 0 else "") if part)
