"""Scales, words and colours of the pictures: round, legible, told apart by every eye."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.io.pictures import fan_chart
from countermeasure.io.pictures.axis import Amount, Steps, change, nice_ticks
from countermeasure.io.pictures.canvas import cut, spread, width_of, wrap
from countermeasure.io.pictures.palette import DARK, LIGHT, slots_of

NINE = list(range(9))

words = st.text(max_size=40)


# ------------------------------------------------------------------------------------------------ axes and words


@given(st.floats(-1e15, 1e15), st.floats(-1e15, 1e15), st.integers(2, 12))
def test_ticks_are_round_and_cover_the_span(a, b, most):
    low, high = min(a, b), max(a, b)
    ticks = nice_ticks(low, high, most)
    assert 2 <= len(ticks) <= most + 3
    assert all(x < y for x, y in pairwise(ticks))
    if high - low > max(1e-6 * max(abs(low), abs(high)), 1e-9):
        edge = (ticks[1] - ticks[0]) * 1e-6
        assert ticks[0] <= low + edge
        assert ticks[-1] >= high - edge


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6), st.integers(3, 8))
def test_ticks_say_what_they_stand_for(low, more, most):
    ticks = nice_ticks(low, low + more, most)
    step = ticks[1] - ticks[0]
    shown = [Amount.of("t", 0).tick(v, step) for v in ticks]
    assert len(set(shown)) == len(shown)
    for value, text in zip(ticks, shown, strict=True):
        assert float(text.replace(",", "")) == pytest.approx(value, abs=step * 1e-3)


def test_axes_know_days_numbers_and_names():
    assert Steps.of(["2025-04", "2025-05"]).kind == "day"
    assert Steps.of(np.array(["2025-04-07", "2025-04-14"], dtype="datetime64[D]")).kind == "day"
    assert Steps.of([0, 1, 2]).kind == "number"
    assert Steps.of([2, 1, 0]).kind == "name"  # order is kept, not mended
    assert Steps.of(["2026-Q1", "2026-Q2"]).kind == "name"
    assert Steps.of(["CN", "US"]).at("US") == 1
    assert math.isnan(Steps.of(["CN", "US"]).at("XX"))
    assert [t[1:] for t in Steps.of(["2025-11", "2025-12", "2026-01", "2026-02"]).ticks(400)] == [
        ("Nov", "2025"), ("Dec", ""), ("Jan", "2026"), ("Feb", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1238, "t", "1,238 t"),
        (0.043, "% of need", "4.3 % of need"),
        (-0.5, "t", "−0.5 t"),
        (-0.0, "t", "0 t"),
        (2.345, "t", "2.35 t"),
        (26.04, "t", "26 t"),
        (0.00001234, "t", "1.2e−05 t"),
    ],
)
def test_amounts_in_words(value, unit, shown):
    assert Amount.of(unit, abs(value)).text(value, unit=True).replace("e-", "e−") == shown


def test_change_in_words():
    assert change(300, 220) == "−27 %"
    assert change(100, 150) == "+50 %"
    assert change(0, 5) == change(5, 5) == change(1, 1000) == ""


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 40)), max_size=12))
def test_labels_are_spread_in_order(labels):
    wanted, sizes = [w for w, _ in labels], [s for _, s in labels]
    placed = spread(wanted, sizes, 0.0, 300.0)
    order = sorted(range(len(labels)), key=lambda n: wanted[n])
    for a, b in pairwise(order):
        assert placed[b] - placed[a] >= (sizes[a] + sizes[b]) / 2 - 1e-6
    if sum(sizes) <= 300:
        assert all(s / 2 - 1e-6 <= p <= 300 - s / 2 + 1e-6 for p, s in zip(placed, sizes, strict=True))


@given(words, st.floats(20, 400))
def test_words_fit_their_room(text, room):
    assert width_of(cut(text, 12, room), 12) <= room + 0.5
    lines = wrap(text, 12, room)
    assert all(width_of(line, 12) <= room + 0.5 for line in lines)


# ------------------------------------------------------------------------------------------------ colours

SIGHTS = {  # Machado, Oliveira, Fernandes (2009), severity 1.0
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def linear(colour):
    c = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def ciede2000(one, two):
    (l1, a1, b1), (l2, a2, b2) = one, two
    c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(c**7 / (c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    dh = (h2 - h1 + 180) % 360 - 180
    mean = (h1 + h2) / 2 if abs(h1 - h2) <= 180 else (h1 + h2 + 360) / 2
    dl, dc, dhh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    r = math.radians
    t = 1 - 0.17 * math.cos(r(mean - 30)) + 0.24 * math.cos(r(2 * mean)) + 0.32 * math.cos(r(3 * mean + 6))
    t -= 0.20 * math.cos(r(4 * mean - 63))
    sl, sc, sh = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2), 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = -2 * math.sqrt(cm**7 / (cm**7 + 25**7)) * math.sin(r(60 * math.exp(-(((mean - 275) / 25) ** 2))))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dhh / sh) ** 2 + rt * dc / sc * dhh / sh)


def contrast(one, two):
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two))
    return (high + 0.05) / (low + 0.05)


def test_colour_difference_agrees_with_published_pairs():
    """Sharma, Wu, Dalal (2005), table 1: pairs 1, 7 and 17."""
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert ciede2000((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)


@pytest.mark.parametrize(("colours", "paper"), [(LIGHT, "#ffffff"), (DARK, "#12161d")])
def test_colours_are_told_apart_by_every_eye(colours, paper):
    assert min(contrast(c, paper) for c in colours) >= 3
    for matrix in SIGHTS.values():
        seen = [lab(matrix @ linear(c)) for c in colours]
        assert min(ciede2000(a, b) for n, a in enumerate(seen) for b in seen[:n]) >= 10


@pytest.mark.parametrize(("paper", "ink", "soft"), [("#ffffff", "#1c2330", "#5b6577"), ("#12161d", "#e6e9ef", "#a3adbd")])
def test_words_are_legible(paper, ink, soft):
    svg = fan_chart("t", NINE, [("a", NINE, NINE, NINE)], "t")
    assert f".cm-ink{{fill:{ink}}}" in svg
    assert contrast(ink, paper) >= 7
    assert contrast(soft, paper) >= 4.5


def test_regions_and_industries_keep_their_colours():
    assert slots_of(["CN", "US"]) == slots_of(["US", "CN"])[::-1] == slots_of(["China", "United States"])
    assert len(set(slots_of(["CN", "US", "EU", "JP", "KR", "IN", "SEA", "ROW"]))) == 8
    industries = [
        "cars",
        "electronics",
        "semiconductor_tools",
        "wind",
        "industrial_motors",
        "medical",
        "defence",
        "catalysts",
        "glass",
        "coatings",
    ]
    assert len(set(slots_of(industries))) == 10
    assert slots_of(["semiconductor tools"]) == slots_of(["semiconductor_tools"])
    assert 1 not in slots_of(["CN", "other", "more"])[1:]
