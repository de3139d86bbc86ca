"""Answers of the talks as reports: what is assumed, tables, sentences, pictures, and the sentence a minister could read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.io.pictures import front_picture
from countermeasure.io.talks_files import Picture, TalksReport
from countermeasure.io.talks_pictures import conflict_picture, record_picture
from countermeasure.talks.forecast.answer import CAVEAT
from countermeasure.talks.packages import packages_sheet
from countermeasure.talks.paths import change_words, joined, paths_sheet
from countermeasure.talks.stability import NOTIONS
from countermeasure.talks.witness import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.scenario.payoffs import PayoffTable
    from countermeasure.talks.flip import Flip
    from countermeasure.talks.forecast import ForecastAnswer, ScoreTable
    from countermeasure.talks.measures import StatusQuo
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.packages import Package
    from countermeasure.talks.paths import PathResult
    from countermeasure.talks.replay import Replay
    from countermeasure.talks.robust import RobustnessResult
    from countermeasure.talks.stability import Stability
    from countermeasure.talks.timeline import Event
    from countermeasure.talks.views import Overlay

__all__ = [
    "explain_report",
    "flip_report",
    "forecast_report",
    "packages_report",
    "paths_report",
    "payoffs_report",
    "replay_report",
    "robust_report",
    "score_report",
    "solve_report",
    "views_report",
]

WORDS = {
    "nash": "nobody gains by moving",
    "smr": "every move can be answered, and the mover cannot escape the answer",
    "gmr": "every move can be answered, if need be against the answerer's interest",
    "seq": "every move would be answered in the others' own interest",
}
"""What each notion means, in a line."""


def assumptions_of(conflict: Conflict, stability: Stability | None = None) -> tuple[tuple[str, str, str, str], ...]:
    """What an answer rests on: each ranking with its source, and how answers are understood."""
    rows: list[tuple[str, str, str, str]] = []
    letter = "U" if conflict.assumption else "B"
    for party, preference in zip(conflict.parties, conflict.preferences, strict=True):
        if preference.statements:
            value = f"{len(preference.statements)} statements, most important first: " + "; ".join(preference.statements)
        elif preference.kind == "payoffs":
            value = "payoffs, merged into ranks"
        else:
            classes = preference.classes()
            shown = " > ".join("=".join(conflict.space.label(n) for n in one[:6]) for one in classes[:8])
            value = f"{preference.kind}: {shown}" + (" > ..." if len(classes) > 8 else "")
        source = (preference.source or conflict.source).removeprefix("assumption: ")
        rows.append((f"Preferences of {party.name}", value, letter, source))
    if stability is not None:
        said = {
            "legal_sequence": "opponents answer in any order, no one twice running",
            "each_opponent_once": "each opponent answers at most once",
            "single_move": "one opponent answers with one move",
        }[stability.semantics]
        rows.append(("Answers", said, "D", "Fang, Hipel and Kilgour (1993), Interactive Decision Making"))
    return tuple(rows)


def verdict(conflict: Conflict, stability: Stability, place: int, today: str = "") -> str:
    """Whether a state would last, and why, in a sentence that needs nothing else."""
    words, notions = conflict.words(place), stability.notions_of(place)
    head = ("if these preferences hold, " if conflict.assumption else "") + (
        f"{today}, {words}," if today else f"state {words}"
    )
    if "nash" in notions:
        text = f"{head} lasts because nobody gains by moving first"
    elif "seq" in notions:
        text = (
            f"{head} lasts because a first step would be answered in the answerer's own interest, not because all are content"
        )
    elif notions:
        text = f"{head} lasts only while each believes that others would answer even against their own interest"
    else:
        movers = [stability.movers[m] for m in range(len(stability.movers)) if not stability.of("gmr")[m, place]] or [
            stability.movers[m] for m in range(len(stability.movers)) if not stability.of("seq")[m, place]
        ]
        names = joined([" and ".join(conflict.parties[p].name for p in one) for one in movers])
        text = f"{head} does not last: {names} would move, and no answer keeps {'it' if len(movers) == 1 else 'them'} from it"
    return text[0].upper() + text[1:] + "."


def equilibria_sheet(conflict: Conflict, stability: Stability) -> Sheet:
    """States that are stable for all under some notion, and the status quo."""
    lasting = np.asarray(np.any(np.all(stability.stable, axis=1), axis=0))
    kept = np.flatnonzero(lasting).tolist()
    if conflict.status_quo is not None and not lasting[conflict.status_quo]:
        kept.append(conflict.status_quo)
    rows = tuple(
        (
            conflict.space.label(n),
            ", ".join(conflict.options[j].id for j in conflict.taken(n)) or "none",
            *("yes" if notion in stability.notions_of(n) else "no" for notion in NOTIONS),
            "yes" if n == conflict.status_quo else "no",
        )
        for n in kept
    )
    return Sheet("equilibria", "States that would last", ("state", "options", *NOTIONS, "status_quo"), rows)


def _few(conflict: Conflict) -> bool:
    return len(conflict.space) <= 4096


def _stability_sheet(conflict: Conflict, stability: Stability) -> Sheet:
    """Every state, mover and notion."""
    rows = tuple(
        (
            conflict.space.label(n),
            " ".join(conflict.parties[p].id for p in stability.movers[m]),
            *("yes" if stability.stable[k, m, n] else "no" for k in range(len(NOTIONS))),
        )
        for n in range(len(conflict.space))
        for m in range(len(stability.movers))
    )
    return Sheet("stability", "Stability for each mover", ("state", "mover", *NOTIONS), rows)


def solve_report(conflict: Conflict, stability: Stability, today: StatusQuo | None = None) -> TalksReport:
    """Which states would last."""
    sheet = equilibria_sheet(conflict, stability)
    sheets = [sheet] + ([_stability_sheet(conflict, stability)] if _few(conflict) else [])
    lines = [f"{notion}: {WORDS[notion]}; {_states(conflict, stability.equilibria(notion))}." for notion in NOTIONS]
    sentences = {"equilibria": "\n\n".join(lines)}
    place, word = conflict.status_quo, "the status quo"
    if today is not None:
        sheets.insert(0, today.sheet())
        sentences["status_quo"] = "\n\n".join(today.lines())
        place, word = today.place, f"the state of {format_day(today.day)}"
    if place is None:
        seq = stability.equilibria("seq")
        closing = f"Would last: {_states(conflict, seq)}." if seq else "No state would last."
    else:
        closing = verdict(conflict, stability, place, word)
    if stability.simultaneous is not None:
        both = np.flatnonzero(stability.simultaneous.all(axis=0)).tolist()
        sentences["equilibria"] += f"\n\nWith simultaneous answers: {_states(conflict, tuple(both))}."
    picture = Picture("states", conflict.title, conflict_picture(conflict, stability), "equilibria")
    return _report(conflict, stability, conflict.title, closing, sheets, sentences, [picture])


def _states(conflict: Conflict, places: Sequence[int]) -> str:
    shown = ", ".join(conflict.words(n) for n in places[:12])
    more = f" and {len(places) - 12} more" if len(places) > 12 else ""
    return (shown or "no state") + more


def explain_report(conflict: Conflict, stability: Stability, place: int) -> TalksReport:
    """Why a state is stable or not, for every mover and notion."""
    found = explain(conflict, stability, place)
    rows = tuple((one.who, one.notion, "yes" if one.stable else "no", one.words) for one in found)
    sheet = Sheet("witnesses", f"State {conflict.words(place)}", ("mover", "notion", "stable", "why"), rows)
    return _report(conflict, stability, f"State {conflict.words(place)}", verdict(conflict, stability, place), [sheet])


def paths_report(conflict: Conflict, stability: Stability, ways: Sequence[PathResult]) -> TalksReport:
    """How states that would last are reached."""
    sheet = paths_sheet(ways)
    easy = [way for way in ways if way.reached and way.improving and way.steps]
    moved = [way for way in ways if way.reached and way.steps]
    start = conflict.words(ways[0].start) if ways else "here"
    if not moved:
        closing = f"From {start} nothing that would last is reached."
    elif easy:
        closing = f"From {start} everybody's own interest leads to {conflict.words(easy[0].target)}."
    else:
        firmest = max(moved, key=lambda way: len(way.notions))
        names = " or ".join(conflict.parties[step.movers[0]].name for step in firmest.givers) or "somebody"
        closing = (
            f"From {start} own interest alone leads to nothing that would last: "
            f"for {conflict.words(firmest.target)} {names} must move first, against it."
        )
    sentences = {"paths": "\n\n".join(line for way in ways for line in way.says().splitlines())}
    return _report(conflict, stability, f"Ways from {start}", closing, [sheet], sentences)


def packages_report(conflict: Conflict, stability: Stability, start: int, found: Sequence[Package]) -> TalksReport:
    """What could be traded."""
    head = conflict.words(start)
    if not found:
        closing = f"From {head} no joint move is better for all who would have to sign."
    else:
        best = max(found, key=lambda p: (p.product or 0.0, len(p.notions)))
        lasting = "; it would last" if best.notions else "; it would not last by itself"
        tempted = (
            f", and {conflict.parties[best.tempted[0].party].name} would be the first to be tempted" if best.tempted else ""
        )
        closing = f"From {head} all who sign gain by this: {change_words(conflict, start, best.place)}{lasting}{tempted}."
    sheet = packages_sheet(found)
    sentences = {"packages": "\n\n".join(line for package in found for line in package.says().splitlines())}
    pictures = []
    pair = found[0].signatories[:2] if found and len(found[0].signatories) == 2 else ()
    paid = all(p.values[n] is not None for p in found for n in pair)
    if pair and (paid or len(found) > 1):
        gains = [p.values if paid else p.ranks for p in found]
        points = [
            (conflict.space.label(p.place), float(gain[pair[0]] or 0), float(gain[pair[1]] or 0))
            for p, gain in zip(found, gains, strict=True)
        ]
        names = (conflict.parties[pair[0]].name, conflict.parties[pair[1]].name)
        unit = "payoff" if paid else "ranks gained"
        drawn = front_picture("What could be traded", points, names, (unit, unit))
        text = "" if paid else "Ranks say what is better, not by how much: only the order of points along each axis counts."
        pictures = [Picture("packages", "What could be traded", drawn, "packages", text)]
    return _report(conflict, stability, f"Packages from {head}", closing, [sheet], sentences, pictures)


def flip_report(found: Flip) -> TalksReport:
    """What would break a state, or make it."""
    conflict = found.conflict
    rows = tuple((n, way.size, "changes" if way.counted else "shift", way.words) for n, way in enumerate(found.ways, 1))
    sheet = Sheet("flips", found.words, ("way", "size", "of", "what"), rows)
    sentences = {"flips": "\n\n".join([found.words, *(way.words for way in found.ways)])}
    name = conflict.words(found.target)
    if found.nearest is None:
        closing = f"Nothing within {found.searched} changes of the preferences {'breaks' if found.stable else 'makes'} {name}."
    else:
        verb = "break" if found.stable else "make"
        kind = (
            f"{found.nearest.size:g} change{'' if found.nearest.size == 1 else 's'}" if found.nearest.counted else "one shift"
        )
        closing = f"It takes {kind} of the preferences to {verb} {name} as a state that lasts ({found.notion.upper()})."
    return _report(conflict, None, f"What flips {name}", closing, [sheet], sentences)


def robust_report(found: RobustnessResult, notion: str) -> TalksReport:
    """How far the answer leans on exact preferences."""
    conflict = found.conflict
    rows = tuple(
        (
            name,
            conflict.space.label(one.state),
            conflict.words(one.state),
            *(round(value, 4) for value in (one.share, one.low, one.high)),
            "yes" if one.as_given else "no",
        )
        for name in NOTIONS
        for one in found.shares(name, least=0.02)
    )
    columns = ("notion", "state", "options", "share", "low", "high", "in_the_model")
    sheet = Sheet("robustness", "Share of draws in which a state would last; no probability", columns, rows)
    k = NOTIONS.index(notion)
    closing = (
        f"In {found.same[k] / found.draws:.0%} of {found.draws:,} draws around the stated preferences the states that would "
        f"last ({notion.upper()}) are those of the model; these shares are no probabilities."
    )
    drawn = (
        ("Draws", f"{found.draws:,} of {found.how}, spread {found.spread:g}, seed {found.seed}", "U", "a choice, no finding"),
    )
    return _report(conflict, None, "How far the answer leans on exact preferences", closing, [sheet], more=drawn)


def replay_report(found: Replay, events: Sequence[Event] = ()) -> TalksReport:
    """The record walked through a conflict."""
    named = ", ".join(f"{n} {word}" for word, n in found.counts().items() if n) or "none"
    conflict = found.conflict
    closing = (
        f"From {format_day(found.first)} to {format_day(found.last)} the record makes {len(found.steps)} steps: {named}; "
        f"it ends in {conflict.words(found.end)}."
    )
    sheet = found.sheet()
    sheets = [sheet]
    pictures = []
    kept = [one for one in events if found.first <= one.day <= found.last]
    if kept:
        rows = tuple((format_day(one.day), " ".join(one.actors), one.direction, one.what, one.verification) for one in kept)
        sheets.append(Sheet("events", "The record", ("day", "actor", "direction", "what", "verification"), rows))
        drawn = record_picture("Moves on record", kept)
        pictures = [Picture("record", "Moves on record", drawn, "events")]
    sentences = {sheet.name: "\n\n".join(found.lines())}
    return _report(conflict, None, conflict.title, closing, sheets, sentences, pictures)


def views_report(found: Overlay, notion: str) -> TalksReport:
    """What each party expects if it sees the others as it does."""
    conflict = found.conflict
    lines = found.lines(notion)
    expected = found.expected(notion)
    rows = tuple(
        (conflict.parties[p].id, conflict.space.label(n), conflict.words(n))
        for p in range(len(conflict.parties))
        for n in np.flatnonzero(expected[p]).tolist()
    )
    sheet = Sheet("views", "What each expects to last", ("party", "state", "options"), rows)
    closing = lines[-1] if found.mistaken else "The model holds no wrong view: everybody sees the others as they are."
    return _report(conflict, None, "Views", closing, [sheet], {"views": "\n\n".join(lines[:-1] if found.mistaken else lines)})


def payoffs_report(found: PayoffTable, stability: Stability) -> TalksReport:
    """Payoffs from the engines, and what would last under them."""
    conflict = found.conflict
    solved = solve_report(conflict, stability)
    return TalksReport(
        conflict.title,
        solved.closing,
        f"Payoffs of {len(conflict.space)} states from {', '.join(f'{n} runs of {word}' for word, n in found.runs.items())}.",
        (found.wide(), *solved.sheets, found.sheet()),
        solved.sentences,
        solved.pictures,
        (*found.assumptions, *assumptions_of(conflict, stability)),
        (f"Utilities within {found.epsilon:g} billion USD are taken as equal.",),
        found={"status_quo": None},
    )


def forecast_report(found: ForecastAnswer) -> TalksReport:
    """A question, its base rate, and models only where they have earned it."""
    words = found.words()
    closing = (
        f"By {found.shown[0].model}, which has beaten the base rate: {found.p:.0%}."
        if found.shown
        else f"No model has earned to be shown; at the pace of the past the chance is {found.base:.0%}."
    )
    source = found.question.source
    return TalksReport(
        found.question.text,
        closing,
        "",
        (found.sheet(),),
        {"forecast": "\n\n".join(words)},
        (),
        (("Base rate", "what happened before goes on at its pace", "U", str(source)),),
        (CAVEAT, *found.notes),
    )


def score_report(found: ScoreTable) -> TalksReport:
    """What forecasts were worth on the record."""
    sheet = found.sheet()
    rests = (("Record", "direction and kind of each move as one coder has them", "B", "data/talks/timeline.csv"),)
    return TalksReport("What forecasts were worth", found.verdict(), "", (sheet,), {}, (), rests, (CAVEAT,))


def _report(
    conflict: Conflict,
    stability: Stability | None,
    title: str,
    closing: str,
    sheets: Sequence[Sheet],
    sentences: dict[str, str] | None = None,
    pictures: Sequence[Picture] = (),
    more: tuple[tuple[str, str, str, str], ...] = (),
) -> TalksReport:
    found: dict[str, Any] = {"model": conflict.id}
    if conflict.status_quo is not None:
        found["status_quo"] = conflict.space.label(conflict.status_quo)
    return TalksReport(
        title,
        closing,
        f"Model {conflict.id}: {len(conflict.parties)} parties, {len(conflict.options)} options, {len(conflict.space)} states.",
        tuple(sheets),
        sentences or {},
        tuple(pictures),
        (*assumptions_of(conflict, stability), *more),
        conflict.notes,
        [(conflict.source, "")] if conflict.source else (),
        (("model", conflict.id),),
        found,
    )
