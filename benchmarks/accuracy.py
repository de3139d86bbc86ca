"""Accuracy against what others published: change records, a table of goods, and a rebuilt tracker line by line.

    python benchmarks/accuracy.py [--shared FOLDER] [--report FILE.md]

Nothing is tuned here: every difference is counted, and those with a known reason are counted under that reason. Reasons
that are not computed stand in rebuild_reasons.yaml and change_record_exceptions.yaml, one sentence each.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book import Book, Reading
from countermeasure.book.model import DAY
from countermeasure.codes import dotted_int10, format_day, load_text, origin_index, parse_day
from countermeasure.duty import DutyEngine, Line
from countermeasure.duty.average import programme_rates
from countermeasure.errors import CountermeasureError

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"
CHINA = "5700"


@dataclass
class Comparison:
    """A count of what agrees, what differs for a known reason, and what differs without."""

    name: str
    equal: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Everything compared."""
        return self.equal + sum(self.reasons.values()) + len(self.unexplained)

    def lines(self) -> Iterator[str]:
        """Report."""
        share = self.equal / self.total if self.total else 0.0
        yield f"{self.name}: {self.equal:,} of {self.total:,} equal ({share:.2%}), {len(self.unexplained)} unexplained"
        known = sum(n for r, n in self.reasons.items() if all(p.startswith(("E", "number not")) for p in r.split("; ")))
        rest = self.total - known
        if known and rest:
            yield f"  without the known errors E1 to E9 and numbers outside the schedule: {self.equal / rest:.2%} of {rest:,}"
        for reason, count in self.reasons.most_common():
            yield f"  {count:6,}  {reason}"
        for text in self.unexplained[:30]:
            yield f"  unexplained: {text}"


# ------------------------------------------------------------------------------------------------ change records


