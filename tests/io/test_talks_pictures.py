"""Talks as pictures and folders: every state, event and package told, none lying on another, assumptions first."""

import csv
import json
import math
import re
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.io.pictures import Clock, Moment, front_picture, state_graph, timeline_picture
from countermeasure.io.pictures.canvas import width_of
from countermeasure.io.pictures.scatter import front_of
from countermeasure.io.pictures.stategraph import KINDS, MOST_STATES, strongest
from countermeasure.io.report_folder import write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section
from countermeasure.io.talks_files import LIMITS, Picture, TalksReport, talks_json, write_talks
from countermeasure.io.talks_pictures import conflict_picture, record_picture, settings_picture
from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.moves import improvements
from countermeasure.talks.solve import solve
from countermeasure.talks.timeline import Event

SVG = "{http://www.w3.org/2000/svg}"
words = st.text(max_size=60)


def read(svg):
    """Parse a picture and check what every picture must keep."""
    root = ET.fromstring(svg)  # noqa: S314
    height = float(root.get("viewBox").split()[3])
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert root.get("aria-labelledby").split() == [root.find(SVG + "title").get("id"), root.find(SVG + "desc").get("id")]
    assert root.find(SVG + "desc").text
    assert not list(root.iter(SVG + "script"))
    assert "@media screen and (prefers-color-scheme:dark)" in svg
    for element in root.iter():
        shape = {k: v for k, v in element.attrib.items() if k in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d")}
        assert not re.search(r"nan|inf|e[+-]\d", " ".join(shape.values())), element.attrib
        for across in ("x", "x1", "x2", "cx"):
            assert -1 <= float(element.get(across, 0)) <= 961
        for down in ("y", "y1", "y2", "cy"):
            assert -1 <= float(element.get(down, 0)) <= height + 1
        assert float(element.get("font-size", 12) if element.tag != SVG + "svg" else 12) >= 12
    no_word_lies_on_another(root, height)
    return root


def no_word_lies_on_another(root, height):
    boxes = []
    for e in root.iter(SVG + "text"):
        text, size = "".join(e.itertext()), float(e.get("font-size"))
        bold = e.get("font-weight") == "600"
        # The estimate of widths is wide of the mark for bold and generous for all: what may touch is let off.
        wide = width_of(text, size, bold=bold) * 0.96
        x, y = float(e.get("x")), float(e.get("y"))
        left = {"end": x - wide, "middle": x - wide / 2}.get(e.get("text-anchor"), x)
        assert left >= -2, text
        assert left + wide <= 968, text
        boxes.append((left, y - 9, left + wide, y + 2, text))
    for n, (a, b, c, d, text) in enumerate(boxes):
        for e, f, g, h, other in boxes[:n]:
            assert not (a < g - 1 and e < c - 1 and b < h - 1 and f < d - 1), (text, other)


def texts(root):
    return ["".join(e.itertext()) for e in root.iter(SVG + "text")]


def titles(root):
    return [e.find(SVG + "title").text for e in root.iter() if e.tag != SVG + "svg" and e.find(SVG + "title") is not None]


# ------------------------------------------------------------------------------------------------ graphs of states


@st.composite
def graphs(draw):
    count = draw(st.integers(0, MOST_STATES + 3))
    states = draw(st.lists(st.tuples(words, words), min_size=count, max_size=count))
    if not count:
        return states, [], None, {}
    place = st.integers(0, count - 1)
    arcs = draw(st.lists(st.tuples(place, place, words, st.sampled_from(KINDS)), max_size=30))
    stable = draw(st.dictionaries(place, st.lists(st.sampled_from(["nash", "seq", "smr", "gmr", "other"]), max_size=4)))
    return states, arcs, draw(st.none() | place), stable


@settings(deadline=None)
@given(graphs(), words)
def test_graphs_take_anything(graph, title):
    states, arcs, today, stable = graph
    svg = state_graph(title, states, arcs, status_quo=today, stable=stable)
    read(svg)
    assert svg == state_graph(title, states, arcs, status_quo=today, stable=stable)


def cube(bits):
    labels = [(str(n), ", ".join(f"option {j}" for j in range(bits) if n >> j & 1)) for n in range(1 << bits)]
    arcs = [(n, n ^ 1 << j, "US" if j % 2 else "CN", KINDS[j % 3]) for n in range(1 << bits) for j in range(bits)]
    return labels, arcs


def test_a_graph_tells_moves_today_and_what_is_stable():
    states, arcs = cube(3)
    root = read(state_graph("t", states, arcs, status_quo=2, stable={2: ("gmr", "seq"), 5: ("gmr", "nash")}))
    seen = texts(root)
    assert "2 option 1" in seen
    assert "0 no option taken" in seen
    assert "status quo, SEQ, GMR" in seen
    assert "Nash, GMR" in seen
    assert {"US moves", "CN moves", "better for the mover", "answers, at no gain to the mover", "other move"} <= set(seen)
    assert "CN, improvement: from 0 {none} to 1 {option 0}" in titles(root)
    desc = root.find(SVG + "desc").text
    assert "Status quo: 2 {option 1}." in desc
    assert "Nash: 5 {option 0, option 2}." in desc
    assert "From the status quo CN gains by going to 3 {option 0, option 1}." in desc


def test_kinds_of_arcs_and_strength_of_states_differ_without_colour():
    states, arcs = cube(3)
    root = read(state_graph("t", states, arcs, stable={0: ["nash"], 1: ["seq"], 2: ["gmr"]}))
    dashes = {}
    for path in root.iter(SVG + "path"):
        said = path.find(SVG + "title")
        if said is not None and path.get("d").count("Q"):
            dashes[said.text.split(":")[0].split(", ")[1]] = path.get("stroke-dasharray")
    assert len(set(dashes.values())) == len(dashes) == 3
    rings = {(p.get("stroke-width"), p.get("stroke-dasharray")) for p in root.iter(SVG + "path") if " a 8 8 " in p.get("d")}
    assert rings == {("3", None), ("2", None), ("1.2", "2 2")}


def test_a_state_keeps_its_place_whatever_moves_there_are():
    states, arcs = cube(4)

    def dots(svg):
        return [(e.get("cx"), e.get("cy")) for e in read(svg).iter(SVG + "circle") if e.get("r") == "11"]

    assert dots(state_graph("t", states, arcs)) == dots(state_graph("t", states, arcs[:3]))


def test_forty_states_are_drawn_and_one_more_are_listed():
    states = [(str(n), "one, two, three") for n in range(MOST_STATES + 1)]
    drawn = read(state_graph("t", states[:-1], [], stable={3: ["nash"]}))
    assert len([e for e in drawn.iter(SVG + "circle") if e.get("r") == "11"]) == MOST_STATES
    arcs = [(7, 3, "US", "improvement"), (7, 4, "US", "improvement"), (7, 5, "CN", "improvement"), (7, 6, "CN", "sanction")]
    listed = read(state_graph("t", states, arcs, status_quo=7, stable={2: ["gmr"], 3: ["seq"], 9: ["nash", "gmr"]}))
    seen = texts(listed)
    assert any("41 states are too many to draw as a graph" in t for t in seen)
    rows = [t for t in seen if t in ("7", "9", "3", "2")]
    assert rows == ["7", "9", "3", "2"]
    assert "US 2, CN 1" in seen
    many = {n: ["gmr"] for n in range(60)}
    told = texts(read(state_graph("t", [("s", "w")] * 100, [], stable=many)))
    assert "40 of 60 are shown; the table of states has all." in told
    assert "No state is stable." in texts(read(state_graph("t", states, [])))


def test_the_strongest_come_first():
    assert strongest({4: ["gmr"], 1: ["seq", "gmr"], 3: ["nash"], 2: ["smr"]}, 9) == [9, 3, 1, 2, 4]
    assert strongest({4: ["GMR"], 1: ["SEQ"]}) == [1, 4]


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: state_graph("t", [("0", "")], [(0, 1, "US", "improvement")]), "place 1 is not among 1 states"),
        (lambda: state_graph("t", [("0", "")], [], status_quo=-1), "place -1"),
        (lambda: state_graph("t", [("0", "")], [(0, 0, "US", "leap")]), "'leap'"),
        (lambda: timeline_picture("t", [Moment("soon", "US", "x")]), "'soon' is no day"),
        (lambda: timeline_picture("t", [], clocks=[Clock("pause", "2025-08-12", "2025-05-14")]), "before it starts"),
        (lambda: front_picture("t", [("a", 1, 2)], ("US",), ("%", "%")), "1 names and 2 units"),
        (lambda: front_picture("t", [("a", "much", 2)], ("US", "CN"), ("%", "%")), "what is not a number"),
    ],
)
def test_what_does_not_fit_is_refused(draw, said):
    with pytest.raises(InputError, match=said):
        draw()


