"""Small conflicts for the tests of paths, packages and coalitions."""

import numpy as np

from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace


def build(parties, options, states, rankings, *, status_quo=None, payoffs=None):
    """A conflict from plain lists.

    Args:
        parties: Ids.
        options: Tuples (id, party) or (id, party, direction).
        states: Bits by label.
        rankings: By party, labels best first; a list in the list is a tie.
        status_quo: Label.
        payoffs: By party, payoff by label, instead of a ranking.
    """
    items = sorted((sum(1 << j for j, bit in enumerate(bits) if bit == "1"), str(label)) for label, bits in states.items())
    labels = tuple(label for _, label in items)
    space = StateSpace(len(options), np.array([code for code, _ in items]), labels)
    preferences = []
    for party in parties:
        if payoffs and party in payoffs:
            values = np.array([float(payoffs[party][label]) for label in labels])
            preferences.append(Preference.of_values(values, source="test"))
            continue
        ranks = np.zeros(len(labels), dtype=np.int32)
        for n, tied in enumerate(rankings[party]):
            for label in tied if isinstance(tied, list) else [tied]:
                ranks[labels.index(str(label))] = len(rankings[party]) - 1 - n
        preferences.append(Preference(ranks))
    made = tuple(Option(one[0], one[0], parties.index(one[1]), *one[2:]) for one in options)
    quo = None if status_quo is None else labels.index(str(status_quo))
    return Conflict("test", "test", tuple(Party(p, p) for p in parties), made, space, tuple(preferences), quo)


def elmira():
    """Elmira groundwater, 12 states (Kilgour, Hipel, Fang and Peng 2001)."""
    rows = ["01000", "11000", "00100", "10100", "00010", "10010", "01001", "11001", "00101", "10101", "00011", "10011"]
    return build(
        ["MOE", "UR", "LG"],
        [("modify", "MOE", "fwd"), ("delay", "UR", "back"), ("accept", "UR"), ("abandon", "UR", "fwd"), ("insist", "LG")],
        dict(enumerate(rows, 1)),
        {
            "MOE": [9, 3, 4, 10, 7, 1, 2, 8, [11, 5, 6, 12]],
            "UR": [1, 4, 10, 7, [5, 11, 6, 12], 2, 3, 9, 8],
            "LG": [9, 3, 7, 1, 10, 8, 4, 2, [11, 5, 12, 6]],
        },
        status_quo=1,
    )


def october():
    """The illustration of October 2025: assumed preferences, 16 states numbered by their bits."""
    return build(
        ["US", "CN"],
        [("affiliates", "US"), ("tariff100", "US"), ("controls61", "CN"), ("purchases", "CN")],
        {n: "".join("1" if n >> j & 1 else "0" for j in range(4)) for n in range(16)},
        {
            "US": [9, 8, 1, 0, 11, 10, 3, 2, 13, 15, 14, 5, 7, 6, 12, 4],
            "CN": [8, 0, 12, 4, 5, 13, 1, 9, 6, 14, 2, 10, 7, 15, 3, 11],
        },
        status_quo=5,
    )


def prisoners(payoffs=True):
    """The prisoner's dilemma with payoffs 5, 3, 1, 0."""
    values = {"A": {1: 1, 2: 0, 3: 5, 4: 3}, "B": {1: 1, 2: 5, 3: 0, 4: 3}}
    return build(
        ["A", "B"],
        [("a", "A"), ("b", "B")],
        {1: "00", 2: "10", 3: "01", 4: "11"},
        {"A": [3, 4, 1, 2], "B": [2, 4, 1, 3]},
        status_quo=1,
        payoffs={p: {str(k): v for k, v in one.items()} for p, one in values.items()} if payoffs else None,
    )


def at_random(seed, *, most_options=5, payoffs=False):
    """A conflict with holes, one-way options and ties."""
    rng = np.random.default_rng(seed)
    count, parties = int(rng.integers(2, most_options + 1)), int(rng.integers(2, 4))
    codes = np.flatnonzero(rng.random(1 << count) < rng.choice([0.6, 0.8, 1.0]))
    codes = codes if len(codes) > 1 else np.arange(1 << count)
    n = len(codes)
    options = tuple(
        Option(f"o{j}", f"o{j}", int(rng.integers(parties)), str(rng.choice(["both", "both", "both", "fwd", "back"])))
        for j in range(count)
    )
    preferences = []
    for _ in range(parties):
        if payoffs:
            preferences.append(Preference.of_values(rng.normal(size=n).round(1)))
        else:
            drawn = rng.integers(0, n if rng.random() < 0.5 else max(2, n // 2), n)
            preferences.append(Preference(np.unique(drawn, return_inverse=True)[1].astype(np.int32)))
    named = tuple(Party(f"P{i}", f"P{i}") for i in range(parties))
    start = int(rng.integers(n))
    return Conflict("random", "random", named, options, StateSpace(count, codes), tuple(preferences), start)


def can_go(conflict, movers, start, end):
    """Whether movers can go from one place to another in one move, option by option."""
    a, b = int(conflict.space.codes[start]), int(conflict.space.codes[end])
    if a == b:
        return False
    for j, option in enumerate(conflict.options):
        before, after = a >> j & 1, b >> j & 1
        if before == after:
            continue
        if option.party not in movers or (option.direction == "fwd" and before) or (option.direction == "back" and after):
            return False
    return True


def prefers(conflict, movers, start, end):
    """Whether all movers strictly prefer the end."""
    return all(conflict.ranks[n, end] > conflict.ranks[n, start] for n in movers)
