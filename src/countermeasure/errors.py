"""Errors that say what was wrong, where, and what to do.

    CountermeasureError          exit code 1
    ├── CodeError                exit code 2   a number, day, country or amount that cannot be read
    ├── InputError               exit code 2   a table or file of the user has faults
    ├── BookError                exit code 5   an instrument, list or scenario is not valid
    ├── NotFoundError            exit code 4   a file, line, provision or name that is not there
    └── NoSolutionError          exit code 1   a model that was not solved; it says how far it came

All are deterministic: trying again without changing the input does not help. ``CodeError``, ``InputError``
and ``BookError`` are also ``ValueError``; ``NotFoundError`` is also ``LookupError``.

| exit code | meaning |
|---|---|
| 0 | answered |
| 1 | unexpected error |
| 2 | faults in the input; good lines were answered all the same |
| 3 | something is prohibited or undetermined (``check``, ``license --guard``) |
| 4 | not found |
| 5 | the book or a scenario is not valid |

Every JSON answer that reports an error has one shape:

    {"error": {"code": "...", "message": "...", "where": "..." or null, "cure": "..." or null}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "EXIT_CODES",
    "BookError",
    "CodeError",
    "CountermeasureError",
    "InputError",
    "NoSolutionError",
    "NotFoundError",
]

EXIT_CODES: dict[int, str] = {
    0: "answered",
    1: "unexpected error",
    2: "faults in the input",
    3: "something is prohibited or undetermined",
    4: "not found",
    5: "the book or a scenario is not valid",
}


class CountermeasureError(Exception):
    """Base of all errors of this package.

    Args:
        message: What was wrong, without a full stop.
        code: Stable machine word, as ``"unknown_country"``; the default of the class if absent.
        where: ``file:line``, ``file, row 7`` or the like.
        cure: What to do, as a sentence.
        faults: Further faults found in the same go, one text each, with their own place.

    Attributes:
        code: Stable machine word.
        message: What was wrong.
        where: Place, or None.
        cure: What to do, or None.
        faults: Tuple of texts; empty when there is only the message.
    """

    default_code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        where: str | None = None,
        cure: str | None = None,
        faults: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message
        self.where = where
        self.cure = cure
        self.faults = tuple(faults)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        if self.cure:
            text = f"{text.rstrip('.')}. {self.cure}"
        return "\n  ".join((text, *self.faults))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.code, self.where, self.cure, self.faults)

    def at(self, where: str) -> CountermeasureError:
        """Return the same error with its place, for a caller that knows the file and row."""
        return type(self)(self.message, code=self.code, where=where, cure=self.cure, faults=self.faults)

    def to_json(self) -> dict[str, dict[str, str | None]]:
        """Return the one JSON shape of an error; further faults follow the message, one per line."""
        message = "\n".join((self.message, *self.faults))
        return {"error": {"code": self.code, "message": message, "where": self.where, "cure": self.cure}}


def _rebuild(
    kind: type[CountermeasureError],
    message: str,
    code: str,
    where: str | None,
    cure: str | None,
    faults: tuple[str, ...],
) -> CountermeasureError:
    return kind(message, code=code, where=where, cure=cure, faults=faults)


class CodeError(CountermeasureError, ValueError):
    """A tariff number, day, country or amount of money that cannot be read."""

    default_code = "bad_code"
    exit_code = 2


class InputError(CountermeasureError, ValueError):
    """A file or table of the user that cannot be used as it is."""

    default_code = "bad_input"
    exit_code = 2


class BookError(CountermeasureError, ValueError):
    """An instrument, code list or scenario that is not valid."""

    default_code = "bad_book"
    exit_code = 5


class NotFoundError(CountermeasureError, LookupError):
    """A file, provision, tariff line or name that is not there."""

    default_code = "not_found"
    exit_code = 4


class NoSolutionError(CountermeasureError):
    """A model that was not solved: the shock is too large, or the residual stalled.

    Trying a smaller shock or other parameters can help; trying the same again does not.
    """

    default_code = "no_solution"
