"""The brief of a portfolio: the first page at once, the whole in a process of its own, files of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from countermeasure.brief.cases import DEFAULT_SCENARIOS
from countermeasure.codes.day import parse_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError, NotFoundError
from countermeasure.web.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.brief.model import Brief
    from countermeasure.brief.portfolio import Portfolio
    from countermeasure.io.brief.build import Asking
    from countermeasure.io.faults import Fault
    from countermeasure.web.held import Held
    from countermeasure.web.jobs import Job
    from countermeasure.web.uploads import Upload

__all__ = [
    "FORMS", "RUN", "BriefFound", "BriefQuestion", "begun", "brief_of_run", "example_job", "file_of", "first_brief",
    "run_brief", "start_brief", "style",
]  # fmt: skip

RUN = "countermeasure.web.views.brief_ask:run_brief"
FORMS = {
    "html": ("text/html; charset=utf-8", "HTML, one file"),
    "md": ("text/markdown; charset=utf-8", "Markdown"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
    "pdf": ("application/pdf", "PDF"),
    "json": ("application/json", "JSON"),
}
"""Files of a brief: media type, and what it is called."""
MOST = 3
"""Most scenarios of a brief."""
WITHIN = (0, 366)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_LANDMARKS = (
    ('<main id="main">', '<div class="whole">'),
    ("</main>", "</div>"),
    ("<header>", '<div class="head">'),
    ("</header>", "</div>"),
    ("<footer>", '<div class="last">'),
    ("</footer>", "</div>"),
    ("<h1>", '<h2 class="title">'),
    ("</h1>", "</h2>"),
)
"""What a document has once, and a page around it has already."""


@dataclass(frozen=True, slots=True)
class BriefQuestion:
    """What is asked, as it was written into the form.

    Attributes:
        on: Day of the brief (YYYY-MM-DD).
        known_on: Only what was published by this day counts; empty for all.
        reading: ``text``, ``announced`` or ``both``.
        within: Days that are watched.
        scenarios: Names of shipped scenarios.
    """

    on: str
    known_on: str = ""
    reading: str = "both"
    within: str = "90"
    scenarios: tuple[str, ...] = DEFAULT_SCENARIOS

    def checked(self) -> BriefQuestion:
        """The question itself, after every field was looked at.

        Raises:
            InputError: With every field that cannot be used.
        """
        from countermeasure.scenario.whole import story_names

        faults = []
        for name, text in (("on", self.on), ("known_on", self.known_on)):
            if text or name == "on":
                try:
                    parse_day(text)
                except ValueError as error:
                    faults.append(f"{name}: {error}")
        if self.reading not in ("text", "announced", "both"):
            faults.append(f"reading: {self.reading!r} is not known; use text, announced or both")
        if not (self.within.isascii() and self.within.isdigit() and int(self.within[:6]) <= WITHIN[1]):
            faults.append(f"within: {self.within[:20]!r} cannot be used; write a number of days up to {WITHIN[1]}")
        if len(self.scenarios) > MOST:
            faults.append(f"scenarios: {len(self.scenarios)} are more than the {MOST} that are run here")
        faults += [f"scenarios: there is no {name[:60]!r}" for name in self.scenarios if name not in story_names()]
        if faults:
            raise InputError(faults[0], code="bad_question", faults=faults[1:], cure="Mend these fields.")
        return self

    def asking(self, portfolio: Portfolio, source: str = "") -> Asking:
        """The question as the brief takes it."""
        from countermeasure.io.brief.build import Asking
        from countermeasure.io.scenario_inputs import parts_folder

        known = self.known_on or None
        return Asking(
            portfolio, parse_day(self.on), source, known, self.reading, self.scenarios, int(self.within), cache=parts_folder()
        )


@dataclass(frozen=True, slots=True)
class BriefFound:
    """A brief on a page.

    Attributes:
        brief: The brief.
        question: What was asked.
        source: Name of the portfolio's file; empty for the shipped example.
        faults: What is wrong with the file, or worth saying.
    """

    brief: Brief
    question: BriefQuestion
    source: str = ""
    faults: tuple[Fault, ...] = field(default=())

    @property
    def inner(self) -> str:
        """The brief as a part of a page; made by the brief's own writer, which escapes what it is given."""
        from countermeasure.io.brief.html import brief_main

        found = _STYLE.sub("", brief_main(self.brief))
        for old, new in _LANDMARKS:
            found = found.replace(old, new)
        return found

    @property
    def fault_sheet(self) -> Sheet:
        """Faults of the file."""
        rows = tuple((f.file, f.row, f.column, f.message, f.cure, f.severity) for f in self.faults)
        return Sheet("faults", "What is wrong with the file, or worth saying", _FAULTS, rows)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return self.brief.to_json() | {"faults": [fault.to_json() for fault in self.faults]}

    def sheets(self) -> Sequence[Sheet]:
        """All tables of the brief, then faults of the file."""
        from countermeasure.io.brief.workbook import brief_sheets

        found = [
            Sheet(name, name, tuple(columns), tuple(tuple(row[c] for c in columns) for row in rows))
            for name, (columns, rows) in brief_sheets(self.brief).items()
        ]
        return [*found, self.fault_sheet]


_FAULTS = ("sheet", "row", "column", "what", "cure", "severity")


