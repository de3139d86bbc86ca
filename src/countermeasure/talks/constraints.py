"""Expressions over options: what a state must be, what a party wants, in words that are read by rule.

    expression  := clause [("unless" | "while" | "iff") clause]
    clause      := "if" clause "then" clause | some
    some        := all {"or" all}
    all         := one {"and" one}
    one         := ("not" | "no") one | "(" expression ")" | option | pattern

A pattern is one of ``1`` (taken), ``0`` (not taken) and ``-`` (either) for each option in their order. ``a unless b`` is
``a or b``; ``a while b`` is ``if b then a``. A further ``unless`` takes the whole before it as its first clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.model import MOST_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.talks.model import Codes

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["KEYWORDS", "Expression", "any_of", "feasible_codes", "pattern_of", "read_expression"]

KEYWORDS = frozenset({"and", "or", "not", "no", "if", "then", "iff", "unless", "while", "true", "false"})
"""Words that no option can have as its id."""

_TOKEN = re.compile(r"\s*(?:([()])|([01-]+)(?![\w-])|([A-Za-z_][\w-]*)|(\S))")


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition on states.

    Attributes:
        text: As it was written.
        kind: ``bits``, ``and``, ``or``, ``not``, or ``same`` of two parts.
        mask: Of ``bits``: the options that matter.
        value: Of ``bits``: which of them are taken.
        parts: Of the other kinds.
    """

    text: str
    kind: str
    mask: int = 0
    value: int = 0
    parts: tuple[Expression, ...] = ()

    def holds(self, codes: Codes) -> Flags:
        """Whether it holds in each state.

        Args:
            codes: States, of any shape.

        Returns:
            Of the same shape.
        """
        if self.kind == "bits":
            return np.asarray((codes & self.mask) == self.value)
        found = self.parts[0].holds(codes)
        if self.kind == "not":
            return ~found
        for part in self.parts[1:]:
            other = part.holds(codes)
            found = found & other if self.kind == "and" else found | other if self.kind == "or" else found == other
        return found

    @property
    def options(self) -> int:
        """Bits of the options it speaks of."""
        found = self.mask
        for part in self.parts:
            found |= part.options
        return found


def any_of(parts: Sequence[Expression], text: str) -> Expression:
    """One of several conditions at least."""
    return parts[0] if len(parts) == 1 else Expression(text, "or", parts=tuple(parts))


def pattern_of(text: str, bits: int) -> Expression:
    """A pattern of bits.

    Raises:
        InputError: If it has not one sign for each option.
    """
    if len(text) != bits or set(text) - {"0", "1", "-"}:
        raise InputError(
            f"the pattern {text!r} does not fit {bits} options",
            code="bad_pattern",
            cure="Write 1, 0 or - for each option in their order.",
        )
    mask = sum(1 << j for j, sign in enumerate(text) if sign != "-")
    return Expression(text, "bits", mask, sum(1 << j for j, sign in enumerate(text) if sign == "1"))


def read_expression(text: str, options: Sequence[str]) -> Expression:
    """Read an expression.

    Args:
        text: As ``if rule then not (purchases or relief)``, or a pattern as ``1-0-``.
        options: Ids, in their order.

    Raises:
        InputError: With the word that cannot be read, and what can stand there.
    """
    reader = _Reader(text, options)
    found = reader.expression()
    if reader.word:
        raise reader.fault(f"{reader.word!r} cannot follow here", "Join two conditions by and, or, iff, unless or while.")
    return Expression(" ".join(text.split()), found.kind, found.mask, found.value, found.parts)


class _Reader:
    """Reads from left to right with one word of foresight."""

    def __init__(self, text: str, options: Sequence[str]) -> None:
        self.text = text
        self.options = tuple(options)
        self.words = [next(part for part in found.groups() if part) for found in _TOKEN.finditer(text) if found.group().strip()]
        self.at = 0

    @property
    def word(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def fault(self, message: str, cure: str) -> InputError:
        return InputError(f"{message} in {' '.join(self.text.split())!r}", code="bad_expression", cure=cure)

    def take(self, *words: str) -> str:
        found = self.word
        if found and found in words:
            self.at += 1
            return found
        return ""

    def expression(self) -> Expression:
        found = self.clause()
        while joined := self.take("unless", "while", "iff"):
            other = self.clause()
            if joined == "iff":
                found = Expression("", "same", parts=(found, other))
            else:
                found = Expression("", "or", parts=(found, other if joined == "unless" else _not(other)))
        return found

    def clause(self) -> Expression:
        if not self.take("if"):
            return self.some()
        given = self.clause()
        if not self.take("then"):
            raise self.fault("then is missing", "Write if ... then ...")
        return Expression("", "or", parts=(_not(given), self.clause()))

    def some(self) -> Expression:
        parts = [self.all()]
        while self.take("or"):
            parts.append(self.all())
        return any_of(parts, "")

    def all(self) -> Expression:
        parts = [self.one()]
        while self.take("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Expression("", "and", parts=tuple(parts))

    def one(self) -> Expression:
        if self.take("not", "no"):
            return _not(self.one())
        if self.take("("):
            found = self.expression()
            if not self.take(")"):
                raise self.fault("a bracket is not closed", "Close it with ).")
            return found
        word = self.word
        self.at += 1
        if word in self.options:
            bit = 1 << self.options.index(word)
            return Expression(word, "bits", bit, bit)
        if word and not set(word) - {"0", "1", "-"}:
            return pattern_of(word, len(self.options))
        if word in ("true", "false"):
            return Expression(word, "bits", 0, 0 if word == "true" else 1)
        if not word:
            raise self.fault("something is missing at the end", "Name an option there.")
        if word in KEYWORDS or not re.match(r"\w", word):
            raise self.fault(f"an option is missing before {word!r}", "Name an option there.")
        near = get_close_matches(word, self.options, 4, 0.5) or list(self.options)[:12]
        raise self.fault(f"there is no option {word!r}", f"Options are {', '.join(near)}.")


def _not(one: Expression) -> Expression:
    return Expression("", "not", parts=(one,))


def feasible_codes(bits: int, forbidden: Iterable[Expression] = (), required: Iterable[Expression] = ()) -> Codes:
    """States that no forbidden condition meets and every required one does.

    Args:
        bits: Options.
        forbidden: Conditions of states that cannot be.
        required: Conditions that hold in every state.

    Returns:
        Codes, rising, (n,); none where the conditions contradict each other.

    Raises:
        InputError: If there are more options than ``MOST_OPTIONS``.
    """
    if bits > MOST_OPTIONS:
        raise InputError(
            f"{bits} options make too many states",
            code="too_many_options",
            cure=f"Use {MOST_OPTIONS} options at most; leave out or join some.",
        )
    codes = np.arange(1 << bits, dtype=np.int64)
    for expression in forbidden:
        codes = codes[~expression.holds(codes)]
    for expression in required:
        codes = codes[expression.holds(codes)]
    return codes
