"""The back-test of the trade model as a page of documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.io.markdown import markdown_table
from countermeasure.scenario.record.duties import TITLES
from countermeasure.scenario.record.rows import FITTED, FORECAST_YEARS, HORIZONS, TO_US
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.horizon import HORIZON

if TYPE_CHECKING:
    from countermeasure.scenario.record.figures import Figure
    from countermeasure.scenario.record.rows import BackTest

__all__ = ["backtest_json", "backtest_text", "label_of"]

_PLACES = {"CN": "China", "US": "the United States", "EU": "the European Union", "ASEAN": "South-East Asia"} | {
    "LATAM": "Latin America"
}
_OF = {"CN": "China's", "US": "US", "EU": "the European Union's", "*": "the world's"}
_MEASURES = {"real_income": "real income", "real_wage": "real wage", "prices": "prices", "all_exports": "exports"}
_YEARS = tuple("long run" if year == HORIZONS[-1] else f"{year:g} y" for year in HORIZONS)


def backtest_json(found: BackTest) -> dict[str, Any]:
    """The back-test as one JSON object."""
    return {
        "fitted_share": found.share,
        "shipped_share_after_one_year": found.shipped_share,
        "passed": found.passed,
        "targets": [target.to_json() for target in found.targets],
        "record": found.sheet().records(),
        "notes": list(found.notes),
    }


def label_of(figure: Figure) -> str:
    """A figure in words, as ``China's goods to Africa``."""
    if figure.measure == "two_way":
        return "goods of the United States and China, both ways"
    if figure.measure == "exports" and figure.buyer == "*":
        return f"all of {_OF[figure.seller]} goods abroad"
    of = _OF.get(figure.seller, f"{_place(figure.seller)}'s")
    return f"{of} goods to {_place(figure.buyer)}" if figure.measure == "exports" else f"{of} {_MEASURES[figure.measure]}"


def _place(code: str) -> str:
    known = economies().by_code
    return _PLACES.get(code, known[code].name if code in known else code)


def backtest_text(found: BackTest) -> str:
    """The page ``docs/explanation/trade_validation.md``: what was fitted, what is predicted, met or missed, and why."""
    missed = [t.id for t in found.targets if not t.passed]
    said = [
        "# The trade model against 2025",
        "",
        "Made by `countermeasure trade validate --out trade_validation.md`. "
        f"{found.passed} of {len(found.targets)} targets are met; "
        + (f"missed: {', '.join(missed)}. " if missed else "")
        + "Changes are in percent, distances in points.",
        "",
        *_what_was_fitted(found),
        *_targets(found),
        *_record(found),
        *_net(found),
        *_reach(found),
        *_readings(found),
        *_bracket(found),
        *_forecasts(found),
        "## Sources",
        "",
        (
            "Observed figures are press reports of figures of China's customs, forecasts are as their makers or the press "
            "printed them; confidence B. All are facts quoted in `data/trade/realised_2025.csv`, row by row with their source."
        ),
        "",
        *(f"- {source}" for source in dict.fromkeys(_sources(found))),
        "",
    ]
    return "\n".join(said)


def _what_was_fitted(found: BackTest) -> list[str]:
    held = next(d for d in found.duties if d.id == found.by_id[FITTED].figure.run)
    years = float(np.interp(found.share, [p[1] for p in HORIZON], [p[0] for p in HORIZON]))
    return [
        "## What was fitted",
        "",
        (
            f"One number: the share of the long-run elasticities that acts. China's goods to the United States in May 2025 "
            f"({_signed(found.by_id[FITTED].figure.value)} %) are met at {found.share:.3f}, under the duties that those goods "
            f"met a month later ({100 * held.us_on_china:.0f} % on China, average over imports of 2024). The shipped horizon "
            f"has {found.shipped_share:.2f} after a year, from studies that did not see this figure; the fitted share stands "
            f"at {years:.1f} years of it. All other rows of this page are predicted with that number or shown by year. The "
            "number hangs on which duties the goods are taken to have met: see the readings below."
        ),
        "",
        *(f"- {note}" for note in found.notes),
        "",
    ]


def _targets(found: BackTest) -> list[str]:
    rows = [(t.id, t.what, t.kind, t.observed, t.simulated, t.rule, t.result, t.why) for t in found.targets]
    head = ("", "target", "kind", "observed or forecast", "simulated", "passes if", "result", "why")
    return ["## Targets", "", *markdown_table(head, rows), ""]


def _record(found: BackTest) -> list[str]:
    rows = [
        (
            f"{label_of(r.figure)}, {_period(r.figure)}",
            r.kind,
            _signed(r.figure.value),
            *map(_signed, r.simulated),
            _signed(r.fitted),
            "right" if r.sign_right else "wrong",
            _signed(r.distance),
            r.why,
        )
        for r in found.rows
    ]
    head = ("", "kind", "observed", *_YEARS, "fitted share", "sign", "distance", "why")
    year = found.by_id[TO_US]
    return [
        "## Observed and simulated",
        "",
        (
            "Columns by year are the shipped horizon; sign and distance are of the fitted share. Totals are a trend that the "
            "model does not have, no targets."
        ),
        "",
        *markdown_table(head, rows),
        "",
        (
            f"The year as a whole is too deep: {_signed(year.fitted)} % against {_signed(year.figure.value)} %. The share that "
            f"fits May is too great for it; at year 0 of the shipped horizon it would be {_signed(year.simulated[0])} %."
        ),
        "",
    ]


