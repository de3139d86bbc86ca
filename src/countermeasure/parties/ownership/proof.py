"""Why: the rounds and the stakes that carried an entity over the line, or how far it stays below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.errors import NotFoundError
from countermeasure.parties.ownership.model import FLAGS, FULL, Status, percent_of_code, span_words
from countermeasure.parties.ownership.trace import Carried, carried, list_words

if TYPE_CHECKING:
    from countermeasure.parties.ownership.judge import Result
    from countermeasure.parties.ownership.model import Standing

__all__ = ["Proof", "Stake", "Step", "prove"]

MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Stake:
    """One stake or link as a proof shows it.

    Attributes:
        owner: Id of the owner.
        label: What a person calls it.
        owned: Id of the entity.
        kind: ``shares``, ``votes``, ``branch``, ``control``.
        low: Least share, as a code.
        high: Greatest share.
        owner_is: ``listed``, ``restricted``, ``possible`` or ``free``: what is known of the owner.
        remark: What is odd about the stake, or empty.
        source: Register or file, with its row, or empty.
        carries: Whether it is one of those that carry the entity over the line.
    """

    owner: str
    label: str
    owned: str
    kind: str
    low: int
    high: int
    owner_is: str
    remark: str = ""
    source: str = ""
    carries: bool = False

    @property
    def words(self) -> str:
        """The stake in words."""
        if self.kind in ("branch", "control"):
            return {"branch": "a branch of it", "control": "controlled by it"}[self.kind]
        if "not known" in self.remark and self.low == 0 and self.high == FULL:
            return f"{self.kind}, share not known"
        return f"{span_words(self.low, self.high)} of the {self.kind}"

    @property
    def told(self) -> str:
        """The stake in words, with its remark."""
        return f"{self.words} ({self.remark})" if self.remark and self.remark not in self.words else self.words


@dataclass(frozen=True, slots=True)
class Step:
    """One entity in a proof.

    Attributes:
        round: Round in which it was reached; 0 for the listed.
        entity: Its id.
        label: What a person calls it.
        by: ``listed``, ``branch``, ``control``, ``stakes`` or ``below``.
        low: Least share that restricted owners hold together, as a code.
        high: Greatest share.
        stakes: Those that carry it over the line, then others of restricted owners.
        listings: For a listed party its lists, in words.
        sure: Whether this step is certain.
    """

    round: int
    entity: str
    label: str
    by: str
    low: int = 0
    high: int = 0
    stakes: tuple[Stake, ...] = ()
    listings: tuple[str, ...] = ()
    sure: bool = True

    @property
    def words(self) -> str:
        """The step in words."""
        if self.by == "listed":
            return f"{self.label} is on {', '.join(self.listings)}" + ("" if self.sure else ", if it is the listed party")
        if self.by == "below":
            return self._below()
        carrying = [s for s in self.stakes if s.carries] or list(self.stakes)
        told = "; ".join(f"{s.label}: {s.told}" for s in carrying[:MOST_SHOWN])
        more = f"; {len(carrying) - MOST_SHOWN} more" if len(carrying) > MOST_SHOWN else ""
        if self.by in ("branch", "control"):
            return f"{self.label} is {carrying[0].words}: {carrying[0].label}"
        return f"{self.label}: {told}{more}; together {span_words(self.low, self.high)}"

    def _below(self) -> str:
        near = [s for s in self.stakes if s.owner_is != "free"]
        if not near:
            known = len(self.stakes)
            return f"{self.label}: " + (
                f"no restricted party among its known owners ({known})" if known else "no owner is known"
            )
        told = "; ".join(f"{s.label} ({s.owner_is}): {s.told}" for s in near[:MOST_SHOWN])
        free = len(self.stakes) - len(near)
        others = f"; other owners: {free}" if free else ""
        return f"{self.label}: {told}; together {span_words(self.low, self.high)}" + others


@dataclass(frozen=True, slots=True)
class Proof:
    """Why an entity has its status.

    Attributes:
        standing: The status, with its flags.
        label: What a person calls the entity.
        rule_name: Name of the rule.
        rule_text: What it asks.
        citation: Where it stands.
        line: The line in words.
        day: The day, or empty.
        in_force: Whether the rule was in force.
        steps: From the listed to the entity, by round.
        conclusion: The last sentence.
        notes: What else a person should know.
        carried: What comes down from listed owners.
    """

    standing: Standing
    label: str
    rule_name: str
    rule_text: str
    citation: str
    line: str
    day: str
    in_force: bool
    steps: tuple[Step, ...]
    conclusion: str
    notes: tuple[str, ...]
    carried: Carried

    def text(self) -> str:
        """The proof as text, one line per step."""
        head = f"{self.label}: {self.standing.status.value.replace('_', ' ')} under {self.rule_name}"
        lines = [f"{head}{f' on {self.day}' if self.day else ''}", f"  line: {self.line} ({self.citation})"]
        lines += [f"  round {step.round}: {step.words}" if step.by != "below" else f"  {step.words}" for step in self.steps]
        lines.append(f"  so: {self.conclusion}")
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The proof as a record."""
        standing = self.standing
        return {
            "entity": standing.entity,
            "name": self.label,
            "rule": standing.rule,
            "rule_name": self.rule_name,
            "citation": self.citation,
            "day": self.day or None,
            "in_force": self.in_force,
            "status": standing.status.value,
            "would_be": standing.would_be.value,
            "because": standing.because or None,
            "low_percent": standing.low,
            "high_percent": standing.high,
            "flags": list(standing.flags),
            "readings": {name: status.value for name, status in standing.readings.items()},
            "depends_on": list(standing.depends_on),
            "conclusion": self.conclusion,
            "notes": list(self.notes),
            "owners": [
                {"party": s.party, "list": s.list, "footnotes": list(s.footnotes), "requirement": s.requirement}
                for s in self.carried.listings
            ],
            "footnotes": list(self.carried.footnotes),
            "steps": [
                {
                    "round": step.round,
                    "entity": step.entity,
                    "by": step.by,
                    "certain": step.sure,
                    "low_percent": percent_of_code(step.low),
                    "high_percent": percent_of_code(step.high, up=True),
                    "listings": list(step.listings),
                    "stakes": [
                        {
                            "owner": s.owner,
                            "owned": s.owned,
                            "kind": s.kind,
                            "share": s.words,
                            "owner_is": s.owner_is,
                            "carries": s.carries,
                            "remark": s.remark or None,
                            "source": s.source or None,
                        }
                        for s in step.stakes
                    ],
                }
                for step in self.steps
            ],
        }


