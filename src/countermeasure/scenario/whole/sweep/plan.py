"""What a sweep computes: each part once for every distinct setting of the dials that it feels, and no more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.scenario.whole.blocks import trade_links
from countermeasure.scenario.whole.model import PARTS
from countermeasure.scenario.whole.run import parts_of
from countermeasure.scenario.whole.sweep.grid import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from countermeasure.scenario.whole.model import Scenario
    from countermeasure.scenario.whole.sweep.dials import Dial
    from countermeasure.scenario.whole.sweep.grid import Grid

__all__ = ["CHUNK", "Job", "Plan", "chunks_of", "parts_wanted", "plan_of"]

CHUNK = 24
"""Most jobs that one worker takes at a time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One part at one setting.

    Attributes:
        part: Its name.
        values: The dials that it feels and their values, in the order of the grid.
        seed: Seed of its draws.
        key: Name of the file that keeps it.
    """

    part: str
    values: tuple[tuple[str, float], ...]
    seed: int
    key: str

    def words(self) -> str:
        """The setting in words."""
        return " ".join(f"{name}={words_of(value)}" for name, value in self.values) or "as the scenario has it"


@dataclass(frozen=True)
class Plan:
    """Jobs, and which of them each point is made of.

    Attributes:
        jobs: Every one once; those of the chain come first, since trade may read them.
        index: For every part the place of the job of each point.
        reads: Parts that each part reads.
        feels: Dials that each part feels, those of the parts it reads among them, in the order of the grid.
    """

    jobs: tuple[Job, ...]
    index: dict[str, tuple[int, ...]]
    reads: dict[str, tuple[str, ...]]
    feels: dict[str, tuple[str, ...]]

    @property
    def read(self) -> frozenset[str]:
        """Parts that another part reads."""
        return frozenset(name for names in self.reads.values() for name in names)

    def waves(self) -> tuple[tuple[Job, ...], tuple[Job, ...]]:
        """Jobs that others read, and all that can begin when those are done."""
        first = tuple(job for job in self.jobs if job.part in self.read)
        return first, tuple(job for job in self.jobs if job.part not in self.read)


def parts_wanted(scenario: Scenario, parts: Sequence[str]) -> tuple[str, ...]:
    """Parts that a sweep computes, in the order of reading: those asked for that the scenario has, and those they read.

    Raises:
        InputError: If a name is no part, or nothing is left.
    """
    strange = [name for name in parts if name not in PARTS]
    if strange:
        raise InputError(f"{strange[0]!r} is no part", code="unknown_part", cure=f"Parts are {', '.join(PARTS)}.")
    wanted = set(parts) & set(parts_of(scenario))
    wanted |= {read for name in wanted for read in _reads(name, scenario)}
    if not wanted:
        raise InputError(
            f"{scenario.id} has none of the parts {', '.join(parts)}", code="no_part", cure="Name parts that it has."
        )
    return tuple(name for name in PARTS if name in wanted)


def _reads(part: str, scenario: Scenario) -> tuple[str, ...]:
    """Parts whose answer a part takes up."""
    return ("supply",) if part == "trade" and scenario.trade is not None and any(trade_links(scenario)) else ()


def plan_of(scenario: Scenario, grid: Grid, dials: Sequence[Dial], parts: Sequence[str], base: str, own_seeds: bool) -> Plan:
    """The jobs of a sweep.

    Args:
        scenario: What is swept.
        grid: Over which values.
        dials: Dials of the grid, in its order.
        parts: From :func:`parts_wanted`.
        base: Hash of all that the points share.
        own_seeds: Whether each setting of the chain has draws of its own.

    Raises:
        InputError: If a dial moves none of the parts.
    """
    reads = {part: _reads(part, scenario) for part in parts}
    feels = {part: tuple(d.name for d in dials if d.parts & {part, *reads[part]}) for part in parts}
    idle = [d.name for d in dials if not any(d.name in names for names in feels.values())]
    if idle:
        raise InputError(
            f"{', '.join(idle)} {'moves' if len(idle) == 1 else 'move'} none of the parts {', '.join(parts)}",
            code="bad_grid",
            cure="Take a part that feels it into the sweep, or leave the dial out.",
        )
    jobs: dict[str, Job] = {}
    index: dict[str, list[str]] = {part: [] for part in parts}
    points = [dict(zip(grid.dials, values, strict=True)) for values in grid.points()]
    for part in sorted(parts, key=lambda name: name != "supply"):
        seeds = _seeds(scenario.seed, points, feels[part], own_seeds)
        for point in points:
            values = tuple((name, point[name]) for name in feels[part])
            job = _job(part, values, seeds[values], base)
            jobs.setdefault(job.key, job)
            index[part].append(job.key)
    place = {key: n for n, key in enumerate(jobs)}
    found = {part: tuple(place[key] for key in keys) for part, keys in index.items()}
    return Plan(tuple(jobs.values()), found, reads, feels)


def _seeds(
    seed: int, points: Sequence[dict[str, float]], names: Sequence[str], own: bool
) -> dict[tuple[tuple[str, float], ...], int]:
    """Seed of every setting: the scenario's own for all, or one spawned for each in the order of the grid."""
    settings = list(dict.fromkeys(tuple((name, point[name]) for name in names) for point in points))
    if not own:
        return dict.fromkeys(settings, seed)
    import numpy as np

    children = np.random.SeedSequence(seed).spawn(len(settings))
    return {one: int(child.generate_state(1)[0] >> 1) for one, child in zip(settings, children, strict=True)}


def _job(part: str, values: tuple[tuple[str, float], ...], seed: int, base: str) -> Job:
    said = json.dumps([base, part, [[name, words_of(value)] for name, value in values], seed])
    return Job(part, values, seed, f"{part}-{hashlib.sha256(said.encode()).hexdigest()[:20]}")


def chunks_of(jobs: Sequence[Job], dials: Sequence[Dial]) -> Iterator[tuple[Job, ...]]:
    """Jobs in the portions in which workers take them.

    All that stands on the same law goes together, since its averages of duties cost most and a worker keeps them; a run of the
    chain goes alone.
    """
    law = {d.name for d in dials if "duty" in d.parts}

    def group(job: Job) -> tuple[bool, tuple[tuple[str, float], ...]]:
        return job.part == "supply", job.values if job.part == "supply" else tuple(p for p in job.values if p[0] in law)

    for (alone, _), held in groupby(sorted(jobs, key=group), key=group):
        found = tuple(sorted(held, key=lambda job: PARTS.index(job.part)))
        size = 1 if alone else CHUNK
        yield from (found[n : n + size] for n in range(0, len(found), size))
