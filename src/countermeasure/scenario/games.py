"""Games on a scenario's policy: best tariffs, wars, agreements, fronts, export weapons, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.scenario.levels import policy_of
from countermeasure.scenario.places import places_of_words
from countermeasure.trade.multi.closures import CLOSURES, rebalanced
from countermeasure.trade.multi.fronts import best_export, front, retaliation_ladder
from countermeasure.trade.multi.games import best_tariffs, war
from countermeasure.trade.multi.horizon import horizon, horizon_words
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.system import System
from countermeasure.trade.multi.talks import agreement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.scenario.model import TradeScenario
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.play import Outcome

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "GameAnswer",
    "GameSetting",
    "Rules",
    "game_setting",
    "play_agreement",
    "play_best",
    "play_export",
    "play_front",
    "play_ladder",
    "play_war",
]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rates may be chosen.

    Attributes:
        instruments: ``tariff``, ``export_tax`` or ``both``.
        sectors: Names; all goods if absent.
        bounds: Least and greatest rate, fractions; those of each game if absent.
        uniform: Over what a rate must be the same: any of ``members``, ``partners``, ``sectors``.
    """

    instruments: str = "tariff"
    sectors: tuple[str, ...] | None = None
    bounds: tuple[float, float] | None = None
    uniform: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """As arguments of the games."""
        found: dict[str, Any] = {"instruments": self.instruments, "sectors": self.sectors, "uniform": self.uniform}
        return found if self.bounds is None else found | {"bounds": self.bounds}


USUAL = Rules()
"""Tariffs on all goods, each its own."""


@dataclass(frozen=True, eq=False)
class GameSetting:
    """Where a game is played.

    Attributes:
        system: Model.
        start: Policy of all, from which gains are counted.
        assumptions: What, value, confidence, source.
        status_quo: Word for the start.
    """

    system: System
    start: Policy
    assumptions: tuple[tuple[str, str, str, str], ...]
    status_quo: str

    def codes(self, words: Sequence[str]) -> tuple[str, ...]:
        """Codes of economies that words stand for: codes, blocs or countries, a leading minus takes out.

        Raises:
            InputError: If a word fits nothing in the baseline.
        """
        base = self.system.baseline
        return tuple(base.countries[place] for place in places_of_words(base, words))


@dataclass(frozen=True, eq=False)
class GameAnswer:
    """Plays of a game, the answer first, with what they rest on.

    Attributes:
        title: In a line.
        setting: Where it was played.
        plays: Outcomes by word.
        notes: What else is to be known.
    """

    title: str
    setting: GameSetting
    plays: tuple[tuple[str, Outcome], ...]
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The answer."""
        return self.plays[0][1]

    def says(self) -> str:
        """The answer in a sentence: mean rates on goods before and after, and what the choosers and the worst hit gain."""
        base, play = self.setting.system.baseline, self.outcome
        moved = sorted(self._means().rows, key=lambda row: -abs(row[4] - row[3]))
        ways = [f"{m} on {o} {old:.1f} to {new:.1f} %" for _, m, o, old, new, *_ in moved[:3]]
        more = f" and {len(moved) - 3} ways more" if len(moved) > 3 else ""
        what = self._means().title.split(", mean")[0].removeprefix("Rates on ")
        own = [n for chooser in play.choosers for n in chooser.members]
        gains = ", ".join(f"{base.countries[n]} {100 * play.gains[n]:+.2f} %" for n in own[:8])
        rest = [n for n in np.argsort(play.gains) if n not in own and play.gains[n] < -5e-5][:1]
        worst = "".join(f"; of all others {base.countries[n]} is hit most, {100 * play.gains[n]:+.2f} %" for n in rest)
        rates = f"Mean rates on {what}: {', '.join(ways)}{more}" if ways else "No rate moves"
        return f"{rates}. Real income: {gains}{worst}."

    def sheets(self) -> tuple[Sheet, ...]:
        """All tables: gains of everybody, mean rates, each rate, conditions, assumptions."""
        return (
            self._gains(),
            self._means(),
            self._rates(),
            self._conditions(),
            Sheet(
                "assumptions", "What the figures rest on", ("what", "value", "confidence", "source"), self.setting.assumptions
            ),
        )

    def _gains(self) -> Sheet:
        codes = self.setting.system.baseline.countries
        columns = ("economy", *(f"{word}_real_income_pct" for word, _ in self.plays))
        gains = [100 * play.gains for _, play in self.plays]
        rows = tuple((code, *(round(float(g[n]), 4) for g in gains)) for n, code in enumerate(codes))
        return Sheet("gains", f"Real income, change from {self.setting.status_quo}", columns, rows)

    @cached_property
    def _chosen(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Sectors in which some rate could be chosen, (J,)."""
        return np.asarray(np.any([c.targets.any(axis=0) for _, play in self.plays for c in play.choosers], axis=0))

    def _ways(self) -> list[tuple[str, int, int]]:
        """Tool, importer and origin of every pair on which a play moves a rate."""
        found: dict[tuple[str, int, int], None] = {}
        for _, play in self.plays:
            for tool in ("tariff", "export_tax"):
                moved = getattr(play.policy, tool) != getattr(self.setting.start, tool)
                found |= dict.fromkeys((tool, int(m), int(o)) for m, o in zip(*np.nonzero(moved.any(axis=2)), strict=True))
        return sorted(found)

    def _means(self) -> Sheet:
        base = self.setting.system.baseline
        rows = []
        for tool, m, o in self._ways():
            weight = base.flows[m, o] * self._chosen
            whole = max(float(weight.sum()), 1e-300)
            policies = [self.setting.start, *(play.policy for _, play in self.plays)]
            means = [round(100 * float(weight @ getattr(p, tool)[m, o]) / whole, 2) for p in policies]
            rows.append((tool.replace("_", " "), base.countries[m], base.countries[o], *means))
        columns = ("tool", "importer", "origin", "before_pct", *(f"{word}_pct" for word, _ in self.plays))
        what = "goods" if np.array_equal(self._chosen, base.goods) else ", ".join(np.array(base.sectors)[self._chosen])
        return Sheet("mean_rates", f"Rates on {what}, mean over trade of the baseline", columns, tuple(rows))

    def _rates(self) -> Sheet:
        base = self.setting.system.baseline
        rows = []
        for tool, m, o in self._ways():
            policies = [self.setting.start, *(play.policy for _, play in self.plays)]
            for s, sector in enumerate(base.sectors):
                rates = [float(getattr(p, tool)[m, o, s]) for p in policies]
                if base.flows[m, o, s] > 0 and any(rate != rates[0] for rate in rates):
                    shown = (round(rate, 5) for rate in rates)
                    rows.append((tool.replace("_", " "), base.countries[m], base.countries[o], sector, *shown))
        columns = ("tool", "importer", "origin", "sector", "before", *(word for word, _ in self.plays))
        return Sheet("rates", "Rates before and after, fractions", columns, tuple(rows))

    def _conditions(self) -> Sheet:
        base = self.setting.system.baseline
        rows = tuple(
            (word, chooser.says(base), play.first_order, play.free, play.bound, play.rounds, play.method)
            for word, play in self.plays
            for chooser in play.choosers
        )
        columns = ("play", "who_chooses_what", "first_order_residual", "free", "at_bound", "rounds", "method")
        return Sheet("conditions", "Who chooses what, and how nearly the first-order conditions hold", columns, rows)


