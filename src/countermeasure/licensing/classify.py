"""Which items of the control lists a good is, or may be.

Best is a control code. Else elements and form, stated or read from the words, are held against the lists. The processing
test is one
of form: simple shapes of magnet stand on the list of Announcement No. 18, goods built with magnets do not; they stand on
part 2 of
No. 61. A customs number never decides; it only says what may be.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.controls import ItemSign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.book.items import ControlItem, ControlList
    from countermeasure.licensing.transaction import Component, Item

DEEP = frozenset({"assembly", "finished", "catalyst", "phosphor"})
"""Forms of goods so far processed that the material in them is no longer judged by itself."""
_NO_LIMIT = re.compile(r"^$|^none\b|^no minimum|^not stated|^any\b", re.IGNORECASE)
MAKING = frozenset({"technology", "equipment", "service", "software", "parts"})
"""Forms that make other goods: their elements do not tell which item they are."""
_RARE = frozenset({"REE", "Sm", "Gd", "Tb", "Dy", "Lu", "Sc", "Y", "Ho", "Er", "Tm", "Eu", "Yb", "Nd", "Pr", "La", "Ce"})
_TRACED = frozenset({"Dy", "Tb"})


@dataclass(frozen=True, slots=True)
class Words:
    """The table of words by kind."""

    kinds: Mapping[str, tuple[tuple[str, str], ...]]

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> Words:
        """The table in the wheel."""
        from countermeasure.book.load import shipped_data

        kinds: dict[str, list[tuple[str, str]]] = {}
        lines = (shipped_data() / "licensing" / "words.csv").read_text("utf-8").splitlines()
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            kinds.setdefault(row["kind"], []).append((row["word"], row["meaning"]))
        return Words({kind: tuple(rows) for kind, rows in kinds.items()})

    def found(self, kind: str, text: str) -> list[tuple[str, str]]:
        """Words of a kind in a text, longest first, each with its meaning."""
        rows = self.kinds.get(kind, ())
        return sorted(((w, m) for w, m in rows if _in(w, text)), key=lambda pair: -len(pair[0]))


def _in(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


@dataclass(frozen=True, slots=True)
class Traits:
    """What an item is made of and what it is, stated or read.

    Attributes:
        elements: Symbols it holds.
        absent: Symbols it is said not to hold.
        forms: Forms it may have; empty where nothing told.
        limit: Whether it meets technical limits, or ``None``.
        read: Words that were read for it, or empty where it was stated.
        whole: Whether ``elements`` is complete.
    """

    elements: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    limit: bool | None = None
    read: tuple[str, ...] = ()
    whole: bool = False

    @property
    def deep(self) -> bool:
        """Whether it is processed so far that it is judged as what it has become."""
        return bool(self.forms & DEEP)


@dataclass(frozen=True, slots=True)
class Classified:
    """An item against the lists.

    Attributes:
        sign: Tokens for the kernel.
        traits: What it was taken for.
        items: Rows of the lists that it is.
        maybe: Rows that it may be.
        notes: What a reader should know.
        ask: Question that would settle it, or empty.
        sure: Whether nothing was read from words or numbers.
    """

    sign: ItemSign
    traits: Traits
    items: tuple[ControlItem, ...] = ()
    maybe: tuple[ControlItem, ...] = ()
    notes: tuple[str, ...] = ()
    ask: str = ""
    sure: bool = True


def traits_of(one: Item | Component) -> Traits:
    """Elements and form as stated, else as read from the description."""
    text = one.description.casefold()
    words = Words.shipped()
    elements = {_symbol(e) for e in one.elements}
    absent: set[str] = set()
    read: list[str] = []
    if not elements and text:
        for kind in ("material", "element"):
            for word, meaning in words.found(kind, text):
                away = _negated(word, text, words)
                (absent if away else elements).update(meaning.split(";"))
                read.append(word)
        symbols = _symbols_in(one.description)
        for symbol in symbols:
            away = _negated(symbol.casefold(), text, words)
            (absent if away else elements).add(symbol)
        read += sorted(symbols)
    elements -= absent
    forms = {one.form.casefold()} if one.form else set()
    if not forms and text:
        hits = words.found("deep", text)
        bare = words.found("form", text)
        if hits and _with_magnet(text, [w for w, _ in hits], words):
            forms = {hits[0][1]}
        elif bare:
            forms = {m for _, m in bare}
            if "magnet" in forms and len(forms) > 1 and not forms & {"equipment", "technology"}:
                forms = {"magnet"}
            if forms & {"equipment", "technology"}:
                forms &= {"equipment", "technology"}
        read += [w for w, _ in (hits if forms & DEEP else bare)]
    limit = getattr(one, "meets_threshold", None)
    if limit is None and words.found("threshold", text):
        limit = True
        read += [w for w, _ in words.found("threshold", text)]
    return Traits(
        frozenset(elements), frozenset(absent), frozenset(forms), limit, tuple(dict.fromkeys(read)),
        bool(getattr(one, "elements_complete", False)),
    )  # fmt: skip


def _with_magnet(text: str, deep: Iterable[str], words: Words) -> bool:
    """Whether the good is the deep-processed thing, and not a simple magnet for it ("magnets for motors", "rotor magnet")."""
    bare = [w for w, m in words.kinds["form"] if m == "magnet" and _in(w, text)]
    if not bare:
        return True
    first = min(text.find(w) for w in bare)
    thing = min(text.find(w) for w in deep)
    if re.search(r"\bfor\b", text) and first < thing:
        return False
    return (thing < first and re.search(r"\b(with|around|contain|embed|made|hold|of|incl)", text[thing:]) is not None) or (
        re.search(r"\b(assembl|rotor and stator|motor with|sensor)", text) is not None
    )


def _negated(word: str, text: str, words: Words) -> bool:
    place = text.find(word)
    before = text[max(0, place - 24) : place]
    return any(_in(w, before) for w, _ in words.kinds.get("absent", ()))


def _symbols_in(text: str) -> set[str]:
    known = {m for w, m in Words.shipped().kinds["element"] if m != "C"}
    return {s for s in re.findall(r"(?<![A-Za-z])([A-Z][a-z]?)(?![a-z])", text) if s in known and s not in {"In", "Y", "W"}} | {
        s for s in re.findall(r"\b([A-Z][a-z]?)-bearing", text) if s in known
    }


def _symbol(text: str) -> str:
    words = dict(Words.shipped().kinds["element"])
    return words.get(text.casefold(), text[:1].upper() + text[1:].lower() if len(text) <= 2 else text)


def classify(item: Item | Component, lists: Mapping[str, ControlList]) -> Classified:
    """Hold an item against the lists.

    Args:
        item: An item, or a component of one.
        lists: Control lists by name.
    """
    us = _us_tokens(item.eccn)
    code = item.control_code.strip()
    traits = traits_of(item)
    if code.casefold() in ("none", "not controlled", "no"):
        note = ("the caller states that no Chinese list names it",)
        return _made({"code:none"}, set(), us, set(), traits, (), (), note)
    rows = [row for one in lists.values() for row in one.items]
    if code.casefold() == "listed":
        return _made({"code:stated"}, set(), us, set(), traits, (), (), ("the caller states that a Chinese list names it",))
    if code:
        return _by_code(code, rows, traits, us)
    exact, maybe = _by_traits(traits, rows)
    exact = exact or _by_name(item.description, rows)
    making = traits.forms & MAKING
    if making and not exact:
        # Technology, equipment and services are told apart by code or name: by elements alone they may be any of the same kind.
        maybe += [r for r in rows if _made_for(r, traits) and r not in maybe]
    notes = list(_notes(traits, exact, maybe))
    known, possible = _tokens(exact), _tokens(maybe) - _tokens(exact)
    built = traits.deep and (
        _around_magnets(item.description, traits) or bool(traits.forms & {"finished", "catalyst", "phosphor"})
    )
    if exact or maybe or built or (traits.forms and traits.elements):
        ask = ""
        if maybe and not exact:
            ask = _question(traits, maybe)
        listed = {e for r in rows for e in r.elements}
        unplaced = bool(traits.elements & listed) and not (exact or maybe or traits.deep)  # a listed element in another form
        open_kinds = {"cn"} if (making or unplaced) and not exact else set()
        return _made(known, possible, us, open_kinds, traits, exact, maybe, tuple(notes), ask, sure=not traits.read)
    return _by_number(item, rows, traits, us)


def _around_magnets(description: str, traits: Traits) -> bool:
    """Whether a built good is one of those around magnets that the ministry's answers are about."""
    words = Words.shipped()
    text = description.casefold()
    return bool(traits.elements) or any(m == "magnet" for _, m in words.found("form", text))


