"""The history of a figure month by month, its scale of modelling, and simulated months to come in its own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.stats.monthly_paths import Model, Paths, simulate
from svcqa.stats.observation import Observed
from svcqa.stats.random_stream import uniform

Float64 = npt.NDArray[np.float64]
Kind = Literal["share", "rate", "duration", "rating", "amount"]
_MIDDLING: Final = 0.2
"""A middling change of a logarithm or a logit: a fifth."""
_LARGE: Final = 400.0
"""From this variance on, a count is drawn as a rounded normal number."""
_SHARED: Final = 0.5
"""Part of the noise of a monthly mean that does not shrink with its cases."""
_LEAST_SCALE: Final = 1e-10
"""Of a history that never moved, as a part of its size."""


@dataclass(frozen=True, kw_only=True)
class History:
    """One value a month, oldest first, the last one just before the months to come.

    Attributes:
        value: successes of a share, events of a rate, monthly means, or amounts; NaN where a month is not known.
        base: cases, exposure or weights of the months; ones where absent.
        bounds: the lowest and highest value that a mean can have.
        festival: how much of a holiday that moves between months lies in each month, those to come included.
    """

    kind: Kind
    value: Float64
    base: Float64
    bounds: tuple[float, float] = (-np.inf, np.inf)
    festival: Float64 | None = None

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Months with a value and, where it is held against one, a base."""
        return np.isfinite(self.value) & np.isfinite(self.base) & (self.base > 0)

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Months of which nothing is known; one without cases is no gap."""
        return ~np.isfinite(self.base) | ((self.base > 0) & ~np.isfinite(self.value))

    @property
    def totals(self) -> Float64:
        """Numerators: what adds up over months, 0 where a month is not known."""
        amounts = self.value * self.base if self.kind in ("duration", "rating") else self.value
        return np.where(self.known, amounts, 0.0)

    @property
    def bases(self) -> Float64:
        """What adds up beneath them."""
        return np.where(self.known, self.base, 0.0)


@dataclass(frozen=True, kw_only=True)
class Futures:
    """Simulated months to come, ``(draws, months)``, and the models they come from.

    ``level`` is what the cases of a month are drawn from; where nothing is drawn, the value itself.
    """

    total: Float64
    base: Float64
    value: Float64
    level: Float64
    model: Model
    base_model: Model | None
    effective: float
    festival: bool = False


def simulate_futures(history: History, *, ahead: int, draws: int, generator: np.random.PCG64) -> Futures:
    """Months to come of numerators, bases and values; where there are bases, their season is forecast first."""
    varies = history.kind != "amount" and len(set(history.base[np.isfinite(history.base)])) > 1
    base, base_model = np.ones((draws, ahead)) * history.base[history.known][-1], None
    first = -(len(history.value) + ahead) % 12
    if varies:
        base, paths = _amounts(
            history.base, history.festival, first=first, ahead=ahead, draws=draws, generator=generator
        )
        base_model = paths.model
    if history.kind == "amount":
        total, paths = _amounts(
            history.value, history.festival, first=first, ahead=ahead, draws=draws, generator=generator
        )
        return Futures(
            total=total,
            base=base,
            value=total,
            level=total,
            model=paths.model,
            base_model=None,
            effective=paths.effective,
            festival=paths.festival,
        )
    if history.kind in ("share", "rate"):
        total, level, paths = _counts(history, base, first, generator)
        value = np.divide(total, base, out=np.full_like(total, np.nan), where=base > 0)
    else:
        value, paths = _means(history, base, first, generator)
        total, level = value * base, value
    return Futures(
        total=total,
        base=base,
        value=value,
        level=level,
        model=paths.model,
        base_model=base_model,
        effective=paths.effective,
        festival=paths.festival,
    )


def _amounts(
    value: Float64, festival: Float64 | None, *, first: int, ahead: int, draws: int, generator: np.random.PCG64
) -> tuple[Float64, Paths]:
    """Whole numbers as counts, other positive amounts by their logarithm, the rest as they are."""
    known = np.isfinite(value)
    filled, ones = np.where(known, value, 1.0), np.ones(len(value))
    if np.all((filled >= 0) & (filled == np.round(filled))):
        observed = Observed(family="poisson", value=filled, size=ones, variance=0 * ones, known=known)
        paths = _paths(
            observed, _MIDDLING, first=first, ahead=ahead, draws=draws, generator=generator, festival=festival
        )
        return draw_poisson(np.exp(paths.predictor), generator), paths
    if np.all(filled > 0):
        observed = Observed(family="normal", value=np.log(filled), size=ones, variance=0 * ones, known=known)
        paths = _paths(
            observed, _MIDDLING, first=first, ahead=ahead, draws=draws, generator=generator, festival=festival
        )
        return np.exp(paths.predictor), paths
    observed = Observed(family="normal", value=filled, size=ones, variance=0 * ones, known=known)
    paths = _paths(
        observed,
        _own_scale(filled[known]),
        first=first,
        ahead=ahead,
        draws=draws,
        generator=generator,
        festival=festival,
    )
    least = 0.0 if np.all(filled >= 0) else -np.inf
    return np.maximum(paths.predictor, least), paths


def _counts(history: History, base: Float64, first: int, generator: np.random.PCG64) -> tuple[Float64, Float64, Paths]:
    """Counts of the months to come, the share or rate that they are drawn from, and its paths."""
    from scipy.special import expit

    known = history.known
    value, size = np.where(known, history.value, 0.0), np.where(known, history.base, 1.0)
    draws, ahead = base.shape
    binomial = history.kind == "share"
    observed = Observed(
        family="binomial" if binomial else "poisson", value=value, size=size, variance=0 * size, known=known
    )
    paths = _paths(
        observed, _MIDDLING, first=first, ahead=ahead, draws=draws, generator=generator, festival=history.festival
    )
    if binomial:
        level = np.asarray(expit(paths.predictor), dtype=np.float64)
        return draw_binomial(base, level, generator), level, paths
    level = np.asarray(np.exp(paths.predictor), dtype=np.float64)
    return draw_poisson(base * level, generator), level, paths


def _means(history: History, base: Float64, first: int, generator: np.random.PCG64) -> tuple[Float64, Paths]:
    known = history.known
    by_logarithm = history.kind == "duration" and bool(np.all(history.value[known] > 0))
    value = np.where(known, history.value, 1.0)
    value = np.log(value) if by_logarithm else value
    scale = _MIDDLING if by_logarithm else _own_scale(value[known])
    typical = float(history.base[known].mean())
    spread = _SHARED + (1 - _SHARED) * typical / np.where(known, history.base, typical)
    spread_ahead = _SHARED + (1 - _SHARED) * typical / np.maximum(base, 1.0 if typical >= 1 else typical)
    ones = np.ones(len(value))
    observed = Observed(family="normal", value=value, size=ones, variance=0 * ones, known=known)
    draws, ahead = base.shape
    paths = simulate(
        observed,
        first_month=first,
        ahead=ahead,
        scale=scale,
        draws=draws,
        generator=generator,
        spread=spread,
        spread_ahead=spread_ahead,
        festival=history.festival,
    )
    predicted = np.exp(paths.predictor) if by_logarithm else paths.predictor
    least, most = history.bounds
    if history.kind == "duration" and bool(np.all(history.value[known] >= 0)):
        least = max(least, 0.0)  # no time is below nought, and some were nought: the logarithm could not be taken
    return np.clip(predicted, least, most), paths


def _paths(
    observed: Observed,
    scale: float,
    *,
    first: int,
    ahead: int,
    draws: int,
    generator: np.random.PCG64,
    festival: Float64 | None,
) -> Paths:
    ones = np.ones(len(observed))
    return simulate(
        observed,
        first_month=first,
        ahead=ahead,
        scale=scale,
        draws=draws,
        generator=generator,
        spread=ones,
        spread_ahead=np.ones(ahead),
        festival=festival,
    )


def _own_scale(value: Float64) -> float:
    """Twice the spread of the changes from month to month."""
    change = float(np.diff(value).std()) if len(value) > 2 else float(value.std())
    return max(2 * change, _LEAST_SCALE * max(1.0, float(np.abs(value).max())))


def draw_binomial(size: Float64, share: Float64, generator: np.random.PCG64) -> Float64:
    """Successes of ``size`` cases, by inversion; far from both ends as a rounded normal number."""
    from scipy.special import bdtrik, betainc, ndtri

    drawn = uniform(generator, size.size).reshape(size.shape) + 2.0**-54
    variance = size * share * (1 - share)
    large = variance > _LARGE
    successes = np.round(size * share + np.sqrt(variance) * ndtri(drawn))
    few = ~large & (size > 0)
    n, p, u = size[few], share[few], drawn[few]
    count = np.ceil(bdtrik(u, n, p))
    below = np.maximum(count - 1, 0)
    reached = betainc(n - below, below + 1, 1 - p) >= u  # one fewer would do: rounding of the inverse
    count = np.where((count > 0) & reached, below, count)
    successes[few] = np.where(np.isfinite(count), count, np.where(p > 0.5, n, 0.0))
    return np.asarray(np.clip(successes, 0, size))


def draw_poisson(mean: Float64, generator: np.random.PCG64) -> Float64:
    """Events with the given means, likewise."""
    from scipy.special import ndtri, pdtrik

    drawn = uniform(generator, mean.size).reshape(mean.shape) + 2.0**-54
    events = np.maximum(np.round(mean + np.sqrt(mean) * ndtri(drawn)), 0.0)
    few = mean <= _LARGE
    count = np.ceil(pdtrik(drawn[few], mean[few]))
    events[few] = np.where(np.isfinite(count), count, 0.0)
    return np.asarray(events)
