"""``countermeasure supply``: every subcommand, its formats and files, its flags, its errors."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow.parquet as pq
import pytest

from countermeasure.cli import main
from countermeasure.io.guard import unguarded
from countermeasure.supply import Parameters, scenario_names

ROOT = Path(__file__).parents[2]
FIRM = ROOT / "examples" / "firm.csv"
SMALL = ("--draws", 4, "--weeks", 14, "--buyers", 400)
BROKEN = ROOT / "tests" / "broken" / "supply"
TABLES = {
    "exports": "week,product,region,t_low,t_median,t_high",
    "magnet_exports_by_month": "month,t_low,t_median,t_high,t_observed",
    "stopped_implied": "week,industry,region,share_low,share_median,share_high",
    "stopped_reported": "week,industry,region,share_low,share_median,share_high",
    "lost_output_implied": "quarter,industry,region,share_low,share_median,share_high",
    "lost_output_reported": "quarter,industry,region,share_low,share_median,share_high",
    "licenses_implied": "week,region,state,share_low,share_median,share_high",
    "licenses_reported": "week,region,state,share_low,share_median,share_high",
    "unmet_use": "week,product,region,share_low,share_median,share_high",
    "prices": "week,product,market,times_low,times_median,times_high",
    "gdp": "reading,region,share_low,share_median,share_high",
    "parameters": "name,value,low,high,unit,distribution,source,confidence,meaning",
}
"""Tables that a run writes, and their columns; there may be more."""
PICTURES = ("exports", "stopped_implied", "stopped_reported", "stocks", "prices", "chain")


def strict(text: str):
    """JSON as other programs read it: NaN and Infinity are no numbers there."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def answered(run, *arguments) -> dict:
    code, out, err = run("supply", *arguments, "--json")
    assert (code, err) == (0, "")
    return strict(out)


# --- the run ----------------------------------------------------------------------------------------------------------


def test_the_default_question_is_answered_on_the_screen(run) -> None:
    code, out, err = run("supply", "--draws", 4, "--buyers", 400, "--weeks", 30)
    assert (code, err) == (0, "")
    for words in (
        "No permits for twelve weeks",
        "2027-01-04, 30 weeks; 4 draws, seed 1; book ",
        "Assumed (U): ",
        "approval 0; throughput 0",
        "assumptions in all",
        "Chinese magnet exports fall to",
        "with stocks as 2025 implies",
        "with stocks as firms report them",
        "Standing still, stocks as 2025 implies; most output at stake first",
        "Prices, times normal",
        "GDP over the first 30 weeks",
        "are not followed",
        "no probabilities of events",
    ):
        assert words in " ".join(out.split()), words
    assert "\x1b[" not in out


def test_json_has_the_documented_keys(run) -> None:
    found = answered(run, *SMALL)
    assert list(found) == ["answer", "run", "assumptions", "not_followed", "tables"]
    assert list(found["run"]) == ["scenario", "book", "known on", "reading", "first week", "weeks", "draws", "seed"]
    assert (found["run"]["weeks"], found["run"]["draws"], found["run"]["seed"]) == ("14", "4", "1")
    assert found["run"]["scenario"].startswith("no-permits-12-weeks")
    assert all(list(row) == ["what", "value", "confidence", "source"] for row in found["assumptions"])
    assert {row["confidence"] for row in found["assumptions"]} <= set("ABCDU")
    assert set(found["tables"]) >= set(TABLES) - {"exports"}
    for name, columns in TABLES.items():
        if name != "exports" and found["tables"][name]:
            assert list(found["tables"][name][0]) == columns.split(",")
    assert all(" is not followed: " in note for note in found["not_followed"])
    assert found["answer"].endswith(".")


def test_json_stands_on_stdout_alone(run, tmp_path: Path) -> None:
    code, out, err = run("supply", *SMALL, "--json", "--out", tmp_path / "report")
    assert code == 0
    strict(out)
    assert f"{len(list((tmp_path / 'report').iterdir()))} files in" in err
    assert "report.html" in " ".join(err.split())


