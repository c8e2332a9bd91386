"""``svcqa callbacks``: plan a wave, draw it, write its call sheet, draw it again for an audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import text
from svcqa.cli.options import LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

commands = typer.Typer(help="Callbacks: plan, draw, call sheets, audit.", no_args_is_help=True)

SurveyArgument = Annotated[str, typer.Argument(help="Key of a survey.")]
CodeArgument = Annotated[str, typer.Argument(help="Code of a wave.")]
PeriodOption = Annotated[str, typer.Option(help="The wave speaks for the cases closed in it, such as 2026Q2.")]
MomentOption = Annotated[str, typer.Option("--as-of", help="The moment of the draw (local); calls begin on its day.")]
CallsOption = Annotated[int | None, typer.Option(help="Customers to draw; the survey's number where absent.")]
WidthOption = Annotated[float | None, typer.Option(help="The half-width wanted of the overall mean.")]


@commands.command()
def surveys(workspace: WorkspaceOption = Path(), lang: LangOption = None) -> None:
    """The surveys that the policy files declare."""
    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        declared = opened.callbacks.surveys
        lines = [f"{survey.key}  {survey.label.in_language(language)}" for survey in declared]
        for line in lines or [text("callbacks.no_surveys", language)]:
            screen.console.print(line, markup=False)


@commands.command()
def plan(
    *,
    survey: SurveyArgument,
    period: PeriodOption,
    as_of: MomentOption,
    calls: CallsOption = None,
    half_width: WidthOption = None,
    wave: Annotated[str | None, typer.Option(help="The wave planned; drawn already, as before it.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """How many to draw, in which stratum, what precision that buys, and whom the frame leaves out."""
    from svcqa.report.tables.callbacks import bias_sentences, former_note, left_out_table, plan_note, plan_table

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        planned = opened.callbacks.plan(
            survey, period=period, as_of=as_of, calls=calls, half_width=half_width, wave=wave
        )
        left = opened.callbacks.left_out(survey, period=period, as_of=as_of, wave=wave)
        label = planned.survey.label.in_language(language)
        title = text("callbacks.plan_title", language, label=label, period=period, as_of=as_of)
        screen.show(plan_table(planned, opened.policies, language), title)
        for line in filter(None, (plan_note(planned, language), former_note(planned, language))):
            screen.console.print(line, markup=False)
        if left:
            screen.show(left_out_table(left, planned, opened.policies, language))
        for line in bias_sentences(left, language):
            screen.console.print(line, markup=False)


@commands.command()
def draw(
    *,
    survey: SurveyArgument,
    code: CodeArgument,
    period: PeriodOption,
    as_of: MomentOption,
    by: Annotated[str, typer.Option("--by", help="Who draws.")],
    calls: CallsOption = None,
    half_width: WidthOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Draw a wave; the same draw again changes nothing, another one under its code is refused."""
    from svcqa.report.tables.callbacks import drawn_line

    with Screen() as screen:
        opened = screen.open(workspace)
        wave = opened.callbacks.draw(
            survey, code, period=period, as_of=as_of, who=by, calls=calls, half_width=half_width
        )
        screen.console.print(drawn_line(wave, language_of(opened, lang)), markup=False, soft_wrap=True)


@commands.command()
def waves(workspace: WorkspaceOption = Path(), lang: LangOption = None) -> None:
    """All waves in the order of drawing."""
    from svcqa.report.tables.callbacks import waves_table

    with Screen() as screen:
        opened = screen.open(workspace)
        language, drawn = language_of(opened, lang), opened.callbacks.waves
        if drawn:
            screen.show(waves_table(drawn, opened.policies, language))
        else:
            screen.console.print(text("callbacks.no_waves", language), markup=False)


@commands.command()
def sheet(
    *,
    code: CodeArgument,
    out: Annotated[Path, typer.Option(help="The workbook to write.")],
    contacts: Annotated[bool, typer.Option("--contacts", help="With names, telephones, addresses; noted.")] = False,
    by: Annotated[str, typer.Option("--by", help="With contacts: who has them written.")] = "",
    purpose: Annotated[str, typer.Option(help="With contacts: what for.")] = "",
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Write the call sheet of a wave, and the mapping that reads it back."""
    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        path = opened.callbacks.call_sheet(code, out, language=language, contacts=contacts, who=by, purpose=purpose)
        wave = opened.callbacks.wave(code)
        message = text("callbacks.wrote_sheet", language, path=path, rows=wave.drawn + wave.reserve)
        screen.console.print(message, markup=False, soft_wrap=True)
        if contacts:
            screen.console.print(text("callbacks.wrote_private", language), markup=False)


@commands.command()
def frame(
    code: CodeArgument,
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Write a wave's frame for a third party: order of columns stratum, customer, reason; surrogates only."""
    with Screen() as screen:
        opened = screen.open(workspace)
        rows = opened.callbacks.frame(code)[["stratum", "customer", "reason"]]
        out.parent.mkdir(parents=True, exist_ok=True)
        rows.to_csv(out, index=False, lineterminator="\n")
        message = text("callbacks.wrote_frame", language_of(opened, lang), path=out, rows=len(rows))
        screen.console.print(message, markup=False, soft_wrap=True)


@commands.command()
def audit(code: CodeArgument, workspace: WorkspaceOption = Path(), lang: LangOption = None) -> None:
    """Draw a wave again from its document, the key and the records; ends with 1 where anything differs."""
    from svcqa.report.tables.callbacks import audit_line, audit_table

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        audited = opened.callbacks.audit(code)
        screen.show(audit_table(audited, language))
        screen.console.print(audit_line(audited, language), markup=False)
    if not audited.passed:
        raise typer.Exit(1)