def _net(found: BackTest) -> list[str]:
    rows = [
        (
            f"{label_of(r.figure)}, {_period(r.figure)}",
            _signed(r.figure.value),
            _signed(r.net[0]),
            _signed(r.fitted),
            _signed(r.net[1]),
            _signed(r.quantity),
            "right" if r.sign_right else "wrong",
            "right" if r.net_sign_right else "wrong",
        )
        for r in found.rows
        if r.net is not None
    ]
    head = ("", "observed", "less its total", "simulated", "less its total", "quantity", "sign", "sign net")
    totals = {r.figure.period: r for r in found.rows if r.kind == "trend"}
    year, may = totals["2025"], totals["2025-05"]
    return [
        "## Without the trend",
        "",
        (
            f"All of China's exports moved by {_signed(year.figure.value)} % in 2025 and by {_signed(may.figure.value)} % in "
            f"May; in the model by {_signed(year.fitted)} and {_signed(may.fitted)} %, since it has duties and no growth. Less "
            "its own total, each side says who took more and who took less than all together. The second column against the "
            "third is the other comparison: growth taken from the record alone."
        ),
        "",
        *markdown_table(head, rows),
        "",
        (
            f"China's wage falls to {found.wage:.3f} of what it was against the world, and its prices with it: where values "
            "hardly move, quantities rise."
        ),
        "",
    ]


def _reach(found: BackTest) -> list[str]:
    rows = [
        (
            f"{label_of(r.figure)}, {_period(r.figure)}",
            _signed(r.figure.value),
            f"{_signed(r.reach[0])} to {_signed(r.reach[1])}",
            _signed(r.beyond),
        )
        for r in found.rows
        if r.beyond
    ]
    return [
        "## Out of reach",
        "",
        (
            "What no share of the elasticities gives, from none to the long run. Falls of trade under a duty are bounded by "
            "the answer of border values to 1 + tariff, rises elsewhere by what there is to divert."
        ),
        "",
        *markdown_table(("", "observed", "from none to all", "beyond, points"), rows),
        "",
    ]


def _readings(found: BackTest) -> list[str]:
    rows = [
        (
            f"{label_of(r.figure)}, {_period(r.figure)}",
            r.duties.title,
            f"{100 * r.duties.us_on_china:.0f}",
            f"{100 * r.duties.china:.0f}",
            _signed(r.figure.value),
            _signed(r.simulated),
            f"{_signed(r.reach[0])} to {_signed(r.reach[1])}",
            "none" if r.share is None else f"{r.share:.2f}",
        )
        for r in found.readings
    ]
    head = (
        "",
        "duties",
        "US on China",
        "China on US",
        "observed",
        "fitted share",
        "from none to all",
        "share that meets it",
    )
    return [
        "## Which duties did the goods meet?",
        "",
        (
            "Duties of April and May 2025 changed faster than ships sail. The first reading of each figure is the one used "
            "above; the fitted share hangs on it."
        ),
        "",
        *markdown_table(head, rows),
        "",
    ]


def _bracket(found: BackTest) -> list[str]:
    rows = [(TITLES[r.run], f"{r.theta:g}", _signed(r.two_way), _signed(r.to_us), _signed(r.to_china)) for r in found.bracket]
    head = ("duties", "elasticity", "both ways", "China to the United States", "United States to China")
    return [
        "## Single elasticities",
        "",
        "One elasticity for all goods in place of the shipped ones.",
        "",
        *markdown_table(head, rows),
        "",
    ]


def _forecasts(found: BackTest) -> list[str]:
    rows = [
        (
            r.figure.maker,
            label_of(r.figure),
            TITLES.get(r.figure.run, r.figure.note),
            r.figure.period,
            _signed(r.figure.value),
            *(map(_signed, r.ours) if r.ours else ["" for _ in FORECAST_YEARS]),
            r.why,
        )
        for r in found.forecasts
    ]
    head = (
        "",
        "",
        "our run",
        "their horizon",
        "theirs",
        *(f"ours, {_YEARS[HORIZONS.index(y)]}" for y in FORECAST_YEARS),
        "why",
    )
    truce = next(r for r in found.forecasts if r.figure.id == "kiel_truce_china_exports_to_us")
    return [
        "## What others had forecast",
        "",
        "GDP and output of others stand beside our real income.",
        "",
        *markdown_table(head, rows),
        "",
        (
            f"The duties of 145 and 125 points lasted five weeks, and forecasts for them were never tested. Those of the truce "
            f"lasted: Kiel had {_signed(truce.figure.value)} % for China's goods to the United States within a year, ours "
            f"after a year is {_signed(truce.ours[0])} %, and 2025 as a whole, months before and after, ended at "
            f"{_signed(found.by_id[TO_US].figure.value)} %. Theirs was nearer."
        ),
        "",
    ]


def _sources(found: BackTest) -> list[str]:
    return [*(row.figure.source for row in found.rows), *(row.figure.source for row in found.forecasts)]


def _period(figure: Figure) -> str:
    return "May 2025" if figure.period == "2025-05" else figure.period


def _signed(value: float) -> str:
    return f"{round(100 * value, 1) + 0.0:+.1f}"
