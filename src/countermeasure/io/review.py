"""A table of lines as a whole; the sums are made in the room ``brief``, where portfolios are."""

from countermeasure.brief.review import Change, OpenFact, Review, Totals, review

__all__ = ["Change", "OpenFact", "Review", "Totals", "review"]
