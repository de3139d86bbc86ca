"""Many transactions at once, in columns: the same kernel, each distinct value encoded once.

Every dimension is encoded by its distinct values (items, routes, end uses, parties), a row of the kernel's tables is made for each,
and the rows are gathered and settled together. Names are looked up once each. What comes out is the answer per regime, how strict it
may become, and the provision behind it; for reasons in full ask :meth:`LicenseEngine.license_for`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure.book.controls import NO, OPEN, YES
from countermeasure.book.model import REVIEWS, Reading, State
from countermeasure.errors import InputError
from countermeasure.licensing.answer import ANSWERS
from countermeasure.licensing.cases import case_of, ranks
from countermeasure.licensing.classify import classify
from countermeasure.licensing.derive import EntityNotes, facts_of
from countermeasure.licensing.standing import judge
from countermeasure.licensing.transaction import Item, Party, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from countermeasure.book.controls import Bools, Controls
    from countermeasure.licensing.engine import LicenseEngine

Ints = npt.NDArray[np.int64]
_NOTICE = REVIEWS.index("notice_duty")
WORDS = (*ANSWERS, "undetermined")
"""Words of the answers by code."""
ITEM_COLUMNS = ("description", "control_code", "eccn", "hs", "elements", "form", "origin", "cn_content", "us_content")
PARTY_COLUMNS = ("buyer", "consignee", "intermediate_consignee", "end_user")
CHUNK = 131_072
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
            ``eccn``, ``hs``, ``elements``, ``form``, ``origin``, ``end_use``, ``cn_content``, ``us_content`` (fractions) and the
            names ``buyer``, ``consignee``, ``intermediate_consignee``, ``end_user`` with ``end_user_country`` are used where they are.
        engine: Its first reading is taken.
        regimes: ``CN``, ``US`` or both.

    Returns:
        Columns ``cn_answer``, ``cn_possible``, ``cn_provision`` and the same for ``us``, in the order of the rows. ``possible`` is
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
        stretch_first, stretch_of = _joint([(self.stretch.astype(np.int64), int(self.stretch.max(initial=0)) + 1)], self.n)
        case_first, case_of_row, tables = self._cases(stretch_of, len(stretch_first))
        test_of_row, test_rows = self._tests(stretch_of, stretch_first)
        first, inverse = _joint([(case_of_row, len(case_first)), (test_of_row, len(test_rows[0]))], self.n)
        must, may, items_must, items_may, raised_must, live, awake = tables
        answer = np.empty(len(first), np.int64)
        possible = np.empty(len(first), np.int64)
        clause = np.full(len(first), -1, np.int64)
        for start in range(0, len(first), CHUNK):
            rows = first[start : start + CHUNK]
            c, t, s = case_of_row[rows], test_of_row[rows], stretch_of[rows]
            items = (items_must[c], items_may[c])
            base_must, base_may = must[c] & test_rows[0][t], may[c] & test_rows[1][t]
            real = self.controls.settle(base_must.copy(), base_may.copy(), items, live[s])
            floor, reach = ranks(self.controls, real.must), ranks(self.controls, real.may)
            asleep = self.controls.settle(base_must, base_may, items, awake[s])
            sleepy = ranks(self.controls, asleep.may) < _NOTICE
            higher = self.controls.settle(
                raised_must[c] & test_rows[0][t], raised_must[c] & test_rows[1][t], items, live[s]
            )
            below = ranks(self.controls, higher.must) < _NOTICE
            part = np.select(
                [floor < _NOTICE, reach < _NOTICE, sleepy, below],
                [floor.astype(np.int64), len(ANSWERS), ANSWERS.index("no_license_today"), ANSWERS.index("outside_threshold")],
                ANSWERS.index("not_controlled"),
            )
            answer[start : start + CHUNK] = part
            possible[start : start + CHUNK] = np.where(reach < _NOTICE, np.minimum(reach, floor), part)
            bearing = real.must & (self.controls.rank == floor[:, None])
            clause[start : start + CHUNK] = np.where(floor < _NOTICE, bearing.argmax(axis=1), -1)
        return answer[inverse], possible[inverse], clause[inverse]

    # ------------------------------------------------------------------------------------------- cases

    def _cases(self, stretch_of: Ints, stretches: int) -> tuple[Ints, Ints, tuple[Bools, ...]]:
        """Everything but tests of parties, by distinct combinations."""
        binned = {name: self._binned(name) for name in ("cn_content", "us_content") if name in self.columns}
        codes: list[tuple[Ints, int]] = []
        for name in (*ITEM_COLUMNS, "from", "to", "end_use", "end_user_country"):
            if name in binned:
                codes.append(binned[name])
            elif name in self.columns:
                codes.append((self.columns[name].codes, len(self.columns[name].values)))
        note_codes, notes = self._footnotes()
        codes.append((note_codes, len(notes)))
        alone, of_row = _joint(codes, self.n)
        first, case_of_row = _joint([(of_row, len(alone)), (stretch_of, stretches)], self.n)
        n = len(self.controls.clauses)
        tables = [np.ones((len(first), n), bool) for _ in range(5)]
        made: dict[int, tuple[Any, Any]] = {}
        signs: dict[tuple[Any, ...], Any] = {}
        for place, row in enumerate(first):
            group = int(of_row[row])
            if group not in made:
                made[group] = self._made(int(row), notes[note_codes[row]], signs)
            case, facts = made[group]
            self._rows(tables, place, case, facts, int(self.days[row]))
        live = np.zeros((stretches, n), bool)
        awake = np.zeros((stretches, n), bool)
        for row in first:
            day = int(self.days[row])
            live[stretch_of[row]] = self.controls.live(day)
            awake[stretch_of[row]] = self.controls.live(day, asleep=True)
        return first, case_of_row, (*tables, live, awake)

    def _binned(self, name: str) -> tuple[Ints, int]:
        """Codes of a share by the stretches between the values at which anything changes."""
        cuts = sorted({*self.controls.bins("cn_content_share"), *_US_CUTS})
        coded = self.columns[name]
        numbers = [-1 if v is None else 2 * sum(_exact(v) > c for c in cuts) + int(_exact(v) in cuts) for v in coded.values]
        return np.array(numbers, np.int64)[coded.codes] + 1, 2 * len(cuts) + 4

    def _made(self, row: int, footnotes: EntityNotes, signs: dict[tuple[Any, ...], Any]) -> tuple[Any, Any]:
        item = Item(
            description=self._cell("description", row) or "",
            control_code=self._cell("control_code", row) or "",
            eccn=self._cell("eccn", row) or "",
            hs=str(self._cell("hs", row) or ""),
            origin=self._cell("origin", row),
            elements=tuple((self._cell("elements", row) or "").replace(";", ",").split(",")) if self._cell("elements", row) else (),
            form=self._cell("form", row) or "",
            cn_content=_span(self._cell("cn_content", row)),
            us_content=_span(self._cell("us_content", row)),
        )
        uses = tuple(w for w in (self._cell("end_use", row) or "").split(";") if w)
        country = self._cell("end_user_country", row) or ""
        asked = Transaction(
            "", int(self.days[row]), self._cell("from", row), self._cell("to", row), (item,),
            (Party(("end_user",), country=country),) if country else (), uses,
        )  # fmt: skip
        key = (item.description, item.control_code, item.eccn, item.hs, item.elements, item.form)
        if key not in signs:
            signs[key] = classify(item, self.engine.book.control_lists)
        found = signs[key]
        facts = facts_of(asked, item, found, self.engine.book.control_lists, footnotes)
        return case_of(self.controls, asked, item.origin, found.sign, facts, ()), facts

    def _rows(self, tables: list[Bools], place: int, case: Any, facts: Any, day: int) -> None:  # noqa: ANN401
        must, may, items_must, items_may, raised = tables
        controls = self.controls
        for dimension in ("origin", "sent_from", "sent_to"):
            sure, possible = controls.place_row(dimension, getattr(case, dimension), day)
            must[place] &= sure
            may[place] &= possible
            raised[place] &= sure
        for name, value in case.flags.items():
            sure, possible = controls.flag_row(name, value)
            must[place] &= sure
            may[place] &= possible
            raised[place] &= controls.flag_row(name, YES)[0] if name in facts.below else sure
        for name, (low, high) in case.spans.items():
            sure, possible = controls.share_row(name, low, high)
            must[place] &= sure
            may[place] &= possible
            top = len(controls.bins(name))
            given = facts.spans.get(name) is not None
            raised[place] &= controls.share_row(name, top, top)[0] if given else sure
        items_must[place], items_may[place] = controls.item_row(case.sign)

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

    def _tests(self, stretch_of: Ints, stretch_first: Ints) -> tuple[Ints, tuple[Bools, Bools]]:
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
        packed = np.ascontiguousarray(verdicts).view(np.dtype((np.void, max(len(tests), 1)))).ravel() if len(tests) else None
        if packed is None:
            n = len(self.controls.clauses)
            return np.zeros(self.n, np.int64), (np.ones((1, n), bool), np.ones((1, n), bool))
        _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
        must = np.ones((len(first), len(self.controls.clauses)), bool)
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
        for place, party in enumerate(asked):
            if party is None:
                continue
            quiet = register.index is not None and not register.hits(party)
            if quiet:
                continue
            for s, row in enumerate(stretch_first):
                day = int(self.days[row])
                live = self._live(day)
                for number, test in enumerate(tests):
                    if not test.roles or role in test.roles:
                        table[s, place, number] = judge(test, (party,), register, day, live).value
        return table


def _exact(value: object) -> Fraction:
    return Fraction(str(value))


def _span(value: object) -> tuple[Fraction, Fraction] | None:
    return None if value is None else (_exact(value), _exact(value))


def single_reading(engine: LicenseEngine, reading: Reading) -> LicenseEngine:
    """The same engine under one reading."""
    from countermeasure.licensing.engine import LicenseEngine as Engine

    made = Engine(engine.book, engine.known_on, (reading,), engine.register.index, engine.lists)
    made.register = replace(engine.register)
    return made


__all__ = ["WORDS", "screen_transactions", "single_reading"]
