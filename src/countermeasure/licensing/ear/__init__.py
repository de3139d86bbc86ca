"""The US Export Administration Regulations (EAR): what they reach, and for which destinations an item needs a license.

Two questions, both answered yes, no or unknown: is an item subject to the EAR (:func:`subject_to_ear`), and does the Commerce
Control List with the Country Chart ask for a license to a destination (:func:`requirement`)?
"""

from __future__ import annotations

from countermeasure.licensing.ear.ccl import Entry, Requirement, as_of, entry, split_eccn
from countermeasure.licensing.ear.chart import ChartAnswer, Finding, Ternary, requirement
from countermeasure.licensing.ear.scope import EarFacts, ScopeAnswer, subject_to_ear

__all__ = [
    "ChartAnswer",
    "EarFacts",
    "Entry",
    "Finding",
    "Requirement",
    "ScopeAnswer",
    "Ternary",
    "as_of",
    "entry",
    "requirement",
    "split_eccn",
    "subject_to_ear",
]
