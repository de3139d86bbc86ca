"""Fit the weights of the name score on made-up alterations; the check sets of ``benchmarks/screening.py`` play no part.

    python benchmarks/screening_fit.py /path/to/csl.csv.gz [/path/to/unlisted_persons.csv.gz]

One random half of the parties is indexed. Right pairs: altered names (``screening_made.py``) with their party. Wrong pairs:
the other
candidates of these names; candidates of real names of the other half that no indexed name equals; of names with exchanged
proper words or numbers; of persons on no list. The weights keep their signs (no measure may count the wrong way).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re

import numpy as np
from scipy.optimize import minimize

from countermeasure.parties.calibration import BASE, WEIGHTS
from countermeasure.parties.index import NameIndex, Vocabulary, block_of, weigh
from countermeasure.parties.names import forms
from countermeasure.parties.score import MEASURES, measure
from countermeasure.parties.tokens import TokenTable
from screening_made import altered, neighbours, nobody

SEED = 4711
SISTER = 0.1
"""Weight of a wrong entry found for a listed name, beside 0.5 for one found for a stranger."""
UP = {"top_asked", "top_listed", "information", "whole", "glued_alike", "number_agrees", "full_asked", "full_listed"}
"""Measures that speak for a pair; all others speak against it."""


def listed(path: str) -> list[tuple[list[str], bool]]:
    """Names of each party of a screening list in CSV, and whether it is a person."""
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row.get("type") in ("Vessel", "Aircraft"):
                continue
            names = [row["name"], *(alias for alias in row["alt_names"].split("|") if len(alias) > 3)]
            found.append(
                (names, row.get("type") == "Individual" or bool(re.fullmatch(r"[A-Z' -]+, [A-Z][a-z].*", row["name"])))
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csl")
    parser.add_argument("persons", nargs="?")
    options = parser.parse_args()
    rng = random.Random(SEED)
    parties = listed(options.csl)
    rng.shuffle(parties)
    half = len(parties) // 2
    inside, outside = parties[:half], parties[half:]
    names = [(name, number, person) for number, (all_names, person) in enumerate(inside) for name in all_names]
    index = NameIndex([n for n, _, _ in names], [p for _, p, _ in names], [False] * len(names), [p for _, _, p in names])
    keys = set(index.keys)
    same: dict[str, set[int]] = {}
    for name, number, _ in names:
        for form in forms(name):
            same.setdefault(form.glued, set()).add(number)
    words = [w for all_names, _ in outside for w in re.findall(r"[A-Za-z]{4,}", all_names[0])]
    made = altered(names, 6000, rng) + nobody(names, words, 2500, rng) + neighbours(names, words, 1500, rng)
    queries = [(m.name, m.party, m.kind, m.source) for m in made]
    for all_names, _ in outside[:4000]:
        query = all_names[0]
        if not any("=" + form.glued in keys for name in all_names for form in forms(name)):
            queries.append((query, None, "real, unlisted", query))
    if options.persons:
        with gzip.open(options.persons, "rt", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        queries += [(row["full_name"], None, "person", "") for row in rng.sample(rows[25_000:], 2000)]
    weights = np.array([WEIGHTS[name] for name in MEASURES])
    base = BASE
    values, truth, stranger, group = measured(index, queries, same)
    for _ in range(3):
        points = values @ weights + base
        keep = best_of(group, points)
        base, weights = fit(values[keep], truth[keep], stranger[keep])
        print(f"BASE = {base:.2f}")
        for name, weight in zip(MEASURES, weights, strict=True):
            print(f'    "{name}": {weight:.2f},')


def measured(index, queries, same):
    asked, owner = [], []
    for place, (name, *_rest) in enumerate(queries):
        for form in forms(name):
            asked.append(form)
            owner.append(place)
    vocabulary = Vocabulary(index.numbers)
    block = block_of(enumerate(asked), vocabulary)
    weigh(block, index.rarity, index.unseen)
    table = index.table.and_(TokenTable.of(list(vocabulary.extra)))
    at = {name: place for place, name in enumerate(MEASURES)}
    all_values, all_truth, all_stranger, all_group = [], [], [], []
    for begin in range(0, len(asked), 4000):
        row, column, _ = index.candidates(asked[begin : begin + 4000])
        row = row + begin
        found = measure(block, index.block, table, row, column)
        ok = ~found.contradicted
        query = np.array(owner)[row]
        party = index.party[index.block.owner[column]]
        truth = np.zeros(row.size, bool)
        unsure = np.zeros(row.size, bool)
        for place, (q, p) in enumerate(zip(query.tolist(), party.tolist(), strict=True)):
            _, gold, kind, source = queries[q]
            if gold is not None:
                mine = {gold}
                for form in forms(source):
                    mine |= same.get(form.glued, set())
                truth[place] = p in mine
            elif kind == "other person":
                unsure[place] = found.values[place, at["whole"]] > 0.93
            elif kind == "real, unlisted":
                # all proper words agree: it may well be the same party under another entry of the whole list
                told = found.values[place, [at["against"], at["extra"], at["missing"], at["far"]]]
                unsure[place] = bool(told.max() < 0.05)
        ok &= ~unsure
        all_values.append(found.values[ok])
        all_truth.append(truth[ok])
        all_stranger.append(np.array([queries[q][1] is None for q in query.tolist()], bool)[ok])
        all_group.append((query.astype(np.int64) * (1 << 31) + party)[ok])
    return (
        np.concatenate(all_values).astype(np.float64),
        np.concatenate(all_truth),
        np.concatenate(all_stranger),
        np.concatenate(all_group),
    )


def best_of(group, points):
    order = np.lexsort((-points, group))
    first = np.ones(order.size, bool)
    first[1:] = group[order][1:] != group[order][:-1]
    return order[first]


def fit(values, truth, stranger):
    signs = np.array([1.0 if name in UP else -1.0 for name in MEASURES])
    # another entry beside the right one (a sister company) costs a reader less than an alert for a stranger
    weight = np.where(truth, 1.0, np.where(stranger, 0.5, SISTER))

    def cost(theta):
        points = theta[0] + values @ (signs * theta[1:])
        loss = np.logaddexp(0, np.where(truth, -points, points))
        slope = weight * (1 / (1 + np.exp(-points)) - truth)
        gradient = np.concatenate([[slope.sum()], (values.T @ slope) * signs])
        return (weight * loss).sum() + 0.5 * (theta[1:] ** 2).sum() * 0.2, gradient + np.concatenate([[0], 0.2 * theta[1:]])

    found = minimize(
        cost, np.ones(values.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=[(None, None)] + [(0, 20)] * values.shape[1]
    )
    points = found.x[0] + values @ (signs * found.x[1:])
    print(
        f"pairs {truth.size}, right {truth.sum()}, mean loss {found.fun / truth.size:.4f}; right found at 0.5 {np.mean(points[truth] > 0):.3f}, wrong {np.mean(points[~truth] > 0):.5f}"
    )
    return found.x[0], signs * found.x[1:]


if __name__ == "__main__":
    main()
