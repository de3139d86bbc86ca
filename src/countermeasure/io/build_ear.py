"""Build the shipped tables of the US Export Administration Regulations (EAR) from the official text.

    python -m countermeasure.io.build_ear SOURCE_DIR OUT

``SOURCE_DIR`` holds the Commerce Control List, the Country Chart and the Country Groups as reduced from the eCFR (JSON,
gzip). Written are ``OUT/ear/ccl.csv`` and ``OUT/ear/chart.csv``; the groups in ``OUT/codes/groups.yaml`` are put in place
of the ``ear_`` groups at its end. The same input gives the same bytes.

The words of the list are brought into a small language; what does not fit keeps its words and a question mark, and never
becomes a "no". ``applies`` says on which paragraphs a reason bears: ``all``, ``all -y`` (but for), ``b.2 b.3`` (these),
``?c`` (perhaps). ``rule`` says for which destinations: a column of the chart (``NS 2``), or ``world``, country codes,
groups (``D:5``), with a minus for what is taken out. The row of kind ``entry`` holds the paragraphs of the first order where
they are known.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.codes.country import country_or_none
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["applies_of", "ccl_rows", "chart_rows", "groups_text", "iso2_of", "main", "rules_of"]

_NAMES = {
    "Cote d'lvoire": "CI",
    "Seycheles": "SC",
    "Micronesia (Federated State of)": "FM",
    "South Sudan, Republic of": "SS",
    "Sint Maarten (the Dutch two-fifths of the island of Saint Martin)": "SX",
}
"""Names of the official text that the table of countries does not know, slips of spelling among them."""

_HONG_KONG = "2020-12-23"
_WIDTH = 110
_MARK = "# --- Country Groups of the EAR; written by countermeasure.io.build_ear, do not edit by hand"

_REF = r"[a-z](?:\.\s?[0-9]+|\.[a-z](?![a-z]))*"
_ONE = re.compile(
    rf"(?:ECCN)?\s*\.?\s*(?P<a>{_REF})(?:\s+(?:to|through)\s+(?:ECCN)?\.?(?P<b>{_REF}))?(?:\s+\(except\s+\.?(?P<x>{_REF})\))?"
)
_OPENERS = re.compile(r"^(?:items controlled by|“software” controlled by|the entire entry,?|paragraphs?)\s+")
_CLOSERS = re.compile(r"\s+(?:only|of this entry)$")


def iso2_of(name: str) -> str:
    """Two-letter code of a country as the EAR spells it.

    Raises:
        InputError: If the name is not known.
    """
    if name in _NAMES:
        return _NAMES[name]
    found = country_or_none(name)
    if found is None:
        raise InputError(f"{name!r} is not a country that is known", cure="Add it to the names of build_ear.")
    return found.iso2


# ------------------------------------------------------------------------------------------- paragraphs


def _expand(first: str, last: str) -> list[str] | None:
    """``a.1`` to ``a.3`` written out."""
    head, tail = first.rpartition(".")[::2], last.rpartition(".")[::2]
    if head[0] != tail[0]:
        return None
    stem = f"{head[0]}." if head[0] else ""
    if head[1].isdigit() and tail[1].isdigit():
        return [f"{stem}{n}" for n in range(int(head[1]), int(tail[1]) + 1)]
    if head[1].isalpha() and tail[1].isalpha():
        return [f"{stem}{chr(n)}" for n in range(ord(head[1]), ord(tail[1]) + 1)]
    return None


def _listed(text: str) -> list[str] | None:
    """Paragraphs of a text that names nothing else, those taken out with a minus; None where there are other words."""
    text = _CLOSERS.sub("", _OPENERS.sub("", text.strip().rstrip("."))).strip()
    found: list[str] = []
    for piece in re.split(r",\s*(?:and |or )?|\s+(?:and|or)\s+(?:to\s+)?", text):
        if re.fullmatch(r"\.\d+", piece.strip()) and found and "." in found[-1]:  # .d.15 and .16
            found.append(found[-1].rpartition(".")[0] + piece.strip())
            continue
        hit = _ONE.fullmatch(piece.strip())
        if hit is None:
            return None
        first = hit["a"].replace(" ", "")
        parts = _expand(first, hit["b"]) if hit["b"] else [first]
        if parts is None:
            return None
        found += parts
        if hit["x"]:
            found.append(f"-{hit['x']}")
    return found


def _mentioned(text: str) -> list[str] | None:
    """Paragraphs of the entry's own that a text with other words bears on, or None where it may bear on any."""
    found: list[str] = []
    text = text.rstrip(". ")
    for piece in re.split(r";\s*(?:and|AND)?|\s+AND\s+|\s+and to\s+", text):
        first = re.search(rf"ECCN\s?\.\s?({_REF})", piece)
        if first is None or " and " in piece[: first.start()] or re.search(r"\b\d[A-E]\d{3}\b", piece[: first.start()]):
            return None
        refs = re.findall(rf"ECCN\s?\.\s?({_REF})", piece)
        rest = re.sub(rf"ECCN\s?\.\s?{_REF}", "", piece)
        refs += re.findall(rf"(?<![\w.])\.?({_REF})(?=[\s,;)]|$)", re.sub(r"\b(?:a|e\.g)\b(?!\.\d)", "", rest))
        if re.search(r"(?:and|or)\s+\.\d", rest):
            return None
        if re.search(
            r"\b(?:and|or)\s+(?!\.?[a-z](?:\.|\b))[^,;]*\b(?:controlled|equipment|controls|mandrels|computers|presses)\b", rest
        ):
            return None
        found += refs
    return list(dict.fromkeys(found)) or None


