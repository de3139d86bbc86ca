"""A brief as a file: the same words and numbers in each kind, hostile words kept as words."""

import io
import json
import re
from html.parser import HTMLParser

import pytest

from countermeasure.brief.model import Action, Applies, Brief, Citation, Cost, FirstPage, Run, Section, Stop, Turn
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.brief import WRITABLE, brief_bytes, write_brief
from countermeasure.io.brief import pdf as printer
from countermeasure.io.brief.cells import days, is_share, plain, series, share, weeks
from countermeasure.io.brief.files import check_target
from countermeasure.io.brief.workbook import brief_sheets
from countermeasure.scenario.whole.model import Part

EVIL = '=cmd|"/c calc"!A1 <script>alert(1)</script> | [x](javascript:alert(1)) `a` \n# head'
DAY = 20784  # 2026-11-27
VOID = {"meta", "br"}


def made():
    applies = (
        Applies(("T-1.1", "T-1.2"), EVIL, "China to Germany", "CN to DE", (DAY, DAY + 30), (DAY + 3, DAY + 33), "text",
                "license required", "not controlled", "3.7 % to 28.7 %", 100.0, 3.7, 10.0, 28.7, True, "", False),
        Applies(("T-1.1", "T-1.2"), EVIL, "China to Germany", "CN to DE", (DAY, DAY + 30), (DAY + 3, DAY + 33), "announced",
                "no license today: the rule sleeps", "not controlled", "3.7 % to 28.7 %", 100.0, 3.7, 10.0, 28.7, True, "", False),
        Applies(("T-2",), "chips", "US to CN", "US to CN", (DAY, DAY), None, "", "undetermined", "prohibited", "10 % + not held", None,
                10.0, 10.0, 10.0, False, "column 1 is left out", True, False),
    )  # fmt: skip
    actions = (
        Action("apply", f"Apply for {EVIL}", "the ministry", DAY, EVIL, ("T-1.1",), 1234567.0, Citation("Announcement 9", "https://a.example/9?x=1&y=2")),
        Action("ask", "Is it?", EVIL, None, "It decides", ("T-2",), None, Citation("odd", "javascript:alert(1)")),
    )  # fmt: skip
    stop = Stop("No deal", "line", "Hall", 0.364, (DAY + 60, DAY + 67, None), (0.0, 1.5, 13.0), (0.0, 250.0, 900.0), 6.5, None, 52.0,
                (0.0, 0.1, 0.364), DAY)  # fmt: skip
    first = FirstPage(
        ("One sentence with 25 % in it.", EVIL), ("It rests on this.",), applies,
        (Turn(DAY + 45, "law", ("cn-x.1",), "suspended", "in force, 25 %", "announced"),),
        (Cost("as the law stands", "", None, None, None, 1, 1, None, "T-3 (column 1 is left out)"), Cost("No deal", "text", 4.0, 5.0, 6.0, 0, 0, 3.0)),
        (stop,), actions,
    )  # fmt: skip
    rows = tuple((f"entry {n}", EVIL if n == 3 else None, n * 1000.5, n / 200) for n in range(80))
    sheet = Sheet("duty_entries_long_name_that_excel_cuts", "A long table", ("line", "words", "USD", "rate ordinary"), rows)
    twin = Sheet("duty_entries_long_name_that_excel_cuts_too", "Another", ("line",), (("x",),))
    weekly = Sheet("firm_by_week", "By week", ("scenario", "line or part", "week of", "share of draws"),
                   tuple(("No deal", "Hall", f"2026-12-{d:02d}", d / 40) for d in (7, 14, 21)))  # fmt: skip
    part = Part(
        "trade", f"Said {EVIL}", {"welfare_US_change": -0.01, "nothing": None}, (sheet,), (("theta", "4", "U", EVIL),), (EVIL,)
    )
    section = Section("duty", "Duty", (EVIL,), (("what", EVIL, "U", "why"),), (sheet, twin, weekly), actions[0].citation and (actions[0].citation,),
                      ("It does not say everything.",), (Run("No deal", "no-deal", part),))  # fmt: skip
    return Brief(
        "Brief of A & B <Ltd>",
        "23 shipments",
        DAY,
        None,
        90,
        first,
        (section,),
        (("book", "abc"),),
        (("countermeasure brief --on 'x y'", "all"),),
    )


