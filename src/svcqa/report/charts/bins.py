"""Bins of a histogram: the same for the same values, whatever their order, however they are weighted.

Width: 2 · IQR · n^(-1/3) (D. Freedman and P. Diaconis, "On the histogram as a density estimator: L2 theory",
Zeitschrift für Wahrscheinlichkeitstheorie 57, 1981, 453-476), the quartiles by R's type 7. Where half of all values are
equal, the range by log2 n + 1 bins (H. A. Sturges, "The choice of a class interval", JASA 21, 1926, 65-66). The width
is then rounded to 1, 2 or 5 times a power of ten, upwards until at most ``MOST_BINS`` cover the body; the far tail
shares a last bin without an end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

MOST_BINS: Final = 30
_BODY: Final = 0.99
"""What is above this quantile, and above every limit and mark, is the far tail."""


def quantile(values: Sequence[float], weights: Sequence[int], p: float) -> float:
    """The quantile of type 7 of values that occur ``weights`` times; ``values`` in ascending order.

    >>> quantile([1.0, 2.0, 10.0], [2, 1, 1], 0.5)
    1.5
    """
    position = (sum(weights) - 1) * p
    below = _at(values, weights, math.floor(position))
    return below + (position - math.floor(position)) * (_at(values, weights, math.ceil(position)) - below)


def _at(values: Sequence[float], weights: Sequence[int], position: int) -> float:
    """The value at ``position`` (0 first) if each were written down as often as it occurs."""
    passed = 0
    for value, weight in zip(values, weights, strict=True):
        passed += weight
        if position < passed:
            return value
    return values[-1]


def raw_width(values: Sequence[float], weights: Sequence[int]) -> float:
    """The width before rounding; 0 where all values are equal. ``values`` in ascending order.

    >>> round(raw_width([float(value) for value in range(1, 9)], [1] * 8), 6)
    3.5
    """
    n = sum(weights)
    spread = quantile(values, weights, 0.75) - quantile(values, weights, 0.25)
    if spread > 0:
        return float(2 * spread * n ** (-1 / 3))
    return (values[-1] - values[0]) / (math.log2(n) + 1)


def edges(values: Sequence[float], weights: Sequence[int], shown: Sequence[float] = ()) -> list[float]:
    """Edges of the bins that have an end: multiples of a round width, from below the least value.

    Values above the last edge belong into a bin without an end.

    Args:
        values: in ascending order.
        weights: how often each occurs.
        shown: limits and marks that must lie on the axis.
    """
    top = max([quantile(values, weights, _BODY), *shown])
    bottom = min([values[0], *shown])
    width = _round_up(raw_width(values, weights) or (abs(values[0]) or 1.0) / 10)
    while math.ceil(top / width) - math.floor(bottom / width) > MOST_BINS:
        width = _round_up(width * 1.01)
    first = math.floor(bottom / width)
    last = max(math.ceil(top / width), first + 1)
    # a far tail of less than one bin is no tail: it gets its own bin with an end
    if values[-1] <= (last + 1) * width and values[-1] > last * width:
        last += 1
    return [_clean(multiple * width, width) for multiple in range(first, last + 1)]


def _round_up(width: float) -> float:
    """The next of 1, 2, 5 times a power of ten that is not below ``width``."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(_clean(step * power, power) for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))


def _clean(value: float, width: float) -> float:
    """``value`` without the noise of multiplication: an edge reads 0.3 and not 0.30000000000000004."""
    return round(value, max(0, 2 - math.floor(math.log10(width))))
