"""Parties for programs: the same answers as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError
from countermeasure.io.party_index import party_index
from countermeasure.io.screening import list_records
from countermeasure.web.api import MaybeDay
from countermeasure.web.held import HeldIn
from countermeasure.web.views.parties_owners import EXAMPLE_EDGES, EXAMPLE_LISTED, OwnersQuestion, answer_owners
from countermeasure.web.views.parties_search import Question, answer_entry, answer_search
from countermeasure.web.views.parties_table import EXAMPLE, TableQuestion, answer_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex
    from countermeasure.web.held import Held

__all__ = ["api", "indexed"]

api = APIRouter(tags=["parties"])
Name = Annotated[str, Query(min_length=1, max_length=300, description="In any script.", examples=["Huawei Tech Co"])]
Short = Annotated[str, Query(max_length=300)]
Text = Annotated[str, Field(max_length=2_000_000)]


class Rows(BaseModel):
    """A table of parties as text, CSV with a head."""

    model_config = ConfigDict(extra="forbid")
    table: Text = Field(examples=[EXAMPLE])
    lists: list[str] = Field(default=[], max_length=30)
    on: MaybeDay = ""
    score: float = Field(default=0.0, ge=0.0, le=1.0)


class Owners(BaseModel):
    """Tables of owners and of listed parties as text, CSV with a head."""

    model_config = ConfigDict(extra="forbid")
    edges: Text = Field(examples=[EXAMPLE_EDGES])
    listed: Text = Field(default="", examples=[EXAMPLE_LISTED])
    party: str = Field(default="", max_length=300)
    rules: list[str] = Field(default=[], max_length=8)
    on: MaybeDay = ""
    reading: str = Field(default="both", pattern="^(text|announced|both)$")
    share_unit: str = Field(default="", pattern="^(percent|fraction|)$")


@api.get("/parties", summary="Is this name on a list, and why is it thought so?")
def search_api(
    held: HeldIn, name: Name, country: Short = "", address: Short = "", number: Short = "", born: Short = "",
    kind: Short = "", list: Annotated[list[str], Query(max_length=30)] = [], on: MaybeDay = "",  # noqa: A002, B006
    score: Annotated[float, Query(ge=0.0, le=1.0)] = 0.0,
) -> dict[str, Any]:  # fmt: skip
    """Hits with reasons. A name that is not found is not cleared."""
    day = parse_day(on) if on else None
    question = Question(name, country, address, number, born, kind, tuple(list), day, score)
    return answer_search(question, held.lists, indexed(held)).to_json()


@api.get("/parties/lists", summary="The lists that are held, with day and completeness")
def lists_api(held: HeldIn) -> dict[str, Any]:
    """What searches stand on."""
    return {"lists": list_records(held.lists)}


@api.get("/parties/entry/{name}", summary="One entry of a list, and the state of its listing")
def entry_api(held: HeldIn, name: str, on: MaybeDay = "") -> dict[str, Any]:
    """What the list says, and the provision that gives the listing its effect."""
    lists = held.lists
    return answer_entry(held.book, lists, indexed(held)(lists), name, parse_day(on) if on else held.today()).to_json()


@api.post("/parties/screen", summary="Look the parties of a table up")
def screen_api(held: HeldIn, body: Rows) -> dict[str, Any]:
    """One answer for each row that can be read, and every fault of the others."""
    question = TableQuestion(
        "table", body.table.encode(), tuple(body.lists), parse_day(body.on) if body.on else None, body.score,
        held.settings.table_rows,
    )  # fmt: skip
    return answer_table(question, held.lists, indexed(held)).to_json()


@api.post("/parties/owners", summary="Who is restricted through owners, under which rule, and why")
def owners_api(held: HeldIn, body: Owners) -> dict[str, Any]:
    """Answers by entity, rule and reading, with proofs."""
    if not body.edges.strip():
        raise InputError("no table of owners is given", where="edges", code="no_table", cure="Give owner,owned,share as CSV.")
    listed = ("listed", body.listed.encode()) if body.listed.strip() else None
    on = parse_day(body.on) if body.on else held.today()
    question = OwnersQuestion(
        ("edges", body.edges.encode()), listed, body.party.strip(), tuple(body.rules), on, body.reading, body.share_unit
    )
    return answer_owners(question, held.book, held.lists).to_json()


def indexed(held: Held) -> Callable[[tuple[PartyList, ...]], PartyIndex]:
    """Gives the index over some lists, kept for the next question."""

    def make(lists: tuple[PartyList, ...]) -> PartyIndex:
        key = ("party_index", tuple((one.code, one.as_of, one.hash) for one in lists))
        return held.thing(key, lambda: party_index(lists))

    return make
