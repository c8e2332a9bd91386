"""One batch of records as a kernel sees it: arrays, with nulls made explicit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Int64 = npt.NDArray[np.int64]
NULL: Final = np.iinfo(np.int64).min
"""Stands for a missing moment or integer."""

_A_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Batch:
    """Columns of ``rows`` records. Arrays are the caller's to read, never to change."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.rows: int = table.num_rows
        self._numbers: dict[str, Int64] = {}
        self._labels: dict[str, tuple[str, ...]] = {}

    def slices(self, rows: int) -> Iterator[Batch]:
        """The batch in pieces of at most ``rows`` records. They share the labels of their codes."""
        if self.rows <= rows:
            yield self
            return
        whole = self._table.combine_chunks()
        for begin in range(0, self.rows, rows):
            piece = Batch(whole.slice(begin, rows))
            piece._labels = self._labels
            yield piece

    def has(self, name: str) -> bool:
        """Whether the batch has the column ``name``."""
        return name in self._table.column_names

    def _column(self, name: str) -> Any:
        column = self._table[name]
        if isinstance(column, pa.ChunkedArray):
            return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        return column

    def moments(self, name: str) -> Int64:
        """Seconds since 1970-01-01 in local time, ``(rows,)``; ``NULL`` where missing."""
        if name not in self._numbers:
            column = self._column(name)
            if not pa.types.is_timestamp(column.type):
                column = column.cast(pa.timestamp("s"))
            self._numbers[name] = _int64(column, per_unit=_A_SECOND[column.type.unit])
        return self._numbers[name]

    def integers(self, name: str) -> Int64:
        """Integers, ``(rows,)``; ``NULL`` where missing."""
        if name not in self._numbers:
            self._numbers[name] = _int64(self._column(name).cast(pa.int64()))
        return self._numbers[name]

    def codes(self, name: str) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
        """A column of codes: an index ``(rows,)`` and its labels; missing values have the label ``""``."""
        if not self.has(name):
            return np.zeros(self.rows, dtype=np.int32), ("",)
        column = self._column(name)
        if not isinstance(column, pa.DictionaryArray):
            # Slices have dictionaries of their own, so what is encoded here has no labels to share.
            column = column.cast(pa.string()).dictionary_encode()
            labels = _labels(column)
        elif name not in self._labels:
            labels = self._labels[name] = _labels(column)
        else:
            labels = self._labels[name]
        index = _values(column.indices).astype(np.int32, copy=False)
        missing = _missing(column.indices)
        return (index if missing is None else np.where(missing, np.int32(len(labels) - 1), index)), labels

    def matches(self, conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> npt.NDArray[np.bool_]:
        """Which rows meet all conditions, ``(rows,)``."""
        mask = np.ones(self.rows, dtype=np.bool_)
        for name, allowed in conditions:
            index, labels = self.codes(name)
            mask &= np.asarray([label in allowed for label in labels], dtype=np.bool_)[index]
        return mask


def _labels(column: Any) -> tuple[str, ...]:
    """The labels of a dictionary; the last one, ``""``, stands for missing values."""
    return (*(label or "" for label in column.dictionary.to_pylist()), "")


def _values(column: Any) -> npt.NDArray[Any]:
    """The values of an Arrow array of numbers, not copied; what stands where one is missing means nothing.

    ``Array.to_numpy`` would do, if it did not import pandas, which takes longer than most summaries.
    """
    kind = np.dtype(f"i{column.type.bit_width // 8}")
    buffer = column.buffers()[1]
    if buffer is None:
        return np.zeros(len(column), dtype=kind)
    return np.frombuffer(buffer, dtype=kind, count=len(column), offset=column.offset * kind.itemsize)


def _missing(column: Any) -> npt.NDArray[np.bool_] | None:
    """Which values are missing; ``None`` where none is."""
    if column.null_count == 0:
        return None
    bits = np.frombuffer(column.buffers()[0], dtype=np.uint8)
    first, spare = divmod(column.offset, 8)
    present = np.unpackbits(bits[first:], count=spare + len(column), bitorder="little")[spare:]
    return present == 0


def _int64(column: Any, *, per_unit: int = 1) -> Int64:
    values: Int64 = _values(column)
    missing = _missing(column)
    if per_unit > 1:
        values = values // per_unit
    if missing is not None:
        values = np.where(missing, NULL, values)
    return values
