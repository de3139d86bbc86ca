"""Ownership: whom restricted parties own, under which rule, for certain or possibly, and why.

``Graph.from_edges`` or ``Graph.from_arrays`` holds owners and entities; ``restricted`` puts a rule to it; ``prove`` says why.
"""

from countermeasure.parties.ownership.graph import KINDS, Graph
from countermeasure.parties.ownership.judge import Result, restricted
from countermeasure.parties.ownership.maker import maker_share
from countermeasure.parties.ownership.model import FLAGS, Edge, EdgeKind, Listing, Share, Standing, Status
from countermeasure.parties.ownership.proof import Proof, prove
from countermeasure.parties.ownership.rules import RULES, Rule, book_gate, in_744_8, rule_of
from countermeasure.parties.ownership.stated import PartyStatus, StatedOwner, status_of
from countermeasure.parties.ownership.trace import Carried, carried

__all__ = [
    "FLAGS",
    "KINDS",
    "RULES",
    "Carried",
    "Edge",
    "EdgeKind",
    "Graph",
    "Listing",
    "PartyStatus",
    "Proof",
    "Result",
    "Rule",
    "Share",
    "Standing",
    "StatedOwner",
    "Status",
    "book_gate",
    "carried",
    "in_744_8",
    "maker_share",
    "prove",
    "restricted",
    "rule_of",
    "status_of",
]
