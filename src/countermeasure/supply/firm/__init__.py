"""Your own firm on the same draws: which part stops which line, when, and what stock or a second source buys."""

from countermeasure.supply.firm.answer import Change, FirmAnswer, Outlook
from countermeasure.supply.firm.cover import Cover, cover_needed
from countermeasure.supply.firm.run import Firm, Part, SecondSource, Source, run_firm

__all__ = [
    "Change", "Cover", "Firm", "FirmAnswer", "Outlook", "Part", "SecondSource", "Source", "cover_needed", "run_firm",
]  # fmt: skip
