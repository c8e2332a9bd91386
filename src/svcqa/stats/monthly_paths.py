"""Futures of a monthly series, simulated: which model its history bears, its settings, the months to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.importance import Weighted, posterior
from svcqa.stats.observation import Observed, link_values
from svcqa.stats.random_stream import normal, uniform
from svcqa.stats.state_space import FESTIVAL, LEVEL, MONTHS, SEASON, SLOPE, Filtered, Settings, run_filter

Float64 = npt.NDArray[np.float64]
Model = Literal["level", "trend", "season"]
FOR_TREND: Final = 12
"""Fewer known months than this: a level without a trend."""
FOR_FESTIVAL: Final = 36
"""Fewer known months than this: no effect of a holiday that moves; two festivals cannot tell it from the season."""
FOR_SEASON: Final = 24
"""Fewer known months than this: no season; a month seen once cannot be told from chance."""
_NOISE, _SHOCK, _SLOPE, _SPREAD = (0.25, 1.3), (0.08, 1.3), (0.01, 1.0), (1.5, 0.8)
"""Priors: median in units of the link's scale, and standard deviation of the logarithm."""
_FESTIVAL: Final = 1.0
"""Prior standard deviation of a whole festival's effect on a month, in units of the link's scale."""
_DAMPING: Final = (0.80, 0.195)
"""Least damping factor, and how far it can lie above."""
_TRACES_OF_NOISE: Final = (1e-9, 1e-7, 1e-5)
"""Parts of the trace, the smallest that does."""


@dataclass(frozen=True)
class Paths:
    """Simulated months to come on the link scale, ``(draws, months)``; which model they come from.

    ``effective`` says how many settings of the model bear the weight: below 20 the answer is rough; ``festival``
    whether a moving holiday has an effect of its own.
    """

    predictor: Float64
    model: Model
    effective: float
    festival: bool = False


def model_for(known_months: int) -> Model:
    """The model that a history of ``known_months`` bears.

    >>> [model_for(months) for months in (6, 12, 23, 24)]
    ['level', 'trend', 'trend', 'season']
    """
    if known_months < FOR_TREND:
        return "level"
    return "trend" if known_months < FOR_SEASON else "season"


def simulate(
    observed: Observed,
    *,
    first_month: int,
    ahead: int,
    scale: float,
    draws: int,
    generator: np.random.PCG64,
    spread: Float64,
    spread_ahead: Float64,
    festival: Float64 | None = None,
) -> Paths:
    """Months to come, with what is not known of the state, of the settings and of the months themselves.

    Args:
        first_month: place in the year of the first month, 0 … 11.
        scale: what counts as a middling change on the link scale.
        spread, spread_ahead: factors on the noise's variance of known months and of those to come; the latter
            ``(ahead,)`` or ``(draws, ahead)``.
        festival: how much of a moving holiday lies in each known month and in those to come.
    """
    count = int(observed.known.sum())
    model = model_for(count)
    moved = None if festival is None or count < FOR_FESTIVAL else _moved(festival, first_month)
    linked = link_values(observed)[observed.known]
    start = (float(linked[:MONTHS].mean()), 3 * scale + 3 * float(linked.std()))

    def filtered(points: Float64) -> Filtered:
        settings = _settings(points, model, scale)
        return run_filter(observed, settings, first_month=first_month, start=start, spread=spread, festival=moved)

    weighted = posterior(lambda points: filtered(points).log_likelihood, dimensions=_dimensions(model))
    chosen = _resample(weighted, draws, generator)
    distinct, index = np.unique(chosen, return_inverse=True)
    last = filtered(weighted.points[distinct])
    state = _draw_states(last, index, generator)
    settings = _settings(weighted.points[chosen], model, scale)
    month = first_month + len(observed)
    predictor = _forward(state, settings, month=month, ahead=ahead, generator=generator, spread=spread_ahead)
    if moved is not None:
        predictor += state[:, [FESTIVAL]] * moved[len(observed) :]
    return Paths(predictor, model, weighted.effective, moved is not None)


