"""Questions of the check pages, from the query string of an address: every field known, none read twice."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from countermeasure.errors import CodeError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.io.faults import Fault

__all__ = ["ABOUT", "ALIASES", "FaultyQuestionError", "Question", "question_of"]

ABOUT = ("known_on", "reading", "scenario", "what", "sheet")
"""Fields that say how to answer, not what is asked about."""
ALIASES = {"on": "entry_on", "value": "value_usd", "number": "hts"}
"""Short names of fields in addresses."""
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks.

    Attributes:
        given: Fields as they stand in the address, in its order.
        cells: Fields by the names of columns, sorted.
        known_on: Day of knowledge, or empty.
        reading: ``text``, ``announced`` or ``both``.
        scenarios: Names of shipped scenarios.
        what: ``both``, ``duty`` or ``license``.
    """

    given: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, str], ...]
    known_on: str = ""
    reading: str = "both"
    scenarios: tuple[str, ...] = ()
    what: str = "both"

    def cell(self, name: str) -> str:
        """A field, or nothing."""
        return dict(self.cells).get(name, "")

    @property
    def about(self) -> tuple[Any, ...]:
        """Everything an answer depends on beside the book and today."""
        return self.cells, self.known_on, self.reading, self.scenarios, self.what


class FaultyQuestionError(InputError):
    """A question with fields that cannot be read.

    Attributes:
        fields: What is wrong, by field.
        status: Status of HTTP.
    """

    default_code = "bad_question"

    def __init__(self, fields: Mapping[str, str], code: str | None = None, *, status: int = 422) -> None:
        said = [f"{name}: {words}" for name, words in fields.items()]
        super().__init__(said[0], code=code, faults=said[1:])
        self.fields = dict(fields)
        self.status = status

    @staticmethod
    def of(faults: Sequence[Fault]) -> FaultyQuestionError:
        """From the faults of a row; fields have the names that the form gives them."""
        short = {column: name for name, column in ALIASES.items() if name != "number"}
        found: dict[str, str] = {}
        for fault in faults:
            name = short.get(fault.column or "", fault.column or "question")
            words = f"{fault.message.rstrip('.')}. {fault.cure}".replace("the cell ", "").strip()
            found[name] = f"{found[name]} {words}" if name in found else words
        return FaultyQuestionError(found, faults[0].code)


def question_of(items: Iterable[tuple[str, str]], known: Sequence[str], aliases: Mapping[str, str] = ALIASES) -> Question:
    """Read the fields of an address.

    Args:
        items: Names and texts.
        known: Names of columns that are understood.
        aliases: Short names.

    Raises:
        CodeError: If a name is not known, stands twice, or its text is too long.
    """
    given: dict[str, str] = {}
    scenarios: list[str] = []
    names = set(known) | set(ABOUT) | set(aliases)
    for name, text in items:
        if name not in names:
            near = get_close_matches(name, sorted(names), n=3, cutoff=0.6)
            cure = f"Did you mean {' or '.join(near)}?" if near else "Use the fields of the form."
            raise CodeError(f"{name[:40]!r} is not a field of this question", code="unknown_field", cure=cure)
        if len(text) > LONGEST:
            raise CodeError(f"{name} has {len(text)} characters", code="too_long", cure=f"Give {LONGEST} at most.")
        if not text.strip():
            continue
        if name == "scenario":
            scenarios.append(text.strip())
        elif name in given:
            raise CodeError(f"{name} is given twice", code="given_twice", cure="Say it once.")
        else:
            given[name] = text.strip()
    cells: dict[str, str] = {}
    for name, text in given.items():
        column = aliases.get(name, name)
        if name in ABOUT:
            continue
        if column in cells:
            raise CodeError(f"{column} is given twice, once as {name}", code="given_twice", cure="Say it once.")
        cells[column] = text
    what = given.get("what", "both")
    if what not in ("both", "duty", "license"):
        raise CodeError(f"{what!r} is not something to answer", code="unknown_word", cure="Use both, duty or license.")
    return Question(
        (*given.items(), *(("scenario", name) for name in scenarios)),
        tuple(sorted(cells.items())),
        given.get("known_on", ""),
        given.get("reading", "both"),
        tuple(scenarios),
        what,
    )
