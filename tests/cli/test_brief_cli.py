"""``countermeasure brief``: the law first, files, JSON, wrong words, and command lines that give its numbers again."""

import io
import json
import re
import shlex
import shutil
from dataclasses import replace

import pytest
from rich.console import Console

from countermeasure.book.load import shipped_data
from countermeasure.brief.model import Action
from countermeasure.brief.write import brief_of
from countermeasure.cli.brief_screen import law_screen, rest_screen
from countermeasure.codes.day import parse_day
from countermeasure.io.brief.build import Asking, brief_engines, commands_of, law_now
from countermeasure.io.portfolio import shipped_portfolio

DAY = "2026-11-27"
STORY = """\
id: law-alone
title: "The law alone"
intent: "What is kept, and where."
inherits: expiry-2026-11-text
supply: no
trade: no
talks: no
"""


@pytest.fixture(scope="module")
def law():
    return law_now(Asking(shipped_portfolio(), parse_day(DAY)), brief_engines(None, "both"))


def test_first_page_rests_on_things_before_it_answers(run):
    code, out, _ = run("brief", "--on", DAY, "--first-page")
    assert code == 0
    order = [
        out.index(w)
        for w in ("rests on:", "counting the strictest", "What applies", "What changes", "What it costs", "What to do")
    ]
    assert order == sorted(order)
    assert "What stops first" not in out
    assert "not legal advice" in out
    assert "cleared" not in out
    assert max(map(len, out.splitlines())) <= 110


def test_what_is_not_held_is_not_told_on_the_screen_and_null_in_json(run):
    _, out, _ = run("brief", "--on", DAY, "--first-page")
    (row,) = (line for line in out.splitlines() if line.startswith("T-15"))
    assert row.rstrip().endswith("not told")
    assert "~" not in out
    assert "\nwithout T-15 (column 1" in out
    _, out, _ = run("brief", "--on", DAY, "--first-page", "--json")
    (held,) = (a for a in json.loads(out)["first"]["applies"] if a["lines"] == ["T-15"])
    assert (held["usd"], held["rate"], held["held"]) == (None, "not told", False)


def shown(parts, width):
    console = Console(width=width, file=io.StringIO(), markup=False, highlight=False, color_system=None)
    for part in parts:
        console.print(part)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 99, 100, 110])
@pytest.mark.parametrize("plain", [True, False])
def test_the_screen_keeps_goods_and_words_whole(law, width, plain):
    lines = shown(law_screen(law.asked.name, law.on, law.first, plain=plain, width=width), width)
    text = "\n".join(lines)
    words = set(re.findall(r"[^\s,]+", text[text.index("What applies") : text.index("A row holds")]))
    for good in set(law.asked.goods.values()):
        assert set(re.findall(r"[^\s,]+", good)) <= words, good
    assert {"announced", "text", "DE>US", "T-08.1", "T-15"} <= words
    assert "…" not in text
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [80, 110])
def test_the_screen_cuts_no_name_and_no_id(law, width):
    many = tuple(f"T-{n:03d}" for n in range(40))
    action = Action("apply", "Apply", "the exporter in China, " + "through the provincial department, " * 9, None, "", many)
    brief = brief_of(law)
    brief = replace(brief, first=replace(brief.first, actions=(action,)))
    text = " ".join(shown(rest_screen(brief, plain=True), width))
    assert "…" not in text
    assert text.count("provincial") == 9
    assert "T-015 and 24 more" in text


def test_parts_are_kept_where_scenario_run_keeps_them(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path / "cache"))
    story = tmp_path / "law-alone.yaml"
    story.write_text(STORY, "utf-8")
    code, _, err = run("scenario", "run", story, "--json")
    assert code == 0, err
    kept = sorted((tmp_path / "cache" / "parts").iterdir())
    assert kept
    code, _, err = run("brief", "--on", DAY, "--scenario", story, "--json")
    assert code == 0, err
    assert sorted((tmp_path / "cache" / "parts").iterdir()) == kept
    assert not (tmp_path / "cache" / "whole").exists()


