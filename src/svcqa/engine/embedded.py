"""The embedded engine: Parquet on this machine, one pass of NumPy kernels over Arrow batches, two or more at a time."""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from svcqa.engine import duckdb_query
from svcqa.engine.cache import SummaryCache
from svcqa.engine.contract import Kernel, Progress, Request
from svcqa.engine.derive import typed_table
from svcqa.engine.kernels import completed, derived, observed, summarised, wanted_columns
from svcqa.engine.summary import Observations, Summary, merge, merge_groups
from svcqa.errors import Fault, MetricError
from svcqa.records.store import Part, Positions, RecordStore
from svcqa.records.tables import table as table_schema

_LOG = logging.getLogger(__name__)
_PIECE: Final = 1 << 17
"""Records that a kernel is given at a time: few enough for its arrays to stay in the processor's cache."""


class EmbeddedEngine:
    """Runs kernels over the record store.

    Args:
        cache: where summaries of parts are kept; nowhere where absent.
        threads: row groups read at a time.
        piece: records that a kernel is given at a time.
    """

    name = "embedded"

    def __init__(
        self, store: RecordStore, cache: SummaryCache | None, *, threads: int | None = None, piece: int = _PIECE
    ) -> None:
        self.store = store
        self._cache = cache
        self._threads = threads or min(4, os.cpu_count() or 1)
        self._piece = piece

    def columns(self, table: str) -> list[str]:
        """Columns of ``table`` that the store has; all that it can have where it was read and held no row."""
        columns = self.store.columns(table)
        return columns or (list(_nothing(table).schema.names) if self.store.read_empty(table) else [])

    def key(self, table: str) -> tuple[str, ...]:
        """The columns that identify a record of ``table``."""
        return table_schema(table).key

    def digest(self, known_at: dt.datetime | None) -> str:
        """Pins the records."""
        return self.store.digest(known_at=known_at)

    def rows(self, table: str, *, known_at: dt.datetime | None = None) -> Any:
        """All live records of a table as one Arrow table, typed and empty where none was read."""
        parts = self.store.parts(table, known_at=known_at)
        return _whole(parts) if parts else typed_table(table, {})

    def summarise(self, request: Request, kernel: Kernel, *, progress: Progress | None = None) -> Summary:
        """The summary of all live records of a table.

        Args:
            progress: called with the number of parts done and of all parts.
        """
        began = time.perf_counter()
        parts = self._parts(request)
        if request.derive is not None:
            pieces = self._derived(request, parts).combine_chunks().to_batches(self._piece)
            whole = merge([summarised(pieces, request, kernel)], request.keys)
            _LOG.info(
                "joined and passed over %s: %d cells, %.2f s", request.table, len(whole), time.perf_counter() - began
            )
            return whole
        pool = ThreadPoolExecutor(self._threads)
        try:
            pending = [self._begin(pool, part, request, kernel) for part in parts]
            summaries = []
            for done, (part, groups) in enumerate(zip(parts, pending, strict=True), start=1):
                summaries.append(self._finish(part, groups, request))
                if progress is not None:
                    progress(done, len(parts))
        finally:
            pool.shutdown(cancel_futures=True)
        whole = merge(summaries, request.keys)
        _LOG.info(
            "passed over %s: %d parts, %d of them from the cache, %d cells, %.2f s",
            request.table,
            len(parts),
            sum(isinstance(groups, Summary) for groups in pending),
            len(whole),
            time.perf_counter() - began,
        )
        return whole

    def _begin(self, pool: Executor, part: Part, request: Request, kernel: Kernel) -> Summary | list[Future[Summary]]:
        """The summary of a part if it is known, else one task for each of its row groups."""
        if self._cache is not None:
            cached = self._cache.get(part.identity, _cache_key(request), request.as_of)
            if cached is not None:
                return cached
        columns = wanted_columns(request)
        return [
            pool.submit(summarised, group.read(columns, self._piece), request, kernel) for group in _row_groups(part)
        ]

    def _finish(self, part: Part, groups: Summary | list[Future[Summary]], request: Request) -> Summary:
        if isinstance(groups, Summary):
            return groups
        summary = merge_groups([group.result() for group in groups], request.keys)
        if self._cache is not None:
            self._cache.put(part.identity, _cache_key(request), request.as_of, summary)
        return summary

    def observe_rows(
        self, request: Request, kernel: Kernel, columns: Sequence[str]
    ) -> Iterator[tuple[Any, Observations]]:
        """Each batch's ``columns`` as an Arrow table with its observations, for listing single cases."""
        return observed(self.read_rows(request, columns), request, kernel)

    def read_rows(self, request: Request, columns: Sequence[str]) -> Iterator[Any]:
        """What the kernel sees and ``columns`` beside it, as Arrow tables."""
        column_names = wanted_columns(request, columns)
        parts = self._parts(request)
        if request.derive is not None:
            yield self._derived(request, parts)
            return
        if not parts:
            yield completed(_nothing(request.table), column_names)
        for part in parts:
            for group in _row_groups(part):
                yield from group.read(column_names, group.rows)

    def _parts(self, request: Request) -> list[Part]:
        parts = self.store.parts(request.table, known_at=request.known_at)
        if not parts and not self.store.read_empty(request.table, known_at=request.known_at):
            raise MetricError(Fault("no_records", got=request.table))
        return parts

    def _derived(self, request: Request, parts: Sequence[Part]) -> Any:
        return derived(self, request, _whole(parts) if parts else _nothing(request.table))

    def query(self, sql: str, views: Mapping[str, Any]) -> Any:
        """The rows of an SQL query as an Arrow table."""
        return duckdb_query.query(sql, views)


