"""The page of parties: names on lists, entries, restriction through owners, tables of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import CodeError, CountermeasureError, InputError, NotFoundError
from countermeasure.parties.ownership import RULES, rule_of
from countermeasure.web.api import Word
from countermeasure.web.held import HeldIn
from countermeasure.web.render import page
from countermeasure.web.twins import answer, twin_of
from countermeasure.web.uploads import pasted, read_upload
from countermeasure.web.views.book_state import stamp_for
from countermeasure.web.views.parties_api import api, indexed
from countermeasure.web.views.parties_owners import (
    EXAMPLE_EDGES,
    EXAMPLE_LISTED,
    OwnersAnswer,
    OwnersQuestion,
    answer_owners,
)
from countermeasure.web.views.parties_search import Question, answer_entry, answer_search, lists_sheet
from countermeasure.web.views.parties_table import EXAMPLE, TableAnswer, TableQuestion, answer_table
from countermeasure.web.views.told import told

if TYPE_CHECKING:
    from countermeasure.parties.model import PartyList
    from countermeasure.web.held import Held
    from countermeasure.web.stamp import Stamp
    from countermeasure.web.uploads import Upload

__all__ = ["api", "router"]

router = APIRouter()
CSS = ("css/book.css", "css/parties.css")
AT_ONCE = 200
"""Tables with more lines than this become a run of their own."""
Short = Annotated[str, Query(max_length=300)]
Pasted = Annotated[str, Query(max_length=12_000)]
_KINDS = (("", "any"), ("entity", "firm or body"), ("person", "person"), ("vessel", "ship"), ("aircraft", "aircraft"))
_READINGS = (("both", "both"), ("text", "law as published"), ("announced", "statements honoured"))
_UNITS = (("", "say so where it is open"), ("percent", "percent"), ("fraction", "fraction of one"))


def question_of(
    name: Short = "", country: Short = "", address: Short = "", number: Short = "", born: Short = "", kind: Word = "",
    list: Annotated[list[str], Query(max_length=30)] = [], on: Word = "", score: Word = "",  # noqa: A002, B006
) -> tuple[Question | None, dict[str, Any], CountermeasureError | None]:  # fmt: skip
    """What is asked, the words of the fields, and why it cannot be read."""
    codes = tuple(code for code in list if code)
    asked = {"name": name, "country": country, "address": address, "number": number, "born": born, "kind": kind,
             "lists": codes, "on": on, "score": score}  # fmt: skip
    if not name.strip():
        return None, asked, None
    try:
        day = _day(on, "on") if on else None
        return Question(name, country, address, number, born, kind, codes, day, _score(score)), asked, None
    except CountermeasureError as error:
        return None, asked, error


QuestionIn = Annotated[tuple[Question | None, dict[str, Any], CountermeasureError | None], Depends(question_of)]


def _day(text: str, name: str) -> int:
    try:
        return parse_day(text)
    except CodeError as error:
        raise error.at(name) from None


def _score(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise InputError(f"{text!r} is not a score", where="score", code="bad_score", cure="Write 0.6.") from None


def _stamp(held: Held, on: int | None, lists: tuple[PartyList, ...]) -> Stamp:
    from dataclasses import replace

    found = stamp_for(held.book, on, None, ())
    part = [one.code for one in lists if not one.complete]
    told = ", ".join(part)
    limits = (f"names that only the whole list holds, of the lists held in part: {told}",) if part else ()
    days = "; ".join(f"{one.code} {'undated' if one.as_of is None else format_day(one.as_of)}" for one in lists)
    return replace(found, limits=limits, more=(("lists", days),))


def _context(held: Held, tab: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    lists = held.lists
    return {
        "tab": tab, "css": CSS, "kinds": _KINDS, "list_options": [(one.code, one.title) for one in lists],
        "lists": lists_sheet(lists), "rules": [rule_of(name) for name in RULES], "readings": _READINGS, "units": _UNITS,
        "rows_most": held.settings.table_rows, "error": None, "stamp": None,
    } | more  # fmt: skip


# ------------------------------------------------------------------------------------------------ names


@router.get("/parties", include_in_schema=False)
def parties_page(request: Request, held: HeldIn, read: QuestionIn) -> Response:
    """Look a name up."""
    question, asked, fault = read
    context = _context(held, "name", title="Parties", asked=asked)
    if fault is not None:
        return told(request, fault, "parties.html", context)
    if question is None:
        stamp = _stamp(held, None, held.lists)
        if twin_of(request):
            return answer(request, _Lists(context["lists"]), "parties.html", title="Parties")
        return page(request, "parties.html", data=None, **context | {"stamp": stamp, "twins": []})
    try:
        found = answer_search(question, held.lists, indexed(held))
    except CountermeasureError as error:
        return told(request, error, "parties.html", context)
    return answer(request, found, "parties.html", **context | {"stamp": _stamp(held, question.on, found.lists)})


class _Lists:
    """The lists that are held, where nothing is asked."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def sheets(self) -> tuple[Sheet, ...]:
        """The lists."""
        return (self._sheet,)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"lists": self._sheet.records()}


