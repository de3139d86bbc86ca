"""The chain against what happened: twelve targets, what was fitted and what was predicted kept apart.

Observed figures come from ``observed.csv`` and published results from ``studies.csv``; nothing here is a number of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.target import Target
from countermeasure.supply.chain.model import Chain
from countermeasure.supply.chain.network import compile_network
from countermeasure.supply.flow.fit import monthly_exports
from countermeasure.supply.flow.simulate import simulate
from countermeasure.supply.history import observed
from countermeasure.supply.outcome import run_supply
from countermeasure.supply.scenario import load_scenario
from countermeasure.supply.summary import study_rows
from countermeasure.supply.tables import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from countermeasure.supply.flow.simulate import Simulation
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Target", "Validation", "validate"]

BAND = (0.05, 0.5, 0.95)
_MARCH_2026 = "2026-03"
_NOISE = (
    "parameters frozen after V1; bands hold what is not known of parameters and are too narrow for single months, which vary "
    "by 5 % without any control (May to October 2024), and more around the new year"
)


@dataclass(frozen=True)
class Validation:
    """The report.

    Attributes:
        targets: Its rows.
        months: Months of exports.
        exports: Observed tonnes and 5 %, median and 95 % of the simulation by month, (months, 4).
        readings: First stoppage and greatest share of buyers stopped, by reading of stocks, in words.
        outcome: The run of April 2025, for pictures.
        studies: What others found, ours and why they differ: rows of text.
    """

    targets: tuple[Target, ...]
    months: tuple[str, ...]
    exports: Floats
    readings: tuple[tuple[str, str, str], ...]
    outcome: Outcome
    studies: tuple[tuple[str, str, str, str], ...] = field(default=())

    @property
    def passed(self) -> int:
        """How many targets are met."""
        return sum(t.passed for t in self.targets)


def validate(
    draws: int = 200,
    seed: int = 1,
    *,
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Validation:
    """Run the episodes and compare.

    Args:
        draws: Draws of each run.
        seed: Seed.
        executor: For blocks of draws.
        progress: Called with what is done, how far, and of how many.
    """
    outcome = run_supply(load_scenario("april-2025"), draws, seed, executor=executor, progress=progress)
    quota = _quota(draws, seed)
    cut = run_supply(load_scenario(shipped_folder() / "cut-80.yaml"), draws, seed, executor=executor, progress=progress)
    months, tonnes = monthly_exports(outcome.simulation)
    return Validation(
        (
            *_exports(months, tonnes),
            _to_us(outcome.simulation),
            *_plants(outcome, months, tonnes),
            *_prices(outcome.simulation),
            *_quotas(quota),
            _gdp(cut),
        ),
        months,
        _table(months, tonnes),
        tuple(_reading(outcome, reading) for reading in outcome.buyers),
        outcome,
        study_rows(cut),
    )


def _words(values: Floats, digits: int = 0) -> str:
    low, mid, high = np.quantile(values, BAND)
    return f"{mid:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def _table(months: Sequence[str], tonnes: Floats) -> Floats:
    world = observed()["cn_magnet_exports_world"]
    bands = np.quantile(tonnes, BAND, axis=0)
    return np.array([[world.get(m, np.nan), *bands[:, i]] for i, m in enumerate(months)])


def _exports(months: Sequence[str], tonnes: Floats) -> tuple[Target, Target]:
    world = observed()["cn_magnet_exports_world"]
    found = []
    for id_, first, last, limit, kind in (
        ("V1", "2025-04", "2025-09", 0.08, "fitted"),
        ("V2", "2025-10", _MARCH_2026, 0.12, "predicted"),
    ):
        places = [i for i, m in enumerate(months) if first <= m <= last and m in world]
        real = np.array([world[months[i]] for i in places])
        low, mid, high = np.quantile(tonnes[:, places], BAND, axis=0)
        error = float(np.sqrt(np.mean((mid / real - 1) ** 2)))
        inside = int(((real >= low) & (real <= high)).sum())
        wider = np.quantile(tonnes[:, places] * _month_noise(tonnes[:, places].shape), BAND, axis=0)
        within = int(((real >= wider[0]) & (real <= wider[2])).sum())
        passed = error <= limit and (id_ == "V2" or inside == len(places))
        rule = f"error of medians at most {limit:.0%}" + (", each month inside the 90 % band" if id_ == "V1" else "")
        found.append(
            Target(
                id_,
                f"Chinese magnet exports by month, {first} to {last}, t",
                kind,
                ", ".join(f"{v:,.0f}" for v in real),
                ", ".join(f"{v:,.0f}" for v in mid) + f"; error {error:.1%}, {inside} of {len(places)} months in the "
                f"band, {within} with the noise of single months",
                rule,
                passed,
                "eight parameters on six months are a fit, not a test" if id_ == "V1" else _NOISE,
            )
        )
    return found[0], found[1]


def _month_noise(shape: tuple[int, ...]) -> Floats:
    """Factors for the noise of single months: the spread of May to October 2024, before any control and any new year."""
    world = observed()["cn_magnet_exports_world"]
    before = np.array([world[f"2024-{month:02d}"] for month in range(5, 11)])
    spread = np.log(before).std(ddof=1)
    return np.asarray(np.exp(spread * np.random.default_rng(5).standard_normal(shape)))


def _to_us(simulation: Simulation) -> Target:
    months, tonnes = monthly_exports(simulation, "US")
    real = observed()["cn_magnet_exports_us"]
    mean = real["2024"] / 12
    asked = ("2025-04", "2025-05", "2025-06", "2025-07")
    columns = {m: tonnes[:, months.index(m)] for m in asked}
    may, july = float(np.median(columns["2025-05"])), float(np.median(columns["2025-07"]))
    off = july / real["2025-07"] - 1
    return Target(
        "V3",
        "Exports to the United States, April to July 2025, t",
        "predicted",
        ", ".join(f"{real[m]:,.0f}" for m in asked),
        ", ".join(_words(columns[m]) for m in asked),
        "May below 15 % of the monthly mean of 2024; July within 15 %",
        bool(may < 0.15 * mean and abs(off) <= 0.15),
        f"May {may / mean:.0%} of the mean, July {off:+.0%}; practice towards the United States is an input, and "
        "the chain lets its need grow like all others', while its purchases were falling before the control",
    )


def _plants(outcome: Outcome, months: Sequence[str], tonnes: Floats) -> tuple[Target, Target, Target]:
    implied = outcome.buyers["implied"]
    first = implied["first_stoppage"].select(region="all").values
    median = float(np.nanmedian(first))
    quarter = implied["lost_by_quarter"].select(industry="cars")
    cars = {r: quarter.select(region=r, quarter="2025Q2").values for r in ("US", "EU")}
    both = np.concatenate([cars["US"], cars["EU"]])
    low, high = np.quantile(both, (0.05, 0.95))
    stopped = implied["stopped_buyers"].sum("region").values
    weeks = list(implied["stopped_buyers"].labels("week"))
    august, september = (np.array([w[:7] == m for w in weeks]) for m in ("2025-08", "2025-09"))
    mean = observed()["cn_magnet_exports_world"]["2024"] / 12
    recovered = np.median(tonnes[:, [months.index("2025-08"), months.index("2025-09")]], axis=0)
    still = np.median(stopped[:, september].mean(axis=1))
    states = implied["license_state"].select(region="EU", state="approved").values
    place = next(i for i, w in enumerate(weeks) if w >= "2025-09-15")
    counts = observed()
    approved = counts["eu_chamber_approved"]["2025-09-17"] / counts["eu_chamber_applications"]["2025-09-17"]
    return (
        Target(
            "V4",
            "First stoppages outside China, weeks after 4 April 2025",
            "predicted",
            "6 to 9 (Ford, Suzuki, European suppliers)",
            _words(first[np.isfinite(first)]),
            "median in 5 to 10",
            5 <= median <= 10,
            "buyers' median stock of 12 to 16 weeks is what these very dates imply; with stocks as reported it is earlier",
        ),
        Target(
            "V5",
            "Vehicle output lost, second quarter of 2025, % of output",
            "predicted",
            "no total found; single plants only",
            f"US {_words(100 * cars['US'], 1)}, Europe {_words(100 * cars['EU'], 1)}",
            "90 % band within or across 0 to 2 %",
            bool(low <= 0.02 and high >= 0.0),
            "a loose target: no total was ever published",
        ),
        Target(
            "V6",
            "Plants stop after totals have recovered",
            "predicted",
            f"{counts['eu_chamber_stoppages']['2025-08']:.0f} stoppages in August, "
            f"{counts['eu_chamber_stoppages']['2025-09']:.0f} in September, at record exports",
            f"of {len(implied.buyers):,} buyers {np.median(stopped[:, august].mean(axis=1)):.0f} stopped in August and "
            f"{still:.0f} in September, with exports of {recovered[0]:,.0f} and {recovered[1]:,.0f} t",
            "some buyers stopped while exports exceed the mean of 2024",
            bool(still >= 1 and (recovered > mean).all()),
            f"the sign alone is tested; of European buyers who need a license {np.nanmedian(states[:, place]):.0%} hold one by "
            f"17 September, of applications to the EU Chamber {approved:.0%} "
            "were approved (its members asked it for help, so they are the harder cases)",
        ),
    )


def _prices(simulation: Simulation) -> tuple[Target, Target]:
    price = simulation["price"]
    days = list(price.labels("week"))
    month = next(i for i, d in enumerate(days) if d >= "2025-05-05")
    seven = next(i for i, d in enumerate(days) if d >= "2025-11-10")
    dy = {m: price.select(product="ox_dy", market=m).values[:, month] for m in ("china", "outside")}
    real = observed()
    rise = real["dy_europe_usd_kg"]["2025-05-01"] / real["dy_europe_usd_kg"]["2025-04-01"]
    outside, china = (float(np.median(dy[m])) for m in ("outside", "china"))
    y = price.select(product="ox_y", market="outside").values[:, seven]
    gap = real["y_europe_usd_kg"]["2025-11-14"] / real["y_europe_usd_kg"]["2025-01-01"]
    times = float(np.median(y))
    later = price.select(product="ox_dy", market="outside").values[:, month + 3]
    return (
        Target(
            "V7",
            "Dysprosium oxide one month after the control, times its price before",
            "predicted",
            f"Europe {rise:.1f}, China 1.0",
            f"outside {_words(dy['outside'], 1)}, China {_words(dy['china'], 2)}",
            "outside 2 to 5, China within 10 %",
            bool(2 <= outside <= 5 and abs(china - 1) <= 0.1),
            f"three weeks later {_words(later, 1)}: the chain's price follows stocks and goods at sea, quotes ran ahead; the "
            "peak in June is above any quote, since users of the metal answer to no price here",
        ),
        Target(
            "V8",
            "Yttrium oxide in Europe after seven months, times its price before",
            "predicted",
            f"{gap:.0f}",
            _words(y, 1),
            "within a factor of ten",
            bool(gap / 10 <= times <= gap * 10),
            "the cut itself (none to the United States, a third less to others) is an input; it peaks before the quotes did",
        ),
    )


def _quota(draws: int, seed: int) -> Simulation:
    folder = shipped_folder()
    network = compile_network(Chain.load(folder / "chain_2010"))
    scenario = load_scenario(folder / "quota-2010.yaml", network=network)
    return simulate(network, scenario.plan(network), draws, seed, parameters=scenario.parameters())


def _quotas(found: Simulation) -> tuple[Target, Target, Target]:
    exports = found["exports"].sum("product", "region").values
    price = found["price"].select(product="ox_all", market="outside").values
    years = [slice(52 * y, 52 * y + 52) for y in range(4)]
    volume = [exports[:, y].sum(axis=1) for y in years]
    unit = [(exports[:, y] * price[:, y]).sum(axis=1) / volume[i] for i, y in enumerate(years)]
    real, value = observed()["cn_ree_exports_world"], observed()["cn_ree_exports_unit_value"]
    fell, rose = volume[1] / volume[0] - 1, unit[1] / unit[0]
    seen_fall, seen_rise = real["2011"] / real["2010"] - 1, value["2011"] / value["2010"]
    lag = (price.argmax(axis=1) - 26) / (52 / 12)
    cap = float(found.plan.quotas[1].cap[60]) * 52
    used = volume[2] / cap
    return (
        Target(
            "V9",
            "Exports of 2011 against 2010: volume, unit value",
            "predicted",
            f"{seen_fall:.0%}, x {seen_rise:.1f}",
            f"{_words(100 * fell)} %, x {_words(rose, 1)}",
            "volume within 10 points; unit value x 3 to 6",
            bool(abs(float(np.median(fell)) - seen_fall) <= 0.10 and 3 <= float(np.median(rose)) <= 6),
            "the quota's gross weight is taken from 2011, so that the volume is in part an input; the price is not",
        ),
        Target(
            "V10",
            "Months from the quota cut of July 2010 to the peak of prices",
            "predicted",
            f"{observed()['dy_peak_lag']['2010-07/2011-08']:.0f}",
            _words(lag),
            "9 to 16",
            9 <= float(np.median(lag)) <= 16,
        ),
        Target(
            "V11",
            "Share of the quota of 2012 that was used",
            "predicted",
            f"{observed()['quota_used']['2012']:.0%}",
            _words(100 * used) + " %",
            "below 70 %",
            float(np.median(used)) < 0.7,
            f"use falls a year late ({np.median(volume[3]) / cap:.0%} of it in 2013): buyers here hoard nothing in 2010 and "
            "have nothing to sell off in 2012, and smuggled goods are not followed",
        ),
    )


def _gdp(cut: Outcome) -> Target:
    found = {reading: cut.gdp_change(reading, "US") for reading in cut.costs}
    median = float(np.median(found["implied"]))
    words = "; ".join(f"{_words(100 * values, 2)} with stocks as {reading}" for reading, values in found.items())
    return Target(
        "V12",
        "GDP of the United States, four fifths of supply missing for a year, %",
        "predicted",
        "-1.5 (IMF), -0.3 to -0.6 (ECB, a partial stop), about -2 (ECB, a near-total stop)",
        words,
        "the same order of magnitude: -0.15 to -6",
        -0.06 <= median <= -0.0015,
        "motors and other parts stay free here and stocks last weeks; the studies cut all supply at once",
    )


def _reading(outcome: Outcome, reading: str) -> tuple[str, str, str]:
    result = outcome.buyers[reading]
    first = result["first_stoppage"].select(region="all").values
    stopped = result["stopped_buyers"].sum("region").values
    share = 100 * stopped.max(axis=1) / len(result.buyers)
    return reading, f"week {_words(first[np.isfinite(first)])}", f"{_words(share, 1)} %"
