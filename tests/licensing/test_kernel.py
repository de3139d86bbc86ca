"""The kernel of controls against a plain reading of the same rules, on made-up law."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book.controls import NO, OPEN, YES, ControlClause, Controls, ItemSign
from countermeasure.book.model import ALWAYS, NEVER, Body, Fact, FactCondition, PartyTest, Reading, Role, Scope, State
from countermeasure.codes.groups import Groups
from countermeasure.errors import BookError
from countermeasure.licensing.cases import Case, settle

FACTS = {name: Fact(name, "flag", "unknown", "", "?") for name in ("a", "b", "c")}
PLACES = ("CN", "US", "DE")
TESTS = (PartyTest(("x",)), PartyTest(("y",)))


def clause(name: str, body: Body, state: State = State.IN_FORCE, start: int = ALWAYS, end: int = NEVER) -> ControlClause:
    return ControlClause(name, start, end, state, body, ("i",), "c", "high", 0)


def controls(clauses: list[ControlClause]) -> Controls:
    return Controls("CN", None, Reading.TEXT, "hash", tuple(clauses), FACTS, (), (), Groups.load())


bodies = st.builds(
    Body,
    role=st.just(Role.CONTROL),
    review=st.sampled_from(["prohibited", "license_required", "case_by_case"]),
    programme=st.just("p"),
    items=st.sampled_from([Scope(), Scope(("list:l",)), Scope(("code:1C9",), ("code:1C9.b",)), Scope(("list:l", "list:m"))]),
    sent_to=st.sampled_from([Scope(), Scope(("US",)), Scope((), ("CN",))]),
    sent_from=st.sampled_from([Scope(), Scope(("CN",)), Scope((), ("CN",))]),
    parties=st.sampled_from([None, *TESTS]),
    facts=st.lists(
        st.builds(FactCondition, st.sampled_from(list(FACTS)), st.just("is"), st.sampled_from([0.0, 1.0])), max_size=2
    ).map(tuple),
)


@st.composite
def laws(draw) -> Controls:
    made = draw(st.lists(bodies, min_size=1, max_size=6))
    clauses = []
    for number, body in enumerate(made):
        earlier = [f"p{i}" for i in range(number)]
        given_ = tuple(draw(st.lists(st.sampled_from(earlier), max_size=1))) if earlier else ()
        frees = tuple(draw(st.lists(st.sampled_from(earlier), max_size=1))) if earlier else ()
        clauses.append(clause(f"p{number}", replace(body, given=given_, frees=frees)))
    return controls(clauses)


signs = st.sampled_from(
    [
        ItemSign(frozenset({"list:l"})),
        ItemSign(frozenset({"code:1C9.a"})),
        ItemSign(frozenset({"code:1C9.b.1"})),
        ItemSign(),
        ItemSign(frozenset(), frozenset({"list:l"})),
        ItemSign(frozenset(), frozenset(), frozenset({"cn"})),
    ]
)
cases = st.builds(
    lambda f, t, sign, a, b, c, x, y: Case(None, f, t, sign, {"a": a, "b": b, "c": c}, {}, (x, y)),
    st.sampled_from([*PLACES, None]),
    st.sampled_from([*PLACES, None]),
    signs,
    *(st.sampled_from([NO, YES, OPEN]) for _ in range(5)),
)


def plain(law: Controls, case: Case) -> set[str]:
    """Provisions that apply to a case in which everything is known, read one by one."""

    def inside(scope: Scope, code: str) -> bool:
        return (not scope.members or code in scope.members) and code not in scope.exceptions

    def item(scope: Scope) -> bool:
        def hit(members: tuple[str, ...]) -> bool:
            return any(t == m or t.startswith(m + ".") for m in members for t in case.sign.known)

        return (not scope.members or hit(scope.members)) and not hit(scope.exceptions)

    base: dict[str, bool] = {}
    for c in law.clauses:
        b = c.body
        holds = inside(b.sent_from, case.sent_from or "") and inside(b.sent_to, case.sent_to or "") and item(b.items)
        holds = holds and all(case.flags[t.fact] == int(t.value) for t in b.facts)
        if b.parties is not None:
            holds = holds and case.tests[law.tests.index(b.parties)] == YES
        base[c.provision] = holds and (not b.given or any(base[g] for g in b.given))
    applies = dict(base)
    for c in reversed(law.clauses):  # a clause is freed by later ones only, so these are settled first
        if any(applies[o.provision] for o in law.clauses if c.provision in o.body.frees):
            applies[c.provision] = False
    return {name for name, holds in applies.items() if holds}


def completions(law: Controls, case: Case) -> list[Case]:
    """Every way in which what is open may turn out."""
    flags = [[(n, v)] if v != OPEN else [(n, NO), (n, YES)] for n, v in case.flags.items()]
    tests = [[v] if v != OPEN else [NO, YES] for v in case.tests[: len(law.tests)]]
    froms = [case.sent_from] if case.sent_from else list(PLACES)
    tos = [case.sent_to] if case.sent_to else list(PLACES)
    tokens = sorted(case.sign.possible | ({"list:l", "list:m", "code:1C9.a", "code:1C9.b"} if case.sign.open else set()))
    known = [case.sign.known | set(k) for size in range(len(tokens) + 1) for k in itertools.combinations(tokens, size)]
    return [
        replace(case, sent_from=f, sent_to=t, flags=dict(fl), tests=tuple(te), sign=ItemSign(frozenset(k)))
        for f, t, fl, te, k in itertools.product(froms, tos, itertools.product(*flags), itertools.product(*tests), known)
    ]


@settings(max_examples=300, deadline=None)
@given(laws(), cases)
def test_bounds_hold_every_way_in_which_open_facts_may_turn_out(law: Controls, case: Case) -> None:
    case = replace(case, tests=tuple(case.tests[: len(law.tests)]))
    found = settle(law, [case], 0)
    must = {c.provision for c, hit in zip(law.clauses, found.must[0], strict=True) if hit}
    may = {c.provision for c, hit in zip(law.clauses, found.may[0], strict=True) if hit}
    assert must <= may
    for one in completions(law, case):
        applies = plain(law, one)
        assert must <= applies
        assert applies <= may


@settings(max_examples=200, deadline=None)
@given(laws(), st.lists(cases, min_size=2, max_size=6))
def test_many_cases_together_are_each_as_alone(law: Controls, many: list[Case]) -> None:
    many = [replace(c, tests=tuple(c.tests[: len(law.tests)])) for c in many]
    together = settle(law, many, 0)
    for place, case in enumerate(many):
        alone = settle(law, [case], 0)
        assert np.array_equal(alone.must[0], together.must[place])
        assert np.array_equal(alone.may[0], together.may[place])


@given(laws(), cases)
def test_a_suspended_law_does_nothing_and_is_seen_asleep(law: Controls, case: Case) -> None:
    case = replace(case, tests=tuple(case.tests[: len(law.tests)]))
    sleeping = controls([replace(c, state=State.SUSPENDED) for c in law.clauses])
    assert not settle(sleeping, [case], 0).may.any()
    assert np.array_equal(settle(sleeping, [case], 0, asleep=True).must, settle(law, [case], 0).must)


def test_items_of_a_programme_are_those_of_its_living_provisions() -> None:
    body = Body(role=Role.CONTROL, review="license_required", programme="items", items=Scope(("list:l",)))
    ban = Body(role=Role.CONTROL, review="prohibited", programme="ban", items=Scope(("programme:items",)))
    case = Case(None, "DE", "US", ItemSign(frozenset({"list:l"})), {}, {}, ())
    assert settle(controls([clause("a", body), clause("b", ban)]), [case], 0).must.tolist() == [[True, True]]
    asleep = controls([clause("a", body, State.SUSPENDED), clause("b", ban)])
    assert settle(asleep, [case], 0).must.tolist() == [[False, False]]
    assert settle(asleep, [case], 0, asleep=True).must.tolist() == [[True, True]]


def test_a_circle_of_exemptions_is_named() -> None:
    first = Body(role=Role.CONTROL, review="license_required", programme="p", frees=("b",))
    law = controls([clause("a", first), clause("b", replace(first, frees=("a",)))])
    with pytest.raises(BookError, match="circle of frees"):
        settle(law, [Case(None, "CN", "US", ItemSign(), {}, {}, ())], 0)
