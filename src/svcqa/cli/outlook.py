"""Commitments in time: the management table with the year's chance, what moved a figure, rebases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import text
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of, listed
from svcqa.cli.screen import Screen

commands = typer.Typer()


@commands.command()
def outlook(
    *,
    period: Annotated[str, typer.Argument(help="Its last month is the last one looked at: 2026H1, 2026-06 …")],
    unit: Annotated[str | None, typer.Option(help="Of the organisation; the company where absent.")] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """One row a commitment: routine or special, sure of its goal or not, the chance of making the year."""
    from svcqa.report import tables

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        outlooks = opened.outlook(period, as_of=as_of, unit=unit).all()
        for name, table in (("outlooks", tables.outlook.outlooks), ("forecasts", tables.outlook.forecasts)):
            screen.show(table(outlooks, language), title=text(f"terminal.{name}", language))


@commands.command()
def drivers(
    *,
    commitment: Annotated[str, typer.Argument(help="Key of a commitment.")],
    period: Annotated[str, typer.Option(help="2026H1, 2026-06, 2026Q2 …")],
    against: Annotated[str | None, typer.Option(help="Compared with; the period before where absent.")] = None,
    by: Annotated[str, typer.Option(help="department, unit, tier, category …, separated by commas.")] = "department",
    unit: Annotated[str | None, typer.Option(help="Only this unit and what is below it.")] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """What moved a figure between two periods: mix and rate of each group, largest first."""
    from svcqa.metrics.result import Scale
    from svcqa.report import tables
    from svcqa.report.tables.drivers import drivers_sentence

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        grouping = listed(by)
        result = opened.drivers(commitment, period=period, against=against, by=grouping, unit=unit, as_of=as_of)
        rule, called = opened.policies.commitment(commitment).counted.rule, opened.policies.organisation.names(language)
        scale = Scale(rule.value_unit, rule.better)
        screen.console.print(drivers_sentence(result, scale, language, names=called))
        screen.show(tables.drivers.drivers(result, scale, language, names=called))


@commands.command()
def rebase(
    *,
    commitment: Annotated[str, typer.Argument(help="Key of a commitment.")],
    unit: Annotated[str, typer.Option(help="Unit of the organisation.")],
    since: Annotated[str, typer.Option(help="First month of the new level, such as 2025-10.")],
    reason: Annotated[str, typer.Option(help="Why the process changed.")],
    name: Annotated[str, typer.Option(help="Who decided it.")],
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Note a rebase in the register: new limits from a month on, decided by a person."""
    with Screen() as screen:
        opened = screen.open(workspace)
        key = opened.policies.commitment(commitment).key
        number = opened.notes.add_rebase(key, unit=unit, since=since, reason=reason.strip(), name=name.strip())
        screen.console.print(text("panel.noted", language_of(opened, lang), number=number))
