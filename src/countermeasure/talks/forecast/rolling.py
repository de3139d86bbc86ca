"""Models scored as they would have been: at each weekly origin, trained on what had closed before it.

A model is shown as a forecast only where it beats the running base rate on the same windows. Until one does, what is
shown is the base rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.forecast.events import FIRST, SIDES, STEP, Counted, origins, outcomes
from countermeasure.talks.forecast.models import BASE, MODELS, predict
from countermeasure.talks.forecast.scores import block_length, brier, brier_parts, log_score, paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.forecast.events import Days
    from countermeasure.talks.forecast.scores import BrierParts, Paired
    from countermeasure.talks.timeline import Timeline

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "HORIZONS",
    "LEAST_BLOCKS",
    "LEAST_LOOKS",
    "WARM_UP",
    "ScoreTable",
    "Scored",
    "may_be_shown",
    "rolled",
    "score_models",
]

HORIZONS = (14, 30)
"""Lengths of window that are scored by default, days."""
WARM_UP = 26
"""Origins at the beginning that are not scored."""
LEAST_BLOCKS = 5
"""Blocks that do not overlap, below which nothing can be said to beat anything."""
LEAST_LOOKS = (len(MODELS) - 1) * len(SIDES) * len(HORIZONS)
"""Comparisons among which the error is shared at least, also where fewer are asked for."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A model on one question over the origins.

    Attributes:
        side: Who escalates.
        days: Length of the window.
        model: Name of the model.
        origins: Scored origins, days since 1970-01-01, (n,).
        chance: Probabilities stated there, (n,).
        outcome: What happened, 0 or 1, (n,).
        brier: Mean Brier score.
        log_score: Mean log score.
        parts: What the Brier score is made of.
        gain: Brier score of the base rate less that of the model, with its interval; ``None`` for the base rate.
        log_gain: Log score of the base rate less that of the model; 0 for the base rate.
    """

    side: str
    days: int
    model: str
    origins: Days
    chance: Floats = field(repr=False)
    outcome: Floats = field(repr=False)
    brier: float
    log_score: float
    parts: BrierParts
    gain: Paired | None
    log_gain: float

    @property
    def happened(self) -> float:
        """Share of windows in which it happened."""
        return float(self.outcome.mean())


def may_be_shown(result: Scored) -> bool:
    """Whether a model may be shown as a forecast: it beats the running base rate and does not by luck alone.

    The floor of its gain in Brier score is above 0 (the lower end of the interval, with the error shared among all
    comparisons of the table), its log score is no worse, and the record has ``LEAST_BLOCKS`` blocks that do not overlap. The
    base rate is what is shown otherwise, and is not a model here.
    """
    gain = result.gain
    return gain is not None and gain.floor > 0 and result.log_gain >= 0 and gain.blocks >= LEAST_BLOCKS


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Scores of all models on all questions.

    Attributes:
        rows: By side, length of window and model; the base rate first.
        until: Last day of the record that was used.
        seed: Of the bootstrap.
    """

    rows: tuple[Scored, ...]
    until: int
    seed: int

    def of(self, side: str, days: int, model: str = BASE) -> Scored:
        """One row.

        Raises:
            InputError: If it was not scored.
        """
        for row in self.rows:
            if (row.side, row.days, row.model) == (side, days, model):
                return row
        known = ", ".join(dict.fromkeys(f"{r.side} {r.days}" for r in self.rows))
        raise InputError(
            f"{model} was not scored for {side} within {days} days", code="not_scored", cure=f"Scored are {known}."
        )

    @property
    def shown(self) -> tuple[Scored, ...]:
        """Models that may be shown."""
        return tuple(row for row in self.rows if may_be_shown(row))

    def verdict(self) -> str:
        """In a sentence, which models beat the base rate."""
        until = format_day(self.until)
        if not self.shown:
            return f"On the record to {until} no model beats the base rate, so the base rate is shown."
        named = ", ".join(f"{r.model} ({r.side}, {r.days} days)" for r in self.shown)
        return f"On the record to {until} these beat the base rate and may be shown: {named}."

    def sheet(self) -> Sheet:
        """As a table; gains have the 95 % interval of the block bootstrap."""
        rows = []
        for r in self.rows:
            gain = (None,) * 5 if r.gain is None else (r.gain.gain, r.gain.low, r.gain.high, r.gain.floor, r.gain.block)
            said = "base" if r.gain is None else "yes" if may_be_shown(r) else "no"
            parts = (r.parts.reliability, r.parts.resolution, r.parts.uncertainty)
            head = (r.side, r.days, r.model, len(r.origins), r.happened, r.brier, r.log_score)
            rows.append((*head, *gain, *parts, said))
        return Sheet(
            "forecast_scores",
            "Scores of forecasts at weekly origins, least is best; " + self.verdict(),
            (
                "side",
                "window_days",
                "model",
                "windows",
                "share_happened",
                "brier",
                "log_score",
                "brier_gain",
                "gain_low",
                "gain_high",
                "gain_floor",
                "block_windows",
                "reliability",
                "resolution",
                "uncertainty",
                "may_be_shown",
            ),
            tuple(rows),
        )


