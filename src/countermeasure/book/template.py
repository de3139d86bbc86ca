"""A commented template of a new instrument. It passes the checks as it stands."""

from __future__ import annotations

_HEAD = """\
# {title}
# One instrument per file; the keys are explained in docs/reference/book.md. Quote days, codes, rates and yes/no.
# Windows are half open: `until` is the first day after the last. Check with: countermeasure book check {id}.yaml
id: {id}                        # also the name of the file
kind: {kind}                    # law | ruling | statement (honoured only under the reading `announced`) | scenario
issuer: US                      # US or CN; the customs territory its duties are for, unless a provision says `into`
citation: "Number and date of the notice"
title: "What it does, in one line"
published_on: "{day}"       # the day the public could know it; --known-on an earlier day leaves it out
confidence: memory              # high: read in the legal text; medium: read in a report; memory: verify before use
sources:
  - {{cite: "Where it can be read", url: "", read: memory}}     # read: text | summary | memory
notes: >-
  What a reader should know and the acts do not say.
not_modelled: []                # - {{what: "...", why: "...", origins: [CN], goods: ["8505"], from: "{day}"}}
acts:
  # A new duty. Leave out goods or origin for all; add facts, given, frees, limits where the law has them.
  - act: impose
    provision: {id}-duty
    name: "Short name of the duty"
    programme: {programme}
    heading: ""                 # chapter 99 number
    rate: "0.10"                # fraction: 0.10 is 10 %
    goods: {{in: ["8505.11"], not_in: ["8505.11.00.70"]}}       # prefixes, or list:NAME
    origin: {{in: [CN]}}          # two-letter codes, or group:NAME
    from: "{day}"
  # Other acts, by example:
  # - {{act: amend, provision: us-fentanyl, rate: "0.20", from: "{day}"}}
  # - {{act: suspend, provisions: [us-301-sts-100], from: "{day}", until: "{day}"}}
  # - {{act: extend, provisions: [us-301-excl-164], of: window, until: "{day}"}}
  # - {{act: repeal, provisions: ["us-122"], from: "{day}", as: ended}}
  # - {{act: list, list: us-annex-ii, codes: ["8505.11.00.50"], from: "{day}"}}
"""
_TITLES = {
    "law": "A legal act",
    "ruling": "A ruling of a court",
    "statement": "A statement: no instrument seen",
    "scenario": "A scenario: law that is invented to see what it does",
}
KINDS = tuple(_TITLES)


def template(name: str, kind: str, day: str) -> str:
    """Text of a new instrument.

    Args:
        name: Its id.
        kind: One of ``KINDS``.
        day: A day to stand in for all days.
    """
    return _HEAD.format(id=name, kind=kind, title=_TITLES[kind], day=day, programme="s301_tech")


__all__ = ["KINDS", "template"]
