"""What a day may and may not change: properties of answers over time, on the shipped book and on small scenarios."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes import parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.duty.line import Line

GOODS = ("8505.11.00.70", "7318.15.20.65", "9403.20.00.90", "8703.80.00.20", "6109.10.00.12", "8517.13.00.00", "8542.31.00.45")
ORIGINS = ("CN", "HK", "DE", "JP", "CA", "MX", "IN", "BR", "RU")
DAYS = st.integers(parse_day("2025-01-01"), parse_day("2026-12-31"))
LINES = st.tuples(st.sampled_from(GOODS), st.sampled_from(ORIGINS))
HEAD = "id: what-if\nkind: scenario\nissuer: US\ncitation: N\ntitle: T\npublished_on: '2024-12-01'\nconfidence: memory\nacts:\n"
IMPOSE = '  - {act: impose, provision: us-mine, programme: s122, rate: "0.07", origin: {in: [CN, DE]}, from: "2025-02-01"}\n'
SUSPEND = '  - {act: suspend, provisions: [us-mine], from: "2025-06-01", until: "2026-06-01"}\n'


def rates(engine: DutyEngine, hts: str, origin: str, day: int) -> list[tuple[str, float | None, float | None, float | None]]:
    answers = engine.duty_on(Line(hts=hts, origin=origin, on=day, value_usd=1000.0)).answers
    return [(a.reading, a.rate_low, a.rate, a.rate_high) for a in answers]


def rounded(found: list[tuple[str, float | None, float | None, float | None]], more: float = 0.0) -> list[object]:
    return [(name, *(None if r is None else pytest.approx(r + more, abs=1e-9) for r in three)) for name, *three in found]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Iterator[DutyEngine]:
    path = tmp_path_factory.mktemp("scenario") / "what-if.yaml"
    path.write_text(HEAD + IMPOSE + SUSPEND, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERMEASURE_CACHE", "off")
        yield DutyEngine(None, [path])


@settings(max_examples=60, deadline=None)
@given(LINES, DAYS)
def test_a_suspended_measure_changes_nothing_on_its_days(scenario, line, day) -> None:
    hts, origin = line
    live = parse_day("2025-02-01") <= day and not parse_day("2025-06-01") <= day < parse_day("2026-06-01")
    more = 0.07 if live and origin in ("CN", "DE") else 0.0
    assert rates(scenario, hts, origin, day) == rounded(rates(DutyEngine.shipped(), hts, origin, day), more)


@settings(max_examples=60, deadline=None)
@given(LINES, DAYS, st.floats(0, 1))
def test_a_day_before_the_next_change_gives_the_same_rates(line, day, share) -> None:
    hts, origin = line
    engine = DutyEngine.shipped()
    for reading, answer in enumerate(engine.duty_on(Line(hts=hts, origin=origin, on=day, value_usd=1000.0)).answers):
        last = (answer.changes_on or parse_day("2027-01-01")) - 1
        if last <= day:
            continue
        then = engine.duty_on(Line(hts=hts, origin=origin, on=day + int(share * (last - day)), value_usd=1000.0)).answers
        other = then[min(reading, len(then) - 1)]
        assert (other.rate_low, other.rate, other.rate_high) == (answer.rate_low, answer.rate, answer.rate_high)
