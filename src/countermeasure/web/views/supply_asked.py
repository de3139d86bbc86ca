"""What a supply run is asked: read from an address, checked, named by its content, run, and kept."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.book.cache import cache_dir, content_hash, write_atomically
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.book.load import Book
    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.scenario import SupplyScenario
    from countermeasure.web.views.supply_found import SupplyFound

    Tell = Callable[[float, str], None]

__all__ = ["DEFAULT", "MOST_DRAWS", "STOCK_WORDS", "Asked", "firm_run", "kept", "key_of", "run"]

DEFAULT = "no-permits-12-weeks"
MOST_DRAWS, MOST_WEEKS, MOST_SETTINGS = 200, 260, 20
STOCK_WORDS = {
    "both": "both readings",
    "implied": "as the first stoppages of 2025 imply",
    "reported": "as firms report them",
}
"""Readings of buyers' stocks."""
FORM = 2
"""Number of the kept form; raise it when what is kept changes its meaning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A run that is asked for.

    Attributes:
        scenario: Name of a shipped scenario.
        weeks: Weeks; 0 for those of the scenario.
        draws: Sets of parameters.
        seed: Seed.
        stocks: Reading of buyers' stocks: ``both``, ``implied`` or ``reported``.
        permits: Share of applications that are granted, in place of what the scenario says; ``None`` leaves it.
        settings: Parameters held at a value.
    """

    scenario: str = DEFAULT
    weeks: int = 0
    draws: int = 100
    seed: int = 1
    stocks: str = "both"
    permits: float | None = None
    settings: tuple[tuple[str, float], ...] = ()

    def checked(self) -> Asked:
        """The same, after every value was looked at.

        Raises:
            InputError: With every value that cannot be.
        """
        from countermeasure.supply.scenario import scenario_names

        faults = []
        if self.scenario not in scenario_names():
            faults.append(f"scenario: there is no {self.scenario!r}; shipped are {', '.join(scenario_names())}")
        if not 0 <= self.weeks <= MOST_WEEKS:
            faults.append(f"weeks: {self.weeks}; give 1 to {MOST_WEEKS}, or leave it empty")
        if not 1 <= self.draws <= MOST_DRAWS:
            faults.append(f"draws: {self.draws}; give 1 to {MOST_DRAWS} here, more on the command line")
        if not 0 <= self.seed <= 2**31:
            faults.append(f"seed: {self.seed}; give 0 to {2**31}")
        if self.stocks not in STOCK_WORDS:
            faults.append(f"stocks: {self.stocks!r}; use one of {', '.join(STOCK_WORDS)}")
        if self.permits is not None and not 0.0 <= self.permits <= 1.0:
            faults.append(f"permits: {self.permits:g}; write 0.25 for 25 %")
        if len(self.settings) > MOST_SETTINGS:
            faults.append(f"set: {len(self.settings)} parameters; give {MOST_SETTINGS} at most")
        if faults:
            raise InputError(faults[0], code="bad_run", faults=faults[1:])
        return self

    @property
    def query(self) -> list[tuple[str, str]]:
        """The address that asks for it again."""
        found = [("scenario", self.scenario)]
        found += [("weeks", str(self.weeks))] if self.weeks else []
        found += [("draws", str(self.draws)), ("seed", str(self.seed)), ("stocks", self.stocks)]
        found += [("permits", f"{self.permits:g}")] if self.permits is not None else []
        return [*found, *(("set", f"{name}={value:g}") for name, value in self.settings)]

    def scenario_of(self, book: Book | None = None) -> tuple[SupplyScenario, Parameters]:
        """The scenario with what was moved, and the priors.

        Raises:
            InputError: If a parameter is unknown or cannot have the value.
        """
        from countermeasure.supply.parameters import Parameters
        from countermeasure.supply.scenario import load_scenario

        found, priors = load_scenario(self.scenario, book), Parameters.shipped()
        if self.weeks:
            found = found.for_weeks(self.weeks)
        moved = dict(self.settings)
        if self.permits is not None:
            moved["approval"] = self.permits
            found = replace(found, practice=tuple(_granted(row, self.permits) for row in found.practice))
        priors.moved(moved)
        return found.with_settings(moved), priors


