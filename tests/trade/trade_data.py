"""Baselines from the working material, and a small one made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.trade.multi.baseline import Baseline
from countermeasure.trade.multi.closures import baseline_from_shares, rebalanced

if TYPE_CHECKING:
    from pathlib import Path


def baseline2023(shared: Path, theta: float | None = 5.0) -> Baseline:
    """41 economies, 35 sectors, 2023: no tariffs; theta of all sectors, or that of the file."""
    with np.load(shared / "data/trade/baseline2023_41x35.npz", allow_pickle=False) as file:
        flows = np.ascontiguousarray(file["trade"].transpose(2, 0, 1))
        final = file["final_demand"] / file["final_demand"].sum(axis=1, keepdims=True)
        j = flows.shape[2]
        return Baseline(
            countries=tuple(map(str, file["countries"])),
            sectors=tuple(map(str, file["sectors"])),
            flows=flows,
            tariff=np.zeros_like(flows),
            export_tax=np.zeros_like(flows),
            inputs=file["io_coef"],
            final=final,
            theta=file["theta"] if theta is None else np.full(j, theta),
            goods=np.arange(j) < int(file["n_goods"]),
            year=2023,
            source="WIOD 2011 scaled to BACI 2023",
        )


def nafta(shared: Path) -> tuple[Baseline, np.ndarray]:
    """Caliendo and Parro (2015), 31 x 40, 1993 with its deficits, and the tariffs after NAFTA."""
    with np.load(shared / "data/trade/cp2015_31x40.npz", allow_pickle=False) as file:
        trade, tariff, after = (file[k].transpose(1, 2, 0) for k in ("trade", "tariff_1993", "tariff_nafta"))
        paid = trade * (1 + tariff)
        inputs = np.maximum(file["io_coef"], 0)  # one cell of 49,600 is -0.0006
        inputs *= ((1 - file["va_share"]) / np.maximum(inputs.sum(axis=1), 1e-300))[:, None, :]
        baseline = baseline_from_shares(
            tuple(map(str, file["countries"])),
            tuple(map(str, file["sectors"])),
            shares=paid / paid.sum(axis=1, keepdims=True),
            tariff=np.ascontiguousarray(tariff),
            inputs=inputs,
            final=file["final_share"],
            value_added=file["value_added"].sum(axis=1),
            theta=file["theta"],
            goods=np.arange(40) < 20,
            unit="USD",
            year=1993,
            source="Caliendo and Parro (2015)",
        )
        return baseline, np.ascontiguousarray(after)


def made_baseline(
    n: int = 4, j: int = 3, seed: int = 1, *, tariff: float = 0.05, deficit: float = 0.05, balanced: bool = False
) -> Baseline:
    """A made baseline: shares and inputs drawn, spending solved so that deficits are near a share of income."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(5, 0.6, n)
    weight = rng.lognormal(0, 0.8, (n, n, j)) * size[None, :, None]
    for c in range(n):
        weight[c, c] = weight[c].sum(axis=0) * rng.uniform(1.0, 3.0, j)
    shares = weight / weight.sum(axis=1, keepdims=True)
    inputs = rng.dirichlet(np.ones(j), (n, j)).transpose(0, 2, 1) * rng.uniform(0.3, 0.6, (n, 1, j))
    duty = rng.uniform(0, 2 * tariff, (n, n, j))
    duty[np.arange(n), np.arange(n)] = 0
    final = rng.dirichlet(3 * np.ones(j), n)
    net = shares / (1 + duty)
    needs = np.einsum("nkj,mnj->nkmj", inputs, net).reshape(n * j, n * j)  # purchases (n, k) for purchases (m, j)
    use = np.linalg.inv(np.eye(n * j) - needs).reshape(n, j, n, j)
    per_spending = np.einsum("njmk,mk->njm", use, final)  # purchases for one unit of final spending
    value = np.einsum("ij,nij,njm->im", 1 - inputs.sum(axis=1), net, per_spending)
    duties = np.einsum("nij,nij,njm->nm", net, duty, per_spending)
    spending = np.ones(n)
    for _ in range(2000):
        spending = (value + duties) @ spending
        spending *= size.sum() / spending.sum()
    spending *= 1 + deficit * rng.standard_normal(n)
    bought = per_spending @ spending
    flows = net * bought[:, None, :]
    baseline = Baseline(
        tuple(f"C{c:02d}" for c in range(n)),
        tuple(f"s{s}" for s in range(j)),
        flows=flows,
        tariff=duty,
        export_tax=np.zeros_like(flows),
        inputs=inputs,
        final=final,
        theta=rng.uniform(3, 8, j),
        goods=np.ones(j, dtype=bool),
        year=2023,
        source="made",
    )
    return rebalanced(baseline, tolerance=1e-13) if balanced else baseline
