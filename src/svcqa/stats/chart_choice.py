"""Which process behaviour chart fits a series, and why.

Shares and rates of counted cases have p and u charts; where neighbouring points lie further apart than counts alone
explain, p′ and u′ (Laney 2002, Quality Engineering 14, 531–537). Plain counts have a c chart; rare events a g chart of
the cases, or a t chart of the time, between them. Anything else has XmR.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.stats import process_limits

ChartKind = Literal["xmr", "p", "p_prime", "u", "u_prime", "c", "g", "t"]
Shape = Literal["share", "rate", "count", "between", "time_between", "measurement"]
Reason = Literal[
    "counts_explain",
    "overdispersed",
    "rate_counts_explain",
    "rate_overdispersed",
    "counts",
    "between_events",
    "time_between",
    "measurement",
    "asked",
]

_RANGE_VARIANCE: Final = 2 * math.pi / 3 + math.sqrt(3) - 3
"""Relative variance of the mean of n moving ranges of independent normal values, times n (0.8264): neighbouring
differences are correlated by −½."""
_CLOSE: Final = 1e-9
_SURE: Final = 1.6448536269514722


@dataclass(frozen=True)
class Choice:
    """The chart, why it was chosen, and the figures that decided.

    Attributes:
        spread: Laney's sigma z of the series; 1 where it was not asked for.
        threshold: what the spread may be by chance (one-sided 95 %).
    """

    kind: ChartKind
    reason: Reason
    spread: float = 1.0
    threshold: float = math.nan


def choose_chart(
    shape: Shape,
    *,
    events: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    group: npt.ArrayLike | None = None,
) -> Choice:
    """The chart for a series of this shape.

    Args:
        shape: ``share`` and ``rate`` need ``events`` and ``n``; ``between`` are the cases, ``time_between`` the days
            between rare events.

    >>> choose_chart("share", events=[50, 52, 47, 51], n=[100, 100, 100, 100]).kind
    'p'
    >>> choose_chart("share", events=[500_000, 620_000, 470_000, 610_000], n=[10**6] * 4).kind
    'p_prime'
    >>> choose_chart("measurement").kind
    'xmr'
    """
    if shape == "measurement":
        return Choice("xmr", "measurement")
    if shape == "count":
        return Choice("c", "counts")
    if shape == "between":
        return Choice("g", "between_events")
    if shape == "time_between":
        return Choice("t", "time_between")
    if events is None or n is None:
        raise ValueError("events and n of a share or rate")
    limits = (process_limits.p if shape == "share" else process_limits.u)(events, n, group=group, laney=True)
    groups = np.zeros(len(limits.spread), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    known = np.isfinite(limits.spread) & np.isfinite(limits.sigma)
    spread = float(limits.spread[known].mean()) if known.any() else 1.0
    ranges = int(known.sum()) - len(np.unique(groups[known]))
    threshold = 1 + _SURE * math.sqrt(_RANGE_VARIANCE / ranges) if ranges > 0 else math.inf
    if spread <= threshold:
        return (
            Choice("p", "counts_explain", spread, threshold)
            if shape == "share"
            else Choice("u", "rate_counts_explain", spread, threshold)
        )
    return (
        Choice("p_prime", "overdispersed", spread, threshold)
        if shape == "share"
        else Choice("u_prime", "rate_overdispersed", spread, threshold)
    )


def rate_factor(values: npt.ArrayLike, events: npt.ArrayLike, exposure: npt.ArrayLike) -> float | None:
    """How many events per exposure the values are: 10 000 for a rate per ten thousand customers; ``None`` for no rate.

    >>> rate_factor([2.0, 0.0, 4.0], [4, 0, 9], [20_000, 21_000, 22_500])
    10000.0
    >>> rate_factor([2.0, 3.0], [4, 9], [2, 5]) is None
    True
    """
    x, part, whole = (np.asarray(column, dtype=np.float64) for column in (values, events, exposure))
    known = np.isfinite(x)
    usable = known & np.isfinite(part) & np.isfinite(whole) & (whole > 0)
    if not usable.any() or (usable != known).any() or not np.array_equal(part[usable], np.round(part[usable])):
        return None
    some = usable & (part > 0)
    if not some.any():
        return None
    factor = float(np.median(x[some] * whole[some] / part[some]))
    fits = np.abs(x[usable] - factor * part[usable] / whole[usable]) <= _CLOSE * np.maximum(np.abs(x[usable]), _CLOSE)
    return factor if factor > 0 and bool(fits.all()) else None
