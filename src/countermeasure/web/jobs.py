"""Long runs beside the pages: one process each, a queue, progress, cancelling; what they found is kept until it is dropped.

Everything about a job lies in a folder of its own, so that each process of a server sees all jobs, and a page can be loaded
again. A run is named by its function, ``module:name``; it is called as ``function(progress, **inputs)``, where ``progress``
takes a share from 0 to 1 and a few words. It must not depend on anything but its inputs. The process itself is ``worker.py``.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from countermeasure.errors import CountermeasureError, NotFoundError
from countermeasure.web.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OVER", "Job", "Jobs", "put"]

OVER = frozenset({"done", "failed", "cancelled", "lost"})
"""States from which nothing follows."""
KEPT = 100
"""Jobs that are over and kept; the oldest go first."""
_ID = re.compile(r"[0-9a-f]{32}")
_WATCH = 0.1


@dataclass(frozen=True, slots=True)
class Job:
    """A run.

    Attributes:
        id: 32 hex digits; who knows it can see the job.
        kind: What sort of run, a word.
        title: What is run, for a person.
        state: ``queued``, ``running``, ``done``, ``failed``, ``cancelled`` or ``lost`` (the server ended while it ran).
        share: How much is done, 0 to 1.
        says: What is being done.
        then: Address that shows what was found; empty for the page of the job.
        key: Hash of function and inputs; the same question finds the same job.
        owner: Process of the server that runs it.
        made: Second since 1970 when it was asked for.
        seconds: How long it ran.
        error: What went wrong, in the house's shape.
    """

    id: str
    kind: str
    title: str
    state: str = "queued"
    share: float = 0.0
    says: str = ""
    then: str = ""
    key: str = ""
    owner: int = 0
    made: float = 0.0
    seconds: float = 0.0
    error: dict[str, Any] | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in OVER

    @property
    def address(self) -> str:
        """Address of its page."""
        return f"/jobs/{self.id}"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        names = ("id", "kind", "title", "state", "share", "says", "seconds")
        found: dict[str, Any] = {name: getattr(self, name) for name in names}
        found["address"] = self.address
        found["result"] = self.then if self.state == "done" else None
        return found | (self.error or {"error": None})


class Jobs:
    """The jobs of a server.

    Args:
        folder: Where they lie; ``None`` makes a private one that goes when the jobs are closed.
        running: How many may run at once.
        waiting: How many may wait.
    """

    def __init__(self, folder: Path | None = None, running: int = 2, waiting: int = 8) -> None:
        self._own = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="countermeasure-jobs-")) if folder is None else folder
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._running = max(running, 1)
        self._waiting = waiting
        self._lock = threading.RLock()
        self._queue: list[tuple[str, str, dict[str, Any]]] = []
        self._processes: dict[str, subprocess.Popen[bytes] | None] = {}
        self._closed = False
        self._find_lost()

    # ------------------------------------------------------------------------------------------- asking

    def start(
        self, kind: str, function: str, inputs: Mapping[str, Any], *, title: str, then: str = "", fresh: bool = False
    ) -> Job:
        """Ask for a run; the same run that is there already is given back, running or done.

        Args:
            kind: What sort of run, a word.
            function: ``module:name`` of a function of this package.
            inputs: What it is called with; must be picklable.
            title: What is run, for a person.
            then: Address that shows what was found; ``{id}`` in it stands for the id.
            fresh: Run again though it was run before.

        Raises:
            Refused: If too many wait already.
        """
        if not function.startswith("countermeasure."):
            raise Refused(403, f"{function!r} is not a run of this package", code="unknown_run")
        key = sha256(pickle.dumps((function, sorted(inputs.items())))).hexdigest()
        with self._lock:
            same = None if fresh else self.by_key(key)
            if same is not None:
                return same
            if len(self._queue) >= self._waiting:
                raise Refused(
                    429, f"{len(self._queue)} runs wait already", code="too_many_jobs", cure="Try again when one has ended."
                )
            job = self._write(self._made(kind, title, then, key))
            self._queue.append((job.id, function, dict(inputs)))
            self._next()
            return self.job(job.id)

    def keep(self, kind: str, result: Any, *, title: str, then: str = "") -> Job:  # noqa: ANN401 - any answer
        """Keep an answer that is there already, as if it had been a run."""
        job = self._made(kind, title, then, "")
        self._place(job.id).mkdir(mode=0o700)
        put(self._place(job.id) / "result", pickle.dumps(result))
        done = self._write(replace(job, state="done", share=1.0))
        self._forget_old()
        return done

    def _made(self, kind: str, title: str, then: str, key: str) -> Job:
        name = token_hex(16)
        return Job(name, kind, title, then=then.replace("{id}", name), key=key, owner=os.getpid(), made=time.time())

    def cancel(self, name: str) -> Job:
        """End a run, or take it out of the queue; a run that is over stays as it is.

        Raises:
            NotFoundError: If there is no such job.
        """
        with self._lock:
            job = self.job(name)
            if job.over:
                return job
            if job.owner != os.getpid():
                (self._place(name) / "cancel").touch()
                return job
            self._queue = [one for one in self._queue if one[0] != name]
            process = self._processes.get(name)
            job = self._write(replace(job, state="cancelled", says="cancelled"))
            if process is not None:
                process.kill()
            return job

    def drop(self, name: str) -> None:
        """End a job and forget what it found.

        Raises:
            NotFoundError: If there is no such job.
        """
        self.cancel(name)
        shutil.rmtree(self._place(name), ignore_errors=True)

    # ------------------------------------------------------------------------------------------- looking

    def job(self, name: str) -> Job:
        """A job by its id.

        Raises:
            NotFoundError: If there is none.
        """
        path = self._place(name) / "job.json"
        try:
            job = Job(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            raise _unknown(name) from None
        if job.state != "running":
            return job
        with suppress(OSError, ValueError):
            share, says = json.loads((path.parent / "progress.json").read_text("utf-8"))
            return replace(job, share=share, says=says, seconds=time.time() - job.made)
        return job

    def jobs(self) -> list[Job]:
        """All jobs, the last one first."""
        found = []
        with suppress(FileNotFoundError):  # the folder goes with the server
            for path in self.folder.iterdir():
                with suppress(NotFoundError):
                    found.append(self.job(path.name))
        return sorted(found, key=lambda job: -job.made)

    def by_key(self, key: str) -> Job | None:
        """A job for the same question that has not failed, or ``None``."""
        return next((job for job in self.jobs() if job.key == key and job.state in ("queued", "running", "done")), None)

    def result(self, name: str) -> Any:  # noqa: ANN401 - whatever was found
        """What a job found.

        Raises:
            NotFoundError: If there is no such job, or it has found nothing (yet).
        """
        job = self.job(name)
        if job.state != "done":
            raise NotFoundError(f"the run is {job.state}", code="no_result", where=job.address, cure="Look at its page.")
        try:
            return pickle.loads((self._place(name) / "result").read_bytes())  # noqa: S301 - written by this server, in its own folder
        except OSError:
            raise _unknown(name) from None

    def close(self) -> None:
        """End all runs of this process; a private folder goes with them."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            running = list(self._processes.items())
        for name, process in running:
            if process is not None:
                process.kill()
                process.wait(5)
            with suppress(NotFoundError):
                self._write(replace(self.job(name), state="lost", says="the server ended"))
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ------------------------------------------------------------------------------------------- running

    def _next(self) -> None:
        """Start what waits, as far as there is room; the lock is held."""
        while self._queue and len(self._processes) < self._running and not self._closed:
            name, function, inputs = self._queue.pop(0)
            put(self._place(name) / "inputs", pickle.dumps((function, inputs)))
            self._processes[name] = None
            self._write(replace(self.job(name), state="running", says="starting", made=time.time()))
            threading.Thread(target=self._run, args=(name,), daemon=True).start()

    def _run(self, name: str) -> None:
        """Start a run, wait for its end, and say how it ended."""
        place = self._place(name)
        command = [sys.executable, "-m", "countermeasure.web.worker", str(place)]
        log = (place / "log").open("wb")
        with log, self._lock:
            wanted = not self._closed and not self.job(name).over
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) if wanted else None  # noqa: S603
            self._processes[name] = process
        code = None if process is None else self._wait(name, process)
        with self._lock:
            self._processes.pop(name, None)
            with suppress(NotFoundError, OSError):
                job = self.job(name)
                if job.state == "running" and not self._closed:
                    self._write(_ended(job, place, code))
            self._forget_old()
            self._next()

    def _wait(self, name: str, process: subprocess.Popen[bytes]) -> int:
        while True:
            try:
                return process.wait(_WATCH)
            except subprocess.TimeoutExpired:
                if (self._place(name) / "cancel").exists():
                    self.cancel(name)

    def _write(self, job: Job) -> Job:
        place = self._place(job.id)
        place.mkdir(mode=0o700, exist_ok=True)
        put(place / "job.json", json.dumps(asdict(job)).encode())
        return job

    def _place(self, name: str) -> Path:
        if not _ID.fullmatch(name):
            raise _unknown(name)
        return self.folder / name

    def _forget_old(self) -> None:
        over = [job for job in self.jobs() if job.over]
        for job in over[KEPT:]:
            shutil.rmtree(self._place(job.id), ignore_errors=True)

    def _find_lost(self) -> None:
        """Say of runs whose server is gone that they are lost."""
        for job in self.jobs():
            if not job.over and not _alive(job.owner):
                self._write(replace(job, state="lost", says="the server was started again while it ran"))


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def put(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing."""
    part = path.with_suffix(f".{token_hex(4)}.part")
    part.write_bytes(content)
    part.replace(path)


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(
        f"there is no run {name[:40]!r}", code="unknown_job", cure="It may have been dropped, or the server was started again."
    )


def _ended(job: Job, place: Path, code: int | None) -> Job:
    """A job whose process has ended, with what it left behind."""
    seconds = time.time() - job.made
    if (place / "result").exists():
        return replace(job, state="done", share=1.0, says="", seconds=seconds)
    with suppress(OSError, ValueError):
        return replace(job, state="failed", seconds=seconds, error=json.loads((place / "error.json").read_text("utf-8")))
    how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
    error = CountermeasureError(
        f"the run was ended {how} before it had found anything",
        code="worker_killed",
        cure="Memory may have run out: ask for fewer draws, and try again.",
    )
    return replace(job, state="failed", seconds=seconds, error=error.to_json())
