"""The pages of talks: the same answers as the analysis gives, labels first, chances kept apart."""

import pytest

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.talks.measures import status_quo_on
from countermeasure.talks.read import conflict_names, load_conflict
from countermeasure.talks.solve import solve
from countermeasure.talks.switches import load_switches

ASKS = ("solve", "state", "ways", "packages", "flip", "robust", "replay")


def test_every_model_is_listed(client):
    rows = client.get("/talks.json").json()["models"]
    assert {row["model"] for row in rows} == set(conflict_names())
    page = client.get("/talks").text
    assert all(f"/talks/{name}" in page for name in conflict_names())
    assert rows == client.get("/api/v1/talks/models").json()["models"]


@pytest.mark.parametrize("name", [n for n in conflict_names() if n != "garrison-diversion"])
def test_stable_states_are_those_of_the_analysis(client, name):
    answer = client.get(f"/talks/{name}.json").json()
    conflict = load_conflict(name)
    stability = solve(conflict)
    for notion in ("nash", "seq"):
        said = {row["state"] for row in answer["tables"]["equilibria"] if row[notion] == "yes"}
        assert said == {conflict.space.label(place) for place in stability.equilibria(notion)}


@pytest.mark.parametrize(
    ("day", "state"),
    [("2025-09-15", "0"), ("2025-09-30", "1"), ("2025-10-15", "5"), ("2025-11-15", "8")],
)
def test_the_state_of_a_day_is_that_of_the_book(client, day, state):
    answer = client.get("/talks/october-2025.json", params={"on": day}).json()
    assert answer["status_quo"] == state
    conflict = load_conflict("october-2025")
    switches = load_switches("october-2025", conflict)
    by_hand = status_quo_on(conflict, Book.shipped(), parse_day(day), Reading.TEXT, switches=switches)
    assert conflict.space.label(by_hand.place) == state
    assert [row["option"] for row in answer["tables"]["status_quo"]] == [o.id for o in conflict.options]


@pytest.mark.parametrize("ask", ASKS)
def test_every_question_says_first_what_it_is_and_what_is_assumed(client, ask):
    page = client.get(f"/talks/october-2025/{ask}")
    assert page.status_code == 200
    at = [
        page.text.index(words)
        for words in ("An analysis of assumed preferences, not a forecast.", "Assumed", "<h2>Answer</h2>")
    ]
    assert at == sorted(at)
    assert "no probability and no forecast" in page.text


@pytest.mark.parametrize("ask", ASKS)
def test_twins_and_interface_say_the_same(client, ask):
    query = {"on": "2025-10-15"} if ask not in ("robust", "replay") else {"last": "2026-01-01"}
    twin = client.get(f"/talks/october-2025/{ask}.json", params=query).json()
    assert twin == client.get(f"/api/v1/talks/october-2025/{ask}", params=query).json()
    assert client.get(f"/talks/october-2025/{ask}.csv", params=query).status_code == 200
    assert twin["answer"]


def test_a_graph_is_drawn_and_ids_are_its_own(client):
    page = client.get("/talks/october-2025", params={"on": "2025-10-15"}).text
    assert page.count("<svg") == 1
    assert "<style>" not in page


def test_packages_have_a_front(client):
    page = client.get("/talks/october-2025/packages", params={"state": "7"}).text
    assert "Ranks say what is better, not by how much" in page
    assert "<svg" in page


def test_the_record_walks_from_the_day_to_the_day(client):
    answer = client.get("/talks/october-2025/replay.json", params={"first": "2025-09-01", "last": "2025-12-01"}).json()
    assert answer["answer"].startswith("From 2025-09-01 to 2025-12-01")
    assert len(answer["tables"]["events"]) > 10


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/talks/nothing", 404, "there is no model"),
        ("/talks/..%2f..%2fetc%2fpasswd", 404, "there is no"),
        ("/talks/october-2025/win", 422, "ask: 'win' is not known"),
        ("/talks/october-2025/state?state=99", 422, "99"),
        ("/talks/october-2025?on=yesterday", 422, "on:"),
        ("/talks/october-2025?reading=both", 422, "use one of text, announced"),
        ("/talks/october-2025/robust?draws=0", 422, "from 1 to 5,000"),
        ("/talks/october-2025/robust?draws=9999999", 422, "from 1 to 5,000"),
        ("/talks/korea-2017?on=2025-01-01", 422, "no option of korea-2017 is a measure of the book"),
        ("/talks/korea-2017/replay", 422, "no option of korea-2017 is a measure of the book"),
        ("/talks/chicken/ways", 422, "names no status quo"),
        ("/talks/october-2025/packages?sign=FR", 422, "there is no party"),
        ("/talks/october-2025/replay?first=2026-01-01&last=2025-01-01", 422, "is before"),
        ("/talks/chances?on=2025-13-01", 422, "2025-13-01"),
        ("/talks/chances?reading=loud", 422, "loud"),
    ],
)
def test_questions_that_cannot_be_used(client, address, status, words):
    page = client.get(address)
    assert page.status_code == status
    assert words in page.text.replace("&#39;", "'")


def test_base_rates_are_counts_and_no_model_is_shown_that_has_not_earned_it(client):
    answer = client.get("/talks/chances.json", params={"on": "2026-10-10"}).json()
    assert answer == client.get("/api/v1/talks/chances", params={"on": "2026-10-10"}).json()
    assert answer["questions"]
    for row in answer["questions"]:
        assert row["base_rate"] == pytest.approx((row["happened"] + 1) / (row["windows"] + 2), abs=1e-4)
    page = client.get("/talks/chances", params={"on": "2026-10-10"}).text
    if all(row["models_shown"] == "none" for row in answer["questions"]):
        assert "No model has earned to be shown" in page
    assert "do not enter here" in page


def test_chances_know_nothing_of_later_days(client):
    early = client.get("/talks/chances.json", params={"on": "2025-06-01"}).json()["questions"]
    late = client.get("/talks/chances.json", params={"on": "2026-06-01"}).json()["questions"]
    windows = {row["question"]: row["windows"] for row in late}
    assert early
    assert all(row["windows"] <= windows.get(row["question"], row["windows"]) for row in early)


def test_flow_in_a_browser(tab, accessible):
    tab.goto("/talks")
    accessible(tab)
    tab.click("text=October 2025: 50 % rule")
    tab.fill("#f-on", "2025-10-15")
    tab.click("button:has-text('Ask')")
    tab.wait_for_selector("#answer:has-text('2025-10-15')")
    tab.wait_for_url("**on=2025-10-15**")
    accessible(tab)
    tab.click(".tabs >> text=Packages")
    tab.wait_for_selector("#answer:has-text('What could be traded')")
    assert "US drops affiliates" in tab.text_content("#answer .lead")
    tab.goto("/talks/chances")
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, java_script_enabled=False, viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto("/talks/october-2025/flip?on=2025-11-15")
    page.select_option("#f-notion", "nash")
    page.click("button:has-text('Ask')")
    page.wait_for_url("**notion=nash**")
    assert page.text_content("#answer .lead")
    context.close()
    context = chromium.new_context(base_url=server, viewport={"width": 380, "height": 800})
    page = context.new_page()
    for address in ("/talks", "/talks/october-2025/replay", "/talks/chances"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 380, address
    context.close()
