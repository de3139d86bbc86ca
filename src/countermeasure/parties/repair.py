"""Repairs of what official lists print: names with their aliases inside, addresses in a heap, stray signs, odd days.

Each repair is a pure function that gives the mended value and says in a few words what was done; the importer writes those
words on the entry. Nothing is thrown away: text that is taken out of a name becomes an alias, an address or part of the
note.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError
from countermeasure.parties.kinds import is_organised
from countermeasure.parties.lists import fold
from countermeasure.parties.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Named", "add_aliases", "day_of", "mend_name", "split_addresses", "split_aliases", "tidy"]

_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2028-\u202e\u2060\u00ad]|[\x00-\x08\x0b\x0c\x0e-\x1f]")
_C1 = re.compile("[\x80-\x9f]")
_SPACES = re.compile(r"\s+")


def tidy(text: str) -> str:
    """Text in composed form, with single spaces and no invisible signs; Windows-1252 read as Latin-1 is mended."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    text = _C1.sub(lambda m: bytes([ord(m.group())]).decode("cp1252", "ignore"), text)
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


# --- names ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """A name taken apart.

    Attributes:
        name: The name alone.
        aliases: Names that stood inside it.
        weak: Names that the list calls weak, and acronyms of at most five letters.
        kind: What it is, where the name itself says so, else ``unknown``.
        notes: What was repaired.
    """

    name: str
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN
    notes: tuple[str, ...] = ()


_SUCCESSOR = re.compile(
    r"[\s,;]*\b(?:and|including)\s+(?:any|its|all)\s+(?:successors?|sub-?units?|subsidiar(?:y|ies))\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_WHO = re.compile(
    r"\s*\(\s*[A-Za-z ]{2,30}?\s(entity|entities|national|nationals|individual|person|citizen)\s*\)", re.IGNORECASE
)
_AKA_WORD = (
    r"(?:(?:also|formerly|now|previously)\s+known\s+as|a\.?\s?k\.?\s?a\.?s?|f\.?\s?k\.?\s?a\.?|n\.?\s?k\.?\s?a\.?"
    r"|d\.?\s?/?\s?b\.?\s?/?\s?a\.?|doing business as)"
)
_AKA_PAREN = re.compile(rf"\s*[(\[]\s*{_AKA_WORD}[\s:,]+([^()\[\]]+)[)\]]", re.IGNORECASE)
_AKA_OPEN = re.compile(rf"\s*(?:[,;]\s*|\s-+\s*|-+\s*|\s)(?<![A-Za-z]){_AKA_WORD}(?![A-Za-z])[\s:,-]+(\S.*)$", re.IGNORECASE)
_QUESTION = re.compile(r"\?")
_IN_WORD = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_A-Z])")
_STOP = re.compile(r"(?<=[^\W\d_]{3})\.$")
_ABBREVIATIONS = (
    "co corp inc ltd llc llp plc bros intl int'l mfg assoc dept inst univ tech pty pte sdn bhd sa ag gmbh est jsc"
    " etc dr jr sr st kft srl doo ooo ind"
    " eng elec grp lim sci dev trdg cia ltda cie sti şti nat man reg san tic fze fzc dmcc zoo lda spol"
)
_ABBREVIATED = re.compile(rf"\b(?:{'|'.join(_ABBREVIATIONS.split())})\.$", re.IGNORECASE)
_TAIL_ACRONYM = re.compile(r"^(.{6,}?)\s*\(\s*([A-Z][A-Z0-9&.-]{1,11}(?:\s\d{1,4})?)\s*\)$")
_TAIL_WORD = re.compile(r"^(.{6,}?)\s*\(\s*([^\W\d_][\w-]{2,20})\s*\)$")
_PLACES = frozenset(
    {"HK", "USA", "US", "UK", "UAE", "PRC", "ROC", "DPRK", "ROK", "EU", "PVT", "SEA", "SZ", "BJ", "SH", "M", "HKG"}
)
_WEAK = re.compile(r"[A-Z&.-]{2,9}")
_LEGAL_PIECES = (
    r"inc incorporated ltd limited llc l\.l\.c llp lp co company corp corporation gmbh ag sa s\.a nv n\.v bv b\.v"
    r" pte pty plc jsc ojsc zao oao ooo fze fzco"
    " jr sr ii iii"
)
_LEGAL_PIECE = re.compile(rf"^(?:{'|'.join(_LEGAL_PIECES.split())})\b\.?", re.IGNORECASE)


def mend_name(text: str) -> Named:
    """Take a name apart.

    Repairs: ``; and any successor, sub-unit, or subsidiary thereof``; ``(PRC entity)`` and ``(Russian national)``;
        ``a.k.a.`` in
    the name, in brackets or not; question marks that stand for lost quotation marks; a full stop after a whole word; an acronym
    in brackets at the end, which becomes a name of its own.

    Args:
        text: As the list prints it.

    Returns:
        The name and what was taken out of it; the name is never empty unless ``text`` was.
    """
    name = tidy(text)
    notes = ["spaces or signs mended"] if name != text.strip() else []
    kind = Kind.UNKNOWN
    aliases: list[str] = []
    if shorter := _cut(name, _SUCCESSOR):
        notes.append("the list adds successors, sub-units and subsidiaries")
        name = shorter
    if who := _WHO.search(name):
        kind = Kind.ENTITY if who.group(1).lower().startswith("entit") else Kind.PERSON
        notes.append(f"the list says {who.group().strip().strip('()')}")
        name = (name[: who.start()] + name[who.end() :]).strip() or name
    if len(name) > 4:
        name, inside = _take_akas(name)
        if inside:
            aliases += inside
            notes.append("other names stood in the name")
    if "?" in name:
        name = _unquestion(name)
        notes.append("question marks stood for lost signs")
    if _STOP.search(name) and not _ABBREVIATED.search(name):
        name = name[:-1]
        notes.append("full stop taken off")
    name = name.rstrip(" ,;") or tidy(text)
    weak: list[str] = []
    acronym = _TAIL_ACRONYM.match(name)
    if acronym and acronym.group(2) not in _PLACES:
        aliases.append(acronym.group(1))
        (weak if _is_weak(acronym.group(2)) else aliases).append(acronym.group(2))
    elif (again := _TAIL_WORD.match(name)) and fold(again.group(2)) in fold(again.group(1)):
        aliases.append(again.group(1))
    return Named(name, tuple(aliases), tuple(weak), kind, tuple(notes))


def _cut(name: str, pattern: re.Pattern[str]) -> str:
    """The name without its tail, or empty where there is no such tail."""
    found = pattern.search(name)
    return name[: found.start()].strip() if found and found.start() > 0 else ""


def _take_akas(name: str) -> tuple[str, list[str]]:
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        found.extend(_pieces(match.group(1)))
        return " "

    rest = tidy(_AKA_PAREN.sub(take, name))
    if not rest:
        return name, []
    if (more := _AKA_OPEN.search(rest)) and more.start() > 0:
        found.extend(_pieces(more.group(1)))
        rest = rest[: more.start()]
    return (rest.strip(" ,;-") or name), [f for f in found if f]


def _pieces(text: str) -> list[str]:
    """Names that are parted by semicolons, or by commas where these do not go before a legal form."""
    text = re.sub(rf"(?<![A-Za-z]){_AKA_WORD}(?![A-Za-z])", ";", text, flags=re.IGNORECASE)
    if ";" in text:
        return [p for p in (_bare(p) for p in text.split(";")) if p]
    if text.count(",") == 1 and not is_organised(text):
        return [p for p in [_bare(text)] if p]
    pieces: list[str] = []
    for piece in text.split(","):
        if pieces and _LEGAL_PIECE.match(piece.strip()):
            pieces[-1] += f",{piece}"
        else:
            pieces.append(piece)
    return [p for p in (_bare(p) for p in pieces) if p]


def _bare(piece: str) -> str:
    return re.sub(r"^and\s+", "", piece.strip(" ,-\"'“”"), flags=re.IGNORECASE)


def _unquestion(text: str) -> str:
    """Lost signs: an apostrophe inside a word, else quotation marks, which are left out."""
    return tidy(_QUESTION.sub(" ", _IN_WORD.sub("'", text)))


def _is_weak(name: str) -> bool:
    """Whether a name is an acronym of at most five letters."""
    letters = sum(c.isalpha() for c in name)
    return letters <= 5 and bool(_WEAK.fullmatch(name)) and letters == sum(c not in "&.-" for c in name)


def split_aliases(cell: str, separator: str = ";") -> tuple[list[str], list[str]]:
    """Take a cell of several names apart.

    Args:
        cell: As the list prints it.
        separator: What parts the names.

    Returns:
        The names, and what was repaired: a leading ``and`` (the last of an enumeration), question marks, a full stop.
    """
    if not cell:
        return [], []
    names: list[str] = []
    notes: list[str] = []
    for piece in cell.split(separator):
        name = tidy(piece)
        if name[:4].lower() == "and " and len(name) > 5:
            name = name[4:]
            notes.append("'and' taken off an alias")
        if "?" in name:
            name = _unquestion(name)
            notes.append("question marks stood for lost signs")
        if name[-1:] == "." and _STOP.search(name) and not _ABBREVIATED.search(name):
            name = name[:-1]
            notes.append("full stop taken off")
        name = name.strip(" ,;")
        if name:
            names.append(name)
    return names, notes


def add_aliases(named: Named, names: Iterable[str], weak: Iterable[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Strong and weak aliases of an entry, each once and none equal to its name.

    Args:
        named: The name, with what stood inside it.
        names: Aliases of the list.
        weak: Aliases that the list itself calls weak.
    """
    seen = {fold(named.name)}
    strong_found: list[str] = []
    weak_found: list[str] = []
    listed_weak = {*weak, *named.weak}
    for name in (*named.aliases, *names, *named.weak, *weak):
        key = fold(name)
        if not key or key in seen:
            continue
        seen.add(key)
        (weak_found if name in listed_weak or _is_weak(name) else strong_found).append(name)
    return tuple(strong_found), tuple(weak_found)


