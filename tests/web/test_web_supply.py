"""The pages of supply: runs, their pictures and tables, your own firm, parameters."""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path

import numpy as np
import pytest

from countermeasure.supply.flow.fit import monthly_exports
from countermeasure.supply.outcome import run_supply
from countermeasure.supply.parameters import Parameters
from countermeasure.supply.scenario import load_scenario, scenario_names
from countermeasure.supply.summary import answer_of
from countermeasure.web.views import supply_asked
from countermeasure.web.views.supply_asked import Asked, firm_run, kept, key_of, run
from countermeasure.web.views.supply_lists import EXAMPLE

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = {"weeks": "20", "draws": "8", "stocks": "implied"}
ADDRESS = "/supply/run?scenario=no-permits-12-weeks&weeks=20&draws=8&stocks=implied"
ASKED = Asked(weeks=20, draws=8, stocks="implied")


def silent(_share, _words):
    """Takes progress and drops it."""


@pytest.fixture(scope="module")
def found():
    return run(silent, ASKED)


def over(client, address, seconds=90):
    until = time.monotonic() + seconds
    job = {}
    while time.monotonic() < until:
        job = client.get(f"{address}.json").json()
        if job["state"] in ("done", "failed", "cancelled", "lost"):
            break
        time.sleep(0.2)
    return job


def test_a_run_says_what_the_chain_says(found):
    scenario = load_scenario("no-permits-12-weeks").for_weeks(20)
    outcome = run_supply(scenario, 8, 1, readings=("implied",))
    assert found.said == answer_of(outcome)
    assert found.own == len(scenario.practice) + 2
    exports = found.sheet("magnet_exports_by_month")
    months, tonnes = monthly_exports(outcome.simulation)
    shown = {row[0]: row[1:4] for row in exports.rows}
    assert list(shown) == list(months)
    assert np.array(list(shown.values())) == pytest.approx(np.quantile(tonnes, (0.05, 0.5, 0.95), axis=0).T)


def test_every_picture_has_its_figures(found):
    for one in found.pictures:
        assert one.svg.startswith("<svg")
        assert found.sheet(one.sheet).rows, one.name
    assert [p.name for p in found.pictures][:3] == ["exports", "stoppages_implied", "chain"]


def test_stoppage_picture_shows_quantiles_of_the_draws(found):
    outcome = run_supply(load_scenario("no-permits-12-weeks").for_weeks(20), 8, 1, readings=("implied",))
    cube = outcome.buyers["implied"]["stopped"]
    rows = found.sheet("stoppages_implied").rows
    industry, region, week, *shown = max(rows, key=lambda row: row[4])
    values = np.nan_to_num(cube.select(industry=industry, region=region, week=week).values)
    assert shown == pytest.approx(np.quantile(values, (0.05, 0.5, 0.95)).round(5))


def test_chart_holds_the_figures_of_its_table(found):
    spec = next(p.spec for p in found.pictures if p.spec)
    rows = found.sheet("magnet_exports_by_month").rows
    assert [tuple(v.values()) for v in spec["data"]["values"]] == [tuple(row) for row in rows]


def test_the_name_of_a_run_is_everything_it_depends_on():
    names = {
        key_of(one)
        for one in (
            ASKED, Asked(weeks=21, draws=8, stocks="implied"), Asked(weeks=20, draws=9, stocks="implied"),
            Asked(weeks=20, draws=8), Asked(weeks=20, draws=8, stocks="implied", permits=0.0),
            Asked(weeks=20, draws=8, stocks="implied", seed=2),
            Asked(weeks=20, draws=8, stocks="implied", settings=(("growth", 0.03),)),
        )
    }  # fmt: skip
    assert len(names) == 7
    assert key_of(ASKED) == key_of(Asked(weeks=20, draws=8, stocks="implied"))


def test_a_run_is_kept_and_read_back(found, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path))
    assert kept(key_of(ASKED)) is None
    again = run(silent, ASKED)
    read = kept(key_of(ASKED))
    assert read is not None
    assert (read.said, read.tables) == (again.said, again.tables) == (found.said, found.tables)
    supply_asked._place(key_of(ASKED)).write_bytes(b"damaged")
    assert kept(key_of(ASKED)) is None
    monkeypatch.setenv("COUNTERMEASURE_CACHE", "off")
    assert kept(key_of(ASKED)) is None


