"""Texts of the press: read from files of several kinds, and written as a folder of tables, drafts and a page."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.report_folder import made_folder, write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section
from countermeasure.press.drafts import no_draft
from countermeasure.press.model import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Account, Check, Found

__all__ = [
    "MOST_BYTES",
    "VERDICT_WORDS",
    "plain_text",
    "press_json",
    "press_sheets",
    "read_source",
    "summary",
    "verdict_words",
    "write_press",
]

MOST_BYTES = 2_000_000
"""Largest file that is read."""
SUFFIXES = (".txt", ".md", ".html", ".htm", "")
VERDICT_WORDS = {"agrees": "agrees", "disagrees": "differs", "not_in_book": "not in the book", "cannot_tell": "cannot be told"}
"""Verdicts for a person."""
_MANY = {"agrees": "agree", "disagrees": "differ", "not_in_book": "are not in the book", "cannot_tell": "cannot be told"}
_ONE = {"not_in_book": "is not in the book"}
LIMITS = (
    "Rules and word lists read the text; they miss much that a person would see; what is not found may be there.",
    "A text that agrees with the book is not thereby true, and one that differs is not thereby false: read both sources.",
    "Only what a sentence asserts of a measure is compared. Plans, threats, demands and questions are told and not compared.",
    "Nothing is written into the book.",
)
_SKIPPED = frozenset(
    ("script", "style", "template", "noscript", "svg", "head", "iframe", "object", "nav", "footer", "form", "button")
)
_BLOCKS = frozenset(
    (
        "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "section", "article", "header",
        "main", "blockquote", "figure", "figcaption", "title", "dd", "dt", "dl", "hr", "pre", "td", "th",
    )
)  # fmt: skip
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed"))


def read_source(name: str) -> tuple[str, str]:
    """Read a text.

    Args:
        name: A file (.txt, .md, .html), or ``-`` for standard input.

    Returns:
        The plain text, and a name for messages and files.

    Raises:
        NotFoundError: If there is no such file.
        InputError: If it is too large, a PDF, another format, or holds no readable text.
    """
    if name == "-":
        return plain_text(sys.stdin.buffer.read(MOST_BYTES + 1), "text", ""), "text"
    path = Path(name)
    if not path.is_file():
        raise NotFoundError(
            "there is no such file", code="file_not_found", where=name, cure="Give a text file, or - for input."
        )
    with path.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    return plain_text(data, path.name, path.suffix.lower()), path.name


def plain_text(data: bytes, name: str, suffix: str = "") -> str:
    """Turn the bytes of a file into plain text.

    Args:
        data: Its bytes.
        name: For messages.
        suffix: Of the file name; HTML is known by its content too.

    Raises:
        InputError: See ``read_source``.
    """
    if len(data) > MOST_BYTES:
        raise InputError(
            f"the text is larger than {MOST_BYTES // 1_000_000} MB",
            code="long_text",
            where=name,
            cure="Cut it to the part that matters.",
        )
    if data[:5] == b"%PDF-" or suffix == ".pdf":
        raise InputError(
            "this is a PDF, which is not read",
            code="pdf",
            where=name,
            cure="Copy its text into a .txt file, or pipe it in with -.",
        )
    if data[:2] == b"PK" or suffix in (".docx", ".doc", ".odt", ".rtf", ".epub"):
        raise InputError(
            "this is a document of a word processor, which is not read",
            code="bad_format",
            where=name,
            cure="Save it as plain text.",
        )
    if suffix not in SUFFIXES:
        raise InputError(
            f"files {suffix} are not read as text",
            code="unknown_format",
            where=name,
            cure="Use .txt, .md or .html, or - for input.",
        )
    text = _decoded(data, name)
    if suffix in (".html", ".htm") or re.match(r"\s*(?:<!doctype html|<html)", text, re.IGNORECASE):
        text = _without_tags(text)
    return re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text.replace("\r\n", "\n")
    )


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 with a mark, else what the page declares, else Chinese or Western European."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if data[:400].count(b"\x00") > 2:
        raise InputError("this is no text", code="bad_format", where=name, cure="Give a text file.")
    declared = re.search(rb"charset=[\"']?([\w-]{2,20})", data[:2000])
    tried = ["utf-8-sig", declared[1].decode("ascii", "replace") if declared else "", "gb18030", "cp1252"]
    for encoding in filter(None, tried):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


class _Text(HTMLParser):
    """Text of a page without scripts and styles; blocks become lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block or a hidden part."""
        del attrs
        if tag in _SKIPPED and tag not in _VOID:
            self._hidden.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        """Close it; a tag that was never closed hides nothing after the one around it is."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _without_tags(text: str) -> str:
    reader = _Text()
    reader.feed(text)
    reader.close()
    return re.sub(r"\n\s*\n\s*", "\n\n", "".join(reader.parts)).strip()


