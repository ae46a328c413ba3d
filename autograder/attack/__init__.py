"""Attacks hidden suites with generated answers, to measure how often they judge wrongly."""
