"""Fixtures for the page: an app, a client, a server on a free port, a browser."""

from __future__ import annotations

import shutil
import socket
import threading
import time

import pytest

DAY = "2026-10-10"
"""Today, for the tests."""


def made(**more):
    """An app whose today stands still."""
    from countermeasure.codes.day import parse_day
    from countermeasure.web.app import create_app
    from countermeasure.web.settings import Settings

    return create_app(Settings(today=lambda: parse_day(DAY), **more))


@pytest.fixture(scope="session")
def app():
    """The app on the shipped book, for this machine alone."""
    found = made()
    yield found
    found.state.held.jobs.close()


@pytest.fixture(scope="session")
def client(app):
    """A client of the app; errors of the server come back as answers."""
    from starlette.testclient import TestClient

    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


@pytest.fixture
def make_client():
    """Makes clients of apps with other settings: ``make_client(token="...")``."""
    from starlette.testclient import TestClient

    opened = []

    def make(base_url="http://127.0.0.1", **settings):
        one = TestClient(made(**settings), base_url=base_url, raise_server_exceptions=False, follow_redirects=False)
        opened.append(one)
        return one.__enter__()

    yield make
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture(scope="session")
def server():
    """Address of a running server, as ``http://127.0.0.1:12345``."""
    import uvicorn

    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    port = place.getsockname()[1]
    app = made()
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", ws="none"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [place]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not running.started and time.monotonic() < until:
        time.sleep(0.02)
    assert running.started, "the server did not start"
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)
    place.close()


@pytest.fixture(scope="session")
def chromium():
    """A headless browser, or a skip that says why there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium, server):
    """A page of the browser that remembers what went wrong in it and which other hosts it asked.

    ``tab.goto("/check")`` opens an address of the server. ``tab.troubles`` lists errors of scripts, refusals by the content
    policy and failed files; ``tab.elsewhere`` lists requests that left the server.
    """
    context = chromium.new_context(base_url=server, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.troubles, page.elsewhere = [], []
    page.on("console", lambda m: page.troubles.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: page.troubles.append(str(e)))
    page.on("request", lambda r: page.elsewhere.append(r.url) if not r.url.startswith((server, "data:", "blob:")) else None)
    yield page
    context.close()


def axe(page) -> list[str]:
    """Faults of accessibility on a page: rule and first place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found.response["violations"]]


@pytest.fixture
def accessible():
    """Asserts that a page has no fault of accessibility: ``accessible(tab)``."""

    def check(page, ignore=()):
        assert [one for one in axe(page) if not one.startswith(tuple(ignore) or ("\0",))] == []

    return check
