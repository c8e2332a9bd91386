"""Generated monthly series whose future is known, none of them made by the model that is to forecast them.

Five kinds of figure, eight shapes of course; seasons are waves or peaks, trends straight lines that may end, noise can
hang together, single months can stand out, counts can vary more than chance. All are series of a Chinese company, so
that the forecast is told of the Spring Festival; it has an effect in one shape alone, whose forecasts begin with the
first months of the year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.clock.festivals import festivals, lunar_new_years
from svcqa.plugins.series.forecast import FESTIVAL_DAYS
from svcqa.stats.moving_holidays import holiday_days

Float64 = npt.NDArray[np.float64]
SHAPES: Final = (
    "plain",
    "seasonal",
    "trending",
    "seasonal and trending",
    "step",
    "overdispersed",
    "wandering",
    "festival",
)
KINDS: Final = ("share", "rate", "duration", "rating", "amount")
SPREAD_OF_GOALS: Final = 0.15


@dataclass(frozen=True, kw_only=True)
class Series:
    """``value`` and ``base`` of all months; the forecast sees those before ``origin``.

    ``festival`` is how much of the Spring Festival lies in each month; ``None`` where nobody keeps it.
    """

    label: str
    kind: Any
    value: Float64
    base: Float64
    origin: int
    goal: float
    better: Any
    festival: Float64 | None = None

    @property
    def rest(self) -> int:
        return len(self.value) - self.origin

    @property
    def figures(self) -> Float64:
        """The monthly figure."""
        return self.value / self.base if self.kind in ("share", "rate") else self.value

    @property
    def year(self) -> float:
        """The figure of the last twelve months."""
        return figure(self.kind, self.value[-12:], self.base[-12:])


def figure(kind: str, value: Float64, base: Float64) -> float:
    """The figure of several months, in plain arithmetic."""
    if kind == "amount":
        return float(value.sum())
    total = value.sum() if kind in ("share", "rate") else (value * base).sum()
    return float(total / base.sum())


def generated(count: int, seed: int) -> list[Series]:
    """``count`` series, kinds and shapes in turn."""
    rng = np.random.default_rng(seed)
    combinations = [(kind, shape) for shape in SHAPES for kind in KINDS]
    return [_series(*combinations[place % len(combinations)], rng) for place in range(count)]


def _series(kind: str, shape: str, rng: np.random.Generator) -> Series:
    rest = int(rng.integers(11, 13) if shape == "festival" else rng.integers(1, 13))
    years = int(rng.integers(2, 6))
    months = 12 * years + int(rng.integers(0, 12)) + 12
    last_year = int(rng.integers(2012, 2026))
    predictor = _course(shape, months, rng)
    if shape == "festival":
        predictor += _weeks_around(months, last_year, rng)
    cases = _cases(months, rng)
    value, base = _observed(kind, shape, predictor=predictor, cases=cases, rng=rng)
    origin = months - rest
    goal = _goal(kind, value[:origin], base=base[:origin], rest=rest, rng=rng)
    better = "lower" if kind in ("rate", "duration") else "higher"
    return Series(
        label=shape,
        kind=kind,
        value=value,
        base=base,
        origin=origin,
        goal=goal,
        better=better,
        festival=festival_shares(months, last_year),
    )


def _weeks_around(months: int, last_year: int, rng: np.random.Generator) -> Float64:
    """What the weeks about the lunar new year change: from three days ahead of it, fading over a fortnight. It is not
    made of the days off that the forecast is told of, and every year's is another size."""
    found, first = np.zeros(months), (last_year + 1) * 12 - months
    effect = rng.choice([-1, 1]) * rng.uniform(0.15, 0.5)
    for year in range(first // 12, last_year + 1):
        size = effect * rng.uniform(0.8, 1.2)
        new_year = lunar_new_years()[year]
        weights = {new_year + dt.timedelta(days=day): 1.0 if day < 8 else (15 - day) / 8 for day in range(-3, 15)}
        for day, weight in weights.items():
            place = day.year * 12 + day.month - 1 - first
            if 0 <= place < months:
                found[place] += size * weight / sum(weights.values())
    return found


def festival_shares(months: int, last_year: int) -> Float64:
    """How much of the Spring Festival lies in each of ``months`` that end with December of ``last_year``."""
    first = (last_year + 1) * 12 - months
    starts = [dt.date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(months + 1)]
    stretches = [(start, following - dt.timedelta(days=1)) for start, following in pairwise(starts)]
    return holiday_days(stretches, festivals(starts[0], starts[-1]))["during"] / FESTIVAL_DAYS


def _course(shape: str, months: int, rng: np.random.Generator) -> Float64:
    """Deviations from the level, in logarithms or logits."""
    t = np.arange(months)
    found = 0.05 * rng.standard_normal(months)
    if "seasonal" in shape or shape == "festival":
        wave = rng.uniform(0.1, 0.4) * np.sin(2 * np.pi * (t + rng.uniform(0, 12)) / 12)
        peak = rng.uniform(0.2, 0.6) * np.isin((t + rng.integers(0, 12)) % 12, (0, 1))
        found += wave if rng.random() < 0.5 else peak
    if "trending" in shape:
        ends = months if rng.random() < 0.7 else rng.integers(months // 2, months)
        found += rng.choice([-1, 1]) * rng.uniform(0.005, 0.025) * np.minimum(t, ends)
    if shape == "step":
        found += rng.choice([-1, 1]) * rng.uniform(0.2, 0.8) * (t >= rng.integers(6, months))
    if shape == "overdispersed":
        own = rng.uniform(0.15, 0.4)
        noise, kept = rng.standard_t(5, months) * np.sqrt(3 / 5) * own, rng.uniform(0, 0.5)
        for place in range(1, months):
            noise[place] = kept * noise[place - 1] + np.sqrt(1 - kept**2) * noise[place]
        found += noise
    if shape == "wandering":
        found += np.cumsum(rng.uniform(0.02, 0.1) * rng.standard_normal(months))
    return found


def _cases(months: int, rng: np.random.Generator) -> Float64:
    t = np.arange(months)
    season = rng.uniform(0, 0.3) * np.cos(2 * np.pi * (t + rng.uniform(0, 12)) / 12)
    expected = np.exp(rng.uniform(np.log(40), np.log(3000)) + season + rng.uniform(-0.005, 0.01) * t)
    return rng.poisson(expected * rng.gamma(200, 1 / 200, months)).astype(np.float64) + 1


def _observed(
    kind: str, shape: str, *, predictor: Float64, cases: Float64, rng: np.random.Generator
) -> tuple[Float64, Float64]:
    months = len(cases)
    if kind == "share":
        share = 1 / (1 + np.exp(-(rng.uniform(1.5, 4.0) + predictor)))
        if shape == "overdispersed":
            certain = rng.uniform(50, 300)
            share = rng.beta(share * certain, (1 - share) * certain)
        return rng.binomial(cases.astype(np.int64), share).astype(np.float64), cases
    if kind == "rate":
        exposure = np.round(rng.uniform(2e3, 2e5) * np.exp(0.003 * np.arange(months)))
        events = rng.poisson(rng.uniform(20, 400) * exposure / exposure[0] * np.exp(predictor))
        return events.astype(np.float64), exposure
    if kind == "duration":
        shape_of_case = rng.uniform(0.8, 3.0)
        return rng.gamma(shape_of_case * cases, rng.uniform(2, 50) / shape_of_case / cases) * np.exp(predictor), cases
    if kind == "rating":
        mean = np.clip(rng.uniform(7.5, 9.0) + predictor, 1, 9.8)
        asked = np.maximum(5, np.round(cases * 0.1))
        return np.clip(mean + rng.uniform(0.8, 1.6) * rng.standard_normal(months) / np.sqrt(asked), 1, 10), asked
    return np.round(rng.uniform(50, 5000) * np.exp(predictor + 0.03 * rng.standard_normal(months)), 1), np.ones(months)


def _goal(kind: str, value: Float64, *, base: Float64, rest: int, rng: np.random.Generator) -> float:
    """About the figure of the last twelve months known: neither sure nor hopeless for most, set before the future."""
    now = figure(kind, value[-12:], base[-12:])
    shift = SPREAD_OF_GOALS * rng.standard_normal() * np.sqrt(rest / 12)
    if kind == "share":
        now = min(max(now, 1e-3), 1 - 1e-3)
        return float(1 / (1 + np.exp(-(np.log(now / (1 - now)) + shift))))
    return float(now + shift) if kind == "rating" else float(now * np.exp(shift))
