"""``countermeasure talks``: every subcommand, its formats and files, its flags, its errors."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from countermeasure.talks.read import conflict_names

VIEWS = Path(__file__).parents[1] / "talks" / "data" / "silence.yaml"
BROKEN = Path(__file__).parents[1] / "broken" / "talks"


def strict(text: str):
    """JSON as other programs read it: NaN and Infinity are no numbers there."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def answered(run, *arguments) -> dict:
    code, out, err = run("talks", *arguments, "--json")
    assert (code, err) == (0, "")
    return strict(out)


def shown(run, *arguments) -> str:
    code, out, err = run("talks", *arguments)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 110
    return " ".join(out.split())


def refused(run, *arguments) -> str:
    code, out, err = run("talks", *arguments)
    assert code != 0
    assert out == ""
    assert "Traceback" not in err
    return " ".join(err.split())


QUESTIONS = (
    ("solve", "october-2025", "--on", "2025-11-15"),
    ("explain", "8"),
    ("path", "--from", "5"),
    ("packages", "--from", "5"),
    ("flip", "8"),
    ("robust", "--draws", "200"),
    ("replay", "2025-09-01", "2025-12-01"),
    ("views", "--model", VIEWS),
    ("forecast", "us-escalates-14", "--on", "2026-11-22"),
    ("score",),
)


@pytest.mark.parametrize("arguments", QUESTIONS, ids=lambda a: a[0])
def test_assumptions_come_first_and_a_sentence_for_a_minister_last(run, arguments) -> None:
    code, out, err = run("talks", *arguments)
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if line.strip()]
    first = next(n for n, line in enumerate(lines) if line.startswith("Assumed ("))
    assert first <= 3
    found = answered(run, *arguments)
    flat = " ".join(out.split())
    assert flat.endswith(" ".join(found["answer"].split()))
    assert found["assumptions"]
    assert set(found) >= {"title", "answer", "assumptions", "limits", "tables"}


@pytest.mark.parametrize("arguments", QUESTIONS, ids=lambda a: a[0])
def test_every_answer_is_a_folder_too(run, tmp_path: Path, arguments) -> None:
    code, _, err = run("talks", *arguments, "--out", tmp_path / "new")
    assert code == 0
    assert "report.html" in err
    found = strict((tmp_path / "new" / "outcome.json").read_text("utf-8"))
    for name, rows in found["tables"].items():
        assert pq.read_table(tmp_path / "new" / f"{name}.parquet").num_rows == len(rows)
        with (tmp_path / "new" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.reader(file))) == len(rows) + 1
    page = (tmp_path / "new" / "report.html").read_text("utf-8")
    assert page.index("Assumed") < page.rindex("<p")
    assert "<script" not in page
    for path in (tmp_path / "new").glob("*.svg"):
        assert ET.fromstring(path.read_text("utf-8")).tag.endswith("svg")  # noqa: S314


def test_the_truce_rests_on_answers_and_not_on_content(run) -> None:
    said = shown(run, "solve", "october-2025", "--on", "2025-11-15")
    assert "the state of 2025-11-15, 8 {purchases}, lasts because a first step would be answered" in said
    assert said.startswith("October 2025")
    assert "CN would answer 9 with 1" in shown(run, "explain", "8")


def test_the_status_quo_is_the_book_s(run) -> None:
    def today(day, *more):
        return answered(run, "solve", "--on", day, *more)["status_quo"]

    assert (today("2025-10-15"), today("2025-11-15")) == ("5", "8")
    assert today("2026-11-22") != today("2026-11-22", "--reading", "announced")


def test_models_are_listed_and_all_can_be_solved(run) -> None:
    code, out, _ = run("talks", "models")
    assert code == 0
    assert all(name in out for name in conflict_names())
    rows = answered(run, "models")
    assert [row["model"] for row in rows] == list(conflict_names())
    for name in conflict_names():
        assert answered(run, "solve", name)["model"]


