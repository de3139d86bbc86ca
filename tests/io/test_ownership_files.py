"""Files of owners: every form, every fault with its place and cure, good rows kept."""

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.ownership import above_whole, read_listed, read_ownership
from countermeasure.io.ownership_shares import in_doubt, read_share
from countermeasure.parties.ownership import EdgeKind, Share, restricted
from countermeasure.parties.ownership.graph import KINDS

BROKEN = Path(__file__).parent.parent / "broken" / "ownership"


def read(content, name="edges.csv", **more):
    faults = []
    data = content if isinstance(content, bytes) else content.encode()
    return read_ownership(name, faults.append, content=data, **more), faults


def edges(file):
    """Edges as readable tuples."""
    g = file.graph
    found = []
    for i in range(len(g.owner)):
        share = None if g.unknown[i] else (g.low[i] / (10_000 << 20), g.high[i] / (10_000 << 20))
        found.append((g.id(int(g.owner[i])), g.id(int(g.owned[i])), share, KINDS[g.kind[i]].value))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25", (250_000, 250_000, False, False)),
        ("12%", (120_000, 120_000, False, False)),
        ("12,5 %", (125_000, 125_000, False, False)),
        ("33.3", (333_000, 333_000, False, False)),
        ("33.33333", (333_333, 333_334, True, True)),
        ("25-50", (250_000, 500_000, False, False)),
        (">25-50", (250_000, 500_000, True, False)),
        ("over 25 up to 50", (250_000, 500_000, True, False)),
        ("50 to less than 75 %", (500_000, 750_000, False, True)),
        ("ownership-of-shares-25-to-50-percent", (250_000, 500_000, True, False)),
        ("ownership-of-shares-50-to-75-percent", (500_000, 750_000, True, True)),
        ("voting-rights-75-to-100-percent", (750_000, 1_000_000, False, False)),
        (">= 75", (750_000, 1_000_000, False, False)),
        ("< 10", (0, 100_000, False, True)),
        ("1e1", (100_000, 100_000, False, False)),
    ],
)
def test_shares_are_read_as_people_and_registers_write_them(text, expected):
    share = read_share(text)
    assert (share.min_ppm, share.max_ppm, share.min_excl, share.max_excl) == expected


@pytest.mark.parametrize("text", ["unknown", "?", "n/a", "-"])
def test_a_share_that_is_said_to_be_unknown_is_unknown(text):
    assert read_share(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a lot", "bad_share"),
        ("-5", "negative_share"),
        ("101", "share_above_100"),
        ("50-25", "bad_share"),
        ("25 apples", "bad_share"),
    ],
)
def test_a_share_that_is_none_is_refused(text, code):
    with pytest.raises(InputError.__mro__[1]) as caught:
        read_share(text)
    assert caught.value.code == code
    assert caught.value.cure


def test_fractions_are_read_as_fractions_when_the_user_says_so():
    assert read_share("0.5", "fraction") == Share(500_000, 500_000)
    assert read_share("50%", "fraction") == Share(500_000, 500_000)
    assert [in_doubt(t) for t in ("0.5", "1", "50", "0", "0.5%", "25-50")] == [True, True, False, None, None, None]


EXPECTED = {
    "above_100.csv": [("share_above_100", 2, "100 percent")],
    "negative.csv": [("negative_share", 2, "negative")],
    "words.csv": [("bad_share", 2, "'a lot'")],
    "both_units.csv": [("share_unit", None, "row 2 has '0.5' and row 3 has '50'")],
    "all_small.csv": [("share_unit", None, "no share is above 1")],
    "owners_above_100.csv": [("owners_above_100", 3, "120 %")],
    "self.csv": [("self_ownership", 2, "treasury")],
    "unknown_column.csv": [("unknown_column", 1, "'colour'")],
    "empty_names.csv": [("empty_name", 2, "owner is empty"), ("empty_name", 3, "owned is empty")],
    "range_reversed.csv": [("bad_share", 2, "no value")],
    "window_reversed.csv": [("bad_window", 2, "ends before it begins")],
    "bad_day.csv": [("bad_day", 2, "not a day")],
    "bad_kind.csv": [("bad_kind", 2, "cousin")],
    "missing_column.csv": [("missing_column", 1, "owned")],
    "bods.json": [("bad_share", 1, "not a share"), ("bad_bods", 2, "no record")],
    "ftm.jsonl": [("bad_share", 1, "plenty"), ("empty_name", 2, "no owner"), ("bad_ftm", 3, "not an entity")],
}


