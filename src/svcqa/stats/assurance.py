"""What a chart tells management: how the latest point varies, and whether the process keeps its target.

NHS England, Making Data Count: variation and assurance icons.
"""

from __future__ import annotations

import math
from typing import Literal

from svcqa.stats.process_limits import ROUNDING

Better = Literal["higher", "lower", "neutral"]
Variation = Literal[
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "special_high",
    "special_low",
    "none",
]
Assurance = Literal["consistently_passes", "consistently_fails", "hit_and_miss", "none", "unknown"]


def variation(side: int, better: Better) -> Variation:
    """The icon of the latest point.

    Args:
        side: of its signal, see :class:`~svcqa.stats.signals.Signals`; 0 where there is none.

    >>> variation(-1, "higher"), variation(-1, "lower"), variation(0, "higher"), variation(1, "neutral")
    ('concern_low', 'improvement_low', 'common_cause', 'special_high')
    """
    if side == 0:
        return "common_cause"
    if better == "neutral":
        return "special_high" if side > 0 else "special_low"
    if side > 0:
        return "improvement_high" if better == "higher" else "concern_high"
    return "improvement_low" if better == "lower" else "concern_low"


def assurance(lower: float, upper: float, target: float | None, better: Better) -> Assurance:
    """Whether the process keeps the latest target: always where both limits do, never where neither does.

    A target that lies on a limit is kept by a value on that limit. Without a target there is ``none``; without limits
    (NaN) it is ``unknown``.

    >>> [assurance(0.92, 0.98, target, "higher") for target in (0.90, 0.99, 0.95)]
    ['consistently_passes', 'consistently_fails', 'hit_and_miss']
    """
    if target is None or better == "neutral":
        return "none"
    if math.isnan(lower) or math.isnan(upper):
        return "unknown"
    slack = ROUNDING * max(abs(lower), abs(upper))
    worst, best = (upper, lower) if better == "lower" else (lower, upper)
    keeps_at_worst = worst <= target + slack if better == "lower" else worst >= target - slack
    keeps_at_best = best <= target + slack if better == "lower" else best >= target - slack
    if keeps_at_worst:
        return "consistently_passes"
    return "hit_and_miss" if keeps_at_best else "consistently_fails"
