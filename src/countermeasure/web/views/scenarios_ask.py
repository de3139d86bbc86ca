"""Scenarios of the page: those shipped, those a person asked to keep, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.cache import write_atomically
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError, NotFoundError
from countermeasure.web.errors import Refused
from countermeasure.web.views.scenarios_file import checked_text, flat, flat_text, plain_name
from countermeasure.web.views.scenarios_run import COMPARE, RUN, WholeAnswer
from countermeasure.web.views.study import paragraphs_of, web_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from countermeasure.scenario.whole import Scenario
    from countermeasure.web.held import Held
    from countermeasure.web.jobs import Job

__all__ = [
    "MOST", "Stories", "Story", "forget", "keep", "kept_names", "result_of", "start_compare", "start_run", "stories", "story",
    "text_of",
]  # fmt: skip

MOST = 4
"""Most scenarios side by side."""
KEPT = 200
"""Most files that are kept."""


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario before it is run.

    Attributes:
        name: Name of the shipped one, or of the kept file.
        scenario: As read.
        text: Its file, flat.
        parts: Parts it has.
        kept: Whether it is a file that a person asked to keep.
    """

    name: str
    scenario: Scenario
    text: str
    parts: tuple[str, ...]
    kept: bool = False

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What it says, names and values."""
        from countermeasure.scenario.whole.engines import before_words, known_words

        s = self.scenario
        return [
            ("Day whose law is meant", format_day(s.on)),
            ("Compared with", before_words(s)),
            ("Knowledge", known_words(s)),
            ("Readings", " and ".join(reading.value for reading in s.readings)),
            ("Inherits from", ", ".join(s.inherits) or "nothing"),
            ("Draws of the chain, seed", f"{s.draws}, {s.seed}"),
        ]

    @property
    def instruments(self) -> list[tuple[str, str, str]]:
        """Its own instruments: id, title, citation."""
        by_id = self.scenario.book.by_id
        return [(name, by_id[name].title, by_id[name].citation) for name in self.scenario.instruments]

    @property
    def expected(self) -> list[str]:
        """What was expected, as paragraphs."""
        return paragraphs_of(self.scenario.expect)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Its documents: name and address, which may be empty."""
        return [(one["cite"], web_address(one.get("url", ""))) for one in self.scenario.sources]

    def sheets(self) -> Sequence[Sheet]:
        """Its keys as a table."""
        rows = (("title", self.scenario.title), ("intent", self.scenario.intent), ("expect", self.scenario.expect), *self.rows)
        return (Sheet("scenario", self.scenario.title, ("what", "value"), tuple(rows)),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        s = self.scenario
        return {
            "id": s.id,
            "title": s.title,
            "intent": s.intent,
            "expect": s.expect,
            "on": format_day(s.on),
            "compared_with": format_day(s.compared),
            "known_on": None if s.known_on is None else format_day(s.known_on),
            "readings": [reading.value for reading in s.readings],
            "inherits": list(s.inherits),
            "instruments": [dict(zip(("id", "title", "citation"), row, strict=True)) for row in self.instruments],
            "parts": list(self.parts),
            "sources": [dict(source) for source in s.sources],
            "book": {"hash": s.book.hash},
            "file": self.text,
        }


@dataclass(frozen=True, slots=True)
class Stories:
    """All scenarios."""

    rows: tuple[Story, ...]

    def sheets(self) -> Sequence[Sheet]:
        """One table."""
        rows = tuple(
            (one.name, one.scenario.title, one.scenario.intent, format_day(one.scenario.on), " ".join(one.parts))
            for one in self.rows
        )
        return (Sheet("scenarios", "Scenarios", ("scenario", "title", "intent", "on", "parts"), rows),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"scenarios": self.sheets()[0].records()}


def stories(held: Held) -> Stories:
    """All shipped scenarios, by their day."""
    from countermeasure.scenario.whole import story_names

    found = [story(held, name) for name in story_names()]
    return Stories(tuple(sorted(found, key=lambda one: (one.scenario.on, one.name))))


def story(held: Held, name: str) -> Story:
    """A shipped scenario; a name is never taken for a path.

    Raises:
        NotFoundError: If there is none.
    """

    def read() -> Story:
        from countermeasure.scenario.whole import load_whole, parts_of

        text = flat_text(flat(name))
        found = load_whole(name)
        return Story(name, found, text, parts_of(found))

    return held.answer(("story", name), read)


# ------------------------------------------------------------------------------------------------ kept files


def _folder(held: Held) -> Path | None:
    return None if held.settings.data is None else held.settings.data / "scenarios"


def kept_names(held: Held) -> list[str]:
    """Names of the files that a person asked to keep."""
    folder = _folder(held)
    return [] if folder is None or not folder.is_dir() else sorted(path.stem for path in folder.glob("*.yaml"))[:KEPT]


def _kept_path(held: Held, name: str) -> Path:
    folder = _folder(held)
    if folder is None or name not in kept_names(held):
        raise NotFoundError(f"no scenario {name[:60]!r} is kept", code="unknown_scenario", cure="Look at the list.")
    return folder / f"{name}.yaml"


def kept_story(held: Held, name: str) -> Story:
    """A file that was kept, as a scenario.

    Raises:
        NotFoundError: If there is none.
    """
    from countermeasure.scenario.whole import parts_of

    text = _kept_path(held, name).read_text("utf-8")
    found = checked_text(text)
    return Story(name, found, text, parts_of(found), kept=True)


def keep(held: Held, text: str, scenario: Scenario) -> str:
    """Keep the file of a scenario under its id; one of the same id is replaced.

    Raises:
        Refused: If the server keeps nothing, or holds too many.
    """
    folder = _folder(held)
    if folder is None:
        raise Refused(
            403,
            "this server keeps nothing",
            code="keeps_nothing",
            cure="Download the file, or start it with a folder for data.",
        )
    name = plain_name(scenario.id)
    names = kept_names(held)
    if name not in names and len(names) >= KEPT:
        raise Refused(413, f"{KEPT} scenarios are kept already", code="too_many_kept", cure="Forget some of them first.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not write_atomically(folder / f"{name}.yaml", text.encode()):
        raise Refused(
            503, "the file could not be written", code="not_written", cure="Look at the folder for data of the server."
        )
    return name


def forget(held: Held, name: str) -> None:
    """Remove a file that was kept.

    Raises:
        NotFoundError: If there is none.
    """
    _kept_path(held, name).unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------------ runs


def _caches(held: Held) -> tuple[str, str]:
    """Folders of parts: of shipped scenarios, shared with the command line; of files from the page, which go with the runs."""
    from countermeasure.io.scenario_inputs import parts_folder

    own = held.jobs.folder / "parts"
    return str(parts_folder() or own), str(own)


def start_run(held: Held, name: str, text: str) -> Job:
    """Run a shipped scenario by its name, or a file from the page.

    Raises:
        NotFoundError: If there is no such scenario.
        InputError: If the file names what is not shipped, or asks for too much.
        BookError: With every fault of the file.
        Refused: If too many runs wait.
    """
    shared, own = _caches(held)
    title = checked_text(text).title if text else story(held, name).scenario.title
    inputs = {"name": "" if text else name, "text": text, "cache": own if text else shared}
    return held.jobs.start("scenario", RUN, inputs, title=title, then="/scenarios/result?run={id}")


def result_of(held: Held, run: str) -> WholeAnswer:
    """What a run of a scenario found.

    Raises:
        NotFoundError: If there is no such run, it is not done, or it was of something else.
    """
    found = held.thing(("scenario run", run), lambda: held.jobs.result(run))
    if held.jobs.job(run).kind != "scenario" or not isinstance(found, WholeAnswer):
        raise NotFoundError("this run was of something else", code="other_run", cure="Look at the list of runs.")
    return found


def text_of(held: Held, word: str) -> tuple[str, str]:
    """Name and file of what is to be compared: the name of a shipped scenario, ``kept/NAME``, or the id of a run.

    Raises:
        NotFoundError: If it is none of these.
    """
    from countermeasure.scenario.whole import story_names

    if word in story_names():
        return word, ""
    if word.startswith("kept/"):
        return "", kept_story(held, word.removeprefix("kept/")).text
    found = result_of(held, word)
    return found.name, found.text


def start_compare(held: Held, words: Sequence[str]) -> Job:
    """Run two to four scenarios and lay them side by side.

    Raises:
        NotFoundError: If one is not there.
        InputError: If there are fewer than two or more than four, or one stands twice.
        Refused: If too many runs wait.
    """
    if not 2 <= len(words) <= MOST or len(set(words)) < len(words):
        raise InputError(
            f"{len(set(words))} scenarios are chosen",
            code="bad_choice",
            where="with",
            cure=f"Choose two to {MOST} different ones.",
        )
    from urllib.parse import urlencode

    shared, own = _caches(held)
    asked = tuple(text_of(held, word) for word in words)
    then = f"/scenarios/compare?{urlencode([('with', word) for word in words])}&run={{id}}"
    title = f"Side by side: {', '.join(name or 'a file' for name, _ in asked)}"
    return held.jobs.start("comparison", COMPARE, {"asked": asked, "cache": shared, "kept": own}, title=title, then=then)
