"""Pictures: well-formed whatever comes in, true to scale, with every gap and every omission told."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.errors import InputError
from countermeasure.io.pictures import Panel, curve_band, fan_chart, matrix, sankey, small_multiples, stack_bars
from countermeasure.io.pictures.canvas import width_of
from countermeasure.io.pictures.curve import crossing
from countermeasure.io.pictures.flows import layout_of

SVG = "{http://www.w3.org/2000/svg}"
WEEKS = [f"2025-{m:02d}-{d:02d}" for m, d in ((4, 7), (4, 14), (4, 21), (4, 28), (5, 5), (5, 12), (5, 19), (5, 26), (6, 2))]
NINE = list(range(9))

words = st.text(max_size=40)
values = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-10, 1e4) | st.none()


def read(svg):
    """Parse a picture and check what every picture must keep."""
    root = ET.fromstring(svg)  # noqa: S314
    assert root.tag == SVG + "svg"
    height = float(root.get("viewBox").split()[3])
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [root.find(SVG + "title").get("id"), root.find(SVG + "desc").get("id")]
    assert root.find(SVG + "title").text
    assert root.find(SVG + "desc").text
    assert not list(root.iter(SVG + "script"))
    for element in root.iter():
        shape = {k: v for k, v in element.attrib.items() if k in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d")}
        assert not re.search(r"nan|inf|e[+-]\d", " ".join(shape.values())), element.attrib
        for size in ("width", "height", "r"):
            if element.tag != SVG + "svg" and element.get(size):
                assert float(element.get(size)) >= 0
        for across in ("x", "x1", "x2", "cx"):
            if element.get(across):
                assert -1 <= float(element.get(across)) <= 961
        for down in ("y", "y1", "y2", "cy"):
            if element.get(down):
                assert -1 <= float(element.get(down)) <= height + 1
        if element.get("font-size"):
            assert float(element.get("font-size")) >= 12
    return root


def texts(root):
    return ["".join(e.itertext()) for e in root.iter(SVG + "text")]


def says(root, kind):
    """Shapes by the words they show under the pointer."""
    return {e.find(SVG + "title").text: e for e in root.iter(SVG + kind) if e.find(SVG + "title") is not None}


# ------------------------------------------------------------------------------------------------ anything may come in


@st.composite
def tables(draw, most=4):
    count = draw(st.integers(0, 12))
    kinds = st.integers(-5, 3000) | words | st.floats(-1e6, 1e6) | st.dates().map(str)
    labels = draw(st.lists(kinds, min_size=count, max_size=count))
    if draw(st.booleans()):
        labels = list(range(count))
    row = st.lists(values, min_size=count, max_size=count)
    series = draw(st.lists(st.tuples(words, row, row, row), max_size=most))
    return labels, series


@given(tables(), words, words, st.lists(st.tuples(words | st.integers(-2, 14), words), max_size=4), st.data())
def test_fan_charts_and_curves_take_anything(table, title, unit, marks, data):
    labels, series = table
    observed = data.draw(st.lists(st.tuples(st.integers(-2, 14), values), max_size=3))
    read(fan_chart(title, labels, series, unit, marks=marks, observed=observed))
    read(curve_band(title, labels, series, unit, data.draw(values)))
    panels = [Panel(title, series, marks, observed)] * data.draw(st.integers(0, 7))
    read(small_multiples(title, labels, panels, unit, same_scale=data.draw(st.booleans())))


@given(tables(most=14), words, words, st.booleans())
def test_bars_take_anything(table, title, unit, band):
    labels, series = table
    edges = (series[0][1], series[0][2]) if band and series else None
    read(stack_bars(title, labels, [name for name, *_ in series], [row for _, row, *_ in series], unit, edges))


nodes = st.sampled_from(["CN", "US", "EU", "JP", "a", "<b>", ""])
stages = st.sampled_from(["ore", "oxide", "metal", "magnet", "users"])


@given(
    st.integers(1, 6).flatmap(
        lambda n: st.lists(st.lists(st.floats() | st.floats(0, 1e6), min_size=n, max_size=n), min_size=1, max_size=5)
    ),
    words,
)
def test_matrices_take_anything(grid, title):
    old = np.array(grid)
    rows, columns = [f"r{n}" for n in range(len(old))], [f"c{n}" for n in range(len(old[0]))]
    read(matrix(title, rows, columns, old, old / 2, "billion USD"))


def test_a_matrix_tells_change_and_values():
    svg = matrix("t", ["CN", "US"], ["US", "EU"], [[100, 50], [0, 80]], [[25, 60], [9, 80.1]], "billion USD")
    seen = texts(read(svg))
    assert "\u221275" in seen
    assert "+20" in seen
    assert "+0.1" in seen
    assert "CN, US: 100 to 25 billion USD" in svg
    assert "US, US" not in svg  # nothing was there before, so that there is no change to tell
    assert "greatest fall CN, US: -75.0 percent; greatest rise CN, EU: +20.0 percent" in svg


flows = st.lists(st.tuples(stages, nodes, stages, nodes, st.floats() | st.floats(0, 1e4)), max_size=25)


@given(flows, flows, words)
def test_flows_take_anything(before, after, title):
    read(sankey(title, before, after, unit="t a week"))


def test_words_are_escaped_and_odd_characters_replaced():
    odd = "</title><script>alert(1)</script> & \x00\x1b\ud800 \"quoted\" 'ends'"
    row = [1.0] * 9
    for svg in (
        fan_chart(odd, WEEKS, [(odd, row, row, row)], odd, marks=[(WEEKS[2], odd)]),
        stack_bars(odd, WEEKS, [odd], [row], odd),
        sankey(odd, [(odd, odd, "x", odd, 1)], [], unit=odd),
        curve_band(odd, WEEKS, [(odd, row, row, row)], odd, 1.0, level_words=odd),
    ):
        root = read(svg)
        assert "<script" not in svg
        assert "</title><script>alert(1)</script> & \ufffd\ufffd\ufffd" in root.find(SVG + "title").text


def test_nothing_to_draw_is_said_in_words():
    gap = [math.nan] * 9
    for svg in (
        fan_chart("Nothing", [], [], "t"),
        fan_chart("Nothing", WEEKS, [("a", gap, gap, gap)], "t", observed=[(WEEKS[0], math.nan)]),
        curve_band("Nothing", [], [], "t", 3.0),
        stack_bars("Nothing", WEEKS, ["a"], [gap], "t"),
        stack_bars("Nothing", [], [], [], "t"),
        small_multiples("Nothing", WEEKS, [], "t"),
    ):
        assert "There are no values to draw." in texts(read(svg))
    assert "There are no flows to draw." in texts(read(sankey("Nothing", [], [])))


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: fan_chart("t", WEEKS, [("Dy", NINE, NINE, NINE[:8])], "t"), r"'Dy', high has 8 values, the axis 9"),
        (lambda: stack_bars("t", WEEKS, ["a", "b"], [NINE], "t"), r"2 names but 1 rows"),
        (lambda: stack_bars("t", WEEKS, ["a"], [NINE], "t", (NINE, NINE[1:])), r"band of the total has 8 values"),
        (lambda: fan_chart("t", WEEKS, [("Dy", NINE, ["x"] * 9, NINE)], "t"), r"'Dy', middle holds what is not a number"),
        (lambda: sankey("t", [("a", "b", "c", "d", "much")], []), r"not a number: 'much'"),
        (lambda: matrix("t", ["a"], ["b", "c"], [[1, 2]], [[1]], "t"), r"1 rows and 2 columns"),
    ],
)
def test_what_does_not_fit_is_refused(draw, said):
    with pytest.raises(InputError, match=said):
        draw()


def test_same_input_same_bytes():
    def drawn():
        return fan_chart("t", WEEKS, [("a", NINE, NINE, NINE)], "t") + sankey("t", [("a", "CN", "b", "US", 3)], [])

    assert drawn() == drawn()


def test_every_picture_knows_dark_screens_and_white_paper():
    svg = fan_chart("t", WEEKS, [("a", NINE, NINE, NINE)], "t")
    assert "@media screen and (prefers-color-scheme:dark)" in svg
    assert "print-color-adjust:exact" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


# ------------------------------------------------------------------------------------------------ fan charts


def paths(root, look):
    return [e.get("d") for e in root.iter(SVG + "path") if look in (e.get("class") or "").split()]


def test_a_gap_breaks_the_line_and_a_lone_value_is_a_dot():
    mid = [5, 6, math.nan, 8, 9, None, 3, math.inf, 4]
    root = read(fan_chart("t", WEEKS, [("China", mid, mid, mid)], "t"))
    lines = [d for d in paths(root, "cm-l1") if d.count("L") and not d.endswith("h 5")]
    assert [d.count("L") + 1 for d in lines] == [2, 2]
    assert len([e for e in root.iter(SVG + "circle") if e.get("class") == "cm-f1"]) == 2


def test_heights_are_true_to_scale_and_labels_stand_at_the_ends():
    root = read(
        fan_chart("t", WEEKS, [("Europe", [0] * 9, NINE, [10] * 9)], "t", observed=[("2025-04-21", 2), ("2025-05-01", 5)])
    )
    dots = [e for e in root.iter(SVG + "circle") if e.find(SVG + "title") is not None]
    line = next(d for d in paths(root, "cm-l5") if d.count("L") == 8)
    ys = [float(p.split()[1]) for p in line.removeprefix("M ").split(" L ")]
    steps = [a - b for a, b in pairwise(ys)]
    assert max(steps) - min(steps) < 0.3
    assert float(dots[0].get("cy")) == pytest.approx(ys[2], abs=0.11)
    xs = [float(p.split()[0]) for p in line.removeprefix("M ").split(" L ")]
    assert float(dots[1].get("cx")) == pytest.approx(xs[3] + (xs[4] - xs[3]) * 3 / 7, abs=0.11)
    assert "Europe" in texts(root)
    assert "8 at the end" in texts(root)


def test_marks_off_the_axis_are_counted_not_lost():
    marks = [("2024-01-01", "long ago"), ("2025-04-10", "in time"), ("never", "no day")]
    root = read(fan_chart("t", WEEKS, [("a", NINE, NINE, NINE)], "t", marks=marks, observed=[("2030-01-01", 3)]))
    assert "in time" in texts(root)
    assert "2 of 3 marks lie off the axis and are not drawn." in texts(root)
    assert "1 of 1 observed values lie off the axis and are not drawn." in texts(root)
    assert "Marked at 2025-04-10: in time." in root.find(SVG + "desc").text


def test_words_of_marks_do_not_lie_on_each_other():
    marks = [(day, "a rather long remark about an event") for day in WEEKS]
    root = read(fan_chart("t", WEEKS, [("a", NINE, NINE, NINE)], "t", marks=marks))
    placed = [e for e in root.iter(SVG + "text") if "remark" in (e.text or "")]
    assert len(placed) == 9
    boxes = []
    for e in placed:
        x, wide = float(e.get("x")), width_of(e.text, 12)
        boxes.append(
            (float(e.get("y")), x - wide if e.get("text-anchor") == "end" else x, x if e.get("text-anchor") else x + wide)
        )
    for n, (y, left, right) in enumerate(boxes):
        for other, (y2, left2, right2) in enumerate(boxes):
            assert n == other or abs(y - y2) > 12 or right <= left2 + 1 or right2 <= left + 1


def test_shares_are_shown_in_percent_and_large_units_in_millions():
    share = fan_chart("t", NINE, [("a", [0.1] * 9, [0.25] * 9, [0.4] * 9)], "% of need")
    assert "25 % at the end" in texts(read(share))
    large = texts(read(fan_chart("t", NINE, [("a", [1e6] * 9, [2.5e6] * 9, [4e6] * 9)], "t")))
    assert "million t" in large
    assert "2.5 at the end" in large


def test_small_multiples_share_a_scale_unless_told():
    low, high = [1.0] * 9, [100.0] * 9
    panels = [Panel("small", [("a", low, low, low)]), Panel("large", [("a", high, high, high)])]
    assert "each chart has its own scale" not in texts(read(small_multiples("t", NINE, panels, "t")))
    apart = texts(read(small_multiples("t", NINE, panels, "t", same_scale=False)))
    assert "each chart has its own scale" in apart
    assert {"small", "large"} <= set(apart)


# ------------------------------------------------------------------------------------------------ curves


def test_crossing_by_hand():
    assert crossing(np.array([0.0, 1.0, 3.0]), 2.0) == 1.5
    assert crossing(np.array([4.0, 3.0, 1.0]), 2.0) == 1.5
    assert crossing(np.array([2.0, 5.0]), 2.0) == 0
    assert math.isnan(crossing(np.array([0.0, 1.0]), 2.0))
    assert crossing(np.array([0.0, math.nan, 4.0]), 2.0) == 2  # within a gap: only known to be over at its end
    assert math.isnan(crossing(np.array([]), 2.0))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(-1e6, 1e6))
def test_crossing_lies_where_the_line_has_the_level(line, level):
    place = crossing(np.array(line), level)
    if math.isnan(place):
        assert all(v > level for v in line) or all(v < level for v in line)
    else:
        assert np.interp(place, range(len(line)), line) == pytest.approx(level, abs=1e-3)


def test_the_date_at_which_the_median_crosses_is_drawn_and_told():
    months = [f"{y}-{m:02d}" for y in range(2027, 2032) for m in (1, 7)]
    rise = np.linspace(0.1, 1.0, 10)
    svg = curve_band("t", months, [("NdPr", rise - 0.2, rise, rise + 0.2), ("Tb", rise * 0, rise / 4, rise / 3)], "%", 0.5)
    said = texts(read(svg))
    assert "NdPr 2029-01" in said  # 0.1 more each half year from 0.1 in January 2027
    assert any(line.startswith("Tb: the median does not meet 50 % within the picture") for line in said)


# ------------------------------------------------------------------------------------------------ bars


def test_parts_of_a_bar_add_up_on_the_scale():
    rows = [[10, 20, math.nan], [5, 0, math.nan], [-3, 7, math.nan]]
    root = read(stack_bars("t", ["a", "b", "c"], ["cars", "wind", "stocks"], rows, "plants"))
    tall = {k: float(e.get("height")) for k, e in says(root, "rect").items()}
    assert set(tall) == {
        "a, cars: 10 plants",
        "a, wind: 5 plants",
        "a, stocks: −3 plants",
        "b, cars: 20 plants",
        "b, stocks: 7 plants",
    }
    unit = tall["b, cars: 20 plants"] / 20
    for name, height in tall.items():
        assert height == pytest.approx(abs(float(name.split(": ")[1].split()[0].replace("−", "-"))) * unit, abs=0.25)
    at = {k: float(e.get("y")) for k, e in says(root, "rect").items()}
    assert at["a, wind: 5 plants"] + tall["a, wind: 5 plants"] == pytest.approx(at["a, cars: 10 plants"], abs=0.25)
    assert at["a, stocks: −3 plants"] == pytest.approx(at["a, cars: 10 plants"] + tall["a, cars: 10 plants"], abs=0.25)
    assert {"12", "27"} <= set(texts(root))


def test_the_smallest_of_many_parts_are_drawn_as_one():
    names = [f"n{n}" for n in range(14)]
    root = read(stack_bars("t", ["a"], names, [[n] for n in range(14)], "t"))
    assert "5 others" in texts(root)
    assert "a, 5 others: 10 t" in says(root, "rect")


# ------------------------------------------------------------------------------------------------ flows

BEFORE = [
    ("magnets", "CN", "users", "US", 100.0),
    ("magnets", "CN", "users", "EU", 300.0),
    ("magnets", "JP", "users", "US", 20.0),
]
AFTER = [
    ("magnets", "CN", "users", "US", 25.0),
    ("magnets", "CN", "users", "EU", 300.0),
    ("magnets", "JP", "users", "US", 60.0),
]


def width(path):
    return float(re.search(r" v ([-\d.]+) ", path.get("d")).group(1))


def test_ribbons_have_one_scale_and_lost_width_is_striped():
    root = read(sankey("t", BEFORE, AFTER, unit="t"))
    drawn = says(root, "path")
    scale = width(drawn["magnets CN to users EU: 300 t"]) / 300
    assert width(drawn["magnets CN to users US: 100 t"]) == pytest.approx(100 * scale, abs=0.11)
    assert width(drawn["magnets CN to users US: 25 t, before 100 t"]) == pytest.approx(25 * scale, abs=0.11)
    lost = drawn["magnets CN to users US: 25 t, before 100 t, lost 75 t"]
    assert width(lost) == pytest.approx(75 * scale, abs=0.11)
    assert lost.get("fill").startswith("url(#h1-")
    assert lost.get("fill")[5:-1] in {e.get("id") for e in root.iter(SVG + "pattern")}
    assert width(drawn["magnets JP to users US: 60 t, before 20 t"]) == pytest.approx(60 * scale, abs=0.11)
    assert any("385 (−8 %)" in t for t in texts(root))
    assert sum(e.get("fill", "").startswith("url(") for e in root.iter(SVG + "path")) == 1


@given(flows, flows)
def test_layout_keeps_nodes_apart_and_ribbons_within(before, after):
    layout = layout_of(before, after, 300.0)
    for column in range(len(layout.stages)):
        placed = [layout.places[n] for n in layout.column(column)]
        for upper, lower in pairwise(placed):
            assert upper.top + upper.tall <= lower.top
        assert all(p.top >= -1e-6 and p.top + p.tall <= max(300.0, 22 * len(placed)) + 1e-6 for p in placed)
    for one in layout.ribbons:
        source, target = layout.places[one.source], layout.places[one.target]
        assert source.column < target.column
        wide = one.slot * layout.scale
        assert source.top - 1e-6 <= one.start <= one.start + wide <= source.top + source.tall + 1e-6
        assert target.top - 1e-6 <= one.end <= one.end + wide <= target.top + target.tall + 1e-6


def test_flows_add_up_and_what_cannot_be_drawn_is_named():
    twice = [
        ("a", "CN", "b", "US", 1.0),
        ("a", "CN", "b", "US", 2.0),
        ("b", "US", "b", "EU", 1.0),
        ("a", "CN", "b", "EU", -4.0),
    ]
    root = read(sankey("t", twice, twice, unit="t"))
    assert "a CN to b US: 3 t" in says(root, "path")
    assert any(t.startswith("2 flows without an amount") for t in texts(root))
    assert any("against the order of stages: b US to b EU" in t for t in texts(root))


def test_stages_follow_those_that_feed_them():
    flows_ = [("metal", "CN", "magnet", "CN", 1), ("oxide", "CN", "metal", "CN", 1), ("ore", "CN", "oxide", "CN", 1)]
    assert layout_of(flows_, [], 300.0).stages == ("ore", "oxide", "metal", "magnet")