def prove(result: Result, entity: str | int) -> Proof:
    """Why an entity has its status.

    Args:
        result: Answers of one rule.
        entity: Its id or number.

    Raises:
        NotFoundError: If no edge and no listing names it.
    """
    standing = result.of(entity)
    number = result.graph.number(entity)
    day = format_day(result.day) if result.day is not None else ""
    if number is None:
        mine = [s for s in (*result.seeds.sure, *result.seeds.possible, *result.seeds.outside) if s.party == entity]
        if not mine:
            raise NotFoundError(f"no edge names {entity!r}", code="unknown_party", cure="Use an owner or entity of the file.")
        steps: tuple[Step, ...] = (Step(0, str(entity), str(entity), "listed", listings=tuple(map(list_words, mine))),)
        label = str(entity)
    else:
        from countermeasure.parties.ownership.steps import steps_to

        steps = steps_to(result, number)
        label = result.graph.label(number)
    return Proof(
        standing=standing,
        label=label,
        rule_name=result.rule.name,
        rule_text=result.rule.text,
        citation=result.rule.citation,
        line=f"{result.rule.line} held by restricted parties",
        day=day,
        in_force=result.in_force,
        steps=steps,
        conclusion=_conclusion(result, standing, label),
        notes=_notes(result, standing),
        carried=carried(result, entity),
    )


def _conclusion(result: Result, standing: Standing, label: str) -> str:
    rule, status = result.rule, standing.status
    share = standing.low if standing.low == standing.high else f"{standing.low} to {standing.high}"
    at_least = standing.low if standing.low == standing.high else f"at least {standing.low}"
    if status is Status.RESTRICTED:
        why = {
            "listed": "it is listed itself",
            "branch": "it is a branch of a restricted party",
            "control": "a restricted party controls it, which counts under this rule",
        }.get(standing.because, f"restricted parties hold {at_least} %")
        return f"{label} is restricted: {why}"
    if "rule_not_in_force" in standing.flags:
        return f"{label} is not restricted: the rule is not in force; if it were, it would be {_plain(standing.would_be)}"
    if status is Status.LAW_SILENT:
        both = ", ".join(f"{_plain(s)} in the {name} reading" for name, s in standing.readings.items())
        return f"the law does not say: {both}"
    if status is Status.POSSIBLE:
        if standing.depends_on:
            names = " or ".join(standing.depends_on[:3])
            verb = "are the listed parties" if " and " in standing.depends_on[0] else "is the listed party"
            return f"{label} is restricted if {names} {verb}"
        return f"{label} may be restricted: restricted parties hold {share} %, and the line is {rule.line}"
    if "us_entity" in standing.flags:
        return f"{label} is not reached: it is incorporated in the United States"
    if standing.high == "0":
        return f"{label} is not restricted: no restricted party holds anything of it"
    return f"{label} is not restricted: restricted parties hold {share} %, and the line is {rule.line}"


def _plain(status: Status) -> str:
    return status.value.replace("_", " ")


def _notes(result: Result, standing: Standing) -> tuple[str, ...]:
    found = [f"{flag}: {FLAGS[flag]}" for flag in standing.flags]
    if result.unverified and standing.would_be is not Status.NOT_RESTRICTED:
        found.append(f"not verified: {result.unverified}")
    if standing.readings and standing.status is Status.LAW_SILENT:
        found.append("narrow: one listed owner, held directly; broad: listed owners add up and chains count")
    return tuple(found)
