"""Dividing a number of units among strata by keys, between limits, and rounding so that the sum stays exact."""

from __future__ import annotations

from typing import Final

import numpy as np

from svcqa.stats.survey.checks import Float64, Int64

_SMALLEST: Final = 1e-200
"""A key that is less than this share of the largest one counts as this much."""


def between_limits(n: float, key: Float64, lowest: Float64, highest: Float64) -> Float64:
    """``n`` divided in proportion to ``key``, each part between its limits.

    A part that meets a limit stays there, and the others share the rest by their keys: the solution of
    Σ clip(λ·key, lowest, highest) = n. What no stratum with a key can hold goes to those with key 0, by room left.

    Args:
        n: between the sums of ``lowest`` and of ``highest``.
        key: shape ``(k,)``, 0 or more.

    >>> between_limits(100, np.array([8.0, 1.0, 1.0]), np.array([0.0, 15.0, 0.0]), np.array([70.0, 99.0, 99.0]))
    array([70., 15., 15.])
    """
    keyed = key > 0
    divided = lowest.copy()
    room = float(highest[keyed].sum() + lowest[~keyed].sum())
    if n >= room:
        divided[keyed] = highest[keyed]
        left = highest[~keyed] - lowest[~keyed]
        if left.sum() > 0:
            divided[~keyed] += left * min((n - room) / float(left.sum()), 1.0)
        return divided
    low, high = lowest[keyed], highest[keyed]
    # only proportions count: scaled by a power of two, which is exact, and none so small that its limit overflows
    part = np.maximum(np.ldexp(key[keyed], -int(np.frexp(key[keyed].max())[1])), _SMALLEST)
    # the sum grows with λ along straight pieces that end where a part meets a limit
    ends = np.unique(np.concatenate([[0.0], low / part, high / part]))
    sums = np.clip(ends[:, None] * part, low, high).sum(axis=1)
    divided[keyed] = np.clip(np.interp(n - lowest[~keyed].sum(), sums, ends) * part, low, high)
    return divided


def largest_remainder(parts: Float64) -> Int64:
    """``parts`` as whole numbers with the same sum: all rounded down, then one more for the largest remainders.

    Equal remainders: the earlier stratum first. Source: A. Hamilton's method (1792), in M. L. Balinski, H. P. Young
    (1982) Fair Representation, Yale University Press.

    >>> largest_remainder(np.array([3.4, 3.5, 3.1])).tolist()
    [3, 4, 3]
    """
    # parts that are whole but for rounding errors are whole
    parts = np.where(np.abs(parts - np.round(parts)) < 1e-9, np.round(parts), parts)
    whole = np.floor(parts)
    left = round(float(parts.sum() - whole.sum()))
    first = np.argsort(-(parts - whole), kind="stable")[:left]
    whole[first] += 1
    return whole.astype(np.int64)
