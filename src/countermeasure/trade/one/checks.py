"""Checks of what is given to the one-sector model; each fault names its cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.trade.one.economy import Parameters

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["economy_faults", "parameter_faults", "refuse", "repeated", "table_of", "tariff_faults", "values_of"]

_MOST = 50


def refuse(faults: list[str], where: str, code: str) -> None:
    """Raise if there are faults.

    Raises:
        InputError: With all of them, the first fifty in words.
    """
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise InputError(f"{count} {where}", code=code, cure="Mend:", faults=faults[:_MOST])


def parameter_faults(given: Parameters) -> list[str]:
    """What is wrong with parameters."""
    rules = (
        ("elasticity", given.elasticity > 0, "above 0"),
        ("labour", given.labour >= 0, "0 or above"),
        ("scale", given.scale >= 0, "0 or above"),
        ("pass_through", given.pass_through > 0, "above 0"),
        ("value_share", 0 < given.value_share <= 1, "above 0 and at most 1"),
    )
    faults = [f"{name} is {getattr(given, name)}; it must be {rule}" for name, fine, rule in rules if not fine]
    faults += [f"{name} is not finite" for name, fine, _ in rules if fine and not np.isfinite(getattr(given, name))]
    if given.rebate not in ("income_tax", "lump_sum"):
        faults.append(f"rebate is {given.rebate!r}; it must be 'income_tax' or 'lump_sum'")
    return faults


def economy_faults(countries: tuple[str, ...], flows: Array, tariff: Array, profit_share: Array) -> list[str]:
    """What is wrong with a baseline, each with its cell."""
    size = len(countries)
    shapes = (("flows", flows, (size, size)), ("tariff", tariff, (size, size)), ("profit_share", profit_share, (size,)))
    faults = [f"{name} has shape {array.shape}, not {shape}" for name, array, shape in shapes if array.shape != shape]
    faults += repeated(countries)
    if size < 2:
        faults.append("one economy has nobody to trade with")
    if faults:
        return faults
    faults = _cells("flows", ~np.isfinite(flows) | (flows < 0), flows, countries, "0 or above")
    faults += tariff_faults(tariff, countries)
    bad = np.flatnonzero(~np.isfinite(profit_share) | (profit_share < 0) | (profit_share >= 1))
    faults += [f"profit_share of {countries[n]} is {profit_share[n]:g}; it must be from 0 to below 1" for n in bad]
    if not faults:
        faults = [f"{countries[n]} buys nothing" for n in np.flatnonzero(flows.sum(axis=1) <= 0)]
        faults += [f"{countries[n]} sells nothing" for n in np.flatnonzero(flows.sum(axis=0) <= 0)]
    return faults


def tariff_faults(tariff: Array, countries: tuple[str, ...]) -> list[str]:
    """What is wrong with tariffs, each with its cell."""
    shape = (len(countries), len(countries))
    if tariff.shape != shape:
        return [f"tariff has shape {tariff.shape}, not {shape}"]
    faults = _cells("tariff", ~np.isfinite(tariff) | (tariff <= -1), tariff, countries, "above -1 (-100 %)")
    return faults + _cells("tariff", np.diag(np.diag(tariff) != 0), tariff, countries, "0 at home")


def table_of(name: str, given: Mapping[tuple[str, str], float] | Array, labels: tuple[str, ...], faults: list[str]) -> Array:
    """An (N, N) array from an array or a mapping (importer, origin) -> value; faults are added."""
    size = len(labels)
    if not isinstance(given, Mapping):
        array = np.array(given, dtype=np.float64)
        if array.shape != (size, size):
            faults.append(f"{name} has shape {array.shape}; {size} countries need {(size, size)}")
            return np.zeros((size, size))
    else:
        place = {label: n for n, label in enumerate(labels)}
        array = np.zeros((size, size))
        for (importer, origin), value in given.items():
            unknown = [label for label in (importer, origin) if label not in place]
            if unknown:
                faults.append(f"{name} [{importer}, {origin}]: {' and '.join(unknown)} not among the countries")
            else:
                array[place[importer], place[origin]] = value
    if name == "trade":
        faults += _cells(name, ~np.isfinite(array) | (array < 0), array, labels, "0 or above")
    return array


def values_of(name: str, given: Mapping[str, float] | Array | float, labels: tuple[str, ...], faults: list[str]) -> Array:
    """An (N,) array from an array, a mapping by code or one value for all; faults are added."""
    size = len(labels)
    if isinstance(given, Mapping):
        faults += [f"{name} of {label}: not among the countries" for label in given if label not in labels]
        faults += [f"{name} of {label} is missing" for label in labels if label not in given]
        array = np.array([given.get(label, 1.0) for label in labels], dtype=np.float64)
    else:
        array = np.array(given, dtype=np.float64)
        array = np.full(size, array) if array.ndim == 0 else array
        if array.shape != (size,):
            faults.append(f"{name} has shape {array.shape}; {size} countries need {(size,)}")
            return np.ones(size)
    if name == "gdp":
        bad = np.flatnonzero(~np.isfinite(array) | (array <= 0))
        faults += [f"gdp of {labels[n]} is {array[n]:g}; it must be above 0" for n in bad]
    return array


def _cells(name: str, bad: np.ndarray[Any, Any], array: Array, labels: tuple[str, ...], rule: str) -> list[str]:
    """Bad cells in words, as ``flows [importer, origin]``."""
    return [f"{name} [{labels[n]}, {labels[i]}] is {array[n, i]:g}; it must be {rule}" for n, i in np.argwhere(bad)[:_MOST]]


def repeated(labels: tuple[str, ...]) -> list[str]:
    """Labels that stand twice."""
    return [f"the country {label} stands twice" for label in dict.fromkeys(labels) if labels.count(label) > 1]
