"""From a source file to the record store: map, parse, check, quarantine, pseudonymise, supersede."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from svcqa.entities.organisation import Organisation
from svcqa.entities.settings import Source
from svcqa.records import answers, database, readers, supersede, validate
from svcqa.records.mapping import Mapping
from svcqa.records.parsing import Finding, parse_column
from svcqa.records.query import Query
from svcqa.records.report import FileReport
from svcqa.records.schema import PERSONAL, ColumnType, Table
from svcqa.records.store import RecordStore
from svcqa.records.vault import Vault

FINDING_FIELDS = ("row", "reason", "column", "got")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Door:
    """What every file is read with; ``query`` is the engine's."""

    store: RecordStore
    vault: Vault
    organisation: Organisation
    time_zone: str
    query: Query


def read_digest(path: Path, mapping: Mapping, door: Door) -> str:
    """The same file through the same mapping, organisation and time zone reads the same."""
    state = _how_read(mapping, door)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            state.update(chunk)
    digest: str = state.hexdigest()[:24]
    return digest


def _how_read(mapping: Mapping, door: Door) -> Any:
    state = hashlib.sha256(mapping.digest.encode())
    state.update(door.organisation.model_dump_json(exclude_unset=True).encode())
    state.update(door.time_zone.encode())
    return state


def ingest_file(door: Door, path: Path, mapping: Mapping, *, now: dt.datetime) -> FileReport:
    """Read one file into the store.

    Args:
        now: the moment the file becomes known, UTC.

    Raises:
        SourceError: the file cannot be read at all.
        WorkspaceError: another process is writing to the store.
    """
    began = time.perf_counter()
    digest = read_digest(path, mapping, door)
    report = _read_before(door.store, digest) or _ingest(
        door, readers.read(path, mapping), source=path.name, digest=digest, mapping=mapping, now=now
    )
    return _logged(report, began)


def ingest_database(door: Door, source: Source, mapping: Mapping, *, now: dt.datetime) -> FileReport:
    """Read a table or query of a database into the store; the same rows again, in any order, change nothing.

    Raises:
        SourceError: the database cannot be reached, or refuses.
        WorkspaceError: another process is writing to the store.
    """
    began = time.perf_counter()
    raw, content = database.read(source, mapping)
    name = database.source_name(source)
    state = _how_read(mapping, door)
    state.update(f"{name}\x1f{content}".encode())
    digest = state.hexdigest()[:24]
    report = _read_before(door.store, digest) or _ingest(
        door, raw, source=name, digest=digest, mapping=mapping, now=now
    )
    return _logged(report, began)


def _logged(report: FileReport, began: float) -> FileReport:
    """Counts and times alone: of what stands in a file nothing is logged."""
    _LOG.info(
        "%s %s into %s: %d rows, %d accepted, %d quarantined, %d new, %d changed, %.2f s",
        "had read" if report.already_read else "read",
        report.source,
        report.table,
        report.read,
        report.accepted,
        report.quarantined,
        report.new,
        report.changed,
        time.perf_counter() - began,
    )
    return report


def _ingest(
    door: Door, raw: readers.RawTable, *, source: str, digest: str, mapping: Mapping, now: dt.datetime
) -> FileReport:
    if now.tzinfo is not None:
        now = now.astimezone(dt.UTC).replace(tzinfo=None)
    schema = mapping.table_schema()
    raw, waiting = answers.laid_out(raw, mapping)
    columns, findings, odd = _parse(raw, schema, mapping, door)
    keep = _accepted(raw.texts.num_rows, findings)
    rows = _store_table(columns, schema, raw, source).filter(pa.array(keep))
    with door.store.writing() as writer:
        rows = _pseudonymised(rows, columns, keep=keep, schema=schema, vault=door.vault)
        change = supersede.compare(door.store, schema, rows, source=source, query=door.query)
        report = FileReport(
            source=source,
            table=schema.name,
            read=raw.texts.num_rows + len(raw.broken),
            accepted=int(keep.sum()),
            quarantined=int((~keep).sum()) + len(raw.broken),
            new=change.new,
            changed=change.changed,
            unchanged=change.unchanged,
            absent=change.absent,
            reasons=_counts(findings, len(raw.broken)),
            warnings=_counts(_among(odd, keep), 0),
            waiting=waiting,
        )
        fresh = rows.filter(pa.array(change.write))
        extras = {
            "quarantine": _quarantine_table(raw, findings, mapping),
            "warnings": _finding_table(raw, _among(odd, keep), mapping),
            "changes": change.list,
        }
        entry = {"source": source, "read_digest": digest, "loaded_at": now.isoformat(), "report": report.as_dict()}
        writer.add(schema.name, fresh, months=_months(fresh, schema), dead=change.dead, entry=entry, extras=extras)
    return report


def _read_before(store: RecordStore, digest: str) -> FileReport | None:
    """The report of a reading that still stands: no later version of the same file changed anything since.

    A file that is put back to an earlier state has been read before, and yet it is to be read again.
    """
    changed_since = set[str]()
    for batch in reversed(store.manifest()["batches"]):
        if batch["read_digest"] == digest and batch["source"] not in changed_since:
            earlier = FileReport(**batch["report"])
            return replace(earlier, already_read=True, new=0, changed=0, unchanged=earlier.accepted)
        if batch["report"]["changed"]:
            changed_since.add(batch["source"])
    return None


