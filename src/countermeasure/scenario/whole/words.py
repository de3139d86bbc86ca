"""A whole outcome in a sentence or two, from the figures of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.codes.words import plural
from countermeasure.scenario.whole.engines import before_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.scenario.whole.model import Outcome, Part

__all__ = ["TITLES", "closing", "failed"]

TITLES = {
    "law": "Law",
    "duty": "Duties",
    "license": "Licenses",
    "supply": "Supply",
    "trade": "Trade",
    "talks": "Talks",
}
"""Headings of the parts."""
_FAILED = "failed"


def failed(part: Part) -> bool:
    """Whether a part's engine gave up."""
    return any(key == _FAILED for key, _ in part.stamp)


def closing(outcome: Outcome) -> str:
    """The outcome in a sentence or two for a reader who reads nothing else."""
    scenario, done = outcome.scenario, outcome.parts
    told = [
        words
        for name, say in (("law", _law), ("duty", _duty), ("license", _license), ("supply", _supply), ("trade", _trade))
        if name in done and not failed(done[name]) and (words := say(done[name].figures))
    ]
    span = f"{scenario.title}, {format_day(scenario.on)} against {before_words(scenario)}"
    said = [f"{span}: {'; '.join(told)}" if told else span]
    if "talks" in done and not failed(done["talks"]):
        said.append(_talks(done["talks"].figures))
    lost = [TITLES[name].lower() for name, part in done.items() if failed(part)]
    if lost:
        said.append(f"Not answered: {', '.join(lost)}")
    return ". ".join(said) + "."


def _pair(figures: Mapping[str, float | None], word: str) -> tuple[float | None, float | None]:
    head, _, unit = word.rpartition("_")
    return figures.get(f"{head}_before_{unit}"), figures.get(word)


def _law(figures: Mapping[str, float | None]) -> str:
    count = figures.get("provisions_changed_count") or 0
    return f"{plural(int(count), 'provision')} of law differ{'s' if count == 1 else ''}"


def _duty(figures: Mapping[str, float | None]) -> str:
    before, now = _pair(figures, "us_average_on_china_share")
    if now is None or before is None:
        return ""
    words = f"US duties on Chinese goods average {100 * now:.0f} % after {100 * before:.0f} %"
    total, more = figures.get("duty_usd"), figures.get("duty_more_usd")
    if total is not None and more is not None:
        words += f", and your lines pay {total:,.0f} USD, {more:+,.0f}"
    return words


def _license(figures: Mapping[str, float | None]) -> str:
    count, changed = figures.get("transactions_count"), figures.get("transactions_changed_count")
    if not count or changed is None:
        return ""
    stopped = figures.get("transactions_stopped_count") or 0
    return (
        f"{changed:.0f} of your {plural(int(count), 'transaction')} {'gets' if changed == 1 else 'get'} another answer, "
        f"{plural(int(stopped), 'is', 'are')} prohibited or undetermined"
    )


def _supply(figures: Mapping[str, float | None]) -> str:
    week, still = figures.get("first_stop_week"), figures.get("worst_standing_share")
    low, high = figures.get("worst_standing_low_share"), figures.get("worst_standing_high_share")
    if week is None or still is None or low is None or high is None:
        return "in most draws no plant outside China stops for want of rare earths"
    return (
        f"the first plants outside China stop in week {week:.0f}, and at the worst {100 * still:.0f} % of buyers stand still "
        f"({100 * low:.0f} to {100 * high:.0f})"
    )


def _trade(figures: Mapping[str, float | None]) -> str:
    us, china = figures.get("real_income_us_change"), figures.get("real_income_china_change")
    both = figures.get("us_china_goods_change")
    if us is None or china is None or both is None:
        return ""
    reached = figures.get("reached_share")
    step = "" if reached is None or reached >= 1 else f" (at {reached:.0%} of the way, no more could be solved)"
    return (
        f"real income changes by {100 * us:+.1f} % in the United States and {100 * china:+.1f} % in China, goods trade between "
        f"them by {100 * both:+.0f} %{step}"
    )


def _talks(figures: Mapping[str, float | None]) -> str:
    lasts = "would last" if figures.get("status_quo_stable_flag") else "would not last"
    count = figures.get("packages_count") or 0
    deal = (
        "no joint move is better for all"
        if not count
        else f"{count:.0f} joint move{'s are' if count > 1 else ' is'} better for all"
    )
    return f"If the preferences of the model hold, that state {lasts}, and {deal} who would sign"
