"""One batch of records as a kernel sees it: arrays, with nulls made explicit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from svcqa.errors import Fault, MetricError

Int64 = npt.NDArray[np.int64]
NULL: Final = np.iinfo(np.int64).min
"""Stands for a missing moment or integer."""

_A_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Dictionaries:
    """The labels of dictionary columns, made once for all batches that share a dictionary."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, tuple[str, ...]]] = {}

    def labels(self, name: str, dictionary: Any) -> tuple[str, ...]:
        """The labels of column ``name``, missing values not among them."""
        if name not in self._known or not dictionary.equals(self._known[name][0]):
            self._known[name] = dictionary, tuple(label or "" for label in dictionary.to_pylist())
        return self._known[name][1]


class Batch:
    """Columns of ``rows`` records, an Arrow table or batch. Arrays are the caller's to read, never to change."""

    def __init__(self, table: Any, dictionaries: Dictionaries | None = None, *, time: str | None = None) -> None:
        self._table = table
        self._time = time
        self.rows: int = table.num_rows
        self._numbers: dict[str, Int64] = {}
        self._dictionaries = dictionaries or Dictionaries()

    def has(self, name: str) -> bool:
        """Whether the batch has the column ``name``."""
        return name in self._table.schema.names

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
                if not (pa.types.is_date(column.type) or pa.types.is_null(column.type)):
                    raise MetricError(Fault("no_moment", got=name))  # 3 rings are no moment in 1970
                column = column.cast(pa.timestamp("s"))
            self._numbers[name] = _int64(column, per_unit=_A_SECOND[column.type.unit])
        return self._numbers[name]

    def received(self, otherwise: str) -> Int64:
        """When each record came in: the moment that places it in its table, or ``otherwise`` where none is known."""
        return self.moments(self._time if self._time is not None else otherwise)

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
            column = column.cast(pa.string()).dictionary_encode()
        labels = self._dictionaries.labels(name, column.dictionary)
        index = integers_of(column.indices).astype(np.int32, copy=False)
        missing = _missing(column.indices)
        if missing is None:
            return index, labels
        return np.where(missing, np.int32(len(labels)), index), (*labels, "")

    def matches(self, conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> npt.NDArray[np.bool_]:
        """Which rows meet all conditions, ``(rows,)``."""
        mask = np.ones(self.rows, dtype=np.bool_)
        for name, allowed in conditions:
            index, labels = self.codes(name)
            mask &= np.asarray([label in allowed for label in labels], dtype=np.bool_)[index]
        return mask


def integers_of(column: Any) -> npt.NDArray[Any]:
    """The values of an Arrow array of numbers, not copied; what stands where one is missing means nothing.

    ``Array.to_numpy`` would do, if it did not import pandas, which takes longer than most summaries.
    """
    kind = np.dtype(f"i{column.type.bit_width // 8}")
    buffer = column.buffers()[1]
    if buffer is None:
        return np.zeros(len(column), dtype=kind)
    return np.frombuffer(buffer, dtype=kind, count=len(column), offset=column.offset * kind.itemsize)


def integer_array(values: npt.NDArray[Any]) -> Any:
    """An Arrow array over ``values``, not copied. (``pa.array`` would import pandas as well.)"""
    kind = {1: pa.int8(), 2: pa.int16(), 4: pa.int32(), 8: pa.int64()}[values.dtype.itemsize]
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _missing(column: Any) -> npt.NDArray[np.bool_] | None:
    """Which values are missing; ``None`` where none is."""
    if column.null_count == 0:
        return None
    bits = np.frombuffer(column.buffers()[0], dtype=np.uint8)
    first, spare = divmod(column.offset, 8)
    present = np.unpackbits(bits[first:], count=spare + len(column), bitorder="little")[spare:]
    missing: npt.NDArray[np.bool_] = present == 0
    return missing


def _int64(column: Any, *, per_unit: int = 1) -> Int64:
    values: Int64 = integers_of(column)
    missing = _missing(column)
    if per_unit > 1:
        values = values // per_unit  # rounds down before 1970, too
    if missing is not None:
        values = np.where(missing, NULL, values)
    return values
