from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes import (
    NO_DAY,
    format_day,
    format_instant,
    from_date,
    parse_day,
    parse_days,
    parse_instant,
    to_date,
)
from countermeasure.errors import CodeError


@given(st.dates())
def test_round_trip(day):
    assert parse_day(format_day(from_date(day))) == from_date(day)
    assert to_date(from_date(day)) == day


def test_epoch():
    assert parse_day("1970-01-01") == 0
    assert parse_day(" 2025-04-09 ") == 20187


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "",
        "20250409",
        "2025-W15-3",
        "2025-4-9",
        "2025-02-29",
        "2025-13-01",
        "1744156800",
        "2025-04-09T00:00",
        "٢٠٢٥-٠٤-٠٩",
    ],
)
def test_other_forms_are_refused_and_named(text):
    with pytest.raises(CodeError, match="YYYY-MM-DD") as caught:
        parse_day(text)
    assert repr(text) in str(caught.value)
    assert caught.value.code == "bad_day"


def test_instants_keep_the_local_day():
    assert parse_instant("2025-11-10T13:01+08:00") == (parse_day("2025-11-10"), 781)
    assert parse_instant("2025-11-10T00:01-05:00") == (parse_day("2025-11-10"), 1)
    assert parse_instant("2025-11-10T23:59:00Z") == (parse_day("2025-11-10"), 1439)
    assert parse_instant("2025-11-10") == (parse_day("2025-11-10"), 0)
    assert format_instant(parse_day("2025-11-10"), 781, "+08:00") == "2025-11-10T13:01+08:00"
    assert format_instant(parse_day("2025-11-10"), 0) == "2025-11-10"


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-10T13:01",
        "2025-11-10T24:01+08:00",
        "2025-11-10T13:60Z",
        "2025-11-10T13:01+99:00",
        "2025-02-30T13:01Z",
    ],
)
def test_bad_instants(text):
    with pytest.raises(CodeError):
        parse_instant(text)


def test_columns_of_days():
    values = ["2025-04-09", None, "0", date(2025, 4, 9), datetime(2025, 4, 9, 13, 1), "2025-04-09 "]  # noqa: DTZ001
    days, bad = parse_days(values)
    assert days.dtype == np.int32
    assert days.tolist() == [20187, NO_DAY, NO_DAY, 20187, 20187, 20187]
    assert bad.tolist() == [False, True, True, False, False, False]


@pytest.mark.parametrize("kind", ["U10", "S10", "O", "datetime64[D]", "datetime64[ns]"])
def test_arrays_of_days(kind):
    days, bad = parse_days(
        np.array(["2025-04-09", "1969-12-31"], dtype="datetime64[D]" if "date" in kind else kind).astype(kind)
    )
    assert days.tolist() == [20187, -1]
    assert not bad.any()


def test_absent_datetime64():
    days, bad = parse_days(np.array(["2025-04-09", "NaT"], dtype="datetime64[ns]"))
    assert days.tolist() == [20187, NO_DAY]
    assert bad.tolist() == [False, True]


def test_day_numbers_out_of_range():
    with pytest.raises(CodeError, match="day number"):
        format_day(10**9)


def test_empty_column():
    days, bad = parse_days([])
    assert days.shape == bad.shape == (0,)
