"""A supply scenario: a stretch of weeks, the book as known, practice of licensing, policies, and moved parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.book.tables import unknown
from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, CountermeasureError, NotFoundError
from countermeasure.supply.chain.model import STAGES
from countermeasure.supply.chain.network import HOME, Network, compile_network
from countermeasure.supply.controls.measures import measures_of
from countermeasure.supply.controls.practice import ALL, Practice, QuotaRow, plan_of
from countermeasure.supply.parameters import Parameters
from countermeasure.supply.tables import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.codes.yamltext import Loaded
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.projects.policies import Policy, Substitution
    from countermeasure.supply.scenario_file import ScenarioFile

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["SupplyScenario", "load_scenario", "scenario_names", "scenario_of", "scenario_path"]

_MASS = {"t": 1.0, "kg": 1e-3, "kt": 1e3}
"""Named factors to tonnes."""


@dataclass(frozen=True)
class SupplyScenario:
    """What a scenario file says, read and checked against the chain and the book.

    Attributes:
        id: Its word.
        title: In a line.
        intent: What it is for, a sentence.
        sources: Citations.
        day0: Epoch day of the Monday of week 0.
        weeks: Count of weeks.
        known_on: Only instruments published by this day count; ``None`` for all.
        reading: ``text`` or ``announced``.
        book: The book, the scenario's own instruments included.
        without: Patterns of provisions that are left out.
        settings: Moved parameters.
        practice: How licenses come.
        quotas: Caps.
        priority: Order in which suppliers serve regions.
        policies: Allied policies.
        projects: Whether new capacity is added.
        notes: Words of its author.
        name: File name.
        open_practice: Places of the rows of practice that have no last day and hold to the last week.
    """

    id: str
    title: str
    intent: str
    sources: tuple[str, ...]
    day0: int
    weeks: int
    known_on: int | None
    reading: Reading
    book: Book
    without: tuple[str, ...]
    settings: Mapping[str, float]
    practice: tuple[Practice, ...]
    quotas: tuple[QuotaRow, ...]
    priority: tuple[str, ...]
    policies: tuple[Policy, ...]
    projects: bool
    notes: str
    name: str
    open_practice: frozenset[int] = frozenset()

    def parameters(self, base: Parameters | None = None) -> Parameters:
        """Priors with the scenario's settings."""
        return (base or Parameters.shipped()).moved(self.settings, f"set by the scenario {self.id}")

    def for_weeks(self, weeks: int) -> SupplyScenario:
        """The same scenario, longer or shorter; practice without a last day holds to the new end."""
        end = self.day0 + 7 * weeks
        rows = tuple(replace(row, end=end) if i in self.open_practice else row for i, row in enumerate(self.practice))
        return replace(self, weeks=weeks, practice=rows)

    def with_settings(self, settings: Mapping[str, float]) -> SupplyScenario:
        """The same scenario with more parameters held at a value; these win over its own."""
        return replace(self, settings={**self.settings, **settings})

    def plan(self, network: Network | None = None) -> Plan:
        """Controls and changes as arrays; new projects come with ``supply.additions_of``."""
        net = network or compile_network()
        measures, notes = measures_of(self.book, net.chain, self.known_on, self.reading)
        kept = [m for m in measures if not any(fnmatchcase(m.provision, w) for w in self.without)]
        plan = plan_of(net, kept, self.practice, self.day0, self.weeks, quotas=self.quotas, priority=self.priority, notes=notes)
        return _with_policies(plan, net, self.policies) if self.policies else plan


