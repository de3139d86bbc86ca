"""The process of one long run: ``python -m countermeasure.web.worker FOLDER``, started by :mod:`countermeasure.web.jobs`."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

from countermeasure.errors import CountermeasureError

__all__ = ["main"]

_EVERY = 0.1
"""Least seconds between two notes of progress."""


def main(folder: str) -> None:
    """Call the function that was asked for; leave what it found, or what went wrong, in the folder of the run."""
    from countermeasure.web.jobs import put

    place = Path(folder)
    told = 0.0

    def progress(share: float, says: str = "") -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            put(place / "progress.json", json.dumps([min(max(float(share), 0.0), 1.0), str(says)[:200]]).encode())

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    function, inputs = pickle.loads((place / "inputs").read_bytes())  # noqa: S301 - written by the server, in its own folder
    (place / "inputs").unlink()  # what a reader has sent stays no longer than it is needed
    module, _, name = function.partition(":")
    try:
        found = getattr(import_module(module), name)(progress, **inputs)
        put(place / "result", pickle.dumps(found))
    except CountermeasureError as error:
        put(place / "error.json", json.dumps(error.to_json()).encode())
    except Exception as error:
        said = CountermeasureError(f"an unexpected error ({type(error).__name__})", cure="Report what was asked for.")
        put(place / "error.json", json.dumps(said.to_json()).encode())
        raise


def _end_with(parent: int) -> None:
    """End when the server has ended: nobody waits for the run any more."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
