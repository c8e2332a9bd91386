"""``svcqa explain``: where the figure of one case comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import Language
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

if TYPE_CHECKING:
    from svcqa.metrics.explanation import Explanation

commands = typer.Typer()


@commands.command()
def explain(
    *,
    case: Annotated[str, typer.Argument(help="Number of an order, a complaint, a call, a stoppage.")],
    commitment: Annotated[str | None, typer.Option(help="Key of a commitment; all that are for the case.")] = None,
    as_of: AsOfOption = None,
    chart: Annotated[Path | None, typer.Option(help="Draw it too: FILE.svg or FILE.html.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """What of one case's time counted and why, and what follows from it."""
    from svcqa.report.files.picture import DRAWN, check_ending
    from svcqa.report.tables.explained import explanation

    if chart is not None:
        check_ending(chart, DRAWN)
    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        explanations = opened.explain(case, commitment=commitment, as_of=as_of)
        for explained in explanations:
            screen.show(explanation(explained, language))
            if explained.ledger is not None:
                screen.show(explained.ledger.frame(language))
            if chart is not None:
                several = len(explanations) > 1
                _draw(
                    explained,
                    chart.with_stem(f"{chart.stem}-{explained.commitment.key}") if several else chart,
                    language,
                )


def _draw(explanation: Explanation, path: Path, language: Language) -> None:
    """Write the time line; where it is, what is wrong with its fonts, or why there is none, is told beside."""
    from svcqa.errors import MetricError
    from svcqa.report.charts import timeline
    from svcqa.report.files.picture import write_picture

    try:
        picture = timeline(explanation, language)
    except MetricError as error:
        typer.echo(error.render(language), err=True)
        return
    typer.echo(str(write_picture(picture, path)), err=True)
    if picture.font_note:
        typer.echo(picture.font_note, err=True)
