"""``countermeasure talks``: what is stable, what would break it, and what could both sides trade?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.book.load import Book
    from countermeasure.book.model import Reading
    from countermeasure.io.talks_files import TalksReport
    from countermeasure.talks.measures import StatusQuo
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability

__all__ = ["talks"]

talks = typer.Typer(help="What is stable, what would break it, and what could both sides trade?", no_args_is_help=True)

DEFAULT = "october-2025"
ModelWord = Annotated[str, typer.Argument(metavar="MODEL", help="A model file, or the name of one shipped: talks models.")]
Model = Annotated[str, typer.Option("--model", metavar="FILE", help="A model file, or the name of one shipped: talks models.")]
Day = Annotated[str | None, typer.Option("--on", metavar="DAY", help="Take the status quo of this day from the book.")]
ReadingWord = Annotated[str, typer.Option("--reading", metavar="text|announced", help="Law alone, or statements honoured.")]
Semantics = Annotated[
    str,
    typer.Option("--semantics", metavar="NAME", help="How others may answer: legal_sequence, each_opponent_once, single_move."),
]
Coalitions = Annotated[
    list[str], typer.Option("--coalition", metavar="A,B", help="Parties that may also act as one; may be repeated.")
]
Notion = Annotated[str, typer.Option("--notion", metavar="nash|gmr|smr|seq", help="In which sense a state lasts.")]
Start = Annotated[str | None, typer.Option("--from", metavar="STATE", help="Label or bits; the status quo if absent.")]
Verification = Annotated[
    str, typer.Option("--verification", metavar="seen|secondary", help="Weakest support that a row of the record may have.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed; the same seed gives the same numbers.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for tables (CSV, Parquet), JSON, pictures and the page.")
]


@talks.command("models")
def models_(as_json: flags.JsonOut = False) -> None:
    """Shipped models of conflicts.

    countermeasure talks models
    """
    from countermeasure.cli.talk import out as console
    from countermeasure.talks.read import conflict_names, load_conflict

    found = [(name, load_conflict(name)) for name in conflict_names()]
    if as_json:
        rows = [
            {
                "model": name,
                "title": c.title,
                "parties": [p.id for p in c.parties],
                "states": len(c.space),
                "assumption": c.assumption,
            }
            for name, c in found
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.talks_screen import models_table

    console().print(models_table(found))


@talks.command("solve")
def solve_(
    model: ModelWord = DEFAULT,
    on: Day = None,
    reading: ReadingWord = "text",
    semantics: Semantics = "legal_sequence",
    coalition: Coalitions = [],  # noqa: B006 - typer makes a new list
    simultaneous: Annotated[bool, typer.Option("--simultaneous", help="Also answers at the same time, two parties.")] = False,
    book: flags.Book = None,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Which states would last, and in which sense?

    countermeasure talks solve october-2025 --on 2025-11-15
    """
    from countermeasure.io.talks_answers import solve_report

    conflict, today = _asked(model, on, reading, book)
    stability = _solved(conflict, semantics, coalition, simultaneous)
    _show(solve_report(conflict, stability, today), out, as_json, ("equilibria",))


