"""What allies can do: price floors, stockpiles, joint purchasing, recycling and substitution, as dated options.

A policy turns into plain arrays over weeks, products and regions that a simulation adds to its own: extra supply, a factor
on demand, and pools of regions that share what they have. Names of products and regions come with the ``Frame``. A price
floor is the exception: it changes projects (``change_projects``) and adds nothing by itself.

Sizes, yields and lead times are the user's; defaults are assumptions (U) unless a source is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from countermeasure.errors import BookError, InputError
from countermeasure.supply.projects.additions import Additions, Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.supply.projects.additions import Frame
    from countermeasure.supply.projects.table import Project

__all__ = [
    "KINDS",
    "JointPurchasing",
    "Policy",
    "PriceFloor",
    "RecyclingRamp",
    "StockpileRelease",
    "Substitution",
    "apply_policies",
    "change_projects",
    "policy_from",
]

OXIDE_OF_SCRAP = {"ox_ndpr": 26504 / 34147, "ox_dy": 710 / 34147, "ox_tb": 160 / 34147, "ox_gd": 1048 / 34147}
"""Oxides in recycled oxide by weight: China 2024 (Argus, B); the rest is holmium and what is not followed."""
GRADE_OF_SCRAP = {"mag_light": 0.57, "mag_heavy": 0.43}
"""Grades of recycled magnets: controlled share of Chinese magnet exports as fitted on April to September 2025 (D)."""
ROUTES = ("oxide", "magnet")
_MONTH_DAYS = 365.25 / 12
_RANGES: dict[str, tuple[float, float]] = {
    "months_earlier": (0, 120),
    "probability": (0, 1),
    "tonnes": (0, math.inf),
    "from_week": (0, math.inf),
    "over_weeks": (1, math.inf),
    "for_weeks": (1, math.inf),
    "scrap_tonnes_year": (0, math.inf),
    "lead_weeks": (0, math.inf),
    "ramp_weeks": (0, math.inf),
    "recovered": (0, 1),
    "share": (0, 1),
    "tonnes_per_tonne": (0, 10),
}
_WHOLE = ("from_week", "over_weeks", "for_weeks", "lead_weeks", "ramp_weeks")
_NAMES = ("regions", "products")


def _refuse(policy: object, *more: str) -> None:
    """Raise one error with every value of a policy that cannot be."""
    faults = list(more)
    for name, (low, high) in _RANGES.items():
        value = getattr(policy, name, None)
        if value is None:
            continue
        if not (low <= value <= high and math.isfinite(value)):
            faults.append(f"{name} is {value:g}; write a number {_range(low, high)}")
        elif name in _WHOLE and value != int(value):
            faults.append(f"{name} is {value:g}; write whole weeks")
    if faults:
        raise InputError(faults[0], code="bad_policy", faults=faults[1:])


def _range(low: float, high: float) -> str:
    return f"of {low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"


@dataclass(frozen=True, slots=True)
class PriceFloor:
    """A floor under prices: projects come sooner and fewer are dropped. How much so is an assumption (U).

    Attributes:
        regions: Where the projects stand.
        products: What they make; every product if empty.
        from_week: First week of the floor.
        months_earlier: How much sooner projects start that were due after that week.
        probability: Least probability that such a project is built; abandoned ones stay abandoned.
    """

    regions: tuple[str, ...]
    products: tuple[str, ...] = ()
    from_week: int = 0
    months_earlier: float = 6.0
    probability: float = 0.75

    def __post_init__(self) -> None:
        _refuse(self, *([] if self.regions else ["regions is empty; name one region at least"]))

    def apply(self, frame: Frame) -> Additions:
        """Nothing by itself; the names are checked."""
        for region in self.regions:
            frame.region(region)
        for product in self.products:
            frame.product(product)
        return Additions.none(frame)

    def on(self, projects: Iterable[Project], day0: int) -> tuple[Project, ...]:
        """The projects as the floor changes them.

        Args:
            projects: Rows.
            day0: First day of week 0.
        """
        since = day0 + 7 * self.from_week
        return tuple(self._changed(one, since) for one in projects)

    def _changed(self, one: Project, since: int) -> Project:
        if one.region not in self.regions or (self.products and one.product not in self.products) or one.probability == 0:
            return one
        first = one.first_day
        since = max(since, since if one.as_of_day is None else one.as_of_day)
        if first is not None and not one.running and first > since:
            first = max(since, first - round(self.months_earlier * _MONTH_DAYS))
        return replace(one, first_day=first, probability=max(one.probability, self.probability))


@dataclass(frozen=True, slots=True)
class StockpileRelease:
    """A stockpile is sold evenly over some weeks.

    Attributes:
        product: Product.
        region: Where it is.
        tonnes: How much in all.
        from_week: First week.
        over_weeks: For how many weeks.
    """

    product: str
    region: str
    tonnes: float
    from_week: int = 0
    over_weeks: int = 1

    def __post_init__(self) -> None:
        _refuse(self)

    def apply(self, frame: Frame) -> Additions:
        """Supply of ``tonnes / over_weeks`` in each of the weeks; what falls beyond the last week is lost to the run."""
        added = Additions.none(frame)
        weeks = slice(self.from_week, self.from_week + self.over_weeks)
        added.supply[weeks, frame.product(self.product), frame.region(self.region)] = self.tonnes / self.over_weeks
        return added


@dataclass(frozen=True, slots=True)
class JointPurchasing:
    """Regions buy together and share in proportion to need.

    Attributes:
        regions: Members, two at least.
        products: Products bought together; all if empty.
        from_week: First week.
        for_weeks: For how many weeks; ``None`` if it stays.
    """

    regions: tuple[str, ...]
    products: tuple[str, ...] = ()
    from_week: int = 0
    for_weeks: int | None = None

    def __post_init__(self) -> None:
        _refuse(
            self, *([] if len(set(self.regions)) > 1 else ["regions names fewer than two; a pool has two members at least"])
        )

    def apply(self, frame: Frame) -> Additions:
        """One pool, nothing more."""
        for region in self.regions:
            frame.region(region)
        for product in self.products:
            frame.product(product)
        end = None if self.for_weeks is None else self.from_week + self.for_weeks
        return replace(Additions.none(frame), pools=(Pool(self.regions, self.products, self.from_week, end),))


@dataclass(frozen=True, slots=True)
class RecyclingRamp:
    """More magnet scrap is collected and turned into oxides or, by the short way, into magnets.

    Attributes:
        region: Where.
        scrap_tonnes_year: Extra magnet scrap at full rate, t magnet a year.
        route: ``oxide`` or ``magnet``.
        from_week: Week of the decision.
        lead_weeks: Until the first scrap is treated.
        ramp_weeks: From then to full rate, in a straight line.
        recovered: Tonnes out per tonne of scrap: 0.316 t oxide = 0.30 rare earth x 1.17 oxide per metal x 0.90 recovery (D, the
            last U), or 0.90 t magnet (U); the route's own where it is ``None``.
    """

    region: str
    scrap_tonnes_year: float
    route: str = "oxide"
    from_week: int = 0
    lead_weeks: int = 52
    ramp_weeks: int = 104
    recovered: float | None = None

    def __post_init__(self) -> None:
        _refuse(self, *([] if self.route in ROUTES else [f"route is {self.route!r}; write oxide or magnet"]))

    def apply(self, frame: Frame) -> Additions:
        """Supply by product, rising to full rate."""
        added = Additions.none(frame)
        split = OXIDE_OF_SCRAP if self.route == "oxide" else GRADE_OF_SCRAP
        usual = 0.316 if self.route == "oxide" else 0.90
        weekly = self.scrap_tonnes_year * (usual if self.recovered is None else self.recovered) / 52
        rise = frame.ramp(self.from_week + self.lead_weeks, self.ramp_weeks)
        for product, share in split.items():
            added.supply[:, frame.product(product), frame.region(self.region)] = weekly * share * rise
        return added


@dataclass(frozen=True, slots=True)
class Substitution:
    """Users move away from a product, or to another grade.

    Attributes:
        product: What is replaced, as ``mag_heavy``.
        share: Share of its demand that moves in the end.
        to: What is used in its place; nothing rare if empty.
        regions: Where; everywhere if empty.
        from_week: Week of the decision.
        lead_weeks: Until the first use changes: redesign and approval.
        ramp_weeks: From then to the full share, in a straight line.
        tonnes_per_tonne: Tonnes of the other per tonne replaced.
    """

    product: str
    share: float
    to: str = ""
    regions: tuple[str, ...] = ()
    from_week: int = 0
    lead_weeks: int = 78
    ramp_weeks: int = 52
    tonnes_per_tonne: float = 1.0

    def __post_init__(self) -> None:
        _refuse(self, *([f"to is {self.to} itself; name another product"] if self.to == self.product else []))

    def apply(self, frame: Frame) -> Additions:
        """A factor below 1 on one product and above 1 on the other.

        Raises:
            InputError: If a replacement is named and the frame has no need, or none of the replacement where it would grow.
        """
        added = Additions.none(frame)
        moved = self.share * frame.ramp(self.from_week + self.lead_weeks, self.ramp_weeks)
        old = frame.product(self.product)
        for region in self.regions or frame.regions:
            place = frame.region(region)
            added.demand[:, old, place] = 1.0 - moved
            if self.to:
                added.demand[:, frame.product(self.to), place] = 1.0 + moved * self._growth(frame, place)
        return added

    def _growth(self, frame: Frame, place: int) -> float:
        """Need of the old product over need of the other, in one region."""
        if frame.need is None:
            raise InputError(
                f"substitution of {self.product} by {self.to} needs the normal need", code="no_need", cure="Give Frame a need."
            )
        old, new = (float(frame.need[frame.product(p), place]) for p in (self.product, self.to))
        if old > 0 and not new > 0:
            raise InputError(
                f"{frame.regions[place]} uses no {self.to}, so its demand cannot grow by a factor",
                code="no_need",
                cure=f"Leave {frame.regions[place]} out of regions, or leave to empty.",
            )
        return self.tonnes_per_tonne * old / new if old > 0 else 0.0


Policy: TypeAlias = PriceFloor | StockpileRelease | JointPurchasing | RecyclingRamp | Substitution
"""Any of the options."""

KINDS: dict[str, type[Policy]] = {
    "price_floor": PriceFloor,
    "stockpile_release": StockpileRelease,
    "joint_purchasing": JointPurchasing,
    "recycling_ramp": RecyclingRamp,
    "substitution": Substitution,
}
"""Policies by the word a scenario writes under ``policy``."""


def apply_policies(policies: Sequence[Policy], frame: Frame) -> Additions:
    """All policies together.

    Raises:
        InputError: If a product or region is unknown, or a need is missing.
    """
    return Additions.none(frame).combine(*(policy.apply(frame) for policy in policies))


def change_projects(policies: Iterable[Policy], projects: Iterable[Project], day0: int) -> tuple[Project, ...]:
    """The projects after every price floor, in order; other policies leave them as they are.

    With the same seed the paths of both lists share their draws, so that their difference is what the floor adds.
    """
    changed = tuple(projects)
    for policy in policies:
        if isinstance(policy, PriceFloor):
            changed = policy.on(changed, day0)
    return changed


def policy_from(mapping: Mapping[str, Any], where: str, *, products: Sequence[str] = (), regions: Sequence[str] = ()) -> Policy:
    """Read a policy of a scenario.

    Args:
        mapping: The key ``policy`` with one of ``KINDS``, and the attributes of that policy as keys. Values may be text, as a
            YAML reader without types gives them; ``products`` and ``regions`` are lists, or text with commas.
        where: ``file:line`` for messages.
        products: Products allowed; not checked if empty.
        regions: Regions allowed; not checked if empty.

    Returns:
        The policy.

    Raises:
        BookError: With every fault; each names the key and what is allowed.
    """
    if not isinstance(mapping, Mapping):
        raise BookError(f"a policy is {mapping!r}", code="bad_policy", where=where, cure="Write keys and values under it.")
    kind = KINDS.get(str(mapping.get("policy")))
    if kind is None:
        raise BookError(
            f"policy is {mapping.get('policy')!r}", code="bad_policy", where=where, cure=f"Write one of {', '.join(KINDS)}."
        )
    allowed = {f.name: f for f in fields(kind)}
    faults = [
        f"key {key!r} is unknown; {mapping['policy']} takes {', '.join(allowed)}"
        for key in mapping
        if key != "policy" and key not in allowed
    ]
    values: dict[str, Any] = {}
    for name, slot in allowed.items():
        try:
            if mapping.get(name) is not None:
                values[name] = _value(slot, mapping[name])
            elif slot.default is MISSING:
                faults.append(f"key {name!r} is missing; {mapping['policy']} needs it")
        except ValueError as error:
            faults.append(f"{name} is {mapping[name]!r}; {error}")
    for name, known in (("product", products), ("to", products), ("region", regions)):
        given = (*_tuple(values.get(name)), *_tuple(values.get(f"{name}s")))
        faults += [f"{name} {one!r} is unknown; there are {', '.join(known)}" for one in given if known and one not in known]
    made = None
    if not faults:
        try:
            made = kind(**values)
        except InputError as error:
            faults = [error.message, *error.faults]
    if made is None:
        raise BookError(faults[0], code="bad_policy", where=where, faults=faults[1:])
    return made


def _value(slot: Field[Any], given: object) -> Any:  # noqa: ANN401 - text, a number or names, as the attribute asks
    """One value in the type of its attribute."""
    if slot.name in _NAMES:
        return _tuple(given)
    if slot.name not in _RANGES:
        if isinstance(given, str) and given.strip():
            return given.strip()
        raise ValueError("write one name")
    try:
        number = float(str(given))
    except ValueError:
        raise ValueError(f"write a number {_range(*_RANGES[slot.name])}") from None
    return int(number) if slot.name in _WHOLE and number.is_integer() else number


def _tuple(given: object) -> tuple[str, ...]:
    """Names from a list, or from text with commas."""
    if given is None:
        return ()
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    if isinstance(given, list | tuple) and all(isinstance(one, str) and one.strip() for one in given):
        return tuple(one.strip() for one in given)
    raise ValueError("write a list of names")
