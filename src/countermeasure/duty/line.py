"""A line of an entry: what the importer declares, and the facts that the law may ask for beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARES = ("steel_value_share", "aluminium_value_share", "copper_value_share", "us_content_share")
"""Shares of the customs value that a basis can be taken of, in the order of the kernel's weights."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        hts: Tariff number, two to ten digits, with or without dots.
        origin: Country of origin, any usual code or name.
        on: Epoch day of entry.
        value_usd: Customs value; ``None`` asks for rates only.
        line_id: The caller's name for the line.
        into: Customs territory of import, ``US`` or ``CN``.
        facts: Known facts by id: 0 or 1 for flags, epoch days, minutes, fractions.
        shares: Known shares of value by name (see :data:`SHARES`).
        quantities: Quantities by unit in lower case, as ``{"kg": 120.0, "no": 4.0}``.
        mode: ``sea`` or ``air`` or empty; the harbour maintenance fee is for sea freight.
        chapter_98: Number claimed, digits only, or empty.
        chapter_98_value_usd: For 9802.00.40 and .50 the value of the repair, for 9802.00.80 that of the US parts.
    """

    hts: str
    origin: str
    on: int
    value_usd: float | None = None
    line_id: str = ""
    into: str = "US"
    facts: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    quantities: Mapping[str, float] = field(default_factory=dict)
    mode: str = ""
    chapter_98: str = ""
    chapter_98_value_usd: float | None = None

    @property
    def dutiable_share(self) -> float | None:
        """Part of the value that duties are taken of under the chapter 98 claim; ``None`` where it cannot be told."""
        claim = self.chapter_98.replace(".", "")
        if not claim.startswith("9802"):
            return 1.0
        if self.chapter_98_value_usd is None or not self.value_usd:
            return None
        part = self.chapter_98_value_usd / self.value_usd
        if claim.startswith(("98020040", "98020050")):
            return min(part, 1.0)
        if claim.startswith("98020080"):
            return max(1.0 - part, 0.0)
        return None
