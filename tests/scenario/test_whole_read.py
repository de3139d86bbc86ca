"""Reading whole scenarios: what is inherited, what wins, where every fault is told."""

from pathlib import Path

import pytest

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import BookError, NotFoundError
from countermeasure.scenario.whole import (
    instruments_of,
    load_whole,
    story_names,
    supply_keys,
    supply_scenario,
    trade_keys,
    trade_scenario,
)
from countermeasure.scenario.whole.engines import unheard
from countermeasure.scenario.whole.model import year_before

BROKEN = sorted((Path(__file__).parent.parent / "broken" / "whole").glob("*.yaml"))

PARENT = """\
id: parent
title: "Parent"
intent: "To be inherited from"
expect: "Nothing much"
sources: [{cite: "first source"}]
on: "2025-11-15"
before: "2025-10-08"
reading: text
draws: "40"
supply:
  scenario: october-2025-in-force
  weeks: "20"
  parameters: {approval: "0.5", lag_weeks: "6"}
trade: {horizon: "3"}
talks: {model: october-2025, notion: gmr}
instruments:
  - id: ten-points
    kind: scenario
    issuer: US
    citation: "a scenario"
    title: "Ten points on magnets"
    published_on: "2025-10-01"
    confidence: memory
    sources: [{cite: "a scenario", read: memory}]
    acts:
      - act: impose
        provision: us-ten-magnets
        name: "Ten points"
        programme: ieepa_reciprocal
        into: US
        rate: "0.10"
        goods: {in: ["8505.11"]}
        origin: {in: [CN]}
        scope: "magnets of China"
        from: "2025-11-01"
"""
CHILD = """\
id: child
title: "Child"
intent: "To inherit"
sources: [{cite: "second source", url: "https://example.org/a"}]
inherits: parent
on: "2025-11-05"
instruments: [no-deal-2025-11-01]
supply:
  parameters: {approval: "0.7"}
  weeks: "30"
trade: {critical: from_supply}
talks: "no"
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    (tmp_path / "parent.yaml").write_text(PARENT)
    (tmp_path / "child.yaml").write_text(CHILD)
    return tmp_path


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_one_mistake_is_told_with_its_line_and_words(path: Path) -> None:
    expected = path.read_text("utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(BookError) as caught:
        load_whole(path)
    assert expected.strip() in str(caught.value)
    assert caught.value.exit_code == 5
    assert len(caught.value.faults) <= (2 if path.stem == "id-taken" else 1), caught.value.faults


def test_what_a_nearer_file_says_wins_and_maps_merge(family: Path) -> None:
    child = load_whole(family / "child.yaml")
    assert (format_day(child.on), format_day(child.before or 0)) == ("2025-11-05", "2025-10-08")
    assert child.inherits == ("parent",)
    assert child.expect == ""  # an expectation is of the file that was run
    assert child.readings == (Reading.TEXT,)
    assert child.draws == 40
    assert [s["cite"] for s in child.sources] == ["second source", "first source"]
    assert child.instruments == ("ten-points", "no-deal-2025-11-01")
    assert child.supply == {
        "scenario": "october-2025-in-force",
        "weeks": "30",
        "parameters": {"approval": "0.7", "lag_weeks": "6"},
    }
    assert child.trade == {"horizon": "3", "critical": "from_supply"}
    assert child.talks is None
    parent = load_whole(family / "parent.yaml")
    assert parent.talks == {"model": "october-2025", "notion": "gmr"}
    assert parent.supply is not None
    assert parent.supply["parameters"] == {"approval": "0.5", "lag_weeks": "6"}


def test_the_engines_scenarios_follow_from_the_keys(family: Path) -> None:
    child = load_whole(family / "child.yaml")
    chain = supply_scenario(child)
    assert (chain.id, chain.weeks, chain.settings) == ("child", 30, {"approval": 0.7, "lag_weeks": 6.0})
    assert format_day(chain.day0) == "2025-10-06"  # of the scenario it is laid upon
    assert chain.known_on == parse_day("2025-10-20")  # likewise
    assert "us-ten-magnets" in chain.book.replayed().provisions
    assert supply_keys(child)["practice"][0]["from"] == "2025-12-01"
    trade = trade_scenario(child)
    assert (trade.years, trade.duties_on, trade.critical) == (3.0, child.on, None)
    assert trade_keys(child)["duties_on"] == "2025-11-05"


def test_knowledge_of_the_whole_wins_over_the_scenario_it_is_laid_upon(family: Path) -> None:
    path = family / "known.yaml"
    path.write_text(CHILD.replace("id: child", "id: known").replace("on: ", 'known_on: "2025-10-12"\non: ', 1))
    found = load_whole(path)
    assert found.known_on == parse_day("2025-10-12")
    assert supply_scenario(found).known_on == found.known_on
    assert trade_scenario(found).known_on == found.known_on


def test_the_day_of_comparison_is_chosen_as_told(family: Path) -> None:
    def compared(text: str, name: str) -> str:
        path = family / f"{name}.yaml"
        path.write_text(f'id: {name}\ntitle: "x"\nintent: "y"\non: "2025-11-05"\n{text}')
        return format_day(load_whole(path).compared)

    assert compared('before: "2025-03-01"', "a") == "2025-03-01"
    assert compared("instruments: [no-deal-2025-11-01]", "b") == "2025-11-05"
    assert compared("", "c") == "2024-11-05"
    assert format_day(year_before(parse_day("2024-02-29"))) == "2023-02-28"
    assert format_day(year_before(parse_day("2025-03-01"))) == "2024-03-01"


def test_faults_of_an_inherited_file_name_that_file(family: Path) -> None:
    broken = PARENT.replace('weeks: "20"', 'weeks: "many"').replace("model: october-2025", "model: nobody")
    (family / "parent.yaml").write_text(broken)
    (family / "child.yaml").write_text(CHILD.replace('talks: "no"\n', "").replace('  weeks: "30"\n', ""))
    with pytest.raises(BookError) as caught:
        load_whole(family / "child.yaml")
    told = "\n".join(caught.value.faults)
    assert "parent.yaml:12: weeks: 'many' is not a count of weeks" in told
    assert "parent.yaml:15: talks.model: there is no conflict 'nobody'" in told


def test_all_faults_come_in_one_go(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(
        'id: many\ntitle: "x"\nintent: "y"\non: "2025-11-05"\nbefore: "2026-01-01"\ninstruments: [nobody]\n'
        "supply: {weeks: '0'}\ntrade: {critical: from_supply, licences: 'yes'}\ntalks: {model: nobody}\n"
    )
    with pytest.raises(BookError) as caught:
        load_whole(path)
    assert len(caught.value.faults) == 5
    assert "5 faults in the scenario" in str(caught.value)


def test_a_circle_names_its_files(tmp_path: Path) -> None:
    for name, parent in (("a", "b"), ("b", "c"), ("c", "b")):
        (tmp_path / f"{name}.yaml").write_text(f'id: {name}\ntitle: "x"\nintent: "y"\non: "2025-11-05"\ninherits: {parent}\n')
    with pytest.raises(BookError, match=r"c\.yaml:5: inherits: .*in a circle: b\.yaml -> c\.yaml -> b\.yaml"):
        load_whole(tmp_path / "a.yaml")


def test_two_files_of_a_chain_may_not_share_an_id(family: Path) -> None:
    (family / "child.yaml").write_text(CHILD.replace("id: child", "id: parent"))
    with pytest.raises(BookError, match=r"parent\.yaml:1: the id parent is that of child\.yaml too"):
        load_whole(family / "child.yaml")


def test_an_instrument_named_twice_in_a_chain_acts_once(family: Path) -> None:
    (family / "grand.yaml").write_text(
        'id: grand\ntitle: "x"\nintent: "y"\ninherits: child\ninstruments: [no-deal-2025-11-01]\n'
    )
    assert load_whole(family / "grand.yaml").instruments == ("ten-points", "no-deal-2025-11-01")


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    with pytest.raises(NotFoundError, match="there is no scenario 'nobody'") as caught:
        load_whole("nobody")
    assert caught.value.exit_code == 4
    for name in story_names():
        assert name in str(caught.value)


def test_inline_instruments_change_the_hash_of_the_book(family: Path) -> None:
    one = load_whole(family / "parent.yaml")
    assert one.without.hash == Book.shipped().hash != one.book.hash
    (family / "parent.yaml").write_text(PARENT.replace('rate: "0.10"', 'rate: "0.11"'))
    assert load_whole(family / "parent.yaml").book.hash != one.book.hash


def test_what_knowledge_leaves_out_is_told(family: Path) -> None:
    path = family / "early.yaml"
    path.write_text(CHILD.replace("id: child", "id: early").replace("on: ", 'known_on: "2025-10-09"\non: ', 1))
    told = unheard(load_whole(path))
    words = "no-deal-2025-11-01 does nothing: it is published on 2025-10-10, after 2025-10-09, the day of knowledge"
    assert told == (f"{words}; move one of the two.",)
    path.write_text(path.read_text().replace("2025-10-09", "2025-10-20").replace("id: early", "id: both\nreading: both"))
    (told_twice,) = unheard(load_whole(path))
    assert "no-deal-2025-11-01 and the statement us-statement-2025-10-10-threat of the same day both act" in told_twice


def test_other_commands_take_the_instruments_of_a_scenario(family: Path) -> None:
    from countermeasure.duty.line import Line
    from countermeasure.io.engines import duty_engine, license_engine, scenario_paths

    found = scenario_paths([str(family / "child.yaml")])
    assert len(found) == 2
    assert found == instruments_of(family / "child.yaml")
    engine = duty_engine(None, "text", [str(family / "child.yaml")])
    plain = duty_engine(None, "text")
    line = Line("8505.11.00.70", "CN", parse_day("2025-11-05"), 1000.0)
    more = (engine.duty_on(line).answers[0].rate or 0) - (plain.duty_on(line).answers[0].rate or 0)
    assert more == pytest.approx(1.10)
    held = license_engine(None, "text", [str(family / "child.yaml")], screening=False).book
    assert held.scenarios == ("ten-points", "no-deal-2025-11-01")
    with pytest.raises(NotFoundError, match="there is no scenario 'nobody'"):
        scenario_paths(["nobody"])