# ------------------------------------------------------------------------------------------------ timelines

moments = st.builds(
    Moment,
    st.dates().map(str),
    st.sampled_from(["US", "CN", "EU", "JP", "NL", "G7", "KR", "", "<b>"]),
    words,
    st.integers(-2, 2),
    st.sampled_from(["a", "b", "c", ""]),
    st.lists(st.sampled_from(["a", "b", "z"]), max_size=2).map(tuple),
    st.floats(-1, 1),
)
near = st.dates(min_value=np.datetime64("2025-01-01").item(), max_value=np.datetime64("2025-12-31").item()).map(str)


@settings(deadline=None)
@given(st.lists(moments, max_size=20), st.lists(st.tuples(words, st.dates()), max_size=3), words)
def test_timelines_take_anything(events, clocks, title):
    bars = [Clock(said, str(day), "" if n % 2 else str(day)) for n, (said, day) in enumerate(clocks)]
    svg = timeline_picture(title, events, clocks=bars)
    read(svg)
    assert svg == timeline_picture(title, events, clocks=bars)


@settings(deadline=None)
@given(st.lists(st.tuples(near, st.sampled_from(["US", "CN"]), words, st.integers(-1, 1)), min_size=1, max_size=60))
def test_a_crowded_year_keeps_its_words_apart(rows):
    root = read(timeline_picture("t", [Moment(*row) for row in rows]))
    said = root.find(SVG + "desc").text
    assert f"{sum(a == 'US' for _, a, *_ in rows)} events" in said or not any(a == "US" for _, a, *_ in rows)


