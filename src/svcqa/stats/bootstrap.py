"""Resampling: how sure a total over few, unequal events can be."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.stats.random_stream import uniform

Float64 = npt.NDArray[np.float64]
_AT_ONCE: Final = 1 << 20
"""Draws made at a time, so that memory stays small."""


def poisson_total(
    values: npt.ArrayLike, *, level: float = 0.95, resamples: int = 2000, seed: int = 1
) -> tuple[float, float]:
    """Percentile limits of the total of ``values``, each event drawn anew as often as a Poisson(1) number says.

    Both how many events happen and how large they are vary, as they would in another year: the variance of the
    bootstrap total is the sum of the squares, that of a compound Poisson sum. With few events it is rough; below five
    nothing should be claimed.

    Source: Hanley and MacGibbon (2006) Computer Methods and Programs in Biomedicine 83, 57–62 (Poisson frequencies);
    Efron and Tibshirani (1993) An Introduction to the Bootstrap, ch. 13 (percentile limits).

    Args:
        values: sizes of the events, shape ``(n,)``, not negative; their order makes no difference.
        seed: of the generator PCG64; its raw stream is used, which does not change between versions of NumPy.

    Returns:
        Lower and upper limit in the unit of ``values``.

    >>> poisson_total([0, 0, 0, 0, 0])
    (0.0, 0.0)
    >>> low, high = poisson_total([10, 20, 30, 40, 50])
    >>> low < 150 < high
    True
    """
    sizes = np.sort(np.asarray(values, dtype=np.float64))
    if not len(sizes):
        return 0.0, 0.0
    generator, steps = np.random.PCG64(seed), _poisson_steps()
    totals = np.empty(resamples)
    block = max(1, _AT_ONCE // len(sizes))
    for begin in range(0, resamples, block):
        count = min(block, resamples - begin)
        drawn = uniform(generator, count * len(sizes))
        times = np.searchsorted(steps, drawn, side="right").reshape(count, len(sizes))
        totals[begin : begin + count] = times @ sizes
    lower, upper = np.quantile(totals, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def _poisson_steps() -> Float64:
    """The distribution function of Poisson(1) at 0, 1, 2 …, as far as a double can tell it from 1."""
    return np.cumsum([math.exp(-1) / math.factorial(k) for k in range(19)])
