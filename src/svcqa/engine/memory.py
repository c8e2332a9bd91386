"""Records held in memory: small tables made by hand, driven through the same kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from svcqa.engine.batch import Batch
from svcqa.engine.derive import run_derive, typed_table
from svcqa.engine.embedded import Kernel, Progress, Request, time_of
from svcqa.engine.summary import Summary, merge, summarise_pieces


class MemoryEngine:
    """Runs kernels over tables held in memory: what the conformance kit drives.

    Args:
        records: a table by name, see :func:`svcqa.engine.derive.typed_table`.
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
            others = request.derive.tables
            views = {name: self.records[name] if name in self.records else typed_table(name, {}) for name in others}
            wanted_of = (*request.columns, *request.keys)
            seen = run_derive(request.derive, {"records": table, **views}, place=request.table, wanted=wanted_of)
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