@router.get("/parties/entry/{name:path}", include_in_schema=False)
def entry_page(request: Request, held: HeldIn, name: str, on: Word = "") -> Response:
    """One entry of a list."""
    day = _day(on, "on") if on else held.today()
    lists = held.lists
    found = answer_entry(held.book, lists, indexed(held)(lists), name, day)
    stamp = _stamp(held, day, (found.held,))
    return answer(request, found, "party_entry.html", title=found.party.name, stamp=stamp, css=CSS)


# ------------------------------------------------------------------------------------------------ owners


@router.get("/parties/owners", include_in_schema=False)
def owners_page(
    request: Request, held: HeldIn, edges: Pasted = "", listed: Pasted = "", party: Short = "", on: Word = "",
    rule: Annotated[list[str], Query(max_length=8)] = [], reading: Word = "both", share_unit: Word = "",  # noqa: B006
) -> Response:  # fmt: skip
    """Who is restricted through owners: a form, or the answer for a table that was pasted."""
    asked = {"edges": edges, "listed": listed, "party": party, "on": on, "rules": rule, "reading": reading,
             "share_unit": share_unit}  # fmt: skip
    context = _context(held, "owners", title="Owners", asked=asked, example=(EXAMPLE_EDGES, EXAMPLE_LISTED), kept="")
    if not edges.strip():
        if twin_of(request):
            raise InputError(
                "no table of owners is given", where="edges", code="no_table", cure="Give edges=owner,owned,share ..."
            )
        return page(request, "parties_owners.html", data=None, **context | {"twins": []})
    try:
        question = _owners_question(held, pasted(edges), pasted(listed, "listed.csv"), party, on, rule, reading, share_unit)
        found = answer_owners(question, held.book, held.lists)
    except CountermeasureError as error:
        return told(request, error, "parties_owners.html", context)
    return answer(request, found, "parties_owners.html", **context | {"stamp": _stamp(held, question.on, held.lists)})


@router.post("/parties/owners", include_in_schema=False)
async def owners_upload(
    request: Request, held: HeldIn,
    file: Annotated[UploadFile | None, File()] = None, listed_file: Annotated[UploadFile | None, File()] = None,
    party: Annotated[str, Form(max_length=300)] = "", on: Annotated[str, Form(max_length=40)] = "",
    rule: Annotated[list[str], Form(max_length=8)] = [], reading: Annotated[str, Form(max_length=40)] = "both",  # noqa: B006
    share_unit: Annotated[str, Form(max_length=40)] = "",
) -> Response:  # fmt: skip
    """The answer for files, kept under an address that only this reader knows."""
    asked = {"edges": "", "listed": "", "party": party, "on": on, "rules": rule, "reading": reading, "share_unit": share_unit}
    try:
        edges, listed = await read_upload(file), await read_upload(listed_file)

        def work() -> str:
            question = _owners_question(held, edges, listed, party, on, rule, reading, share_unit)
            found = answer_owners(question, held.book, held.lists)
            return held.jobs.keep("owners", found, title=f"Owners in {found.source}", then="/parties/owners/{id}").then

        return RedirectResponse(await run_in_threadpool(work), 303)
    except CountermeasureError as error:
        context = _context(held, "owners", title="Owners", asked=asked, example=(EXAMPLE_EDGES, EXAMPLE_LISTED), kept="")
        return told(request, error, "parties_owners.html", context)


