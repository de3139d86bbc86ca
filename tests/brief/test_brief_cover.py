"""Stock that keeps a firm running, checked by playing the firm again with that stock."""

from dataclasses import replace

import pytest

from countermeasure.supply.firm import Firm, Part, Source, cover_needed, run_firm
from countermeasure.supply.outcome import run_supply
from countermeasure.supply.scenario import load_scenario

FIRM = Firm(
    (
        Part("magnets", "mag_heavy", "EU", 0.9, 7.0, (Source("A", "CN", 0.8), Source("B", "JP", 0.2, "not_needed")), "hall"),
        Part("sensors", "mag_smco", "EU", 0.04, 12.0, (Source("C", "CN", 1.0),), "hall"),
        Part("powder", "ox_y", "US", 0.12, 16.0, (Source("D", "CN", 1.0, "rejected"),)),
        Part("free", "mag_light", "JP", 0.1, 3.0, (Source("E", "JP", 1.0, "not_needed"),)),
    )
)


@pytest.fixture(scope="module")
def outcome():
    return run_supply(load_scenario("no-permits-12-weeks"), 20, 1, count=500, readings=("implied",), economy=False)


def stops(outcome, covers):
    parts = tuple(replace(p, cover_weeks=c) for p, c in zip(FIRM.parts, covers, strict=True))
    answer = run_firm(outcome.simulation, Firm(parts), outcome.buyers["implied"])
    return {(o.kind, o.name): o.share_of_draws for o in answer.outlooks}


def test_the_stock_advised_keeps_line_and_parts_running(outcome):
    found = cover_needed(outcome.simulation, FIRM, outcome.buyers["implied"])
    after = stops(outcome, [c.hold if c.hold is not None else c.now for c in found])
    for cover in found:
        assert cover.hold is not None
        assert after["part", cover.part] <= 0.1
    assert after["line", "hall"] <= 0.1


def test_a_week_less_is_not_enough_for_a_part_alone(outcome):
    found = {c.part: c for c in cover_needed(outcome.simulation, FIRM, outcome.buyers["implied"])}
    assert found["powder"].hold > found["powder"].now
    less = [p.cover_weeks if p.name != "powder" else found["powder"].hold - 1 for p in FIRM.parts]
    assert stops(outcome, less)["part", "powder"] > 0.1


def test_stock_that_is_enough_is_left_as_it_is(outcome):
    free = cover_needed(outcome.simulation, FIRM, outcome.buyers["implied"])[3]
    assert (free.hold, free.now) == (3.0, 3.0)


def test_more_certainty_asks_for_no_less_stock(outcome):
    loose, strict = (cover_needed(outcome.simulation, FIRM, outcome.buyers["implied"], level=x) for x in (0.5, 0.05))
    for one, other in zip(loose, strict, strict=True):
        assert other.hold is None or other.hold >= one.hold


def test_what_no_stock_can_do_is_told(outcome):
    found = cover_needed(outcome.simulation, FIRM, outcome.buyers["implied"], level=0.0, most=2)
    assert [c.hold for c in found] == [None, None, None, 3.0]
