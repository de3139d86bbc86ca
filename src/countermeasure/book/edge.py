"""The edge: scalars of the YAML files that people write, and what is wrong with a file, in words.

Every scalar arrives as text (see ``codes.yamltext``). The types here check it and leave it as it is; a file's model
converts once. This module loads pydantic, so import it where a file is read, not at the head of a module.
"""

from __future__ import annotations

import math
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from countermeasure.book.tables import CONFIDENCE, unknown
from countermeasure.codes.day import parse_day
from countermeasure.errors import CountermeasureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.codes.yamltext import Loaded, Place

__all__ = [
    "Amount",
    "Change",
    "Confidence",
    "Day",
    "Fraction",
    "Number",
    "Rate",
    "Reading",
    "Strict",
    "YesNo",
    "bounded",
    "faults_of",
    "number_of",
    "one_of",
    "read_model",
]

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a file: unknown keys are refused, spaces around text are taken away."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, populate_by_name=True)


# ------------------------------------------------------------------------------------------------------------- scalars


def number_of(text: str) -> float:
    """The number that a text is: digits with a point, finite.

    Raises:
        ValueError: In words for the author of the file.
    """
    try:
        value = float(text.replace("_", " "))
    except ValueError:
        percent = ": 0.25 for 25 %" if "%" in text else ""
        raise ValueError(f"{text!r} is not a number; write digits with a point, without a unit{percent}") from None
    if not math.isfinite(value):
        raise ValueError(f"{text} is no amount; write a finite number")
    return value


def bounded(
    low: float = -math.inf,
    high: float = math.inf,
    *,
    above: float = -math.inf,
    of: str = "",
    cure: str = "write 0.25 for 25 %",
) -> AfterValidator:
    """Check of a text that is a number between bounds.

    Args:
        low: Least number that is accepted.
        high: Greatest number that is accepted.
        above: Bound that the number must exceed.
        of: What it counts, after the bounds, as `` times normal trade``.
        cure: What to write instead.
    """

    def check(text: str) -> str:
        value = number_of(text)
        if not low <= value <= high and math.isfinite(low) and math.isfinite(high):
            raise ValueError(f"{text} is not between {low:g} and {high:g}{of}; {cure}")
        if value < low:
            told = "negative" if low == 0 else f"below {low:g}"
            raise ValueError(f"{text} is {told}; write {low:g} or more")
        if value > high:
            raise ValueError(f"{text} is above {high:g}; {cure}")
        if value <= above:
            raise ValueError(f"{text} is not above {above:g}; {cure}")
        return text

    return AfterValidator(check)


