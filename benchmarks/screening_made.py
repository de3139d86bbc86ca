"""Make altered names of listed parties, and names of nobody on the list, from a seed; the kinds of change are those of everyday data entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

__all__ = ["ALTERATIONS", "Made", "altered", "neighbours", "nobody"]


@dataclass(frozen=True, slots=True)
class Made:
    """A name to be searched.

    Attributes:
        name: The name.
        kind: What was done to it.
        source: The name it was made from.
        party: Number of the party it stands for, or None for nobody.
    """

    name: str
    kind: str
    source: str
    party: int | None


_LEGAL = {
    "co., ltd.": ["company limited", "co ltd", "Co Limited", "Company, Ltd"],
    "limited": ["Ltd", "Ltd.", "LTD"],
    "ltd.": ["Limited", "LTD"],
    "ltd": ["Limited", "Ltd."],
    "llc": ["L.L.C.", "Limited Liability Company"],
    "inc.": ["Incorporated", "Inc"],
    "corporation": ["Corp.", "Corp"],
    "company": ["Co.", "Co"],
    "gmbh": ["G.m.b.H."],
    "jsc": ["Joint Stock Company", "J.S.C."],
    "ooo": ["LLC", "Limited Liability Company"],
}
_SHORT = {
    "technology": ["Tech", "Technol."], "technologies": ["Tech", "Techs"], "international": ["Intl", "Int'l"], "group": ["Grp"], "industry": ["Ind"],
    "industries": ["Ind.", "Inds"], "industrial": ["Ind."], "trading": ["Trdg"], "engineering": ["Eng", "Engg"], "manufacturing": ["Mfg"], "electronics": ["Elec"],
    "institute": ["Inst", "Inst."], "university": ["Univ", "Univ."], "development": ["Dev"], "research": ["Res."], "equipment": ["Equip"], "national": ["Natl"],
    "communications": ["Comm", "Comms"], "communication": ["Comm"], "services": ["Svcs"], "shipping": ["Shpg"], "company": ["Co"], "general": ["Gen"],
    "construction": ["Constr"], "investment": ["Invest"], "management": ["Mgmt"], "center": ["Ctr", "Centre"], "department": ["Dept"], "limited": ["Ltd"],
}  # fmt: skip
_SOUNDS = [
    ("mohammad", "muhammed"), ("mohammed", "mohamad"), ("muhammad", "mohammad"), ("ahmad", "ahmed"), ("husayn", "hussein"), ("hossein", "hussain"),
    ("hassan", "hasan"), ("yusuf", "youssef"), ("aleksandr", "alexander"), ("sergey", "sergei"), ("sergei", "serguei"), ("yevgeny", "evgeni"),
    ("dmitry", "dmitriy"), ("ov", "off"), ("sky", "skiy"), ("iy", "y"), ("ks", "x"), ("ou", "u"), ("ee", "i"), ("kh", "h"), ("q", "k"), ("ph", "f"),
    ("ya", "ia"), ("yu", "iu"), ("w", "v"), ("dj", "j"), ("z", "s"), ("y", "i"),
]  # fmt: skip
_NUMBERS = {
    "1": "First", "2": "Second", "3": "Third", "4": "Fourth", "5": "Fifth", "6": "Sixth", "7": "Seventh", "8": "Eighth", "9": "Ninth", "10": "Tenth",
    "11": "Eleventh", "12": "Twelfth", "13": "Thirteenth", "14": "Fourteenth", "18": "Eighteenth", "20": "Twentieth", "29": "Twenty-Ninth", "38": "Thirty-Eighth",
}  # fmt: skip
_MARKS = {"a": "áàä", "e": "éèë", "i": "íï", "o": "óöô", "u": "úü", "c": "ç", "s": "š", "z": "ž", "n": "ñ"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _places(name: str, least: int = 4) -> list[int]:
    return [
        hit.start() + place for hit in re.finditer(r"[A-Za-z]{%d,}" % least, name) for place in range(hit.end() - hit.start())
    ]


def typo(name: str, rng: random.Random) -> str:
    """One slip of the hand in a longer word."""
    places = _places(name)
    if not places:
        return name
    at = rng.choice(places)
    kind = rng.randrange(4)
    letter = rng.choice(_LETTERS)
    letter = letter.upper() if name[at].isupper() else letter
    if kind == 0:
        return name[:at] + letter + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    if kind == 2:
        return name[: at + 1] + letter + name[at + 1 :]
    if at + 1 < len(name) and name[at + 1].isalpha():
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + name[at] + name[at:]


def _two(name: str, rng: random.Random) -> str:
    return typo(typo(name, rng), rng)


def _double(name: str, rng: random.Random) -> str:
    places = _places(name)
    if not places:
        return name
    at = rng.choice(places)
    return name[:at] + name[at].lower() + name[at:]


def _swap(pairs: dict[str, list[str]]) -> Callable[[str, random.Random], str]:
    def change(name: str, rng: random.Random) -> str:
        low = name.lower()
        found = [key for key in pairs if re.search(rf"(?<![a-z]){re.escape(key)}(?![a-z])", low)]
        if not found:
            return name
        key = max(found, key=len)
        return re.sub(rf"(?i)(?<![a-z]){re.escape(key)}(?![a-z])", rng.choice(pairs[key]), name, count=1)

    return change


def _all_short(name: str, rng: random.Random) -> str:
    for _ in range(3):
        name = _swap(_SHORT)(name, rng)
    return name


def _reorder(name: str, rng: random.Random) -> str:
    words = name.replace(",", "").split()
    if len(words) < 2:
        return name
    at = rng.randrange(len(words) - 1)
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def _join(name: str, rng: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    at = rng.randrange(len(words) - 1)
    return " ".join([*words[:at], words[at].rstrip(",.") + words[at + 1], *words[at + 2 :]])


def _split(name: str, rng: random.Random) -> str:
    words = name.split()
    long = [place for place, word in enumerate(words) if len(word) >= 7 and word.isalpha()]
    if not long:
        return name
    at = rng.choice(long)
    cut = rng.randrange(3, len(words[at]) - 2)
    words[at] = f"{words[at][:cut]} {words[at][cut:]}"
    return " ".join(words)


def _drop(name: str, rng: random.Random) -> str:
    """Leave out a common word, or one of at least four."""
    words = name.split()
    light = [place for place, word in enumerate(words) if re.sub(r"\W", "", word.lower()) in _SHORT or len(words) >= 5]
    if not light or len(words) < 3:
        return name
    del words[rng.choice(light)]
    return " ".join(words)


def _drop_form(name: str, rng: random.Random) -> str:
    return re.sub(
        r"(?i)[, ]+(co\.?,? ?ltd\.?|company limited|limited|ltd\.?|llc|l\.l\.c\.|inc\.?|corp\.?|corporation|gmbh|s\.a\.?|jsc|company|co\.?)$",
        "",
        name,
    )


def _cut(name: str, rng: random.Random) -> str:
    """The last word broken off, as in a field that is too short."""
    words = name.split()
    if len(words) < 2 or len(words[-1]) < 6:
        return name[: max(24, int(len(name) * 0.85))] if len(name) > 30 else name
    words[-1] = words[-1][: rng.randrange(3, len(words[-1]) - 1)]
    return " ".join(words)


def _and(name: str, rng: random.Random) -> str:
    if "&" in name:
        return name.replace("&", "and")
    return re.sub(r"(?i)\band\b", "&", name)


def _sound(name: str, rng: random.Random) -> str:
    """One or two ways of writing a sound."""
    low = name.lower()
    found = [pair for pair in _SOUNDS if pair[0] in low]
    for old, new in rng.sample(found, min(2, len(found))):
        low = low.replace(old, new, 1)
    return low.title() if name.istitle() else low.upper() if name.isupper() else low


def _marks(name: str, rng: random.Random) -> str:
    text = list(name)
    for place in rng.sample(range(len(text)), min(3, len(text))):
        text[place] = rng.choice(_MARKS.get(text[place], text[place]))
    return "".join(text)


def _number(name: str, rng: random.Random) -> str:
    def say(hit: re.Match[str]) -> str:
        return _NUMBERS.get(hit[1], f"No. {hit[1]}")

    return re.sub(r"\b(\d{1,3})(?:st|nd|rd|th)\b", say, name)


def _initial(name: str, rng: random.Random) -> str:
    words = name.replace(",", "").split()
    if len(words) < 3:
        return name
    at = rng.randrange(1, len(words) - 1)
    words[at] = words[at][0] + "."
    return " ".join(words)


def _first_last(name: str, rng: random.Random) -> str:
    if "," in name:
        last, _, first = name.partition(",")
        return f"{first.strip()} {last.strip()}"
    words = name.split()
    return f"{words[-1]}, {' '.join(words[:-1])}" if 2 <= len(words) <= 4 else name


def _middle(name: str, rng: random.Random) -> str:
    words = name.split()
    return " ".join([*words[:2], *words[3:]]) if len(words) == 3 and "," in name else name


def _suffix(name: str, rng: random.Random) -> str:
    return f"{name} {rng.choice(['Branch', '(HQ)', 'Export Dept', 'Ltd', 'China', 'Sales Office', 'Co., Ltd.', 'International', '(Shanghai)'])}"


def _title(name: str, rng: random.Random) -> str:
    return f"{rng.choice(['Mr.', 'Dr.', 'Mr', 'Eng.', 'Prof.'])} {_first_last(name, rng) if ',' in name else name}"


def _plain(name: str, rng: random.Random) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " ", name)).lower()


ENTITY: dict[str, Callable[[str, random.Random], str]] = {
    "slip": typo, "two slips": _two, "doubled letter": _double, "legal form": _swap(_LEGAL), "abbreviated": _all_short, "reordered": _reorder, "joined": _join,
    "split": _split, "word dropped": _drop, "form dropped": _drop_form, "cut off": _cut, "and": _and, "marks": _marks, "number in words": _number, "suffix": _suffix,
    "no stops": _plain, "spelled by sound": _sound,
}  # fmt: skip
PERSON: dict[str, Callable[[str, random.Random], str]] = {
    "slip": typo, "two slips": _two, "doubled letter": _double, "order of names": _first_last, "middle dropped": _middle, "initial": _initial, "spelled by sound": _sound,
    "marks": _marks, "title": _title, "joined": _join, "no stops": _plain,
}  # fmt: skip
ALTERATIONS = tuple(dict.fromkeys((*ENTITY, *PERSON)))


def altered(names: Sequence[tuple[str, int, bool]], count: int, rng: random.Random) -> list[Made]:
    """Altered names.

    Args:
        names: Name, party and whether it is a person.
        count: How many are wanted.
        rng: Source of chance.
    """
    made: list[Made] = []
    kinds = {False: list(ENTITY), True: list(PERSON)}
    turn = 0
    while len(made) < count:
        name, party, person = rng.choice(names)
        table = PERSON if person else ENTITY
        kind = kinds[person][turn % len(table)]
        turn += 1
        for _ in range(12):
            text = table[kind](name, rng)
            if text != name and len(re.findall(r"\w", text)) >= 4:
                made.append(Made(text, kind, name, party))
                break
            name, party, other = rng.choice(names)
            if other is not person:
                continue
    return made


_COMMON = re.compile(
    r"(?i)^(co|company|ltd|limited|inc|llc|corp|corporation|group|trading|international|technology|technologies|electronics|electronic|industry|industries|industrial|"
    r"institute|research|of|the|and|for|de|general|services|shipping|engineering|university|china|beijing|shanghai|shenzhen|bank|import|export|development|equipment|"
    r"science|machinery|holding|holdings|enterprise|center|state|national|aviation|fze|gmbh|sa|jsc|ooo|bv|de|cv|sas)$"
)


def nobody(names: Sequence[tuple[str, int, bool]], words: Sequence[str], count: int, rng: random.Random) -> list[Made]:
    """Names that look like those of the list but stand for nobody on it: proper words exchanged, numbers exchanged.

    Args:
        names: Name, party and whether it is a person.
        words: Proper words to put in.
        count: How many are wanted.
        rng: Source of chance.
    """
    made: list[Made] = []
    while len(made) < count:
        name, _, person = rng.choice(names)
        if rng.random() < 0.15 and re.search(r"\b\d{1,3}(st|nd|rd|th)?\b", name):
            text = re.sub(r"\d{1,3}", lambda hit: str(int(hit[0]) + rng.randrange(1, 40)), name)
            made.append(Made(text, "other number", name, None))
            continue
        parts = name.split()
        kept = [re.sub(r"\W", "", word) for word in parts]
        proper = [place for place, word in enumerate(kept) if len(word) > 2 and not _COMMON.match(word) and not word.isdigit()]
        if not proper:
            continue
        if person and len(proper) >= 2 and rng.random() < 0.5:
            proper = rng.sample(proper, max(1, len(proper) - 1))
        for place in proper:
            parts[place] = rng.choice(words) + ("," if parts[place].endswith(",") else "")
        made.append(Made(" ".join(parts), "other proper words" if not person else "other person", name, None))
    return made


def neighbours(names: Sequence[tuple[str, int, bool]], words: Sequence[str], count: int, rng: random.Random) -> list[Made]:
    """Names of nobody in which one proper word is exchanged for a real word like it, as of two families with like names.

    Args:
        names: Name, party and whether it is a person.
        words: Real proper words.
        count: How many are wanted.
        rng: Source of chance.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    pool = sorted({word.lower() for word in words if len(word) >= 5})
    made: list[Made] = []
    while len(made) < count:
        name, _, person = rng.choice(names)
        parts = name.split()
        proper = [
            place
            for place, word in enumerate(parts)
            if len(re.sub(r"\W", "", word)) >= 5 and not _COMMON.match(word.strip(",."))
        ]
        if not proper or len(parts) < 2:
            continue
        place = rng.choice(proper)
        word = re.sub(r"\W", "", parts[place]).lower()
        found = extract(word, pool, scorer=OSA.normalized_similarity, limit=12, score_cutoff=0.5)
        like = [other for other, score, _ in found if 0.5 <= score <= 0.78 and sorted(other) != sorted(word)]
        if not like:
            continue
        parts[place] = rng.choice(like).title() + ("," if parts[place].endswith(",") else "")
        made.append(Made(" ".join(parts), "like person" if person else "like proper word", name, None))
    return made
