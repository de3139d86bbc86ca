"""The best that could be done with the same graph: linear programs, shadow prices, the permits that matter most."""

from countermeasure.supply.planner.allocation import Allocation
from countermeasure.supply.planner.run import PermitValue, permits_that_matter, plan_best, plan_horizon
from countermeasure.supply.planner.values import Values, loss_of

__all__ = ["Allocation", "PermitValue", "Values", "loss_of", "permits_that_matter", "plan_best", "plan_horizon"]
