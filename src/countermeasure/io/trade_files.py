"""A trade scenario as files: tables, JSON, pictures and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.io.pictures import matrix, sankey, stack_bars
from countermeasure.io.report_folder import write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source
from countermeasure.scenario.places import the_two
from countermeasure.scenario.sheets import matrix_sheet, scaled, trade_answer, trade_sheets

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.scenario.games import GameAnswer
    from countermeasure.scenario.model import TradeOutcome
    from countermeasure.trade.multi.result import Equilibrium

    Way = tuple[str, str, str, str, float]

__all__ = ["MATRIX_TITLE", "game_json", "game_picture", "trade_json", "trade_pictures", "write_game", "write_trade"]

MATRIX_TITLE = "Goods trade between economies, change in %"
"""Of the picture; its table has the values before and after."""
LIMITS = (
    "No money, no unemployment, no finance. What decides is the horizon: the table of horizons is the band of this answer.",
    "China's duties are an average over all goods; tariffs of all others stay as in the baseline.",
)


def trade_json(outcome: TradeOutcome) -> dict[str, Any]:
    """A scenario as one JSON object."""
    found = outcome.found
    return {
        "answer": trade_answer(outcome),
        "scenario": outcome.scenario.id,
        "baseline": {"year": found.baseline.year, "unit": found.baseline.unit, "source": found.baseline.source},
        "closure": found.closure,
        "theta": dict(zip(found.baseline.sectors, found.theta.tolist(), strict=True)),
        "reached": found.reached,
        "error": found.error,
        "assumptions": [dict(zip(("what", "value", "confidence", "source"), row, strict=True)) for row in outcome.assumptions],
        "tables": {s.name: s.records() for s in trade_sheets(outcome) if s.name not in ("flows", "assumptions", "policy")},
    }


def write_trade(folder: Path, outcome: TradeOutcome) -> list[Path]:
    """Write everything of a scenario into a folder, made if it is not there.

    Raises:
        InputError: If the folder cannot be made.
    """
    sheets = trade_sheets(outcome)
    pictures = trade_pictures(outcome)
    by_name = {s.name: s for s in sheets}
    sections = []
    lost = [s.name for s in sheets if s.name.startswith("diversion_")]
    for name, title in (("welfare", "economies"), ("matrix", "matrix"), ("diversion", next(iter(lost), ""))):
        if name in pictures and title in by_name:
            sheet = by_name[title]
            said = "" if sheet.title == pictures[name][0] else f"The table: {sheet.title}."
            sections.append(Section(pictures[name][0], said, pictures[name][1], Grid(sheet.columns, list(sheet.rows))))
    for sheet in (by_name[name] for name in ("horizons", "quotas", *lost[1:], "output") if name in by_name):
        sections += [Section(sheet.title, "", "", Grid(sheet.columns, list(sheet.rows)))]
    scenario = outcome.scenario
    meta = Meta(
        scenario.title,
        trade_answer(outcome),
        f"{scenario.intent} {scenario.notes}".strip(),
        [Assumption(*row) for row in outcome.assumptions],
        [*LIMITS, *outcome.found.notes],
        [Source(s) for s in (*scenario.sources, outcome.found.baseline.source) if s],
        [("scenario", scenario.id), ("baseline", f"{outcome.found.baseline.year}"), ("closure", outcome.found.closure)],
    )
    svgs = {name: svg for name, (_, svg) in pictures.items()}
    return write_report(folder, sheets=sheets, pictures=svgs, meta=meta, sections=sections, found=trade_json(outcome))


def game_json(answer: GameAnswer) -> dict[str, Any]:
    """A game as one JSON object."""
    return {
        "title": answer.title,
        "answer": answer.says(),
        "conditions": answer.outcome.says(),
        "notes": list(answer.notes),
        "status_quo": answer.setting.status_quo,
        "closure": answer.setting.system.closure,
        "first_order_residual": answer.outcome.first_order,
        "multipliers": list(answer.outcome.multipliers),
        "tables": {s.name: s.records() for s in answer.sheets()},
    }


def game_picture(answer: GameAnswer) -> str:
    """Real incomes after the first play of a game, as bars, the worst hit first."""
    gains = answer.sheets()[0]
    rows = sorted(gains.rows, key=lambda row: row[1])
    word = answer.plays[0][0].replace("_", " ")
    return stack_bars(gains.title, [row[0] for row in rows], [word], [[float(row[1]) / 100 for row in rows]], "%")


def write_game(folder: Path, answer: GameAnswer) -> list[Path]:
    """Write everything of a game into a folder, made if it is not there.

    Raises:
        InputError: If the folder cannot be made.
    """
    sheets = answer.sheets()
    gains, means, rates, conditions, _ = sheets
    svg = game_picture(answer)
    sections = [
        Section(gains.title, "", svg, Grid(gains.columns, list(gains.rows))),
        *(Section(s.title, "", "", Grid(s.columns, list(s.rows))) for s in (means, rates, conditions)),
    ]
    meta = Meta(
        answer.title,
        answer.says(),
        f"Gains are counted from {answer.setting.status_quo}.",
        [Assumption(*row) for row in answer.setting.assumptions],
        [*LIMITS, *answer.notes, *answer.outcome.notes],
        [Source(answer.setting.system.baseline.source)],
        [("first-order residual", f"{answer.outcome.first_order:.1e}"), ("closure", answer.setting.system.closure)],
    )
    pictures = {"gains": svg}
    return write_report(folder, sheets=sheets, pictures=pictures, meta=meta, sections=sections, found=game_json(answer))


def trade_pictures(outcome: TradeOutcome) -> dict[str, tuple[str, str]]:
    """Title and SVG of each picture of a scenario: real incomes with their span over horizons, trade, diversion."""
    found = outcome.found
    base = found.baseline
    change = found.real_income - 1
    order = np.argsort(change)
    title = "Real income, change by economy"
    codes = [base.countries[i] for i in order]
    spans = np.array([one.real_income - 1 for _, one in outcome.horizons()])[:, order]
    band = (spans.min(axis=0).tolist(), spans.max(axis=0).tolist()) if len(spans) > 1 else None
    values = [[float(change[i]) for i in order]]
    drawn = stack_bars(title, codes, ["real income"], values, "%", band, band_words="over the horizons of the table")
    pictures = {"welfare": (title, drawn)}
    sheet = matrix_sheet(found)
    names = list(dict.fromkeys(row[0] for row in sheet.rows))
    grid = {(row[0], row[1]): row[2:] for row in sheet.rows}
    factor, unit = scaled(base.unit)
    before, after = (np.array([[grid[o, m][k] for m in names] for o in names]) * factor for k in (0, 1))
    drawn = matrix(MATRIX_TITLE, names, names, before, after, unit, row_title="from", column_title="to")
    pictures["matrix"] = (MATRIX_TITLE, drawn)
    two = the_two(base)
    if two is not None:
        title = f"Goods trade of China and the United States with large partners, {unit}"
        pictures["diversion"] = (title, sankey(title, *_ways(found, two, factor), unit=unit, panels=("Baseline", "After")))
    return pictures


def _ways(found: Equilibrium, two: tuple[int, int], factor: float) -> tuple[list[Way], list[Way]]:
    """Exports of and to the two, before and after, with the ten largest traders."""
    base = found.baseline
    places = list(two[::-1])
    old = (base.flows * (1 + base.export_tax))[:, :, base.goods].sum(axis=2)
    new = found.customs_value[:, :, base.goods].sum(axis=2)
    shown = list(dict.fromkeys([*places, *np.argsort(-base.flows[:, :, base.goods].sum(axis=(0, 2)))[:10].tolist()]))
    before, after = [], []
    for o in shown:
        for m in shown:
            if o != m and (o in places or m in places):
                ends = ("exports of", base.countries[o], "imports of", base.countries[m])
                before.append((*ends, float(old[m, o]) * factor))
                after.append((*ends, float(new[m, o]) * factor))
    return before, after
