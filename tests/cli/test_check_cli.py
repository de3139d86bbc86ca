import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from countermeasure.duty import Answer, LineAnswer, Missing
from countermeasure.io.review import review

ROOT = Path(__file__).parents[2]
SHIPMENTS = Path(__file__).with_name("portfolio.csv")
BROKEN = Path(__file__).with_name("portfolio_broken.csv")


def answer(line_id, low, rate, high, *, value=1000.0, missing=(), changes_on=None, changes_to="", reading="text"):
    usd = [None if r is None or value is None else r * value for r in (low, rate, high)]
    one = Answer(
        reading, low, rate, high, *usd, None if value is None else 3.46, (), (), tuple(missing), not missing,
        changes_on=changes_on, changes_to=changes_to,
    )  # fmt: skip
    return LineAnswer(line_id, "8505.11.00.70", "", "CN", 100, None, "US", value, "0", "0" * 64, (one,))


def test_totals_count_what_has_no_figure():
    found = review([answer("a", 0.1, 0.1, 0.1), answer("b", 0.2, None, None), answer("c", 0.3, 0.3, 0.3, value=None)])
    (totals,) = found.totals
    assert (totals.low_usd, totals.ordinary_usd, totals.high_usd) == (300.0, 100.0, 100.0)
    assert (totals.no_low, totals.no_ordinary, totals.no_high) == (0, 1, 1)
    assert (totals.value_usd, totals.fees_usd) == (2000.0, 6.92)


def test_changes_are_watched_for_the_days_asked():
    lines = [answer(name, 0.1, 0.1, 0.1, changes_on=day, changes_to="20 %") for name, day in (("a", 190), ("b", 191))]
    assert [c.line_id for c in review(lines, 90).changes] == ["a"]
    assert [c.line_id for c in review(lines, 91).changes] == ["a", "b"]
    assert not review(lines, 0).changes


def test_a_change_of_provisions_alone_is_said():
    (change,) = review([answer("a", 0.1, 0.1, 0.1, changes_on=101, changes_to="10 %")]).changes
    assert (change.now, change.then) == ("10 %", "10 %, by other provisions")


def test_open_facts_are_ranked_by_the_dollars_they_decide():
    small = Missing("usmca", "?", "", (("no", 0.25, 0.25), ("yes", 0.2, 0.2)))
    large = Missing("car_part", "?", "", (("no", 0.0, 0.1), ("yes", 0.5, 0.5)))
    untold = Missing("quantity", "?", "")
    lines = [answer("a", 0.2, 0.25, 0.25, missing=[small, untold]), answer("b", 0.0, 0.1, 0.5, missing=[large, small])]
    facts = review(lines).open_facts
    assert [(f.fact, f.usd, f.lines) for f in facts] == [
        ("car_part", 500.0, ("b",)), ("usmca", 100.0, ("a", "b")), ("quantity", None, ("a",)),
    ]  # fmt: skip


def test_the_examples_of_the_repository(run):
    code, out, err = run("check", ROOT / "examples" / "shipments.csv")
    assert (code, err) == (3, "")
    assert "prohibited" in out
    assert run("check", ROOT / "examples" / "shipments.csv", "--duty-only")[::2] == (0, "")
    code, out, err = run("check", ROOT / "examples" / "shipments_broken.csv", "--duty-only")
    assert code == 2
    assert "Totals, USD" in out
    assert "error: shipments_broken.csv, row " in err


def test_a_portfolio_is_priced_whole(run):
    code, out, err = run("check", SHIPMENTS, "--duty-only")
    assert (code, err) == (0, "")
    for row in csv.DictReader(SHIPMENTS.read_text(encoding="utf-8").splitlines()):
        assert row["line_id"] in out
    for words in ("Changes within 90 days", "Open facts", "Totals, USD", "law as published", "statements honoured", "Book "):
        assert words in out


