"""Percentiles of time, with the cases still open counted as censored."""
