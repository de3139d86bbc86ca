"""What a firm is told: when lines and parts stop, in shares of draws, and what a change would buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.supply.cube import BAND

if TYPE_CHECKING:
    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Change", "FirmAnswer", "Outlook"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Outlook of a part or line.

    Attributes:
        kind: ``part`` or ``line``.
        name: Its name.
        parts: Parts it is about.
        stopped_by: Share of draws in which it has stopped at least once by the end of each week, (W,).
        first_week: Week of the first stop at 5 %, 50 % and 95 % of all draws; ``None`` where it is past the end.
        first_week_if: The same among the draws that stop; ``None`` where none does.
        weeks_lost: Weeks of output lost in all, at 5 %, 50 % and 95 % of draws; made up later or not.
        lost_usd: Their worth, where a week's worth is known.
    """

    kind: str
    name: str
    parts: tuple[str, ...]
    stopped_by: tuple[float, ...]
    first_week: tuple[int | None, ...]
    first_week_if: tuple[int | None, ...]
    weeks_lost: tuple[float, ...]
    lost_usd: tuple[float, ...] | None

    @property
    def share_of_draws(self) -> float:
        """Share of draws in which it stops at all."""
        return self.stopped_by[-1]

    @staticmethod
    def of(kind: str, name: str, parts: tuple[str, ...], lost: Floats, stopped: float, value_usd: float | None) -> Outlook:
        """From the share of each week lost, (W, C)."""
        weeks = len(lost)
        first = first_stop(lost, stopped)
        by = tuple(float((first <= week).mean()) for week in range(weeks))
        some = first[first < weeks]
        cut = np.quantile(lost.sum(axis=0), BAND)
        worth = None if value_usd is None else tuple(float(x) * value_usd for x in cut)
        return Outlook(kind, name, parts, by, _weeks(first, weeks), _weeks(some, weeks), tuple(float(x) for x in cut), worth)

    def to_json(self) -> dict[str, Any]:
        """A flat record."""
        band = {
            name: None if values is None else dict(zip(("p5", "p50", "p95"), values, strict=True))
            for name, values in (
                ("first_week", self.first_week),
                ("first_week_where_it_stops", self.first_week_if),
                ("weeks_lost", self.weeks_lost),
                ("lost_usd", self.lost_usd),
            )
        }
        return {
            "kind": self.kind,
            "name": self.name,
            "parts": list(self.parts),
            "share_of_draws_stopped": self.share_of_draws,
            "share_of_draws_stopped_by_week": list(self.stopped_by),
            **band,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What a change buys a part or line, draw by draw with the same chances.

    Attributes:
        what: ``stock`` or ``second source``.
        label: In words.
        kind: ``part`` or ``line``.
        name: Its name.
        before: Share of draws that stop without the change.
        after: Share of draws that stop with it.
        avoided: Share of draws that stop without it and not with it.
        weeks_later: Median weeks by which the first stop comes later, among draws that stop all the same; ``None`` where none
            does.
        weeks_saved: Mean weeks of output no longer lost, over all draws.
    """

    what: str
    label: str
    kind: str
    name: str
    before: float
    after: float
    avoided: float
    weeks_later: float | None
    weeks_saved: float

    @staticmethod
    def of(what: str, label: str, kind: str, name: str, before: Floats, after: Floats, stopped: float) -> Change:
        """From the share of each week lost without and with the change, (W, C) each."""
        weeks = len(before)
        first, second = first_stop(before, stopped), first_stop(after, stopped)
        stops = first < weeks
        both = stops & (second < weeks)
        later = float(np.median(second[both] - first[both])) if both.any() else None
        return Change(
            what,
            label,
            kind,
            name,
            float(stops.mean()),
            float((second < weeks).mean()),
            float((stops & (second >= weeks)).mean()),
            later,
            float((before.sum(axis=0) - after.sum(axis=0)).mean()),
        )

    def to_json(self) -> dict[str, Any]:
        """A flat record."""
        return {
            "change": self.what,
            "label": self.label,
            "kind": self.kind,
            "name": self.name,
            "share_of_draws_stopped_before": self.before,
            "share_of_draws_stopped_after": self.after,
            "share_of_draws_avoided": self.avoided,
            "weeks_later_where_it_stops": self.weeks_later,
            "mean_weeks_saved": self.weeks_saved,
        }


@dataclass(frozen=True, slots=True)
class FirmAnswer:
    """The answer to a firm.

    Attributes:
        firm: Its name.
        outlooks: Lines first, then parts.
        changes: What changes buy, in the order of the outlooks.
        day0: Epoch day of the Monday of week 0.
        weeks: Weeks of the plan.
        draws: Draws of the parameters.
        repeats: Outcomes of licensing for each draw.
        seed: Seed of the firm's chances.
        notes: What is assumed or left out, in words.
    """

    firm: str
    outlooks: tuple[Outlook, ...]
    changes: tuple[Change, ...]
    day0: int
    weeks: int
    draws: int
    repeats: int
    seed: int
    notes: tuple[str, ...]

    def outlook(self, name: str, kind: str = "line") -> Outlook:
        """Outlook of a line or part by name.

        Raises:
            KeyError: If there is none.
        """
        found = [one for one in self.outlooks if (one.kind, one.name) == (kind, name)]
        if not found:
            raise KeyError(f"{kind} {name}")
        return found[0]

    def text(self) -> str:
        """The answer in words."""
        name = self.firm or "Your firm"
        lines = [
            f"{name}: {self.weeks} weeks from {format_day(self.day0)}.",
            f"{self.draws} draws of the parameters, {self.repeats} outcomes of licensing each; assumptions stand below.",
        ]
        alone = {one.parts for one in self.outlooks if one.kind == "line"}
        for one in self.outlooks:
            if one.kind == "line" or one.parts not in alone:
                lines += ["", *self._about(one)]
        lines += ["", "Assumptions:", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines)

    def _about(self, one: Outlook) -> list[str]:
        what = f"{one.kind.capitalize()} {one.name}"
        if not one.share_of_draws:
            return [f"{what} stops in none of the draws."]
        low, middle, high = (self._day(week) for week in one.first_week_if)
        least, usual, most = one.weeks_lost
        lines = [
            f"{what} stops in {_percent(one.share_of_draws)} of draws; where it does, first in the week of {middle}",
            f"  (90 % of them between {low} and {high}).",
            f"  It loses {usual:.1f} weeks of output (5 % to 95 % of draws: {least:.1f} to {most:.1f}), before any is made up."
            + _worth(one.lost_usd),
        ]
        for change in self.changes:
            if (change.kind, change.name) == (one.kind, one.name):
                lines += _change(change)
        return lines

    def _day(self, week: int | None) -> str:
        return "never" if week is None else format_day(self.day0 + 7 * week)

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {
            "firm": self.firm,
            "start": format_day(self.day0),
            "weeks": self.weeks,
            "draws": self.draws,
            "repeats": self.repeats,
            "seed": self.seed,
            "outlooks": [one.to_json() for one in self.outlooks],
            "changes": [one.to_json() for one in self.changes],
            "notes": list(self.notes),
        }


def first_stop(lost: Floats, stopped: float) -> np.ndarray[Any, np.dtype[np.int64]]:
    """First week in which at least so much is lost, (C,); the count of weeks where none is."""
    hit = lost >= stopped
    return np.where(hit.any(axis=0), hit.argmax(axis=0), len(lost))


def _weeks(first: np.ndarray[Any, np.dtype[np.int64]], weeks: int) -> tuple[int | None, ...]:
    """Quantiles of first stops; ``None`` past the end."""
    if not len(first):
        return (None,) * len(BAND)
    cut = np.quantile(first, BAND, method="inverted_cdf")
    return tuple(int(x) if x < weeks else None for x in cut)


def _percent(share: float) -> str:
    """A share for reading; never 0 % or 100 % of some draws unless it is none or all."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return "more than 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"


def _change(change: Change) -> list[str]:
    """What a change buys, in words."""
    later = "" if change.weeks_later is None else f" where it still stops, {change.weeks_later:.0f} weeks later (median);"
    return [
        f"  With {change.label}: stops in {_percent(change.after)} of draws (avoided in {_percent(change.avoided)});{later}",
        f"    {change.weeks_saved:.1f} weeks of output saved on average.",
    ]


def _worth(usd: tuple[float, ...] | None) -> str:
    return "" if usd is None else f" Worth USD {usd[1]:,.0f} ({usd[0]:,.0f} to {usd[2]:,.0f})."
