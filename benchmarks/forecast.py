"""The chance of making the year, held against what came: generated series, then real ones where they are at hand."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import forecast_real
from benchmarks.forecast_scores import Score, by_label, print_calibration, print_scores, score
from benchmarks.forecast_series import Series, generated

SERIES = 560
"""16 of each kind and shape."""


def run(rows: int, seed: int) -> None:
    """Forecast ``rows`` generated series, at most 560; with all of them, the real ones and the sample's too."""
    count = min(rows, SERIES)
    print(f"{count} generated series, seed {seed}, one origin each", flush=True)
    scores = _scores(generated(count, seed), seed)
    for attribute in ("label", "kind"):
        for label, part in by_label(scores, attribute).items():
            print_scores(label, part)
    print_scores("all generated series", scores, aims=True)
    print_calibration(scores)
    if count == SERIES:
        _real(seed)


def _real(seed: int) -> None:
    """Origins of one series are not independent of each other: their limits are too narrow, and no aim is set."""
    named = {"sample": forecast_real.sample}
    if forecast_real.at_hand():
        named = {"NHS": forecast_real.nhs, "CFPB": forecast_real.cfpb, **named}
    else:
        print("no real data beside the project: only the sample follows")
    for name, make in named.items():
        scores = _scores(make(), seed)
        print(f"{name}, rolling origins 12, 9, 6 and 3 months before the end of a year", flush=True)
        for label, part in by_label(scores, "label").items():
            print_scores(f"{name}, {label}", part)
        print_scores(f"{name}, all", scores)
        print_calibration(scores)


def _scores(series: Sequence[Series], seed: int) -> list[Score]:
    return [score(one, seed=seed + place, with_ets=True) for place, one in enumerate(series)]