def one_of(what: str, *words: str) -> AfterValidator:
    """Check of a text that is one of a few words; ``what`` names it, as ``reading``."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is not a {what}; write {', '.join(words[:-1])} or {words[-1]}")
        return text

    return AfterValidator(check)


def _day(text: str) -> str:
    try:
        parse_day(text)
    except CountermeasureError as error:
        raise ValueError(str(error)) from None
    return text


_RATES = "rates are fractions, 0.25 is 25 %"

Day = Annotated[str, AfterValidator(_day)]
"""A day, ``YYYY-MM-DD``."""
Number = Annotated[str, bounded()]
"""Any finite number."""
Amount = Annotated[str, bounded(0)]
"""A number of 0 or more."""
Fraction = Annotated[str, bounded(0, 1)]
"""A share, 0 to 1."""
Rate = Annotated[str, bounded(0, 20, cure=_RATES)]
"""A rate of duty, a fraction of value."""
Change = Annotated[str, bounded(high=20, above=-1, cure=_RATES)]
"""A rate that may be a subsidy, or a change of one."""
YesNo = Literal["yes", "no"]
Reading = Annotated[str, one_of("reading", "text", "announced")]
"""Which acts count: those in the text of the law, or those announced too."""
Confidence = Annotated[str, one_of("confidence", *CONFIDENCE)]
"""A letter of ``book.tables.CONFIDENCE``."""


# -------------------------------------------------------------------------------------------------------------- faults

_SHAPES = {
    "string_type": "write one value, not several",
    "list_type": "write a list: each entry on a line that begins with a dash",
    "dict_type": "write keys and values",
    "model_type": "write keys and values",
    "model_attributes_type": "write keys and values",
    "too_short": "the list is empty; name one at least",
    "string_too_short": "there is no text; write some",
}


def read_model(model: type[Model], loaded: Loaded, faults: list[str], *, what: str, docs: str) -> Model | None:
    """Check what a file holds.

    Args:
        model: What it may hold.
        loaded: The file.
        faults: Every fault is appended as ``file:line: key: message``.
        what: What the file is, as ``a scenario``.
        docs: Page that lists its keys.

    Returns:
        The model, or ``None`` where there are faults.
    """
    if not isinstance(loaded.data, dict):
        keys = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
        faults.append(f"{loaded.name}:1: this is not {what}; it must hold {', '.join(keys[:-1])} and {keys[-1]}; see {docs}")
        return None
    try:
        return model.model_validate(loaded.data)
    except ValidationError as error:
        faults += faults_of(error, model, loaded, docs)
    return None


def faults_of(error: ValidationError, model: type[BaseModel], loaded: Loaded, docs: str) -> list[str]:
    """Faults of a file that pydantic found, as ``file:line: key: message``.

    Args:
        error: What pydantic raised.
        model: Model of the whole file.
        loaded: The file.
        docs: Page that lists its keys.
    """
    found = []
    for fault in error.errors():
        place = _place(fault["loc"], loaded.data, missing=fault["type"] == "missing")
        if fault["type"].startswith("union_tag"):
            place = (*place, fault["ctx"]["discriminator"].strip("'"))
        found.append(f"{loaded.where(place)}: {'.'.join(map(str, place))}: {_words(dict(fault), place, model, docs)}")
    return found


def _words(fault: Mapping[str, Any], place: Place, model: type[BaseModel], docs: str) -> str:
    """What a fault says to the author of the file, with near names of unknown keys and words."""
    kind, given, context = str(fault["type"]), fault["input"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        known = _keys(model, tuple(fault["loc"]))
        return (unknown("key", str(place[-1]), known) if known else f"unknown key {place[-1]!r}") + f"; {docs} lists all"
    if kind in ("missing", "union_tag_not_found"):
        return f"the key {place[-1]!r} is missing; add it"
    if kind == "union_tag_invalid":
        tags = str(context["expected_tags"]).replace("'", "")
        return f"unknown {place[-1]} {context['tag']!r}; there are {tags}"
    if given is None:
        return "there is no value; write one, or remove the key"
    if kind in ("literal_error", "enum"):
        expected = str(context["expected"]).replace("'", "")
        told = "neither yes nor no" if expected == "yes or no" else f"unknown; write {expected}"
        return f"{given!r} is {told}" if isinstance(given, str) else f"write {expected}"
    return _SHAPES.get(kind) or str(fault["msg"]).removeprefix("Value error, ")


def _place(loc: tuple[str | int, ...], data: Any, *, missing: bool) -> Place:  # noqa: ANN401
    """Keys and indices of a place of pydantic that stand in the file; between them pydantic names kinds of entries."""
    found: list[str | int] = []
    for n, part in enumerate(loc):
        rest = loc[n + 1 :]
        if missing and not rest:
            found.append(part)
        elif isinstance(data, list) and isinstance(part, int):
            found.append(part)
            data = data[part]
        elif isinstance(data, dict) and part in data:
            inner = data[part]
            if rest and not isinstance(inner, dict | list) and (missing or any(one in data for one in rest)):
                continue  # the kind of an entry has the name of one of its keys, as of an act that lists
            found.append(part)
            data = inner
    return tuple(found)


def _keys(kind: Any, loc: tuple[str | int, ...]) -> tuple[str, ...]:  # noqa: ANN401
    """Keys that can stand where the last part of a place of pydantic stands; empty if no model says so."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        named = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return tuple(named) if len(loc) == 1 else _keys(named.get(str(loc[0])), loc[1:])
    origin, inner = get_origin(kind), [one for one in get_args(kind) if one is not NoneType]
    if origin is Annotated or (origin in (Union, UnionType) and len(inner) == 1):
        return _keys(inner[0], loc)
    if origin in (Union, UnionType):
        return next((_keys(one, loc[1:]) for one in inner if _is_named(one, str(loc[0]))), ())
    return _keys(inner[-1], loc[1:]) if origin in (list, dict) else ()


def _is_named(kind: Any, label: str) -> bool:  # noqa: ANN401
    """Whether pydantic means a model by a name between keys: its tag, or the name of its class."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return False
    return kind.__name__ in label or any(label in get_args(field.annotation) for field in kind.model_fields.values())
