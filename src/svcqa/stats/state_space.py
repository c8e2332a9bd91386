"""A level with a damped trend and a season, filtered month by month for many settings of its variances at once.

η(t) = level(t) + season(month of t) + noise(t);  level(t+1) = level(t) + φ·slope(t) + shock;
slope(t+1) = φ·slope(t) + shock; the twelve seasonal effects sum to zero and drift slowly.

Source: A. C. Harvey (1989) Forecasting, Structural Time Series Models and the Kalman Filter;
E. S. Gardner and E. McKenzie (1985) Management Science 31, 1237–1246 (damping).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.stats.observation import Observed, update

Float64 = npt.NDArray[np.float64]
MONTHS: Final = 12
LEVEL, SLOPE, SEASON = 0, 1, 2
FESTIVAL: Final = SEASON + MONTHS
"""Beside level, slope and season, where a holiday that moves between months has an effect of its own."""
SEASON_DRIFT: Final = 0.03
"""Monthly drift of a seasonal effect in units of the effects' spread: a tenth of it in a year."""
_CENTRED: Final = np.eye(MONTHS) - 1.0 / MONTHS


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Standard deviations on the link scale and the damping φ, each shape ``(m,)``.

    Attributes:
        noise: of single months beyond the sampling of their cases (overdispersion).
        level: of the monthly shocks of the level.
        slope: of the monthly shocks of the slope; 0 for no trend.
        season: spread of the seasonal effects; 0 for no season.
        festival: prior standard deviation of a moving holiday's effect; 0 for none.
    """

    noise: Float64
    level: Float64
    slope: Float64
    damping: Float64
    season: Float64
    festival: Float64

    def __len__(self) -> int:
        return len(self.noise)

    def chosen(self, index: npt.NDArray[np.int64]) -> Settings:
        """The settings at ``index``."""
        return Settings(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


@dataclass(frozen=True)
class Filtered:
    """What is known before the first month to come: mean ``(m, d)`` and covariance ``(m, d, d)`` of the state."""

    mean: Float64
    covariance: Float64
    log_likelihood: Float64


def run_filter(
    observed: Observed,
    settings: Settings,
    *,
    first_month: int,
    start: tuple[float, float],
    spread: Float64,
    festival: Float64 | None = None,
) -> Filtered:
    """Filter all months.

    Args:
        first_month: place in the year of the first month, 0 … 11.
        start: mean and standard deviation of the level before the first month.
        spread: factor on the variance of ``settings.noise``, month by month.
        festival: how much of a moving holiday lies in each month, where ``settings.festival`` gives it an effect.
    """
    has_season = bool(settings.season.any())
    mean, covariance = _start(settings, start, has_season, festival is not None)
    likelihood = np.zeros(len(settings))
    for month in range(len(observed)):
        if month:
            advance(mean, covariance, settings)
        if not observed.known[month]:
            continue
        season = SEASON + (first_month + month) % MONTHS
        predictor, with_state = mean[:, LEVEL], covariance[:, :, LEVEL]
        if has_season:
            predictor, with_state = predictor + mean[:, season], with_state + covariance[:, :, season]
        if festival is not None and festival[month]:
            predictor = predictor + festival[month] * mean[:, FESTIVAL]
            with_state = with_state + festival[month] * covariance[:, :, FESTIVAL]
        state_variance = with_state[:, LEVEL] + (with_state[:, season] if has_season else 0.0)
        if festival is not None and festival[month]:
            state_variance = state_variance + festival[month] * with_state[:, FESTIVAL]
        variance = state_variance + settings.noise**2 * spread[month]
        after, after_variance, gained = update(observed, month, predictor, variance)
        gain = with_state / variance[:, None]
        mean += gain * (after - predictor)[:, None]
        covariance -= gain[:, :, None] * (gain * (variance - after_variance)[:, None])[:, None, :]
        likelihood += gained
    advance(mean, covariance, settings)
    return Filtered(mean, covariance, likelihood)


def _start(
    settings: Settings, start: tuple[float, float], has_season: bool, has_festival: bool
) -> tuple[Float64, Float64]:
    size = FESTIVAL + 1 if has_festival else SEASON + (MONTHS if has_season else 0)
    mean = np.zeros((len(settings), size))
    covariance = np.zeros((len(settings), size, size))
    mean[:, LEVEL] = start[0]
    covariance[:, LEVEL, LEVEL] = start[1] ** 2
    covariance[:, SLOPE, SLOPE] = settings.slope**2 / (1 - settings.damping**2)
    if has_season:
        covariance[:, SEASON:FESTIVAL, SEASON:FESTIVAL] = settings.season[:, None, None] ** 2 * _CENTRED
    if has_festival:
        covariance[:, FESTIVAL, FESTIVAL] = settings.festival**2
    return mean, covariance


def advance(mean: Float64, covariance: Float64, settings: Settings) -> None:
    """One month on, in place."""
    damping = settings.damping
    mean[:, LEVEL] += damping * mean[:, SLOPE]
    mean[:, SLOPE] *= damping
    covariance[:, LEVEL, :] += damping[:, None] * covariance[:, SLOPE, :]
    covariance[:, SLOPE, :] *= damping[:, None]
    covariance[:, :, LEVEL] += damping[:, None] * covariance[:, :, SLOPE]
    covariance[:, :, SLOPE] *= damping[:, None]
    covariance[:, LEVEL, LEVEL] += settings.level**2
    covariance[:, SLOPE, SLOPE] += settings.slope**2
    if covariance.shape[1] > SEASON:
        drift = (SEASON_DRIFT * settings.season) ** 2
        covariance[:, SEASON:FESTIVAL, SEASON:FESTIVAL] += drift[:, None, None] * _CENTRED
