"""A solved trade scenario as tables, and its answer in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.scenario.places import the_two
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.welfare import incidence

if TYPE_CHECKING:
    from countermeasure.scenario.model import TradeOutcome
    from countermeasure.trade.multi.result import Equilibrium

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "assumptions_sheet",
    "diversion_sheet",
    "horizon_sheet",
    "matrix_sheet",
    "name_of",
    "quota_sheet",
    "scaled",
    "trade_answer",
    "trade_sheets",
]


def name_of(code: str) -> str:
    """English name of an economy, or the code itself in a baseline of one's own."""
    known = economies().by_code
    return known[code].name if code in known else code


def trade_answer(outcome: TradeOutcome) -> str:
    """The answer in sentences: who loses and gains, the two, duties and who bears them, trade and diversion, horizons."""
    found = outcome.found
    base = found.baseline
    change = 100 * (found.real_income - 1)
    order = np.argsort(change)
    losers, winners = (
        ", ".join(
            f"{base.countries[i]} {change[i]:+.2f} %" for i in some[:3] if abs(change[i]) > _TOLD and change[i] * sign > 0
        )
        or f"nobody by more than {_TOLD} %"
        for some, sign in ((order, -1), (order[::-1], 1))
    )
    said = [f"Real income falls most in {losers} and rises most in {winners}"]
    two = the_two(base)
    if two is not None:
        us, cn = two
        said += _the_two(outcome, us, cn)
        sold = [100 * float(found.change_of_exports(o, base.goods)[m]) for o, m in ((cn, us), (us, cn))]
        said.append(
            f"China sells {sold[0]:+.0f} % of goods to the United States, and the United States {sold[1]:+.0f} % to China"
        )
        said += _diverted(found, cn, us)
    if found.reached < 1:
        said.append(f"Only {found.reached:.0%} of the way to the policy could be solved: these figures are of that step")
    return ". ".join(said) + "."


_TOLD = 0.01
"""Percent of real income that is worth a word."""


def _the_two(outcome: TradeOutcome, us: int, cn: int) -> list[str]:
    """Real incomes of the two with their span over horizons, and who bears US duties."""
    found, horizons = outcome.found, outcome.horizons()
    said = []
    for name, place in (("United States", us), ("China", cn)):
        spread = [100 * float(one.real_income[place] - 1) for _, one in horizons]
        band = f" ({min(spread):+.2f} to {max(spread):+.2f} over horizons)" if len(spread) > 1 else ""
        said.append(f"{name} {100 * (found.real_income[place] - 1):+.2f} %{band}")
    words = [", ".join(said)]
    borne = incidence(found).abroad[us]
    if np.isfinite(borne):
        amount = _amount(float(found.tariffs[us]), found.baseline.unit)
        words.append(
            f"The United States collects {amount} of duties a year; in its wages sellers abroad bear {100 * borne:.0f} % of "
            "their rise, its buyers the rest"
        )
    return words


def scaled(unit: str) -> tuple[float, str]:
    """Factor and word in which amounts of a baseline are shown: millions as billions, others as they are."""
    if unit.startswith("million "):
        return 1e-3, f"billion {unit.removeprefix('million ')}"
    return 1.0, unit


def _amount(value: float, unit: str, sign: str = "") -> str:
    """An amount in words."""
    factor, word = scaled(unit)
    return f"{value * factor:{sign},.0f} {word}" if factor != 1 else f"{value:{sign},.4g} {word}"


def _diverted(found: Equilibrium, origin: int, importer: int) -> list[str]:
    """Where goods that lost a market go, and who takes the place there, in the two largest of each."""
    base = found.baseline
    moved = found.diversion(origin, importer, base.goods)
    if moved.lost >= 0:
        return []
    others = np.arange(len(base.countries))
    abroad = np.where(others == origin, -np.inf, moved.gone_to)
    other = np.where(others == importer, -np.inf, moved.replaced_by)
    to, by = (
        " and ".join(f"{base.countries[i]} {_amount(float(v[i]), base.unit, '+')}" for i in np.argsort(-v)[:2] if v[i] > 0)
        for v in (abroad, other)
    )
    own = _amount(float(moved.replaced_by[importer]), base.unit, "+")
    return [
        f"That is {_amount(moved.lost, base.unit, '+')} of Chinese goods"
        + (f"; sales elsewhere abroad rise most to {to}" if to else "; they rise nowhere else abroad"),
        f"All changes together, the United States buys {own} at home" + (f" and more abroad from {by}" if by else ""),
    ]


_MATRIX = ("US", "CN", "EU", "CA", "MX", "JP", "KR", "TW", "IN", "ASEAN", "GB", "LATAM", "AFRICA")
"""Economies and groups of the matrix of trade; all others are one."""