def _parse(
    raw: readers.RawTable, schema: Table, mapping: Mapping, door: Door
) -> tuple[dict[str, Any], list[Finding], list[Finding]]:
    findings: list[Finding] = []
    columns = {
        column.name: parse_column(raw.texts, column, mapping, time_zone=door.time_zone, findings=findings)
        for column in schema.columns
    }
    findings += validate.quarantine_findings(columns, schema, door.organisation)
    keep = _accepted(raw.texts.num_rows, findings)
    everything = pc.binary_join_element_wise(
        *(columns[c.name].cast(pa.string()).fill_null("") for c in schema.columns), "\x1f"
    )
    keys = supersede.key_texts(columns, schema)
    good = np.flatnonzero(keep)
    for item in validate.duplicates(keys[good], schema, np.asarray(everything)[good]):
        findings.append(replace(item, positions=good[item.positions]))
    return columns, findings, validate.warnings(columns, schema, mapping)


def _accepted(count: int, findings: Sequence[Finding]) -> npt.NDArray[np.bool_]:
    keep = np.ones(count, dtype=np.bool_)
    for item in findings:
        keep[item.positions] = False
    return keep


def _among(findings: Sequence[Finding], keep: npt.NDArray[np.bool_]) -> list[Finding]:
    """The findings on accepted rows: a quarantined row is not warned of as well."""
    on_accepted = []
    for item in findings:
        chosen = keep[item.positions]
        if chosen.any():
            got = tuple(text for text, is_kept in zip(item.got, chosen, strict=True) if is_kept)
            on_accepted.append(replace(item, positions=item.positions[chosen], got=got))
    return on_accepted


def _counts(findings: Sequence[Finding], broken: int) -> dict[str, int]:
    rows: dict[str, set[int]] = {"wrong_field_count": set(range(broken))} if broken else {}
    for item in findings:
        rows.setdefault(item.code, set()).update(item.positions.tolist())
    return {code: len(positions) for code, positions in sorted(rows.items())}


def _store_table(columns: dict[str, Any], schema: Table, raw: readers.RawTable, source: str) -> Any:
    stored = {c.name: columns[c.name] for c in schema.columns if c.type not in PERSONAL}
    count = len(raw.rows)
    stored["source_file"] = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([source]))
    stored["source_row"] = pa.array(raw.rows, pa.int32())
    return pa.table(stored)


def _pseudonymised(
    rows: Any, columns: dict[str, Any], *, keep: npt.NDArray[np.bool_], schema: Table, vault: Vault
) -> Any:
    """Add the surrogates of each accepted row's customer and colleague, and hand the contacts to the vault."""
    chosen = pa.array(keep)
    for column in schema.columns:
        if column.type is ColumnType.PERSON:
            people = vault.colleagues(columns[column.name].filter(chosen).to_pylist())
            rows = rows.append_column(column.name, pa.array(people, pa.string()).dictionary_encode())
    if not schema.has("customer"):
        return rows
    customers = columns["customer"].filter(chosen).to_pylist()
    surrogates = vault.surrogates(customers)
    contacts = {
        c.name: columns[c.name].filter(chosen).to_pylist()
        for c in schema.columns
        if c.type is ColumnType.CONTACT and columns[c.name].null_count < len(columns[c.name])
    }
    vault.remember(surrogates, customers, contacts)
    return rows.append_column("customer", pa.array(surrogates, pa.string()))


def _months(rows: Any, schema: Table) -> npt.NDArray[np.str_]:
    if rows.num_rows == 0:
        return np.empty(0, dtype="U7")
    months = rows[schema.time].to_numpy().astype("datetime64[M]")
    labels: npt.NDArray[np.str_] = np.datetime_as_string(months).astype("U7")
    return labels


def _finding_table(raw: readers.RawTable, findings: Sequence[Finding], mapping: Mapping) -> Any:
    rows = [int(raw.rows[position]) for item in findings for position in item.positions]
    return pa.table(
        {
            "row": pa.array(rows, pa.int32()),
            "reason": pa.array([item.code for item in findings for _ in item.positions], pa.string()),
            "column": pa.array([item.column for item in findings for _ in item.positions], pa.string()),
            "source_column": pa.array(
                [_called(item.column, mapping) for item in findings for _ in item.positions], pa.string()
            ),
            "got": pa.array([text for item in findings for text in item.got], pa.string()),
        }
    ).sort_by([("row", "ascending"), ("column", "ascending")])


def _quarantine_table(raw: readers.RawTable, findings: Sequence[Finding], mapping: Mapping) -> Any:
    table = _finding_table(raw, findings, mapping)
    broken = pa.table(
        {
            "row": pa.array(raw.broken, pa.int32()),
            "reason": pa.array(["wrong_field_count"] * len(raw.broken), pa.string()),
            "column": pa.array([""] * len(raw.broken), pa.string()),
            "source_column": pa.array([""] * len(raw.broken), pa.string()),
            "got": pa.array([""] * len(raw.broken), pa.string()),
        }
    )
    return pa.concat_tables([table, broken]).sort_by([("row", "ascending"), ("column", "ascending")])


def _called(column: str, mapping: Mapping) -> str:
    """What the source calls a column, as the mapping names it."""
    item = mapping.sources_of(column)
    return " + ".join(item.columns) if item is not None else ""
