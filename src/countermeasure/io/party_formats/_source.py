"""Open a list file: plain or gzip, in whichever encoding it was published."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Source", "csv_rows", "join_sources", "open_source", "parse_xml"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read.

    Attributes:
        name: File name.
        data: Content, unpacked.
        sha256: Hash of the file as it lies on the disk.
    """

    name: str
    data: bytes
    sha256: str

    def text(self) -> tuple[str, bool]:
        """The content as text, and whether it is Windows-1252 rather than UTF-8.

        A byte-order mark and a final 0x1A are left out.
        """
        data = self.data.rstrip(b"\x1a\x00")
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16", "replace"), False
        try:
            return data.decode("utf-8-sig"), False
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace"), True


def open_source(file: Path) -> Source:
    """Read a file, plain or gzip.

    Raises:
        NotFoundError: If there is no such file.
        InputError: If it is empty, a folder, a damaged gzip file, or a web page.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("there is no such file", code="file_not_found", where=str(file), cure="Check the path.") from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(file), cure="Give a file that you may read.") from None
    data = raw
    if raw[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"damaged gzip file ({error})", where=file.name, cure="Fetch the file again.") from None
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x1a\x00"):
        raise InputError("the file is empty", code="no_rows", where=file.name, cure="Fetch the file again.")
    if re.match(rb"\s*(?:<!doctype html|<html)", data[:400], re.IGNORECASE):
        cure = "The server answered with a page; fetch the list itself."
        raise InputError("the file is a web page, not a list", code="wrong_format", where=file.name, cure=cure)
    return Source(file.name, data, hashlib.sha256(raw).hexdigest())


def join_sources(name: str, sources: list[Source]) -> Source:
    """Several files that make one list, under one name; the hash is taken over their hashes in order of name."""
    joined = "".join(source.sha256 for source in sorted(sources, key=lambda s: s.name))
    return Source(name, b"", hashlib.sha256(joined.encode()).hexdigest())


def csv_rows(text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Rows of a table with the line each starts in, from 1; a line break inside quotation marks belongs to its cell."""
    before = csv.field_size_limit(1 << 24)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        start, rows = 1, []
        for cells in reader:
            rows.append((start, cells))
            start = reader.line_num + 1
    finally:
        csv.field_size_limit(before)
    yield from rows


def parse_xml(source: Source) -> ET.Element:
    """The root of an XML file, with namespaces taken off all names.

    Raises:
        InputError: If it is not well-formed, or declares a document type (which no list does).
    """
    if b"<!DOCTYPE" in source.data[:8192] or b"<!ENTITY" in source.data:
        raise InputError(
            "the file declares a document type", code="wrong_format", where=source.name, cure="Fetch the official file."
        )
    try:
        root = ET.fromstring(source.data)  # noqa: S314 - declarations of types and entities were refused above
    except ET.ParseError as error:
        line = error.position[0]
        cure = "The file is cut off or damaged; fetch it again."
        raise InputError(f"not well-formed XML ({error})", code="bad_xml", where=f"{source.name}:{line}", cure=cure) from None
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith("{"):
            element.tag = element.tag.partition("}")[2]
    return root
