"""The solver against a plain one that follows the definitions with sets, and against laws that hold for every conflict."""

from functools import cache
from itertools import permutations, product
from random import Random

import numpy as np
import pytest

from countermeasure.errors import InputError
from countermeasure.talks import kernel
from countermeasure.talks.constraints import feasible_codes, pattern_of
from countermeasure.talks.kernel import Climbs, Cube, Groups, Matrix, closure_of, moves_of
from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS, SEMANTICS

MODELS = 600


def conflict_of(options, codes, ranks):
    """A conflict of (party, direction) pairs, feasible codes and ranks."""
    parties = tuple(Party(f"p{n}", f"Party {n}") for n in range(len(ranks)))
    found = tuple(Option(f"o{j}", f"o{j}", party, direction) for j, (party, direction) in enumerate(options))
    preferences = tuple(Preference(np.unique(row, return_inverse=True)[1].astype(np.int32)) for row in ranks)
    return Conflict("c", "c", parties, found, StateSpace(len(options), np.array(codes, dtype=np.int64)), preferences)


def random_conflict(seed):
    draw = Random(seed)
    parties = draw.randint(2, 4)
    bits = draw.randint(parties, 6)
    owners = [*range(parties), *(draw.randrange(parties) for _ in range(bits - parties))]
    one_way = draw.choice((0, 0, 0.3, 1))
    options = [(p, draw.choice(("fwd", "back")) if draw.random() < one_way else "both") for p in owners]
    draw.shuffle(options)
    holes = draw.choice((0, 0, 0.2, 0.6))
    codes = [c for c in range(1 << bits) if draw.random() >= holes] or [0]
    classes = draw.choice((2, 4, 1000))
    return conflict_of(options, codes, [[draw.randrange(classes) for _ in codes] for _ in range(parties)])


class Plain:
    """The definitions, one state at a time."""

    def __init__(self, conflict, semantics, joint=()):
        self.c, self.semantics, self.joint = conflict, semantics, joint
        self.states = range(len(conflict.space))
        self.rank = conflict.ranks.tolist()
        self.codes = conflict.space.codes.tolist()
        self.reach, self.improvements, self.answers = cache(self.reach), cache(self.improvements), cache(self.answers)

    def reach(self, movers, s):
        mine = {j for j, o in enumerate(self.c.options) if o.party in movers}
        found = set()
        for t in self.states:
            changed = [j for j in range(len(self.c.options)) if (self.codes[s] ^ self.codes[t]) >> j & 1]
            ways = {j: "fwd" if self.codes[t] >> j & 1 else "back" for j in changed}
            if changed and set(changed) <= mine and all(self.c.options[j].direction in ("both", ways[j]) for j in changed):
                found.add(t)
        return found

    def better(self, movers, a, b):
        return all(self.rank[m][a] > self.rank[m][b] for m in movers)

    def improvements(self, movers, s):
        return {t for t in self.reach(movers, s) if self.better(movers, t, s)}

    def answers(self, movers, u, improving):
        step = self.improvements if improving else self.reach
        alone = [(d,) for d in range(len(self.c.parties)) if d not in movers]
        opponents = alone + [one for one in self.joint if not set(one) & set(movers)]
        if self.semantics == "single_move":
            return set().union(*(step(d, u) for d in opponents))
        found, seen, queue = set(), set(), [(u, ())]
        while queue:
            at, past = queue.pop()
            for n, d in enumerate(opponents):
                if (self.semantics == "legal_sequence" and past == (n,)) or (
                    self.semantics == "each_opponent_once" and n in past
                ):
                    continue
                after = (n,) if self.semantics == "legal_sequence" else tuple(sorted((*past, n)))
                for t in step(d, at):
                    found.add(t)
                    if (t, after) not in seen:
                        seen.add((t, after))
                        queue.append((t, after))
        return found

    def stable(self, movers, s, notion):
        for u in self.improvements(movers, s):
            if notion == "nash":
                return False
            deterring = [t for t in self.answers(movers, u, notion == "seq") if not self.better(movers, t, s)]
            if notion == "smr":
                deterring = [t for t in deterring if not any(self.better(movers, w, s) for w in self.reach(movers, t))]
            if not deterring:
                return False
        return True

    def simultaneous(self, s):
        open_ = []
        for i in (0, 1):
            left = set()
            for u in self.improvements((i,), s):
                ends = self.answers((i,), u, True)
                if all(self.rank[i][t] > self.rank[i][s] for t in ends):
                    left.add(u)
            open_.append(left)
        if not all(open_):
            return [not left for left in open_]
        found = []
        for i in (0, 1):
            deterred = True
            for u in open_[i]:
                both = [self.codes[u] ^ self.codes[v] ^ self.codes[s] for v in open_[1 - i]]
                ends = [self.codes.index(code) for code in both if code in self.codes]
                deterred &= any(self.rank[i][t] <= self.rank[i][s] for t in ends)
            found.append(deterred)
        return found


