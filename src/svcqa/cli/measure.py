"""``svcqa measure``: figures of a metric."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import Language
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of, listed
from svcqa.cli.screen import Screen
from svcqa.errors import Fault, MetricError

if TYPE_CHECKING:
    from svcqa.metrics.result import Result
    from svcqa.workspace import Workspace

commands = typer.Typer()


class Format(StrEnum):
    """How ``measure`` prints."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@commands.command()
def measure(
    *,
    metric: Annotated[str, typer.Argument(help="A metric, see `svcqa plugins`.")],
    period: Annotated[str, typer.Option(help="2026H1, 2026-06, 2026Q2, 2026-W23, 2026, 2025-07..2026-06.")],
    commitment: Annotated[str | None, typer.Option(help="Key of a commitment; all of them where absent.")] = None,
    target: Annotated[str | None, typer.Option(help="Key of a target.")] = None,
    by: Annotated[str, typer.Option(help="unit, department, month, tier …, separated by commas.")] = "",
    unit: Annotated[str | None, typer.Option(help="Only this unit and what is below it.")] = None,
    limit: Annotated[int | None, typer.Option(help="A limit to try instead of the promised one.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="name=value: a parameter of the metric; repeatable.")] = None,
    cumulative: Annotated[bool, typer.Option("--cumulative", help="From the first day of the year.")] = False,
    as_of: AsOfOption = None,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    chart: Annotated[Path | None, typer.Option(help="Draw it too: FILE.svg, FILE.xlsx or FILE.html.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Figures of a metric."""
    from dataclasses import replace

    if chart is not None:
        from svcqa.report.files.picture import check_ending

        check_ending(chart)
    with Screen() as screen:
        opened = screen.open(workspace)
        keys: list[str | None] = [commitment]
        if commitment is None and target is None:
            keys = [item.key for item in opened.policies.commitments if item.counted.metric == metric] or [None]
        params = read_params(param or [])
        grouping = listed(by)
        results = [
            opened.measure(
                metric,
                period=period,
                commitment=key,
                target=target,
                by=grouping,
                unit=unit,
                limit=limit,
                cumulative=cumulative,
                as_of=as_of,
                params=params,
            )
            for key in keys
        ]
        language = language_of(opened, lang)
    rows = tuple(row for result in results for row in result.rows)
    merged = replace(results[0], rows=rows)
    _print_result(merged, output, language, opened.policies.names(language))
    if chart is not None:
        _draw(merged, opened, chart, language)


def _draw(result: Result, workspace: Workspace, path: Path, language: Language) -> None:
    """Write the picture; where it is and what is wrong with its fonts is told beside the figures, not among them."""
    from svcqa.report.charts import of_result
    from svcqa.report.files.picture import write_picture

    picture = of_result(result, language, names=workspace.policies.names(language))
    typer.echo(str(write_picture(picture, path)), err=True)
    if picture.font_note:
        typer.echo(picture.font_note, err=True)


def read_params(pairs: list[str]) -> dict[str, object]:
    """``name=value`` pairs; lists and tables as JSON. The metric's own model reads the values."""
    import json

    params: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip()):
            raise MetricError(Fault("bad_param", got=repr(pair)))
        try:
            params[name.strip()] = json.loads(value) if value.lstrip().startswith(("[", "{")) else value
        except ValueError as error:
            raise MetricError(Fault("bad_param", got=repr(pair))) from error
    return params


def _print_result(result: object, output: Format, language: Language, names: Mapping[str, str]) -> None:
    from svcqa.metrics.result import Result

    assert isinstance(result, Result)
    if output is Format.JSON:
        typer.echo(result.to_json())
    elif output is Format.CSV:
        from svcqa.report.files.csv_text import csv_text

        typer.echo(csv_text(result.frame), nl=False)
    else:
        from svcqa.report.tables.results import result as result_table

        Screen().show(result_table(result, language, names=names))