@talks.command("explain")
def explain_(
    state: Annotated[str, typer.Argument(metavar="STATE", help="Label or bits.")],
    model: Model = DEFAULT,
    semantics: Semantics = "legal_sequence",
    coalition: Coalitions = [],  # noqa: B006 - typer makes a new list
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Why does a state last, or why not?

    countermeasure talks explain 8
    """
    from countermeasure.io.talks_answers import explain_report

    conflict, _ = _asked(model, None, "text", None)
    stability = _solved(conflict, semantics, coalition)
    _show(explain_report(conflict, stability, conflict.space.place(state)), out, as_json, ("witnesses",))


@talks.command("path")
def path_(
    start: Start = None,
    to: Annotated[list[str], typer.Option("--to", metavar="STATE", help="Where to; states that would last if absent.")] = [],  # noqa: B006
    model: Model = DEFAULT,
    on: Day = None,
    reading: ReadingWord = "text",
    semantics: Semantics = "legal_sequence",
    coalition: Coalitions = [],  # noqa: B006 - typer makes a new list
    book: flags.Book = None,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """How is a state that would last reached, and who has to give way first?

    countermeasure talks path --from 5
    """
    from countermeasure.io.talks_answers import paths_report
    from countermeasure.talks.paths import paths

    conflict, today = _asked(model, on, reading, book)
    stability = _solved(conflict, semantics, coalition)
    begin = today.place if today is not None and start is None else start
    _show(paths_report(conflict, stability, paths(conflict, stability, begin, to or None)), out, as_json)


@talks.command("packages")
def packages_(
    start: Start = None,
    sign: Annotated[str, typer.Option("--parties", metavar="A,B", help="Who must gain and sign; all if absent.")] = "",
    most: Annotated[int | None, typer.Option("--most", min=1, help="Switches at most.")] = None,
    breakdown: Annotated[str | None, typer.Option("--breakdown", metavar="STATE", help="What follows a breach.")] = None,
    hazard: Annotated[float, typer.Option("--hazard", min=0, max=0.99, help="Chance per period that a truce lapses.")] = 0.0,
    model: Model = DEFAULT,
    on: Day = None,
    reading: ReadingWord = "text",
    book: flags.Book = None,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Joint moves that all who sign prefer, who is tempted first, and how patient they must be.

    countermeasure talks packages --from 5
    """
    from countermeasure.io.talks_answers import packages_report
    from countermeasure.talks.packages import packages
    from countermeasure.talks.paths import start_of

    conflict, today = _asked(model, on, reading, book)
    stability = _solved(conflict)
    begin = start_of(conflict, today.place if today is not None and start is None else start)
    who = _words(sign) or None
    found = packages(conflict, stability, begin, who, most, breakdown=breakdown, hazard=hazard)
    _show(packages_report(conflict, stability, begin, found), out, as_json)


@talks.command("flip")
def flip_(
    state: Annotated[str, typer.Argument(metavar="STATE", help="Label or bits.")],
    notion: Notion = "seq",
    how: Annotated[
        str | None, typer.Option("--how", metavar="WAY", help="What changes: swaps, statements, weights or payoffs.")
    ] = None,
    parties: Annotated[str, typer.Option("--parties", metavar="A,B", help="Whose preferences; all if absent.")] = "",
    most: Annotated[int, typer.Option("--most", min=1, max=12, help="Changes tried at most.")] = 6,
    model: Model = DEFAULT,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """The smallest change of preferences that breaks a state, or makes it last.

    countermeasure talks flip 8
    """
    from countermeasure.io.talks_answers import flip_report
    from countermeasure.talks.flip import flip

    conflict, _ = _asked(model, None, "text", None)
    place = conflict.space.place(state)
    _show(flip_report(flip(conflict, place, notion, parties=_words(parties), how=how, most=most)), out, as_json)


@talks.command("robust")
def robust_(
    draws: Annotated[int, typer.Option("--draws", min=1, max=1_000_000, help="Sets of preferences.")] = 2000,
    seed: Seed = 1,
    how: Annotated[str, typer.Option("--how", metavar="WAY", help="What is drawn: statements, swaps, weights, payoffs.")] = "",
    spread: Annotated[float | None, typer.Option("--spread", min=0, help="How widely; see docs/reference/talks.md.")] = None,
    notion: Notion = "seq",
    model: Model = DEFAULT,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """How far does the answer lean on exact preferences? Shares of draws, no probabilities.

    countermeasure talks robust --draws 2000
    """
    from countermeasure.io.talks_answers import robust_report
    from countermeasure.talks.robust import robust

    conflict, _ = _asked(model, None, "text", None)
    kinds = {preference.kind for preference in conflict.preferences}
    usual = {"statements": "statements", "goals": "weights", "payoffs": "payoffs"}
    way = how or next((usual[kind] for kind in usual if kind in kinds), "swaps")
    _show(robust_report(robust(conflict, draws, seed, how=way, spread=spread), notion), out, as_json, ("robustness",))


@talks.command("replay")
def replay_(
    first: Annotated[str, typer.Argument(metavar="FROM", help="First day.")],
    last: Annotated[str, typer.Argument(metavar="TO", help="Last day.")],
    model: Model = DEFAULT,
    reading: ReadingWord = "text",
    book: flags.Book = None,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """The record, step by step: was it an improvement, a sanction, or neither?

    countermeasure talks replay 2025-09-01 2026-11-22
    """
    from countermeasure.codes.day import parse_day
    from countermeasure.io.talks_answers import replay_report
    from countermeasure.talks.replay import replay
    from countermeasure.talks.switches import load_deals, load_switches
    from countermeasure.talks.timeline import timeline

    conflict, _ = _asked(model, None, "text", None)
    found = replay(
        conflict,
        _book(book),
        parse_day(first),
        parse_day(last),
        reading=_reading(reading),
        switches=load_switches(model, conflict),
        deals=load_deals(model, conflict),
    )
    _show(replay_report(found, tuple(timeline())), out, as_json)


@talks.command("draft")
def draft_(
    state: Annotated[str, typer.Argument(metavar="STATE", help="Label or bits.")],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="Day from which the state holds.")],
    model: Model = DEFAULT,
    reading: ReadingWord = "text",
    book: flags.Book = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="YAML; standard output if absent.")] = None,
) -> None:
    """A state as a scenario of the book, for duty and license.

    countermeasure talks draft 2 --on 2025-11-15 --output escalation.yaml
    """
    from countermeasure.cli.talk import talk
    from countermeasure.codes.day import parse_day
    from countermeasure.talks.drafts import state_to_instruments

    conflict, _ = _asked(model, None, "text", None)
    draft = state_to_instruments(conflict, conflict.space.place(state), parse_day(on), _book(book), reading=_reading(reading))
    for note in draft.notes:
        talk().print(note)
    if not draft.text:
        return
    if output is None:
        sys.stdout.write(draft.text)
    else:
        output.write_text(draft.text, "utf-8")


