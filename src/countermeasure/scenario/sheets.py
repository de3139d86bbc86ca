"""A solved trade scenario as tables, and its answer in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.trade.multi.economies import economies

if TYPE_CHECKING:
    from countermeasure.scenario.model import TradeOutcome
    from countermeasure.trade.multi.result import Equilibrium

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["assumptions_sheet", "diversion_sheet", "name_of", "trade_answer", "trade_sheets"]


def name_of(code: str) -> str:
    """English name of an economy, or the code itself in a baseline of one's own."""
    known = economies().by_code
    return known[code].name if code in known else code


def trade_answer(outcome: TradeOutcome) -> str:
    """Who loses and gains most, what trade between the two does, where China's lost exports go."""
    found = outcome.found
    base = found.baseline
    change = 100 * (found.real_income - 1)
    order = np.argsort(change)
    losers = (
        ", ".join(f"{base.countries[i]} {change[i]:+.2f} %" for i in order[:3] if change[i] < -0.005)
        or "nobody by more than 0.01 %"
    )
    winners = (
        ", ".join(f"{base.countries[i]} {change[i]:+.2f} %" for i in order[::-1][:3] if change[i] > 0.005)
        or "nobody by more than 0.01 %"
    )
    said = [f"Most is lost by {losers}", f"most is gained by {winners}"]
    if {"US", "CN"} <= set(base.countries):
        us, cn = base.country("US"), base.country("CN")
        said.append(f"United States {change[us]:+.2f} %, China {change[cn]:+.2f} % of real income")
        said.append(
            f"China sells {100 * found.change_of_exports(cn, base.goods)[us]:+.0f} % of goods to the United States and the "
            f"United States {100 * found.change_of_exports(us, base.goods)[cn]:+.0f} % to China"
        )
        moved = found.diversion(cn, us, base.goods)
        if moved.lost < 0:
            gone = np.argsort(-moved.gone_to)
            to = ", ".join(
                f"{base.countries[i]} {-100 * moved.gone_to[i] / moved.lost:.0f} %" for i in gone[:3] if moved.gone_to[i] > 0
            )
            taken = np.argsort(-moved.replaced_by)
            by = ", ".join(
                f"{base.countries[i]} {-100 * moved.replaced_by[i] / moved.lost:.0f} %"
                for i in taken[:3]
                if moved.replaced_by[i] > 0
            )
            said.append(f"of what China loses there, it sells to {to or 'nobody else'}")
            said.append(f"in the United States its place is taken by {by or 'nobody'}")
    if found.reached < 1:
        said.append(f"only {found.reached:.0%} of the way to the policy could be solved: these figures are of that step")
    return "; ".join(said) + "."


def trade_sheets(outcome: TradeOutcome) -> tuple[Sheet, ...]:
    """All tables of a scenario."""
    found = outcome.found
    base = found.baseline
    sheets = [_economies(found), _flows(found), _output(found)]
    if {"US", "CN"} <= set(base.countries):
        sheets += [diversion_sheet(found, "CN", "US"), diversion_sheet(found, "US", "CN")]
    sheets.append(_tariffs(outcome))
    return (*sheets, assumptions_sheet(outcome.assumptions))


def assumptions_sheet(rows: tuple[tuple[str, str, str, str], ...]) -> Sheet:
    """What an answer rests on, as a table."""
    return Sheet("assumptions", "What the figures rest on", ("what", "value", "confidence", "source"), rows)


def _economies(found: Equilibrium) -> Sheet:
    base = found.baseline
    off = ~np.eye(len(base.countries), dtype=bool)[:, :, None]
    before = base.flows * (1 + base.export_tax) * off
    after = found.customs_value * off
    exports = after.sum(axis=(0, 2)) / before.sum(axis=(0, 2)) - 1
    imports = after.sum(axis=(1, 2)) / before.sum(axis=(1, 2)) - 1
    columns = (
        "economy",
        "real_income_pct",
        "real_wage_pct",
        "prices_pct",
        "terms_of_trade_pct",
        "exports_pct",
        "imports_pct",
        "revenue_share_of_spending",
        "real_income_musd",
    )
    rows = tuple(
        (
            code,
            *(
                round(100 * float(v), 4)
                for v in (
                    found.real_income[i] - 1,
                    found.real_wage[i] - 1,
                    found.price_index[i] - 1,
                    found.terms_of_trade[i] - 1,
                    exports[i],
                    imports[i],
                )
            ),
            round(float(found.revenue[i] / found.income[i]), 5),
            round(float((found.real_income[i] - 1) * base.spending[i]), 1),
        )
        for i, code in enumerate(base.countries)
    )
    return Sheet("economies", "What each economy gains and loses", columns, rows)


def _flows(found: Equilibrium) -> Sheet:
    base = found.baseline
    old = base.flows * (1 + base.export_tax)
    new = found.customs_value
    rows = tuple(
        (base.countries[m], base.countries[o], base.sectors[s], round(float(old[m, o, s]), 2), round(float(new[m, o, s]), 2))
        for m, o, s in zip(*np.nonzero((old > 0) & ~np.eye(len(base.countries), dtype=bool)[:, :, None]), strict=True)
    )
    return Sheet("flows", f"Trade before and after, {base.unit}", ("importer", "origin", "sector", "before", "after"), rows)


def _output(found: Equilibrium) -> Sheet:
    base = found.baseline
    quantity = found.output / found.cost
    rows = tuple(
        (
            base.countries[i],
            base.sectors[j],
            round(float(base.output[i, j]), 1),
            round(100 * float(quantity[i, j] / base.output[i, j] - 1), 4),
        )
        for i, j in zip(*np.nonzero(base.output > 0), strict=True)
    )
    return Sheet(
        "output",
        "Output by sector, change of quantity",
        ("economy", "sector", f"before_{base.unit.replace(' ', '_')}", "change_pct"),
        rows,
    )


def diversion_sheet(found: Equilibrium, origin: str, importer: str) -> Sheet:
    """Where an origin's lost goods go, and who takes its place."""
    base = found.baseline
    moved = found.diversion(base.country(origin), base.country(importer), base.goods)
    rows = tuple(
        (code, round(float(moved.gone_to[i]), 1), round(float(moved.replaced_by[i]), 1))
        for i, code in enumerate(base.countries)
    )
    title = f"Goods of {origin} that lost {importer}: where they go, and who takes their place, {base.unit}"
    return Sheet(f"diversion_{origin}_{importer}", title, ("economy", "gone_to", "replaced_by"), rows)


def _tariffs(outcome: TradeOutcome) -> Sheet:
    base, policy = outcome.found.baseline, outcome.found.policy
    changed = (policy.tariff != base.tariff) | (policy.export_tax != base.export_tax) | (policy.friction != 1) | policy.banned
    rows = tuple(
        (
            base.countries[m],
            base.countries[o],
            base.sectors[s],
            round(float(policy.tariff[m, o, s]), 5),
            round(float(policy.export_tax[m, o, s]), 5),
            round(float(policy.friction[m, o, s]), 4),
            "yes" if policy.banned[m, o, s] else "no",
        )
        for m, o, s in zip(*np.nonzero(changed & ~np.eye(len(base.countries), dtype=bool)[:, :, None]), strict=True)
    )
    columns = ("importer", "origin", "sector", "tariff", "export_tax", "friction", "banned")
    return Sheet("policy", "Levels that differ from the baseline", columns, rows)
