"""Games of governments on the trade model: a question from a form, and a run in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.errors import InputError, NotFoundError
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.study import Drawn, Study, Table, assumed
from countermeasure.web.views.trade_run import CLOSURE_WORDS, TradeQuestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.scenario.games import GameAnswer
    from countermeasure.web.held import Held
    from countermeasure.web.jobs import Job

__all__ = ["GAMES", "RUN", "GameQuestion", "game_study", "run_game", "start_game"]

GAMES = (
    ("best", "Best rates of one, all others keep theirs"),
    ("war", "Tariff war: everybody's rates are best against the others'"),
    ("agreement", "Agreement: what all parties would sign"),
    ("front", "United front against some origins"),
)
RUN = "countermeasure.web.views.trade_games:run_game"
TOOLS = ("tariff", "export_tax", "both")
MOST = 6
"""Players of a game."""
LONGEST = 200
"""Characters of a field."""


@dataclass(frozen=True, slots=True)
class GameQuestion:
    """What is asked, as it was written into the form.

    Attributes:
        game: A word of ``GAMES``.
        who: Players or members: codes, blocs or countries, split by commas or spaces.
        against: Partners, of a best answer or a front.
        scenario: Policy before: a shipped trade scenario; empty for the tariffs of the baseline.
        horizon: Years, ``long``, or empty for that of the scenario.
        closure: What becomes of deficits.
        tools: What may be set: ``tariff``, ``export_tax`` or ``both``.
    """

    game: str = "war"
    who: str = "US CN"
    against: str = ""
    scenario: str = ""
    horizon: str = "3"
    closure: str = "balanced"
    tools: str = "tariff"

    def checked(self) -> GameQuestion:
        """The question itself, after every field was looked at.

        Raises:
            NotFoundError: If there is no such scenario.
            InputError: With every field that cannot be used.
        """
        from countermeasure.scenario import trade_scenario_names

        if self.scenario and self.scenario not in trade_scenario_names():
            known = ", ".join(trade_scenario_names())
            raise NotFoundError(
                f"there is no trade scenario {self.scenario[:60]!r}", code="unknown_scenario", cure=f"Shipped are: {known}."
            )
        faults = [
            f"{name}: {value[:40]!r} is not known; use one of {', '.join(known)}"
            for name, value, known in (
                ("game", self.game, [word for word, _ in GAMES]),
                ("closure", self.closure, [word for word, _ in CLOSURE_WORDS]),
                ("tools", self.tools, TOOLS),
            )
            if value not in known
        ]
        faults += [f"{name}: {len(value)} characters" for name, value in self.inputs.items() if len(value) > LONGEST]
        faults += [] if faults else self._players()
        try:
            TradeQuestion(horizon=self.horizon).asked()
        except InputError as error:
            faults.append(error.message)
        if faults:
            raise InputError(faults[0], code="bad_question", faults=faults[1:], cure="Mend these fields.")
        return self

    def _players(self) -> list[str]:
        """What is wrong with the players."""
        from countermeasure.scenario.places import places_of_words
        from countermeasure.trade.multi.shipped import shipped_baseline

        who, against = _words(self.who), _words(self.against)
        faults = []
        if not who:
            faults.append("who: nobody is named; write codes, as US CN")
        if self.game in ("war", "agreement") and not 2 <= len(who) <= MOST:
            faults.append(f"who: {len(who)} are named; name two to {MOST}")
        if self.game == "front" and not against:
            faults.append("against: a front needs partners that are taxed; write a code, as CN")
        for name, words in (("who", who), ("against", against)):
            if not words:
                continue
            try:
                places_of_words(shipped_baseline(), words)
            except ValueError as error:
                faults.append(f"{name}: {error}")
        return faults

    @property
    def inputs(self) -> dict[str, Any]:
        """As the run takes it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def start_game(held: Held, question: GameQuestion, then: str) -> Job:
    """Ask for a game; ``{id}`` in the address stands for the run.

    Raises:
        InputError: With every field that cannot be used.
        NotFoundError: If there is no such scenario.
        Refused: If too many runs wait.
    """
    words = dict(GAMES)[question.checked().game].partition(":")[0]
    title = f"{words}: {question.who}" + (f" against {question.against}" if question.against else "")
    return held.jobs.start("game", RUN, question.inputs, title=title, then=then)


def run_game(progress: Callable[[float, str], None], **inputs: str) -> Study:
    """Play a game; called in a process of its own."""
    from countermeasure.book.load import Book
    from countermeasure.scenario import game_setting, load_trade_scenario, play_agreement, play_best, play_front, play_war
    from countermeasure.scenario.games import Rules

    question = GameQuestion(**inputs).checked()
    progress(0.1, "duties and elasticities")
    scenario = load_trade_scenario(question.scenario) if question.scenario else None
    years = None if question.horizon in ("", "long") else float(question.horizon)
    if scenario is not None and question.horizon:
        scenario = scenario.at(years)
    setting = game_setting(scenario, years=None if scenario is not None else years, closure=question.closure)
    progress(0.5, "playing")
    who, against, rules = _words(question.who), _words(question.against), Rules(question.tools)
    if question.game == "best":
        found = play_best(setting, who, against or None, rules)
    elif question.game == "front":
        found = play_front(setting, who, against, rules=rules)
    elif question.game == "war":
        found = play_war(setting, who, rules)
    else:
        found = play_agreement(setting, who, rules=rules)
    progress(0.95, "tables and pictures")
    return game_study(found, question, Book.shipped().hash)


def game_study(found: GameAnswer, question: GameQuestion, book_hash: str) -> Study:
    """A game as a page shows it."""
    from countermeasure.io.trade_files import LIMITS, game_json, game_picture

    sheets = found.sheets()
    gains, means, rates, conditions, _ = sheets
    base = found.setting.system.baseline
    stamp = Stamp(
        __version__,
        book_hash,
        reading="text",
        more=(
            ("policy before", question.scenario or "tariffs of the baseline"),
            ("horizon", question.horizon or "that of the scenario"),
            ("closure", question.closure),
            ("first-order residual", f"{found.outcome.first_order:.1e}"),
        ),
    )
    return Study(
        found.title,
        found.says(),
        f"{len(base.countries)} economies, {len(base.sectors)} sectors; gains are counted from {found.setting.status_quo}.",
        assumed(found.setting.assumptions),
        (Drawn(gains.title, game_picture(found), gains),),
        (Table(means), Table(rates, open=False), Table(conditions, open=False)),
        sheets,
        (*LIMITS, *found.notes, *found.outcome.notes),
        ((base.source, ""),),
        stamp,
        game_json(found),
    )
