"""Measurements of speed and memory. Run ``python -m benchmarks`` from the root of the repository."""
