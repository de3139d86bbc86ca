"""Ownership: who is restricted through its owners, under which rule, and why."""

from countermeasure.parties.owned.graph import KINDS, Edge, Graph
from countermeasure.parties.owned.judge import STATUSES, Answer, Listing, Result, Step, maker_share, restricted
from countermeasure.parties.owned.rules import UNIT, Rule, in_744_8, lives, rule_of, rules

__all__ = [
    "KINDS",
    "STATUSES",
    "UNIT",
    "Answer",
    "Edge",
    "Graph",
    "Listing",
    "Result",
    "Rule",
    "Step",
    "in_744_8",
    "lives",
    "maker_share",
    "restricted",
    "rule_of",
    "rules",
]
