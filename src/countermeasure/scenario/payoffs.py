"""Payoffs of the states of a conflict from the engines: trade, chain, border revenue, a power index, and what is set by hand.

Each term stands by itself with its weight, so that a reader sees what makes a party prefer a state. Utilities become ranks
within a band; what comes of the ranks is as good as the weights, which are the analyst's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.scenario.levels import policy_of, policy_rows, with_changes
from countermeasure.scenario.plays import TERMS, SupplyPlay
from countermeasure.supply.controls.practice import ALL, Practice
from countermeasure.supply.outcome import run_supply
from countermeasure.supply.scenario import load_scenario
from countermeasure.supply.summary import output_at_stake
from countermeasure.talks.closed_forms import power_index
from countermeasure.talks.model import Preference
from countermeasure.trade.multi.horizon import horizon
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.solve import solve_in_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from countermeasure.scenario.plays import Plays
    from countermeasure.supply.scenario import SupplyScenario
    from countermeasure.talks.model import Conflict
    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["PayoffTable", "Term", "engine_payoffs"]

_YEAR = 52
_BILLION = 1e3
"""Million USD in one."""


@dataclass(frozen=True, eq=False)
class Term:
    """A part of a party's payoff.

    Attributes:
        name: One of ``plays.TERMS``.
        unit: Of the values.
        values: By state, (n,); gains above 0.
        weight: Billion USD a year per unit.
        why: Why it has that weight.
    """

    name: str
    unit: str
    values: Array
    weight: float
    why: str

    @property
    def share(self) -> Array:
        """What it adds to the utility, billion USD a year, (n,)."""
        return np.asarray(self.weight * self.values)


@dataclass(frozen=True, eq=False)
class PayoffTable:
    """Terms, utilities and ranks of every state and party.

    Attributes:
        conflict: With the preferences that the utilities give.
        terms: By party.
        utilities: Billion USD a year against a state in which nothing is played, (parties, n).
        epsilon: Utilities as close as this are as good as each other.
        runs: Count of runs of each engine; states that mean the same to it share one.
        assumptions: What, value, confidence, source.
    """

    conflict: Conflict
    terms: tuple[tuple[Term, ...], ...]
    utilities: Array
    epsilon: float
    runs: Mapping[str, int]
    assumptions: tuple[tuple[str, str, str, str], ...]

    @cached_property
    def ranks(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Ranks, greater is better, (parties, n)."""
        return self.conflict.ranks

    def sheet(self) -> Sheet:
        """A row for each state, party and term, and one for the utility."""
        conflict = self.conflict
        rows: list[tuple[Any, ...]] = []
        for place in range(len(conflict.space)):
            for n, party in enumerate(conflict.parties):
                head = (conflict.space.label(place), conflict.words(place), party.id)
                for term in self.terms[n]:
                    value, share = float(term.values[place]), float(term.share[place])
                    rows.append((*head, term.name, round(value, 6), term.unit, term.weight, round(share, 4), None, term.why))
                utility, rank = float(self.utilities[n, place]), int(self.ranks[n, place])
                rows.append((*head, "utility", round(utility, 4), "bn USD a year", None, round(utility, 4), rank, "sum"))
        columns = ("state", "options", "party", "term", "value", "unit", "weight", "adds_bn_usd", "rank", "why")
        return Sheet("payoffs", f"Payoffs of {conflict.title}", columns, tuple(rows))

    def wide(self) -> Sheet:
        """A row for each state: utility and rank of each party, 0 the worst."""
        conflict = self.conflict
        columns = ["state", "options"]
        for party in conflict.parties:
            columns += [f"{party.id}_bn_usd", f"{party.id}_rank"]
        rows = []
        for place in range(len(conflict.space)):
            row: list[Any] = [conflict.space.label(place), conflict.words(place)]
            for n in range(len(conflict.parties)):
                row += [round(float(self.utilities[n, place]), 3), int(self.ranks[n, place])]
            rows.append(tuple(row))
        return Sheet("utilities", f"Utilities of {conflict.title}", tuple(columns), tuple(rows))

    def assumption_sheet(self) -> Sheet:
        """What the payoffs rest on."""
        return Sheet("assumptions", "What they rest on", ("what", "value", "confidence", "source"), self.assumptions)


