"""What is done of a sweep, kept at once: one file a job, written whole or not at all, so that a killed run loses nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from countermeasure.book.cache import write_atomically
from countermeasure.errors import InputError
from countermeasure.scenario.whole.plain import part_from_json, part_json

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.scenario.whole.model import Part
    from countermeasure.scenario.whole.sweep.plan import Job

__all__ = ["Store", "open_store"]

_DONE = "done"
_HEAD = "sweep.json"
FORM = 1
"""Form of the files; another one is computed again."""


@dataclass(frozen=True)
class Store:
    """A folder of jobs that are done.

    Attributes:
        folder: Where their files lie.
        broken: Names of files that could not be used; their jobs are computed again.
    """

    folder: Path
    broken: list[str] = field(default_factory=list)

    def find(self, job: Job) -> Part | None:
        """The part of a job that is done; ``None`` where there is none or its file is broken."""
        path = self.folder / f"{job.key}.json"
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            self.broken.append(path.name)
            return None
        part = _read(text, job)
        if part is None:
            self.broken.append(path.name)
        return part

    def keep(self, job: Job, part: Part) -> None:
        """Write a job's file.

        Raises:
            InputError: If it cannot be written.
        """
        held = json.dumps(part_json(part), ensure_ascii=False)
        head = {"form": FORM, "job": job.key, "setting": job.words(), "seed": job.seed, "sum": _sum(held)}
        text = f"{json.dumps(head, ensure_ascii=False)}\n{held}\n"
        if not write_atomically(self.folder / f"{job.key}.json", text.encode(), shared=True):
            raise InputError("a point that is done cannot be kept", code="unwritable", where=str(self.folder),
                             cure="Make room, or give another folder.")  # fmt: skip


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(text: str, job: Job) -> Part | None:
    """A part from its file: the first line says what it is and its sum, the second holds it."""
    head, _, held = text.partition("\n")
    held = held.removesuffix("\n")
    try:
        said: dict[str, Any] = json.loads(head)
        if (said["form"], said["job"], said["sum"]) != (FORM, job.key, _sum(held)):
            return None
        return part_from_json(json.loads(held))
    except (ValueError, KeyError, TypeError):
        return None


def open_store(folder: Path, said: dict[str, Any], *, resume: bool = True) -> Store:
    """The store of a sweep in a folder, made if it is not there.

    Args:
        folder: Of the sweep; jobs lie in ``done`` within it, and ``sweep.json`` says which sweep it is.
        said: What tells the sweep from others, ``hash`` among it.
        resume: Take up what is done; else it is thrown away first.

    Raises:
        InputError: If the folder holds another sweep, or cannot be written.
    """
    head, done = folder / _HEAD, folder / _DONE
    other = _head(head)
    if other is not None and resume and other.get("hash") != said["hash"]:
        raise InputError(
            f"the folder holds {_other(other, said)}",
            code="other_sweep",
            where=str(folder),
            cure="Give another folder, or --fresh to throw away what is in it.",
        )
    try:
        done.mkdir(parents=True, exist_ok=True)
        if not resume:
            for path in (*done.glob("*.json"), *done.glob("*.part")):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be used ({error.strerror})", code="unwritable", where=str(folder), cure="Give another folder."
        ) from None
    if not write_atomically(head, f"{json.dumps(said, ensure_ascii=False, indent=1)}\n".encode(), shared=True):
        raise InputError("the folder cannot be written", code="unwritable", where=str(folder), cure="Give another folder.")
    return Store(done)


def _other(other: dict[str, Any], said: dict[str, Any]) -> str:
    if "grid" not in other or "scenario" not in other:
        return "a sweep.json that cannot be read"
    same = ("scenario", "grid", "parts", "seed", "own_seeds", "draws")
    if all(other.get(key) == said.get(key) for key in same):
        return "this sweep as it was before its scenario, the book, data or code changed"
    return f"another sweep: {other['scenario']} over {other['grid']}"


def _head(path: Path) -> dict[str, Any] | None:
    """What ``sweep.json`` says; ``None`` where there is none, an empty one where it cannot be read."""
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
