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
MADE = tuple(ROOT / "docs" / "explanation" / f"{engine}_validation.md" for engine in ("supply", "trade"))
"""Written by the command that each names; tests of the engines compare them."""
SHOWN = ("$ countermeasure supply", "$ countermeasure trade", "$ countermeasure talks")
"""How a screen begins that is run again and compared."""


def blocks(kind: str) -> list[str]:
    """Fenced blocks of a kind, of all pages."""
    return [b for page in PAGES for b in re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)]


def written() -> dict[str, str]:
    """Files that pages print in full: YAML and CSV blocks whose first line is their name, as ``# permits.yaml``.

    A table does not hold that line, since its head has a form of its own.
    """
    named = [(re.match(r"# ([\w-]+\.yaml)\n", block), block) for block in blocks("yaml")]
    tables = [(re.match(r"# ([\w/-]+\.csv)\n", block), block.partition("\n")[2]) for block in blocks("csv")]
    return {found[1]: block for found, block in (*named, *tables) if found}


def screens() -> list[str]:
    """Commands of the supply, trade and talks pages that are shown with what they print."""
    return [block for block in blocks("console") if block.startswith(SHOWN) and "\n" in block.strip()]


def commands() -> list[str]:
    found: list[str] = []
    for page in PAGES:
        if page in MADE:
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
        (folder / name).parent.mkdir(exist_ok=True)
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
    return " ".join(re.sub(r"[-+\d.,]*\d", "#", line).split())


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.splitlines()[0])
def test_screens_are_real(screen: str, place: Path, monkeypatch, capsys) -> None:
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


def test_the_trade_pages_name_every_command_flag_key_and_scenario() -> None:
    import typer

    from countermeasure.cli.trade import trade
    from countermeasure.scenario import trade_scenario_names
    from countermeasure.scenario.file import ChangeFile, CriticalFile, QuotaFile, TradeScenarioFile
    from countermeasure.trade.multi.closures import CLOSURES
    from countermeasure.trade.multi.economies import economies
    from countermeasure.trade.multi.hs import SECTORS
    from countermeasure.trade.multi.shipped import thetas

    pages = [ROOT / "docs" / "reference" / f"{name}.md" for name in ("trade", "trade-games", "trade-baselines")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    top = typer.main.get_command(trade)
    flags = {flag for command in (top, *top.commands.values()) for one in command.params for flag in one.opts}
    for flag in sorted(f for f in flags if f.startswith("--") and f != "--help" and "completion" not in f):
        assert f"`{flag}" in text, flag
    for command in top.commands:
        assert f"countermeasure trade {command}" in text, command
    keys = {key for form_ in (TradeScenarioFile, ChangeFile, QuotaFile) for key in form_.model_fields}
    known = economies()
    words = (*keys, *trade_scenario_names(), *CLOSURES, *SECTORS, *thetas(), *known.codes, *known.blocs)
    for word in words:
        assert f"`{word}`" in text, word
    for key in CriticalFile.model_fields:
        assert f"{key}:" in text, key


def test_the_talks_pages_name_every_command_flag_key_model_and_question() -> None:
    import typer

    from countermeasure.cli.talks import talks
    from countermeasure.scenario import plays_file
    from countermeasure.scenario.plays import TERMS
    from countermeasure.talks import file, record_file
    from countermeasure.talks.changes import WAYS
    from countermeasure.talks.forecast import file as questions_file
    from countermeasure.talks.forecast import load_questions
    from countermeasure.talks.read import conflict_names
    from countermeasure.talks.robust import SPREADS
    from countermeasure.talks.stability import NOTIONS, SEMANTICS

    pages = [ROOT / "docs" / "reference" / f"{name}.md" for name in ("talks", "talks-models")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    top = typer.main.get_command(talks)
    flags = {flag for command in top.commands.values() for one in command.params for flag in one.opts}
    for flag in sorted(f for f in flags if f.startswith("--") and f != "--help"):
        assert f"`{flag}" in text, flag
    for command in top.commands:
        assert f"countermeasure talks {command}" in text, command
    forms = (
        *(file.ConflictFile, file.PartyFile, file.OptionFile, file.PreferenceFile, file.SwitchFile, record_file.DealFile),
        *(plays_file.PlaysFile, plays_file.TradePlayFile, plays_file.SupplyPlayFile, plays_file.PartyPlayFile),
        *(plays_file.OptionPlayFile, plays_file.SecurityFile, plays_file.WeightFile, plays_file.HandFile),
        *(questions_file.QuestionsFile, questions_file.QuestionFile, questions_file.ClocksFile, questions_file.CaseFile),
    )
    keys = {field.alias or key for form_ in forms for key, field in form_.model_fields.items()}
    names = (*conflict_names(), *(one.id for one in load_questions()))
    for word in (*keys, *names, *NOTIONS, *SEMANTICS, *WAYS, *SPREADS, *TERMS):
        assert f"`{word}`" in text, word


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
