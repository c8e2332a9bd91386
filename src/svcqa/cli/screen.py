"""Where the command line prints, and how it opens a workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from svcqa.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.workspace import Workspace


class Screen:
    """Where the command line prints: one console, and bars that show while something lasts."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        self.console = Console(highlight=False)
        if not self.console.is_terminal:
            self.console.width = 200  # nobody sets the width of a pipe or a file
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        shown = self.console.is_terminal
        self.bars = Progress(*columns, console=self.console, transient=True, disable=not shown)
        self.opened: Workspace | None = None

    def __enter__(self) -> Screen:
        self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.bars.stop()
        if kind is None and self.opened is not None and "register" in vars(self.opened):
            for fault in self.opened.notices():
                typer.echo(fault.render(self.opened.language), err=True)

    def bar(self, label: str) -> Callable[[int, int], None]:
        """A bar that goes away when it is full."""
        task = self.bars.add_task(label, total=None)

        def advance(done: int, total: int) -> None:
            self.bars.update(task, completed=done, total=total, visible=done < total)

        return advance

    def show(self, table: pd.DataFrame, title: str = "") -> None:
        """Print a table."""
        from svcqa.report.files.terminal import table_of

        self.console.print(table_of(table, title=title))

    def open(self, folder: Path) -> Workspace:
        """The workspace in ``folder``, reporting its progress here."""
        from svcqa.workspace import open_workspace

        workspace = self.opened = open_workspace(folder)
        workspace.progress = lambda what: self.bar(text("terminal.measuring", workspace.language, what=what))
        return workspace
