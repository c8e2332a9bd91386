"""``svcqa compare``: units of different size and case mix held side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import text
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

commands = typer.Typer()


@commands.command()
def compare(
    *,
    commitment: Annotated[str, typer.Argument(help="Key of a commitment.")],
    period: Annotated[str, typer.Option(help="2026H1, 2026-06, 2026Q2, 2025-07..2026-06.")],
    by: Annotated[str, typer.Option(help="unit, department, subsidiary.")] = "department",
    mix: Annotated[str | None, typer.Option(help="Column of codes of the kinds of case; tier if any.")] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """League table with pooled figures and case mix beside it; units outside the funnel."""
    from svcqa.metrics import defaults
    from svcqa.report.tables.league import league, outliers

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        params = {} if mix is None else {"mix": mix}
        result = opened.measure(
            defaults.UNITS_COMPARED, commitment=commitment, period=period, by=[by], as_of=as_of, params=params
        )
        names = opened.policies.organisation.names(language)
        screen.show(league(result, language, names=names), title=text("terminal.league", language))
        outside = outliers(result, language, names=names)
        if len(outside):
            screen.show(outside, title=text("terminal.outliers", language))
        else:
            screen.console.print(text("terminal.no_outliers", language))
