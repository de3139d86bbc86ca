"""Merge economies and sectors of a baseline. Every balance of the larger table holds in the smaller one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.multi.baseline import Baseline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["aggregate", "merged_theta"]


def aggregate(
    baseline: Baseline,
    countries: Mapping[str, str] | None = None,
    sectors: Mapping[str, str] | None = None,
    *,
    theta: Mapping[str, float] | None = None,
) -> Baseline:
    """Merge economies and sectors.

    Flows and uses add up; tariffs and export taxes become averages that leave revenue as it was; recipes become
    averages over output. Trade among merged economies becomes home sales and keeps its tariffs, so that revenue and
    prices paid stay; set them to 0 in a policy where a union has none.

    Args:
        baseline: What to merge.
        countries: New code of each economy; those not named keep theirs.
        sectors: New name of each sector; those not named keep theirs.
        theta: Elasticities of merged sectors by new name; ``merged_theta`` for the rest.

    Returns:
        The smaller baseline, economies and sectors in the order in which they first stand.

    Raises:
        InputError: If a name is not in the baseline, or goods are merged with services.
    """
    into_n, new_countries = _matrix(baseline.countries, countries or {}, "economy")
    into_j, new_sectors = _matrix(baseline.sectors, sectors or {}, "sector")
    kinds = into_j @ baseline.goods / into_j.sum(axis=1)
    mixed = [s for s, kind in zip(new_sectors, kinds, strict=True) if 0 < kind < 1]
    if mixed:
        raise InputError(f"{', '.join(mixed)} would hold goods and services", code="bad_merge", cure="Keep the two apart.")

    def summed(array: Array) -> Array:
        return np.asarray(np.einsum("an,bi,sj,nij->abs", into_n, into_n, into_j, array, optimize=True))

    flows, taxed, paid = (summed(a) for a in (baseline.flows, baseline.flows * (1 + baseline.export_tax), baseline.paid))
    uses = np.einsum("an,lk,sj,nkj->als", into_n, into_j, into_j, baseline.inputs * baseline.output[:, None, :], optimize=True)
    ends = into_n @ (baseline.final * baseline.spending[:, None]) @ into_j.T
    output = flows.sum(axis=0)
    elasticities = merged_theta(baseline, into_j)
    for name, value in (theta or {}).items():
        if name not in new_sectors:
            raise InputError(f"theta names {name!r}, which is no merged sector", code="unknown_sector")
        elasticities[new_sectors.index(name)] = value
    return Baseline(
        new_countries,
        new_sectors,
        flows,
        _ratio(paid, taxed, 1.0) - 1,
        _ratio(taxed, flows, 1.0) - 1,
        _ratio(uses, np.broadcast_to(output[:, None, :], uses.shape), 0.0),
        ends / ends.sum(axis=1, keepdims=True),
        elasticities,
        kinds > 0.5,
        baseline.unit,
        baseline.year,
        baseline.source,
    )


def merged_theta(baseline: Baseline, into: Array) -> Array:
    """Elasticities of merged sectors: harmonic means over trade between economies.

    The gain from trade falls with 1 / theta (Arkolakis, Costinot, Rodriguez-Clare 2012), so the harmonic mean keeps what
    openness in the merged sector is worth; an arithmetic mean would let one very elastic sector (petroleum) stand for all.

    Args:
        baseline: Gives elasticities and trade.
        into: Merges sectors, (new, old), 0 or 1.
    """
    trade = baseline.flows.sum(axis=(0, 1)) - np.einsum("nnj->j", baseline.flows)
    weight = into * np.maximum(trade, 1e-12 * max(float(trade.max(initial=0.0)), 1e-300))
    return np.asarray(weight.sum(axis=1) / (weight / baseline.theta).sum(axis=1))


def _matrix(labels: Sequence[str], names: Mapping[str, str], what: str) -> tuple[Array, tuple[str, ...]]:
    """Matrix (new, old) of zeros and ones, and the new labels."""
    strange = [name for name in names if name not in labels]
    if strange:
        raise InputError(
            f"unknown {what} {', '.join(map(repr, strange))}", code=f"unknown_{what}", cure=f"There are {', '.join(labels)}."
        )
    renamed = [names.get(label, label) for label in labels]
    new = tuple(dict.fromkeys(renamed))
    into = np.zeros((len(new), len(labels)))
    into[[new.index(label) for label in renamed], np.arange(len(labels))] = 1
    return into, new


def _ratio(top: Array, below: Array, none: float) -> Array:
    """Quotient, or a value where there is nothing."""
    return np.asarray(np.divide(top, below, out=np.full(top.shape, none), where=below > 0))