def test_json_adds_up(run):
    code, out, _ = run("check", SHIPMENTS, "--json", "--duty-only")
    found = json.loads(out)
    assert code == 0
    assert (found["rows"], found["answered"], found["faults"]) == (27, 27, [])
    first = found["totals"][0]
    lines = [line["answers"][0] for line in found["lines"]]
    assert first["ordinary_usd"] == pytest.approx(sum(one["duty_usd"] or 0 for one in lines))
    assert first["low_usd"] <= first["ordinary_usd"] <= first["high_usd"] or first["no_high"]


class Page(HTMLParser):
    """Checks that tags close in order, and gathers what would be fetched or run."""

    VOID = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_stands_alone(run, tmp_path):
    code, _, _ = run("check", SHIPMENTS, "--html", tmp_path / "r.html", "--duty-only")
    assert code == 0
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert not page.open
    assert "script" not in page.tags
    assert all(link.startswith("#") for link in page.links)
    assert not re.search(r"https?://[^\s]*\.(css|js|woff)", text)
    ids = set(re.findall(r'id="([^"]+)"', text))
    assert {link[1:] for link in page.links} <= ids


def test_html_escapes_what_a_user_wrote(run, tmp_path):
    table = tmp_path / "x.csv"
    table.write_text(
        'line_id,hts,origin,entry_on\n"<script>alert(1)</script>",8505.11.00.70,CN,2026-10-20\n<b>,<i>,CN,2026-10-20\n'
    )
    code, _, _ = run("check", table, "--html", tmp_path / "r.html", "--duty-only")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert code == 2
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "<i>" not in text
    assert "Faults of the table" in text


def test_output_by_suffix(run, tmp_path):
    for name in ("r.html", "r.json", "r.csv", "r.xlsx"):
        assert run("check", SHIPMENTS, "--output", tmp_path / name)[0] == 3
        assert (tmp_path / name).stat().st_size > 1000
    assert json.loads((tmp_path / "r.json").read_text())["within_days"] == 90


def test_faults_make_exit_code_2_and_strict_refuses(run):
    code, out, err = run("check", BROKEN, "--duty-only")
    assert code == 2
    assert "Totals, USD" in out
    assert "22 rows: 5 answered, 17 not" in err
    code, out, err = run("check", BROKEN, "--strict")
    assert (code, out) == (2, "")
    assert "refused" in err


LICENSED = """line_id,hts,origin,entry_on,value_usd,control_code,end_user
free,6109.10.00.12,CN,2026-10-05,1000,none,Example Shirts Inc
magnets,8505.11.00.70,CN,2026-10-05,1000,1C905.a.4,Example Motors Inc
oxide,2846.90.80.90,CN,2026-10-05,1000,1C905.b,MP Materials
asleep,2846.90.80.90,CN,2026-10-05,1000,1C911.b,Example Motors Inc
open,8504.40.95.80,CN,2026-10-05,1000,,
"""


def test_licenses_stand_beside_duties_and_what_stops_makes_exit_code_3(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(LICENSED)
    code, out, _ = run("check", table, "--json")
    found = json.loads(out)
    assert code == 3
    answers = [next(a["answer"] for a in one["answers"] if a["regime"] == "CN") for one in found["licenses"]]
    assert answers == ["not_controlled", "license_required", "prohibited", "no_license_today", "undetermined"]
    assert found["stopped"] == ["oxide", "open"]
    assert [line["line_id"] for line in found["lines"]] == [one["id"] for one in found["licenses"]]


def test_nothing_that_stops_makes_exit_code_0(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("\n".join(LICENSED.splitlines()[:3]) + "\n")
    assert run("check", table)[0] == 0


def test_the_page_shows_licenses_and_links_to_nothing_but_sources(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(LICENSED)
    run("check", table, "--html", tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert not page.open
    assert "script" not in page.tags
    assert not [link for link in page.links if not link.startswith(("#", "http"))]
    assert not re.search(r"<(img|link|iframe)", text)
    assert "MP Materials Corp." in text
