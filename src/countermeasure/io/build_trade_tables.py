"""Texts of the tables of the compact trade baseline: heads, rows, digits."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from countermeasure.io.build_trade_tariffs import tariff_rows, us_tariffs
from countermeasure.scenario.duties import BEFORE
from countermeasure.trade.multi.weights import read_imports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.balance import BalanceReport
    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["SOURCE", "flows_text", "inputs_text", "tariffs_text", "theta_text"]

SOURCE = (
    "computed from WIOD 2011 (2013 release; Timmer, Dietzenbacher, Los, Stehrer, de Vries 2015, Review of International"
    " Economics 23) and trade of goods in 2023 (CEPII BACI HS22 V202501; Gaulier, Zignago 2010); GDP of the World Bank; mix of"
    " the parts of the rest of the world by US imports of 2024 (US Census Bureau)"
)
_LICENCE = (
    "figures merged over countries and sectors, shipped with attribution to the makers of WIOD (University of Groningen;"
    " CC BY 4.0 stated for the 2016 release, no statement seen for the 2013 release), of BACI (Etalab Open Licence 2.0) and of"
    " WDI (CC BY 4.0); Census data are in the public domain"
)
_MADE = "python -m countermeasure.io.build_trade SOURCE_DIR IMPORTS OUT ; do not edit by hand"
_FLOWS_NOTES = (
    "importer, origin and value at the border of each sector; home sales too. Structure of 2011, goods trade scaled to "
    "2023, services and home sales by growth of GDP, so the mix of sectors between two countries is twelve years old. VN, "
    "XSE, XLA, AFR, ROW and the Croatian part of XEU are split from the rest of the world of the source and marked U: "
    "exports of goods by bilateral totals of 2023 and the mix nearest to sales to the United States in 2024 that adds up to "
    "the sectors of the source, imports by bilateral totals and the mix of the source tilted to what the part sells, "
    "services by GDP, home sales so that value added is in proportion to GDP, recipes of the rest of the world. The "
    "bilateral table has no trade among 76 countries (KR, RU, PL, VN and members of XSE, XLA, AFR and ROW among them); it "
    "is put in from home sales by gaps.csv and else by a factorisation of the table (U). Taiwan's trade with the parts is "
    "shared out as that of Japan and South Korea. Six significant digits. Final use is not in the table: it is what remains "
    "of purchases after inputs, so every balance holds."
)
_INPUTS_NOTES = (
    "input per unit of output of the sector in the head of the column, at buyer's prices without the tariffs of tariffs.csv;"
    " recipes of 2011. Mended so that final use stays at {least:.1%} of purchases or more: {mended}."
)
_TARIFFS_NOTES = (
    "Fractions of the value at the border. Pairs that are not listed have no source here and are 0, as is trade inside the"
    " European Union. Importer US: rates of the book and the schedule on {day}, averaged over imports of 2024 by line and"
    " country, in the ordinary case without preferences (so too high for CA, MX, KR, AU and others with an agreement) and with"
    " specific rates counted as 0; {lost:.2%} of imports are on lines that the schedule of the day does not have. Rates"
    " of 2023 differ by parts of a point. Importer CN: the same average for all goods, since no Chinese imports by customs"
    " number are at hand; marked U by sector. The revenue is added to final use of the importer."
)
_THETA_NOTES = (
    "theta is the exponent of prices in shares of origins; values at the border without tariffs move with theta + 1. * is every"
    " sector. caliendo_parro merges the estimates of Caliendo and Parro 2015 (99 % sample) as the world table carries them:"
    " harmonic means over world trade, which keep what openness is worth. It is a long-run set; the horizon gives the first"
    " years. uniform_5 and uniform_4 are one number for all, as most one-sector models take it; wto is the number at which the"
    " model gives the fall of US-China trade that the WTO forecast in April 2025."
)


def _digits(value: float) -> str:
    """Six significant digits, as short as they can be written."""
    return f"{value:.6g}" if value >= 5e-7 else "0"


def _head(**lines: str) -> str:
    """Head lines of a table."""
    return "".join(f"# {key}: {text}\n" for key, text in lines.items())


def _written(top: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    out = io.StringIO()
    out.write(top)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def flows_text(baseline: Baseline) -> str:
    """Text of ``flows.csv``."""
    top = _head(
        name="flows",
        title="Trade and home sales of 26 economies in 9 sectors, 2023, million USD",
        source=SOURCE,
        licence=_LICENCE,
        confidence="D; U where VN, XSE, XLA, AFR or ROW is importer or origin",
        year="2023",
        unit="million USD",
        made_by=_MADE,
        notes=_FLOWS_NOTES,
    )
    codes = baseline.countries
    rows = [
        (importer, origin, *(_digits(v) for v in baseline.flows[a, b]))
        for a, importer in enumerate(codes)
        for b, origin in enumerate(codes)
    ]
    return _written(top, ("importer", "origin", *baseline.sectors), rows)


def inputs_text(baseline: Baseline, report: BalanceReport, least: float) -> str:
    """Text of ``inputs.csv``; the report tells what was mended, and least the share that stays final use."""
    mended = "; ".join(
        f"{c.cell.removeprefix('inputs ')} by factor {c.after / c.before:.3f}" for c in report.changes if c.rule == "inputs"
    )
    top = _head(
        name="inputs",
        title="Inputs of each sector per unit of its output in 26 economies",
        source=SOURCE,
        licence=_LICENCE,
        confidence="D; U for VN, XSE, XLA, AFR and ROW",
        made_by=_MADE,
        notes=_INPUTS_NOTES.format(least=least, mended=mended or "nothing"),
    )
    rows = [
        (code, sector, *(_digits(v) for v in baseline.inputs[n, k]))
        for n, code in enumerate(baseline.countries)
        for k, sector in enumerate(baseline.sectors)
    ]
    return _written(top, ("country", "input", *baseline.sectors), rows)


def theta_text(baseline: Baseline) -> str:
    """Text of ``theta.csv``."""
    top = _head(
        name="theta",
        title="Trade elasticities of the compact baseline, in named sets",
        source="as each row says",
        licence="facts; the table is the project's own and under the licence of the project",
        confidence="per row",
        made_by=_MADE,
        notes=_THETA_NOTES,
    )
    merged = "Caliendo, Parro 2015 (Review of Economic Studies 82:1), merged here"
    mean = "harmonic mean over world trade of the sectors merged"
    services = "mean of the estimates for goods, as the authors take it for services"
    rows: list[tuple[str, ...]] = [
        ("caliendo_parro", sector, "yes" if goods else "no", f"{theta:.4g}", merged, "D", mean if goods else services)
        for sector, theta, goods in zip(baseline.sectors, baseline.theta, baseline.goods, strict=True)
    ]
    rows += [
        ("uniform_5", "*", "", "5", "long-run value of one-sector models is 4 to 5", "U", "one number for all sectors"),
        (
            "uniform_4",
            "*",
            "",
            "4",
            "Simonovska, Waugh 2014 (Journal of International Economics 92:1)",
            "C",
            "rounded; remembered",
        ),
        ("wto", "*", "", "1.85", "fitted to the WTO forecast of 16 April 2025: US-China trade -81 to -91 %", "D", "short run"),
    ]
    return _written(top, ("set", "sector", "goods", "theta", "source", "confidence", "note"), rows)


def tariffs_text(baseline: Baseline, imports: str) -> str:
    """Text of ``tariffs.csv``, from the shipped imports, book, schedule and averages."""
    weights = read_imports(imports, "us_imports_2024.csv")
    averages = us_tariffs(weights)
    top = _head(
        name="tariffs",
        title="Tariffs in force before 2025 of the United States and China, by origin and sector",
        source="US: the book and the schedule of this package (USITC), imports of 2024 (US Census Bureau). CN: averages printed"
        " by the Peterson Institute for International Economics (C. Bown), for the US of 2025-01-20, for others of 2022",
        licence="US government works; single figures quoted as facts; the table is the project's own and under its licence",
        confidence="D; U for importer CN by sector",
        made_by=_MADE,
        notes=_TARIFFS_NOTES.format(day=BEFORE, lost=averages.unknown),
    )
    rows = [
        (*pair, *(f"{rate:.4f}".rstrip("0").rstrip(".") for rate in rates))
        for pair, rates in tariff_rows(baseline.countries, averages).items()
    ]
    return _written(top, ("importer", "origin", *baseline.sectors), rows)
