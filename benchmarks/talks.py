"""Stability of conflicts: all four notions for all parties and states; one BLAS thread.

    python benchmarks/talks.py [--repeat 3] [--rival PYTHON]

Rivals in the same run: a plain solver with Python sets that follows the definitions, on 1,024 states; and, with the interpreter
of another environment that has them, pygambit and nashpy on two-party conflicts as matrices (``talks.nfg``), whose equilibria
in pure strategies must be the Nash states found here. Those two know no answers, so that the comparison is of Nash alone, and
their time is without start and reading. Wall seconds, best repeat; load is printed.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np

from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.nfg import matrix_form, nfg_text
from countermeasure.talks.preferences import from_statements
from countermeasure.talks.read import load_conflict
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS
from countermeasure.talks.witness import Explainer

RIVAL = r"""
import json, sys, time
found = {}
job = json.load(open(sys.argv[1]))
try:
    import pygambit
    game = pygambit.read_nfg(job["nfg"])
    start = time.perf_counter()
    solved = pygambit.nash.enumpure_solve(game)
    took = time.perf_counter() - start
    pairs = []
    for profile in solved.equilibria:
        chosen = []
        for player, names in zip(game.players, job["names"]):
            if isinstance(player, str):  # since version 17
                chosen.append([n for n, name in enumerate(names) if profile[player][name] == 1][0])
            else:
                chosen.append([n for n, strategy in enumerate(player.strategies) if profile[strategy] == 1][0])
        pairs.append(chosen)
    found["pygambit " + pygambit.__version__] = [took, sorted(pairs)]
except ImportError as error:
    found["pygambit"] = [None, str(error)]
try:
    import nashpy, numpy, warnings
    warnings.simplefilter("ignore")
    first, second = numpy.array(job["first"], dtype=float), numpy.array(job["second"], dtype=float)
    game = nashpy.Game(first, second)
    start = time.perf_counter()
    if first.size <= 36:
        pure = [e for e in game.support_enumeration() if all((x.max() > 1 - 1e-9) for x in e)]
        pairs = sorted([int(a.argmax()), int(b.argmax())] for a, b in pure)
    else:  # all supports take hours there; its test of best responses, cell by cell
        pairs = []
        for i in range(first.shape[0]):
            for j in range(first.shape[1]):
                a, b = numpy.eye(first.shape[0])[i], numpy.eye(first.shape[1])[j]
                if all(game.is_best_response(a, b)):
                    pairs.append([i, j])
    found["nashpy " + nashpy.__version__] = [time.perf_counter() - start, pairs]
except ImportError as error:
    found["nashpy"] = [None, str(error)]
