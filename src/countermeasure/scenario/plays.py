"""What the options of a conflict mean for the engines, as its file says under ``plays``; every fault with its line."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.book.tables import unknown
from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, CountermeasureError
from countermeasure.scenario.duties import USMCA_CLAIMED
from countermeasure.scenario.levels import policy_rows
from countermeasure.scenario.model import TradeScenario
from countermeasure.supply.chain import compile_network
from countermeasure.supply.scenario import scenario_names
from countermeasure.talks.constraints import Expression, read_expression
from countermeasure.talks.switches import model_file
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.shipped import shipped_baseline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from countermeasure.codes.yamltext import Loaded, Place
    from countermeasure.scenario.plays_file import OptionPlayFile, PlaysFile, SupplyPlayFile
    from countermeasure.talks.model import Conflict
    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["TERMS", "Exposure", "Hand", "OptionPlay", "Plays", "SupplyPlay", "load_plays"]

TERMS: dict[str, tuple[str, str]] = {
    "welfare": ("bn USD a year", "real income, from the trade model"),
    "revenue": ("bn USD a year", "tariffs and other takings at the border, from the trade model; part of welfare already"),
    "lost_output": ("bn USD in a year", "value added lost when lines stop, from the chain, its buyers and the economy"),
    "at_stake": ("bn USD in a year", "output of lines that stand still, from the chain and its buyers"),
    "security": ("fraction of output", "what could be lost if a supplier left, by the power index"),
    "by_hand": ("bn USD a year", "what no engine counts, set by hand"),
}
"""Terms of a payoff: unit, meaning. All are gains above 0 and losses below, against a state in which nothing is played."""


@dataclass(frozen=True, slots=True)
class SupplyPlay:
    """A run of the chain; ``None`` leaves what the base says.

    Attributes:
        scenario: Supply scenario.
        without: Patterns of measures that are left out.
        permits: Share of applications that are granted, 0 to 1.
        products: To which that share applies; all if empty.
        to: Regions to which it applies; all if empty.
        stocks: Reading of buyers' stocks, ``implied`` or ``reported``.
        why: In a line.
    """

    scenario: str | None = None
    without: tuple[str, ...] | None = None
    permits: float | None = None
    products: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    stocks: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """A supplier that a party could lose while an option is taken: see ``talks.closed_forms.power_index``."""

    party: int
    share: float
    elasticity: float
    cost_share: float
    why: str


@dataclass(frozen=True, slots=True)
class OptionPlay:
    """What an option means when it is taken.

    Attributes:
        changes: Rows of a trade scenario.
        supply: A run of the chain.
        security: Suppliers that could be lost.
        note: What else is to be known.
    """

    changes: tuple[Mapping[str, Any], ...] = ()
    supply: SupplyPlay | None = None
    security: tuple[Exposure, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """An amount by hand, billion USD a year, in all states in which a condition holds."""

    party: int
    when: Expression
    bn_usd: float
    why: str


@dataclass(frozen=True, eq=False)
class Plays:
    """The plays of a conflict.

    Attributes:
        trade: Scenario before any option is played.
        closure: What becomes of deficits.
        supply: Run of the chain before any option is played; ``None`` where the chain is not asked.
        economies: Codes of the baseline that a party is, by place of the party.
        regions: Regions of the economy table that it is.
        options: By place of the option.
        weights: Weight and why, by place of the party and term; a term without one counts nothing.
        by_hand: Amounts by hand.
        epsilon: Utilities as close as this are as good as each other, billion USD a year.
    """

    trade: TradeScenario
    closure: str
    supply: SupplyPlay | None
    economies: tuple[tuple[str, ...], ...]
    regions: tuple[tuple[str, ...], ...]
    options: Mapping[int, OptionPlay]
    weights: tuple[Mapping[str, tuple[float, str]], ...]
    by_hand: tuple[Hand, ...]
    epsilon: float


def load_plays(name: str | Path, conflict: Conflict, baseline: Baseline | None = None) -> Plays:
    """Plays of a conflict's file.

    Args:
        name: A file, or the name of a shipped model.
        conflict: The conflict of that file.
        baseline: Baseline on which changes will act; the shipped one if absent.

    Raises:
        NotFoundError: If there is no such file.
        BookError: With every fault of the key, each with its line.
    """
    from countermeasure.book.edge import read_model
    from countermeasure.scenario.plays_file import PlaysOnlyFile

    path = model_file(name)
    loaded = load_text(path, path.name)
    faults = list(loaded.faults)
    what, docs = "a conflict with plays", "docs/reference/talks-models.md"
    filed = None if faults else read_model(PlaysOnlyFile, loaded, faults, what=what, docs=docs)
    if filed is not None:
        found = _Reading(filed.plays, loaded, conflict, baseline or shipped_baseline(), faults, path).plays()
        if not faults:
            return found
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    raise BookError(
        f"{count} in the plays", code="bad_plays", where=path.name, cure="Mend these lines:", faults=dict.fromkeys(faults)
    )


class _Reading:
    """From a checked key to plays; names are looked up in conflict, baseline and chain."""

    def __init__(
        self, filed: PlaysFile, loaded: Loaded, conflict: Conflict, baseline: Baseline, faults: list[str], path: Path
    ) -> None:
        self.filed, self.loaded, self.conflict, self.base, self.faults = filed, loaded, conflict, baseline, faults
        self.path = path
        self.parties = {party.id: n for n, party in enumerate(conflict.parties)}
        self.option_ids = {option.id: n for n, option in enumerate(conflict.options)}

    def plays(self) -> Plays:
        filed = self.filed
        for key in filed.options:
            self._known("option", key, self.option_ids, ("options", key))
        for party in self.conflict.parties:
            for key in ("parties", "weights"):
                if party.id not in getattr(filed, key):
                    self._fault((key,), f"party {party.id} is missing; add it")
            for term in filed.weights.get(party.id, {}):
                self._known("term", term, TERMS, ("weights", party.id, term))
        for key in ("parties", "weights"):
            for word in getattr(filed, key):
                self._known("party", word, self.parties, (key, word))
        whole = self._trade(())
        options = {self.option_ids[k]: self._option(k, o) for k, o in filed.options.items() if k in self.option_ids}
        places = [filed.parties.get(p.id) for p in self.conflict.parties]
        return Plays(
            whole,
            filed.trade.closure,
            self._supply(("supply",), filed.supply),
            tuple(
                self._economies(p.id, one.economies if one else [])
                for p, one in zip(self.conflict.parties, places, strict=True)
            ),
            tuple(
                self._regions(p.id, one.regions if one else []) for p, one in zip(self.conflict.parties, places, strict=True)
            ),
            options,
            tuple(
                {term: (float(w.weight), w.why) for term, w in filed.weights.get(p.id, {}).items()}
                for p in self.conflict.parties
            ),
            tuple(hand for i in range(len(filed.by_hand)) if (hand := self._hand(i)) is not None),
            float(filed.epsilon),
        )

    def _fault(self, place: Place, what: str) -> None:
        whole = ("plays", *place)
        self.faults.append(f"{self.loaded.where(whole)}: {'.'.join(map(str, whole))}: {what}")

    def _known(self, kind: str, word: str, known: Mapping[str, object], place: Place) -> bool:
        if word not in known:
            self._fault(place, unknown(kind, word, tuple(known)))
        return word in known

    def _trade(self, changes: tuple[Mapping[str, Any], ...]) -> TradeScenario:
        trade, conflict = self.filed.trade, self.conflict
        return TradeScenario(
            conflict.id,
            conflict.title,
            "Plays of a conflict",
            (),
            parse_day(trade.duties_on) if trade.duties_on else None,
            parse_day(trade.known_on) if trade.known_on else None,
            Reading(trade.reading),
            (),
            None if trade.chinese_average is None else float(trade.chinese_average),
            USMCA_CLAIMED,
            changes,
            (),
            None,
            None if trade.horizon is None else float(trade.horizon),
            "",
            self.path.name,
            self.path.parent,
        )

    def _option(self, key: str, filed: OptionPlayFile) -> OptionPlay:
        changes = tuple(change.model_dump() for change in filed.changes)
        for i, change in enumerate(changes):
            try:
                policy_rows(self._trade((change,)), self.base)
            except CountermeasureError as error:
                self._fault(("options", key, "changes", i), str(error))
        security = []
        for i, one in enumerate(filed.security):
            if self._known("party", one.party, self.parties, ("options", key, "security", i, "party")):
                row = (float(one.share), float(one.elasticity), float(one.cost_share), one.why)
                security.append(Exposure(self.parties[one.party], *row))
        if filed.supply is not None and self.filed.supply is None:
            self._fault(("options", key, "supply"), "there is no base to compare with; add plays.supply")
        return OptionPlay(changes, self._supply(("options", key, "supply"), filed.supply), tuple(security), filed.note)

    def _supply(self, place: Place, filed: SupplyPlayFile | None) -> SupplyPlay | None:
        if filed is None:
            return None
        if filed.scenario is None and place == ("supply",):
            self._fault(place, "the base needs a scenario; name one")
        elif filed.scenario is not None and not (self.path.parent / filed.scenario).is_file():
            self._known("supply scenario", filed.scenario, dict.fromkeys(scenario_names()), (*place, "scenario"))
        self._chain_words(place, filed)
        return SupplyPlay(
            filed.scenario,
            None if filed.without is None else tuple(filed.without),
            None if filed.permits is None else float(filed.permits),
            tuple(filed.products),
            tuple(filed.to),
            filed.stocks,
            filed.why,
        )

    def _chain_words(self, place: Place, filed: SupplyPlayFile) -> None:
        """Faults of measures, products and regions that are nowhere; they would have no effect."""
        if filed.without:
            known = Book.shipped().replayed(None, Reading.ANNOUNCED).provisions
            for i, pattern in enumerate(filed.without):
                if not any(fnmatchcase(name, pattern) for name in known):
                    self._fault((*place, "without", i), unknown("measure", pattern, tuple(known)))
        if filed.products or filed.to:
            network = compile_network()
            for i, word in enumerate(filed.products):
                self._known("product", word, network.chain.products, (*place, "products", i))
            for i, word in enumerate(filed.to):
                self._known("region", word, dict.fromkeys(network.regions), (*place, "to", i))

    def _economies(self, party: str, words: list[str]) -> tuple[str, ...]:
        found: list[str] = []
        for i, word in enumerate(words):
            try:
                codes = (word,) if word in self.base.countries else economies().resolve(word)
                found += [code for code in codes if self.base.country(code) >= 0]
            except CountermeasureError as error:
                self._fault(("parties", party, "economies", i), str(error))
        return tuple(dict.fromkeys(found))

    def _regions(self, party: str, words: list[str]) -> tuple[str, ...]:
        from countermeasure.supply.economy import IOTable

        known = dict.fromkeys(IOTable.shipped().regions)
        for i, word in enumerate(words):
            self._known("region", word, known, ("parties", party, "regions", i))
        return tuple(words)

    def _hand(self, i: int) -> Hand | None:
        filed, place = self.filed.by_hand[i], ("by_hand", i)
        if not self._known("party", filed.party, self.parties, (*place, "party")):
            return None
        try:
            when = read_expression(filed.when, tuple(self.option_ids))
        except CountermeasureError as error:
            self._fault((*place, "when"), str(error))
            return None
        return Hand(self.parties[filed.party], when, float(filed.bn_usd), filed.why)