def test_json_is_the_brief(run):
    code, out, err = run("brief", "--on", DAY, "--scenario", "none", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["title"] == "Brief of Musterwerk Antriebe GmbH"
    assert [s["name"] for s in found["sections"]] == ["law", "duty", "license", "parties"]


@pytest.mark.parametrize("suffix", ["html", "xlsx"])
def test_out_writes_the_whole(run, tmp_path, suffix):
    path = tmp_path / f"b.{suffix}"
    code, _, err = run("brief", "--on", DAY, "--first-page", "--json", "--out", path)
    assert code == 0
    assert path.stat().st_size > 5000
    assert "is written" in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--scenario", "expiry-2026"], 4, ["no scenario 'expiry-2026'", "expiry-2026-11-text"]),
        (["--first-page", "--scenario", "expiry-2026"], 4, ["no scenario 'expiry-2026'", "expiry-2026-11-text"]),
        (["--first-page", "--scenario", "none", "--scenario", "mine.yaml"], 4, ["mine.yaml"]),
        (["--out", "brief.docx"], 2, [".docx", ".html"]),
        (["--on", "27 Nov"], 2, ["27 Nov"]),
        (["--reading", "mine"], 2, ["mine", "announced"]),
        (["--portfolio", "nowhere.xlsx"], 4, ["nowhere.xlsx"]),
    ],
)
def test_wrong_words_are_told_before_any_work(run, arguments, code, words):
    got, out, err = run("brief", "--first-page" if "--scenario" not in arguments else "--draws=1", *arguments)
    assert (got, out) == (code, "")
    assert all(word in err for word in words)


def test_errors_have_the_one_shape_in_json(run):
    code, out, _ = run("brief", "--json", "--scenario", "nothing-of-the-kind")
    assert code == 4
    assert set(json.loads(out)["error"]) == {"code", "message", "where", "cure"}


def test_command_lines_of_entries_give_their_numbers_again(run, law):
    asking = Asking(shipped_portfolio(), parse_day(DAY), scenarios=())
    lines = [c for c, _ in commands_of(asking, law) if c.startswith("countermeasure duty")]
    assert len(lines) == len(law.asked.lines)
    for command, line in zip(lines, law.asked.lines, strict=True):
        words = [w for w in shlex.split(command)[1:] if w != "--explain"]
        code, out, _ = run(*words, "--json")
        assert code == 0
        (one, *_) = json.loads(out)["answers"]
        mine = law.found.duties[line.line_id].answers[0]
        assert one["duty_usd"] == mine.duty_usd
        assert (one["rate_low"], one["rate_high"]) == (pytest.approx(mine.rate_low), pytest.approx(mine.rate_high))


def test_command_line_of_the_whole_repeats_it(run, law):
    asking = Asking(shipped_portfolio(), parse_day(DAY), scenarios=())
    command = next(iter(commands_of(asking, law)))[0]
    _, out, _ = run(*shlex.split(command)[1:])
    assert json.loads(out)["first"]["costs"][0]["usd"] == law.first.costs[0].usd


def test_help_ends_with_an_example(run):
    code, out, _ = run("brief", "--help")
    assert code == 0
    assert "countermeasure brief --portfolio" in out


def test_a_portfolio_with_faults_is_answered_as_far_as_it_goes(run, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(shipped_data() / "portfolio", folder)
    rows = (folder / "shipments.csv").read_text("utf-8").splitlines()
    place = next(n for n, row in enumerate(rows) if row.startswith("T-12,"))
    rows[place] = rows[place].replace("2027-01-25", "25 Jan")
    (folder / "shipments.csv").write_text("\n".join(rows) + "\n", "utf-8")
    code, out, err = run("brief", "--portfolio", folder, "--on", DAY, "--first-page")
    assert code == 2
    assert "25 Jan" in err
    assert "T-12" not in out
    assert "T-15" in out


def test_an_empty_portfolio_is_refused_with_a_way_out(run, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(shipped_data() / "portfolio", folder)
    for name in ("shipments", "stocks"):
        head = (folder / f"{name}.csv").read_text("utf-8").splitlines()[0]
        (folder / f"{name}.csv").write_text(f"{head}\n", "utf-8")
    code, out, err = run("brief", "--portfolio", folder, "--first-page")
    assert (code, out) == (2, "")
    assert "portfolio template" in err
