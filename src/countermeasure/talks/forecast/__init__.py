"""Probabilities, kept apart from the conflict analysis: questions with a rule, models with a score, the base rate first.

``forecast`` answers a question as of a day; ``score_models`` scores every model at weekly origins; ``freeze`` and ``resolve``
keep forecasts that cannot be changed afterwards.
"""

from countermeasure.talks.forecast.answer import ForecastAnswer, Shown, forecast
from countermeasure.talks.forecast.frozen import (
    ForecastRecord,
    check_continues,
    freeze,
    read_frozen,
    record_of,
    resolve,
)
from countermeasure.talks.forecast.questions import Clock, ForecastQuestion, load_questions, question
from countermeasure.talks.forecast.rolling import Scored, ScoreTable, may_be_shown, score_models

__all__ = [
    "Clock",
    "ForecastAnswer",
    "ForecastQuestion",
    "ForecastRecord",
    "ScoreTable",
    "Scored",
    "Shown",
    "check_continues",
    "forecast",
    "freeze",
    "load_questions",
    "may_be_shown",
    "question",
    "read_frozen",
    "record_of",
    "resolve",
    "score_models",
]
