"""What the store knows of its sources: every reading of each file, with the places of what was quarantined or odd."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from svcqa.records.report import FileReport
from svcqa.records.store import RecordStore


@dataclass(frozen=True, kw_only=True)
class Place:
    """One row that was quarantined or is odd. ``got`` is empty for columns that name a customer."""

    source: str
    table: str
    row: int
    reason: str
    column: str
    got: str
    source_column: str = ""
    """What the source itself calls the column."""


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """One cell that a corrected file changed."""

    source: str
    table: str
    key: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class CheckReport:
    """Everything ``svcqa check`` prints. ``files`` holds every reading, in order."""

    files: tuple[FileReport, ...]
    quarantined: tuple[Place, ...]
    odd: tuple[Place, ...]
    changes: tuple[CellChange, ...]

    @property
    def adds_up(self) -> bool:
        """Whether accepted + quarantined = read in every file."""
        return all(file.accepted + file.quarantined == file.read for file in self.files)


def check_report(store: RecordStore, *, known_at: dt.datetime | None = None) -> CheckReport:
    """Collect the reports of every batch of the store that was known at ``known_at`` (UTC; all where absent)."""
    files, quarantined, odd, changes = [], list[Place](), list[Place](), list[CellChange]()
    for batch in store.batches(known_at):
        folder = store.folder / f"{batch['number']:06d}"
        about = {"source": batch["source"], "table": batch["table"]}
        files.append(FileReport(**batch["report"]))
        quarantined += [Place(**about, **row) for row in _rows(folder / "quarantine.parquet")]
        odd += [Place(**about, **row) for row in _rows(folder / "warnings.parquet")]
        changes += [CellChange(**about, **row) for row in _rows(folder / "changes.parquet")]
    return CheckReport(tuple(files), tuple(quarantined), tuple(odd), tuple(changes))


def _rows(path: Any) -> list[dict[str, Any]]:
    table = parquet.read_table(path)
    texts = [name for name in table.column_names if table.schema.field(name).type == pa.string()]
    return [{**row, **{name: row[name] or "" for name in texts}} for row in table.to_pylist()]
