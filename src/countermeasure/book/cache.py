"""Where compiled forms are kept between runs. The cache is never needed: without it things are only slower."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Made = TypeVar("Made")


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


def write_atomically(path: Path, content: bytes, *, shared: bool = False) -> bool:
    """Write a file so that a reader sees all of it or nothing; ``False`` where that is not possible.

    Args:
        path: The file; its folder must exist.
        content: What it holds.
        shared: Whether it is a result that its owner hands on: then others may read it as the umask says. Files of the cache
            and of the page may hold lines, transactions and texts of a firm, and stay readable by their owner alone (0600).
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        if shared:
            Path(temporary).chmod(0o666 & ~umask())
        Path(temporary).replace(path)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        return False
    return True


def umask() -> int:
    """The umask of this process, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def code_of(*rooms: str) -> list[tuple[str, bytes]]:
    """Names and bytes of the code of some rooms, for a hash: what other code made is made again."""
    home = Path(__file__).parent.parent
    return [
        (path.relative_to(home).as_posix(), path.read_bytes()) for room in rooms for path in sorted((home / room).rglob("*.py"))
    ]


def kept(name: str, key: str, kind: type[Made], make: Callable[[], Made]) -> Made:
    """An object from the user's own cache, or made and kept there.

    Args:
        name: First part of the file's name.
        key: Hash of all that the object depends on, the code that makes it included.
        kind: Its type; anything else in the file is thrown away.
        make: Makes it.
    """
    folder = cache_dir()
    path = folder / f"{name}-{key[:24]}.pickle" if folder else None
    if path is not None and path.exists():
        try:
            found = pickle.loads(path.read_bytes())  # noqa: S301 - written by this program into the user's own cache
        except Exception:  # noqa: BLE001 - a damaged pickle can raise anything; the object is made again
            found = None
        if isinstance(found, kind):
            return found
    made = make()
    if path is not None:
        write_atomically(path, pickle.dumps(made, protocol=5))
    return made
