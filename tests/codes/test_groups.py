import pytest

from countermeasure.codes import Groups, parse_day
from countermeasure.errors import BookError, NotFoundError


@pytest.fixture(scope="module")
def groups():
    return Groups.load()


@pytest.mark.parametrize(
    ("name", "day", "count"),
    [
        ("eu", "1957-12-31", 0), ("eu", "1958-01-01", 6), ("eu", "1973-01-01", 9),
        ("eu", "1981-01-01", 10), ("eu", "1986-01-01", 12),
        ("eu", "1995-01-01", 15), ("eu", "2004-05-01", 25), ("eu", "2007-01-01", 27),
        ("eu", "2013-07-01", 28),
        ("eu", "2020-01-31", 28), ("eu", "2020-02-01", 27), ("usmca", "2020-06-30", 0),
        ("usmca", "2020-07-01", 3),
        ("column_2", "2022-04-08", 2), ("column_2", "2022-04-09", 4), ("cn_customs", "2025-01-01", 3),
    ],
)  # fmt: skip
def test_counts_of_members(groups, name, day, count):
    assert len(groups.members(name, parse_day(day))) == count


def test_one_member(groups):
    assert groups.has("eu", "GB", parse_day("2020-01-31"))
    assert not groups.has("eu", "GB", parse_day("2020-02-01"))
    assert not groups.has("cn_customs", "TW", parse_day("2025-01-01"))
    assert groups.changes("column_2") == (parse_day("2022-04-09"),)
    assert tuple(n for n in groups.names if not n.startswith("ear_")) == ("cn_customs", "column_2", "eu", "usmca")


def test_unknown_group_names_those_that_are_known(groups):
    with pytest.raises(NotFoundError, match="cn_customs, column_2, ear_a1"):
        groups.members("asean", 0)


BROKEN = """a:
  members:
    - {country: XX}
    - {country: NO, from: "0"}
    - {country: NO, from: "2020-01-02", until: "2020-01-02"}
    - {land: NO}
  colour: red
b: 1
"""


def test_faults_come_together_with_lines(tmp_path):
    path = tmp_path / "groups.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    with pytest.raises(BookError) as caught:
        Groups.load(path)
    for words in (
        "3: 'XX'",
        "4: '0'",
        "5: the window of Norway",
        "6: a member",
        "7: the key 'colour'",
        "8: group 'b'",
    ):
        assert f"groups.yaml:{words}" in str(caught.value)


def test_faults_of_the_file(tmp_path):
    path = tmp_path / "groups.yaml"
    path.write_text("- a\n", encoding="utf-8")
    with pytest.raises(BookError, match="holds no groups"):
        Groups.load(path)