def _made_for(row: ControlItem, traits: Traits) -> bool:
    """Whether technology, equipment or a service of a list may be the one meant, by kind and element."""
    if not traits.forms & MAKING & set(row.forms):
        return False
    rare = bool(traits.elements & _RARE) or not traits.elements
    return bool(set(row.elements) & traits.elements) or ("REE" in row.elements and rare)


def _by_code(code: str, rows: list[ControlItem], traits: Traits, us: tuple[set[str], bool]) -> Classified:
    upper = code.upper().split(".")[0] + code[len(code.split(".", maxsplit=1)[0]) :].lower()
    named = [r for r in rows if r.code and _under(r.code, upper)]
    if not traits.elements and not traits.forms and named:
        elements = frozenset.intersection(*(frozenset(r.elements) for r in named))
        forms = frozenset.intersection(*(frozenset(r.forms) for r in named))
        traits = Traits(elements, frozenset(), forms, True)
    others, maybe = _by_traits(Traits(traits.elements, traits.absent, traits.forms, traits.limit, (), traits.whole), rows)
    others = [r for r in others if not r.code or _under(r.code, upper)]
    maybe = [r for r in maybe if not r.code]
    exact = [*named, *(r for r in others if r not in named)]
    notes = () if named else (f"no list held here prints the code {upper}; it is taken as stated, under the general list",)
    return _made({f"code:{upper}"} | _tokens(exact), _tokens(maybe), us, set(), traits, exact, maybe, notes)