def _granted(row: Any, share: float) -> Any:  # noqa: ANN401 - a row of practice
    """A row of practice with another share of permits, where it states one."""
    if row.approval is None:
        return row
    through = None if row.throughput is None else share
    return replace(row, approval=share, throughput=through, source="set by the asker", confidence="U")


def key_of(asked: Asked) -> str:
    """Name of a run by everything its numbers depend on: code, tables of the chain, book, what was asked."""
    return content_hash([("asked", json.dumps(asdict(asked), sort_keys=True).encode()), ("made", _makers().encode())])


@lru_cache(maxsize=1)
def _makers() -> str:
    from countermeasure.book.load import Book
    from countermeasure.supply.tables import shipped_folder

    room = Path(__file__).parents[2]
    files = [*sorted((room / "supply").rglob("*.py")), *sorted(p for p in shipped_folder().rglob("*") if p.is_file())]
    drawn = [*sorted((room / "io" / "pictures").glob("*.py")), *sorted((room / "io").glob("*_picture*.py"))]
    own = [Path(__file__), Path(__file__).with_name("supply_found.py")]
    contents = [(path.name, path.read_bytes()) for path in (*files, *drawn, *own)]
    return content_hash([(f"supply/{FORM}/{__version__}", Book.shipped().hash.encode()), *contents])


def kept(key: str) -> SupplyFound | None:
    """A run that was made before, or ``None``."""
    from countermeasure.web.views.supply_found import SupplyFound

    path = _place(key)
    if path is None or not path.exists():
        return None
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301 - written by this program into the user's own cache
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, OSError, TypeError, ValueError):
        path.unlink(missing_ok=True)
        return None
    return found if isinstance(found, SupplyFound) else None


def _place(key: str) -> Path | None:
    folder = cache_dir()
    return folder / f"supply-{key[:24]}.pickle" if folder else None


def run(progress: Tell, asked: Asked, key: str = "") -> SupplyFound:
    """Make a run and keep it.

    Args:
        progress: Told the share that is done, and what is being done.
        asked: What is asked.
        key: Its name by ``key_of``, found here if absent; a server gives it so that a run of other code is another run.
    """
    from countermeasure.web.views.supply_found import found_of

    outcome = _outcome(progress, asked)
    progress(0.85, "drawing the pictures")
    found = found_of(asked, outcome)
    path = _place(key or key_of(asked))
    if path is not None:
        write_atomically(path, pickle.dumps(found, protocol=5))
    return found


def firm_run(progress: Tell, asked: Asked, name: str, content: bytes) -> SupplyFound:
    """Make a run with a firm's own parts on the same draws. Nothing of the firm is written to the cache.

    Args:
        progress: Told the share that is done, and what is being done.
        asked: What is asked.
        name: Name of the firm's table.
        content: The table.

    Raises:
        InputError: If no part of the table can be read.
    """
    from countermeasure.io.firm_files import read_firm
    from countermeasure.supply.firm.run import run_firm
    from countermeasure.web.views.supply_found import found_of

    file = read_firm(name, content=content)
    if not file.firm.parts:
        said = [str(fault) for fault in file.errors] or [f"{name}: the table is empty"]
        raise InputError("no part of the firm could be read", code="no_part", where=name, faults=said[:20])
    outcome = _outcome(progress, asked)
    progress(0.8, "playing the firm's parts")
    answer = run_firm(outcome.simulation, file.firm, outcome.buyers.get("implied"), seed=asked.seed)
    progress(0.9, "drawing the pictures")
    return found_of(asked, outcome, answer, file.faults)


def _outcome(progress: Tell, asked: Asked) -> Any:  # noqa: ANN401 - an outcome
    from countermeasure.supply.buyers.run import READINGS
    from countermeasure.supply.outcome import run_supply

    progress(0.02, "reading the book and the chain")
    scenario, priors = asked.checked().scenario_of()
    readings = tuple(READINGS) if asked.stocks == "both" else (asked.stocks,)
    spans = {"the chain": (0.1, 0.5), "buyers": (0.5, 0.7), "the economy": (0.55, 0.8)}

    def tell(what: str, done: int, of: int) -> None:
        start, end = spans.get(what, (0.5, 0.8))
        progress(start + (end - start) * done / max(of, 1), f"{what}, {done} of {of}")

    progress(0.1, "the chain")
    return run_supply(scenario, asked.draws, asked.seed, parameters=priors, readings=readings, progress=tell)
