"""What stops, where and when, if permits do not come: the chain from ore to the factories that need magnets, week by week.

``simulate`` runs a chain under a plan; ``load_scenario`` makes the plan from the book and from dated practice of licensing.
"""

from countermeasure.supply.chain import Chain
from countermeasure.supply.cube import Cube
from countermeasure.supply.network import Network, compile_network
from countermeasure.supply.parameters import Parameter, Parameters
from countermeasure.supply.plan import Plan, free_plan
from countermeasure.supply.scenario import SupplyScenario, load_scenario, scenario_names
from countermeasure.supply.simulate import Simulation, simulate

__all__ = [
    "Chain",
    "Cube",
    "Network",
    "Parameter",
    "Parameters",
    "Plan",
    "Simulation",
    "SupplyScenario",
    "compile_network",
    "free_plan",
    "load_scenario",
    "scenario_names",
    "simulate",
]
