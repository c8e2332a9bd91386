"""Reviews, and what the departments' returns say beside the records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import Language, text
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

if TYPE_CHECKING:
    from svcqa.review.period_review import PeriodReview
    from svcqa.workspace import Workspace

commands = typer.Typer()
review_commands = typer.Typer(help="Reviews.", no_args_is_help=True)
commands.add_typer(review_commands, name="review")


@review_commands.command("half-year")
def half_year(
    *,
    period: Annotated[str, typer.Argument(help="A half-year, such as 2026H1.")],
    out: Annotated[Path, typer.Option(help="Where the files are written.")] = Path("out"),
    as_of: AsOfOption = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit and what is below it.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """The half-year review: score board, executed notebook, HTML report, forms in one workbook, summary in Word."""
    with Screen() as screen:
        opened = screen.open(workspace).as_known_at()
        review = opened.reviews.review(period, kind="half_year", as_of=as_of, unit=unit)
        write_files(screen, opened, review=review, out=out, as_of=as_of, language=language_of(opened, lang))


@review_commands.command("annual")
def annual(
    *,
    year: Annotated[str, typer.Argument(help="A year, such as 2025.")],
    out: Annotated[Path, typer.Option(help="Where the files are written.")] = Path("out"),
    as_of: AsOfOption = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit and what is below it.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """The annual review: score board, executed notebook, HTML report, forms in one workbook, summary in Word."""
    with Screen() as screen:
        opened = screen.open(workspace).as_known_at()
        review = opened.reviews.review(year, kind="annual", as_of=as_of, unit=unit)
        write_files(screen, opened, review=review, out=out, as_of=as_of, language=language_of(opened, lang))


def write_files(
    screen: Screen, workspace: Workspace, *, review: PeriodReview, out: Path, as_of: str | None, language: Language
) -> None:
    """Print the score board, write the files and say where they are."""
    from svcqa.bundled import bundled
    from svcqa.report.files.review import NOTEBOOKS, write_review
    from svcqa.report.files.terminal import print_board

    company = workspace.settings.company.name.in_language(language)
    console = screen.console
    print_board(review, language, console, company=company)
    parameters = {
        "workspace_path": str(workspace.folder.resolve()),
        "period": review.period.label,
        "as_of": as_of or "",
        "unit": review.unit.code if review.unit.level != "company" else "",
    }
    running = screen.bar(text("terminal.running", language))
    written = write_review(
        review,
        workspace.reviews.sections(review, language),
        out,
        notebook=bundled("notebooks") / NOTEBOOKS[review.kind],
        language=language,
        company=company,
        parameters=parameters,
    )
    running(1, 1)
    console.print(text("terminal.written", language))
    for kind, path in written.items():
        console.print(f"  {path}  {text(f'terminal.{kind}', language)}", soft_wrap=True)


@commands.command("returns")
def returns_beside_records(
    period: Annotated[str, typer.Option("--period", help="2026H1, 2026-06, 2026Q2, 2026 …")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Where the departments' monthly returns and the records do not agree, and which of them counts."""
    from svcqa.report.tables.reviews import differences

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        comparisons = opened.reviews.compare_returns(period, as_of=as_of)
        compared, differing = (
            sum(len(item.months) for item in comparisons),
            sum(len(item.differences) for item in comparisons),
        )
        if differing:
            screen.show(differences(comparisons, language))
        screen.console.print(text("terminal.returns", language, compared=compared, differing=differing))