def test_every_broken_file_is_expected():
    assert {p.name for p in BROKEN.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_broken_files_are_told_with_row_and_cure_and_good_rows_kept(name):
    faults = []
    file = read_ownership(BROKEN / name, faults.append)
    faults += above_whole(file.graph, parse_day("2025-06-01"), name)
    for code, row, words in EXPECTED[name]:
        fault = next((f for f in faults if f.code == code and f.row == row), None)
        assert fault is not None, faults
        assert words in fault.message + fault.cure
        assert fault.cure.endswith((".", "?"))
    assert len(faults) == len(EXPECTED[name])
    if name.endswith(".csv") and name not in ("missing_column.csv", "all_small.csv"):
        assert file.graph.number("B") is not None


def test_both_units_in_one_file_are_asked_about_and_until_then_anything_between():
    content = (BROKEN / "both_units.csv").read_bytes()
    file, faults = read(content)
    assert [f.severity for f in faults] == ["error"]
    assert "--share-unit" in faults[0].cure
    assert [e[2] for e in edges(file)] == [(0.5, 50.0), (50.0, 50.0), (25.0, 25.0)]
    settled, none = read(content, share_unit="percent")
    assert (none, [e[2] for e in edges(settled)]) == ([], [(0.5, 0.5), (50.0, 50.0), (25.0, 25.0)])
    _, fractions = read(content, share_unit="fraction")
    assert [f.code for f in fractions] == ["share_above_100"]


FORMS = "owner,owned,pct,kind,from,to,src\nX,A,60,,2025-01-01,,reg1\nX,B,,control,,,reg2\n"
FORMS += "Y,B,>25-50,voting rights,,2025-03-01,reg2\n"
WANTED = [("X", "A", (60.0, 60.0), "shares"), ("X", "B", None, "control"), ("Y", "B", (25.0, 50.0), "votes")]


def excel(text):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for r, line in enumerate(text.splitlines()):
            for c, cell in enumerate(line.split(",")):
                page.write_string(r, c, cell)
    return buffer.getvalue()


def table_parquet(text):
    header, *lines = [line.split(",") for line in text.splitlines()]
    buffer = io.BytesIO()
    parquet.write_table(pa.table({h: [line[i] or None for line in lines] for i, h in enumerate(header)}), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (FORMS.encode(), "e.csv"),
        (FORMS.replace(",", ";").encode(), "e.csv"),
        (excel(FORMS), "e.xlsx"),
        (table_parquet(FORMS), "e.parquet"),
        (
            json.dumps(
                [
                    {"owner": "X", "owned": "A", "pct": 60, "from": "2025-01-01", "src": "reg1"},
                    {"owner": "X", "owned": "B", "pct": None, "kind": "control", "src": "reg2"},
                    {
                        "owner": "Y",
                        "owned": "B",
                        "pct": {"min": 25, "max": 50, "min_excl": True},
                        "kind": "votes",
                        "to": "2025-03-01",
                    },
                ]
            ).encode(),
            "e.json",
        ),
    ],
)
def test_our_own_form_reads_the_same_from_every_file_format(content, name):
    file, faults = read(content, name)
    assert faults == []
    assert [(o, e, None if s is None else tuple(round(x, 3) for x in s), k) for o, e, s, k in edges(file)] == WANTED
    assert file.form == "table"
    assert bool(file.graph.low[2] % (1 << 20)) is True