@pytest.fixture(scope="module")
def brief():
    return made()


class Page(HTMLParser):
    """Tags of a page, and whether they close as they open."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def page(brief):
    return Page(brief_bytes(brief, "html").decode())


def test_page_is_well_made(page):
    assert page.open == []
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert [t for t, _ in page.tags].count("h1") == 1
    assert {"header", "nav", "main", "footer"} <= {t for t, _ in page.tags}
    links = [a["href"] for t, a in page.tags if t == "a" and a["href"].startswith("#")]
    assert links
    assert all(link[1:] in ids for link in links)
    assert all(a["aria-labelledby"] in ids for t, a in page.tags if t == "section" and "aria-labelledby" in a)


def test_page_fetches_nothing_and_runs_nothing(page):
    assert "script" not in {t for t, _ in page.tags}
    for tag, attrs in page.tags:
        assert not {"src", "srcset", "onload", "onclick"} & attrs.keys(), tag
        if tag == "a":
            assert attrs["href"].startswith(("#", "https://", "http://"))
    style = "".join(page.words)
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", style)
    assert "@import" not in style


def test_tables_have_captions_and_scopes(page):
    tables = [n for n, (t, _) in enumerate(page.tags) if t == "table"]
    regions = [a for t, a in page.tags if t == "div" and a.get("role") == "group"]
    assert len(tables) == len(regions)
    assert all(a.get("aria-label") and a.get("tabindex") == "0" for a in regions)
    assert all(a.get("scope") in ("col", "row") for t, a in page.tags if t == "th")
    svgs = [a for t, a in page.tags if t == "svg"]
    assert svgs
    assert all(a.get("role") == "img" and a.get("aria-labelledby") for a in svgs)


def test_assumptions_stand_before_answers(brief):
    text = brief_bytes(brief, "html").decode()
    assert text.index("It rests on this") < text.index("One sentence with")
    assert text.index("theta") < text.index("Said =cmd")
    markdown = brief_bytes(brief, "md").decode()
    assert markdown.index("It rests on this") < markdown.index("One sentence with")


def test_readings_that_differ_stand_in_one_row(brief):
    text = brief_bytes(brief, "html").decode()
    assert text.count("T-1.1, .2") == 1
    assert "license required</" not in text.partition("no license today")[0][-1:]
    assert "(law as published)" in text
    assert "(statements honoured)" in text


def test_long_tables_are_cut_on_the_page_and_whole_in_excel(brief):
    text = brief_bytes(brief, "html").decode()
    assert "20 more rows are in the Excel file" in text
    assert "entry 79" not in text
    sheets = brief_sheets(brief)
    assert [
        len(rows) for _, rows in (sheets["duty_entries_long_name_that_exc"], sheets["duty_entries_long_name_that_e 2"])
    ] == [80, 1]


def test_excel_reads_back_and_holds_no_formula(brief, tmp_path):
    from python_calamine import CalamineWorkbook

    path = write_brief(tmp_path / "b.xlsx", brief)
    book = CalamineWorkbook.from_path(path)
    assert all(len(name) <= 31 for name in book.sheet_names)
    rows = book.get_sheet_by_name("actions").to_python()
    assert rows[1][3] == f"Apply for {EVIL}"
    assert rows[1][7] == 1234567.0
    assert str(rows[1][2]).startswith("2026-11-27")
    long = book.get_sheet_by_name("duty_entries_long_name_that_exc").to_python()
    assert long[4][1] == EVIL
    assert long[81 - 1][2] == pytest.approx(79 * 1000.5)
    import zipfile

    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in packed.read(name)


def test_markdown_keeps_words_as_words(brief):
    text = brief_bytes(brief, "md").decode()
    assert "<script" not in text
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert re.search(r"\[Announcement 9\]\(<https://a\.example/9\?x=1&y=2>\)", text)
    assert not re.search(r"^# head", text, re.MULTILINE)
    heads = [line for line in text.splitlines() if line.startswith("|")]
    widths = {}
    for line in heads:
        if line.startswith("|---"):
            widths["now"] = line.count("|")
        elif "now" in widths:
            assert line.replace("\\|", "").count("|") == widths["now"] or "---" in heads[heads.index(line) + 1]


def test_json_holds_what_the_brief_holds(brief):
    found = json.loads(brief_bytes(brief, "json"))
    assert found["first"]["actions"][0]["usd"] == 1234567.0
    assert found["sections"][0]["runs"][0]["figures"]["welfare_US_change"] == -0.01
    assert found["first"]["stops"][0]["first"] == ["2027-01-26", "2027-02-02", None]
    assert found["limits"]


@pytest.mark.parametrize("kind", ["html", "md", "json"])
def test_the_figures_are_in_every_kind(brief, kind):
    text = brief_bytes(brief, kind).decode().replace("\u00a0", " ")
    for words in ("Announcement 9", "No deal", "cn-x.1", "column 1 is left out", "10 % + not held", "T-3 (column 1"):
        assert words in text
    if kind != "json":  # there dollars are numbers or null, and ``held`` says the rest
        assert "10 + not held" in text
        assert "not told" in text


def test_curves_of_shares_are_not_called_medians(brief):
    text = brief_bytes(brief, "html").decode()
    picture = text[text.index("Share of draws in which it has stopped") :].split("</svg>")[0]
    assert ">share of draws<" in picture
    assert "median" not in picture


def test_unknown_suffix_and_missing_folder_are_told_before_work(tmp_path):
    with pytest.raises(InputError, match=r"\.docx") as caught:
        check_target(tmp_path / "brief.docx")
    assert all(suffix in str(caught.value) for suffix in WRITABLE)
    with pytest.raises(InputError, match="no such folder"):
        check_target(tmp_path / "nowhere" / "brief.html")
    check_target(tmp_path / "brief.html")


def test_without_a_browser_pdf_says_what_to_do(brief, tmp_path, monkeypatch):
    monkeypatch.setattr(printer, "browser", lambda: None)
    with pytest.raises(NotFoundError, match="print it from your browser"):
        check_target(tmp_path / "b.pdf")
    with pytest.raises(NotFoundError, match="print it from your browser"):
        write_brief(tmp_path / "b.pdf", brief)
    assert not (tmp_path / "b.pdf").exists()


def test_a_browser_that_fails_is_told(brief, tmp_path, monkeypatch):
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(printer, "browser", lambda: str(program))
    with pytest.raises(InputError, match=r"exit code 3.*\.html"):
        brief_bytes(brief, "pdf")


@pytest.mark.skipif(printer.browser() is None, reason="no Chromium on this machine")
def test_pdf_has_pages_and_words(brief):
    content = brief_bytes(brief, "pdf")
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 3
    assert io.BytesIO(content).getbuffer().nbytes > 10_000


def test_cells_read_as_people_do():
    assert [share(x) for x in (0.0, 0.001, 0.364, 0.999, 1.0)] == ["0 %", "under 1 %", "36 %", "over 99 %", "100 %"]
    assert series(("T-1.1", "T-1.2", "T-2", "T-2.1", "T-2.2")) == "T-1.1, .2, T-2, T-2.1, .2"
    assert weeks(5.3333) == "5.3"
    assert weeks(12.0) == "12"
    assert weeks(None, 52) == "over 52"
    assert days((DAY, DAY + 7, None)) == "2026-12-04 (2026-11-27 to past the end)"
    assert plain(0.271, fraction=True) == "27.1 %"
    assert (plain(None), plain(float("nan")), plain(1234567.0), plain(0), plain(True)) == ("", "", "1,234,567", "0", "yes")
    assert [is_share(c) for c in ("rate least", "share of draws", "rate", "USD", "weeks")] == [True, True, True, False, False]
