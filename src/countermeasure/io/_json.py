"""JSON: a list of objects, an object with ``lines``, or one object per line; numbers as written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.io._cells import RawRows, cell_text
from countermeasure.io.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_json"]


class _Repeated(dict[str, Any]):
    """An object in which a key stands twice."""

    key: str = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    names = [name for name, _ in pairs]
    marked = _Repeated(out)
    marked.key = next(name for name in names if names.count(name) > 1)
    return marked


def _constant(text: str) -> Any:  # noqa: ANN401 - the shape json asks for
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_constant, object_pairs_hook=_object)


def read_json(data: bytes, name: str) -> RawRows:
    """Read JSON or JSON Lines; see ``tables.read_table``."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "the JSON is not UTF-8 text", code="unknown_encoding", where=name, cure="Save the file as UTF-8."
        ) from None
    faults: list[Fault] = []
    records = list(_lines(text, name, faults)) if _is_json_lines(text, name) else list(enumerate(_whole(text, name), start=1))
    return _from_records(records, name, faults)


def _is_json_lines(text: str, name: str) -> bool:
    """Whether the first line is an object by itself and more follows."""
    if name.lower().endswith((".jsonl", ".ndjson")):
        return True
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        _DECODER.decode(first)
    except ValueError:
        return False
    return True


def _lines(text: str, name: str, faults: list[Fault]) -> Iterable[tuple[int, Any]]:
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield row, _DECODER.decode(line.strip())
        except ValueError as error:
            faults.append(
                Fault(
                    name,
                    row,
                    None,
                    None,
                    f"the line is not JSON ({error}); it is left out",
                    "Write one object per line.",
                    "bad_json",
                )
            )


def _whole(text: str, name: str) -> list[Any]:
    try:
        data = _DECODER.decode(text.strip())
    except ValueError as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InputError(
            f"the file is not JSON ({said})",
            code="bad_json",
            where=f"{name}{line}",
            cure="Check commas, quotes and brackets near this line.",
        ) from None
    if isinstance(data, dict):
        lines = data.get("lines")
        data = lines if isinstance(lines, list) else [data]
    if not isinstance(data, list):
        raise InputError(
            "the JSON holds no list of lines",
            code="bad_json",
            where=name,
            cure='Write [{...}, {...}] or {"lines": [{...}]}.',
        )
    return data


def _from_records(records: list[tuple[int, Any]], name: str, faults: list[Fault]) -> RawRows:
    header: dict[str, int] = {}
    rows: list[int] = []
    kept: list[dict[str, Any]] = []
    for row, record in records:
        if not isinstance(record, dict):
            faults.append(
                Fault(
                    name,
                    row,
                    None,
                    None,
                    "the entry is not an object; it is left out",
                    'Write each line as {"hts": "...", ...}.',
                    "not_an_object",
                )
            )
            continue
        if isinstance(record, _Repeated):
            faults.append(
                Fault(
                    name,
                    row,
                    record.key,
                    None,
                    "the key stands twice; the entry is left out",
                    "Remove one of the two.",
                    "duplicate_key",
                )
            )
            continue
        for key in record:
            header.setdefault(key, len(header))
        faults.extend(
            Fault(
                name,
                row,
                key,
                None,
                "the value is a list or object, not a plain value; it is read as absent",
                "Give text, a number, true, false or null.",
                "nested_value",
            )
            for key, value in record.items()
            if isinstance(value, dict | list)
        )
        rows.append(row)
        kept.append(record)
    names = list(header)

    def take(index: int) -> list[str | None]:
        key = names[index]
        return [None if isinstance(value := record.get(key), dict | list) else cell_text(value) for record in kept]

    return RawRows(list(names), None, rows, take, faults)
