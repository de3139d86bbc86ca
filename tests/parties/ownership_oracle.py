"""Two slow solvers of the ownership rules, written apart from the package: one enumerates, one iterates."""

import itertools
import random
from fractions import Fraction

EPS = Fraction(1, 10**12)
HALF, WHOLE = Fraction(1, 2), Fraction(1)


def spans(stakes):
    """(owner, owned) -> (low, high), open ends moved in by EPS."""
    return {
        pair: (Fraction(0), WHOLE) if s is None else
        (Fraction(s.min_ppm, 10**6) + (EPS if s.min_excl else 0), Fraction(s.max_ppm, 10**6) - (EPS if s.max_excl else 0))
        for pair, s in stakes.items()
    }  # fmt: skip


def least_fixed_point(nodes, held, seeds, threshold, more_than):
    """Restricted entities for exact stakes, by going over all entities until nothing changes."""
    restricted = set(seeds)
    while True:
        more = set()
        for node in nodes - restricted:
            total = sum((share for (o, e), share in held.items() if e == node and o in restricted), Fraction(0))
            if total > threshold or (total == threshold and not more_than):
                more.add(node)
        if not more:
            return restricted
        restricted |= more


def corners(rows):
    """Corners of {low <= x <= high, sum <= 1}: all stakes at an end, or one of them at what the whole leaves."""
    found = set()
    for ends in itertools.product(*[{low, high} for low, high in rows]):
        if sum(ends) <= WHOLE:
            found.add(ends)
        for free in range(len(rows)):
            rest = WHOLE - (sum(ends) - ends[free])
            if rows[free][0] <= rest <= rows[free][1]:
                found.add((*ends[:free], rest, *ends[free + 1 :]))
    return found


def enumerate_answers(nodes, stakes, seeds, possible, threshold=HALF, more_than=False):
    """Certain and possible entities, over every corner of every entity and every subset of the possible seeds."""
    held = spans(stakes)
    by = {}
    for (owner, owned), span in held.items():
        by.setdefault(owned, []).append((owner, span))
    choices = []
    for owned, rows in by.items():
        pairs = [(owner, owned) for owner, _ in rows]
        choices.append([dict(zip(pairs, c, strict=True)) for c in corners([s for _, s in rows])])
    certain, may = set(nodes), set()
    for pick in itertools.product(*choices):
        exact = {k: v for part in pick for k, v in part.items()}
        low = least_fixed_point(nodes, exact, seeds, threshold, more_than)
        high = least_fixed_point(nodes, exact, seeds | possible, threshold, more_than)
        certain &= low
        may |= high
    return certain, may


def iterate_answers(nodes, stakes, seeds, possible, threshold=HALF, more_than=False):
    """The same by intervals: the least and greatest sum of a set of stakes under what the whole allows."""
    held = spans(stakes)

    def extreme(node, owners, upper):
        rows = [(o, lo, hi) for (o, e), (lo, hi) in held.items() if e == node]
        sure = sum((lo for _, lo, _ in rows), Fraction(0))
        low = sum((lo for o, lo, _ in rows if o in owners), Fraction(0))
        high = sum((hi for o, _, hi in rows if o in owners), Fraction(0))
        if not upper:
            return low - max(sure - 1, Fraction(0))
        return min(high, WHOLE if sure > 1 else WHOLE - (sure - low))

    def closure(start, upper):
        restricted = set(start)
        changed = True
        while changed:
            changed = False
            for node in nodes - restricted:
                total = extreme(node, restricted, upper)
                if total > threshold or (total == threshold and not more_than):
                    restricted.add(node)
                    changed = True
        return restricted

    return closure(seeds, False), closure(seeds | possible, True)


def random_graph(rng: random.Random, nodes, edges, share, *, feasible=True):
    """Random stakes between ``nodes`` entities; where feasible, the least shares of no entity come to more than the whole."""
    names = [f"n{i}" for i in range(nodes)]
    found, sure = {}, {}
    for _ in range(edges):
        owner, owned = rng.sample(names, 2)
        stake = share(rng)
        low = Fraction(0) if stake is None else Fraction(stake.min_ppm, 10**6) + (EPS if stake.min_excl else 0)
        if (owner, owned) in found or (feasible and sure.get(owned, 0) + low > 1):
            continue
        found[owner, owned] = stake
        sure[owned] = sure.get(owned, 0) + low
    return names, found
