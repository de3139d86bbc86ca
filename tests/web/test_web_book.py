"""The pages of the book: states, lives, comparisons, and what they link to."""

from __future__ import annotations

import csv
import io
import re

import pytest

from countermeasure.book.diff import diff_days, diff_readings
from countermeasure.book.load import Book
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.day import format_day, parse_day
from countermeasure.web.views.book_life import MOST, answer_life, bars_of
from countermeasure.web.views.book_state import Choice, answer_state

PAGES = (
    "/book", "/book?programme=cn_dual_use", "/book/on?side=CN", "/book/compare?a=2025-11-09&b=2025-11-11",
    "/book/instruments?q=fentanyl", "/book/provision/us-recip-cn", "/book/instrument/us-eo-14257", "/book/list/us-301-list-1",
)  # fmt: skip


@pytest.fixture(scope="module")
def book():
    return Book.shipped()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_with_its_stamp(client, address):
    found = client.get(address)
    assert found.status_code == 200
    assert found.text.count("<h1") == 1
    assert 'aria-label="What this stands on"' in found.text
    assert Book.shipped().hash[:12] in found.text


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_its_twins(client, address):
    path, mark, query = address.partition("?")
    as_json = client.get(f"{path}.json{mark}{query}")
    as_csv = client.get(f"{path}.csv{mark}{query}")
    assert as_json.status_code == as_csv.status_code == 200
    assert "answer" in as_json.json()
    rows = list(csv.reader(io.StringIO(as_csv.text)))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


def test_states_of_a_day_are_those_of_the_book(book):
    day = parse_day("2025-10-15")
    found = answer_state(book, day, None, Choice())
    for row in found.rows:
        for reading, said in ((Reading.TEXT, row.state), (Reading.ANNOUNCED, row.state_announced)):
            provision = book.replayed(None, reading).provisions.get(row.head.provision)
            expected = State.NOT_YET if provision is None else provision.state(day * DAY)
            assert said.split(" ")[0] == expected.value, row.head.provision
    everything = set(book.replayed(None, Reading.TEXT).provisions) | set(book.replayed(None, Reading.ANNOUNCED).provisions)
    assert {row.head.provision for row in found.rows} == everything


def test_choice_by_side_and_state_is_the_whole_cut_down(book):
    day = parse_day("2026-10-10")
    whole = answer_state(book, day, None, Choice()).rows
    chosen = answer_state(book, day, None, Choice(side="CN", state="suspended")).rows
    expected = [r for r in whole if r.head.side == "CN" and "suspended" in (r.state, r.state_announced)]
    assert chosen == tuple(expected)
    assert chosen


def test_knowledge_of_an_earlier_day_knows_less(book):
    early = answer_state(book, parse_day("2025-12-01"), parse_day("2025-01-01"), Choice())
    late = answer_state(book, parse_day("2025-12-01"), None, Choice())
    assert {r.head.provision for r in early.rows} < {r.head.provision for r in late.rows}


def test_bars_cover_exactly_the_days_in_force_and_suspended(book):
    for name in ("us-recip-cn", "cn-2025-61.1.1", "us-fentanyl"):
        provision = book.replayed(None, Reading.TEXT).provisions[name]
        bars = bars_of(provision)
        for day in range(parse_day("2025-01-01"), parse_day("2027-02-01"), 3):
            spell = provision.at(day * DAY)
            look = "collected" if spell.collected else spell.state.value
            here = [bar.look for bar in bars if bar.start <= day < bar.end]
            assert here == ([look] if look in ("collected", "in_force", "suspended") else []), (name, day)


def test_a_programme_lives_while_any_of_its_provisions_does(book):
    first, after, day = (parse_day(d) for d in ("2025-01-01", "2027-01-01", "2026-10-10"))
    found = answer_life(book, first, after, day, None, Choice())
    assert found.by_programme
    by_name = {life.name: life for life in found.lives}
    states = answer_state(book, day, None, Choice())
    for programme in ("cn_abroad", "s301_tech", "ieepa_reciprocal"):
        life = by_name[book.programmes[programme].name]
        drawn = [s.look for s in life.spells if s.start <= day < s.end]
        live = {r.state for r in states.rows if r.head.programme == programme and r.head.role in ("duty", "control")}
        assert (drawn == ["in_force"]) == ("in_force" in live)


def test_few_provisions_are_drawn_one_by_one_and_lead_to_their_pages(client, book):
    found = answer_life(
        book, *(parse_day(d) for d in ("2025-01-01", "2027-01-01", "2026-10-10")), None, Choice(programme="cn_abroad")
    )
    assert not found.by_programme
    assert len(found.lives) <= MOST
    for address in set(re.findall(r'href="(/book/provision/[^"]+)"', found.picture)):
        assert client.get(address).status_code == 200


def test_readings_that_differ_are_told_on_every_view(client):
    on = client.get("/book/on.json?on=2026-11-20&programme=cn_abroad").json()["provisions"]
    assert {(r["state"], r["state_announced"]) for r in on} == {("in_force", "suspended")}
    compared = client.get("/book/compare.json?a=2026-11-20&b=2026-11-20").json()
    assert compared["changes"] == []
    assert {r["provision"] for r in on} <= {c["provision"] for c in compared["readings_differ"]}
    page = client.get("/book/provision/cn-2025-61.1.1?on=2026-11-20").text
    assert "in force at the start of" in page
    assert "suspended where statements are" in page


