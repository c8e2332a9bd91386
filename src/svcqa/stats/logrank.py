"""The log-rank test: do groups take equally long, open cases counted?

N. Mantel (1966), *Cancer Chemotherapy Reports* 50, 163–170; weights by the pooled curve: D. P. Harrington
and T. R. Fleming (1982), *Biometrika* 69, 553–566.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from svcqa.stats.ordering import Float64, Int64
from svcqa.stats.survival import kaplan_meier

_RANK: Final = 1e-9
"""Eigenvalues of the covariance that are smaller than this share of the largest are rounding."""


@dataclass(frozen=True, kw_only=True)
class LogRank:
    """Outcome of the test.

    Attributes:
        chi_square, df, p: the statistic, its degrees of freedom, and how often chance alone would exceed it.
        observed, expected: cases ended in each group, and how many would have under equality, weighted alike.
    """

    chi_square: float
    df: int
    p: float
    observed: Float64
    expected: Float64


def logrank(
    group: npt.ArrayLike,
    time: npt.ArrayLike,
    ended: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    stratum: npt.ArrayLike | None = None,
    rho: float = 0.0,
) -> LogRank | None:
    """Compare groups; ``None`` where there are not two of them to compare.

    Args:
        group: ``(n,)`` whole numbers from 0.
        time: ``(n,)`` until a case ended or was last seen; ``inf`` for one that will never end.
        ended: ``(n,)`` whether it ended.
        weight: how many cases an entry stands for; one where absent.
        stratum: groups are compared within each, such as within each tier.
        rho: 0 weighs all times alike; 1 weighs early ones more (Peto and Peto).

    >>> found = logrank([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], [True] * 6)
    >>> round(found.chi_square, 4), found.df
    (5.0517, 1)
    """
    from scipy.special import chdtrc

    group_index, when = np.asarray(group, dtype=np.int64), np.asarray(time)
    done, groups = np.asarray(ended, dtype=np.bool_), int(group_index.max()) + 1 if len(group_index) else 0
    many = np.ones(len(group_index), dtype=np.int64) if weight is None else np.asarray(weight, dtype=np.int64)
    layer = np.zeros(len(group_index), dtype=np.int64) if stratum is None else np.asarray(stratum)
    observed, expected, variance = np.zeros(groups), np.zeros(groups), np.zeros((groups, groups))
    for item in np.unique(layer):
        chosen = (layer == item) & (many > 0)
        parts = _scores(
            group_index[chosen], when[chosen], ended=done[chosen], weight=many[chosen], groups=groups, rho=rho
        )
        observed, expected, variance = observed + parts[0], expected + parts[1], variance + parts[2]
    # The differences add up to nothing, and groups that were never at risk together say nothing of one another: the
    # rank of the covariance is what is left to compare.
    df = int(np.linalg.matrix_rank(variance, rtol=_RANK, hermitian=True)) if groups else 0
    if df == 0:
        return None
    difference = observed - expected
    chi_square = float(difference @ np.linalg.pinv(variance, rtol=_RANK, hermitian=True) @ difference)
    return LogRank(chi_square=chi_square, df=df, p=float(chdtrc(df, chi_square)), observed=observed, expected=expected)


def _scores(
    group: Int64, time: npt.NDArray[Any], *, ended: npt.NDArray[np.bool_], weight: Int64, groups: int, rho: float
) -> tuple[Float64, Float64, Float64]:
    """Ended, expected and the covariance of their difference, in one stratum."""
    pooled = kaplan_meier(np.zeros(len(time), dtype=np.int64), time, ended, weight, groups=1)
    moments = np.flatnonzero(pooled.ended)
    step = np.searchsorted(pooled.time, time)
    here, gone = np.zeros((2, groups, len(pooled.time)))
    np.add.at(here, (group, step), weight)
    np.add.at(gone, (group, step), weight * ended)
    at_risk = np.cumsum(here[:, ::-1], axis=1)[:, ::-1][:, moments]
    n, d = pooled.at_risk[moments].astype(np.float64), pooled.ended[moments].astype(np.float64)
    before = np.concatenate([np.ones(1), pooled.survival])[moments]  # the pooled share just before each moment
    factor = before**rho
    observed = (gone[:, moments] * factor).sum(axis=1)
    expected = (at_risk * (factor * d / n)).sum(axis=1)
    spread = factor**2 * d * (n - d) / np.maximum(n - 1, 1)
    share = at_risk / n
    variance = -(share * spread) @ share.T
    # Counts are taken apart before dividing: a group that is alone then leaves exactly nothing, no rounding.
    np.fill_diagonal(variance, (share * spread * ((n - at_risk) / n)).sum(axis=1))
    return observed, expected, variance