# --------------------------------------------------------------------------------------------------------------- outputs


def _what(found: Found) -> str:
    """A find's kind with its role, for a person."""
    return f"{found.kind}: {found.role}" if found.role and found.kind in ("day", "rate") else found.kind


def verdict_words(check: Check) -> str:
    """A verdict for a person; what is not asserted is not compared."""
    return VERDICT_WORDS[check.verdict] if check.claim.mood in ("said", "not") else "not asserted, not compared"


def press_sheets(account: Account) -> list[Sheet]:
    """Tables: what was found, the claims, what the book does not hold."""
    texts = [one.text for one in account.sentences]
    found = Sheet(
        "found",
        "What was found",
        ("sentence", "start", "end", "kind", "role", "words", "value", "links", "note"),
        tuple(
            (
                f.sentence + 1,
                f.start,
                f.end,
                f.kind,
                "" if f.kind == "event" else f.role,
                f.words,
                f.value,
                " ".join(f.links),
                f.note,
            )
            for f in account.found
        ),
    )
    claims = Sheet(
        "claims",
        "What is said of measures, and the book",
        (
            "sentence",
            "act",
            "measure",
            "mood",
            "rate",
            "from",
            "until",
            "verdict",
            "differs_on",
            "reading",
            "book",
            "citations",
            "text",
        ),
        tuple(_claim_row(check, texts) for check in account.checks),
    )
    unknown = Sheet("unknown", "What the book does not hold", ("words", "reason"), account.unknown)
    return [found, claims, unknown]


def _claim_row(check: Check, texts: Sequence[str]) -> tuple[Any, ...]:
    claim = check.claim
    start = claim.start if claim.start is not None else claim.on[-1] if claim.on else None
    return (
        claim.sentence + 1,
        claim.act,
        claim.measure,
        claim.mood,
        claim.rate if claim.rate is not None else claim.points,
        _day(start),
        _day(claim.until),
        check.verdict,
        " ".join(check.how),
        check.reading,
        check.words,
        "; ".join(check.citations),
        texts[claim.sentence],
    )


def _day(day: int | None) -> str | None:
    return None if day is None else format_day(day)


def summary(account: Account) -> str:
    """The answer in a sentence or two."""
    counts = {verdict: len(account.of(verdict)) for verdict in VERDICTS}
    if not account.claims:
        kinds = ", ".join(f"{n} of kind {kind}" for kind, n in account.counts().items() if n)
        return f"No claim about a measure was found; found were {kinds or 'no names of the field'}."
    loose = sum(one.mood not in ("said", "not") for one in account.claims)
    counts["cannot_tell"] -= loose
    told = ", ".join(f"{n} {_MANY[v] if n != 1 else _ONE.get(v, VERDICT_WORDS[v])}" for v, n in counts.items() if n)
    if loose:
        told += (
            f"{', ' if told else ''}{loose} {'is' if loose == 1 else 'are'} supposed, threatened or asked for and not compared"
        )
    return f"{plural(len(account.claims), 'claim')} about measures: {told}."


