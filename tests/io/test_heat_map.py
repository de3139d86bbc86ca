"""Maps of values over two dials: shape, colours by sign, gaps, words for those who do not see."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from countermeasure.errors import InputError
from countermeasure.io.pictures.heat import heat_map

SVG = "{http://www.w3.org/2000/svg}"


def drawn(values, unit="% change", **more):
    values = np.asarray(values, dtype=float)
    rows, columns = [f"r{n}" for n in range(values.shape[0])], [f"c{n}" for n in range(values.shape[1])]
    svg = heat_map("A map", rows, columns, values, unit, row_title="down", column_title="across", **more)
    return ET.fromstring(svg)  # noqa: S314 - our own picture


def words(root):
    return [one.text for one in root.iter(f"{SVG}text")]


def test_every_cell_has_its_number_with_the_same_decimals():
    told = words(drawn([[0.011, -0.02], [0.0, 0.1]]))
    assert {"1.1", "\u22122.0", "0.0", "10.0"} <= set(told)


def test_colours_tell_the_sign_and_nothing_has_none():
    cells = [one for one in drawn([[0.5, -0.5, 0.0]]).iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]
    assert [one.get("class") for one in cells] == ["cm-f0", "cm-f1", "cm-none"]


def test_a_dashed_line_stands_where_the_sign_changes():
    root = drawn([[0.5, -0.5], [0.5, 0.5]])
    assert len([one for one in root.iter(f"{SVG}line") if one.get("class") == "cm-mark"]) == 2
    assert any("sign changes" in (w or "") for w in words(root))
    assert not list(drawn([[0.5, 0.5]]).iter(f"{SVG}line"))


def test_a_gap_stays_empty():
    root = drawn([[1.0, np.nan], [np.inf, 2.0]], unit="week")
    said = [one.find(f"{SVG}title").text for one in root.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]
    assert sum("no value" in one for one in said) == 2


def test_the_least_and_the_greatest_are_told():
    assert "least at r0, c1: \u221220 %" in drawn([[0.5, -0.2]]).find(f"{SVG}desc").text


def test_many_columns_leave_their_numbers_to_the_pointer():
    root = drawn(np.linspace(-1, 1, 80).reshape(2, 40))
    assert any("under the pointer" in (w or "") for w in words(root))


def test_nothing_to_draw_is_said():
    assert "There are no values." in words(drawn([[np.nan]]))


def test_a_map_of_noughts_can_be_drawn():
    assert {"0"} <= set(words(drawn([[0.0, 0.0]], unit="week")))


def test_another_shape_is_refused():
    with pytest.raises(InputError, match="shape"):
        heat_map("A map", ["a"], ["b"], np.zeros((2, 1)), "week")
