"""Files of forecasts: questions with their rules, and frozen forecasts that cannot be changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from countermeasure.book.load import shipped_data
from countermeasure.codes.day import parse_day
from countermeasure.errors import BookError, CodeError, InputError, NotFoundError
from countermeasure.talks.forecast import (
    check_continues,
    forecast,
    freeze,
    load_questions,
    question,
    read_frozen,
    record_of,
    resolve,
)
from countermeasure.talks.timeline import timeline

SHIPPED = (shipped_data() / "talks" / "questions.yaml").read_text(encoding="utf-8")
DAY = parse_day("2026-11-22")


def test_shipped_questions_have_rules_and_known_rows() -> None:
    known = load_questions()
    assert [q.id for q in known][:4] == ["us-escalates-14", "us-escalates-30", "cn-escalates-14", "cn-escalates-30"]
    rows = {event.id for event in timeline()}
    for one in known:
        assert one.rule.startswith("Yes if")
        assert one.unclear
        assert one.source.startswith("data/talks/timeline.csv")
        assert {clock.row for clock in one.clocks} <= rows
        opens, closes = one.window(DAY)
        assert opens == DAY < closes


def test_unknown_questions_are_told() -> None:
    with pytest.raises(NotFoundError, match="Questions are us-escalates-14"):
        question("who-wins")
    with pytest.raises(NotFoundError, match="no such file"):
        load_questions("none.yaml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("side: US", "side: UK", "unknown"),
        ('days: "14"', 'days: "0"', "not between 1 and 365 days"),
        ("    side: US\n", "", "an escalation has side and days"),
        ("kind: clock", "kind: escalation", "an escalation has side and days"),
        ("cases: truce", "cases: pause", "there are no clocks 'pause'"),
        ("id: us-escalates-30", "id: us-escalates-14", "stands twice"),
        ("rule: >-", "rules: >-", "unknown key 'rules'"),
        ('closes: "2027-01-11"', 'closes: "11 January"', "is not a day"),
    ],
)
def test_faults_of_a_file_are_told_with_their_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BookError) as caught:
        load_questions(path)
    assert words in str(caught.value)
    assert "mine.yaml:" in str(caught.value)


# ---------------------------------------------------------------------------------------------------------------- frozen


def two() -> tuple[str, str, str]:
    """A file with two forecasts, and their words."""
    text, words = "", []
    for name in ("us-escalates-14", "truce-extended-2027-01"):
        record = record_of(forecast(name, DAY), "2026-11-22T09:00+00:00")
        text = freeze(text, record)
        words.append(record.id)
    return text, words[0], words[1]


def test_round_trip() -> None:
    text, first, second = two()
    held = read_frozen(text)
    assert [one.id for one in held] == [first, second]
    assert first == "us-escalates-14@2026-11-22/base-rate"
    assert held[0] == record_of(forecast("us-escalates-14", DAY), "2026-11-22T09:00+00:00")
    assert held[0].brier is held[0].log_score is held[0].resolved is None
    assert len(text.splitlines()) == 2
    assert read_frozen("") == ()


def test_freezing_again_changes_nothing_and_another_value_is_refused() -> None:
    text, *_ = two()
    record = read_frozen(text)[0]
    assert freeze(text, record) == text
    with pytest.raises(InputError, match="is frozen and cannot be changed"):
        freeze(text, replace(record, p=0.9))


def test_resolution_gives_scores_and_stands() -> None:
    text, first, second = two()
    text = resolve(text, first, happened=True, on=parse_day("2026-11-25"), note="a new listing")
    one, other = read_frozen(text)
    assert (one.resolved, one.note) == (True, "a new listing")
    assert one.brier == pytest.approx((1 - one.p) ** 2)
    assert other.resolved is None
    assert freeze(text, one) == text
    with pytest.raises(InputError, match="is resolved already"):
        resolve(text, first, happened=False, on=parse_day("2027-02-01"), note="")
    with pytest.raises(InputError, match="its window closes on 2027-01-11"):
        resolve(text, second, happened=False, on=parse_day("2026-12-01"), note="")
    with pytest.raises(InputError, match="its window opens on 2026-11-22"):
        resolve(text, second, happened=True, on=parse_day("2026-11-21"), note="")
    with pytest.raises(InputError, match="there is no frozen forecast 'x'"):
        resolve(text, "x", happened=True, on=DAY, note="")


@pytest.mark.parametrize("key", ["p", "model", "rule", "closes", "frozen_at", "before"])
def test_a_changed_line_is_found(key: str) -> None:
    text, *_ = two()
    lines = text.splitlines()
    values = json.loads(lines[0])
    values[key] = 0.99 if key == "p" else "2027-06-01"
    with pytest.raises(InputError, match=r"forecasts\.jsonl:1: this line or one above it was changed"):
        read_frozen("\n".join([json.dumps(values), lines[1]]))


def test_a_line_taken_out_or_moved_is_found() -> None:
    text, first, _ = two()
    text = resolve(text, first, happened=True, on=parse_day("2026-11-25"), note="n")
    lines = text.splitlines(keepends=True)
    for broken in (lines[1:], [lines[0], lines[2]], [lines[1], lines[0], lines[2]]):
        with pytest.raises(InputError, match="was changed, moved or taken out"):
            read_frozen("".join(broken))


def test_a_file_must_continue_its_earlier_copy() -> None:
    text, first, _ = two()
    longer = resolve(text, first, happened=True, on=parse_day("2026-11-25"), note="n")
    check_continues(text, longer)
    check_continues("", text)
    with pytest.raises(InputError, match=r"forecasts\.jsonl:3"):
        check_continues(longer, text)
    anew = freeze("", replace(read_frozen(text)[0], p=0.1))
    with pytest.raises(InputError, match=r"forecasts\.jsonl:1"):
        check_continues(text, anew)


def test_what_comes_too_late_is_refused() -> None:
    record = record_of(forecast("us-escalates-14", DAY), "2026-11-22")
    for late in (replace(record, frozen_at="2026-11-23"), replace(record, record_until=DAY + 1)):
        with pytest.raises(InputError, match="comes too late"):
            freeze("", late)
    with pytest.raises(InputError, match="is no probability"):
        freeze("", replace(record, p=float("nan")))
    with pytest.raises(InputError, match="is empty"):
        freeze("", replace(record, closes=record.opens))
    with pytest.raises(CodeError, match=r"forecasts\.jsonl: 'today' is not a day"):
        freeze("", replace(record, frozen_at="today"))
    with pytest.raises(InputError, match="does not show 'persistence'"):
        record_of(forecast("us-escalates-14", DAY), "2026-11-22", "persistence")


@pytest.mark.parametrize("line", ["nothing", "[1]", '{"act": "freeze"}', '{"act": "burn"}'])
def test_lines_that_are_none_are_told(line: str) -> None:
    with pytest.raises(InputError, match=r"forecasts\.jsonl:1: this is no line of frozen forecasts"):
        read_frozen(line)
