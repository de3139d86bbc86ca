"""From a state to a scenario of the book: an instrument that makes the state law from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from countermeasure.book.load import shipped_data
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.day import format_day
from countermeasure.codes.yamltext import load_text
from countermeasure.talks.standing import imposers_of, names, provisions_of, taken_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.book.load import Book
    from countermeasure.talks.model import Conflict, Option

__all__ = ["Draft", "state_to_instruments"]

_LIVING = (State.IN_FORCE, State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario that makes a state law.

    Attributes:
        text: YAML of one instrument of kind ``scenario``; empty where there is nothing to change.
        notes: What it does not play, and why.
    """

    text: str
    notes: tuple[str, ...]


def state_to_instruments(
    conflict: Conflict, place: int, day: int, book: Book, *, reading: Reading = Reading.TEXT, name: str = ""
) -> Draft:
    """A scenario under which the book holds a state from a day on.

    Measures of options taken are resumed where they are suspended, and imposed again under new ids, in the words of their
    own file, where none of their provisions lives. Measures of options not taken are suspended. Nothing of it has an end,
    but only what was published by the day is known to it, and later law acts on top of it.

    Args:
        conflict: Of which.
        place: Of the state.
        day: Epoch day from which it holds; the scenario is published on it.
        book: What holds without it; the scenario is read on top of it.
        reading: Reading under which it will be read.
        name: Id of the scenario; made of the conflict, the state and the day if absent.

    Returns:
        YAML in the form of the book's files, as ``countermeasure duty --scenario FILE`` reads it. Options without measures,
        and measures that the book lacks, stand under ``not_modelled``.
    """
    label, when = conflict.space.label(place), format_day(day)
    own = name or f"{conflict.id}-{conflict.space.text(place)}-{when}"
    writer = _Writer(own, book, day, reading)
    for n, option in enumerate(conflict.options):
        writer.write(option, wanted=n in conflict.taken(place))
    notes = tuple(f"{gap['what']}: {gap['why']}" for gap in writer.gaps)
    acts = writer.acts()
    if not acts:
        return Draft("", (*notes, f"no measure is to be changed for state {label} on {when}"))
    issuers = {book.by_id[imposers_of(book)[one]].issuer for one in writer.touched}
    filed = {
        "id": own,
        "kind": "scenario",
        "issuer": "CN" if issuers == {"CN"} else "US",
        "citation": f"Scenario: state {conflict.words(place)} of the conflict {conflict.id}",
        "title": f"State {label} of {conflict.id} from {when}",
        "published_on": when,
        "confidence": "memory",
        "notes": "Drafted from a state of a conflict: invented law that shows what the state does. No act has an end.",
        "not_modelled": writer.gaps,
        "acts": acts,
    }
    return Draft(yaml.safe_dump(filed, sort_keys=False, allow_unicode=True, width=110), notes)


class _Writer:
    """Collects what is to be resumed, suspended and imposed."""

    def __init__(self, own: str, book: Book, day: int, reading: Reading) -> None:
        self.own, self.book, self.day, self.when = own, book, day, format_day(day)
        self.provisions = book.replayed(day, reading).provisions
        self.resumed: list[str] = []
        self.suspended: list[str] = []
        self.imposed: list[dict[str, Any]] = []
        self.touched: list[str] = []
        self.gaps: list[dict[str, str]] = []

    def acts(self) -> list[dict[str, Any]]:
        """Acts in the form of the file."""
        found: list[dict[str, Any]] = []
        for kind, touched in (("suspend", self.suspended), ("resume", self.resumed)):
            if touched:
                found.append({"act": kind, "provisions": list(dict.fromkeys(touched)), "from": self.when})
        return [*found, *self.imposed]

    def write(self, option: Option, *, wanted: bool) -> None:
        """Put an option as it is wanted."""
        what = f"option {option.id} {taken_word(wanted)}: {option.name}"
        if not option.measures:
            self.gaps.append({"what": what, "why": "it has no measures in the book"})
        measures = {pattern: provisions_of(pattern, self.book) for pattern in option.measures}
        for pattern, named in measures.items():
            if not named:
                self.gaps.append({"what": what, "why": f"the book has nothing named {pattern}"})
            elif not wanted:
                self._drop(what, named)
        if wanted:
            self._take(what, option, {pattern: named for pattern, named in measures.items() if named})

    def _take(self, what: str, option: Option, measures: Mapping[str, tuple[str, ...]]) -> None:
        """Resume what is suspended; impose again the measures that do not live, as far as the option needs them."""
        asleep = [name for named in measures.values() for name in named if self._ahead(name, State.SUSPENDED)]
        self.resumed += asleep
        self.touched += asleep
        dead = [pattern for pattern, named in measures.items() if not any(self._now(name) in _LIVING for name in named)]
        if option.on_when == "all" or len(dead) == len(measures):
            for pattern in dead:
                self._impose(what, pattern, measures[pattern])

    def _impose(self, what: str, pattern: str, named: tuple[str, ...]) -> None:
        for name in named:
            act, why = self._again(name)
            if act is None:
                self.gaps.append({"what": f"{what} ({name})", "why": why})
            elif all(act["provision"] != one["provision"] for one in self.imposed):
                self.imposed.append(act)
                self.touched.append(name)
                if not names(pattern, self.own, act["provision"]):
                    told = f"{act['provision']} is imposed, but the measure {pattern} does not name it"
                    self.gaps.append({"what": what, "why": f"{told}; write */{name}* in the model"})

    def _drop(self, what: str, named: tuple[str, ...]) -> None:
        live = [name for name in named if self._ahead(name, State.IN_FORCE)]
        self.suspended += live
        self.touched += live
        for name in named:
            if name in self.provisions and self.provisions[name].at(self.day * DAY).collected:
                why = "it was struck down and is collected all the same; a scenario cannot suspend that"
                self.gaps.append({"what": f"{what} ({name})", "why": why})

    def _ahead(self, name: str, state: State) -> bool:
        """Whether a provision is in a state on the day or later."""
        found = self.provisions.get(name)
        return found is not None and any(s.state is state and s.end > self.day * DAY for s in found.spells)

    def _now(self, name: str) -> State | None:
        found = self.provisions.get(name)
        return None if found is None else found.at(self.day * DAY).state

    def _again(self, name: str) -> tuple[dict[str, Any] | None, str]:
        """The act that imposed a provision, from the day on and under a name of its own; or why there is none."""
        maker = self.book.by_id[imposers_of(self.book)[name]]
        path = shipped_data() / maker.path
        if not path.is_file():
            return None, f"the file of {maker.id} is not at hand; write the act by hand"
        acts = load_text(path, maker.path).data["acts"]
        act = next(one for one in acts if one.get("provision") == name and one["act"] == "impose")
        again = {key: value for key, value in act.items() if key != "until"}
        if act.get("role", "duty") == "duty":
            again.setdefault("into", maker.issuer)
        told = f"a scenario, in the words of {maker.citation}"
        return {**again, "provision": f"{name}-again", "from": self.when, "certainty": told}, ""