def compare(conflict, semantics, coalitions=(), joint=False):
    plain = Plain(conflict, semantics, tuple(coalitions) if joint else ())
    solved = solve(conflict, semantics=semantics, coalitions=coalitions, joint_answers=joint)
    for n, movers in enumerate(solved.movers):
        for k, notion in enumerate(NOTIONS):
            wanted = [plain.stable(movers, s, notion) for s in plain.states]
            assert solved.stable[k, n].tolist() == wanted, (movers, notion, semantics)


@pytest.mark.parametrize("block", range(12))
def test_equals_the_definitions_on_random_conflicts(block):
    for seed in range(block * MODELS // 12, (block + 1) * MODELS // 12):
        compare(random_conflict(seed), SEMANTICS[seed % 3])


@pytest.mark.parametrize("block", range(4))
def test_large_forms_equal_the_definitions(block, monkeypatch):
    monkeypatch.setattr(kernel, "_SMALL", 0)  # cubes where small spaces have matrices
    for seed in range(2000 + block * 50, 2050 + block * 50):
        conflict = random_conflict(seed)
        for semantics in SEMANTICS:
            compare(conflict, semantics)


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("semantics", SEMANTICS)
def test_coalitions_equal_the_definitions(semantics, joint):
    for seed in range(3000, 3040):
        conflict = random_conflict(seed)
        parties = range(len(conflict.parties))
        compare(conflict, semantics, [parties[:2], parties[-2:]] if len(parties) > 2 else [parties], joint)


def test_simultaneous_answers_equal_the_definitions():
    tried = 0
    for seed in range(4000, 4200):
        conflict = random_conflict(seed)
        if len(conflict.parties) != 2:
            continue
        tried += 1
        plain = Plain(conflict, "legal_sequence")
        solved = solve(conflict, simultaneous=True)
        assert solved.simultaneous.T.tolist() == [plain.simultaneous(s) for s in plain.states]
    assert tried > 50


def test_inclusion_laws_on_all_strict_pairs_of_two_by_two():
    options, codes = [(0, "both"), (1, "both")], [0, 1, 2, 3]
    pairs = list(product(permutations(range(4)), repeat=2))
    assert len(pairs) == 576
    counts = dict.fromkeys(NOTIONS, 0)
    for ranks in pairs:
        conflict = conflict_of(options, codes, ranks)
        solved = solve(conflict)
        nash, gmr, smr, seq = (solved.of(notion) for notion in NOTIONS)
        assert not (nash & ~smr).any()
        assert not (smr & ~gmr).any()
        assert not (nash & ~seq).any()
        assert not (seq & ~gmr).any()
        assert solved.equilibria("gmr")  # no strict two by two game is without a state stable in the widest sense
        for notion in NOTIONS:
            counts[notion] += len(solved.equilibria(notion))
        assert np.array_equal(solved.stable, solve(conflict, semantics="single_move").stable)
    assert counts["nash"] == 576  # each of four cells is a best reply of both with chance one in four


def test_inclusion_laws_on_random_conflicts():
    for seed in range(5000, 5100):
        for semantics in SEMANTICS:
            nash, gmr, smr, seq = solve(random_conflict(seed), semantics=semantics).stable
            assert not ((nash & ~smr) | (smr & ~gmr) | (nash & ~seq) | (seq & ~gmr)).any()


def test_wider_answers_stabilise_more():
    for seed in range(5100, 5200):
        conflict = random_conflict(seed)
        one, each, legal = (
            solve(conflict, semantics=s).stable for s in ("single_move", "each_opponent_once", "legal_sequence")
        )
        assert not (one & ~each).any()
        assert not (each & ~legal).any()


def test_forms_of_moves_agree():
    for seed in range(6000, 6060):
        conflict = random_conflict(seed)
        values = conflict.ranks[0]
        for mask in conflict.masks:
            forms = [Cube(conflict, mask), Matrix.of(conflict, mask), moves_of(conflict, mask)]
            if not mask & (conflict.only_on | conflict.only_off):
                forms.append(Groups(conflict.space.codes & ~mask))
            for form in forms[1:]:
                assert np.array_equal(forms[0].most(values), form.most(values))
                assert np.array_equal(forms[0].least(values), form.least(values))


def test_climbs_are_moves_that_the_mover_prefers():
    for seed in range(6100, 6160):
        conflict = random_conflict(seed)
        plain = Plain(conflict, "legal_sequence")
        for mover, mask in enumerate(conflict.masks):
            climbs = Climbs(conflict, mask, conflict.ranks[mover])
            for values in conflict.ranks:
                ends = [[s, *plain.improvements((mover,), s)] for s in plain.states]
                assert climbs.least(values).tolist() == [min(values[e].tolist()) for e in ends]
                assert climbs.most(values).tolist() == [max(values[e].tolist()) for e in ends]


def test_parts_of_a_space_with_holes_are_joined():
    # Two opponents over 00, 10, 11: the second moves only where the first has moved.
    conflict = conflict_of([(0, "both"), (1, "both"), (2, "both")], [0, 2, 6], [[0, 1, 2], [0, 0, 0], [0, 0, 0]])
    reach = closure_of(conflict, conflict.masks[1:])
    assert reach.most(conflict.ranks[0]).tolist() == [2, 2, 2]
    assert reach.least(conflict.ranks[0]).tolist() == [0, 0, 0]


def test_order_of_options_does_not_matter():
    for seed in range(7000, 7050):
        conflict = random_conflict(seed)
        bits = conflict.space.bits
        turned = [sum(1 << (bits - 1 - j) for j in range(bits) if code >> j & 1) for code in conflict.space.codes.tolist()]
        order = np.argsort(turned)
        options = [(o.party, o.direction) for o in reversed(conflict.options)]
        other = conflict_of(options, np.array(turned)[order], conflict.ranks[:, order])
        assert np.array_equal(solve(conflict).stable[:, :, order], solve(other).stable)


def test_states_of_the_published_option_set():
    patterns = ("11------", "--01----", "------01", "---0---1", "00-01---")
    assert len(feasible_codes(8, [pattern_of(text, 8) for text in patterns])) == 76


def test_what_cannot_be_solved_is_said():
    conflict = random_conflict(1)
    with pytest.raises(InputError, match="legal_sequence, each_opponent_once, single_move"):
        solve(conflict, semantics="any")
    with pytest.raises(InputError, match="two parties at least"):
        solve(conflict, coalitions=[["p0"]])
    with pytest.raises(InputError, match="no party"):
        solve(conflict, coalitions=[["p0", "nobody"]])
    three = next(c for c in map(random_conflict, range(50)) if len(c.parties) == 3)
    with pytest.raises(InputError, match="two parties"):
        solve(three, simultaneous=True)


def test_large_spaces_have_no_coalitions():
    codes = np.arange(1 << 13)
    conflict = conflict_of([(j % 2, "both") for j in range(13)], codes, [codes, codes])
    with pytest.raises(InputError, match="4096"):
        solve(conflict, coalitions=[["p0", "p1"]])
