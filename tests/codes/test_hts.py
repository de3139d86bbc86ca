import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes import (
    HTS_FAULT_TEXT,
    HtsCode,
    HtsFault,
    dotted_int10,
    encode_codes,
    near,
    parse_hts,
)
from countermeasure.errors import CodeError

CHAPTERS = [f"{number:02d}" for number in range(1, 100) if number != 77]
NUMBERS = st.builds(
    lambda chapter, rest, level: (chapter + rest)[:level],
    st.sampled_from(CHAPTERS),
    st.text("0123456789", min_size=8, max_size=8),
    st.sampled_from([2, 4, 6, 8, 10]),
)


@given(NUMBERS)
def test_round_trip(digits):
    code = parse_hts(digits)
    assert code.digits == digits
    assert parse_hts(code.dotted) == code
    assert parse_hts(code.dotted.replace(".", " ")) == code
    low, high = code.range10()
    assert low == code.to_int10()
    assert high - low == 10 ** (10 - code.level)
    assert dotted_int10(low, code.level) == code.dotted


@given(NUMBERS, NUMBERS)
def test_ranges_are_prefixes(first, second):
    low, high = HtsCode(first).range10()
    inside = low <= HtsCode(second.ljust(10, "0")).to_int10() < high
    assert inside == HtsCode(second.ljust(10, "0")).starts_with(HtsCode(first))


@given(st.lists(st.one_of(NUMBERS, st.text(max_size=12), st.none())))
def test_columns_agree_with_single_numbers(texts):
    codes, levels, faults = encode_codes(texts)
    for text, code, level, fault in zip(texts, codes.tolist(), levels.tolist(), faults.tolist(), strict=True):
        if fault > HtsFault.REPAIRED:
            assert (code, level) == (-1, 0)
            with pytest.raises(CodeError) as caught:
                parse_hts(text or "")
            assert caught.value.code == f"hts_{HtsFault(fault).name.lower()}"
        else:
            single = parse_hts(text)
            assert (code, level) == (single.to_int10(), single.level)
            assert single.repaired == (fault == HtsFault.REPAIRED)


@pytest.mark.parametrize(
    "text",
    ["8505110070", "8505.11.00.70", "8505.11.0070", "8505 11 00 70", "8505-11-00-70",
    "8505\u201111\u201100\u201170",
     "8505\u00a011\u00a000\u00a070", " 8505.11.00.70 ", "'8505110070", "8505110070.0",
     "\ufeff8505.11.00.70", "8505.1100.70"],
)  # fmt: skip
def test_forms_of_one_number(text):
    code = parse_hts(text)
    assert code.dotted == "8505.11.00.70"
    assert not code.repaired


def test_parts():
    code = parse_hts("8505.11.00.70")
    assert (code.level, code.chapter, str(code)) == (10, 85, "8505.11.00.70")
    assert [parent.dotted for parent in code.parents] == ["8505.11.00", "8505.11", "8505", "85"]
    assert not code.is_chapter_98_99
    assert parse_hts("9903.01.25").is_chapter_98_99
    assert parse_hts("9802").is_chapter_98_99
    assert parse_hts(8505110070) == code


@pytest.mark.parametrize(
    ("text", "dotted"),
    [("101210010", "0101.21.00.10"), ("1012100", "0101.21.00"), ("10121", "0101.21"), ("101", "0101"),
    ("101.21", "0101.21"),
     ("901110000", "0901.11.00.00"), ("101210010.0", "0101.21.00.10"), ("302.13.00", "0302.13.00")],
)  # fmt: skip
def test_lost_leading_zero_is_restored_and_said(text, dotted):
    code = parse_hts(text)
    assert code.dotted == dotted
    assert code.repaired
    assert encode_codes([text])[2].tolist() == [HtsFault.REPAIRED]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", HtsFault.EMPTY), ("  ", HtsFault.EMPTY), ("abc", HtsFault.NOT_DIGITS),
        ("8505.11.x0", HtsFault.NOT_DIGITS),
        ("-", HtsFault.NOT_DIGITS), ("٨٥٠٥", HtsFault.NOT_DIGITS), ("8505,11", HtsFault.NOT_DIGITS),
        ("1", HtsFault.LENGTH),
        ("8505110070123", HtsFault.LENGTH), ("8.50511E+09", HtsFault.SCIENTIFIC),
        ("8,50511E+09", HtsFault.SCIENTIFIC),
        ("77", HtsFault.CHAPTER), ("7701.10", HtsFault.CHAPTER), ("0001", HtsFault.CHAPTER),
        ("8505.1", HtsFault.LOST_DIGIT),
        ("8505.0", HtsFault.LOST_DIGIT), ("850511007", HtsFault.LOST_DIGIT), ("850", HtsFault.LOST_DIGIT),
        ("010121001", HtsFault.LOST_DIGIT), ("8505.110.070", HtsFault.LOST_DIGIT),
    ],
)  # fmt: skip
def test_faults_have_code_and_cure(text, fault):
    with pytest.raises(CodeError) as caught:
        parse_hts(text)
    what, cure = HTS_FAULT_TEXT[fault]
    assert caught.value.code == f"hts_{fault.name.lower()}"
    assert what in caught.value.message
    assert caught.value.cure == cure


def test_every_fault_is_explained():
    assert set(HTS_FAULT_TEXT) == set(HtsFault)


UNIVERSE = np.array([8505110030, 8505110050, 8505110070, 8505190000, 8506100000, 8541400000, 9503000000], dtype=np.int64)


def test_near_numbers_share_a_prefix_first():
    assert near("8505.11.00.90", UNIVERSE, 3) == ("8505.11.00.70", "8505.11.00.50", "8505.11.00.30")
    assert near("8505.11.00.90", UNIVERSE)[3] == "8505.19.00.00"


def test_near_numbers_of_exchanged_digits():
    assert "8506.10.00.00" in near("8056.10.00.00", UNIVERSE)
    assert near(parse_hts("8560"), UNIVERSE)[0] in {"8506.10.00.00", "8505.11.00.30"}
    assert near("0000", UNIVERSE) == ()
    assert near("x", UNIVERSE) == ()


def test_near_gives_only_what_exists():
    every = {dotted_int10(value) for value in UNIVERSE.tolist()}
    for text in ("8505", "85", "9503.00", "8541.40.00.01"):
        assert set(near(text, UNIVERSE)) <= every
