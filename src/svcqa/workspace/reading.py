"""The records of an open workspace: read from their sources, checked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from svcqa.engine.contract import Progress
from svcqa.records.check import CheckReport, check_report
from svcqa.records.ingest import Door
from svcqa.records.report import IngestReport
from svcqa.records.source_files import ingest_sources
from svcqa.workspace.opened import OpenedWorkspace


def ingest(
    workspace: OpenedWorkspace,
    *,
    source_folder: str | Path | None = None,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read all sources of the settings and the call sheets filled in; files already read change nothing.

    Args:
        source_folder: where the files are looked for; the workspace where absent.
        now: when they become known (UTC); the clock's moment where absent.
        progress: called with the number of files done and of all files.

    Raises:
        SourceError: with every file that is missing or cannot be read; the others have been read.
    """
    base = Path(source_folder) if source_folder is not None else workspace.folder
    door = Door(
        store=workspace.store,
        vault=workspace.vault,
        organisation=workspace.policies.organisation,
        time_zone=workspace.settings.company.time_zone,
        query=workspace.engine.query,
    )
    try:
        return ingest_sources(
            door,
            workspace.settings.sources,
            files=base,
            mappings=workspace.folder,
            progress=progress,
            now=now or dt.datetime.now(dt.UTC).replace(tzinfo=None),
            waves=workspace.wave_store,
        )
    finally:
        workspace.forget_figures()


def check(workspace: OpenedWorkspace) -> CheckReport:
    """What was read, quarantined and odd, file by file, with places."""
    return check_report(workspace.store)
