"""Where the engines meet: scenarios that turn the book's duties and the chain's prices into a policy of the trade model."""

from countermeasure.scenario.backtest import BackTest, backtest
from countermeasure.scenario.critical import Critical, critical_of_supply
from countermeasure.scenario.duties import DutyAverages, chinese_average, us_averages
from countermeasure.scenario.games import (
    GameAnswer,
    GameSetting,
    Rules,
    game_setting,
    play_agreement,
    play_best,
    play_export,
    play_front,
    play_ladder,
    play_war,
)
from countermeasure.scenario.levels import policy_of
from countermeasure.scenario.model import TradeOutcome, TradeScenario
from countermeasure.scenario.read import load_trade_scenario, trade_scenario_names
from countermeasure.scenario.sheets import trade_answer, trade_sheets
from countermeasure.scenario.trade import run_trade

__all__ = [
    "BackTest",
    "Critical",
    "DutyAverages",
    "GameAnswer",
    "GameSetting",
    "Rules",
    "TradeOutcome",
    "TradeScenario",
    "backtest",
    "chinese_average",
    "critical_of_supply",
    "game_setting",
    "load_trade_scenario",
    "play_agreement",
    "play_best",
    "play_export",
    "play_front",
    "play_ladder",
    "play_war",
    "policy_of",
    "run_trade",
    "trade_answer",
    "trade_scenario_names",
    "trade_sheets",
    "us_averages",
]
