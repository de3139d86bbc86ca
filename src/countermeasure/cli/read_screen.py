"""A text on the screen: its sentences with what was found, where the book differs, what it does not know, drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from countermeasure.codes.day import format_day
from countermeasure.io.press_files import LIMITS, summary, verdict_words
from countermeasure.press.drafts import no_draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from countermeasure.press.model import Account, Check, Found

__all__ = ["screen"]

_STYLES = {"measure": "bold cyan", "rate": "magenta", "day": "green", "party": "bold red", "place": "blue", "talks": "yellow"}
_COLOURS = {"agrees": "green", "disagrees": "bold red", "not_in_book": "yellow", "cannot_tell": "dim"}
_SHOWN = 5


def screen(account: Account, files: Sequence[Path] = (), *, everything: bool = True) -> Iterator[RenderableType]:
    """Parts of the screen.

    Args:
        account: What the text says.
        files: Files that were written.
        everything: Whether sentences without claims are shown too.
    """
    dated = "the day of the text is not known" if account.dated is None else f"the text is of {format_day(account.dated)}"
    basis = {"given": ", as given", "text": ", found at its head", "dateline": ", by its dateline"}.get(account.dated_by, "")
    known = f"; the book as known on {format_day(account.known_on)}" if account.known_on is not None else ""
    yield Text(account.name, style="bold")
    yield Text(f"Assumed: {dated}{basis}{known}. {LIMITS[1]}", style="dim")
    for note in account.notes:
        yield Text(note, style="yellow")
    yield Text()
    yield from _sentences(account, everything=everything)
    yield from _part("Where text and book differ", account, account.of("disagrees"))
    yield from _part("What the book does not know", account, account.of("not_in_book"))
    for words, reason in account.unknown:
        yield _line(f"{words}: {reason}", indent=2)
    yield from _drafts(account, files)
    yield Text(summary(account), style="bold")


def _line(words: str, style: str = "", indent: int = 0) -> RenderableType:
    from rich.padding import Padding

    return Padding(Text(words, style=style), (0, 0, 0, indent)) if indent else Text(words, style=style)


def _sentences(account: Account, *, everything: bool) -> Iterator[RenderableType]:
    claimed = {claim.sentence for claim in account.claims}
    for sentence in account.sentences:
        own = [one for one in account.found if one.sentence == sentence.place]
        if sentence.place not in claimed and not everything:
            continue
        if not own and sentence.place not in claimed:
            yield _numbered(sentence.place + 1, Text(sentence.text, style="dim"))
            continue
        yield _numbered(sentence.place + 1, _marked(sentence.text, own))
        told = _meanings(own)
        if told:
            yield _line(told, style="dim", indent=5)
        for check in account.checks:
            if check.claim.sentence == sentence.place:
                yield _line(f"{_claim(check)}: {verdict_words(check)}{_by(check)}", _COLOURS[check.verdict], 5)
    yield Text()


def _numbered(number: int, words: Text) -> RenderableType:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", width=3)
    grid.add_column()
    grid.add_row(Text(str(number), style="dim"), words)
    return grid


def _marked(words: str, found: Sequence[Found]) -> Text:
    """A sentence with what was found in colour, or in brackets where there is no colour."""
    from countermeasure.cli.talk import out

    plain = not out().is_terminal
    text = Text()
    at = 0
    for one in sorted((f for f in found if f.kind in _STYLES), key=lambda f: (f.start, -f.end)):
        if one.start < at:
            continue
        text.append(words[at : one.start])
        text.append(f"[{words[one.start : one.end]}]" if plain else words[one.start : one.end], style=_STYLES[one.kind])
        at = one.end
    text.append(words[at:])
    return text


def _meanings(found: Sequence[Found]) -> str:
    """What the marks mean, those that say more than their words."""
    told = []
    for one in found:
        if one.kind == "measure":
            told.append(one.value or f"{one.words}: not in the book")
        elif one.kind == "day":
            told.append(f"{one.role} {one.value}" + ("?" if "inferred" in one.note or "counted" in one.note else ""))
        elif one.kind == "rate" and one.role != "duty":
            told.append(
                f"{float(one.value) * 100:g} % of {one.role}" if one.role != "points" else f"{float(one.value) * 100:g} points"
            )
        elif one.kind == "party":
            told.append(f"{one.words} is on {one.value} ({', '.join(one.links[:2])})")
        elif one.kind == "talks":
            told.append(f"talks {one.value}")
        elif one.kind == "event":
            told.append(f"record {one.value}")
    return "; ".join(dict.fromkeys(told))


def _claim(check: Check) -> str:
    claim = check.claim
    mood = "" if claim.mood == "said" else f"{claim.mood}: "
    rate = (
        f" {claim.rate * 100:g} %"
        if claim.rate is not None
        else f" {claim.points * 100:g} points"
        if claim.points is not None
        else ""
    )
    start = f" from {format_day(claim.start)}" if claim.start is not None else ""
    until = f" until {format_day(claim.until)}" if claim.until is not None else ""
    return f"-> {mood}{claim.act.replace('_', ' ')} {claim.measure}{rate}{start}{until}"


def _by(check: Check) -> str:
    if check.verdict == "disagrees" and check.how:
        return f" on {', '.join(check.how)}"
    return " (statements honoured)" if check.reading else ""


def _part(title: str, account: Account, checks: Sequence[Check]) -> Iterator[RenderableType]:
    if not checks and not (title.startswith("What") and account.unknown):
        return
    yield Text(title, style="bold")
    for check in checks:
        differs = f": {verdict_words(check)}{_by(check)}" if check.verdict == "disagrees" else ""
        yield _line(f"sentence {check.claim.sentence + 1}: {_claim(check).removeprefix('-> ')}{differs}", indent=2)
        yield _line(check.words, indent=5)
        if check.citations:
            yield _line("; ".join(check.citations[:_SHOWN]), style="dim", indent=5)


def _drafts(account: Account, files: Sequence[Path]) -> Iterator[RenderableType]:
    if not account.drafts:
        yield Text(f"{no_draft(account)}\n")
        return
    yield Text()
    yield Text("Drafts to edit", style="bold")
    by_name = {path.name: path for path in files}
    for draft in account.drafts:
        place = str(by_name[draft.name]) if draft.name in by_name else f"{draft.name} (give --out to write it)"
        state = ""
        if draft.what == "instrument":
            state = "read by the book as it stands" if draft.acts else "a template: it does nothing until it is filled in"
        state = f"faults: {draft.faults[0]}" if draft.faults else state
        yield _line(f"{draft.what}: {place}{f', {state}' if state else ''}", indent=2)
        for one in draft.open[:_SHOWN]:
            yield _line(f"to fill in: {one}", style="dim", indent=5)
        if len(draft.open) > _SHOWN:
            yield _line(f"and {len(draft.open) - _SHOWN} more, marked #? in the file", style="dim", indent=5)
    yield Text()
