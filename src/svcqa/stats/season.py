"""Season and trend by loess (STL), with gaps filled and marked; what is left once the season is taken out.

R. B. Cleveland, W. S. Cleveland, J. E. McRae, I. Terpenning (1990) Journal of Official Statistics 6, 3–73. Strength: X.
Wang, K. Smith, R. Hyndman (2006) Data Mining and Knowledge Discovery 13, 335–364.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

MONTHS: Final = 12
_ROUNDS: Final = 20
_SETTLED: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """Value = trend + seasonal + remainder, ``(n,)`` each.

    Attributes:
        values: with gaps filled.
        filled: which values were missing.
        index: the seasonal part of each place in the year, ``(period,)``, that of the first value first.
        seasonal_strength, trend_strength: from 0 to 1.
    """

    values: Float64
    filled: npt.NDArray[np.bool_]
    trend: Float64
    seasonal: Float64
    remainder: Float64
    index: Float64
    seasonal_strength: float
    trend_strength: float

    @property
    def adjusted(self) -> Float64:
        """The values without their season."""
        return self.values - self.seasonal


def decompose(values: npt.ArrayLike, *, period: int = MONTHS) -> Decomposition:
    """STL with a season that is the same every year (R: ``stl(s.window = "periodic")``).

    STL takes no missing value: a gap (NaN) is first bridged by a straight line and then takes trend plus season of the
    decomposition, until that changes nothing. A filled month adds no information; its remainder is nought.

    Raises:
        ValueError: fewer than two years, or a place in the year without any value.

    >>> wave = [10.0, 12.0, 9.0, 5.0] * 4
    >>> found = decompose(wave, period=4)
    >>> [round(float(part), 6) + 0.0 for part in found.index]
    [1.0, 3.0, 0.0, -4.0]
    """
    x = np.asarray(values, dtype=np.float64)
    missing = ~np.isfinite(x)
    if len(x) < 2 * period:
        raise ValueError(f"{2 * period} values or more, not {len(x)}")
    if any(missing[offset::period].all() for offset in range(period)):
        raise ValueError("a place in the year without any value")
    whole = np.where(missing, np.interp(np.arange(len(x)), np.flatnonzero(~missing), x[~missing]), x)
    trend, seasonal = _periodic(whole, period)
    scale = float(np.ptp(whole)) or 1.0
    for _ in range(_ROUNDS if missing.any() else 0):
        better = np.where(missing, trend + seasonal, x)
        moved = float(np.abs(better - whole).max())
        whole = better
        trend, seasonal = _periodic(whole, period)
        if moved <= _SETTLED * scale:
            break
    remainder = whole - trend - seasonal
    return Decomposition(
        values=whole,
        filled=missing,
        trend=trend,
        seasonal=seasonal,
        remainder=remainder,
        index=seasonal[:period],
        seasonal_strength=_strength(remainder, seasonal, scale),
        trend_strength=_strength(remainder, trend, scale),
    )


def _periodic(x: Float64, period: int) -> tuple[Float64, Float64]:
    """Trend and season with the windows that R takes for a periodic season, the season averaged over the years."""
    from statsmodels.tsa.seasonal import STL

    window = 10 * len(x) + 1
    trend_window = _odd(1.5 * period / (1 - 1.5 / window))
    fitted = STL(
        x,
        period=period,
        seasonal=window,
        trend=trend_window,
        low_pass=_odd(period),
        seasonal_deg=0,
        seasonal_jump=math.ceil(window / 10),
        trend_jump=math.ceil(trend_window / 10),
        low_pass_jump=math.ceil(_odd(period) / 10),
    ).fit(inner_iter=2, outer_iter=0)
    season = np.asarray([fitted.seasonal[offset::period].mean() for offset in range(period)])
    return np.asarray(fitted.trend, dtype=np.float64), season[np.arange(len(x)) % period]


def _odd(least: float) -> int:
    """The smallest odd number not below ``least``, and above ``least`` where that is an even period."""
    whole = math.ceil(least)
    return whole if whole % 2 else whole + 1


def _strength(remainder: Float64, part: Float64, scale: float) -> float:
    """1 − Var(remainder) ÷ Var(part + remainder), not below 0."""
    whole = float(np.var(part + remainder))
    if whole <= (1e-12 * scale) ** 2:
        return 0.0
    return max(0.0, 1 - float(np.var(remainder)) / whole)
