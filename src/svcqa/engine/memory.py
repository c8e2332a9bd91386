"""Records held in memory: small tables made by hand, driven through the same kernels."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from svcqa.engine import duckdb_query
from svcqa.engine.contract import Kernel, Progress, Request
from svcqa.engine.derive import typed_table
from svcqa.engine.kernels import completed, derived, observed, summarised, wanted_columns
from svcqa.engine.summary import Observations, Summary, merge
from svcqa.errors import Fault, MetricError
from svcqa.records.tables import table as table_schema


class MemoryEngine:
    """Runs kernels over tables held in memory: what the conformance kit drives.

    Args:
        records: a table by name, see :func:`svcqa.engine.derive.typed_table`.
        later: all tables as they were known from a moment on (UTC), where they changed since.
        split: cuts what the kernel is to see, after joins and windows, into batches.
    """

    name = "memory"

    def __init__(
        self,
        records: Mapping[str, Any],
        *,
        later: Mapping[dt.datetime, Mapping[str, Any]] | None = None,
        split: Callable[[Any], Sequence[Any]] | None = None,
    ) -> None:
        self._states = [(dt.datetime.min, records), *sorted((later or {}).items())]
        self._split = split or (lambda table: [table])

    def _records(self, known_at: dt.datetime | None) -> Mapping[str, Any]:
        return [records for since, records in self._states if known_at is None or since <= known_at][-1]

    def columns(self, table: str) -> list[str]:
        """Columns of ``table``."""
        records = self._records(None)
        return list(records[table].schema.names) if table in records else []

    def key(self, table: str) -> tuple[str, ...]:
        """The columns that identify a record of ``table``."""
        return table_schema(table).key

    def digest(self, known_at: dt.datetime | None) -> str:
        """Pins the records."""
        content = [(name, table.to_pylist()) for name, table in sorted(self._records(known_at).items())]
        return hashlib.sha256(repr(content).encode()).hexdigest()[:16]

    def rows(self, table: str, *, known_at: dt.datetime | None = None) -> Any:
        """All records of a table, typed and empty where there is none."""
        records = self._records(known_at)
        return records[table] if table in records else typed_table(table, {})

    def summarise(self, request: Request, kernel: Kernel, *, progress: Progress | None = None) -> Summary:
        """The summary of the table, each batch summed on its own and then merged."""
        pieces = list(self.read_rows(request, ()))
        summaries = []
        for done, piece in enumerate(pieces, start=1):
            summaries.append(summarised([piece], request, kernel))
            if progress is not None:
                progress(done, len(pieces))
        return merge(summaries, request.keys)

    def observe_rows(
        self, request: Request, kernel: Kernel, columns: Sequence[str]
    ) -> Iterator[tuple[Any, Observations]]:
        """Each batch with its observations."""
        return observed(self.read_rows(request, columns), request, kernel)

    def read_rows(self, request: Request, columns: Sequence[str]) -> Iterator[Any]:
        """What the kernel sees and ``columns`` beside it: those that were asked for and no other."""
        records = self._records(request.known_at)
        if request.table not in records:
            raise MetricError(Fault("no_records", got=request.table))
        table = records[request.table]
        if request.derive is not None:
            seen = derived(self, request, table)
        else:
            column_names = wanted_columns(request, columns)
            seen = completed(table, column_names).select(column_names)
        yield from self._split(seen)

    def query(self, sql: str, views: Mapping[str, Any]) -> Any:
        """The rows of an SQL query as an Arrow table."""
        return duckdb_query.query(sql, views)
