"""Exact, mergeable summaries: how many observations share keys, day, fact and value.

The group sums are the whole distribution at the declared resolution. Limits, percentiles and rates are read from them
later, so moving a limit never touches the records; sums of months, departments and machines add up.
"""

# Over 300 lines: the cells, their merging and their windows are one arithmetic, proved together.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Codes = tuple[npt.NDArray[np.int32], tuple[str, ...]]
Columns = dict[str, npt.NDArray[Any]]
"""Arrays of integers of any width, all of one length."""

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


@dataclass(frozen=True, kw_only=True)
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


_EXCLUSION: Final = "exclusion"
_NUMERIC: Final = ("day", "fact", "value", "follow_up")


@dataclass(frozen=True, kw_only=True)
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

    def where(self, chosen: npt.NDArray[np.bool_]) -> Summary:
        """The cells of the mask ``chosen``."""
        codes = {name: codes[chosen] for name, codes in self.codes.items()}
        numbers = {name: getattr(self, name)[chosen] for name in (*_NUMERIC, "weight")}
        return Summary(codes=codes, labels=self.labels, **numbers, settled=self.settled)

    @property
    def total(self) -> int:
        """The sum of all weights."""
        return int(self.weight.sum())


def summarise_observations(observations: Observations, keys: dict[str, Codes]) -> Summary:
    """Group sums of one batch.

    Args:
        keys: index per batch row and labels, of each grouping key.
    """
    return merge([summarise_pieces([(observations, keys)], list(keys))], list(keys))


def summarise_pieces(pieces: Iterable[tuple[Observations, dict[str, Codes]]], keys: Sequence[str]) -> Summary:
    """Group sums of records that are observed piece by piece, each with its grouping keys.

    Small pieces are worth while because a kernel's arrays then stay in the processor's cache; the cells are those of
    the whole. The arrays are of the narrowest integers that hold them, until :func:`merge` makes them plain.
    """
    names = (*keys, _EXCLUSION)
    common = {name: _Labels() for name in names}
    sums = _GroupSum((*names, *_NUMERIC))
    settled = True
    for observed, batch_keys in pieces:
        exclusion = observed.exclusion or (np.zeros(len(observed.day), dtype=np.int32), ("",))
        columns: Columns = {name: getattr(observed, name) for name in _NUMERIC}
        for name in keys:
            codes, labels = batch_keys[name]
            columns[name] = common[name].index(codes if observed.rows is None else codes[observed.rows], labels)
        columns[_EXCLUSION] = common[_EXCLUSION].index(*exclusion)
        sums.add(columns, observed.weight)
        settled = settled and observed.settled
    cells, weight = sums.cells()
    return _summary(cells, weight, {name: common[name].labels for name in names}, settled=settled)


def _summary(cells: Columns, weight: npt.NDArray[Any], labels: dict[str, tuple[str, ...]], *, settled: bool) -> Summary:
    numbers = {name: cells[name] for name in _NUMERIC}
    return Summary(
        codes={name: cells[name] for name in labels}, labels=labels, **numbers, weight=weight, settled=settled
    )


class _Labels:
    """One numbering for the labels of several pieces, in the order in which they appear."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._same: tuple[str, ...] = ()
        """Labels whose numbers are the common ones."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self._known)

    def index(self, codes: npt.NDArray[Any], labels: tuple[str, ...]) -> npt.NDArray[Any]:
        """``codes`` of ``labels`` as codes of the common numbering."""
        if labels == self._same[: len(labels)]:
            return codes
        lookup = np.asarray([self._known.setdefault(label, len(self._known)) for label in labels], dtype=np.int32)
        if np.array_equal(lookup, np.arange(len(lookup))):
            self._same = labels
            return codes
        renumbered: npt.NDArray[np.int32] = lookup[codes]
        return renumbered


