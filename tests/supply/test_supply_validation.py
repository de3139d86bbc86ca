"""The validation report: its targets, its numbers from outside, its writers, and the page in the documents."""

import csv
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from countermeasure.errors import InputError
from countermeasure.io.supply_validation import validation_json, validation_markdown, write_validation
from countermeasure.supply.history import fitted_months, observed
from countermeasure.supply.tables import shipped_text
from countermeasure.supply.validate import Validation, validate

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "supply_validation.md"
DRAWS = 40


class Seen(dict[str, float]):
    """Values of a series that remember which of them were asked for."""

    def __init__(self, name: str, values: dict[str, float], log: set[tuple[str, str]]) -> None:
        super().__init__(values)
        self.name, self.log = name, log

    def __getitem__(self, period: str) -> float:
        self.log.add((self.name, period))
        return super().__getitem__(period)

    def get(self, period, default=None):
        self.log |= {(self.name, period)} & {(self.name, known) for known in self}
        return super().get(period, default)


@pytest.fixture(scope="module")
def asked() -> set[tuple[str, str]]:
    """Series and periods that the report used."""
    return set()


@pytest.fixture(scope="module")
def report(asked: set[tuple[str, str]]) -> Validation:
    series = {name: Seen(name, values, asked) for name, values in observed().items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["countermeasure.supply.validate"], "observed", lambda: series)
        return validate(DRAWS)


def target(report: Validation, name: str):
    return next(t for t in report.targets if t.id == name)


# --- targets ----------------------------------------------------------------------------------------------------------


def test_there_are_twelve_targets_and_one_is_fitted(report: Validation) -> None:
    assert [t.id for t in report.targets] == [f"V{n}" for n in range(1, 13)]
    assert [t.id for t in report.targets if t.kind == "fitted"] == ["V1"]
    assert {t.kind for t in report.targets} == {"fitted", "predicted"}
    assert report.passed == sum(t.passed for t in report.targets)
    for one in report.targets:
        assert one.what, one.id
        assert one.observed, one.id
        assert one.simulated, one.id
        assert one.rule, one.id
        assert one.passed or one.why, f"{one.id} is missed and says not why"


def medians(report: Validation, first: str, last: str) -> tuple[np.ndarray, np.ndarray]:
    rows = [i for i, m in enumerate(report.months) if first <= m <= last]
    return report.exports[rows, 0], report.exports[rows, 2]


def error(real: np.ndarray, found: np.ndarray) -> float:
    return float(np.sqrt(np.mean((found / real - 1) ** 2)))


def test_the_fit_is_within_eight_per_cent(report: Validation) -> None:
    real, found = medians(report, "2025-04", "2025-09")
    assert real.tolist() == [2626, 1238, 3188, 5577, 6146, 5774] == list(fitted_months().values())
    assert error(real, found) < 0.08
    assert target(report, "V1").passed
    assert f"error {error(real, found):.1%}" in target(report, "V1").simulated


def test_what_follows_is_predicted_within_its_bound(report: Validation) -> None:
    real, found = medians(report, "2025-10", "2026-03")
    assert real.tolist() == [5473, 6150, 5952, 6023, 4740, 5238]
    assert error(real, found) < 0.12
    assert target(report, "V2").passed


def test_passing_follows_from_the_rule(report: Validation) -> None:
    """The rules again, from the words of the report."""
    numbers = {
        t.id: [float(n.replace(",", "")) for n in re.findall(r"-?[\d,]*\d(?:\.\d+)?", t.simulated)] for t in report.targets
    }
    assert target(report, "V4").passed == (5 <= numbers["V4"][0] <= 10)
    assert target(report, "V7").passed == (2 <= numbers["V7"][0] <= 5 and abs(numbers["V7"][3] - 1) <= 0.1)
    assert target(report, "V8").passed == (4.5 <= numbers["V8"][0] <= 450)
    assert target(report, "V9").passed == (-41 <= numbers["V9"][0] <= -21 and 3 <= numbers["V9"][3] <= 6)
    assert target(report, "V10").passed == (9 <= numbers["V10"][0] <= 16)
    assert target(report, "V11").passed == (numbers["V11"][0] < 70)
    assert target(report, "V12").passed == (-6 <= numbers["V12"][0] <= -0.15)