# --- addresses -------------------------------------------------------------------------------------------------------------

_NEXT = re.compile(r";\s*(?:and\s+)?", re.IGNORECASE)
_CODE = re.compile(r"(?:^|,\s*)([A-Z]{2})$")


def split_addresses(cell: str) -> tuple[list[str], list[str], list[str]]:
    """Take a cell of several addresses apart.

    Args:
        cell: Addresses parted by ``;`` or ``; and``, each perhaps with a country code at its end.

    Returns:
        The addresses (a lone country code is none), their country codes, each once, and what was repaired.
    """
    if not cell:
        return [], [], []
    addresses: list[str] = []
    codes: list[str] = []
    pieces = [tidy(piece) for piece in _NEXT.split(cell)]
    for piece in pieces:
        found = _CODE.search(piece)
        if found and found.group(1) not in codes:
            codes.append(found.group(1))
        if piece and not (found and found.start() == 0):
            text = piece.rstrip(" ,")
            if text and text not in addresses:
                addresses.append(text)
    return addresses, codes, ["several addresses in one cell"] if len(addresses) > 1 else []


# --- days ------------------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2,4})")
_WORDS = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ -](\d{4})|([A-Za-z]{3})[a-z]*\.? (\d{1,2}), (\d{4})")
_MONTH_WORDS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {m: i for i, m in enumerate(_MONTH_WORDS, start=1)}


