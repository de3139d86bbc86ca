"""Lists of the Office of Foreign Assets Control: the three-file CSV set (``sdn``, ``add``, ``alt``; ``cons_*``) and XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.party_formats._ids import remark_facts, vessel_number
from countermeasure.io.party_formats._reading import Raw, Reading, read_entries
from countermeasure.io.party_formats._source import csv_rows, join_sources, open_source, parse_xml
from countermeasure.parties.repair import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from countermeasure.io.party_formats._source import Source

__all__ = ["lists_of_programmes", "read_ofac"]

_EMPTY = "-0-"
_SETS = {"sdn": ("sdn", "add", "alt"), "cons": ("cons_prim", "cons_add", "cons_alt")}
_MAIN, _ADDRESS, _ALIAS = 12, 6, 5

_BY_PROGRAMME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"PLC"), "us-plc"),
    (re.compile(r"^FSE"), "us-fse"),
    (re.compile(r"CMIC"), "us-cmic"),
    (re.compile(r"^561|CAPTA"), "us-cap"),
    (re.compile(r"13662"), "us-ssi"),
    (re.compile(r"MBS|HKAA|PEESA|CAATSA|14014|14059"), "us-mbs"),
)
_BY_DIRECTIVE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"EO 14024 Directive 2\b"), "us-cap"),
    (
        re.compile(r"(?:EO 14024|Subject to) Directive (?:1a|3|4)\b.*14024|14024.*(?:Directive) (?:1a|3|4)\b", re.IGNORECASE),
        "us-mbs",
    ),
)


def lists_of_programmes(programmes: Iterable[str], words: str = "") -> list[str]:
    """The lists on which a party of the consolidated (non-SDN) file stands, told from its programmes and directives.

    A party may stand on several. One with no programme or directive that is known is kept under ``us-mbs``, the list of mixed
    measures, so that none is lost.

    Args:
        programmes: As the file gives them.
        words: Its remarks, in which directives under Executive Order 14024 are named.
    """
    programmes = list(programmes)
    found = [code for programme in programmes for pattern, code in _BY_PROGRAMME if pattern.search(programme)]
    if any("14024" in programme for programme in programmes):
        found += [code for pattern, code in _BY_DIRECTIVE if pattern.search(words)]
    return list(dict.fromkeys(found)) or ["us-mbs"]


def read_ofac(place: Path) -> Reading:
    """Read a list of OFAC.

    Args:
        place: A folder with the CSV files of one or both sets, one of these files (its companions are looked for beside
            it), or an XML file (``sdn.xml``, ``consolidated.xml``); plain or gzip.

    Raises:
        NotFoundError: If there is no such file, or no list in the folder.
        InputError: If the file is of another form.
    """
    if place.is_dir():
        return _read_sets(place, list(_SETS))
    source = open_source(place)
    head = source.data[:400].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<"):
        return _read_xml(source)
    kind = "cons" if place.name.lower().startswith("cons") else "sdn"
    return _read_sets(place.parent, [kind], main=place)


def _file(folder: Path, stem: str) -> Path | None:
    """The file of a stem, as ``sdn.csv``, ``sdn.csv.gz`` or in capitals."""
    for path in sorted(folder.iterdir()):
        if re.fullmatch(rf"{stem}\.csv(\.gz)?", path.name, re.IGNORECASE):
            return path
    return None


def _read_sets(folder: Path, kinds: list[str], main: Path | None = None) -> Reading:
    sources: list[Source] = []
    entries: list[Raw] = []
    reading = Reading(folder.name if main is None else main.name, "")
    for kind in kinds:
        first = main or _file(folder, _SETS[kind][0])
        if first is None:
            continue
        files = [first]
        for stem, what in zip(_SETS[kind][1:], ("addresses", "aliases"), strict=True):
            path = _file(folder, stem)
            if path is None:
                words = f"there is no {stem}.csv beside it: the entries have no {what}"
                reading.warn(None, words, "missing_file", f"Put {stem}.csv into the same folder and import again.")
                reading.incomplete = "; ".join(filter(None, (reading.incomplete, f"without {what} ({stem}.csv was not there)")))
            else:
                files.append(path)
        opened = [open_source(path) for path in files]
        sources += opened
        by_stem = {source.name.lower().split(".")[0]: source for source in opened}
        by_stem.setdefault(_SETS[kind][0], opened[0])
        entries += _set_entries(kind, by_stem, reading)
    if not sources:
        raise NotFoundError(
            "no list of OFAC in the folder",
            code="file_not_found",
            where=str(folder),
            cure="Put sdn.csv, add.csv and alt.csv (or cons_prim.csv, cons_add.csv, cons_alt.csv) there.",
        )
    joined = join_sources(reading.name, sources)
    reading.name, reading.sha256 = joined.name, joined.sha256
    read_entries(reading, entries)
    return reading


def _set_entries(kind: str, sources: dict[str, Source], reading: Reading) -> list[Raw]:
    main, add, alt = _SETS[kind]
    addresses = _by_number(sources.get(add), _ADDRESS, reading)
    aliases = _by_number(sources.get(alt), _ALIAS, reading)
    entries: list[Raw] = []
    numbers = set()
    for row, cells in _rows(sources[main], _MAIN, reading, count=True):
        number = cells[0]
        numbers.add(number)
        remarks = remark_facts(cells[11])
        places = [_address(a[2], a[3], a[4]) for a in addresses.get(number, ())]
        countries = [a[4] for a in addresses.get(number, ()) if a[4]] + remarks.countries + [c for c in (cells[9],) if c]
        programmes = [p.strip(" []") for p in re.split(r"\]\s*\[|;", cells[3]) if p.strip(" []")]
        codes = ["us-sdn"] if kind == "sdn" else lists_of_programmes(programmes, cells[11])
        reading.shared += len(codes) - 1
        identifiers = remarks.identifiers + ([("call sign", cells[5])] if cells[5] else [])
        entries += [
            Raw(
                list=code,
                name=cells[1],
                row=row,
                number=number,
                aliases=[a[3] for a in aliases.get(number, ())],
                separator="\n",
                weak=remarks.weak,
                kind=cells[2] or "entity",
                addresses=[place for place in places if place],
                countries=countries,
                identifiers=identifiers,
                birth_dates=remarks.birth_dates,
                programmes=programmes,
            )
            for code in codes
        ]
    lost = len((addresses.keys() | aliases.keys()) - numbers)
    if lost:
        reading.warn(
            None,
            f"addresses or aliases of {lost} numbers that are not in the list",
            "lone_rows",
            "The files are of different days.",
        )
    return entries


def _rows(source: Source, width: int, reading: Reading, *, count: bool = False) -> Iterable[tuple[int, list[str]]]:
    text, windows = source.text()
    if windows:
        reading.note(None, f"{source.name} is not UTF-8; read as Windows-1252", "windows_1252")
    good = 0
    for row, cells in csv_rows(text):
        values = [cell.strip(" \t\x1a") for cell in cells]
        values = ["" if value == _EMPTY else value for value in values]
        if not any(values):
            continue
        if count:
            reading.rows += 1
        if len(values) < width or not values[0].isdigit():
            if count:
                reading.drop(
                    row, "no number of OFAC in the first of twelve cells", "The file is cut off or of another form.", "odd_row"
                )
            else:
                reading.warn(row, f"a row of {source.name} is not of {width} cells", "odd_row", "The file is cut off there.")
            continue
        good += 1
        yield row, values
    if not good:
        cure = "Give sdn.csv as OFAC publishes it, without header."
        raise InputError("no entries of OFAC in it", code="wrong_format", where=source.name, cure=cure)


def _by_number(source: Source | None, width: int, reading: Reading) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    if source is not None:
        for _, cells in _rows(source, width, reading):
            found.setdefault(cells[0], []).append(cells)
    return found


def _address(*parts: str) -> str:
    return ", ".join(part.replace(";", ",") for part in parts if part)


# --- XML -------------------------------------------------------------------------------------------------------------------


def _read_xml(source: Source) -> Reading:
    root = parse_xml(source)
    reading = Reading(source.name, source.sha256)
    found = root.findall("sdnEntry")
    if not found:
        raise InputError(
            "no entries of OFAC in it", code="wrong_format", where=source.name, cure="Give sdn.xml or consolidated.xml."
        )
    published = (root.findtext(".//Publish_Date") or "").strip()
    if published:
        day, _ = day_of(published)
        if day is not None:
            from countermeasure.codes.day import format_day

            reading.as_of, reading.basis = format_day(day), "said in the file"
    stated = (root.findtext(".//Record_Count") or "").strip()
    if stated.isdigit() and int(stated) != len(found):
        reading.incomplete = f"the file says that it holds {int(stated):,} entries and holds {len(found):,}"
        reading.warn(None, reading.incomplete, "record_count", "Fetch the file again, if it is not an extract.")
    entries: list[Raw] = []
    for row, element in enumerate(found, start=1):
        reading.rows += 1
        entries += _xml_entry(element, row, reading)
    read_entries(reading, entries)
    return reading


def _xml_entry(element: Element, row: int, reading: Reading) -> list[Raw]:
    programmes = _texts(element, "programList/program")
    kind = next((word for word in (element.findtext(tag) for tag in ("sdnType", "nspType", "ssiType")) if word), "").strip()
    words = "; ".join((element.findtext("remarks") or "", *_texts(element, "idList/id/idType")))
    codes = lists_of_programmes(programmes, words) if _is_consolidated(element, reading, programmes) else ["us-sdn"]
    reading.shared += len(codes) - 1
    strong: list[str] = []
    weak: list[str] = []
    for aka in element.findall("akaList/aka"):
        name = _full_name(aka)
        (weak if (aka.findtext("category") or "").strip().lower() == "weak" else strong).append(name)
    addresses, countries = [], []
    for place in element.findall("addressList/address"):
        keys = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
        addresses.append(_address(*((place.findtext(key) or "").strip() for key in keys)))
        countries.append((place.findtext("country") or "").strip())
    countries += _texts(element, "nationalityList/nationality/country") + _texts(element, "citizenshipList/citizenship/country")
    countries += _texts(element, "vesselInfo/vesselFlag")
    identifiers = []
    for item in element.findall("idList/id"):
        what, number = (item.findtext("idType") or "").strip(), (item.findtext("idNumber") or "").strip()
        if number and not what.lower().startswith(("gender", "secondary", "additional", "executive", "transactions")):
            identifiers.append(vessel_number(what, number))
    identifiers += [("call sign", sign) for sign in _texts(element, "vesselInfo/callSign")]
    only_country = set(countries)
    return [
        Raw(
            list=code,
            name=_full_name(element),
            row=row,
            number=(element.findtext("uid") or "").strip(),
            aliases=strong,
            weak=weak,
            separator="\n",
            kind=kind,
            addresses=[a for a in addresses if a and a not in only_country],
            countries=[c for c in countries if c],
            identifiers=identifiers,
            birth_dates=_texts(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth"),
            programmes=programmes,
        )
        for code in codes
    ]


_NOT_BLOCKING = re.compile(r"^NS-|^FSE|^561|CMIC|CAPTA")


def _is_consolidated(element: Element, reading: Reading, programmes: list[str]) -> bool:
    """Whether an entry is of the non-SDN file: its type says so, or the name of the file, or all of its programmes."""
    if element.find("nspType") is not None or element.find("ssiType") is not None:
        return True
    if reading.name.lower().startswith("sdn"):
        return False
    named = re.search(r"cons", reading.name, re.IGNORECASE) is not None
    return bool(programmes) and (named or all(_NOT_BLOCKING.search(p) for p in programmes))


def _full_name(element: Element) -> str:
    last, first = (element.findtext("lastName") or "").strip(), (element.findtext("firstName") or "").strip()
    return f"{last}, {first}" if last and first else last or first


def _texts(element: Element, path: str) -> list[str]:
    return [text for text in ((found.text or "").strip() for found in element.findall(path)) if text]
