"""``countermeasure read``: files of several kinds, the screen, JSON, the folder, errors."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

TEXT = (
    "China suspended Announcement No. 61 until November 10, 2026. The Affiliates Rule is suspended until December 31, 2026.\n"
)


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_screen_shows_marks_differences_and_a_last_line(run, article):
    code, out, _ = run("read", article, "--dated", "2025-11-12")
    assert code == 0
    assert "[Announcement No. 61]" in out
    assert "Where text and book differ" in out
    assert "suspended until 2026-12-31" in " ".join(out.split())
    assert "Drafts to edit" in out
    assert out.strip().splitlines()[-1] == "2 claims about measures: 1 agrees, 1 differs."


def test_json_holds_everything(run, article):
    code, out, _ = run("read", article, "--dated", "2025-11-12", "--json")
    found = json.loads(out)
    assert code == 0
    assert [c["verdict"] for c in found["claims"]] == ["agrees", "disagrees"]
    assert found["dated"] == "2025-11-12"
    assert found["sentences"][0]["text"].startswith("China suspended")
    assert {d["what"] for d in found["drafts"]} == {"instrument", "scenario"}


def test_folder_holds_tables_page_and_drafts(run, article, tmp_path):
    folder = tmp_path / "out"
    code, out, _ = run("read", article, "--dated", "2025-11-12", "--out", folder)
    assert code == 0
    names = {p.name for p in folder.iterdir()}
    assert {"found.csv", "claims.csv", "unknown.csv", "outcome.json", "report.html"} <= names
    draft = "press-article-2025-11-12.yaml"
    assert {draft, "press-article-2025-11-12-scenario.yaml"} <= names
    assert draft in out.replace("\n", "")
    code, _, _ = run("book", "check", folder / draft)
    assert code == 0


def test_html_is_stripped_and_neutralised(run, tmp_path):
    path = tmp_path / "page<b>.html"
    path.write_text(
        "<html><head><title>x</title><script>The Affiliates Rule was repealed.</script></head><body>"
        "<p>China suspended &lt;img src=x onerror=alert(1)&gt; Announcement No. 61.</p><style>p{}</style></body></html>",
        "utf-8",
    )
    code, out, _ = run("read", path, "--dated", "2025-11-12", "--out", tmp_path / "out", "--json")
    assert code == 0
    assert "repealed" not in out
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<img" not in page
    assert "&lt;img" in page
    assert "<b>" not in page


def test_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    code, out, _ = run("read", "-", "--dated", "2025-11-12", "--show", "claims")
    assert code == 0
    assert "suspend cn-mofcom-2025-61" in out


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig", "cp1252"])
def test_encodings(run, tmp_path, encoding):
    text = "商务部公告2025年第61号暂停实施。" if encoding == "gb18030" else "China suspended “Announcement No. 61”."
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    code, out, _ = run("read", path, "--dated", "2025-11-12")
    assert code == 0
    assert "suspend cn-mofcom-2025-61" in out


def test_the_day_of_the_text_is_asked_for(run, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("On Friday China suspended Announcement No. 61 of 2025.", "utf-8")
    code, out, _ = run("read", path)
    assert code == 0
    assert "give --dated" in " ".join(out.split())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF-1.7", "this is a PDF, which is not read"),
        ("a.txt", b"%PDF-1.7", "Copy its text into a .txt file"),
        ("a.docx", b"PK\x03\x04", "document of a word processor"),
        ("a.csv", b"a,b", "files .csv are not read as text"),
        ("a.txt", b"  \n", "there is no text"),
        ("a.txt", b"\x00\x01\x02\x00\x00\x00", "this is no text"),
        ("a.txt", b"x" * 2_000_001, "larger than 2 MB"),
        ("a.txt", b"word " * 50_000, "more than 200,000"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(run, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    code, _, err = run("read", path)
    assert code == 2
    assert words in err


def test_a_missing_file_and_bad_flags(run, article):
    code, _, err = run("read", "nowhere.txt")
    assert code == 4
    assert "there is no such file" in err
    code, _, err = run("read", article, "--dated", "7 November")
    assert code == 2
    assert "is not a day" in err
    code, out, _ = run("read", article, "--show", "nothing", "--json")
    assert code == 2
    assert json.loads(out)["error"]["code"] == "bad_option"


def test_a_text_without_claims_says_so_and_what_was_written(run, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("The two sides met and said nothing.", "utf-8")
    code, out, err = run("read", path, "--out", tmp_path / "out")
    assert code == 0
    assert "Assumed: the day of the text is not known." in " ".join(out.split())
    assert "Nothing to draft: no claim about a measure and no threat" in " ".join(out.split())
    assert f"8 files in {tmp_path / 'out'}; open" in " ".join(err.split())
    assert "Nothing to draft" in (tmp_path / "out" / "report.html").read_text("utf-8")
    found = json.loads((tmp_path / "out" / "outcome.json").read_text("utf-8"))
    assert (found["drafts"], found["no_draft"][:16]) == ([], "Nothing to draft")


def test_a_template_is_told_as_one(run, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Washington, 12 November 2025 - The president threatened a 50 percent tariff on Chinese chips.", "utf-8")
    code, out, _ = run("read", path, "--out", tmp_path / "out")
    words = " ".join(out.split())
    assert code == 0
    assert "the text is of 2025-11-12, by its dateline" in words
    assert "a template: it does nothing until it is filled in" in words
    code, _, _ = run("book", "check", tmp_path / "out" / "press-a-2025-11-12.yaml")
    assert code == 0
