"""The skeleton: pages, twins, errors, files, templates."""

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import CodeError, InputError, NotFoundError
from countermeasure.io.pictures.palette import STYLE
from countermeasure.web import render
from countermeasure.web.errors import status_of
from countermeasure.web.twins import csv_text

WEB = Path(render.__file__).parent
OWN = ("/", "/check", "/check/license", "/check/table", "/jobs", "/about/api", "/sign-in")


class Reader(HTMLParser):
    """Collects what a page must have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.mark.parametrize("path", OWN)
def test_pages_have_one_heading_labels_and_no_inline_script_or_style(client, path) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    page = Reader(answer.text)
    assert len(page.all("h1")) == 1
    assert page.all("main") == [{"id": "main", "tabindex": "-1"}]
    assert not page.all("style")
    assert not [a for _, attrs in page.tags for a in attrs if a == "style" or a.startswith("on")]
    assert all(a.get("src") or a.get("type") == "application/json" for a in page.all("script"))
    labelled = {a.get("for") for a in page.all("label")}
    fields = [a for name, a in page.tags if name in ("input", "select", "textarea") and a.get("type") != "hidden"]
    assert all(a["id"] in labelled for a in fields)
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_nav_names_the_page_that_is_open(client) -> None:
    page = Reader(client.get("/check/license").text)
    assert [a["href"] for a in page.all("a") if a.get("aria-current")] == ["/check", "/check/license"]
    assert len(render.NAV) == 9


def test_nothing_is_asked_of_other_hosts() -> None:
    for path in [*WEB.glob("templates/*.html"), *WEB.glob("static/css/*.css"), *WEB.glob("static/js/*.js")]:
        text = path.read_text("utf-8")
        assert not re.search(r"""(src|href)=["'](https?:)?//""", text), path.name
        assert "@import" not in text
        assert "url(http" not in text


def test_errors_have_one_shape_as_json_and_words_as_a_page(client) -> None:
    for path, status, code in (
        ("/nope.json", 404, "not_found"),
        ("/api/v1/nope", 404, "not_found"),
        ("/jobs/x.json", 404, "unknown_job"),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert set(answer.json()) == {"error"}
        assert set(answer.json()["error"]) == {"code", "message", "where", "cure"}
        assert answer.json()["error"]["code"] == code
    page = client.get("/nope")
    assert page.status_code == 404
    assert "there is no such page" in page.text
    assert 'id="answer"' in page.text  # so that a form that swaps its answer shows the error
    answer = client.post("/check")
    assert answer.status_code == 405
    assert "POST is not possible here" in answer.text


def test_unexpected_errors_keep_their_inside_to_themselves(app, client, monkeypatch) -> None:
    def broken(*_):
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr("countermeasure.web.views.today.answer_today", broken)
    for path in ("/?on=2019-03-03", "/index.json?on=2019-03-03"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    assert answer.json()["error"]["message"] == "an unexpected error"


def test_status_follows_the_kind_of_error() -> None:
    assert status_of(NotFoundError("x")) == 404
    assert status_of(CodeError("x")) == status_of(InputError("x")) == 422


def test_csv_keeps_formulas_from_running_and_numbers_as_they_are() -> None:
    rows = (
        ("=HYPERLINK(1)", -5.0),
        ("+1", None),
        ("@SUM", 0),
        ("-2+3", 1.5),
        ("-12.5", 2),
        ("\tx", 3),
        ("plain", 4),
        (["=a", "b"], 5),
    )
    read = list(csv.reader(io.StringIO(csv_text(Sheet("s", "S", ("name", "=value"), rows)))))
    assert read[0] == ["name", "'=value"]
    assert [row[0] for row in read[1:]] == ["'=HYPERLINK(1)", "+1", "'@SUM", "'-2+3", "-12.5", "'\tx", "plain", "'=a; b"]
    assert [row[1] for row in read[1:4]] == ["-5.0", "", "0"]


def test_twins_choose_a_table_by_name(client) -> None:
    line = "hts=8505.11.00.70&origin=CN&on=2026-04-10&value=10000&what=duty"
    assert client.get(f"/check.csv?{line}&sheet=components").text.startswith("line_id,reading,place,heading")
    answer = client.get(f"/check.csv?{line}&sheet=nope")
    assert answer.status_code == 404
    assert "Tables: lines, components" in answer.json()["error"]["cure"]


def test_filters() -> None:
    assert render.percent(0.352) == "35.2\u00a0%"
    assert render.percent(None) == "?"
    assert render.usd(-1234.5) == "\u22121,234.50"
    assert render.usd(None) == "?"
    assert render.number(1234.4) == "1,234"
    assert render.number(0.123456) == "0.1235"
    assert render.number(None) == ""
    assert render.number(float("nan")) == ""
    assert render.number(True) == "yes"
    assert render.day(20553) == "2026-04-10"
    assert render.link("/a", {"b": "1", "c": ""}, d="x y", b="") == "/a?d=x+y"


def test_pictures_carry_no_style_of_their_own_and_the_file_is_the_palette() -> None:
    from countermeasure.io.pictures.canvas import empty

    drawn = empty("A <b>title</b>", "why")
    assert "<style>" in drawn
    assert "<style>" not in render.inline_svg(drawn)
    assert render.inline_svg("<svg><script>alert(1)</script></svg>") == ""
    assert render.inline_svg("<p>no picture</p>") == ""

    def bare(text):
        return re.sub(r"/\*.*?\*/|\s+", "", text)

    assert bare((WEB / "static" / "css" / "pictures.css").read_text("utf-8")) == bare(STYLE)


def test_vendored_files_are_those_that_the_list_names() -> None:
    from hashlib import sha256

    folder = WEB / "static" / "vendor"
    listed = dict(
        re.findall(r"^\| (\S+\.js) \|.*`([0-9a-f]{64})`", (folder / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    )
    assert set(listed) == {p.name for p in folder.glob("*.js")}
    for name, digest in listed.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_static_addresses_change_with_the_content(client) -> None:
    page = client.get("/check").text
    address = re.search(r'href="(/static/css/base\.css\?v=\w+)"', page)[1]
    assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
