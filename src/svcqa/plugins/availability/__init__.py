"""Availability: how much of the promised time a service stood."""
