"""Exact, mergeable summaries: how many observations share keys, day, fact and value.

The group sums are the whole distribution at the declared resolution. Limits, percentiles and rates are read from them
later, so moving a limit never touches the records; sums of months, departments and machines add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Codes = tuple[npt.NDArray[np.int32], tuple[str, ...]]

MATURE: Final = 1 << 40
"""A follow-up long enough for every limit that can be asked for; the exact length no longer matters."""


class Fact(IntEnum):
    """What is known of a case, before any limit is applied."""

    CLOSED = 0
    OPEN = 1
    """Right-censored: the value is the follow-up so far."""
    FAILED = 2
    """Ended without the service: kept within no limit."""
    NOT_APPLICABLE = 3


@dataclass(frozen=True)
class Observations:
    """What a kernel makes of one batch; every array is ``(k,)``.

    Attributes:
        day: days since 1970-01-01 that place the observation in a period.
        fact: a :class:`Fact`.
        value: in the metric's declared unit.
        follow_up: how far ``as_of`` lies after the start of the clock, in the same unit, or ``MATURE``.
        weight: how many cases the observation stands for; one where absent.
        exclusion: index and labels of the reason for which it is left out; the label ``""`` means it is not.
        rows: which row of the batch each came from; absent where it is one observation a row, in order.
        complete: false where records of the batch were left out because they lie after ``as_of``.
    """

    day: Int64
    fact: npt.NDArray[np.int8]
    value: Int64
    follow_up: Int64
    weight: Int64 | None = None
    exclusion: Codes | None = None
    rows: Int64 | None = None
    complete: bool = True

    @property
    def settled(self) -> bool:
        """Whether a later ``as_of`` would give the same observations."""
        no_open = not bool((self.fact == Fact.OPEN).any())
        return self.complete and no_open and bool((self.follow_up == MATURE).all())


_NUMERIC: Final = ("day", "fact", "value", "follow_up")


@dataclass(frozen=True)
class Summary:
    """Cells of a summary. ``codes[name]`` indexes ``labels[name]``; the key ``exclusion`` is the reason."""

    codes: dict[str, npt.NDArray[np.int32]]
    labels: dict[str, tuple[str, ...]]
    day: Int64
    fact: npt.NDArray[np.int8]
    value: Int64
    follow_up: Int64
    weight: Int64
    settled: bool

    def __len__(self) -> int:
        return len(self.day)

    @property
    def total(self) -> int:
        """The sum of all weights."""
        return int(self.weight.sum())


def summarise_observations(observations: Observations, keys: dict[str, Codes]) -> Summary:
    """Group sums of one batch.

    Args:
        keys: index per batch row and labels, of each grouping key.
    """
    count = len(observations.day)
    exclusion = observations.exclusion or (np.zeros(count, dtype=np.int32), ("",))
    taken = {
        name: (codes if observations.rows is None else codes[observations.rows], labels)
        for name, (codes, labels) in keys.items()
    }
    named = {**taken, "exclusion": exclusion}
    columns: dict[str, Any] = {name: codes for name, (codes, _) in named.items()}
    columns |= {name: getattr(observations, name) for name in _NUMERIC}
    cells, weight = group_sum(columns, observations.weight)
    return Summary(
        codes={name: cells[name].astype(np.int32, copy=False) for name in named},
        labels={name: labels for name, (_, labels) in named.items()},
        day=cells["day"], fact=cells["fact"].astype(np.int8, copy=False), value=cells["value"],
        follow_up=cells["follow_up"], weight=weight, settled=observations.settled,
    )  # fmt: skip


def group_sum(columns: dict[str, Any], weight: Int64 | None) -> tuple[dict[str, Any], Int64]:
    """Distinct rows of ``columns`` and the sum of ``weight`` (or the count) over each.

    Rows that are mature and rows that are not are summed apart: the first share one follow-up, so their key fits 63 bits.
    """
    mature = columns["follow_up"] == MATURE
    if not len(mature) or mature.all():
        return _group_sum(columns, weight)
    pieces = []
    for mask in (mature, ~mature):
        chosen = np.flatnonzero(mask)
        if len(chosen):
            some = {name: column[chosen] for name, column in columns.items()}
            pieces.append(_group_sum(some, None if weight is None else weight[chosen]))
    cells = {name: np.concatenate([piece[name] for piece, _ in pieces]) for name in columns}
    return cells, np.concatenate([sums for _, sums in pieces])


def _group_sum(columns: dict[str, Any], weight: Int64 | None) -> tuple[dict[str, Any], Int64]:
    count = len(next(iter(columns.values())))
    if count == 0:
        return columns, np.zeros(0, dtype=np.int64)
    ranges = {name: (int(column.min()), int(column.max())) for name, column in columns.items()}
    width = 1
    for low, high in ranges.values():
        width *= high - low + 1
    if width >= 1 << 63:
        return _group_sum_wide(columns, weight)
    key = np.zeros(count, dtype=np.int64)
    for name, (low, high) in ranges.items():
        if high > low:
            key *= high - low + 1
            key += columns[name]
            key -= low
    order = None if weight is None else np.argsort(key, kind="stable")
    key = np.sort(key) if order is None else key[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    sums = _run_sums(first, count, None if weight is None or order is None else weight[order])
    return _unpack(key[first], ranges), sums


def _unpack(key: Int64, ranges: dict[str, tuple[int, int]]) -> dict[str, Int64]:
    cells: dict[str, Int64] = {}
    for name, (low, high) in reversed(ranges.items()):
        span = high - low + 1
        if span == 1:
            cells[name] = np.full(len(key), low, dtype=np.int64)
        else:
            key, rest = np.divmod(key, span)
            cells[name] = rest + low
    return {name: cells[name] for name in ranges}


def _group_sum_wide(columns: dict[str, Any], weight: Int64 | None) -> tuple[dict[str, Any], Int64]:
    order = np.lexsort(tuple(columns.values()))
    count = len(order)
    new = np.zeros(count, dtype=np.bool_)
    new[0] = True
    arranged = {name: column[order] for name, column in columns.items()}
    for column in arranged.values():
        new[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(new)
    sums = _run_sums(first, count, None if weight is None else weight[order])
    return {name: column[first].astype(np.int64) for name, column in arranged.items()}, sums


def _run_sums(first: Int64, count: int, weight: Int64 | None) -> Int64:
    if weight is None:
        return np.diff(np.append(first, count))
    return np.add.reduceat(weight, first)


def merge(summaries: Sequence[Summary], keys: Sequence[str]) -> Summary:
    """One summary of several. Cells are put side by side: sums over them are the same."""
    names = [*keys, "exclusion"]
    labels, codes = {}, {}
    for name in names:
        known: dict[str, int] = {}
        columns = []
        for summary in summaries:
            lookup = np.asarray([known.setdefault(label, len(known)) for label in summary.labels[name]], dtype=np.int32)
            columns.append(lookup[summary.codes[name]] if len(summary) else summary.codes[name])
        labels[name] = tuple(known)
        codes[name] = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int32)
    empty = np.zeros(0, dtype=np.int64)

    def joined(name: str) -> Any:
        return np.concatenate([getattr(summary, name) for summary in summaries]) if summaries else empty

    return Summary(
        codes, labels, joined("day"), joined("fact").astype(np.int8, copy=False), joined("value"), joined("follow_up"),
        joined("weight"), all(summary.settled for summary in summaries),
    )  # fmt: skip