def matrix_sheet(found: Equilibrium) -> Sheet:
    """Goods trade between groups before and after; in a baseline of one's own, among its twelve largest traders."""
    base = found.baseline
    known = economies()
    if set(base.countries) <= set(known.codes):
        groups = {word: [base.country(c) for c in known.resolve(word) if c in base.countries] for word in _MATRIX}
        taken: set[int] = set()
        for word, places in groups.items():
            groups[word] = [p for p in places if p not in taken]
            taken |= set(groups[word])
    else:
        order = np.argsort(-base.flows[:, :, base.goods].sum(axis=(0, 2)))[:12]
        groups = {base.countries[i]: [int(i)] for i in order}
        taken = {int(i) for i in order}
    rest = [n for n in range(len(base.countries)) if n not in taken]
    groups = {word: places for word, places in [*groups.items(), ("rest", rest)] if places}
    old = (base.flows * (1 + base.export_tax))[:, :, base.goods].sum(axis=2)
    new = found.customs_value[:, :, base.goods].sum(axis=2)
    for array in (old, new):
        np.fill_diagonal(array, 0.0)
    rows = tuple(
        (o, m, round(float(old[np.ix_(ms, os)].sum()), 1), round(float(new[np.ix_(ms, os)].sum()), 1))
        for o, os in groups.items()
        for m, ms in groups.items()
    )
    return Sheet("matrix", f"Goods trade before and after, {base.unit}", ("origin", "importer", "before", "after"), rows)


def trade_sheets(outcome: TradeOutcome) -> tuple[Sheet, ...]:
    """All tables of a scenario."""
    found = outcome.found
    base = found.baseline
    sheets = [_economies(found), matrix_sheet(found), _flows(found), _output(found)]
    two = the_two(base)
    if two is not None:
        sheets += [diversion_sheet(found, *two[::-1]), diversion_sheet(found, *two)]
    sheets.append(_tariffs(outcome))
    if outcome.policy.quotas:
        sheets.append(quota_sheet(found))
    return (*sheets, horizon_sheet(outcome), assumptions_sheet(outcome.assumptions))


def quota_sheet(found: Equilibrium) -> Sheet:
    """What each quota sells, at which license premium, and who holds its rent."""
    base, rows = found.baseline, []
    unit = base.unit.replace(" ", "_")
    for quota, premium, rents in zip(found.policy.quotas, found.premium, found.rents, strict=True):
        ways = (list(quota.importers), quota.origin, quota.sector)
        sold = float(found.quantity[ways].sum() / max(base.flows[ways].sum(), 1e-300))
        names = " ".join(base.countries[m] for m in quota.importers)
        head = (base.countries[quota.origin], base.sectors[quota.sector], names)
        figures = (round(100 * quota.share, 2), round(100 * sold, 2), round(100 * float(premium), 2))
        rows.append((*head, *figures, *(round(float(v), 1) for v in rents)))
    columns = ("origin", "sector", "importers", "cap_pct", "sold_pct", "premium_pct")
    return Sheet("quotas", "Quotas", (*columns, f"rent_at_home_{unit}", f"rent_abroad_{unit}"), tuple(rows))


def horizon_sheet(outcome: TradeOutcome) -> Sheet:
    """The same policy at other horizons: what the answer depends on most."""
    rows = []
    for years, found in outcome.horizons():
        base, change = found.baseline, 100 * (found.real_income - 1)
        worst = int(np.argmin(change))
        row: list[object] = ["long run" if years is None else f"{years:g}"]
        two = the_two(base)
        if two is not None:
            us, cn = two
            row += [round(float(change[us]), 3), round(float(change[cn]), 3)]
            row += [round(100 * float(found.change_of_exports(o, base.goods)[m]), 1) for o, m in ((cn, us), (us, cn))]
        rows.append((*row, base.countries[worst], round(float(change[worst]), 3), round(found.reached, 4)))
    pair = ("US_real_income_pct", "CN_real_income_pct", "CN_to_US_goods_pct", "US_to_CN_goods_pct")
    own = pair if rows and len(rows[0]) == 8 else ()
    columns = ("years", *own, "most_lost_by", "real_income_pct", "reached")
    return Sheet("horizons", "The same duties at other horizons", columns, tuple(rows))


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
        "tariffs_musd",
        "tariffs_before_musd",
        "tariff_rise_pct",
        "borne_abroad_pct",
        "real_income_musd",
    )
    borne = incidence(found)
    was = (base.flows * (1 + base.export_tax) * base.tariff).sum(axis=(1, 2))
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
            round(float(found.tariffs[i]), 1),
            round(float(was[i]), 1),
            *(None if np.isnan(v) else round(100 * float(v), 2) for v in (np.expm1(borne.rise[i]), borne.abroad[i])),
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


def diversion_sheet(found: Equilibrium, origin: int, importer: int) -> Sheet:
    """Where an origin's lost goods go, and who takes its place."""
    base = found.baseline
    moved = found.diversion(origin, importer, base.goods)
    seller, buyer = base.countries[origin], base.countries[importer]
    rows = tuple(
        (code, round(float(moved.gone_to[i]), 1), round(float(moved.replaced_by[i]), 1))
        for i, code in enumerate(base.countries)
    )
    title = f"Goods of {seller} that lost {buyer}: where they go, and who takes their place, {base.unit}"
    return Sheet(f"diversion_{seller}_{buyer}", title, ("economy", "gone_to", "replaced_by"), rows)


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
