"""Numbers of acts and headings in a sentence, and the instruments and provisions of the book that bear them.

What can be cited is read from the citations of the book itself, so a new instrument is understood as soon as it is filed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.book.load import Book

__all__ = ["Citations", "Cited", "citations_of"]

Key = tuple[str, int, int]
"""Series, year (0 where numbers run on), number."""


class Cited(NamedTuple):
    """A number in a sentence.

    ``start`` and ``end`` are offsets, ``words`` what stands there, ``key`` an instrument, a heading or a code of an item, empty
    where the book has no such number; ``links`` are what it means in the book.
    """

    start: int
    end: int
    words: str
    key: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Citations:
    """What can be cited.

    Attributes:
        numbers: Instruments by series, year and number.
        headings: Provisions by heading of chapter 98 or 99.
        items: Names of control lists by code of an item.
        acting: Instruments that impose nothing, so that they are what acts and not what is acted on.
    """

    numbers: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    headings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    items: dict[str, tuple[str, ...]] = field(default_factory=dict)
    acting: frozenset[str] = frozenset()

    def cited(self, text: str, year: int | None, *, context: bool) -> list[Cited]:
        """Numbers of acts, headings and items in a sentence.

        Args:
            text: The sentence.
            year: Year of the text; numbers of announcements without a year are taken from it or from the year before.
            context: Whether announcements are spoken of shortly before, so that a bare ``No. 61`` is one.
        """
        found = [*self._runs(text), *self._headings(text), *self._items(text)]
        found += self._announcements(text, year, context)
        kept: list[Cited] = []
        for one in sorted(found, key=lambda c: (c.start, -c.end)):
            if not kept or one.start >= kept[-1].end or one[:2] == kept[-1][:2]:
                kept.append(one)
        return kept

    def _runs(self, text: str) -> Iterator[Cited]:
        """Orders and proclamations, whose numbers run on, and pages of the Federal Register."""
        for series, pattern in (("eo", _ORDER), ("proc", _PROCLAMATION)):
            for hit in pattern.finditer(text):
                for start, end, number in _numbers(text, hit.start("list"), hit.end("list")):
                    first = hit.start() if start == hit.start("list") else start
                    yield self._at(text, first, end, (series, 0, number))
        for hit in _REGISTER.finditer(text):
            yield self._at(text, hit.start(), hit.end(), ("fr", int(hit[1]), int(hit[2].replace(",", ""))))
        for hit in _DOCUMENT.finditer(text):
            yield self._at(text, hit.start(), hit.end(), ("doc", int(hit[1]), int(hit[2])))

    def _headings(self, text: str) -> Iterator[Cited]:
        for hit in re.finditer(r"(?<![\d.])9[89]\d\d\.\d\d\.\d\d(?![\d.]*\d)", text):
            yield Cited(hit.start(), hit.end(), hit[0], hit[0], self.headings.get(hit[0], ()))

    def _items(self, text: str) -> Iterator[Cited]:
        for hit in re.finditer(r"(?<![\w.])\d[A-E]\d{3}(?:\.[a-z0-9]{1,2})*(?![\w])", text):
            links = self.items.get(hit[0]) or tuple(
                n for code, names in self.items.items() if code.startswith(hit[0] + ".") for n in names
            )
            yield Cited(hit.start(), hit.end(), hit[0], hit[0], tuple(dict.fromkeys(links)))

    def _announcements(self, text: str, year: int | None, context: bool) -> Iterator[Cited]:
        """Announcements of ministries, by number and year."""
        told = context or bool(_SPEAKS.search(text))
        for hit in _ANNOUNCED.finditer(text):
            stated = next((int(hit[name]) for name in ("y1", "y2", "y3") if hit[name]), None)
            if not (told or (stated and hit["list"])):
                continue
            series = _series(text, hit.start())
            for start, end, number in _numbers(text, hit.start("list"), hit.end("list")):
                first, last = (hit.start() if start == hit.start("list") else start), end
                yield self._dated(text, first, last, series, stated, year, number)
        for hit in _HAN.finditer(text):
            stated = int(hit["y"]) if hit["y"] else None
            yield self._dated(text, hit.start(), hit.end(), _series(text, hit.start()), stated, year, int(hit["n"]))

    def _dated(
        self, text: str, start: int, end: int, series: tuple[str, ...], stated: int | None, year: int | None, number: int
    ) -> Cited:
        """A number of an announcement; the year said, else the nearest year that has the number."""
        years = [stated] if stated else [] if year is None else [year, year - 1]
        for one in years:
            for name in series:
                if (name, one, number) in self.numbers:
                    return self._at(text, start, end, (name, one, number))
        if not stated and year is None:
            held = {key for key in self.numbers if key[0] in series[:1] and key[2] == number}
            if len(held) == 1:
                return self._at(text, start, end, held.pop())
        return Cited(start, end, text[start:end], "", ())

    def _at(self, text: str, start: int, end: int, key: Key) -> Cited:
        held = self.numbers.get(key, ())
        return Cited(start, end, text[start:end], held[0] if held else "", held)


_LIST = r"(?P<list>\d{1,5}(?:(?:\s*(?:,|and|&|or|to|through|-|–)\s*)+(?:Nos?\.?\s*)?\d{1,5})*)"
_ORDER = re.compile(rf"\b(?:Executive Orders?|E\.?O\.?s?)\s*(?:Nos?\.?\s*)?{_LIST.replace('{1,5}', '{5}')}", re.IGNORECASE)
_PROCLAMATION = re.compile(rf"\bProc(?:lamations?|\.)\s*(?:Nos?\.?\s*)?{_LIST.replace('{1,5}', '{4,5}')}", re.IGNORECASE)
_REGISTER = re.compile(r"\b(\d{2})\s*(?:FR|Fed\. Reg\.|F\.R\.)\s*(\d{1,3},?\d{3}|\d{3,5})\b")
_DOCUMENT = re.compile(r"\bFR(?: Doc\.?)?\s*(20\d\d)-(\d{4,6})\b")
_ANNOUNCED = re.compile(
    r"(?:(?:\b(?P<kind>Announcements?|Notices?|Orders?|Decrees?)\s*)?(?:[\[(]?(?P<y1>20\d\d)[\])]?\s*,?\s*)?\bNos?\.?\s*"
    rf"|\bAnnouncements?\s+){_LIST}(?:\s*(?:of|,|\()\s*(?P<y2>20\d\d)\)?|\s*\[(?P<y3>20\d\d)\])?",
    re.IGNORECASE,
)
_HAN = re.compile(r"(?:公告|令)?(?:[〔\[（(]?(?P<y>20\d\d)[〕\])）]?年?)?第(?P<n>\d{1,3})号")
_SPEAKS = re.compile(
    r"\b(?:announcements?|MOFCOM|GACC?|commission|mechanism|ministry of commerce|commerce ministry)\b|公告", re.IGNORECASE
)
_TARIFF = re.compile(r"tariff commission|税委会", re.IGNORECASE)
_UNRELIABLE = re.compile(r"unreliable entity|不可靠实体", re.IGNORECASE)


def _series(text: str, at: int) -> tuple[str, ...]:
    """Whose announcements are meant, the likeliest first."""
    near = text[max(at - 90, 0) : at + 12]
    if _TARIFF.search(text[max(at - 90, 0) : at + 60]):
        return ("tc",)
    if _UNRELIABLE.search(near):
        return ("uel", "mofcom")
    if re.search(r"\border\b|令", text[max(at - 12, 0) : at + 12], re.IGNORECASE):
        return ("order",)
    return ("mofcom",)


def _numbers(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Numbers of a list with their offsets; ``55 to 58`` holds those between."""
    hits = list(re.finditer(r"\d{1,5}", text[start:end]))
    for n, hit in enumerate(hits):
        number = int(hit[0])
        between = text[start + hits[n - 1].end() : start + hit.start()] if n else ""
        if n and re.fullmatch(r"\s*(?:to|through|-|–)\s*(?:Nos?\.?\s*)?", between, re.IGNORECASE):
            first = int(hits[n - 1][0])
            if first < number <= first + 40:
                for inner in range(first + 1, number):
                    yield start + hits[n - 1].end(), start + hit.start(), inner
        yield start + hit.start(), start + hit.end(), number


