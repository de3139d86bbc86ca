"""The pages of parties: names, entries, owners, tables."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from countermeasure.book.load import Book
from countermeasure.codes.day import parse_day
from countermeasure.io.party_index import party_index
from countermeasure.io.party_lists import party_lists
from countermeasure.io.screening import query_of
from countermeasure.parties.lists import shipped_lists
from countermeasure.web.views.parties_owners import EXAMPLE_EDGES, EXAMPLE_LISTED, OwnersQuestion, answer_owners
from countermeasure.web.views.parties_search import Question, answer_search, dated
from countermeasure.web.views.parties_table import EXAMPLE, TableQuestion, answer_table

EXAMPLES = Path(__file__).parents[2] / "examples"
NOBODY = "Quietly Unlisted Tea House of Nowhere"
OWNERS = urlencode({"edges": EXAMPLE_EDGES, "listed": EXAMPLE_LISTED, "on": "2026-10-10"})
PAGES = (
    "/parties", "/parties?name=Huawei+Tech+Co&country=CN", f"/parties?{urlencode({'name': NOBODY})}", "/parties/entry/cn-ecl:001",
    "/parties/table", "/parties/owners", f"/parties/owners?{OWNERS}", f"/parties/owners?{OWNERS}&party=Delta+Works",
)  # fmt: skip


@pytest.fixture(scope="module")
def held():
    return party_lists()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers(client, address):
    found = client.get(address)
    assert found.status_code == 200
    assert found.text.count("<h1") == 1


def test_hits_are_those_of_the_search(client, held):
    found = client.get("/parties.json?name=Huawei+Tech+Co&country=CN").json()
    hits = party_index(held).search([query_of("Huawei Tech Co", country_text="CN")], limit=50)[0]
    assert [(h["entry"]["id"], h["score"]) for h in found["hits"]] == [(h.party.id, h.score) for h in hits]
    assert found["result"] == "confirmed"
    page = client.get("/parties?name=Huawei+Tech+Co&country=CN").text
    for hit in hits:
        assert f"/parties/entry/{hit.party.id}" in page
        assert all(term.words[:20] in page for term in hit.terms if term.words.isascii() and "'" not in term.words)


def test_a_name_in_chinese_script_finds_the_same_party(client):
    found = client.get(f"/parties.json?{urlencode({'name': '通用动力公司'})}").json()
    assert found["hits"][0]["entry"]["id"] == "cn-ecl:001"


def test_not_found_is_never_called_cleared(client, held):
    page = client.get(f"/parties?{urlencode({'name': NOBODY})}").text
    assert "not found in" in page
    assert "not the same as cleared" in page
    found = answer_search(Question(NOBODY), held, party_index)
    assert "is cleared" not in found.said
    assert dated(held) in found.said
    assert all(day in found.said for day in ("2026-07-31", "2026-08-24")) or held != shipped_lists()


def test_least_score_leaves_out_and_says_so(held):
    everything = answer_search(Question("中芯国际"), held, party_index)
    least = max(hit.score for hit in everything.found.hits)
    cut = answer_search(Question("中芯国际", least=least), held, party_index)
    assert [h.score for h in cut.found.hits] == [h.score for h in everything.found.hits if h.score >= least]
    assert cut.below == len(everything.found.hits) - len(cut.found.hits) > 0
    assert "lower score left out" in cut.said
    none = answer_search(Question("中芯国际", least=1.0), held, party_index)
    assert none.found.result == "not_found"
    assert "lower score are left out" in none.said


def test_only_the_lists_that_are_ticked_are_searched(client):
    found = client.get("/parties.json?name=Huawei+Tech+Co&list=us-cmic").json()
    assert {h["entry"]["list"] for h in found["hits"]} == {"us-cmic"}
    assert [one["list"] for one in found["lists"]] == ["us-cmic"]


def test_an_entry_shows_the_state_of_its_listing(client):
    """cn-ecl:001 was listed by announcement 1 of 2025; the provision of the book says in which state that is."""
    found = client.get("/parties/entry/cn-ecl:001.json?on=2026-10-10").json()
    book = Book.shipped().replayed(None, "text").provisions["cn-ecl-2025-1"]
    assert found["provision"] == "cn-ecl-2025-1"
    assert found["states"]["text"] == book.state(parse_day("2026-10-10") * 1440).value
    page = client.get("/parties/entry/cn-ecl:001").text
    assert '/book/provision/cn-ecl-2025-1"' in page
    assert client.get("/book/provision/cn-ecl-2025-1").status_code == 200


def test_every_shipped_entry_can_be_opened(client, held):
    for one in held:
        for party in one.parties[:3]:
            assert client.get(f"/parties/entry/{party.id}").status_code == 200, party.id


def test_owners_by_hand(held):
    """Alpha holds half of Beta, which holds 30 % of Delta; Echo, blocked under a programme in scope, holds 20 %: 50 % in all."""
    question = OwnersQuestion(
        ("o.csv", EXAMPLE_EDGES.encode()), ("l.csv", EXAMPLE_LISTED.encode()), "", ("bis", "ofac"), parse_day("2025-10-15")
    )
    found = answer_owners(question, Book.shipped(), held)
    by = {(r["entity"], r["rule"], r["reading"]): r for r in found.rows}
    assert by["Delta Works", "bis", "text"]["status"] == "restricted"
    assert by["Delta Works", "bis", "text"]["low_percent"] == 50.0
    assert by["Delta Works", "ofac", "text"]["status"] == "not_restricted"
    assert by["Gamma Parts", "bis", "text"]["status"] == "not_restricted"
    assert by["Beta Trading", "bis", "text"]["because"] == "owned"
    assert found.said.startswith("5 parties in o.csv on 2025-10-15: 4 restricted")


def test_readings_of_the_affiliates_rule_are_both_told(client):
    asked = urlencode({"edges": EXAMPLE_EDGES, "listed": EXAMPLE_LISTED, "on": "2026-11-27", "rule": "bis"})
    found = client.get(f"/parties/owners.json?{asked}").json()
    delta = {r["reading"]: r for r in found["answers"] if r["entity"] == "Delta Works"}
    assert delta["text"]["status"] == "restricted"
    assert delta["announced"]["status"] == "not_restricted"
    assert delta["announced"]["would_be"] == "restricted"


def test_proofs_have_pictures_with_ids_of_their_own(client):
    page = client.get(f"/parties/owners?{OWNERS}&party=Delta+Works").text
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    assert page.count("<svg") >= 2
    assert "Alpha Holding" in page


def test_proofs_follow_light_and_dark(client):
    """The pictures have no colour of their own: the style sheet of the pictures gives it, on the page and in a file."""
    page = client.get(f"/parties/owners?{OWNERS}&party=Delta+Works").text
    drawn = page.partition("<svg")[2].rpartition("</svg>")[0]
    assert 'fill="#' not in drawn
    assert 'stroke="#' not in drawn
    assert 'class="cm-paper"' in drawn
    known = client.get("/static/css/pictures.css").text
    for name in set(re.findall(r"cm-[a-z]+\d?", drawn)):
        assert f".{name}" in known, name


def test_files_are_uploaded_kept_and_forgotten(client):
    files = {
        "file": ("ownership.csv", (EXAMPLES / "ownership.csv").read_bytes(), "text/csv"),
        "listed_file": ("listed.csv", (EXAMPLES / "ownership_listed.csv").read_bytes(), "text/csv"),
    }
    sent = client.post("/parties/owners", files=files, data={"party": "Delta Works", "on": "2026-10-10"})
    assert sent.status_code == 303
    address = sent.headers["location"]
    assert address.startswith("/parties/owners/")
    page = client.get(address)
    assert page.status_code == 200
    assert "Delta Works" in page.text
    assert client.get(f"{address}.json").json()["source"] == "ownership.csv"
    name = address.rpartition("/")[2]
    assert client.get(f"/parties/table/{name}").status_code == 404
    assert client.post(f"/jobs/{name}/drop").status_code == 303
    assert client.get(address).status_code == 404


def test_a_table_of_names(client, held):
    sent = client.post("/parties/table", data={"rows": EXAMPLE + "X,\n"})
    assert sent.status_code == 303
    address = sent.headers["location"]
    found = client.get(f"{address}.json").json()
    assert found["counts"] == {"confirmed": 2, "review": 0, "not_found": 1}
    assert [f["code"] for f in found["faults"]] == ["short_name"]
    rows = list(csv.DictReader(io.StringIO(client.get(f"{address}.csv").text)))
    assert {r["result"] for r in rows} == {"confirmed", "not_found"}
    page = client.get(address).text
    assert "1 row could not be read" in page
    assert "row 5" in page


def test_a_long_table_becomes_a_run(client):
    rows = "name\n" + "\n".join(f"Firm {n} of Somewhere" for n in range(260)) + "\nHuawei Tech Co\n"
    sent = client.post("/parties/table", files={"file": ("names.csv", rows.encode(), "text/csv")})
    assert sent.status_code == 303
    address = sent.headers["location"]
    assert address.startswith("/jobs/")
    job = _over(client, address)
    assert job["state"] == "done", job
    found = client.get(f"{job['result']}.json").json()
    assert found["counts"]["confirmed"] == 1
    assert sum(found["counts"].values()) == 261


def test_a_table_that_is_too_long_is_refused_with_words(client):
    sent = client.post("/parties/table", data={"rows": "name\n" + "a b\n" * 2001})
    job = _over(client, sent.headers["location"])
    assert job["state"] == "failed"
    assert "2,001 rows" in job["error"]["message"]
    assert "countermeasure screen" in job["error"]["cure"]


def test_cells_that_a_spreadsheet_would_run_are_tamed(client):
    sent = client.post("/parties/table", data={"rows": 'name\n"=HYPERLINK(""x"") Trading"\n'})
    text = client.get(f"{sent.headers['location']}.csv").text
    assert "'=HYPERLINK" in text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", ("no table is given", "Choose a file")),
        ("firm_size\n12\n", ("not a table of parties", "column name")),
    ],
)
def test_tables_that_cannot_be_used(client, rows, words):
    found = client.post("/parties/table", data={"rows": rows})
    assert found.status_code == 422
    assert all(word in found.text for word in words), found.text


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/parties?name=a", 422, ("too short",)),
        ("/parties?name=Huawei&country=Atlantis", 422, ("Atlantis", "ISO code")),
        ("/parties?name=Huawei&score=much", 422, ("is not a score",)),
        ("/parties?name=Huawei&score=7", 422, ("between 0 and 1",)),
        ("/parties?name=Huawei&list=xx", 404, ("no list", "us-el")),
        ("/parties?name=Huawei&on=2026-02-30", 422, ("2026-02-30",)),
        ("/parties/entry/us-el:nobody", 404, ("no list that is held has an entry",)),
        (f"/parties/owners?{OWNERS}&party=Delta+Wrks", 404, ("Did you mean Delta Works",)),
        (f"/parties/owners?{OWNERS}&rule=zz", 404, ("no ownership rule", "ofac")),
        ("/parties/owners?edges=a,b%0A1,2", 422, ("no row of the table of owners could be read", "owner, owned and share")),
        ("/parties/owners/" + "0" * 32, 404, ("no run",)),
    ],
)
def test_questions_that_cannot_be_used(client, address, status, words):
    page = client.get(address)
    assert page.status_code == status
    assert all(word in page.text for word in words), page.text


def test_interface(client):
    assert client.get("/api/v1/parties?name=Huawei+Tech+Co").json() == client.get("/parties.json?name=Huawei+Tech+Co").json()
    assert client.get("/api/v1/parties/lists").json()["lists"]
    assert client.get("/api/v1/parties/entry/cn-ecl:001").json()["provision"] == "cn-ecl-2025-1"
    screened = client.post("/api/v1/parties/screen", json={"table": EXAMPLE}).json()
    assert screened["counts"]["confirmed"] == 2
    asked = {"edges": EXAMPLE_EDGES, "listed": EXAMPLE_LISTED, "party": "Delta Works", "rules": ["bis"], "on": "2025-10-15"}
    assert client.post("/api/v1/parties/owners", json=asked).json()["proofs"][0]["status"] == "restricted"
    for wrong in ({"table": EXAMPLE, "more": 1}, {"table": EXAMPLE, "score": 2}, {}):
        refused = client.post("/api/v1/parties/screen", json=wrong)
        assert refused.status_code == 422
        assert set(refused.json()["error"]) == {"code", "message", "where", "cure"}


def test_names_are_escaped(client):
    page = client.get("/parties?name=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    edges = urlencode({"edges": "owner,owned,share\n<b>Bad</b>,</textarea><script>x</script>,60%"})
    page = client.get(f"/parties/owners?{edges}").text
    assert "<script>x" not in page
    assert "<b>Bad" not in page


def test_answers_do_not_depend_on_the_order_of_rows(held):
    lines = EXAMPLE.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    one, two = (answer_table(TableQuestion("t.csv", text.encode()), held, party_index) for text in (EXAMPLE, turned))
    assert {a.query.name: a.hits for a in one.found} == {a.query.name: a.hits for a in two.found}


def test_flow_in_a_browser(tab, accessible):
    tab.goto("/parties")
    accessible(tab)
    tab.fill("#f-name", "Huawei Tech Co")
    tab.click("button:has-text('Look up')")
    tab.wait_for_selector(".hit.confirmed")
    assert "name=Huawei" in tab.url
    accessible(tab)
    tab.locator(".hit a").first.click()
    tab.wait_for_url("**/parties/entry/**")
    accessible(tab)
    tab.goto("/parties/owners")
    accessible(tab)
    tab.fill("#f-party", "Delta Works")
    tab.click("button:has-text('Ask')")
    tab.wait_for_selector("section.proof svg")
    assert "party=Delta" in tab.url
    accessible(tab)
    tab.goto("/parties/table")
    accessible(tab)
    tab.click("button:has-text('Screen')")
    tab.wait_for_url("**/parties/table/*")
    accessible(tab)
    tab.click("button:has-text('Forget this answer')")
    tab.wait_for_url("**/jobs")
    assert tab.troubles == []
    assert tab.elsewhere == []


def test_without_scripts_and_on_a_phone(chromium, server):
    context = chromium.new_context(base_url=server, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/parties/table")
    page.click("button:has-text('Screen')")
    page.wait_for_url("**/parties/table/*")
    assert page.locator(".hit").count() >= 2
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    context.close()


def _over(client, address, seconds=60):
    import time

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = client.get(f"{address}.json").json()
        if job["state"] in ("done", "failed", "cancelled", "lost"):
            return job
        time.sleep(0.2)
    return job
