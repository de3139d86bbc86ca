"""Check: one line, one transaction, a table; as a page, as its twins, in a browser."""

import csv
import io
import re
from pathlib import Path

import pytest

from countermeasure.codes.day import parse_day
from countermeasure.duty import DutyEngine, Line
from countermeasure.errors import CodeError
from countermeasure.web.views.check_query import FaultyQuestionError, question_of

ROOT = Path(__file__).parents[2]
MAGNETS = "hts=8505.11.00.70&origin=CN&on=2026-04-10&value=10000"
PART = "hts=8708.99.81.80&origin=CN&on=2026-10-05&value=10000&what=duty"


def test_the_form_is_empty_at_first_and_shows_examples(client) -> None:
    text = client.get("/check").text
    assert "Give a tariff number" in text
    for address in re.findall(r'href="(/check\?[^"]+)"', text):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_a_line_is_what_the_engine_says(client) -> None:
    found = client.get(f"/check.json?{MAGNETS}&what=duty").json()
    said = DutyEngine.shipped().duty_on(Line("8505.11.00.70", "CN", parse_day("2026-04-10"), 10000.0, line_id="line"))
    assert found["duty"] == said.to_json()
    assert found["duty"]["answers"][0]["duty_usd"] == 2710.0
    assert found["license"] is None
    page = client.get(f"/check?{MAGNETS}&what=duty").text
    assert "27.1 % = 2,710.00 USD" in page
    for component in said.answers[0].components:
        assert component.heading in page
        assert f'href="/book/provision/{component.provision}"' in page


def test_links_to_provisions_lead_somewhere(client) -> None:
    page = client.get(f"/check?{MAGNETS}").text
    for address in set(re.findall(r'href="(/book/provision/[^"]+)"', page)):
        assert client.get(address).status_code == 200, address


def test_the_license_stands_beside_the_duty(client) -> None:
    found = client.get(f"/check.json?{MAGNETS}&control_code=1C905.a.4&end_use=automotive&end_user=Example+Motors").json()
    licensed = found["license"]
    assert (licensed["sent_from"], licensed["sent_to"], licensed["on"]) == ("CN", "US", "2026-04-10")
    assert licensed["answers"][0]["answer"] == "license_required"
    assert licensed["parties"][0]["name"] == "Example Motors"
    page = client.get(f"/check?{MAGNETS}&control_code=1C905.a.4&end_use=automotive&end_user=Example+Motors").text
    assert "license required" in page
    assert "which is not a clearance" in page
    assert "cleared" not in page


def test_a_line_and_a_table_of_one_line_give_the_same_license(client) -> None:
    cells = {"hts": "8505.11.00.70", "origin": "CN", "control_code": "1C905.a.4", "end_user": "Example Motors Inc"}
    one = client.get("/check.json", params=cells | {"on": "2026-10-05", "value": "48000"}).json()["license"]
    rows = [cells | {"entry_on": "2026-10-05", "value_usd": 48000}]
    other = client.post("/api/v1/check", json={"rows": rows}).json()["licenses"][0]
    assert one["answers"] == other["answers"]
    assert one["parties"] == other["parties"]


def test_open_facts_can_be_filled_in_by_a_link_or_a_field(client) -> None:
    page = client.get(f"/check?{PART}").text
    assert 'name="metal_weight_share"' in page
    assert "below 15 %: 40 %; 15 % or more: 52.5 %" in page
    filled = client.get(f"/check.json?{PART}&metal_weight_share=0.1").json()["duty"]["answers"][0]
    assert filled["rate"] == 0.4
    assert not filled["missing"]
    page = client.get(f"/check?{PART}&metal_weight_share=0.1").text
    assert "Facts given" in page
    assert "metal_weight_share=0.1" in page
    six = client.get("/check?hts=7318.15&origin=CN&on=2025-10-10&what=duty").text
    links = re.findall(r'href="(/check\?[^"]*hts=7318\.15\.\d\d\.\d\d)"', six)
    assert len(links) >= 6
    assert "cannot be told" not in client.get(links[0].replace("&amp;", "&")).text


