"""The weekly flow: the step, the license queue, transit, prices and content, and the door that runs many draws."""

from countermeasure.supply.flow.simulate import Simulation, simulate

__all__ = ["Simulation", "simulate"]
