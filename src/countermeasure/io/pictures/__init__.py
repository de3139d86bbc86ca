"""Results as pictures: SVG that stands alone, for the page, the screen and paper."""

from countermeasure.io.pictures.bars import stack_bars
from countermeasure.io.pictures.curve import curve_band
from countermeasure.io.pictures.fan import Panel, fan_chart, small_multiples
from countermeasure.io.pictures.sankey import sankey

__all__ = ["Panel", "curve_band", "fan_chart", "sankey", "small_multiples", "stack_bars"]
