"""The page of the brief: the example at once, a portfolio of one's own, files to take away; nothing of it stays."""

import io
import json
import time
import zipfile

import pytest

from countermeasure.codes.day import parse_day
from countermeasure.io.brief.build import Asking, law_now, whole_brief
from countermeasure.io.portfolio import shipped_portfolio
from countermeasure.io.portfolio.template import shipped_rows, workbook_bytes

DAY = "2026-10-10"


@pytest.fixture(scope="module")
def workbook():
    """The shipped example as a workbook."""
    return workbook_bytes(shipped_rows())


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
def mine(client, workbook):
    """A brief of a workbook that was sent, as the law stands."""
    sent = client.post("/brief/run", files={"file": ("mine.xlsx", workbook)}, data={"scenario": ["none"], "on": DAY})
    assert sent.status_code == 303, sent.text
    job = ended(client, sent.headers["location"])
    assert job["state"] == "done", job
    return job


def plain(value):
    return json.loads(json.dumps(value, default=float))


def test_the_first_page_is_that_of_the_brief(client):
    found = client.get("/brief.json", params={"scenario": "none"}).json()
    asking = Asking(shipped_portfolio(), parse_day(DAY), scenarios=())
    by_hand = plain(whole_brief(asking, law_now(asking)).to_json())
    assert found["first"] == by_hand["first"]
    assert client.get("/api/v1/brief/first").json()["first"] == by_hand["first"]


def test_the_page_stands_on_its_own_without_style_or_second_landmarks(client):
    page = client.get("/brief", params={"scenario": "none"})
    assert page.status_code == 200
    assert page.text.count("<main") == page.text.count("<h1") == 1
    assert "<style" not in page.text
    assert 'style="' not in page.text
    for words in ("What this rests on", "What applies now", "What to do", "<dt>book</dt>", "made-up"):
        assert words in page.text
    answer = page.text.partition('class="brief"')[2]
    assert answer.index("What this rests on") < answer.index("What applies now")


def test_rules_of_the_page_hold_for_the_brief_alone(client):
    sheet = client.get("/brief/style.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert sheet.text.startswith(".brief {")
    assert sheet.text.count("{") == sheet.text.count("}")
    assert "@import" not in sheet.text
    assert "url(" not in sheet.text


def test_readings_and_knowledge_are_those_asked_for(client):
    both, text = (
        client.get("/brief.json", params={"scenario": "none", "reading": r}).json()["first"]["applies"]
        for r in ("both", "text")
    )
    assert {row["reading"] for row in text} == {""}
    assert len(both) >= len(text)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"on": "soon"}, "on:"),
        ({"on": "2026-02-30"}, "on:"),
        ({"known_on": "2026-99-01"}, "known_on:"),
        ({"reading": "loud"}, "reading: 'loud' is not known"),
        ({"within": "-1"}, "within"),
        ({"within": "4000"}, "within"),
        ({"scenario": "/etc/passwd"}, "there is no '/etc/passwd'"),
    ],
)
def test_questions_that_cannot_be_used(client, query, words):
    page = client.get("/brief", params=query)
    assert page.status_code == 422
    assert words in page.text.replace("&#39;", "'")
    assert client.get("/brief.json", params=query).json()["error"]["code"] == "bad_question"
    assert client.post("/brief/run", data=query).status_code == 422


def test_a_portfolio_that_is_sent_is_answered_as_the_example(client, mine):
    page = client.get(mine["result"])
    assert "mine.xlsx" in page.text
    found = client.get(mine["result"].replace("?", ".json?")).json()
    asking = Asking(shipped_portfolio(), parse_day(DAY), scenarios=())
    assert found["first"]["applies"] == plain(whole_brief(asking, law_now(asking)).to_json())["first"]["applies"]
    assert client.get(f"/api/v1/brief/{mine['id']}").json() == found


def test_files_to_take_away(client, mine):
    def of(form):
        got = client.get(f"/brief/file/{form}", params={"run": mine["id"]})
        assert got.status_code == 200, got.text
        assert got.headers["content-disposition"] == f'attachment; filename="brief-{DAY}.{form}"'
        return got.content

    assert of("html").startswith(b"<!doctype html>")
    assert b"What applies now" in of("md")
    assert json.loads(of("json"))["first"]["applies"]
    with zipfile.ZipFile(io.BytesIO(of("xlsx"))) as packed:
        assert "xl/workbook.xml" in packed.namelist()
    assert client.get("/brief/file/exe", params={"run": mine["id"]}).status_code == 404
    assert client.get("/brief/file/html", params={"run": "0" * 32}).status_code == 404


def test_a_pdf_or_words_that_say_how(client, mine):
    from countermeasure.io.brief.pdf import browser

    got = client.get("/brief/file/pdf", params={"run": mine["id"]})
    if browser() is None:
        assert got.status_code == 404
        assert "browser" in got.text
    else:
        assert got.content.startswith(b"%PDF")


