"""Results as pictures: SVG that stands alone, for the page, the screen and paper."""

from countermeasure.io.pictures.bars import stack_bars
from countermeasure.io.pictures.curve import curve_band
from countermeasure.io.pictures.fan import Panel, fan_chart, small_multiples
from countermeasure.io.pictures.lanes import Clock, Moment
from countermeasure.io.pictures.matrix import matrix
from countermeasure.io.pictures.sankey import sankey
from countermeasure.io.pictures.scatter import front_picture
from countermeasure.io.pictures.stategraph import state_graph
from countermeasure.io.pictures.timeline import timeline_picture

__all__ = [
    "Clock",
    "Moment",
    "Panel",
    "curve_band",
    "fan_chart",
    "front_picture",
    "matrix",
    "sankey",
    "small_multiples",
    "stack_bars",
    "state_graph",
    "timeline_picture",
]
