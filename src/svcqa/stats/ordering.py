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


@dataclass(frozen=True)
class Keys:
    """``(group × span + place) × marks + mark`` of each observation; integers as narrow as hold them.

    ``distinct`` are the values by place; where it is absent a place is a whole number counted from ``low``.
    """

    key: Int64
    span: int
    marks: int
    low: int
    distinct: Float64 | None

    def group_and_value(self, key: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Float64]:
        """Group and value of ``key``, which has no mark any more; the group in integers as narrow as the key's."""
        group = key // self.span
        place = key - group * self.span
        return group, place.astype(np.float64) + self.low if self.distinct is None else self.distinct[place]

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
    place: npt.NDArray[Any] = value if len(value) else np.zeros(0, dtype=np.int64)
    if len(value):
        if np.issubdtype(value.dtype, np.integer):
            low = int(value.min())
            span = int(value.max()) - low + 1
        if not np.issubdtype(value.dtype, np.integer) or groups * span * marks >= _MOST:
            distinct, place = np.unique(value.astype(np.float64), return_inverse=True)
            low, span = 0, len(distinct)
    kind = np.int32 if groups * span * marks < 1 << 31 else np.int64
    key: Int64 = group.astype(kind)
    key *= span
    key += np.subtract(place, low, dtype=kind, casting="same_kind")
    if marks > 1 and mark is not None:
        key *= marks
        key += mark
    return Keys(key, span, marks, low, distinct)


def run_starts(key: npt.NDArray[Any]) -> Int64:
    """Where the runs of equal numbers begin."""
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([np.zeros(1, dtype=np.int64), np.flatnonzero(key[1:] != key[:-1]) + 1])
