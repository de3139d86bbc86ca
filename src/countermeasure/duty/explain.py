"""Turn a solution into an answer a person can check: components in filing order, what was excluded, what is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.kernel import FACT_FAILS, NOT_GIVEN, limited_basis
from countermeasure.book.model import BASES, DAY, Role
from countermeasure.codes.day import format_day
from countermeasure.codes.hts import HtsCode, dotted_int10
from countermeasure.duty.answer import Answer, Component, Excluded
from countermeasure.duty.fees import fees_on
from countermeasure.duty.formula import even_dollars, known
from countermeasure.duty.line import SHARES, Line
from countermeasure.duty.missing import missing

if TYPE_CHECKING:
    from countermeasure.book.compiled import Clause, Compiled
    from countermeasure.duty.reach import Reach
    from countermeasure.duty.schedule import Schedule
    from countermeasure.duty.solve import Outcome, Solution

_METALS = dict(zip(SHARES, ("steel_content", "aluminium_content", "copper_content", ""), strict=True))


@dataclass(frozen=True, slots=True)
class Case:
    """A line after its number and origin were read."""

    line: Line
    code: HtsCode
    origin: str


def explain(
    case: Case, solution: Solution, compiled: Compiled, schedule: Schedule | None, reach: Reach, change: tuple[int | None, str]
) -> Answer:
    """Write the answer for one reading.

    Args:
        case: The line.
        solution: Its solution on its own day.
        compiled: The book it was solved with.
        schedule: The tariff schedule, or ``None``.
        reach: The reach of its first alternative.
        change: Next day on which the answer changes, and to what.
    """
    line = case.line
    low, ordinary, high = solution.low, solution.ordinary, solution.high
    value = line.value_usd
    open_facts = missing(line, solution, compiled, schedule)
    gaps = _gaps(case, compiled)
    because = [f"the answer depends on {m.fact}" for m in open_facts] + gaps
    if solution.suffix_unknown:
        because.append(
            f"the ten-digit number is in no edition held for {format_day(line.on)}; the rate of its eight digits was used"
        )
    if schedule is None:
        because.append("column 1 of this customs territory is not held, so its own duty is left out")
    parts = [_components(case, o, compiled, schedule) for o in solution.outcomes]
    fees = fees_on(value, line.on, line.mode) if value is not None and line.into == "US" else None
    components = _joined(parts)
    struck = [c.usd for c in components if c.remark.startswith("collected against law") and c.usd is not None]
    return Answer(
        reading=compiled.reading.value,
        rate_low=known(low),
        rate=known(ordinary),
        rate_high=known(high),
        duty_usd_low=_money(low, value),
        duty_usd=_money(ordinary, value),
        duty_usd_high=_money(high, value),
        fees_usd=None if fees is None else fees.usd,
        fees_note="" if fees is None else fees.note,
        components=components,
        excluded=_excluded(solution.outcomes[0], compiled),
        missing=tuple(open_facts),
        complete=not because,
        because=tuple(because),
        suspended=_suspended(case, reach, compiled),
        claims=_claims(solution.outcomes[0]),
        statements=_statements(case, reach, compiled),
        refundable_usd=round(sum(struck), 2) if struck else None,
        changes_on=change[0],
        changes_to=change[1],
    )


def _money(rate: float, value: float | None) -> float | None:
    if value is None or math.isnan(rate):
        return None
    return round(rate * float(even_dollars(value)) + 1e-9, 2)


# ------------------------------------------------------------------------------------------------ components


def _components(case: Case, outcome: Outcome, compiled: Compiled, schedule: Schedule | None) -> list[Component]:
    """Components of the ordinary world: duties that apply and reliefs that freed or limited one."""
    plan, settled = outcome.plan, outcome.settled
    applied = settled.applied[0]
    always = np.flatnonzero(settled.applied.all(axis=0)).tolist()
    useful = outcome.resolved.useful
    found: list[tuple[int, int, Component]] = []
    for position in np.flatnonzero(applied).tolist():
        clause = compiled.clauses[plan.clauses[position]]
        if clause.body.role is Role.DUTY:
            component = _duty(case, outcome, clause, position, schedule, position in always)
        elif clause.body.role is Role.RELIEF and position in useful:
            component = _component(clause, 0.0, clause.body.basis, 0.0, certain=position in always)
        else:
            continue
        order = compiled.programmes[clause.body.programme].order
        found.append((order, int(clause.body.role is Role.DUTY), component))
    return [c for _, _, c in sorted(found, key=lambda f: (f[0], f[1], f[2].heading))]


def _duty(case: Case, outcome: Outcome, clause: Clause, position: int, schedule: Schedule | None, certain: bool) -> Component:
    body = clause.body
    line = case.line
    own = BASES[int(outcome.plan.basis[position])]
    floor = own == "total_with_column_1"
    basis = limited_basis(outcome.plan, outcome.settled.applied[:1], position, start=0 if floor else None)
    name = BASES[basis if isinstance(basis, int) else int(basis[0])]
    part = line.dutiable_share
    value = None if line.value_usd is None or part is None else float(even_dollars(line.value_usd)) * part
    if name in ("column_1", "column_2"):
        return _schedule_component(case, outcome, clause, name, schedule, value, certain)
    rate, share = body.rate, _share_of(name, line)
    heading = body.heading
    if floor:
        column_1 = outcome.schedule[0]
        rate = max(body.rate - column_1, 0.0) if not math.isnan(column_1) else math.nan
        if rate == 0 and body.heading_if_zero:
            heading = body.heading_if_zero
    usd = None if value is None or share is None or math.isnan(rate) else round(rate * share * value + 1e-9, 2)
    remark = body.certainty
    if body.per_item_usd is not None:
        remark = f"or {body.per_item_usd:g} dollars per item, as the carrier chose. {remark}".strip()
    if clause.against_law:
        remark = f"collected against law: struck down before this day, refundable. {remark}".strip()
    return _component(clause, known(rate), name, usd, certain=certain, heading=heading, remark=remark)


def _share_of(basis: str, line: Line) -> float | None:
    """Part of the value that a basis is, if the line tells."""
    if basis == "value":
        return 1.0
    shares = [line.shares.get(s) for s in SHARES[:3]]
    us = line.shares.get("us_content_share", 0.0)
    if basis == "non_us_content":
        return 1.0 - us
    for name, metal in _METALS.items():
        if metal == basis:
            return line.shares.get(name, 1.0)
    if all(s is None for s in shares):
        return 0.0
    rest = 1.0 - min(sum(s for s in shares if s is not None), 1.0)
    return rest if basis == "non_metal_content" else max(rest - us, 0.0)


def _schedule_component(
    case: Case,
    outcome: Outcome,
    clause: Clause,
    basis: str,
    schedule: Schedule | None,
    value: float | None,
    certain: bool,
) -> Component:
    column = 1 if basis == "column_1" else 2
    row = outcome.alternative.row
    fraction = float(outcome.schedule[column - 1])
    text, plain = "", None
    if schedule is not None and row >= 0:
        rate = schedule.rate(row, column)
        text = rate.text
        plain = rate.ad_valorem if rate.computable and not rate.specific else None
    usd = None if value is None or math.isnan(fraction) else round(fraction * value + 1e-9, 2)
    number = case.code.dotted if case.code.level == 10 else dotted_int10(outcome.alternative.code)
    if len(outcome.alternative.codes) > 1:
        number = case.code.dotted
    return _component(clause, plain, "value" if plain is not None else basis, usd, certain=certain, heading=number, text=text)


def _component(
    clause: Clause,
    rate: float | None,
    basis: str,
    usd: float | None,
    *,
    certain: bool = True,
    heading: str | None = None,
    text: str = "",
    remark: str | None = None,
) -> Component:
    body = clause.body
    return Component(
        provision=clause.provision,
        heading=body.heading if heading is None else heading,
        programme=body.programme,
        name=body.name or clause.provision,
        rate=rate,
        basis=basis,
        usd=usd,
        citation=f"{clause.citation}; {body.note}" if body.note else clause.citation,
        confidence=clause.confidence,
        certain=certain,
        text=text,
        remark=body.certainty if remark is None else remark,
    )


def _joined(parts: list[list[Component]]) -> tuple[Component, ...]:
    """Components of all alternatives: those of the first, then what others add, as uncertain."""
    if len(parts) == 1:
        return tuple(parts[0])
    names = [{c.provision for c in part} for part in parts]
    everywhere = set.intersection(*names)
    seen: set[tuple[str, str]] = set()
    joined: list[Component] = []
    for part in parts:
        for component in part:
            key = (component.provision, component.heading if component.programme != "schedule" else component.text)
            if key in seen:
                continue
            seen.add(key)
            sure = component.certain and component.provision in everywhere
            if component.programme == "schedule":
                sure = all(any(c.text == component.text for c in other) for other in parts)
            joined.append(component if sure == component.certain else replace(component, certain=sure))
    return tuple(joined)


# ------------------------------------------------------------------------------------------------ what does not apply


def _excluded(outcome: Outcome, compiled: Compiled) -> tuple[Excluded, ...]:
    plan, because = outcome.plan, outcome.settled.because
    if because is None:
        return ()
    found = []
    for position in np.flatnonzero(outcome.inside & plan.duty).tolist():
        code = int(because[0, position])
        clause = compiled.clauses[plan.clauses[position]]
        if code >= 0:
            other = compiled.clauses[plan.clauses[code]]
            label = f" ({other.body.heading})" if other.body.heading else ""
            found.append(Excluded(clause.provision, clause.body.heading, f"{other.body.name}{label}", other.provision))
        elif code == FACT_FAILS and all(compiled.facts[c.fact].absent == "unknown" for c in clause.body.facts):
            tests = ", ".join(str(c) for c in clause.body.facts)
            found.append(Excluded(clause.provision, clause.body.heading, f"needs: {tests}"))
        elif code == NOT_GIVEN:
            found.append(Excluded(clause.provision, clause.body.heading, "the duty it depends on does not apply"))
    return tuple(found)


def _suspended(case: Case, reach: Reach, compiled: Compiled) -> tuple[Component, ...]:
    """Duties in whose scope the line lies and that are suspended on the day."""
    clauses = [compiled.clauses[index] for index in reach.suspended(case.line.on)]
    duties = [clause for clause in clauses if clause.body.role is Role.DUTY]
    return tuple(_component(clause, clause.body.rate, clause.body.basis, None, certain=False) for clause in duties)


def _statements(case: Case, reach: Reach, compiled: Compiled) -> tuple[str, ...]:
    """Statements behind provisions in whose scope the line lies, on its day or later."""
    later = (i for i in reach.ever & compiled.stated.keys() if compiled.clauses[i].end > case.line.on * DAY)
    return tuple(sorted({name for index in later for name in compiled.stated[index]}))


def _claims(outcome: Outcome) -> tuple[str, ...]:
    """Facts that were not claimed and could change the duty."""
    return tuple(
        f.id for i, f in enumerate(outcome.plan.facts) if not f.branches and (outcome.regions[:, i] == f.ordinary).all()
    )


def _gaps(case: Case, compiled: Compiled) -> list[str]:
    """Gaps of the book that touch the line."""
    instant = case.line.on * DAY
    return [
        f"{gap.what} is not modelled: {gap.why}"
        for gap in compiled.gaps
        if case.origin in gap.origins
        and gap.into == compiled.into
        and gap.start <= instant < gap.end
        and (not gap.goods or case.code.digits.startswith(tuple(g.replace(".", "") for g in gap.goods)))
    ]


__all__ = ["Case", "explain"]