def rolled(model: str, counted: Counted, side: str, days: int, *, warm_up: int = WARM_UP) -> tuple[Days, Floats, Floats]:
    """Origins that are scored, the probabilities a model states there, and what happened, (n,) each.

    Args:
        model: One of ``MODELS``.
        counted: The record.
        side: One of ``SIDES``.
        days: Length of the window.
        warm_up: Origins at the beginning that are not scored.

    Raises:
        InputError: If a model or side is not known, or no origin is left.
    """
    if model not in MODELS:
        raise InputError(f"there is no model {model!r}", code="unknown_model", cure=f"Models are {', '.join(MODELS)}.")
    starts = origins(days, counted.until)[warm_up:]
    if not len(starts):
        raise InputError(
            f"the record to {format_day(counted.until)} is too short to score windows of {days} days",
            code="no_record",
            cure=f"Scores begin {warm_up} weeks after {format_day(FIRST)}; ask for a later day or a shorter window.",
        )
    outcome = outcomes(counted.own(side), starts, days).astype(np.float64)
    chance = np.array([predict(model, counted, side, days, int(origin), FIRST) for origin in starts])
    return starts, chance, outcome


def score_models(
    record: Timeline,
    *,
    sides: Sequence[str] = SIDES,
    horizons: Sequence[int] = HORIZONS,
    models: Sequence[str] = tuple(MODELS),
    until: int | None = None,
    seed: int = 0,
) -> ScoreTable:
    """Score models at weekly origins against the running base rate.

    Args:
        record: Moves.
        sides: Whose escalation.
        horizons: Lengths of windows, days.
        models: Of ``MODELS``; the base rate is always scored.
        until: Last day of the record to use, as days since 1970-01-01; all of it if absent.
        seed: Of the bootstrap.

    Returns:
        One row per side, window and model.

    Raises:
        InputError: If a side or model is not known, or the record is too short.
    """
    counted = Counted.of(record)
    if until is not None and until < counted.until:
        counted = counted.before(until)
    looks = max(LEAST_LOOKS, len(sides) * len(horizons) * len(set(models) - {BASE}))
    rows = []
    for side in sides:
        for days in horizons:
            starts, base, outcome = rolled(BASE, counted, side, days)
            for model in dict.fromkeys((BASE, *models)):
                chance = base if model == BASE else rolled(model, counted, side, days)[1]
                errors, logs = brier(chance, outcome), log_score(chance, outcome)
                gain = None
                if model != BASE:
                    gain = paired(brier(base, outcome), errors, block_length(days, STEP), looks=looks, seed=seed)
                rows.append(
                    Scored(
                        side,
                        days,
                        model,
                        starts,
                        chance,
                        outcome,
                        float(errors.mean()),
                        float(logs.mean()),
                        brier_parts(chance, outcome),
                        gain,
                        float(log_score(base, outcome).mean() - logs.mean()),
                    )
                )
    return ScoreTable(tuple(rows), counted.until, seed)
