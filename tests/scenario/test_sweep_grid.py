"""Grids: what is read, what is refused and in which words, and that a grid can be given again as it is told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.errors import InputError
from countermeasure.scenario.whole import load_whole
from countermeasure.scenario.whole.sweep import Grid, dials_of, parse_grid
from countermeasure.scenario.whole.sweep.grid import LONG, words_of

BROKEN = sorted((Path(__file__).parent.parent / "broken" / "sweep").glob("*.txt"))


def test_both_ends_of_a_range_are_points():
    grid = parse_grid(["permits=0.1:1:10", "rate=0:1.57:12"])
    assert grid.shape == (10, 12)
    assert len(grid) == 120
    np.testing.assert_allclose(grid.axes[0].values, np.linspace(0.1, 1, 10), rtol=1e-11)
    np.testing.assert_allclose(grid.axes[1].values, np.linspace(0, 1.57, 12), rtol=1e-11)


def test_the_last_axis_runs_fastest():
    points = list(parse_grid(["permits=0,1 rate=0,1,2"]).points())
    assert points == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_long_is_the_long_run():
    assert parse_grid(["horizon=0,3,long"]).axes[0].values == (0, 3, LONG)


def test_a_range_may_fall_and_one_value_may_stand_alone():
    assert parse_grid(["permits=1:0:3"]).axes[0].values == (1, 0.5, 0)
    assert parse_grid(["permits=0.5"]).axes[0].values == (0.5,)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
        st.lists(st.floats(-1e6, 1e6).map(lambda v: float(words_of(v))), min_size=1, max_size=6, unique=True),
        min_size=1,
        max_size=3,
    )
)
def test_a_grid_reads_back_from_its_words(axes):
    grid = Grid.of(axes)
    assert parse_grid([grid.words()]) == grid
    assert len(list(grid.points())) == len(grid)


def checked(text):
    """A grid read, and its dials held against a story."""
    grid = parse_grid([text])
    return dials_of({axis.dial: axis.values for axis in grid.axes}, load_whole("no-deal-157"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_grid_says_what_is_wrong(path):
    head, _, text = path.read_text().partition("\n")
    with pytest.raises(InputError) as caught:
        checked(text)
    assert head.removeprefix("# expect: ") in str(caught.value)
    assert caught.value.cure


def test_every_fault_is_told_in_one_go():
    with pytest.raises(InputError) as caught:
        parse_grid(["permits=0:1 rate=half lag_weeks=1,1"])
    told = str(caught.value)
    assert "has 2 parts" in told
    assert "'half' is not a number" in told
    assert "lag_weeks has 1 twice" in told


def test_faults_of_dials_are_told_in_one_go():
    with pytest.raises(InputError) as caught:
        dials_of({"permit": (0.1,), "rate": (-1.0,), "weeks": (1.5,)}, load_whole("no-deal-157"))
    assert len([caught.value.message, *caught.value.faults]) == 3


def test_a_dial_of_a_part_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="permits moves the supply part, which affiliates-2025-09 leaves out"):
        dials_of({"permits": (0.1,)}, load_whole("affiliates-2025-09"))
