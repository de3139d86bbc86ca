"""One sector, many economies: scale economies, labour supply, endogenous deficits (194 countries in milliseconds)."""

from countermeasure.trade.one.best import Best, best_tariff, war
from countermeasure.trade.one.economy import OneSector, Parameters
from countermeasure.trade.one.result import COLUMNS, Outcome
from countermeasure.trade.one.solve import Chord, rebalance, solve, solve_many
from countermeasure.trade.one.tariffs import answer, formula_answer, formula_tariff, profit_split, set_tariff

__all__ = [
    "COLUMNS",
    "Best",
    "Chord",
    "OneSector",
    "Outcome",
    "Parameters",
    "answer",
    "best_tariff",
    "formula_answer",
    "formula_tariff",
    "profit_split",
    "rebalance",
    "set_tariff",
    "solve",
    "solve_many",
    "war",
]
