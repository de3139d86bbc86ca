"""The rounds in arrays and the rounds in SQL give the same answer."""

# ruff: noqa: S608

import random

import duckdb
import pyarrow as pa
import pytest
from ownership_oracle import random_graph

from countermeasure.errors import InputError
from countermeasure.parties.ownership import Edge, EdgeKind, Graph, Listing, Share, restricted, rule_of
from countermeasure.parties.ownership.sql import holdings_rows, links_rows, walk_sql


def by_arrays(graph, seeds, rule, upper):
    found = restricted(graph, [Listing(s, rule.lists[0]) for s in seeds], rule)
    return (found.upper if upper else found.lower).round.tolist()


def by_duckdb(graph, seeds, rule, upper):
    view = graph.on(None)
    base = duckdb.connect()
    for name, columns in (("holdings", holdings_rows(view, rule)), ("links", links_rows(view, rule))):
        base.register(f"{name}_in", pa.table(columns))
        base.execute(f"create table {name} as select * from {name}_in")
    base.execute("create table seeds (node integer)")
    base.executemany("insert into seeds values (?)", [[graph.number(s)] for s in seeds])
    walk_sql(base.execute, lambda q: base.execute(q).fetchone()[0], rule, upper=upper)
    rounds = [-1] * graph.size
    for node, number in base.execute("select node, round from reached").fetchall():
        rounds[node] = number
    return rounds


def share(rng):
    draw = rng.random()
    if draw < 0.1:
        return None
    if draw < 0.3:
        return Share.percent(25, 50, over=True)
    return Share.percent(rng.choice([5, 10, 20, 25, 30, 50, 51, 75, 100]))


@pytest.mark.parametrize("rule", ["ofac", "eu"])
@pytest.mark.parametrize("upper", [False, True])
def test_arrays_and_sql_reach_the_same_in_the_same_round(rule, upper):
    rng = random.Random(3)
    for _ in range(12):
        names, stakes = random_graph(rng, 25, 60, share, feasible=rng.random() < 0.5)
        edges = [Edge(o, e, s) for (o, e), s in stakes.items()]
        edges += [Edge(*rng.sample(names, 2), kind=kind) for kind in (EdgeKind.BRANCH, EdgeKind.CONTROL)]
        graph = Graph.from_edges(edges, parties=names)
        seeds = rng.sample(names, 3)
        assert by_arrays(graph, seeds, rule_of(rule), upper) == by_duckdb(graph, seeds, rule_of(rule), upper)


def test_sql_refuses_rules_under_which_owners_do_not_add_up():
    with pytest.raises(InputError, match="do not add up"):
        walk_sql(lambda _: None, lambda _: 0, rule_of("uk"), upper=False)