def _under(printed: str, asked: str) -> bool:
    return printed == asked or printed.startswith(asked + ".") or asked.startswith(printed + ".")


def _by_traits(traits: Traits, rows: list[ControlItem]) -> tuple[list[ControlItem], list[ControlItem]]:
    exact: list[ControlItem] = []
    maybe: list[ControlItem] = []
    for row in rows:
        fit = _fit(traits, row)
        if fit == "yes":
            exact.append(row)
        elif fit == "maybe":
            maybe.append(row)
    return exact, maybe


def _fit(traits: Traits, row: ControlItem) -> str:
    if not traits.forms or not traits.forms & set(row.forms):
        return "no"
    elements = set(row.elements) - {"REE"}
    if "technology" in row.forms or "equipment" in row.forms or "REE" in row.elements:
        return "no"  # told apart by name or code only
    if elements & traits.elements:
        limited = not _NO_LIMIT.match(row.threshold)
        if not limited or traits.limit:
            return "yes"
        return "no" if traits.limit is False else "maybe"
    open_elements = (
        not traits.whole and (not traits.elements or traits.elements <= {"REE", "Nd", "Pr"}) and "magnet" in traits.forms
    )
    open_elements = (
        open_elements or traits.elements == {"REE"} or ("assembly" in traits.forms and traits.elements <= {"Nd", "Pr", "REE"})
    )
    if open_elements and not traits.whole and not elements <= traits.absent:
        if traits.elements & {"Nd"} and not elements & (_TRACED - traits.absent):
            return "no"
        return "maybe"
    return "no"


def _by_name(description: str, rows: list[ControlItem]) -> list[ControlItem]:
    """Rows whose distinctive words all stand in the description, as ``extractant P507``."""
    text = description.casefold()
    if not text:
        return []
    found = []
    for row in rows:
        marks = re.findall(r"\b[A-Z]{1,5}\d{2,4}\b", row.description)
        if marks and any(_in(m.casefold(), text) for m in marks):
            found.append(row)
            continue
        if "REE" in row.elements or {"equipment", "technology"} & set(row.forms):
            words = {w for w in re.findall(r"[a-z]{4,}", row.description.casefold()) if w not in _COMMON}
            if len(words) >= 2 and words <= set(re.findall(r"[a-z]{4,}", text)):
                found.append(row)
    return found


_COMMON = frozenset({"rare", "earth", "with", "from", "magnets", "equipment", "such", "other", "incl", "forms", "same"})


