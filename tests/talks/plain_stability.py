"""Stability straight from its definition, with sets; and small conflicts whose preferences the tests change."""

from dataclasses import replace

import numpy as np
from graph_models import at_random, can_go, october

from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.preferences import from_statements

STATEMENTS = {
    "US": (
        "no controls61",
        "no tariff100 unless controls61",
        "if controls61 then tariff100 or affiliates",
        "purchases",
        "affiliates",
        "no tariff100",
    ),
    "CN": (
        "no tariff100",
        "no affiliates",
        "if affiliates or tariff100 then controls61",
        "no controls61 unless affiliates or tariff100",
        "no purchases while affiliates or tariff100",
        "purchases",
    ),
}


def stated(orders=None):
    """The illustration with preferences from statements, in the order given or another."""
    conflict = october()
    ids = [option.id for option in conflict.options]
    texts = {p: [s[k] for k in (orders or {}).get(p, range(len(s)))] for p, s in STATEMENTS.items()}
    made = tuple(from_statements(conflict.space, ids, texts[party.id]) for party in conflict.parties)
    return replace(conflict, preferences=made)


def stable(conflict, ranks, party, place, notion):
    """Whether a state is stable for a party, legal sequences of the others."""
    n, others = len(conflict.space), [d for d in range(len(conflict.parties)) if d != party]
    reach = {d: {a: [b for b in range(n) if can_go(conflict, (d,), a, b)] for a in range(n)} for d in range(len(ranks))}

    def answers(start):
        seen, found, front = set(), set(), [(start, None)]
        while front:
            at, last = front.pop()
            for d in others:
                for end in reach[d][at]:
                    if d == last or (notion == "seq" and ranks[d][end] <= ranks[d][at]):
                        continue
                    found.add(end)
                    if (end, d) not in seen:
                        seen.add((end, d))
                        front.append((end, d))
        return found

    own = ranks[party]
    for move in reach[party][place]:
        if own[move] <= own[place]:
            continue
        sanctions = [t for t in (answers(move) if notion != "nash" else ()) if own[t] <= own[place]]
        if notion == "smr":
            sanctions = [t for t in sanctions if all(own[w] <= own[place] for w in reach[party][t])]
        if not sanctions:
            return False
    return True


def is_equilibrium(conflict, ranks, place, notion):
    return all(stable(conflict, ranks, party, place, notion) for party in range(len(conflict.parties)))


def with_ranks(conflict, ranks):
    made = tuple(Preference(np.asarray(one, dtype=np.int32)) for one in ranks)
    return replace(conflict, preferences=made)


def strict_at_random(seed, *, parties=2, states=5):
    """A conflict of few states that every party ranks without ties."""
    rng = np.random.default_rng(seed)
    codes = np.sort(rng.choice(8, size=states, replace=False))
    options = tuple(
        Option(f"o{j}", f"o{j}", j % parties, str(rng.choice(["both", "both", "both", "fwd", "back"]))) for j in range(3)
    )
    ranks = [rng.permutation(states).astype(np.int32) for _ in range(parties)]
    named = tuple(Party(f"P{i}", f"P{i}") for i in range(parties))
    return Conflict("random", "random", named, options, StateSpace(3, codes), tuple(Preference(one) for one in ranks))


def tied_at_random(seed):
    """A conflict of at most four states with ties, holes and one-way options."""
    found = at_random(seed, most_options=2)
    return found if len(found.space) > 1 else tied_at_random(seed + 1000)
