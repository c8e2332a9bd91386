"""A kernel and the joins before it, run over Arrow tables: what every engine does with the records it has read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from svcqa.engine.batch import Batch, Dictionaries
from svcqa.engine.contract import Engine, Kernel, Request, time_of
from svcqa.engine.derive import run_derive
from svcqa.engine.summary import Observations, Summary, summarise_pieces


def wanted_columns(request: Request, beside: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns that the kernel sees, then those ``beside``, each once."""
    return tuple(dict.fromkeys((time_of(request), *request.columns, *request.keys, *beside)))


def completed(table: Any, wanted: Sequence[str]) -> Any:
    """``table``, an Arrow table or batch, with nulls for the ``wanted`` columns that it lacks."""
    for name in wanted:
        if name not in table.schema.names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()).dictionary_encode())
    return table


def derived(engine: Engine, request: Request, records: Any) -> Any:
    """What the request's joins and windows make of ``records``, as an Arrow table."""
    assert request.derive is not None
    others = {name: engine.rows(name, known_at=request.known_at) for name in request.derive.tables}
    columns = (*request.columns, *request.keys)
    views = {"records": records, **others}
    return run_derive(engine.query, request.derive, views, place=request.table, wanted=columns)


def summarised(tables: Iterable[Any], request: Request, kernel: Kernel) -> Summary:
    """The cells of ``tables``, in the narrow integers that ``merge`` and ``merge_groups`` take."""
    labels = Dictionaries()
    batches = (Batch(table, labels, time=time_of(request)) for table in tables)
    pieces = ((kernel(batch), {name: batch.codes(name) for name in request.keys}) for batch in batches)
    return summarise_pieces(pieces, request.keys)


def observed(tables: Iterable[Any], request: Request, kernel: Kernel) -> Iterator[tuple[Any, Observations]]:
    """Each of ``tables`` with its observations."""
    for table in tables:
        yield table, kernel(Batch(table, time=time_of(request)))