def applies_of(control: str, eccn: str) -> str:
    """The paragraphs on which a reason for control bears, in the language of the table.

    Args:
        control: Words of the list, as ``NS applies to entire entry except 0A501.y``.
        eccn: The entry they stand in.
    """
    text = re.sub(r"^[A-Z]{2} appl(?:y|ies),? ?(?:only )?(?:to:? )?(?:only )?", "", control.replace(eccn, "ECCN")).strip()
    text = re.sub(r"\s*\(refer to [^)]*\)", "", text)
    text = re.sub(r"^(?:Russian industry sector sanctions? appl(?:y|ies) to )", "", text)
    whole = re.match(r"^(?:the )?entire entry\.?(?:$|,? except:? )", text)
    if whole is None:
        listed = _listed(text)
        if listed is not None:
            return " ".join(listed)
        return " ".join(f"?{ref}" for ref in _mentioned(text) or []) or "?"
    rest = text[whole.end() :].strip()
    if not rest:
        return "all"
    taken: list[str] = []
    rest, _, note = rest.partition(". Note: ")
    taken += [f"?-{ref}" for ref in re.findall(rf"ECCN\s?\.\s?({_REF})", note)]
    for piece in re.split(r";\s*(?:and )?", rest):
        listed = _listed(piece)
        if listed is not None:
            taken += [f"-{ref}" for ref in listed]
            continue
        refs = re.findall(rf"ECCN\s?\.\s?({_REF})", piece)
        if not refs or " and presses" in piece or not re.match(r"^(?:parts and components controlled in )?ECCN", piece.strip()):
            return "?"
        taken += [f"?-{ref}" for ref in dict.fromkeys(refs)]
    return " ".join(["all", *taken])


# ------------------------------------------------------------------------------------------- destinations

_GROUPED = "To or within the United Arab Emirates or destinations specified in Country Groups D:1, D:4, and D:5"
_RULES: tuple[tuple[str, str], ...] = (
    (r"^To or within Macau or a destination specified in Country Group D:5\b", "MO D:5"),
    (rf"^{_GROUPED}.*excluding any destination also specified in Country Groups A:5 or A:6", "AE D:1 D:4 D:5 -A:5 -A:6"),
    (r"^To or within any destination worldwide\b", "world"),
    (r"^Worldwide control\b", "world"),
    (r"ALL destinations, except Canada", "world -CA"),
    (r"^A license is required for all destinations\b", "world"),
    (r"^China, Russia,? or Venezuela\b", "CN RU VE"),
    (r"^See § 74[68]\.8 ", "746.8"),
    (r"^See § 7(?:46|64)\.1\b", "UN"),
    (r"^Refer to § 742\.15 ", "742.15"),
    (r"^See § 742\.14 ", "742.14"),
    (r"CWC non-States Parties", "CW"),
)
_NAMED = {"Iraq": "IQ", "Pakistan": "PK", "North Korea": "KP"}


