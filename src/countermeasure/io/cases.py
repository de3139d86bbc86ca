"""Case files: questions with expected answers in YAML that a lawyer can read, run against the engines.

A case asks about a ``line`` (duty), a ``transaction`` (license) or a ``screen`` (party); a file of ownership cases has a
form of its
own, with definitions, sources and cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.duty.engine import DutyEngine
from countermeasure.duty.line import SHARES, Line
from countermeasure.errors import BookError, CountermeasureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from countermeasure.duty.answer import Answer
    from countermeasure.io.license_cases import LicenseCases

TOLERANCE = 5e-7
CENT = 0.005


@dataclass(frozen=True, slots=True)
class CaseResult:
    """Outcome of one case.

    Attributes:
        id: The case.
        differences: What differs, in words; empty when the answer is as expected.
        where: File and line.
        source: Who expects it.
    """

    id: str
    differences: tuple[str, ...]
    where: str
    source: str

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def run_cases(path: Path, engine: DutyEngine | None = None) -> Iterator[CaseResult]:
    """Run every case of a file.

    Args:
        path: YAML file, a list of cases.
        engine: Engine for the cases without ``known_on``; the shipped one if absent.

    Raises:
        BookError: If the file itself cannot be read.
    """
    loaded = load_text(path)
    if isinstance(loaded.data, dict) and "cases" in loaded.data and not loaded.faults:
        from countermeasure.io.owners_cases import run_ownership_cases

        yield from run_ownership_cases(path)
        return
    if loaded.faults or not isinstance(loaded.data, list):
        text = "\n".join(loaded.faults) or f"{path.name}:1: a case file is a list of cases"
        raise BookError(text, where=str(path), cure="mend these lines")
    run = _Runner(engine or DutyEngine.shipped())
    for index, case in enumerate(loaded.data):
        at = f"{path.name}:{loaded.lines.get((index,), 1)}"

        def where(place: tuple[str | int, ...], index: int = index) -> str:
            return loaded.where((index, *place))

        try:
            differences = tuple(run.differences(case, where, index + 1))
        except CountermeasureError as error:
            differences = (str(error),)
        except KeyError as error:
            differences = (f"the case lacks {error}",)
        yield CaseResult(case.get("id", "?"), differences, at, case.get("source", ""))


class _Runner:
    """Answers cases of every kind; engines are made when the first case asks for them."""

    def __init__(self, engine: DutyEngine) -> None:
        self._engines: dict[str | None, DutyEngine] = {None: engine}
        self._licenses: LicenseCases | None = None

    def differences(self, case: Mapping[str, Any], where: Callable[[tuple[str | int, ...]], str], number: int) -> Iterator[str]:
        """What differs, in words."""
        if "transaction" in case or "screen" in case:
            if self._licenses is None:
                from countermeasure.io.license_cases import LicenseCases

                base = self._engines[None]
                book = Book.shipped() if base.folder is None else Book.load(base.folder)
                self._licenses = LicenseCases(book.with_(*base.scenarios) if base.scenarios else book)
            yield from self._licenses.differences(case, where, number)
            return
        known = case.get("known_on")
        if known not in self._engines:
            base = self._engines[None]
            self._engines[known] = DutyEngine(base.folder, base.scenarios, parse_day(known or ""))
        yield from _compare(case["expect"], _answer(case, self._engines[known]))


def line_of(case: Mapping[str, Any]) -> Line:
    """The line a case asks about."""
    row = case["line"]
    facts: dict[str, float] = {}
    shares: dict[str, float] = {}
    for name, text in case.get("facts", {}).items():
        value = {"yes": 1.0, "no": 0.0}.get(text)
        if value is None:
            value = float(parse_day(text)) if name.endswith("_on") else float(text)
        if name in SHARES:
            shares[name] = value
        facts[name] = value
    quantity, _, unit = row.get("quantity", "").partition(" ")
    return Line(
        hts=row["hts"],
        origin=row["origin"],
        on=parse_day(row["on"]),
        value_usd=float(row["value_usd"]) if "value_usd" in row else None,
        line_id=case.get("id", ""),
        into=row.get("into", "US"),
        facts=facts,
        shares=shares,
        quantities={unit.lower(): float(quantity)} if quantity else {},
        mode=row.get("mode", ""),
        chapter_98=row.get("chapter_98", ""),
        chapter_98_value_usd=float(row["chapter_98_value_usd"]) if "chapter_98_value_usd" in row else None,
    )


def _answer(case: Mapping[str, Any], engine: DutyEngine) -> Answer:
    found = engine.duty_on(line_of(case))
    wanted = Reading(case.get("reading", "text"))
    return next((a for a in found.answers if a.reading == wanted.value), found.answers[0])


def _compare(expect: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    for key in ("rate_low", "rate", "rate_high"):
        if key in expect:
            yield from _number(key, getattr(answer, key), expect[key], TOLERANCE)
    for key in ("duty_usd_low", "duty_usd", "duty_usd_high", "fees_usd", "refundable_usd"):
        if key in expect:
            yield from _number(key, getattr(answer, key), expect[key], CENT)
    if "adds" in expect:
        added = sum(c.rate or 0 for c in answer.components if c.programme not in ("schedule", "cn_schedule"))
        yield from _number("sum of the added rates", added, expect["adds"], TOLERANCE)
    for programme, rate in expect.get("programme", {}).items():
        mine = sum(c.rate or 0 for c in answer.components if c.programme == programme)
        yield from _number(programme, mine, rate, TOLERANCE)
    if "component" in expect:
        yield from _component(expect["component"], answer)
    headings = [c.heading for c in answer.components if c.heading.startswith(("98", "99"))]
    for heading in expect.get("headings", ()):
        if heading not in headings:
            yield f"heading {heading} is not among {', '.join(headings) or 'none'}"
    if "headings_exactly" in expect and list(expect["headings_exactly"]) != headings:
        yield f"headings are {', '.join(headings) or 'none'}, expected {', '.join(expect['headings_exactly'])}"
    for provision in expect.get("lacks", ()):
        if any(c.provision == provision for c in answer.components):
            yield f"{provision} applies"
    if "complete" in expect and answer.complete != (expect["complete"] == "yes"):
        yield f"complete is {answer.complete}: {'; '.join(answer.because)}"
    for fact in expect.get("missing", ()):
        if all(m.fact != fact for m in answer.missing):
            yield f"{fact} is not among the missing facts"


def _component(expect: Mapping[str, str], answer: Answer) -> Iterator[str]:
    found = next((c for c in answer.components if c.heading == expect["heading"]), None)
    if found is None:
        yield f"no component with heading {expect['heading']}"
        return
    if "rate" in expect:
        yield from _number(found.heading, found.rate, expect["rate"], TOLERANCE)
    if "usd" in expect:
        yield from _number(found.heading, found.usd, expect["usd"], CENT)
    if "text" in expect and found.text != expect["text"]:
        yield f"{found.heading} reads {found.text!r}, expected {expect['text']!r}"


def _number(name: str, found: float | None, expected: str, tolerance: float) -> Iterator[str]:
    if found is None or abs(found - float(expected)) > tolerance:
        yield f"{name} is {'not told' if found is None else f'{found:.6g}'}, expected {expected}"
