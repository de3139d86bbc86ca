"""The license queue alone: delays, rounds, caps, general licenses, hold-up, clearing, bans; quotas beside it."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from countermeasure.supply import Chain, compile_network, free_plan
from countermeasure.supply.controls.plan import LISTED, LOOK_ALIKE, OF_CONTENT, Plan, Quota
from countermeasure.supply.flow.queueing import STAGES, LicenseQueue, Quotas, listed_share

NET = compile_network(Chain.load(Path(__file__).parent / "data" / "tiny_chain"))
METAL = NET.edges.index(("me_ndpr", "CN", "US"))
LIGHT = NET.edges.index(("mag_light", "CN", "US"))
HEAVY = NET.edges.index(("mag_heavy", "CN", "US"))
PLAIN = {
    "approval": 1.0,
    "lag_weeks": 6.0,
    "throughput": 10.0,
    "throughput_later": 10.0,
    "settle_weeks": 10_000.0,
    "clearing_weeks": 0.0,
    "hold_up": 0.0,
    "hold_up_weeks": 6.0,
    "hold_up_fade_weeks": 2.0,
    "controlled_share": 15 / 27,
    "level": 1.0,
}
"""No refusals, no caps, nothing declared before, nothing held up."""


def parameters(**values) -> dict[str, np.ndarray]:
    """Draws of the parameters that the queue reads, (1, B)."""
    arrays = {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in (PLAIN | values).items()}
    count = max(len(a) for a in arrays.values())
    return {name: np.broadcast_to(a, (count,))[None, :].copy() for name, a in arrays.items()}


def plan_for(edges: tuple[int, ...], weeks: int, kind: int = LISTED, first: int = 0, before: float = 0.0) -> Plan:
    """A plan that touches some edges from a week on; ``before`` is how long the control was in force by then."""
    plan = free_plan(NET, 20_000, weeks, np.array(edges))
    plan.kind[first:] = kind
    plan.since[first:] = before + np.arange(weeks - first)[:, None]
    return plan


@dataclass
class Course:
    """Week by week, (weeks, C, B): what was asked, applied for, left free, left with a license, and waits."""

    asked: np.ndarray
    applied: np.ndarray
    free: np.ndarray
    licensed: np.ndarray
    waiting: np.ndarray
    granted: np.ndarray
    ordered: np.ndarray
    queue: LicenseQueue


def run(plan: Plan, par: dict[str, np.ndarray], asked=None, met=None, content=None, dtype=np.float64) -> Course:
    """The queue without the chain around it: ``asked`` (weeks, C) in parts of normal trade, ``met`` the share that stocks serve."""
    queue = LicenseQueue(NET, plan, {n: v.astype(dtype) for n, v in par.items()}, dtype)
    queue.start(content)
    count, width = par["approval"].shape[1], len(plan.edges)
    asked = np.ones((plan.weeks, width)) if asked is None else asked
    met = np.ones((plan.weeks, width)) if met is None else met
    rows: dict[str, list[np.ndarray]] = {
        name: [] for name in ("asked", "applied", "free", "licensed", "waiting", "granted", "ordered")
    }
    for week in range(plan.weeks):
        request = np.zeros((len(NET.edges), count), dtype=dtype)
        request[plan.edges] = asked[week][:, None] * NET.flow[plan.edges][:, None]
        rows["asked"].append(request[plan.edges].copy())
        released = queue.bound(week, request, content)
        left = np.zeros((width, count)) if released is None else released.copy()
        rows["free"].append(request[plan.edges] - left)
        ratio = np.ones_like(request)
        ratio[plan.edges] = met[week][:, None]
        ordered = np.zeros((len(NET.nodes), count), dtype=dtype)
        pending = queue.settle(ordered, request, released, ratio)
        rows["applied"].append(np.zeros_like(left) if released is None else queue.applied.copy())
        rows["licensed"].append(left * met[week][:, None])
        rows["waiting"].append(np.array(pending))
        rows["granted"].append(queue.granted.copy())
        rows["ordered"].append(ordered)
    return Course(**{name: np.array(values) for name, values in rows.items()}, queue=queue)


def pulse(weeks: int, width: int = 1) -> np.ndarray:
    """Normal trade is asked in week 0, nothing after it."""
    asked = np.zeros((weeks, width))
    asked[0] = 1
    return asked


def delays(course: Course) -> np.ndarray:
    """Share of a pulse that leaves after each count of weeks, (weeks, B)."""
    return course.licensed[:, 0] / NET.flow[course.queue.plan.edges[0]]


# --- the delay -------------------------------------------------------------------------------------------------------

LAGS = np.array([3.0, 4.5, 6.0, 7.84, 11.0, 20.0])


def test_mean_delay_is_the_lag() -> None:
    course = run(plan_for((METAL,), 600), parameters(lag_weeks=LAGS), pulse(600))
    share = delays(course)
    np.testing.assert_allclose(share.sum(axis=0), 1, rtol=1e-9)
    np.testing.assert_allclose((np.arange(600)[:, None] * share).sum(axis=0), LAGS, rtol=1e-9)


def test_a_lag_below_its_stages_takes_their_weeks() -> None:
    share = delays(run(plan_for((METAL,), 20), parameters(lag_weeks=[0.0, 1.0, 3.0]), pulse(20)))
    assert STAGES == 3
    assert (share[3] == 1).all()
    assert share.sum() == 3


def test_delays_are_a_sum_of_three_geometric_ones() -> None:
    """Exactly: three stages, each left with chance 3 / lag a week, are a negative binomial of scipy."""
    share = delays(run(plan_for((METAL,), 200), parameters(lag_weeks=LAGS), pulse(200)))
    weeks = np.arange(200)
    for column, lag in enumerate(LAGS):
        np.testing.assert_allclose(share[:, column], stats.nbinom.pmf(weeks - STAGES, STAGES, STAGES / lag), atol=1e-12)


def test_delays_have_the_shape_of_an_erlang_distribution() -> None:
    """Weeks are coarse; the longer the lag the nearer is the gamma distribution of shape 3, up to half a week's shift."""
    worst = []
    for lag in (8.0, 26.0, 100.0):
        share = delays(run(plan_for((METAL,), 900), parameters(lag_weeks=lag), pulse(900)))[:, 0]
        erlang = stats.gamma(STAGES, scale=lag / STAGES)
        worst.append(np.abs(share.cumsum() - erlang.cdf(np.arange(900) + 0.5)).max())
        mean = (np.arange(900) * share).sum()
        variance = ((np.arange(900) - mean) ** 2 * share).sum()
        assert variance == pytest.approx(erlang.var() - lag, rel=1e-6)  # geometric stages vary less, by the mean
    assert worst[0] < 0.1
    assert worst[0] > worst[1] > worst[2]
    assert worst[2] < 0.01


