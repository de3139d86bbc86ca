"""New capacity outside China: dated projects with uncertain starts, and what they add.

A project's row says what its plant can make of one product, when it said it would start, and what is known of it since.
The stated date slips by a lognormal delay; output then climbs along a logistic ramp to a share of nameplate. Median,
spread, ramp and share are judgements, not estimates: they rest on a handful of plants (Eneabba two years late, the
Malaysian plant of Lynas one, Nolans more than a decade, a few magnet plants on time).

Only what lies above the output of 2024 is added, because the chain's tables are those of 2024. Ore rows feed oxide rows:
a balance that adds both counts the same tonnes twice.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from countermeasure.book.tables import read_table
from countermeasure.codes.day import from_date
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from countermeasure.book.tables import Row, Table

    Float32 = npt.NDArray[np.float32]
    Float64 = npt.NDArray[np.float64]

__all__ = [
    "COLUMNS",
    "Project",
    "added_supply",
    "capacity_paths",
    "read_projects",
    "shipped_projects",
]

COLUMNS = (
    "project", "company", "region", "product", "tonnes_year", "first_output", "running", "delay", "probability",
    "output_tonnes_year", "base_tonnes_year", "as_of", "source", "confidence", "note",
)  # fmt: skip
WEEKS_YEAR = 52
_REGIONS = ("CN", "US", "EU", "JP", "KR", "IN", "SEA", "ROW")
_STAGES = {"ore": "ore", "ox": "oxide", "me": "metal", "mag": "magnet", "co": "component"}
_MONTH_DAYS = 365.25 / 12
_BASE_DAY = from_date(date(2024, 7, 1))
_BLOCK = 64
_STEEP = 8.0
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Project:
    """One product of one plant, or of one phase of it.

    Attributes:
        project: Name; rows of one name share their delay and their fate.
        company: Who builds or runs it.
        region: Region of the chain.
        product: Product of the chain; ``none`` where the plant makes none of its own.
        tonnes_year: Nameplate in t a year; ``None`` is a gap.
        first_day: Stated or actual first output, days since 1970-01-01; ``None`` where no date was given.
        running: Whether product has been made.
        delay: Whether the stated date slips.
        probability: That it is built at all; for a running plant, that it grows.
        output: Last known pace of a running plant, t a year; ``None`` where none is known.
        base: Output of 2024 in t a year, which the chain's tables hold already.
        as_of_day: Day of the report, or ``None``.
        source: Short citation.
        confidence: Letter of ``tonnes_year``: A, B, C, D or U.
        note: Formulas, doubts, and why there is a gap.
        where: ``file:line``.
    """

    project: str
    company: str
    region: str
    product: str
    tonnes_year: float | None
    first_day: int | None
    running: bool
    delay: bool
    probability: float
    output: float | None
    base: float
    as_of_day: int | None
    source: str
    confidence: str
    note: str
    where: str = ""

    @property
    def stage(self) -> str:
        """``ore``, ``oxide``, ``metal``, ``magnet`` or ``component``; empty where there is no product."""
        return _STAGES.get(self.product.partition("_")[0], "")

    @property
    def counted(self) -> bool:
        """Whether it has tonnes and a date, so that it has a path."""
        return self.product != "none" and self.tonnes_year is not None and self.first_day is not None


def read_projects(
    text: str, path: str, *, products: Sequence[str] = (), regions: Sequence[str] = _REGIONS
) -> tuple[Project, ...]:
    """Read a table of projects.

    Args:
        text: Content: a head of ``# name:`` lines, the row of ``COLUMNS``, then one row a product.
        path: Name for messages.
        products: Products allowed; any of the chain's form (``ox_dy``) if empty. ``none`` is always allowed.
        regions: Regions allowed.

    Returns:
        Rows in the order of the file.

    Raises:
        InputError: With every fault as ``path:line: message``.
    """
    table = read_table(text, path, COLUMNS, code="bad_projects")
    rows: list[Project] = []
    seen: set[tuple[str, str]] = set()
    for row in table.rows:
        for fault in _words(row, products, regions):
            table.fault(row, fault)
        if row["product"] != "none" and (row["project"], row["product"]) in seen:
            table.fault(row, f"{row['product']} of {row['project']} stands twice; remove one")
        seen.add((row["project"], row["product"]))
        rows.append(_project(row, table))
    table.refuse("the projects")
    return tuple(rows)


def _words(row: Row, products: Sequence[str], regions: Sequence[str]) -> list[str]:
    """Faults of the cells that are words."""
    faults = [f"{c} is empty; write it" for c in ("project", "company", "source") if not row[c]]
    if row["region"] not in regions:
        faults.append(f"region {row['region']!r} is unknown; there are {', '.join(regions)}")
    kind, _, rest = row["product"].partition("_")
    good = row["product"] in products if products else (kind in _STAGES and bool(rest))
    if not good and row["product"] != "none":
        faults.append(f"product {row['product']!r} is unknown; write one of the chain, as ox_dy, or none")
    faults += [f"{c} is {row[c]!r}; write yes or no" for c in ("running", "delay") if row[c] not in ("yes", "no")]
    if row["confidence"] not in tuple("ABCDU"):
        faults.append(f"confidence {row['confidence']!r} is unknown; write A, B, C, D or U")
    if not row["note"] and not (row["tonnes_year"] and row["first_output"]):
        faults.append("a row without tonnes or date needs a note that says why")
    if row["running"] == "no" and row["output_tonnes_year"]:
        faults.append("it has an output but is not running; write running yes, or leave the output empty")
    if row["running"] == "yes" and row["tonnes_year"] and not row["first_output"]:
        faults.append("it is running but has no first_output; write the year")
    return faults


def _project(row: Row, table: Table) -> Project:
    def number(column: str, high: float = math.inf) -> float | None:
        if not row[column]:
            return None
        try:
            value = float(row[column])
        except ValueError:
            value = math.nan
        if not 0 <= value <= high or math.isinf(value):
            bound = "0 or more" if math.isinf(high) else f"from 0 to {high:g}"
            table.fault(row, f"{column} is {row[column]!r}; write a number {bound}")
        return value

    def day(column: str) -> int | None:
        if not row[column]:
            return None
        match = _PERIOD.fullmatch(row[column])
        if match is None or match[1] == "0000":
            table.fault(row, f"{column} is {row[column]!r}; write YYYY or YYYY-MM")
            return None
        return from_date(date(int(match[1]), int(match[2]), 15) if match[2] else date(int(match[1]), 7, 1))

    probability = number("probability", 1.0)
    if probability is None:
        table.fault(row, "probability is empty; write 1 unless it is abandoned or not funded")
    return Project(
        row["project"], row["company"], row["region"], row["product"], number("tonnes_year"), day("first_output"),
        row["running"] == "yes", row["delay"] == "yes", probability or 0.0, number("output_tonnes_year"),
        number("base_tonnes_year") or 0.0, day("as_of"), row["source"], row["confidence"], row["note"], row.where,
    )  # fmt: skip


@cache
def shipped_projects() -> tuple[Project, ...]:
    """The projects in the wheel."""
    text = resources.files("countermeasure").joinpath("data", "supply", "projects.csv").read_text("utf-8")
    return read_projects(text, "projects.csv")


def capacity_paths(
    projects: Sequence[Project],
    day0: int,
    weeks: int,
    draws: int,
    seed: int,
    *,
    delay_median_months: float = 18.0,
    delay_sigma: float = 0.6,
    ramp_months: float = 24.0,
    final_share: float = 0.75,
    correlation: float = 0.3,
    first_draw: int = 0,
) -> Float32:
    """Output of every project over time, drawn.

    A project that is not running starts on its stated day plus a lognormal delay, never before the day of the last report
    that did not see it running, and climbs to ``final_share`` of nameplate. A running one moves from its base of 2024 to its
    last known pace, stays there until ``day0``, and climbs from there; where no pace is known it climbs from its first day.
    A plant above ``final_share`` stays where it is. Rows with a gap stay at zero.

    Args:
        projects: Rows.
        day0: First day of week 0, days since 1970-01-01.
        weeks: How many weeks.
        draws: How many draws.
        seed: Seed; draw ``i`` depends on the seed and on ``i`` alone, and the delay of a project on its name besides, so any
            split over workers and any other list of projects gives the same numbers.
        delay_median_months: Median delay.
        delay_sigma: Standard deviation of the log of the delay.
        ramp_months: From first output to full rate.
        final_share: Full rate as a fraction of nameplate.
        correlation: Of the normal scores of any two delays: equipment, skilled people and technology bans are common to all.
            A judgement; 0 makes the band of a sum too narrow.
        first_draw: Number of the first draw, for a worker that makes a part. Draw 0 is the central one: median delays, and a
            project is built if its probability is at least one half.

    Returns:
        Shape (draws, weeks, projects), t a week, at the middle of each week.

    Raises:
        InputError: If a number cannot be.
    """
    _check(weeks, draws, first_draw, delay_median_months, delay_sigma, ramp_months, final_share, correlation)
    middle = day0 + 7.0 * np.arange(weeks, dtype=np.float64) + 3.5
    paths = np.zeros((draws, weeks, len(projects)), dtype=np.float32)
    names = dict.fromkeys(p.project for p in projects if p.counted)
    common = _scores("", seed, first_draw, draws)[0] if names else np.zeros(draws)
    for name in names:
        own, luck = _scores(name, seed, first_draw, draws)
        score = math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * own
        for place, one in enumerate(projects):
            if one.project == name and one.counted:
                start = _start(one, score, delay_median_months, delay_sigma)
                path = _path(one, middle, day0, start, ramp_months * _MONTH_DAYS, final_share, luck < one.probability)
                paths[:, :, place] = path / WEEKS_YEAR
    return paths


def _check(
    weeks: int, draws: int, first: int, median: float, sigma: float, ramp: float, share: float, correlation: float
) -> None:
    wrong = [
        (weeks < 1, f"weeks is {weeks}; it must be 1 or more"),
        (draws < 1 or first < 0, f"draws is {draws} from {first}; write 1 or more, from 0 on"),
        (not (median > 0 and math.isfinite(median)), f"the median delay is {median} months; it must be above 0"),
        (not (sigma >= 0 and math.isfinite(sigma)), f"the spread of delays is {sigma}; it must be 0 or more"),
        (not (ramp > 0 and math.isfinite(ramp)), f"the ramp is {ramp} months; it must be above 0"),
        (not 0 < share <= 1, f"the final share is {share}; it is a fraction of nameplate above 0"),
        (not 0 <= correlation <= 1, f"the correlation of delays is {correlation}; it lies from 0 to 1"),
    ]
    faults = [text for is_wrong, text in wrong if is_wrong]
    if faults:
        raise InputError(faults[0], code="bad_parameter", faults=faults[1:])


def _scores(name: str, seed: int, first: int, draws: int) -> tuple[Float64, Float64]:
    """Normal scores and uniform luck of one project, shape (draws,) each; drawn in blocks of a fixed size."""
    blocks = range(first // _BLOCK, (first + draws - 1) // _BLOCK + 1)
    made = []
    for block in blocks:
        rng = np.random.default_rng([seed, 23, crc32(name.encode()), block])
        made.append((rng.standard_normal(_BLOCK), rng.random(_BLOCK)))
    skip = first - blocks[0] * _BLOCK
    score = np.concatenate([m[0] for m in made])[skip : skip + draws]
    luck = np.concatenate([m[1] for m in made])[skip : skip + draws]
    if first == 0:
        score[0], luck[0] = 0.0, 0.4999
    return score, luck


def _start(one: Project, score: Float64, median: float, sigma: float) -> Float64:
    """First day of output, shape (draws,): stated day and delay, given that it had not started by the report."""
    stated = float(one.first_day or 0)
    if one.running or not one.delay:
        return np.full(score.shape, stated)
    least = max(0.0, ((one.as_of_day if one.as_of_day is not None else stated) - stated) / _MONTH_DAYS)
    if sigma == 0:
        return np.full(score.shape, stated + max(median, least) * _MONTH_DAYS)
    if least > 0:
        from scipy.special import log_ndtr, ndtri_exp

        # the upper tail beyond the score of `least`, in logs so that a long overdue project stays exact
        score = -ndtri_exp(log_ndtr(-math.log(least / median) / sigma) + log_ndtr(-score))
    return np.asarray(stated + np.maximum(median * np.exp(sigma * score), least) * _MONTH_DAYS)


def _path(
    one: Project, middle: Float64, day0: int, start: Float64, ramp_days: float, final_share: float, built: npt.NDArray[np.bool_]
) -> Float64:
    """Output in t a year, shape (draws, weeks) or one that broadcasts to it."""
    full = final_share * (one.tonnes_year or 0.0)
    if not one.running:
        return np.asarray(np.where(built[:, None], full * _logistic((middle - start[:, None]) / ramp_days), 0.0))
    first = max(float(one.first_day or 0), _BASE_DAY)
    if one.output is None:
        return np.asarray(one.base + max(full - one.base, 0.0) * _logistic((middle - first) / ramp_days)[None, :])
    seen = max(float(one.as_of_day if one.as_of_day is not None else first), first + 1.0)
    known = np.interp(middle, [first, seen], [one.base, one.output])
    growth = max(full - one.output, 0.0) * _logistic((middle - max(seen, float(day0))) / ramp_days)
    return np.asarray(known + np.where(built[:, None], growth, 0.0))


def _logistic(x: Float64) -> Float64:
    """Logistic curve scaled to run from 0 at 0 to 1 at 1, flat outside."""
    low = 1.0 / (1.0 + math.exp(_STEEP / 2))
    curve = 1.0 / (1.0 + np.exp(-_STEEP * (np.clip(x, 0.0, 1.0) - 0.5)))
    return np.asarray((curve - low) / (1.0 - 2.0 * low))


def added_supply(paths: Float32, projects: Sequence[Project]) -> dict[tuple[str, str], Float32]:
    """What the projects make above their output of 2024, by product and region.

    Args:
        paths: Shape (draws, weeks, projects), t a week.
        projects: The rows that made them.

    Returns:
        By (product, region): shape (draws, weeks), t a week. Below zero where plants make less than in 2024.

    Raises:
        InputError: If paths and rows do not fit.
    """
    if paths.ndim != 3 or paths.shape[2] != len(projects):
        raise InputError(f"paths of shape {paths.shape} do not fit {len(projects)} projects", code="bad_shape")
    found: dict[tuple[str, str], Float32] = {}
    for place, one in enumerate(projects):
        if one.counted:
            more = paths[:, :, place] - np.float32(one.base / WEEKS_YEAR)
            key = (one.product, one.region)
            found[key] = found[key] + more if key in found else more
    return found