print(json.dumps(found))
"""


def timed(run, repeat):
    found, least = None, np.inf
    for _ in range(repeat):
        start = time.perf_counter()
        found = run()
        least = min(least, time.perf_counter() - start)
    return found, least


def made(bits, parties, one_way=0.0, holes=0.0, seed=1, statements=0, classes=None):
    """A conflict with options dealt round, random ranks, or ranks of random statements."""
    draw = np.random.default_rng(seed)
    who = tuple(Party(f"p{n}", f"p{n}") for n in range(parties))
    ways = [str(draw.choice(["fwd", "back"])) if draw.random() < one_way else "both" for _ in range(bits)]
    options = tuple(Option(f"o{j}", f"o{j}", j % parties, way) for j, way in enumerate(ways))
    codes = np.arange(1 << bits, dtype=np.int64)
    if holes:
        codes = codes[draw.random(len(codes)) >= holes]
    space = StateSpace(bits, codes)
    preferences = []
    for _ in who:
        if statements:
            ids = [option.id for option in options]
            texts = [
                f"{draw.choice(['', 'not '])}{a} or {draw.choice(['', 'not '])}{b}"
                for a, b in (draw.choice(ids, 2, replace=False) for _ in range(statements))
            ]
            preferences.append(from_statements(space, ids, texts))
        else:
            values = draw.permutation(len(codes)) if classes is None else draw.integers(0, classes, len(codes))
            preferences.append(Preference(np.unique(values, return_inverse=True)[1].astype(np.int32)))
    return Conflict("made", "made", who, options, space, tuple(preferences))


def plain(conflict):
    """Flags of the four notions, (notions, parties, n), with sets and the definitions of legal sequences."""
    codes, ranks = conflict.space.codes.tolist(), conflict.ranks.tolist()
    places = {code: n for n, code in enumerate(codes)}
    masks = conflict.masks

    @cache
    def reach(mover, s):
        start, free = codes[s], masks[mover] & ~(conflict.only_on & codes[s]) & ~(conflict.only_off & ~codes[s])
        found, change = set(), free
        while change:
            if start ^ change in places:
                found.add(places[start ^ change])
            change = (change - 1) & free
        return frozenset(found)

    @cache
    def better(mover, s):
        return frozenset(t for t in reach(mover, s) if ranks[mover][t] > ranks[mover][s])

    @cache
    def answers(mover, u, improving):
        step, found, seen, queue = better if improving else reach, set(), set(), [(u, -1)]
        while queue:
            at, last = queue.pop()
            for d in range(len(masks)):
                if d not in (mover, last):
                    new = {(t, d) for t in step(d, at)} - seen
                    seen |= new
                    queue += new
        found |= {t for t, _ in seen}
        return frozenset(found)

    def stable(mover, s, notion):
        level = ranks[mover]
        for u in better(mover, s):
            if notion == "nash":
                return False
            ends = [t for t in answers(mover, u, notion == "seq") if level[t] <= level[s]]
            if notion == "smr":
                ends = [t for t in ends if all(level[w] <= level[s] for w in reach(mover, t))]
            if not ends:
                return False
        return True

    return np.array([[[stable(i, s, n) for s in range(len(codes))] for i in range(len(masks))] for n in NOTIONS])


def rivals(conflict, python):
    form = matrix_form(conflict)
    with tempfile.TemporaryDirectory() as folder:
        nfg, job = Path(folder) / "game.nfg", Path(folder) / "job.json"
        nfg.write_text(nfg_text(conflict), encoding="utf-8")
        names = [[form.name(party, n) for n in range(len(form.strategies[party]))] for party in range(2)]
        told = {"nfg": str(nfg), "first": form.payoffs[0].tolist(), "second": form.payoffs[1].tolist(), "names": names}
        job.write_text(json.dumps(told), encoding="utf-8")
        ran = subprocess.run([python, "-c", RIVAL, str(job)], stdout=subprocess.PIPE, text=True, check=True)
    return form, json.loads(ran.stdout)


def compare_matrices(python, repeat):
    cases = [load_conflict(name) for name in ("prisoners-dilemma", "chicken", "cuban-crisis", "euphrates-1975", "october-2025")]
    cases += [made(bits, 2, seed=bits) for bits in (6, 8, 10, 12)]
    for conflict in cases:
        solved, took = timed(lambda conflict=conflict: solve(conflict), repeat)
        form, found = rivals(conflict, python)
        wanted = sorted(
            map(list, zip(*(x.tolist() for x in np.nonzero(np.isin(form.places, solved.equilibria("nash")))), strict=True))
        )
        told = []
        for name, (seconds, pairs) in found.items():
            if seconds is None:
                told.append(f"{name}: {pairs}")
            else:
                told.append(f"{name} {1e3 * seconds:.2f} ms {'equal' if pairs == wanted else f'DIFFERENT {pairs} {wanted}'}")
        shape = "x".join(map(str, form.places.shape))
        print(
            f"  {conflict.id} {shape}: here, all four notions, {1e3 * took:.2f} ms; {'; '.join(told)}; {len(wanted)} equilibria"
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--rival", help="interpreter that has pygambit and nashpy")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}")

    print("all notions, all parties, legal sequences")
    for words, given in (
        ("2^16 states, 3 parties, reversible, random ranks", {"bits": 16, "parties": 3}),
        ("2^16 states, 3 parties, reversible, 40 statements", {"bits": 16, "parties": 3, "statements": 40}),
        ("2^16 states, 3 parties, reversible, a third infeasible", {"bits": 16, "parties": 3, "holes": 0.33}),
        ("2^18 states, 3 parties, 40 % of options one way", {"bits": 18, "parties": 3, "one_way": 0.4}),
        ("2^18 states, 3 parties, all options one way", {"bits": 18, "parties": 3, "one_way": 1.0}),
        ("2^18 states, 2 parties, all one way, a fifth infeasible", {"bits": 18, "parties": 2, "one_way": 1.0, "holes": 0.2}),
        ("2^20 states, 3 parties, reversible, random ranks", {"bits": 20, "parties": 3}),
        ("2^20 states, 3 parties, reversible, 60 statements", {"bits": 20, "parties": 3, "statements": 60}),
        ("2^20 states, 5 parties, reversible, random ranks", {"bits": 20, "parties": 5}),
    ):
        conflict = made(**given)
        solved, took = timed(lambda conflict=conflict: solve(conflict), args.repeat if given["bits"] < 20 else 1)
        counts = ", ".join(f"{notion} {len(solved.equilibria(notion))}" for notion in NOTIONS)
        print(f"  {words}: {took:.3f} s; {counts}")

    conflict = load_conflict("milk-river")

    def report():
        fresh = load_conflict("milk-river")
        solved = solve(fresh)
        explainer = Explainer(fresh, solved)
        return [witness.words for place in range(len(fresh.space)) for witness in explainer.at(place)]

    def solved_and_told():
        solved = solve(conflict)
        explainer = Explainer(conflict, solved)
        return [witness.words for place in range(len(conflict.space)) for witness in explainer.at(place)]

    words, took = timed(solved_and_told, max(args.repeat, 5))
    _, whole = timed(report, max(args.repeat, 5))
    print(
        f"  36 states, 4 parties, with {len(words)} reasons in words: {1e3 * took:.1f} ms; with reading the file {1e3 * whole:.0f} ms"
    )

    conflict = made(10, 3)
    solved, took = timed(lambda: solve(conflict), args.repeat)
    flags, slow = timed(lambda: plain(conflict), 1)
    same = "equal" if np.array_equal(flags, solved.stable) else "DIFFERENT"
    print(
        f"plain sets, 1,024 states, 3 parties: {slow:.2f} s; here {1e3 * took:.1f} ms, {slow / took:.0f} times faster; {same}"
    )

    if args.rival:
        print("matrices of two parties: pure equilibria")
        compare_matrices(args.rival, args.repeat)


if __name__ == "__main__":
    main()
