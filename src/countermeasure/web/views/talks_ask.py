"""Questions to the model of a conflict: what lasts, why, how it is reached, what could be traded, what would flip it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.talks_files import KIND, LIMITS, TalksReport, talks_json
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.study import Drawn, Study, Table, assumed

if TYPE_CHECKING:
    from countermeasure.talks.measures import StatusQuo
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability
    from countermeasure.web.held import Held

__all__ = ["ASKS", "DEFAULT", "TalksModels", "TalksQuestion", "answer_talks", "model_of", "models_answer", "report_study"]

DEFAULT = "october-2025"
ASKS = (
    ("solve", "What lasts"),
    ("state", "One state"),
    ("ways", "Ways"),
    ("packages", "Packages"),
    ("flip", "What flips it"),
    ("robust", "Robustness"),
    ("replay", "The record"),
)
"""Questions, and what they are called."""
SEMANTICS_WORDS = (
    ("legal_sequence", "in any order, no one twice running"),
    ("each_opponent_once", "each at most once"),
    ("single_move", "one of them, with one move"),
)
NOTION_WORDS = (
    ("seq", "every move would be answered in the answerer's own interest"),
    ("nash", "nobody gains by moving"),
    ("gmr", "every move can be answered, if need be at a cost"),
    ("smr", "the same, and the mover cannot escape the answer"),
)
FIRST = "2025-09-01"
DRAWS = 5000
CHANGES = 6
"""Most draws, and most changes tried."""


@dataclass(frozen=True, slots=True)
class TalksQuestion:
    """What is asked, as it was written into the form.

    Attributes:
        model: Name of a shipped model.
        ask: A word of ``ASKS``.
        on: Day whose state is taken from the book (YYYY-MM-DD); empty for the model's own status quo.
        reading: ``text`` or ``announced``.
        semantics: How opponents may answer.
        state: State asked about: label or bits; empty for the status quo.
        notion: In which sense a state lasts.
        sign: Who must gain by a package, split by commas; empty for all.
        draws: Sets of preferences.
        seed: Seed.
        first: First day of the record.
        last: Last day of the record.
    """

    model: str = DEFAULT
    ask: str = "solve"
    on: str = ""
    reading: str = "text"
    semantics: str = "legal_sequence"
    state: str = ""
    notion: str = "seq"
    sign: str = ""
    draws: str = "2000"
    seed: str = "1"
    first: str = FIRST
    last: str = ""

    def checked(self) -> TalksQuestion:
        """The question itself, after every field was looked at.

        Raises:
            InputError: With every field that cannot be used.
        """
        faults = [
            f"{name}: {value!r} is not known; use one of {', '.join(known)}"
            for name, value, known in (
                ("ask", self.ask, [word for word, _ in ASKS]),
                ("reading", self.reading, ["text", "announced"]),
                ("semantics", self.semantics, [word for word, _ in SEMANTICS_WORDS]),
                ("notion", self.notion, [word for word, _ in NOTION_WORDS]),
            )
            if value not in known
        ]
        for name, text, least, most in (("draws", self.draws, 1, DRAWS), ("seed", self.seed, 0, 2**31 - 1)):
            if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= most:
                faults.append(f"{name}: {text[:40]!r} cannot be used; write a whole number from {least} to {most:,}")
        for name, text in (("on", self.on), ("first", self.first), ("last", self.last)):
            if text:
                try:
                    parse_day(text)
                except ValueError as error:
                    faults.append(f"{name}: {error}")
        if faults:
            raise InputError(faults[0], code="bad_question", faults=faults[1:], cure="Mend these fields.")
        return self


def model_of(held: Held, name: str) -> Conflict:
    """A shipped model; a name is never taken for a path.

    Raises:
        NotFoundError: If there is none.
    """
    from countermeasure.talks.read import conflict_names, load_conflict

    if name not in conflict_names():
        raise NotFoundError(
            f"there is no model {name[:60]!r}", code="unknown_conflict", cure=f"Shipped are: {', '.join(conflict_names())}."
        )
    return held.thing(("conflict", name), lambda: load_conflict(name))


@dataclass(frozen=True, slots=True)
class TalksModels:
    """The shipped models.

    Attributes:
        rows: Name and model.
    """

    rows: tuple[tuple[str, Conflict], ...] = field(default=())

    def sheets(self) -> tuple[Sheet, ...]:
        """One table."""
        columns = ("model", "title", "parties", "states", "rankings_are_assumed", "follows_the_book")
        rows = tuple(
            (name, c.title, " ".join(p.id for p in c.parties), len(c.space), _yes(c.assumption), _yes(dated(c)))
            for name, c in self.rows
        )
        return (Sheet("models", "Models of conflicts", columns, rows),)

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {"models": self.sheets()[0].records()}


def _yes(value: object) -> str:
    return "yes" if value else "no"


def dated(conflict: Conflict) -> bool:
    """Whether the state of a day can be taken from the book."""
    return any(option.measures for option in conflict.options)


def models_answer(held: Held) -> TalksModels:
    """All shipped models, those that follow the book first."""
    from countermeasure.talks.read import conflict_names

    found = [(name, model_of(held, name)) for name in conflict_names()]
    return TalksModels(tuple(sorted(found, key=lambda row: (not dated(row[1]), row[0] != DEFAULT, row[0]))))


def answer_talks(held: Held, question: TalksQuestion) -> Study:
    """Put a question to a model; an answer given before is kept.

    Raises:
        NotFoundError: If there is no such model.
        InputError: If a field cannot be used, or the question does not fit the model.
    """
    question.checked()
    last = question.last or format_day(held.today())
    return held.answer(("talks", question, last), lambda: _answered(held, replace(question, last=last)))


def _answered(held: Held, q: TalksQuestion) -> Study:
    from countermeasure.talks.solve import solve

    conflict = model_of(held, q.model)
    today = _today(held, conflict, q)
    if today is not None:
        conflict = replace(conflict, status_quo=today.place)
    stability = solve(conflict, semantics=q.semantics)
    report = _report(held, conflict, stability, today, q)
    return report_study(report, _stamp(held, q))


def _today(held: Held, conflict: Conflict, q: TalksQuestion) -> StatusQuo | None:
    """The state of a day from the book."""
    from countermeasure.book.model import Reading
    from countermeasure.talks.measures import status_quo_on
    from countermeasure.talks.switches import load_switches

    if not q.on:
        return None
    if not dated(conflict):
        raise InputError(
            f"no option of {conflict.id} is a measure of the book",
            code="no_measures",
            where="on",
            cure="Leave the day empty; the model's own status quo is then taken.",
        )
    switches = load_switches(q.model, conflict)
    return status_quo_on(conflict, held.book, parse_day(q.on), Reading(q.reading), switches=switches)


def _report(held: Held, conflict: Conflict, stability: Stability, today: StatusQuo | None, q: TalksQuestion) -> TalksReport:
    from countermeasure.io import talks_answers as told
    from countermeasure.talks.packages import packages
    from countermeasure.talks.paths import paths, start_of

    if q.ask == "solve":
        return told.solve_report(conflict, stability, today)
    if q.ask == "replay":
        return _replayed(held, conflict, q)
    if q.ask == "robust":
        return _drawn(conflict, q)
    place = start_of(conflict, q.state or None)
    if q.ask == "ways":
        return told.paths_report(conflict, stability, paths(conflict, stability, place, None))
    if q.ask == "packages":
        sign = [word.strip() for word in q.sign.split(",") if word.strip()] or None
        return told.packages_report(conflict, stability, place, packages(conflict, stability, place, sign, None))
    if q.ask == "flip":
        from countermeasure.talks.flip import flip

        return told.flip_report(flip(conflict, place, q.notion, most=CHANGES, semantics=q.semantics))
    return told.explain_report(conflict, stability, place)


def _replayed(held: Held, conflict: Conflict, q: TalksQuestion) -> TalksReport:
    from countermeasure.book.model import Reading
    from countermeasure.io.talks_answers import replay_report
    from countermeasure.talks.replay import replay
    from countermeasure.talks.switches import load_deals, load_switches
    from countermeasure.talks.timeline import timeline

    if not dated(conflict):
        raise InputError(
            f"no option of {conflict.id} is a measure of the book",
            code="no_measures",
            cure="Take a model that follows the book.",
        )
    found = replay(
        conflict,
        held.book,
        parse_day(q.first),
        parse_day(q.last),
        reading=Reading(q.reading),
        switches=load_switches(q.model, conflict),
        deals=load_deals(q.model, conflict),
    )
    return replay_report(found, tuple(held.thing(("timeline",), timeline)))


def _drawn(conflict: Conflict, q: TalksQuestion) -> TalksReport:
    from countermeasure.io.talks_answers import robust_report
    from countermeasure.talks.robust import robust

    kinds = {preference.kind for preference in conflict.preferences}
    usual = {"statements": "statements", "goals": "weights", "payoffs": "payoffs"}
    way = next((usual[kind] for kind in usual if kind in kinds), "swaps")
    return robust_report(robust(conflict, int(q.draws), int(q.seed), how=way, semantics=q.semantics), q.notion)


def _stamp(held: Held, q: TalksQuestion) -> Stamp:
    more = [("model", q.model), ("answers", dict(SEMANTICS_WORDS)[q.semantics])]
    if q.ask == "robust":
        more += [("draws", q.draws), ("seed", q.seed)]
    on = parse_day(q.on) if q.on else None
    return Stamp(__version__, held.book.hash, on, None, q.reading, more=tuple(more))


def report_study(report: TalksReport, stamp: Stamp) -> Study:
    """A report of the talks as a page shows it: its label and assumptions first, the answer in a sentence."""
    sheets = {sheet.name: sheet for sheet in report.sheets}
    said = dict(report.sentences)
    pictures = tuple(Drawn(one.title, one.svg, sheets[one.sheet], one.text) for one in report.pictures)
    drawn = {one.sheet for one in report.pictures}
    tables = [
        Table(sheet, said.get(sheet.name, ""), open=len(sheet.rows) <= 40)
        for sheet in report.sheets
        if sheet.name != "assumptions" and (sheet.name not in drawn or sheet.name in said)
    ]
    return Study(
        report.title,
        report.closing,
        report.about,
        assumed(report.assumptions),
        pictures,
        tuple(tables),
        tuple(report.sheets),
        (*LIMITS, *report.limits),
        tuple(report.sources),
        stamp,
        talks_json(report),
        KIND,
    )