@pytest.mark.parametrize("lag", [6.0, 9.0])
def test_a_share_granted_of_q_takes_one_over_q_rounds(lag: float) -> None:
    granted = np.array([1.0, 0.75, 0.5, 0.25, 0.1])
    share = delays(run(plan_for((METAL,), 4000), parameters(approval=granted, lag_weeks=lag), pulse(4000)))
    np.testing.assert_allclose(share.sum(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose((np.arange(4000)[:, None] * share).sum(axis=0), lag / granted, rtol=1e-4)


def test_nothing_granted_nothing_leaves_and_nothing_is_lost() -> None:
    course = run(plan_for((METAL,), 100), parameters(approval=0.0))
    assert course.licensed.max() == 0
    np.testing.assert_allclose(course.waiting[-1], course.asked.sum(axis=0), rtol=1e-12)


def test_steady_trade_leaves_in_full_once_the_queue_is_full() -> None:
    """Little's law: what waits is the flow times the time, lag over the share granted."""
    flow = NET.flow[METAL]
    for approval in (1.0, 0.6):
        course = run(plan_for((METAL,), 1500), parameters(approval=approval, lag_weeks=8.0))
        assert course.licensed[-1, 0, 0] == pytest.approx(flow, rel=1e-6)
        assert course.waiting[-1, 0, 0] == pytest.approx(flow * 8.0 / approval, rel=1e-6)


@pytest.mark.parametrize("approval", [1.0, 0.6, 0.35])
def test_a_control_older_than_the_plan_starts_with_a_full_queue(approval: float) -> None:
    plan = plan_for((METAL,), 30, before=50.0)
    course = run(plan, parameters(approval=approval, lag_weeks=8.0))
    np.testing.assert_allclose(course.licensed, course.asked, rtol=1e-12)
    np.testing.assert_allclose(course.waiting + course.granted, NET.flow[METAL] * 8.0 / approval, rtol=1e-12)


# --- what bounds it --------------------------------------------------------------------------------------------------


def test_throughput_caps_what_leaves_and_rises_once_practice_settles() -> None:
    par = parameters(throughput=0.3, throughput_later=1.6, settle_weeks=20.0, lag_weeks=3.0)
    course = run(plan_for((METAL,), 60), par, asked=np.full((60, 1), 1.5))
    part = course.licensed[:, 0, 0] / NET.flow[METAL]
    assert part[:3].max() == 0
    np.testing.assert_allclose(part[3:21], 0.3, rtol=1e-12)
    np.testing.assert_allclose(part[21:24], 0.3 + 1.3 * np.array([0.25, 0.5, 0.75]), rtol=1e-12)
    np.testing.assert_allclose(part[24:], 1.6, rtol=1e-12)
    assert (course.granted[3:24] > 0).all()  # granted permits wait for their turn


def test_practice_of_the_plan_wins_over_the_draws() -> None:
    plan = plan_for((METAL, HEAVY), 40)
    plan.approval[:, 0], plan.lag[:, 0], plan.throughput[:, 0] = 1.0, 3.0, 0.25
    course = run(plan, parameters(approval=0.0, controlled_share=1.0))
    assert course.licensed[:, 1].max() == 0
    np.testing.assert_allclose(course.licensed[3:, 0], 0.25 * NET.flow[METAL])


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_general_licenses_leave_at_once(share: float) -> None:
    plan = plan_for((METAL,), 30)
    plan.general[10:] = share
    course = run(plan, parameters(approval=0.0))
    flow = NET.flow[METAL]
    np.testing.assert_allclose(course.free[:10], 0, atol=1e-12)
    np.testing.assert_allclose(course.free[10:], share * flow, atol=1e-12)
    np.testing.assert_allclose(course.applied[10:], (1 - share) * flow, atol=1e-12)


def test_a_ban_stops_all_and_keeps_what_waits() -> None:
    plan = plan_for((METAL,), 60)
    plan.ban[20:40] = True
    course = run(plan, parameters(lag_weeks=6.0))
    sent = course.free + course.licensed
    assert sent[20:40].max() == 0
    assert course.applied[20:40].max() == 0
    before = course.waiting[19] + course.granted[19]
    np.testing.assert_allclose(course.waiting[39] + course.granted[39], before, rtol=1e-12)
    assert course.licensed[40, 0, 0] > 2 * NET.flow[METAL]  # decided meanwhile


def test_what_waits_lapses_when_the_control_ends() -> None:
    plan = plan_for((METAL,), 40)
    plan.kind[20:] = 0
    plan.since[20:] = 0
    course = run(plan, parameters(approval=0.0))
    assert course.waiting[19].sum() > 0
    assert course.waiting[20:].max() == 0
    np.testing.assert_allclose(course.free[20:], course.asked[20:])
    node = NET.target[METAL]
    np.testing.assert_allclose(course.ordered[20, node], -course.waiting[19, 0])  # no longer on order
    assert np.abs(course.ordered[21:]).max() == 0


# --- goods that look like listed ones ---------------------------------------------------------------------------------


def test_listed_share_is_that_of_the_tables() -> None:
    """China sends 12 t of light and 15 t of heavy magnets a week under one customs number."""
    assert listed_share(NET, plan_for((HEAVY,), 3)) == pytest.approx(15 / 27)
    assert listed_share(NET, plan_for((LIGHT, HEAVY), 3)) == pytest.approx(1)
    assert listed_share(NET, plan_for((METAL,), 3)) == 0


@pytest.mark.parametrize(
    ("share", "heavy", "light"), [(0.3, 0.54, 0.0), (15 / 27, 1.0, 0.0), (0.8, 1.0, 0.55), (1.0, 1.0, 1.0)]
)
def test_the_controlled_share_of_magnets_is_the_parameter(share: float, heavy: float, light: float) -> None:
    """Fewer heavies than the tables hold, or all of them and some light ones: in sum the share that was fitted."""
    plan = plan_for((LIGHT, HEAVY), 5)
    plan.kind[:, list(plan.edges).index(LIGHT)] = LOOK_ALIKE
    course = run(plan, parameters(approval=0.0, controlled_share=share))
    parts = {e: course.applied[-1, i, 0] / NET.flow[e] for i, e in enumerate(plan.edges)}
    assert parts[HEAVY] == pytest.approx(heavy)
    assert parts[LIGHT] == pytest.approx(light)
    assert course.applied[-1].sum() == pytest.approx(share * 27)


def test_hold_up_of_look_alikes_fades() -> None:
    plan = plan_for((LIGHT, HEAVY), 60)
    at = list(plan.edges).index(LIGHT)
    plan.kind[:, at] = LOOK_ALIKE
    plan.kind[:, 1 - at] = LISTED
    course = run(plan, parameters(hold_up=0.75, hold_up_weeks=7.0, hold_up_fade_weeks=2.0))
    part = course.free[:, at, 0] / NET.flow[LIGHT]
    late = np.maximum(np.arange(60) - 7.0, 0)
    expected = np.where(late > 16, 1.0, 1 - 0.75 * np.exp(-late / 2))
    np.testing.assert_allclose(part, expected, rtol=1e-12)
    assert part[0] == pytest.approx(0.25)
    assert part[-1] == 1.0


def test_goods_with_a_number_of_their_own_are_not_held_up() -> None:
    course = run(plan_for((METAL,), 10, kind=LOOK_ALIKE), parameters(hold_up=1.0, controlled_share=0.0))
    np.testing.assert_allclose(course.free, course.asked)


def test_hold_up_of_the_plan_wins() -> None:
    plan = plan_for((LIGHT, HEAVY), 40)
    at = list(plan.edges).index(LIGHT)
    plan.kind[:, at] = LOOK_ALIKE
    plan.hold_up[:, at] = 0.95
    course = run(plan, parameters(hold_up=0.2))
    np.testing.assert_allclose(course.free[:, at], 0.05 * NET.flow[LIGHT])


# --- goods declared before --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [0.5, 1.32, 3.0])
def test_what_was_declared_before_clears_first(weeks: float) -> None:
    """The sum of exp(-(n + 1/2) / c) over all n is 1 / (2 sinh(1 / 2 c)): about c weeks of trade."""
    course = run(plan_for((METAL,), 80, first=5), parameters(approval=0.0, clearing_weeks=weeks))
    np.testing.assert_allclose(course.free[:5], course.asked[:5])
    part = course.free[5:, 0, 0] / NET.flow[METAL]
    after = np.arange(75)
    np.testing.assert_allclose(part, np.where(after > 8 * weeks, 0, np.exp(-(after + 0.5) / weeks)), rtol=1e-12)
    assert part.sum() == pytest.approx(1 / (2 * np.sinh(1 / (2 * weeks))), rel=1e-3)
    assert (part + course.applied[5:, 0, 0] / NET.flow[METAL]) == pytest.approx(1)


def test_nothing_clears_under_a_ban_or_an_old_control() -> None:
    banned = plan_for((METAL,), 20)
    banned.ban[:] = True
    old = plan_for((METAL,), 20, before=30.0)
    for plan in (banned, old):
        assert run(plan, parameters(approval=0.0, clearing_weeks=2.0)).free.max() == 0


# --- foreign goods of Chinese content ---------------------------------------------------------------------------------


def test_content_asks_for_a_license_for_its_share() -> None:
    plan = plan_for((METAL,), 12, kind=OF_CONTENT)
    content = SimpleNamespace(share=np.full((len(NET.nodes), 1), 0.4))
    asked = np.full((12, 1), 1.2)
    course = run(plan, parameters(approval=0.0), asked, content=content)
    np.testing.assert_allclose(course.applied, 0.4 * 1.2 * NET.flow[METAL])
    np.testing.assert_allclose(course.free, 0.6 * NET.flow[METAL])  # goods free of content cannot fill the gap


# --- accounts -------------------------------------------------------------------------------------------------------

SHARE = st.floats(0, 1)
WEEK = st.tuples(SHARE, st.floats(0, 3), st.floats(0, 30), SHARE, st.booleans(), st.floats(0, 2), SHARE)


@settings(max_examples=60, deadline=None)
@given(st.lists(WEEK, min_size=1, max_size=40), st.floats(0, 5), st.booleans())
def test_applied_is_pending_granted_or_sent(rows, clearing: float, old: bool) -> None:
    weeks = len(rows)
    plan = plan_for((METAL, HEAVY), weeks, before=9.0 if old else 0.0)
    met = np.ones((weeks, 2))
    asked = np.ones((weeks, 2))
    for week, (approval, throughput, lag, general, ban, want, share) in enumerate(rows):
        plan.approval[week], plan.throughput[week], plan.lag[week] = approval, throughput, lag
        plan.general[week], plan.ban[week] = general, ban
        asked[week], met[week] = want, share
    par = parameters(controlled_share=[0.3, 0.9], clearing_weeks=clearing, hold_up=0.5)
    start = LicenseQueue(NET, plan, par)
    start.start(None)
    course = run(plan, par, asked, met)
    gone = start.stages.sum(axis=0) + course.applied.cumsum(axis=0) - course.licensed.cumsum(axis=0)
    np.testing.assert_allclose(course.waiting + course.granted, gone, atol=1e-9)
    for values in (course.applied, course.free, course.licensed, course.waiting, course.granted):
        assert values.min() >= 0
    most = plan.throughput[:, :, None] * NET.flow[plan.edges][None, :, None]
    assert (course.licensed <= most + 1e-9).all()
    assert (course.free + course.applied <= course.asked + 1e-9).all()
    ordered = np.zeros((weeks, len(NET.nodes), 2))
    for i, edge in enumerate(plan.edges):
        ordered[:, NET.target[edge]] += course.applied[:, i] - course.licensed[:, i]
    np.testing.assert_allclose(course.ordered, ordered, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 1), st.floats(0, 1), st.floats(3, 20), st.floats(0.05, 2))
def test_more_is_granted_never_less_leaves(low: float, more: float, lag: float, throughput: float) -> None:
    par = parameters(approval=[low, low + (1 - low) * more], lag_weeks=lag, throughput=throughput)
    left = run(plan_for((METAL,), 50), par).licensed.cumsum(axis=0)[:, 0]
    assert (left[:, 1] >= left[:, 0] - 1e-9).all()


def test_single_precision_is_near() -> None:
    plan, par = plan_for((LIGHT, HEAVY), 60), parameters(approval=0.5, throughput=0.4, clearing_weeks=1.5, hold_up=0.7)
    fine, coarse = run(plan, par), run(plan, par, dtype=np.float32)
    np.testing.assert_allclose(coarse.licensed, fine.licensed, atol=1e-4)
    np.testing.assert_allclose(coarse.waiting, fine.waiting, rtol=1e-4)


def test_a_plan_that_touches_nothing_leaves_all_as_it_is() -> None:
    queue = LicenseQueue(NET, free_plan(NET, 20_000, 3), parameters())
    request = np.ones((len(NET.edges), 1))
    assert queue.bound(0, request, None) is None
    assert (request == 1).all()
    assert queue.settle(np.zeros((len(NET.nodes), 1)), request, None, request) is None
    assert queue.start(None) == 0


# --- quotas ---------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 50), min_size=2, max_size=2), st.floats(0, 60), SHARE)
def test_a_quota_cuts_in_proportion_and_leaks(asked: list[float], cap: float, leak: float) -> None:
    request = np.zeros((len(NET.edges), 2))
    request[[LIGHT, HEAVY], 0] = asked
    request[METAL] = 7.0
    before = request.copy()
    Quotas([Quota(np.array([LIGHT, HEAVY]), np.array([cap]), leak)]).bound(0, request)
    total = sum(asked)
    sent = request[[LIGHT, HEAVY], 0].sum()
    assert sent == pytest.approx(min(total, cap) + leak * max(total - cap, 0.0), abs=1e-9)
    assert request[LIGHT, 0] * before[HEAVY, 0] == pytest.approx(request[HEAVY, 0] * before[LIGHT, 0], abs=1e-9)
    assert (request[METAL] == 7.0).all()


def test_a_quota_without_cap_this_week_does_nothing() -> None:
    request = np.full((len(NET.edges), 1), 99.0)
    quota = Quota(np.array([LIGHT]), np.array([np.inf, 0.0]))
    Quotas([quota]).bound(0, request)
    assert (request == 99).all()
    Quotas([quota]).bound(1, request)
    assert request[LIGHT, 0] == 0
