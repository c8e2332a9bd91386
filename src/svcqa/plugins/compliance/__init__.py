"""Compliance: the share of cases that kept the promise."""
