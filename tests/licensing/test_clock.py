"""The clock of 45 working days."""

from countermeasure.codes import format_day, parse_day
from countermeasure.licensing.clock import due, working


def test_weekends_and_holidays_are_not_worked() -> None:
    assert not working(parse_day("2025-10-01"))
    assert not working(parse_day("2025-10-04"))
    assert working(parse_day("2025-10-11"))  # a Saturday worked for the long holiday
    assert working(parse_day("2025-10-09"))


def test_forty_five_working_days_count_as_a_calendar_says() -> None:
    start = parse_day("2025-06-03")
    end = due(start).day
    assert sum(working(d) for d in range(start + 1, end + 1)) == 45
    assert working(end)
    assert format_day(end) == "2025-08-05"


def test_after_the_last_table_the_answer_says_so() -> None:
    assert not due(parse_day("2026-12-01")).sure
    assert "holidays are known to 2026-12-31 only" in str(due(parse_day("2026-12-01")))