def test_comparison_is_that_of_the_book(client, book):
    a, b = "2025-11-09", "2025-11-11"
    found = client.get(f"/book/compare.json?a={a}&b={b}").json()
    assert found["changes"] == [c.to_json() for c in diff_days(book, parse_day(a), parse_day(b))]
    assert found["readings_differ"] == [c.to_json() for c in diff_readings(book, parse_day(b))]
    assert {"us-fentanyl", "us-affiliates-el"} <= {c["provision"] for c in found["changes"]}


def test_readings_agree_where_nothing_was_only_said(book):
    """A statement touches a provision or it does not: readings differ exactly where states or bodies do."""
    day = parse_day("2025-06-01")
    spells = [book.state(day, None, reading) for reading in Reading]
    differ = {n for n in spells[0].keys() & spells[1].keys() if spells[0][n].state is not spells[1][n].state}
    assert differ <= {c.provision for c in diff_readings(book, day)}


def test_next_change_is_the_first_edge_after_the_day(client, book):
    stamp = client.get("/api/v1/book?on=2026-10-10&programme=cn_abroad").json()["stamp"]
    edges = [
        s.start // DAY
        for reading in Reading
        for p in book.replayed(None, reading).provisions.values()
        for s in p.spells
        if s.body and s.body.programme == "cn_abroad" and s.start > parse_day("2026-10-10") * DAY
    ]
    assert stamp["changes"][0]["on"] == format_day(min(edges))


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/book/on?side=XX&state=gone", 422, ("side", "US, CN", "state", "in_force")),
        ("/book?from=2026-13-01", 422, ("2026-13-01",)),
        ("/book?from=2026-10-01&to=2026-01-01", 422, ("not before", "earlier day first")),
        ("/book/compare?a=x&b=2026-01-01", 422, ("is not a day",)),
        ("/book/compare?a=2026-01-01&b=2026-01-02&reading=both", 422, ("not a reading", "text or announced")),
        ("/book/provision/us-recip-cx", 404, ("us-recip-cn", "Did you mean")),
        ("/book/instrument/us-eo-1425", 404, ("us-eo-14257",)),
        ("/book/list/nope", 404, ("no code list",)),
        ("/book/provision/us-recip-cn?known_on=2020-01-01", 404, ("published by 2020-01-01",)),
    ],
)
def test_questions_that_cannot_be_used(client, address, status, words):
    page = client.get(address)
    assert page.status_code == status
    assert all(word in page.text for word in words), page.text
    path, mark, query = address.partition("?")
    error = client.get(f"{path}.json{mark}{query}")
    assert error.status_code == status
    assert set(error.json()["error"]) == {"code", "message", "where", "cure"}


def test_a_page_with_a_wrong_question_keeps_its_form(client):
    page = client.get("/book/on?side=XX&q=graphite").text
    assert 'value="graphite"' in page
    assert 'role="alert"' in page


def test_names_are_escaped(client):
    page = client.get("/book/instruments?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_interface_and_twins_say_the_same(client):
    twin = client.get("/book/on.json?on=2026-10-10&side=US").json()
    api = client.get("/api/v1/book?on=2026-10-10&side=US").json()
    api.pop("stamp")
    assert api == twin
    assert client.get("/api/v1/book/provision/us-recip-cn").json() == client.get("/book/provision/us-recip-cn.json").json()
    assert client.get("/api/v1/book/instruments?q=14257").json()["instruments"][0]["instrument"] == "us-eo-14257"
    assert client.get("/api/v1/book/timeline?programme=cn_abroad&from=2025-01-01&to=2027-01-01").json()["by"] == "provision"
    assert client.get("/api/v1/book/list/us-301-list-1").json()["codes"]
    assert client.get("/api/v1/book?on=20261010").status_code == 422


def test_links_to_elsewhere_are_plain_and_send_nothing(client):
    page = client.get("/book/provision/us-recip-cn").text
    links = re.findall(r"<a [^>]*href=\"https?://[^>]*>", page)
    assert links
    assert all('rel="noreferrer noopener"' in one for one in links)
    assert not re.findall(r'(?:src|action)="https?://', page)


def test_flow_in_a_browser(tab, accessible):
    tab.goto("/book")
    tab.select_option("#f-programme", "cn_dual_use")
    tab.click("text=Show")
    tab.wait_for_url("**programme=cn_dual_use**")
    tab.wait_for_selector("figure.life svg a")
    accessible(tab)
    tab.locator("figure.life svg a").first.click()
    tab.wait_for_url("**/book/provision/**")
    accessible(tab)
    tab.locator("h2:has-text('Instruments behind it') + div a").first.click()
    tab.wait_for_url("**/book/instrument/**")
    accessible(tab)
    tab.goto("/book/compare?a=2025-11-09&b=2025-11-11")
    accessible(tab)
    tab.goto("/book/on?side=CN")
    accessible(tab)
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/book")
    page.select_option("#f-side", "CN")
    page.click("text=Show")
    page.wait_for_url("**side=CN**")
    assert page.locator("figure.life svg").count() == 1
    context.close()
    context = chromium.new_context(base_url=server, viewport={"width": 390, "height": 844})
    page = context.new_page()
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    context.close()