def test_permits_take_the_place_of_what_the_scenario_says():
    none, _ = Asked().scenario_of()
    some, _ = Asked(permits=0.25).scenario_of()
    assert [row.approval for row in none.practice] == [0.0]
    assert [(row.approval, row.throughput, row.confidence) for row in some.practice] == [(0.25, 0.25, "U")]
    assert some.settings["approval"] == 0.25
    assert "set by the asker" in some.practice[0].source


def test_more_permits_do_not_lower_exports():
    low, high = (run(silent, Asked(weeks=20, draws=4, stocks="implied", permits=p)) for p in (0.0, 0.9))
    least = [min(row[2] for row in one.sheet("magnet_exports_by_month").rows) for one in (low, high)]
    assert least[0] < least[1]


def test_draws_do_not_change_the_central_course():
    """The first draw is the central one, whatever the count."""
    one, two = (Parameters.shipped().draw(n, 1) for n in (4, 9))
    assert all(one[name][0] == two[name][0] for name in one)


def test_a_page_of_a_run(client, found):
    sent = client.get(ADDRESS)
    if sent.status_code == 303:
        job = over(client, sent.headers["location"])
        assert job["state"] == "done", job
        assert job["result"].startswith("/supply/run?scenario=no-permits-12-weeks&weeks=20&draws=8")
        sent = client.get(job["result"])
    assert sent.status_code == 200
    page = sent.text
    assert page.index("Assumed (") < page.index("The answer")
    assert found.said.split("; ")[0] in page
    assert page.count("<svg") >= 5
    assert "seed" in page
    assert "no probabilities" in page
    as_json = client.get(ADDRESS.replace("/supply/run", "/supply/run.json")).json()
    assert as_json["answer"] == found.said
    assert len(as_json["assumptions"]) == found.count[0]
    for name in ("magnet_exports_by_month", "stoppages_implied", "parameters"):
        text = client.get(ADDRESS.replace("/supply/run", "/supply/run.csv") + f"&sheet={name}").text
        assert len(list(csv.reader(io.StringIO(text)))) == len(found.sheet(name).rows) + 1
    assert client.get("/api/v1/supply/run?weeks=20&draws=8&stocks=implied").json() == as_json


def test_a_run_that_is_not_made_is_a_job_that_can_be_cancelled(client):
    sent = client.get("/supply/run.json?draws=199&seed=77")
    assert sent.status_code == 202
    job = sent.json()
    assert job["state"] in ("queued", "running")
    assert sent.headers["location"] == f"{job['address']}.json"
    again = client.get("/supply/run.json?draws=199&seed=77")
    assert again.json()["id"] == job["id"]
    assert client.post(f"{job['address']}/cancel").status_code == 303
    assert over(client, job["address"], 20)["state"] == "cancelled"


def test_another_site_cannot_start_a_run(client):
    sent = client.get("/supply/run?draws=7&seed=99", headers={"sec-fetch-site": "cross-site"})
    assert sent.status_code == 200
    assert "Run</button>" in sent.text
    assert not [j for j in client.get("/jobs.json").json()["jobs"] if "7 draws" in j["title"] and j["state"] != "done"]


def test_landing_lists_every_scenario(client):
    page = client.get("/supply").text
    assert all(f"scenario={name}" in page for name in scenario_names())
    assert client.get("/supply.json").json()["scenarios"][0]["scenario"] == supply_asked.DEFAULT
    assert client.get("/api/v1/supply").json() == client.get("/supply.json").json()


def test_parameters_are_all_there_with_letter_and_source(client):
    page = client.get("/supply/parameters").text
    for one in Parameters.shipped():
        assert f'id="{one.name}"' in page
    rows = list(csv.DictReader(io.StringIO(client.get("/supply/parameters.csv").text)))
    assert [row["name"] for row in rows] == [one.name for one in Parameters.shipped()]
    assert {row["confidence"] for row in rows} <= set("ABCDU")


