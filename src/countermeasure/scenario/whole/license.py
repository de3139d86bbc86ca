"""The license part: what each transaction of the asker needs, on the day and before, by regime and reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.errors import CountermeasureError
from countermeasure.scenario.whole.engines import before_words, common_assumptions, license_engine_of, unheard
from countermeasure.scenario.whole.plain import made

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.licensing.answer import LicenseAnswer, RegimeAnswer
    from countermeasure.licensing.transaction import Transaction
    from countermeasure.scenario.whole.model import Inputs, Part, Scenario

__all__ = ["license_part"]

_STOPS = ("prohibited", "undetermined")


@dataclass(frozen=True, slots=True)
class _Answered:
    """A transaction under one regime and reading, before and on the day."""

    asked: Transaction
    regime: str
    reading: str
    before: RegimeAnswer | None
    after: RegimeAnswer | None

    @property
    def changed(self) -> bool:
        """Whether answer, or the provisions behind it, differ."""
        return _core(self.before) != _core(self.after)


def _core(answer: RegimeAnswer | None) -> tuple[object, ...] | None:
    return None if answer is None else (answer.answer, answer.possible, tuple(r.provision for r in answer.reasons))


def license_part(scenario: Scenario, inputs: Inputs, _done: Mapping[str, Part]) -> Part:
    """Answers to the asker's transactions, dated on the scenario's day and on the day of comparison."""
    if not inputs.transactions:
        return made(
            "license",
            "No transaction and no line was given, so that no license was asked about.",
            assumptions=common_assumptions(scenario),
            notes=unheard(scenario),
            stamp=(("book", scenario.book.hash),),
        )
    notes: list[str] = []
    found = _answers(scenario, inputs, notes)
    first = [one for one in found if one.reading == scenario.readings[0].value]
    by_id: dict[str, list[_Answered]] = {}
    for one in first:
        by_id.setdefault(one.asked.id, []).append(one)
    figures: dict[str, float | None] = {
        "transactions_count": len(inputs.transactions),
        "transactions_changed_count": sum(any(o.changed for o in mine) for mine in by_id.values()),
        "transactions_stopped_count": _count(by_id.values(), "after"),
        "transactions_stopped_before_count": _count(by_id.values(), "before"),
    }
    screened = inputs.parties is not None
    stamp = [("book", scenario.book.hash)]
    stamp += [(one.code, one.hash) for one in (inputs.parties[1] if inputs.parties is not None else ())]
    named = any(one.parties for one in inputs.transactions)
    told = ("looked up on the lists given" if screened else "not looked up on any list") if named else "none is given"
    return made(
        "license",
        _said(scenario, by_id, found, figures),
        figures=figures,
        sheets=(_sheet(scenario, found),),
        assumptions=(
            *common_assumptions(scenario),
            ("Names of parties", told, "D", "the asker"),
            ("Day of every transaction", f"{format_day(scenario.on)}, whatever its own says", "D", f"scenario {scenario.id}"),
        ),
        notes=(*unheard(scenario), *notes, "No answer here says that a transaction may go: it says what the book asks for."),
        stamp=stamp,
    )


def _answers(scenario: Scenario, inputs: Inputs, notes: list[str]) -> list[_Answered]:
    sides = ((True, scenario.compared), (False, scenario.on))
    answers: list[list[LicenseAnswer | None]] = []
    for before, day in sides:
        engine = license_engine_of(scenario, inputs, before=before)
        engine.screen(inputs.transactions)
        answers.append([])
        for place, asked in enumerate(inputs.transactions, start=1):
            try:
                answers[-1].append(engine.license_for(replace(asked, on=day)))
            except CountermeasureError as error:
                notes.append(f"Transaction {asked.id}, {format_day(day)}: {error.message}.")
                answers[-1].append(None)
            if inputs.progress is not None and not before:
                inputs.progress("license", place, len(inputs.transactions))
    found = []
    for asked, *pair in zip(inputs.transactions, *answers, strict=True):
        regimes = dict.fromkeys(a.regime for one in pair if one is not None for a in one.answers)
        for regime in regimes:
            for reading in scenario.readings:
                both = [None if one is None else one.of(regime, reading.value) for one in pair]
                found.append(_Answered(asked, regime, reading.value, both[0], both[1]))
    return found


def _count(groups: Iterable[Sequence[_Answered]], side: str) -> int:
    """Transactions that any regime prohibits or cannot determine."""
    return sum(any((a := getattr(one, side)) is not None and a.answer in _STOPS for one in mine) for mine in groups)


def _sheet(scenario: Scenario, found: Iterable[_Answered]) -> Sheet:
    rows = []
    for one in found:
        after, before = one.after, one.before
        reasons = after.reasons if after is not None else ()
        rows.append(
            (
                one.asked.id, one.asked.sent_from or "", one.asked.sent_to or "", one.regime, one.reading,
                "" if before is None else before.answer, "" if after is None else after.answer,
                "" if after is None else after.possible, "yes" if one.changed else "no",
                "" if after is None else after.review, ", ".join(r.provision for r in reasons),
                "; ".join(dict.fromkeys(r.citation for r in reasons)),
                "; ".join(r.because for r in reasons),
                "" if after is None or after.changes_on is None else format_day(after.changes_on),
            )
        )  # fmt: skip
    columns = (
        "transaction", "sent_from", "sent_to", "regime", "reading", "answer_before", "answer", "possible", "changed", "review",
        "provisions", "citations", "because", "changes_next",
    )  # fmt: skip
    return Sheet("transactions", f"Licenses: {before_words(scenario)} against {format_day(scenario.on)}", columns, tuple(rows))


def _said(
    scenario: Scenario,
    by_id: Mapping[str, Sequence[_Answered]],
    found: Iterable[_Answered],
    figures: Mapping[str, float | None],
) -> str:
    changed, stopped, before = (
        int(figures[f"transactions_{word}_count"] or 0) for word in ("changed", "stopped", "stopped_before")
    )
    head = (
        f"Of {plural(len(by_id), 'transaction')} {plural(changed, 'is', 'are')} answered differently on "
        f"{format_day(scenario.on)} than on {before_words(scenario)} (reading {scenario.readings[0].value}); "
        f"{plural(stopped, 'is', 'are')} prohibited or undetermined, {plural(before, 'was', 'were')} before"
    )
    said = [head]
    moved = [one for one in found if one.reading == scenario.readings[0].value and one.changed][:4]
    told = [
        f"{one.asked.id} ({one.regime}): {_word(one.before)} -> {_word(one.after)}"
        for one in moved
        if _word(one.before) != _word(one.after)
    ]
    if told:
        said.append("; ".join(told))
    return ". ".join(said) + "."


def _word(answer: RegimeAnswer | None) -> str:
    return "no answer" if answer is None else answer.answer.replace("_", " ")
