"""Which duty a line pays on a day, as known on a day, and why."""

from countermeasure.duty.answer import Answer, Component, Excluded, LineAnswer, Missing, percent
from countermeasure.duty.average import Average, AverageRow, average_rate
from countermeasure.duty.batch import Pricer, Prices
from countermeasure.duty.encode import RowFault
from countermeasure.duty.engine import DutyEngine, duty_on
from countermeasure.duty.line import Line
from countermeasure.duty.rates import Rate, parse_rate
from countermeasure.duty.schedule import Schedule

__all__ = [
    "Answer",
    "Average",
    "AverageRow",
    "Component",
    "DutyEngine",
    "Excluded",
    "Line",
    "LineAnswer",
    "Missing",
    "Pricer",
    "Prices",
    "Rate",
    "RowFault",
    "Schedule",
    "average_rate",
    "duty_on",
    "parse_rate",
    "percent",
]
