"""One file for each mistake: what is told, where, with which cure, and what is left out with it."""

import shutil
from pathlib import Path

import pytest

from countermeasure.brief import Portfolio
from countermeasure.errors import InputError
from countermeasure.io.portfolio import PortfolioFile, read_portfolio

FILES = Path(__file__).parent.parent / "broken" / "portfolio"

SAID = {
    "firm--no-home": ("row 2, column home", "is empty"),
    "firm--second-firm": ("row 3", "second row", "one firm"),
    "parties--unknown-role": ("row 3, column role", "'vendor'", "own, supplier, customer"),
    "parties--union-of-countries": ("row 2, column country", "'EU' is a union"),
    "parties--bad-flag": ("row 2, column military", "yes, no or unknown"),
    "parties--repeated-id": ("row 4, column party", "'S-1' stands in row 3 already"),
    "owners--above-100": ("column share", "hold 110 % together (rows 2, 3)"),
    "owners--bare-percent": ("row 2, column share", "Write 60%"),
    "owners--unknown-party": ("row 2, column party", "'C-9' is no id of the sheet parties", "Did you mean C-1?"),
    "sites--unknown-party": ("'OWNS'", "Did you mean OWN?"),
    "goods--missing-column": ("the column description is missing", "Add a column description"),
    "goods--repeated-id": ("row 3, column good", "'MAG' stands in row 2 already"),
    "goods--empty-id": ("row 3, column good", "is empty"),
    "goods--share-above-one": ("row 3, column steel_value_share", "Write 18%"),
    "goods--metals-above-whole": ("row 3, column steel_value_share", "more than the whole value"),
    "goods--no-tariff-number": ("row 2, column hts", "'magnets' is not a tariff number"),
    "goods--unknown-country": ("row 2, column origin", "Did you mean China"),
    "goods--open-product": ("row 2, column product", "may hold heavy rare earths or none"),
    "goods--unknown-product": ("row 2, column product", "'widget of tin'"),
    "goods--two-currencies": ("row 2, column currency", "in CNY, the column currency says EUR"),
    "goods--comma-as-point": ("row 3, column value", "'6,20'", "with a point before the decimals"),
    "goods--negative-value": ("row 3, column value", "negative"),
    "materials--unknown-good": ("row 3, column good", "'MTO'", "Did you mean MOT?"),
    "materials--in-itself": ("row 2, column material", "MOT is in itself"),
    "materials--in-a-circle": ("column material", "MAG is in MOT, and MOT is in MAG"),
    "materials--worth-more-than-whole": ("column value", "1,194.40 and the whole 620.00 EUR"),
    "materials--value-and-share": ("row 3, column share", "Give one of the two"),
    "materials--shares-above-whole": ("column share", "sum to 110 % (rows 2, 3)"),
    "materials--unknown-parent": ("row 3, column parent", "'SHAFT' is no material of MOT", "MAG, STEEL"),
    "materials--repeated-part": ("row 3, column material", "stands in row 2 already"),
    "materials--zero-pieces": ("row 3, column quantity", "Write a number above 0"),
    "suppliers--not-whole": ("column share", "sum to 80 %, not to 100 % (row 2)"),
    "suppliers--no-day-of-application": ("row 2, column applied_on", "no day is given"),
    "suppliers--unknown-license": ("row 2, column license", "'requested'", "held, general, applied"),
    "suppliers--unknown-party": ("row 2, column supplier", "Did you mean S-1?"),
    "shipments--day-as-number": ("row 2, column on", "it would be 2026-12-09", "Format the column as a date"),
    "shipments--american-day": ("row 2, column on", "may be 2026-09-12 or 2026-12-09"),
    "shipments--no-such-day": ("row 2, column on", "not a day of the calendar"),
    "shipments--entered-before-it-leaves": ("row 2, column entry_on", "before it leaves"),
    "shipments--unknown-good": ("row 2, column good", "Did you mean MOT?"),
    "shipments--unknown-party": ("row 2, column end_user", "Did you mean C-1?"),
    "shipments--no-unit": ("row 2, column unit", "240 has no unit"),
    "shipments--wrong-unit": ("row 2, column unit", "'palettes' is not a unit"),
    "shipments--no-interval": ("row 2, column every_days", "there are 4"),
    "shipments--endless": ("row 2, column times", "no count from 1 to 400"),
    "shipments--range-of-value": ("row 2, column value", "is a range"),
    "shipments--unknown-place": ("row 2, column from", "'P-2'", "id of a site of yours, as P-1"),
    "shipments--unknown-mode": ("row 2, column mode", "Use sea, air"),
    "stocks--pounds": ("row 2, column unit", "convert pounds"),
    "stocks--zero-use": ("row 2, column weekly_use", "not above zero"),
    "stocks--unknown-site": ("row 2, column site", "Did you mean P-1?"),
    "stocks--negative": ("row 2, column quantity", "is negative"),
    "rates--of-the-dollar": ("row 2, column currency", "needs no rate"),
    "rates--without-source": ("row 2, column source", "is empty"),
    "rates--unknown-confidence": ("row 2, column confidence", "Write A, B, C, D or U"),
}
"""Errors: by file the words that one message must hold."""
MENDED = {
    "goods--misspelled-column": ("contol_code", "Did you mean control_code?"),
    "parties--windows-1252": ("not UTF-8", "CSV UTF-8"),
    "shipments--no-rate": ("in CHF", "Add one with its source"),
}
"""Warnings: the file is read all the same."""


