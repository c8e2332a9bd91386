"""Which process behaviour chart fits a series, and why.

Shares and rates of counted cases have p and u charts; where neighbouring points lie further apart than counts alone
explain, p′ and u′ (Laney 2002, Quality Engineering 14, 531–537). Anything else has XmR.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.stats import process_limits

ChartKind = Literal["xmr", "p", "p_prime", "u", "u_prime", "c", "g"]
Shape = Literal["share", "rate", "count", "between", "measurement"]
Reason = Literal["counts_explain", "overdispersed", "counts", "between_events", "measurement", "asked"]

_RANGE_VARIANCE: Final = 2 * math.pi / 3 + math.sqrt(3) - 3
"""Relative variance of the mean of n moving ranges of independent normal values, times n (0.8264): neighbouring
differences are correlated by −½."""
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
    shape: Shape, *, events: npt.ArrayLike | None = None, n: npt.ArrayLike | None = None,
    group: npt.ArrayLike | None = None,
) -> Choice:  # fmt: skip
    """The chart for a series of this shape.

    Args:
        shape: ``share`` and ``rate`` need ``events`` and ``n``; ``between`` are cases or days between rare events.

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
    if events is None or n is None:
        raise ValueError("events and n of a share or rate")
    limits = (process_limits.p if shape == "share" else process_limits.u)(events, n, group=group, laney=True)
    groups = np.zeros(len(limits.spread), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    known = np.isfinite(limits.spread) & np.isfinite(limits.sigma)
    spread = float(limits.spread[known].mean()) if known.any() else 1.0
    ranges = int(known.sum()) - len(np.unique(groups[known]))
    threshold = 1 + _SURE * math.sqrt(_RANGE_VARIANCE / ranges) if ranges > 0 else math.inf
    plain: ChartKind = "p" if shape == "share" else "u"
    if spread <= threshold:
        return Choice(plain, "counts_explain", spread, threshold)
    return Choice("p_prime" if shape == "share" else "u_prime", "overdispersed", spread, threshold)
