"""What a model was asked to meet: one row of a validation."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """What was to be met.

    Attributes:
        id: A letter and a number, as V1 or G1a.
        what: What is compared.
        kind: ``fitted`` or ``predicted``.
        observed: What happened or was forecast, in words.
        simulated: What the model gives, with its band where there is one, in words.
        rule: When it passes.
        passed: Whether it does.
        why: What explains a miss or limits a pass.
    """

    id: str
    what: str
    kind: str
    observed: str
    simulated: str
    rule: str
    passed: bool
    why: str = ""

    @property
    def result(self) -> str:
        """Passed or missed."""
        return "pass" if self.passed else "MISS"

    def to_json(self) -> dict[str, str | bool]:
        """As an object."""
        return {
            "id": self.id,
            "what": self.what,
            "kind": self.kind,
            "observed": self.observed,
            "simulated": self.simulated,
            "rule": self.rule,
            "passed": self.passed,
            "why": self.why,
        }
