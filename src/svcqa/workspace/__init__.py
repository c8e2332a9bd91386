"""The one object: a workspace, and beside it an object for each subject with verbs of its own."""

from svcqa.workspace.opening import open_workspace
from svcqa.workspace.outlooks import Outlooks
from svcqa.workspace.workspace import SETTINGS_FILE, Workspace

__all__ = ["SETTINGS_FILE", "Outlooks", "Workspace", "open_workspace"]
