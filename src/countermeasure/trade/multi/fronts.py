"""United fronts, ladders of retaliation, and the best use of a good that others need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.multi.choosers import BOUNDS, Chooser, chooser
from countermeasure.trade.multi.games import best_tariffs, players_of, system_of, war
from countermeasure.trade.multi.policy import Policy, Quota
from countermeasure.trade.multi.system import System

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.play import Outcome

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CriticalGood", "Front", "best_export", "front", "retaliation_ladder"]


@dataclass(frozen=True, eq=False)
class Front:
    """Members acting as one against some partners, beside what they reach apart.

    Attributes:
        together: One objective, all members' rates on those partners.
        apart: Each member its own objective, at the same time; none with a single member.
        alone: Each member acting while the other members keep their rates.
        members: Places.
        against: Places of the partners.
    """

    together: Outcome
    apart: Outcome | None
    alone: tuple[Outcome, ...]
    members: tuple[int, ...]
    against: tuple[int, ...]

    def gains(self) -> dict[str, tuple[float, float, float]]:
        """Change of real income of each member and partner: together, apart, alone (own action; NaN for partners)."""
        base = self.together.after.system.baseline
        found = {}
        for place in (*self.members, *self.against):
            alone = self.alone[self.members.index(place)].gains[place] if place in self.members else np.nan
            apart = self.apart.gains[place] if self.apart is not None else alone
            found[base.countries[place]] = (float(self.together.gains[place]), float(apart), float(alone))
        return found


@dataclass(frozen=True, eq=False)
class CriticalGood:
    """The best export tax or quota of one economy on one good.

    Attributes:
        outcome: Of the search; gains of all.
        rate: Best export tax, or premium of the licence, by importer, fractions, (N,); 0 where nothing was chosen.
        quantity: Exports relative to the baseline, by importer, (N,).
        total: The same of all chosen importers together, with baseline values as weights.
        quotas: Caps with the same effect, with rents as asked; none where nothing is held back.
    """

    outcome: Outcome
    rate: Array
    quantity: Array
    total: float
    quotas: tuple[Quota, ...]


def front(
    model: Baseline | System,
    members: Sequence[str],
    against: Sequence[str] | str,
    *,
    weights: Sequence[float] | None = None,
    instruments: str = "tariff",
    sectors: Sequence[str] | None = None,
    bounds: tuple[float, float] = BOUNDS,
    uniform: Sequence[str] = (),
    reply: bool = False,
    start: Policy | None = None,
) -> Front:
    """A united front: members share one objective and set all their rates on some partners.

    Args:
        model: Baseline or system.
        members: Codes.
        against: Codes of the partners.
        weights: Of the members; baseline real incomes if absent.
        instruments: As in ``chooser``.
        sectors: As in ``chooser``.
        bounds: As in ``chooser``.
        uniform: As in ``chooser``; ``("members",)`` makes it one common tariff.
        reply: The partners, as one, answer with the same instruments on the members.
        start: Policy of all others and to count gains from; the baseline's if absent.

    Raises:
        InputError: If a member is not valid or stands on both sides.
        NoSolutionError: If no equilibrium is reached.
    """
    system = system_of(model)
    base = system.baseline
    others = (against,) if isinstance(against, str) else tuple(against)
    if set(members) & set(others):
        raise InputError(f"on both sides: {', '.join(sorted(set(members) & set(others)))}", code="bad_chooser")
    options: dict[str, Any] = {"instruments": instruments, "sectors": sectors, "bounds": bounds, "uniform": uniform}
    joint = chooser(base, members, targets=others, weights=weights, name="front of " + ", ".join(members), **options)
    each = [chooser(base, m, targets=others, **options) for m in members]
    answer = [chooser(base, others, targets=list(members), **options)] if reply else []
    together = war(system, [joint, *answer], start=start) if reply else best_tariffs(system, joint, start=start)
    alone = tuple(best_tariffs(system, one, start=start) for one in each)
    apart = war(system, [*each, *answer], start=start) if len(each) + len(answer) > 1 else None
    return Front(together, apart, alone, joint.members, tuple(base.country(c) for c in others))


def retaliation_ladder(
    model: Baseline | System,
    mover: str | Sequence[str] | Chooser,
    responder: str | Sequence[str] | Chooser,
    rounds: int = 4,
    *,
    instruments: str = "tariff",
    sectors: Sequence[str] | None = None,
    bounds: tuple[float, float] = BOUNDS,
    uniform: Sequence[str] = (),
    start: Policy | None = None,
) -> tuple[Outcome, ...]:
    """Two sides answer each other in turn, each with what is best at the moment; every step counts gains from the first policy.

    Args:
        model: Baseline or system.
        mover: First side; sides tax each other only unless given as choosers.
        responder: Second side.
        rounds: Moves of each side.
        instruments: As in ``chooser``.
        sectors: As in ``chooser``.
        bounds: As in ``chooser``.
        uniform: As in ``chooser``.
        start: First policy; the baseline's if absent.

    Returns:
        One outcome for each move: mover, responder, mover and so on, 2 ``rounds`` of them.
    """
    system = system_of(model)
    sides = players_of(system, [mover, responder], True, instruments, sectors, bounds, uniform)
    policy = Policy.of(system.baseline) if start is None else start
    first, found = system.solve(policy), []
    for step in range(2 * rounds):
        move = best_tariffs(system, sides[step % 2], start=policy)
        policy = move.policy
        found.append(replace(move, kind="ladder", before=first))
    return tuple(found)


def best_export(
    model: Baseline | System,
    exporter: str,
    sector: str,
    *,
    importers: Sequence[str] | None = None,
    instrument: str = "export_tax",
    exporter_rent: float = 1.0,
    same: bool = True,
    bounds: tuple[float, float] | None = None,
    start: Policy | None = None,
) -> CriticalGood:
    """The export tax, or the export quota, of a good that is best for its exporter.

    A quota is searched as the licence premium that it causes. With all rents at home it is the export tax of the same height;
    with rents abroad it pays less, or nothing.

    Args:
        model: Baseline or system.
        exporter: Code.
        sector: Name.
        importers: Codes; everybody else if absent.
        instrument: ``"export_tax"`` or ``"quota"``, which cannot be below 0.
        exporter_rent: Share of quota rents that stays with licence holders in the exporting economy.
        same: One rate, or one quota, for all importers together.
        bounds: Of the rate; from a subsidy of 90 %, or from 0 for a quota, to 2000 % if absent.
        start: Policy of all others; the baseline's if absent.

    Raises:
        InputError: If a code or the instrument is not known.
    """
    if instrument not in ("export_tax", "quota"):
        raise InputError(f"unknown instrument {instrument!r}", code="bad_chooser", cure="Take export_tax or quota.")
    system = system_of(model)
    base = system.baseline
    quota = instrument == "quota"
    origin, place = base.country(exporter), base.sector(sector)
    if quota:
        rents = system.exporter_rent.transpose(1, 2, 0).copy()
        rents[:, origin, place] = exporter_rent
        system = System(base, system.theta, system.closure, rents)
    box = bounds or (0.0 if quota else BOUNDS[0], BOUNDS[1])
    targets = [c for c in base.countries if c != exporter] if importers is None else list(importers)
    who = chooser(
        base,
        exporter,
        targets=targets,
        sectors=[sector],
        instruments="export_tax",
        uniform=("partners",) if same else (),
        bounds=box,
    )
    outcome = best_tariffs(system, who, start=start)
    chosen = [base.country(c) for c in targets]
    sold = base.flows[:, origin, place]
    rate = np.zeros(len(base.countries))
    rate[chosen] = outcome.policy.export_tax[chosen, origin, place]
    quantity = outcome.after.quantities[:, origin, place]
    total = float(sold[chosen] @ quantity[chosen] / max(sold[chosen].sum(), 1e-300))
    groups = [(chosen, total)] if same else [([n], float(quantity[n])) for n in chosen if sold[n] > 0]
    quotas = tuple(
        Quota(origin, tuple(group), place, min(cap, 1.0), exporter_rent) for group, cap in groups if rate[group].max() > 1e-9
    )
    return CriticalGood(outcome, rate, quantity, total, quotas)
