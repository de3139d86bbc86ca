"""Stakes, edges, listings and what is said of an entity.

Shares are whole ppm (1 % is 10,000 ppm) with open or closed ends, so sums are exact. Where a bound is needed in arrays it is a
*code*: ppm times ``STEP``, one more where a minimum is exclusive (over 25), one less where a maximum is (under 75). Codes add
as the shares do: two stakes over 25 give a code above that of 50, so two of them are certainly more than half. A million
exclusive stakes in one entity would be needed before they could be taken for a ppm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import IntFlag, StrEnum

from countermeasure.errors import CodeError

__all__ = [
    "ALWAYS",
    "FLAGS",
    "FULL",
    "NEVER",
    "PPM",
    "STEP",
    "Edge",
    "EdgeKind",
    "Flag",
    "Listing",
    "Mark",
    "Share",
    "Standing",
    "Status",
    "percent_of_code",
    "span_words",
]

PPM = 1_000_000
"""A whole, in ppm."""
STEP = 1 << 20
"""Code of one ppm."""
FULL = PPM * STEP
"""Code of a whole."""
ALWAYS = -(2**31) + 1
"""Start of an edge whose first day is not known."""
NEVER = 2**31 - 1
"""End of an edge that has not ended."""


class Status(StrEnum):
    """What a rule says of an entity."""

    NOT_RESTRICTED = "not_restricted"
    POSSIBLE = "possible"
    LAW_SILENT = "law_silent"
    RESTRICTED = "restricted"


class EdgeKind(StrEnum):
    """What an edge between an owner and an entity is."""

    SHARES = "shares"
    VOTES = "votes"
    BOARD = "board"
    CONTROL = "control"
    BRANCH = "branch"
    INDIRECT = "indirect_reported"
    CONSOLIDATION = "consolidation"
    TREASURY = "treasury"


class Mark(IntFlag):
    """What is known of a stake beside its bounds."""

    UNKNOWN = 1
    CONFLICT = 2
    REPEATED = 4
    INDIRECT = 8
    VOTES_ONLY = 16
    CONSOLIDATED = 32


class Flag(IntFlag):
    """Reasons to look closer; the words used outside are the names in lower case."""

    MINORITY_HOLDING = 1
    RANGE_HOLDING = 2
    UNKNOWN_PERCENTAGE = 4
    CONTROL_LINK = 8
    OUT_OF_SCOPE_LIST = 16
    RULE_NOT_IN_FORCE = 32
    RECENTLY_RESTRICTED = 64
    OWNER_UNCERTAIN = 128
    REVIEW_HIT = 256
    OWNERS_ABOVE_100 = 512
    SOURCES_DIFFER = 1024
    INDIRECT_UNRESOLVED = 2048
    VOTES_WITHOUT_SHARES = 4096
    TREASURY_SHARES = 8192
    US_ENTITY = 16384
    PROGRAMME_UNKNOWN = 32768
    LAW_SILENT = 65536


FLAGS: dict[str, str] = {
    "minority_holding": "restricted parties hold a stake below the line: a red flag that asks for diligence, no bar",
    "range_holding": "a stake of a restricted party is known only as a range",
    "unknown_percentage": "a restricted party is an owner and its share is not known: find out",
    "control_link": "a restricted party controls it by other means than shares",
    "out_of_scope_list": "an owner stands on a list that does not count under this rule",
    "rule_not_in_force": "the rule would reach it and is not in force on that day",
    "recently_restricted": "it was restricted within the last year; what was blocked then may still be",
    "owner_uncertain": "an owner is itself only possibly restricted",
    "review_hit": "it may itself be a listed party: a name that a person has to look at",
    "owners_above_100": "the stated stakes add up to more than the whole, so each may be overstated by the excess",
    "sources_differ": "sources contradict each other on a stake; both ends are kept",
    "indirect_unresolved": "a stake is reported as indirect and its route is not in the file",
    "votes_without_shares": "votes are stated and shares are not; votes alone do not count as ownership here",
    "treasury_shares": "the entity holds shares of itself; whether they count in the whole is not settled",
    "us_entity": "incorporated in the United States: this rule reaches foreign entities only",
    "programme_unknown": "an owner is a blocked person whose programme is not stated, and only some programmes count",
    "law_silent": "the law does not say whether listed owners add up or whether chains count",
}
"""Every flag and what it tells."""


@dataclass(frozen=True, slots=True)
class Share:
    """A stake between two bounds.

    Attributes:
        min_ppm: Least share, whole ppm.
        max_ppm: Greatest share.
        min_excl: Whether it is more than ``min_ppm``, as in "over 25".
        max_excl: Whether it is less than ``max_ppm``.
    """

    min_ppm: int
    max_ppm: int
    min_excl: bool = False
    max_excl: bool = False

    def __post_init__(self) -> None:
        low, high = self.min_ppm * 2 + self.min_excl, self.max_ppm * 2 - self.max_excl
        if not 0 <= self.min_ppm <= self.max_ppm <= PPM or (low > high and not self.min_ppm < self.max_ppm):
            raise CodeError(
                f"a share from {self.min_ppm / 1e4:g} to {self.max_ppm / 1e4:g} percent holds no value",
                code="bad_share",
                cure="Give a least and a greatest share between 0 and 100 percent.",
            )

    @staticmethod
    def percent(low: Decimal | str | float, high: Decimal | str | float | None = None, *, over: bool = False,
                under: bool = False) -> Share:  # fmt: skip
        """A share in percent.

        Args:
            low: The share, or the least share.
            high: The greatest share, if it is a range.
            over: Whether the least is exclusive.
            under: Whether the greatest is exclusive.

        Returns:
            The share; digits below a ppm widen it to the ppm around it, both ends exclusive.

        Raises:
            CodeError: If it is not within 0 and 100.
        """
        least = Decimal(str(low)) * 10_000
        most = least if high is None else Decimal(str(high)) * 10_000
        floor, ceiling = int(least.to_integral_value(ROUND_FLOOR)), int(most.to_integral_value(ROUND_CEILING))
        return Share(floor, ceiling, over or floor != least, under or ceiling != most)

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.min_ppm == self.max_ppm

    @property
    def codes(self) -> tuple[int, int]:
        """Least and greatest share as codes."""
        return self.min_ppm * STEP + self.min_excl, self.max_ppm * STEP - self.max_excl

    def __str__(self) -> str:
        return span_words(*self.codes)


def span_words(low: int, high: int) -> str:
    """A span of codes in words, as ``30 %`` or ``over 25 to 50 %``."""
    if low == high:
        return f"{percent_of_code(low)} %"
    least = f"{'over ' if low % STEP else ''}{percent_of_code(low)}"
    most = f"{'under ' if high % STEP else ''}{percent_of_code(high, up=True)}"
    return f"{least} to {most} %"


def percent_of_code(code: int, *, up: bool = False) -> str:
    """Percent of a code, without the mark of exclusion."""
    ppm = -(-code // STEP) if up else code // STEP
    return f"{Decimal(int(ppm)) / 10_000:f}"


@dataclass(frozen=True, slots=True)
class Edge:
    """An owner, an entity, and what the one holds in the other.

    Attributes:
        owner: Its id or name.
        owned: Id or name of the entity.
        share: The stake, or ``None`` where it is not known.
        kind: What is held.
        start: First day, days since 1970-01-01, or ``None``.
        end: First day after it, or ``None``.
        source: Register or file that says so.
        row: Row in that file, or 0.
    """

    owner: str
    owned: str
    share: Share | None = None
    kind: EdgeKind = EdgeKind.SHARES
    start: int | None = None
    end: int | None = None
    source: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A party that stands on a list, from which restrictions spread.

    Attributes:
        party: Its id or name in the graph.
        list: Code as ``us-el``, or a short name as ``SDN`` or ``SDN:RUSSIA-EO14024``.
        programmes: Sanctions programmes.
        start: First day, or ``None``.
        end: First day after it, or ``None``.
        footnotes: Footnotes of the Entity List.
        requirement: License requirement in the words of the list.
        review: Review policy in the words of the list.
        label: Name on the list, where it differs from ``party``.
        linked: Name of a group of listed parties whose holdings count as those of one person; the party alone where empty.
    """

    party: str
    list: str
    programmes: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    footnotes: tuple[str, ...] = ()
    requirement: str = ""
    review: str = ""
    label: str = ""
    linked: str = ""

    def on(self, day: int | None) -> bool:
        """Whether it holds on a day; without a day always."""
        return day is None or ((self.start is None or day >= self.start) and (self.end is None or day < self.end))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rule says of one entity.

    Attributes:
        entity: Its name in the graph.
        rule: The rule.
        status: The answer.
        flags: Reasons to look closer, of ``FLAGS``.
        because: ``listed``, ``branch``, ``control``, ``owned`` or empty.
        low: Least share held by restricted parties, percent as text.
        high: Greatest share.
        readings: Where the law is silent, the answer in each reading, as ``{"narrow": ..., "broad": ...}``.
        would_be: The answer if the rule were in force; equal to ``status`` where it is.
        depends_on: Names of possible seeds on which a possible answer turns.
    """

    entity: str
    rule: str
    status: Status
    flags: tuple[str, ...] = ()
    because: str = ""
    low: str = "0"
    high: str = "0"
    readings: dict[str, Status] = field(default_factory=dict)
    would_be: Status = Status.NOT_RESTRICTED
    depends_on: tuple[str, ...] = ()