def style() -> str:
    """Style sheet of a brief inside a page: the rules of its own document, for what stands in it alone."""
    from countermeasure.brief.model import Brief, FirstPage
    from countermeasure.io.brief.html import brief_html

    blank = Brief("", "", 0, None, 0, FirstPage((), (), (), (), (), (), ()))
    rules = _STYLE.search(brief_html(blank))
    return f".brief {{ --mark: var(--accent); {'' if rules is None else rules.group(1)} }}"


# ------------------------------------------------------------------------------------------------ making


def example(held: Held) -> Portfolio:
    """The shipped portfolio."""
    from countermeasure.io.portfolio import shipped_portfolio

    return held.thing(("portfolio",), shipped_portfolio)


def first_brief(held: Held, question: BriefQuestion) -> BriefFound:
    """The brief of the shipped example as the law stands, without scenarios; kept warm.

    Raises:
        InputError: With every field that cannot be used.
    """
    from countermeasure.brief.findings import Engines
    from countermeasure.io.brief.build import law_now, whole_brief

    asked = replace(question.checked(), scenarios=())

    def make() -> BriefFound:
        engines = Engines(held.duty(asked.known_on, asked.reading), held.license(asked.known_on, asked.reading))
        asking = asked.asking(example(held))
        return BriefFound(whole_brief(asking, law_now(asking, engines)), asked)

    return held.thing(("brief first", asked), make)


def start_brief(held: Held, question: BriefQuestion, upload: Upload | None = None) -> Job:
    """Ask for a whole brief.

    Raises:
        InputError: If a field cannot be used, or nothing of the file can be read.
        Refused: If too many runs wait.
    """
    question.checked()
    inputs = {name: getattr(question, name) for name in question.__dataclass_fields__}
    name, content = ("", b"") if upload is None else (upload.name, upload.content)
    if upload is not None:
        _read(name, content)  # what cannot be used is told before the run
    title = f"Brief of {name or 'the shipped example'}"
    return held.jobs.start("brief", RUN, inputs | {"name": name, "content": content}, title=title, then="/brief?run={id}")


def begun(held: Held, question: BriefQuestion) -> bool:
    """Whether a run of the shipped example was begun for a question."""
    return held.has(("brief run", question))


def example_job(held: Held, question: BriefQuestion) -> Job | None:
    """The run of the shipped example for a question, begun if there is none; ``None`` where too many wait."""
    key = ("brief run", question.checked())
    try:
        return held.jobs.job(held.thing(key, lambda: start_brief(held, question).id))
    except NotFoundError:
        return start_brief(held, question)
    except Refused:
        return None


def _read(name: str, content: bytes) -> tuple[Portfolio, tuple[Fault, ...]]:
    """A portfolio from a file, and what is wrong with it."""
    from countermeasure.io.portfolio import UPLOAD, read_portfolio

    read = read_portfolio(name, content=content, limits=UPLOAD)
    if not read.portfolio.shipments and not read.portfolio.stocks:
        said = [str(fault) for fault in read.errors]
        raise InputError(
            "nothing is left of the portfolio to be asked about: no shipment and no stock",
            code="empty_portfolio",
            where=name,
            cure="Mend what is named; the template is a file to fill.",
            faults=said[:30],
        )
    return read.portfolio, read.faults


def run_brief(
    progress: Callable[[float, str], None],
    *,
    on: str,
    known_on: str,
    reading: str,
    within: str,
    scenarios: tuple[str, ...],
    name: str,
    content: bytes,
) -> BriefFound:
    """Write a whole brief; called in a process of its own. An empty name means the shipped example."""
    from countermeasure.io.brief.build import law_now, whole_brief
    from countermeasure.io.portfolio import shipped_portfolio

    question = BriefQuestion(on, known_on, reading, within, scenarios)
    faults: tuple[Fault, ...] = ()
    progress(0.05, "portfolio")
    if name:
        portfolio, faults = _read(name, content)
    else:
        portfolio = shipped_portfolio()
    asking = question.asking(portfolio, name)
    progress(0.15, "law, duties, licenses")
    law = law_now(asking)

    def tell(what: str, at: int, of: int) -> None:
        share = at / max(of, 1) if what == "scenarios" else 0.0
        progress(0.35 + 0.6 * share, f"{what}, {at} of {of}")

    progress(0.35, "scenarios")
    return BriefFound(whole_brief(asking, law, progress=tell), question, name, faults)


def brief_of_run(held: Held, run: str) -> BriefFound:
    """The brief that a run wrote.

    Raises:
        NotFoundError: If there is no such run, it is not done, or it was of something else.
    """
    found = held.jobs.result(run)
    if not isinstance(found, BriefFound):
        raise NotFoundError("this run was of something else", code="other_run", cure="Look at the list of runs.")
    return found


def file_of(found: BriefFound, form: str) -> tuple[bytes, str, str]:
    """Content, media type and name of a file of a brief.

    Raises:
        NotFoundError: If there is no such form, or no browser that prints a PDF.
        InputError: If a browser did not print.
    """
    from countermeasure.io.brief.files import brief_bytes

    if form not in FORMS:
        raise NotFoundError(f"a brief is not written as {form[:20]!r}", code="unknown_format", cure=f"Use {', '.join(FORMS)}.")
    return brief_bytes(found.brief, form), FORMS[form][0], f"brief-{found.question.on}.{form}"
