"""What could be traded: joint moves that leave every signatory better off, and whether they would hold."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import inf, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.closed_forms import critical_discount
from countermeasure.talks.moves import improvements, moves
from countermeasure.talks.paths import change_words, parties_of, start_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability

    Ranks = np.ndarray[Any, np.dtype[np.int32]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["ANSWERS", "Package", "Temptation", "packages", "packages_sheet", "temptations"]

ANSWERS = ("none", "costly", "credible")
"""How others can answer a breach so that it does not pay: not at all; by moves that some of them would not like to make; by
improvements of their own."""


@dataclass(frozen=True, slots=True)
class Temptation:
    """The move by which a party would break a package.

    Attributes:
        party: Place of the party.
        end: Place of the state it would go to: the best of those that nobody answers credibly, or else the best.
        gained: Ranks it would gain.
        answer: One of ``ANSWERS``.
        answered_at: Place of the state that the answer leads to, or ``None``.
        answered_by: Places of those who answer, in the order of their moves.
    """

    party: int
    end: int
    gained: int
    answer: str
    answered_at: int | None = None
    answered_by: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Package:
    """A joint move that all signatories prefer.

    Attributes:
        conflict: Of which.
        start: Place of the state it starts from.
        place: Place of the state it leads to.
        signatories: Places of the parties that must gain.
        switches: Places of the options that are switched.
        ranks: Ranks gained by each party of the conflict, also those that do not sign.
        values: Payoff gained by each party, ``None`` where its preferences are not payoffs.
        product: Nash product of the signatories' gains, ``None`` where one of them has no payoffs.
        notions: Notions under which its state is an equilibrium.
        tempted: Temptations to break it, the most dangerous first.
        discounts: Least discount factor at which each signatory keeps it, ``None`` where there are no payoffs or it does not
            sign; at 1 or above no patience is enough.
        hazard: Probability per period of a lapse, which stands behind the discount factors.
        efficient: Whether no other package is as good for all signatories and better for one.
    """

    conflict: Conflict
    start: int
    place: int
    signatories: tuple[int, ...]
    switches: tuple[int, ...]
    ranks: tuple[int, ...]
    values: tuple[float | None, ...]
    product: float | None
    notions: tuple[str, ...]
    tempted: tuple[Temptation, ...]
    discounts: tuple[float | None, ...]
    hazard: float
    efficient: bool

    @property
    def harmed(self) -> tuple[int, ...]:
        """Places of the parties that are worse off."""
        return tuple(n for n, gained in enumerate(self.ranks) if gained < 0)

    def says(self) -> str:
        """The package in words."""
        conflict = self.conflict
        ids = [party.id for party in conflict.parties]
        lines = [f"{conflict.words(self.place)}: {change_words(conflict, self.start, self.place)}"]
        gains = [
            f"{ids[n]} {gained:+d} ranks" + ("" if self.values[n] is None else f" ({self.values[n]:+.4g})")
            for n, gained in enumerate(self.ranks)
        ]
        lines.append(f"  gains: {', '.join(gains)}" + ("" if self.product is None else f"; Nash product {self.product:.4g}"))
        lines.append(f"  equilibrium: {', '.join(self.notions) or 'under no notion'}")
        lines += [
            f"  tempted: {change_words(conflict, self.place, one.end)}, {one.gained:+d} ranks; {self._answer(one)}"
            for one in self.tempted
        ]
        if not self.tempted:
            lines.append("  tempted: nobody")
        for n, factor in enumerate(self.discounts):
            told = {"never": "no patience is enough", "always": "keeps it at any discount factor"}.get(_kept(factor))
            if factor is not None:
                told = told or f"keeps it from a discount factor of {factor:.3f} on"
                lines.append(f"  {ids[n]}: {told}" + (f" at a hazard of {self.hazard:g}" if self.hazard else ""))
        return "\n".join(lines)

    def _answer(self, one: Temptation) -> str:
        if one.answered_at is None:
            return "nobody can answer so that it does not pay"
        who = ", then ".join(self.conflict.parties[n].id for n in one.answered_by)
        how = "would answer" if one.answer == ANSWERS[2] else "could answer, against own interest,"
        return f"{who} {how} with {self.conflict.words(one.answered_at)}"


def packages(
    conflict: Conflict,
    stability: Stability,
    start: int | str | None = None,
    parties: Iterable[str | int] | None = None,
    most: int | None = None,
    *,
    movers: Iterable[str | int] | None = None,
    breakdown: int | str | None = None,
    hazard: float = 0.0,
    dominated: bool = False,
) -> tuple[Package, ...]:
    """Joint moves that every signatory strictly prefers to the state they start from.

    A package is kept if no part of its switches alone is a package as good for all signatories. Options that can be switched
    one way only are switched that way only.

    Args:
        conflict: The conflict.
        stability: Its stable states.
        start: State to start from; the status quo if absent.
        parties: Signatories; all if absent.
        most: Switches at most; any number if absent.
        movers: Parties whose options may be switched; the signatories if absent.
        breakdown: State after a breach, for the discount factors; the start if absent.
        hazard: Probability per period that the package lapses into breakdown though nobody breaks it.
        dominated: Also give packages that another one beats for some signatory and no signatory likes less.

    Returns:
        Packages: by falling Nash product where all signatories have payoffs; else by fewest switches.

    Raises:
        InputError: If a state or party is not there, or a number is out of bounds.
    """
    first = start_of(conflict, start)
    everybody = tuple(range(len(conflict.parties)))
    signatories = everybody if parties is None else parties_of(conflict, parties)
    acting = signatories if movers is None else parties_of(conflict, movers)
    if not signatories or not acting:
        raise InputError("a package needs a signatory and a mover", code="unknown_party", cure="Name one at least.")
    if most is not None and most < 1:
        raise InputError(f"a package of {most} switches is none", code="bad_number", cure="Allow 1 or more.")
    ends = moves(conflict, acting, first)
    signed = conflict.ranks[list(signatories)]
    ends = ends[(signed[:, ends] > signed[:, [first]]).all(axis=0)]
    changes = conflict.space.codes[ends] ^ conflict.space.codes[first]
    if most is not None:
        few = np.array([int(change).bit_count() <= most for change in changes], dtype=np.bool_)
        ends, changes = ends[few], changes[few]
    best = _front(signed[:, ends])
    if not dominated:
        ends, changes, best = ends[best], changes[best], best[best]
    lean = _lean(changes, signed[:, ends])
    war = first if breakdown is None else start_of(conflict, breakdown)
    found = [
        _package(conflict, stability, first, int(end), signatories, war, hazard, bool(efficient))
        for end, efficient in zip(ends[lean], best[lean], strict=True)
    ]
    return tuple(sorted(found, key=lambda p: (-(p.product or 0.0), len(p.switches), p.place)))


def _front(ranks: Ranks) -> Flags:
    """Columns that no other column equals or exceeds everywhere and exceeds somewhere, (n,) of (m, n)."""
    kinds, which = np.unique(ranks, axis=1, return_inverse=True)
    order = np.argsort(-kinds.sum(axis=0, dtype=np.int64), kind="stable")
    kept = np.empty((len(kinds), 0), dtype=kinds.dtype)
    good = np.zeros(kinds.shape[1], dtype=np.bool_)
    for one in order.tolist():
        column = kinds[:, [one]]
        if not (kept >= column).all(axis=0).any():
            kept = np.hstack([kept, column])
            good[one] = True
    return np.asarray(good[which.ravel()])


def _lean(changes: Ints, ranks: Ranks) -> Flags:
    """Changes without a proper part among the others that is ranked as high by all, (n,)."""
    good = np.ones(len(changes), dtype=np.bool_)
    for n, change in enumerate(changes.tolist()):
        part = ((changes & ~change) == 0) & (changes != change)
        good[n] = not (ranks[:, part] >= ranks[:, [n]]).all(axis=0).any()
    return good


def _package(
    conflict: Conflict,
    stability: Stability,
    first: int,
    place: int,
    signatories: tuple[int, ...],
    war: int,
    hazard: float,
    efficient: bool,
) -> Package:
    """All that is said of one package."""
    change = int(conflict.space.codes[place] ^ conflict.space.codes[first])
    switches = tuple(j for j in range(len(conflict.options)) if change >> j & 1)
    payoffs = [p.values if p.kind == "payoffs" else None for p in conflict.preferences]
    values = tuple(None if v is None else float(v[place] - v[first]) for v in payoffs)
    won = [values[n] for n in signatories]
    product = None if None in won else float(prod(v for v in won if v is not None))
    discounts: list[float | None] = []
    for n, value in enumerate(payoffs):
        if value is None or n not in signatories:
            discounts.append(None)
            continue
        ends = moves(conflict, n, place)
        breach = float(value[ends].max()) if len(ends) else -inf
        truce = float(value[place])
        discounts.append(critical_discount(max(breach, truce), truce, float(value[war]), hazard=hazard))
    tempted = temptations(conflict, stability, place)
    ordered = sorted(tempted, key=lambda t: (ANSWERS.index(t.answer), -(discounts[t.party] or 0.0), -t.gained, t.party))
    ranks = tuple(int(rank) for rank in conflict.ranks[:, place] - conflict.ranks[:, first])
    notions = stability.notions_of(place)
    return Package(
        conflict, first, place, signatories, switches, ranks, values, product, notions, tuple(ordered), tuple(discounts),
        hazard, efficient,
    )  # fmt: skip


def temptations(conflict: Conflict, stability: Stability, place: int) -> tuple[Temptation, ...]:
    """For each party that would like to leave a state, the move it would make and how others can answer it.

    Args:
        conflict: The conflict.
        stability: Its stable states; says in which sequences others may answer.
        place: Place of the state.
    """
    found = []
    for party in range(len(conflict.parties)):
        ends = improvements(conflict, party, place)
        ends = ends[np.argsort(-conflict.ranks[party, ends], kind="stable")]
        best: Temptation | None = None
        for end in ends.tolist():
            one = _temptation(conflict, stability, party, place, end)
            if best is None or ANSWERS.index(one.answer) < ANSWERS.index(best.answer):
                best = one
            if best.answer == ANSWERS[0] or (one is best and _answered(stability, party, place)):
                break
        found += [] if best is None else [best]
    return tuple(found)


def _answered(stability: Stability, party: int, place: int) -> bool:
    """Whether all improvements of a party are known to be answered credibly."""
    return (party,) in stability.movers and bool(stability.of("seq")[stability.movers.index((party,)), place])


def _temptation(conflict: Conflict, stability: Stability, party: int, place: int, end: int) -> Temptation:
    gained = int(conflict.ranks[party, end] - conflict.ranks[party, place])
    for answer in (ANSWERS[2], ANSWERS[1]):
        found = _answer(conflict, stability.semantics, party, place, end, credible=answer == ANSWERS[2])
        if found is not None:
            return Temptation(party, end, gained, answer, *found)
    return Temptation(party, end, gained, ANSWERS[0])


def _answer(
    conflict: Conflict, semantics: str, party: int, place: int, end: int, *, credible: bool
) -> tuple[int, tuple[int, ...]] | None:
    """The shortest answer of others after which the party is not better off than before: where it leads, and who moves."""
    others = [n for n in range(len(conflict.parties)) if n != party]
    step = improvements if credible else moves
    level = conflict.ranks[party, place]
    queue: deque[tuple[int, tuple[int, ...]]] = deque([(end, ())])
    seen: set[tuple[int, frozenset[int]]] = set()
    while queue:
        here, made = queue.popleft()
        if made and semantics == "single_move":
            continue
        for who in others:
            if who in made if semantics == "each_opponent_once" else made[-1:] == (who,):
                continue
            for reached in step(conflict, who, here).tolist():
                by = (*made, who)
                if conflict.ranks[party, reached] <= level:
                    return reached, by
                state = (reached, frozenset(by) if semantics == "each_opponent_once" else frozenset())
                if state not in seen:
                    seen.add(state)
                    queue.append((reached, by))
    return None


def _kept(factor: float | None) -> str:
    """Whether a party keeps a package, in a word or two; empty where it has no payoffs or does not sign."""
    return "" if factor is None else "always" if factor == 0 else "if patient" if factor < 1 else "never"


def packages_sheet(found: Sequence[Package]) -> Sheet:
    """A row for each package and party."""
    rows: list[tuple[Any, ...]] = []
    for number, package in enumerate(found, 1):
        conflict = package.conflict
        tempted = {one.party: one for one in package.tempted}
        for n, party in enumerate(conflict.parties):
            one = tempted.get(n)
            rows.append(
                (
                    number,
                    conflict.space.label(package.place),
                    change_words(conflict, package.start, package.place),
                    " ".join(package.notions),
                    party.id,
                    n in package.signatories,
                    package.ranks[n],
                    package.values[n],
                    package.product,
                    None if one is None else conflict.space.label(one.end),
                    None if one is None else one.answer,
                    _kept(package.discounts[n]),
                    package.discounts[n] if package.discounts[n] != inf else None,
                )
            )
    columns = (
        "package", "state", "change", "equilibrium", "party", "signs", "ranks_gained", "payoff_gained", "nash_product",
        "breach", "answer", "kept", "critical_discount_factor",
    )  # fmt: skip
    return Sheet("packages", "What could be traded", columns, tuple(rows))
