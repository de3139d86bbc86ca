"""What happened to trade in 2025 and what models had forecast: quoted figures, and the same figure of an equilibrium."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.tables import read_rows, text_of

if TYPE_CHECKING:
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.result import Equilibrium

__all__ = ["Figure", "change_in", "quantity_in", "realised"]

_TABLE = "realised_2025.csv"
_COLUMNS = (
    "id",
    "kind",
    "maker",
    "measure",
    "seller",
    "buyer",
    "period",
    "value_pct",
    "level_busd",
    "run",
    "source",
    "confidence",
    "note",
)
_KINDS = ("observed", "forecast")
_MEASURES = ("exports", "two_way", "all_exports", "real_income", "real_wage", "prices")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that others published.

    Attributes:
        id: Its word.
        kind: ``observed`` or ``forecast``.
        maker: Whose it is.
        measure: ``exports`` of goods, ``two_way`` goods, ``all_exports`` of goods and services, ``real_income``,
            ``real_wage`` or ``prices``.
        seller: Code of an economy or a bloc, ``*`` for all.
        buyer: The same, ``*`` for all others; empty where there is none.
        period: As 2025 or 2025-05, or the words of a forecast.
        value: Change, a fraction.
        level_busd: Level, billion USD; nan where none was printed.
        run: Duties that stand beside it, a word of ``scenario.record.duties``; empty if none.
        source: Where it was printed.
        confidence: Of the figure.
        note: What else is to be known.
    """

    id: str
    kind: str
    maker: str
    measure: str
    seller: str
    buyer: str
    period: str
    value: float
    level_busd: float
    run: str
    source: str
    confidence: str
    note: str


@lru_cache(maxsize=1)
def realised() -> tuple[Figure, ...]:
    """Figures of ``data/trade/realised_2025.csv``, in its order.

    Raises:
        InputError: If the table has faults, each with its line.
    """
    table = read_rows(text_of(_TABLE), _TABLE, _COLUMNS)
    table.once(("id",))
    known = ("*", *economies().codes, *economies().blocs)
    found = []
    for row in table.rows:
        table.one_of(row, "kind", _KINDS)
        table.one_of(row, "measure", _MEASURES)
        table.one_of(row, "seller", known)
        table.one_of(row, "buyer", ("", *known))
        table.letter(row)
        value = table.number(row, "value_pct", above=-100.0) / 100
        level = table.number(row, "level_busd", above=0.0, absent=np.nan)
        words = {c: row[c] for c in _COLUMNS if c not in ("value_pct", "level_busd")}
        found.append(Figure(value=value, level_busd=level, **words))
    table.refuse("the figures of 2025")
    return tuple(found)


def _places(word: str, baseline: Baseline, other_than: str = "") -> list[int]:
    """Places of an economy or bloc; ``*`` is all but those of another word."""
    if word != "*":
        return [baseline.country(code) for code in economies().resolve(word)]
    out = _places(other_than, baseline) if other_than else []
    return [place for place in range(len(baseline.countries)) if place not in out]


def _pairs(figure: Figure, baseline: Baseline) -> tuple[list[int], list[int]]:
    """Buyers and sellers of a figure, one for each pair, home sales left out."""
    sellers = _places(figure.seller, baseline)
    buyers = _places(figure.buyer or "*", baseline, figure.seller)
    pairs = [(m, o) for m in buyers for o in sellers if m != o]
    if figure.measure == "two_way":
        pairs += [(o, m) for m, o in pairs]
    return [m for m, _ in pairs], [o for _, o in pairs]


def change_in(found: Equilibrium, figure: Figure) -> float:
    """The figure of an equilibrium: a relative change from its baseline.

    Trade is at customs values and goods only, but for ``all_exports``. Several economies are weighted by their spending.
    Values and prices are in units of world value added: there is no money in the model.
    """
    base = found.baseline
    if figure.measure in ("exports", "two_way", "all_exports"):
        to, of = _pairs(figure, base)
        goods = np.ones_like(base.goods) if figure.measure == "all_exports" else base.goods
        before = (base.flows * (1 + base.export_tax))[to, of][:, goods].sum()
        return float(found.customs_value[to, of][:, goods].sum() / before - 1)
    ratio = {"real_income": found.real_income, "real_wage": found.real_wage, "prices": found.price_index}[figure.measure]
    places = _places(figure.seller, base)
    weight = base.spending[places]
    return float(ratio[places] @ weight / weight.sum() - 1)


def quantity_in(found: Equilibrium, figure: Figure) -> float:
    """The same for quantities of goods at the prices of the baseline; only for figures of trade."""
    base = found.baseline
    to, of = _pairs(figure, base)
    before = base.flows[to, of][:, base.goods].sum()
    return float(found.quantity[to, of][:, base.goods].sum() / before - 1)