def test_flags_become_two_links(client) -> None:
    page = client.get("/check?hts=8507.60.00&origin=CN&on=2026-10-05&what=duty").text
    yes = re.search(r'href="([^"]*car_part=yes)"', page)
    assert yes, "no link that says that it is a car part"
    found = client.get(yes[1].replace("&amp;", "&").replace("/check?", "/check.json?")).json()
    assert "car_part" not in {m["fact"] for m in found["duty"]["answers"][0]["missing"]}


def test_both_readings_stand_side_by_side_where_they_differ(client) -> None:
    found = client.get("/check.json?hts=8505.11.00.70&origin=CN&on=2025-10-15&what=duty&known_on=2025-10-20").json()["duty"]
    page = client.get("/check?hts=8505.11.00.70&origin=CN&on=2025-10-15&what=duty&known_on=2025-10-20").text
    assert ("The two readings of the law differ" in page) == (len(found["answers"]) == 2)
    assert len(found["answers"]) == 2  # the 100 % that was threatened for 1 November
    only = client.get(
        "/check.json?hts=8505.11.00.70&origin=CN&on=2025-10-15&what=duty&known_on=2025-10-20&reading=text"
    ).json()["duty"]
    assert len(only["answers"]) == 1


def test_the_next_change_can_be_opened(client) -> None:
    page = client.get("/check?hts=8505.11.00.70&origin=CN&on=2025-11-01&what=duty").text
    found = re.search(r'Changes on <a class="day" href="([^"]+)">2025-11-10</a>', page)
    assert found
    assert "on=2025-11-10" in found[1]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("hts=85", 422, "origin</a>: Give the country of origin"),
        ("origin=CN", 422, "hts</a>: Give a tariff number"),
        ("hts=8505110070&origin=Atlantis", 422, "origin</a>: &#39;Atlantis&#39; is not a country"),
        ("hts=8505110070&origin=CN&on=5%2F4%2F26", 422, "on</a>: &#39;5/4/26&#39; is not a day"),
        ("hts=8505110070&origin=CN&on=0", 422, "is not a day"),
        ("hts=8505110099&origin=CN", 404, "8505.11.00.99"),
        ("hts=magnets&origin=CN", 422, "hts</a>:"),
        ("hts=8505110070&origin=CN&value=many", 422, "value</a>:"),
        ("hts=8505110070&origin=CN&value=100+EUR", 422, "value</a>:"),
        ("hts=8505110070&origin=CN&reading=both+of+them", 422, "is not a reading"),
        ("hts=8505110070&origin=CN&known_on=soon", 422, "is not a day"),
        ("hts=8505110070&origin=CN&into=FR", 422, "into</a>:"),
        ("hts=8505110070&origin=CN&end_use=fun", 422, "end_use</a>:"),
        ("hts=8505110070&origin=CN&orign=CN", 422, "Did you mean origin"),
        ("hts=8505110070&hts=8505110050&origin=CN", 422, "hts is given twice"),
        ("hts=8505110070&number=8505110050&origin=CN", 422, "hts is given twice, once as number"),
        ("hts=8505110070&origin=CN&car_part=perhaps", 422, "car_part</a>:"),
        ("hts=8505110070&origin=CN&what=all", 422, "is not something to answer"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, query, status, words) -> None:
    answer = client.get(f"/check?{query}")
    assert answer.status_code == status
    assert words in answer.text
    assert 'role="alert"' in answer.text
    twin = client.get(f"/check.json?{query}")
    assert twin.status_code == status
    assert set(twin.json()["error"]) == {"code", "message", "where", "cure"}


def test_all_faults_of_a_question_are_told_at_once(client) -> None:
    text = client.get("/check?hts=8505110070&origin=Atlantis&on=x&value=y").text
    assert all(f'href="#f-{name}"' in text for name in ("origin", "on", "value"))
    assert text.count('aria-invalid="true"') == 3


