"""Intervals for a share.

Wilson: E. B. Wilson (1927), *JASA* 22, 209–212. Clopper–Pearson: C. J. Clopper and E. S. Pearson (1934),
*Biometrika* 26, 404–413.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]


def wilson(successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> tuple[Float64, Float64]:
    """Wilson's score interval without continuity correction.

    Args:
        successes: counts, any shape.
        n: cases, the same shape; where 0, both limits are NaN.
        level: coverage.

    Returns:
        Lower and upper limits, within [0, 1].

    >>> lower, upper = wilson(45, 50)
    >>> round(float(lower), 6), round(float(upper), 6)
    (0.786398, 0.956524)
    """
    from scipy.special import ndtri

    k, total = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = float(ndtri(0.5 + level / 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = k / total
        centre = (share + z * z / (2 * total)) / (1 + z * z / total)
        half = z / (1 + z * z / total) * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # At the ends the exact limits are 0 and 1; rounding must not move them.
    lower = np.where(k == 0, np.where(total > 0, 0.0, np.nan), centre - half)
    upper = np.where(k == total, np.where(total > 0, 1.0, np.nan), centre + half)
    return lower, upper


def clopper_pearson(successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> tuple[Float64, Float64]:
    """The exact interval of Clopper and Pearson; arguments and result as in :func:`wilson`.

    >>> lower, upper = clopper_pearson(20, 20)
    >>> round(float(lower), 6), float(upper)
    (0.831567, 1.0)
    """
    from scipy.special import betaincinv

    k, total = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    tail = (1 - level) / 2
    some = total > 0
    lower = np.where(k > 0, betaincinv(np.maximum(k, 1e-9), total - k + 1, tail), 0.0)
    upper = np.where(k < total, betaincinv(k + 1, np.maximum(total - k, 1e-9), 1 - tail), 1.0)
    return np.where(some, lower, np.nan), np.where(some, upper, np.nan)
