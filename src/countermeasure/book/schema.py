"""The edge: what a file of the book may hold, checked by pydantic and converted once to the frozen model.

Every scalar arrives as text. Unknown keys are refused. The JSON Schema of :class:`InstrumentFile` is shipped as
``data/book/instrument.schema.json`` for editors; ``python -m countermeasure.book.schema`` writes it.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from countermeasure.book.edge import Day, Rate, Strict, YesNo, number_of
from countermeasure.book.lists import digits_of
from countermeasure.book.model import (
    ALWAYS,
    BASES,
    DAY,
    JUST,
    NEVER,
    REVIEWS,
    ROLES,
    Act,
    FactCondition,
    Gap,
    Instrument,
    PartyTest,
    Role,
    Scope,
    Source,
)
from countermeasure.codes.day import parse_day, parse_instant
from countermeasure.errors import CountermeasureError


def _instant(text: str) -> str:
    try:
        _to_instant(text)
    except CountermeasureError as error:
        raise ValueError(str(error)) from None
    return text


def _dollars(text: str) -> str:
    try:
        value = number_of(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise ValueError(f"{text!r} is not an amount of dollars; write a number such as 100")
    return text


def _number_of_chapter_99(text: str) -> str:
    if text and not re.fullmatch(r"9[89]\d\d\.\d\d\.\d\d", text, re.ASCII):
        raise ValueError(f"{text!r} is not a number of chapter 98 or 99; write it as 9903.01.25")
    return text


def _territory(text: str) -> str:
    from countermeasure.codes.country import ORIGINS

    if text not in ORIGINS and text != "EU":
        raise ValueError(f"{text!r} is not a customs territory; write its two-letter code, as US or CN")
    return text


def _named_origin(text: str) -> str:
    from countermeasure.codes.groups import Groups

    if text.startswith("group:"):
        names = Groups.load().names
        if text[6:] not in names:
            raise ValueError(f"no group named {text[6:]!r}; there are {', '.join(names)}")
        return text
    return _territory(text)


def _prefix(text: str) -> str:
    digits_of(text)
    return text


def _slug(text: str) -> str:
    if not text or text != text.lower() or not all(c.isalnum() or c in "-_." for c in text):
        raise ValueError(f"{text!r} is not an id; use lower case letters, digits and dashes")
    return text


InstantText = Annotated[str, AfterValidator(_instant)]
DollarText = Annotated[str, AfterValidator(_dollars)]
HeadingText = Annotated[str, AfterValidator(_number_of_chapter_99)]
TerritoryText = Annotated[str, AfterValidator(_territory)]
Slug = Annotated[str, AfterValidator(_slug)]
Confidence = Literal["high", "medium", "memory"]


def _to_instant(text: str | None, default: int = NEVER) -> int:
    if text is None:
        return default
    day, minute = parse_instant(text)
    return day * DAY + minute


class ScopeFile(Strict):
    """Members and exceptions of a set of codes or origins."""

    members: list[str] = Field(default_factory=list, alias="in")
    exceptions: list[str] = Field(default_factory=list, alias="not_in")

    @model_validator(mode="after")
    def _something(self) -> ScopeFile:
        if not (self.members or self.exceptions):
            raise ValueError("nothing is named; leave the key out for all, or name what is meant under in or not_in")
        return self

    def convert(self) -> Scope:
        """To the frozen form."""
        return Scope(tuple(self.members), tuple(self.exceptions))


class TestFile(Strict):
    """A test on a day, a minute or a share."""

    before: str | None = None
    from_: str | None = Field(default=None, alias="from")
    below: Rate | None = None
    at_least: Rate | None = None
    above: Rate | None = None

    @model_validator(mode="after")
    def _one(self) -> TestFile:
        if not any((self.before, self.from_, self.below, self.at_least, self.above)):
            raise ValueError("a test needs before, from, below, at_least or above")
        return self

    def convert(self, fact: str) -> list[FactCondition]:
        """To frozen conditions."""
        found: list[FactCondition] = []
        for op, text in (("before", self.before), ("from", self.from_)):
            if text is not None:
                value = _minute(text) if fact == "entry_minute" else parse_day(text)
                found.append(FactCondition(fact, op, float(value)))
        for op, text in (("below", self.below), ("at_least", self.at_least)):
            if text is not None:
                found.append(FactCondition(fact, op, float(text)))
        if self.above is not None:
            found.append(FactCondition(fact, "at_least", float(self.above) + JUST))
        return found


def _minute(text: str) -> int:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if found is None:
        raise ValueError(f"{text!r} is not a time of day; write HH:MM, as 13:01")
    return int(found[1]) * 60 + int(found[2])


class LimitsFile(Strict):
    """Which provisions are taken of a smaller basis only."""

    targets: list[str] = Field(min_length=1)
    to: Literal["non_metal_content", "non_us_content", "value"]


class PartiesFile(Strict):
    """A test on the parties of a transaction; see docs/reference/controls.md."""

    lists: list[str] = Field(min_length=1)
    roles: list[str] = Field(default_factory=list)
    through: Literal["direct", "ownership", "either"] = "direct"
    rule: Literal["", "ofac", "bis", "cn_61", "eu", "uk"] = ""
    unnamed: Literal["open", "no"] = "open"

    @model_validator(mode="after")
    def _known(self) -> PartiesFile:
        strange = [r for r in self.roles if r not in ROLES]
        if strange:
            raise ValueError(f"role {strange[0]!r} is unknown; use one of {', '.join(ROLES)}")
        if (self.through == "direct") != (not self.rule):
            raise ValueError("a test through ownership needs a rule, and a direct test none; write rule: bis or the like")
        return self

    def convert(self) -> PartyTest:
        """To the frozen form."""
        return PartyTest(tuple(self.lists), tuple(self.roles), self.through, self.rule, self.unnamed)


class _BodyFile(Strict):
    name: str | None = None
    programme: str | None = None
    into: TerritoryText | None = None
    role: Role | None = None
    heading: HeadingText | None = None
    heading_if_zero: HeadingText | None = None
    note: str | None = None
    rate: Rate | None = None
    per_item_usd: DollarText | None = None
    basis: str | None = None
    goods: ScopeFile | None = None
    origin: ScopeFile | None = None
    facts: dict[str, YesNo | TestFile] | None = None
    given: list[str] | None = None
    frees: list[str] | None = None
    limits: LimitsFile | None = None
    review: str | None = None
    items: ScopeFile | None = None
    sent_from: ScopeFile | None = None
    sent_to: ScopeFile | None = None
    parties: PartiesFile | None = None
    who: str | None = None
    obligations: list[str] | None = None
    scope: str | None = None
    confidence: Confidence | None = None
    certainty: str | None = None

    @field_validator("basis")
    @classmethod
    def _known_basis(cls, basis: str | None) -> str | None:
        if basis is not None and basis not in BASES:
            raise ValueError(f"basis {basis!r} is unknown; use one of {', '.join(BASES)}")
        return basis

    @field_validator("review")
    @classmethod
    def _known_review(cls, review: str | None) -> str | None:
        if review is not None and review not in REVIEWS:
            raise ValueError(f"review {review!r} is unknown; use one of {', '.join(REVIEWS)}")
        return review

    @field_validator("facts")
    @classmethod
    def _readable_facts(cls, facts: dict[str, Any] | None) -> dict[str, Any] | None:
        for condition in _conditions(facts or {}):
            if condition.op in ("below", "at_least") and not 0 <= condition.value <= 1:
                raise ValueError(f"{condition.fact}: {condition.value:g} is outside 0 to 1; shares are fractions, 0.15 is 15 %")
        return facts

    def changes(self) -> dict[str, Any]:
        """Fields of the frozen body that the file names."""
        plain = ("name", "programme", "into", "role", "heading", "heading_if_zero", "note", "basis", "review", "who", "scope")
        found: dict[str, Any] = {k: getattr(self, k) for k in plain if getattr(self, k) is not None}
        for key in ("confidence", "certainty"):
            if getattr(self, key) is not None:
                found[key] = getattr(self, key)
        if self.rate is not None:
            found["rate"] = float(self.rate)
        if self.per_item_usd is not None:
            found["per_item_usd"] = float(self.per_item_usd)
        for key in ("goods", "origin", "items", "sent_from", "sent_to", "parties"):
            if getattr(self, key) is not None:
                found[key] = getattr(self, key).convert()
        if self.obligations is not None:
            found["obligations"] = tuple(self.obligations)
        if self.facts is not None:
            found["facts"] = tuple(_conditions(self.facts))
        if self.given is not None:
            found["given"] = tuple(self.given)
        if self.frees is not None:
            found["frees"] = tuple(self.frees)
        if self.limits is not None:
            found["limits"] = tuple(self.limits.targets)
            found["limits_to"] = self.limits.to
        return found


def _conditions(facts: dict[str, Any]) -> list[FactCondition]:
    found: list[FactCondition] = []
    for fact, test in facts.items():
        if isinstance(test, str):
            found.append(FactCondition(fact, "is", 1.0 if test == "yes" else 0.0))
        else:
            found.extend(test.convert(fact))
    return found


class ImposeFile(_BodyFile):
    """Creates a provision."""

    act: Literal["impose"]
    provision: Slug
    from_: InstantText = Field(alias="from")
    until: InstantText | None = None

    @model_validator(mode="after")
    def _complete(self) -> ImposeFile:
        if not self.programme:
            raise ValueError(f"{self.provision}: programme is missing")
        if self.role is Role.CONTROL:
            return self._control()
        if self.review is not None:
            raise ValueError(f"{self.provision}: only a control has a review; write role: control")
        duty = self.role in (None, Role.DUTY)
        if duty and self.rate is None and self.per_item_usd is None:
            raise ValueError(f'{self.provision}: a duty needs a rate; write rate: "0" if it is free')
        if not duty and not (self.frees or self.limits):
            raise ValueError(f"{self.provision}: a {self.role} needs frees or limits")
        return self

    def _control(self) -> ImposeFile:
        if self.review is None:
            raise ValueError(f"{self.provision}: a control needs a review; use one of {', '.join(REVIEWS)}")
        if self.rate is not None or self.per_item_usd is not None or self.goods is not None:
            raise ValueError(f"{self.provision}: a control has no rate and no goods; name items, sent_from, sent_to")
        return self

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        changes = {"role": Role.DUTY, **self.changes()}
        return Act("impose", (self.provision,), _to_instant(self.from_), _to_instant(self.until), changes, where=where)


class AmendFile(_BodyFile):
    """Changes a provision."""

    act: Literal["amend"]
    provision: Slug
    from_: InstantText = Field(alias="from")
    until: InstantText | None = None

    @model_validator(mode="after")
    def _something(self) -> AmendFile:
        if not self.changes():
            raise ValueError(f"{self.provision}: nothing is changed; name what it says from then on, as rate")
        return self

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        start, end = _to_instant(self.from_), _to_instant(self.until)
        return Act("amend", (self.provision,), start, end, self.changes(), where=where)


class WindowFile(Strict):
    """Suspends or resumes provisions."""

    act: Literal["suspend", "resume"]
    provisions: list[str] = Field(min_length=1)
    from_: InstantText = Field(alias="from")
    until: InstantText | None = None

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        start, end = _to_instant(self.from_), _to_instant(self.until)
        return Act(self.act, tuple(self.provisions), start, end, where=where)


class ExtendFile(Strict):
    """Prolongs a suspension or a window."""

    act: Literal["extend"]
    provisions: list[str] = Field(min_length=1)
    until: InstantText
    of: Literal["window", "suspension"]

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        return Act("extend", tuple(self.provisions), end=_to_instant(self.until), mode=self.of, where=where)


class RepealFile(Strict):
    """Ends provisions."""

    act: Literal["repeal"]
    provisions: list[str] = Field(min_length=1)
    from_: InstantText = Field(alias="from")
    as_: Literal["ended", "struck_down", "withdrawn"] = Field(default="ended", alias="as")
    collected_until: InstantText | None = None

    @model_validator(mode="after")
    def _collected_later(self) -> RepealFile:
        if self.collected_until is not None and _to_instant(self.collected_until) <= _to_instant(self.from_):
            raise ValueError("collected_until does not come after from; it is the first day on which nothing is collected")
        return self

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        return Act(
            "repeal",
            tuple(self.provisions),
            _to_instant(self.from_),
            mode=self.as_,
            collected_until=_to_instant(self.collected_until, ALWAYS),
            where=where,
        )


class ListFile(Strict):
    """Puts codes on a list or takes them off."""

    act: Literal["list", "delist"]
    list_: Slug = Field(alias="list")
    codes: list[str] = Field(min_length=1)
    from_: InstantText = Field(alias="from")
    until: InstantText | None = None

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        start, end = _to_instant(self.from_), _to_instant(self.until)
        return Act(self.act, (self.list_,), start, end, codes=tuple(self.codes), where=where)


class DeclareFile(Strict):
    """A finding or statement without effect on rates."""

    act: Literal["declare"]
    says: str
    about: list[str] = Field(default_factory=list)
    on: InstantText | None = None

    def convert(self, where: str) -> Act:
        """To the frozen form."""
        return Act("declare", tuple(self.about), _to_instant(self.on, ALWAYS), says=self.says, where=where)


ActFile = Annotated[
    ImposeFile | AmendFile | WindowFile | ExtendFile | RepealFile | ListFile | DeclareFile,
    Field(discriminator="act"),
]


class SourceFile(Strict):
    """Where the text can be read."""

    cite: str
    url: str = ""
    read: Literal["text", "summary", "memory", ""] = ""


class NotModelledFile(Strict):
    """What the engine leaves out, and why."""

    what: str
    why: str
    origins: list[Annotated[str, AfterValidator(_named_origin)]] = Field(default_factory=list)
    goods: list[Annotated[str, AfterValidator(_prefix)]] = Field(default_factory=list)
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    def convert(self, instrument: str, issuer: str) -> Gap:
        """To the frozen form."""
        start, end = _to_instant(self.from_, ALWAYS), _to_instant(self.until)
        return Gap(instrument, self.what, self.why, issuer, tuple(self.origins), tuple(self.goods), start, end)


class InstrumentFile(Strict):
    """One file of the book."""

    id: Slug
    kind: Literal["law", "ruling", "statement", "scenario"]
    issuer: TerritoryText
    citation: str = Field(min_length=1)
    title: str = Field(min_length=1)
    published_on: Day
    confidence: Confidence
    sources: list[SourceFile] = Field(default_factory=list)
    notes: str = ""
    not_modelled: list[NotModelledFile] = Field(default_factory=list)
    acts: list[ActFile] = Field(default_factory=list)

    def convert(self, path: str, lines: list[int], line: int = 1) -> Instrument:
        """To the frozen form.

        Args:
            path: File name for messages.
            lines: Line of each act.
            line: Line of its id.
        """
        acts = tuple(act.convert(f"{path}:{line}") for act, line in zip(self.acts, lines, strict=True))
        return Instrument(
            id=self.id,
            kind=self.kind,
            issuer=self.issuer,
            citation=self.citation,
            title=self.title,
            published_on=parse_day(self.published_on),
            confidence=self.confidence,
            sources=tuple(Source(s.cite, s.url, s.read) for s in self.sources),
            notes=self.notes,
            not_modelled=tuple(n.convert(self.id, self.issuer) for n in self.not_modelled),
            acts=acts,
            path=path,
            line=line,
        )


def instrument_schema() -> dict[str, Any]:
    """JSON Schema of an instrument file (the shipped one must equal it; a test compares)."""
    return InstrumentFile.model_json_schema(by_alias=True)


def schema_text() -> str:
    """The shipped file ``data/book/instrument.schema.json``, byte for byte."""
    return json.dumps(instrument_schema(), indent=1) + "\n"


def main() -> None:
    """Write the shipped file: ``python -m countermeasure.book.schema``."""
    from countermeasure.book.load import shipped_data

    (shipped_data() / "book" / "instrument.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
