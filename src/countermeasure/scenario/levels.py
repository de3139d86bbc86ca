"""From a scenario to levels: duties of a day, changes, quotas and dear rare earths on the flows of a baseline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.errors import CountermeasureError, InputError
from countermeasure.scenario.critical import SIGMA, critical_of_supply
from countermeasure.scenario.duties import BEFORE, BEFORE_CHINA, chinese_average, us_averages
from countermeasure.scenario.places import places_of, places_of_words, the_two
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.hs import SECTORS
from countermeasure.trade.multi.policy import Policy, Quota

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.codes.yamltext import Loaded
    from countermeasure.scenario.critical import Critical
    from countermeasure.scenario.duties import DutyAverages
    from countermeasure.scenario.model import TradeScenario
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import CriticalInput

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Told = list[tuple[str, str, str, str]]
    Rows = list[tuple[list[int], list[int], list[int], Mapping[str, Any]]]
    """Importers, origins and sectors by number, and the change of a scenario's file."""

__all__ = ["policy_of", "policy_rows", "with_changes"]


def _sectors(words: Sequence[str], baseline: Baseline) -> list[int]:
    found: list[int] = []
    for word in words:
        found += np.flatnonzero(baseline.goods).tolist() if word == "goods" else [baseline.sector(word)]
    return found


def policy_rows(
    scenario: TradeScenario, baseline: Baseline, loaded: Loaded | None = None, faults: list[str] | None = None
) -> tuple[Rows, tuple[Quota, ...], list[str]]:
    """Rows with names turned into places, quotas, notes on names; faults are told with lines where a file is given."""
    rows, quotas = [], []
    notes: list[str] = []
    for i, change in enumerate(scenario.changes):
        try:
            places = (
                places_of_words(baseline, change["importers"], notes),
                places_of_words(baseline, change["origins"], notes),
                _sectors(change["sectors"], baseline),
            )
            if not any(m != o for m in places[0] for o in places[1]):
                raise InputError("importers and origins are the same economy", code="bad_change", cure="Name another origin.")
            rows.append((*places, change))
        except CountermeasureError as error:
            _tell(error, ("changes", i), loaded, faults)
    for i, quota in enumerate(scenario.quotas):
        try:
            origins = places_of_words(baseline, [quota["origin"]], notes)
            importers = places_of_words(baseline, quota["importers"], notes)
            sector, size = baseline.sector(quota["sector"]), (float(quota["share"]), float(quota["exporter_rent"]))
            quotas += [Quota(o, tuple(m for m in importers if m != o), sector, *size) for o in origins]
        except CountermeasureError as error:
            _tell(error, ("quotas", i), loaded, faults)
    return rows, tuple(quotas), list(dict.fromkeys(notes))


def _tell(error: CountermeasureError, place: tuple[str | int, ...], loaded: Loaded | None, faults: list[str] | None) -> None:
    if loaded is None or faults is None:
        raise error
    faults.append(f"{loaded.where(place)}: {error}")


def policy_of(
    scenario: TradeScenario, baseline: Baseline, engine: DutyEngine | None = None, critical: Critical | None = None
) -> tuple[Policy, Told, Any]:
    """Policy levels of a scenario, what they rest on, and the averages they come from.

    Args:
        scenario: What is asked.
        baseline: Gives the levels before.
        engine: Prices imports; if absent, the shipped book with the scenario's instruments, as known on its day.
        critical: Dear rare earths, in place of those of the scenario's supply run.
    """
    policy = Policy.of(baseline)
    tariff = policy.tariff.copy()
    told: Told = []
    averages = None
    if scenario.duties_on is not None:
        averages = _book_duties(scenario, baseline, tariff, told, engine)
    rows, quotas, notes = policy_rows(scenario, baseline)
    duties = Policy(tariff, policy.export_tax, policy.friction, policy.banned, quotas, None)
    told += [(change["why"] or "Change", _change_words(change), "U", f"scenario {scenario.id}") for *_, change in rows]
    told += [(q["why"] or "Quota", _quota_words(q, baseline), "U", f"scenario {scenario.id}") for q in scenario.quotas]
    told += [("A name that is no economy of the baseline", note, "U", "trade.multi.economies") for note in notes]
    dear = _dear_rare_earths(scenario, baseline, told, critical)
    return with_changes(replace(duties, critical=dear), rows), told, averages


def with_changes(policy: Policy, rows: Rows) -> Policy:
    """Levels with the changes of a scenario on them, in the order they are written (``rows`` of :func:`policy_rows`)."""
    tariff, tax, friction = policy.tariff.copy(), policy.export_tax.copy(), policy.friction.copy()
    banned = policy.banned.copy()
    for importers, origins, sectors, change in rows:
        for m, o in ((m, o) for m in importers for o in origins if m != o):
            if change["add_tariff"] is not None:
                tariff[m, o, sectors] += float(change["add_tariff"])
            if change["set_tariff"] is not None:
                tariff[m, o, sectors] = float(change["set_tariff"])
            if change["set_export_tax"] is not None:
                tax[m, o, sectors] = float(change["set_export_tax"])
            if change["friction"] is not None:
                friction[m, o, sectors] *= float(change["friction"])
            if change["ban"] == "yes":
                banned[m, o, sectors] = True
    return replace(policy, tariff=tariff, export_tax=tax, friction=friction, banned=banned)


