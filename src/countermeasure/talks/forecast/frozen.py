"""Frozen forecasts: written down before the window opens, resolved after, never changed in between.

The file is JSON Lines. A line freezes a forecast or resolves one; each holds a digest of itself and of the line before, so a
line that was changed, moved or taken out is found. Somebody who writes all digests anew, or cuts off the end, is found only
beside an earlier copy: ``check_continues``. Functions take the text of a file and give the text that replaces it.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day, parse_day, parse_instant
from countermeasure.errors import CodeError, InputError
from countermeasure.talks.forecast.scores import brier, log_score

if TYPE_CHECKING:
    from countermeasure.talks.forecast.answer import ForecastAnswer

__all__ = ["ForecastRecord", "check_continues", "freeze", "read_frozen", "record_of", "resolve"]

_FREEZE = ("act", "id", "question", "text", "rule", "opens", "closes", "model", "p", "frozen_at", "record_until")
_RESOLVE = ("act", "id", "happened", "on", "note")
_CHAIN = ("before", "digest")


@dataclass(frozen=True, slots=True)
class ForecastRecord:
    """A forecast as it was frozen.

    Attributes:
        id: Its word, unique in the file.
        question: Word of the question.
        text: What was asked, as it then stood.
        rule: Rule of resolution, as it then stood.
        opens: First day of the window, days since 1970-01-01.
        closes: First day after.
        model: Name of the model, or ``base rate``.
        p: Probability.
        frozen_at: Instant or day, as text.
        record_until: Last day of the record that was used.
        resolved: Whether it happened; ``None`` while open.
        resolved_on: Day of the resolution.
        note: How it was resolved.
    """

    id: str
    question: str
    text: str
    rule: str
    opens: int
    closes: int
    model: str
    p: float
    frozen_at: str
    record_until: int
    resolved: bool | None = None
    resolved_on: int | None = None
    note: str = ""

    @property
    def brier(self) -> float | None:
        """Brier score, or ``None`` while open."""
        return None if self.resolved is None else float(brier(np.array([self.p]), np.array([float(self.resolved)]))[0])

    @property
    def log_score(self) -> float | None:
        """Log score, or ``None`` while open."""
        return None if self.resolved is None else float(log_score(np.array([self.p]), np.array([float(self.resolved)]))[0])


def record_of(answer: ForecastAnswer, frozen_at: str, model: str = "base rate") -> ForecastRecord:
    """The record of an answer.

    Args:
        answer: Of ``forecast``.
        frozen_at: When it is frozen: ``YYYY-MM-DD`` or an instant with its offset.
        model: ``base rate``, or a model that the answer shows.

    Raises:
        InputError: If the answer does not show the model.
    """
    shown = {"base rate": answer.base, **{one.model: one.p for one in answer.shown}}
    if model not in shown:
        raise InputError(f"the answer does not show {model!r}", code="unknown_model", cure=f"It shows {', '.join(shown)}.")
    asked = answer.question
    word = f"{asked.id}@{format_day(answer.opens)}/{model.replace(' ', '-')}"
    window = (answer.opens, answer.closes)
    return ForecastRecord(word, asked.id, asked.text, asked.rule, *window, model, shown[model], frozen_at, answer.record_until)


def freeze(text: str, record: ForecastRecord, name: str = "forecasts.jsonl") -> str:
    """Text of a file with one more frozen forecast.

    Freezing the same forecast again changes nothing.

    Args:
        text: Content so far; may be empty.
        record: Not yet resolved.
        name: For messages.

    Raises:
        InputError: If the file was tampered with, the word is taken by another forecast, the forecast is frozen after its
            window opened, or its probability is none.
    """
    held = {one.id: one for one in read_frozen(text, name)}
    record = replace(record, resolved=None, resolved_on=None, note="")
    _check(record, name)
    if record.id in held:
        if replace(held[record.id], resolved=None, resolved_on=None, note="") == record:
            return text
        raise InputError(
            f"{record.id} is frozen and cannot be changed",
            code="frozen",
            where=name,
            cure="Freeze a new forecast under a new word, for a window that has not opened.",
        )
    values = {
        "act": "freeze",
        "id": record.id,
        "question": record.question,
        "text": record.text,
        "rule": record.rule,
        "opens": format_day(record.opens),
        "closes": format_day(record.closes),
        "model": record.model,
        "p": record.p,
        "frozen_at": record.frozen_at,
        "record_until": format_day(record.record_until),
    }
    return _with_line(text, values)


def resolve(text: str, word: str, *, happened: bool, on: int, note: str, name: str = "forecasts.jsonl") -> str:
    """Text of a file with one forecast resolved.

    Args:
        text: Content so far.
        word: Id of the forecast.
        happened: Whether it came true by the rule that was frozen with it.
        on: Day of the resolution, days since 1970-01-01.
        note: What it rests on, and under which reading.
        name: For messages.

    Raises:
        InputError: If the file was tampered with, there is no such forecast, it is resolved already, its window has not
            opened, or it is resolved no before its window closed.
    """
    held = {one.id: one for one in read_frozen(text, name)}
    if word not in held:
        raise InputError(f"there is no frozen forecast {word!r}", code="unknown_forecast", where=name, cure="Freeze it first.")
    _check_resolution(held[word], happened, on, name)
    return _with_line(text, {"act": "resolve", "id": word, "happened": happened, "on": format_day(on), "note": note})


def read_frozen(text: str, name: str = "forecasts.jsonl") -> tuple[ForecastRecord, ...]:
    """Read frozen forecasts, in the order in which they were frozen.

    Raises:
        InputError: If a line cannot be read or was changed, with its line.
    """
    found: dict[str, ForecastRecord] = {}
    before = ""
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{name}:{number}"
        values = _values(line, where)
        if values["before"] != before or values["digest"] != _digest(values):
            raise InputError(
                "this line or one above it was changed, moved or taken out since it was written",
                code="frozen",
                where=where,
                cure="Take the file from a copy; a new opinion is a new line.",
            )
        before = values["digest"]
        word = values["id"]
        if values["act"] == "freeze":
            if word in found:
                raise InputError(f"{word} is frozen twice", code="frozen", where=where, cure="Keep the first.")
            found[word] = _record(values, where)
            _check(found[word], where)
            continue
        if word not in found:
            raise InputError(f"{word} is resolved but was not frozen", code="frozen", where=where, cure="Freeze it first.")
        on = _day(values["on"], where)
        _check_resolution(found[word], values["happened"], on, where)
        found[word] = replace(found[word], resolved=values["happened"], resolved_on=on, note=values["note"])
    return tuple(found.values())


def check_continues(old: str, new: str, name: str = "forecasts.jsonl") -> None:
    """Refuse a file that does not go on from an earlier copy of itself.

    Raises:
        InputError: With the first line that differs.
    """
    if new.startswith(old):
        return
    there, here = old.splitlines(), new.splitlines()
    line = next((n for n, one in enumerate(there) if n >= len(here) or here[n] != one), len(there)) + 1
    raise InputError(
        "a line of the earlier copy is not there or is another",
        code="frozen",
        where=f"{name}:{line}",
        cure="Put the earlier lines back and write below them.",
    )


def _digest(values: dict[str, Any]) -> str:
    kept = {key: value for key, value in values.items() if key != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def _with_line(text: str, values: dict[str, Any]) -> str:
    lines = text.splitlines()
    whole = {**values, "before": json.loads(lines[-1])["digest"] if lines else ""}
    whole["digest"] = _digest(whole)
    return "".join(f"{line}\n" for line in lines) + json.dumps(whole, ensure_ascii=False) + "\n"


def _values(line: str, where: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except ValueError:
        values = None
    if isinstance(values, dict):
        keys = {"freeze": _FREEZE, "resolve": _RESOLVE}.get(str(values.get("act")), ())
        words = [value for key, value in values.items() if key not in ("p", "happened")]
        typed = isinstance(values.get("p", 0.5), float | int) and isinstance(values.get("happened", True), bool)
        if keys and set(values) == {*keys, *_CHAIN} and typed and all(isinstance(word, str) for word in words):
            return values
    raise InputError(
        "this is no line of frozen forecasts",
        code="bad_forecast",
        where=where,
        cure="A line is a JSON object that freezes or resolves a forecast; let freeze and resolve write it.",
    )


def _day(text: str, where: str) -> int:
    try:
        return parse_day(text)
    except CodeError as error:
        raise error.at(where) from None


def _record(values: dict[str, Any], where: str) -> ForecastRecord:
    named = (values["id"], values["question"], values["text"], values["rule"])
    window = (_day(values["opens"], where), _day(values["closes"], where))
    until = _day(values["record_until"], where)
    return ForecastRecord(*named, *window, values["model"], float(values["p"]), values["frozen_at"], until)


def _check(record: ForecastRecord, where: str) -> None:
    if not (math.isfinite(record.p) and 0 <= record.p <= 1):
        raise InputError(f"{record.p} is no probability", code="bad_number", where=where, cure="Give 0 to 1.")
    try:
        day, _ = parse_instant(record.frozen_at)
    except CodeError as error:
        raise error.at(where) from None
    if record.closes <= record.opens:
        raise InputError(f"the window of {record.id} is empty", code="bad_window", where=where, cure="Close it later.")
    if day > record.opens or record.record_until > day:
        late = f"frozen at {record.frozen_at}, window from {format_day(record.opens)}"
        raise InputError(
            f"{record.id} comes too late ({late}, record to {format_day(record.record_until)})",
            code="frozen",
            where=where,
            cure="Freeze on the first day of the window at the latest, from a record that ends by then.",
        )


def _check_resolution(record: ForecastRecord, happened: bool, on: int, where: str) -> None:
    if record.resolved is not None:
        raise InputError(
            f"{record.id} is resolved already", code="frozen", where=where, cure="A resolution stands; say more in your notes."
        )
    first = record.opens if happened else record.closes
    if on < first:
        said = "opens" if happened else "closes"
        raise InputError(
            f"{record.id} cannot be resolved on {format_day(on)}: its window {said} on {format_day(first)}",
            code="frozen",
            where=where,
            cure="Wait until then.",
        )
