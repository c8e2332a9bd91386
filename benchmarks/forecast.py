"""The chance of making the year, held against what came: generated series, then real ones where they are at hand."""

from __future__ import annotations

from benchmarks.forecast_scores import by_label, print_calibration, print_scores, score
from benchmarks.forecast_series import generated

SERIES = 560
"""16 of each kind and shape."""


def run(rows: int, seed: int) -> None:
    """Forecast ``rows`` generated series, at most 560; then the real ones where their folder is beside the project."""
    count = min(rows, SERIES)
    print(f"{count} generated series, seed {seed}, one origin each", flush=True)
    scores = [score(one, seed=seed + place, with_ets=True) for place, one in enumerate(generated(count, seed))]
    for attribute in ("label", "kind"):
        for label, part in by_label(scores, attribute).items():
            print_scores(label, part)
    print_scores("all generated series", scores, aims=True)
    print_calibration(scores)
