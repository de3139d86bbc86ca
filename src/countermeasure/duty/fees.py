"""User fees on an entry. They are fees, not duties, and are kept apart."""

from __future__ import annotations

from dataclasses import dataclass

from countermeasure.codes.day import parse_day

MERCHANDISE_PROCESSING = 0.003464
HARBOUR_MAINTENANCE = 0.00125


@dataclass(frozen=True, slots=True)
class Fees:
    """Fees of one line.

    Attributes:
        processing_usd: Merchandise processing fee before the entry's minimum and maximum.
        harbour_usd: Harbour maintenance fee, sea freight only.
        note: What to know about minimum and maximum.
    """

    processing_usd: float
    harbour_usd: float
    note: str

    @property
    def usd(self) -> float:
        """Both together."""
        return round(self.processing_usd + self.harbour_usd, 2)


# First day, minimum and maximum of the merchandise processing fee of a formal entry, in dollars. From memory of the
# yearly notices of US Customs: not read in an official text. They are therefore shown, never applied to a line.
_LIMITS = (
    (parse_day("2023-10-01"), 31.67, 614.35),
    (parse_day("2024-10-01"), 32.71, 634.62),
    (parse_day("2025-10-01"), 33.58, 651.50),
)


def fees_on(value_usd: float, day: int, mode: str) -> Fees:
    """Fees of a line entered formally.

    Args:
        value_usd: Customs value.
        day: Epoch day of entry.
        mode: ``sea`` adds the harbour maintenance fee.

    Returns:
        The fees. The processing fee has a minimum and a maximum per *entry*, which a line cannot know; the note names them.

    Source:
        19 CFR 24.23 (0.3464 %), 19 CFR 24.24 (0.125 %).
    """
    limits = next(((low, high) for start, low, high in reversed(_LIMITS) if day >= start), None)
    note = "the processing fee has a minimum and a maximum per entry"
    if limits:
        note += f" ({limits[0]:.2f} and {limits[1]:.2f} dollars in the last year known here, from memory)"
    processing = round(value_usd * MERCHANDISE_PROCESSING + 1e-9, 2)
    harbour = round(value_usd * HARBOUR_MAINTENANCE + 1e-9, 2) if mode == "sea" else 0.0
    return Fees(processing, harbour, note)
