"""Opening a workspace: settings and policies, checked together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from svcqa.entities.policy import load_policies, load_settings
from svcqa.entities.target import LevelTarget
from svcqa.errors import Fault, WorkspaceError
from svcqa.metrics.parameters import target_faults
from svcqa.metrics.registry import Registry
from svcqa.periods import read_moment
from svcqa.records.survey_records import survey_faults
from svcqa.workspace.workspace import Workspace

SETTINGS_FILE: Final = "svcqa.toml"


def open_workspace(path: str | Path = ".", *, known_at: dt.datetime | str | None = None) -> Workspace:
    """Open the workspace in folder ``path``.

    Args:
        known_at: see it as it was known at this moment (UTC): questions leave out what was read or noted later.

    Raises:
        WorkspaceError: the folder holds no ``svcqa.toml``.
        PolicyError: with all faults of the settings or of the policy files.
    """
    folder = Path(path)
    if not (folder / SETTINGS_FILE).is_file():
        raise WorkspaceError(Fault("no_workspace", got=str(path)))
    settings = load_settings(folder / SETTINGS_FILE)
    registry = Registry()

    def metric_faults(target: LevelTarget, file: str) -> Iterable[Fault]:
        return target_faults(registry, target, file)

    policies = load_policies(folder, settings, metric_faults=metric_faults, survey_faults=survey_faults)
    workspace = Workspace(folder, settings, policies, registry, known_at=read_moment(known_at or None))
    workspace.callbacks.mend()
    return workspace
