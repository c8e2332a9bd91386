"""A series as a forecast needs it: numerators, means or amounts of its months, what they stand over, their kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.metrics.result import Result
from svcqa.metrics.series import Series
from svcqa.stats.chart_choice import rate_factor
from svcqa.stats.monthly_history import Kind

Float64 = npt.NDArray[np.float64]
_MEANS: Final[Mapping[str, Kind]] = {"share": "rating", "point": "rating"}
"""What a figure with weights is, by its unit; anything else is a time."""
RATE: Final = "per_"
"""What the unit of a rate of counted events begins with, such as ``per_10000_customers``."""
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {"share": (0.0, 1.0), "point": (1.0, 10.0)}


@dataclass(frozen=True)
class Months:
    """What a forecast reads; ``base`` is absent where the figure has none, or amounts add up."""

    kind: Kind
    value: Float64
    base: Float64 | None
    bounds: tuple[float, float]


def months_of(series: Series, base: Result, last: int, *, kind: Kind | None = None) -> Months:
    """The periods of a series up to the one at ``last``.

    Args:
        base: the result that the series was taken from: it knows the unit.
        kind: how the figure is made up; told from its unit and its columns where absent.
    """
    months = slice(0, last + 1)
    value, n = series.values[months], series.column("n")[months]
    numerator, amount = series.column("numerator")[months], series.column("base")[months]
    known, bounds = np.isfinite(value), _BOUNDS.get(base.unit, (-np.inf, np.inf))
    if base.unit.startswith(RATE) and kind in (None, "rate"):
        under = np.where(np.isfinite(amount), amount, n)
        factor = rate_factor(value, np.where(known, numerator, np.nan), under)
        if factor is not None:  # counted in the unit of the figure, which is that of its goal
            return Months("rate", np.where(known, numerator, np.nan), under / factor, (0.0, np.inf))
    counted = np.divide(numerator, n, out=np.full(len(n), np.nan), where=n > 0)
    is_share = bool(np.all(np.abs(counted[known] - value[known]) < 1e-9)) and base.unit == "share"
    if kind is None and is_share:
        kind = "share"
    elif kind is None and not np.isfinite(n).any() and not np.isfinite(amount).any() and base.unit != "share":
        kind = "amount" if base.unit == "amount" else _MEANS.get(base.unit, "duration")
    elif kind is None:
        kind = _MEANS.get(base.unit, "duration")
    if kind in ("share", "rate"):
        return Months(kind, np.where(known, numerator, np.nan), n, bounds)
    weights = amount if np.isfinite(amount).any() else n
    return Months(kind, value, weights if np.isfinite(weights[known]).all() else None, bounds)
