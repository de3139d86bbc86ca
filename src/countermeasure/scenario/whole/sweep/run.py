"""Run a sweep: jobs go to any executor, each is kept as soon as it is done, and a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import pickle
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.errors import CountermeasureError
from countermeasure.scenario.whole.cache import key_of
from countermeasure.scenario.whole.model import Inputs
from countermeasure.scenario.whole.plain import made
from countermeasure.scenario.whole.run import FAILED, part_of
from countermeasure.scenario.whole.sweep.dials import dials_of, moved
from countermeasure.scenario.whole.sweep.plan import chunks_of, parts_wanted, plan_of
from countermeasure.scenario.whole.sweep.result import SweepResult
from countermeasure.scenario.whole.sweep.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor, Future
    from pathlib import Path

    from countermeasure.book.load import Book
    from countermeasure.scenario.whole.model import Part, Scenario
    from countermeasure.scenario.whole.sweep.dials import Dial
    from countermeasure.scenario.whole.sweep.grid import Grid
    from countermeasure.scenario.whole.sweep.plan import Job, Plan

__all__ = ["SWEPT", "sweep"]

SWEPT = ("law", "duty", "supply", "trade")
"""Parts of a sweep where none are named."""

Found = dict[str, "Part"]
"""Parts by the key of their job."""


def sweep(
    scenario: Scenario,
    grid: Grid,
    inputs: Inputs | None = None,
    parts: Sequence[str] = SWEPT,
    executor: Executor | None = None,
    store: Path | None = None,
    *,
    resume: bool = True,
    own_seeds: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SweepResult:
    """Compute a scenario at every point of a grid.

    A part is computed once for each setting of the dials that it feels. All points share the scenario's seed, so that draws are
    the same sets of parameters everywhere and what differs between two points is what the dials did; with seeds of their own
    neighbouring points would differ by chance as well.

    Args:
        scenario: What is swept.
        grid: Dials and values; see :func:`~countermeasure.scenario.whole.sweep.grid.parse_grid`.
        inputs: Lines and transactions of the asker.
        parts: Parts that are wanted; those they read are added, those that the scenario has not are left out.
        executor: Any executor of ``concurrent.futures``; the numbers do not depend on it.
        store: Folder that keeps every job as soon as it is done; the same sweep goes on from it.
        resume: Take up what the folder has; else it is thrown away.
        own_seeds: Draws of its own for each setting of the chain, to see how much is chance.
        progress: Called with the jobs done and of how many.

    Raises:
        InputError: If the grid does not fit the scenario, or the folder holds another sweep.
        CountermeasureError: If a worker was lost.
    """
    asked = inputs or Inputs()
    wanted = parts_wanted(scenario, parts)
    dials = dials_of({axis.dial: axis.values for axis in grid.axes}, scenario)
    base = _hash([key_of(part, scenario, asked) for part in wanted])
    plan = plan_of(scenario, grid, dials, wanted, base, own_seeds)
    held = None
    if store is not None:
        said = {"hash": _hash([base, grid.words(), wanted, own_seeds]), "scenario": scenario.id, "grid": grid.words(),
                "parts": list(wanted), "seed": scenario.seed, "own_seeds": own_seeds, "draws": scenario.draws,
                "version": __version__, "book": scenario.book.hash}  # fmt: skip
        held = open_store(store, said, resume=resume)
    found = {} if held is None else {job.key: part for job in plan.jobs if (part := held.find(job)) is not None}
    kept = len(found)
    run = _Run(scenario, asked, plan, held, found, executor, progress or (lambda _done, _of: None))
    try:
        run.all_jobs(dials)
    except BrokenExecutor as error:
        raise CountermeasureError(
            f"a worker was lost ({error or type(error).__name__}); {len(found)} of {len(plan.jobs)} parts are done",
            code="worker_lost",
            cure="Run it again with fewer workers or draws"
            + ("." if store is None else "; the same sweep goes on from its folder."),
        ) from None
    stamp = (("scenario", scenario.id), ("grid", grid.words()), ("parts", " ".join(wanted)), ("draws", str(scenario.draws)),
             ("seed", f"{scenario.seed}, {'spawned for each setting' if own_seeds else 'the same at every point'}"),
             ("book", scenario.book.hash[:12]), ("version", __version__))  # fmt: skip
    done = tuple(replace(found[job.key], sheets=()) for job in plan.jobs)
    return SweepResult(scenario, grid, dials, plan, done, kept, tuple(held.broken if held else ()), stamp)


class _Run:
    """One sweep while it runs."""

    def __init__(
        self,
        scenario: Scenario,
        inputs: Inputs,
        plan: Plan,
        store: Store | None,
        found: Found,
        executor: Executor | None,
        tell: Callable[[int, int], None],
    ) -> None:
        self.plan, self.store, self.found, self.executor, self.tell = plan, store, found, executor, tell
        plain = replace(scenario, book=_bare(scenario.book), base=_bare(scenario.without))
        self.blob = pickle.dumps((plain, replace(inputs, executor=None, progress=None)))

    def all_jobs(self, dials: Sequence[Dial]) -> None:
        """Everything that is not done yet: what others read first."""
        first, after = self.plan.waves()
        self._report()
        pending = self._start(first, dials)
        started = False
        try:
            while pending or not started:
                if not started and all(job.key in self.found for job in first):
                    pending |= self._start(after, dials)
                    started = True
                    continue
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    self.found.update(future.result())
                self._report()
        except BaseException:
            for future in pending:
                future.cancel()
            raise

    def _report(self) -> None:
        self.tell(len(self.found), len(self.plan.jobs))

    def _start(self, jobs: Iterable[Job], dials: Sequence[Dial]) -> set[Future[Found]]:
        """Hand jobs to the executor, or do them here where there is none."""
        pending: set[Future[Found]] = set()
        for chunk in chunks_of([job for job in jobs if job.key not in self.found], dials):
            read = {job.key: self._read(job) for job in chunk}
            if self.executor is None:
                for job in chunk:
                    self.found.update(_work(self.blob, (job,), read, self.plan.read, self.store))
                    self._report()
            else:
                pending.add(self.executor.submit(_work, self.blob, chunk, read, self.plan.read, self.store))
        return pending

    def _read(self, job: Job) -> dict[str, Part]:
        """The parts that a job reads, at its setting."""
        values = dict(job.values)
        found = {}
        for name in self.plan.reads[job.part]:
            places = dict.fromkeys(self.plan.index[name])
            match = next(n for n in places if all(values.get(k) == v for k, v in self.plan.jobs[n].values))
            found[name] = self.found[self.plan.jobs[match].key]
        return found


def _work(
    blob: bytes, jobs: Sequence[Job], read: Mapping[str, Mapping[str, Part]], whole: frozenset[str], store: Store | None
) -> Found:
    """Do some jobs and keep each at once; runs in a worker. Parts that no other reads leave their tables behind."""
    scenario, inputs = _opened(blob)
    found: Found = {}
    for job in jobs:
        at = replace(moved(scenario, dict(job.values)), seed=job.seed)
        try:
            part = part_of(job.part, at, inputs, read[job.key])
        except CountermeasureError as error:
            part = made(job.part, f"{FAILED}: {error.message}.", notes=(str(error),), stamp=(("failed", error.code),))
        part = part if job.part in whole else replace(part, sheets=())
        if store is not None:
            store.keep(job, part)
        found[job.key] = part
    return found


@lru_cache(maxsize=2)
def _opened(blob: bytes) -> tuple[Scenario, Inputs]:
    """Scenario and inputs, unpacked once in each worker."""
    scenario, inputs = pickle.loads(blob)  # noqa: S301 - made by this module
    return scenario, inputs


def _bare(book: Book) -> Book:
    """The book without the records it keeps, which a worker makes anew."""
    return replace(book, _records={})


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
