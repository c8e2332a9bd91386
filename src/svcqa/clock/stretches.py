"""From shifts by day to stretches between midnights, which prefix sums can count."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from svcqa.entities.shifts import SECONDS_A_DAY, Stretches

Layer = tuple[Stretches, npt.NDArray[np.bool_]]
"""Stretches that are always worked together, and the days on which they are."""


def seconds_of(stretches: Stretches) -> int:
    """How long the stretches are together."""
    return sum(stop - start for start, stop in stretches)


def union(stretches: Iterable[tuple[int, int]]) -> Stretches:
    """The same moments in stretches that neither overlap nor touch, in their order.

    >>> union([(0, 10), (20, 30), (10, 15), (25, 28)])
    ((0, 15), (20, 30))
    """
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        elif start < stop:
            merged.append((start, stop))
    return tuple(merged)


def natural_days(
    pattern: npt.NDArray[np.int16], patterns: tuple[Stretches, ...]
) -> tuple[npt.NDArray[np.int16], tuple[Stretches, ...]]:
    """Hours between midnight and midnight: an index into stretches a day, and the stretches.

    What two days' shifts cover both, where a night shift meets other hours the next day, is worked once.
    """
    before = np.concatenate([np.zeros(1, np.int64), pattern[:-1].astype(np.int64)])
    pairs, index = np.unique(before * len(patterns) + pattern, return_inverse=True)
    natural_patterns = []
    for pair in pairs:
        earlier, current = patterns[int(pair) // len(patterns)], patterns[int(pair) % len(patterns)]
        left = ((max(start - SECONDS_A_DAY, 0), stop - SECONDS_A_DAY) for start, stop in earlier)
        today = ((start, min(stop, SECONDS_A_DAY)) for start, stop in current)
        natural_patterns.append(union((*(part for part in left if part[0] < part[1]), *today)))
    return index.astype(np.int16), tuple(natural_patterns)


def layers(index: npt.NDArray[np.int16], patterns: tuple[Stretches, ...]) -> tuple[Layer, ...]:
    """The distinct stretches of all days, those of the same days together: each is counted once for a whole array."""
    together: dict[frozenset[int], list[tuple[int, int]]] = {}
    for stretch in sorted({stretch for shifts in patterns for stretch in shifts}):
        having = frozenset(number for number, shifts in enumerate(patterns) if stretch in shifts)
        together.setdefault(having, []).append(stretch)
    return tuple((tuple(stretches), np.isin(index, list(having))) for having, stretches in together.items())
