"""Trade with profits and lobbying weights: best tariffs, wars and agreements in one model (Ossa 2014)."""

from countermeasure.trade.profits.adjoint import Chooser, gradient
from countermeasure.trade.profits.equilibrium import Equilibrium
from countermeasure.trade.profits.games import Outcome, best, war
from countermeasure.trade.profits.model import ProfitModel
from countermeasure.trade.profits.search import Constraints
from countermeasure.trade.profits.talks import Agreement, agreement

__all__ = [
    "Agreement",
    "Chooser",
    "Constraints",
    "Equilibrium",
    "Outcome",
    "ProfitModel",
    "agreement",
    "best",
    "gradient",
    "war",
]
