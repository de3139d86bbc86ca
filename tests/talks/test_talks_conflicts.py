"""Published conflicts: every figure of the facts file, the shipped models, and the reasons given for them."""

import numpy as np
import pytest

from countermeasure.errors import InputError
from countermeasure.talks.conflicts_check import check_conflict, check_conflicts
from countermeasure.talks.moves import allowed
from countermeasure.talks.nfg import matrix_form, nfg_text
from countermeasure.talks.read import load_conflict, read_conflicts
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS, SEMANTICS
from countermeasure.talks.witness import Explainer, explain

SHIPPED = {
    "prisoners-dilemma": "prisoners_dilemma",
    "chicken": "chicken",
    "cuban-crisis": "brams_cuban_2x2",
    "euphrates-1975": "syria_iraq_1975",
    "elmira-1991": "elmira_groundwater",
    "garrison-diversion": "garrison_diversion",
    "milk-river": "milk_river",
    "korea-2017": "korea_2017_base",
    "korea-2017-no-way-back": "korea_2017_irreversible",
    "korea-2017-belligerent": "korea_2017_belligerent",
}


@pytest.fixture(scope="module")
def facts(shared):
    return shared / "facts" / "conflicts.yaml"


@pytest.fixture(scope="module")
def conflicts(facts):
    return {conflict.id: (conflict, expected) for conflict, expected in read_conflicts(facts)}


def labels(conflict, places):
    return [conflict.space.label(int(place)) for place in places]


def test_every_expectation_of_the_facts(facts):
    rows = check_conflicts(facts)
    assert [row for row in rows if row.ok is not True] == []
    assert len(rows) > 300
    whats = {row.what.split()[0] for row in rows}
    assert whats == {"equilibria", "stable", "improvements", "published", "inverse", "statements", "inclusion", "feasible"}


@pytest.mark.parametrize("semantics", SEMANTICS)
def test_garrison_tells_the_three_semantics_apart(conflicts, semantics):
    conflict, expected = conflicts["garrison_diversion"]
    solved = solve(conflict, semantics=semantics)
    for notion in NOTIONS:
        assert labels(conflict, solved.equilibria(notion)) == expected["equilibria"][semantics][notion]


def test_nine_states_are_twelve_with_four_merged(conflicts):
    conflict, expected = conflicts["elmira_groundwater/nine_state_form"]
    assert len(conflict.space) == 12
    for notion, wanted in expected["equilibria"]["legal_sequence"].items():
        found = {label.split(".")[0] for label in labels(conflict, solve(conflict).equilibria(notion))}
        assert found == {label.split(".")[0] for label in wanted}
    assert expected["equilibria"]["legal_sequence"]["nash"] == ["5", "8", "9.1", "9.2", "9.3", "9.4"]


def test_elmira_falls_to_the_coalition(conflicts):
    conflict, _ = conflicts["elmira_groundwater"]
    alone, together = solve(conflict), solve(conflict, coalitions=[("MOE", "UR")])
    seven = conflict.space.place("7")
    assert together.movers == ((0,), (1,), (2,), (0, 1))
    assert np.array_equal(alone.stable, together.stable[:, :3])
    for notion in NOTIONS:
        assert set(alone.equilibria(notion)) - set(together.equilibria(notion)) == {seven}
    said = {w.notion: w.words for w in explain(conflict, together, seven) if w.movers == (0, 1)}
    assert said["nash"] == "not stable: MOE with UR would rather move to 10 (takes modify and accept, leaves delay)"


def test_simultaneous_answers_on_the_korean_model(conflicts):
    conflict, expected = conflicts["korea_2017_base"]
    both = solve(conflict, simultaneous=True).simultaneous
    found = set(labels(conflict, np.flatnonzero(both.all(axis=0))))
    assert found == set(expected["published"]["seq_with_simultaneous_sanction"])


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_are_the_published_ones(conflicts, name):
    conflict, (published, expected) = load_conflict(name), conflicts[SHIPPED[name]]
    assert conflict.space.labels == published.space.labels
    assert np.array_equal(conflict.space.codes, published.space.codes)
    assert np.array_equal(conflict.ranks, published.ranks)
    assert conflict.status_quo == published.status_quo
    blocks = ("equilibria", "individual_stability", "coalition", "published", "inverse")
    renamed = {key: expected[key] for key in blocks if key in expected}
    assert all(row.ok for row in check_conflict(conflict, renamed))


def test_a_wrong_expectation_is_told(conflicts):
    conflict, _ = conflicts["chicken"]
    rows = check_conflict(conflict, {"equilibria": {"legal_sequence": {"nash": ["2"]}}})
    wrong = [row for row in rows if not row.ok]
    assert [(row.id, row.what, row.expected, row.found) for row in wrong] == [
        ("chicken", "equilibria legal_sequence nash", "2", "2 3")
    ]


# ------------------------------------------------------------------------------------------------------------ reasons