def game_setting(
    scenario: TradeScenario | None = None,
    baseline: Baseline | None = None,
    *,
    years: float | None = None,
    closure: str = "balanced",
) -> GameSetting:
    """Where a game is played.

    Args:
        scenario: Gives the policy before; the baseline's tariffs if absent.
        baseline: The shipped one if absent.
        years: Horizon; that of the scenario, or the long run, if absent.
        closure: What becomes of deficits, see ``trade.multi.closures``.

    Raises:
        InputError: If the scenario has quotas, which games do not hold fixed.
    """
    base = baseline or shipped_baseline()
    policy, told = Policy.of(base), [("Policy before", "tariffs of the baseline", "D", "tariffs.csv")]
    if scenario is not None:
        policy, told, _ = policy_of(scenario, base)
        if policy.quotas:
            raise InputError(
                f"scenario {scenario.id} has quotas", code="no_quotas", cure="Write them as export taxes, or leave them out."
            )
    after = years if years is not None or scenario is None else scenario.years
    theta = horizon(base.theta, after)
    if closure == "balanced":
        base = rebalanced(base, theta=theta)
    system = System(base, theta, closure)
    told += [
        (
            "Horizon",
            f"{horizon_words(after)}: elasticities {float(theta.min()):.2f} to {float(theta.max()):.2f}",
            "U",
            "trade.multi.horizon",
        ),
        ("Closure of deficits", closure, "D", CLOSURES[closure]),
        ("What governments want", "real income of their economies, money summed", "U", "assumption"),
    ]
    return GameSetting(system, policy, tuple(told), "the baseline" if scenario is None else f"scenario {scenario.id}")


def play_best(
    setting: GameSetting, who: Sequence[str], against: Sequence[str] | None = None, rules: Rules = USUAL
) -> GameAnswer:
    """Best rates of one government, or of several as one."""
    members = setting.codes(who)
    targets = None if not against else setting.codes(against)
    found = best_tariffs(setting.system, members, targets=targets, start=setting.start, **rules.arguments())
    return GameAnswer(f"Best rates of {' + '.join(members)}", setting, (("best", found),), (_ALONE,))