def test_days_lie_on_a_true_scale_and_directions_on_their_sides():
    days = ["2025-04-02", "2025-04-12", "2025-05-12"]
    events = [Moment(days[0], "US", "up", 1), Moment(days[1], "US", "back", -1), Moment(days[2], "US", "meet", 0)]
    root = read(timeline_picture("t", events))
    place = {}
    for e in root.iter():
        said = e.find(SVG + "title")
        if said is not None and said.text.startswith("2025"):
            at = e.get("cx") or re.match(r"M ([\d.]+)", e.get("d")).group(1)
            down = e.get("cy") or re.match(r"M [\d.]+ ([\d.]+)", e.get("d")).group(1)
            place[said.text[:10]] = (float(at) + (5.5 if e.get("d") else 0), float(down))
    x = [place[d][0] for d in days]
    assert (x[2] - x[1]) / (x[1] - x[0]) == pytest.approx(3, rel=0.01)
    assert place[days[0]][1] < place[days[2]][1] < place[days[1]][1]


def test_answers_and_clocks_are_told():
    events = [Moment("2025-04-02", "US", "duties", 1, "T1"), Moment("2025-04-04", "CN", "duties too", 1, "T2", ("T1", "T0"))]
    clocks = [Clock("pause", "2025-04-03", "2025-12-31"), Clock("licences", "2025-04-03")]
    root = read(timeline_picture("t", events, clocks=clocks, notes=["A note."]))
    seen = texts(root)
    assert "duties too answers duties after 2 days" in titles(root)
    assert "Answers to events that are not in the picture: 1." in seen
    assert any(t.startswith("pause, to 2025-12-31") for t in seen)
    assert any(t.startswith("licences, no end given") for t in seen)
    assert "A note." in seen
    assert {"step up", "answers", "runs"} <= set(seen)
    assert "step back" not in seen


def test_clocks_that_run_before_or_after_the_events_are_words_alone():
    events = [Moment("2025-04-02", "US", "duties", 1), Moment("2025-06-02", "US", "duties", 1)]
    clocks = [
        Clock("early", "2020-01-01", "2020-02-01"),
        Clock("late", "2026-11-10", "2027-01-10"),
        Clock("long", "2020-01-01"),
    ]
    root = read(timeline_picture("t", events, clocks=clocks))
    seen = texts(root)
    assert "← early, from 2020-01-01 to 2020-02-01" in seen
    assert "late, from 2026-11-10 to 2027-01-10 →" in seen
    assert [t for t in titles(root) if t.startswith(("early", "late", "long"))] == ["long, no end given, from 2020-01-01"]


