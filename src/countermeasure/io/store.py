"""The local store of imported material: Parquet files and one manifest.

Every import is one file named by the hash of its origin. The manifest is replaced in one step after the
file is complete, so an import that fails, or is interrupted, changes nothing that a reader can see.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["Draft", "Imported", "Store", "data_dir", "sha256_of"]

_MANIFEST = "manifest.json"
_FORM = 1


def data_dir() -> Path:
    """Folder of imported material: ``COUNTERMEASURE_DATA``, else the platform's place."""
    named = os.environ.get("COUNTERMEASURE_DATA")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "countermeasure" / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "countermeasure"
    return Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "countermeasure"


def sha256_of(path: Path) -> str:
    """Hash of a file, 64 hex digits.

    Raises:
        NotFoundError: If there is no such file.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise NotFoundError(f"cannot read {path} ({error.strerror})", cure="Check the path.") from error
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported file.

    Attributes:
        kind: ``hts``, ``chapter99``, ``weights`` or ``parties``; others may be added by later importers.
        key: What it is an import of, unique within the kind (the day of an edition, a name); a new import
            with the same key replaces the old one.
        origin: Name of the file it came from.
        origin_sha256: Hash of that file.
        file: Name of the Parquet file in the store.
        file_sha256: Hash of the Parquet file.
        rows: Rows of the table.
        effective_from: ``YYYY-MM-DD`` or empty.
        imported_on: ``YYYY-MM-DD`` as given by the caller, or empty.
        notes: What was noticed while reading.
    """

    kind: str
    key: str
    origin: str
    origin_sha256: str
    file: str
    file_sha256: str
    rows: int
    effective_from: str = ""
    imported_on: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A table that is to be put into the store.

    Attributes:
        table: The table.
        entry: What will stand in the manifest; ``file``, ``file_sha256`` and ``rows`` are filled in by the store.
        stem: Start of the name of the Parquet file; the kind if empty. Drafts of one origin need different stems.
    """

    table: pa.Table
    entry: Imported
    stem: str = ""


class Store:
    """Imported tables under one folder.

    Args:
        folder: Made on the first import; :func:`data_dir` if absent.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else data_dir()

    def entries(self, kind: str | None = None) -> tuple[Imported, ...]:
        """What is in the store, by kind and key.

        Raises:
            InputError: If the manifest is damaged.
        """
        path = self.folder / _MANIFEST
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        try:
            content = json.loads(text)
            found = [Imported(**{**item, "notes": tuple(item["notes"])}) for item in content["imports"]]
        except (ValueError, TypeError, KeyError) as error:
            cure = "Restore the file, or remove the folder and import again."
            raise InputError(f"damaged manifest ({error})", where=str(path), cure=cure) from error
        return tuple(item for item in found if kind is None or item.kind == kind)

    def put(
        self,
        table: pa.Table,
        *,
        kind: str,
        key: str,
        origin: Path,
        origin_sha256: str,
        effective_from: str = "",
        imported_on: str = "",
        notes: tuple[str, ...] = (),
    ) -> Imported:
        """Add a table, in one step; the arguments are the attributes of :class:`Imported`.

        Raises:
            InputError: If the folder cannot be written; the store is then as before.
        """
        entry = Imported(
            kind=kind,
            key=key,
            origin=origin.name,
            origin_sha256=origin_sha256,
            file="",
            file_sha256="",
            rows=table.num_rows,
            effective_from=effective_from,
            imported_on=imported_on,
            notes=notes,
        )
        return self.put_all((Draft(table, entry),))[0]

    def put_all(self, drafts: Sequence[Draft]) -> tuple[Imported, ...]:
        """Add several tables in one step: a reader sees all of them or none.

        Raises:
            InputError: If the folder cannot be written; the store is then as before.
        """
        import pyarrow.parquet as pq

        before = self.entries()
        parts: list[Path] = []
        done: list[Imported] = []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for draft in drafts:
                handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
                os.close(handle)
                parts.append(Path(temporary))
                pq.write_table(draft.table, parts[-1], compression="zstd")
                name = f"{draft.stem or draft.entry.kind}-{draft.entry.origin_sha256[:16]}.parquet"
                rows = draft.table.num_rows
                done.append(replace(draft.entry, file=name, file_sha256=sha256_of(parts[-1]), rows=rows))
            for part, entry in zip(parts, done, strict=True):
                part.replace(self.folder / entry.file)
            names = {(entry.kind, entry.key) for entry in done}
            replaced = [item for item in before if (item.kind, item.key) in names]
            after = [item for item in before if item not in replaced] + done
            self._write_manifest(sorted(after, key=lambda item: (item.kind, item.key)))
        except OSError as error:
            raise InputError(f"cannot be written ({error})", where=str(self.folder), cure="Nothing was changed.") from error
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
        used = {item.file for item in after}
        for item in replaced:
            if item.file not in used:
                (self.folder / item.file).unlink(missing_ok=True)
        return tuple(done)

    def table(self, entry: Imported) -> pa.Table:
        """Read an imported table.

        Raises:
            NotFoundError: If its file is gone.
        """
        import pyarrow.parquet as pq

        path = self.folder / entry.file
        if not path.is_file():
            raise NotFoundError(
                f"{entry.file} is not in the store",
                where=str(self.folder),
                cure=f"Import {entry.origin} again.",
            )
        return pq.read_table(path)

    def damaged(self) -> tuple[Imported, ...]:
        """Entries whose file is gone or is not what was written."""
        found = []
        for entry in self.entries():
            path = self.folder / entry.file
            if not path.is_file() or sha256_of(path) != entry.file_sha256:
                found.append(entry)
        return tuple(found)

    def _write_manifest(self, entries: list[Imported]) -> None:
        content = {"form": _FORM, "imports": [asdict(entry) for entry in entries]}
        handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
        part = Path(temporary)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(content, out, indent=1, ensure_ascii=False)
                out.write("\n")
            part.replace(self.folder / _MANIFEST)
        finally:
            part.unlink(missing_ok=True)
