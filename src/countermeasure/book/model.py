"""The nouns of the book: instruments, acts, provisions, spells.

All values are frozen. Time is an *instant*: minutes since 1970-01-01 00:00 in the local time of the customs territory that
applies the rule, so that a bare day is ``day * 1440``. Windows are half open.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

DAY = 1440
"""Minutes in a day."""
ALWAYS = -(2**52)
"""Instant before every window."""
NEVER = 2**52
"""Instant after every window: an open end."""


JUST = 1e-9
"""What lies above a share and is still nothing else: ``above: "0"`` means any content at all."""


class State(StrEnum):
    """State of a provision on a day."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"
    STRUCK_DOWN = "struck_down"
    WITHDRAWN = "withdrawn"
    NEVER_APPLIED = "never_applied"


class Reading(StrEnum):
    """``text`` honours the law alone, ``announced`` honours statements as well."""

    TEXT = "text"
    ANNOUNCED = "announced"


class Role(StrEnum):
    """What a provision does: add money, free by a claim, settle an order between others, or control a transfer."""

    DUTY = "duty"
    RELIEF = "relief"
    RULE = "rule"
    CONTROL = "control"


REVIEWS = (
    "prohibited",
    "denial_in_principle",
    "individual_license_only",
    "stricter_review",
    "case_by_case",
    "license_required",
    "exempt_with_report",
    "notice_duty",
    "none",
)
"""What a control asks for, the strictest first. ``notice_duty`` adds obligations, ``none`` frees; neither is an answer."""

ROLES = (
    "exporter",
    "seller",
    "maker",
    "buyer",
    "importer",
    "intermediate_consignee",
    "consignee",
    "end_user",
    "person",
    "service_provider",
)
"""Roles of the parties to a transaction that a control may name."""


BASES = (
    "value",
    "steel_content",
    "aluminium_content",
    "copper_content",
    "non_metal_content",
    "non_us_content",
    "non_metal_non_us_content",
    "column_1",
    "column_2",
    "total_with_column_1",
)
"""What a rate is taken of. The order is the order of the kernel's coefficient columns."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of codes or origins: members and exceptions, as written in the instrument.

    Attributes:
        members: Prefixes, ``list:NAME``, country codes or ``group:NAME``; empty means all.
        exceptions: What is taken out again.
    """

    members: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class FactCondition:
    """One test on one fact of the shipment.

    Attributes:
        fact: Id in ``facts.yaml``.
        op: ``is`` (flags), ``before`` / ``from`` (days, minutes), ``below`` / ``at_least`` (shares).
        value: 0 or 1 for flags, epoch day, minute of the day, or a fraction.
    """

    fact: str
    op: str
    value: float

    def __str__(self) -> str:
        """Words for a person: ``metal_weight_share below 0.15``."""
        if self.op == "is":
            return self.fact if self.value else f"not {self.fact}"
        if self.fact.endswith("_on"):
            from countermeasure.codes.day import format_day

            return f"{self.fact} {self.op} {format_day(int(self.value))}"
        if self.op == "at_least" and self.value == JUST:
            return f"{self.fact} above 0"
        return f"{self.fact} {self.op.replace('_', ' ')} {self.value:g}"


@dataclass(frozen=True, slots=True)
class PartyTest:
    """A test on the parties: does any party in one of these roles stand on one of these lists?

    Attributes:
        lists: List codes (``us-el``), listings by provision (``cn-ecl-2025-1``; ``*`` allowed), a footnote of the US Entity
            List (``us-el/4``), or SDN programmes in the scope of 15 CFR 744.8 (``us-sdn/744.8``).
        roles: Roles that count, of ``ROLES``; empty means all.
        through: ``direct``, ``ownership`` (owned by such a party under a rule) or ``either``.
        rule: Ownership rule, as ``bis``; empty without ownership.
        unnamed: What holds where no party in these roles is named: ``open`` (may be listed) or ``no`` (assumed not, and said).
    """

    lists: tuple[str, ...]
    roles: tuple[str, ...] = ()
    through: str = "direct"
    rule: str = ""
    unnamed: str = "open"


@dataclass(frozen=True, slots=True)
class Body:
    """What a provision says. Every field but the id may be amended."""

    name: str = ""
    programme: str = ""
    into: str = ""
    role: Role = Role.DUTY
    heading: str = ""
    heading_if_zero: str = ""
    note: str = ""
    rate: float = 0.0
    per_item_usd: float | None = None
    basis: str = "value"
    goods: Scope = field(default_factory=Scope)
    origin: Scope = field(default_factory=Scope)
    facts: tuple[FactCondition, ...] = ()
    given: tuple[str, ...] = ()
    frees: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    limits_to: str = ""
    review: str = ""
    items: Scope = field(default_factory=Scope)
    sent_from: Scope = field(default_factory=Scope)
    sent_to: Scope = field(default_factory=Scope)
    parties: PartyTest | None = None
    who: str = ""
    obligations: tuple[str, ...] = ()
    scope: str = ""
    confidence: str = ""
    certainty: str = ""

    def amended(self, changes: dict[str, Any]) -> Body:
        """The body with some fields replaced."""
        return replace(self, **changes)


BODY_FIELDS = tuple(f.name for f in fields(Body))
_SCOPES = ("goods", "origin", "items", "sent_from", "sent_to")


