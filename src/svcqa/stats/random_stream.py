"""Random numbers that stay the same: the raw stream of PCG64, which does not change between versions of NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]


def uniform(generator: np.random.PCG64, count: int) -> Float64:
    """``count`` numbers of [0, 1) with 53 random bits each.

    Source: M. E. O'Neill (2014) PCG, HMC-CS-2014-0905 (the generator).

    >>> bool(uniform(np.random.PCG64(1), 3).max() < 1)
    True
    """
    raw = np.asarray(generator.random_raw(count), dtype=np.uint64)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(generator: np.random.PCG64, count: int) -> Float64:
    """``count`` standard normal numbers, by inversion.

    >>> round(float(normal(np.random.PCG64(1), 1000).std()))
    1
    """
    from scipy.special import ndtri

    numbers: Float64 = ndtri(uniform(generator, count) + 2.0**-54)  # the middle of each cell: never 0
    return numbers
