"""One batch of records as a kernel sees it: arrays, with nulls made explicit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Int64 = npt.NDArray[np.int64]
NULL: Final = np.iinfo(np.int64).min
"""Stands for a missing moment or integer."""


class Batch:
    """Columns of ``rows`` records. Arrays are the caller's to read, never to change."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.rows: int = table.num_rows

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
        return self._int64(self._column(name).cast(pa.timestamp("s"), safe=False).view(pa.int64()))

    def integers(self, name: str) -> Int64:
        """Integers, ``(rows,)``; ``NULL`` where missing."""
        return self._int64(self._column(name))

    def _int64(self, column: Any) -> Int64:
        if column.null_count:
            column = pc.fill_null(column, int(NULL))
        values: Int64 = column.to_numpy(zero_copy_only=False)
        return values

    def codes(self, name: str) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
        """A column of codes: an index ``(rows,)`` and its labels; missing values have the label ``""``."""
        if not self.has(name):
            return np.zeros(self.rows, dtype=np.int32), ("",)
        column = self._column(name)
        if not isinstance(column, pa.DictionaryArray):
            column = column.cast(pa.string()).dictionary_encode()
        labels = tuple(label or "" for label in column.dictionary.to_pylist())
        if column.null_count:
            index = pc.fill_null(column.indices, len(labels)).to_numpy(zero_copy_only=False)
            labels += ("",)
        else:
            index = column.indices.to_numpy(zero_copy_only=False)
        return index.astype(np.int32, copy=False), labels

    def matches(self, conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> npt.NDArray[np.bool_]:
        """Which rows meet all conditions, ``(rows,)``."""
        mask = np.ones(self.rows, dtype=np.bool_)
        for name, allowed in conditions:
            index, labels = self.codes(name)
            mask &= np.asarray([label in allowed for label in labels], dtype=np.bool_)[index]
        return mask
