"""One edition of the schedule: rates go down the tree, never sideways."""

import gzip
import json

import pytest

from countermeasure.errors import InputError
from countermeasure.io.hts_edition import parse_edition, read_edition


def row(htsno, indent, general="", other="", description="Thing", units=()):
    return {
        "htsno": htsno, "indent": str(indent), "description": description, "units": list(units),
        "general": general, "special": "", "other": other, "superior": None, "footnotes": [],
    }  # fmt: skip


TREE = [
    row("0201", 0, description="Meat:"),
    row("", 1, description="Described in note 3:"),
    row("0201.20.30.00", 2, "10%", "20%"),
    row("0201.20.50", 1, "4.4¢/kg", "13.2¢/kg", description="Other"),
    row("0201.20.50.15", 2, units=["kg"], description="Veal"),
    row("", 2, description="Other:"),
    row("0201.20.50.25", 3, " ", "\n", units=["kg"], description="Rib cuts"),
    row("0201.20.80", 1, "26.4%", "31.1%"),
    row("0201.20.80.10", 2, units=["<u>kg</u>"]),
    row("0201.30.00", 1, "<il>3%</il>", "4% "),
    row("9903.88.01", 0, "The duty provided in the applicable subheading + 25%"),
]


def parsed(rows):
    return parse_edition(json.dumps(rows).encode(), "test.json")


def test_a_child_of_a_specific_line_pays_the_specific_rate():
    edition = parsed(TREE)
    rates = {line.code: (line.general, line.column_2, line.units) for line in edition.lines}
    assert rates == {
        "0201203000": ("10%", "20%", ""),
        "0201205015": ("4.4¢/kg", "13.2¢/kg", "kg"),
        "0201205025": ("4.4¢/kg", "13.2¢/kg", "kg"),
        "0201208010": ("26.4%", "31.1%", "kg"),
        "0201300000": ("3%", "4%", ""),
    }
    assert [line.htsno for line in edition.chapter_99] == ["9903.88.01"]
    assert edition.missing == ()
    assert edition.problems == ()


def test_missing_rates_duplicates_and_misplaced_numbers_are_listed():
    edition = parsed([*TREE, row("0301.11.00", 0), row("0302.11.00.10", 1), row("0201.30.00", 0, "1%", "1%")])
    assert edition.missing == ("0301110000", "0302110010")
    assert [problem.kind for problem in edition.problems] == ["misplaced", "duplicate"]


def test_csv_and_json_say_the_same():
    head = "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty"
    lines = [
        ",".join(
            '"' + cell.replace('"', '""') + '"'
            for cell in (
                *(one[key] for key in ("htsno", "indent", "description")),
                json.dumps(one["units"]),
                *(one["general"], "", one["other"]),
            )
        )
        for one in TREE
    ]
    text = "\ufeff" + "\r\n".join([head, *lines]) + "\r\n"
    assert parse_edition(text.encode(), "a.csv").lines == parsed(TREE).lines


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[", "broken JSON"),
        (b"[]", "no rows"),
        (b'[{"htsno": "0101"}]', "no key"),
        (b"a,b\n1,2\n", "no column hts number"),
        (b"", "no column"),
        (json.dumps([row("0101", "x")]).encode(), "indent is 'x'"),
    ],
)
def test_what_is_no_edition_is_refused(content, words):
    with pytest.raises(InputError, match=words):
        parse_edition(content, "bad.txt")


def test_a_broken_gzip_is_refused(tmp_path):
    path = tmp_path / "cut.json.gz"
    path.write_bytes(gzip.compress(b"[" * 10_000)[:40])
    with pytest.raises(InputError, match=r"cut\.json\.gz: cannot be read"):
        read_edition(path)


def test_the_official_csv_equals_the_official_json(shared):
    from_json = read_edition(shared / "data" / "hts" / "hts_2025_basic.json.gz")
    from_csv = read_edition(shared / "data" / "hts_csv_2025_basic" / "hts_2025_basic_edition.csv.gz")
    assert from_json.lines == from_csv.lines
    assert from_json.chapter_98 == from_csv.chapter_98
    assert from_json.chapter_99 == from_csv.chapter_99
    # 20,204 lines, of which 496 in chapter 98.
    assert (len(from_json.lines), len(from_json.chapter_98)) == (19_708, 496)
    assert from_json.missing == ()
    assert from_json.problems == ()
    veal = next(line for line in from_json.lines if line.code == "0201205015")
    assert (veal.general, veal.column_2) == ("4.4¢/kg", "13.2¢/kg")