def test_questions_keep_what_was_given_and_refuse_what_they_do_not_know() -> None:
    found = question_of(
        [("hts", " 85 "), ("on", "2026-01-01"), ("value", ""), ("scenario", "a"), ("scenario", "b")], ("hts", "entry_on")
    )
    assert found.cells == (("entry_on", "2026-01-01"), ("hts", "85"))
    assert found.scenarios == ("a", "b")
    with pytest.raises(CodeError, match="500 characters"):
        question_of([("hts", "1" * 500)], ("hts",))
    with pytest.raises(FaultyQuestionError) as told:
        raise FaultyQuestionError({"a": "one.", "b": "two."})
    assert told.value.faults == ("b: two.",)


def test_csv_has_the_main_table_and_the_others_by_name(client) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/check.csv?{MAGNETS}").text)))
    assert rows[0]["rate"] == "0.271"
    parts = list(csv.DictReader(io.StringIO(client.get(f"/check.csv?{MAGNETS}&sheet=components").text)))
    assert sum(float(p["usd"]) for p in parts) == 2710.0
    assert "citation" in parts[0]
    assert client.get(f"/check.csv?{MAGNETS}&sheet=licenses").text.startswith("id,on,from,to,regime")


def test_a_transaction_has_its_own_form(client) -> None:
    query = "on=2026-10-05&from=CN&to=DE&description=sintered+NdFeB+magnets&control_code=1C905.a.4"
    page = client.get(f"/check/license?{query}")
    assert page.status_code == 200
    assert "license required" in page.text
    assert "MOFCOM/GAC Announcement 2025 No. 18" in page.text
    found = client.get(f"/check/license.json?{query}").json()["license"]
    assert found["sent_to"] == "DE"
    assert found["answers"][0]["answer"] == "license_required"
    wrong = client.get("/check/license?on=2026-10-05&to=Atlantis&cn_content=200%25")
    assert wrong.status_code == 422
    assert 'href="#f-to"' in wrong.text
    for address in re.findall(r'href="(/check/license\?[^"]+)"', client.get("/check/license").text):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_life_of_a_line_is_its_answers_on_each_day(client) -> None:
    found = client.get("/check/life.json?hts=8505.11.00.70&origin=CN").json()
    engine = DutyEngine.shipped()
    steps = {s["from"]: s["rate"] for s in found["steps"] if s["reading"] == "law as published"}
    for day in ("2025-04-10", "2025-05-14", "2025-11-10"):
        said = engine.duty_on(Line("8505.11.00.70", "CN", parse_day(day))).answers[0].rate
        before = max(d for d in steps if d <= day)
        assert steps[before] == pytest.approx(said), day
    assert client.get("/check/life?hts=8505.11.00.70&origin=CN").status_code == 200
    assert client.get("/check/life?hts=0000.00&origin=CN").status_code in (404, 422)


def test_a_table_is_answered_and_forgotten_on_demand(client) -> None:
    rows = "line_id,hts,origin,entry_on,value_usd\na,8505.11.00.70,CN,2026-04-10,10000\nb,9999,CN,2026-04-10,1\nc,8505110050,XX,2026-04-10,5\n"
    answer = client.post("/check/table", data={"text": rows, "what": "duty"})
    assert answer.status_code == 303
    place = answer.headers["location"]
    page = client.get(place).text
    assert "1 lines answered of 3 rows" in page
    assert "2 of 3 rows could not be answered" in page
    assert "2,710.00" in page
    found = client.get(f"{place}.json").json()
    assert (found["rows"], found["answered"], len(found["faults"])) == (3, 1, 2)
    for name in ("lines", "components", "open", "faults", "sources"):
        assert client.get(f"{place}.csv?sheet={name}").status_code == 200
    assert client.post(f"/jobs/{place.rpartition('/')[2]}/drop").status_code == 303
    assert client.get(place).status_code == 404


