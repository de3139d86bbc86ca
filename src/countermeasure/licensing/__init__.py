"""Which export license a transaction needs, from whom, how it is reviewed, and which fact would change that."""

from countermeasure.licensing.answer import ANSWERS, WORDS, LicenseAnswer, Missing, Reason, RegimeAnswer, strictest
from countermeasure.licensing.classify import Classified, classify
from countermeasure.licensing.content import Content, content
from countermeasure.licensing.engine import LicenseEngine, license_for
from countermeasure.licensing.transaction import Component, Item, Owner, Party, Transaction, Value

__all__ = [
    "ANSWERS",
    "WORDS",
    "Classified",
    "Component",
    "Content",
    "Item",
    "LicenseAnswer",
    "LicenseEngine",
    "Missing",
    "Owner",
    "Party",
    "Reason",
    "RegimeAnswer",
    "Transaction",
    "Value",
    "classify",
    "content",
    "license_for",
    "strictest",
]