def test_both_readings_of_stocks_are_told_and_differ(report: Validation) -> None:
    assert [name for name, _, _ in report.readings] == ["implied", "reported"]
    first = [float(re.search(r"week ([\d.]+)", words).group(1)) for _, words, _ in report.readings]
    worst = [float(words.split()[0]) for _, _, words in report.readings]
    assert first[1] < first[0]
    assert worst[1] > worst[0] > 0


def test_exports_have_a_band_and_gaps_where_nothing_was_seen(report: Validation) -> None:
    assert report.exports.shape == (len(report.months), 4)
    assert list(report.months) == sorted(report.months)
    assert (np.diff(report.exports[:, 1:], axis=1) >= 0).all()
    unseen = [m for m, row in zip(report.months, report.exports, strict=True) if np.isnan(row[0])]
    assert unseen
    assert min(unseen) > "2026-03"  # no monthly figure was found after March 2026


# --- numbers from outside -----------------------------------------------------------------------------------------------


def rows_of(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "facts" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outside(shared: Path, series: str, period: str) -> float:
    """A number of the working material, found by its own way there."""
    events = {r["id"]: r for r in rows_of(shared, "ree_events.csv")}
    countries = {"world": "World", "us": "United States"}
    if series.startswith("cn_magnet_exports_"):
        country = countries[series.removeprefix("cn_magnet_exports_")]
        found = [r for r in rows_of(shared, "cn_magnet_exports.csv") if (r["month"], r["destination"]) == (period, country)]
        if not found:  # April and May 2025 to the United States stand among the events
            found = [
                e for e in events.values() if e["date"].startswith(period) and (e["actor"], e["target"]) == ("China", country)
            ]
            return float(next(e["value"] for e in found if e["unit"].startswith("t") and "magnet exports" in e["what"]))
        return float(found[0]["tonnes"])
    if series.startswith("cn_ree_exports_"):
        event = next(
            e for e in events.values() if e["date"] == f"{period}-12-31" and e["target"] == "world" and "BACI" in e["source"]
        )
        tonnes = float(event["value"])
        millions = float(re.search(r"value (\d+) million USD", event["what"]).group(1))
        return tonnes if series == "cn_ree_exports_world" else millions * 1e6 / (tonnes * 1e3)
    if series in ("dy_europe_usd_kg", "y_europe_usd_kg"):
        product = {"d": "Dy oxide", "y": "Y oxide"}[series[0]]
        prices = rows_of(shared, "ree_prices.csv")
        found = [r for r in prices if r["date"] == period and r["market"] == "Europe" and r["product"].startswith(product)]
        return float(found[0]["mid"])
    if series == "eu_chamber_stoppages":
        return float(events["S043" if period == "2025-08" else "S044"]["value"])
    if series.startswith("eu_chamber_"):
        filed, approved = re.search(r"(\d+) filed, (\d+) approved", events["S045"]["what"]).groups()
        return float(filed if series == "eu_chamber_applications" else approved)
    if series == "quota_used":
        return float(events["S019"]["value"]) / 100
    assert series == "dy_peak_lag", f"no way to the source of {series} is known here"
    (y1, m1), (y2, m2) = (map(int, events[e]["date"].split("-")[:2]) for e in ("S001", "S018"))
    return 12 * (y2 - y1) + m2 - m1


def test_every_observed_number_is_in_the_working_material(
    shared: Path, report: Validation, asked: set[tuple[str, str]]
) -> None:
    assert report.targets
    assert len(asked) > 30
    for series, period in sorted(asked):
        assert observed()[series][period] == pytest.approx(outside(shared, series, period), rel=5e-4), (series, period)


def test_words_of_the_report_are_the_observed_numbers(report: Validation) -> None:
    seen = observed()
    first = [v for name, values in seen.items() if name.startswith("first_stoppage_") for v in values.values()]
    assert len(first) == 3
    assert all(6 <= week <= 9 for week in first)
    assert target(report, "V4").observed.startswith("6 to 9")
    stoppages = seen["eu_chamber_stoppages"]
    assert target(report, "V6").observed.startswith(
        f"{stoppages['2025-08']:.0f} stoppages in August, {stoppages['2025-09']:.0f}"
    )
    assert target(report, "V3").observed == "242, 46, 353, 619"
    assert target(report, "V8").observed == f"{270 / 6:.0f}"
    lines = [line for line in shipped_text("studies.csv").splitlines() if not line.startswith("#")]
    studies = [(r["study"], r["region"], float(r["result_low"]), float(r["result_high"])) for r in csv.DictReader(lines)]
    told = target(report, "V12").observed
    assert ("-1.5 (IMF)" in told) == any("IMF" in s and r == "US" and low == -0.015 for s, r, low, _ in studies)
    assert ("-0.3 to -0.6 (ECB" in told) == any("ECB" in s and (low, high) == (-0.006, -0.003) for s, _, low, high in studies)
    assert ("about -2 (ECB" in told) == any("ECB" in s and low == high == -0.02 for s, _, low, high in studies)


# --- files ------------------------------------------------------------------------------------------------------------------


class Html(HTMLParser):
    """Gathers tags and what would be fetched; checks that tags close in order."""

    VOID = frozenset({"meta", "br", "hr", "link", "input", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str | None] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "srcset", "data", "action")]
        self.fetched += [value for name, value in attrs if name == "href" and tag != "a"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def tables(text: str) -> list[list[list[str]]]:
    """Tables of a page of Markdown, as cells."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def test_markdown_holds_every_row(report: Validation, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    write_validation(path, report, DRAWS, 1)
    text = path.read_text("utf-8")
    assert text == validation_markdown(report, DRAWS, 1)
    assert f"`countermeasure supply validate --draws {DRAWS} --seed 1`" in text
    assert f"{report.passed} of 12 targets are met" in text
    found = tables(text)
    assert [len(table) - 2 for table in found] == [1, 11, 2, len(report.studies)]
    for table in found:
        assert len({len(row) for row in table}) == 1  # no cell broke a row
    results = [row[5] for table in found[:2] for row in table[2:]]
    assert results == ["pass" if t.passed else "MISS" for t in report.targets]


def test_json_holds_every_row(report: Validation, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_validation(path, report, DRAWS, 1)
    found = json.loads(path.read_text("utf-8"))
    assert list(found) == ["draws", "seed", "met", "targets", "exports", "readings", "studies"]
    assert (found["draws"], found["seed"], found["met"]) == (DRAWS, 1, report.passed)
    assert list(found["targets"][0]) == ["id", "what", "kind", "observed", "simulated", "passes_if", "passed", "why"]
    assert [row["month"] for row in found["exports"]] == list(report.months)
    assert found["exports"][-1]["t_observed"] is None
    assert found == json.loads(json.dumps(validation_json(report, DRAWS, 1), default=float))


def test_html_stands_alone(report: Validation, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_validation(path, report, DRAWS, 1)
    text = path.read_text("utf-8")
    page = Html()
    page.feed(text)
    assert not page.open
    assert not {"script", "iframe", "img", "object", "embed"} & page.tags
    assert not page.fetched
    assert "@import" not in text
    assert not re.search(r"url\(", text)
    for one in report.targets:
        assert f">{one.id}<" in text
    drawings = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    assert len(drawings) == 1
    ET.fromstring(drawings[0])  # noqa: S314 - our own drawing


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.MD"])
def test_other_suffixes_are_refused(report: Validation, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"Use \.md, \.json or \.html") as caught:
        write_validation(tmp_path / name, report, DRAWS, 1)
    assert caught.value.code == "unknown_format"
    assert not (tmp_path / name).exists()


@pytest.mark.skipif(not PAGE.is_file(), reason="the page of documentation is not there")
def test_the_page_in_the_documents_has_the_structure_of_the_report(report: Validation) -> None:
    page, ours = PAGE.read_text("utf-8"), validation_markdown(report, DRAWS, 1)
    assert headings(page) == headings(ours)
    assert re.search(r"Made by `countermeasure supply validate --draws \d+ --seed \d+`", page)
    written, made = tables(page), tables(ours)
    assert [table[0] for table in written] == [table[0] for table in made]  # columns
    assert [[row[0] for row in table] for table in written] == [[row[0] for row in table] for table in made]
    for place in (0, 1):  # what is compared, what was seen and when it passes do not depend on the draws
        for column in (1, 2, 4):
            assert [row[column] for row in written[place]] == [row[column] for row in made[place]]
