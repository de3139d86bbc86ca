"""One act, one day: the fact files agree with one another, and the book agrees with them.

What is known to differ is listed in ``tests/golden`` with the reason; anything new fails, and so does an entry that has
become needless.
"""

from __future__ import annotations

import csv
import itertools
import re
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from factfiles import DATA, GOLDEN, BookText, FactFiles, day_after, first_day, text_yaml

if TYPE_CHECKING:
    from pathlib import Path

ROW_TO_INSTRUMENT = {
    "T01": "cn-tc-2018-13",
    "T02": "cn-tc-2018-5",
    "T03": "cn-tc-2018-7",
    "T04": "cn-tc-2018-8",
    "T05": "cn-tc-2018-10",
    "T06": "cn-tc-2019-1",
    "T07": "cn-tc-2019-3",
    "T08": "cn-tc-2019-4",
    "T09": "cn-tc-2019-4",
    "T10": "cn-tc-2020-1",
    "T11": "cn-tc-2020-2",
    **{f"T{n + 11}": f"cn-tc-2025-{n}" for n in (1, 2)},
    **{f"T{n + 10}": f"cn-tc-2025-{n}" for n in range(4, 11)},
    "T21": "cn-mofcom-2026-09-28-truce",
    "T22": "cn-mofcom-2026-09-28-cuts",
}

KNOWN_TO_REACH = {"us-de-minimis", "us-de-minimis-cn", "us-9801", "us-rule-232-chips-first"}
"""What may free goods from the scenario's 100 points: small parcels, returned US goods, and chips under section 232."""


@pytest.fixture(scope="module")
def facts(shared: Path) -> FactFiles:
    return FactFiles(shared / "facts")


@pytest.fixture(scope="module")
def cn() -> BookText:
    return BookText.read("cn")


@pytest.fixture(scope="module")
def us() -> BookText:
    return BookText.read("us")


# --- the fact files among themselves


def test_same_act_same_day(facts: FactFiles) -> None:
    known = {e["act"]: e["days"] for e in text_yaml(GOLDEN / "fact_disagreements.yaml") if e["where"] == "days"}
    found = {}
    for entry in text_yaml(GOLDEN / "same_acts.yaml"):
        days = {place: facts.day(place) for place in entry["places"]}
        if len(set(days.values())) > 1:
            found[entry["act"]] = days
    assert found == known


def test_every_act_is_compared_or_stands_alone(facts: FactFiles) -> None:
    used = {p for e in text_yaml(GOLDEN / "same_acts.yaml") for p in e["places"]}
    covered = {place.rpartition(":")[0] for place in used}
    for name, provision in facts.provisions.items():
        owner = next(m for m, body in facts.measures.items() if provision in body.get("provisions", ()))
        if f"provision:{name}" in covered:
            covered.add(f"measure:{owner}")
    every = {f"action:{a}" for a in facts.actions} | {f"tariff:{r}" for r in facts.tariffs}
    every |= {f"measure:{m}" for m in facts.measures} | {f"party:{p}" for p in facts.parties}
    assert every - covered == set(text_yaml(GOLDEN / "same_acts_alone.yaml"))


def test_numbers_of_parties_agree(facts: FactFiles) -> None:
    """A count in the timeline is the number of rows that the announcements of the same line bring."""
    rows = facts.rows("cn_listed_parties.csv")
    found = {}
    for entry in text_yaml(GOLDEN / "same_acts.yaml"):
        parties = [p[6:].rpartition(":")[0] for p in entry["places"] if p.startswith("party:") and "date_added" in p]
        lines = [p.split(":")[1] for p in entry["places"] if p.startswith("timeline:")]
        said = [float(facts.timeline[i]["magnitude"] or 0) for i in lines]
        held = sum(r["announcement"] in parties for r in rows)
        if parties and lines and sum(said) != held:
            found[entry["act"]] = [f"{sum(said):g}", str(held)]
    known = {e["act"]: e["counts"] for e in text_yaml(GOLDEN / "fact_disagreements.yaml") if e["where"] == "counts"}
    assert found == known


