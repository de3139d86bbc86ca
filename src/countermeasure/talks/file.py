"""The edge: what a file of a conflict may hold, checked by pydantic. Every scalar arrives as text.

The JSON Schema of :class:`ConflictFile` is shipped as ``data/talks/conflict.schema.json`` for editors;
``python -m countermeasure.talks.file`` writes it.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from countermeasure.book.edge import Amount, Day, Number, Strict, YesNo, one_of
from countermeasure.talks.constraints import KEYWORDS
from countermeasure.talks.model import DIRECTIONS

__all__ = [
    "ConflictFile",
    "EntryFile",
    "OptionFile",
    "PartyFile",
    "PreferenceFile",
    "SwitchFile",
    "conflict_schema",
    "schema_text",
]


def _id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]\w*", text, re.ASCII) or text in KEYWORDS:
        raise ValueError(f"{text!r} cannot be an id; use letters, digits and _, and none of {', '.join(sorted(KEYWORDS))}")
    return text


Id = Annotated[str, AfterValidator(_id)]
Ranking = list[str | list[str]]


class PartyFile(Strict):
    """Somebody who moves."""

    id: Id
    name: str = ""


class OptionFile(Strict):
    """Something a party may do or leave."""

    id: Id
    name: str = ""
    dm: str
    direction: Annotated[str, one_of("direction", *DIRECTIONS)] = "both"
    measures: list[str] = Field(default_factory=list)
    on_when: Annotated[str, one_of("rule for several measures", "any", "all")] = "any"
    note: str = ""


class PreferenceFile(Strict):
    """How a party ranks states, in one of four ways; a list alone is a ranking."""

    ranking: Ranking | None = None
    statements: list[str | list[str]] | None = None
    goals: dict[str, Number] | None = None
    payoffs: dict[str, Number] | None = None
    epsilon: Amount | None = None
    source: str = ""
    assumption: YesNo = "yes"
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _list_alone(cls, data: Any) -> Any:  # noqa: ANN401
        return {"ranking": data} if isinstance(data, list) else data

    @property
    def ways(self) -> list[str]:
        """Ways that the file uses."""
        return [way for way in ("ranking", "statements", "goals", "payoffs") if getattr(self, way) is not None]

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.ways) != 1:
            told = " and ".join(self.ways) or "nothing"
            raise ValueError(f"a preference is given in one way; here is {told}: write ranking, statements, goals or payoffs")
        if self.epsilon is not None and self.ways[0] not in ("goals", "payoffs"):
            raise ValueError(f"epsilon has no meaning for {self.ways[0]}; remove it")
        if self.assumption == "no" and not self.source:
            raise ValueError("a preference that is no assumption needs a source; add source, or write assumption: yes")
        return self


class SwitchFile(Strict):
    """An option taken or left on a day, for what the book does not hold."""

    day: Day
    option: str
    to: Literal["on", "off"]
    source: str = ""
    note: str = ""


Preferences = dict[str, PreferenceFile]


class ConflictFile(Strict):
    """A conflict.

    ``plays`` says what options mean for the engines of trade and supply, ``switches`` when they were taken; other rooms read
    these two.
    """

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    intent: str = ""
    notes: str | list[str] = ""
    sources: list[str | dict[str, str]] = Field(default_factory=list)
    as_of: Day | None = None
    decision_makers: list[PartyFile] = Field(min_length=1)
    options: list[OptionFile] = Field(min_length=1)
    state_numbering: str = ""
    states: dict[str, str] | None = None
    infeasible_patterns: list[str] = Field(default_factory=list)
    constraints: list[str] = Field(default_factory=list)
    preferences: Preferences
    status_quo: str | None = None
    views: dict[str, Preferences] = Field(default_factory=dict)
    switches: list[SwitchFile] = Field(default_factory=list)
    plays: dict[str, Any] = Field(default_factory=dict)

    @field_validator("states")
    @classmethod
    def _some_states(cls, states: dict[str, str] | None) -> dict[str, str] | None:
        if states is not None and not states:
            raise ValueError("there is no state; name one at least, or remove the key")
        return states


class EntryFile(ConflictFile):
    """An entry of a file of many conflicts, with what is expected of it; other keys are for other readers."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, populate_by_name=True)

    source: dict[str, str] = Field(default_factory=dict)
    expected: dict[str, Any] = Field(default_factory=dict)
    preference_statements: dict[str, list[str | list[str]]] = Field(default_factory=dict)
    preference_statements_text: dict[str, list[str]] = Field(default_factory=dict)


def conflict_schema() -> dict[str, Any]:
    """JSON Schema of a conflict file; the shipped one must equal it."""
    return ConflictFile.model_json_schema(by_alias=True)


def schema_text() -> str:
    """The shipped file ``data/talks/conflict.schema.json``, byte for byte."""
    return json.dumps(conflict_schema(), indent=1) + "\n"


def main() -> None:
    """Write the shipped file: ``python -m countermeasure.talks.file``."""
    from countermeasure.book.load import shipped_data

    (shipped_data() / "talks" / "conflict.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
