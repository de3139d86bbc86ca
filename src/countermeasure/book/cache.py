"""Where compiled forms are kept between runs. The cache is never needed: without it things are only slower."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def cache_dir() -> Path | None:
    """Folder for compiled books and schedules, or ``None`` when caching is off or the folder cannot be written.

    ``COUNTERMEASURE_CACHE`` overrides the place; the value ``off`` turns caching off.
    """
    named = os.environ.get("COUNTERMEASURE_CACHE", "")
    if named == "off":
        return None
    if named:
        folder = Path(named)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "countermeasure" / "cache"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "countermeasure"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def content_hash(files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over names and bytes, in the order given; 64 hex digits."""
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(name.encode())
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


def write_atomically(path: Path, content: bytes) -> bool:
    """Write a cache file so that a reader sees all of it or nothing; ``False`` where that is not possible."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(temporary).replace(path)
    except OSError:
        return False
    return True