def _whole(parts: Sequence[Part]) -> Any:
    """All live rows of a table's parts as one Arrow table."""
    return pa.concat_tables(
        [
            pa.Table.from_batches([batch])
            for part in parts
            for group in _row_groups(part)
            for batch in group.read(None, group.rows)
        ],
        promote_options="permissive",
    )


def _nothing(table: str) -> Any:
    """A table as the store keeps it, without a row."""
    files = pa.array([], pa.string()).dictionary_encode()
    return (
        typed_table(table, {}).append_column("source_file", files).append_column("source_row", pa.array([], pa.int32()))
    )


def _cache_key(request: Request) -> str:
    return f"{request.fingerprint}|{','.join(request.keys)}"


@dataclass(frozen=True, kw_only=True)
class _RowGroup:
    """One row group of a part's file; ``dead`` are positions inside it."""

    path: Path
    about: Any
    number: int
    rows: int
    dead: Positions

    def read(self, columns: Sequence[str] | None, rows: int) -> Iterator[Any]:
        """The live rows as Arrow batches of at most ``rows``; columns that the part lacks are null."""
        with parquet.ParquetFile(self.path, metadata=self.about, memory_map=True) as file:
            present = file.schema_arrow.names
            column_names = present if columns is None else list(dict.fromkeys(columns))
            stored = [name for name in column_names if name in present]
            offset = 0
            for batch in file.iter_batches(rows, row_groups=[self.number], columns=stored, use_threads=False):
                yield completed(self._alive(batch, offset), column_names)
                offset += batch.num_rows

    def _alive(self, batch: Any, offset: int) -> Any:
        begin, end = np.searchsorted(self.dead, (offset, offset + batch.num_rows))
        if begin == end:
            return batch
        alive = np.ones(batch.num_rows, dtype=np.bool_)
        alive[self.dead[begin:end] - offset] = False
        return batch.filter(pa.array(alive))


def _row_groups(part: Part) -> list[_RowGroup]:
    about = parquet.read_metadata(part.path)
    counts = [about.row_group(number).num_rows for number in range(about.num_row_groups)]
    begins = np.cumsum([0, *counts])
    dead = part.dead()
    cuts = np.searchsorted(dead, begins)
    return [
        _RowGroup(
            path=part.path,
            about=about,
            number=number,
            rows=rows,
            dead=dead[cuts[number] : cuts[number + 1]] - begins[number],
        )
        for number, rows in enumerate(counts)
    ]
