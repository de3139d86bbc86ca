"""What stops, where and when, if permits do not come: the chain from ore to the factories that need magnets, week by week.

``simulate`` runs a chain under a plan; ``load_scenario`` makes the plan from the book and from dated practice of licensing;
``run_supply`` takes a scenario through the chain, its buyers and the economy. ``supply.planner``, ``supply.firm``,
``supply.projects`` and ``supply.economy`` are rooms of their own.
"""

from countermeasure.supply.chain import Chain, Network, compile_network
from countermeasure.supply.controls import Plan, free_plan
from countermeasure.supply.cube import Cube
from countermeasure.supply.flow import Simulation, simulate
from countermeasure.supply.outcome import Outcome, run_supply
from countermeasure.supply.parameters import Parameter, Parameters
from countermeasure.supply.scenario import SupplyScenario, load_scenario, scenario_names

__all__ = [
    "Chain",
    "Cube",
    "Network",
    "Outcome",
    "Parameter",
    "Parameters",
    "Plan",
    "Simulation",
    "SupplyScenario",
    "compile_network",
    "free_plan",
    "load_scenario",
    "run_supply",
    "scenario_names",
    "simulate",
]
