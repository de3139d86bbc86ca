"""Scenarios side by side: figures and their differences, rows matched by what they are about, what is absent stays absent."""

from dataclasses import replace

import pytest

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.scenario.whole import FAILED, Inputs, Outcome, Part, load_whole, run_whole
from countermeasure.scenario.whole.compare import compare


@pytest.fixture(scope="module")
def stories():
    return {name: load_whole(name) for name in ("no-deal-157", "busan-truce", "affiliates-2025-09")}


def part(name="trade", figures=None, sheets=(), said="It is so."):
    return Part(name, said, figures or {}, sheets)


def outcome(story, *parts):
    return Outcome(story, {one.name: one for one in parts})


def test_one_scenario_cannot_be_compared(stories):
    with pytest.raises(InputError, match="one scenario cannot be compared"):
        compare([outcome(stories["busan-truce"])])


def test_figures_and_differences_from_the_first(stories):
    one = outcome(stories["no-deal-157"], part(figures={"a_share": 0.5, "b_week": 3}))
    two = outcome(stories["busan-truce"], part(figures={"a_share": 0.75, "b_week": None, "c_musd": 7.0}))
    sheet = compare([one, two]).sheet("figures")
    assert sheet.columns == ("part", "figure", "no-deal-157", "busan-truce", "busan-truce less no-deal-157")
    assert sheet.rows == (
        ("trade", "a_share", 0.5, 0.75, 0.25),
        ("trade", "b_week", 3, None, None),
        ("trade", "c_musd", None, 7.0, None),
    )


def test_a_scenario_beside_itself_differs_in_nothing(stories):
    story = replace(stories["busan-truce"], draws=2)
    found = compare([run_whole(story), run_whole(story)])
    assert found.names == ("busan-truce (1)", "busan-truce (2)")
    assert found.sheet("provisions") is None
    assert all(row[-1] in (0, None) for row in found.sheet("figures").rows)
    assert found.said.startswith("0 provisions differ between busan-truce (1) and busan-truce (2)")
    assert found.notes == ()


def test_a_part_that_one_lacks_is_empty_there_and_told(stories):
    one = outcome(stories["no-deal-157"], part("supply", {"worst_standing_share": 0.1}))
    two = outcome(stories["affiliates-2025-09"], part("talks", {"packages_count": 1}))
    found = compare([one, two])
    rows = {row[1]: row[2:4] for row in found.sheet("figures").rows}
    assert rows == {"worst_standing_share": (0.1, None), "packages_count": (None, 1)}
    assert "affiliates-2025-09 has no supply part; its cells are empty." in found.notes


def test_lines_are_matched_by_what_they_are_and_not_by_their_order(stories):
    heads = ("line_id", "hts", "origin", "into", "reading", "rate", "duty_usd")
    first = Sheet(
        "lines", "", heads, (("1", "8505", "CN", "US", "text", 0.2, 20.0), ("2", "8507", "CN", "US", "text", 0.3, 30.0))
    )
    other = Sheet(
        "lines", "", heads, (("2", "8507", "CN", "US", "text", 0.1, 10.0), ("3", "8501", "CN", "US", "text", 0.5, 50.0))
    )
    found = compare(
        [
            outcome(stories["no-deal-157"], part("duty", sheets=(first,))),
            outcome(stories["busan-truce"], part("duty", sheets=(other,))),
        ]
    )
    sheet = found.sheet("lines")
    assert sheet.columns[5:] == ("rate no-deal-157", "rate busan-truce", "duty_usd no-deal-157", "duty_usd busan-truce")
    assert [(row[0], *row[5:]) for row in sheet.rows] == [
        ("1", 0.2, None, 20.0, None),
        ("2", 0.3, 0.1, 30.0, 10.0),
        ("3", None, 0.5, None, 50.0),
    ]


def test_stoppages_are_the_worst_weeks_and_small_ones_are_left_out(stories):
    heads = ("week", "industry", "region", "share_low", "share_median", "share_high")
    rows = (
        ("2025-11-03", "cars", "US", 0, 0.02, 0),
        ("2025-11-10", "cars", "US", 0, 0.05, 0),
        ("2025-11-03", "wind", "EU", 0, 0.001, 0),
    )
    one = outcome(stories["no-deal-157"], part("supply", sheets=(Sheet("stopped_implied", "", heads, rows),)))
    found = compare([one, outcome(stories["busan-truce"])])
    assert found.sheet("stoppages").rows == (("cars", "US", 0.05, None, "2025-11-10", None),)


def test_provisions_have_the_state_of_each_day(stories):
    found = compare([run_whole(stories[name], None, ("law",)) for name in ("no-deal-157", "busan-truce")])
    rows = {row[0]: row for row in found.sheet("provisions").rows}
    assert rows["us-scenario-100"][2:] == ("in force", "absent", "state")
    assert rows["us-fentanyl"][2:] == ("in force", "in force", "terms")
    assert not [row for row in rows.values() if set(row[2:4]) <= {"not yet", "ended", "absent"}]
    assert f"{len(rows)} provisions differ" in found.said


def test_what_could_not_be_done_and_what_differs_beside_the_question_is_told(stories):
    one = outcome(stories["no-deal-157"], part("trade", said=f"{FAILED}: no solution."), part("supply"))
    other = replace(stories["busan-truce"], seed=9, draws=7)
    found = compare([one, outcome(other, part("trade"), part("supply"))])
    told = " ".join(found.notes)
    for words in ("no-deal-157, trade: This part could not be done", "The seeds differ", "The counts of draws differ",
                  "The days of knowledge differ", "The horizons of trade differ"):  # fmt: skip
        assert words in told


def test_three_scenarios_stand_beside_the_first(stories):
    found = compare([run_whole(story, Inputs(), ("duty",)) for story in stories.values()])
    sheet = found.sheet("figures")
    assert sheet.columns[-2:] == ("busan-truce less no-deal-157", "affiliates-2025-09 less no-deal-157")
    assert "between the 3 scenarios" in found.said
