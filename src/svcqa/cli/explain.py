"""``svcqa explain``: where the figure of one case comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

commands = typer.Typer()


@commands.command()
def explain(
    case: Annotated[str, typer.Argument(help="Number of an order, a complaint, a call, a stoppage.")],
    commitment: Annotated[str | None, typer.Option(help="Key of a commitment; all that are for the case.")] = None,
    as_of: AsOfOption = None,
    chart: Annotated[Path | None, typer.Option(help="Draw it too: FILE.svg or FILE.html.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """What of one case's time counted and why, and what follows from it."""
    from svcqa.report.tables import explanation
    from svcqa.report.terminal import table_of

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        for found in opened.explain(case, commitment=commitment, as_of=as_of):
            screen.console.print(table_of(explanation(found, language)))
            if found.ledger is not None:
                screen.console.print(table_of(found.ledger.frame(language)))