def test_your_own_firm(client):
    content = (EXAMPLES / "firm.csv").read_bytes()
    data = {"scenario": "no-permits-12-weeks", "weeks": "20", "draws": "6"}
    sent = client.post("/supply/firm", files={"file": ("firm.csv", content, "text/csv")}, data=data)
    assert sent.status_code == 303
    job = over(client, sent.headers["location"])
    assert job["state"] == "done", job
    page = client.get(job["result"])
    assert page.status_code == 200
    assert "Motor hall 1" in page.text
    assert "Your lines" in page.text
    found = client.get(f"{job['result']}.json").json()
    lines = {o["name"]: o for o in found["firm"]["outlooks"] if o["kind"] == "line"}
    assert set(lines) == {"Motor hall 1", "Pump line", "Coating cell"}
    rows = list(csv.DictReader(io.StringIO(client.get(f"{job['result']}.csv").text)))
    assert float(rows[0]["share_of_draws_stopped"]) == lines["Motor hall 1"]["share_of_draws_stopped"]


def test_the_same_firm_gets_the_same_answer_and_leaves_nothing_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path))
    one, two = (firm_run(silent, Asked(weeks=20, draws=4), "firm.csv", EXAMPLE.encode()) for _ in range(2))
    assert one.firm == two.firm
    assert one.firm_json == two.firm_json
    assert not list(tmp_path.glob("supply-*"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/supply/run?draws=500", ("draws", "1 to 200", "command line")),
        ("/supply/run?permits=a&weeks=b", ("weeks: &#39;b&#39;", "permits: &#39;a&#39;")),
        ("/supply/run?permits=25", ("0.25 for 25 %",)),
        ("/supply/run?scenario=../../etc/passwd", ("there is no", "no-permits-12-weeks")),
        ("/supply/run?stocks=some", ("both, implied, reported",)),
        ("/supply/run?set=grow=1", ("growth",)),
        ("/supply/run?set=growth", ("is not a setting",)),
        ("/supply/run?set=growth=30", ("not between",)),
    ],
)
def test_runs_that_cannot_be_asked(client, address, words):
    page = client.get(address)
    assert page.status_code == 422
    assert all(word in page.text for word in words), page.text[page.text.index("answer") :]
    assert client.get(address.replace("/supply/run", "/supply/run.json")).json()["error"]["message"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", ("no table is given",)),
        ("part,price\nx,1\n", ("no part of the firm could be read",)),
        (
            EXAMPLE.replace("NdFeB with Dy", "unobtainium").replace("motor,Germany", "unobtainium,Germany"),
            ("unobtainium", "row 2"),
        ),
    ],
)
def test_firms_that_cannot_be_read(client, rows, words):
    page = client.post("/supply/firm", data={"rows": rows, "draws": "5"})
    assert page.status_code == 422
    assert all(word in page.text for word in words), page.text


def outside_pictures(page):
    """Faults of accessibility on a page whose pictures hold thousands of shapes; these are looked at in other tests."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
    found = Axe().run(page, context={"exclude": [["figure svg"]]}, options=options)
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found.response["violations"]]


def test_flow_in_a_browser(tab, accessible):
    tab.goto("/supply?draws=6")
    accessible(tab)
    tab.fill("#f-draws", "6")
    tab.fill("#f-weeks", "16")
    tab.click("button:has-text('Run')")
    tab.wait_for_url("**/supply/run?**draws=6**", timeout=90_000)
    tab.wait_for_selector(".chart-place svg")
    assert outside_pictures(tab) == []
    tab.locator(".chart-place svg").first.scroll_into_view_if_needed()
    box = tab.locator(".chart-place svg").first.bounding_box()
    for step in (0.4, 0.5):
        tab.mouse.move(box["x"] + box["width"] * step, box["y"] + box["height"] / 2)
    tab.wait_for_selector("#vg-tooltip-element.visible")
    assert "median" in tab.inner_text("#vg-tooltip-element")
    tab.goto("/supply/parameters")
    accessible(tab)
    tab.goto("/supply/firm")
    accessible(tab)
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/supply")
    page.fill("#f-draws", "6")
    page.fill("#f-weeks", "16")
    page.click("button:has-text('Run')")
    page.wait_for_url(re.compile(r"/jobs/|/supply/run"))
    until = time.monotonic() + 60
    while "/jobs/" in page.url and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()
    assert "/supply/run" in page.url
    assert page.locator("#exports noscript svg, #exports svg").count() == 1
    for address in ("/supply", "/supply/parameters", "/supply/firm", page.url):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    context.close()