def read(name: str, folder: Path) -> PortfolioFile:
    target = folder / "mine"
    shutil.copytree(FILES / "base", target)
    shutil.copy(FILES / f"{name}.csv", target / f"{name.partition('--')[0]}.csv")
    return read_portfolio(target)


def test_the_base_has_no_fault(tmp_path: Path) -> None:
    shutil.copytree(FILES / "base", tmp_path / "mine")
    found = read_portfolio(tmp_path / "mine")
    assert [fault for fault in found.faults if fault.severity != "note"] == []
    assert found.rows == found.kept


def test_every_file_is_tried() -> None:
    assert {path.stem for path in FILES.glob("*.csv")} == set(SAID) | set(MENDED) | {"goods--neither-encoding"}


@pytest.mark.parametrize("name", SAID)
def test_a_mistake_is_told_with_its_place_and_cure(name: str, tmp_path: Path) -> None:
    found = read(name, tmp_path)
    sheet = name.partition("--")[0]
    texts = [str(fault) for fault in found.errors]
    words = (f"{sheet}.csv", *SAID[name])
    assert any(all(word in text for word in words) for text in texts), texts
    assert all(fault.cure and fault.code for fault in found.faults)
    if "missing-column" not in name:
        assert found.kept[sheet] < found.rows[sheet]
    with pytest.raises(InputError):
        found.refused()


@pytest.mark.parametrize("name", MENDED)
def test_what_can_be_mended_is_read_with_a_warning(name: str, tmp_path: Path) -> None:
    found = read(name, tmp_path)
    texts = [str(fault) for fault in found.faults if fault.severity == "warning"]
    assert any(all(word in text for word in MENDED[name]) for text in texts), texts
    assert found.errors == ()
    assert found.rows == found.kept


def test_a_file_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither UTF-8 nor Windows-1252"):
        read("goods--neither-encoding", tmp_path)


def test_letters_of_another_encoding_are_kept(tmp_path: Path) -> None:
    assert read("parties--windows-1252", tmp_path).portfolio.party("OWN").name == "Müster GmbH"


@pytest.mark.parametrize("name", ["materials--zero-pieces", "materials--unknown-good", "materials--repeated-part"])
def test_a_bill_with_a_fault_is_left_out_whole(name: str, tmp_path: Path) -> None:
    """What is left of a bill would be read as all there is, and Chinese content as too small."""
    portfolio = read(name, tmp_path).portfolio
    assert portfolio.bill("MOT") == ()
    assert _item(portfolio, "T-1.1").parts == ()


@pytest.mark.parametrize("name", ["owners--bare-percent", "owners--unknown-party", "owners--above-100"])
def test_a_party_whose_owners_are_not_sure_is_left_out_with_its_shipments(name: str, tmp_path: Path) -> None:
    found = read(name, tmp_path)
    assert "C-1" not in {party.id for party in found.portfolio.parties}
    assert "T-1" not in {shipment.id for shipment in found.portfolio.shipments}
    assert any("end_user" in str(fault) and "left out" in fault.message for fault in found.faults)


def test_a_torn_table_of_owners_leaves_nobody_sure(tmp_path: Path) -> None:
    shutil.copytree(FILES / "base", tmp_path / "mine")
    path = tmp_path / "mine" / "owners.csv"
    path.write_text(path.read_text() + "C-1,Third Holding,5%,us-el,one cell too many\n")
    found = read_portfolio(tmp_path / "mine")
    assert found.portfolio.parties == ()
    assert found.portfolio.shipments == ()
    assert any("nobody's owners are sure" in fault.message for fault in found.faults)


def test_a_repeated_id_means_neither_row(tmp_path: Path) -> None:
    portfolio = read("goods--repeated-id", tmp_path).portfolio
    assert portfolio.goods == ()
    assert portfolio.shipments == ()


def test_all_faults_come_in_one_go(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    shutil.copytree(FILES / "base", target)
    for name in ("parties--bad-flag", "goods--share-above-one", "shipments--american-day", "stocks--pounds"):
        shutil.copy(FILES / f"{name}.csv", target / f"{name.partition('--')[0]}.csv")
    with pytest.raises(InputError) as caught:
        read_portfolio(target).refused()
    text = str(caught.value)
    for word in ("column military", "column steel_value_share", "column on", "column unit"):
        assert word in text
    assert set(caught.value.to_json()["error"]) == {"code", "message", "where", "cure"}


def _item(portfolio: Portfolio, id_: str):
    return next(one for one in portfolio.transactions() if one.id == id_).items[0]


@pytest.mark.parametrize("shape", ["wide", "deep", "parents"])
def test_bills_that_unfold_without_end_are_refused_quickly(shape: str, tmp_path: Path) -> None:
    """Each good holds two that hold two: forty levels would be a million million rows."""
    shutil.copytree(FILES / "base", tmp_path / "mine")
    goods, rows = [], []
    for level in range(60):
        for side in "AB" if shape == "wide" else "A":
            goods.append(f"{side}{level},Part,,DE,,,,,,,\n")
            if level and shape != "parents":
                rows += [f"{side}{level},{below}{level - 1},,,,,,1,\n" for below in ("AB" if shape == "wide" else "A")]
            elif level:
                rows.append(f"A0,P{level},Part,DE,,,,1,{f'P{level - 1}' if level > 1 else ''}\n")
    for name, more in (("goods", goods), ("materials", rows)):
        path = tmp_path / "mine" / f"{name}.csv"
        path.write_text(path.read_text() + "".join(more))
    found = read_portfolio(tmp_path / "mine")
    assert "bill_too_large" in {fault.code for fault in found.errors}
    assert len(found.portfolio.transactions()) == 5
