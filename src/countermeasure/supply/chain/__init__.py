"""The chain: its tables, its steady state, and the arrays that follow from them."""

from countermeasure.supply.chain.baseline import Baseline, work_out
from countermeasure.supply.chain.model import STAGES, Chain, Demand, Product, Transit
from countermeasure.supply.chain.network import HOME, Network, compile_network

__all__ = ["HOME", "STAGES", "Baseline", "Chain", "Demand", "Network", "Product", "Transit", "compile_network", "work_out"]