def test_a_table_with_licenses_counts_what_stops(client) -> None:
    rows = "hts,origin,entry_on,value_usd,control_code\n8505.11.00.70,CN,2026-10-05,100,1C905.a.4\n8505.11.00.70,CN,2026-10-05,100,\n"
    place = client.post("/check/table", data={"text": rows}).headers["location"]
    found = client.get(f"{place}.json").json()
    assert [one["answers"][0]["answer"] for one in found["licenses"]] == ["license_required", "undetermined"]
    assert found["stopped"] == ["row 3"]
    assert "1 lines are prohibited or undetermined" in client.get(place).text


def test_a_long_table_becomes_a_run(client, app) -> None:
    rows = "hts,origin,entry_on,value_usd\n" + "8505.11.00.70,CN,2026-04-10,100\n" * 301
    answer = client.post("/check/table", data={"text": rows, "what": "duty"})
    place = answer.headers["location"]
    assert place.startswith("/jobs/")
    wait(client, place)
    done = client.get(place)
    assert done.status_code == 303
    found = client.get(done.headers["location"] + ".json").json()
    assert found["answered"] == 301
    assert found["totals"][0]["ordinary_usd"] == pytest.approx(301 * 27.1)


def wait(client, place: str) -> dict:
    import time

    until = time.monotonic() + 90
    while time.monotonic() < until:
        found = client.get(f"{place}.json").json()
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.2)
    raise AssertionError(f"the run did not end: {found}")


def test_nothing_chosen_is_said(client) -> None:
    answer = client.post("/check/table", data={"text": "  "})
    assert answer.status_code == 422
    assert "there is no table" in answer.text


# ------------------------------------------------------------------------------------------------ browser


def test_in_a_browser_the_form_swaps_its_answer_and_keeps_the_address(tab, accessible) -> None:
    tab.goto("/check")
    tab.fill("#f-hts", "8505.11.00.70")
    tab.fill("#f-origin", "CN")
    tab.fill("#f-on", "2026-04-10")
    tab.fill("#f-value", "10000")
    tab.select_option("#f-what", "duty")
    tab.evaluate("window.still = true")
    tab.click("form.ask button[type=submit]")
    tab.wait_for_selector("text=27.1 % = 2,710.00 USD")
    assert tab.evaluate("window.still"), "the page was loaded anew"
    assert "hts=8505.11.00.70" in tab.url
    assert tab.url.split("?")[0].endswith("/check")
    accessible(tab)
    tab.reload()
    assert tab.is_visible("text=27.1 % = 2,710.00 USD")
    assert tab.elsewhere == []
    assert tab.troubles == []


def test_in_a_browser_a_fault_shows_where_the_answer_would_be(tab) -> None:
    tab.goto("/check")
    tab.fill("#f-hts", "8505.11.00.70")
    tab.fill("#f-origin", "Atlantis")
    tab.click("form.ask button[type=submit]")
    tab.wait_for_selector("#answer [role=alert]")
    assert "Atlantis" in tab.inner_text("#answer")


def test_without_scripts_everything_is_there(chromium, server) -> None:
    context = chromium.new_context(base_url=server, java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto("/check")
    page.fill("#f-hts", "8708.99.81.80")
    page.fill("#f-origin", "CN")
    page.fill("#f-on", "2026-10-05")
    page.click("form.ask button[type=submit]")
    page.wait_for_url("**hts=8708**")
    assert "40 % to 52.5 %" in page.inner_text("#answer")
    page.fill("#fill-metal_weight_share", "10%")
    page.click("form.inline button")
    page.wait_for_url("**metal_weight_share=10**")
    assert "40 %" in page.inner_text("#answer .big")
    context.close()


def test_on_a_phone_nothing_runs_over_the_edge(chromium, server) -> None:
    context = chromium.new_context(base_url=server, viewport={"width": 380, "height": 800})
    page = context.new_page()
    for path in (
        "/",
        f"/check?{MAGNETS}",
        "/check/license?on=2026-10-05&from=CN&to=DE&description=magnets",
        "/check/table",
        "/jobs",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
    context.close()