@pytest.mark.parametrize("semantics", SEMANTICS)
@pytest.mark.parametrize("name", [*SHIPPED, "october-2025", "synthetic_three_dm_ties"])
def test_reasons_are_true(conflicts, name, semantics):
    """Every witness replayed by the definitions: moves are moves, answers deter, and what is left open has no answer."""
    conflict = conflicts[name][0] if name in conflicts else load_conflict(name)
    pair = [tuple(range(2))] if len(conflict.parties) > 2 else []
    solved = solve(conflict, semantics=semantics, coalitions=pair)
    explainer = Explainer(conflict, solved)
    codes, ranks = conflict.space.codes.tolist(), conflict.ranks
    for place in range(len(conflict.space)):
        for witness in explainer.at(place):
            who = witness.movers

            def better(a, b, who=who):
                return all(ranks[m, a] > ranks[m, b] for m in who)

            reached = [answer.move for answer in witness.answers]
            improvements = [t for t in explainer.moves(who, place) if better(t, place)]
            assert sorted(reached) == sorted(improvements)
            assert witness.stable == all(answer.answered for answer in witness.answers)
            for answer in witness.answers:
                at, last = answer.move, None
                for step in answer.steps:
                    assert allowed(conflict, codes[at], codes[step.place], conflict.mask_of(step.movers))
                    assert step.improves == all(ranks[m, step.place] > ranks[m, at] for m in step.movers)
                    assert step.movers != last
                    assert not set(step.movers) & set(who)
                    at, last = step.place, step.movers
                movers = [step.movers for step in answer.steps]
                if semantics == "single_move":
                    assert len(movers) <= 1
                if semantics == "each_opponent_once":
                    assert len(set(movers)) == len(movers)
                if answer.answered:
                    assert not better(at, place)
                    if witness.notion == "seq":
                        assert answer.credible
                    if witness.notion == "smr":
                        assert not any(better(w, place) for w in explainer.moves(who, at))
            assert witness.words.startswith("stable" if witness.stable else "not stable")


def test_reasons_in_words(conflicts):
    conflict, _ = conflicts["illustration_oct2025"]
    said = {(w.who, w.notion): w.words for w in explain(conflict, solve(conflict), conflict.space.place("8"))}
    assert said["US", "nash"] == "not stable: US would rather move to 9 (takes affiliates)"
    assert said["US", "seq"] == "stable because CN would answer 9 with 1 (leaves purchases), worse for US than 8"
    assert said["CN", "seq"] == "stable: CN can reach nothing that it prefers to 8"


def test_answers_against_the_own_interest_are_marked(conflicts):
    conflict, _ = conflicts["garrison_diversion"]
    said = {(w.who, w.notion): w for w in explain(conflict, solve(conflict), conflict.space.place("6"))}
    answer = said["CDO", "gmr"].answers[0]
    assert answer.answered
    assert not answer.credible
    assert len(answer.steps) == 3  # the sequence that only legal_sequence allows: one opponent moves twice
    assert "not in its own interest" in said["CDO", "gmr"].words
    assert "no answer in the others' interest" in said["CDO", "seq"].words


def test_reasons_in_a_large_space_use_the_values_of_the_solver():
    from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace

    draw = np.random.default_rng(7)
    parties = tuple(Party(f"p{n}", f"p{n}") for n in range(3))
    options = tuple(Option(f"o{j}", f"o{j}", j % 3) for j in range(13))
    codes = np.arange(1 << 13)
    ranks = [Preference(draw.permutation(1 << 13).astype(np.int32)) for _ in parties]
    conflict = Conflict("large", "large", parties, options, StateSpace(13, codes), tuple(ranks))
    solved = solve(conflict)
    for place in (0, 17, 4000, 8191):
        for witness in explain(conflict, solved, place):
            assert witness.stable == all(answer.answered for answer in witness.answers)


# ------------------------------------------------------------------------------------------------------------- matrices


def test_matrix_of_a_conflict_with_holes(conflicts):
    conflict, _ = conflicts["syria_iraq_1975"]
    form = matrix_form(conflict)
    assert form.places.shape == (3, 2)
    assert [form.name(0, n) for n in range(3)] == ["none", "release", "escalate"]
    lines = nfg_text(conflict).splitlines()
    assert lines[0] == 'NFG 1 R "Euphrates, Syria and Iraq 1975 (without third party)" { "Syria" "Iraq" }'
    assert lines[2:5] == ['{ { "none" "release" "escalate" }', '{ "none" "attack" }', "}"]
    ranks = conflict.ranks[:, form.places] + 1
    assert lines[-6:] == [f"{ranks[0, r, c]} {ranks[1, r, c]}" for c in range(2) for r in range(3)]


def test_pure_equilibria_of_the_matrix_are_nash(conflicts):
    for conflict, _ in conflicts.values():
        if len(conflict.parties) != 2 or conflict.only_on or conflict.only_off:
            continue
        form = matrix_form(conflict)
        first, second = form.payoffs
        pure = (first == first.max(axis=0)) & (second == second.max(axis=1)[:, None])
        assert sorted(form.places[pure].tolist()) == list(solve(conflict).equilibria("nash"))


def test_a_cell_that_is_no_state_is_no_equilibrium():
    from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace

    space = StateSpace(2, np.array([1, 2]))
    parties, options = (Party("a", "a"), Party("b", "b")), (Option("x", "x", 0), Option("y", "y", 1))
    conflict = Conflict("holes", "holes", parties, options, space, (Preference(np.array([0, 1])), Preference(np.array([0, 1]))))
    form = matrix_form(conflict)
    assert form.payoffs.tolist() == [[[0, 2], [1, 0]], [[0, 2], [1, 0]]]
    assert "\n0 0\n1 1\n2 2\n0 0\n" in nfg_text(conflict)


def test_what_has_no_matrix_says_why(conflicts):
    with pytest.raises(InputError, match="a matrix has two parties"):
        nfg_text(conflicts["elmira_groundwater"][0])
    with pytest.raises(InputError, match="option strike can be switched one way only"):
        nfg_text(conflicts["korea_2017_base"][0])
