"""``countermeasure scenario compare``, ``sweep``, ``dials`` and ``new``: screens, files, flags, errors."""

import csv
import json
import os
import shutil
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from countermeasure.book.load import shipped_data
from countermeasure.scenario.whole import load_whole
from countermeasure.scenario.whole.sweep import dial_names

SWEEP = ("scenario", "sweep", "no-deal-157", "--draws", "2", "--workers", "1")
OWN = """\
id: own-duty
kind: law
issuer: US
citation: "a law of one's own"
title: "Two points more on magnets"
published_on: "2025-11-10"
confidence: memory
sources: [{cite: "a test", read: memory}]
acts:
  - {act: impose, provision: us-own-duty, name: "Two points", programme: ieepa_reciprocal, into: US, rate: "0.02", goods: {in: ["8505.11"]}, origin: {in: [CN]}, from: "2025-12-01"}
"""
GRID = ("--grid", "permits=0.2,0.8", "--grid", "rate=0,0.5,1")


def strict(text: str):
    """JSON as other programs read it: NaN and Infinity are no numbers there."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sweeps") / "grid"


def test_a_sweep_on_screen_and_in_files(run, folder):
    code, out, err = run(*SWEEP, *GRID, "--out", folder)
    assert code == 0
    assert "open" in err
    lines = out.splitlines()
    assert lines[0] == "Sweep: No deal: 100 points more, and the controls stay"
    assert out.index("Assumed (U)") < out.index("6 points over permits and rate")
    assert "What permits alone moves" in out
    assert "What rate alone moves" in out
    assert "no probabilities" in out
    assert all(len(line) <= 110 for line in lines)
    rows = list(csv.DictReader((folder / "points.csv").read_text("utf-8").splitlines()))
    points = [(float(row["permits"]), float(row["rate"])) for row in rows]
    assert points == [(0.2, 0), (0.2, 0.5), (0.2, 1), (0.8, 0), (0.8, 0.5), (0.8, 1)]
    assert pq.read_table(folder / "points.parquet").num_rows == 6
    told = strict((folder / "outcome.json").read_text("utf-8"))
    assert [d["name"] for d in told["dials"]] == ["permits", "rate"]
    assert len(told["tables"]["points"]) == 6
    for picture in folder.glob("*.svg"):
        ET.parse(picture)  # noqa: S314 - our own file
    page = (folder / "report.html").read_text("utf-8")
    heads = [
        page.index(f"<h2>{words}") for words in ("Assumed", "What is moved", "trade: real income US", "How far figures move")
    ]
    assert heads == sorted(heads)
    assert "<script" not in page


def test_the_same_sweep_goes_on_from_its_folder(run, folder):
    code, out, _ = run(*SWEEP, *GRID, "--out", folder, "--json")
    found = strict(out)
    assert code == 0
    assert found["jobs"] == {"computed": 0, "kept": found["jobs"]["of"], "of": found["jobs"]["of"]}


def test_another_sweep_in_the_folder_is_refused_unless_fresh(run, folder):
    other = (*SWEEP, "--grid", "rate=0,0.1", "--parts", "law", "--out", folder)
    code, _, err = run(*other)
    assert code == 2
    assert "holds another sweep" in err
    assert "--fresh" in err
    code, out, _ = run(*other, "--fresh", "--json")
    assert (code, strict(out)["jobs"]["kept"]) == (0, 0)


def test_one_dial_and_three(run):
    code, out, _ = run(*SWEEP, "--grid", "horizon=0,1,long", "--parts", "trade")
    assert code == 0
    assert "What horizon alone moves" in out
    assert "   long" in out
    code, out, _ = run(
        *SWEEP, "--grid", "horizon=0,1", "--grid", "rate=0,1", "--grid", "usmca_claimed=0.5,1", "--parts", "trade", "--json"
    )
    assert (code, len(strict(out)["tables"]["points"])) == (0, 8)


def test_lines_of_the_asker_are_swept(run, tmp_path):
    lines = tmp_path / "lines.csv"
    lines.write_text("line_id,hts,origin,value_usd\na,8505.11.00.70,CN,1000\n")
    code, out, _ = run(*SWEEP, "--grid", "rate=0,0.5", "--parts", "duty", "--lines", lines, "--json")
    points = strict(out)["tables"]["points"]
    assert code == 0
    assert points[1]["duty.duty_usd"] - points[0]["duty.duty_usd"] == pytest.approx(500)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sweep", "no-deal-157", "--grid", "permit=0,1"), 2, "there are permits"),
        (("sweep", "no-deal-157", "--grid", "permits=0:1"), 2, "start:stop:count"),
        (("sweep", "no-deal-157", "--grid", "rate=0,1", "--parts", "laws"), 2, "'laws' is no part"),
        (("sweep", "no-deal-158", "--grid", "rate=0,1"), 4, "there is no scenario 'no-deal-158'"),
        (("compare", "busan-truce"), 2, "one scenario cannot be compared"),
        (("compare", "busan-truce", "nobody"), 4, "there is no scenario 'nobody'"),
        (("new", "My Question"), 2, "is not an id"),
        (("new", "mine", "--like", "nobody"), 4, "there is no scenario 'nobody'"),
        (("new", "mine", "--on", "tomorrow"), 2, "tomorrow"),
    ],
)
def test_errors_have_words_and_codes(run, arguments, code, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got, _, err = run("scenario", *arguments)
    assert (got, words in err) == (code, True), err
    assert not list(tmp_path.iterdir())


def test_a_comparison_on_screen_and_in_files(run, tmp_path):
    names = ("expiry-2026-11-text", "expiry-2026-11-announced")
    code, out, _ = run("scenario", "compare", *names, "--parts", "law,duty,talks", "--out", tmp_path / "both")
    assert code == 0
    assert out.index("Assumed (U)") < out.index("provisions differ between")
    assert "A  expiry-2026-11-text" in out
    assert "B less A" in out
    rows = list(csv.DictReader((tmp_path / "both" / "provisions.csv").read_text("utf-8").splitlines()))
    assert {row["provision"] for row in rows} >= {"cn-2025-57.1", "us-affiliates-el"}
    found = strict((tmp_path / "both" / "outcome.json").read_text("utf-8"))
    assert found["scenarios"] == list(names)
    code, out, _ = run("scenario", "compare", *names, "--parts", "law", "--json")
    assert strict(out)["answer"].startswith(f"{len(rows)} provisions differ")


def test_every_dial_is_listed(run):
    code, out, _ = run("scenario", "dials")
    assert code == 0
    assert all(name in out for name in dial_names())
    code, out, _ = run("scenario", "dials", "--json")
    found = {row["dial"]: row for row in strict(out)}
    assert tuple(found) == dial_names()
    assert all(row["unit"] and row["what"].endswith(".") and row["parts"] for row in found.values())


def test_a_new_scenario_runs_as_it_stands(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("scenario", "new", "mine", "--on", "2026-10-10")
    assert (code, out) == (0, "")
    assert "countermeasure scenario run mine.yaml" in err
    found = load_whole("mine.yaml")
    assert (found.id, found.instruments) == ("mine", ("mine-duty",))
    code, out, _ = run("scenario", "run", "mine.yaml", "--draws", "2", "--json", "--no-cache")
    parts = strict(out)["parts"]
    assert code == 0
    assert set(parts) == {"law", "duty", "license", "supply", "trade", "talks"}
    assert not [part["said"] for part in parts.values() if "could not be done" in part["said"]]
    assert "mine-magnets" in str(parts["law"]["tables"]["provisions"])
    code, _, err = run("scenario", "new", "mine")
    assert (code, "the file is there already" in err) == (2, True)


@pytest.mark.parametrize("like", ["no-deal-157", "ten-years-of-mines", "affiliates-2025-09"])
def test_a_scenario_like_a_story_is_that_story(run, like, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("scenario", "new", "mine", "--like", like)[0] == 0
    found, story = load_whole("mine.yaml"), load_whole(like)
    assert (found.inherits[0], found.on, found.compared, found.known_on) == (like, story.on, story.compared, story.known_on)
    assert (found.supply, found.trade, found.talks, found.instruments) == (
        story.supply,
        story.trade,
        story.talks,
        story.instruments,
    )


def test_a_scenario_like_a_story_on_an_earlier_day(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("scenario", "new", "mine", "--like", "busan-truce", "--on", "2025-06-01")[0] == 0
    found = load_whole("mine.yaml")
    assert found.on == found.compared


def flags_of(verb):
    import typer

    from countermeasure.cli.app import app

    group = typer.main.get_command(app)
    return {flag for one in group.commands["scenario"].commands[verb].params for flag in one.opts}


def test_one_set_of_flags_for_run_compare_and_sweep():
    shared = {"--lines", "--transactions", "--parts", "--draws", "--seed", "--out", "--json", "--no-cache", "--no-screening"}
    for verb in ("run", "compare", "sweep"):
        assert flags_of(verb) >= {*shared, "--book"}


def test_compare_and_sweep_on_a_book_of_ones_own(run, tmp_path):
    shutil.copytree(shipped_data(), tmp_path / "own", ignore=lambda _, names: [n for n in names if n in ("trade", "supply")])
    (tmp_path / "own" / "book" / "us" / "own-duty.yaml").write_text(OWN)
    asked = ("busan-truce", "ruling-2026", "--parts", "law", "--no-cache", "--json")
    shipped, own = (strict(run("scenario", "compare", *asked, *book)[1]) for book in ((), ("--book", tmp_path / "own")))
    assert "us-own-duty" not in str(shipped["tables"]["provisions"])
    assert "us-own-duty" in str(own["tables"]["provisions"])
    code, out, _ = run(
        *SWEEP, "--grid", "rate=0,1", "--parts", "law", "--book", tmp_path / "own", "--out", tmp_path / "grid", "--json"
    )
    assert code == 0
    assert json.loads((tmp_path / "grid" / "sweep.json").read_text())["book"] != strict(out)["stamp"].get("shipped")
    code, _, err = run("scenario", "compare", "busan-truce", "ruling-2026", "--book", tmp_path / "nowhere")
    assert (code, "no instrument found" in err) == (5, True)


def test_without_a_cache_nothing_is_kept(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path / "cache"))
    names = ("busan-truce", "ruling-2026")
    assert run("scenario", "compare", *names, "--parts", "law", "--no-cache")[0] == 0
    assert not (tmp_path / "cache" / "parts").exists()
    assert run("scenario", "compare", *names, "--parts", "law")[0] == 0
    assert len(list((tmp_path / "cache" / "parts").iterdir())) == 2
    small = (*SWEEP, "--grid", "rate=0,1", "--parts", "law", "--out", tmp_path / "grid")
    assert run(*small, "--no-cache")[0] == 0
    assert (tmp_path / "grid" / "report.html").is_file()
    assert not (tmp_path / "grid" / "done").exists()
    assert run(*small)[0] == 0
    code, _, err = run(*small, "--no-cache")
    assert (code, "--no-cache keeps none" in err) == (2, True)


@pytest.mark.skipif(os.name == "nt", reason="modes of files are those of POSIX")
def test_results_follow_the_umask_and_the_cache_is_private(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path / "cache"))
    before = os.umask(0o027)
    try:
        assert run(*SWEEP, "--grid", "rate=0,1", "--parts", "law", "--out", tmp_path / "grid")[0] == 0
        assert run("scenario", "compare", "busan-truce", "ruling-2026", "--parts", "law")[0] == 0
    finally:
        os.umask(before)
    results = [path for path in (tmp_path / "grid").rglob("*") if path.is_file()]
    assert {"sweep.json", "report.html"} <= {path.name for path in results}
    assert {path.stat().st_mode & 0o777 for path in results} == {0o640}
    kept = list((tmp_path / "cache" / "parts").iterdir())
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