def engine_payoffs(
    conflict: Conflict,
    plays: Plays,
    *,
    baseline: Baseline | None = None,
    draws: int = 1,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> PayoffTable:
    """Payoffs of all states.

    States in which the same options that touch an engine are taken share its run. Effects of several options on trade are
    solved together; the chain follows the last option, in the order of the list, that names a scenario, and the least share
    of permits of all.

    Args:
        conflict: Its preferences are replaced.
        plays: See ``load_plays``.
        baseline: Of trade; the shipped one if absent.
        draws: Of the chain; one is the central draw, of more the median counts.
        seed: Of the chain.
        progress: Called with the engine, runs done, and of how many.

    Raises:
        NoSolutionError: If the trade model does not solve a state.
    """
    base = baseline or shipped_baseline()
    tell = progress or (lambda _what, _done, _of: None)
    n, parties = len(conflict.space), len(conflict.parties)
    values = {name: np.zeros((parties, n)) for name in TERMS}
    taken = [conflict.taken(place) for place in range(n)]
    trade, trade_runs, told = _trade_terms(plays, base, taken, tell)
    values |= trade
    chain, chain_runs = _chain_terms(plays, taken, draws, seed, tell)
    values |= chain
    for party in range(parties):
        values["security"][party] = [0.0 - _exposed(plays, party, one) for one in taken]
    for hand in plays.by_hand:
        values["by_hand"][hand.party] += hand.bn_usd * hand.when.holds(conflict.space.codes)
    terms = tuple(
        tuple(
            Term(name, TERMS[name][0], values[name][party], *plays.weights[party].get(name, (0.0, "counts nothing")))
            for name in TERMS
            if name in plays.weights[party] or values[name][party].any()
        )
        for party in range(parties)
    )
    utilities = np.array([np.sum([term.share for term in own], axis=0) if own else np.zeros(n) for own in terms])
    source = f"engines and weights of the plays of {conflict.id}; utilities within {plays.epsilon:g} bn USD are equal"
    preferences = tuple(Preference.of_values(row, plays.epsilon, "payoffs", source) for row in utilities)
    found = replace(conflict, preferences=preferences, assumption=True)
    rows = (*told, *_told(conflict, plays, draws, chain_runs))
    return PayoffTable(found, terms, utilities, plays.epsilon, {"trade": trade_runs, "supply": chain_runs}, rows)


Terms = dict[str, Any]
Told = tuple[tuple[str, str, str, str], ...]


def _trade_terms(
    plays: Plays, base: Baseline, taken: list[tuple[int, ...]], tell: Callable[[str, int, int], None]
) -> tuple[Terms, int, Told]:
    """Welfare and revenue, (parties, n) each, count of runs, and what the runs rest on."""
    movers = {option for option, play in plays.options.items() if play.changes}
    keys = [tuple(option for option in one if option in movers) for one in taken]
    shape = (len(plays.economies), len(taken))
    if not movers:
        return {"welfare": np.zeros(shape), "revenue": np.zeros(shape)}, 0, ()
    wanted = dict.fromkeys([(), *keys])
    duties, rows, _ = policy_of(plays.trade, base)
    theta = horizon(base.theta, plays.trade.years)
    runs = {}
    for done, key in enumerate(wanted):
        tell("trade", done, len(wanted))
        changes = tuple(change for option in key for change in plays.options[option].changes)
        policy = with_changes(duties, policy_rows(replace(plays.trade, changes=changes), base)[0])
        runs[key] = solve_in_steps(base, policy, closure=plays.closure, theta=theta)
    start = runs[()]
    found: Terms = {"welfare": np.zeros(shape), "revenue": np.zeros(shape)}
    for party, codes in enumerate(plays.economies):
        places = [base.country(code) for code in codes]
        for state, key in enumerate(keys):
            now = runs[key]
            income = (now.real_income / start.real_income - 1)[places] * base.spending[places]
            found["welfare"][party, state] = income.sum() / _BILLION
            found["revenue"][party, state] = (now.revenue - start.revenue)[places].sum() / _BILLION
    years = "long run" if plays.trade.years is None else f"{plays.trade.years:g} years"
    rows += [
        ("Horizon", f"{years}: elasticities {float(theta.min()):.2f} to {float(theta.max()):.2f}", "U", "trade.multi.horizon"),
        ("Closure of deficits", plays.closure, "D", "trade.multi.closures"),
    ]
    rows += [("Not solved in full", " ".join(run.notes), "D", "trade.multi.solve") for run in runs.values() if run.notes]
    return found, len(runs), tuple(rows)


def _chain_terms(
    plays: Plays, taken: list[tuple[int, ...]], draws: int, seed: int, tell: Callable[[str, int, int], None]
) -> tuple[Terms, int]:
    """Lost value added and output at stake, (parties, n) each, and count of runs."""
    shape = (len(plays.regions), len(taken))
    found: Terms = {"lost_output": np.zeros(shape), "at_stake": np.zeros(shape)}
    if plays.supply is None:
        return found, 0
    asked = [_merged(plays, plays.supply, one) for one in taken]
    start = _merged(plays, plays.supply, ())
    wanted = dict.fromkeys([start, *asked])
    runs = {}
    for done, play in enumerate(wanted):
        tell("supply", done, len(wanted))
        runs[play] = _losses(play, draws, seed, plays.trade.folder)
    regions, *before = runs[start]
    for party, own in enumerate(plays.regions):
        places = [regions.index(region) for region in own]
        for state, play in enumerate(asked):
            _, *now = runs[play]
            for name, old, new in zip(("lost_output", "at_stake"), before, now, strict=True):
                found[name][party, state] = (old - new)[places].sum() / _BILLION
    return found, len(runs)


def _merged(plays: Plays, base: SupplyPlay, taken: tuple[int, ...]) -> SupplyPlay:
    """The run of the chain that a state asks for."""
    found = base
    for option in taken:
        play = plays.options[option].supply if option in plays.options else None
        if play is None:
            continue
        if play.scenario is not None:
            found = replace(found, scenario=play.scenario, without=play.without or ())
        elif play.without is not None:
            found = replace(found, without=play.without)
        if play.permits is not None and (found.permits is None or play.permits < found.permits):
            found = replace(found, permits=play.permits, products=play.products, to=play.to)
        if play.stocks is not None:
            found = replace(found, stocks=play.stocks)
    return replace(found, why="")


def _losses(play: SupplyPlay, draws: int, seed: int, folder: Any) -> tuple[tuple[str, ...], Array, Array]:  # noqa: ANN401
    """Regions; value added lost and output at stake over the first 52 weeks by region, million USD."""
    beside = folder / str(play.scenario)
    scenario: SupplyScenario = load_scenario(beside if beside.is_file() else str(play.scenario))
    scenario = replace(scenario, without=(*scenario.without, *(play.without or ())))
    if play.permits is not None:
        end = scenario.day0 + 7 * scenario.weeks
        row = Practice(
            scenario.day0, end, play.products or ALL, to=play.to or ALL, approval=play.permits, why=play.why, source="plays"
        )
        scenario = replace(scenario, practice=(*scenario.practice, row))
    reading = play.stocks or "implied"
    outcome = run_supply(scenario, draws, seed, readings=(reading,))
    lost = np.median(outcome.costs[reading].by_region[:, :_YEAR].sum(axis=1), axis=0)
    cube = outcome.buyers[reading]["stopped"]
    stakes = output_at_stake(cube.labels("industry"), outcome.regions)
    stopped = np.median(np.nan_to_num(cube.values[:, :_YEAR]).sum(axis=1), axis=0)
    at_stake = np.zeros(len(outcome.regions))
    for r, region in enumerate(cube.labels("region")):
        if region in outcome.regions:
            place = outcome.regions.index(region)
            at_stake[place] = float((stopped[:, r] * stakes[:, place]).sum())
    return outcome.regions, np.asarray(lost), at_stake


def _exposed(plays: Plays, party: int, taken: tuple[int, ...]) -> float:
    """What a party could lose if the suppliers that the options taken expose left: the losses compound."""
    kept = 1.0
    for option in taken:
        for one in plays.options[option].security if option in plays.options else ():
            if one.party == party:
                kept *= 1.0 - power_index(one.share, one.elasticity, one.cost_share)
    return 1.0 - kept


def _told(conflict: Conflict, plays: Plays, draws: int, chain: int) -> Told:
    """What the payoffs rest on beside the trade model's own list."""
    source = f"plays of {conflict.id}"
    rows: list[tuple[str, str, str, str]] = []
    for option, play in sorted(plays.options.items()):
        name = conflict.options[option].id
        rows += [(f"{name} means for trade", change["why"] or "a change of rates", "U", source) for change in play.changes]
        if play.supply is not None:
            rows.append((f"{name} means for the chain", _supply_words(play.supply), "U", source))
        rows += [
            (
                f"{name} exposes {conflict.parties[one.party].id}: {one.why}",
                f"supplier share {one.share:g}, elasticity {one.elasticity:g}, cost share {one.cost_share:g}",
                "U",
                source,
            )
            for one in play.security
        ]
        if not (play.changes or play.supply or play.security):
            rows.append((f"{name} moves no engine", play.note or "it counts by hand alone", "U", source))
    if plays.supply is not None and chain:
        rows.append(("The chain before any option", _supply_words(plays.supply), "U", source))
        rows.append(("Draws of the chain", "central" if draws == 1 else f"median of {draws}", "D", "supply"))
        rows.append(("Trade and chain", "run apart: dear rare earths do not act on trade here", "D", "scenario.payoffs"))
    for party, weights in zip(conflict.parties, plays.weights, strict=True):
        rows += [(f"Weight of {term} for {party.id}: {why}", f"{w:g}", "U", source) for term, (w, why) in weights.items()]
    rows += [
        (f"By hand for {conflict.parties[h.party].id} when {h.when.text}: {h.why}", f"{h.bn_usd:+g} bn USD", "U", source)
        for h in plays.by_hand
    ]
    rows.append(("Utilities that are as good as each other", f"within {plays.epsilon:g} bn USD a year", "U", source))
    return tuple(rows)


def _supply_words(play: SupplyPlay) -> str:
    parts = [] if play.scenario is None else [f"scenario {play.scenario}"]
    parts += [f"without {' '.join(play.without)}"] if play.without else []
    parts += [] if play.permits is None else [f"{play.permits:.0%} of permits granted"]
    parts += [play.why] if play.why else []
    return "; ".join(parts)
