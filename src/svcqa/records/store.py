"""The record store: Parquet files that are never rewritten.

Each ingested file becomes a batch; each month of a batch a part. A later batch that supersedes rows writes which rows
of older parts died and when that became known, so that the state of knowledge at any earlier moment can be read again.
The manifest is replaced last and in one step: an ingest that is cut off leaves nothing behind that counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from filelock import FileLock, Timeout
from pyarrow import parquet

from svcqa.errors import Fault, WorkspaceError

Positions = npt.NDArray[np.int64]
PATIENCE: Final = 600.0
"""Seconds that one process waits while another reads the sources."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One month of one batch, with the rows that a later batch replaced."""

    table: str
    path: Path
    month: str
    rows: int
    dead_files: tuple[Path, ...]
    identity: str
    """Digest of the content, dead rows included: the same identity gives the same figures."""

    def dead(self) -> Positions:
        """Positions of superseded rows, sorted."""
        if not self.dead_files:
            return np.empty(0, dtype=np.int64)
        return np.unique(np.concatenate([np.load(path) for path in self.dead_files]))


class RecordStore:
    """The records of a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[object, Any] = {}
        self._known_state: object = None

    @property
    def _manifest_path(self) -> Path:
        return self.folder / "manifest.json"

    def manifest(self) -> dict[str, Any]:
        """What the store holds: batches per table, oldest first."""
        manifest: dict[str, Any] = self._remembered("manifest", self._read_manifest)
        return manifest

    def _read_manifest(self) -> dict[str, Any]:
        if not self._manifest_path.exists():
            return {"format": 1, "batches": []}
        manifest: dict[str, Any] = json.loads(self._manifest_path.read_text(encoding="utf-8"))
        return manifest

    def _remembered(self, key: object, make: Callable[[], Any]) -> Any:
        """``make()``, kept until the manifest on disk is another one (also when another process replaced it)."""
        stat = self._manifest_path.stat() if self._manifest_path.exists() else None
        state = (stat.st_mtime_ns, stat.st_size, stat.st_ino) if stat else None
        if state != self._known_state:
            self._known, self._known_state = {}, state
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    @contextmanager
    def writing(self) -> Iterator[StoreWriter]:
        """The only way to write: one process at a time.

        Raises:
            WorkspaceError: another process is writing.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "lock", timeout=0):
                yield StoreWriter(self)
        except Timeout as error:
            raise WorkspaceError(Fault("store_locked", got=self.folder.name)) from error

    @contextmanager
    def reading_in(self) -> Iterator[None]:
        """All sources of a workspace in one go: a file corrects those before it, so nobody else may read in between.

        A second process waits, and then finds everything read.

        Raises:
            WorkspaceError: another process has been reading for longer than anybody waits.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "reading.lock", timeout=PATIENCE):
                yield
        except Timeout as error:
            raise WorkspaceError(Fault("store_locked", got=self.folder.name)) from error

    def parts(self, table: str, *, known_at: dt.datetime | None = None) -> list[Part]:
        """The parts of ``table`` as known at ``known_at`` (UTC; now where absent), oldest batch first."""
        batches = self.batches(known_at)
        dead: dict[str, list[tuple[str, str]]] = {}
        for batch in batches:
            for name, item in batch["dead"].items():
                dead.setdefault(name, []).append((item["file"], item["digest"]))
        parts = []
        for batch in batches:
            if batch["table"] == table:
                for name, item in batch["parts"].items():
                    gone = dead.get(name, [])
                    identity = hashlib.sha256(json.dumps([item["digest"], [d for _, d in gone]]).encode())
                    parts.append(
                        Part(
                            table=table,
                            path=self.folder / name,
                            month=item["month"],
                            rows=item["rows"],
                            dead_files=tuple(self.folder / file for file, _ in gone),
                            identity=identity.hexdigest()[:24],
                        )
                    )
        return parts

    def read_empty(self, table: str, *, known_at: dt.datetime | None = None) -> bool:
        """Whether files of ``table`` were read that held no row: a record that nothing happened.

        Where a row was put in quarantine something did happen, and nothing is known of it.
        """
        reports = [b["report"] for b in self.batches(known_at) if b["table"] == table]
        return bool(reports) and not any(report["accepted"] or report["quarantined"] for report in reports)

    def batches(self, known_at: dt.datetime | None = None) -> list[dict[str, Any]]:
        """What the manifest says of each reading that was known at ``known_at`` (UTC; all where absent), in order."""
        return [b for b in self.manifest()["batches"] if known_at is None or _moment(b) <= known_at]

    @property
    def last_read(self) -> dt.datetime | None:
        """When the last reading became known (UTC)."""
        return max((_moment(batch) for batch in self.batches()), default=None)

    def columns(self, table: str) -> list[str]:
        """The columns that any part of ``table`` has."""

        def make() -> list[str]:
            names: dict[str, None] = {}
            for part in self.parts(table):
                names.update(dict.fromkeys(parquet.read_schema(part.path).names))
            return list(names)

        columns: list[str] = self._remembered(("columns", table), make)
        return columns

    def digest(self, *, known_at: dt.datetime | None = None) -> str:
        """Pins the records behind a result: the sources in the order of reading, and how they were read.

        The files of the store itself would not do: surrogates differ from vault to vault.
        """

        def make() -> str:
            read = "".join(batch["read_digest"] for batch in self.batches(known_at))
            return hashlib.sha256(read.encode()).hexdigest()[:16]

        digest: str = self._remembered(("digest", known_at), make)
        return digest


def _moment(batch: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(batch["loaded_at"])


class StoreWriter:
    """Adds batches to a store; made by :meth:`RecordStore.writing`."""

    def __init__(self, store: RecordStore) -> None:
        self.store = store
        self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        """What an ingest that was cut off wrote without entering it in the manifest."""
        numbers = {batch["number"] for batch in self.store.manifest()["batches"]}
        for folder in self.store.folder.glob("[0-9]*"):
            if folder.is_dir() and int(folder.name) not in numbers:
                shutil.rmtree(folder)

    def add(
        self,
        table: str,
        rows: Any,
        *,
        months: npt.NDArray[np.str_],
        dead: dict[str, Positions],
        entry: dict[str, Any],
        extras: dict[str, Any],
    ) -> int:
        """Write one batch and enter it in the manifest.

        Args:
            rows: an Arrow table of accepted new and changed rows.
            months: ``(n,)`` the month each row belongs to.
            dead: positions that this batch supersedes, keyed by part.
            entry: what the manifest says of the source.
            extras: further Arrow tables kept beside the batch (quarantine, changes), keyed by name.

        Returns:
            The batch's number.
        """
        manifest = self.store.manifest()
        number = 1 + max((batch["number"] for batch in manifest["batches"]), default=0)
        name = f"{number:06d}"
        folder = self.store.folder / name
        folder.mkdir(parents=True)
        parts = {f"{name}/{month}.parquet": month for month in sorted(set(months.tolist()))}
        written = {}
        for part, month in parts.items():
            chosen = _compact(rows.filter(pa.array(months == month)))
            written[part] = {
                "month": month,
                "rows": chosen.num_rows,
                "digest": _write(self.store.folder / part, chosen),
            }
        gone = {}
        for position, (part, positions) in enumerate(sorted(dead.items())):
            file = f"{name}/dead-{position:04d}.npy"
            np.save(self.store.folder / file, np.sort(positions))
            gone[part] = {"file": file, "digest": hashlib.sha256(np.sort(positions).tobytes()).hexdigest()[:16]}
        for extra, content in extras.items():
            _write(folder / f"{extra}.parquet", content)
        batch = {"number": number, "table": table, "parts": written, "dead": gone, **entry}
        self._replace_manifest({**manifest, "batches": [*manifest["batches"], batch]})
        return number

    def _replace_manifest(self, manifest: dict[str, Any]) -> None:
        temporary = self.store.folder / "manifest.new"
        temporary.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(temporary, self.store._manifest_path)


def _compact(table: Any) -> Any:
    """``table`` with dictionaries of just the values it holds: those of other rows must not travel with it."""
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            encoded = table.column(index).cast(pa.string()).combine_chunks().dictionary_encode()
            table = table.set_column(index, field.name, encoded)
    return table


def _write(path: Path, table: Any) -> str:
    """Write ``table`` and give the digest of its content.

    Moments and numbers are kept as packed differences: three times as fast to read as dictionary pages under zstd, and
    no larger. Columns without a missing value say so, which saves reading where they are missing.
    """
    fields = [field.with_nullable(table.column(field.name).null_count > 0) for field in table.schema]
    table = pa.Table.from_arrays(table.columns, schema=pa.schema(fields))
    packed = [field.name for field in fields if pa.types.is_timestamp(field.type) or pa.types.is_integer(field.type)]
    codes = [field.name for field in fields if pa.types.is_dictionary(field.type)]
    parquet.write_table(
        table,
        path,
        row_group_size=1 << 20,
        compression={name: "none" if name in (*packed, *codes) else "zstd" for name in table.column_names},
        use_dictionary=[name for name in table.column_names if name not in packed],
        column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
    )
    return hashlib.sha256(path.read_bytes()).hexdigest()[:24]
