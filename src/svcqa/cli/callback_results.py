"""``svcqa callbacks``: what became of the calls, what they say of all customers, what must be answered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from svcqa.catalogue import text
from svcqa.cli.callbacks import CodeArgument
from svcqa.cli.callbacks import commands as commands
from svcqa.cli.measure import read_params
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of, listed
from svcqa.cli.screen import Screen
from svcqa.errors import Fault, NameUnknownError

ParamsOption = Annotated[list[str] | None, typer.Option("--param", help="estimate=top_box, weighting=raked, goal=9 …")]


_OPTIONS = ("code", "by", "as_of", "unit", "level", "wave")
"""What the command has options of its own for, or settles itself."""


@commands.command()
def outcomes(
    code: CodeArgument, as_of: AsOfOption = None, workspace: WorkspaceOption = Path(), lang: LangOption = None
) -> None:
    """How far the calls came, the rates of the standard, replacements, findings, callers."""
    from svcqa.report.tables import callback_results as results

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        brought = opened.callbacks.results(code, as_of=as_of)
        wave_outcomes = brought.outcomes()
        wave = opened.callbacks.wave(code)
        screen.show(results.waterfall_table(wave_outcomes, wave, opened.policies, language))
        screen.show(results.codes_table(wave_outcomes, language))
        screen.show(results.rates_table(wave_outcomes, language))
        screen.console.print(results.rates_note(language), markup=False)
        quality, survey = brought.call_quality(), opened.policies.survey(wave.survey)
        strata = results.stratum_names(wave, opened.policies, language)
        for table in (
            results.replacements_table(wave_outcomes, language, strata=strata),
            results.findings_table(wave_outcomes, language, strata=strata),
            results.callers_table(quality, survey, language),
            results.caller_scores_table(quality, language),
            results.listening_table(quality, language),
            results.back_checks_table(quality, survey, language),
        ):
            if len(table):
                screen.show(table)


@commands.command()
def estimate(
    *,
    code: CodeArgument,
    question: Annotated[str | None, typer.Option(help="Key of a question; that of the survey's precision.")] = None,
    by: Annotated[str, typer.Option(help="department, service, tier …, separated by commas.")] = "",
    param: ParamsOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """What the wave says of all customers."""
    from svcqa.report.tables.callback_results import estimate_note, estimate_table

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        params = read_params(param or [])
        faults = [Fault("unknown_key", place=f"--param {name}", got=name) for name in _OPTIONS if name in params]
        if faults:
            raise NameUnknownError(faults)
        options: dict[str, Any] = {"question": question, **params}
        estimated = opened.callbacks.results(code, as_of=as_of).estimate(by=listed(by), **options)
        screen.show(estimate_table(estimated, opened.policies, language))
        screen.console.print(estimate_note(estimated, language), markup=False)


@commands.command()
def feedback(
    *,
    code: CodeArgument,
    note: Annotated[bool, typer.Option("--note", help="Note what has no row of form B yet.")] = False,
    author: Annotated[str, typer.Option("--author", help="With --note: who notes it.")] = "",
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Opinions and low scores, who must answer by when, and how much was answered in time."""
    from svcqa.report.tables.callback_results import feedback_table, in_time_table

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        brought = opened.callbacks.results(code, as_of=as_of)
        if note:
            numbers = brought.note_feedback(author=author)
            message = text("call_results.noted", language, count=len(numbers))
            screen.console.print(message if numbers else text("call_results.nothing_to_note", language), markup=False)
        survey = opened.policies.survey(opened.callbacks.wave(code).survey)
        screen.show(feedback_table(brought.feedback(), survey, opened.policies, language))
        screen.show(in_time_table(brought.feedback_in_time(), opened.policies, language))
