"""The one object: a workspace, and beside it an object for each subject with verbs of its own."""

from svcqa.workspace.opening import SETTINGS_FILE, open_workspace
from svcqa.workspace.workspace import Workspace

__all__ = ["SETTINGS_FILE", "Workspace", "open_workspace"]
