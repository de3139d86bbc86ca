"""Every command of the documents runs, and what they say of it holds."""

import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from countermeasure.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACEHOLDERS = ("LINES.csv", "FILE", "EDITIONS", "hts_2026_revision_22.json", "--help")
MADE = ROOT / "docs" / "explanation" / "supply_validation.md"
"""Written by the command that it names; tests/supply compares it."""


def blocks(kind: str) -> list[str]:
    """Fenced blocks of a kind, of all pages."""
    return [b for page in PAGES for b in re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)]


def written() -> dict[str, str]:
    """Files that pages print in full: YAML blocks whose first line is their name, as ``# permits.yaml``."""
    named = [(re.match(r"# ([\w-]+\.yaml)\n", block), block) for block in blocks("yaml")]
    return {found[1]: block for found, block in named if found}


def screens() -> list[str]:
    """Commands of the supply pages that are shown with what they print."""
    return [block for block in blocks("console") if block.startswith("$ countermeasure supply") and "\n" in block.strip()]


def commands() -> list[str]:
    found: list[str] = []
    for page in PAGES:
        if page == MADE:
            continue
        text = page.read_text(encoding="utf-8")
        found += re.findall(r"^\s*(?:\$ )?(countermeasure [^\n]+)$", text, flags=re.MULTILINE)
        found += re.findall(r"`(countermeasure [^`]+)`", text)
    return [c for c in dict.fromkeys(found) if not any(p in c for p in PLACEHOLDERS)]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / "tests" / "cases", folder / "tests" / "cases")
    for name, text in written().items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", commands())
def test_command_runs(command: str, place: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("COUNTERMEASURE_DATA", str(place / "data"))
    words = shlex.split(command)
    if words[1:3] == ["book", "check"] and words[-1] not in ("shipped", *written()):
        Path(words[-1]).unlink(missing_ok=True)
        monkeypatch.setattr(sys, "argv", ["countermeasure", "book", "new", Path(words[-1]).stem, "--output", words[-1]])
        with pytest.raises(SystemExit):
            main()
    if "--scenario" in words and words[words.index("--scenario") + 1].endswith(".yaml"):
        path = Path(words[words.index("--scenario") + 1])
        if not path.exists():
            monkeypatch.setattr(
                sys, "argv", ["countermeasure", "book", "new", path.stem, "--kind", "scenario", "--output", str(path)]
            )
            with pytest.raises(SystemExit):
                main()
    if "new" in words and "--output" in words:
        Path(words[words.index("--output") + 1]).unlink(missing_ok=True)
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    stops = (3,) if words[1] == "check" or "--guard" in words else ()  # something is prohibited or undetermined
    assert ended.value.code in (0, None, *stops), capsys.readouterr().err


def test_readme_s_first_screen_is_real(monkeypatch, capsys) -> None:
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("```console\n")[1].split("```")[0].splitlines()
    monkeypatch.setattr(sys, "argv", shlex.split(block[0].removeprefix("$ ")))
    with pytest.raises(SystemExit):
        main()
    shown = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    for line in block[1:]:
        assert line.rstrip() in shown, line


def form(line: str) -> str:
    """A line without its figures, which move with the draws of another machine."""
    return " ".join(re.sub(r"[-\d.,]*\d", "#", line).split())


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.splitlines()[0])
def test_supply_screens_are_real(screen: str, place: Path, monkeypatch, capsys) -> None:
    first, *lines = screen.splitlines()
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", shlex.split(first.removeprefix("$ ")))
    with pytest.raises(SystemExit):
        main()
    printed = capsys.readouterr().out
    shown = {form(line) for line in printed.splitlines()}
    prose = form(printed)
    for line in lines:
        assert not line.strip() or line == "..." or form(line) in shown or form(line) in prose, line


@pytest.mark.parametrize(
    "code", [b for b in blocks("python") if "imports.parquet" not in b], ids=lambda code: code.splitlines()[0][:60]
)
def test_python_examples_run(code: str, place: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(place)
    (place / "example.py").write_text(code, encoding="utf-8")
    runpy.run_path("example.py")
    capsys.readouterr()


def test_links_between_pages_hold() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page.name, target)


def test_documents_speak_of_the_project_alone() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8").lower()
        for word in ("/work/", "subagent", "helper-", "this session"):
            assert word not in text, (page.name, word)
