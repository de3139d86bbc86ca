"""Whole scenarios on a terminal or in plain text: assumptions first, parts in order, the sentence last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out, plural
from countermeasure.codes.day import format_day
from countermeasure.io.scenario_files import assumptions_once, notes_once
from countermeasure.scenario.whole import supply_keys, trade_keys
from countermeasure.scenario.whole.engines import before_words, known_words
from countermeasure.scenario.whole.words import TITLES, closing, failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.codes.sheet import Sheet
    from countermeasure.scenario.whole.model import Outcome, Part, Scenario
    from countermeasure.scenario.whole.read import Head

__all__ = ["list_table", "scenario_words", "screen", "show_screen"]

_ROWS = 12
"""Rows of a table shown."""
_ASSUMED = 5
"""Assumptions of a part shown one by one."""
_TOUCHED = (("us_tariff_lines", ("line",)), ("control_items", ("item",)), ("listed_parties", ("party", "parties")))
"""Counts of what a provision touches, with their words for one and for many."""


def _table(*columns: str, title: str = "", right: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    table = new_table(plain=not out().is_terminal, title=title)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold", no_wrap=name in whole)
    return table


def list_table(found: Sequence[Head]) -> Table:
    """Shipped scenarios."""
    table = _table("scenario", "day", "further parts", "intent", title="Scenarios; law, duties and licenses are parts of each")
    for one in found:
        table.add_row(one.id, format_day(one.on), ", ".join(one.parts), one.intent)
    return table


# -------------------------------------------------------------------------------------------------------------------- show


def scenario_words(asked: Scenario) -> dict[str, Any]:
    """What a scenario says, all that it inherits and names merged into it."""
    return {
        "id": asked.id,
        "title": asked.title,
        "intent": asked.intent,
        "expect": asked.expect,
        "sources": [dict(source) for source in asked.sources],
        "inherits": list(asked.inherits),
        "on": format_day(asked.on),
        "compared_with": format_day(asked.compared),
        "known_on": None if asked.known_on is None else format_day(asked.known_on),
        "readings": [reading.value for reading in asked.readings],
        "instruments": list(asked.instruments),
        "supply": None if asked.supply is None else supply_keys(asked),
        "trade": None if asked.trade is None else {**trade_keys(asked), **_links(asked)},
        "talks": None if asked.talks is None else dict(asked.talks),
        "draws": asked.draws,
        "seed": asked.seed,
        "file": asked.path.name,
    }


def _links(asked: Scenario) -> dict[str, str]:
    keys = asked.trade or {}
    return {key: keys[key] for key in ("critical", "licenses") if isinstance(keys.get(key), str)}


def show_screen(asked: Scenario) -> Iterator[RenderableType]:
    """What a scenario says."""
    yield Text(asked.title, style="bold")
    yield Text(asked.intent)
    if asked.expect:
        yield Text(f"Expected, written beforehand: {asked.expect}", style="dim")
    table = _table("key", "value")
    words = scenario_words(asked)
    for key in ("on", "compared_with", "known_on", "readings", "inherits", "instruments", "draws", "seed", "file"):
        table.add_row(key.replace("_", " "), _value(words[key]))
    for name in ("supply", "trade", "talks"):
        block = words[name]
        if block is None:
            table.add_row(name, "no such part")
            continue
        for key, value in block.items():
            if key not in ("id", "title", "intent", "notes", "sources"):
                table.add_row(f"{name}.{key}", _value(value))
    yield table
    for source in asked.sources:
        yield Text(f"Source: {source['cite']}" + (f" {source['url']}" if source.get("url") else ""), style="dim")


def _value(value: Any) -> str:  # noqa: ANN401 - what a file holds
    if isinstance(value, list):
        return "; ".join(_value(one) for one in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(one)}" for key, one in value.items()) or "none"
    return "none" if value is None else str(value)


# --------------------------------------------------------------------------------------------------------------------- run


def screen(outcome: Outcome) -> Iterator[RenderableType]:
    """An outcome: what all parts assume, each part with what it assumes, and the sentence that stands last."""
    asked, groups, notes = outcome.scenario, assumptions_once(outcome), notes_once(outcome)
    yield Text(asked.title, style="bold")
    yield Text(asked.intent)
    yield Text(
        f"{format_day(asked.on)} against {before_words(asked)}; {known_words(asked)}; book {asked.book.hash[:12]}", style="dim"
    )
    for row in groups["all"]:
        yield _assumed(row)
    for note in notes["all"]:
        yield Text(note, style="yellow")
    for name, part in outcome.parts.items():
        yield Text()
        kept = " (kept from an earlier run)" if name in outcome.kept else ""
        yield Text(TITLES[name] + kept, style="bold underline")
        yield from _part(part, groups[name], notes[name])
    if asked.expect:
        yield Text()
        yield Text(f"Expected, written beforehand: {asked.expect}", style="dim")
    yield Text()
    yield Text(closing(outcome), style="bold")


def _part(part: Part, rows: Sequence[tuple[str, str, str, str]], notes: Sequence[str]) -> Iterator[RenderableType]:
    for row in rows[:_ASSUMED]:
        yield _assumed(row)
    if len(rows) > _ASSUMED:
        weak = sum(1 for _, _, letter, _ in rows[_ASSUMED:] if letter == "U")
        more = plural(len(rows) - _ASSUMED, "more assumption")
        yield Text(f"{more}, {weak} of them unverified (U): --json or --out", style="dim")
    yield Text(part.said, style="yellow" if failed(part) else "")
    for draw in _SHOWN.get(part.name, ()):
        found = draw(part)
        if found is not None and found.row_count:
            yield found
    for note in notes:
        yield Text(note, style="dim")


def _assumed(row: tuple[str, str, str, str]) -> Text:
    what, value, letter, _ = row
    return Text(f"Assumed ({letter}): {what}: {value}".rstrip(".") + ".", style="yellow" if letter == "U" else "")


def _records(part: Part, name: str) -> tuple[Sheet | None, list[dict[str, Any]]]:
    sheet = part.sheet(name)
    return sheet, [] if sheet is None else sheet.records()


def _more(table: Table, rows: Sequence[Mapping[str, Any]]) -> Table:
    if len(rows) > _ROWS:
        table.caption = f"and {len(rows) - _ROWS} more: --json or --out"
        table.caption_justify = "left"
    return table


def _percent(value: float | None, digits: int = 1) -> str:
    return "?" if value is None else f"{100 * value:.{digits}f} %"


def _law(part: Part) -> Table | None:
    sheet, rows = _records(part, "provisions")
    if sheet is None:
        return None
    table = _table("provision", "what", "touches", "by", title="Provisions that differ")
    several = " " in dict(part.stamp).get("readings", "")
    for r in rows[:_ROWS]:
        touched = [plural(r[key], *words) for key, words in _TOUCHED if r[key] is not None]
        reading = f" ({r['reading']} alone)" if several and r["reading"] != "both" else ""
        what = r["what"].replace("state: ", "").replace("_", " ")
        table.add_row(f"{r['provision']}{reading}", what, ", ".join(touched) or "?", r["instruments"])
    return _more(table, rows)


def _windows(part: Part) -> Table | None:
    sheet, rows = _records(part, "windows")
    if sheet is None:
        return None
    table = _table("ends on", "provision", "now", "then", title=sheet.title)
    for r in rows[:_ROWS]:
        table.add_row(r["ends_on"], r["provision"], r["state"], r["then"])
    return _more(table, rows)


def _apart(part: Part) -> Table | None:
    sheet, rows = _records(part, "readings")
    if sheet is None:
        return None
    table = _table("provision", "text", "announced", "statements", title=sheet.title)
    for r in rows[:_ROWS]:
        table.add_row(r["provision"], r["text"], r["announced"], r["statements"])
    return _more(table, rows)


def _averages(part: Part) -> Table | None:
    sheet, rows = _records(part, "averages")
    if sheet is None:
        return None
    table = _table(
        "reading", "importer", "origin", "before", "on the day", title="Average duties", right=("before", "on the day")
    )
    for r in rows:
        if r["origin"] in ("CN", "all", "US", "MX", "CA", "VN"):
            table.add_row(r["reading"], r["importer"], r["origin"], _percent(r["share_before"]), _percent(r["share"]))
    return table


def _lines(part: Part) -> Table | None:
    _, rows = _records(part, "lines")
    if not rows:
        return None
    several = len({r["reading"] for r in rows}) > 1
    right = ("before, %", "then, %", "USD", "more")
    heads = ("line", "hts", "from", *(["reading"] if several else []), *right)
    table = _table(*heads, title="Duty of each line, in the ordinary case", right=right, whole=("hts", *right))
    for r in rows[:_ROWS]:
        cells = (_span(r, "_before"), _span(r, ""), _usd(r["duty_usd"]), _usd(r["more_usd"], "+"))
        table.add_row(r["line_id"] or "?", r["hts"], r["origin"], *([r["reading"]] if several else []), *cells)
    return _more(table, rows)


def _span(row: Mapping[str, Any], side: str) -> str:
    low, high = (_percent(row[f"rate_{level}{side}"]).removesuffix(" %") for level in ("low", "high"))
    return low if low == high else f"{low} to {high}"


def _usd(value: float | None, sign: str = "") -> str:
    return "?" if value is None else f"{value:{sign},.0f}"


def _transactions(part: Part) -> Table | None:
    _, rows = _records(part, "transactions")
    if not rows:
        return None
    several = len({r["reading"] for r in rows}) > 1
    heads = ("transaction", "law of", *(["reading"] if several else []), "before", "on the day", "by")
    table = _table(*heads, title="License of each transaction")
    for r in rows[:_ROWS]:
        before, after = (r[key].replace("_", " ") for key in ("answer_before", "answer"))
        table.add_row(
            r["transaction"],
            r["regime"],
            *([r["reading"]] if several else []),
            before,
            after,
            r["provisions"].replace(", ", "\n"),
        )
    return _more(table, rows)


def _gdp(part: Part) -> Table | None:
    _, rows = _records(part, "gdp")
    if not rows:
        return None
    first = rows[0]["reading"]
    table = _table("region", "5 %", "median", "95 %", title="GDP over the first year, change", right=("5 %", "median", "95 %"))
    for r in rows:
        if r["reading"] == first:
            table.add_row(r["region"], *(_percent(r[f"share_{side}"], 2) for side in ("low", "median", "high")))
    return table


def _income(part: Part) -> Table | None:
    _, rows = _records(part, "economies")
    if not rows:
        return None
    rows = sorted(rows, key=lambda r: r["real_income_pct"])
    shown = rows[:6] + [r for r in rows[6:-4] if r["economy"] in ("US", "CN")] + rows[-4:]
    table = _table("economy", "real income, %", "exports, %", "imports, %", title="Economies, most hurt first",
                   right=("real income, %", "exports, %", "imports, %"))  # fmt: skip
    for r in shown:
        table.add_row(r["economy"], *(f"{r[f'{key}_pct']:+.2f}" for key in ("real_income", "exports", "imports")))
    return table


def _horizons(part: Part) -> Table | None:
    sheet, rows = _records(part, "horizons")
    if sheet is None:
        return None
    table = _table("years", "US income, %", "CN income, %", "CN to US goods, %", title=sheet.title,
                   right=("US income, %", "CN income, %", "CN to US goods, %"))  # fmt: skip
    for r in rows:
        if "US_real_income_pct" not in r:
            return None
        cells = (r["US_real_income_pct"], r["CN_real_income_pct"], r["CN_to_US_goods_pct"])
        table.add_row(str(r["years"]), *(f"{value:+.2f}" for value in cells))
    return table


def _states(part: Part) -> Table | None:
    sheet, rows = _records(part, "stable_states")
    if sheet is None:
        return None
    table = _table("state", "options taken", "nash", "gmr", "smr", "seq", "of the day", title=sheet.title)
    for r in rows[:_ROWS]:
        table.add_row(*(str(r[key]) for key in ("state", "options", "nash", "gmr", "smr", "seq", "state_of_the_day")))
    return _more(table, rows)


_SHOWN = {
    "law": (_law, _windows, _apart),
    "duty": (_averages, _lines),
    "license": (_transactions,),
    "supply": (_gdp,),
    "trade": (_income, _horizons),
    "talks": (_states,),
}
"""Tables of each part, in the order of the screen."""
