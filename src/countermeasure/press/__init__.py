"""Texts of the press: which measures they speak of, and whether the book agrees.

``sources_of`` gathers the names of a book once, ``read_text`` reads a text, ``drafts_of`` drafts an instrument and a
scenario of what the book does not hold. Rules and word lists do it; nothing is written into the book.
"""

from countermeasure.press.drafts import drafts_of
from countermeasure.press.model import Account, Check, Claim, Draft, Found, Sentence
from countermeasure.press.read import Sources, read_text, sources_of
from countermeasure.press.vocabulary import Vocabulary, read_vocabulary, vocabulary

__all__ = [
    "Account",
    "Check",
    "Claim",
    "Draft",
    "Found",
    "Sentence",
    "Sources",
    "Vocabulary",
    "drafts_of",
    "read_text",
    "read_vocabulary",
    "sources_of",
    "vocabulary",
]
