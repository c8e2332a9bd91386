"""How long the cases of one group took, whole: what a metric of times gives besides its percentiles, to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TimeDistribution:
    """Times of one group and period in order, in ``value_unit``; arrays are ``(times,)``.

    Attributes:
        unit, keys, period: which group and period.
        value_unit: unit of the times, such as ``minute``.
        time: distinct times.
        closed, open: cases that ended at each time, and open ones that have come so far.
        survival, lower, upper: the share that takes longer, with its limits; NaN where there are none.
        never: cases that ended without the service, at no time.
        limit: the limit, where all cases have the same.
        percentiles: by name, such as ``p90``; ``None`` for those not reached.
    """

    unit: str
    keys: Mapping[str, Any]
    period: str
    value_unit: str
    time: Float64
    closed: Int64
    open: Int64
    survival: Float64
    lower: Float64
    upper: Float64
    never: int
    limit: float | None
    percentiles: Mapping[str, float | None]
