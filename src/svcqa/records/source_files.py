"""All sources of a workspace, one after the other: a fault of one leaves the others read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from svcqa.entities.settings import Source
from svcqa.errors import Fault, SourceError, SvcqaError
from svcqa.records.ingest import Door, ingest_database, ingest_file
from svcqa.records.mapping import load_mapping
from svcqa.records.report import IngestReport


def ingest_sources(
    door: Door, sources: Sequence[Source], *, files: Path, mappings: Path, now: dt.datetime,
    progress: Callable[[int, int], None] | None = None,
) -> IngestReport:  # fmt: skip
    """Read every source through its mapping.

    Args:
        files, mappings: the folders in which source files and mappings are looked for.
        now: when they become known (UTC).
        progress: called with the number of files done and of all files.

    Raises:
        SourceError: with every file that is missing or cannot be read; the others have been read.
    """
    faults: list[Fault] = []
    found = list(_files(sources, files, faults))
    reports = []
    for done, (source, path) in enumerate(found, start=1):
        try:
            mapping = load_mapping(mappings / source.mapping)
            if path is None:
                reports.append(ingest_database(door, source, mapping, now=now))
            else:
                reports.append(ingest_file(door, path, mapping, now=now))
        except SvcqaError as error:
            faults.extend(error.faults)
        if progress is not None:
            progress(done, len(found))
    if faults:
        raise SourceError(faults)
    return IngestReport(tuple(reports))


def _files(sources: Sequence[Source], folder: Path, faults: list[Fault]) -> Iterable[tuple[Source, Path | None]]:
    """Each file with its source; a database has none."""
    for source in sources:
        if source.files is None:
            yield source, None
            continue
        found = sorted(folder.glob(source.files))
        if not found:
            faults.append(Fault("no_source_file", place="[[sources]]", got=source.files))
        for path in found:
            yield source, path