@router.get("/parties/owners/{kept}", include_in_schema=False)
def owners_kept(request: Request, held: HeldIn, kept: str) -> Response:
    """An answer for files that were uploaded."""
    found = _kept(held, kept, OwnersAnswer)
    question = found.question
    asked = {"edges": "", "listed": "", "party": question.party, "on": format_day(question.on), "rules": list(question.rules),
             "reading": question.reading, "share_unit": question.share_unit}  # fmt: skip
    context = _context(held, "owners", title="Owners", asked=asked, example=(EXAMPLE_EDGES, EXAMPLE_LISTED), kept=kept)
    return answer(request, found, "parties_owners.html", **context | {"stamp": _stamp(held, question.on, held.lists)})


def _owners_question(
    held: Held, edges: Upload | None, listed: Upload | None, party: str, on: str, rules: list[str], reading: str, unit: str
) -> OwnersQuestion:
    if edges is None:
        raise InputError("no table of owners is given", where="file", code="no_table", cure="Choose a file, or paste rows.")
    return OwnersQuestion(
        (edges.name, edges.content),
        None if listed is None else (listed.name, listed.content),
        party.strip(),
        tuple(r for r in dict.fromkeys(rules) if r),
        _day(on, "on") if on else held.today(),
        reading,
        unit,
    )


# ------------------------------------------------------------------------------------------------ tables of names


@router.get("/parties/table", include_in_schema=False)
def table_page(request: Request, held: HeldIn) -> Response:
    """A form for a table of names."""
    context = _context(held, "table", title="Screen a table", asked=_blank(), example=EXAMPLE, kept="")
    return page(request, "parties_table.html", data=None, **context | {"twins": []})


@router.post("/parties/table", include_in_schema=False)
async def table_upload(
    request: Request, held: HeldIn, file: Annotated[UploadFile | None, File()] = None,
    rows: Annotated[str, Form(max_length=1_000_000)] = "", on: Annotated[str, Form(max_length=40)] = "",
    score: Annotated[str, Form(max_length=20)] = "", list: Annotated[list[str], Form(max_length=30)] = [],  # noqa: A002, B006
) -> Response:  # fmt: skip
    """Look a table up: at once where it is short, as a run where it is long."""
    asked = {"rows": rows, "on": on, "score": score, "lists": [code for code in list if code]}
    try:
        table = await read_upload(file) or pasted(rows)
        if table is None:
            raise InputError("no table is given", where="file", code="no_table", cure="Choose a file, or paste rows.")
        question = TableQuestion(
            table.name, table.content, tuple(asked["lists"]), _day(on, "on") if on else None, _score(score),
            held.settings.table_rows,
        )  # fmt: skip
        return RedirectResponse(await run_in_threadpool(_looked_up, held, question), 303)
    except CountermeasureError as error:
        context = _context(held, "table", title="Screen a table", asked=asked, example=EXAMPLE, kept="")
        return told(request, error, "parties_table.html", context)


@router.get("/parties/table/{kept}", include_in_schema=False)
def table_kept(request: Request, held: HeldIn, kept: str) -> Response:
    """What was found for a table that was uploaded."""
    found = _kept(held, kept, TableAnswer)
    context = _context(held, "table", title="Screen a table", asked=_blank(), example=EXAMPLE, kept=kept)
    return answer(request, found, "parties_table.html", **context | {"stamp": _stamp(held, found.on, held.lists)})


def _blank() -> dict[str, Any]:
    return {"rows": "", "on": "", "score": "", "lists": []}


def _looked_up(held: Held, question: TableQuestion) -> str:
    """Address of the answer, or of the run that makes it."""
    title, then = f"Names of {question.name}", "/parties/table/{id}"
    if question.content.count(b"\n") <= AT_ONCE and not question.content.startswith((b"PK", b"PAR1")):
        found = answer_table(question, held.lists, indexed(held))
        return held.jobs.keep("parties", found, title=title, then=then).then
    run = "countermeasure.web.views.parties_table:run"
    return held.jobs.start("parties", run, {"question": question}, title=title, then=then, fresh=True).address


def _kept(held: Held, name: str, kind: type[Any]) -> Any:  # noqa: ANN401
    found = held.jobs.result(name)
    if not isinstance(found, kind):
        raise NotFoundError("this run found something else", code="other_result", cure="Open it from the page of runs.")
    return found
