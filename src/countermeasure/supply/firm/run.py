"""Your own firm: parts, suppliers, stock and licenses of one buyer, played against a simulated chain.

Each supplier's goods come as the chain brings them to that region; where they leave China under control, they come once the
firm's own license is granted. Results are shares of draws under the stated assumptions, never plain probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.buyers.run import run_buyers
from countermeasure.supply.buyers.step import STOPPED
from countermeasure.supply.chain.model import YEAR
from countermeasure.supply.controls.plan import FREE
from countermeasure.supply.firm.answer import Change, FirmAnswer, Outlook
from countermeasure.supply.firm.step import Need, Ways, edge_of, makes, play, ways_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.flow.simulate import Simulation

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["LICENSES", "MONTH", "Firm", "Part", "SecondSource", "Source", "need_of", "run_firm", "shares_of"]

LICENSES = ("held", "general", "applied", "none", "not_needed", "rejected")
"""What a firm may say of its license for a supplier's goods."""
MONTH = YEAR / 12
"""Weeks in a month."""

_MARKET = 500
_LARGE = 0.1
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Source:
    """One supplier of a part.

    Attributes:
        supplier: Name.
        origin: Region the goods are sent from.
        share: Share of the part's supply.
        license: Of ``LICENSES``.
        applied_on: Epoch day of the application, where the license is ``applied``.
    """

    supplier: str
    origin: str
    share: float
    license: str = "none"
    applied_on: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part the firm buys.

    Attributes:
        name: Its name.
        product: Product of the chain.
        region: Region where it is used.
        weekly_use_t: Use, t a week, of the product's unit.
        cover_weeks: Own stock, weeks of use.
        sources: Suppliers; their shares sum to 1.
        line: Line that stops without it.
        value_per_week_usd: What a week of that line is worth, where known.
    """

    name: str
    product: str
    region: str
    weekly_use_t: float
    cover_weeks: float
    sources: tuple[Source, ...]
    line: str = ""
    value_per_week_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Firm:
    """What a firm buys."""

    parts: tuple[Part, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class SecondSource:
    """A second source for parts with controlled supply.

    Attributes:
        origin: Region; empty for the largest maker outside China whose goods need no license.
        share: Share of the part's supply that moves to it, at most what is controlled now.
        from_week: First week in which it delivers as a regular customer's supplier.
    """

    origin: str = ""
    share: float = 0.3
    from_week: int = 0


@dataclass(frozen=True, slots=True)
class _Variant:
    """The firm played with a change: share of each week that each part loses, (P, W, C), and the parts changed."""

    what: str
    label: str
    lost: Floats
    parts: tuple[int, ...]


def run_firm(
    simulation: Simulation,
    firm: Firm,
    market: BuyersResult | None = None,
    *,
    seed: int = 1,
    repeats: int = 5,
    more_weeks: float = MONTH,
    second: SecondSource | None = SecondSource(),
) -> FirmAnswer:
    """When a firm's lines stop, and what more stock or a second source would buy.

    Args:
        simulation: Run with ``keep=(*KEPT, *SIGNALS)``.
        firm: What the firm buys.
        market: Buyers of the same simulation, with whom the firm shares; run here if absent.
        seed: Seed of the firm's chances; the same in every variant, so that only the change shows.
        repeats: Outcomes of licensing tried for each draw of the parameters.
        more_weeks: Stock added in the first variant, weeks of use of every part.
        second: Second source tried in the other variant; ``None`` for none.

    Raises:
        InputError: If a part names what the chain does not have, shares do not sum to 1, or a second source cannot be.
    """
    _check(simulation.network, firm)
    if market is not None and market["fill"].values.shape[:2] != (len(simulation.draws["approval"]), simulation.plan.weeks):
        raise InputError("the market is of another simulation", code="bad_market", cure="Run buyers on this simulation.")
    market = run_buyers(simulation, _MARKET, seed) if market is None else market
    parts = firm.parts
    wanted = [(part, source) for part in parts for source in part.sources]
    extra = [None if second is None else _second(simulation, part, second) for part in parts]
    spare = [replace(part.sources[0], share=0.0) if new is None else new for part, new in zip(parts, extra, strict=True)]
    needs = [need_of(simulation, *pair) for pair in (*wanted, *zip(parts, spare, strict=True))]
    ways = ways_of(simulation, market, needs, seed, repeats)
    wanted += [(part, new) for part, new in zip(parts, extra, strict=True) if new is not None]
    shares = shares_of(parts)
    cover = np.array([part.cover_weeks for part in parts])
    draws = simulation.draws
    base = play(ways, shares, shares, 0, cover, draws, repeats)
    more = play(ways, shares, shares, 0, cover + more_weeks, draws, repeats)
    every = range(len(parts))
    changes = [_Variant("stock", f"{more_weeks:.1f} more weeks of stock", more, tuple(every))]
    notes = list(_notes(simulation, wanted))
    if second is not None:
        moved, told = _moved(parts, shares, extra, ways, second.share)
        notes += told
        label = f"a second source for {second.share:.0%} of supply from week {second.from_week}"
        tried = tuple(p for p in every if extra[p] is not None)
        changes.append(
            _Variant("second source", label, play(ways, shares, moved, second.from_week, cover, draws, repeats), tried)
        )
    return _answer(simulation, firm, base, changes, repeats, seed, notes)


def _check(network: Network, firm: Firm) -> None:
    faults = []
    for part in firm.parts:
        total = sum(source.share for source in part.sources)
        if abs(total - 1) > 0.005:
            faults.append(f"{part.name}: the shares of its suppliers sum to {total:.3g}, not to 1")
        if part.product not in network.products or network.chain.products[part.product].stage == "ore":
            faults.append(f"{part.name}: {part.product!r} is not a product of the chain that firms buy")
            continue
        if not part.cover_weeks >= 0 or not part.weekly_use_t > 0:
            faults.append(
                f"{part.name}: cover {part.cover_weeks:g} weeks, use {part.weekly_use_t:g} t; neither may be negative"
            )
        faults += [
            f"{part.name}: {region!r} is not a region; there are {', '.join(network.regions)}"
            for region in (part.region, *(source.origin for source in part.sources))
            if region not in network.regions
        ]
        faults += [
            f"{part.name}: license {source.license!r} is unknown; there are {', '.join(LICENSES)}"
            for source in part.sources
            if source.license not in LICENSES
        ]
        faults += [
            f"{part.name}: {source.origin} makes no {part.product} in the chain; name where it is made"
            for source in part.sources
            if source.origin in network.regions and not makes(network, part.product, source.origin) > 0
        ]
    if faults:
        raise InputError(
            "the firm cannot be played against the chain",
            code="bad_firm",
            cure="Mend these parts:",
            faults=dict.fromkeys(faults),
        )


def need_of(simulation: Simulation, part: Part, source: Source) -> Need:
    """A source as the weekly step wants it."""
    day = source.applied_on if source.license == "applied" else None
    filed = float("nan") if day is None else (day - simulation.plan.day0) / 7.0
    return Need(part.product, source.origin, part.region, source.license, filed)


def _controlled(simulation: Simulation, product: str, origin: str, region: str) -> bool:
    plan = simulation.plan
    at = np.flatnonzero(plan.edges == edge_of(simulation.network, product, origin, region))
    return bool((plan.kind[:, at] != FREE).any())


def _second(simulation: Simulation, part: Part, second: SecondSource) -> Source | None:
    """The second source of a part, or ``None`` where nothing of its supply is controlled or nobody could."""
    net = simulation.network
    if not any(_controlled(simulation, part.product, source.origin, part.region) for source in part.sources):
        return None
    if second.origin:
        if second.origin not in net.regions or not makes(net, part.product, second.origin) > 0:
            raise InputError(
                f"{second.origin} makes no {part.product}",
                code="bad_second_source",
                cure=f"There are {', '.join(r for r in net.regions if makes(net, part.product, r) > 0)}.",
            )
        if _controlled(simulation, part.product, second.origin, part.region):
            raise InputError(
                f"{part.product} from {second.origin} to {part.region} is under control in this plan",
                code="bad_second_source",
                cure="Name a region whose goods need no license.",
            )
        return Source("the second source", second.origin, second.share, "not_needed")
    makers = [
        (makes(net, part.product, r), r)
        for r in net.regions
        if r != "CN" and not _controlled(simulation, part.product, r, part.region)
    ]
    most, origin = max(makers, default=(0.0, ""))
    return Source("the second source", origin, second.share, "not_needed") if most > 0 else None


def shares_of(parts: Sequence[Part]) -> Floats:
    """Share of each source in each part, (P, S); one second source a part stands last, at 0."""
    shares = np.zeros((len(parts), sum(len(part.sources) for part in parts) + len(parts)))
    place = 0
    for p, part in enumerate(parts):
        for source in part.sources:
            shares[p, place] = source.share
            place += 1
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _moved(
    parts: Sequence[Part], shares: Floats, extra: Sequence[Source | None], ways: Ways, share: float
) -> tuple[Floats, list[str]]:
    """Shares after controlled supply has moved to second sources, and words on each."""
    moved, place = shares.copy(), sum(len(part.sources) for part in parts)
    told = []
    for p, source in enumerate(extra):
        if source is None:
            told.append(
                f"{parts[p].name}: nothing of its supply is controlled or nobody else makes it; no second source is tried."
            )
            continue
        under = shares[p] * ways.controlled
        taken = min(share, float(under.sum()))
        moved[p] -= under * (taken / max(float(under.sum()), _TINY))
        moved[p, place + p] += taken
        told.append(f"{parts[p].name}: the second source tried is {source.origin}, for {taken:.0%} of supply.")
    return moved, told


def _answer(
    simulation: Simulation,
    firm: Firm,
    base: Floats,
    changes: Sequence[_Variant],
    repeats: int,
    seed: int,
    notes: Sequence[str],
) -> FirmAnswer:
    lines = dict.fromkeys(part.line for part in firm.parts if part.line)
    rows = [("line", name, [p for p, part in enumerate(firm.parts) if part.line == name]) for name in lines]
    rows += [("part", part.name, [p]) for p, part in enumerate(firm.parts)]
    outlooks, found = [], []
    for kind, name, places in rows:
        value = max((v for p in places if (v := firm.parts[p].value_per_week_usd) is not None), default=None)
        before = base[places].max(axis=0)
        outlooks.append(Outlook.of(kind, name, tuple(firm.parts[p].name for p in places), before, STOPPED, value))
        found += [
            Change.of(one.what, one.label, kind, name, before, one.lost[places].max(axis=0), STOPPED)
            for one in changes
            if set(places) & set(one.parts)
        ]
    plan, draws = simulation.plan, len(simulation.draws["approval"])
    return FirmAnswer(firm.name, tuple(outlooks), tuple(found), plan.day0, plan.weeks, draws, repeats, seed, tuple(notes))


def _notes(simulation: Simulation, wanted: Sequence[tuple[Part, Source]]) -> list[str]:
    """What is assumed or left out, in words."""
    net = simulation.network
    notes = [
        f"A part counts as stopped in a week in which {STOPPED:.0%} of its use is missing; a line stops with any of its parts.",
        "Suppliers deliver to the firm as to their other buyers in the region; orders above use are limited.",
    ]
    for part, source in wanted:
        controlled = _controlled(simulation, part.product, source.origin, part.region)
        edge = edge_of(net, part.product, source.origin, part.region)
        if not controlled and source.license in ("applied", "none", "rejected") and source.origin == "CN" and edge >= 0:
            notes.append(
                f"{part.name}: {part.product} from CN is not under control in this plan, so its license plays no part."
            )
        if controlled and source.license in ("none", "rejected"):
            notes.append(f"{part.name}: an application for {source.supplier} is taken as filed when the control applies.")
        if controlled and source.license in ("held", "general"):
            notes.append(
                f"{part.name}: the license for {source.supplier} is taken to hold to the end, and to cover all of its goods."
            )
        if edge < 0 and source.origin != part.region:
            notes.append(f"{part.name}: the chain knows no {part.product} from {source.origin} to {part.region}; the output of "
                         f"{source.origin} stands for it.")  # fmt: skip
        share = part.weekly_use_t * max(source.share, _TINY) / makes(net, part.product, source.origin)
        if share > _LARGE:
            notes.append(
                f"{part.name}: {source.supplier} would take {share:.0%} of what {source.origin} makes; it counts as small."
            )
    return list(dict.fromkeys(notes))
