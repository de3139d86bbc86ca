"""The picture of measures over time: bars on a true scale, two readings, links."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError
from countermeasure.io.pictures.spells import Life, Spell, spells_picture

FIRST, AFTER = parse_day("2025-01-01"), parse_day("2026-01-01")
SVG = "{http://www.w3.org/2000/svg}"


def bars(svg):
    """Left edge, width and words of every bar that says something."""
    found = []
    for rect in ET.fromstring(svg).iter(f"{SVG}rect"):  # noqa: S314 - made here
        title = rect.find(f"{SVG}title")
        if title is not None:
            found.append((float(rect.get("x")), float(rect.get("width")), title.text))
    return found


def test_bars_lie_on_a_true_scale():
    halves = [Spell(FIRST, FIRST + 73, "in_force", "first fifth"), Spell(FIRST + 73, AFTER, "suspended", "rest")]
    one, two = bars(spells_picture("Two", [Life("a", halves)], FIRST, AFTER))
    assert one[0] + one[1] == pytest.approx(two[0], abs=0.11)
    assert one[1] / (one[1] + two[1]) == pytest.approx(0.2, abs=0.001)


def test_open_spells_run_to_the_edges_and_others_are_left_out():
    spells = [
        Spell(-math.inf, FIRST - 400, "in_force", "long gone"), Spell(-math.inf, FIRST + 10, "in_force", "ends"),
        Spell(AFTER - 10, math.inf, "in_force", "open"), Spell(AFTER, math.inf, "in_force", "not yet"),
    ]  # fmt: skip
    found = bars(spells_picture("Edges", [Life("a", spells)], FIRST, AFTER))
    assert [words for *_, words in found] == ["ends", "open"]
    assert found[1][0] + found[1][1] == pytest.approx(940)


def test_a_spell_of_an_hour_is_still_seen():
    found = bars(spells_picture("Hour", [Life("a", [Spell(FIRST + 30, FIRST + 30.04, "collected", "an hour")])], FIRST, AFTER))
    assert found[0][1] >= 2


def test_two_readings_are_two_bars_of_a_row():
    life = Life("a", [Spell(FIRST, AFTER, "in_force", "text")], [Spell(FIRST, AFTER, "suspended", "said")])
    svg = spells_picture("Both", [life], FIRST, AFTER, other="with statements")
    assert [words for *_, words in bars(svg)] == ["text", "said"]
    assert "with statements" in svg


def test_rows_with_addresses_are_links_that_can_be_reached():
    lives = [Life("a <b>", [Spell(FIRST, AFTER, "in_force")], href='/book/provision/a?x="1"', group="Side & Co")]
    svg = spells_picture("Links", lives, FIRST, AFTER, mark=FIRST + 5)
    assert 'role="group"' in svg
    assert 'href="/book/provision/a?x=&quot;1&quot;"' in svg
    assert "The dashed line is 2025-01-06." in svg
    assert "Side &amp; Co" in svg
    ET.fromstring(svg)  # noqa: S314 - made here
    assert 'role="img"' in spells_picture("None", [Life("a", [Spell(FIRST, AFTER, "in_force")])], FIRST, AFTER)


def test_nothing_to_draw_is_said():
    assert "There is nothing to draw." in spells_picture("None", [], FIRST, AFTER)


@pytest.mark.parametrize(
    ("lives", "first", "after", "words"),
    [
        ([Life("a", [Spell(FIRST, AFTER, "ended")])], FIRST, AFTER, "'ended' is not a look"),
        ([], AFTER, FIRST, "not before the last"),
    ],
)
def test_what_cannot_be_drawn(lives, first, after, words):
    with pytest.raises(InputError, match=re.escape(words)):
        spells_picture("Wrong", lives, first, after)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=30), st.floats(-900, 900), st.floats(0, 900), st.sampled_from(["in_force", "suspended"])),
        max_size=6,
    )
)
def test_any_rows_make_a_sound_picture_within_the_sheet(rows):
    lives = [Life(name, [Spell(FIRST + a, FIRST + a + b, look, name)]) for name, a, b, look in rows]
    svg = spells_picture("Any", lives, FIRST, AFTER)
    for x, wide, _ in bars(svg):
        assert 0 <= x <= 960
        assert x + wide <= 960
    assert svg == spells_picture("Any", lives, FIRST, AFTER)