# --- files ------------------------------------------------------------------------------------------------------------------


class Html(HTMLParser):
    """Gathers tags and what would be fetched or run; checks that tags close in order."""

    VOID = frozenset({"meta", "br", "hr", "link", "input", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str | None] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action", "background", "xlink:href") or (name == "href" and tag != "a"):
                self.fetched.append(value)
            if name.startswith("on"):
                self.handlers.append(name)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def stands_alone(text: str) -> Html:
    page = Html()
    page.feed(text)
    assert not page.open
    assert not {"script", "iframe", "object", "embed", "img", "link"} & page.tags
    assert not [link for link in page.fetched if not str(link).startswith("#")]
    assert not page.handlers
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    return page


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("supply") / "deep" / "report"
    asked = ("supply", "--scenario", "april-2025", "--draws", "4", "--weeks", "28", "--buyers", "400", "--out", str(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["countermeasure", *asked])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code in (0, None)
    return folder


def test_every_file_is_written_and_opens(report: Path) -> None:
    names = {p.name for p in report.iterdir()}
    assert names >= {f"{t}{s}" for t in TABLES for s in (".csv", ".parquet")}
    assert names >= {"outcome.json", "report.html", *(f"{p}.svg" for p in PICTURES)}
    assert {p.suffix for p in report.iterdir()} == {".csv", ".parquet", ".json", ".svg", ".html"}
    for path in report.glob("*.csv"):
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        table = pq.read_table(path.with_suffix(".parquet")).to_pylist()
        assert rows, path.name
        assert len(table) == len(rows)
        assert list(rows[0]) == list(table[0])
        if path.stem in TABLES:
            assert ",".join(rows[0]) == TABLES[path.stem]
        for ours, theirs in zip(rows[:50], table, strict=False):
            for name, value in theirs.items():
                if isinstance(value, float):
                    assert float(ours[name]) == pytest.approx(value, rel=1e-9), (path.name, name)
                else:
                    assert unguarded(ours[name]) == ("" if value is None else str(value)), (path.name, name)
    strict((report / "outcome.json").read_text("utf-8"))


def test_bands_are_in_order_and_shares_are_shares(report: Path) -> None:
    for path in report.glob("*.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8"))):
            for name in [n.removesuffix("_low") for n in row if n.endswith("_low")]:
                low, mid, high = (float(row[f"{name}_{q}"]) for q in ("low", "median", "high"))
                assert low <= mid <= high, (path.name, row)
                if name == "share" and path.stem != "gdp":
                    assert low >= -1e-9
                    assert high <= 1 + 1e-9


def test_months_stand_beside_what_was_observed(report: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((report / "magnet_exports_by_month.csv").read_text("utf-8"))))
    seen = {row["month"]: row["t_observed"] for row in rows}
    assert [float(seen[m]) for m in ("2025-04", "2025-05", "2025-06")] == [2626, 1238, 3188]


def test_pictures_are_well_formed(report: Path) -> None:
    for path in report.glob("*.svg"):
        root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own drawing
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        text = path.read_text("utf-8")
        assert "<script" not in text
        assert not re.search(r"(?:href|src)=\"(?!#)", text)
        assert "NaN" not in text
        assert "nan" not in re.sub(r">[^<]*<", "><", text)


def test_the_page_stands_alone(report: Path) -> None:
    text = (report / "report.html").read_text("utf-8")
    page = stands_alone(text)
    assert {"table", "svg", "h1"} <= page.tags
    for words in ("The licenses of April 2025", "april-2025.yaml", "seed", "no probabilities", "Announcement 2025 No. 18"):
        assert words in text, words
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)


