"""The nouns of the room: listed parties, the lists that name them, and what a search gives.

All values are frozen. Days are days since 1970-01-01, windows half open.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a listed party is; lists that do not say leave it ``unknown``."""

    ENTITY = "entity"
    PERSON = "person"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    ADDRESS = "address"
    UNKNOWN = "unknown"


class Band(StrEnum):
    """What a hit is worth: taken as the party, to be looked at by a person, or nothing."""

    CONFIRMED = "confirmed"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ListedParty:
    """One entry of a list, repaired and ready to be searched.

    Attributes:
        id: Unique over all lists, as ``us-el:3f2a90c1`` or ``cn-ecl:001``; the same in every edition of a list while the
            entry is the same.
        list: Code of its list, as ``us-el``, ``us-sdn``, ``cn-ecl``.
        name: As the list prints it, repaired.
        aliases: Other names that stand for the party, Chinese ones among them.
        weak_aliases: Names the list itself calls weak, and acronyms of at most five letters.
        kind: What it is.
        countries: Two-letter codes of its addresses or nationalities, sorted.
        addresses: As the list prints them, one each.
        identifiers: Pairs of kind and number, as ``("IMO", "9187629")``.
        birth_dates: Texts as the list prints them.
        programmes: Sanctions programmes.
        requirement: License requirement in the words of the list.
        review: License review policy in the words of the list.
        footnotes: Footnotes of the US Entity List: ``1``, ``3``, ``4``, ``5``.
        citation: Federal Register notice or announcement.
        by: Provision of the book that gives the listing its effect, where there is one: its state on a day is the state of
            the listing.
        start: First day of the listing, or ``None`` where the list does not say.
        end: First day after it, or ``None``.
        confidence: ``high``, ``medium`` or ``memory``.
        note: What was repaired or is doubtful.
    """

    id: str
    list: str
    name: str
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN
    countries: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    birth_dates: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    requirement: str = ""
    review: str = ""
    footnotes: tuple[str, ...] = ()
    citation: str = ""
    by: str = ""
    start: int | None = None
    end: int | None = None
    confidence: str = "high"
    note: str = ""

    def listed_on(self, day: int) -> bool:
        """Whether the listing's own window holds a day; suspension is a matter of the book."""
        return (self.start is None or day >= self.start) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class PartyList:
    """One edition of one list.

    Attributes:
        code: As ``us-el``.
        title: What a person calls it.
        issuer: ``US``, ``CN``, ``UN`` or ``own``.
        as_of: Day on which the edition was made, or ``None``.
        hash: SHA-256 of the source.
        complete: Whether it holds the whole list as of that day.
        coverage: What it holds and what not, as a sentence.
        parties: The entries.
        source: Where it was had.
        shipped: Whether it came with the package rather than by an import.
    """

    code: str
    title: str
    issuer: str
    as_of: int | None
    hash: str
    complete: bool
    coverage: str
    parties: tuple[ListedParty, ...]
    source: str = ""
    shipped: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One reason for or against a hit.

    Attributes:
        what: ``name``, ``number``, ``legal_form``, ``country``, ``address``, ``identifier``, ``birth_date``, ``weak_alias``
            and so on.
        words: What was compared, for a person.
        effect: Points added to the score (negative: taken off); 0 where it was only seen.
    """

    what: str
    words: str
    effect: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed party that may be the one asked for.

    Attributes:
        party: The entry.
        matched: Which of its names matched.
        score: 0 to 1, calibrated on labelled pairs; evidence beside the name included.
        name_score: 0 to 1, of the names alone.
        band: What it is worth.
        terms: Why, term by term.
    """

    party: ListedParty
    matched: str
    score: float
    name_score: float
    band: Band
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A party to be looked up.

    Attributes:
        name: As written, in any script.
        country: Two-letter code, or empty.
        address: Text, or empty.
        identifiers: Pairs of kind and number.
        birth_date: ``YYYY-MM-DD`` or a year, or empty.
        kind: What it is, if known.
        id: The caller's name for it.
    """

    name: str
    country: str = ""
    address: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    birth_date: str = ""
    kind: Kind = Kind.UNKNOWN
    id: str = ""


LISTS: dict[str, tuple[str, str]] = {
    "cn-ecl": ("China, export control list of parties (control list)", "CN"),
    "cn-watch": ("China, watch list of importers and end users", "CN"),
    "cn-uel": ("China, Unreliable Entity List", "CN"),
    "cn-afsl": ("China, orders under the Anti-Foreign Sanctions Law", "CN"),
    "us-el": ("US Entity List (15 CFR part 744, supplement 4)", "US"),
    "us-meu": ("US Military End-User List (15 CFR part 744, supplement 7)", "US"),
    "us-dpl": ("US Denied Persons List", "US"),
    "us-uvl": ("US Unverified List (15 CFR part 744, supplement 6)", "US"),
    "us-sdn": ("US Specially Designated Nationals (OFAC)", "US"),
    "us-ssi": ("US Sectoral Sanctions Identifications (OFAC)", "US"),
    "us-cmic": ("US Chinese Military-Industrial Complex Companies (OFAC NS-CMIC)", "US"),
    "us-mbs": ("US Menu-Based Sanctions (OFAC NS-MBS)", "US"),
    "us-plc": ("US Palestinian Legislative Council (OFAC)", "US"),
    "us-cap": ("US correspondent account and payable-through restrictions (OFAC CAPTA)", "US"),
    "us-fse": ("US Foreign Sanctions Evaders (OFAC)", "US"),
    "us-dtc": ("US ITAR debarred parties (State)", "US"),
    "us-isn": ("US nonproliferation sanctions (State)", "US"),
    "us-1260h": ("US Chinese military companies (section 1260H)", "US"),
    "us-uflpa": ("US Uyghur Forced Labor Prevention Act Entity List", "US"),
    "un-sc": ("UN Security Council consolidated list", "UN"),
}
"""Codes of the lists that are known, with title and issuer."""