def day_of(text: str) -> tuple[int | None, str]:
    """Read a day of a listing.

    Years before 100 (``0017-05-26``) are read as of 2017 or, above 70, of the last century.

    Args:
        text: ``YYYY-MM-DD``, ``M/D/YYYY``, ``16 Jul 2014``, ``June 21, 2022`` or empty.

    Returns:
        Days since 1970-01-01, or ``None``, and what was repaired or could not be read.
    """
    text = text.strip()
    if not text:
        return None, ""
    found = _numbers(text)
    if found is None:
        return None, f"day {text!r} cannot be read"
    year, month, day = found
    note = ""
    if year < 100:
        year += 1900 if year > 70 else 2000
        note = f"year of {text!r} read as {year}"
    try:
        return parse_day(f"{year:04d}-{month:02d}-{day:02d}"), note
    except CodeError:
        return None, f"day {text!r} cannot be read"


def _numbers(text: str) -> tuple[int, int, int] | None:
    if m := _ISO.match(text):
        return int(m.group(1)), int(m.group(2)), int(m.group(3))
    if m := _US.match(text):
        return int(m.group(3)), int(m.group(1)), int(m.group(2))
    if m := _WORDS.match(text):
        day, word, year = (m.group(1), m.group(2), m.group(3)) if m.group(1) else (m.group(5), m.group(4), m.group(6))
        month = _MONTHS.get(word.lower())
        return (int(year), month, int(day)) if month else None
    return None
