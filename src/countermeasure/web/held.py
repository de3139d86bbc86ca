"""What a server keeps warm: the book, engines by what they know, party lists, answers given before."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock, RLock
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import CodeError, NotFoundError
from countermeasure.io.engines import duty_engine, license_engine, readings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from countermeasure.book.load import Book
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.licensing.engine import LicenseEngine
    from countermeasure.parties.model import PartyList
    from countermeasure.web.jobs import Jobs
    from countermeasure.web.settings import Settings

__all__ = ["Held", "HeldIn", "Kept", "held_of"]

T = TypeVar("T")
ENGINES = 6
"""Engines of each kind that are kept; each holds its own compiled book."""
ANSWERS = 4096
"""Answers that are kept."""
PAGES = 1000
"""Pages that are kept as they were sent; one takes some 20 thousand bytes."""
PLANNED_FROM = "2025-01-01"
"""Plans for days from then on are made before the first reader comes."""
SCENARIOS = 4
"""Scenarios that may be put on top of the book at once."""


class Kept:
    """The values asked for last; each is made once, also when several ask at the same time.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made now if it is not there; what ``make`` raises is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]  # type: ignore[no-any-return]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._values:
                    return self._values[key]  # type: ignore[no-any-return]
            try:
                value = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._values[key] = value
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
            return value

    def held(self, key: Hashable) -> bool:
        """Whether a value is there."""
        with self._lock:
            return key in self._values

    def drop(self, key: Hashable) -> None:
        """Forget a value."""
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._values.clear()

    def __len__(self) -> int:
        return len(self._values)


class Held:
    """What is kept warm between requests. Engines are pure, so that one serves all readers.

    Args:
        settings: Settings of the server.
        jobs: Its long runs.

    Attributes:
        lock: To be held around what is not safe to do twice at once.
    """

    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        self.settings = settings
        self.jobs = jobs
        self.lock = RLock()
        self._engines = Kept(2 * ENGINES)
        self._answers = Kept(ANSWERS)
        self._pages = Kept(PAGES)
        self._things = Kept(64)

    def today(self) -> int:
        """Epoch day of today."""
        return self.settings.today()

    @property
    def book(self) -> Book:
        """The shipped book."""
        from countermeasure.book.load import Book

        return Book.shipped()

    @property
    def lists(self) -> tuple[PartyList, ...]:
        """Party lists, shipped and imported."""
        return self.license().lists

    @property
    def programmes(self) -> dict[str, str]:
        """Short names of programmes by id, as ``Section 301``."""
        return {p.id: p.name.partition(",")[0] for p in self.book.programmes.values()}

    def duty(self, known_on: str = "", reading: str = "both", scenarios: tuple[str, ...] = ()) -> DutyEngine:
        """The duty engine for a day of knowledge (``YYYY-MM-DD`` or empty), a reading and shipped scenarios.

        Raises:
            CodeError: If the day or the reading cannot be read.
            NotFoundError: If there is no such scenario.
        """
        key = self._key("duty", known_on, reading, scenarios)
        return self._engines.get(key, lambda: duty_engine(key[1], reading, scenarios))

    def license(self, known_on: str = "", reading: str = "both", scenarios: tuple[str, ...] = ()) -> LicenseEngine:
        """The license engine on all lists, for the same.

        Raises:
            CodeError: If the day or the reading cannot be read.
            NotFoundError: If there is no such scenario.
        """
        key = self._key("license", known_on, reading, scenarios)
        return self._engines.get(key, lambda: license_engine(key[1], reading, scenarios))

    def _key(
        self, kind: str, known_on: str, reading: str, scenarios: tuple[str, ...]
    ) -> tuple[str, str | None, str, tuple[str, ...]]:
        readings_of(reading)
        known = format_day(parse_day(known_on)) if known_on else None
        return kind, known, reading, self.scenarios(scenarios)

    def scenarios(self, names: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Names of shipped scenarios, each checked; a name is never taken for a path.

        Raises:
            NotFoundError: If one is not there.
            CodeError: If there are too many.
        """
        if len(names) > SCENARIOS:
            raise CodeError(f"{len(names)} scenarios", code="too_many_scenarios", cure=f"Give {SCENARIOS} at most.")
        known = self.shipped_scenarios
        for name in names:
            if name not in known:
                raise NotFoundError(
                    f"there is no scenario {name!r}", code="unknown_scenario", cure=f"Shipped are: {', '.join(known)}."
                )
        return tuple(names)

    @property
    def shipped_scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios of duties and licenses that are shipped."""
        from countermeasure.book.load import shipped_data

        folder = shipped_data() / "scenarios"
        return self.thing(("scenarios",), lambda: tuple(sorted(path.stem for path in folder.glob("*.yaml"))))

    def answer(self, key: Hashable, make: Callable[[], T]) -> T:
        """An answer given before, or made now; the key must hold everything it depends on."""
        return self._answers.get(key, make)

    def page(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """A page as it was sent before, or made now; the key must hold everything it depends on."""
        return self._pages.get(key, make)

    def thing(self, key: Hashable, make: Callable[[], T]) -> T:
        """Something larger that is made once, as the replayed book or a figure."""
        return self._things.get(key, make)

    def has(self, key: Hashable) -> bool:
        """Whether a larger thing is there already."""
        return self._things.held(key)

    def forget_averages(self) -> None:
        """Let averages that were computed meanwhile be taken up."""
        self._things.drop(("averages", self.book.hash))
        self._answers.clear()

    def warm(self) -> None:
        """Compile the book, plan its later days and index the lists, so that the first reader does not wait."""
        engine = self.duty()
        first = parse_day(PLANNED_FROM)
        for into in ("US", "CN"):
            for reading in engine.readings:
                compiled = engine.compiled(into, reading)
                for interval in compiled.interval([first, *(day for day in compiled.days if day > first)]).tolist():
                    compiled.plan(interval)
        licenser = self.license()
        for regime in ("CN", "US"):
            for reading in licenser.readings:
                licenser.controls(regime, reading)


def held_of(request: Request) -> Held:
    """What the server of a request holds."""
    found: Held = request.app.state.held
    return found


HeldIn = Annotated[Held, Depends(held_of)]
"""For the functions behind addresses: ``def page(request: Request, held: HeldIn)``."""