def test_large_parquet_reads_as_the_rows_do():
    rng = np.random.default_rng(5)
    count = 3000
    shares = rng.choice([5.0, 25.0, 33.3, 50.0, 60.0, np.nan, 101.0, -1.0], count)
    owners = [None if rng.random() < 0.01 else f"P{i}" for i in rng.integers(0, 400, count)]
    owned = [f" P{i} " for i in rng.integers(0, 400, count)]
    kinds = rng.choice(["", "shares", "votes", "control", "cousin"], count)
    starts = [None if rng.random() < 0.5 else "2025-01-01" for _ in range(count)]
    table = pa.table(
        {"owner": owners, "owned": owned, "percent": pa.array(shares, from_pandas=True), "kind": kinds, "from": starts}
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    text = "owner,owned,percent,kind,from\n" + "".join(
        f"{o or ''},{e.strip()},{'' if np.isnan(s) else s},{k},{d or ''}\n"
        for o, e, s, k, d in zip(owners, owned, shares, kinds, starts, strict=True)
    )
    fast, told_fast = read(buffer.getvalue(), "e.parquet")
    slow, told_slow = read(text)
    assert edges(fast) == edges(slow)
    assert fast.refused == slow.refused == len({f.row for f in told_slow if f.severity == "error"})
    assert {(f.row + 1, f.code) for f in told_fast} == {(f.row, f.code) for f in told_slow}


def test_a_million_rows_with_one_in_a_hundred_broken_are_read():
    count = 1_000_000
    lines = ["owner,owned,share"]
    bad = ("a lot", "101", "-3")
    lines += [f"P{i % 5000},Q{i % 7919},{bad[i // 100 % 3] if i % 100 == 0 else 30}" for i in range(count)]
    seen = {"errors": 0, "rows": set()}

    def tell(fault):
        seen["errors"] += 1
        seen["rows"].add(fault.row)

    file = read_ownership("big.csv", tell, content="\n".join(lines).encode())
    assert seen["errors"] == count // 100 == file.refused
    assert 2 in seen["rows"]
    assert len(file.graph.owner) == count - count // 100


def test_bods_fixtures_read(shared):
    folder = shared / "data" / "screening" / "ownership" / "bods04"
    faults = []
    direct = read_ownership(folder / "01-direct-ownership.json", faults.append)
    assert edges(direct) == [
        ("rec-jane-smith-1975", "rec-acme-holdings-ltd", (75.0, 75.0), "shares"),
        ("rec-jane-smith-1975", "rec-acme-holdings-ltd", (75.0, 75.0), "votes"),
    ]
    assert direct.graph.label(direct.graph.number("rec-acme-holdings-ltd")).startswith("Acme Holdings Ltd")
    assert set(direct.graph.countries.values()) == {"GB"}
    circle = read_ownership(folder / "10-circular-ownership.json", faults.append)
    result = restricted(circle.graph, {}, "ofac")
    assert result.counts()["restricted"] == 0
    unknown = read_ownership(folder / "11-anonymous-person.json", faults.append)
    assert edges(unknown)[0][2] is None
    assert faults == []


def statement(record, date, status="new", share=None, **more):
    details = {"subject": "A", "interestedParty": "X", "interests": [{"type": "shareholding", "share": share} | more]}
    return {
        "statementId": date, "recordId": record, "recordType": "relationship", "recordStatus": status, "statementDate": date,
        "recordDetails": details,
    }  # fmt: skip


def test_bods_records_that_are_stated_again_replace_and_closed_ones_end():
    data = [
        statement("r", "2024-01-01", share={"exact": 60}),
        statement("r", "2025-01-01", "updated", share={"minimum": 25, "maximum": 50, "exclusiveMinimum": 25}),
        statement("r", "2026-01-01", "closed"),
    ]
    file, faults = read(json.dumps(data), "b.json")
    assert faults == []
    statuses = [
        restricted(file.graph, {"X": ["SDN"]}, "ofac", as_of=parse_day(day)).of("A").status.value
        for day in ("2024-06-01", "2025-06-01", "2026-06-01")
    ]
    assert statuses == ["restricted", "possible", "not_restricted"]


def test_old_bods_is_refused():
    with pytest.raises(InputError, match=r"before 0\.4"):
        read('[{"statementType": "ownershipOrControlStatement"}]', "b.json")


def test_followthemoney_reads_names_free_text_and_several_percentages():
    lines = [
        {"id": "x", "schema": "Company", "properties": {"name": ["X Ltd"], "jurisdiction": ["ru"]}},
        {"id": "o", "schema": "Ownership", "properties": {"owner": ["x"], "asset": ["a"], "percentage": ["40%", "60 %"]}},
        {
            "id": "p",
            "schema": "Ownership",
            "properties": {"owner": ["x"], "asset": ["b"], "percentage": ["75"], "endDate": ["2024"]},
        },
        {"id": "d", "schema": "Directorship", "properties": {"director": ["x"], "organization": ["a"]}},
    ]
    file, faults = read("\n".join(json.dumps(line) for line in lines), "f.jsonl")
    assert (file.form, faults) == ("ftm", [])
    assert [e[:3] for e in edges(file)] == [("x", "a", (40.0, 60.0)), ("x", "b", (75.0, 75.0))]
    assert file.graph.label(file.graph.number("x")) == "X Ltd (x)"
    seeds = {"x": ["SDN"]}
    assert restricted(file.graph, seeds, "ofac", as_of=parse_day("2024-12-31")).of("b").status.value == "restricted"
    assert restricted(file.graph, seeds, "ofac", as_of=parse_day("2025-01-01")).of("b").status.value == "not_restricted"


XML = """<?xml version="1.0"?><rr:RelationshipData xmlns:rr="http://www.gleif.org/data/schema/rr/2016"><rr:RelationshipRecords>
{}</rr:RelationshipRecords></rr:RelationshipData>"""
RECORD = (
    "<rr:RelationshipRecord><rr:Relationship><rr:StartNode><rr:NodeID>{0}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:StartNode>"
    "<rr:EndNode><rr:NodeID>{1}</rr:NodeID></rr:EndNode><rr:RelationshipType>{2}</rr:RelationshipType>"
    "<rr:RelationshipQuantifiers><rr:RelationshipQuantifier><rr:QuantifierAmount>1.00</rr:QuantifierAmount>"
    "</rr:RelationshipQuantifier></rr:RelationshipQuantifiers>"
    "<rr:RelationshipStatus>ACTIVE</rr:RelationshipStatus></rr:Relationship></rr:RelationshipRecord>"
)


def test_gleif_parents_are_stakes_of_unknown_size_and_branches_are_branches():
    body = RECORD.format("C", "P", "IS_DIRECTLY_CONSOLIDATED_BY") + RECORD.format("B", "P", "IS_INTERNATIONAL_BRANCH_OF")
    file, faults = read(XML.format(body + RECORD.format("F", "P", "IS_FUND-MANAGED_BY")), "g.xml")
    assert (file.form, faults, file.rows) == ("gleif", [], 3)
    assert edges(file) == [("P", "C", None, EdgeKind.CONSOLIDATION.value), ("P", "B", None, EdgeKind.BRANCH.value)]
    found = restricted(file.graph, {"P": ["SDN"]}, "ofac")
    assert (found.of("C").status.value, found.of("B").status.value) == ("possible", "restricted")
    text = (
        "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType,Relationship.RelationshipStatus\n"
        "C,P,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE\nB,P,IS_INTERNATIONAL_BRANCH_OF,ACTIVE\n"
    )
    table, told = read(text, "g.csv")
    assert (edges(table), told) == (edges(file), [])


def test_broken_xml_is_refused():
    with pytest.raises(InputError, match="XML"):
        read("<a><b></a>", "g.xml")


def test_listed_parties_read_with_days_footnotes_and_those_to_be_looked_at():
    faults = []
    text = (
        "party,list,programme,from,to,footnote,certain\nX,SDN,RUSSIA-EO14024;SDGT,2024-01-01,,,yes\nY,us-el,,,,4;5,review\n"
        ",us-el,,,,,\nZ,us-el,,soon,,,\n"
    )
    found = read_listed("l.csv", faults.append, content=text.encode())
    assert found.sure[0].programmes == ("RUSSIA-EO14024", "SDGT")
    assert found.sure[0].start == parse_day("2024-01-01")
    assert (found.possible[0].party, found.possible[0].footnotes) == ("Y", ("4", "5"))
    assert [(f.row, f.code) for f in faults] == [(4, "empty_name"), (5, "bad_day")]


def test_files_and_words_that_are_not_there_are_said():
    with pytest.raises(NotFoundError):
        read_ownership("no such file.csv", lambda _: None)
    with pytest.raises(InputError, match="form"):
        read(FORMS, form="tarot")
    with pytest.raises(InputError, match="unit"):
        read(FORMS, share_unit="permille")
