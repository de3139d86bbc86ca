"""Trade with profits (Ossa 2014, 7 regions x 33 sectors): best tariffs, war and agreements, on one thread.

    python benchmarks/trade_profits.py [--data FOLDER] [--repeat 3] [--iterations 3]

The rival in the same run does as the published programs do: the equilibrium by a general solver without derivatives
(``scipy.optimize.fsolve``), and the best tariffs by a search with finite differences, here L-BFGS-B. It is stopped after some
iterations, and what it has reached by then is printed. Times are processor seconds of one thread, which on an idle machine are wall
seconds; on a busy one they still compare. The data are test material: the folder with ``ossa2014_7x33.npz``.
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import fsolve, minimize

from countermeasure.trade.profits import Chooser, ProfitModel, agreement, best, gradient, war

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "trade"


def read(folder):
    with np.load(folder / "ossa2014_7x33.npz", allow_pickle=False) as file:
        data = {n: file[n] for n in file.files}
    data = {n: np.ascontiguousarray(a.transpose(1, 0, 2)) if a.ndim == 3 else a for n, a in data.items()}
    names = [tuple(map(str, data[n])) for n in ("regions", "sectors")]
    return ProfitModel(*names, data["trade_balanced"], data["tariff"], data["sigma"]), data


def timed(run, repeat=3):
    seconds, found = [], None
    for _ in range(repeat):
        start = time.process_time()
        found = run()
        seconds.append(time.process_time() - start)
    return min(seconds), found


def plain(model):
    """The rival's equilibrium: wages and spending in levels, from 1, without derivatives."""
    n = len(model.countries)
    profit_part = 1 / model.sigma
    labour = model.labour_income

    def solve(tariff):
        hat = (1 + tariff) / (1 + model.tariff)

        def parts(x):
            spending, wage = x[:n], x[n:]
            cost = wage[None, :, None] ** (1 - model.sigma)
            power = (model.shares * cost * hat ** (1 - model.sigma)).sum(axis=1)
            flows = model.flows * cost * hat**-model.sigma * (spending[:, None] / power)[:, None, :]
            return flows, power

        def gaps(x):
            flows, _ = parts(x)
            sales = flows.sum(axis=0)
            wages = sales @ (1 - profit_part) / labour - x[n:]
            income = x[n:] * labour + sales @ profit_part + (tariff * flows).sum(axis=(1, 2))
            spending = income / model.spending - x[:n]
            wages[0] = (x[n:] * labour).sum() / labour.sum() - 1
            return np.concatenate([wages, spending])

        x = fsolve(gaps, np.ones(2 * n), xtol=1e-10)
        _, power = parts(x)
        return x[:n] / np.exp((model.budget * np.log(power) / (1 - model.sigma)).sum(axis=1))

    return solve


def rival(model, code, iterations):
    """The rival's search for one economy's best tariffs; seconds, objective."""
    k, solve = model.country(code), plain(model)
    lines = Chooser((code,)).lines(model)
    guess = np.broadcast_to(1 / (model.sigma - 1), model.flows.shape)[lines]

    def cost(x):
        tariff = model.tariff.copy()
        tariff[lines] = x
        return -solve(tariff)[k]

    start = time.process_time()
    options = {"maxiter": iterations, "maxfun": 10**7}
    found = minimize(cost, guess, method="L-BFGS-B", bounds=[(0, 10)] * guess.size, options=options)
    return time.process_time() - start, -found.fun, found.nfev


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=40)
    asked = parser.parse_args()
    model, data = read(asked.data)
    lobbied = replace(model, lobby=data["lambda_pol"])
    print(f"load {os.getloadavg()[0]:.2f}, one thread, processor seconds, numpy {np.__version__}; best of {asked.repeat}")
    rng = np.random.default_rng(0)
    tariff = model.tariff + model.foreign * rng.uniform(0, 0.5, model.flows.shape)
    ours, found = timed(lambda: [model.solve(tariff) for _ in range(20)][-1], asked.repeat)
    solve = plain(model)
    theirs, other = timed(lambda: [solve(tariff) for _ in range(5)][-1], asked.repeat)
    apart = np.abs(found.real_income - other).max()
    print(
        f"equilibrium: Newton {50 * ours:.2f} ms, general solver {200 * theirs:.1f} ms, ratio {theirs * 4 / ours:.0f}; they differ by {apart:.0e}"
    )
    seconds, _ = timed(lambda: gradient(found, np.eye(7)[0]), asked.repeat)
    print(
        f"derivatives by all {int(model.foreign.sum())} tariffs: {1e3 * seconds:.2f} ms after the equilibrium; by differences with the general solver about {theirs / 5 * 1386:.0f} s, ratio {theirs / 5 * 1386 / seconds:.0f}"
    )
    for name, version, stored in (("lambda = 1", model, "optimal_tariff"), ("lobbying", lobbied, "optimal_tariff_pol")):
        seconds, all_ = timed(lambda v=version: [best(v, Chooser((c,))) for c in v.countries], asked.repeat)
        short = []
        for k, one in enumerate(all_):
            theirs_ = version.tariff.copy()
            theirs_[k] = data[stored][k]
            short.append(one.value[0] - version.solve(theirs_).government[k])
        print(
            f"seven best tariffs, {name}: {seconds:.2f} s, {sum(o.rounds for o in all_)} rounds, residual {max(o.residual for o in all_):.0e}; above the stored optima by {min(short):.0e} to {max(short):.0e}"
        )
    took, value, calls = rival(model, "BRA", asked.iterations)
    ours, one = timed(lambda: best(model, Chooser(("BRA",))), asked.repeat)
    print(
        f"Brazil alone: {1e3 * ours:.0f} ms for +{100 * (one.value[0] - 1):.6f} %; the rival after {asked.iterations} iterations, {calls} equilibria and {took:.0f} s +{100 * (value - 1):.6f} %, ratio so far {took / ours:.0f}"
    )
    fights = {}
    for name, version in (("lambda = 1", model), ("lobbying", lobbied)):
        bare, _ = timed(lambda v=version: war(v, verify=False), asked.repeat)
        seconds, fights[name] = timed(lambda v=version: war(v), asked.repeat)
        o = fights[name]
        print(
            f"war of seven, {name}: {bare:.2f} s, with each chooser choosing anew {seconds:.2f} s; residual {o.residual:.0e}, regret {o.regret:.0e}, mean {100 * (o.found.government.mean() - 1):+.2f} %"
        )
    for name, version in (("lambda = 1", model), ("lobbying", lobbied)):
        for start, tariff_ in (("war", fights[name].tariff), ("today", None), ("free trade", np.zeros_like(model.tariff))):
            seconds, a = timed(lambda v=version, t=tariff_: agreement(v, tariff=t), 1)
            print(
                f"agreement of seven, {name}, from {start}: {seconds:.2f} s, {a.rounds} rounds, common gain {100 * a.common:.4f} %, residual {a.residual:.0e}, spread {a.spread:.0e}"
            )
    seconds, o = timed(lambda: best(model, Chooser(("EU", "JPN", "USA"), ("CHN",))), asked.repeat)
    print(f"front of three against one: {1e3 * seconds:.0f} ms; {o}")


if __name__ == "__main__":
    main()
