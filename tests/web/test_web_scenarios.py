"""The pages of scenarios: files that stay the same, edits that act, nothing read that is not shipped, nothing kept unasked."""

import html
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermeasure.errors import CountermeasureError
from countermeasure.scenario.whole import load_whole, run_whole, story_names
from countermeasure.web.views.scenarios_fields import changed, groups_of
from countermeasure.web.views.scenarios_file import checked_text, flat, flat_text, loaded_text

LEAST = """\
id: least
title: "A least one"
intent: "To be run fast."
on: "2025-11-15"
talks: {model: october-2025}
"""
"""Law, duties and talks alone."""


def ended(client, location, seconds=120):
    """A run, after it is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = client.get(f"{location}.json").json()
        if job["state"] in ("done", "failed", "cancelled", "lost"):
            return job
        time.sleep(0.1)
    raise AssertionError("the run does not end")


@pytest.fixture(scope="module")
def ran(client):
    """A file from the page that was run."""
    sent = client.post("/scenarios/run", data={"text": LEAST, "do": "run"})
    assert sent.status_code == 303, sent.text
    job = ended(client, sent.headers["location"])
    assert job["state"] == "done", job
    return job


# ------------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize("name", story_names())
def test_a_flat_file_is_the_scenario_with_all_it_inherits(name):
    whole, flat_one = load_whole(name), checked_text(flat_text(flat(name)))
    for what in ("on", "before", "known_on", "readings", "instruments", "supply", "trade", "talks", "draws", "seed", "expect"):
        assert getattr(whole, what) == getattr(flat_one, what), what
    assert whole.book.hash == flat_one.book.hash
    assert {s["cite"] for s in whole.sources} == {s["cite"] for s in flat_one.sources}


@pytest.mark.parametrize("name", story_names())
def test_fields_that_are_left_alone_change_nothing(name):
    data = flat(name)
    given = {field.name: field.value for group in groups_of(data) for field in group.fields}
    assert changed(data, given) == changed(data, {}) == data


def test_a_field_acts_on_its_own_value_alone():
    data = flat("no-deal-157")
    found = changed(data, {"instruments.0.acts.0.rate": "0.5", "trade.horizon": "1", "supply.weeks": "60", "known_on": ""})
    scenario = checked_text(flat_text(found))
    before = load_whole("no-deal-157")
    rates = [one.book.state(one.on, None, one.readings[0])["us-scenario-100"].body.rate for one in (before, scenario)]
    assert rates == [1.0, 0.5]
    assert (scenario.trade["horizon"], scenario.supply["weeks"], scenario.known_on) == ("1", "60", None)
    assert (scenario.on, scenario.talks, scenario.draws) == (before.on, before.talks, before.draws)
    assert scenario.id == "no-deal-157-edited"


def test_fields_of_lists_of_named_scenarios_are_written_out():
    data = flat("no-deal-157")
    found = changed(data, {"supply.practice.0.approval": "0.25"})
    assert found["supply"]["practice"][0]["approval"] == "0.25"
    assert "practice" not in data["supply"]
    assert checked_text(flat_text(found)).supply["practice"][0]["approval"] == "0.25"


NAMES = sorted(field.name for group in groups_of(flat("no-deal-157")) for field in group.fields)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.one_of(st.text(max_size=12), st.sampled_from(["", "0.5", "2026-01-01"])), max_size=3
    )
)
def test_whatever_stands_in_fields_is_read_or_refused_with_words(values):
    text = flat_text(changed(flat("no-deal-157"), values))
    try:
        words = checked_text(text).title
    except CountermeasureError as error:
        words = error.message
    assert words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("[", "is not valid YAML"),
        ("- a\n- b\n", "keys and values"),
        (LEAST + "inherits: /etc/passwd\n", "inherits: '/etc/passwd' is not shipped"),
        (LEAST + "inherits: ../no-deal-157\n", "is not shipped"),
        (LEAST + "instruments: [/tmp/mine.yaml]\n", "instruments.0: '/tmp/mine.yaml' is not shipped"),
        (LEAST + "supply: {scenario: ../../truce}\n", "supply.scenario"),
        (LEAST + "trade: {scenario: /root/x.yaml}\n", "trade.scenario"),
        (LEAST + "trade: {critical: {supply: /root/x.yaml}}\n", "trade.critical.supply"),
        (LEAST + "trade: {instruments: [no-deal-2025-11-01]}\n", "at the top of the file"),
        (LEAST.replace("october-2025", "/etc/hosts"), "talks.model: '/etc/hosts' is not shipped"),
        (LEAST + 'draws: "100000"\n', "draws: 100000 is more than the 300"),
        (LEAST + 'supply: {scenario: truce, weeks: "1040"}\n', "supply.weeks: 1040 is more than the 520"),
        (LEAST + "colour: red\n", "colour"),
        (LEAST.replace('on: "2025-11-15"', 'on: "15 November"'), "scenario.yaml:4"),
        (LEAST + "a: &x 1\nb: *x\n", "alias"),
        ("[" * 20_000, "nesting"),
        ("x" * 200_000, "200,000 characters"),
    ],
)
def test_files_that_cannot_be_used_come_back_with_words(client, text, words):
    answer = client.post("/scenarios/run", data={"text": text or " ", "do": "run"})
    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "'")
    assert "<textarea" in answer.text, "the file is still there"
    api = client.post("/api/v1/scenarios/runs", json={"file": text or " "})
    assert api.status_code == 422


def test_no_content_of_a_file_of_the_server_comes_back(client, tmp_path):
    secret = tmp_path / "secret.yaml"
    secret.write_text("id: my-secret\ntitle: hidden\n", "utf-8")
    for line in (
        f"inherits: {secret}",
        f"instruments: [{secret}]",
        f"supply: {{scenario: {secret}}}",
        f"trade: {{scenario: {secret}}}",
    ):
        answer = client.post("/scenarios/run", data={"text": f"{LEAST}{line}\n", "do": "run"})
        assert answer.status_code == 422
        assert "my-secret" not in answer.text
        assert "hidden" not in answer.text.replace('type="hidden"', "")


# ------------------------------------------------------------------------------------------------ pages


def test_every_scenario_is_listed_with_its_intent(client):
    page = client.get("/scenarios").text.replace("&#39;", "'")
    rows = client.get("/api/v1/scenarios").json()["scenarios"]
    assert {row["scenario"] for row in rows} == set(story_names())
    assert all(row["intent"].replace('"', "&#34;") in page for row in rows)
    assert client.get("/scenarios.json").json()["scenarios"] == rows


@pytest.mark.parametrize("name", story_names())
def test_a_scenario_shows_its_words_and_its_fields(client, name):
    page, twin = client.get(f"/scenarios/{name}"), client.get(f"/scenarios/{name}.json").json()
    assert page.status_code == 200
    assert twin == client.get(f"/api/v1/scenarios/{name}").json()
    assert twin["title"] in html.unescape(page.text)
    assert 'name="on"' in page.text
    assert checked_text(twin["file"]).id == twin["id"]


@pytest.mark.parametrize(
    "address", ["/scenarios/none", "/scenarios/..%2fx", "/scenarios/kept/x", "/scenarios/result?run=x", "/scenarios/edit?run=x"]
)
def test_what_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_a_file_is_downloaded_whole_and_reads_back(client):
    sent = client.post("/scenarios/run", data={"name": "busan-truce", "do": "file"})
    assert sent.headers["content-disposition"] == 'attachment; filename="busan-truce.yaml"'
    assert checked_text(sent.text).id == "busan-truce"
    edited = client.post("/scenarios/run", data={"name": "busan-truce", "do": "file", "on": "2025-11-20"})
    assert edited.headers["content-disposition"] == 'attachment; filename="busan-truce-edited.yaml"'
    assert loaded_text(edited.text)["on"] == "2025-11-20"


def test_a_new_file_runs_as_it_stands(client):
    page = client.get("/scenarios/new").text
    text = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])
    assert checked_text(text.strip()).id == "mine"


def test_words_of_a_file_are_escaped_and_lead_to_no_script(client, make_client, tmp_path):
    text = LEAST.replace('"A least one"', "'<script>alert(1)</script>'")
    text += "sources:\n- cite: bad\n  url: 'javascript:alert(1)'\n- cite: good\n  url: 'https://example.org/'\n"
    answer = client.post("/scenarios/run", data={"text": text, "do": "look"})
    assert "<script>alert" not in answer.text
    own = make_client(data=tmp_path)
    own.post("/scenarios/run", data={"text": text, "keep": "yes", "do": "run"})
    page = own.get("/scenarios/kept/least").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert 'href="https://example.org/" rel="noreferrer"' in page


# ------------------------------------------------------------------------------------------------ runs


def test_a_run_says_what_the_engines_say(client, ran):
    twin = client.get(ran["result"].replace("?", ".json?")).json()
    by_hand = run_whole(checked_text(LEAST))
    assert list(twin["parts"]) == list(by_hand.parts) == ["law", "duty", "license", "talks"]
    for name, part in by_hand.parts.items():
        assert twin["parts"][name]["said"] == part.said
        assert twin["parts"][name]["figures"] == pytest.approx(dict(part.figures), nan_ok=True)
    assert client.get(f"/api/v1/scenarios/runs/{ran['id']}").json() == twin


def test_a_result_says_first_what_is_assumed_and_last_the_sentence(client, ran):
    page = client.get(ran["result"]).text
    order = [
        page.index(words)
        for words in (
            "not a forecast and no legal advice",
            "<h2>Assumed</h2>",
            'id="law"',
            'id="duty"',
            'id="talks"',
            'id="sentence"',
        )
    ]
    assert order == sorted(order)
    figures = client.get(ran["result"].replace("?", ".csv?")).text.splitlines()
    assert figures[0] == "part,figure,value"
    table = client.get(ran["result"].replace("?", ".csv?") + "&sheet=talks_stable_states").text
    assert table.startswith("state,")


def test_the_same_file_is_not_run_twice(client, ran):
    again = client.post("/scenarios/run", data={"text": LEAST, "do": "run"})
    assert again.headers["location"] == ran["address"]


def test_a_run_can_be_edited_again(client, ran):
    page = client.get(f"/scenarios/edit?run={ran['id']}")
    assert "A least one" in page.text
    assert "<textarea" in page.text


def test_scenarios_side_by_side_until_one_is_forgotten(client, ran):
    text = LEAST.replace("id: least", "id: later").replace("2025-11-15", "2025-09-15")
    other = ended(client, client.post("/scenarios/run", data={"text": text, "do": "run"}).headers["location"])
    sent = client.post("/scenarios/compare", data={"with": [ran["id"], other["id"]]})
    job = ended(client, sent.headers["location"])
    assert job["state"] == "done", job
    twin = client.get(job["result"].replace("?", ".json?")).json()
    assert twin["scenarios"] == ["least", "later"]
    row = next(r for r in twin["tables"]["figures"] if r["figure"] == "us_average_on_china_share")
    assert row["later less least"] == pytest.approx(row["later"] - row["least"])
    assert twin == client.get(f"/api/v1/scenarios/comparisons/{job['id']}").json()
    assert "least beside later" in client.get(job["result"]).text
    client.post(f"{other['address']}/drop")
    assert client.get(other["result"]).status_code == 404
    assert client.post("/scenarios/compare", data={"with": [ran["id"], other["id"]]}).status_code == 404


@pytest.mark.parametrize(
    "words", [[], ["busan-truce"], ["busan-truce", "busan-truce"], ["busan-truce", "no-such"], list(story_names())[:5]]
)
def test_what_cannot_be_compared(client, words):
    assert client.post("/scenarios/compare", data={"with": words}).status_code in (404, 422)
    assert client.post("/api/v1/scenarios/comparisons", json={"scenarios": words}).status_code in (404, 422)


# ------------------------------------------------------------------------------------------------ keeping


def test_nothing_is_kept_unless_asked(make_client, tmp_path):
    client = make_client(data=tmp_path)
    sent = client.post("/scenarios/run", data={"text": LEAST, "do": "run"})
    client.post(f"{sent.headers['location']}/cancel")
    assert list(tmp_path.rglob("*")) == []
    assert "Nothing is kept unless you tick this" in client.get("/scenarios/new").text


def test_what_is_kept_is_there_and_can_be_forgotten(make_client, tmp_path):
    client = make_client(data=tmp_path)
    client.post("/scenarios/run", data={"text": LEAST, "keep": "yes", "do": "run"})
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["least.yaml"]
    assert "/scenarios/kept/least" in client.get("/scenarios").text
    assert client.get("/scenarios/kept/least").status_code == 200
    client.post("/scenarios/kept/least/forget")
    assert list(tmp_path.rglob("*.yaml")) == []


def test_an_id_is_no_path(make_client, tmp_path):
    client = make_client(data=tmp_path / "data")
    client.post("/scenarios/run", data={"text": LEAST.replace("id: least", "id: ../../escape"), "keep": "yes", "do": "run"})
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yaml")] == ["data/scenarios/escape.yaml"]


def test_a_server_without_a_folder_keeps_nothing_and_says_so(client):
    answer = client.post("/scenarios/run", data={"text": LEAST, "keep": "yes", "do": "run"})
    assert answer.status_code == 403
    assert "keeps nothing" in answer.text
    assert "Nothing of yours is kept" in client.get("/scenarios/new").text


# ------------------------------------------------------------------------------------------------ browser


def test_flow_in_a_browser(tab, accessible):
    tab.goto("/scenarios")
    tab.click("text=The 50 % rule")
    accessible(tab)
    tab.fill("[name=draws]", "5")
    tab.click("form.ask button:has-text('Run')")
    tab.wait_for_url("**/scenarios/result?run=*", timeout=60_000)
    tab.wait_for_selector("#sentence")
    assert "(edited)" in tab.text_content("h1")
    accessible(tab)
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, java_script_enabled=False, viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto("/scenarios/new")
    page.fill("textarea", LEAST)
    page.click("button:has-text('Run')")
    page.wait_for_url("**/scenarios/result?run=*", timeout=60_000)
    assert "of law differ" in page.text_content("#sentence")
    context.close()
    context = chromium.new_context(base_url=server, viewport={"width": 380, "height": 800})
    page = context.new_page()
    for address in ("/scenarios", "/scenarios/no-deal-157", "/scenarios/new", "/scenarios/compare"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 380, address
    context.close()
