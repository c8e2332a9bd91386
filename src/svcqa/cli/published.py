"""Figures as reported: pin those of a review in the register, and see which are no longer the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import Language, text
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

if TYPE_CHECKING:
    from svcqa.review.published import Restatement
    from svcqa.workspace import Workspace

commands = typer.Typer()


@commands.command()
def publish(
    *,
    period: Annotated[str, typer.Argument(help="A half-year, such as 2026H1.")],
    by: Annotated[str, typer.Option("--by", help="Who reports the figures.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Pin the figures of a half-year review in the register, with what they rest on."""
    with Screen() as screen:
        opened = screen.open(workspace)
        publication = opened.reviews.publish(period, author=by, as_of=as_of)
        message = text(
            "terminal.published",
            language_of(opened, lang),
            period=publication.period,
            figures=len(publication.figures),
            as_of=f"{publication.as_of:%Y-%m-%d %H:%M:%S}",
            records=publication.records,
            policy=publication.policy,
            calendar=publication.calendar,
        )
        screen.console.print(message, markup=False, soft_wrap=True)


@commands.command()
def restated(
    period: Annotated[str | None, typer.Argument(help="Only what was published of this period.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The figures that did not change, too.")] = False,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Published figures that are no longer the same: as reported, restated, and what changed since."""
    with Screen() as screen:
        opened = screen.open(workspace)
        restatements = opened.reviews.restated(period)
        print_restated(restatements, opened, language_of(opened, lang), screen, everything=everything)


def print_restated(
    restatements: Sequence[Restatement],
    workspace: Workspace,
    language: Language,
    screen: Screen,
    *,
    everything: bool,
) -> None:
    """Each publication in a line, then the figures that changed."""
    from svcqa.report.tables.restated import causes
    from svcqa.report.tables.restated import restated as table

    if not restatements:
        screen.console.print(text("terminal.nothing_published", language), markup=False)
    for item in restatements:
        about = item.publication
        message = text(
            "terminal.restated",
            language,
            period=about.period,
            known_at=f"{about.known_at:%Y-%m-%d %H:%M}",
            figures=len(item.figures),
            changed=len(item.changed),
            why=causes(item, language) or "—",
        )
        screen.console.print(message, markup=False, soft_wrap=True)
    if any(item.figures if everything else item.changed for item in restatements):
        screen.show(table(restatements, workspace.policies, language, everything=everything))
