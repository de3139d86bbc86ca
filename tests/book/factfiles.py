"""The fact files beside the checkout and the book's own YAML, as plain text: one door for the tests that compare them.

Days come back as written (``YYYY-MM-DD``); whether a last day is inclusive is the file's own convention.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
GOLDEN = Path(__file__).resolve().parent.parent / "golden"
DATA = Path(__file__).resolve().parents[2] / "src" / "countermeasure" / "data"


def text_yaml(path: Path) -> Any:
    """A YAML file with every scalar as text."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506


def day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def first_day(text: str) -> str:
    """The day in a cell such as ``2025-11-10 13:01``; empty if there is none."""
    found = DAY.match(text or "")
    return found.group() if found else ""


@dataclass
class FactFiles:
    """The six fact files, looked up by short places such as ``timeline:T049:date``."""

    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def timeline(self) -> dict[str, dict[str, str]]:
        return {r["id"]: r for r in self.rows("timeline.csv")}

    @cached_property
    def tariffs(self) -> dict[str, dict[str, str]]:
        return {r["row_id"]: r for r in self.rows("cn_tariffs.csv")}

    @cached_property
    def us(self) -> dict[str, Any]:
        return text_yaml(self.folder / "us_tariff_actions.yaml")

    @cached_property
    def actions(self) -> dict[str, dict[str, Any]]:
        return {a["id"]: a for a in self.us["actions"]}

    @cached_property
    def export(self) -> dict[str, Any]:
        return text_yaml(self.folder / "us_export_controls.yaml")

    @cached_property
    def measures_file(self) -> dict[str, Any]:
        return text_yaml(self.folder / "cn_measures.yaml")

    @cached_property
    def measures(self) -> dict[str, dict[str, Any]]:
        return {m["id"]: m for m in [*self.measures_file["measures"], *self.measures_file["framework"]]}

    @cached_property
    def provisions(self) -> dict[str, dict[str, Any]]:
        return {p["id"]: p for m in self.measures.values() for p in m.get("provisions", ())}

    @cached_property
    def parties(self) -> dict[str, dict[str, set[str]]]:
        """Per announcement: every day found in its rows, by field."""
        found: dict[str, dict[str, set[str]]] = {}
        for row in self.rows("cn_listed_parties.csv"):
            days = found.setdefault(row["announcement"], {})
            for key, column in (
                ("date_added", "date_added"),
                ("effective_from", "effective_from"),
                ("stopped", "measures_stopped_from"),
            ):
                days.setdefault(key, set()).add(row[column])
            for i, (start, end) in enumerate(re.findall(r"(\S{10})\.\.(\S{10})", row["suspension_windows"])):
                days.setdefault(f"window.{i}.from", set()).add(start)
                days.setdefault(f"window.{i}.to", set()).add(end)
        return found

    def day(self, place: str) -> str:
        """The day at a place; several days of one place are joined, so that they cannot pass as one."""
        kind, _, rest = place.partition(":")
        if kind in ("export", "us"):
            return _walk(self.export if kind == "export" else self.us, rest)
        name, _, path = rest.rpartition(":")
        if kind == "timeline":
            return self.timeline[name][path]
        if kind == "tariff":
            column = {"announced": "date_announced", "from": "effective_from_bjt", "to": "effective_to_bjt"}[path]
            return first_day(self.tariffs[name][column])
        if kind == "party":
            return "+".join(sorted(self.parties[name][path]))
        if kind == "action":
            action = self.actions[name]
            return day_after(action["until"]) if path == "after" else _walk(action, path)
        tables = {"measure": self.measures, "provision": self.provisions, "group": self.measures_file["groups"]}
        return _walk(tables[kind][name], path)


def _walk(node: Any, path: str) -> str:
    for step in path.split("."):
        node = node[int(step)] if isinstance(node, list) else node[step]
    return str(node)


@dataclass
class BookText:
    """Acts and lists of the book, read without the book's own code."""

    files: list[dict[str, Any]] = field(default_factory=list)

    @staticmethod
    def read(issuer: str) -> BookText:
        """All instruments in one issuer's folder, in order of publication."""
        files = [text_yaml(p) for p in sorted((DATA / "book" / issuer).rglob("*.yaml"))]
        files.sort(key=lambda i: i["published_on"])
        return BookText(files)

    @cached_property
    def acts(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [(i, act) for i in self.files for act in i.get("acts") or ()]

    @cached_property
    def instruments(self) -> dict[str, dict[str, Any]]:
        return {i["id"]: i for i in self.files}

    @cached_property
    def imposed(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for _, act in self.acts:
            if act["act"] == "impose":
                found.setdefault(act["provision"], act)
        return found

    @cached_property
    def headings(self) -> dict[str, set[str]]:
        """Provisions by chapter 99 number, whenever they bore it."""
        found: dict[str, set[str]] = {}
        for _, act in self.acts:
            for key in ("heading", "heading_if_zero"):
                if act.get(key):
                    found.setdefault(act[key], set()).add(act["provision"])
        return found

    def touching(self, provision: str) -> Iterator[dict[str, Any]]:
        """Acts on a provision, patterns resolved."""
        programme = f"programme:{self.imposed[provision]['programme']}"
        for _, act in self.acts:
            patterns = act.get("provisions", ())
            hits = (fnmatchcase(programme if p.startswith("programme:") else provision, p) for p in patterns)
            if act.get("provision") == provision or any(hits):
                yield act

    def list_days(self, provision: str) -> set[str]:
        """Days on which a code list that the provision uses changes."""
        names: set[str] = set()
        for act in self.touching(provision):
            goods = act.get("goods") or {}
            codes = [*goods.get("in", ()), *goods.get("not_in", ())]
            names |= {code[5:] for code in codes if code.startswith("list:")}
        days = {first_day(a["from"]) for _, a in self.acts if a.get("list") in names}
        for name in names:
            path = DATA / "lists" / f"{name}.csv"
            lines = [x for x in path.read_text("utf-8").splitlines() if not x.startswith("#")] if path.exists() else []
            for row in csv.DictReader(lines):
                days |= {row["from"], row["until"]}
        return days - {""}

    def days(self, provision: str) -> set[str]:
        """Every day on which anything about a provision begins or ends."""
        found = self.list_days(provision)
        for act in self.touching(provision):
            found |= {first_day(act.get(key, "")) for key in ("from", "until", "collected_until")}
        return found - {""}

    def rates_begun(self, provision: str, day: str) -> set[float]:
        """Rates said by acts that begin on a day, replaced on that same day or not."""
        return {float(a["rate"]) for a in self.touching(provision) if a.get("rate") and first_day(a["from"]) == day}

    def rate(self, provision: str, day: str) -> float | None:
        """The rate said last by acts that begin on or before a day."""
        acts = [a for a in self.touching(provision) if a.get("rate") and first_day(a["from"]) <= day]
        acts = [a for a in acts if not a.get("until") or first_day(a["until"]) > day]
        ranked = [(first_day(a["from"]), i) for i, a in enumerate(acts)]
        return float(acts[max(ranked)[1]]["rate"]) if acts else None
