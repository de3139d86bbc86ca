"""Many transactions at once, in columns: the same kernel, each distinct value encoded once.

Every dimension is encoded by its distinct values (items, routes, end uses, parties), a row of the kernel's tables is made
for each,
and the rows are gathered and settled together. Names are looked up once each. What comes out is the answer per regime, how
strict it
may become, and the provision behind it; for reasons in full ask :meth:`LicenseEngine.license_for`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure.book.controls import NO, OPEN, YES
from countermeasure.book.model import REVIEWS, State
from countermeasure.errors import InputError
from countermeasure.licensing.answer import ANSWERS
from countermeasure.licensing.cases import case_of
from countermeasure.licensing.classify import classify
from countermeasure.licensing.derive import EntityNotes, facts_of
from countermeasure.licensing.standing import judge
from countermeasure.licensing.transaction import Item, Party, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from countermeasure.book.controls import Controls, Rows, Words
    from countermeasure.licensing.cases import Case
    from countermeasure.licensing.classify import Classified
    from countermeasure.licensing.derive import Facts
    from countermeasure.licensing.engine import LicenseEngine

Ints = npt.NDArray[np.int64]
_NOTICE = REVIEWS.index("notice_duty")
WORDS = (*ANSWERS, "undetermined")
"""Words of the answers by code."""
PARTY_COLUMNS = ("buyer", "consignee", "intermediate_consignee", "end_user")
CHUNK = 131_072
_REST = ("*",)
_Layer = tuple[Ints, tuple[npt.NDArray[np.uint64], ...]]
"""Codes of the rows, and tables of must, may and (where a share may be raised) raised must by code."""
_US_CUTS = (Fraction(0), Fraction(1, 10), Fraction(1, 4))


@dataclass(frozen=True, slots=True)
class _Coded:
    """A column by its distinct values: ``values[codes]`` is the column."""

    values: list[Any]
    codes: Ints


def screen_transactions(batch: pa.Table, engine: LicenseEngine, regimes: Sequence[str] = ("CN", "US")) -> pa.Table:
    """Answer a table of transactions.

    Args:
        batch: One row each. ``on`` (day), ``from``, ``to`` (two-letter codes) are needed; ``description``, ``control_code``,
            ``eccn``, ``hs``, ``elements``, ``form``, ``origin``, ``end_use``, ``cn_content``, ``us_content`` (fractions) and
            the
            names ``buyer``, ``consignee``, ``intermediate_consignee``, ``end_user`` with ``end_user_country`` are used where
            they are.
        engine: Its first reading is taken.
        regimes: ``CN``, ``US`` or both.

    Returns:
        Columns ``cn_answer``, ``cn_possible``, ``cn_provision`` and the same for ``us``, in the order of the rows.
        ``possible`` is
        the strictest answer that open facts allow.

    Raises:
        InputError: If a needed column is missing, or a day or place cannot be read.
    """
    import pyarrow as pa

    missing = [n for n in ("on", "from", "to") if n not in batch.column_names]
    if missing:
        raise InputError(f"no column {', '.join(missing)}", code="missing_column", cure="Give on, from and to.")
    columns = _columns(batch)
    found: dict[str, pa.Array] = {}
    for regime in regimes:
        answer, possible, provision = _Regime(engine, regime, columns, batch.num_rows).solve()
        controls = engine.controls(regime, engine.readings[0])
        names = pa.array(["", *(c.provision for c in controls.clauses)])
        low = regime.lower()
        found[f"{low}_answer"] = pa.DictionaryArray.from_arrays(pa.array(answer, pa.int32()), pa.array(WORDS))
        found[f"{low}_possible"] = pa.DictionaryArray.from_arrays(pa.array(possible, pa.int32()), pa.array(WORDS))
        found[f"{low}_provision"] = pa.DictionaryArray.from_arrays(pa.array(provision + 1, pa.int32()), names)
    return pa.table(found)


def _columns(batch: pa.Table) -> dict[str, _Coded]:
    import pyarrow as pa
    import pyarrow.compute as pc

    found: dict[str, _Coded] = {}
    for name in batch.column_names:
        column = batch.column(name).combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        coded = pc.dictionary_encode(column, null_encoding="encode")
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        found[name] = _Coded(coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
    return found


def _joint(codes: Sequence[tuple[Ints, int]], n: int) -> tuple[Ints, Ints]:
    """Distinct combinations of coded columns.

    Returns:
        Row of a first example of each combination, and the combination of every row.
    """
    key = np.zeros(n, np.int64)
    size = 1
    for column, count in codes:
        if size * max(count, 1) >= 2**62:
            _, key = np.unique(key, return_inverse=True)
            size = int(key.max(initial=0)) + 1
        key = key * max(count, 1) + column
        size *= max(count, 1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.astype(np.int64)


class _Regime:
    """One regime over all rows."""

    def __init__(self, engine: LicenseEngine, regime: str, columns: Mapping[str, _Coded], n: int) -> None:
        self.engine = engine
        self.controls: Controls = engine.controls(regime, engine.readings[0])
        self.columns = columns
        self.n = n
        self._signs: dict[tuple[object, ...], Classified] = {}
        self.days = self._days()
        self.stretch = np.searchsorted(np.array(self.controls.days, np.int64), self.days, side="right")

    def _days(self) -> Ints:
        from countermeasure.codes.day import from_date, parse_day

        coded = self.columns["on"]
        values = np.array([parse_day(v) if isinstance(v, str) else from_date(v) for v in coded.values], np.int64)
        return values[coded.codes]

    def _cell(self, name: str, row: int) -> Any:  # noqa: ANN401
        coded = self.columns.get(name)
        return None if coded is None else coded.values[coded.codes[row]]

    def solve(self) -> tuple[Ints, Ints, Ints]:
        """Codes of the answer and of the strictest possible one, and the clause behind it (-1 for none), shape (n,) each."""
        stretch_first, self.stretch_of = _joint([(self.stretch.astype(np.int64), int(self.stretch.max(initial=0)) + 1)], self.n)
        self.stretch_days = [int(self.days[row]) for row in stretch_first]
        layers = [*self._layers(), self._tests(self.stretch_of, stretch_first)]
        item_codes, items = self._items()
        live = np.stack([self.controls.live(d) for d in self.stretch_days])
        awake = np.stack([self.controls.live(d, asleep=True) for d in self.stretch_days])
        keys = [(codes, len(tables[0])) for codes, tables in layers]
        first, inverse = _joint([*keys, (item_codes, len(items[0])), (self.stretch_of, len(stretch_first))], self.n)
        answer = np.empty(len(first), np.int64)
        possible = np.empty(len(first), np.int64)
        clause = np.empty(len(first), np.int64)
        for start in range(0, len(first), CHUNK):
            rows = first[start : start + CHUNK]
            part = slice(start, start + CHUNK)
            answer[part], possible[part], clause[part] = self._settled(rows, layers, (item_codes, items), (live, awake))
        return answer[inverse], possible[inverse], clause[inverse]

    def _settled(
        self, rows: Ints, layers: Sequence[_Layer], item: tuple[Ints, Rows], lives: tuple[Words, Words]
    ) -> tuple[Ints, Ints, Ints]:
        """Settle some rows: first what lives, then only for the rest what sleeps and what stays under a threshold."""
        codes, tables = item
        items = (tables[0][codes[rows]], tables[1][codes[rows]])
        stretch = self.stretch_of[rows]
        must, may = (self._gathered(rows, layers, k) for k in (0, 1))
        real = self.controls.settle(must.copy(), may.copy(), items, lives[0][stretch])
        floor, reach = (self.controls.ranks(t).astype(np.int64) for t in (real.sure, real.open))
        answer = np.where(floor < _NOTICE, floor, np.where(reach < _NOTICE, len(ANSWERS), ANSWERS.index("not_controlled")))
        rest = np.flatnonzero((floor >= _NOTICE) & (reach >= _NOTICE))
        if len(rest):
            some = (items[0][rest], items[1][rest])
            asleep = self.controls.settle(must[rest], may[rest], some, lives[1][stretch[rest]])
            sleepy = self.controls.ranks(asleep.open) < _NOTICE
            raised = self._gathered(rows[rest], layers, 2)
            higher = self.controls.settle(raised, raised.copy(), some, lives[0][stretch[rest]])
            below = self.controls.ranks(higher.sure) < _NOTICE
            words = [ANSWERS.index("no_license_today"), ANSWERS.index("outside_threshold")]
            answer[rest] = np.select([sleepy, below], words, ANSWERS.index("not_controlled"))
        possible = np.where(reach < _NOTICE, np.minimum(reach, floor), answer)
        return answer, possible, np.where(floor < _NOTICE, self._bearing(real.sure, floor), -1)

    def _gathered(self, rows: Ints, layers: Sequence[_Layer], which: int) -> Words:
        """AND of the rows of all layers: must (0), may (1), or must with every share raised (2)."""
        table = np.full((len(rows), len(self.controls.live(0))), ~np.uint64(0))
        for codes, tables in layers:
            table &= tables[min(which, len(tables) - 1) if which < 2 or len(tables) > 2 else 0][codes[rows]]
        return table

    def _bearing(self, sure: Words, floor: Ints) -> Ints:
        """First clause with the strictest review in each case."""
        masks = np.stack(self.controls.rank_masks)
        bits = sure & masks[floor]
        found = np.full(len(sure), -1, np.int64)
        for w in reversed(range(bits.shape[1])):
            hit = bits[:, w] != 0
            low = bits[hit, w] & (~bits[hit, w] + np.uint64(1))
            found[hit] = 64 * w + np.log2(low.astype(np.float64)).astype(np.int64)
        return found

    # ------------------------------------------------------------------------------------------- layers

    def _layers(self) -> list[_Layer]:
        """Rows of everything but items and tests of parties, each layer by its own distinct values."""
        found = [self._places(name, key) for name, key in (("origin", "origin"), ("from", "sent_from"), ("to", "sent_to"))]
        note_codes, notes = self._footnotes()
        item = [self._key(n) for n in ("description", "control_code", "hs", "elements", "form")]
        groups = (
            ([self._key("cn_content")], ("cn_content_share",)),
            ([*item, self._key("end_use"), self._key("end_user_country"), self._key("from"), self._key("to")], _REST),
            (
                [self._key(n) for n in ("origin", "from", "to", "us_content", "eccn")] + [(note_codes, len(notes))],
                ("subject_to_ear", "on_ccl", "ccl_license"),
            ),
        )
        named = {n for _, names in groups if names is not _REST for n in names}
        for keys, names in groups:
            first, codes = _joint(keys, self.n)
            mine = [n for n in self.controls.fact_ids if (n not in named if names is _REST else n in names)]
            tables = [np.full((len(first), len(self.controls.live(0))), ~np.uint64(0)) for _ in range(3)]
            for place, row in enumerate(first):
                case, facts = self._made(int(row), notes[note_codes[row]])
                self._facts(tables, place, case, facts, mine)
            found.append((codes, tuple(tables)))
        return found

    def _key(self, name: str) -> tuple[Ints, int]:
        if name not in self.columns:
            return np.zeros(self.n, np.int64), 1
        if name in ("cn_content", "us_content"):
            return self._binned(name)
        return self.columns[name].codes, len(self.columns[name].values)

    def _places(self, name: str, dimension: str) -> _Layer:
        codes, count = self._key(name)
        first, joint = _joint([(codes, count), (self.stretch_of, len(self.stretch_days))], self.n)
        rows = [self.controls.place_row(dimension, self._cell(name, int(r)), int(self.days[r])) for r in first]
        must, may = np.stack([m for m, _ in rows]), np.stack([m for _, m in rows])
        return joint, (must, may)

    def _binned(self, name: str) -> tuple[Ints, int]:
        """Codes of a share by the stretches between the values at which anything changes."""
        cuts = sorted({*self.controls.bins("cn_content_share"), *_US_CUTS})
        coded = self.columns[name]
        numbers = [-1 if v is None else 2 * sum(_exact(v) > c for c in cuts) + int(_exact(v) in cuts) for v in coded.values]
        return np.array(numbers, np.int64)[coded.codes] + 1, 2 * len(cuts) + 4

    def _items(self) -> tuple[Ints, Rows]:
        names = ("description", "control_code", "eccn", "hs", "elements", "form")
        first, codes = _joint([self._key(n) for n in names], self.n)
        rows = [self.controls.item_row(self._classified(int(r)).sign) for r in first]
        return codes, (np.stack([m for m, _ in rows]), np.stack([m for _, m in rows]))

    def _item(self, row: int) -> Item:
        elements = self._cell("elements", row) or ""
        return Item(
            description=self._cell("description", row) or "",
            control_code=self._cell("control_code", row) or "",
            eccn=self._cell("eccn", row) or "",
            hs=str(self._cell("hs", row) or ""),
            origin=self._cell("origin", row),
            elements=tuple(elements.replace(";", ",").split(",")) if elements else (),
            form=self._cell("form", row) or "",
            cn_content=_span(self._cell("cn_content", row)),
            us_content=_span(self._cell("us_content", row)),
        )

    def _classified(self, row: int) -> Classified:
        item = self._item(row)
        key = (item.description, item.control_code, item.eccn, item.hs, item.elements, item.form)
        if key not in self._signs:
            self._signs[key] = classify(item, self.engine.book.control_lists)
        return self._signs[key]

    def _made(self, row: int, footnotes: EntityNotes) -> tuple[Case, Facts]:
        """Case and facts of a row, by the same functions as for one transaction."""
        item = self._item(row)
        uses = tuple(w for w in (self._cell("end_use", row) or "").split(";") if w)
        country = self._cell("end_user_country", row) or ""
        parties = (Party(("end_user",), country=country),) if country else ()
        asked = Transaction("", int(self.days[row]), self._cell("from", row), self._cell("to", row), (item,), parties, uses)
        found = self._classified(row)
        facts = facts_of(asked, item, found, self.engine.book.control_lists, footnotes)
        return case_of(self.controls, asked, item.origin, found.sign, facts, ()), facts

    def _facts(self, tables: Sequence[Words], place: int, case: Case, facts: Facts, names: Sequence[str]) -> None:
        must, may, raised = tables
        for name in names:
            if name in case.flags:
                sure, possible = self.controls.flag_row(name, case.flags[name])
                higher = self.controls.flag_row(name, YES)[0] if name in facts.below else sure
            else:
                low, high = case.spans[name]
                sure, possible = self.controls.share_row(name, low, high)
                top = len(self.controls.bins(name))
                higher = self.controls.share_row(name, top, top)[0] if facts.spans.get(name) is not None else sure
            must[place] &= sure
            may[place] &= possible
            raised[place] &= higher

    # ------------------------------------------------------------------------------------------- parties

    def _named(self) -> list[tuple[str, _Coded]]:
        return [(role, self.columns[role]) for role in PARTY_COLUMNS if role in self.columns]

    def _party(self, role: str, name: str | None) -> Party | None:
        return Party((role,), name) if name else None

    def _live(self, day: int) -> Callable[[str], bool]:
        def lives(name: str) -> bool:
            clause = self.controls.by_provision(name, day)
            return clause is not None and clause.state is State.IN_FORCE

        return lives

    def _footnotes(self) -> tuple[Ints, list[EntityNotes]]:
        """Footnotes of the US Entity List that the parties of each row bear."""
        bits = np.zeros(self.n, np.int64)
        marks = ("1", "3", "4", "5")
        day = int(self.days.max(initial=0))
        register = self.engine.register
        for role, coded in self._named():
            parties = [self._party(role, v) for v in coded.values]
            register.screen([p for p in parties if p is not None])
            value = np.zeros(len(parties), np.int64)
            for place, party in enumerate(parties):
                if party is None:
                    continue
                here = register.standing(party, day, self._live(day))
                for k, mark in enumerate(marks):
                    value[place] |= (f"us-el/{mark}" in here.known) << k
                    value[place] |= (f"us-el/{mark}" in here.possible) << (k + 4)
            bits |= value[coded.codes]
        distinct, codes = np.unique(bits, return_inverse=True)
        notes = [
            EntityNotes(
                frozenset(m for k, m in enumerate(marks) if b >> k & 1),
                frozenset(m for k, m in enumerate(marks) if b >> (k + 4) & 1 and not b >> k & 1),
            )
            for b in distinct.tolist()
        ]
        return codes.astype(np.int64), notes

    def _tests(self, stretch_of: Ints, stretch_first: Ints) -> _Layer:
        """Rows of all tests of parties, by distinct verdicts."""
        tests = self.controls.tests
        verdicts = np.zeros((self.n, len(tests)), np.uint8)
        any_named = np.zeros(self.n, bool)
        for role, coded in self._named():
            has = np.array([bool(v) for v in coded.values], bool)
            any_named |= has[coded.codes]
            table = self._verdicts(role, coded.values, stretch_first)  # (stretches, values, tests)
            here = table[stretch_of, coded.codes]
            sure = (here == YES) | (verdicts == YES)
            verdicts = np.where(sure, YES, np.maximum(here, verdicts)).astype(np.uint8)
        unnamed = np.array([NO if t.unnamed == "no" else OPEN for t in tests], np.uint8)
        if len(tests):
            verdicts = np.where(any_named[:, None], verdicts, unnamed).astype(np.uint8)
        if not len(tests):
            full = np.full((1, len(self.controls.live(0))), ~np.uint64(0))
            return np.zeros(self.n, np.int64), (full, full)
        packed = np.ascontiguousarray(verdicts).view(np.dtype((np.void, len(tests)))).ravel()
        _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
        must = np.full((len(first), len(self.controls.live(0))), ~np.uint64(0))
        may = must.copy()
        for place, row in enumerate(first):
            for number, value in enumerate(verdicts[row].tolist()):
                sure, possible = self.controls.test_row(number, value)
                must[place] &= sure
                may[place] &= possible
        return inverse.astype(np.int64), (must, may)

    def _verdicts(self, role: str, values: list[Any], stretch_first: Ints) -> npt.NDArray[np.uint8]:
        tests = self.controls.tests
        table = np.zeros((len(stretch_first), len(values), len(tests)), np.uint8)
        register = self.engine.register
        asked = [self._party(role, v) for v in values]
        register.screen([p for p in asked if p is not None])
        wanted = [not t.roles or role in t.roles for t in tests]
        verdicts: dict[tuple[object, ...], npt.NDArray[np.uint8]] = {}
        lives = [self._live(day) for day in self.stretch_days]
        for place, party in enumerate(asked):
            if party is None or (register.index is not None and not register.hits(party)):
                continue
            for s, live in enumerate(lives):
                here = register.standing(party, self.stretch_days[s], live)
                key = (here.known, here.possible, here.screened)
                if key not in verdicts:
                    values = [
                        judge(t, (party,), register, self.stretch_days[s], live).value if w else NO
                        for t, w in zip(tests, wanted, strict=True)
                    ]
                    verdicts[key] = np.array(values, np.uint8)
                table[s, place] = verdicts[key]
        return table


def _exact(value: object) -> Fraction:
    return Fraction(str(value))


def _span(value: object) -> tuple[Fraction, Fraction] | None:
    return None if value is None else (_exact(value), _exact(value))


__all__ = ["WORDS", "screen_transactions"]