def press_json(account: Account) -> dict[str, Any]:
    """The account as one JSON object."""
    return {
        "text": account.name,
        "dated": _day(account.dated),
        "dated_by": account.dated_by or None,
        "known_on": _day(account.known_on),
        "answer": summary(account),
        "sentences": [{"sentence": s.place + 1, "start": s.start, "text": s.text} for s in account.sentences],
        **{sheet.name: sheet.records() for sheet in press_sheets(account)},
        "notes": list(account.notes),
        "limits": list(LIMITS),
        "drafts": [
            {"file": d.name, "what": d.what, "open": list(d.open), "faults": list(d.faults), "text": d.text}
            for d in account.drafts
        ],
        "no_draft": no_draft(account) or None,
        "run": dict(account.stamp),
    }


def write_press(folder: Path, account: Account) -> list[Path]:
    """Write tables, drafts, JSON and a page into a folder, made if it is not there.

    Returns:
        The files: tables, JSON, page, drafts.

    Raises:
        InputError: If the folder cannot be made or written.
    """
    sheets = press_sheets(account)
    files = write_report(
        folder, sheets=sheets, pictures={}, meta=_meta(account), sections=_sections(account, sheets), found=press_json(account)
    )
    made_folder(folder)
    for draft in account.drafts:
        path = folder / draft.name
        try:
            path.write_text(draft.text, "utf-8")
        except OSError as error:
            raise InputError(
                f"the file cannot be written ({error.strerror})",
                code="unwritable",
                where=str(path),
                cure="Give another folder.",
            ) from None
        files.append(path)
    return files


def _meta(account: Account) -> Meta:
    dated = "not known" if account.dated is None else format_day(account.dated)
    basis = {"given": "given by the asker", "text": "found at the head of the text", "dateline": "its dateline"}.get(
        account.dated_by, "neither given nor found"
    )
    held = "all that was filed" if account.known_on is None else f"what was published by {format_day(account.known_on)}"
    return Meta(
        f"What a text says of trade controls: {account.name}",
        summary(account),
        f"{plural(len(account.sentences), 'sentence')}; {plural(len(account.found), 'find')}",
        [
            Assumption("Day of the text", dated, "D" if account.dated_by in ("text", "dateline") else "U", basis),
            Assumption("The book", held, "A", "each instrument carries its own source and confidence"),
            Assumption("Words of the field", "data/press", "B", "common usage, gathered by the project"),
        ],
        [*LIMITS, *account.notes],
        stamp=account.stamp,
        kind="A reading by rules, not legal advice.",
    )


def _sections(account: Account, sheets: Sequence[Sheet]) -> list[Section]:
    texts = [one.text for one in account.sentences]
    rows: dict[str, list[tuple[str, ...]]] = {verdict: [] for verdict in VERDICTS}
    for check in account.checks:
        claim = check.claim
        named = f"{claim.act.replace('_', ' ')} {claim.measure} ({claim.mood})"
        rows[check.verdict].append((texts[claim.sentence], named, check.words, "; ".join(check.citations)))
    heads = {
        "disagrees": "Where text and book differ",
        "not_in_book": "What the book does not know",
        "agrees": "Where they agree",
        "cannot_tell": "What cannot be told",
    }
    sections = [
        Section(title, "", "", Grid(("sentence", "claim", "the book", "citations"), rows[verdict]))
        for verdict, title in heads.items()
        if rows[verdict]
    ]
    found = [(texts[f.sentence], _what(f), f.words if f.kind != "event" else "", f.value, f.note) for f in account.found]
    sections.append(Section("What was found", "", "", Grid(("sentence", "kind", "words", "meaning", "note"), _once(found))))
    if account.unknown:
        sections.append(Section(sheets[2].title, "", "", Grid(("words", "reason"), account.unknown)))
    if account.drafts:
        left = [(d.name, d.what, one) for d in account.drafts for one in (d.open or ("nothing",))]
        sections.append(Section("Drafts, and what is left to fill in", "", "", Grid(("file", "what", "to fill in"), left)))
    else:
        sections.append(Section("Drafts", no_draft(account)))
    return sections


def _once(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A sentence stands beside its first find only."""
    kept, last = [], None
    for row in rows:
        kept.append(("", *row[1:]) if row[0] == last else row)
        last = row[0]
    return kept