def narrowed(column: npt.NDArray[Any], low: int, high: int) -> npt.NDArray[Any]:
    """``column``, whose values lie from ``low`` to ``high``, in the narrowest integers that hold it.

    A constant column takes no memory at all. Memory touched for the first time costs more than the arithmetic does.
    """
    kind = next((kind for bits, kind in _KINDS if -1 << bits <= low and high < 1 << bits), np.int64)
    if low == high:
        return np.broadcast_to(np.array(low, dtype=kind), len(column))
    return column.astype(kind, copy=False)


_KINDS: Final[tuple[tuple[int, type[np.signedinteger[Any]]], ...]] = ((7, np.int8), (15, np.int16), (31, np.int32))


def group_sum(columns: Columns, weight: Int64 | None) -> tuple[Columns, npt.NDArray[Any]]:
    """Distinct rows of ``columns`` and the sum of ``weight`` (or the count) over each."""
    sums = _GroupSum(tuple(columns))
    sums.add(columns, weight)
    return sums.cells()


class _GroupSum:
    """Collects columns piece by piece; their distinct rows are found by sorting one integer a row.

    Rows that are mature and rows that are not are summed apart: the first share one follow-up, so their key is short.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._mature = _Rows(self._names)
        self._running = _Rows(self._names)

    def add(self, columns: Columns, weight: Int64 | None) -> None:
        """Add rows, each counted once where there is no ``weight``."""
        mature = columns["follow_up"] == MATURE
        count = int(np.count_nonzero(mature))
        if count == len(mature):
            self._mature.add(columns, weight)
        elif count == 0:
            self._running.add(columns, weight)
        else:
            for rows, chosen in ((self._mature, np.flatnonzero(mature)), (self._running, np.flatnonzero(~mature))):
                some = {name: columns[name][chosen] for name in self._names}
                rows.add(some, None if weight is None else weight[chosen])

    def cells(self) -> tuple[Columns, npt.NDArray[Any]]:
        """The distinct rows and their sums."""
        pieces = [rows.cells() for rows in (self._mature, self._running) if rows.count]
        if len(pieces) == 1:
            return pieces[0]
        cells = {name: _joined([piece[name] for piece, _ in pieces]) for name in self._names}
        return cells, _joined([sums for _, sums in pieces])


def _joined(arrays: Sequence[npt.NDArray[Any]], kind: Any = None) -> npt.NDArray[Any]:
    """Arrays end to end, of integers that hold them all where no ``kind`` is given."""
    return np.concatenate(arrays, dtype=kind) if arrays else np.zeros(0, dtype=kind or np.int64)


class _Rows:
    """Rows in pieces, with the range of each column over all of them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.count = 0
        self._pieces: list[Columns] = []
        self._weights: list[Int64 | None] = []
        self._ranges: dict[str, tuple[int, int]] = {}
        self._names = names

    def add(self, columns: Columns, weight: Int64 | None) -> None:
        count = len(columns["follow_up"])
        if count == 0:
            return
        self.count += count
        self._weights.append(weight)
        piece: Columns = {}
        for name in self._names:
            low, high = int(columns[name].min()), int(columns[name].max())
            extent = self._ranges.get(name, (low, high))
            self._ranges[name] = min(low, extent[0]), max(high, extent[1])
            piece[name] = narrowed(columns[name], low, high)
        self._pieces.append(piece)

    def cells(self) -> tuple[Columns, npt.NDArray[Any]]:
        weight = self._weight()
        width = 1
        for low, high in self._ranges.values():
            width *= high - low + 1
        if width >= 1 << 63:
            return _wide_cells({name: _joined([piece[name] for piece in self._pieces]) for name in self._names}, weight)
        key = self._key()
        if weight is None:
            key.sort()
        else:
            order = np.argsort(key, kind="stable")
            key, weight = key[order], weight[order]
        first = _run_starts(key[1:] != key[:-1])
        sums = _run_sums(first, self.count, weight)
        return self._unpack(key[first]), narrowed(sums, int(sums.min()), int(sums.max()))

    def _weight(self) -> Int64 | None:
        if all(weight is None for weight in self._weights):
            return None
        lengths = [len(piece["follow_up"]) for piece in self._pieces]
        pairs = zip(self._weights, lengths, strict=True)
        return _joined([np.ones(count, np.int64) if weight is None else weight for weight, count in pairs], np.int64)

    def _key(self) -> Int64:
        """One integer a row: its columns as the digits of a number."""
        key = np.empty(self.count, dtype=np.int64)
        end = 0
        for piece in self._pieces:
            begin, end = end, end + len(piece["follow_up"])
            part = key[begin:end]
            part[:] = 0
            for name, (low, high) in self._ranges.items():
                if high > low:
                    part *= high - low + 1
                    part += piece[name]
                    part -= low
        return key

    def _unpack(self, key: Int64) -> Columns:
        """The columns again, from the last digit to the first."""
        cells: Columns = {}
        for name, (low, high) in reversed(self._ranges.items()):
            column = key
            if high > low:
                span = high - low + 1
                rest = key // span  # many times faster than np.divmod
                column = key - rest * span
                column += low
                key = rest
            cells[name] = narrowed(column, low, high)
        return cells


