"""Every command of the documents runs, and what they say of it holds."""

import re
import runpy
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from countermeasure.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACEHOLDERS = ("LINES.csv", "FILE", "EDITIONS", "hts_2026_revision_22.json", "--help", "countermeasure serve")
MADE = tuple(ROOT / "docs" / "explanation" / f"{engine}_validation.md" for engine in ("supply", "trade"))
"""Written by the command that each names; tests of the engines compare them."""
SHOWN = tuple(f"$ countermeasure {verb} " for verb in ("supply", "trade", "talks", "scenario", "portfolio", "read", "brief"))
"""How a screen begins that is run again and compared."""
BARE = tuple(
    f"countermeasure {words}"
    for words in (
        "brief",
        "read",
        *(f"portfolio {verb}" for verb in ("template", "example", "check", "show")),
    )
)
"""Commands that text only names: they need a file, or take today's date."""


def blocks(kind: str) -> list[str]:
    """Fenced blocks of a kind, of all pages."""
    return [b for page in PAGES for b in re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)]


def written() -> dict[str, str]:
    """Files that pages print in full: YAML, CSV and text blocks whose first line is their name, as ``# permits.yaml``.

    A table and a text do not hold that line.
    """
    named = [(re.match(r"# ([\w-]+\.yaml)\n", block), block) for block in blocks("yaml")]
    tables = [(re.match(r"# ([\w/-]+\.csv)\n", block), block.partition("\n")[2]) for block in blocks("csv")]
    texts = [(re.match(r"# ([\w-]+\.txt)\n", block), block.partition("\n")[2]) for block in blocks("text")]
    return {found[1]: block for found, block in (*named, *tables, *texts) if found}


def screens() -> list[str]:
    """Commands that are shown with what they print."""
    return [block for block in blocks("console") if block.startswith(SHOWN) and "\n" in block.strip()]


def commands() -> list[str]:
    """Commands of all pages but those that are shown with what they print."""
    found: list[str] = []
    for page in PAGES:
        if page in MADE:
            continue
        text = page.read_text(encoding="utf-8")
        found += re.findall(r"^\s*(?:\$ )?(countermeasure [^\n]+)$", text, flags=re.MULTILINE)
        found += re.findall(r"`(countermeasure [^`]+)`", text)
    left = {*BARE, *(screen.splitlines()[0].removeprefix("$ ") for screen in screens())}
    return [c for c in dict.fromkeys(found) if c not in left and not any(p in c for p in PLACEHOLDERS)]


def ended(words: list[str], monkeypatch) -> object:
    """Exit code of a command."""
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code


def prepared(words: list[str], monkeypatch) -> None:
    """Make what a command reads and another one of the page wrote; remove what it would not write over."""
    if words[1:3] in (["portfolio", "template"], ["portfolio", "example"]) or ("new" in words and "--output" in words):
        Path(words[-1] if words[1] == "portfolio" else words[words.index("--output") + 1]).unlink(missing_ok=True)
    if "example.xlsx" in words and words[1:3] != ["portfolio", "example"] and not Path("example.xlsx").exists():
        assert ended(["countermeasure", "portfolio", "example", "example.xlsx"], monkeypatch) in (0, None)
    if any(word.startswith("reading/") for word in words) and not Path("reading").exists():
        assert ended(["countermeasure", "read", "article.txt", "--out", "reading"], monkeypatch) in (0, None)


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
    if words[1:3] == ["book", "check"] and words[-1] not in ("shipped", *written()) and "/" not in words[-1]:
        Path(words[-1]).unlink(missing_ok=True)
        ended(["countermeasure", "book", "new", Path(words[-1]).stem, "--output", words[-1]], monkeypatch)
    if "--scenario" in words and words[words.index("--scenario") + 1].endswith(".yaml"):
        path = Path(words[words.index("--scenario") + 1])
        if not path.exists():
            ended(["countermeasure", "book", "new", path.stem, "--kind", "scenario", "--output", str(path)], monkeypatch)
    prepared(words, monkeypatch)
    stops = (3,) if words[1] == "check" or "--guard" in words else ()  # something is prohibited or undetermined
    assert ended(words, monkeypatch) in (0, None, *stops), capsys.readouterr().err


def test_serve_takes_the_flags_that_pages_give_it() -> None:
    import typer

    from countermeasure.cli.serve import serve

    app = typer.Typer()
    app.command()(serve)
    known = {flag for one in typer.main.get_command(app).params for flag in one.opts}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    lines = re.findall(r"countermeasure serve ([^`\n]*)", text)
    assert lines
    for line in lines:
        assert {word for word in line.split() if word.startswith("--")} <= known, line


def test_readme_s_first_screen_is_real(monkeypatch, capsys) -> None:
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("```console\n")[1].split("```")[0].splitlines()
    law = block[1 : block.index("What stops first")]
    assert block[0].startswith("$ countermeasure brief ")
    ended([*shlex.split(block[0].removeprefix("$ ")), "--first-page"], monkeypatch)
    shown = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    for line in law:
        assert line == "..." or line.rstrip() in shown, line


def form(line: str) -> str:
    """A line without its figures, which move with the draws of another machine."""
    return " ".join(re.sub(r"[-+\d.,]*\d", "#", line).split())


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.splitlines()[0])
def test_screens_are_real(screen: str, place: Path, monkeypatch, capsys) -> None:
    first, *lines = screen.splitlines()
    words = shlex.split(first.removeprefix("$ "))
    monkeypatch.chdir(place)
    prepared(words, monkeypatch)
    capsys.readouterr()
    code = ended(words, monkeypatch)
    printed, told = capsys.readouterr()
    assert code in (0, None), told
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