def _dear_rare_earths(scenario: TradeScenario, baseline: Baseline, told: Told, found: Critical | None) -> CriticalInput | None:
    if scenario.critical is None and found is None:
        return None
    name, sigma, why = scenario.critical or ("", None, "")
    if found is None:
        beside = scenario.folder / name
        found = critical_of_supply(baseline, str(beside) if beside.is_file() else name, SIGMA if sigma is None else sigma)
    price, share = found.input.price, found.input.cost_share
    told += [
        (
            why or "Rare earths at the prices of a supply run",
            f"{price.min():.2f} to {price.max():.2f} times normal by economy; at most {share.max():.3%} of a sector's costs",
            "U",
            found.source,
        ),
        ("Elasticity between rare earths and all else", f"{found.input.sigma:g}", "U", "assumption"),
        ("Lines that stand still", "are not in these figures", "D", "countermeasure supply has them"),
    ]
    return found.input


def _quota_words(quota: Mapping[str, Any], baseline: Baseline) -> str:
    words = (
        f"{quota['sector']} of {quota['origin']} to {' '.join(quota['importers'])} at most {float(quota['share']):.0%} of the "
        f"baseline's quantity, {float(quota['exporter_rent']):.0%} of the rent at home"
    )
    several = len(places_of(baseline, quota["origin"])) > 1
    return f"{words}; each economy of {quota['origin']} by itself" if several else words


def _change_words(change: Mapping[str, Any]) -> str:
    parts = [
        f"{key.replace('_', ' ')} {change[key]}"
        for key in ("add_tariff", "set_tariff", "set_export_tax", "friction")
        if change[key] is not None
    ]
    parts += ["banned"] if change["ban"] == "yes" else []
    return (
        f"{', '.join(parts)}: {' '.join(change['importers'])} on {' '.join(change['origins'])}, {' '.join(change['sectors'])}"
    )


def _raise_us(baseline: Baseline, us: int, now: DutyAverages, then: DutyAverages, tariff: Array, told: Told) -> None:
    """Raise US tariffs by the change of averages: by sector where the baseline has the shipped ones, else by origin alone."""
    by_name = set(np.array(baseline.sectors)[baseline.goods]) <= set(SECTORS)
    if by_name:
        columns = [SECTORS.index(name) if good else -1 for name, good in zip(baseline.sectors, baseline.goods, strict=True)]
        change = np.nan_to_num((1 + now.rate) / (1 + then.rate) - 1)
        change = np.where(np.array(columns) >= 0, change[:, columns], 0.0)
    else:
        means = [np.nansum(a.rate * a.value, axis=1) / np.maximum(a.value.sum(axis=1), 1e-300) for a in (now, then)]
        change = ((1 + means[0]) / (1 + means[1]) - 1)[:, None] * baseline.goods
        told.append(("US duties by origin, all goods alike", "the baseline has sectors of its own", "U", "averages by economy"))
    known, seen = economies(), set[int]()
    if "ROW" in baseline.countries and not set(baseline.countries) <= set(known.codes):
        told.append(("US duties on ROW", "those of the shipped rest of the world, whoever is in yours", "U", "economies.csv"))
    for place, code in enumerate(now.economies):
        try:
            origins = places_of(baseline, code)
        except InputError:
            continue
        for origin in set(origins) - seen - {us}:
            tariff[us, origin] = (1 + tariff[us, origin]) * (1 + change[place]) - 1
        seen |= set(origins)
    left = [c for n, c in enumerate(baseline.countries) if n not in seen]
    if left:
        names = ", ".join(left[:8]) + (" ..." if len(left) > 8 else "")
        told.append(("Origins whose US duties stay", f"{names}: in none of {len(known.codes)} economies", "U", "economies.csv"))


def _book_duties(
    scenario: TradeScenario, baseline: Baseline, tariff: Array, told: Told, engine: DutyEngine | None
) -> tuple[DutyAverages, DutyAverages]:
    """Put the change of duties since the baseline's year on the flows, as (1 + now) / (1 + then)."""
    on = scenario.duties_on or 0
    engine = engine or DutyEngine(scenarios=scenario.instruments, known_on=scenario.known_on, readings=(scenario.reading,))
    now = us_averages(engine, on, scenario.reading, usmca_claimed=scenario.usmca_claimed)
    then = us_averages(DutyEngine.shipped(), parse_day(BEFORE), scenario.reading, usmca_claimed=scenario.usmca_claimed)
    two = the_two(baseline)
    if two is None:
        raise InputError(
            "the baseline does not have both the United States and China",
            code="unknown_country",
            cure="Leave duties_on out of the scenario, and write its changes.",
        )
    us, china = two
    _raise_us(baseline, us, now, then, tariff, told)
    value, source = chinese_average(on)
    if scenario.chinese_average is not None:
        value, source = scenario.chinese_average, f"scenario {scenario.id}"
    before, _ = chinese_average(parse_day(BEFORE_CHINA))
    raised = (1 + value) / (1 + before) - 1
    tariff[china, us, baseline.goods] = (1 + tariff[china, us, baseline.goods]) * (1 + raised) - 1
    total = np.nansum(now.rate * now.value) / now.value.sum()
    cn = now.economies.index("CN")
    rate = np.nansum(now.rate[cn] * now.value[cn]) / now.value[cn].sum()
    day = format_day(on) + ("" if scenario.known_on is None else f", known on {format_day(scenario.known_on)}")
    told += [
        (
            f"US duties of {day}, averages over imports of 2024",
            f"{total:.1%} on all, {rate:.1%} on China; {now.specific:.0%} of trade has specific rates in column 1, left out",
            "D",
            "the book; US Census",
        ),
        ("Duties of the baseline's year", f"those of {BEFORE}; the change acts", "D", "the book"),
        ("Share of Canadian and Mexican goods that claim the USMCA", f"{scenario.usmca_claimed:g}", "U", "assumption"),
        ("China's duties on US goods, all goods alike", f"{value:.1%}", "D", source),
        ("Tariffs of all others", "as in the baseline", "U", "no other schedule is in the book"),
    ]
    return now, then