def _with_policies(plan: Plan, net: Network, policies: Sequence[Policy]) -> Plan:
    """Put policies on a plan: supply, final demand, the mix of grades, and pools."""
    from countermeasure.supply.controls.plan import PooledNodes
    from countermeasure.supply.projects.additions import Frame
    from countermeasure.supply.projects.policies import PriceFloor, Substitution, apply_policies

    frame = Frame(net.products, net.regions, plan.weeks, net.base.used)
    added = apply_policies([p for p in policies if not isinstance(p, PriceFloor)], frame)
    ways, demand = np.ones((plan.weeks, len(net.rate))), added.demand[:, net.product, net.region]
    for policy in policies:
        if isinstance(policy, Substitution):
            moved = policy.share * frame.ramp(policy.from_week + policy.lead_weeks, policy.ramp_weeks)
            _change_grades(net, policy, moved, ways, demand)
    inflow = net.into @ net.flow
    pools = []
    for pool in added.pools:
        live = np.array([pool.holds(w) for w in range(plan.weeks)])
        for product in pool.products or net.products:
            nodes = [net.node_at[product, r] for r in pool.regions if (product, r) in net.node_at]
            weights = inflow[nodes]
            if len(nodes) > 1 and weights.sum() > 0:
                pools.append(PooledNodes(np.array(nodes), weights / weights.sum(), live))
    changed = plan.with_changes(added.supply[:, net.product, net.region], demand)
    return replace(changed, ways=ways if (ways != 1.0).any() else None, pools=tuple(pools))


def _change_grades(net: Network, policy: Substitution, moved: Array, ways: Array, demand: Array) -> None:
    """Make components with less of one grade and more of another, or ask for fewer: ``ways`` (W, K) and ``demand`` (W, N)."""
    grade = [net.nodes[inputs[0]][0] if len(net.nodes) > inputs[0] else "" for inputs in net.inputs.tolist()]
    for k, (product, region) in enumerate(net.nodes[n] for n in net.main.tolist()):
        meant = grade[k] == policy.product and region in (policy.regions or net.regions)
        if not meant or net.chain.products[product].stage != "component":
            continue
        same = np.flatnonzero(net.main == net.main[k]).tolist()
        others = [j for j in same if grade[j] == policy.to]
        if policy.to and not others:
            continue  # no part of this kind is made with the other grade
        ways[:, k] *= 1.0 - moved
        for j in others:
            ways[:, j] *= 1.0 + moved * policy.tonnes_per_tonne * net.rate[k] / net.rate[j]
        if not policy.to:
            demand[:, net.main[k]] *= 1.0 - moved * net.rate[k] / net.rate[same].sum()


def scenario_names() -> tuple[str, ...]:
    """Names of the shipped scenarios."""
    return tuple(sorted(p.stem for p in (shipped_folder() / "scenarios").glob("*.yaml")))


def scenario_path(name: str | Path) -> Path:
    """The file of a scenario: itself, or that of a shipped name.

    Raises:
        NotFoundError: If there is no such file and no such name.
    """
    path = Path(name)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        path = shipped_folder() / "scenarios" / f"{name}.yaml"
    if not path.is_file():
        raise NotFoundError(
            f"there is no supply scenario {str(name)!r}",
            code="unknown_scenario",
            cure=f"Give a file, or one of: {', '.join(scenario_names())}.",
        )
    return path


def load_scenario(name: str | Path, book: Book | None = None, network: Network | None = None) -> SupplyScenario:
    """Read a scenario: a file, or the name of a shipped one.

    Raises:
        NotFoundError: If there is no such file and no such name.
        BookError: With every fault of the file, each with its line.
    """
    path = scenario_path(name)
    return scenario_of(load_text(path, path.name), path, book, network)


def scenario_of(loaded: Loaded, path: Path, book: Book | None = None, network: Network | None = None) -> SupplyScenario:
    """A scenario of what was read already.

    Args:
        loaded: What its file holds.
        path: The file; instruments lie beside it.
        book: The shipped one if absent.
        network: The compiled chain; the shipped one if absent.

    Raises:
        BookError: With every fault, each with its line.
    """
    from countermeasure.book.edge import read_model
    from countermeasure.supply.scenario_file import ScenarioFile

    faults = list(loaded.faults)
    filed = None if faults else read_model(ScenarioFile, loaded, faults, what="a scenario", docs="docs/reference/supply.md")
    if filed is None:
        raise _refused(faults, path.name)
    net = network or compile_network()
    reader = _Reading(filed, loaded, path, book or Book.shipped(), net, faults)
    scenario = reader.scenario()
    if faults:
        raise _refused(faults, path.name)
    return scenario


