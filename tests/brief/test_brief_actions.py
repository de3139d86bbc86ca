"""Actions: which, by when, in which order, and what they never claim."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.brief.actions import actions_of, last_filing
from countermeasure.brief.asked import Asked
from countermeasure.brief.findings import Findings
from countermeasure.brief.model import KINDS, Action, Turn, ordered
from countermeasure.brief.review import review
from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty import Answer, LineAnswer, Missing
from countermeasure.licensing.answer import LicenseAnswer, Reason, RegimeAnswer
from countermeasure.licensing.answer import Missing as Open
from countermeasure.licensing.clock import due

TODAY = parse_day("2026-11-27")


def regime(answer, *, reading="text", who="the exporter in China, to the ministry", missing=(), changes_on=None, which="CN"):
    reasons = () if answer in ("not_controlled", "undetermined") else (
        Reason("cn-x.1", "A rule", "license", "article 3", "magnets; from China", "Announcement 9", "high", who=who, url="https://a.example/9"),
    )  # fmt: skip
    return RegimeAnswer(which, reading, answer, "", reasons, (), tuple(missing), (), True, (), "", changes_on=changes_on)


def answered(line, day, *answers):
    answers = answers or (regime("license_required"),)
    us = () if any(a.regime == "US" for a in answers) else (regime("not_controlled", which="US"),)
    return LicenseAnswer(line, parse_day(day), None, "0", "0" * 64, (*answers, *us), (), (), "CN", "DE")


def findings(*licenses, duties=()):
    return Findings({d.line_id: d for d in duties}, {a.id: a for a in licenses}, review(list(duties)), {})


def asked(*lines, **more):
    return Asked("A firm", goods={line: f"goods of {line}" for line in lines}, **more)


def kinds(actions):
    return [a.kind for a in ordered(actions)]


@given(st.integers(parse_day("2026-02-01"), parse_day("2027-06-30")))
def test_last_filing_is_the_last_day_from_which_the_clock_ends_in_time(ships):
    last = last_filing(ships)
    assert due(last).day <= ships
    assert due(last + 1).day > ships


def test_last_filing_counts_the_holidays_by_hand():
    # 45 working days back from Wednesday 29 April 2026, counted on the published calendar of 2026 by a loop of its own:
    # Qingming 4 to 6 April, Spring Festival 15 to 23 February, worked Saturdays 14 and 28 February
    off = {date(2026, 4, 6)} | {date(2026, 2, 15) + timedelta(days=n) for n in range(9)}
    worked = {date(2026, 2, 14), date(2026, 2, 28)}
    day, left = date(2026, 4, 29), 45
    while left:
        left -= day in worked or (day.weekday() < 5 and day not in off)
        day -= timedelta(days=1)
    assert format_day(last_filing(parse_day("2026-04-29"))) == day.isoformat()


def test_one_application_serves_alike_shipments_and_is_due_for_the_first():
    found = findings(answered("a", "2027-06-01"), answered("b", "2027-05-03"))
    one = next(a for a in actions_of(asked("a", "b", values={"a": 10.0, "b": 5.5}), found, (), TODAY) if a.kind == "apply")
    assert one.lines == ("a", "b")
    assert one.usd == 15.5
    assert one.by == last_filing(parse_day("2027-05-03"))
    assert one.citation.url == "https://a.example/9"
    assert format_day(one.by) in one.why


def test_each_reason_is_told_with_its_shipment():
    oxide = replace(regime("license_required").reasons[0], because="oxide; from China")
    found = findings(
        answered("a", "2027-06-01"), answered("b", "2027-06-02", replace(regime("license_required"), reasons=(oxide,)))
    )
    (one,) = actions_of(asked("a", "b"), found, (), TODAY)
    assert "a: magnets; from China; b: oxide; from China" in one.why


def test_too_late_is_said_and_due_today():
    found = findings(answered("a", "2026-12-07"))
    one = next(a for a in actions_of(asked("a"), found, (), TODAY) if a.kind == "apply")
    assert one.by == TODAY
    assert "after the shipment" in one.why
    assert one.usd is None


def test_no_clock_is_claimed_where_none_runs():
    found = findings(
        answered("a", "2027-05-03", regime("individual_license_only")),
        answered("b", "2027-05-03", regime("not_controlled"), regime("license_required", which="US", who="BIS")),
    )
    china, us = sorted((a for a in actions_of(asked("a", "b"), found, (), TODAY) if a.kind == "apply"), key=lambda a: a.lines)
    assert "No clock runs" in china.why
    assert china.by == TODAY
    assert us.what.endswith("no clock of this authority is held: the earlier, the better")
    assert us.by == TODAY
    assert "first shipment is on 2027-05-03" in us.why


@given(st.integers(1, 400), st.integers(0, 400))
def test_no_action_about_a_license_of_the_united_states_waits_for_the_shipment(ahead, later):
    days = [format_day(TODAY + ahead), format_day(TODAY + ahead + later)]
    us = regime("license_required", which="US", who="BIS", missing=(Open("eccn", "What is the ECCN?", "a: b"),))
    found = findings(*(answered(line, day, regime("not_controlled"), us) for line, day in zip("ab", days, strict=True)))
    assert {(a.kind, a.by) for a in actions_of(asked("a", "b"), found, (), TODAY)} == {("apply", TODAY), ("ask", TODAY)}


def test_a_shipment_that_is_gone_is_told_as_gone():
    found = findings(answered("a", "2026-11-20", regime("not_controlled"), regime("license_required", which="US")))
    (one,) = (a for a in actions_of(asked("a"), found, (), TODAY) if a.kind == "apply")
    assert "first shipment was on 2026-11-20" in one.why


def test_what_the_firm_itself_knows_is_looked_up_and_others_are_asked():
    open_ = (Open("advanced_chip_use", "Is it for logic chips?", "yes: license; no: none"),)
    found = findings(*(answered(line, "2027-05-03", regime("undetermined", missing=open_)) for line in ("a", "b", "c")))
    own = frozenset({"A firm", "A firm Malaysia"})
    people = {"a": "A firm", "b": "Customer Inc", "c": "A firm Malaysia"}
    actions = actions_of(asked("a", "b", "c", customers=people, own=own), found, (), TODAY)
    assert {a.lines: (a.what, a.who) for a in actions} == {
        ("a", "c"): ("Look up in your own papers: is it for logic chips?", "nobody outside the firm"),
        ("b",): ("Is it for logic chips?", "Customer Inc"),
    }


def test_readings_that_differ_are_told_apart():
    both = answered("a", "2027-05-03", regime("license_required"), regime("no_license_today", reading="announced"))
    same = answered("b", "2027-05-03", regime("license_required"), regime("license_required", reading="announced"))
    actions = [a for a in actions_of(asked("a", "b"), findings(both, same), (), TODAY) if a.kind == "apply"]
    assert {a.lines: "if the law as published counts" in a.what for a in actions} == {("a",): True, ("b",): False}


def test_prohibited_stops_and_names_why():
    (one,) = actions_of(asked("a"), findings(answered("a", "2027-05-03", regime("prohibited"))), (), TODAY)
    assert one.kind == "stop"
    assert one.by == TODAY
    assert "magnets; from China" in one.why


def test_no_action_where_nothing_is_known_to_apply():
    assert actions_of(asked("a"), findings(answered("a", "2027-05-03", regime("not_controlled"))), (), TODAY) == []


def test_questions_go_to_whom_they_concern_and_assumed_ones_are_not_asked():
    open_ = (
        Open("military_use", "Is the use military?", "yes: prohibited; no: license"),
        Open("cn_content_share", "Which share is Chinese?", "above: license; below: none"),
        Open("wmd_use", "Is it for weapons?", "", assumed=True),
    )
    found = findings(answered("a", "2027-05-03", regime("undetermined", missing=open_)))
    actions = actions_of(asked("a", suppliers={"a": "Supplier Ltd"}, customers={"a": "Customer Inc"}), found, (), TODAY)
    assert {a.what: a.who for a in actions} == {
        "Is the use military?": "Customer Inc",
        "Which share is Chinese?": "Supplier Ltd",
    }


def test_duty_question_says_what_it_decides():
    miss = Missing("car_part", "Is it a car part?", "", (("no", 0.1, 0.1), ("yes", 0.35, 0.35)))
    one = Answer("text", 0.1, 0.1, 0.35, 100.0, 100.0, 350.0, None, (), (), (miss,), False)
    line = LineAnswer("a", "8501.52.40.00", "", "DE", parse_day("2027-01-05"), None, "US", 1000.0, "0", "0" * 64, (one,))
    (action,) = actions_of(asked("a"), findings(duties=(line,)), (), TODAY)
    assert (action.kind, action.usd, action.by) == ("ask", 250.0, parse_day("2027-01-05"))
    assert "250 USD" in action.why


def test_a_day_on_which_shipments_would_be_answered_otherwise_is_watched_once():
    turns = (
        Turn(TODAY + 40, "duty", ("a", "b"), "10 %", "35 %", "announced"),
        Turn(TODAY + 40, "license of China", ("b",), "none", "license required"),
        Turn(TODAY + 20, "law", ("cn-x.1",), "suspended", "in force"),
    )
    (one,) = actions_of(asked("a", "b"), findings(), turns, TODAY)
    assert (one.kind, one.by, one.lines) == ("watch", TODAY + 40, ("a", "b"))
    assert "2 shipments" in one.what


def action(kind, by, usd, what="x"):
    return Action(kind, what, "", by, "", (), usd)


def test_order_is_by_day_then_kind_then_dollars():
    given_ = [
        action("ask", 5, 9.0),
        action("apply", 5, 1.0),
        action("apply", 5, None),
        action("watch", 3, 1.0),
        action("file", None, 1e9),
    ]
    for shuffled in (given_, given_[::-1]):
        assert [(a.kind, a.by, a.usd) for a in ordered(shuffled)] == [
            ("watch", 3, 1.0), ("apply", 5, 1.0), ("apply", 5, None), ("ask", 5, 9.0), ("file", None, 1e9),
        ]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(list(KINDS)), st.none() | st.integers(0, 3), st.none() | st.floats(0, 9)), max_size=8),
    st.randoms(),
)
def test_order_does_not_depend_on_the_order_given(rows, chance):
    actions = [action(*row, what=str(n)) for n, row in enumerate(rows)]
    mixed = actions.copy()
    chance.shuffle(mixed)
    assert ordered(mixed) == ordered(actions)


@pytest.mark.parametrize("answer", ["license_required", "prohibited", "exempt_with_report", "undetermined"])
def test_nothing_is_ever_called_cleared(answer):
    found = findings(answered("a", "2027-05-03", regime(answer, missing=(Open("x", "What is it?", "a: b"),))))
    words = " ".join(f"{a.what} {a.who} {a.why}" for a in actions_of(asked("a"), found, (), TODAY)).lower()
    assert "cleared" not in words.replace("cleared up", "")
    assert "legal advice" not in words
