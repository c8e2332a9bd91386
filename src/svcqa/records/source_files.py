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
from svcqa.records.wave_store import WaveStore


def ingest_sources(
    door: Door,
    sources: Sequence[Source],
    *,
    files: Path,
    mappings: Path,
    now: dt.datetime,
    progress: Callable[[int, int], None] | None = None,
    waves: WaveStore | None = None,
) -> IngestReport:
    """Read every source through its mapping.

    Args:
        files, mappings: the folders in which source files and mappings are looked for.
        now: when they become known (UTC).
        progress: called with the number of files done and of all files.
        waves: whose filled call sheets are read, too.

    Raises:
        SourceError: with every file that is missing or cannot be read; the others have been read.
        WorkspaceError: another process has been reading them for long.
    """
    with door.store.reading_in():
        return _ingest_all(door, sources, files=files, mappings=mappings, now=now, progress=progress, waves=waves)


def _ingest_all(
    door: Door,
    sources: Sequence[Source],
    *,
    files: Path,
    mappings: Path,
    now: dt.datetime,
    progress: Callable[[int, int], None] | None,
    waves: WaveStore | None,
) -> IngestReport:
    faults: list[Fault] = []
    inputs: list[tuple[Source | None, Path | None, Path]] = [
        (source, path, mappings / source.mapping) for source, path in _files(sources, files, faults)
    ]
    if waves is not None:
        inputs += [(None, path, mapping) for path, mapping in waves.filled(faults)]
    reports = []
    for done, (source, path, mapping_file) in enumerate(inputs, start=1):
        try:
            mapping = load_mapping(mapping_file)
            if path is not None:
                reports.append(ingest_file(door, path, mapping, now=now))
            elif source is not None:
                reports.append(ingest_database(door, source, mapping, now=now))
        except SvcqaError as error:
            faults.extend(error.faults)
        if progress is not None:
            progress(done, len(inputs))
    if faults:
        raise SourceError(faults)
    return IngestReport(tuple(reports))


def _files(sources: Sequence[Source], folder: Path, faults: list[Fault]) -> Iterable[tuple[Source, Path | None]]:
    """Each file with its source; a database has none."""
    for source in sources:
        if source.files is None:
            yield source, None
            continue
        paths = sorted(folder.glob(source.files))
        if not paths:
            faults.append(Fault("no_source_file", place="[[sources]]", got=source.files))
        for path in paths:
            yield source, path
