"""Ownership cases: definitions, sources and cases with rule, day, listed parties, edges, expected status and flags.

A case names its rule, the lists on which parties stand, and edges with ``pct`` as a number, a range or nothing:

    - id: band-one-25-50
      rule: ofac
      source: psc
      listed: {X: [SDN]}
      edges: [{owner: X, owned: A, pct: {min: 25, max: 50, min_excl: true}}]
      expect: {A: possible}
      flags: {A: [range_holding]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, CodeError, CountermeasureError
from countermeasure.parties.ownership import Edge, EdgeKind, Graph, Listing, Share, restricted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from countermeasure.io.cases import CaseResult

__all__ = ["edge_of", "run_ownership_cases", "share_of"]

_YES = ("true", "yes", "1")


def run_ownership_cases(path: Path) -> Iterator[CaseResult]:
    """Run every case of a file.

    Raises:
        BookError: If the file cannot be read.
    """
    from countermeasure.io.cases import CaseResult

    loaded = load_text(path)
    if loaded.faults or not isinstance(loaded.data, dict) or not isinstance(loaded.data.get("cases"), list):
        text = "\n".join(loaded.faults) or f"{path.name}:1: a file of ownership cases has a list under cases"
        raise BookError(text, where=str(path), cure="mend these lines")
    sources = loaded.data.get("sources") or {}
    for place, case in enumerate(loaded.data["cases"]):
        try:
            differences = tuple(_differences(case))
        except CountermeasureError as error:
            differences = (str(error),)
        except KeyError as error:
            differences = (f"the case lacks {error}",)
        source = sources.get(case.get("source"))
        words = source.get("doc", "") if isinstance(source, dict) else case.get("source") or ""
        yield CaseResult(case.get("id", "?"), differences, loaded.where(("cases", place)), words)


def _differences(case: Mapping[str, Any]) -> Iterator[str]:
    day = _day(case.get("as_of"))
    edges = [edge_of(row) for row in case.get("edges") or ()]
    wanted = case.get("expect") or {}
    names = dict.fromkeys([*wanted, *(case.get("flags") or {})])
    graph = Graph.from_edges(edges, parties=names, countries=case.get("countries") or {})
    seeds = _listings(case.get("listed"))
    possible = _listings(case.get("possible"))
    reading = case.get("reading") or "text"
    found = restricted(graph, seeds, case["rule"], as_of=day, possible_seeds=possible, reading=reading)
    for name, status in wanted.items():
        standing = found.of(name)
        if standing.status.value != status:
            yield f"{name} is {standing.status.value}, expected {status}"
    for name, flags in (case.get("flags") or {}).items():
        mine = set(found.of(name).flags)
        lacking = sorted(set(flags or ()) - mine)
        more = sorted(mine - set(flags or ()))
        if lacking:
            yield f"{name} lacks the flag {', '.join(lacking)}; it has {', '.join(sorted(mine)) or 'none'}"
        if more:
            yield f"{name} has the flag {', '.join(more)} that is not expected"


def _listings(listed: Mapping[str, Any] | None) -> list[Listing]:
    found = []
    for party, rows in (listed or {}).items():
        for row in rows or ():
            if isinstance(row, str):
                found.append(Listing(party, row))
            else:
                found.append(Listing(party, row["list"], start=_day(row.get("from")), end=_day(row.get("to"))))
    return found


def edge_of(row: Mapping[str, Any]) -> Edge:
    """An edge from a row of a case.

    Raises:
        CodeError: If its share, kind or a day cannot be read.
    """
    kind = row.get("kind") or "shares"
    if kind not in tuple(EdgeKind):
        raise CodeError(f"{kind!r} is not a kind of edge", code="bad_kind", cure=f"Use one of {', '.join(EdgeKind)}.")
    return Edge(
        row["owner"],
        row["owned"],
        share_of(row.get("pct")),
        EdgeKind(kind),
        _day(row.get("from")),
        _day(row.get("to")),
        row.get("src") or "",
    )


def share_of(pct: Any) -> Share | None:  # noqa: ANN401 - text, mapping or nothing
    """A share from a number in percent, a range, or nothing.

    Raises:
        CodeError: If it cannot be read.
    """
    from countermeasure.io.ownership_shares import read_share

    if pct is None:
        return None
    if isinstance(pct, dict):
        low, high = pct.get("min") or "0", pct.get("max") or "100"
        return Share.percent(low, high, over=pct.get("min_excl") in _YES, under=pct.get("max_excl") in _YES)
    return read_share(pct, "percent")


def _day(text: str | None) -> int | None:
    return parse_day(text) if text else None
