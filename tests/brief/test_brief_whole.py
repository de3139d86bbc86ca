"""The brief of the shipped example: its numbers are those of the engines, and it repeats."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from countermeasure.brief.asked import asked_of
from countermeasure.brief.cases import DEFAULT_SCENARIOS
from countermeasure.brief.model import ordered
from countermeasure.codes.day import parse_day
from countermeasure.io.brief import brief_bytes
from countermeasure.io.brief.build import Asking, begin, brief_engines, law_now, whole_brief
from countermeasure.io.brief.workbook import brief_sheets
from countermeasure.io.portfolio import shipped_portfolio
from countermeasure.scenario.whole import load_whole

DAY = parse_day("2026-11-27")
NO_DEAL = """\
id: no-deal-again
title: "100 points more, and permits stop"
intent: "Ask what 100 points more do to these shipments."
inherits: no-deal-2027-01
instruments: ["no-deal-2025-11-01"]
trade: no
"""
LAPSE = """\
id: truce-lapses
title: "The truce has lapsed"
intent: "The law as published."
inherits: expiry-2026-11-text
trade: no
"""


@pytest.fixture(scope="module")
def engines():
    return brief_engines(None, "both")


@pytest.fixture(scope="module")
def law(engines):
    return law_now(Asking(shipped_portfolio(), DAY), engines)


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    names = []
    for name, text in (("truce-lapses", LAPSE), ("no-deal-again", NO_DEAL)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
        names.append(str(folder / f"{name}.yaml"))
    return Asking(shipped_portfolio(), DAY, scenarios=tuple(names), draws=6, cache=folder)


@pytest.fixture(scope="module")
def brief(asking, law):
    return whole_brief(asking, law)


def test_defaults_are_shipped_and_have_a_chain():
    for name in DEFAULT_SCENARIOS:
        scenario = load_whole(name)
        assert scenario.supply is not None
        assert scenario.on >= parse_day("2026-11-01")


def test_every_shipment_is_told_once_for_each_reading(law):
    told = Counter((line, a.reading) for a in law.first.applies for line in a.lines)
    assert set(told.values()) == {1}
    readings = {}
    for line, reading in told:
        readings.setdefault(line, set()).add(reading)
    assert set(readings) == {s.id for s in shipped_portfolio().dated()}
    assert all(r in ({""}, {"text", "announced"}) for r in readings.values())


def test_costs_are_the_sums_of_the_duty_engine(law, engines):
    answers = [engines.duty.duty_on(line) for line in asked_of(shipped_portfolio()).lines]
    for cost in law.first.costs:
        ones = [next((o for o in a.answers if o.reading == cost.reading), a.answers[0]) for a in answers]
        assert cost.low_usd == pytest.approx(sum(o.duty_usd_low or 0 for o in ones), abs=0.01)
        assert cost.usd == pytest.approx(sum(o.duty_usd or 0 for o in ones), abs=0.01)
        assert cost.high_usd == pytest.approx(sum(o.duty_usd_high or 0 for o in ones), abs=0.01)
        bare = [o for o in ones if o.rate_high == 0 and any("left out" in words for words in o.because)]
        assert cost.untold == sum(o.duty_usd_high is None for o in ones) + len(bare)


def test_rows_of_alike_shipments_sum_their_duties(law):
    usd = sum(a.usd for a in law.first.applies if a.usd is not None and a.reading != "announced")
    assert usd == pytest.approx(law.first.costs[0].usd, abs=0.01)


def test_what_is_not_held_is_no_zero(law):
    into_china = next(a for a in law.first.applies if a.codes.endswith("to CN") and a.rate)
    assert "left out" in into_china.left_out
    assert (into_china.low_usd, into_china.usd, into_china.high_usd) == (None, None, None)
    assert (into_china.rate, into_china.held) == ("not told", False)
    assert law.first.costs[0].without.startswith("T-15 (column 1")
    assert any("Duty on 7 of 8 entries" in one and "Without T-15" in one for one in law.first.said)
    assert any("not a duty of zero" in one for one in law.first.assumed)


def test_no_kind_of_file_says_zero_for_what_is_not_held(law):
    brief = whole_brief(Asking(shipped_portfolio(), DAY, scenarios=()), law)
    (row,) = (s for s in brief.to_json()["sections"][1]["sheets"][0]["rows"] if s["shipment"] == "T-15")
    assert row["duty in words, USD"] == "not told"
    assert [row[name] for name in row if name.startswith(("rate ", "duty ")) and "words" not in name] == [None] * 6
    sheets = brief_sheets(brief)
    (first,) = (r for r in sheets["applies"][1] if r["shipment"] == "T-15")
    assert (first["rate"], first["duty USD"]) == ("not told", "not told")
    assert sheets["costs"][1][0]["without"].startswith("T-15")
    assert "without what is not told or not held of 1" in brief_bytes(brief, "html").decode()
    for kind in ("html", "md"):
        text = brief_bytes(brief, kind).decode().replace("\u00a0", " ")
        assert "not told" in text
        assert "Without T-15" in text


def test_a_scenario_with_its_own_duty_moves_the_cost_by_it(brief, law):
    titles = {c.case: c for c in brief.first.costs if c.reading in ("", "text")}
    more = titles["100 points more, and permits stop"]
    chinese = [line for line in law.asked.lines if line.origin == "CN" and line.into == "US"]
    assert more.change_usd == pytest.approx(sum(int(line.value_usd) for line in chinese), abs=1)
    assert titles["The truce has lapsed"].change_usd == 0


def test_first_page_says_both_readings_and_actions_stand_in_order(brief):
    assert brief.first.assumed
    assert any("statements" in one for one in brief.first.said)
    assert ordered(brief.first.actions) == brief.first.actions
    kinds = {a.kind for a in brief.first.actions}
    assert {"apply", "ask", "hold", "watch"} <= kinds
    assert all(a.lines and a.what and a.why and a.who for a in brief.first.actions)


def test_stops_agree_with_the_answer_of_the_supply_engine(brief):
    supply = next(s for s in brief.sections if s.name == "supply")
    rows = {(r["scenario"], r["name"]): r for sheet in supply.sheets if sheet.name == "firm_stops" for r in sheet.records()}
    weeks = [r for sheet in supply.sheets if sheet.name == "firm_by_week" for r in sheet.records()]
    for stop in brief.first.stops:
        mine = [r["share of draws"] for r in weeks if (r["scenario"], r["line or part"]) == (stop.case, stop.name)]
        assert rows[stop.case, stop.name]["share of draws that stop"] == stop.share == mine[-1] == max(mine)
        assert mine == sorted(mine)


def test_holds_name_what_each_scenario_asks_for(brief):
    held = [a for a in brief.first.actions if a.kind == "hold"]
    assert held
    cover = [r for s in brief.sections for sheet in s.sheets if sheet.name == "firm_cover" for r in sheet.records()]
    for action in held:
        mine = [r["stock to hold, weeks"] for r in cover if r["part"] == action.lines[0]]
        most = None if None in mine else max(mine)
        assert (f"Hold {most:.0f} weeks" if most is not None else "Find another source") in action.what


def test_sections_have_assumptions_and_limits(brief):
    names = [s.name for s in brief.sections]
    assert names[:5] == ["law", "duty", "license", "parties", "supply"]
    assert "talks" in names
    for section in brief.sections:
        assert section.assumptions or any(run.part.assumptions for run in section.runs), section.name
        for sheet in section.sheets:
            assert all(len(row) == len(sheet.columns) for row in sheet.rows)
            assert len(set(sheet.columns)) == len(sheet.columns)
    sheets = [sheet.name for s in brief.sections for sheet in s.sheets]
    assert len(set(sheets)) == len(sheets)


def test_json_is_plain_and_dated(brief):
    text = json.dumps(brief.to_json(), allow_nan=False, default=float)
    found = json.loads(text)
    assert found["on"] == "2026-11-27"
    assert all(isinstance(a["by"], str | None) for a in found["first"]["actions"])
    assert all(isinstance(day, str) for a in found["first"]["applies"] if a["ships"] for day in a["ships"])
    assert found["first"]["stops"][0]["day0"] == "2026-11-23"


def test_the_same_question_gives_the_same_brief(asking, law, brief):
    again = whole_brief(asking, law)
    assert again.first == brief.first
    assert again.sections == brief.sections
    assert again.stamp == brief.stamp


def test_stamp_names_book_lists_seed_and_draws(brief, law):
    stamp = dict(brief.stamp)
    assert law.engines.license.book.hash in stamp["book"]
    assert stamp["day"] == "2026-11-27"
    assert "6 draws" in stamp["firm under no-deal-again"]
    assert "seed 1" in stamp["firm under no-deal-again"]
    assert any(name == "list" and "us-el" in value for name, value in brief.stamp)


def test_without_scenarios_nothing_is_simulated(law, asking):
    found = whole_brief(replace(asking, scenarios=()), law)
    assert found.first.stops == ()
    assert [s.name for s in found.sections] == ["law", "duty", "license", "parties"]
    assert {a.kind for a in found.first.actions} <= {"stop", "apply", "file", "ask", "watch"}


def test_a_shipment_that_cannot_be_read_does_not_lose_the_others(engines):
    asked = asked_of(shipped_portfolio())
    broken = replace(asked.lines[0], hts="0000.00.00.00")
    found = law_now(Asking(replace(asked, lines=(broken, *asked.lines[1:])), DAY), engines)
    assert set(found.found.unanswered) == {broken.line_id}
    assert len(found.found.duties) == len(asked.lines) - 1


def test_knowing_less_changes_the_answer(law):
    early = law_now(Asking(shipped_portfolio(), DAY, known_on="2025-10-01", reading="text"))
    assert early.first.costs[0].usd != law.first.costs[0].usd
    assert len({a.reading for a in early.first.applies}) == 1


def test_runs_are_begun_only_when_asked_without_an_executor(asking):
    heard = []
    begin(asking, None, None, lambda *what: heard.append(what))
    assert heard == []