def test_which_windows_share_their_boundary_day(facts: FactFiles) -> None:
    """Windows are inclusive on both ends, but some share the day on which one ends and the next begins."""
    sharing = set()
    for name, days in facts.parties.items():
        if any(days.get(f"window.{i}.to") == days.get(f"window.{i + 1}.from", {"-"}) for i in range(3)):
            sharing.add(f"party:{name}")
    for name, measure in facts.measures.items():
        for a in measure.get("effect", ()) if isinstance(measure.get("effect"), list) else ():
            if any(a.get("to") and a["to"] == b.get("from") for b in measure["effect"]):
                sharing.add(f"measure:{name}")
    for name, provision in facts.provisions.items():
        windows = provision.get("windows", ())
        for a, b in itertools.pairwise(windows):
            assert b["from"] == day_after(a["to"]), f"{name}: a gap or overlap at {a['to']}"
    actions = list(facts.actions.values())
    for a in actions:
        if a.get("until") and a.get("from"):
            assert a["from"] <= a["until"], a["id"]
    for row in facts.tariffs.values():
        end = first_day(row["effective_to_bjt"])
        if end and any(first_day(r["effective_from_bjt"]) == end for r in facts.tariffs.values()):
            sharing.add(f"tariff:{row['row_id']}")
    known = [e["places"] for e in text_yaml(GOLDEN / "fact_disagreements.yaml") if e["where"] == "boundaries"]
    assert sharing == set(known[0])


def test_announcements_named_in_the_timeline_are_held(facts: FactFiles) -> None:
    """``No. 23 of 2026`` in a Chinese line of the timeline stands in the measures or the parties."""
    held = {" ".join(m.get("number", "").split()[-2:]) for m in facts.measures.values()}
    held |= {" ".join(p.split()[2:4]) for p in facts.parties if p.startswith("MOFCOM Announcement")}
    held |= {"2023 No.57", "2025 No.28"}  # the technology catalogue and its adjustment
    named = set()
    for row in facts.timeline.values():
        if row["actor"] == "CN":
            for number, year in re.findall(r"No\. ?(\d+)(?:/\d+)? of (20\d\d)", row["what"]):
                named.add(f"{year} No.{number}")
    assert named - held == set()


# --- the book against the fact files


def test_chinese_rows_are_in_the_book(facts: FactFiles, cn: BookText) -> None:
    excused = text_yaml(GOLDEN / "cn_tariffs_exceptions.yaml")
    faults = {}
    for row_id, row in facts.tariffs.items():
        instrument = cn.instruments[ROW_TO_INSTRUMENT[row_id]]
        acts = instrument["acts"]
        said = []
        if instrument["published_on"] != row["date_announced"]:
            said.append("published")
        starts = {a.get("from", "") for a in acts}
        if row["effective_from_bjt"] and _instant(row["effective_from_bjt"]) not in starts:
            said.append("from")
        touched = [p for p in cn.imposed if _touched(cn, p, acts)]
        family = [p for p in cn.imposed if cn.imposed[p]["programme"] in {cn.imposed[t]["programme"] for t in touched}]
        if not _percents(row["additional_rate_pct"]) <= _rates(cn, family):
            said.append("rates")
        if not _percents(row["rate_in_abeyance_pct"]) <= _rates(cn, touched):
            said.append("abeyance")
        end = first_day(row["effective_to_bjt"])
        if end and not any({end, day_after(end)} & cn.days(p) for p in touched):
            said.append("to")
        if said:
            faults[row_id] = said
    assert faults == {row: entry["differs"] for row, entry in excused.items()}


def _percents(cell: str) -> set[float]:
    """Rates above zero in a cell such as ``10, 20 or 25 (5 kept for one band)``, in per cent."""
    return {float(n) for n in re.findall(r"[\d.]+", re.sub(r"\(.*\)", "", cell)) if float(n)}


def _rates(book: BookText, provisions: list[str]) -> set[float]:
    """Every rate these provisions ever had, in per cent."""
    return {round(float(a["rate"]) * 100, 6) for p in provisions for a in book.touching(p) if a.get("rate")}


def _instant(cell: str) -> str:
    """``2025-11-10 13:01`` as the book writes it; midnight is the bare day."""
    day, _, minute = cell.partition(" ")
    return f"{day}T{minute}+08:00" if minute not in ("", "00:00") else day


def _touched(book: BookText, provision: str, acts: list[dict[str, object]]) -> bool:
    return any(act in acts for act in book.touching(provision))


def test_us_actions_are_in_the_book(facts: FactFiles, us: BookText) -> None:
    if not us.acts:
        pytest.skip("no US instrument in the book yet")
    excused = text_yaml(GOLDEN / "us_actions_exceptions.yaml")
    faults = {}
    for name, action in facts.actions.items():
        said = []
        starts = action.get("hts_from", {})
        for heading in action.get("hts", ()):
            first = starts.get(heading, action.get("from", ""))
            said += [f"{heading} {what}" for what in _heading_faults(us, heading, first, action)]
        if not action.get("hts") or not first_day(action.get("from", "")):
            said.append("no heading or no day")
        if said:
            faults[name] = said
    assert faults == {name: entry["differs"] for name, entry in excused.items()}
    for name, entry in excused.items():
        home = str(us.instruments[entry["stands_in"]])
        first = first_day(facts.actions[name].get("from", ""))
        assert not first or first in home or _in_words(first) in home, f"{name}: {first} is not in {entry['stands_in']}"


