"""A commented template of a scenario over all engines. It runs as it stands."""

from __future__ import annotations

from countermeasure.codes.day import format_day
from countermeasure.scenario.whole.read import load_whole

__all__ = ["template"]

_HEAD = """\
# {id}: one question put to all engines. Run it: countermeasure scenario run {id}.yaml
# Every value is text: quote days, numbers, codes, yes and no. All keys: docs/reference/scenario.md
id: {id}
title: "What it is, in a line"
intent: "What it is for, in a sentence."
expect: >-
  What you expect to see, written before you run it. Where the answer differs, leave this as it is and say so: a scenario
  that was tuned until it agreed teaches nothing.
sources:
  - {{cite: "Where it is from; a scenario of your own if it is from nowhere"}}
"""
_OWN = """\
on: "{day}"                    # the day whose law is meant
# before: "{day}"              # the day it is compared with; left out: the same day without the instruments below
# known_on: "{day}"            # only what was published by this day counts
reading: both                       # text: law alone; announced: statements honoured; both
instruments:
  # An act of your own, in the form of the book (countermeasure book new prints all keys). This one is 25 points on magnets.
  - id: {id}-duty
    kind: scenario
    issuer: US
    citation: "A scenario"
    title: "25 points on permanent magnets of China"
    published_on: "{day}"
    confidence: memory
    sources:
      - {{cite: "A scenario", read: memory}}
    acts:
      - act: impose
        provision: {id}-magnets
        name: "25 points on permanent magnets"
        programme: ieepa_reciprocal
        into: US
        role: duty
        rate: "0.25"
        goods: {{in: ["8505.11"]}}
        origin: {{in: [CN]}}
        from: "{day}"
  # - no-deal-2025-11-01            # a shipped one, or a file beside this one
supply:                             # or no, to leave the chain out; keys: docs/reference/supply.md
  scenario: truce                   # a shipped supply scenario that these keys are laid upon
  start: "{day}"
  weeks: "52"
  practice:
    - from: "{day}"
      approval: "0.5"
      throughput: "0.5"
      why: "Half of normal trade gets a permit"
      source: "a scenario"
      confidence: U
trade:                              # or no; keys: docs/reference/trade.md
  horizon: "1"                      # years; leave it out for the long run
  critical: from_supply             # dear rare earths of the chain above raise costs
talks:                              # or no; countermeasure talks models lists models
  model: expiry-2026-27
draws: "20"                         # sets of parameters of the chain; 100 for a band you would show
seed: "1"
"""
_LIKE = """\
inherits: {like}    # {title}
# What is written here wins over what it inherits; maps merge key by key, lists are replaced, instruments add up.
on: "{day}"
{before}{known}# reading: text                     # text: law alone; announced: statements honoured; both
# instruments:
#   - no-deal-2025-11-01            # a shipped one, a file beside this one, or an act written here
{parts}# draws: "{draws}"
# seed: "{seed}"
"""


def template(name: str, day: int, like: str | None = None) -> str:
    """Text of a new scenario.

    Args:
        name: Its id.
        day: Epoch day whose law is meant; with ``like`` and no wish of one's own, that scenario's.
        like: A scenario to inherit from; a shipped name or a file.

    Raises:
        NotFoundError: If there is no such scenario to inherit from.
    """
    head = _HEAD.format(id=name)
    if like is None:
        return head + _OWN.format(id=name, day=format_day(day))
    told = load_whole(like)
    parts = "".join(
        f"# {part}:                            # {', '.join(keys)}; write no to leave the part out\n"
        for part, keys in (("supply", told.supply), ("trade", told.trade), ("talks", told.talks))
        if keys is not None
    )
    known = "" if told.known_on is None else f'# known_on: "{format_day(told.known_on)}"\n'
    before = f'# before: "{format_day(told.compared)}"\n'
    if told.before is not None and told.before > day:
        before = f'before: "{format_day(day)}"\n'
    return head + _LIKE.format(
        like=like,
        title=told.title,
        day=format_day(day),
        before=before,
        known=known,
        parts=parts,
        draws=told.draws,
        seed=told.seed,
    )
