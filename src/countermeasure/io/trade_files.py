"""A trade scenario as files: tables, JSON, pictures and a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.io.pictures import sankey, stack_bars
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source, report_page
from countermeasure.io.write import write_table
from countermeasure.scenario.sheets import trade_answer, trade_sheets

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.scenario.model import TradeOutcome

__all__ = ["trade_json", "write_trade"]

LIMITS = (
    "No money, no unemployment, no finance. No band is given: the parameter that decides is the horizon, so run several.",
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
        "tables": {
            s.name: [dict(zip(s.columns, row, strict=True)) for row in s.rows]
            for s in trade_sheets(outcome)
            if s.name not in ("flows", "assumptions", "policy")
        },
    }


def write_trade(folder: Path, outcome: TradeOutcome) -> list[Path]:
    """Write everything of a scenario into a folder, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets, written = trade_sheets(outcome), []
    for sheet in sheets:
        columns = {name: [row[i] for row in sheet.rows] for i, name in enumerate(sheet.columns)}
        written += [write_table(folder / f"{sheet.name}{suffix}", columns) for suffix in (".csv", ".parquet")]
    pictures = _pictures(outcome)
    for name, (_, svg) in pictures.items():
        path = folder / f"{name}.svg"
        path.write_text(svg, "utf-8")
        written.append(path)
    path = folder / "outcome.json"
    path.write_text(json.dumps(trade_json(outcome), ensure_ascii=False, indent=1) + "\n", "utf-8")
    written.append(path)
    by_name = {s.name: s for s in sheets}
    sections = []
    for name, title in (("welfare", "economies"), ("diversion", "diversion_CN_US")):
        if name in pictures and title in by_name:
            sheet = by_name[title]
            sections.append(Section(pictures[name][0], sheet.title, pictures[name][1], Grid(sheet.columns, list(sheet.rows))))
    for sheet in (by_name[name] for name in ("diversion_US_CN", "output") if name in by_name):
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
    path = folder / "report.html"
    path.write_text(report_page(sections, meta), "utf-8")
    return [*written, path]


def _pictures(outcome: TradeOutcome) -> dict[str, tuple[str, str]]:
    found = outcome.found
    base = found.baseline
    change = found.real_income - 1
    order = np.argsort(change)
    title = "Real income, change by economy"
    codes = [base.countries[i] for i in order]
    pictures = {"welfare": (title, stack_bars(title, codes, ["real income"], [[float(change[i]) for i in order]], "%"))}
    if {"US", "CN"} <= set(base.countries):
        places = [base.country(c) for c in ("CN", "US")]
        shown = list(dict.fromkeys([*places, *np.argsort(-base.flows[:, :, base.goods].sum(axis=(0, 2)))[:10].tolist()]))
        old = (base.flows * (1 + base.export_tax))[:, :, base.goods].sum(axis=2)
        new = found.customs_value[:, :, base.goods].sum(axis=2)
        before, after = [], []
        for o in shown:
            for m in shown:
                if o != m and (o in places or m in places):
                    ends = ("exports of", base.countries[o], "imports of", base.countries[m])
                    before.append((*ends, float(old[m, o]) / 1e3))
                    after.append((*ends, float(new[m, o]) / 1e3))
        title = "Goods trade of China and the United States with large partners, billion USD"
        pictures["diversion"] = (title, sankey(title, before, after, unit="billion USD", panels=("Baseline", "After")))
    return pictures
