"""Records held in memory: small tables made by hand, driven through the same kernels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from svcqa.engine.batch import Batch
from svcqa.engine.embedded import Kernel, Progress, Request, run_derive, time_of
from svcqa.engine.summary import Summary, merge, summarise_pieces
from svcqa.records.schema import ColumnType
from svcqa.records.tables import table as table_schema


class MemoryEngine:
    """Runs kernels over tables held in memory: what the conformance kit drives.

    Args:
        records: a table by name, see :func:`records_table`.
        split: cuts what the kernel is to see, after joins and windows, into batches.
    """

    def __init__(
        self, records: Mapping[str, Any], *, split: Callable[[Any], Sequence[Any]] = lambda table: [table]
    ) -> None:
        self.records = records
        self.split = split

    def columns(self, table: str) -> list[str]:
        """Columns of ``table``."""
        return list(self.records[table].schema.names) if table in self.records else []

    def batches(self, request: Request, kind: type[Batch] = Batch) -> Iterator[Batch]:
        """What the kernel sees: the columns that were asked for and no other."""
        table = self.records[request.table]
        if request.derive is None:
            wanted = dict.fromkeys((time_of(request), *request.columns, *request.keys))
            seen = table.select([name for name in wanted if name in table.schema.names])
        else:
            seen = run_derive(request, table)
        for piece in self.split(seen):
            yield kind(piece, time=time_of(request))

    def summarise(self, request: Request, kernel: Kernel, *, progress: Progress | None = None) -> Summary:
        """The summary of the table, each batch summed on its own and then merged."""
        return merge(
            [
                summarise_pieces([(kernel(batch), {name: batch.codes(name) for name in request.keys})], request.keys)
                for batch in self.batches(request)
            ],
            request.keys,
        )


def records_table(name: str, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Plain lists as an Arrow table typed like the store's; columns that are not given are empty.

    Moments may be texts such as ``2026-01-05 08:30``, months ``2026-01``.

    Raises:
        NameUnknownError: the table has no such column.
    """
    schema = table_schema(name)
    for given in columns:
        schema.column(given)
    rows = max((len(values) for values in columns.values()), default=0)
    made = {}
    for column in schema.columns:
        if column.type is ColumnType.CONTACT:
            continue
        values = list(columns.get(column.name, [None] * rows))
        if column.type in (ColumnType.MOMENT, ColumnType.MONTH):
            made[column.name] = pa.array([_moment(value) for value in values], pa.timestamp("s"))
        elif column.type in (ColumnType.INTEGER, ColumnType.FLAG):
            made[column.name] = pa.array(values, pa.int64() if column.type is ColumnType.INTEGER else pa.bool_())
        else:
            texts = [None if value is None else str(value) for value in values]
            made[column.name] = pa.array(texts, pa.string()).dictionary_encode()
    return pa.table(made)


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return dt.datetime.fromisoformat(value if len(value) > len("2026-01") else f"{value}-01")
