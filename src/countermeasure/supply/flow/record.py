"""What is kept of a simulation: rows of the weekly arrays, gathered into cubes with named axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.cube import Cube
from countermeasure.supply.flow.tracking import PRICED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan, Precision
    from countermeasure.supply.flow.step import Week

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["KEPT", "Recorder", "Series", "cubes", "series_of"]

_TINY = 1e-30
KEPT = ("exports", "lost", "price")
"""Series that are kept if nothing else is asked."""


@dataclass(frozen=True, slots=True)
class Series:
    """Rows of one kind.

    Attributes:
        name: Its word.
        unit: Unit of a cell.
        axes: Names of the axes that a row's labels are on.
        labels: Labels of each row.
        take: Gives the rows of a week, (rows, B).
        absent: What stands where no row has that mix of labels.
    """

    name: str
    unit: str
    axes: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    take: Callable[[Week], Floats]
    absent: float = 0.0


def series_of(network: Network, plan: Plan, names: Sequence[str]) -> tuple[Series, ...]:
    """Series by name.

    Raises:
        InputError: If a name is unknown.
    """
    makers: dict[str, Callable[[Network, Plan], Series]] = {
        "exports": _exports,
        "lost": _lost,
        "price": _price,
        "stock": _stock,
        "inflow": _inflow,
        "making": _making,
        "flows": _flows,
        "used": _used,
        "served": _served,
        "made": _made,
        "pending": _pending,
    }
    strange = [n for n in names if n not in makers]
    if strange:
        raise InputError(f"there is no series {strange[0]!r}", code="unknown_series", cure=f"There are {', '.join(makers)}.")
    return tuple(makers[n](network, plan) for n in names)


def _exports(net: Network, _: Plan) -> Series:
    rows = np.array([e for e, (p, o, _r) in enumerate(net.edges) if o == "CN" and net.chain.products[p].stage in PRICED])
    labels = tuple((net.edges[e][0], net.edges[e][2]) for e in rows)
    return Series("exports", "t/week", ("product", "region"), labels, lambda w: w.sent[rows])


def _lost(net: Network, _: Plan) -> Series:
    other = net.base.other[net.product, net.region]
    rows = np.array([i for i, n in enumerate(net.final_nodes) if other[n] < 0.5 * net.final[n]])
    labels = tuple(net.nodes[n] for n in net.final_nodes[rows])

    def share(week: Week) -> Floats:
        need = np.maximum(week.needed[rows], _TINY)
        return np.asarray(1.0 - np.minimum(week.final[rows] / need, 1.0))

    return Series("lost", "share of need", ("product", "region"), labels, share, absent=np.nan)


def _price(net: Network, _: Plan) -> Series:
    ids = [p.id for p in net.chain.products.values() if p.stage in PRICED]
    labels = tuple((p, market) for market in ("china", "outside") for p in ids)
    return Series("price", "times normal", ("product", "market"), labels, lambda w: np.exp(w.price), absent=np.nan)


def _stock(net: Network, _: Plan) -> Series:
    return Series("stock", "t", ("product", "region"), net.nodes, lambda w: w.stock)


def _inflow(net: Network, _: Plan) -> Series:
    return Series("inflow", "t/week", ("product", "region"), net.nodes, lambda w: w.inflow)


def _used(net: Network, _: Plan) -> Series:
    return Series("used", "t/week", ("product", "region"), net.nodes, lambda w: w.used)


def _made(net: Network, _: Plan) -> Series:
    return Series("made", "t/week", ("product", "region"), net.nodes, lambda w: w.made)


def _served(net: Network, _: Plan) -> Series:
    labels = tuple(net.nodes[n] for n in net.final_nodes)
    return Series("served", "t/week", ("product", "region"), labels, lambda w: w.final)


def _making(net: Network, _: Plan) -> Series:
    """Components made, by the magnet they hold."""
    rows = [k for k in range(len(net.rate)) if net.chain.products[net.nodes[net.main[k]][0]].stage == "component"]
    grades = [net.products[net.product[net.inputs[k, 0]]] for k in rows]
    labels = tuple((*net.nodes[net.main[k]], grade) for k, grade in zip(rows, grades, strict=True))
    places = np.array(rows)
    return Series("making", "t/week", ("product", "region", "grade"), labels, lambda w: w.rate[places])


def _flows(net: Network, _: Plan) -> Series:
    return Series("flows", "t/week", ("product", "origin", "region"), net.edges, lambda w: w.sent)


def _pending(net: Network, plan: Plan) -> Series:
    labels = tuple(net.edges[e] for e in plan.edges)
    return Series("pending", "t", ("product", "origin", "region"), labels, lambda w: w.pending)  # type: ignore[arg-type, return-value]


class Recorder:
    """Keeps the rows of the asked series for a block of draws, (cells, weeks, B); a cell is a mix of labels."""

    def __init__(self, series: Sequence[Series], weeks: int, count: int, dtype: Precision = np.float32) -> None:
        self.series = series
        self.places = [_places(s) for s in series]
        self.kept = []
        for one, (names, _) in zip(series, self.places, strict=True):
            cells = int(np.prod([len(n) for n in names]))
            full = cells == len(one.labels)
            shape = (cells, weeks, count)
            self.kept.append(np.empty(shape, dtype) if full else np.full(shape, one.absent, dtype=dtype))

    def see(self, week: int, seen: Week) -> None:
        """Keep a week."""
        for one, array, (_, at) in zip(self.series, self.kept, self.places, strict=True):
            if len(one.labels):
                array[at, week] = one.take(seen)


def _places(one: Series) -> tuple[list[tuple[str, ...]], Any]:
    """Labels of each axis, and the cell of each row."""
    names = [tuple(dict.fromkeys(label[i] for label in one.labels)) for i in range(len(one.axes))]
    at = np.zeros(len(one.labels), dtype=np.int64)
    for i, known in enumerate(names):
        spot = {label: n for n, label in enumerate(known)}
        at = at * len(known) + np.array([spot[label[i]] for label in one.labels], dtype=np.int64)
    return names, at


def cubes(series: Sequence[Series], kept: Sequence[Floats], weeks: Sequence[str]) -> Mapping[str, Cube]:
    """Cubes by name, axes draw, week and the series' own; ``kept`` is (cells, weeks, draws) for each series."""
    found = {}
    for one, whole in zip(series, kept, strict=True):
        names, _ = _places(one)
        cells = whole.reshape(*(len(n) for n in names), *whole.shape[1:])
        draws = tuple(str(d) for d in range(whole.shape[2]))
        axes = (("draw", draws), ("week", tuple(weeks)), *zip(one.axes, names, strict=True))
        found[one.name] = Cube(one.name, one.unit, axes, np.moveaxis(cells, (-1, -2), (0, 1)))
    return found
