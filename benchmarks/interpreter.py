"""A rival: the same rules walked row by row, without classes, bitsets or arrays.

It is written from the reference page of the book, not from the kernel, so that it is also an independent check of it: the tests
compare both on random lines. It answers the ordinary case only.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from countermeasure.book import Book, Reading
from countermeasure.book.model import DAY, Role
from countermeasure.codes import Groups

METALS = ("steel_content", "aluminium_content", "copper_content")


class Interpreter:
    """Walks every provision of a book for every question."""

    def __init__(self, book: Book, into: str = "US") -> None:
        self.book = book
        record = book.replayed(None, Reading.TEXT)
        self.lists = {name: {row.digits: [] for row in one.rows} for name, one in book.known_lists(record).items()}
        for name, one in book.known_lists(record).items():
            for row in one.rows:
                self.lists[name][row.digits].append((row.start, row.end))
        self.provisions = [
            p
            for p in record.provisions.values()
            if not any(s.body and s.body.role is Role.CONTROL for s in p.spells)
            if any(s.body and (s.body.into or book.by_id[s.instruments[0]].issuer) == into for s in p.spells)
        ]
        self.groups = Groups.load()
        self._names: dict[tuple[str, str, str], bool] = {}

    def rates(self, digits: str, origin: str, day: int, column_1: float, column_2: float) -> float:
        """Ordinary total of a line, as a fraction of the value."""
        instant = day * DAY
        live = {}
        for provision in self.provisions:
            # An ordinary line enters late in the day: a provision that starts or ends at noon is judged at its close.
            spell = provision.at(instant + DAY - 1)
            if spell.payable and spell.body and self._in_scope(spell.body, digits, origin, instant):
                live[provision.id] = spell.body
        holds = {name: all(self._fact(c) for c in body.facts) for name, body in live.items()}
        memo: dict[str, bool] = {}

        def applies(name: str) -> bool:
            if name not in memo:
                memo[name] = self._applies(name, live, holds, applies)
            return memo[name]

        total, floors, limits = 0.0, [], {}
        for name, body in live.items():
            if body.limits and applies(name):
                for other in live:
                    if other != name and self._matches(body.limits, other, live):
                        limits.setdefault(other, set()).add(body.limits_to)
        charged = [n for n, b in live.items() if b.role is Role.DUTY and applies(n)]
        main_metal = self._main_metal([live[n] for n in charged])
        for name in charged:
            body = live[name]
            # undeclared content: the whole value is the metal with the highest rate, and nothing is left beside it
            nothing_left = bool(main_metal) and "non_metal_content" in limits.get(name, ())
            if body.basis == "column_1":
                total += column_1
            elif body.basis == "column_2":
                total += column_2
            elif body.basis in METALS:
                total += body.rate if body.basis == main_metal else 0.0
            elif nothing_left:
                continue
            elif body.basis == "total_with_column_1":
                floors.append(max(0.0, body.rate - column_1))
            else:
                total += body.rate
        return total + sum(floors)

    @staticmethod
    def _main_metal(bodies) -> str | None:
        sums = {m: sum(b.rate for b in bodies if b.basis == m) for m in METALS}
        return max(METALS, key=lambda m: sums[m]) if any(sums.values()) else None

    def _applies(self, name, live, holds, applies) -> bool:
        body = live[name]
        if not holds[name]:
            return False
        if body.role is not Role.DUTY:
            targets = [o for o in live if o != name and self._matches((*body.frees, *body.limits), o, live)]
            if not targets:
                return False
        if body.given and not any(applies(o) for o in live if o != name and self._matches(body.given, o, live)):
            return False
        return not any(applies(o) for o, other in live.items() if o != name and self._matches(other.frees, name, live))

    def _matches(self, patterns, name, live) -> bool:
        body = live[name]
        for pattern in patterns:
            if pattern.startswith("programme:"):
                if body.role is Role.DUTY and fnmatchcase(body.programme, pattern[10:]):
                    return True
            elif "*" in pattern:
                if body.role is Role.DUTY and fnmatchcase(name, pattern):
                    return True
            elif pattern == name:
                return True
        return False

    def _in_scope(self, body, digits, origin, instant) -> bool:
        for scope, test in ((body.goods, self._has_code), (body.origin, self._has_origin)):
            case = digits if scope is body.goods else origin
            if scope.members and not any(test(m, case, instant) for m in scope.members):
                return False
            if any(test(m, case, instant) for m in scope.exceptions):
                return False
        return True

    def _has_code(self, member: str, digits: str, instant: int) -> bool:
        if member.startswith("list:"):
            table = self.lists[member[5:]]
            return any(start <= instant < end for n in range(2, 11) for start, end in table.get(digits[:n], ()))
        return digits.startswith(member.replace(".", ""))

    def _has_origin(self, member: str, origin: str, instant: int) -> bool:
        if member.startswith("group:"):
            return origin in self.groups.members(member[6:], instant // DAY)
        return member == origin

    def _fact(self, condition) -> bool:
        ordinary = self.book.facts[condition.fact].ordinary
        if condition.op == "is":
            return (ordinary == "yes") == bool(condition.value)
        if ordinary == "late":
            return condition.op == "from"
        value = float(ordinary)
        return value < condition.value if condition.op == "below" else value >= condition.value
