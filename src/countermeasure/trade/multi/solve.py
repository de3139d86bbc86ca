"""Solve the multi-sector model: one policy, many side by side, or a large shock in steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import NoSolutionError
from countermeasure.trade.multi.closures import check_closure, rebalanced
from countermeasure.trade.multi.iterate import equilibrium, result_of, solve_part
from countermeasure.trade.multi.sweep import elasticities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy
    from countermeasure.trade.multi.result import Equilibrium

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["part_of_the_way", "solve", "solve_in_steps", "solve_many"]

_CHUNK = 25
_STEP = 0.5


def solve(
    baseline: Baseline,
    policy: Policy,
    *,
    closure: str = "nominal",
    theta: Array | float | None = None,
    tolerance: float = 1e-10,
    start: Equilibrium | None = None,
) -> Equilibrium:
    """The equilibrium under a policy.

    Args:
        baseline: N economies, J sectors.
        policy: Levels after the change.
        closure: What becomes of deficits: a key of ``closures.CLOSURES``. With ``balanced`` the result's baseline is the
            rebalanced one; give that baseline yourself to spare its solution in every call.
        theta: Elasticities, (J,) or one number; the baseline's if absent. See ``horizon``.
        tolerance: Greatest relative error of any equation.
        start: An equilibrium near by, of the same baseline and number of quotas.

    Raises:
        InputError: If the policy, the closure or an elasticity cannot be.
        NoSolutionError: If the equations are not met, at once or in steps; the message says how far it came.
    """
    check_closure(closure)
    policy.check(baseline)
    if closure == "balanced":
        baseline = rebalanced(baseline, theta=theta)
    try:
        return equilibrium(baseline, policy, closure, theta, tolerance, start)
    except NoSolutionError as error:
        found = _walk(baseline, policy, closure, theta, tolerance, 1 / 16, error)
        if found.reached < 1:
            raise NoSolutionError(
                f"{error.message}; in steps from the baseline, {found.reached:.1%} of the way to the policy was solved",
                cure="Take a smaller shock or the closure `balanced`, or call solve_in_steps, which returns the nearest step.",
            ) from None
        return found


def solve_many(
    baseline: Baseline,
    policies: Sequence[Policy],
    *,
    closure: str = "nominal",
    theta: Array | float | None = None,
    tolerance: float = 1e-10,
    executor: Executor | None = None,
    strict: bool = True,
) -> list[Equilibrium | NoSolutionError]:
    """The equilibria under many policies, swept side by side.

    Args:
        baseline: N economies, J sectors.
        policies: S of them.
        closure: As in ``solve``.
        theta: As in ``solve``.
        tolerance: As in ``solve``.
        executor: Spread parts of the work over its workers, as a ``ProcessPoolExecutor``; one BLAS thread in each is best.
        strict: Raise at the first policy that cannot be solved; otherwise its error stands in its place.

    Returns:
        One result for each policy, in order.

    Raises:
        InputError: As in ``solve``.
        NoSolutionError: If ``strict`` and a policy cannot be solved.
    """
    check_closure(closure)
    for policy in policies:
        policy.check(baseline)
    if closure == "balanced":
        baseline = rebalanced(baseline, theta=theta)
    used = elasticities(baseline, theta)
    parts = [list(policies[a : a + _CHUNK]) for a in range(0, len(policies), _CHUNK)]
    if executor is None:
        found = [solve_part(baseline, part, closure, used, tolerance) for part in parts]
    else:
        jobs = [executor.submit(solve_part, baseline, part, closure, used, tolerance) for part in parts]
        found = [job.result() for job in jobs]
    results: list[Equilibrium | NoSolutionError] = []
    for part, answer in zip(parts, found, strict=True):
        for s, policy in enumerate(part):
            if s not in answer.troubles:
                results.append(result_of(baseline, policy, closure, used, answer, s))
                continue
            try:
                results.append(solve(baseline, policy, closure=closure, theta=used, tolerance=tolerance))
            except NoSolutionError as error:
                if strict:
                    raise error.at(f"policy {len(results) + 1} of {len(policies)}") from None
                results.append(error)
    return results


def solve_in_steps(
    baseline: Baseline,
    policy: Policy,
    *,
    closure: str = "nominal",
    theta: Array | float | None = None,
    tolerance: float = 1e-10,
    smallest: float = 1 / 128,
) -> Equilibrium:
    """Walk to a policy from the baseline, each step from the last solution; end at the nearest step that can be solved.

    A step s of the way has (1 + tariff), (1 + export tax), friction and the price of a critical input at the power s of their
    changes, and quotas at share^s. Bans stand from the last step on only, since a flow stops or does not; before it their flows
    meet a growing friction.

    Args:
        baseline: N economies, J sectors.
        policy: The goal.
        closure: As in ``solve``.
        theta: As in ``solve``.
        tolerance: As in ``solve``.
        smallest: Smallest step tried, as a share of the way.

    Returns:
        The equilibrium; its ``reached`` is 1.0 if the policy was solved, and otherwise the share of the way, with the policy of
        that step in it.

    Raises:
        NoSolutionError: If not even the smallest step can be solved.
    """
    check_closure(closure)
    policy.check(baseline)
    if closure == "balanced":
        baseline = rebalanced(baseline, theta=theta)
    try:
        return equilibrium(baseline, policy, closure, theta, tolerance)
    except NoSolutionError as error:
        return _walk(baseline, policy, closure, theta, tolerance, smallest, error)


def _walk(
    baseline: Baseline,
    policy: Policy,
    closure: str,
    theta: Array | float | None,
    tolerance: float,
    smallest: float,
    trouble: NoSolutionError,
) -> Equilibrium:
    """Steps to a policy that could not be solved at once; they halve where they fail."""
    done, step, last = 0.0, _STEP, None
    while done < 1.0 and step >= smallest:
        goal = min(1.0, done + step)
        try:
            last = equilibrium(baseline, part_of_the_way(baseline, policy, goal), closure, theta, tolerance, last)
        except NoSolutionError:
            step *= _STEP
            continue
        done = goal
        last = replace(last, reached=done)
    if last is None:
        raise trouble
    return last


def part_of_the_way(baseline: Baseline, policy: Policy, share: float) -> Policy:
    """The policy a share of the way from the baseline, in logs."""
    if share >= 1:
        return policy

    def between(new: Array, old: Array) -> Array:
        return np.asarray((1 + old) * ((1 + new) / (1 + old)) ** share - 1)

    friction = policy.friction**share
    friction = np.where(policy.banned, friction * np.exp(4.0 * share), friction)
    critical = policy.critical
    return replace(
        policy,
        tariff=between(policy.tariff, baseline.tariff),
        export_tax=between(policy.export_tax, baseline.export_tax),
        friction=friction,
        banned=np.zeros_like(policy.banned),
        quotas=tuple(replace(q, share=max(q.share, 1e-3) ** share) for q in policy.quotas),
        critical=None if critical is None else replace(critical, price=critical.price**share),
    )