def _in_words(day: str) -> str:
    """``2025-10-14`` as ``14 October 2025``."""
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"


def _heading_faults(us: BookText, heading: str, first: str, action: dict[str, object]) -> list[str]:
    provisions = us.headings.get(heading, set())
    said = []
    begun = [p for p in provisions if first in us.list_days(p) or first in _starts(us, p)]
    if not begun:
        return ["from"] if first_day(first) else []
    percent = str(action.get("rate_pct"))
    if re.fullmatch(r"[\d.]+", percent) and action.get("kind") != "exclusion":
        rates = {us.rate(p, first) for p in begun} | {r for p in begun for r in us.rates_begun(p, first)}
        if not any(r is not None and abs(r - float(percent) / 100) < 1e-9 for r in rates):
            said.append("rate")
    last = first_day(str(action.get("until", "")))
    if last and not any(day_after(last) in us.days(p) for p in provisions):
        said.append("until")
    return said


def _starts(us: BookText, provision: str) -> set[str]:
    """Days on which a provision begins, changes, or comes back after a suspension or a passing change."""
    acts = list(us.touching(provision))
    days = {first_day(a["from"]) for a in acts if a["act"] in ("impose", "amend", "resume")}
    return days | {first_day(a.get("until", "")) for a in acts if a["act"] in ("suspend", "amend")}


# --- what this builder's files promise


def test_the_chinese_ladder_is_written_as_announced(cn: BookText) -> None:
    ladder = [(a["from"], a["rate"]) for a in cn.touching("cn-recip") if a.get("rate")]
    assert ladder == [("2025-04-10T12:01+08:00", "0.34"), ("2025-04-10T12:01+08:00", "0.84"), ("2025-04-12", "1.25")]
    pauses = [(a["from"], a["until"]) for a in cn.touching("cn-recip-24") if a["act"] == "suspend"]
    assert [a[1] for a in pauses[:-1]] == [b[0] for b in pauses[1:]], "the pauses join without a gap"
    assert pauses[-1] == ("2026-11-10T13:01+08:00", "2027-01-11")


def test_chinese_duties_ask_only_declared_facts_and_only_us_origin(cn: BookText) -> None:
    declared = {f["id"] for f in text_yaml(DATA / "book" / "facts.yaml")}
    for provision, act in cn.imposed.items():
        if act.get("role") == "control":
            continue
        assert act["into"] == "CN", provision
        assert act["origin"] == {"in": ["US"]}, provision
        assert set(act.get("facts", ())) <= declared, provision


def test_the_threat_of_october_2025_stands_apart() -> None:
    scenario = text_yaml(DATA / "scenarios" / "no-deal-2025-11-01.yaml")
    (act,) = scenario["acts"]
    told = (scenario["kind"], act["provision"], act["rate"], act["from"])
    assert told == ("scenario", "us-scenario-100", "1.00", "2025-11-01")


def test_few_claims_reach_the_threat(us: BookText) -> None:
    """Patterns such as ``us-recip-*`` leave the scenario alone; those for all US or all reciprocal duties do not."""
    hits = set()
    for _, act in us.acts:
        patterns = [*act.get("frees", ()), *act.get("limits", {}).get("targets", ())]
        patterns += act.get("provisions", ())
        hit = [p for p in patterns if fnmatchcase("us-scenario-100", p) or p == "programme:ieepa_reciprocal"]
        if hit:
            hits.add(act.get("provision", act["act"]))
    assert hits == KNOWN_TO_REACH


def test_published_averages_carry_maker_and_standing() -> None:
    path = DATA / "averages" / "us_china_averages.csv"
    lines = [x for x in path.read_text("utf-8").splitlines() if not x.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert all(r["maker"] and r["standing"] and r["source"] and 0 < float(r["value"]) < 2 for r in rows)
    keys = [(r["date"], r["importer"], r["exporter"], r["maker"], r["vintage"]) for r in rows]
    assert len(keys) == len(set(keys))
    (september,) = [r for r in rows if r["date"] == "2025-09-25" and r["importer"] == "US"]
    assert float(september["value"]) + 1.0 == pytest.approx(1.576), "157 is this average plus the threat"