def rules_of(control: str, chart: str) -> list[tuple[str, str]]:
    """Reasons and rules of one row of an entry, mostly one.

    Args:
        control: Words that say what is controlled; they begin with the reason.
        chart: Words that say for which destinations.

    Returns:
        Pairs of reason (``NS``) and rule; ``?`` where the words do not fit the language.
    """
    reason = "746.8" if control.startswith("Russian") else control[:2]
    columns = re.findall(r"\b([A-Z]{2}) Column (\d)", chart)
    if not columns and re.fullmatch(r"Column (\d)\.", chart):
        columns = [(reason, chart[7])]
    if columns:
        return [(why, f"{why} {number}") for why, number in columns]
    for pattern, rule in _RULES:
        if re.search(pattern, chart):
            return [(reason, rule)]
    named = re.search(r"\bto (Iraq or Pakistan|Iraq|Pakistan|North Korea)\b", chart)
    if named and chart.startswith("A license is required"):
        return [(reason, " ".join(_NAMED[n] for n in named[1].split(" or ")))]
    return [(reason, "?")]


# ------------------------------------------------------------------------------------------- tables


def ccl_rows(entries: Iterable[dict[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table of the Commerce Control List: eccn, kind, applies, rule, words."""
    rows: list[tuple[str, str, str, str, str]] = []
    for entry in sorted(entries, key=lambda e: str(e["eccn"])):
        eccn = entry["eccn"]
        reasons = re.findall(r"\b(?:[A-Z]{2}|[Ff]oreign policy)\b", entry["reasonForControl"] or "")
        itar = "subject to the ITAR" in entry["heading"]
        rows.append(
            (
                eccn,
                "entry",
                " ".join(_first_order(entry)),
                " ".join(reasons),
                ("ITAR: " if itar else "") + _short(entry["heading"]),
            )
        )
        told: set[str] = set()
        for line in entry["countryChart"]:
            control, chart = _clean(line["control"]), _clean(line["countryChart"])
            for reason, rule in rules_of(control, chart):
                scope = re.split(r"\s+[A-Z]{2} Column \d|(?<=entire entry) (?=[A-Z]{2} applies)", control)[0]
                applies = applies_of(
                    re.sub(r"^(?:CC|CW) applies to entire entry\..*", f"{reason} applies to entire entry", scope), eccn
                )
                if "other than 2B999.h.2" in chart:
                    applies = "all -h.2"
                plain = applies == "all" and rule != "?" and "See" not in control
                told.add(reason)
                rows.append((eccn, reason, applies, rule, "" if plain else _words(control, chart, rule)))
        for reason in dict.fromkeys(r for r in reasons if len(r) == 2 and r not in told):
            rule = {"AT": "AT 1", "CW": "CW", "SL": "world"}.get(reason, "?")
            rows.append(
                (eccn, reason, "all", rule, f"{reason} is a reason for control of the entry; the table has no row for it")
            )
        for code, words in sorted(entry["licenceExceptionFlags"].items()):
            if not words.startswith("N/A") and not words.startswith("License Exception STA may not"):
                rows.append((eccn, "exception", "", code, _short(_clean(words))))
    return rows


def _first_order(entry: dict[str, Any]) -> list[str]:
    """Paragraphs of the first order, ``a b c``, or nothing where the text does not tell them for sure.

    Those of notes in between begin anew at a or 1 and are passed over. A paragraph ``c.1`` under no ``c`` shows a gap.
    """
    main: list[str] = []
    aside = ""
    for item in entry.get("items") or []:
        name = item["paragraph"] if item["kind"] == "item" else None
        if name is None:
            continue
        first, _, rest = name.partition(".")
        follows = chr(ord(main[-1]) + 1) if main else "a"
        if rest:
            if first == follows and not aside:
                main.append(first)
            aside = "" if main and first == main[-1] else aside
        elif aside and name == chr(ord(aside[-1]) + 1):
            aside = name
        elif name == follows or (name == "z" and main):
            main.append(name)
            aside = ""
        else:
            aside = name
    letters = {p["paragraph"].partition(".")[0] for p in entry.get("items") or [] if p["paragraph"] and "." in p["paragraph"]}
    return main if {x for x in letters if x.isalpha()} <= set(main) else []


def _words(control: str, chart: str, rule: str) -> str:
    if control == chart or re.fullmatch(r"[A-Z]{2} \d", rule):
        return control
    return f"{control}: {chart}" if rule == "?" or "entire entry" in control else control


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("z. 1", "z.1").strip()


def _short(text: str) -> str:
    if len(text) <= _WIDTH:
        return text
    return text[: _WIDTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def chart_rows(chart: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table of the Country Chart: iso2, name, marks, footnotes, pointer."""
    rows = [
        (iso2_of(name), name, ";".join(one["marks"]), ";".join(str(n) for n in one["footnotes"]), "")
        for name, one in chart["countries"].items()
    ]
    rows += [
        (iso2_of(name), name, "", ";".join(str(n) for n in one["footnotes"]), one["pointer"])
        for name, one in chart["embargoed"].items()
    ]
    notes = [("", f"footnote {n}", "", n, _clean(words)) for n, words in chart["footnotes"].items()]
    return [*sorted(rows), *notes]


def groups_text(groups: dict[str, Any]) -> str:
    """The groups as a piece of ``groups.yaml``."""
    day = groups["ecfrIssueDate"]
    lines = [_MARK]
    for name, members in groups["groups"].items():
        codes = sorted({iso2_of(m) for m in members})
        lines += [
            "",
            f"ear_{name.replace(':', '').lower()}:",
            f"  name: Country Group {name} of the EAR",
            f"  source: 15 CFR part 740, supplement 1, as printed on {day} (eCFR, public domain)",
            f"  notes: Members of {day}; earlier changes are not recorded, so the windows are open."
            + (f" Hong Kong counts as China from {_HONG_KONG} (85 FR 83765)." if "CN" in codes else ""),
            "  members:",
            *(f"    - {{country: {code}}}" for code in codes),
        ]
        if "CN" in codes:
            lines.append(f'    - {{country: HK, from: "{_HONG_KONG}"}}')
    return "\n".join(lines) + "\n"


def _table(header: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    out.writelines(f"# {line}\n" for line in header)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _load(path: Path) -> dict[str, Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", where=path.name) from error
    return found


def _newest(folder: Path, name: str) -> dict[str, Any]:
    files = sorted(folder.glob(f"{name}_*.json.gz"))
    if not files:
        raise InputError(f"no file {name}_*.json.gz", where=folder.name)
    return _load(files[-1])


def build(source: Path) -> dict[str, str]:
    """Texts of the three tables by name: ``ccl``, ``chart``, ``groups``."""
    ccl, chart, groups = (_newest(source, f"ear_{n}") for n in ("ccl", "country_chart", "country_groups"))
    made = "made_by: python -m countermeasure.io.build_ear SOURCE_DIR OUT ; do not edit by hand"
    licence = "licence: public domain (17 USC 105)"
    rows = ccl_rows(ccl["entries"])
    open_ = sum(1 for r in rows if r[1] not in ("entry", "exception") and (r[2].startswith("?") or r[3] == "?"))
    return {
        "ccl": _table(
            (
                "name: ccl",
                "title: Commerce Control List: reasons for control, paragraphs, destinations, license exceptions",
                "source: 15 CFR part 774, supplement 1 (eCFR), our own form; words shortened",
                licence,
                f"as_of: {ccl['ecfrIssueDate']}",
                made,
                f"notes: {len(ccl['entries'])} entries, {len(rows)} rows; in {open_} requirements words decide (?)",
            ),
            ("eccn", "kind", "applies", "rule", "words"),
            rows,
        ),
        "chart": _table(
            (
                "name: chart",
                "title: Commerce Country Chart: marks by destination, embargoes, footnotes",
                "source: 15 CFR part 738, supplement 1 (eCFR), our own form",
                licence,
                f"as_of: {chart['ecfrIssueDate']}",
                made,
            ),
            ("iso2", "name", "marks", "footnotes", "words"),
            chart_rows(chart),
        ),
        "groups": groups_text(groups),
    }


def main(arguments: list[str]) -> int:
    """Command line: ``SOURCE_DIR OUT``."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m countermeasure.io.build_ear SOURCE_DIR OUT\n")
        return 2
    built = build(Path(arguments[0]))
    out = Path(arguments[1])
    (out / "ear").mkdir(parents=True, exist_ok=True)
    for name in ("ccl", "chart"):
        (out / "ear" / f"{name}.csv").write_text(built[name], encoding="utf-8", newline="\n")
    path = out / "codes" / "groups.yaml"
    kept = path.read_text(encoding="utf-8").split(_MARK)[0].rstrip("\n")
    path.write_text(f"{kept}\n\n{built['groups']}", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