def _moved(festival: Float64, first_month: int) -> Float64:
    """How far each month has more of the holiday than the same months have on average: the rest is season."""
    of_year = (first_month + np.arange(len(festival))) % MONTHS
    usual = np.asarray(
        [festival[of_year == month].mean() if (of_year == month).any() else 0.0 for month in range(MONTHS)]
    )
    return np.asarray(festival - usual[of_year])


def _dimensions(model: Model) -> int:
    return {"level": 2, "trend": 4, "season": 5}[model]


def _settings(points: Float64, model: Model, scale: float) -> Settings:
    from scipy.special import ndtr

    def spread(column: int, prior: tuple[float, float]) -> Float64:
        spreads: Float64 = scale * prior[0] * np.exp(prior[1] * points[:, column])
        return spreads

    none = np.zeros(len(points))
    noise, level = spread(0, _NOISE), spread(1, _SHOCK)
    if model == "level":
        return Settings(noise=noise, level=level, slope=none, damping=none, season=none, festival=none)
    damping = _DAMPING[0] + _DAMPING[1] * ndtr(points[:, 3])
    season = spread(4, _SPREAD) if model == "season" else none
    return Settings(
        noise=noise,
        level=level,
        slope=spread(2, _SLOPE),
        damping=damping,
        season=season,
        festival=none + _FESTIVAL * scale,
    )


def _resample(weighted: Weighted, draws: int, generator: np.random.PCG64) -> npt.NDArray[np.int64]:
    """Places drawn by weight, evenly (systematic resampling: Kitagawa 1996, J. Comput. Graph. Statist. 5, 1–25)."""
    steps = (np.arange(draws) + uniform(generator, 1)) / draws
    index = np.searchsorted(np.cumsum(weighted.weights), steps)
    return np.minimum(index, len(weighted.weights) - 1).astype(np.int64)


def _draw_states(last: Filtered, index: npt.NDArray[np.int64], generator: np.random.PCG64) -> Float64:
    size = last.mean.shape[1]
    shocks = normal(generator, len(index) * size).reshape(len(index), size)
    return np.asarray(last.mean[index] + np.einsum("nij,nj->ni", _roots(last.covariance)[index], shocks))


def _roots(covariance: Float64) -> Float64:
    """Triangular roots: unlike eigenvectors they have no sign that rounding could turn.

    The seasonal effects sum to zero, so the matrices lack full rank: a trace of noise is added.
    """
    size = covariance.shape[1]
    symmetric = (covariance + covariance.transpose(0, 2, 1)) / 2
    trace = np.trace(symmetric, axis1=1, axis2=2)[:, None, None] * np.eye(size)
    for noise in _TRACES_OF_NOISE:
        try:
            return np.asarray(np.linalg.cholesky(symmetric + noise * trace))
        except np.linalg.LinAlgError:
            continue
    raise StatsError(Fault("forecast_unstable"))


def _forward(
    state: Float64, settings: Settings, *, month: int, ahead: int, generator: np.random.PCG64, spread: Float64
) -> Float64:
    """The linear predictor of each month to come; the season's drift within the year is left out as too small."""
    level, slope, draws = state[:, LEVEL].copy(), state[:, SLOPE].copy(), len(state)
    factors = np.broadcast_to(spread, (draws, ahead))
    predictor = np.empty((draws, ahead))
    for step in range(ahead):
        shocks = normal(generator, 3 * draws).reshape(3, draws)
        if step:
            level += settings.damping * slope + settings.level * shocks[0]
            slope = settings.damping * slope + settings.slope * shocks[1]
        predictor[:, step] = level + settings.noise * np.sqrt(factors[:, step]) * shocks[2]
        if state.shape[1] > SEASON:
            predictor[:, step] += state[:, SEASON + (month + step) % MONTHS]
    return predictor
