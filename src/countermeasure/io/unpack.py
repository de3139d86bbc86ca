"""Open packed files with care: what they say they hold is looked at before anything is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.io.limits import Limits

__all__ = ["OLD_EXCEL", "refuse_old", "repack", "too_large", "unpack"]

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
"""First bytes of the container of old Excel files and of Excel files with a password."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SAVE = "Open it in a spreadsheet and save it as .xlsx, without password."


def refuse_old(data: bytes, name: str) -> None:
    """Refuse a file in the container of old Excel files.

    Raises:
        InputError: Always; it tells a password from an old file.
    """
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError("the workbook is protected by a password", code="password", where=name, cure=_SAVE)
    raise InputError("this is an old Excel file (.xls)", code="old_excel", where=name, cure=_SAVE)


def too_large(size: int, limit: int, name: str) -> InputError:
    """The error for a file above the limit."""
    return InputError(
        f"the file is {_size(size)} large, and {_size(limit)} are read",
        code="too_large",
        where=name,
        cure="Take out what is not needed: pictures, further sheets, rows of the past.",
    )


def unpack(data: bytes, name: str, limits: Limits, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Files in a packed file, by path.

    Args:
        data: The packed file.
        name: For messages.
        limits: Sizes are compared with what the file declares, and again with what comes out.
        wanted: Says which paths are unpacked at all.

    Raises:
        InputError: If it is no packed file, is damaged or protected, leads out of its folder, repeats a path, or holds more
            than the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            _look(entries, name, limits)
            files = {entry.filename.replace("\\", "/"): entry for entry in entries if not entry.is_dir()}
            return {path: packed.read(entry) for path, entry in files.items() if wanted(path)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        excel = name.lower().endswith(("xlsx", "xlsm"))
        what = "the Excel file cannot be read: it is damaged" if excel else "the file is damaged"
        raise InputError(
            f"{what}, or is no file of the kind its name says ({str(error).rstrip('.')})",
            code="damaged_file",
            where=name,
            cure="Open it in a spreadsheet and save it again as .xlsx, without password." if excel else "Pack the files again.",
        ) from None


def _look(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """Refuse by the table of contents alone."""
    if len(entries) > limits.entries:
        cure = "Pack the CSV files that belong together, or save the workbook again without pictures."
        raise InputError(
            f"it holds {len(entries):,} files, and {limits.entries:,} are read", code="too_many_files", where=name, cure=cure
        )
    seen: set[str] = set()
    for entry in entries:
        path = entry.filename
        parts = path.replace("\\", "/").split("/")
        plain = "/".join(parts).casefold()
        if plain in seen:
            raise InputError(f"it holds {path!r} twice", code="repeated_path", where=name, cure="Pack the files again.")
        seen.add(plain)
        if path.startswith(("/", "\\")) or ":" in parts[0] or ".." in parts or "\x00" in path:
            cure = "Pack the files again, with plain names in one folder. Nothing was unpacked."
            raise InputError(f"the path {path!r} leads out of the file", code="path_outside", where=name, cure=cure)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InputError(f"{path!r} is a link", code="path_outside", where=name, cure="Pack the file that it points to.")
        if entry.flag_bits & 0x1:
            raise InputError(f"{path!r} is protected by a password", code="password", where=name, cure="Pack it without one.")
        if entry.compress_type not in _METHODS:
            said = f"{path!r} is packed by a method that is not read"
            raise InputError(said, code="packing_method", where=name, cure="Pack it as an ordinary .zip (deflate).")
    whole = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if whole > limits.unpacked or (whole > limits.small and whole > limits.ratio * max(packed, 1)):
        raise InputError(
            f"it would grow from {_size(packed)} to {_size(whole)}, which is more than is unpacked",
            code="too_large_unpacked",
            where=name,
            cure=f"Up to {_size(limits.unpacked)} and {limits.ratio} times are unpacked. "
            "Delete empty rows with formats, or save it as CSV.",
        )


def repack(files: dict[str, bytes]) -> bytes:
    """A packed file that holds nothing but these, as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for path, content in files.items():
            packed.writestr(path, content)
    return out.getvalue()


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:,.1f} kB"
