"""The duty part: average duties on the day and before, and the asker's lines under each reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.errors import CountermeasureError
from countermeasure.scenario.duties import USMCA_CLAIMED, chinese_average, us_averages
from countermeasure.scenario.whole.engines import before_words, common_assumptions, duty_engine_of, known_words, unheard
from countermeasure.scenario.whole.plain import made
from countermeasure.trade.multi.hs import SECTORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.book.model import Reading
    from countermeasure.duty.answer import Answer, LineAnswer
    from countermeasure.duty.line import Line
    from countermeasure.scenario.duties import DutyAverages
    from countermeasure.scenario.whole.model import Inputs, Part, Scenario

__all__ = ["duty_part"]

_LEVELS = ("low", "", "high")


@dataclass(frozen=True, slots=True)
class _Priced:
    """A line under one reading, before and on the day; ``None`` where it was refused."""

    line: Line
    reading: str
    before: Answer | None
    after: Answer | None
    description: str


def duty_part(scenario: Scenario, inputs: Inputs, _done: Mapping[str, Part]) -> Part:
    """Average duties of the two and the duties of lines, on the day and on the day of comparison."""
    averages = {reading.value: _averages(scenario, reading) for reading in scenario.readings}
    notes: list[str] = []
    lines = _lines(scenario, inputs, notes)
    china = [_chinese(day, notes) for day in (scenario.compared, scenario.on)]
    figures = _average_figures(averages[scenario.readings[0].value], china) | _line_figures(scenario, lines)
    now = averages[scenario.readings[0].value][1]
    return made(
        "duty",
        _said(scenario, averages, china, lines),
        figures=figures,
        sheets=(*_average_sheets(scenario, averages, china), _lines_sheet(scenario, lines), _sums_sheet(scenario, lines)),
        assumptions=(*common_assumptions(scenario), *_assumed(now, china)),
        notes=(*unheard(scenario), *notes),
        stamp=(("book", scenario.book.hash), ("lines", str(len(inputs.lines)))),
    )


# --------------------------------------------------------------------------------------------------------------- averages


def _averages(scenario: Scenario, reading: Reading) -> tuple[DutyAverages, DutyAverages]:
    """US averages on the day of comparison and on the day."""
    before = us_averages(duty_engine_of(scenario, before=True), scenario.compared, reading)
    return before, us_averages(duty_engine_of(scenario), scenario.on, reading)


def _chinese(day: int, notes: list[str]) -> tuple[float | None, str]:
    try:
        return chinese_average(day)
    except CountermeasureError as error:
        notes.append(f"{error.message}.")
        return None, "not known"


def _mean(found: DutyAverages, economy: str | None = None) -> float | None:
    """Average over trade with an economy, or with all; ``None`` without trade."""
    at = slice(None) if economy is None else [found.economies.index(economy)]
    rate, value = found.rate[at], found.value[at]
    whole = float(value.sum())
    return float(np.nansum(rate * value)) / whole if whole > 0 else None


def _average_figures(
    averages: tuple[DutyAverages, DutyAverages], china: Sequence[tuple[float | None, str]]
) -> dict[str, float | None]:
    figures: dict[str, float | None] = {}
    for word, found, (chinese, _) in zip(("_before", ""), averages, china, strict=True):
        figures[f"us_average_on_china{word}_share"] = _mean(found, "CN")
        figures[f"us_average_on_all{word}_share"] = _mean(found)
        figures[f"china_average_on_us{word}_share"] = chinese
    return figures


def _average_sheets(
    scenario: Scenario, averages: Mapping[str, tuple[DutyAverages, DutyAverages]], china: Sequence[tuple[float | None, str]]
) -> Iterable[Sheet]:
    rows: list[tuple[Any, ...]] = []
    sectors: list[tuple[Any, ...]] = []
    for reading, (before, after) in averages.items():
        for code in before.economies:
            value = float(after.value[after.economies.index(code)].sum())
            if value > 0:
                rows.append((reading, "US", code, _mean(before, code), _mean(after, code), round(value, 1)))
        rows.append((reading, "US", "all", _mean(before), _mean(after), round(float(after.value.sum()), 1)))
        at = after.economies.index("CN")
        for s, sector in enumerate(SECTORS):
            if after.value[at, s] > 0:
                cells = (float(before.rate[at, s]), float(after.rate[at, s]), round(float(after.value[at, s]), 1))
                sectors.append((reading, sector, *cells))
    rows.append(("text", "CN", "US", china[0][0], china[1][0], None))
    days = f"{before_words(scenario)} and {format_day(scenario.on)}"
    columns = ("reading", "importer", "origin", "share_before", "share", "imports_2024_musd")
    yield Sheet("averages", f"Average duties, fractions of value, {days}", columns, tuple(rows))
    heads = ("reading", "sector", "share_before", "share", "imports_2024_musd")
    yield Sheet("averages_on_china", f"US average duties on goods of China by sector, {days}", heads, tuple(sectors))


def _assumed(now: DutyAverages, china: Sequence[tuple[float | None, str]]) -> list[tuple[str, str, str, str]]:
    return [
        (
            "US averages, over imports of 2024",
            f"{now.unknown:.1%} of them on lines the schedule does not know; specific rates left out on {now.specific:.0%}",
            "D",
            "the book; US Census",
        ),
        ("Share of Canadian and Mexican goods that claim the USMCA", f"{USMCA_CLAIMED:g}", "U", "assumption"),
        ("China's average on US goods", "an average of its maker over all goods, whatever the scenario says", "D", china[1][1]),
    ]


# ------------------------------------------------------------------------------------------------------------------ lines


def _lines(scenario: Scenario, inputs: Inputs, notes: list[str]) -> list[_Priced]:
    """Every line of the asker under every reading."""
    if not inputs.lines:
        return []
    sides = ((duty_engine_of(scenario, before=True), scenario.compared), (duty_engine_of(scenario), scenario.on))
    found = []
    for place, line in enumerate(inputs.lines, start=1):
        answers: list[LineAnswer | None] = []
        for engine, day in sides:
            try:
                answers.append(engine.duty_on(replace(line, on=day)))
            except CountermeasureError as error:
                notes.append(f"Line {line.line_id or place}, {line.hts}, {format_day(day)}: {error.message}.")
                answers.append(None)
        before, after = answers
        words = next((a.description for a in reversed(answers) if a is not None), "")
        for reading in scenario.readings:
            sides_of = (_under(before, reading.value), _under(after, reading.value))
            found.append(_Priced(line, reading.value, *sides_of, words))
        if inputs.progress is not None:
            inputs.progress("duty", place, len(inputs.lines))
    return found


def _under(answer: LineAnswer | None, reading: str) -> Answer | None:
    """The answer under a reading; where the readings agree there is one for both."""
    if answer is None:
        return None
    return next((one for one in answer.answers if one.reading == reading), answer.answers[0])


def _line_figures(scenario: Scenario, lines: Sequence[_Priced]) -> dict[str, float | None]:
    """Sums under the first reading; ``None`` where no line has a duty in dollars."""
    if not lines:
        return {}
    mine = [one for one in lines if one.reading == scenario.readings[0].value]
    figures: dict[str, float | None] = {"lines_count": len(mine)}
    for level in _LEVELS:
        word = f"_{level}" if level else ""
        before, after = (_sum(mine, side, level) for side in ("before", "after"))
        figures[f"duty{word}_before_usd"], figures[f"duty{word}_usd"] = before, after
    low, high = figures["duty_before_usd"], figures["duty_usd"]
    figures["duty_more_usd"] = None if low is None or high is None else high - low
    figures["lines_changed_count"] = sum(_changed(one) for one in mine)
    return figures


def _usd(answer: Answer | None, level: str) -> float | None:
    if answer is None:
        return None
    found: float | None = getattr(answer, f"duty_usd_{level}" if level else "duty_usd")
    return found


def _sum(lines: Iterable[_Priced], side: str, level: str) -> float | None:
    """Sum over lines; ``None`` if any line has no figure, since a sum that leaves some out would be too low."""
    values = [_usd(getattr(one, side), level) for one in lines]
    known = [v for v in values if v is not None]
    return round(sum(known), 2) if len(known) == len(values) else None


def _changed(one: _Priced) -> bool:
    if one.before is None or one.after is None:
        return one.before is not one.after
    return (one.before.rate_low, one.before.rate, one.before.rate_high) != (
        one.after.rate_low,
        one.after.rate,
        one.after.rate_high,
    )


def _lines_sheet(scenario: Scenario, lines: Sequence[_Priced]) -> Sheet:
    rows = []
    for one in lines:
        rates = [
            None if side is None else getattr(side, f"rate_{level}" if level else "rate")
            for side in (one.before, one.after)
            for level in _LEVELS
        ]
        usd = [_usd(side, level) for side in (one.before, one.after) for level in _LEVELS]
        before, after = usd[1], usd[4]
        more = None if before is None or after is None else round(after - before, 2)
        complete = one.after is not None and one.after.complete
        rows.append(
            (
                one.line.line_id, one.line.hts, one.line.origin, one.line.into, one.description, one.reading,
                one.line.value_usd, *rates, *usd, more, "yes" if complete else "no",
                "" if one.after is None else "; ".join(one.after.because),
            )
        )  # fmt: skip
    columns = (
        "line_id", "hts", "origin", "into", "description", "reading", "value_usd",
        "rate_low_before", "rate_before", "rate_high_before", "rate_low", "rate", "rate_high",
        "duty_low_before_usd", "duty_before_usd", "duty_high_before_usd", "duty_low_usd", "duty_usd", "duty_high_usd",
        "more_usd", "complete", "because",
    )  # fmt: skip
    title = f"Duty of each line, rates as fractions of value: {before_words(scenario)} against {format_day(scenario.on)}"
    return Sheet("lines", title, columns, tuple(rows))


def _sums_sheet(scenario: Scenario, lines: Sequence[_Priced]) -> Sheet:
    rows = []
    for reading in scenario.readings:
        mine = [one for one in lines if one.reading == reading.value]
        if mine:
            sums = [_sum(mine, side, level) for side in ("before", "after") for level in _LEVELS]
            counted = sum(_usd(one.after, "") is not None for one in mine)
            rows.append((reading.value, len(mine), counted, *sums))
    columns = (
        "reading", "lines", "lines_with_a_duty_in_dollars", "duty_low_before_usd", "duty_before_usd", "duty_high_before_usd",
        "duty_low_usd", "duty_usd", "duty_high_usd",
    )  # fmt: skip
    return Sheet("sums", "Duty of all lines; empty where a line has none in dollars", columns, tuple(rows))


# ------------------------------------------------------------------------------------------------------------------ words


def _percent(value: float | None) -> str:
    return "not known" if value is None else f"{100 * value:.1f} %"


def _said(
    scenario: Scenario,
    averages: Mapping[str, tuple[DutyAverages, DutyAverages]],
    china: Sequence[tuple[float | None, str]],
    lines: Sequence[_Priced],
) -> str:
    first = scenario.readings[0].value
    before, after = averages[first]
    head = (
        f"US duties on goods of China average {_percent(_mean(after, 'CN'))} on {format_day(scenario.on)} "
        f"({_percent(_mean(before, 'CN'))} on {before_words(scenario)}; {known_words(scenario)}, reading {first}), and "
        f"{_percent(_mean(after))} on all goods"
    )
    said = [head]
    for reading, (_, other) in list(averages.items())[1:]:
        if abs((_mean(other, "CN") or 0) - (_mean(after, "CN") or 0)) > 5e-4:
            said.append(f"Under the reading {reading} they average {_percent(_mean(other, 'CN'))} on goods of China")
    said.append(f"China's duties on US goods average {_percent(china[1][0])} by the last published step")
    mine = [one for one in lines if one.reading == first]
    if mine:
        figures = _line_figures(scenario, lines)
        total, more = figures["duty_usd"], figures["duty_more_usd"]
        moved = figures["lines_changed_count"]
        changed = f"{moved} of {plural(len(mine), 'line')} {'pays' if moved == 1 else 'pay'} another rate"
        if total is None:
            said.append(f"{changed}; their duty cannot be summed, since a line has none in dollars")
        else:
            told = "" if more is None else f", {more:+,.0f} against before"
            said.append(
                f"{changed}; together they pay {total:,.0f} USD in the ordinary case "
                f"({figures['duty_low_usd'] or 0:,.0f} to {_high(figures['duty_high_usd'])}){told}"
            )
    return ". ".join(said) + "."


def _high(value: float | None) -> str:
    return "an amount that cannot be told" if value is None else f"{value:,.0f}"
