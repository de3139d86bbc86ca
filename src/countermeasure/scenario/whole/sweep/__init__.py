"""Many runs of one scenario: dials that move it, a grid of values, and what each point ends with."""

from countermeasure.scenario.whole.sweep.dials import Dial, dial, dial_names, dials_of, moved
from countermeasure.scenario.whole.sweep.grid import Axis, Grid, parse_grid
from countermeasure.scenario.whole.sweep.result import SweepResult
from countermeasure.scenario.whole.sweep.run import SWEPT, sweep

__all__ = [
    "SWEPT",
    "Axis",
    "Dial",
    "Grid",
    "SweepResult",
    "dial",
    "dial_names",
    "dials_of",
    "moved",
    "parse_grid",
    "sweep",
]