def change_records(shared: Path) -> Comparison:
    """Every dated change of a chapter 99 number must be a boundary of that number in the book."""
    found = Comparison("change records of 9903 numbers")
    edges = heading_days(Book.shipped())
    exceptions = load_text(HERE / "change_record_exceptions.yaml").data
    seen: set[tuple[str, str]] = set()
    with (shared / "data/hts/hts_change_records.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            heading = row["item"].strip()
            day = row["effective_date"].replace("3025", "2025")
            if not re.fullmatch(r"9903\.\d\d\.\d\d", heading) or (heading, day) in seen:
                continue
            seen.add((heading, day))
            if parse_day(day) in edges.get(heading, ()):
                found.equal += 1
                continue
            reason = next((e["why"] for e in exceptions if _is_exception(e, heading, day, row["nature"])), None)
            if reason:
                found.reasons[reason] += 1
            else:
                found.unexplained.append(f"{heading} {day} {row['nature']} ({row['source']})")
    return found


def heading_days(book: Book) -> dict[str, set[int]]:
    """Days on which a provision with a heading begins, ends or changes, or its code lists do."""
    edges: dict[str, set[int]] = defaultdict(set)
    record = book.replayed()
    lists = book.known_lists(record)
    for provision in record.provisions.values():
        for spell in provision.spells:
            if spell.body is None:
                continue
            days = {spell.start // DAY, spell.end // DAY}
            for member in (*spell.body.goods.members, *spell.body.goods.exceptions):
                if member.startswith("list:") and member[5:] in lists:
                    rows = lists[member[5:]].rows
                    days |= {r.start // DAY for r in rows} | {r.end // DAY for r in rows}
            for heading in (spell.body.heading, spell.body.heading_if_zero):
                if heading:
                    edges[heading] |= days
    return edges


def _is_exception(rule: dict[str, str], heading: str, day: str, nature: str) -> bool:
    return (
        any(fnmatchcase(heading, h.strip()) for h in rule["heading"].split(","))
        and rule.get("day", day) == day
        and rule.get("nature", nature) in nature
    )


# ------------------------------------------------------------------------------------------------ table of goods


def goods_rates(shared: Path) -> Comparison:
    """196 goods of China on 11 days: least, ordinary and greatest total."""
    found = Comparison("us_goods_rates.csv, totals")
    engine = DutyEngine(readings=(Reading.TEXT,))
    reasons = load_text(HERE / "goods_reasons.yaml").data
    with (shared / "facts/us_goods_rates.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            on = parse_day(row["date"])
            # The table leaves exclusions out and knows no transit.
            facts = {"exclusion_claim": 0.0, "loaded_on": float(on), "exported_on": float(on)}
            try:
                answer = engine.duty_on(Line(row["hts"], "CN", on, facts=facts)).answers[0]
                got = (answer.rate_low, answer.rate, answer.rate_high)
                same = all(_agrees(row[f"total_{k}_pct"], g) for k, g in zip(("low", "ordinary", "high"), got, strict=True))
                text = f"{row['hts']} {row['date']}: table {row['total_low_pct']}/{row['total_ordinary_pct']}/"
                text += f"{row['total_high_pct']}, here {got}, open: {[m.fact for m in answer.missing]}"
            except CountermeasureError as error:
                same, text = False, f"{row['hts']} {row['date']}: {error}"
            if same:
                found.equal += 1
                continue
            reason = next((r["why"] for r in reasons if _is_goods(r, row)), None)
            if reason:
                found.reasons[reason] += 1
            else:
                found.unexplained.append(text)
    return found


def _agrees(printed: str, got: float | None) -> bool:
    """The table leaves the ordinary total empty where a fact decides; ours then names an ordinary case, or none."""
    return printed == "" or (got is not None and abs(float(printed) / 100 - got) < 5e-7)


def _is_goods(rule: dict[str, str], row: dict[str, str]) -> bool:
    return any(row["hts"].startswith(c.strip()) for c in rule["hts"].split(",")) and (
        rule.get("from", "0") <= row["date"] < rule.get("until", "9")
    )


# ------------------------------------------------------------------------------------------------ rebuilt tracker

LAYERS = {
    "s301": ("statutory_rate_301", ("s301_tech", "s301_ships", "s301_chips")),
    "fentanyl": ("statutory_rate_ieepa_fent", ("ieepa_fentanyl",)),
    "reciprocal": ("statutory_rate_ieepa_recip", ("ieepa_reciprocal",)),
    "s122": ("statutory_rate_s122", ("s122",)),
    "s232": ("statutory_rate_232", ("s232_",)),
    "base": ("statutory_base_rate", ("schedule",)),
}


USES = (
    ("car_part", 1.0),
    ("heavy_vehicle_part", 1.0),
    ("light_truck", 1.0),
    ("heavy_vehicle", 0.0),
    ("chip_in_window", 1.0),
    ("metal_weight_share", 0.0),
    ("patented_pharmaceutical", 1.0),
    ("described_product", 1.0),
    ("exclusion_claim", 1.0),
    ("civil_aircraft", 1.0),
    ("informational_material", 1.0),
)
"""Uses that the tracker may assume: a line that agrees under one of them differs for that reason."""


def rebuild(shared: Path) -> list[Comparison]:
    """China lines of the rebuilt tracker on its seven days, layer by layer."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    engine = DutyEngine(readings=(Reading.TEXT,))
    compiled, schedule = engine.compiled("US", Reading.TEXT), engine.us_schedule
    reasons = load_text(HERE / "rebuild_reasons.yaml").data
    with (shared / "data/tariff_checks/product_lists/s232_annex_products.csv").open(encoding="utf-8", newline="") as handle:
        annexes = {row["hts_prefix"] for row in csv.DictReader(handle) if row["annex"] != "2"}
    found = []
    for path in sorted((shared / "data/tariff_checks/rebuild_73abc0a").glob("lines_*.parquet")):
        day = parse_day(path.name[6:16])
        table = pq.read_table(path)
        table = table.filter(pc.equal(table["country"].cast("string"), CHINA))
        columns = {name: np.nan_to_num(table[name].to_numpy()) for name, _ in LAYERS.values()}
        codes = np.array([int(c) for c in table["hts10"].to_pylist()], np.int64)
        rows = schedule.lookup(codes, np.full(len(codes), day, np.int32))
        kept = rows >= 0
        one = Comparison(f"rebuild {format_day(day)}, China")
        share = np.clip(np.nan_to_num(table["metal_share"].to_numpy(), nan=1.0), 0, 1)
        ours = _layers(compiled, schedule, day, codes[kept], rows[kept], {})
        used = [_layers(compiled, schedule, day, codes[kept], rows[kept], {f: v}) for f, v in USES]
        gone = codes[~kept]
        if len(gone):
            one.reasons["number not in the official schedule of the day (chapter 98, or a slip of the export)"] += len(gone)
        heads = codes[kept] // 100
        covered = set(heads[np.max([ours["s232"], *(u["s232"] for u in used)], axis=0) > 0].tolist())
        for i, code in enumerate(codes[kept].tolist()):
            theirs = {name: float(columns[column][kept][i]) for name, (column, _) in LAYERS.items()}
            mine = {name: float(layer[i]) for name, layer in ours.items()}
            wrong = _different(mine, theirs, float(share[kept][i]))
            if not wrong:
                one.equal += 1
                continue
            why = {w: _reason(w, i, code, day, mine, theirs, used, schedule, rows[kept][i], reasons) for w in wrong}
            if why.get("s232", "") is None:
                blended = 0.15 - float(table["base_rate"][np.flatnonzero(kept)[i]].as_py())
                if mine["s232"] == 0 and code // 100 in covered:
                    why["s232"] = "s232: the tracker reads a ten-digit number of the list as its eight digits"
                elif day >= parse_day("2026-04-06") and _shortest(code, annexes):
                    why["s232"] = (
                        "s232: the tracker's annex list has the number cut to six digits or to a line the annex cuts finer"
                    )
                elif abs(theirs["s232"] - blended) < 1e-4:
                    why["s232"] = "E8: the tracker tops up its blended base rate to 15 %"
            unknown = [w for w, reason in why.items() if reason is None]
            if unknown:
                text = ", ".join(f"{w} {mine[w]:g} v. {theirs[w]:g}" for w in unknown)
                one.unexplained.append(f"{dotted_int10(code)}: {text}")
            else:
                one.reasons["; ".join(sorted({str(r) for r in why.values()}))] += 1
        found.append(one)
    return found


def _shortest(code: int, prefixes: set[str]) -> bool:
    """Whether the tracker's list covers a number by a prefix of eight digits or fewer and does not name it in full."""
    digits = f"{code:010d}"
    return digits not in prefixes and any(digits[:n] in prefixes for n in (4, 6, 8))


def _layers(compiled, schedule, day, codes, rows, facts) -> dict[str, np.ndarray]:
    known = {"loaded_on": float(day), "exported_on": float(day), "exclusion_claim": 0.0, **facts}
    origins = np.full(len(codes), origin_index("CN"), np.int32)
    names, rates, _ = programme_rates(compiled, schedule, day, codes, origins, rows, known=known)
    result = {}
    for layer, (_, programmes) in LAYERS.items():
        mine = [i for i, n in enumerate(names) if n.startswith(programmes)]
        result[layer] = rates[:, mine].sum(axis=1) if mine else np.zeros(len(codes))
    return result


def _different(mine: dict[str, float], theirs: dict[str, float], share: float) -> list[str]:
    """Layers that differ. The tracker prints reciprocal and section 122 before section 232 displaces them."""
    wrong = []
    for layer in LAYERS:
        a, b = mine[layer], theirs[layer]
        if abs(a - b) < 1e-6:
            continue
        if layer in ("reciprocal", "s122") and a == 0 and mine["s232"] > 0:
            continue
        if layer == "s232" and abs(a * share - b) < 1e-6:
            continue
        wrong.append(layer)
    return wrong


def _reason(layer, i, code, day, mine, theirs, used, schedule, row, reasons) -> str | None:
    rate = schedule.rate(int(row), 1)
    if layer == "base" and (rate.specific or not rate.computable):
        return "E4 or specific duty: the tracker gives a percentage or zero to a specific rate"
    if layer == "reciprocal" and format_day(day) == "2025-04-05" and abs(theirs[layer] - 0.34) < 1e-6:
        return "E1: the tracker has 34 % on 5 to 8 April 2025"
    if layer == "s301" and theirs[layer] > 0 and theirs[layer] not in (0.075, 0.25, 0.5, 1.0):
        return "E9: the tracker scales section 301 by the share of claimed exclusions"
    for other in used:
        if abs(float(other[layer][i]) - theirs[layer]) < 1e-6:
            return f"{layer}: equal under a use or content that the table assumes (car part, heavy vehicle, chip, low metal)"
        top = float(other["s232"][i])
        if layer == "s232" and 0 < theirs[layer] < max(top, mine[layer]) and top > 0:
            return "s232: the tracker scales by an assumed share of use (parts, chips)"
        if layer in ("reciprocal", "s122") and abs(float(other[layer][i]) - theirs[layer]) < 1e-6:
            return f"{layer}: follows the use assumed for section 232"
    for rule in reasons:
        if rule["layer"] == layer and rule.get("from", "0") <= format_day(day) < rule.get("until", "9"):
            prefixes = [c.strip().replace(".", "") for c in rule["hts"].split(",")]
            if any(f"{code:010d}".startswith(p) for p in prefixes):
                return rule["why"]
    return None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=SHARED)
    options.add_argument("--report", type=Path)
    chosen = options.parse_args()
    if not (chosen.shared / "facts").is_dir():
        sys.exit(f"the working material is not at {chosen.shared}; give --shared")
    results = [change_records(chosen.shared), goods_rates(chosen.shared), *rebuild(chosen.shared)]
    text = "\n".join(line for result in results for line in result.lines())
    print(text)
    if chosen.report:
        chosen.report.write_text(f"# Accuracy against published figures\n\n```\n{text}\n```\n", encoding="utf-8")


if __name__ == "__main__":
    main()
