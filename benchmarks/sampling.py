"""Callback samples: whether limits cover what they promise, whether draws are as designed, and how fast they are."""

from __future__ import annotations

from benchmarks import sampling_chance, sampling_coverage, sampling_draw


def run(rows: int, seed: int) -> None:
    sampling_coverage.run(rows, seed)
    sampling_chance.run(rows, seed)
    sampling_draw.run(rows, seed)
