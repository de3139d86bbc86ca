"""Controls on the chain: measures of the book, dated practice of licensing, and the plan of arrays they make."""

from countermeasure.supply.controls.measures import Measure, measures_of
from countermeasure.supply.controls.plan import Plan, Quota, free_plan
from countermeasure.supply.controls.practice import Practice, QuotaRow, month_shares, plan_of

__all__ = ["Measure", "Plan", "Practice", "Quota", "QuotaRow", "free_plan", "measures_of", "month_shares", "plan_of"]
