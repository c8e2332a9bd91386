"""The embedded engine: Parquet on this machine, one pass of NumPy kernels over Arrow batches, two or more at a time."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from svcqa.engine.batch import Batch
from svcqa.engine.cache import SummaryCache
from svcqa.engine.summary import Observations, Summary, merge, summarise_observations
from svcqa.errors import Fault, MetricError
from svcqa.records.store import Part, RecordStore
from svcqa.records.tables import table as table_schema

Kernel = Callable[[Batch], Observations]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Derive:
    """Joins and windows as one SQL query over the view ``records``, run before the kernel (the same text on every engine)."""

    sql: str


@dataclass(frozen=True)
class Request:
    """What to summarise. ``fingerprint`` names metric and parameters, so that equal requests find each other's cells."""

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    fingerprint: str
    as_of: int
    known_at: dt.datetime | None = None
    derive: Derive | None = None


class EmbeddedEngine:
    """Runs kernels over the record store."""

    name = "embedded"

    def __init__(self, store: RecordStore, cache: SummaryCache | None, *, threads: int | None = None) -> None:
        self.store = store
        self._cache = cache
        self._threads = threads or min(4, os.cpu_count() or 1)

    def columns(self, table: str) -> list[str]:
        """Columns of ``table`` that the store has."""
        return self.store.columns(table)

    def key(self, table: str) -> tuple[str, ...]:
        """The columns that identify a record of ``table``."""
        return table_schema(table).key

    def digest(self, known_at: dt.datetime | None) -> str:
        """Pins the records."""
        return self.store.digest(known_at=known_at)

    def summarise(self, request: Request, kernel: Kernel, *, progress: Progress | None = None) -> Summary:
        """The summary of all live records of a table.

        Args:
            progress: called with the number of parts done and of all parts.
        """
        parts = self._parts(request)
        if request.derive is not None:
            batch = Batch(self._derived(request, parts))
            return summarise_observations(kernel(batch), {name: batch.codes(name) for name in request.keys})
        found: list[Summary] = []
        with ThreadPoolExecutor(self._threads) as pool:
            pieces = pool.map(lambda part: self._part_summary(part, request, kernel), parts)
            for done, summary in enumerate(pieces, start=1):
                found.append(summary)
                if progress is not None:
                    progress(done, len(parts))
        return merge(found, request.keys)

    def observe_rows(
        self, request: Request, kernel: Kernel, columns: Sequence[str]
    ) -> Iterator[tuple[Any, Observations]]:
        """Each batch's ``columns`` as an Arrow table with its observations, for listing single cases."""
        wanted = tuple(dict.fromkeys((*request.columns, *request.keys, *columns)))
        if request.derive is not None:
            table = self._derived(request, self._parts(request))
            yield table, kernel(Batch(table))
            return
        for part in self._parts(request):
            for table in _tables(part, wanted):
                yield table, kernel(Batch(table))

    def _parts(self, request: Request) -> list[Part]:
        parts = self.store.parts(request.table, known_at=request.known_at)
        if not parts:
            raise MetricError(Fault("no_records", got=request.table))
        return parts

    def _part_summary(self, part: Part, request: Request, kernel: Kernel) -> Summary:
        fingerprint = f"{request.fingerprint}|{','.join(request.keys)}"
        if self._cache is not None:
            known = self._cache.get(part.identity, fingerprint, request.as_of)
            if known is not None:
                return known
        pieces = []
        for table in _tables(part, (*request.columns, *request.keys)):
            batch = Batch(table)
            pieces.append(summarise_observations(kernel(batch), {name: batch.codes(name) for name in request.keys}))
        summary = merge(pieces, request.keys)
        if self._cache is not None:
            self._cache.put(part.identity, fingerprint, request.as_of, summary)
        return summary

    def _derived(self, request: Request, parts: Sequence[Part]) -> Any:
        assert request.derive is not None
        records = pa.concat_tables([t for part in parts for t in _tables(part, None)], promote_options="permissive")
        with duckdb.connect() as connection:
            connection.register("records", records)
            return connection.execute(request.derive.sql).to_arrow_table()


def _tables(part: Part, columns: Sequence[str] | None) -> Iterator[Any]:
    """The live rows of a part, one row group at a time; columns that the part lacks are null."""
    with parquet.ParquetFile(part.path, pre_buffer=True) as file:
        present = file.schema_arrow.names
        wanted = present if columns is None else list(dict.fromkeys(columns))
        dead = part.dead()
        offset = 0
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, [name for name in wanted if name in present], use_threads=False)
            count = table.num_rows
            gone = dead[(dead >= offset) & (dead < offset + count)] - offset
            if len(gone):
                alive = np.ones(count, dtype=np.bool_)
                alive[gone] = False
                table = table.filter(pa.array(alive))
            for name in wanted:
                if name not in present:
                    table = table.append_column(name, pa.nulls(table.num_rows, pa.string()).dictionary_encode())
            offset += count
            yield table
