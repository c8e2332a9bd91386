"""The chance of making the year, held against what came: generated series, then real ones where they are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks import forecast_real
from benchmarks.forecast_scores import Score, by_label, early_errors, print_calibration, print_scores, score
from benchmarks.forecast_series import Series, generated

SERIES = 640
"""16 of each kind and shape."""


def run(rows: int, seed: int) -> None:
    """Forecast ``rows`` generated series, at most 640; with all of them, the real ones and the sample's too."""
    count = min(rows, SERIES)
    print(f"{count} generated series, seed {seed}, one origin each", flush=True)
    scores = _scores(generated(count, seed), seed)
    for attribute in ("label", "kind"):
        for label, part in by_label(scores, attribute).items():
            print_scores(label, part)
    print_scores("all generated series", scores, aims=True)
    print_calibration(scores)
    _without_festival(scores, seed)
    if count == SERIES:
        _real(seed, scores)


def _without_festival(scores: list[Score], seed: int) -> None:
    """The same series again, the forecast not told of the festival: what telling it gains, and whether it does harm."""
    used = [place for place, one in enumerate(scores) if one.found.festival]
    for label, here in (("with an effect", True), ("without any", False)):
        places = [place for place in used if (scores[place].series.label == "festival") is here]
        if places:
            told = [scores[place] for place in places]
            untold = [
                score(replace(scores[place].series, festival=None), seed=seed + place, with_ets=False)
                for place in places
            ]
            print_scores(f"series {label} of the festival, three years or more, told of it", told)
            print_scores(f"series {label} of the festival, the same, not told", untold)
            errors = [np.concatenate([early_errors(one) for one in some]).mean() for some in (told, untold)]
            print(f"  January and February alone: pooled MASE told {errors[0]:.3f}, not told {errors[1]:.3f}")


def _real(seed: int, generated_scores: list[Score]) -> None:
    """Origins of one series are not independent of each other: their limits are too narrow, and no aim is set."""
    named = {"sample": forecast_real.sample}
    everything = list(generated_scores)
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
        everything += scores
    print_scores("all sets together", everything)


def _scores(series: Sequence[Series], seed: int) -> list[Score]:
    return [score(one, seed=seed + place, with_ets=True) for place, one in enumerate(series)]