def test_what_has_no_room_is_counted_and_weight_decides():
    events = [Moment("2025-04-02", "US", f"measure number {n}", 1, weight=n == 7) for n in range(30)]
    root = read(timeline_picture("t", events))
    shown = [t for t in texts(root) if t.startswith("2 Apr measure")]
    assert any("number 7" in t for t in shown)
    assert f"Events without room for words, which show under the pointer: {30 - len(shown)} of 30." in texts(root)
    assert len([t for t in titles(root) if "measure number" in t]) == 30


def test_many_actors_share_a_lane():
    events = [Moment(f"2025-04-{n + 1:02d}", f"A{n % 9}", "x", 1) for n in range(18)]
    assert any(
        t.startswith("The lane of others holds 4 actors: A5, A6, A7, A8.") for t in texts(read(timeline_picture("t", events)))
    )


def test_a_record_leaves_out_what_has_no_day():
    row = Event(
        "T1", 20180, "day", ("US",), "tariff", "duties", None, "", ("CN",), "effective", None, None, 1, "", "", "", "seen"
    )
    vague = Event(
        "T2",
        20170,
        "month",
        ("CN",),
        "control",
        "licences",
        None,
        "",
        ("US",),
        "effective",
        None,
        None,
        1,
        "T1",
        "",
        "",
        "seen",
    )
    seen = texts(read(record_picture("t", [row, vague])))
    assert "Events without a day, which are not drawn: 1 of 2." in seen
    assert "CN" not in seen
    assert "There are no events to draw. Events without a day, which are not drawn: 1 of 1." in texts(
        read(record_picture("t", [vague]))
    )


# ------------------------------------------------------------------------------------------------ fronts

gains = st.floats(-1e3, 1e3) | st.none() | st.floats(allow_nan=True, allow_infinity=True)


@settings(deadline=None)
@given(
    st.lists(st.tuples(words, gains, gains), max_size=25), st.sampled_from(["%", "billion USD", "<&>"]), st.booleans(), words
)
def test_fronts_take_anything(points, unit, joined, title):
    svg = front_picture(title, points, ("US", "China"), (unit, unit), joined=joined)
    read(svg)
    assert svg == front_picture(title, points, ("US", "China"), (unit, unit), joined=joined)


@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), max_size=20))
def test_nothing_beats_the_front(points):
    grid = np.array(points, dtype=float).reshape(-1, 2)
    kept = front_of(grid)
    for n, (a, b) in enumerate(points):
        beaten = any(c >= a and d >= b and (c, d) != (a, b) for c, d in points)
        assert kept[n] == (not beaten)


def test_a_front_tells_gains_status_quo_and_what_is_left_out():
    points = [("ease", 0.01, 0.005), ("trade", 0.004, 0.02), ("worse", -0.002, 0.001), ("unknown", None, 0.1)]
    root = read(front_picture("t", points, ("United States", "China"), ("% of income", "% of income")))
    seen = texts(root)
    assert {"ease", "trade", "worse", "status quo"} <= set(seen)
    assert "gain of United States, % of income" in seen
    assert "Packages without a gain for both, which are not drawn: 1 of 4." in seen
    assert "ease: United States 1 % of income, China 0.5 % of income" in titles(root)
    desc = root.find(SVG + "desc").text
    assert "3 packages, 2 of them better for both than the status quo" in desc
    assert "worse:" not in desc


def test_a_front_has_steps_unless_packages_mix():
    points = [("a", 1, 3), ("b", 2, 2), ("c", 3, 1)]

    def line(joined):
        root = read(front_picture("t", points, ("US", "CN"), ("bn", "bn"), joined=joined))
        way = next(p.get("d") for p in root.iter(SVG + "path") if p.get("stroke-opacity") == ".8")
        return [tuple(map(float, pair.split())) for pair in re.findall(r"[\d.]+ [\d.]+", way)]

    assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(line(joined=False)))
    assert len(line(joined=True)) == 3


