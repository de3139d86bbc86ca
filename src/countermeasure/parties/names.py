"""From a name as written to the words that are compared.

A name becomes one form or several: its Latin words folded (case, marks, legal forms, abbreviations, numbers); Chinese words
both in English and in pinyin; other scripts in Latin letters. A form is a row of positions, each with the part it plays,
and of entries: a token together with the positions it stands for. Where a position can be written in several ways it has
several entries.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from countermeasure.parties import han
from countermeasure.parties.tables import ORDINALS, SHORTEST, Part, mended, rows, words

__all__ = ["Form", "fold", "forms", "skeleton"]

FEW = 6
"""Words of a name that may be a person's."""
LONGEST = 24
"""Positions of a form; what comes after is not compared."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way of reading a name.

    Attributes:
        parts: What each position does in the name, shape (n,).
        entries: Tokens with their first position and the one after their last.
        han: The Chinese text, simplified, without legal form; empty if there is none.
        glued: All words that are neither legal forms nor stop words, without spaces.
        joins: Neighbours as they are when written together by mistake, with their positions.
        initials: First letter of each position as written; empty for Chinese names.
    """

    parts: tuple[Part, ...]
    entries: tuple[tuple[str, int, int], ...]
    han: str = ""
    glued: str = ""
    joins: tuple[tuple[str, int], ...] = ()
    initials: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """First token of each position."""
        found: dict[int, str] = {}
        for token, start, _ in self.entries:
            found.setdefault(start, token)
        return tuple(found[place] for place in sorted(found))


_DOTTED = re.compile(r"(?<![^\W_]{2})(?<=[^\W_])\.(?=[^\W_](?![^\W_]))")
_QUOTES = re.compile(r"['`´’‘ʻʼʾʿ\"“”«»]+")
_TOKEN = re.compile(r"[a-z]+|\d+(?:st|nd|rd|th)?(?![a-z])|\d+")
_LEET = re.compile(r"(?<=[a-z])[01345679](?=[a-z])")
_LEET_LETTERS = str.maketrans("01345679", "oieasbtg"[:8])
_ALIAS = re.compile(
    r"\b(?:[afnd]\.?\s?/?[kb]\.?\s?/?a|t/a|also known as|formerly known as|doing business as|trading as)\b\.?:?\s*",
    re.IGNORECASE,
)
_LEGAL_HAN = re.compile(r"(?<=.)(?:股份|有限|责任|总?公司)+$")
_TAIL = re.compile(r"[;,]?\s+and any (?:successor|sub-unit|subsidiar).*$", re.IGNORECASE)
_ROMAN = {
    "ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15,
    "xvi": 16, "xvii": 17, "xviii": 18, "xix": 19, "xx": 20,
}  # fmt: skip
_PATRONYMIC = re.compile(r"..(?:[oe]vi?t?ch|[oe]vych|ovna|evna|ivna|ichna)$")
_UNIT = frozenset(["department", "office", "branch", "headquarters", "division", "subsidiary"])
_UNIT_OF = frozenset(
    [
        "import", "export", "sale", "procurement", "head", "main", "region", "representative", "marketing", "service", "and",
        "trading", "account",
    ]
)  # fmt: skip
_SHORT_FIRST = frozenset(
    [
        "oao",
        "zao",
        "pao",
        "ooo",
        "ao",
        "nao",
        "too",
        "tov",
        "pt",
        "jsc",
        "cjsc",
        "ojsc",
        "pjsc",
        "fgup",
        "fsue",
        "gup",
        "uab",
        "sia",
        "llc",
        "ltd",
        "inc",
        "cv",
    ]
)
_MIDDLE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff〇○]+")


