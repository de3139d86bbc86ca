"""Today: what is in force, clocks, readings, averages, moves."""

import csv
import io
import re
from itertools import pairwise

import pytest

from countermeasure.book import Book, Reading
from countermeasure.book.model import DAY, State
from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty import DutyEngine
from countermeasure.io import build_averages
from countermeasure.scenario.duties import us_averages
from countermeasure.web.views.today import today_on
from countermeasure.web.views.today_averages import EVENTS, SERIES, Averages, Point, chart_spec

TRUCE = "2026-10-10"


@pytest.fixture(scope="module")
def found(app):
    return today_on(app.state.held, TRUCE)


def test_programmes_count_what_the_book_has_in_force(found) -> None:
    lives = Book.shipped().replayed(None, Reading.TEXT).provisions
    day = parse_day(TRUCE) * DAY
    for one in found.programmes:
        states = [lives[m.head.provision].state(day) for m in one.measures]
        assert one.in_force == states.count(State.IN_FORCE)
        assert one.suspended == states.count(State.SUSPENDED)
    kinds = {(p.side, p.kind) for p in found.programmes}
    assert kinds == {("US", "duty"), ("CN", "duty"), ("US", "control"), ("CN", "control")}


def test_only_duties_that_meet_the_other_side_are_listed(found) -> None:
    listed = {m.head.provision for p in found.of("US", "duty") for m in p.measures}
    assert "us-301-list-1" in listed
    assert "us-301-labour-cn" in listed
    assert not listed & {"us-301-brazil", "us-301-labour-flat-au", "us-338-ca-1"}


def test_the_truce_is_told_by_both_readings(found) -> None:
    """Statements of September 2026 extend the truce to 10 January 2027; no legal text of the extension is in the book."""
    words = {(s.programme, s.text, s.announced) for s in found.differ}
    assert ("China's answer to the reciprocal duties", "suspended until 2026-11-11", "suspended until 2027-01-11") in words
    assert ("EAR, affiliates of listed parties", "suspended until 2026-11-10", "suspended until 2027-01-11") in words
    ticks = [(format_day(c.on), t.reading) for c in found.clocks for t in c.ticks if t.ids and "reciprocal" in t.what]
    assert ticks == [("2026-11-11", "text"), ("2027-01-11", "announced")]


def test_clocks_are_changes_of_state_in_the_book(found) -> None:
    book = Book.shipped()
    lives = {
        "text": book.replayed(None, Reading.TEXT).provisions,
        "announced": book.replayed(None, Reading.ANNOUNCED).provisions,
    }
    assert [c.on for c in found.clocks] == sorted({c.on for c in found.clocks})
    for clock in found.clocks:
        assert clock.left == clock.on - found.on > 0
        for tick in clock.ticks:
            for name in tick.ids:
                for reading in [tick.reading] if tick.reading else lives:
                    life = lives[reading][name]
                    assert life.state((clock.on - 1) * DAY) is not life.state(clock.on * DAY), (name, reading)


def test_moves_are_those_of_the_record_up_to_the_day(app) -> None:
    past = today_on(app.state.held, "2025-10-31")
    assert past.events[0].day <= parse_day("2025-10-31")
    assert any("Busan" in e.what for e in past.events)
    assert [e.day for e in past.events] == sorted((e.day for e in past.events), reverse=True)
    seen = today_on(app.state.held, TRUCE, "seen")
    assert {e.verification for e in seen.events} == {"seen"}


def test_the_shipped_averages_are_those_of_the_engine() -> None:
    shipped = build_averages.shipped()
    engine = DutyEngine.shipped()
    if shipped.book != engine.compiled("US", Reading.TEXT).book_hash:
        pytest.skip("the book was changed since the averages were made: python -m countermeasure.io.build_averages")
    for text in ("2018-09-24", "2025-04-10", "2026-02-24"):
        day = parse_day(text)
        step = max((s for s in shipped.steps if s.on <= day), key=lambda s: s.on)
        told = us_averages(engine, day, Reading.TEXT)
        known = told.value > 0
        china = told.economies.index("CN")
        duty = (told.rate * told.value)[known].sum()
        assert duty / told.value[known].sum() == pytest.approx(step.world, abs=2e-5)
        mine = known[china]
        assert (told.rate[china] * told.value[china])[mine].sum() / told.value[china][mine].sum() == pytest.approx(
            step.china, abs=2e-5
        )


def test_the_averages_move_as_published_ones_do() -> None:
    """Against a run of another tracker (table of published averages): after each step within 6 points, weights differ."""
    steps = build_averages.shipped().steps
    for day, value in (
        ("2025-02-04", 0.2178),
        ("2025-03-04", 0.3170),
        ("2025-04-10", 1.1666),
        ("2025-11-10", 0.3462),
        ("2026-04-06", 0.2304),
    ):
        mine = max((s for s in steps if s.on <= parse_day(day)), key=lambda s: s.on).china
        assert mine == pytest.approx(value, abs=0.06), day


def test_tables_of_averages_go_round() -> None:
    shipped = build_averages.shipped()
    assert build_averages.read(build_averages.write(shipped), "x") == shipped
    with pytest.raises(ValueError, match="not a table of averages"):
        build_averages.read("# book: x\ndate,china,world\n2018-01-01,a,b\n", "x")


