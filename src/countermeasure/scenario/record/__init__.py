"""The record of 2025: what customs counted and others forecast, the duties of the time, and what is set beside them."""
