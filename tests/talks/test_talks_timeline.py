"""The record of moves: the shipped table is that of the facts, and a reader tells every fault with its line."""

import csv
from pathlib import Path

import pytest

from countermeasure.book.load import shipped_data
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.build_timeline import build, main, reworded
from countermeasure.talks.timeline import COLUMNS, parse_timeline, timeline

TABLE = shipped_data() / "talks" / "timeline.csv"


def test_shipped_table_is_that_of_the_facts(shared: Path) -> None:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    with (shared / "facts" / "timeline.csv").open(encoding="utf-8-sig", newline="") as held:
        facts = list(csv.DictReader(held))
    shipped = list(csv.DictReader(lines))
    assert len(shipped) == len(facts) == 255
    for row, fact in zip(shipped, facts, strict=True):
        assert row == {column: reworded(fact[column].strip()) for column in COLUMNS}
    changed = [f["id"] for f, r in zip(facts, shipped, strict=True) if f != r]
    assert len(changed) == 13  # names of working files, and two remarks


def test_maker_gives_the_same_bytes(shared: Path, tmp_path: Path) -> None:
    assert main([str(shared / "facts"), str(tmp_path)]) == 0
    assert (tmp_path / "talks" / "timeline.csv").read_bytes() == TABLE.read_bytes()


def test_maker_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFoundError, match=r"timeline\.csv"):
        build(tmp_path)
    (tmp_path / "timeline.csv").write_text("id,date\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns must be id,date,date_precision"):
        build(tmp_path)
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_counts_of_the_record() -> None:
    record = timeline()
    assert len(record) == 255
    assert format_day(record.observed_until) == "2026-10-07"
    years = [format_day(e.day)[:4] for e in record]
    assert (years.count("2025"), years.count("2026")) == (131, 77)
    assert sum(e.verification == "seen" for e in record) == 187 == len(timeline(verification="seen"))
    assert sum(bool(e.response_to) for e in record) == 43
    assert all(e.source for e in record)


def test_an_event_says_all_of_its_row() -> None:
    event = timeline().event("T078")
    assert (format_day(event.day), event.actors, event.type, event.direction) == ("2025-05-12", ("US", "CN"), "deal", -1)
    assert (event.magnitude, event.unit, event.status) == (10.0, "%", "effective")
    assert event.effective == parse_day("2025-05-14")
    assert event.where.startswith("timeline.csv:")
    with pytest.raises(InputError, match="there is no move 'T999'"):
        timeline().event("T999")


def test_record_before_a_day_holds_nothing_of_that_day() -> None:
    day = parse_day("2025-10-09")
    held = timeline().before(day)
    assert max(e.day for e in held) < day
    assert held.observed_until == day - 1
    assert timeline().before(parse_day("2030-01-01")).observed_until == timeline().observed_until


def test_words_of_verification_are_known() -> None:
    with pytest.raises(InputError, match="unknown verification 'sure'"):
        timeline(verification="sure")


HEAD = (
    "# name: t\n# title: T\n# source: s\n# licence: l\n# confidence: c\n# observed_until: 2025-02-01\n"
    + ",".join(COLUMNS)
    + "\n"
)
GOOD = "A,2025-01-02,day,US,tariff,what,10,%,CN,effective,,,1,,,paper,seen\n"


def test_a_file_of_the_same_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + GOOD, encoding="utf-8")
    assert [e.what for e in timeline(path)] == ["what"]
    with pytest.raises(NotFoundError, match="no such table"):
        timeline(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (GOOD, "A stands already in line 8"),
        (GOOD.replace("A,", "B,").replace("tariff", "tarif"), "unknown type 'tarif'; there are tariff"),
        (GOOD.replace("A,2025-01-02", "B,2025-01-01"), "earlier than the row above"),
        (GOOD.replace("A,2025-01-02", "B,2025-03-01"), "after observed_until of the head"),
        (GOOD.replace("A,2025-01-02", "B,2 Jan"), "is not a day"),
        (GOOD.replace("A,2025-01-02", "B,"), "there is no date"),
        (GOOD.replace("A,", "B,").replace(",paper", ","), "there is no source"),
        (GOOD.replace("A,", "B,").replace(",1,,", ",2,,"), "unknown direction '2'"),
        (GOOD.replace("A,", "B,").replace(",1,,", ",1,Z,"), "response_to 'Z' is no row"),
        (GOOD.replace("A,", "B,").replace("what", ""), "what is empty"),
        (GOOD.replace("A,", "B,").replace("seen", "heard"), "unknown verification 'heard'"),
    ],
)
def test_faults_are_told_with_their_line(row: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_timeline(HEAD + GOOD + row, "t.csv")
    assert words in str(caught.value)
    assert "t.csv:9" in str(caught.value)


def test_head_must_say_how_far_the_record_goes() -> None:
    with pytest.raises(InputError, match="# observed_until:"):
        parse_timeline(HEAD.replace("# observed_until: 2025-02-01\n", "") + GOOD, "t.csv")
