"""One question put to all engines: a file names it, a run answers it part by part, each part is kept by content.

``load_whole`` reads a file or a shipped name, ``run_whole`` runs it, ``part_of`` computes one part. Parts are plain: a
sentence, figures by word, tables, assumptions, notes.
"""

from countermeasure.scenario.whole.blocks import supply_keys, supply_scenario, trade_keys, trade_scenario
from countermeasure.scenario.whole.engines import duty_engine_of, license_engine_of
from countermeasure.scenario.whole.instruments import instruments_of
from countermeasure.scenario.whole.layers import story_names, story_path
from countermeasure.scenario.whole.model import PARTS, Inputs, Outcome, Part, Scenario
from countermeasure.scenario.whole.plain import outcome_json, part_from_json, part_json
from countermeasure.scenario.whole.read import Head, load_whole, story_heads
from countermeasure.scenario.whole.run import FAILED, part_of, parts_of, run_whole

__all__ = [
    "FAILED",
    "PARTS",
    "Head",
    "Inputs",
    "Outcome",
    "Part",
    "Scenario",
    "duty_engine_of",
    "instruments_of",
    "license_engine_of",
    "load_whole",
    "outcome_json",
    "part_from_json",
    "part_json",
    "part_of",
    "parts_of",
    "run_whole",
    "story_heads",
    "story_names",
    "story_path",
    "supply_keys",
    "supply_scenario",
    "trade_keys",
    "trade_scenario",
]
