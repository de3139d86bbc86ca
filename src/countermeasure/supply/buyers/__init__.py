"""Buyers: what arrives is shared among many, each with stock and licenses of his own."""

from countermeasure.supply.buyers.run import READINGS, SIGNALS, Buyers, BuyersResult, buyers_for, run_buyers

__all__ = ["READINGS", "SIGNALS", "Buyers", "BuyersResult", "buyers_for", "run_buyers"]