def test_settings_that_mix_are_joined():
    grid = SimpleNamespace(parties=("US", "CN"))
    made = [SimpleNamespace(grid=grid, settings={"points": 10 * n, "share": 0.5}, gains=(n, 3 - n)) for n in (1, 2)]
    root = read(settings_picture("t", made, "billion USD"))
    assert {"points 10, share 0.5", "points 20, share 0.5", "gain of CN, billion USD"} <= set(texts(root))
    assert not any("steps" in t for t in texts(root))
    assert "There are no packages to draw." in texts(read(settings_picture("t", [], "")))


def test_large_numbers_keep_to_the_sheet():
    root = read(front_picture("t", [("a", 8e11, 7e11), ("b", -3e11, 9e11)], ("US", "CN"), ("%", "%")))
    assert "0" in texts(root)


def test_nothing_to_draw_is_said_in_words():
    assert "There are no states to draw." in texts(read(state_graph("t", [], [])))
    assert "There are no events to draw." in texts(read(timeline_picture("t", [])))
    assert "There are no packages to draw." in texts(read(front_picture("t", [("a", math.nan, 1)], ("US", "CN"), ("", ""))))


# ------------------------------------------------------------------------------------------------ conflicts and folders


def dilemma():
    parties = (Party("A", "First"), Party("B", "Second"))
    options = (Option("a", "A yields", 0), Option("b", "B yields", 1))
    space = StateSpace(2, np.arange(4))
    ranks = [np.array(r, dtype=np.int32) for r in ([1, 0, 3, 2], [1, 3, 0, 2])]
    return Conflict("pd", "Dilemma", parties, options, space, tuple(Preference(r) for r in ranks), status_quo=0)


def test_a_conflict_is_drawn_with_all_improvements_and_the_answers_it_rests_on():
    conflict = dilemma()
    root = read(conflict_picture(conflict, solve(conflict)))
    said = titles(root)
    for place in range(4):
        for party in range(2):
            for end in improvements(conflict, party, place).tolist():
                name = conflict.parties[party].name
                assert any(t.startswith(f"{name}, improvement: from {conflict.space.label(place)} ") for t in said), (
                    place,
                    end,
                )
    assert "00 {none}: status quo, Nash, SEQ, SMR, GMR" in said
    assert "Dilemma" in texts(root)


def test_answers_against_own_interest_are_dashed():
    """Chicken: 11 is stable only since the other could answer, though at a loss."""
    base = dilemma()
    ranks = [np.array(r, dtype=np.int32) for r in ([0, 1, 3, 2], [0, 3, 1, 2])]
    conflict = Conflict("c", "Chicken", base.parties, base.options, base.space, tuple(Preference(r) for r in ranks))
    said = titles(read(conflict_picture(conflict, solve(conflict), "Other title")))
    assert "Second, sanction: from 01 {b} to 00 {none}" in said
    assert "First, sanction: from 10 {a} to 00 {none}" in said


def test_a_large_conflict_becomes_a_list():
    bits = 10
    parties = (Party("A", "First"), Party("B", "Second"))
    options = tuple(Option(f"o{j}", f"option {j}", j % 2) for j in range(bits))
    rng = np.random.default_rng(1)
    prefs = tuple(Preference(rng.permutation(1 << bits).astype(np.int32)) for _ in parties)
    conflict = Conflict("big", "Big", parties, options, StateSpace(bits, np.arange(1 << bits)), prefs, status_quo=5)
    root = read(conflict_picture(conflict, solve(conflict)))
    assert any("1,024 states are too many" in t for t in texts(root))
    assert any(re.fullmatch(r"First \d+(, Second \d+)?", t) for t in texts(root))


STATES = Sheet("states", "States", ("state", "options", "rank_A"), (("00", "none", 1), ("11", "a, b", np.int64(2))))
SHARES = Sheet("robust", "Robustness, share of draws", ("state", "share"), (("00", 0.75), ("11", math.nan)))