def _by_number(item: Item | Component, rows: list[ControlItem], traits: Traits, us: tuple[set[str], bool]) -> Classified:
    digits = re.sub(r"\D", "", getattr(item, "hs", ""))
    words = Words.shipped()  # six digits of a number are common to all schedules
    maybe = [r for r in rows if len(digits) >= 6 and any(n[:6] == digits[:6] for n in r.hs)]
    for number, meaning in words.kinds["hs"]:
        if digits.startswith(number):
            forms, _, elements = meaning.partition("@")
            named = [r for r in rows if set(r.forms) & set(forms.split(";")) and set(r.elements) & set(elements.split(";"))]
            maybe += [r for r in named if r not in maybe]
            traits = replace(traits, forms=traits.forms or frozenset(forms.split(";")))
    if traits.elements:
        maybe = [r for r in maybe if set(r.elements) & (traits.elements | {"REE"})]
    if maybe:
        note = ("a customs number never decides; these items may bear it",)
        return _made(set(), _tokens(maybe), us, set(), traits, (), maybe, note, _question(traits, maybe), sure=False)
    technical = {w for w, _ in words.kinds["technical_chapter"]}
    if len(digits) >= 4 and digits[:2] not in technical and not item.description:
        note = (f"chapter {digits[:2]} holds no item of the lists kept here; the number alone never clears",)
        return _made(set(), set(), us, set(), traits, (), (), note, "", sure=False)
    if len(digits) >= 4 and digits[:2] not in technical:
        note = (f"neither the words nor chapter {digits[:2]} point to an item of the lists kept here",)
        return _made(set(), set(), us, set(), traits, (), (), note, "", sure=False)
    return _made(
        set(), set(), us, {"cn"}, traits, (), (), ("nothing told says what it is for China's control lists",),
        "Which Chinese control code does it bear, or none? Elements and form (metal, oxide, magnet) help.", sure=False,
    )  # fmt: skip


def _question(traits: Traits, maybe: Iterable[ControlItem]) -> str:
    if "magnet" in traits.forms or "assembly" in traits.forms:
        return "Does the magnet hold dysprosium, terbium or samarium?"
    limits = list(dict.fromkeys(r.threshold for r in maybe if not _NO_LIMIT.match(r.threshold)))
    if limits:
        return f"Does it meet the limit of the list ({limits[0]})?"
    return "Which Chinese control code does it bear, or none?"


def _notes(traits: Traits, exact: Iterable[ControlItem], maybe: Iterable[ControlItem]) -> Iterable[str]:
    if traits.read:
        yield f"read from the description: {', '.join(traits.read)}; a control code would settle it"
    if traits.deep:
        yield (
            "processed so far that Announcement No. 18 generally leaves it out (answers of the ministry, 2025-04-21 and "
            "2025-09-16); No. 61 part 2 still names parts and assemblies"
        )
    if "magnet" in traits.forms and "Nd" in traits.elements and not exact and not maybe:
        yield (
            "NdFeB without dysprosium and terbium is outside, but customs has held such goods: bring a composition test and "
            "the statement that they are not controlled"
        )


def _tokens(rows: Iterable[ControlItem]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        found.add(f"list:{row.list}")
        if row.code:
            found.add(f"code:{row.code}")
    return found


def _us_tokens(eccn: str) -> tuple[set[str], bool]:
    text = eccn.strip()
    if not text:
        return set(), True
    if text.upper() == "EAR99":
        return {"eccn:EAR99"}, False
    head, dot, rest = text.partition(".")
    return {f"eccn:{head.upper()}{dot}{rest.lower()}"}, False


def _made(
    known: set[str],
    possible: set[str],
    us: tuple[set[str], bool],
    open_kinds: set[str],
    traits: Traits,
    exact: Iterable[ControlItem],
    maybe: Iterable[ControlItem],
    notes: tuple[str, ...],
    ask: str = "",
    *,
    sure: bool = True,
) -> Classified:
    kinds = open_kinds | ({"us"} if us[1] else set())
    sign = ItemSign(frozenset(known | us[0]), frozenset(possible - known), frozenset(kinds))
    return Classified(sign, traits, tuple(exact), tuple(maybe), notes, ask, sure)


__all__ = ["DEEP", "Classified", "Traits", "Words", "classify", "traits_of"]