def play_war(setting: GameSetting, players: Sequence[str], rules: Rules = USUAL) -> GameAnswer:
    """A tariff war of players who tax each other; a word that is a bloc plays as one."""
    sides = [setting.codes([word]) for word in players]
    found = war(setting.system, sides, start=setting.start, **rules.arguments())
    return GameAnswer(f"Tariff war of {' and '.join(players)}", setting, (("war", found),), (_NASH,))


def play_agreement(
    setting: GameSetting,
    parties: Sequence[str],
    *,
    after_war: bool = False,
    shares: Sequence[float] | None = None,
    rules: Rules = USUAL,
) -> GameAnswer:
    """What all parties would sign, from the policy before or from the end of a war."""
    sides = [setting.codes([word]) for word in parties]
    plays: list[tuple[str, Outcome]] = []
    start = setting.start
    if after_war:
        plays = [("war", war(setting.system, sides, start=start, **rules.arguments()))]
        start = plays[0][1].policy
    found = agreement(setting.system, sides, status_quo=start, shares=shares, **rules.arguments())
    notes: tuple[str, ...] = (_SIGNED,)
    if after_war:
        gains = ", ".join(f"{c.name} {100 * g:+.3f} %" for c, g in zip(found.choosers, _gains_of(found), strict=True))
        notes += (f"Against the end of the war: {gains}.",)
        found = _counted_from(found, plays[0][1])
    return GameAnswer(f"Agreement of {' and '.join(parties)}", setting, (("agreement", found), *plays), notes)


def _gains_of(outcome: Outcome) -> list[float]:
    change = outcome.objective_after - outcome.objective_before
    return [float(np.expm1(v)) for v in change]


def _counted_from(outcome: Outcome, other: Outcome) -> Outcome:
    return replace(outcome, before=other.before)


def play_front(
    setting: GameSetting, members: Sequence[str], against: Sequence[str], *, reply: bool = False, rules: Rules = USUAL
) -> GameAnswer:
    """A united front against some origins: as one, and each for itself at the same time.

    Args:
        setting: Where.
        members: Words; those who are among the partners are left out.
        against: Words.
        reply: The partners answer as one.
        rules: Which rates may be chosen.
    """
    inside, others = setting.codes(members), setting.codes(against)
    inside = tuple(code for code in inside if code not in others)
    found = front(setting.system, inside, others, reply=reply, start=setting.start, **rules.arguments())
    plays = [("together", found.together)]
    if found.apart is not None:
        plays.append(("apart", found.apart))
    return GameAnswer(f"Front of {' '.join(members)} against {' '.join(against)}", setting, tuple(plays), (_FRONT,))


def play_ladder(setting: GameSetting, players: Sequence[str], rounds: int, rules: Rules = USUAL) -> GameAnswer:
    """Retaliation in turn, each with what is best at the moment; the last step first."""
    if len(players) != 2:
        raise InputError("a ladder has two sides", code="bad_chooser", cure="Name two, as US CN.")
    sides = [setting.codes([word]) for word in players]
    steps = retaliation_ladder(setting.system, sides[0], sides[1], rounds, start=setting.start, **rules.arguments())
    named = [(f"step_{n}_{players[(n - 1) % 2].lower()}", step) for n, step in enumerate(steps, start=1)]
    return GameAnswer(f"Retaliation of {players[0]} and {players[1]} in turn", setting, tuple(named[::-1]), (_ALONE,))


def play_export(
    setting: GameSetting,
    who: str,
    sector: str,
    importers: Sequence[str] | None = None,
    *,
    instrument: str = "export_tax",
    exporter_rent: float = 1.0,
    bounds: tuple[float, float] | None = None,
) -> GameAnswer:
    """The best export tax or quota of one economy on one good, the same for all importers."""
    code = setting.codes([who])[0]
    to = None if not importers else [c for c in setting.codes(importers) if c != code]
    found = best_export(
        setting.system,
        code,
        sector,
        importers=to,
        instrument=instrument,
        exporter_rent=exporter_rent,
        bounds=bounds,
        start=setting.start,
    )
    rate = float(found.rate[np.argmax(np.abs(found.rate))])
    word = "Licence premium" if instrument == "quota" else "Export tax"
    if instrument == "quota":
        word += " of the best quota, which is searched as an export tax of the same height:"
    note = f"{word} {100 * rate:.1f} %; {100 * found.total:.1f} % of the baseline's quantity is sold."
    if found.quotas:
        note += f" A quota of that size does the same if {exporter_rent:.0%} of its rent stays with license holders at home."
    return GameAnswer(f"Best export weapon of {code} in {sector}", setting, (("best", found.outcome),), (note, _ALONE))


_ALONE = "Others keep their rates: an answer of theirs is not in these figures."
_NASH = "Everybody's rates are best against the others'; such a point was found, that it is the only one is not proven."
_SIGNED = "An agreement is what all could sign, not what they will sign; nearby no common gain is larger."
_FRONT = "Apart is each member for itself at the same time; what members gain by leaving is not in these figures."