def test_a_folder_that_is_a_file_is_refused(run, tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.write_text("x", "utf-8")
    code, _, err = run("supply", "--draws", 1, "--weeks", 2, "--buyers", 400, "--out", path)
    assert code == 2
    assert "Give another folder" in err


# --- flags --------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_json_whatever_the_workers(run) -> None:
    one, again, other = (run("supply", *SMALL, "--seed", s, "--json")[1] for s in (7, 7, 8))
    assert one == again
    assert one != other
    code, two, _ = run("supply", *SMALL, "--seed", 7, "--workers", 2, "--json")
    assert code == 0
    assert two == one


def test_draws_in_several_blocks_and_processes_are_the_same(run) -> None:
    sizes = ("--draws", 150, "--weeks", 6, "--buyers", 400, "--json")
    assert run("supply", *sizes, "--workers", 2)[1] == run("supply", *sizes, "--workers", 1)[1]


def test_set_moves_a_parameter(run) -> None:
    april = ("--scenario", "april-2025", "--draws", 6, "--weeks", 28, "--buyers", 400)
    least = []
    for approval in (0.2, 0.9):
        found = answered(run, *april, "--set", f"approval={approval}", "--set", "throughput = 0.5")
        told = {row["name"]: row for row in found["tables"]["parameters"]}
        assert (told["approval"]["value"], told["approval"]["distribution"]) == (approval, "fixed")
        assert told["throughput"]["value"] == 0.5
        assert "set by" in told["approval"]["source"]
        months = {row["month"]: row["t_median"] for row in found["tables"]["magnet_exports_by_month"]}
        least.append(sum(months[m] for m in ("2025-05", "2025-06", "2025-07")))
    assert least[0] < least[1]
    _, out, _ = run("supply", *SMALL, "--set", "approval=0.25")
    assert "Set: approval = 0.25" in out


def test_weeks_make_the_run_shorter_or_longer(run) -> None:
    for weeks in (1, 5, 60):
        found = answered(run, "--draws", 2, "--weeks", weeks, "--buyers", 400)
        assert found["run"]["weeks"] == str(weeks)
        assert len({row["week"] for row in found["tables"]["prices"]}) in (0, weeks)


@pytest.mark.parametrize(("weeks", "last"), [(20, "2027-05-23"), (130, "2029-07-01")])
def test_practice_without_a_last_day_lasts_as_long_as_the_run(run, weeks: int, last: str) -> None:
    found = answered(run, "--scenario", "heavy-ban", "--draws", 1, "--weeks", weeks, "--buyers", 400)
    assert found["assumptions"][0]["value"].endswith(f"2027-01-11 to {last}")


def test_a_scenario_file_of_one_s_own(run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        'id: mine\ntitle: "A question of my own"\nintent: "To be asked"\nstart: "2027-01-04"\nweeks: "6"\npractice:\n'
        '  - {from: "2027-01-11", ban: "yes", why: "the question", source: "mine", confidence: U}\n',
        "utf-8",
    )
    code, out, _ = run("supply", "--scenario", path, "--draws", 2, "--buyers", 400)
    assert code == 0
    assert "A question of my own" in out
    assert "ban" in out


# --- your own firm ----------------------------------------------------------------------------------------------------


def test_a_firm_is_answered_beside_the_market(run) -> None:
    code, out, err = run("supply", "--scenario", "april-2025", *SMALL, "--firm", FIRM)
    assert code == 0
    assert "Your own firm" in out
    assert "error" not in err
    found = strict(run("supply", "--scenario", "april-2025", *SMALL, "--firm", FIRM, "--json")[1])
    firm = found["firm"]
    assert {"firm", "start", "weeks", "draws", "seed", "outlooks", "changes", "notes"} <= set(firm)
    names = {row["name"] for row in firm["outlooks"]}
    assert {"Motor hall 1", "Pump line", "Coating cell"} <= names
    for row in firm["outlooks"]:
        by_week = [week["share"] if isinstance(week, dict) else week for week in row["share_of_draws_stopped_by_week"]]
        assert all(0 <= s <= 1 for s in by_week)
        assert (np.diff(by_week) >= -1e-12).all()


def test_a_firm_s_page_and_json_are_in_the_folder(run, tmp_path: Path) -> None:
    code, _, _ = run("supply", *SMALL, "--firm", FIRM, "--out", tmp_path)
    assert code == 0
    text = (tmp_path / "report.html").read_text("utf-8")
    stands_alone(text)
    assert "Your own firm" in text
    assert "Motor hall 1" in text
    assert "firm" in strict((tmp_path / "outcome.json").read_text("utf-8"))


def test_a_firm_s_table_with_faults_is_answered_in_part(run, tmp_path: Path) -> None:
    path = tmp_path / "firm.csv"
    text = (
        FIRM.read_text("utf-8")
        .replace("position sensor,SmCo,DE", "position sensor,NdFeB,Atlantis")
        .replace("pieces,0.08", "lb,")
    )
    path.write_text(text, "utf-8")
    for more in ((), ("--json",)):
        code, out, err = run("supply", *SMALL, "--firm", path, *more)
        assert code == 2
        assert "firm.csv, row 4" in err
        assert "firm.csv, row 5" in err
        assert "Coating cell" in out
        assert "Pump line" not in out


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("nowhere.csv", None, 4, "there is no such file"),
        ("empty.csv", "", 2, "no part"),
        ("other.csv", "colour,size\nred,3\n", 2, "no part"),
    ],
)
def test_a_firm_s_table_that_is_none(run, tmp_path: Path, name: str, text: str | None, code: int, words: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    found, _, err = run("supply", *SMALL, "--firm", tmp_path / name)
    assert found == code
    assert words in err


# --- lists ------------------------------------------------------------------------------------------------------------------


def test_scenarios_are_listed(run) -> None:
    code, out, err = run("supply", "scenarios")
    assert (code, err) == (0, "")
    assert all(name in out for name in scenario_names())
    found = strict(run("supply", "scenarios", "--json")[1])
    assert [row["id"] for row in found] == list(scenario_names())
    assert all(list(row) == ["id", "title", "intent", "weeks"] for row in found)


def test_parameters_are_listed_on_screen_and_as_csv_and_json(run) -> None:
    names = [one.name for one in Parameters.shipped()]
    code, out, _ = run("supply", "parameters")
    assert code == 0
    assert all(name[:20] in out for name in names)
    rows = list(csv.DictReader(io.StringIO(run("supply", "parameters", "--csv")[1])))
    found = strict(run("supply", "parameters", "--json")[1])
    assert [row["name"] for row in rows] == [row["name"] for row in found] == names
    assert list(rows[0]) == list(found[0]) == TABLES["parameters"].split(",")
    assert all(float(r["value"]) == f["value"] for r, f in zip(rows, found, strict=True))


# --- the planner, projects, validation, the fit ---------------------------------------------------------------------------------


def test_plan_gives_a_bound_below_the_usual_loss(run) -> None:
    code, out, _ = run("supply", "plan", "--weeks", 16)
    assert code == 0
    words = " ".join(out.split())
    for part in ("the least that must be lost under the same limits", "Permits that matter most", "A lower bound on the loss"):
        assert part in words
    found = strict(run("supply", "plan", "--weeks", 16, "--json")[1])
    assert list(found) == ["scenario", "usual_loss_usd", "least_loss_usd", "permits", "notes"]
    assert 0 < found["least_loss_usd"] < found["usual_loss_usd"]
    saved = [permit["usd_avoided"] for permit in found["permits"]]
    assert saved
    assert saved == sorted(saved, reverse=True)
    keys = {"product", "origin", "region", "first_day", "last_day", "tonnes", "usd_by_price", "usd_avoided"}
    for permit in found["permits"]:
        assert keys <= set(permit)
        assert -1 <= permit["usd_avoided"] <= permit["usd_by_price"] * (1 + 1e-6) + 1


def test_plan_by_shares_of_trade_and_with_settings(run) -> None:
    few, more = (
        strict(run("supply", "plan", "--weeks", 12, "--share", share, "--set", "growth=0", "--json")[1])
        for share in (0.05, 0.1)
    )
    assert few["least_loss_usd"] == more["least_loss_usd"]
    assert more["permits"][0]["usd_avoided"] > few["permits"][0]["usd_avoided"]


def test_projects_give_curves_and_crossings(run, tmp_path: Path) -> None:
    asked = ("supply", "projects", "--on", "2027-01-06", "--weeks", 320, "--draws", 12, "--level", 0.9)
    code, out, err = run(*asked, "--out", tmp_path)
    assert code == 0
    assert "China's share falls below 90%" in out
    assert "4 files in" in err
    rows = list(csv.DictReader(io.StringIO((tmp_path / "projects.csv").read_text("utf-8"))))
    assert pq.read_table(tmp_path / "projects.parquet").num_rows == len(rows)
    for name in ("china_share.svg", "cover.svg"):
        ET.fromstring((tmp_path / name).read_text("utf-8"))  # noqa: S314 - our own drawing
    found = strict(run(*asked, "--json")[1])
    assert list(found) == ["level", "crossings", "curves"]
    assert list(found["curves"]) == [row["product"] for row in found["crossings"]]
    first = found["curves"]["ox_ndpr"][0]
    assert first["week"] == "2027-01-04"  # the Monday of the week asked for
    for curve in found["curves"].values():
        assert len(curve) == 320
        shares = np.array([row["china_share"] for row in curve])
        assert ((shares >= 0) & (shares <= 1)).all()
        assert (np.diff(shares, axis=1) >= 0).all()
    for row in found["crossings"]:
        days = [row[q] for q in ("low", "median", "high") if row[q] is not None]
        assert days == sorted(days)
        assert 0 <= row["never"] <= 1


def test_later_projects_cross_later(run) -> None:
    asked = ("supply", "projects", "--on", "2027-01-04", "--weeks", 400, "--draws", 12, "--level", 0.82, "--json")
    crossings = []
    for months in (6, 36):
        found = strict(run(*asked, "--set", f"delay_months={months}")[1])
        day = next(row["median"] for row in found["crossings"] if row["product"] == "ox_ndpr")
        crossings.append(day or "never")
    assert crossings[0] < crossings[1]


def test_validation_on_screen_as_json_and_as_files(run, tmp_path: Path) -> None:
    asked = ("supply", "validate", "--draws", 6, "--out", tmp_path / "report.md", "--json")
    code, out, err = run(*asked)
    assert (code, err) == (0, "")
    found = strict(out)
    assert list(found) == ["draws", "seed", "met", "targets", "exports", "readings", "studies"]
    assert [t["id"] for t in found["targets"]] == [f"V{n}" for n in range(1, 13)]
    page = (tmp_path / "report.md").read_text("utf-8")
    assert f"{found['met']} of 12 targets are met" in page
    code, out, _ = run("supply", "validate", "--draws", 3)
    words = " ".join(out.split())
    assert code == 0
    for part in ("Fitted", "Predicted with parameters frozen", "targets are met", "two readings", "what others found"):
        assert part in words


def test_the_fit_writes_joint_draws_that_the_room_can_read(run, tmp_path: Path) -> None:
    path = tmp_path / "posterior.csv"
    code, out, _ = run("supply", "fit", "--draws", 60, "--keep", 5, "--out", path)
    assert code == 0
    assert "2025-04, observed 2,626 t" in out
    assert "controlled_share" in out
    text = path.read_text("utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert len(rows) == 5
    known = {one.name for one in Parameters.shipped() if one.distribution == "posterior"}
    assert set(rows[0]) == known
    assert "the nearest 5 of 60 draws" in text
    assert run("supply", "fit", "--draws", 60, "--keep", 5, "--out", tmp_path / "again.csv")[1] == out
    assert (tmp_path / "again.csv").read_text("utf-8") == text


# --- errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--scenario", "no-permits"), 4, "no-permits-12-weeks"),
        (("--scenario", "nowhere.yaml"), 4, "Give a file, or one of"),
        (("--set", "aproval=0.25"), 2, "unknown parameter 'aproval'; there are approval"),
        (("--set", "approval"), 2, "Write approval=0.25"),
        (("--set", "approval=a quarter"), 2, "is not a number"),
        (("--set", "approval=25"), 2, "Write 0.25 for 25 %"),
        (("--set", "approval=5"), 2, "approval is 5, not between 0 and 1"),
        (("--set", "lag_weeks=-1"), 2, "lag_weeks is -1"),
        (("--set", "approval=nan"), 2, "approval is nan"),
        (("--draws", 0), 2, "--draws"),
        (("--weeks", 0), 2, "--weeks"),
        (("--weeks", 5000), 2, "--weeks"),
        (("--seed", -1), 2, "--seed"),
        (("--buyers", 10, "--draws", 1, "--weeks", 2), 2, "Ask for at least"),
        (("plan", "--scenario", "no-permits"), 4, "no-permits-12-weeks"),
        (("plan", "--set", "approval=25"), 2, "Write 0.25 for 25 %"),
        (("plan", "--period", 20), 2, "--period"),
        (("projects", "--on", "soon"), 2, "YYYY-MM-DD"),
        (("projects", "--level", 80), 2, "--level"),
        (("projects", "--set", "delay_month=3"), 2, "there are delay_months"),
        (("validate", "--draws", 2, "--out", "report.pdf"), 2, ".md, .json or .html"),
        (("fit",), 2, "--out"),
        (("everything",), 2, "everything"),
        (("--book", "nowhere"), 5, "nowhere"),
    ],
)
def test_bad_input_is_said_with_a_cure(run, arguments, code: int, words: str) -> None:
    found, out, err = run("supply", *arguments)
    assert found == code
    assert out == ""
    assert words in " ".join(err.split())
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "name", ["unknown-key", "percent-as-share", "unknown-measure", "quota-in-pounds", "instrument-missing"]
)
def test_a_broken_scenario_ends_with_exit_code_5(run, name: str) -> None:
    expected = (BROKEN / f"{name}.yaml").read_text("utf-8").splitlines()[0].removeprefix("# expect: ")
    for verb in ((), ("plan",)):
        code, out, err = run("supply", *verb, "--scenario", BROKEN / f"{name}.yaml")
        assert (code, out) == (5, "")
        assert f"{name}.yaml{expected}" in err


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--scenario", "nowhere"), 4, "unknown_scenario"),
        (("--scenario", BROKEN / "unknown-key.yaml"), 5, "bad_scenario"),
        (("--set", "aproval=1"), 2, "unknown_parameter"),
        (("--set", "approval=25"), 2, "bad_parameter"),
        (("--set", "approval"), 2, "bad_setting"),
        (("--buyers", "10", "--draws", "1", "--weeks", "2"), 2, None),
        (("plan", "--scenario", "nowhere"), 4, "unknown_scenario"),
        (("projects", "--on", "soon"), 2, None),
        (("--firm", "nowhere.csv", "--draws", "1", "--weeks", "2", "--buyers", "400"), 4, None),
    ],
)
def test_errors_have_one_shape_in_json(run, arguments, code: int, word: str | None) -> None:
    found, out, err = run("supply", *arguments, "--json")
    assert (found, err) == (code, "")
    told = strict(out)
    assert list(told) == ["error"]
    assert list(told["error"]) == ["code", "message", "where", "cure"]
    assert told["error"]["message"]
    assert told["error"]["cure"]
    if word is not None:
        assert told["error"]["code"] == word
    if code == 5:
        assert "unknown-key.yaml:7" in told["error"]["message"]


def test_help_names_every_subcommand_with_an_example(run) -> None:
    code, out, _ = run("supply", "--help")
    assert code == 0
    for name in ("scenarios", "parameters", "validate", "plan", "projects", "fit"):
        assert name in out
        assert f"countermeasure supply {name}" in run("supply", name, "--help")[1]