def named_in(text: str, words: Iterable[str]) -> None:
    for word in words:
        assert f"`{word}`" in text, word


def flags_of(command: object) -> list[str]:
    """Flags of a command and of those within it."""
    inner = getattr(command, "commands", {}).values()
    return sorted(
        {flag for one in (command, *inner) for param in one.params for flag in param.opts if flag.startswith("--")}
        - {"--help", "--install-completion", "--show-completion"}
    )


def command_of(function: object) -> object:
    import typer

    app = typer.Typer(add_completion=False)
    app.command()(function)
    return typer.main.get_command(app)


def page_of(name: str) -> str:
    return (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8")


def codes_of(*places: str) -> set[str]:
    """Codes of errors that the modules of some rooms give."""
    source = ROOT / "src" / "countermeasure"
    paths = [path for place in places for path in ((source / place).rglob("*.py") if "." not in place else [source / place])]
    return {code for path in paths for code in re.findall(r'code="([a-z_]+)"', path.read_text(encoding="utf-8"))}


def test_the_scenario_page_names_every_command_flag_key_story_figure_and_dial() -> None:
    import typer

    from countermeasure.cli.scenario import scenario
    from countermeasure.scenario.whole import PARTS, story_names
    from countermeasure.scenario.whole.file import TalksBlock, WholeFile
    from countermeasure.scenario.whole.sweep import dial_names
    from countermeasure.scenario.whole.sweep.result import HEADLINES

    text, top = page_of("scenario"), typer.main.get_command(scenario)
    for flag in flags_of(top):
        assert f"`{flag}" in text, flag
    for command in top.commands:
        assert f"countermeasure scenario {command}" in text, command
    keys = (*WholeFile.model_fields, *TalksBlock.model_fields)
    codes = codes_of("scenario/whole", "cli/scenario.py", "cli/scenario_sweep.py", "io/sweep_files.py")
    named_in(text, (*keys, *PARTS, *story_names(), *dial_names(), *(word.partition(".")[2] for word in HEADLINES), *codes))


def test_the_portfolio_page_names_every_command_flag_sheet_column_and_fault() -> None:
    import typer

    from countermeasure.cli.portfolio import portfolio
    from countermeasure.io.portfolio.sheets import SHEETS

    text, top = page_of("portfolio"), typer.main.get_command(portfolio)
    for flag in flags_of(top):
        assert f"`{flag}" in text, flag
    for command in top.commands:
        assert f"countermeasure portfolio {command}" in text, command
    for sheet in SHEETS.values():
        part = text.split(f"### `{sheet.name}`")[1].split("###")[0]
        named_in(part, (column.name for column in sheet.columns))
    named_in(text, codes_of("io/portfolio"))


def test_the_brief_page_names_every_flag_action_file_and_answer() -> None:
    from countermeasure.brief.cases import DEFAULT_SCENARIOS
    from countermeasure.brief.model import KINDS
    from countermeasure.cli.brief import brief
    from countermeasure.io.brief import WRITABLE
    from countermeasure.licensing.answer import SHORT

    text = page_of("brief")
    for flag in flags_of(command_of(brief)):
        assert f"`{flag}" in text, flag
    forms = {kind: suffix for suffix, kind in reversed(WRITABLE.items())}
    codes = codes_of("io/brief", "cli/brief.py")
    named_in(text, (*KINDS, *DEFAULT_SCENARIOS, *forms.values(), *SHORT.values(), *codes))


def test_the_page_on_reading_names_every_flag_kind_act_and_verdict() -> None:
    from countermeasure.cli.read import read
    from countermeasure.press.model import ACTS, KINDS, MOODS, OFS, ROLES, VERDICTS

    text = page_of("read")
    for flag in flags_of(command_of(read)):
        assert f"`{flag}" in text, flag
    codes = codes_of("press", "io/press_files.py", "cli/read.py")
    named_in(text, (*KINDS, *ACTS, *MOODS, *OFS, *ROLES, *VERDICTS, *codes))


def test_the_serve_page_names_every_flag_page_route_and_error() -> None:
    from countermeasure.cli.serve import serve
    from countermeasure.web.app import create_app
    from countermeasure.web.guard import HEADERS
    from countermeasure.web.views.talks_ask import ASKS

    text, app = page_of("serve"), create_app()
    for flag in flags_of(command_of(serve)):
        assert f"`{flag}" in text, flag
    spec = app.openapi()["paths"]
    named_in(text, spec)
    for path, methods in spec.items():
        for method, what in methods.items():
            row = next(line for line in text.splitlines() if line.startswith(f"| {method.upper()} | `{path}` |"))
            named_in(row, (one["name"] for one in what.get("parameters", ())))
    views = ROOT / "src" / "countermeasure" / "web" / "views"
    source = "\n".join(path.read_text(encoding="utf-8") for path in views.glob("*.py"))
    pages = {path.replace(":path", "") for path in re.findall(r'@router\.get\("([^"]+)"', source)}
    named_in(text, pages - {"/brief/file/{form}", "/brief/style.css", "/brief/{which}.xlsx"})
    named_in(text, (*HEADERS, *(name for name, _ in ASKS), *codes_of("web", "cli/serve.py")))


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