@talks.command("payoffs")
def payoffs_(
    model: ModelWord = "october-2025-payoffs",
    draws: Annotated[int, typer.Option("--draws", min=1, max=10_000, help="Of the chain; of more than one the median.")] = 1,
    seed: Seed = 1,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Payoffs of every state from the engines, each term with its weight, and what would last under them.

    countermeasure talks payoffs october-2025-payoffs
    """
    from countermeasure.io.talks_answers import payoffs_report
    from countermeasure.scenario.payoffs import engine_payoffs
    from countermeasure.scenario.plays import load_plays
    from countermeasure.talks.solve import solve

    conflict, _ = _asked(model, None, "text", None)
    found = engine_payoffs(conflict, load_plays(model, conflict), draws=draws, seed=seed)
    _show(payoffs_report(found, solve(found.conflict)), out, as_json, ("utilities", "equilibria"))


@talks.command("views")
def views_(model: Model = DEFAULT, notion: Notion = "seq", out: Out = None, as_json: flags.JsonOut = False) -> None:
    """What each party expects, if it sees the others as the model says it does.

    countermeasure talks views --model mine.yaml
    """
    from countermeasure.io.talks_answers import views_report
    from countermeasure.talks.views import overlay

    conflict, _ = _asked(model, None, "text", None)
    _show(views_report(overlay(conflict), notion), out, as_json)


@talks.command("nfg")
def nfg_(model: ModelWord = DEFAULT) -> None:
    """A two-party model in the .nfg form of other programs.

    countermeasure talks nfg october-2025
    """
    from countermeasure.talks.nfg import nfg_text

    sys.stdout.write(nfg_text(_asked(model, None, "text", None)[0]))


@talks.command("forecast")
def forecast_(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="A word of talks forecast without one.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="Day asked; today if absent.")] = None,
    reading: ReadingWord = "text",
    verification: Annotated[
        str,
        typer.Option("--verification", metavar="seen|secondary", help="Rows of the record with weaker support are left out."),
    ] = "secondary",
    seed: Seed = 0,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """A question with its rule: the base rate, and a model only where it has earned it.

    countermeasure talks forecast us-escalates-14 --on 2026-11-22
    """
    from countermeasure.cli.options import today
    from countermeasure.codes.day import parse_day
    from countermeasure.io.talks_answers import forecast_report
    from countermeasure.talks.forecast import forecast, load_questions
    from countermeasure.talks.timeline import timeline

    if question is None:
        known = load_questions()
        if as_json:
            sys.stdout.write(json.dumps([{"id": q.id, "text": q.text} for q in known], ensure_ascii=False, indent=1) + "\n")
            return
        for one in known:
            sys.stdout.write(f"{one.id}: {one.text}\n")
        return
    day = today() if on is None else parse_day(on)
    record = timeline(verification=verification)
    _show(forecast_report(forecast(question, day, record=record, reading=reading, seed=seed)), out, as_json)


@talks.command("score")
def score_(
    verification: Annotated[
        str,
        typer.Option("--verification", metavar="seen|secondary", help="Rows of the record with weaker support are left out."),
    ] = "secondary",
    seed: Seed = 0,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """What forecasts were worth on the record, beside the base rate.

    countermeasure talks score
    """
    from countermeasure.io.talks_answers import score_report
    from countermeasure.talks.forecast import score_models
    from countermeasure.talks.timeline import timeline

    _show(
        score_report(score_models(timeline(verification=verification), seed=seed)), out, as_json, ("forecast_scores",), _PARTS
    )


_PARTS = ("share_happened", "log_score", "gain_floor", "block_windows", "reliability", "resolution", "uncertainty")
"""Columns of scores that stand in files alone."""


def _show(
    report: "TalksReport", folder: Path | None, as_json: bool, tables: tuple[str, ...] = (), leave: tuple[str, ...] = ()
) -> None:
    from countermeasure.cli.talk import show_parts, told_files

    if folder is not None:
        from countermeasure.io.talks_files import write_talks

        told_files(len(write_talks(folder, report)), folder)
    if as_json:
        from countermeasure.io.talks_files import talks_json

        sys.stdout.write(json.dumps(talks_json(report), ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.talks_screen import report_screen

    show_parts(report_screen(report, tables, leave))


def _asked(model: str, on: str | None, reading: str, book: Path | None) -> "tuple[Conflict, StatusQuo | None]":
    """The model, and the state of a day with the model's status quo moved to it."""
    from dataclasses import replace

    from countermeasure.talks.read import load_conflict

    conflict = load_conflict(model)
    if on is None:
        return conflict, None
    from countermeasure.codes.day import parse_day
    from countermeasure.talks.measures import status_quo_on
    from countermeasure.talks.switches import load_switches

    switches = load_switches(model, conflict)
    today = status_quo_on(conflict, _book(book), parse_day(on), _reading(reading), switches=switches)
    return replace(conflict, status_quo=today.place), today


def _solved(
    conflict: "Conflict", semantics: str = "legal_sequence", coalitions: list[str] | None = None, simultaneous: bool = False
) -> "Stability":
    from countermeasure.talks.solve import solve

    groups = [_words(one) for one in coalitions or ()]
    return solve(conflict, semantics=semantics, coalitions=groups, simultaneous=simultaneous)


def _book(folder: Path | None) -> "Book":
    from countermeasure.book.load import Book

    return Book.shipped() if folder is None else Book.load(folder)


def _reading(word: str) -> "Reading":
    from countermeasure.book.model import Reading

    if word not in ("text", "announced"):
        raise InputError(f"unknown reading {word!r}", code="unknown_word", cure="Write text or announced.")
    return Reading(word)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
