"""Readers of the file forms of trade baselines; ``countermeasure.io.trade_baselines`` chooses among them."""
