"""Search for names in lists of parties: which entries may be meant, how sure, and why.

``PartyIndex.build(lists)`` normalises all names once. ``search`` answers queries in batches: candidates by shared rare
trigrams, words and exact keys; every candidate measured word by word; a calibrated score; country, address, numbers and
birth date as terms of their own. It is pure and deterministic: the same lists and queries give the same hits, in any order
and any batch.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.parties.calibration import points_of, probability
from countermeasure.parties.model import Band, Hit, Kind, ListedParty, PartyList, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from countermeasure.parties.index import NameIndex

__all__ = ["Columns", "PartyIndex", "compare"]

BATCH = 2_000
"""Queries measured together."""
LOOK = 0.05
"""Name scores below this are dropped before other evidence is asked."""
CAP_NUMBER, CAP_REVIEW = 0.20, 0.75
EXACT, EXACT_OTHER_FORM = 0.97, 0.93
EXACT_LEAST = 0.60
ACRONYM = 0.60
PARTIAL_FROM, PARTIAL_MOST = 0.60, 0.79
"""Scores of names of which one says a word more are pressed into this span, below ``confirmed``: sisters differ by a word."""
CASES = (1, 2, 4, 8, 16, 32)
NUMBER, WEAK, HOMOPHONE, SAME, INITIALS, PARTIAL = CASES
"""Bits of what bounds a score: numbers differ, weak alias, same sound but other characters, exactly equal, initials,
a word on one side alone."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Hits of many names as columns.

    Attributes:
        query: Number of the name, ascending, shape (n,).
        party: Number of the party in ``PartyIndex.parties``, shape (n,).
        score: Shape (n,).
        confirmed: Whether the band is ``confirmed``; else it is ``review``, shape (n,).
    """

    query: NDArray[np.int64]
    party: NDArray[np.int32]
    score: NDArray[np.float32]
    confirmed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Found:
    """Pairs of query and party, the best name of each, before other evidence."""

    query: NDArray[np.int64]
    party: NDArray[np.int32]
    name: NDArray[np.int32]
    score: NDArray[np.float64]
    case: NDArray[np.int8]


class PartyIndex:
    """All names of some lists, ready to be searched. It can be pickled and sent to other processes.

    Attributes:
        lists: The lists, their parties in order.
        parties: All parties.
    """

    def __init__(self, lists: tuple[PartyList, ...], names: NameIndex) -> None:
        self.lists = lists
        self.names = names

    @classmethod
    def build(cls, lists: Iterable[PartyList]) -> PartyIndex:
        """Index lists; entries that only name an address are searched like the others."""
        from countermeasure.parties.index import NameIndex

        held = tuple(lists)
        names: list[str] = []
        owner: list[int] = []
        weak: list[bool] = []
        person: list[bool] = []
        number = 0
        for one in held:
            for party in one.parties:
                seen = set()
                for kind, group in enumerate(((party.name,), party.aliases, party.weak_aliases)):
                    for name in group:
                        if name and name not in seen:
                            seen.add(name)
                            names.append(name)
                            owner.append(number)
                            weak.append(kind == 2)
                            person.append(party.kind is Kind.PERSON)
                number += 1
        return cls(held, NameIndex(names, owner, weak, person))

    @cached_property
    def parties(self) -> tuple[ListedParty, ...]:
        """All parties, in the order of the lists."""
        return tuple(party for one in self.lists for party in one.parties)

    @cached_property
    def _by_number(self) -> dict[str, tuple[int, ...]]:
        from countermeasure.parties.evidence import number_key

        found: dict[str, list[int]] = {}
        for place, party in enumerate(self.parties):
            for _, number in party.identifiers:
                key = number_key(number)
                if len(key) >= 5:
                    found.setdefault(key, []).append(place)
        return {key: tuple(places) for key, places in found.items()}

    def search(self, queries: Sequence[Query], *, limit: int = 10, on: int | None = None) -> list[tuple[Hit, ...]]:
        """Entries that may be the parties asked for.

        Args:
            queries: Who is asked for.
            limit: Most hits for each; confirmed ones are never cut off.
            on: Epoch day: entries not listed on it are left out. All entries if absent.

        Returns:
            For each query its hits of the bands ``confirmed`` and ``review``, best first. No hit means "not found in these
            lists", not "cleared".
        """
        from countermeasure.parties.explain import hit_of

        answers: list[tuple[Hit, ...]] = []
        for begin in range(0, len(queries), BATCH):
            batch = queries[begin : begin + BATCH]
            for query, found in zip(batch, self._rows(batch), strict=True):
                hits = []
                for party, name, score, case in found:
                    listed = self.parties[party]
                    if on is None or listed.listed_on(on):
                        hits.append(hit_of(query, listed, self.names.names[name] if name >= 0 else "", score, case))
                hits = [hit for hit in hits if hit.band is not Band.NONE]
                hits.sort(key=lambda hit: (-hit.score, -hit.name_score, hit.party.id))
                sure = sum(hit.band is Band.CONFIRMED for hit in hits)
                answers.append(tuple(hits[: max(limit, sure)]))
        return answers

    def _rows(self, batch: Sequence[Query]) -> Iterator[list[tuple[int, int, float, int]]]:
        """For each query its candidates: party, best name, name score, case."""
        rows: list[list[tuple[int, int, float, int]]] = [[] for _ in batch]
        found = self._found([query.name for query in batch], [query.kind is Kind.PERSON for query in batch])
        columns = (found.query.tolist(), found.party.tolist(), found.name.tolist(), found.score.tolist(), found.case.tolist())
        for query, party, name, score, case in zip(*columns, strict=True):
            rows[query].append((party, name, score, case))
        if any(query.identifiers for query in batch):
            from countermeasure.parties.evidence import number_key

            for query, row in zip(batch, rows, strict=True):
                have = {party for party, *_ in row}
                for _, number in query.identifiers:
                    for party in self._by_number.get(number_key(number), ()):
                        if party not in have:
                            row.append((party, -1, 0.02, 0))
        yield from rows

    def _found(self, names: Sequence[str], person: Sequence[bool] | None = None) -> _Found:
        """Pairs of names and parties with a name score worth looking at."""
        from countermeasure.parties.index import Vocabulary, block_of, weigh
        from countermeasure.parties.names import forms
        from countermeasure.parties.score import measure
        from countermeasure.parties.tokens import TokenTable

        index = self.names
        asked, owner = [], []
        for place, text in enumerate(names):
            for form in forms(text, person=person is not None and person[place]):
                asked.append(form)
                owner.append(place)
        row, column, _ = index.candidates(asked)
        vocabulary = Vocabulary(index.numbers)
        block = block_of(enumerate(asked), vocabulary)
        weigh(block, index.rarity, index.unseen)
        table = index.table.and_(TokenTable.of(list(vocabulary.extra))) if vocabulary.extra else index.table
        found = measure(block, index.block, table, row, column)
        query = np.array(owner, np.int64)[row] if asked else np.zeros(0, np.int64)
        name = index.block.owner[column]
        case = np.zeros(row.size, np.int8)
        case[found.contradicted] |= NUMBER
        case[index.weak[name]] |= WEAK
        case[found.same] |= SAME
        case[found.partial] |= PARTIAL
        case[~np.isnan(found.han) & (found.han < 1)] |= HOMOPHONE
        score = bounded(probability(points_of(found.values)), case, found.other_form)
        keep = score >= LOOK
        query, name, score, case = query[keep], name[keep], score[keep], case[keep]
        more = index.acronym_hits(names)
        if more:
            query = np.concatenate([query, np.array([q for q, _ in more], np.int64)])
            name = np.concatenate([name, np.array([n for _, n in more], np.int32)])
            score = np.concatenate([score, np.full(len(more), ACRONYM)])
            case = np.concatenate([case, np.full(len(more), INITIALS | WEAK, np.int8)])
        party = index.party[name]
        order = np.lexsort((name, -score, party, query))
        query, party, name, score, case = query[order], party[order], name[order], score[order], case[order]
        first = np.ones(query.size, np.bool_)
        first[1:] = (query[1:] != query[:-1]) | (party[1:] != party[:-1])
        return _Found(query[first], party[first], name[first], score[first], case[first])

    def search_columns(
        self,
        names: Sequence[str],
        countries: Sequence[str] | None = None,
        *,
        executor: Executor | None = None,
        chunk: int = 20_000,
    ) -> Columns:
        """Search many names; terms are left out.

        Args:
            names: The names, shape (n,).
            countries: Two-letter codes, empty where unknown, shape (n,).
            executor: Where chunks are worked on: any executor of the standard library or one like it. Here, if absent.
            chunk: Names of a chunk.
        """
        ranges = [(begin, min(begin + chunk, len(names))) for begin in range(0, len(names), chunk)]
        given = [(names[a:b], None if countries is None else countries[a:b]) for a, b in ranges]
        if executor is None:
            parts = [self._columns(*one) for one in given]
        else:
            blob = pickle.dumps(self, protocol=5)
            digest = hashlib.sha256(blob).hexdigest()
            parts = [job.result() for job in [executor.submit(_work, blob, digest, *one) for one in given]]
        if not parts:
            return Columns(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.bool_))
        return Columns(
            np.concatenate([part.query + begin for part, (begin, _) in zip(parts, ranges, strict=True)]),
            np.concatenate([part.party for part in parts]),
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.confirmed for part in parts]),
        )

    def _columns(self, names: Sequence[str], countries: Sequence[str] | None) -> Columns:
        from countermeasure.parties.explain import band_of, final_score

        query: list[int] = []
        party: list[int] = []
        scores: list[float] = []
        sure: list[bool] = []
        for begin in range(0, len(names), BATCH):
            batch = names[begin : begin + BATCH]
            found = self._found(batch)
            columns = (found.query.tolist(), found.party.tolist(), found.score.tolist(), found.case.tolist())
            for place, owner, name_score, case in zip(*columns, strict=True):
                score = name_score
                if countries is not None and countries[begin + place]:
                    asked = Query(batch[place], countries[begin + place])
                    score, _ = final_score(asked, self.parties[owner], name_score, case)
                band = band_of(score)
                if band is not Band.NONE:
                    query.append(begin + place)
                    party.append(owner)
                    scores.append(score)
                    sure.append(band is Band.CONFIRMED)
        order = np.lexsort((np.array(party, np.int64), -np.array(scores), np.array(query, np.int64)))
        return Columns(
            np.array(query, np.int64)[order],
            np.array(party, np.int32)[order],
            np.array(scores, np.float32)[order],
            np.array(sure, np.bool_)[order],
        )

    def __getstate__(self) -> dict[str, object]:
        return {"lists": self.lists, "names": self.names}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def bounded(score: NDArray[np.float64], case: NDArray[np.int8], other_form: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scores with what bounds them: an exact name from below, a contradiction or a weak alias from above."""
    exact = np.where(other_form, EXACT_OTHER_FORM, np.maximum(score, EXACT))
    score = np.where(case & SAME, exact, score)
    over = PARTIAL_FROM + (score - PARTIAL_FROM) * (PARTIAL_MOST - PARTIAL_FROM) / (1 - PARTIAL_FROM)
    score = np.where((case & PARTIAL != 0) & (score > PARTIAL_FROM), over, score)
    score = np.where(case & (WEAK | HOMOPHONE), np.minimum(score, CAP_REVIEW), score)
    return np.where(case & NUMBER, np.minimum(score, CAP_NUMBER), score)


_HELD: dict[str, PartyIndex] = {}


def _work(blob: bytes, digest: str, names: Sequence[str], countries: Sequence[str] | None) -> Columns:
    """Work on a chunk in another process; the index is unpacked once there."""
    index = _HELD.get(digest)
    if index is None:
        _HELD.clear()
        index = _HELD[digest] = pickle.loads(blob)  # noqa: S301 - packed by search_columns
    return index._columns(names, countries)  # noqa: SLF001


def compare(asked: str, listed: str, *, kind: Kind = Kind.UNKNOWN) -> Hit:
    """Compare two names, both directions of which give the same score.

    Words are weighed as if each were equally rare, by their part in a name alone, as no list says how common they are.

    Args:
        asked: A name.
        listed: Another.
        kind: What they are, if known.
    """
    from countermeasure.parties.explain import hit_of
    from countermeasure.parties.pairs import pair_score

    score, case = pair_score(asked, listed, person=kind is Kind.PERSON)
    return hit_of(Query(asked, kind=kind), ListedParty("pair:1", "pair", listed, kind=kind), listed, score, case)
