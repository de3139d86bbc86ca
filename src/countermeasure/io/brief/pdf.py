"""A page printed to PDF by a browser that is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from countermeasure.errors import InputError, NotFoundError

__all__ = ["BROWSERS", "browser", "found_browser", "pdf_bytes"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
"""Names under which Chromium and its kin are looked for on the path, in this order."""
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", "--run-all-compositor-stages-before-draw",
)  # fmt: skip
_SECONDS = 120


def browser() -> str | None:
    """Program of a browser that can print, or ``None``."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def found_browser(where: str = "") -> str:
    """Program of a browser that can print.

    Raises:
        NotFoundError: If there is none.
    """
    program = browser()
    if program is None:
        raise NotFoundError(
            "no browser is found that prints to PDF",
            code="no_browser",
            where=where or None,
            cure=f"Write .html and print it from your browser, or install one of {', '.join(BROWSERS[:3])}.",
        )
    return program


def pdf_bytes(page: str, where: str = "") -> bytes:
    """Print a page: the browser gets a profile of its own that is thrown away, and reaches no network.

    Args:
        page: An HTML document that fetches nothing.
        where: Name of the file, for messages.

    Raises:
        NotFoundError: If there is no browser.
        InputError: If it did not print.
    """
    program = found_browser(where)
    with tempfile.TemporaryDirectory(prefix="countermeasure-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "brief.html", Path(folder) / "brief.pdf"
        source.write_text(page, "utf-8")
        flags = [*_FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")
        try:
            ran = subprocess.run(  # noqa: S603 - a browser of the machine, a page of our own
                [program, *flags, source.as_uri()], capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _unprinted(program, where, type(error).__name__) from None
        if not target.is_file() or not target.stat().st_size:
            raise _unprinted(program, where, f"exit code {ran.returncode}")
        return target.read_bytes()


def _unprinted(program: str, where: str, why: str) -> InputError:
    return InputError(
        f"{Path(program).name} did not print the page ({why})",
        code="not_printed",
        where=where or None,
        cure="Write .html and print it from your browser.",
    )
