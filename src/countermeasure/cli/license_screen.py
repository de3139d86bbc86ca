"""License answers on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from countermeasure.cli.duty_screen import READING_WORDS
from countermeasure.cli.lines_screen import new_table
from countermeasure.codes.day import format_day
from countermeasure.licensing.answer import SHORT, WORDS
from countermeasure.licensing.words import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.licensing.answer import LicenseAnswer, Reason, RegimeAnswer

__all__ = ["license_cell", "screen"]

STYLES = {
    "prohibited": "bold red",
    "denial_in_principle": "red",
    "individual_license_only": "red",
    "stricter_review": "yellow",
    "case_by_case": "yellow",
    "license_required": "yellow",
    "undetermined": "magenta",
}
REGIMES = {"CN": "China", "US": "United States"}


def license_cell(answer: LicenseAnswer, regime: str, *, short: bool = False) -> Text:
    """The answer of a regime in a few words, or in one."""
    found = Text()
    for place_, one in enumerate(a for a in answer.answers if a.regime == regime):
        if place_:
            found.append(" / " if short else f" / {one.reading}: ")
        words = SHORT[one.answer] if short else WORDS[one.answer].split(":")[0]
        found.append(words, style=STYLES.get(one.answer, ""))
        if one.possible or any(not m.assumed for m in one.missing):
            found.append(" ?")
    return found


def screen(answers: Sequence[LicenseAnswer], *, explain: bool, plain: bool) -> Iterator[RenderableType]:
    """All answers: a table, or each in full."""
    if not answers:
        yield Text("No transaction was answered.", style="yellow")
        return
    if not explain:
        yield _table(answers, plain)
        yield Text("? a fact is open or the answer may be stricter: license FILE --explain", style="dim")
    else:
        for number, answer in enumerate(answers):
            if number:
                yield Text("-" * 60, style="dim")
            yield from _whole(answer, plain)
    yield from _stamp(answers[0])


def _table(answers: Sequence[LicenseAnswer], plain: bool) -> RenderableType:
    table = new_table(plain=plain)
    for head in ("transaction", "on", "route", "China", "United States", "changes"):
        table.add_column(head, overflow="fold")
    for answer in answers:
        days = [a.changes_on for a in answer.answers if a.changes_on is not None]
        table.add_row(
            answer.id,
            format_day(answer.on),
            f"{answer.sent_from or '?'} to {answer.sent_to or '?'}",
            license_cell(answer, "CN"),
            license_cell(answer, "US"),
            format_day(min(days)) if days else "",
        )
    return table


def _whole(answer: LicenseAnswer, plain: bool) -> Iterator[RenderableType]:
    yield Text(f"{answer.id}: {place(answer.sent_from)} to {place(answer.sent_to)} on {format_day(answer.on)}", style="bold")
    for one in answer.answers:
        yield ""
        yield from _regime(one, plain, several=sum(a.regime == one.regime for a in answer.answers) > 1)
    if answer.parties:
        yield ""
        yield _parties(answer, plain)
    for note in answer.notes:
        yield Text(f"Note: {note}.")
    yield ""


def _regime(one: RegimeAnswer, plain: bool, *, several: bool) -> Iterator[RenderableType]:
    title = Text(f"{REGIMES[one.regime]}: ", style="bold")
    title.append(WORDS[one.answer], style=STYLES.get(one.answer, "green"))
    if several:
        title.append(f"  ({READING_WORDS.get(one.reading, one.reading)})", style="dim")
    yield title
    if one.possible:
        yield Text(f"  may be as strict as: {WORDS[one.possible]}", style="yellow")
    if one.reasons:
        yield _reasons(one.reasons, plain)
    if one.review:
        yield Text(f"  Review: {one.review}")
    for other in one.others:
        words = "sleeps" if other.state == "suspended" else "is due later" if other.state == "not_yet" else "applies too"
        yield Text(
            f"  {other.provision} {words}: {WORDS.get(other.review, other.review)}, {other.name or other.article}", style="dim"
        )
    for missing in one.missing:
        mark = "assumed no" if missing.assumed else "open"
        yield Text(f"  {mark}: {missing.ask} ({missing.decides})", style="yellow" if not missing.assumed else "dim")
    for text in one.obligations:
        yield Text(f"  Must: {text}")
    for note in one.notes:
        yield Text(f"  Note: {note}.")
    for certainty in dict.fromkeys(r.certainty for r in one.reasons if r.certainty):
        yield Text(f"  Doubt: {certainty}", style="dim")
    if one.statements:
        yield Text(f"  Statements honoured: {', '.join(one.statements)}", style="dim")
    if one.because:
        yield Text(f"  Not complete: {'; '.join(one.because)}", style="dim")
    if one.changes_on is not None:
        yield Text(f"  Changes on {format_day(one.changes_on)}: {one.changes_to}", style="cyan")


def _reasons(reasons: Sequence[Reason], plain: bool) -> RenderableType:
    table = new_table(plain=plain)
    table.add_column("  provision", no_wrap=True)
    table.add_column("article", overflow="fold")
    table.add_column("because", overflow="fold", ratio=2)
    table.add_column("citation", overflow="fold")
    table.add_column("confidence", no_wrap=True)
    for r in reasons:
        table.add_row(f"  {r.provision}", r.article, r.because, r.citation, r.confidence)
    return table


def _parties(answer: LicenseAnswer, plain: bool) -> RenderableType:
    table = new_table(plain=plain, title="Parties")
    for head in ("name", "as", "found"):
        table.add_column(head, overflow="fold")
    for party in answer.parties:
        table.add_row(str(party["name"] or "-"), ", ".join(party["roles"]), _found(party))  # type: ignore[arg-type]
    return table


def _found(party: Any) -> str:  # noqa: ANN401 - plain values
    hits = party["hits"]
    if hits:
        return "; ".join(f"{h['band']} {h['score']:.2f}: {h['name']} ({h['list']}, {h['citation']})" for h in hits[:3])
    if party["lists"]:
        return f"stated: {', '.join(party['lists'])}"
    return "not found in the lists below, which is not a clearance" if party["screened"] else "not looked up"


def _stamp(first: LicenseAnswer) -> Iterator[RenderableType]:
    known = "all it holds" if first.known_on is None else f"as known on {format_day(first.known_on)}"
    yield Text(f"Book {first.book_version} ({first.book_hash[:12]}), {known}", style="dim")
    if first.lists:
        yield Text(f"Lists: {', '.join(first.lists)}", style="dim")
    yield Text(f"Not covered: {'; '.join(first.not_covered)}. Not legal advice.", style="dim")
