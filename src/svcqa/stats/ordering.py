"""Many groups put in order at once: group and value make one integer, and one sort serves them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_MOST: Final = 1 << 62
_PIECE: Final = 1 << 16
"""Observations worked on at a time: what belongs to them stays in the processor's cache."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """``(group × span + place) × marks + mark`` of each observation; integers as narrow as hold them.

    ``distinct`` are the values by place; where it is absent a place is a whole number counted from ``low``.
    """

    key: Int64
    span: int
    marks: int
    low: int
    distinct: Float64 | None

    def values(self, key: npt.NDArray[Any]) -> Float64:
        """The values of ``key``, which has no mark any more."""
        offset = key // self.span
        offset *= self.span
        np.subtract(key, offset, out=offset)
        numbers: Float64 = offset.astype(np.float64) if self.distinct is None else self.distinct[offset]
        numbers += self.low
        return numbers

    def starts(self, key: npt.NDArray[Any], groups: int) -> Int64:
        """Where each group begins in ``key``, which is in order and has no mark any more; ``(groups + 1,)``."""
        # bounds as narrow as the keys: others would have the search copy all of them
        bounds = (np.arange(groups + 1, dtype=np.int64) * self.span).astype(key.dtype)
        first: Int64 = np.searchsorted(key, bounds)
        return first


def keys_of(
    group: npt.NDArray[Any],
    value: npt.NDArray[Any],
    *,
    groups: int,
    marks: int = 1,
    mark: npt.NDArray[Any] | None = None,
) -> Keys:
    """The keys of observations, in their order.

    Args:
        group: ``(n,)`` from 0 to ``groups`` − 1.
        value: ``(n,)`` whole numbers or floats.
        marks, mark: a further number of each observation, below ``marks``.
    """
    low, span, distinct = 0, 1, None
    code: npt.NDArray[Any] = value if len(value) else np.zeros(0, dtype=np.int64)
    if len(value):
        if np.issubdtype(value.dtype, np.integer):
            low = int(value.min())
            span = int(value.max()) - low + 1
        if not np.issubdtype(value.dtype, np.integer) or groups * span * marks >= _MOST:
            distinct, code = np.unique(value.astype(np.float64), return_inverse=True)
            low, span = 0, len(distinct)
    # As narrow and as few passes as will do: what is read and written here takes longer than the arithmetic.
    kind = np.int32 if groups * span * marks < 1 << 31 else np.int64
    key: Int64 = np.empty(len(group), dtype=kind)
    lowest = np.asarray(low).astype(kind)  # it may not fit; what it wraps around by, the difference wraps back by
    for begin in range(0, len(key), _PIECE):
        piece = slice(begin, begin + _PIECE)
        part = key[piece]
        part[...] = group[piece]
        part *= span
        part += np.subtract(code[piece], lowest, dtype=kind, casting="same_kind")
        if marks > 1 and mark is not None:
            part *= marks
            part += mark[piece]
    return Keys(key=key, span=span, marks=marks, low=low, distinct=distinct)


def run_bounds(key: npt.NDArray[Any]) -> Int64:
    """Where the runs of equal numbers begin, and the end of the last one; ``(runs + 1,)``."""
    differs = np.ones(len(key) + 1, dtype=np.bool_)
    np.not_equal(key[1:], key[:-1], out=differs[1:-1])
    return np.flatnonzero(differs)