def _wide_cells(columns: Columns, weight: Int64 | None) -> tuple[Columns, npt.NDArray[Any]]:
    """The same where the columns do not fit one integer."""
    order = np.lexsort(tuple(columns.values()))
    arranged = {name: column[order] for name, column in columns.items()}
    changed = np.zeros(len(order) - 1, dtype=np.bool_)
    for column in arranged.values():
        changed |= column[1:] != column[:-1]
    first = _run_starts(changed)
    sums = _run_sums(first, len(order), None if weight is None else weight[order])
    return {name: column[first] for name, column in arranged.items()}, sums


def _run_starts(changed: npt.NDArray[np.bool_]) -> Int64:
    """Where the runs of equal rows begin; ``changed`` says whether a row differs from the one before it."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.flatnonzero(changed) + 1])


def _run_sums(first: Int64, count: int, weight: Int64 | None) -> Int64:
    if weight is None:
        return np.diff(first, append=count)
    return np.add.reduceat(weight, first)


def merge(summaries: Sequence[Summary], keys: Sequence[str]) -> Summary:
    """One summary of several. Cells are put side by side: sums over them are the same."""
    return _side_by_side(summaries, keys, {**_PLAIN, **dict.fromkeys((*keys, _EXCLUSION), np.int32)})


_PLAIN: Final = {"day": np.int64, "fact": np.int8, "value": np.int64, "follow_up": np.int64, "weight": np.int64}


def _side_by_side(summaries: Sequence[Summary], keys: Sequence[str], kinds: Mapping[str, Any]) -> Summary:
    codes, labels = {}, {}
    for name in (*keys, _EXCLUSION):
        common = _Labels()
        parts = [common.index(summary.codes[name], summary.labels[name]) for summary in summaries]
        codes[name], labels[name] = _joined(parts, kinds.get(name)), common.labels
    numbers = {name: _joined([getattr(summary, name) for summary in summaries], kinds.get(name)) for name in _PLAIN}
    return Summary(codes=codes, labels=labels, **numbers, settled=all(summary.settled for summary in summaries))


def merge_groups(summaries: Sequence[Summary], keys: Sequence[str]) -> Summary:
    """One summary of the row groups of one part, with equal cells added up where the groups share more than a seam.

    Records mostly come in the order of time; then neighbours share at most the day at the seam, and adding up would
    cost more than the few cells it saves. The arrays stay narrow.
    """
    if len(summaries) == 1:
        return summaries[0]
    merged = _side_by_side(summaries, keys, {})
    spans = sum(int(summary.day.max()) - int(summary.day.min()) + 1 for summary in summaries if len(summary))
    if not len(merged) or spans - (int(merged.day.max()) - int(merged.day.min()) + 1) <= len(summaries):
        return merged
    columns: Columns = {**merged.codes, **{name: getattr(merged, name) for name in _NUMERIC}}
    cells, weight = group_sum(columns, merged.weight.astype(np.int64))
    return _summary(cells, weight, merged.labels, settled=merged.settled)
