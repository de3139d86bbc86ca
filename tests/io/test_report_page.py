"""The page of a simulation of supply: answer first, then what was assumed, every picture with its table."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.errors import InputError
from countermeasure.io.pictures import fan_chart
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source, report_page

WEEKS = [f"2025-{m:02d}-{d:02d}" for m, d in ((4, 7), (4, 14), (4, 21), (4, 28), (5, 5), (5, 12), (5, 19), (5, 26), (6, 2))]
NINE = list(range(9))

words = st.text(max_size=40)
values = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-10, 1e4) | st.none()


class Page(HTMLParser):
    """Tags of a page in order, and whether they close as they open."""

    VOID = frozenset({"meta", "br", "rect", "path", "line", "circle"})

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


PICTURE = fan_chart("Exports", WEEKS, [("China", NINE, NINE, NINE)], "t")
META = Meta(
    "Magnets & more",
    "Exports fall to 25 % in May.",
    about="scenario april-2025",
    assumptions=[Assumption("controlled share", "0.43", "D", "fitted"), Assumption("switching", "26 weeks", "U", "judgement")],
    limits=["It does not say which plant stops."],
    sources=[Source("USGS", "https://www.usgs.gov/", "A", "mine output"), Source("odd", "javascript:alert(1)")],
    stamp=[("seed", "7")],
)
GRID = Grid(("week", "t", "share"), [(w, 1000.5 * n, None if n == 2 else -n / 7) for n, w in enumerate(WEEKS)])


def test_page_holds_answer_then_assumptions_then_results():
    page = report_page([Section("First", "One.\n\nTwo <b>.", PICTURE, GRID), Section("Second", svg=PICTURE, table=GRID)], META)
    parsed = Page(page)
    assert parsed.open == []
    order = [
        page.index(w) for w in ("<h1>Magnets &amp; more", 'class="answer"', "<h2>Assumed", '<section id="s1">', "<h2>Sources")
    ]
    assert order == sorted(order)
    assert "Two &lt;b&gt;." in page
    assert "25\u00a0% in May" in page
    ids = [a["id"] for _, a in parsed.tags if "id" in a]
    assert len(ids) == len(set(ids))
    labelled = [a["aria-labelledby"] for tag, a in parsed.tags if tag == "svg"]
    assert len(labelled) == 2
    assert all(name in ids for both in labelled for name in both.split())
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert not [a for _, a in parsed.tags if "src" in a]
    assert '<td class="n">2,001</td>' in page
    assert '<td class="u">U</td>' in page


def test_long_tables_open_on_a_click():
    long = Grid(("n",), [(n,) for n in range(40)])
    assert "The figures of the picture: 40 rows" in report_page([Section("a", svg=PICTURE, table=long)], META)
    assert "<details>" not in report_page([Section("a", table=long)], META)


def test_page_reports_all_faults_in_one_go():
    sections = [
        Section("bare", svg=PICTURE),
        Section("ragged", table=Grid(("a", "b"), [(1, 2), (3,)])),
        Section("foreign", svg="<img src=x>", table=GRID),
    ]
    with pytest.raises(InputError) as caught:
        report_page(sections, Meta("t", "a", assumptions=[Assumption("x", "1", "Z", "")]))
    said = str(caught.value)
    for part in ("the picture has no table", "row 2 of the table", "not an SVG element", "confidence 'Z'"):
        assert part in said


def test_page_without_assumptions_says_so():
    assert "No assumption is listed." in report_page([], Meta("t", "a"))


@given(st.lists(st.tuples(words, values, values), max_size=6), words, words)
def test_pages_take_anything(rows, title, text):
    page = report_page([Section(title, text, table=Grid((title, "a", "b"), rows))], Meta(title, text, text))
    assert Page(page).open == []
