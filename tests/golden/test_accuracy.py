"""Figures that others published, as counted by benchmarks/accuracy.py. Every difference must have a written reason."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import accuracy


def test_every_dated_change_of_a_9903_number_is_a_boundary_or_has_a_reason(shared: Path) -> None:
    found = accuracy.change_records(shared)
    assert found.total > 900
    assert found.equal >= 480, "\n".join(found.lines())
    assert not found.unexplained, "\n".join(found.lines())


def test_table_of_goods_agrees_or_has_a_reason(shared: Path) -> None:
    found = accuracy.goods_rates(shared)
    assert found.total == 2156
    assert found.equal >= 2070, "\n".join(found.lines())
    assert not found.unexplained, "\n".join(found.lines())


def test_rebuilt_tracker_agrees_line_by_line_or_has_a_reason(shared: Path) -> None:
    for found in accuracy.rebuild(shared):
        assert found.total > 20_000
        assert not found.unexplained, "\n".join(found.lines())