def _refused(faults: list[str], where: str) -> BookError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return BookError(
        f"{count} in the scenario", code="bad_scenario", where=where, cure="Mend these lines:", faults=dict.fromkeys(faults)
    )


class _Reading:
    """From a checked file to the scenario; names are looked up in chain and book."""

    def __init__(
        self, filed: ScenarioFile, loaded: Loaded, path: Path, book: Book, network: Network, faults: list[str]
    ) -> None:
        self.filed, self.loaded, self.path, self.book, self.net, self.faults = filed, loaded, path, book, network, faults

    def scenario(self) -> SupplyScenario:
        filed = self.filed
        start = parse_day(filed.start)
        day0 = start - (start + 3) % 7
        self.book = self._book()
        for i, pattern in enumerate(filed.without):
            self._measure(("without", i), pattern)
        end = day0 + 7 * int(filed.weeks)
        return SupplyScenario(
            filed.id,
            filed.title,
            filed.intent,
            tuple(f"{s.cite} {s.url}".strip() for s in filed.sources),
            day0,
            int(filed.weeks),
            parse_day(filed.known_on) if filed.known_on else None,
            Reading(filed.reading),
            self.book,
            tuple(filed.without),
            self._settings(),
            tuple(self._practice(i, end) for i in range(len(filed.practice))),
            tuple(self._quota(i) for i in range(len(filed.quotas))),
            self._regions(("priority",), filed.priority, extra=("home",)),
            self._policies(),
            filed.projects == "yes",
            filed.notes,
            self.path.name,
            frozenset(i for i, row in enumerate(filed.practice) if not row.until),
        )

    def _fault(self, place: tuple[str | int, ...], what: str) -> None:
        self.faults.append(f"{self.loaded.where(place)}: {'.'.join(map(str, place))}: {what}")

    def _book(self) -> Book:
        paths = []
        for i, name in enumerate(self.filed.instruments):
            path = self.path.parent / name
            if path.is_file():
                paths.append(path)
            else:
                self._fault(("instruments", i), f"there is no file {name} beside the scenario")
        try:
            return self.book.with_(*paths) if paths else self.book
        except CountermeasureError as error:
            self.faults.extend(error.faults or (str(error),))
            return self.book

    def _settings(self) -> dict[str, float]:
        found = {}
        for name, text in self.filed.parameters.items():
            try:
                Parameters.shipped().moved({name: float(text)})
                found[name] = float(text)
            except CountermeasureError as error:
                self._fault(("parameters", name), str(error))
        return found

    def _measure(self, place: tuple[str | int, ...], pattern: str) -> frozenset[str]:
        """Products of the measures a pattern names; a fault where the book has none."""
        known = self.book.replayed(None, Reading.ANNOUNCED).provisions
        names = [n for n in known if fnmatchcase(n, pattern)]
        if not names:
            self._fault(place, unknown("measure", pattern, tuple(known)) + "; countermeasure book list shows all")
            return frozenset()
        measures, _ = measures_of(self.book, self.net.chain, None, Reading.ANNOUNCED)
        return frozenset(p for m in measures if m.provision in names for p in m.products)

    def _products(self, place: tuple[str | int, ...], words: Sequence[str], measure: str | None) -> tuple[str, ...]:
        """Products named one by one, by stage, or by a measure."""
        found: list[str] = []
        for i, word in enumerate(words):
            if word in STAGES:
                found += self.net.chain.at_stage(word)
            elif word in self.net.chain.products:
                found.append(word)
            elif word != "*":
                known = (*STAGES, *self.net.chain.products)
                self._fault((*place, "products", i), unknown("product", word, known))
        every = not words or "*" in words
        if measure is None:
            return ALL if every else tuple(found)
        faults = len(self.faults)
        named = self._measure((*place, "measure"), measure)
        found = sorted(named) if every else [p for p in found if p in named]
        if not found and len(self.faults) == faults:
            told = f"only {', '.join(sorted(named))}; mend products" if named else "no product of this chain; name another"
            self._fault((*place, "measure"), f"{measure} names {told}")
        return tuple(found)

    def _regions(self, place: tuple[str | int, ...], words: Sequence[str], extra: tuple[str, ...] = ()) -> tuple[str, ...]:
        for i, word in enumerate(words):
            if word in self.net.chain.countries and word not in self.net.regions and word != "*":
                self._fault(
                    (*place, i), f"{word} is a country in the region {self.net.chain.countries[word]}; write the region"
                )
            elif word not in self.net.regions and word not in extra and word != "*":
                self._fault((*place, i), unknown("region", word, self.net.regions))
            elif word in words[:i]:
                self._fault((*place, i), f"{word} stands twice; remove one")
        return ALL if "*" in words else tuple(words)

    def _days(self, place: tuple[str | int, ...], first: str, until: str) -> None:
        if parse_day(until) <= parse_day(first):
            self._fault((*place, "until"), f"{until} is not after {first}; until is the first day after")

    def _practice(self, at: int, end: int) -> Practice:
        row, place = self.filed.practice[at], ("practice", at)
        start = parse_day(row.from_)
        until = parse_day(row.until) if row.until else end
        if row.until:
            self._days(place, row.from_, row.until)
        if row.embargo == "no" and row.origin and row.origin != [HOME]:
            self._fault((*place, "origin"), "only an embargo can be laid on goods from elsewhere than CN")

        def number(text: str | None) -> float | None:
            return None if text is None else float(text)

        return Practice(
            start,
            until,
            self._products(place, row.products, row.measure),
            self._regions((*place, "origin"), row.origin) or (HOME,),
            self._regions((*place, "to"), row.to) or ALL,
            number(row.approval),
            number(row.throughput),
            number(row.lag_weeks),
            number(row.hold_up),
            number(row.general_share),
            row.ban == "yes",
            row.embargo == "yes",
            row.why,
            row.source,
            row.confidence,
        )

    def _quota(self, at: int) -> QuotaRow:
        row, place = self.filed.quotas[at], ("quotas", at)
        if row.unit not in _MASS:
            told = f"the unit is {row.unit!r}; write {', '.join(_MASS)} of what the product is a tonne of"
            self._fault((*place, "unit"), told)
        self._days(place, row.from_, row.until)
        products = self._products(place, row.products, None)
        origin = self._regions((*place, "origin"), row.origin) or (HOME,)
        origin = self.net.regions if origin == ALL else origin
        touched = {p for p, o, _ in self.net.edges if o in origin and (products == ALL or p in products)}
        units = sorted({self.net.chain.products[p].unit for p in touched})
        if len(units) > 1:
            self._fault((*place, "products"), f"the quota adds {' and '.join(units)}; write one quota for each")
        if not touched and products and set(origin) <= set(self.net.regions):
            self._fault((*place, "products"), f"no trade of {', '.join(products)} leaves {', '.join(origin)}; mend the names")
        return QuotaRow(
            parse_day(row.from_),
            parse_day(row.until),
            float(row.tonnes) * _MASS.get(row.unit, 1.0),
            products,
            origin,
            float(row.leak),
        )

    def _policies(self) -> tuple[Policy, ...]:
        from countermeasure.supply.projects.additions import Frame
        from countermeasure.supply.projects.policies import StockpileRelease, policy_from

        found: list[Policy] = []
        frame = Frame(self.net.products, self.net.regions, 1, self.net.base.used)
        for i, mapping in enumerate(self.filed.policies):
            where = self.loaded.where(("policies", i))
            try:
                policy = policy_from(mapping, where, products=self.net.products, regions=self.net.regions)
                policy.apply(frame)
            except CountermeasureError as error:
                cure = f". {error.cure}" if error.cure else ""
                self.faults += [f"{where}: policies.{i}: {one}" for one in (f"{error.message}{cure}", *error.faults)]
                continue
            if isinstance(policy, StockpileRelease) and (policy.product, policy.region) not in self.net.node_at:
                self._fault(
                    ("policies", i), f"{policy.region} neither uses nor passes on {policy.product}; name another region"
                )
            found.append(policy)
        return tuple(found)
