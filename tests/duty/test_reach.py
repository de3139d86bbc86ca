"""What is left out because nothing in reach differs: answers are those of settling every day under every reading."""

import random

import numpy as np
import pytest

from countermeasure.book import Reading
from countermeasure.book.load import shipped_data
from countermeasure.book.model import DAY
from countermeasure.codes import ORIGINS, format_day, parse_day
from countermeasure.codes.country import origin_index
from countermeasure.duty import DutyEngine, Line
from countermeasure.duty.engine import _differs, _schedule_days, _words
from countermeasure.duty.explain import explain
from countermeasure.duty.reach import Reaches
from countermeasure.duty.solve import alternatives, solve
from countermeasure.errors import NotFoundError

LINES = 500
CLOSE = ("CN", "CN", "CN", "HK", "MO", "JP", "DE", "CA", "MX", "VN", "RU", "GB", "BR", "IN", "KR", "TW")


class Slow(DutyEngine):
    """The plain way: every reading, and every day on which anything in scope begins or ends, is settled."""

    def __init__(self, **given) -> None:
        super().__init__(**given)
        self.settled = 0
        self.all = Reaches()

    def _answers(self, case):
        answers = []
        for reading in self.readings:
            compiled, schedule = self.compiled(case.line.into, reading), self.schedule(case.line.into)
            found = alternatives(case.code, case.line.on, compiled, schedule)
            reaches = [self.all.of(compiled, one.goods, origin_index(case.origin)) for one in found[0]]
            now = solve(case.line, case.code, case.origin, case.line.on, compiled, schedule)
            change = self._slow_change(case, now, compiled, {d for reach in reaches for d in reach.days})
            answer = explain(case, now, compiled, schedule, reaches[0], change)
            if not answers or _differs(answers[0], answer):
                answers.append(answer)
        return answers

    def _slow_change(self, case, now, compiled, days):
        schedule = self.schedule(case.line.into)
        if schedule is not None:
            days |= _schedule_days(schedule, case.code)
        for day in sorted(d for d in days if d > case.line.on):
            try:
                then = solve(case.line, case.code, case.origin, day, compiled, schedule)
            except NotFoundError:
                return day, "the number is discontinued"
            self.settled += 1
            if then.digest() != now.digest():
                same = then.digest()[:3] == now.digest()[:3]
                return day, _words(then) + (", the same, under other numbers or texts" if same else "")
        return None, ""


def lines(count: int, seed: int, schedule) -> list[Line]:
    rng = random.Random(seed)
    codes = schedule.universe().tolist()

    def one(number: int) -> Line:
        code = f"{rng.choice(codes):010d}"
        hts = rng.choice([code] * 5 + [code[:8], code[:6], code[:4], code[:8] + "00"])
        day = rng.randrange(parse_day("2018-01-01"), parse_day("2027-03-01"))
        into = rng.choice(["US"] * 6 + ["CN"])
        origin = rng.choice(["US", "US", "DE"]) if into == "CN" else rng.choice([*CLOSE * 4, *rng.sample(ORIGINS, 20)])
        facts = {name: value for name, value in (("loaded_on", float(day - rng.randrange(60))), ("car_part", 1.0), ("usmca", 1.0))
                 if rng.random() < 0.25}  # fmt: skip
        shares = {"steel_value_share": rng.choice([0.0, 0.1, 1.0])} if rng.random() < 0.2 else {}
        return Line(hts, origin, day, rng.choice([None, 1000.0]), str(number), into, facts, shares)

    return [one(number) for number in range(count)]


def told(engine: DutyEngine, line: Line) -> object:
    try:
        return engine.duty_on(line).to_json()
    except NotFoundError as error:
        return error.message


@pytest.mark.parametrize(
    ("count", "given"),
    [
        (LINES, {}),
        (80, {"known_on": parse_day("2025-10-20")}),
        (80, {"scenarios": [shipped_data() / "scenarios" / "no-deal-2025-11-01.yaml"]}),
        (80, {"readings": (Reading.ANNOUNCED, Reading.TEXT)}),
    ],
    ids=["shipped", "known on a day", "a scenario", "readings turned"],
)
def test_answers_are_those_of_the_plain_way(count: int, given: dict) -> None:
    slow, quick = Slow(**given), DutyEngine(**given)
    two = 0
    for line in lines(count, 20261010 + len(given), quick.us_schedule):
        plain = told(slow, line)
        assert told(quick, line) == plain, (line, format_day(line.on))
        two += isinstance(plain, dict) and len(plain["answers"]) > 1
    assert two or count < LINES  # some lines on which the readings differ are among them


def test_what_differs_between_the_readings_is_not_left_out() -> None:
    """China's answer of November 2025 ends with its text in November 2026; a statement carries it on."""
    engine = DutyEngine.shipped()
    days = (parse_day("2025-11-09"), parse_day("2026-11-10"), parse_day("2026-11-30"))
    found = [engine.duty_on(Line("7219.22.00.25", "US", day, into="CN")) for day in days]
    assert [len(one.answers) for one in found][1:] == [2, 2]
    assert found[1].answers[0].rate > found[1].answers[1].rate


def test_less_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow = DutyEngine(), Slow()
    settled = []
    plain = solve
    monkeypatch.setattr("countermeasure.duty.engine.solve", lambda *given: settled.append(given[3]) or plain(*given))
    for line in lines(60, 5, quick.us_schedule):
        told(quick, line)
        told(slow, line)
    assert len(settled) < (slow.settled + 120) / 2


def test_spans_and_kernel_agree() -> None:
    """The clauses that the kernel finds in scope on a day are living spans of the reach; suspended ones are never settled."""
    engine = DutyEngine.shipped()
    compiled = engine.compiled("US", Reading.TEXT)
    rng = np.random.default_rng(3)
    reaches = Reaches()
    for goods, place in zip(rng.integers(0, len(compiled.class_bits), 40), rng.integers(0, len(ORIGINS), 40), strict=True):
        reach = reaches.of(compiled, int(goods), int(place))
        for interval in rng.integers(1, len(compiled.days) - 1, 6).tolist():
            day = int(compiled.days[interval])
            plan = compiled.plan(interval)
            goods_table, origin_table = plan.tables(compiled)
            inside = set(plan.clauses[goods_table[goods] & origin_table[place]].tolist())
            first, after, clause, _ = reach.spans.T
            here = (first < (day + 1) * DAY) & (after > day * DAY)
            assert set(clause[here & reach.living].tolist()) == inside
            assert all(compiled.clauses[i].suspended for i in reach.suspended(day))
            assert reach.suspended(day) == clause[here & ~reach.living].tolist()
