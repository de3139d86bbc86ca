"""The page of a brief in a browser: no sideways scrolling, no requests, readable by a screen reader, fit for paper."""

import shutil

import pytest

from countermeasure.codes.day import parse_day
from countermeasure.io.brief import brief_bytes
from countermeasure.io.brief.build import Asking, law_now, whole_brief
from countermeasure.io.portfolio import shipped_portfolio

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    asking = Asking(shipped_portfolio(), parse_day("2026-11-27"), scenarios=())
    path = tmp_path_factory.mktemp("page") / "brief.html"
    path.write_bytes(brief_bytes(whole_brief(asking, law_now(asking)), "html"))
    return path


@pytest.fixture(scope="module")
def browser():
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as play:
        held = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield held
        held.close()


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_nothing_scrolls_sideways_but_tables(browser, page_file, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [page_file.as_uri()]
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_fault_of_access(browser, page_file, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page(color_scheme=scheme)
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_the_skip_link_comes_first_and_shows(browser, page_file):
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.close()


def test_paper_shows_every_table_and_breaks_before_sections(browser, page_file):
    page = browser.new_page(viewport={"width": 690, "height": 1000})
    page.emulate_media(media="print")
    page.goto(page_file.as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('#duty')).breakBefore") == "page"
    hidden = "[...document.querySelectorAll('section details:not(.runs) table')].filter(t => !t.getBoundingClientRect().height)"
    assert page.evaluate(f"{hidden}.length") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    page.close()