def citations_of(book: Book) -> Citations:
    """What can be cited, from the citations of the book's instruments, the headings of its provisions, its control lists."""
    numbers: dict[Key, list[str]] = {}
    for one in book.instruments:
        for key in _keys(one.citation, one.issuer):
            numbers.setdefault(key, []).append(one.id)
    headings: dict[str, dict[str, None]] = {}
    for one in book.instruments:
        for act in one.acts:
            heading = act.changes.get("heading", "")
            if heading and act.kind in ("impose", "amend"):
                headings.setdefault(heading, {})[act.targets[0]] = None
    items: dict[str, dict[str, None]] = {}
    for name, listed in book.control_lists.items():
        for item in listed.items:
            if item.code:
                items.setdefault(item.code, {})[f"list:{name}"] = None
    acting = frozenset(one.id for one in book.instruments if one.acts and not any(a.kind == "impose" for a in one.acts))
    return Citations(
        {key: tuple(sorted(ids, key=lambda i: (len(i), i))) for key, ids in numbers.items()},
        {key: tuple(ids) for key, ids in headings.items()},
        {key: tuple(ids) for key, ids in items.items()},
        acting,
    )


def _keys(citation: str, issuer: str) -> Iterator[Key]:
    """Keys under which an instrument is cited."""
    for series, pattern in (("eo", r"Executive Orders? ((?:\d{5}(?: and )?)+)"), ("proc", r"Proclamations? (\d{4,5})")):
        for hit in re.finditer(pattern, citation):
            for number in re.findall(r"\d{4,5}", hit[1]):
                yield series, 0, int(number)
    for hit in _REGISTER.finditer(citation):
        yield "fr", int(hit[1]), int(hit[2].replace(",", ""))
    for hit in _DOCUMENT.finditer(citation):
        yield "doc", int(hit[1]), int(hit[2])
    if issuer == "CN":
        found = re.search(r"(?:Announcement|announcement|Order) \[?(20\d\d)\]? No\. (\d+)", citation)
        if found:
            series = "tc" if "Tariff Commission" in citation else "uel" if "Unreliable" in citation else "mofcom"
            yield ("order" if " Order " in citation else series), int(found[1]), int(found[2])
