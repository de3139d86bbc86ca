"""What the law says of a portfolio: duty and license of every shipment, under one set of engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.brief.review import Review, review
from countermeasure.errors import CodeError, InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.brief.asked import Asked
    from countermeasure.duty.answer import LineAnswer
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.licensing.answer import LicenseAnswer
    from countermeasure.licensing.engine import LicenseEngine

__all__ = ["Engines", "Findings", "find"]


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of the law, made from the same book."""

    duty: DutyEngine
    license: LicenseEngine


@dataclass(frozen=True, slots=True)
class Findings:
    """Answers of the law.

    Attributes:
        duties: By shipment.
        licenses: By shipment.
        review: Sums over the duties.
        unanswered: Why a shipment has no answer, by shipment.
    """

    duties: Mapping[str, LineAnswer]
    licenses: Mapping[str, LicenseAnswer]
    review: Review
    unanswered: Mapping[str, str]

    def usd(self, line: str, asked: Asked) -> float | None:
        """Value of a shipment, from the portfolio or from its duty line."""
        known = asked.values.get(line)
        return known if known is not None or line not in self.duties else self.duties[line].value_usd


def find(asked: Asked, engines: Engines, within: int = 90) -> Findings:
    """Ask duty and license of every shipment.

    Args:
        asked: The shipments.
        engines: Engines of one book.
        within: Days after an entry that are watched for changes.

    Returns:
        The answers; a shipment that cannot be answered is told of and does not stop the others.
    """
    duties: dict[str, LineAnswer] = {}
    licenses: dict[str, LicenseAnswer] = {}
    unanswered: dict[str, str] = {}
    for line in asked.lines:
        try:
            duties[line.line_id] = engines.duty.duty_on(line)
        except (CodeError, NotFoundError) as error:
            unanswered[line.line_id] = f"duty: {error}"
    engines.license.screen(asked.transactions)
    for one in asked.transactions:
        try:
            licenses[one.id] = engines.license.license_for(one)
        except (CodeError, InputError, NotFoundError) as error:
            unanswered[one.id] = "; ".join(filter(None, (unanswered.get(one.id), f"license: {error}")))
    summed = review(list(duties.values()), within, [licenses.get(line) for line in duties])
    return Findings(duties, licenses, summed, unanswered)
