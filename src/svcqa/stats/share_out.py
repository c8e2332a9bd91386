"""A whole shared out to its parts: bounded least squares with one equality.

With v a part's weight, x what it is to deliver, s where it starts and d its share of the effort:

    minimise Σ (v/d)·(x − s)²   subject to   Σ v·x = whole,  lower ≤ x ≤ upper,  locked parts fixed.

Every part then moves by the same effort e in its own measure, x = s + e·d, as far as its limits allow; the effort is
found exactly, by the points where a part meets a limit. The rule that is called fair says what d is.

Source: P. Brucker (1984) Operations Research Letters 3, 163–166 (one equality and bounds, by breakpoints).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError

Float64 = npt.NDArray[np.float64]
Rule = Literal["equal_gap_closing", "equal_points", "proportional"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
METHOD: Final = "bounded least squares, one equality"
_LEAST_SHARE: Final = 1e-6
"""Of the greatest share of the effort: a part that starts at the best there is can move too, if it must."""
_REACHED: Final = 1e-10
"""Of the whole: what is beyond the limits by less than this is rounding."""


@dataclass(frozen=True)
class Shared:
    """What each part is to deliver, ``(k,)``.

    Attributes:
        effort: the common effort in the measure of the rule; 0.1 of ``equal_gap_closing`` is a tenth of each gap.
        at_limit: −1 where a part stops at its lower limit, 1 at its upper one, else 0.
        error: Σ v·x less the whole.
    """

    value: Float64
    effort: float
    at_limit: npt.NDArray[np.int64]
    error: float


def effort_shares(rule: Rule, start: npt.ArrayLike, *, best: float) -> Float64:
    """How much each part moves for one unit of the common effort, ``(k,)``.

    Args:
        rule: ``equal_gap_closing``: each closes the same part of its gap to ``best``; ``equal_points``: each moves by
            the same amount; ``proportional``: each moves by the same part of where it starts.
        best: the best value there is, such as 1 for a share that should be high, or 0 for a time.

    >>> [round(float(share), 3) for share in effort_shares("equal_gap_closing", [0.9, 0.98], best=1.0)]
    [0.1, 0.02]
    """
    at = np.asarray(start, dtype=np.float64)
    if rule == "equal_points":
        return np.ones(len(at))
    shares = np.abs(best - at) if rule == "equal_gap_closing" else np.abs(at)
    greatest = float(shares.max(initial=0.0))
    return np.maximum(shares, _LEAST_SHARE * greatest) if greatest > 0 else np.ones(len(at))


def reach(weight: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> tuple[float, float]:
    """The least and the greatest whole that the limits allow.

    >>> reach([1, 3], [0, 0.5], [1, 1])
    (1.5, 4.0)
    """
    v, low, high = (np.asarray(numbers, dtype=np.float64) for numbers in (weight, lower, upper))
    return float((v * low).sum()), float((v * high).sum())


def is_within(whole: float, least: float, most: float) -> bool:
    """Whether the whole lies within reach, but for rounding.

    >>> is_within(4.0 + 1e-15, 1.5, 4.0), is_within(4.1, 1.5, 4.0)
    (True, False)
    """
    ends = [abs(end) for end in (whole, least, most) if np.isfinite(end)]
    slack = _REACHED * max(1.0, *ends)
    return least - slack <= whole <= most + slack


def share_out(
    whole: float,
    *,
    weight: npt.ArrayLike,
    start: npt.ArrayLike,
    effort: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
) -> Shared:
    """What each part is to deliver so that Σ weight·value is the whole.

    Args:
        weight: of the parts in the whole, above 0, ``(k,)``.
        start: what each delivers without effort, ``(k,)``.
        effort: its share of the effort, above 0, ``(k,)``; see :func:`effort_shares`.
        lower, upper: what it may deliver, ``(k,)``; equal where it is locked.

    Raises:
        StatsError: the limits do not allow the whole.

    >>> found = share_out(0.97, weight=[0.5, 0.5], start=[0.9, 0.98], effort=[0.1, 0.02], lower=[0, 0], upper=[1, 1])
    >>> [round(float(value), 4) for value in found.value], round(found.effort, 4)
    ([0.95, 0.99], 0.5)
    """
    v, s, d, low, high = (np.asarray(numbers, dtype=np.float64) for numbers in (weight, start, effort, lower, upper))
    least, most = reach(v, low, high)
    if not is_within(whole, least, most):
        raise StatsError(Fault("decomposition_reach", got=f"{whole:.6g}", allowed=f"{least:.6g} … {most:.6g}"))
    e = _common_effort(whole, v, s=s, d=d, low=low, high=high)
    value = _settled(np.clip(s + e * d, low, high), whole, v=v, low=low, high=high)
    at_limit = np.where(value <= low, -1, np.where(value >= high, 1, 0)).astype(np.int64)
    return Shared(value, e, np.where(low == high, 0, at_limit), float((v * value).sum() - whole))


def _common_effort(whole: float, v: Float64, *, s: Float64, d: Float64, low: Float64, high: Float64) -> float:
    """Between two neighbouring points where a part meets a limit, the whole is a straight line of the effort."""
    free = low < high
    if not free.any():
        return 0.0
    points = np.unique(np.concatenate([(low - s)[free] / d[free], (high - s)[free] / d[free]]))
    points = np.concatenate([[-np.inf], points[np.isfinite(points)], [np.inf]])

    def delivered(e: float) -> float:
        return float((v * np.clip(s + e * d, low, high)).sum())

    first, last = 0, len(points) - 1
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if delivered(float(points[middle])) <= whole else (first, middle)
    inner = points[first : last + 1]
    inside = float(inner[1]) - 1.0 if np.isinf(inner[0]) and not np.isinf(inner[1]) else float(inner[0]) + 1.0
    if np.isfinite(inner).all():
        inside = float(inner.mean())
    elif np.isinf(inner).all():
        inside = 0.0
    moving = free & (s + inside * d > low) & (s + inside * d < high)
    slope = float((v * d)[moving].sum())
    if slope == 0.0:
        return float(inner[0]) if np.isfinite(inner[0]) else float(inner[1])
    return inside + (whole - delivered(inside)) / slope


def _settled(value: Float64, whole: float, *, v: Float64, low: Float64, high: Float64) -> Float64:
    """What rounding leaves goes to the part with most room: never beyond a limit."""
    for _ in range(3):
        left = whole - float((v * value).sum())
        room = np.minimum(value - low, high - value) * v
        index = int(np.argmax(room))
        if left == 0.0 or room[index] <= abs(left):
            break
        value = value.copy()
        value[index] += left / v[index]
    return value
