"""Satisfaction of all customers, estimated from a wave of callbacks."""