def test_a_coalition_changes_what_lasts(run) -> None:
    alone = answered(run, "solve", "elmira-1991")["tables"]["equilibria"]
    joint = answered(run, "solve", "elmira-1991", "--coalition", "MOE,UR")["tables"]["equilibria"]
    fell = {row["state"] for row in alone if row["seq"] == "yes"} - {row["state"] for row in joint if row["seq"] == "yes"}
    assert fell == {"7"}


def test_semantics_matter_for_garrison(run) -> None:
    found = {
        word: {row["state"] for row in answered(run, "solve", "garrison-diversion", "--semantics", word)["tables"]["equilibria"]
               if row["gmr"] == "yes"}
        for word in ("legal_sequence", "each_opponent_once", "single_move")
    }  # fmt: skip
    assert found["legal_sequence"] - found["each_opponent_once"] == {"6"}
    assert found["legal_sequence"] - found["single_move"] == {"4", "6", "10"}


def test_a_state_becomes_a_scenario_that_duty_reads(run, tmp_path: Path) -> None:
    path = tmp_path / "escalation.yaml"
    code, _, _ = run("talks", "draft", "2", "--on", "2025-11-15", "--output", path)
    assert code == 0
    line = ("8505.11.00.70", "--origin", "CN", "--on", "2025-11-20", "--value", "1000")
    plain, more = (run("duty", *line, *extra)[1] for extra in ((), ("--scenario", path)))
    assert "100 points" not in plain
    assert "100 points" in more


def test_the_nfg_form_has_a_payoff_for_every_profile(run) -> None:
    code, out, err = run("talks", "nfg", "chicken")
    assert (code, err) == (0, "")
    assert out.startswith("NFG 1 ")


def test_questions_have_rules_and_no_model_is_shown(run) -> None:
    code, out, _ = run("talks", "forecast")
    assert code == 0
    assert "us-escalates-14" in out
    said = shown(run, "forecast", "cn-escalates-30", "--on", "2026-11-22")
    assert "No model is shown" in said
    assert "Rule: Yes if" in said
    assert "no model beats the base rate" in answered(run, "score")["answer"]
    fewer = answered(run, "score", "--verification", "seen")["tables"]["forecast_scores"]
    assert all(row["may_be_shown"] in ("base", "no") for row in fewer)


def test_a_file_of_conflicts_is_a_file_of_cases(run, shared: Path, tmp_path: Path) -> None:
    path = shared / "facts" / "conflicts.yaml"
    code, out, _ = run("cases", path)
    assert code == 0
    assert out.endswith("314 of 314 cases as expected\n")
    wrong = tmp_path / "wrong.yaml"
    text = path.read_text("utf-8")
    wrong.write_text(text.replace("nash: [1]", "nash: [4]", 1), "utf-8")
    code, out, _ = run("cases", wrong)
    assert code == 2
    assert "prisoners_dilemma equilibria" in out
    assert "expected 4, found 1" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("solve", "october-2052"), "october-2025"),
        (("solve", "--on", "15/11/2025"), "is not a day"),
        (("solve", "--reading", "rumour", "--on", "2025-11-15"), "unknown reading 'rumour'"),
        (("solve", "--semantics", "any"), "no sanction semantics 'any'"),
        (("solve", "--coalition", "US,XX"), "no party 'XX'"),
        (("explain", "99"), "there is no state '99'"),
        (("path", "--from", "x"), "there is no state 'x'"),
        (("packages", "--from", "5", "--parties", "DE"), "no party 'DE'"),
        (("flip", "8", "--notion", "stable"), "stable"),
        (("flip", "8", "--how", "magic"), "magic"),
        (("robust", "--how", "weights"), "weights"),
        (("replay", "2025-12-01", "2025-09-01"), "is before"),
        (("nfg", "elmira-1991"), "two parties"),
        (("forecast", "who-wins"), "who-wins"),
        (("score", "--verification", "heard"), "unknown verification 'heard'"),
    ],
    ids=lambda v: "-".join(map(str, v)) if isinstance(v, tuple) else "",
)
def test_mistakes_are_named(run, arguments, said) -> None:
    assert said in refused(run, *arguments)


def test_faults_of_a_model_come_with_their_lines(run) -> None:
    for path in sorted(BROKEN.glob("*.yaml"))[:6]:
        assert path.name in refused(run, "solve", path)