def report(**more):
    conflict = dilemma()
    svg = conflict_picture(conflict, solve(conflict))
    given_ = {
        "title": "Dilemma",
        "closing": "Neither side yields, since each gains by not yielding whatever the other does.",
        "about": "Two prisoners.",
        "sheets": [STATES, SHARES],
        "sentences": {"states": "State 00 is stable & stays so.", "robust": "In three of four draws."},
        "pictures": [Picture("graph", "Who would move", svg, "states")],
        "assumptions": [("ranking of A", "01 > 11 > 00 > 10", "U", "textbook example")],
        "sources": [("Fang, Hipel and Kilgour (1993)", "")],
        "stamp": [("semantics", "legal_sequence")],
        "found": {"seed": np.int32(7)},
    }
    return TalksReport(**{**given_, **more})


def test_a_report_is_a_folder(tmp_path):
    folder = tmp_path / "new" / "talks"
    written = write_talks(folder, report())
    assert [p.name for p in written] == [
        "states.csv", "states.parquet", "robust.csv", "robust.parquet", "outcome.json", "graph.svg", "report.html",
    ]  # fmt: skip
    with (folder / "states.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [["00", "none", "1"], ["11", "a, b", "2"]]
    assert pq.read_table(folder / "robust.parquet").num_rows == 2
    read((folder / "graph.svg").read_text("utf-8"))

    def refuse(word):
        raise AssertionError(word)

    kept = json.loads((folder / "outcome.json").read_text("utf-8"), parse_constant=refuse)
    assert kept == talks_json(report())
    assert kept["tables"]["robust"][1] == {"state": "11", "share": None}
    assert kept["tables"]["states"][1]["rank_A"] == 2
    assert kept["seed"] == 7
    assert kept["limits"] == list(LIMITS)
    before = {p: p.read_bytes() for p in written}
    write_talks(folder, report())
    assert before == {p: p.read_bytes() for p in written}


def test_the_page_begins_with_what_is_assumed_and_ends_with_the_answer(tmp_path):
    page = write_talks(tmp_path, report())[-1].read_text("utf-8")
    body = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<body>")[1])).strip()
    assert body.endswith("Neither side yields, since each gains by not yielding whatever the other does.")
    assert body.count("Neither side yields") == 1
    order = [
        body.index(w) for w in ("Two prisoners.", "Assumed", "ranking of A", "Who would move", "Robustness", "not a forecast")
    ]
    assert order == sorted(order)
    assert "State 00 is stable &amp; stays so." in page
    assert "A simulation" not in page
    assert "<script" not in page


def test_long_tables_are_cut_on_the_page_only(tmp_path):
    long = Sheet("states", "States", ("state",), tuple((str(n),) for n in range(1000)))
    files = write_talks(tmp_path, report(sheets=[long], sentences={}))
    assert "The table shows 400 of 1,000 rows; states.csv has all." in files[-1].read_text("utf-8")
    assert pq.read_table(tmp_path / "states.parquet").num_rows == 1000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sheets": [STATES, SHARES, STATES]}, "two tables are called 'states'"),
        ({"pictures": [Picture("graph", "t", "<svg></svg>", "nowhere")]}, "there is no sheet 'nowhere'"),
        ({"sentences": {"else": "x"}}, "sentences of 'else' belong to no sheet"),
        ({"assumptions": [("a", "b", "Z", "c")]}, "confidence 'Z'"),
    ],
)
def test_a_report_that_does_not_hold_together_writes_nothing(tmp_path, more, said):
    with pytest.raises(InputError, match=said):
        write_talks(tmp_path / "out", report(**more))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_text("x", "utf-8")
    with pytest.raises(InputError, match="cannot be made") as caught:
        write_talks(path, report())
    assert "Give another folder" in str(caught.value.cure)
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be written"):
        write_talks(tmp_path / "out", report())


def test_any_study_may_use_the_folder(tmp_path):
    meta = Meta("t", "The answer.", assumptions=[Assumption("a", "1", "A", "s")])
    grid = Grid(STATES.columns, list(STATES.rows))
    files = write_report(tmp_path, sheets=[STATES], pictures={}, meta=meta, sections=[Section("s", table=grid)], found={"x": 1})
    assert [p.name for p in files] == ["states.csv", "states.parquet", "outcome.json", "report.html"]
    page = files[-1].read_text("utf-8")
    assert page.index("The answer.") < page.index("Assumed")
    assert "A simulation with uncertain inputs, not a forecast." in page
