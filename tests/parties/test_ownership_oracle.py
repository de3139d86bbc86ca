"""The fixed points against two slow solvers."""

import random

import pytest
from ownership_oracle import HALF, enumerate_answers, iterate_answers, random_graph

from countermeasure.parties.ownership import Edge, Graph, Listing, Share, restricted

RULES = {"ofac": False, "uk": True}


def a_share(rng):
    draw = rng.random()
    if draw < 0.15:
        return None
    if draw < 0.45:
        low, high = sorted(rng.sample([0, 10, 25, 30, 50, 75, 100], 2))
        return Share.percent(low, high, over=rng.random() < 0.5, under=rng.random() < 0.5)
    return Share.percent(rng.choice([5, 10, "16.7", 20, 25, 30, "33.3", 49, 50, 51, 60, 75, 100]))


def ours(names, stakes, seeds, possible, rule):
    edges = [Edge(o, e, s) for (o, e), s in stakes.items()]
    graph = Graph.from_edges(edges, parties=names)
    lists = {"ofac": "us-sdn", "eu": "eu"}
    found = restricted(
        graph, [Listing(s, lists[rule]) for s in sorted(seeds)], rule,
        possible_seeds=[Listing(s, lists[rule]) for s in sorted(possible)],
    )  # fmt: skip
    certain = {n for n in names if found.lower.round[graph.number(n)] >= 0}
    may = {n for n in names if found.upper.round[graph.number(n)] >= 0}
    return certain, may


@pytest.mark.parametrize("block", range(4))
def test_small_graphs_agree_with_enumeration_of_every_case(block):
    rng = random.Random(1000 + block)
    for _ in range(60):
        names, stakes = random_graph(rng, 5, 7, a_share)
        if sum(1 for s in stakes.values() if s is None or not s.exact) > 6:
            continue
        seeds, possible = set(rng.sample(names, 1)), set(rng.sample(names, rng.randint(0, 1)))
        possible -= seeds
        assert ours(names, stakes, seeds, possible, "ofac") == enumerate_answers(set(names), stakes, seeds, possible), stakes


@pytest.mark.parametrize("block", range(10))
def test_random_graphs_with_bands_circles_and_unknown_shares_agree_with_iteration(block):
    rng = random.Random(block)
    possible_seen = 0
    for _ in range(100):
        nodes = rng.randint(3, 30)
        names, stakes = random_graph(rng, nodes, rng.randint(2, 4 * nodes), a_share, feasible=rng.random() < 0.7)
        seeds = set(rng.sample(names, rng.randint(1, 3)))
        possible = set(rng.sample(names, rng.randint(0, 2))) - seeds
        mine = ours(names, stakes, seeds, possible, "ofac")
        assert mine == iterate_answers(set(names), stakes, seeds, possible), stakes
        possible_seen += len(mine[1] - mine[0])
    assert possible_seen > 20


@pytest.mark.parametrize("block", range(4))
def test_holdings_that_do_not_add_up_agree_with_each_seed_by_itself(block):
    rng = random.Random(500 + block)
    for _ in range(60):
        names, stakes = random_graph(rng, rng.randint(3, 15), 30, a_share, feasible=False)
        seeds = set(rng.sample(names, 3))
        graph = Graph.from_edges([Edge(o, e, s) for (o, e), s in stakes.items()], parties=names)
        found = restricted(graph, [Listing(s, "uk") for s in sorted(seeds)], "uk")
        certain, may = set(), set()
        for seed in seeds:
            low, high = iterate_answers(set(names), stakes, {seed}, set(), HALF, more_than=True)
            certain |= low
            may |= high
        assert {n for n in names if found.lower.round[graph.number(n)] >= 0} == certain
        assert {n for n in names if found.upper.round[graph.number(n)] >= 0} == may


def test_the_order_of_edges_does_not_matter():
    rng = random.Random(7)
    for _ in range(40):
        names, stakes = random_graph(rng, 12, 30, a_share, feasible=False)
        rows = list(stakes.items())
        seeds = set(rng.sample(names, 2))
        first = ours(names, dict(rows), seeds, set(), "ofac")
        rng.shuffle(rows)
        assert ours(names, dict(rows), seeds, set(), "ofac") == first


def test_more_listed_parties_never_free_an_entity():
    rng = random.Random(11)
    for _ in range(60):
        names, stakes = random_graph(rng, 12, 30, a_share, feasible=False)
        few = set(rng.sample(names, 2))
        many = few | set(rng.sample(names, 2))
        for less, more in zip(ours(names, stakes, few, set(), "ofac"), ours(names, stakes, many, set(), "ofac"), strict=True):
            assert less <= more