def test_the_chart_is_plain_data_with_steps_and_the_day() -> None:
    points = (
        Point("us_china", 10000, 0.1, "computed"),
        Point("us_china", 20500, 0.2, "computed"),
        Point("piie_us", 20000, 0.3, "printed"),
    )
    spec = chart_spec(Averages(points, 20550, "", False))
    lines = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    values = [v for v in lines["data"]["values"] if v["series"].startswith("US on China, this")]
    assert [v["rate"] for v in values] == [0.1, 0.2, 0.2]
    assert values[0]["day"] == "2018-01-01"  # the step before the first day is drawn from it on
    assert len([v for v in lines["data"]["values"] if "Peterson" in v["series"]]) == 1  # published lines end where they end
    assert lines["mark"]["interpolate"] == "step-after"
    assert spec["layer"][2]["data"]["values"] == [{"day": format_day(20550)}]


def test_labels_of_events_and_the_legend_lie_apart() -> None:
    spec = chart_spec(Averages((), 20736, "", False))
    labels = [e | {"right": layer["mark"]["baseline"] == "top"} for layer in spec["layer"][3:] for e in layer["data"]["values"]]
    labels.sort(key=lambda e: e["day"])
    assert [e["label"] for e in labels] == [label for _, label in EVENTS]
    for one, other in pairwise(labels):
        close = parse_day(other["day"]) - parse_day(one["day"]) < 150
        below = other["down"] >= one["down"] + 6 * len(one["label"]) or one["down"] >= other["down"] + 6 * len(other["label"])
        assert below or not close, (one, other)
    assert all(e["right"] == bool(e["down"]) for e in labels)


@pytest.mark.parametrize(("wide", "rows"), [(1280, 1), (1100, 1), (1060, 2), (390, 4)])
def test_the_legend_has_as_many_columns_as_fit(tab, wide, rows) -> None:
    tab.set_viewport_size({"width": wide, "height": 900})
    tab.goto("/?on=2026-10-10")
    tab.wait_for_selector(".chart-place svg .role-legend-label text")
    words = tab.locator(".chart-place svg .role-legend-label text")
    assert words.all_text_contents() == list(SERIES.values())
    boxes = [words.nth(n).bounding_box() for n in range(4)]
    assert len({round(box["y"]) for box in boxes}) == rows
    assert max(box["x"] + box["width"] for box in boxes) <= wide
    assert min(box["y"] for box in boxes) >= tab.locator(".chart-place svg").bounding_box()["y"], "no row is cut"


def test_the_page_says_it_and_its_twins_too(client) -> None:
    page = client.get(f"/?on={TRUCE}")
    assert page.status_code == 200
    for words in (
        "Next clocks",
        "Where the readings differ",
        "suspended until 2027-01-11",
        "Latest recorded moves",
        "Chinese export controls",
    ):
        assert words in page.text
    assert client.get("/").text.count(TRUCE) > 2  # today of the tests
    twin = client.get(f"/index.json?on={TRUCE}").json()
    assert twin["on"] == TRUCE
    assert twin == client.get(f"/api/v1/today?on={TRUCE}").json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"/index.csv?on={TRUCE}").text)))
    assert {r["side"] for r in rows} == {"US", "CN"}
    assert client.get(f"/index.csv?on={TRUCE}&sheet=clocks").text.startswith("on,days left")


@pytest.mark.parametrize(
    ("query", "words"),
    [("on=x", "is not a day"), ("on=1999-01-01", "lies outside the book"), ("confidence=sure", "is no confidence")],
)
def test_what_is_wrong_is_said(client, query, words) -> None:
    answer = client.get(f"/?{query}")
    assert answer.status_code == 422
    assert words in answer.text


def test_links_lead_somewhere(client) -> None:
    page = client.get(f"/?on={TRUCE}").text
    addresses = sorted(set(re.findall(r'href="(/(?:book|check|\?)[^"#]*)"', page)))
    assert len(addresses) > 30
    for address in addresses[::9]:
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_averages_of_an_earlier_book_are_called_so(client, app, monkeypatch) -> None:
    from dataclasses import replace

    held = app.state.held
    old = replace(build_averages.shipped(), book="an earlier one")
    monkeypatch.setattr("countermeasure.io.build_averages.shipped", lambda: old)
    monkeypatch.setattr("countermeasure.web.views.today_averages.cache_dir", lambda: None)
    held.forget_averages()
    text = client.get(f"/?on={TRUCE}").text
    held.forget_averages()
    assert "computed from an earlier state of the book" in text
    assert 'action="/averages"' in text


def test_in_a_browser_the_chart_is_drawn_and_nothing_is_asked_elsewhere(tab, accessible) -> None:
    tab.goto("/")
    tab.wait_for_selector(".chart-place svg")
    assert tab.locator(".chart-place svg path").count() > 4
    accessible(tab)
    tab.click("text=The figures")
    assert tab.is_visible("text=Average duties by day of change")
    tab.fill("#f-on", "2025-04-15")
    tab.click("form.ask button[type=submit]")
    tab.wait_for_url("**/?on=2025-04-15*")
    tab.wait_for_selector(".chart-place svg")
    assert tab.elsewhere == []
    assert tab.troubles == []


def test_the_page_is_quick_once_it_is_warm(client) -> None:
    from time import perf_counter

    client.get("/")
    took = []
    for _ in range(5):
        start = perf_counter()
        client.get("/")
        took.append(perf_counter() - start)
    assert min(took) < 0.2
