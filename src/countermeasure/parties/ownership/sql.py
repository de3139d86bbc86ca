"""The round as plain SQL, for engines that hold the edges already: join, sum, compare, keep the new ones.

Rounds are as many as the longest chain; only what was reached in the last one moves. The statements use nothing but joins,
sums and ``create table as``, so they run on DuckDB and on Spark alike. Both walks of rules under which all owners add up are
covered; stakes have to be one per owner and entity, as ``View`` makes them (``holdings_rows``).

Tables: ``holdings(owner, owned, low, high)`` with codes, ``links(owner, owned)`` for branches and, where control counts,
control, and ``seeds(node)``. The result is the table ``reached(node, round)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.parties.ownership.fixpoint import tables_of
from countermeasure.parties.ownership.model import FULL

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from countermeasure.parties.ownership.graph import View
    from countermeasure.parties.ownership.rules import Rule

    Run = Callable[[str], Any]

__all__ = ["holdings_rows", "links_rows", "round_sql", "walk_sql"]

MOST_ROUNDS = 10_000


def holdings_rows(view: View, rule: Rule) -> dict[str, npt.NDArray[Any]]:
    """Columns of the table ``holdings`` for a rule with one class of stakes.

    Raises:
        InputError: If the rule tests several classes that are filled.
    """
    tables = tables_of(view, rule)
    if len(tables) != 1:
        raise InputError("the rounds in SQL take one class of stakes", code="bad_edges", cure="Use restricted().")
    table = tables[0]
    return {"owner": table.owner, "owned": table.owned, "low": table.low, "high": table.high}


def links_rows(view: View, rule: Rule) -> dict[str, npt.NDArray[Any]]:
    """Columns of the table ``links`` for a rule."""
    import numpy as np

    chosen = [view.links[name] for name in (("branch", "control") if rule.control_counts else ("branch",))]
    return {
        "owner": np.concatenate([link.owner for link in chosen]),
        "owned": np.concatenate([link.owned for link in chosen]),
    }


def round_sql(rule: Rule, number: int, *, upper: bool) -> list[str]:
    """Statements of one round.

    Args:
        rule: Its line.
        number: Of the round, from 1.
        upper: The possible walk instead of the certain one.
    """
    compare = ">" if rule.more_than else ">="
    excess = f"greatest(e.sure - {FULL}, 0)"
    total = f"least(h.high, case when e.sure > {FULL} then {FULL} else {FULL} - (e.sure - h.low) end)"
    value = total if upper else f"greatest(h.low - {excess}, 0)"
    # Only numbers of the rule go into the texts; no word of a user does.
    touched = (
        "create table touched as "  # noqa: S608
        f"select distinct h.owned as node from holdings h join reached f on h.owner = f.node where f.round = {number - 1}"
    )
    fresh = (
        "create table fresh as "  # noqa: S608
        "select h.owned as node from (select x.owned, sum(x.low) as low, sum(x.high) as high from holdings x "
        "join touched t on x.owned = t.node join reached r on x.owner = r.node where x.owner <> x.owned group by x.owned) h "
        f"join entities e on e.node = h.owned where {value} {compare} {rule.threshold} "
        f"union select l.owned as node from links l join reached f on l.owner = f.node where f.round = {number - 1}"
    )
    insert = (
        f"insert into reached select distinct n.node, {number} from fresh n "  # noqa: S608
        "left join reached r on n.node = r.node where r.node is null"
    )
    return ["drop table if exists touched", touched, "drop table if exists fresh", fresh, insert]


def walk_sql(run: Run, count: Callable[[str], int], rule: Rule, *, upper: bool) -> int:
    """Walk until nothing new is reached.

    Args:
        run: Runs a statement.
        count: Runs a query of one number and returns it.
        rule: A rule under which all owners add up and chains count.
        upper: The possible walk instead of the certain one.

    Returns:
        Rounds that reached something. The table ``reached`` has the answer.

    Raises:
        InputError: If the rule does not add up owners.
    """
    if rule.aggregate == "no":
        raise InputError(f"under {rule.id} owners do not add up", code="bad_rule", cure="Use restricted().")
    run("drop table if exists entities")
    run("create table entities as select owned as node, sum(low) as sure from holdings group by owned")
    run("drop table if exists reached")
    run("create table reached as select distinct node, 0 as round from seeds")
    for number in range(1, MOST_ROUNDS):
        for statement in round_sql(rule, number, upper=upper):
            run(statement)
        if not count(f"select count(*) from reached where round = {number}"):  # noqa: S608
            return number - 1
    raise InputError("the rounds do not end", code="bad_edges", cure="Check that the tables do not change meanwhile.")