def test_tables_as_csv(client, mine):
    table = client.get(mine["result"].replace("?", ".csv?") + "&sheet=actions").text.splitlines()
    assert table[0].startswith("number,kind,by,what")
    assert len(table) > 3


def test_the_template_and_the_example_are_workbooks_that_are_read(client):
    from countermeasure.io.portfolio import read_portfolio

    for which, codes in (("template", {"no_rows"}), ("example", set())):
        got = client.get(f"/brief/{which}.xlsx")
        assert got.headers["content-disposition"] == f'attachment; filename="portfolio-{which}.xlsx"'
        assert {fault.code for fault in read_portfolio(f"{which}.xlsx", content=got.content).errors} == codes
    assert client.get("/brief/other.xlsx").status_code in (404, 422)


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("mine.txt", b"a,b", 415, "is not of a kind that is read here"),
        ("mine.xls", b"\xd0\xcf\x11\xe0", 415, "is not of a kind that is read here"),
        ("mine.xlsm", b"PK", 415, "is not of a kind that is read here"),
        ("mine.xlsx", b"PK nonsense", 422, "is damaged"),
        ("mine.xlsx", b"no workbook at all", 422, "mine.xlsx"),
        ("mine.xlsx", b"", 422, "mine.xlsx"),
        ("mine.xlsx", b"x" * 5_100_000, 413, "too large"),
    ],
)
def test_files_that_cannot_be_used(client, name, content, status, words):
    answer = client.post("/brief/run", files={"file": (name, content)}, data={"scenario": ["none"]})
    assert answer.status_code == status
    assert words in answer.text
    assert 'type="file"' in answer.text, "the form is still there"


def test_faults_of_a_portfolio_are_told_with_their_place(client):
    rows = {name: [dict(row) for row in table] for name, table in shipped_rows().items()}
    rows["goods"][0]["hts"] = "<b>12</b>"
    content = workbook_bytes(rows)
    sent = client.post("/brief/run", files={"file": ("bad.xlsx", content)}, data={"scenario": ["none"], "on": DAY})
    assert sent.status_code == 303
    job = ended(client, sent.headers["location"])
    assert job["state"] == "done", job
    page = client.get(job["result"]).text
    assert "wrong with the file or worth saying" in page
    assert "<b>12</b>" not in page
    faults = client.get(job["result"].replace("?", ".json?")).json()["faults"]
    assert any(fault["severity"] == "error" and fault["column"] == "hts" for fault in faults)


def test_nothing_of_a_portfolio_stays_when_its_run_is_forgotten(make_client, tmp_path, workbook):
    client = make_client(data=tmp_path / "data", jobs=tmp_path / "jobs")
    sent = client.post("/brief/run", files={"file": ("mine.xlsx", workbook)}, data={"scenario": ["none"], "on": DAY})
    job = ended(client, sent.headers["location"])
    assert client.get(job["result"]).status_code == 200
    assert not (tmp_path / "data").exists()
    held = [path.read_bytes() for path in (tmp_path / "jobs").rglob("*") if path.is_file()]
    assert all(workbook not in content for content in held), "the file itself is gone once it was read"
    client.post(f"{job['address']}/drop")
    assert list((tmp_path / "jobs").rglob("*")) == []
    assert client.get(job["result"]).status_code == 404


def test_the_usual_brief_is_there_at_once_and_its_scenarios_are_run_beside(make_client):
    client = make_client()
    page = client.get("/brief")
    assert page.status_code == 200
    assert "What applies now" in page.text
    assert "The scenarios are being run beside it" in page.text
    (job,) = client.get("/jobs.json").json()["jobs"]
    assert job["kind"] == "brief"
    client.get("/brief")
    assert len(client.get("/jobs.json").json()["jobs"]) == 1
    client.post(f"{job['address']}/cancel")
    assert "the run of the scenarios is cancelled" in client.get("/brief").text


def test_no_other_address_begins_a_run(make_client):
    client = make_client()
    page = client.get("/brief", params={"on": "2026-09-01", "scenario": "busan-truce"})
    assert "Run them" in page.text
    assert client.get("/jobs.json").json()["jobs"] == []


def test_flow_in_a_browser(tab, accessible, workbook):
    tab.goto("/brief?scenario=none")
    tab.click("summary:has-text('Your own portfolio')")
    tab.set_input_files("#f-file", {"name": "mine.xlsx", "mimeType": "application/octet-stream", "buffer": workbook})
    for box in tab.query_selector_all("[name=scenario]:checked"):
        box.uncheck()
    tab.fill("#f-on", DAY)
    tab.click("button:has-text('Write the brief')")
    tab.wait_for_url("**/brief?run=*", timeout=90_000)
    tab.wait_for_selector(".downloads")
    assert "mine.xlsx" in tab.text_content("main")
    accessible(tab)
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, java_script_enabled=False, viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto("/brief?scenario=none")
    assert "What applies now" in page.text_content("#answer")
    context.close()
    context = chromium.new_context(base_url=server, viewport={"width": 380, "height": 800}, color_scheme="dark")
    page = context.new_page()
    page.goto("/brief?scenario=none")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    context.close()
