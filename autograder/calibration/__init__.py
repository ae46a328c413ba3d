"""Thresholds of training, and the runs behind them."""
