"""Check: what one line pays and which license it needs, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from countermeasure.errors import CountermeasureError
from countermeasure.io.duty_words import BASIS_WORDS, READING_WORDS, headline, provision_name
from countermeasure.io.license_html import REGIMES
from countermeasure.licensing.answer import WORDS
from countermeasure.licensing.words import place
from countermeasure.web.api import Day, KnownOn, MaybeDay, Number, Place, ReadingWord, Scenarios, Word
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.render import page
from countermeasure.web.stamp import Stamp
from countermeasure.web.twins import answer, twin_of
from countermeasure.web.views.check_line import answer_line, license_of, license_sheets, line_fields
from countermeasure.web.views.check_query import FaultyQuestionError, Question, question_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.codes.sheet import Sheet
    from countermeasure.duty.answer import Answer
    from countermeasure.licensing.answer import LicenseAnswer

__all__ = ["LicenseFound", "answer_license", "api", "license_fields", "router", "shown"]

router = APIRouter()
api = APIRouter(tags=["check"])

WHATS = (("both", "duty and license"), ("duty", "duty only"))
READING_CHOICES = (("both", "both readings"), ("text", "law as published"), ("announced", "statements honoured"))
MODES = (("", "not told"), ("sea", "sea"), ("air", "air"), ("rail", "rail"), ("road", "road"), ("mail", "mail"))
FIRST = frozenset(
    {"hts", "number", "origin", "into", "on", "value", "what", "from", "to", "description", "hs", "control_code", "eccn"}
)
"""Fields that stand open in the forms; the others open where one of them is given."""
SHOWN_FIELDS = frozenset({
    "hts", "number", "origin", "into", "on", "value", "entry_on", "value_usd", "mode", "quantity", "use", "description",
    "end_user", "end_user_country", "consignee", "control_code", "eccn", "end_use", "sent_from", "known_on", "reading",
    "scenario", "what", "steel_value_share", "aluminium_value_share", "us_content_share", "loaded_on",
})  # fmt: skip
"""Fields that the form of a line shows; others ride along and are listed."""
LICENSE_SHOWN = frozenset({
    "on", "from", "to", "description", "control_code", "eccn", "hs", "origin", "elements", "form", "meets_threshold", "value",
    "cn_content", "us_content", "cn_technology", "us_technology", "exporter", "consignee", "consignee_country", "end_user",
    "end_user_country", "end_user_military", "end_use", "known_on", "reading", "scenario", "what",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LicenseFound:
    """The license of one transaction."""

    question: Question
    license: LicenseAnswer
    stamp: Stamp

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"question": dict(self.question.given), "license": self.license.to_json(), "stamp": self.stamp.to_json()}

    def sheets(self) -> Sequence[Sheet]:
        """One table."""
        return license_sheets([self.license])


def license_fields(held: Held) -> tuple[str, ...]:
    """Names of the fields of a transaction."""

    def made() -> tuple[str, ...]:
        from countermeasure.io.transaction_table import columns_of

        return tuple(name for name in columns_of(held.book.control_facts) if name not in ("id", "currency"))

    return held.thing(("license_fields",), made)


def answer_license(held: Held, question: Question) -> LicenseFound:
    """Answer one transaction; the same question is answered once.

    Raises:
        FaultyQuestionError: If fields cannot be read.
    """
    from countermeasure.codes.day import format_day

    cells = dict(question.cells)
    cells.setdefault("on", format_day(held.today()))
    cells["id"] = "this transaction"

    def made() -> LicenseFound:
        found = license_of(held.license(question.known_on, question.reading, question.scenarios), cells)
        changes = dict.fromkeys((a.changes_on, a.changes_to) for a in found.answers if a.changes_on is not None)
        stamp = Stamp(
            found.book_version, found.book_hash, found.on, found.known_on, question.reading, question.scenarios,
            found.not_covered, tuple((on, to) for on, to in sorted(changes) if on is not None),
        )  # fmt: skip
        return LicenseFound(question, found, stamp)

    return held.answer(("license", *question.about, cells["on"]), made)


# ------------------------------------------------------------------------------------------------ pages


def shown(held: Held) -> dict[str, Any]:
    """Words that the templates of these pages use."""
    return {
        "headline": headline,
        "basis_words": BASIS_WORDS,
        "reading_words": READING_WORDS,
        "provision_name": provision_name,
        "programmes": held.programmes,
        "words": WORDS,
        "regimes": REGIMES,
        "place": place,
        "whats": WHATS,
        "readings": READING_CHOICES,
        "modes": MODES,
        "scenario_choices": [("", "none"), *((name, name) for name in held.shipped_scenarios)],
        "not_complete": _not_complete,
        "facts": held.book.facts,
        "control_facts": held.book.control_facts,
        "css": ("css/check.css",),
    }


def _not_complete(one: Answer) -> list[str]:
    """Why an answer is not complete, open facts aside: they are listed with their questions."""
    return [words for words in one.because if not words.startswith("the answer depends on ")]


@router.get("/check", include_in_schema=False)
def check_page(request: Request, held: HeldIn) -> Response:
    """One line."""
    return _page(request, held, "check.html", line_fields(held), answer_line, SHOWN_FIELDS)


@router.get("/check/license", include_in_schema=False)
def license_page(request: Request, held: HeldIn) -> Response:
    """One transaction."""
    return _page(request, held, "check_license.html", license_fields(held), answer_license, LICENSE_SHOWN, {})


def _page(
    request: Request,
    held: Held,
    template: str,
    fields: Sequence[str],
    function: Any,  # noqa: ANN401 - one of the two above
    shown_fields: frozenset[str],
    aliases: dict[str, str] | None = None,
) -> Response:
    """The answer, an empty form, or the form with what is wrong in it."""
    items = request.query_params.multi_items()
    question, found, wrong, status = Question((), ()), None, {}, 200
    error: CountermeasureError | None = None
    try:
        question = question_of(items, fields) if aliases is None else question_of(items, fields, aliases)
        if question.cells or twin_of(request):
            found = function(held, question)
    except FaultyQuestionError as faulty:
        error, wrong, status = faulty, faulty.fields, faulty.status
    except CountermeasureError as other:
        error, status = other, 422
    if twin_of(request) and error is not None:
        raise error

    def context() -> dict[str, Any]:
        return shown(held) | {
            "q": dict(items),
            "given": question.given or tuple(items),
            "riders": [(name, text) for name, text in question.given if name not in shown_fields],
            "wrong": wrong,
            "more": any(text and name in shown_fields and name not in FIRST for name, text in items),
            "error": error,
            "stamp": None if found is None else found.stamp,
            "path": request.url.path,
        }

    if found is None:
        return page(request, template, title="Check", data=None, status=status, **(context() | {"twins": []}))
    if twin_of(request):
        return answer(request, found, template, title="")
    key = (template, request.url.query, held.today())
    made = held.page(key, lambda: bytes(page(request, template, title=_title(found), data=found, **context()).body))
    return HTMLResponse(made)


def _title(found: Any) -> str:  # noqa: ANN401 - a line or a transaction
    if isinstance(found, LicenseFound):
        return f"License {place(found.license.sent_from)} to {place(found.license.sent_to)}"
    return f"{found.duty.hts} of {found.duty.origin}"


# ------------------------------------------------------------------------------------------------ interface


@api.get("/duty", summary="What does a line pay, and why?")
def duty_api(
    held: HeldIn,
    request: Request,
    hts: Number,
    origin: Place,
    on: MaybeDay = "",
    value: Word = "",
    into: Word = "US",
    known_on: KnownOn = "",
    reading: ReadingWord = "both",
    scenario: Scenarios = [],  # noqa: B006 - read, never changed
) -> dict[str, Any]:
    """Duty of one line with components, citations, open facts and the next change.

    Facts are given as fields of their own names, as ``car_part=yes`` or ``steel_value_share=0.3``; rates are fractions.
    """
    del hts, origin, on, value, into, known_on, reading, scenario  # read from the address, with all other fields
    question = question_of([*request.query_params.multi_items(), ("what", "duty")], line_fields(held))
    return answer_line(held, question).duty.to_json()


@api.get("/license", summary="Which export license does a transaction need, and why?")
def license_api(
    held: HeldIn,
    request: Request,
    on: Day,
    to: Place,
    description: Word = "",
    hs: Word = "",
    control_code: Word = "",
    eccn: Word = "",
    end_user: Word = "",
    known_on: KnownOn = "",
    reading: ReadingWord = "both",
    scenario: Scenarios = [],  # noqa: B006
) -> dict[str, Any]:
    """Answers of both regimes with provisions, citations, open facts and the next change.

    ``from`` and all columns of a table of transactions are fields too; parties as ``consignee=NAME``, ``consignee_country=CN``.
    """
    del on, to, description, hs, control_code, eccn, end_user, known_on, reading, scenario
    question = question_of(request.query_params.multi_items(), license_fields(held), {})
    return answer_license(held, question).license.to_json()


class Row(BaseModel):
    """A line: ``hts``, ``origin``, ``entry_on`` and any other column of a table, by name."""

    model_config = {"extra": "allow"}

    hts: str = Field(min_length=2, max_length=20, examples=["8505.11.00.70"])
    origin: str = Field(min_length=2, max_length=60, examples=["CN"])
    entry_on: str = Field(min_length=10, max_length=10, examples=["2026-04-10"], json_schema_extra={"format": "date"})
    value_usd: float | str | None = Field(default=None, examples=[10000])


class Rows(BaseModel):
    """Lines to check."""

    model_config = {"extra": "forbid"}

    rows: list[Row] = Field(min_length=1, max_length=500)
    known_on: str = Field(default="", max_length=10)
    reading: str = Field(default="both", pattern="^(text|announced|both)$")
    what: str = Field(default="both", pattern="^(both|duty)$")
    within: int = Field(default=90, ge=0, le=730)


@api.post("/check", summary="What do these lines pay, and which license do they need?")
def check_api(held: HeldIn, body: Rows) -> dict[str, Any]:
    """Totals, changes, open facts and every line, with the faults of rows that could not be answered.

    Licenses take some tenths of a second each: with ``what=both`` at most 50 rows are taken, with ``duty`` 500.
    """
    import json

    from countermeasure.web.uploads import Upload
    from countermeasure.web.views.check_table import answer_table

    content = json.dumps([row.model_dump(exclude_none=True) for row in body.rows]).encode()
    licenser = None if body.what == "duty" else held.license(body.known_on, body.reading)
    duty = held.duty(body.known_on, body.reading)
    most = 500 if licenser is None else 50
    about = (body.known_on, body.reading)
    return answer_table(Upload("rows.json", content), duty, licenser, most=most, within=body.within, about=about).to_json()
