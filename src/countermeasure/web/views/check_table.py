"""Check of a table, pasted or uploaded: answered at once where it is short, as a run where it is long, forgotten on demand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.io.duty_words import READING_WORDS, rate_words, usd_words
from countermeasure.io.license_html import license_words
from countermeasure.web.errors import Refused
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.render import page
from countermeasure.web.stamp import Stamp
from countermeasure.web.twins import answer
from countermeasure.web.uploads import TABLES, Upload, pasted, read_upload
from countermeasure.web.views.check import shown
from countermeasure.web.views.check_line import license_sheets, sheet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.duty.engine import DutyEngine
    from countermeasure.io.faults import Fault
    from countermeasure.io.review import Review
    from countermeasure.licensing.engine import LicenseEngine

__all__ = ["AT_ONCE", "TableFound", "answer_table", "router", "run"]

router = APIRouter()
AT_ONCE = {"duty": 300, "both": 20}
"""Rows that are answered while the reader waits; a license takes some tenths of a second, a duty some thousandths."""
LINE_BY_LINE = 200
"""Lines that the page shows one by one; the CSV has all."""


@dataclass(frozen=True, slots=True)
class TableFound:
    """A table that was checked.

    Attributes:
        source: Name of the table.
        review: What is said of it.
        faults: What is wrong with it, the first ones.
        kinds: Faults by severity and code.
        rows: Rows it holds.
        answered: Rows that were answered.
        programmes: Names of programmes.
        stamp: What the answers stand on.
    """

    source: str
    review: Review
    faults: tuple[Fault, ...]
    kinds: tuple[tuple[str, str, int], ...]
    rows: int
    answered: int
    programmes: dict[str, str]
    stamp: Stamp

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return self.review.to_json() | {
            "source": self.source,
            "rows": self.rows,
            "answered": self.answered,
            "faults": [f.to_json() for f in self.faults],
            "stamp": self.stamp.to_json(),
        }

    def sheets(self) -> Sequence[Sheet]:
        """Lines, components, open facts, licenses, faults, sources."""
        from countermeasure.io import answers as rows
        from countermeasure.io.faultlog import FAULT_COLUMNS

        lines = self.review.answers
        found = [
            sheet_of("lines", "Duty by line and reading", rows.LINE_COLUMNS, (r for a in lines for r in rows.line_records(a))),
            sheet_of("components", "Components", rows.COMPONENT_COLUMNS, (r for a in lines for r in rows.component_records(a))),
            sheet_of("open", "Open facts", rows.OPEN_COLUMNS, (r for a in lines for r in rows.open_records(a))),
        ]
        found += license_sheets([one for one in self.review.licenses if one is not None]) if self.review.licenses else []
        return [
            *found,
            sheet_of("faults", "Faults of the table", FAULT_COLUMNS, (f.to_json() for f in self.faults)),
            sheet_of("sources", "What the answers stand on", rows.SOURCE_COLUMNS, rows.source_records(lines, self.source)),
        ]


def answer_table(
    upload: Upload,
    duty: DutyEngine,
    licenser: LicenseEngine | None,
    *,
    most: int,
    within: int = 90,
    about: tuple[str, str] = ("", "both"),
    progress: Callable[[float, str], None] | None = None,
) -> TableFound:
    """Check a table.

    Args:
        upload: The table.
        duty: Prices its lines.
        licenser: Answers their licenses; ``None`` leaves them out.
        most: Most rows that are taken.
        within: Days after entry that are watched for changes.
        about: Day of knowledge and reading, for the stamp.
        progress: Takes the share done and words.

    Raises:
        InputError: If it cannot be read at all.
        Refused: If it has too many rows.
    """
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.pricing import open_lines
    from countermeasure.io.review import review
    from countermeasure.io.shipments import Shipments, shipment_columns

    log = FaultLog(keep=200)
    try:
        table = open_lines(upload.name, duty, log, content=upload.content, also=shipment_columns())
    except RecursionError:
        raise InputError(
            "the JSON is nested too deeply", code="bad_json", where=upload.name, cure="Give flat objects."
        ) from None
    _limited(table.rows, most)
    priced = []
    share = 0.15 if licenser else 1.0
    for one in table:
        priced.append(one)
        if progress and len(priced) % 50 == 0:
            progress(share * len(priced) / table.rows, f"{len(priced):,} of {table.rows:,} lines priced")
    licenses = []
    if licenser is not None:
        shipments = Shipments(table.table, licenser.book.control_facts, log.add)
        asked = [shipments.transaction(one.row, one.line) for one in priced]
        licenser.screen([one for one in asked if one is not None])
        for place, transaction in enumerate(asked):
            licenses.append(None if transaction is None else licenser.license_for(transaction))
            if progress and place % 5 == 0:
                progress(share + (1 - share) * place / len(asked), f"{place:,} of {len(asked):,} licenses looked up")
    found = review([one.answer for one in priced], within, licenses)
    compiled = duty.compiled("US", duty.readings[0])
    first = found.answers[0] if found.answers else None
    from countermeasure._version import __version__

    stamp = Stamp(
        __version__, compiled.book_hash, None, duty.known_on, about[1],
        limits=first.not_covered if first else (),
        changes=tuple((c.on, f"{c.line_id}, {c.then}") for c in found.changes[:1]),
    )  # fmt: skip
    kinds = tuple((severity, code, log.kinds[severity, code]) for severity, code in sorted(log.kinds))
    names = {p.id: p.name for p in compiled.programmes.values()}
    return TableFound(upload.name, found, tuple(log.kept), kinds, table.rows, table.answered, names, stamp)


def _too_deep(upload: Upload) -> InputError:
    return InputError("the JSON is nested too deeply", code="bad_json", where=upload.name, cure="Give flat objects.")


def _limited(rows: int, most: int) -> None:
    if rows > most:
        raise Refused(
            413, f"the table has {rows:,} rows, {most:,} are taken here", code="too_many_rows",
            cure="Split it, or use the command line: countermeasure check FILE.",
        )  # fmt: skip


def run(
    progress: Callable[[float, str], None],
    *,
    name: str,
    content: bytes,
    what: str,
    known_on: str,
    reading: str,
    within: int,
    most: int,
) -> TableFound:
    """Check a table in a process of its own."""
    from countermeasure.io.engines import duty_engine, license_engine

    progress(0.0, "opening the book")
    duty = duty_engine(known_on or None, reading)
    licenser = None if what == "duty" else license_engine(known_on or None, reading)
    return answer_table(
        Upload(name, content), duty, licenser, most=most, within=within, about=(known_on, reading), progress=progress
    )


# ------------------------------------------------------------------------------------------------ pages


@router.get("/check/table", include_in_schema=False)
def table_page(request: Request, held: HeldIn) -> Response:
    """The form."""
    return page(request, "check_table.html", title="Check a table", data=None, **_context(request, held))


@router.post("/check/table", include_in_schema=False)
async def upload_page(
    held: HeldIn,
    table: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    what: Annotated[str, Form(pattern="^(both|duty)$")] = "both",
    known_on: Annotated[str, Form(max_length=10)] = "",
    reading: Annotated[str, Form(pattern="^(text|announced|both)$")] = "both",
    within: Annotated[int, Form(ge=0, le=730)] = 90,
) -> Response:
    """Take a table and send the reader to what is said of it."""
    upload = await read_upload(table, TABLES) or pasted(text)
    if upload is None:
        raise Refused(422, "there is no table", code="no_table", cure="Choose a file, or paste rows with their header.")
    address = await run_in_threadpool(_taken, held, upload, what, known_on.strip(), reading, within)
    return RedirectResponse(address, 303)


def _taken(held: Held, upload: Upload, what: str, known_on: str, reading: str, within: int) -> str:
    """Answer a short table now, a long one as a run; the address where the answer is or will be."""
    then, most = "/check/table/{id}", held.settings.table_rows
    title = f"Check of {upload.name}"
    duty = held.duty(known_on, reading)
    if _rows_of(upload, duty, most) <= AT_ONCE[what]:
        licenser = None if what == "duty" else held.license(known_on, reading)
        found = answer_table(upload, duty, licenser, most=most, within=within, about=(known_on, reading))
        return held.jobs.keep("check", found, title=title, then=then).then
    inputs = {
        "name": upload.name, "content": upload.content, "what": what, "known_on": known_on, "reading": reading,
        "within": within, "most": most,
    }  # fmt: skip
    return held.jobs.start(
        "check", "countermeasure.web.views.check_table:run", inputs, title=title, then=then, fresh=True
    ).address


def _rows_of(upload: Upload, duty: DutyEngine, most: int) -> int:
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.pricing import open_lines

    try:
        rows = open_lines(upload.name, duty, FaultLog(), content=upload.content).rows
    except RecursionError:
        raise InputError(
            "the JSON is nested too deeply", code="bad_json", where=upload.name, cure="Give flat objects."
        ) from None
    _limited(rows, most)
    return rows


@router.get("/check/table/{name}", include_in_schema=False)
def result_page(request: Request, held: HeldIn, name: str) -> Response:
    """What is said of a table."""
    found = held.jobs.result(name)
    if not isinstance(found, TableFound):
        raise Refused(404, "this run is not the check of a table", code="other_run", cure="Look at /jobs.")
    lines = list(islice(found.review.answers, LINE_BY_LINE))
    return answer(
        request, found, "check_result.html", title=f"Check of {found.source}", lines=lines, job=name, stamp=found.stamp,
        rate_words=rate_words, usd_words=usd_words, licensed=_licensed, **_context(request, held),
    )  # fmt: skip


def _licensed(one: Any, regime: str) -> Any:  # noqa: ANN401 - a license answer, and its words as HTML
    from markupsafe import Markup

    return "" if one is None else Markup(license_words(one, regime, short=True))  # noqa: S704 - fixed words only


def _context(request: Request, held: Held) -> dict[str, Any]:
    return shown(held) | {
        "path": "/check/table",
        "most": held.settings.table_rows,
        "megabytes": held.settings.uploads_mb,
        "kinds": TABLES,
        "reading_words": READING_WORDS,
        "twins": [] if request.url.path == "/check/table" else _twins(request),
    }


def _twins(request: Request) -> list[tuple[str, str]]:
    from countermeasure.web.twins import twin_links

    return twin_links(request)
