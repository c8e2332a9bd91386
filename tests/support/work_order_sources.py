"""Work orders in source files, as the tests of ingest write them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import Workbook as ExcelWorkbook
from pyarrow import parquet

import svcqa
from support.workspaces import (
    commitment,
    make_workspace,
)

ORDER_COLUMNS = ("order_id", "order_type", "unit", "channel", "received_at", "due_at", "closed_at")
MORNING = dt.datetime(2026, 1, 5, 8)
FIRST, SECOND, THIRD = (dt.datetime(2026, 7, day) for day in (1, 2, 3))


def mapping(columns: Sequence[str] = ORDER_COLUMNS, table: str = "work_orders", **fields: Any) -> dict[str, Any]:
    return {"table": table, **fields, "columns": {name: name for name in columns}}


def order(number: object, **fields: Any) -> dict[str, Any]:
    return {"order_id": str(number), "unit": "D1", "received_at": MORNING, **fields}


def workspace_with(folder: Path, files: Mapping[str, bytes | str], **options: Any) -> svcqa.Workspace:
    """A workspace whose folder ``sources`` holds ``files`` as they are."""
    options.setdefault("mappings", {"work_orders": mapping()})
    options.setdefault("commitments", [commitment()])
    workspace = make_workspace(folder, **options)
    for name, content in files.items():
        path = folder / "sources" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return workspace


def csv_text(rows: Sequence[Mapping[str, Any]], header: Sequence[str] = ORDER_COLUMNS) -> str:
    lines = [",".join("" if row.get(name) is None else str(row[name]) for name in header) for row in rows]
    return "\n".join([",".join(header), *lines]) + "\n"


def stored(workspace: svcqa.Workspace, *columns: str, key: str = "promise") -> list[tuple[Any, ...]]:
    """The live records, sorted, through the list of cases."""
    frame = workspace.cases(key, period="1999-01..2058-12", columns=columns, as_of="2059-01-01")
    rows = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    return sorted((tuple(row) for row in rows.itertuples(index=False)), key=str)


def findings(workspace: svcqa.Workspace) -> set[tuple[int, str]]:
    return {(place.row, place.reason) for place in workspace.check().quarantined}


def excel_bytes(workbook: ExcelWorkbook) -> bytes:
    memory = io.BytesIO()
    workbook.save(memory)
    return memory.getvalue()


def as_excel(rows: list[dict[str, Any]]) -> bytes:
    workbook = ExcelWorkbook()
    workbook.active.append(list(ORDER_COLUMNS))
    for row in rows:
        workbook.active.append([row.get(name) for name in ORDER_COLUMNS])
    return excel_bytes(workbook)


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    memory = io.BytesIO()
    columns = {name: [row.get(name) for row in rows] for name in ORDER_COLUMNS}
    moments = {"received_at", "due_at", "closed_at"}
    types = {name: pa.timestamp("us") if name in moments else pa.string() for name in ORDER_COLUMNS}
    parquet.write_table(pa.table({name: pa.array(columns[name], types[name]) for name in ORDER_COLUMNS}), memory)
    return memory.getvalue()
