"""One record by its key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from svcqa.records.store import RecordStore
from svcqa.records.tables import table


def find_row(store: RecordStore, name: str, key: str) -> dict[str, Any] | None:
    """The live record whose key is ``key``, or ``None``."""
    column = table(name).key[0]
    for part in store.parts(name):
        rows = parquet.read_table(part.path)
        alive = np.ones(rows.num_rows, dtype=np.bool_)
        alive[part.dead()] = False
        matching = rows.filter(pc.and_(pc.equal(rows[column], key), pa.array(alive)))
        if matching.num_rows:
            first: dict[str, Any] = matching.slice(0, 1).to_pylist()[0]
            return first
    return None
