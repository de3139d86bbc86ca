"""What there is to choose from for a supply run: scenarios, parameters, a firm's table to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.web.views.supply_asked import DEFAULT

if TYPE_CHECKING:
    from countermeasure.web.held import Held

__all__ = ["EXAMPLE", "ParametersFound", "ScenariosFound", "shipped_parameters", "shipped_scenarios"]

EXAMPLE = (
    "part,product,region,supplier,origin,share,weekly_use,unit,kg_per_piece,cover_weeks,license,applied_on,line,"
    "value_per_week_usd\n"
    "rotor magnet,NdFeB with Dy,Germany,Supplier A,CN,0.8,900,kg,,7,applied,2025-04-21,Motor hall 1,2400000\n"
    "rotor magnet,,,Supplier B,JP,0.2,0.9,t,,,not needed,,,\n"
    "pump motor,motor,Germany,Supplier D,CN,0.5,6000,pieces,0.08,4,none,,Pump line,350000\n"
    "pump motor,,,Supplier E,VN,0.5,6000,pieces,0.08,,not needed,,,\n"
)
"""A firm's table to begin with; the suppliers are made up."""


@dataclass(frozen=True, slots=True)
class ScenariosFound:
    """The scenarios that are shipped."""

    rows: tuple[tuple[str, str, str, int, str], ...]

    def sheets(self) -> tuple[Sheet, ...]:
        """One row for each."""
        columns = ("scenario", "title", "what it asks", "weeks", "first week")
        return (Sheet("supply_scenarios", "Shipped scenarios", columns, self.rows),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"scenarios": self.sheets()[0].records()}


@dataclass(frozen=True, slots=True)
class ParametersFound:
    """The parameters of the chain."""

    table: Sheet

    def sheets(self) -> tuple[Sheet, ...]:
        """One row for each."""
        return (self.table,)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"parameters": self.table.records()}


def shipped_scenarios(held: Held) -> ScenariosFound:
    """The scenarios, the one that is shown first before the others."""

    def read() -> ScenariosFound:
        from countermeasure.supply.scenario import load_scenario, scenario_names

        found = [load_scenario(name) for name in scenario_names()]
        found.sort(key=lambda s: (s.id != DEFAULT, s.day0, s.id))
        return ScenariosFound(tuple((s.id, s.title, s.intent, s.weeks, format_day(s.day0)) for s in found))

    return held.thing(("supply_scenarios", held.book.hash), read)


def shipped_parameters() -> ParametersFound:
    """The parameters, in the order of their table."""
    from countermeasure.supply.parameters import COLUMNS, Parameters

    rows = tuple(tuple(row[c] for c in COLUMNS) for row in Parameters.shipped().to_rows())
    return ParametersFound(Sheet("supply_parameters", "Parameters of the chain", COLUMNS, rows))
