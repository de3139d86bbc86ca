"""Read the book's files, report every fault in one go, and hold what was read.

:class:`Book` is the door of the room. It never changes: a scenario gives a new book.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure._version import __version__
from countermeasure.book.cache import code_of, content_hash, kept
from countermeasure.book.check import Held, all_checks
from countermeasure.book.items import ControlList, parse_control_list
from countermeasure.book.lists import CodeList, parse_list
from countermeasure.book.model import DAY, Fact, Instrument, Programme, Reading, Spell
from countermeasure.book.replay import Record, replay
from countermeasure.codes.yamltext import Loaded, load_text
from countermeasure.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.book.compiled import Compiled


def shipped_data() -> Path:
    """Folder of the data in the wheel."""
    return Path(str(resources.files("countermeasure") / "data"))


@dataclass(frozen=True)
class Book:
    """Instruments, code lists, facts and programmes, with the hash of all of it.

    Attributes:
        instruments: In the order of their files.
        lists: Code lists by name.
        facts: Facts by id.
        programmes: Programmes by id.
        hash: SHA-256 over every file, scenarios included.
        control_facts: Facts that controls ask for, by id.
        control_lists: Lists of controlled items by name.
        version: Version of the code that read it.
    """

    instruments: tuple[Instrument, ...]
    lists: Mapping[str, CodeList]
    facts: Mapping[str, Fact]
    programmes: Mapping[str, Programme]
    hash: str
    control_facts: Mapping[str, Fact] = field(default_factory=dict)
    control_lists: Mapping[str, ControlList] = field(default_factory=dict)
    version: str = __version__
    scenarios: tuple[str, ...] = ()
    _records: dict[tuple[int | None, Reading], Record] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> Book:
        """The book in the wheel, from the cache where it can be had."""
        home = shipped_data()
        key = content_hash([("book", book_hash(home).encode()), *code_of("book", "codes")])
        return kept("read", key, Book, lambda: Book.load(home))

    @staticmethod
    def load(folder: Path) -> Book:
        """Read a book folder: ``book/**/*.yaml``, ``lists/*.csv``, ``controls/*.csv``.

        Raises:
            BookError: With every fault of every file.
        """
        files = _files(folder)
        faults: list[str] = []
        book = _read(folder, files, faults)
        if faults:
            raise _refused(faults, str(folder))
        return book

    def with_(self, *scenarios: Path | Loaded) -> Book:
        """A book with more instruments, of the same form.

        Args:
            scenarios: Files, folders, or instruments that were read already, as those within a scenario file.

        Raises:
            BookError: With every fault of the files, or if an id is taken.
        """
        faults: list[str] = []
        added: list[Instrument] = []
        contents: list[tuple[str, bytes]] = []
        for source in _expand(scenarios):
            contents.append(_content(source))
            instrument = read_instrument(source, source.name, faults)
            if instrument is not None:
                added.append(instrument)
        held = Held(self.lists, self.facts, self.programmes, self.control_facts, self.control_lists)
        faults += all_checks((*self.instruments, *added), held)
        if faults:
            raise _refused(faults, ", ".join(s.name if isinstance(s, Loaded) else str(s) for s in scenarios))
        return replace(
            self,
            instruments=(*self.instruments, *added),
            hash=content_hash([("book", self.hash.encode()), *contents]),
            scenarios=(*self.scenarios, *(i.id for i in added)),
            _records={},
        )

    @cached_property
    def by_id(self) -> dict[str, Instrument]:
        """Instruments by id."""
        return {i.id: i for i in self.instruments}

    def replayed(self, known_on: int | None = None, reading: Reading = Reading.TEXT) -> Record:
        """The record of all provisions as known on a day, kept for the next question."""
        key = (known_on, reading)
        if key not in self._records:
            self._records[key] = replay(self.instruments, known_on, reading)
        return self._records[key]

    def state(self, on: int, known_on: int | None = None, reading: Reading = Reading.TEXT) -> dict[str, Spell]:
        """Every provision's spell at the start of a day."""
        record = self.replayed(known_on, reading)
        return {name: p.at(on * DAY) for name, p in record.provisions.items()}

    def known_lists(self, record: Record) -> dict[str, CodeList]:
        """Code lists as they stood for a record."""
        lists = {name: one.known(record.honoured) for name, one in self.lists.items()}
        for change in record.list_changes:
            blank = CodeList(change.name, change.name, "", "", "", "", ())
            lists[change.name] = lists.get(change.name, blank).changed(change)
        return lists

    def compile(self, into: str = "US", known_on: int | None = None, reading: Reading = Reading.TEXT) -> Compiled:
        """Arrays for the kernel, for goods entering one customs territory."""
        from countermeasure.book.compile import compile_book

        return compile_book(self, into, known_on, reading)


def _refused(faults: list[str], where: str) -> BookError:
    faults = list(dict.fromkeys(faults))
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return BookError(f"{count} in the instruments", where=where, cure="Mend these lines:", faults=faults)


def _files(folder: Path) -> list[Path]:
    found = sorted((folder / "book").rglob("*.yaml"))
    found += [*sorted((folder / "lists").glob("*.csv")), *sorted((folder / "controls").glob("*.csv"))]
    if not found:
        raise BookError("no instrument found", where=str(folder), cure="give a folder that holds book/ and lists/")
    return found


def book_hash(folder: Path) -> str:
    """Hash of a book folder without reading its meaning: names and bytes of every file."""
    others = [p for name in ("codes", "ear", "licensing") for p in sorted((folder / name).glob("*"))]
    return content_hash((p.relative_to(folder).as_posix(), p.read_bytes()) for p in [*_files(folder), *others])


def contents_of(sources: Iterable[Path | Loaded]) -> list[tuple[str, bytes]]:
    """Names and contents of files, of all files of folders, and of instruments that were read already, for a hash."""
    return [_content(source) for source in _expand(sources)]


def _content(source: Path | Loaded) -> tuple[str, bytes]:
    if isinstance(source, Loaded):
        return source.name, json.dumps(source.data, ensure_ascii=False, sort_keys=True).encode()
    return source.name, source.read_bytes()


def _expand(sources: Iterable[Path | Loaded]) -> list[Path | Loaded]:
    found: list[Path | Loaded] = []
    for source in sources:
        found += sorted(source.rglob("*.yaml")) if isinstance(source, Path) and source.is_dir() else [source]
    return found


def _read(folder: Path, files: list[Path], faults: list[str]) -> Book:
    instruments: list[Instrument] = []
    lists: dict[str, CodeList] = {}
    controls: dict[str, ControlList] = {}
    special = {folder / "book" / f"{name}.yaml" for name in ("facts", "control_facts", "programmes")}
    facts = _read_facts(folder / "book" / "facts.yaml", faults)
    control_path = folder / "book" / "control_facts.yaml"
    control_facts = _read_facts(control_path, faults) if control_path.exists() else {}
    programmes = _read_programmes(folder / "book" / "programmes.yaml", faults)
    for path in files:
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".csv":
            text = path.read_text("utf-8")
            items = parse_control_list(text, name, faults) if path.parent.name == "controls" else None
            one = parse_list(text, name, faults) if path.parent.name == "lists" else None
            named = items or one
            if named is not None and named.name != path.stem:
                faults.append(f"{name}:1: the list is named {named.name}; name and file must agree")
            if items is not None:
                controls[items.name] = items
            if one is not None:
                lists[one.name] = one
        elif path not in special:
            instrument = read_instrument(path, name, faults)
            if instrument is not None:
                if instrument.id != path.stem:
                    faults.append(f"{name}:1: the id is {instrument.id}; id and file name must agree")
                instruments.append(instrument)
    faults += all_checks(tuple(instruments), Held(lists, facts, programmes, control_facts, controls))
    return Book(tuple(instruments), lists, facts, programmes, book_hash(folder), control_facts, controls)


def read_instrument(source: Path | Loaded, name: str, faults: list[str]) -> Instrument | None:
    """Read one instrument, a file or one that was read already; faults are appended with file and line."""
    from countermeasure.book.edge import read_model
    from countermeasure.book.schema import InstrumentFile

    loaded = source if isinstance(source, Loaded) else load_text(source, name)
    if loaded.faults:
        faults.extend(loaded.faults)
        return None
    what = "an instrument (countermeasure book new gives a template)"
    filed = read_model(InstrumentFile, loaded, faults, what=what, docs="docs/reference/book.md")
    if filed is None:
        return None
    try:
        lines = [loaded.lines.get(("acts", i), 0) for i in range(len(filed.acts))]
        return filed.convert(name, lines, loaded.lines.get(("id",), 1))
    except ValueError as error:
        faults.append(f"{name}: {error}")
    return None


def _read_facts(path: Path, faults: list[str]) -> dict[str, Fact]:
    loaded = load_text(path)
    faults.extend(loaded.faults)
    return {row["id"]: Fact(row["id"], row["type"], row["absent"], row.get("ordinary", ""), row["ask"]) for row in loaded.data}


def _read_programmes(path: Path, faults: list[str]) -> dict[str, Programme]:
    loaded = load_text(path)
    faults.extend(loaded.faults)
    return {row["id"]: Programme(row["id"], row["name"], row["authority"], int(row["order"])) for row in loaded.data}
