"""The door of the room: one transaction in, one answer per regime out, two where the readings differ."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.book.controls import YES, Controls, compile_controls
from countermeasure.book.load import Book
from countermeasure.book.model import DAY, NEVER, REVIEWS, Reading, State
from countermeasure.licensing.answer import ANSWERS, WORDS, LicenseAnswer, Missing, Reason, RegimeAnswer, strictest
from countermeasure.licensing.cases import Case, Question, case_of, questions, settle, settle_both, within_reach
from countermeasure.licensing.classify import Classified, classify
from countermeasure.licensing.derive import EntityNotes, Facts, facts_of
from countermeasure.licensing.standing import Register, Verdict, judge, parties_json
from countermeasure.licensing.words import because_of, lists_words, obligations_of, review_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.book.controls import ControlClause, Settled
    from countermeasure.licensing.transaction import Item, Owner, Party, Transaction
    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex

REGIMES = ("CN", "US")
_NOTICE = REVIEWS.index("notice_duty")


class LicenseEngine:
    """A book and a register of parties, ready to answer.

    Args:
        book: The book; the shipped one if absent.
        known_on: Epoch day of knowledge; ``None`` for all that the book holds.
        readings: Readings to answer under.
        index: Search over party lists; without it names are not looked up, and the answers say so.
        lists: The lists behind the index.
    """

    def __init__(
        self,
        book: Book | None = None,
        known_on: int | None = None,
        readings: Sequence[Reading] = (Reading.TEXT, Reading.ANNOUNCED),
        index: PartyIndex | None = None,
        lists: Sequence[PartyList] = (),
    ) -> None:
        self.book = book if book is not None else Book.shipped()
        self.known_on = known_on
        self.readings = tuple(readings)
        self.lists = tuple(lists)
        self.register = Register(index, self.lists)
        self._compiled: dict[tuple[str, Reading], Controls] = {}
        self._differ: dict[tuple[str, Reading], frozenset[str]] = {}

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> LicenseEngine:
        """The engine on the shipped book and the shipped lists."""
        from countermeasure.parties.lists import shipped_lists
        from countermeasure.parties.search import PartyIndex

        lists = shipped_lists()
        return LicenseEngine(index=PartyIndex.build(lists), lists=lists)

    def controls(self, regime: str, reading: Reading) -> Controls:
        """The compiled controls of a regime under a reading."""
        key = (regime, reading)
        if key not in self._compiled:
            self._compiled[key] = compile_controls(self.book, regime, self.known_on, reading)
        return self._compiled[key]

    def screen(self, many: Sequence[Transaction]) -> None:
        """Look up the parties of many transactions together, which is faster than one by one."""
        wanted: list[Party | Owner] = []
        for asked in many:
            for party in asked.parties:
                wanted += [party, *party.owners]
        self.register.screen(wanted)

    def license_for(self, asked: Transaction) -> LicenseAnswer:
        """Answer one transaction.

        Raises:
            InputError: If a bill of materials has parts worth more than the whole.
            CodeError: If a classification cannot be read.
        """
        self.screen([asked])
        found = {item.id: classify(item, self.book.control_lists) for item in asked.items}
        answers: list[RegimeAnswer] = []
        for regime in REGIMES:
            first = _Run(self, self.controls(regime, self.readings[0]), asked, found)
            mine = [first.answer()]
            for reading in self.readings[1:]:
                if first.reach & self._apart(regime, reading):
                    one = _Run(self, self.controls(regime, reading), asked, found).answer()
                    if _core(mine[0]) != _core(one):
                        mine.append(one)
            answers += mine
        live = self._live(asked.on)
        return LicenseAnswer(
            asked.id,
            asked.on,
            self.known_on,
            __version__,
            self.book.hash,
            tuple(answers),
            tuple(parties_json(asked.parties, self.register, asked.on, live)),
            lists_words(self.lists),
            asked.sent_from,
            asked.sent_to,
            tuple(dict.fromkeys([*asked.notes, *(n for c in found.values() for n in c.notes)])),
        )

    def _apart(self, regime: str, reading: Reading) -> frozenset[str]:
        """Provisions whose life differs between the first reading and another."""
        key = (regime, reading)
        if key not in self._differ:
            one, other = (
                {(c.provision, c.start, c.end, c.state, c.body) for c in self.controls(regime, r).clauses}
                for r in (self.readings[0], reading)
            )
            self._differ[key] = frozenset(provision for provision, *_ in one ^ other)
        return self._differ[key]

    def _live(self, on: int) -> Callable[[str], bool]:
        tables = [self.controls(regime, self.readings[0]) for regime in REGIMES]
        return lambda name: any((c := t.by_provision(name, on)) is not None and c.state is State.IN_FORCE for t in tables)


def _core(one: RegimeAnswer) -> tuple[object, ...]:
    return one.answer, tuple(r.provision for r in one.reasons), one.possible, one.changes_on, one.changes_to


class _Run:
    """One transaction under one regime and reading."""

    def __init__(self, engine: LicenseEngine, controls: Controls, asked: Transaction, found: dict[str, Classified]) -> None:
        self.engine = engine
        self.controls = controls
        self.asked = asked
        self.found = found
        self._cases: dict[tuple[str, int], tuple[Case, Facts, list[Verdict], Classified]] = {}

    @cached_property
    def reach(self) -> frozenset[str]:
        """Provisions that any item might meet on any day."""
        found: set[str] = set()
        for item in self.asked.items:
            row = within_reach(self.controls, self._case(item, self.asked.on)[0], self.asked.on)
            found |= {c.provision for c, hit in zip(self.controls.clauses, row, strict=True) if hit}
        return frozenset(found)

    def answer(self) -> RegimeAnswer:
        """The answer over all items, with its next change."""
        on = self.asked.on
        now = [self._item(item, on) for item in self.asked.items]
        whole = _joined(now) if len(now) > 1 else now[0]
        day, words = self._next_change(whole)
        return replace(whole, changes_on=day, changes_to=words)

    def _next_change(self, now: RegimeAnswer) -> tuple[int | None, str]:
        """First later day on which the answer or the provisions behind it differ."""
        was = {(r.provision, r.item) for r in now.reasons}
        for day in self._days():
            short = [self._short(item, day) for item in self.asked.items]
            then = strictest([a for a, _ in short])
            behind = {pair for _, pairs in short for pair in pairs}
            if then != now.answer or (behind != was and then not in ("no_license_today", "not_controlled", "undetermined")):
                return day, WORDS[then] + (", under other provisions" if then == now.answer else "")
        return None, ""

    def _days(self) -> list[int]:
        """Later days on which anything that this transaction might meet begins, ends or changes."""
        days: set[int] = set()
        for item in self.asked.items:
            case = self._case(item, self.asked.on)[0]
            days |= self.controls.edges(within_reach(self.controls, case, self.asked.on))
        return sorted(d for d in days if d > self.asked.on)

    def _case(self, item: Item, on: int) -> tuple[Case, Facts, list[Verdict], Classified]:
        key = (item.id, on)
        if key not in self._cases:
            self._cases[key] = self._made(item, on)
        return self._cases[key]

    def _made(self, item: Item, on: int) -> tuple[Case, Facts, list[Verdict], Classified]:
        live = self._live(on)
        parties, register = self.asked.parties, self.engine.register
        verdicts = [judge(test, parties, register, on, live) for test in self.controls.tests]
        found = self.found[item.id]
        facts = facts_of(self.asked, item, found, self.engine.book.control_lists, self._footnotes(on, live))
        origin = item.origin
        return case_of(self.controls, self.asked, origin, found.sign, facts, verdicts), facts, verdicts, found

    def _live(self, on: int) -> Callable[[str], bool]:
        def lives(name: str) -> bool:
            clause = self.controls.by_provision(name, on)
            return clause is not None and clause.state is State.IN_FORCE

        return lives

    def _footnotes(self, on: int, live: Callable[[str], bool]) -> EntityNotes:
        sure: set[str] = set()
        possible: set[str] = set()
        for party in self.asked.parties:
            here = self.engine.register.standing(party, on, live)
            sure |= {t[-1] for t in here.known if t.startswith("us-el/")}
            possible |= {t[-1] for t in here.possible if t.startswith("us-el/")}
            for owner in party.owners:  # footnotes travel with the owner while the Affiliates Rule lives
                above = self.engine.register.standing(owner, on, live)
                possible |= {t[-1] for t in above.known | above.possible if t.startswith("us-el/")}
        return EntityNotes(frozenset(sure), frozenset(possible - sure))

    def _short(self, item: Item, on: int) -> tuple[str, set[tuple[str, str]]]:
        case, facts, _, _ = self._case(item, on)
        real, asleep = settle_both(self.controls, [case], on)
        answer = self._words([case], facts, on, (real, asleep))[0][0]
        rank = int(self.controls.ranks(real.sure)[0])
        named = item.id if len(self.asked.items) > 1 else ""
        return answer, {(self.controls.clauses[i].provision, named) for i in self._at(real.must[0], rank)}

    def _at(self, row: Sequence[bool], rank: int) -> list[int]:
        return [i for i, hit in enumerate(row) if hit and self.controls.rank[i] == rank and rank < _NOTICE]

    def _words(
        self, cases: Sequence[Case], facts: Facts, on: int, settled: tuple[Settled, Settled] | None = None
    ) -> list[tuple[str, int]]:
        """Answer of each case, and the rank of the strictest review that may apply."""
        real, asleep = settled or settle_both(self.controls, cases, on)
        ranks = (self.controls.ranks(t).tolist() for t in (real.sure, real.open, asleep.open))
        found = []
        for case, floor, reach, sleepy in zip(cases, *ranks, strict=True):
            if floor < _NOTICE:
                word = REVIEWS[floor]
            elif reach < _NOTICE:
                word = "undetermined"
            elif sleepy < _NOTICE:
                word = "no_license_today"
            else:
                word = "outside_threshold" if self._below(case, facts, on) else "not_controlled"
            found.append((word, reach))
        return found

    def _below(self, case: Case, facts: Facts, on: int) -> bool:
        """Whether a control would apply if only a share were greater."""
        raised = {
            n: (len(self.controls.bins(n)),) * 2 for n, span in case.spans.items() if span[1] < len(self.controls.bins(n))
        }
        spans = {**case.spans, **{n: (v[0], v[1]) for n, v in raised.items() if facts.spans.get(n) is not None}}
        flags = {**case.flags, **{n: YES for n in facts.below if n in case.flags}}
        if spans == dict(case.spans) and flags == dict(case.flags):
            return False
        higher = settle(self.controls, [replace(case, spans=spans, flags=flags)], on)
        return int(self.controls.ranks(higher.sure)[0]) < _NOTICE

    def _item(self, item: Item, on: int) -> RegimeAnswer:
        controls = self.controls
        case, facts, verdicts, found = self._case(item, on)
        real, asleep = settle_both(controls, [case], on)
        answer = self._words([case], facts, on, (real, asleep))[0][0]
        floor = int(self.controls.ranks(real.sure)[0])
        reasons = [self._reason(i, item, found, facts, verdicts) for i in self._at(real.must[0], floor)]
        others = [
            self._reason(i, item, found, facts, verdicts)
            for i, hit in enumerate(real.must[0])
            if hit and floor < controls.rank[i] < _NOTICE
        ]
        sleepers = [
            self._reason(i, item, found, facts, verdicts)
            for i, hit in enumerate(asleep.may[0])
            if hit and controls.rank[i] < _NOTICE and controls.clauses[i].state is not State.IN_FORCE
        ]
        if answer == "no_license_today":
            reasons, sleepers = sleepers, []
        missing = self._missing(item, case, facts, verdicts, found, answer, real, on)
        reach = int(self.controls.ranks(real.open)[0])
        possible = REVIEWS[reach] if reach < min(floor, _NOTICE) else ""
        applied = [controls.clauses[i] for i, hit in enumerate(real.must[0]) if hit]
        because = self._incomplete(missing, found, reasons)
        return RegimeAnswer(
            controls.regime,
            controls.reading.value,
            answer,
            review_words(answer, applied, self._policies(reasons), on),
            tuple(reasons),
            (*others, *sleepers),
            tuple(missing),
            obligations_of(applied),
            not because,
            because,
            possible,
            self._statements(applied, sleepers or reasons),
            facts.notes,
        )

    def _policies(self, reasons: Sequence[Reason]) -> list[str]:
        """License review policies of the list entries behind a US answer."""
        if self.controls.regime != "US":
            return []
        hits = [
            h
            for p in self.asked.parties
            for h in self.engine.register.hits(p)
            if h.band.value == "confirmed" and h.party.review
        ]
        return list(dict.fromkeys(f"{h.party.name}: {h.party.review}" for h in hits)) if reasons else []

    def _reason(self, i: int, item: Item, found: Classified, facts: Facts, verdicts: Sequence[Verdict]) -> Reason:
        clause = self.controls.clauses[i]
        test = clause.body.parties
        verdict = None if test is None else verdicts[self.controls.tests.index(test)]
        return Reason(
            clause.provision,
            clause.body.name,
            clause.body.review,
            clause.body.note,
            because_of(clause, self.asked, item, found, facts, verdict),
            clause.citation,
            clause.confidence,
            item.id if len(self.asked.items) > 1 else "",
            clause.state.value,
            clause.body.certainty,
            clause.body.who,
            clause.url,
        )

    def _missing(
        self,
        item: Item,
        case: Case,
        facts: Facts,
        verdicts: Sequence[Verdict],
        found: Classified,
        answer: str,
        base: Settled,
        on: int,
    ) -> list[Missing]:
        """Open questions whose answer would change the answer, those that decide most first."""
        asked = questions(self.controls, case, verdicts, found.ask)
        if self.controls.regime == "US" and "us" in case.sign.open and not item.eccn:
            bare = replace(case, sign=replace(case.sign, open=case.sign.open - {"us"}))
            asked.append(Question("eccn", "What is the ECCN of the item, or is it EAR99?", case, bare))
        if not asked:
            return []
        variants = [c for q in asked for c in (q.yes, q.no)]
        outcome = self._words(variants, facts, on)
        reach = int(self.controls.ranks(base.open)[0])
        rows: list[tuple[tuple[int, ...], Missing]] = []
        for number, question in enumerate(asked):
            pair = outcome[2 * number : 2 * number + 2]
            outcomes = [(word, one) for word, (one, _) in zip(("yes", "no"), pair, strict=True)]
            ceilings = [rank for _, rank in pair]
            alike = {o for _, o in outcomes} == {answer}
            if question.yes is question.no:
                if not self._place_matters(question.fact, base):
                    continue
            elif (alike and ceilings[0] == ceilings[1]) or (question.assumed and outcomes[0][1] == answer):
                continue
            words = "; ".join(f"{w}: {WORDS[o]}" for w, o in outcomes)
            if question.fact == "parties" or question.fact.startswith("party:"):
                words = f"if listed: {WORDS[outcomes[0][1]]}; if not: {WORDS[outcomes[1][1]]}"
            if question.yes is question.no:
                words = "which rules reach it"
            gain = min(ANSWERS.index(o) if o in ANSWERS else len(ANSWERS) for _, o in outcomes)
            first = question.fact in ("eccn", "control_code")
            weight = (int(question.assumed), int(not first), int(answer != "undetermined" or ceilings[1] == reach), gain)
            named = item.id if len(self.asked.items) > 1 else ""
            rows.append((weight, Missing(question.fact, question.ask, words, tuple(outcomes), question.assumed, named)))
        rows.sort(key=lambda pair: pair[0])
        return [m for _, m in rows]

    def _place_matters(self, dimension: str, base: Settled) -> bool:
        if dimension == "eccn":
            return any(hit and not sure for hit, sure in zip(base.may[0], base.must[0], strict=True))
        scopes = (getattr(c.body, dimension) for c in self.controls.clauses)
        open_here = base.may[0] & ~base.must[0]
        return any(bool(hit) and bool(s.members or s.exceptions) for hit, s in zip(open_here, scopes, strict=True))

    def _incomplete(self, missing: Sequence[Missing], found: Classified, reasons: Sequence[Reason]) -> tuple[str, ...]:
        words = []
        if any(not m.assumed for m in missing):
            words.append(f"open: {', '.join(dict.fromkeys(m.fact for m in missing if not m.assumed))}")
        if any(m.assumed for m in missing):
            words.append(f"assumed: {', '.join(dict.fromkeys(m.fact for m in missing if m.assumed))}")
        if self.controls.regime == "CN" and not found.sure:
            words.append("the item was read from words or a customs number, not from a control code")
        doubtful = [r.provision for r in reasons if r.confidence != "high" or r.certainty]
        if doubtful:
            words.append(f"doubts about the text: {', '.join(dict.fromkeys(doubtful))}")
        at = self.asked.on * DAY
        words += [
            f"not modelled: {g.what}" for g in self.controls.gaps if g.end < NEVER and g.start <= at < g.end and not g.goods
        ]
        named = any(p.name for p in self.asked.parties)
        asked = {name for test in self.controls.tests for name in test.lists}
        partial = [one.code for one in self.engine.lists if not one.complete and any(a.startswith(one.code) for a in asked)]
        if named and (partial or self.engine.register.index is None):
            words.append(
                f"lists held in part only: {', '.join(partial)}; import the full ones"
                if partial
                else "names were not looked up"
            )
        return tuple(words)

    def _statements(self, applied: Sequence[ControlClause], asleep: Sequence[Reason]) -> tuple[str, ...]:
        if self.controls.reading is not Reading.ANNOUNCED:
            return ()
        used: set[str] = set()
        for clause in applied:
            used |= set(clause.instruments)
        for reason in asleep:
            clause_here = self.controls.by_provision(reason.provision, self.asked.on)
            used |= set(clause_here.instruments) if clause_here is not None else set()
        return tuple(s for s in self.controls.statements if s in used)


def _joined(parts: Sequence[RegimeAnswer]) -> RegimeAnswer:
    """The strictest over items, with the reasons of every item that bears it."""
    answer = strictest([p.answer for p in parts])
    bearing = [p for p in parts if p.answer == answer]
    others = [r for p in parts for r in (p.others if p in bearing else (*p.reasons, *p.others))]
    possible = strictest([p.possible or p.answer for p in parts])
    if possible in ("", "undetermined") or (answer != "undetermined" and ANSWERS.index(possible) >= ANSWERS.index(answer)):
        possible = ""

    def merged(key: str) -> tuple[object, ...]:
        return tuple(dict.fromkeys(x for p in parts for x in getattr(p, key)))

    return RegimeAnswer(
        parts[0].regime,
        parts[0].reading,
        answer,
        bearing[0].review,
        tuple(r for p in bearing for r in p.reasons),
        tuple(dict.fromkeys(others)),
        merged("missing"),  # type: ignore[arg-type]
        merged("obligations"),  # type: ignore[arg-type]
        all(p.complete for p in parts),
        merged("because"),  # type: ignore[arg-type]
        possible,
        merged("statements"),  # type: ignore[arg-type]
        merged("notes"),  # type: ignore[arg-type]
    )


def license_for(asked: Transaction, engine: LicenseEngine | None = None) -> LicenseAnswer:
    """Answer one transaction with the shipped book and lists, or with an engine of your own."""
    return (engine or LicenseEngine.shipped()).license_for(asked)


__all__ = ["REGIMES", "LicenseEngine", "license_for"]
