"""Callback samples: whether limits cover what they promise; the draw, where its benchmark is there."""

from __future__ import annotations

import importlib
import importlib.util

from benchmarks import sampling_coverage


def run(rows: int, seed: int) -> None:
    sampling_coverage.run(rows, seed)
    if importlib.util.find_spec("benchmarks.sampling_draw") is not None:
        importlib.import_module("benchmarks.sampling_draw").run(rows, seed)
