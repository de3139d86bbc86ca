"""Layer C, the economy: what stopped plants cost all others, week by week, and published results beside it.

``simulate_economy`` runs the weekly dynamics of stocks and orders on an input-output table, ``ces_loss`` the balance of a
production network for comparison; ``compare`` sets both beside published studies.
"""

from countermeasure.supply.economy.ario import WEEKS_A_YEAR, Rules
from countermeasure.supply.economy.bottleneck import CriticalInputs, critical_inputs
from countermeasure.supply.economy.ces import CesLoss, CriticalShock, ces_loss
from countermeasure.supply.economy.industries import INDUSTRY_SHARES, IndustryShare, capacity_of
from countermeasure.supply.economy.simulate import Accounts, EconomyRun, simulate_economy
from countermeasure.supply.economy.studies import Comparison, OurResult, Study, compare, published_studies
from countermeasure.supply.economy.table import IOTable, read_compact

__all__ = [
    "INDUSTRY_SHARES",
    "WEEKS_A_YEAR",
    "Accounts",
    "CesLoss",
    "Comparison",
    "CriticalInputs",
    "CriticalShock",
    "EconomyRun",
    "IOTable",
    "IndustryShare",
    "OurResult",
    "Rules",
    "Study",
    "capacity_of",
    "ces_loss",
    "compare",
    "critical_inputs",
    "published_studies",
    "read_compact",
    "simulate_economy",
]