def fold(text: str) -> str:
    """Lower-case ASCII of a text without Chinese characters; other scripts are written in Latin letters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if not text.isascii():
            from anyascii import anyascii

            text = anyascii(_spaced_hangul(text))
    return text.lower()


def _spaced_hangul(text: str) -> str:
    """Hangul syllables with a space after each, as Korean names are written in Latin letters."""
    if not any("\uac00" <= char <= "\ud7a3" for char in text):
        return text
    return "".join(f"{char} " if "\uac00" <= char <= "\ud7a3" else char for char in text)


@lru_cache(maxsize=400_000)
def skeleton(token: str) -> str:
    """Consonants of a word in classes that writers of Latin letters mix up; vowels, ``w`` and ``y`` are dropped."""
    if not token.isalpha():
        return token
    text = (
        token.replace("sh", "S").replace("ch", "S").replace("zh", "J").replace("ph", "f").replace("x", "ks").replace("dj", "J")
    )
    text = _BREATHED.sub(r"\1", text)
    text = text.translate(_CLASSES)
    kept = "".join(char for char in text if char not in "aeiouwy")
    return re.sub(r"(.)\1+", r"\1", kept)


_BREATHED = re.compile(r"([ktgdbpw])h")
_CLASSES = str.maketrans({"q": "k", "c": "k", "g": "k", "z": "s", "j": "J", "v": "f"})


def _clean(text: str) -> list[str]:
    """Words and numbers of a text; slips in common words are mended."""
    text = _QUOTES.sub("", text.replace("&", " and ").replace("+", " and "))
    text = _DOTTED.sub("", text)
    if any(char.isdigit() for char in text):
        text = _LEET.sub(lambda hit: hit[0].translate(_LEET_LETTERS), text)
    return [token if len(token) < SHORTEST else mended(token) for token in _TOKEN.findall(text)]


def _numbers(tokens: list[str]) -> list[tuple[str, Part | None]]:
    """Tokens with numbers written in digits."""
    found: list[tuple[str, Part | None]] = []
    skip = False
    for place, token in enumerate(tokens):
        if skip:
            skip = False
            continue
        if token[0].isdigit():
            found.append((token.rstrip("sthndr").lstrip("0") or "0", Part.NUMBER))
            continue
        value = ORDINALS.get(token)
        if value is not None:
            after = tokens[place + 1] if place + 1 < len(tokens) else ""
            unit = (
                ORDINALS.get(after)
                if after.isalpha()
                else int(after.rstrip("sthndr") or 0)
                if after and len(after) < 4
                else None
            )
            if 20 <= value < 100 and value % 10 == 0 and unit is not None and 0 < unit < 10 and token.endswith("y"):
                value += unit
                skip = True
            found.append((str(value), Part.NUMBER))
            continue
        if token in _ROMAN and place and (token not in ("xi", "vi") or (place > 1 and place + 2 >= len(tokens))):
            found.append((str(_ROMAN[token]), Part.NUMBER))
            continue
        found.append((token, None))
    return found


@lru_cache(maxsize=100_000)
def latin(text: str, *, alone: bool = True) -> tuple[tuple[str, Part, str], ...]:
    """Folded words of a Latin text with their parts and how they were written.

    Args:
        text: Lower case ASCII.
        alone: Whether it is a whole name; a name of legal forms alone has them as its words.
    """
    table = words()
    raw = _clean(text)
    tokens = _numbers(raw)
    found: list[tuple[str, Part, str]] = []
    place, end = 0, len(tokens)
    plain = [token for token, _ in tokens]
    while place < end:
        token, part = tokens[place]
        if part is not None:
            found.append((token, part, token))
            place += 1
            continue
        for phrase, word, kind in table.many.get(token, ()):
            if tuple(plain[place : place + len(phrase)]) == phrase and _allowed(
                " ".join(phrase), kind, place, place + len(phrase), end, found
            ):
                found.append((word, kind, "".join(phrase)))
                place += len(phrase)
                break
        else:
            word, kind = table.one.get(token, (token, Part.WORD))
            if kind is Part.LEGAL and not _allowed(token, kind, place, place + 1, end, found):
                word, kind = token, Part.WORD
            if kind is Part.WORD and len(token) == 1:
                kind = Part.INITIAL
            found.append((word, kind, token))
            place += 1
    return tuple(_not_all_light(_patronymic(_units(found))) if alone else found)


def _allowed(form: str, kind: Part, start: int, stop: int, end: int, before: list[tuple[str, Part, str]]) -> bool:
    """Whether a short legal form stands where one can stand: at the end, beside another, or first for some."""
    if kind is not Part.LEGAL or len(form) > 3:
        return True
    if start == 0:
        return form in _SHORT_FIRST and end > 1
    return (
        stop == end
        or before[-1][1] is Part.LEGAL
        or form in ("ltd", "inc", "llc", "jsc", "plc", "oao", "zao", "ooo", "pao")
        or end - stop <= 1
    )


def _units(found: list[tuple[str, Part, str]]) -> list[tuple[str, Part, str]]:
    """Mark the department or office that a name ends with, where something else is left."""
    end = len(found)
    if end < 2 or found[-1][0] not in _UNIT:
        return found
    begin = end - 1
    while begin > 0 and found[begin - 1][0] in _UNIT_OF:
        begin -= 1
    if not any(part in (Part.WORD, Part.GENERIC, Part.NUMBER, Part.GIVEN) for _, part, _ in found[:begin]):
        return found
    return [*found[:begin], *((token, Part.UNIT, raw) for token, _, raw in found[begin:])]


def _patronymic(found: list[tuple[str, Part, str]]) -> list[tuple[str, Part, str]]:
    """Mark the first word that is made like a Russian patronymic, in a name of three words or more that it does not begin."""
    if len(found) < 3:
        return found
    for place, (token, part, raw) in enumerate(found):
        if place and part is Part.WORD and _PATRONYMIC.search(token):
            found[place] = (token, Part.MIDDLE, raw)
            break
    return found


def _not_all_light(found: list[tuple[str, Part, str]]) -> list[tuple[str, Part, str]]:
    """Where a name has only stop words, titles and particles, these are its words."""
    if any(part not in (Part.LEGAL, Part.STOP, Part.PARTICLE, Part.TITLE, Part.UNIT, Part.MIDDLE) for _, part, _ in found):
        return found
    return [(token, Part.WORD if part is not Part.LEGAL or len(found) == 1 else part, raw) for token, part, raw in found]


def _form(found: tuple[tuple[str, Part, str], ...]) -> Form | None:
    found = found[:LONGEST]
    if not found:
        return None
    if len(found) <= FEW:
        found = _once(found)
    parts = tuple(part for _, part, _ in found)
    entries = tuple((token, place, place + 1) for place, (token, _, _) in enumerate(found))
    joins = tuple((found[place][2] + found[place + 1][2], place) for place in range(len(found) - 1))
    initials = "".join(raw[0] for _, _, raw in found)
    return Form(parts, (*entries, *_short_names(found)), "", _glue(found), joins, initials)


def _short_names(found: tuple[tuple[str, Part, str], ...]) -> list[tuple[str, int, int]]:
    """Short names of well-known groups whose full names stand in a name, as "CETC" for its four words."""
    known = short_names()
    places = [place for place, (_, part, _) in enumerate(found) if part is not Part.STOP]
    short: list[tuple[str, int, int]] = []
    for at, start in enumerate(places):
        for phrase, names in known.get(found[start][0], ()):
            over = places[at : at + len(phrase)]
            if len(over) == len(phrase) and tuple(found[place][0] for place in over) == phrase:
                short.extend((name, start, over[-1] + 1) for name in names)
    return short


def _once(found: tuple[tuple[str, Part, str], ...]) -> tuple[tuple[str, Part, str], ...]:
    """A proper word said again is a word of its own, so that one word cannot answer for two."""
    seen: set[str] = set()
    again = []
    for token, part, raw in found:
        if part in (Part.WORD, Part.GIVEN, Part.MIDDLE) and token in seen:
            again.append((token + "\u00b2", Part.MIDDLE, raw))
        else:
            seen.add(token)
            again.append((token, part, raw))
    return tuple(again)


def _glue(found: tuple[tuple[str, Part, str], ...]) -> str:
    return "".join(token for token, part, _ in found if part not in (Part.LEGAL, Part.STOP))


@lru_cache(maxsize=100_000)
def forms(name: str, *, person: bool = False) -> tuple[Form, ...]:
    """All forms of a name, the likeliest first; none where it holds nothing to compare.

    Args:
        name: In any script; several names joined by "a.k.a." give forms for each.
        person: Whether it is known to be a person's; "LAST, First Middle" is taken for one in any case.
    """
    name = _TAIL.sub("", name)
    if (
        "/" in name
        or "." in name
        or " as " in name
        or " aka " in name.lower()
        or " fka " in name.lower()
        or " dba " in name.lower()
    ):
        split = [part.strip(" ,;()") for part in _ALIAS.split(name)]
        if len(split) > 1:
            several = [form for part in split if len(part) > 2 for form in forms(part, person=person)]
            if several:
                return tuple(dict.fromkeys(several))
    if name.isascii() or not han.has_han(name := unicodedata.normalize("NFKC", name)):
        found = latin(fold(name))
        if person or _LAST_FIRST.match(name):
            found = _middle(found, name)
        form = _form(found)
        return () if form is None else (form,)
    return _han_forms(han.simplified(name))


_LAST_FIRST = re.compile(r"[A-ZÀ-Ý][A-ZÀ-Ý' -]+, (?:[A-Z]\S*[a-z.]\S*)(?: |$)")


def _middle(found: tuple[tuple[str, Part, str], ...], name: str) -> tuple[tuple[str, Part, str], ...]:
    """Mark what stands between first and last name: many leave it out."""
    words_at = [
        place
        for place, (_, part, _) in enumerate(found)
        if part in (Part.WORD, Part.GIVEN, Part.GENERIC, Part.PLACE, Part.INITIAL)
    ]
    if len(words_at) < 3:
        return found
    if "," in name:
        before = len(latin(fold(name.partition(",")[0]), alone=False))
        given = [place for place in words_at if place >= before]
        light = set(given[1:])
    else:
        light = set(words_at[1:-1])
    return tuple((token, Part.MIDDLE if place in light else part, raw) for place, (token, part, raw) in enumerate(found))


def _han_forms(name: str) -> tuple[Form, ...]:
    """Forms of a name with Chinese characters, perhaps mixed with Latin words and digits."""
    if any("\u3040" <= char <= "\u30ff" for char in name):
        form = _form(latin(fold(name)))
        return () if form is None else (form,)
    parts: list[Part] = []
    entries: list[tuple[str, int, int]] = []
    glued: list[str] = []
    kept_han: list[str] = []
    person: tuple[str, str] | None = None
    runs = re.findall(r"[\u3400-\u9fff\uf900-\ufaff〇○]+|[^\u3400-\u9fff\uf900-\ufaff〇○]+", name)
    only = "".join(run for run in runs if han.is_han(run[0]))
    for run in runs:
        if not han.is_han(run[0]):
            for token, part, _ in latin(fold(run), alone=False):
                entries.append((token, len(parts), len(parts) + 1))
                parts.append(part)
                if part not in (Part.LEGAL, Part.STOP):
                    glued.append(token)
                    kept_han.append(token)
            continue
        for piece in han.pieces(run):
            _place(piece, parts, entries, glued)
            if not _legal(piece):
                kept_han.append(_LEGAL_HAN.sub("", piece.han) if piece.part is not Part.NUMBER else piece.renderings[0])
    found = []
    core = "".join(kept_han)
    if parts:
        stop = LONGEST
        found.append(Form(tuple(parts[:stop]), tuple(e for e in entries if e[2] <= stop), core, "".join(glued)))
    if len(only) == len(name.replace(" ", "").replace("·", "")):
        person = han.person(only)
    if person is not None:
        two = ((person[0], Part.WORD, person[0]), (person[1], Part.WORD, person[1]))
        form = _form(two)
        if form is not None and (not found or form.entries != found[0].entries):
            found.insert(0, Form(form.parts, form.entries, core or only, form.glued, form.joins, form.initials))
    return tuple(found)


@cache
def short_names() -> dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """From the first word of a full name to the words of it and its short names; of ``han_brands.csv``."""
    table: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for row in rows("han_brands.csv"):
        renderings = [tuple(token for token, _, _ in latin(text, alone=False)) for text in row["english"].split("|")]
        short = tuple(words_[0] for words_ in renderings if len(words_) == 1)
        for full in renderings:
            if len(full) > 1 and short:
                table.setdefault(full[0], []).append((full, short))
    return {first: tuple(dict.fromkeys(found)) for first, found in table.items()}


def _legal(piece: han.Piece) -> bool:
    return (piece.han.endswith(("公司", "会社")) and piece.part is Part.GENERIC and "集团" not in piece.han) or piece.han in (
        "公司",
        "集团有限公司",
        "集团公司",
    )


def _place(piece: han.Piece, parts: list[Part], entries: list[tuple[str, int, int]], glued: list[str]) -> None:
    """Add a Chinese word: its renderings and its sound on the same positions."""
    start = len(parts)
    sound = "".join(piece.sound)
    if not piece.renderings and not sound:
        return
    if not piece.renderings:
        parts.append(Part.WORD)
        glued.append(sound)
        spellings = (sound, sound.replace("v", "u"), sound.replace("v", "yu"))
        entries.extend((spelled, start, start + 1) for spelled in dict.fromkeys(spellings))
        if len(piece.sound) >= 4:
            half = len(piece.sound) // 2
            entries.append(("".join(piece.sound[:half]), start, start + 1))
            entries.append(("".join(piece.sound[half:]), start, start + 1))
        return
    first = latin(piece.renderings[0], alone=False)
    for token, part, _ in first:
        kind = piece.part if part is Part.WORD else part
        entries.append((token, len(parts), len(parts) + 1))
        parts.append(kind)
        if kind not in (Part.LEGAL, Part.STOP):
            glued.append(token)
    size = len(parts) - start
    if not size:
        return
    seen = {token for token, _, _ in first}
    for other in piece.renderings[1:]:
        tokens = latin(other, alone=False)
        for index, (token, _, _) in enumerate(tokens):
            if token in seen:
                continue
            if len(tokens) == 1:
                entries.append((token, start, start + size))
            else:
                place = start + min(index * size // len(tokens), size - 1)
                entries.append((token, place, place + 1))
    if sound and piece.part is not Part.NUMBER and sound not in seen and not _legal(piece):
        entries.append((sound, start, start + size))
