"""The pages of trade: scenarios solved as by the engine itself, games as runs, questions that cannot be used."""

import math
import re
import time

import pytest

from countermeasure.scenario import load_trade_scenario, run_trade, trade_scenario_names


def ended(client, location, seconds=90):
    """A run, after it is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = client.get(f"{location}.json").json()
        if job["state"] in ("done", "failed", "cancelled", "lost"):
            return job
        time.sleep(0.1)
    raise AssertionError("the run does not end")


def welfare(answer):
    return {row["economy"]: row["real_income_pct"] for row in answer["tables"]["economies"]}


@pytest.mark.parametrize("name", ["no-deal-157", "united-front"])
def test_a_scenario_is_solved_as_by_the_engine(client, name):
    answer = client.get("/trade.json", params={"scenario": name}).json()
    found = run_trade(load_trade_scenario(name)).found
    for place, code in enumerate(found.baseline.countries):
        assert welfare(answer)[code] == pytest.approx(100 * (found.real_income[place] - 1), abs=1e-3)
    assert answer["stamp"]["scenario"] == name


def test_page_twins_and_interface_say_the_same(client):
    query = {"scenario": "united-front", "horizon": "1"}
    twin, api = client.get("/trade.json", params=query).json(), client.get("/api/v1/trade", params=query).json()
    assert twin == api
    page = client.get("/trade", params=query)
    assert page.status_code == 200
    for words in ("Assumed", "<dt>book</dt>", "What this does not say", "All tables"):
        assert words in page.text
    assert page.text.index("Assumed") < page.text.index("<h2>Answer</h2>")
    table = client.get("/trade.csv", params=query).text.splitlines()
    assert table[0].startswith("economy,real_income_pct")
    assert len(table) == 1 + len(twin["tables"]["economies"])


def test_points_that_are_added_are_a_change_of_the_scenario(client):
    from dataclasses import replace

    scenario = load_trade_scenario("united-front")
    row = {"importers": ["US"], "origins": ["CN"], "sectors": ["goods"], "add_tariff": "0.1", "ban": "no", "why": ""}
    row |= dict.fromkeys(("set_tariff", "set_export_tax", "friction"))
    by_hand = run_trade(replace(scenario, changes=(*scenario.changes, row))).found
    answer = client.get("/trade.json", params={"scenario": "united-front", "added": "10"}).json()
    place = by_hand.baseline.countries.index("US")
    assert welfare(answer)["US"] == pytest.approx(100 * (by_hand.real_income[place] - 1), abs=1e-3)
    assert any("add tariff 0.1" in row["value"] for row in answer["assumptions"])


def test_adding_nothing_changes_nothing(client):
    plain, zero = (client.get("/trade.json", params={"scenario": "united-front", "added": a}).json() for a in ("", "0"))
    assert plain["tables"] == zero["tables"]


def test_more_points_mean_less_trade_of_the_two(client):
    sold = []
    for added in ("0", "25", "100"):
        answer = client.get("/trade.json", params={"scenario": "united-front", "added": added}).json()
        sold.append(next(r["after"] for r in answer["tables"]["matrix"] if (r["origin"], r["importer"]) == ("CN", "US")))
    assert sold[0] > sold[1] > sold[2] > 0


def test_a_day_of_knowledge_before_the_scenario_leaves_its_instrument_out(client):
    page = client.get("/trade", params={"scenario": "no-deal-157", "known_on": "2025-09-30"})
    assert "no-deal-2025-11-01 is published after 2025-09-30" in page.text
    page = client.get("/trade", params={"scenario": "united-front", "known_on": "2025-09-30"})
    assert "so that the day of knowledge changes nothing" in page.text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"scenario": "../secret"}, 404, "there is no trade scenario"),
        ({"horizon": "soon"}, 422, "write a number from 0 to 50, or long"),
        ({"horizon": "nan"}, 422, "horizon"),
        ({"horizon": "51"}, 422, "horizon"),
        ({"added": "1e9"}, 422, "write a number from -100 to 1000"),
        ({"closure": "open"}, 422, "use one of nominal, world, balanced"),
        ({"known_on": "2025-02-30"}, 422, "known_on"),
        ({"scenario": "x" * 60}, 422, "40 characters"),
    ],
)
def test_questions_that_cannot_be_used(client, query, status, words):
    page, twin = client.get("/trade", params=query), client.get("/trade.json", params=query)
    assert page.status_code == twin.status_code == status
    assert words in page.text.replace("&#39;", "'")
    assert words in twin.json()["error"]["message"]


def test_all_faults_come_in_one_go(client):
    message = client.get("/trade.json", params={"horizon": "x", "added": "y", "closure": "z"}).json()["error"]["message"]
    assert len(message.splitlines()) == 3


def test_a_wrong_question_keeps_its_form(client):
    page = client.get("/trade", params={"scenario": "united-front", "added": '"><script>'})
    assert 'value="&#34;&gt;&lt;script&gt;"' in page.text
    assert '"><script>' not in page.text


def test_every_scenario_is_listed(client):
    page = client.get("/trade").text
    names = {one["id"] for one in client.get("/api/v1/trade/scenarios").json()["scenarios"]}
    assert names == set(trade_scenario_names())
    assert all(f"scenario={name}" in page for name in names)


def test_a_warm_page_is_fast(client):
    client.get("/trade")
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        client.get("/trade")
        best = min(best, time.perf_counter() - start)
    assert best < 0.2


def test_a_game_is_a_run_with_an_address_of_its_own(client):
    from countermeasure.scenario import game_setting, play_best

    form = {
        "game": "best",
        "who": "US",
        "against": "CN",
        "scenario": "",
        "horizon": "3",
        "closure": "balanced",
        "tools": "tariff",
    }
    sent = client.post("/trade/game", data=form)
    assert sent.status_code == 303
    job = ended(client, sent.headers["location"])
    assert job["state"] == "done", job
    page, answer = client.get(job["result"]), client.get(job["result"].replace("?", ".json?")).json()
    assert "Best rates of US" in page.text
    assert answer["answer"] == play_best(game_setting(None, years=3.0), ["US"], ["CN"]).says()
    assert client.get(f"/api/v1/trade/games/{job['id']}").json() == answer
    again = client.post("/trade/game", data=form)
    assert again.headers["location"] == sent.headers["location"], "the same question is not played twice"


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"game": "chess", "who": "US"}, 422, "game: 'chess' is not known"),
        ({"game": "war", "who": "US"}, 422, "1 are named; name two to 6"),
        ({"game": "war", "who": ""}, 422, "nobody is named"),
        ({"game": "war", "who": "US Atlantis"}, 422, "Atlantis"),
        ({"game": "front", "who": "G7", "against": ""}, 422, "a front needs partners"),
        ({"game": "war", "who": "US CN", "scenario": "/etc/passwd"}, 404, "there is no trade scenario"),
        ({"game": "war", "who": "US CN", "horizon": "never"}, 422, "horizon"),
    ],
)
def test_games_that_cannot_be_played(client, form, status, words):
    given = {"closure": "balanced", "tools": "tariff", "horizon": "3", **form}
    answer = client.post("/trade/game", data=given)
    assert answer.status_code == status
    assert words in answer.text.replace("&#39;", "'")


def test_long_words_are_not_looked_at(client):
    answer = client.post("/api/v1/trade/games", json={"who": "US " * 10_000})
    assert answer.status_code == 422
    assert "who: 30000 characters" in answer.json()["error"]["message"]


def test_a_run_of_something_else_is_no_game(client):
    assert client.get("/trade/game", params={"run": "0" * 32}).status_code == 404
    assert client.get("/trade/game", params={"run": "../../etc"}).status_code == 404


def test_flow_in_a_browser(tab, accessible):
    tab.goto("/trade?scenario=united-front")
    tab.fill("#f-added", "25")
    tab.select_option("#f-scenario", "united-front")
    tab.click("text=Solve")
    tab.wait_for_selector("#answer:has-text('add tariff 0.25')")
    tab.wait_for_url("**added=25**")
    assert tab.locator("#answer svg").count() == 3
    accessible(tab)
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, java_script_enabled=False, viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto("/trade")
    page.select_option("#f-scenario", "united-front")
    page.click("text=Solve")
    page.wait_for_url("**scenario=united-front**")
    assert "United States" in page.text_content("#answer .lead")
    context.close()
    context = chromium.new_context(base_url=server, viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto("/trade?scenario=united-front")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    context.close()


def test_pictures_name_every_economy_and_what_their_cells_are(client):
    page = client.get("/trade", params={"scenario": "united-front"}).text
    bars, matrix = re.findall(r"<svg.*?</svg>", page, re.DOTALL)[:2]
    economies = welfare(client.get("/trade.json", params={"scenario": "united-front"}).json())
    written = re.findall(r">([A-Z]{2,3})</text>", bars)
    assert sorted(written) == sorted(economies)
    assert "change in %" in matrix
    assert "million" not in re.search(r"<title[^>]*>(.*?)</title>", matrix).group(1)
