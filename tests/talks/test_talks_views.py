"""Misperception: each party's view is solved, and the views are laid over one another."""

from dataclasses import replace

import numpy as np
import pytest
from graph_models import october, prisoners

from countermeasure.errors import InputError
from countermeasure.talks.model import Preference
from countermeasure.talks.solve import solve
from countermeasure.talks.views import overlay, view_of


def mistaken():
    """The prisoner's dilemma in which A believes that B would rather keep silent together."""
    conflict = prisoners(payoffs=False)
    kind = Preference(np.array([1, 0, 2, 3], dtype=np.int32), source="what A believes of B, an assumption")
    return replace(conflict, views={0: {1: kind}})


def test_a_view_replaces_only_what_is_believed_of_others() -> None:
    conflict = mistaken()
    seen = view_of(conflict, 0)
    assert np.array_equal(seen.ranks[0], conflict.ranks[0])
    assert np.array_equal(seen.ranks[1], [1, 0, 2, 3])
    assert not seen.views
    assert np.array_equal(view_of(conflict, 1).ranks, conflict.ranks)


def test_views_are_off_unless_asked_for() -> None:
    assert np.array_equal(solve(mistaken()).stable, solve(prisoners(payoffs=False)).stable)


def test_overlay_says_who_expects_what() -> None:
    found = overlay(mistaken())
    assert found.mistaken == (0,)
    for notion in ("nash", "seq"):
        for party in (0, 1):
            wanted = solve(view_of(found.conflict, party)).equilibria(notion)
            assert tuple(np.flatnonzero(found.expected(notion)[party])) == wanted
        truth = set(found.truth.equilibria(notion))
        expected = set(np.flatnonzero(found.expected(notion)[0]).tolist())
        assert set(found.surprises(notion, 0)) == truth - expected
        assert set(found.illusions(notion, 0)) == expected - truth
        assert not found.surprises(notion, 1)
        assert set(found.agreed(notion)) == truth & expected
        assert set(found.disputed(notion)) == truth ^ expected
    assert found.lines("nash")[0] == "In truth: 1."
    assert found.lines("nash")[2] == "B expects: 1 (it sees the others as they are)."


def test_equilibria_of_the_hypergame_need_each_party_content_in_its_own_view() -> None:
    found = overlay(mistaken())
    own = [found.seen[party].of("seq")[party] for party in (0, 1)]
    assert found.held("seq") == tuple(np.flatnonzero(own[0] & own[1]))


def test_a_conflict_without_views_has_nothing_to_lay_over() -> None:
    with pytest.raises(InputError, match="no party of test has a view of its own"):
        overlay(october())
