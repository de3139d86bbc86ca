"""Trade scenarios and games on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out
from countermeasure.cli.targets_screen import targets_screen
from countermeasure.io.trade_validation import label_of
from countermeasure.scenario.places import the_two
from countermeasure.scenario.record.rows import HORIZONS, TOTALS
from countermeasure.scenario.sheets import horizon_sheet, name_of, quota_sheet, scaled, trade_answer
from countermeasure.trade.multi.horizon import horizon_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.codes.sheet import Sheet
    from countermeasure.scenario import BackTest, GameAnswer, TradeOutcome, TradeScenario

__all__ = ["game_screen", "scenario_table", "screen", "validation_screen"]

_ROWS = 12
"""Economies and ways shown."""
_ALL = 30
"""So many economies are shown whole."""
_SHOWN: tuple[str, ...] = ("US", "CN", "DE", "JP", "MX", "VN")
"""Economies whose sectors are shown."""
_STEPS = 4
"""Plays shown side by side."""


def _table(*columns: str, title: str = "", left: int = 1) -> Table:
    table = new_table(plain=not out().is_terminal, title=title)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right")
    return table


def _assumed(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[Text]:
    for what, value, letter, _ in rows:
        yield Text(f"Assumed ({letter}): {what}: {value}".rstrip(".") + ".", style="yellow" if letter == "U" else "")


def screen(outcome: TradeOutcome) -> Iterator[RenderableType]:
    """A scenario: what is assumed, the answer, economies, diversion, sectors."""
    scenario, found = outcome.scenario, outcome.found
    base = found.baseline
    yield Text(scenario.title, style="bold")
    yield Text(f"{len(base.countries)} economies, {len(base.sectors)} sectors, {base.year or 'year unknown'}", style="dim")
    yield from _assumed(outcome.assumptions)
    yield Text()
    yield Text(trade_answer(outcome))
    yield Text()
    yield _economies(outcome)
    two = the_two(base)
    if two is not None:
        yield _diversion(outcome, *two[::-1])
        yield _diversion(outcome, *two)
    yield _sectors(outcome)
    if outcome.policy.quotas:
        yield _plain_sheet(quota_sheet(found), left=3)
    yield _horizons(outcome)
    for note in found.notes:
        yield Text(note, style="yellow")
    yield Text(
        "Prices and values are counted in mean wages of the world; at home includes what the country sells itself.", style="dim"
    )
    yield Text(
        "No money, no unemployment and no bands: what decides is the horizon, so run several (--horizon 1, 3, long).",
        style="dim",
    )


def _economies(outcome: TradeOutcome) -> Table:
    found = outcome.found
    base = found.baseline
    change = 100 * (found.real_income - 1)
    order = np.argsort(change)
    shown = order if len(order) <= _ALL else np.concatenate([order[:_ROWS], order[-_ROWS:]])
    title = "Economies, change" if len(order) <= _ALL else f"Economies, change: {2 * _ROWS} of {len(order)}, --out has all"
    factor, unit = scaled(base.unit)
    heads = ("economy", "", "real income %", "real wage %", "prices %", "terms of trade %", f"{unit} a year")
    table = _table(*heads, title=title, left=2)
    for i in shown:
        table.add_row(
            base.countries[i],
            name_of(base.countries[i]),
            f"{change[i]:+.2f}",
            f"{100 * (found.real_wage[i] - 1):+.2f}",
            f"{100 * (found.price_index[i] - 1):+.2f}",
            f"{100 * (found.terms_of_trade[i] - 1):+.2f}",
            f"{(found.real_income[i] - 1) * base.spending[i] * factor:+,.1f}",
        )
    return table


def _diversion(outcome: TradeOutcome, seller: int, buyer: int) -> Table:
    found = outcome.found
    base = found.baseline
    moved = found.diversion(seller, buyer, base.goods)
    origin, importer = base.countries[seller], base.countries[buyer]
    factor, unit = scaled(base.unit)
    title = f"Goods of {origin} to {importer}: {moved.lost * factor:+,.0f} {unit}; where they go, and who takes the place"
    table = _table("sold to", unit, "bought from", unit, title=title)
    to, by = np.argsort(-np.abs(moved.gone_to)), np.argsort(-np.abs(moved.replaced_by))
    for a, b in zip(to[:6], by[:6], strict=True):
        table.add_row(
            _home(base.countries[a], origin),
            f"{moved.gone_to[a] * factor:+,.1f}",
            _home(base.countries[b], importer),
            f"{moved.replaced_by[b] * factor:+,.1f}",
        )
    table.columns[2].justify = "left"
    return table


def _horizons(outcome: TradeOutcome) -> Table:
    sheet = horizon_sheet(outcome)
    heads = [h.removesuffix("_pct").replace("_", " ") + (" %" if h.endswith("_pct") else "") for h in sheet.columns[:-1]]
    table = _table(*heads, title=f"{sheet.title}, years")
    for row in sheet.rows:
        table.add_row(*(f"{v:+.2f}" if isinstance(v, float) else str(v) for v in row[:-1]))
    return table


def _plain_sheet(sheet: Sheet, left: int) -> Table:
    heads = [h.removesuffix("_pct").replace("_", " ") + (" %" if h.endswith("_pct") else "") for h in sheet.columns]
    table = _table(*heads, title=sheet.title, left=left)
    for row in sheet.rows:
        table.add_row(*(f"{v:,.1f}" if isinstance(v, float) else str(v) for v in row))
    return table


def _home(code: str, own: str) -> str:
    return f"{code} (at home)" if code == own else code


def _sectors(outcome: TradeOutcome) -> Table:
    found = outcome.found
    base = found.baseline
    codes = [c for c in _SHOWN if c in base.countries] or list(base.countries[: len(_SHOWN)])
    quantity = found.output / found.cost / np.where(base.output > 0, base.output, 1.0) - 1
    table = _table("sector", *codes, title="Output, change of quantity %")
    for j, sector in enumerate(base.sectors):
        table.add_row(sector, *(f"{100 * quantity[base.country(c), j]:+.1f}" for c in codes))
    return table


def validation_screen(found: BackTest) -> Iterator[RenderableType]:
    """Targets, then the record beside the model."""
    yield from targets_screen(found.targets)
    yield Text()
    yield Text(
        f"Fitted share of the long-run elasticities: {found.share:.3f}; shipped after one year: {found.shipped_share:.2f}."
    )
    table = _table("", "observed %", "fitted share %", "after 1 year %", "long run %", "sign", title="The record of 2025")
    place = HORIZONS.index(1.0)
    for row in found.rows:
        shown = (row.figure.value, row.fitted, row.simulated[place], row.simulated[-1])
        word = "" if row.figure.id in TOTALS.values() else "right" if row.sign_right else "wrong"
        label = f"{label_of(row.figure)}, {'May' if row.figure.period.endswith('05') else 'year'}"
        table.add_row(label, *(f"{100 * v:+.1f}" for v in shown), word)
    yield table
    for note in found.notes:
        yield Text(note, style="dim")


def scenario_table(found: Sequence[TradeScenario]) -> Table:
    """Shipped scenarios."""
    table = _table("scenario", "title", "horizon", left=3)
    for one in found:
        table.add_row(one.id, one.title, horizon_words(one.years))
    return table


def game_screen(answer: GameAnswer) -> Iterator[RenderableType]:
    """A game: what is assumed, who chooses what, rates before and after, gains."""
    yield Text(answer.title, style="bold")
    base = answer.setting.system.baseline
    yield Text(
        f"{len(base.countries)} economies, {len(base.sectors)} sectors; gains are counted from {answer.setting.status_quo}",
        style="dim",
    )
    yield from _assumed(answer.setting.assumptions)
    yield Text()
    yield Text(answer.says())
    yield Text()
    yield Text(answer.outcome.says(), style="dim")
    for note in answer.notes:
        yield Text(note)
    yield Text()
    gains, means, *_ = answer.sheets()
    yield _wide(means, _ROWS)
    yield _gains(answer, gains)
    more = (
        f"{len(answer.plays)} steps, {_STEPS} of them shown; all of them and every" if len(answer.plays) > _STEPS else "Every"
    )
    yield Text(f"{more} rate by sector: --out DIR or --json.", style="dim")


def _wide(sheet: Sheet, most: int) -> Table:
    """A sheet of means with its largest ways first, as many plays as fit."""
    lead = 3
    heads = sheet.columns[: lead + 1 + _STEPS]
    rows = sorted(sheet.rows, key=lambda r: -max(abs(v - r[lead]) for v in r[lead + 1 :]))[:most]
    more = f"; {most} of {len(sheet.rows)} ways" if len(sheet.rows) > most else ""
    names = [h.removesuffix("_pct").replace("_", " ") + " %" if n >= lead else h for n, h in enumerate(heads)]
    table = _table(*names, title=sheet.title + more, left=lead)
    for row in rows:
        table.add_row(*(f"{v:.1f}" if n >= lead else str(v) for n, v in enumerate(row[: len(heads)])))
    return table


def _gains(answer: GameAnswer, sheet: Sheet) -> Table:
    players = {n for _, play in answer.plays for c in play.choosers for n in c.members}
    codes = answer.setting.system.baseline.countries
    own = [r for r in sheet.rows if codes.index(r[0]) in players]
    rest = sorted((r for r in sheet.rows if codes.index(r[0]) not in players), key=lambda r: -abs(r[1]))
    heads = [h.removesuffix("_real_income_pct").replace("_", " ") for h in sheet.columns[1 : 1 + _STEPS]]
    table = _table("economy", "", *(f"{h} %" for h in heads), title=sheet.title, left=2)
    for row in (*own, *rest[: max(_ROWS - len(own), 5)]):
        table.add_row(row[0], name_of(row[0]), *(f"{v:+.3f}" for v in row[1 : 1 + _STEPS]))
    return table