def body_out(body: Body) -> dict[str, Any]:
    """A body as plain values, for the cache."""
    row = {name: getattr(body, name) for name in BODY_FIELDS}
    for key in _SCOPES:
        row[key] = [row[key].members, row[key].exceptions]
    row["facts"] = [[c.fact, c.op, c.value] for c in body.facts]
    if body.parties is not None:
        p = body.parties
        row["parties"] = [p.lists, p.roles, p.through, p.rule, p.unnamed]
    return row


def body_in(row: dict[str, Any]) -> Body:
    """The body of plain values that :func:`body_out` gave."""
    for key in _SCOPES:
        row[key] = Scope(tuple(row[key][0]), tuple(row[key][1]))
    row["facts"] = tuple(FactCondition(*c) for c in row["facts"])
    for key in ("given", "frees", "limits", "obligations"):
        row[key] = tuple(row[key])
    if row["parties"] is not None:
        lists, roles, *rest = row["parties"]
        row["parties"] = PartyTest(tuple(lists), tuple(roles), *rest)
    row["role"] = Role(row["role"])
    return Body(**row)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of an instrument, converted from the file.

    Attributes:
        kind: ``impose``, ``amend``, ``suspend``, ``resume``, ``extend``, ``repeal``, ``list``, ``delist``, ``declare``.
        targets: Provision ids or patterns; for ``list`` and ``delist`` the name of the code list.
        start: First instant.
        end: First instant after the window; ``NEVER`` if open.
        changes: Fields of the body (``impose``, ``amend``).
        mode: ``window`` or ``suspension`` (extend), or how a repeal ended it.
        collected_until: Instant up to which duties were collected against law; ``ALWAYS`` if not at all.
        codes: Codes of ``list`` and ``delist``.
        says: Words of a ``declare``.
        where: ``file:line`` of the act.
    """

    kind: str
    targets: tuple[str, ...] = ()
    start: int = ALWAYS
    end: int = NEVER
    changes: dict[str, Any] = field(default_factory=dict)
    mode: str = ""
    collected_until: int = ALWAYS
    codes: tuple[str, ...] = ()
    says: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A place where the text can be read, and how it was read: ``text``, ``summary`` or ``memory``."""

    cite: str
    url: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What an instrument says and the engine does not compute.

    Attributes:
        instrument: Id of the instrument.
        what: What is left out.
        why: The reason.
        into: Customs territory of import it concerns.
        origins: Origins whose answers it makes incomplete; empty means that no answer suffers by itself.
        goods: Prefixes it is about; empty means all goods.
        start: First instant.
        end: First instant after.
    """

    instrument: str
    what: str
    why: str
    into: str = ""
    origins: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    start: int = ALWAYS
    end: int = NEVER


@dataclass(frozen=True, slots=True)
class Instrument:
    """A legal act or a statement, with what it does.

    Attributes:
        published_on: Epoch day on which the public could know it.
        kind: ``law``, ``ruling``, ``statement`` or ``scenario``.
        not_modelled: What the engine does not compute, and why.
        path: File it stands in, for messages.
        line: Line of its id there.
    """

    id: str
    kind: str
    issuer: str
    citation: str
    title: str
    published_on: int
    confidence: str
    sources: tuple[Source, ...] = ()
    notes: str = ""
    not_modelled: tuple[Gap, ...] = ()
    acts: tuple[Act, ...] = ()
    path: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in which a provision did not change.

    Attributes:
        start: First instant.
        end: First instant after it.
        state: State in this stretch.
        body: What it said; ``None`` before it was first imposed.
        instruments: Ids of the instruments that made it so, in order.
        collected: Whether duties were collected though the provision was struck down.
    """

    start: int
    end: int
    state: State
    body: Body | None
    instruments: tuple[str, ...] = ()
    collected: bool = False

    @property
    def payable(self) -> bool:
        """Whether customs takes the duty: in force, or collected against law."""
        return self.state is State.IN_FORCE or self.collected


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision over all time, as replayed for one knowledge day and reading."""

    id: str
    spells: tuple[Spell, ...]

    def at(self, instant: int) -> Spell:
        """The spell that holds an instant."""
        for spell in self.spells:
            if spell.start <= instant < spell.end:
                return spell
        raise LookupError(self.id)

    @property
    def ever_in_force(self) -> bool:
        """Whether there is any stretch in force."""
        return any(s.state is State.IN_FORCE for s in self.spells)

    def state(self, instant: int) -> State:
        """State on an instant, with ``never_applied`` for what was imposed and never lived."""
        state = self.at(instant).state
        dead = state in (State.ENDED, State.WITHDRAWN, State.SUSPENDED, State.STRUCK_DOWN)
        return State.NEVER_APPLIED if dead and not self.ever_in_force else state


@dataclass(frozen=True, slots=True)
class Programme:
    """A group of provisions: authority and place in filing order."""

    id: str
    name: str
    authority: str
    order: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a shipment that some provision asks for.

    Attributes:
        type: ``flag``, ``share``, ``day`` or ``minute``.
        absent: ``unknown`` (both ways are computed) or ``no`` (a claim that nobody made).
        ordinary: Value behind the ordinary figure: ``yes``, ``no``, ``late`` or a number.
        ask: The question to put to the importer.
    """

    id: str
    type: str
    absent: str
    ordinary: str
    ask: str
