"""What people note in the register: problems, the steps that follow, success experience."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import text
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

commands = typer.Typer(help="Note problems, what became of them, and success.", no_args_is_help=True)


@commands.command()
def problem(
    *,
    category: Annotated[str, typer.Option(help="Kind of problem.")],
    problem: Annotated[str, typer.Option(help="What is wrong.")],
    author: Annotated[str, typer.Option("--by", help="Who notes it.")],
    action: Annotated[str, typer.Option(help="What is done about it.")] = "",
    due: Annotated[str | None, typer.Option(help="Until when, such as 2026-09-30.")] = None,
    responsible: Annotated[str, typer.Option(help="Who does it.")] = "",
    tracker: Annotated[str, typer.Option(help="Who follows it up.")] = "",
    period: Annotated[str, typer.Option(help="The review that it belongs to, such as 2026H1.")] = "",
    target: Annotated[str, typer.Option(help="Key of the target or commitment.")] = "",
    unit: Annotated[str, typer.Option(help="Unit of the organisation.")] = "",
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Note a row of form B."""
    with Screen() as screen:
        opened = screen.open(workspace)
        number = opened.notes.add_problem(
            category=category,
            problem=problem,
            author=author,
            action=action,
            due=due,
            responsible=responsible,
            tracker=tracker,
            period=period,
            target=target,
            unit=unit,
        )
        screen.console.print(text("panel.noted", language_of(opened, lang), number=number))


@commands.command()
def step(
    *,
    number: Annotated[int, typer.Argument(help="Of the problem; `svcqa note list` shows it.")],
    step: Annotated[str, typer.Argument(help="done, effective or reopened.")],
    by: Annotated[str, typer.Option("--by", help="Who reports or checks.")],
    on: Annotated[str | None, typer.Option("--on", help="The day, such as 2026-09-20; today where absent.")] = None,
    finding: Annotated[str, typer.Option(help="What the check found.")] = "",
    due: Annotated[str | None, typer.Option(help="The new date of a problem that is opened again.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Note what became of a problem: reported done, checked and effective, or opened again."""
    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        opened.notes.add_step(number, step, by=by, on=on, finding=finding, due=due)
        message = text("terminal.step_noted", language, number=number, step=text(f"sections.step_{step}", language))
        screen.console.print(message, markup=False, soft_wrap=True)


@commands.command()
def success(
    *,
    unit: Annotated[str, typer.Option(help="Unit of the organisation where it worked.")],
    experience: Annotated[str, typer.Option(help="What worked.")],
    period: Annotated[str, typer.Option(help="When, such as 2026.")],
    name: Annotated[str, typer.Option("--by", help="Who tells it.")],
    target: Annotated[str, typer.Option(help="Key of the target or commitment that it served.")] = "",
    evidence: Annotated[str, typer.Option(help="The figure that shows it, in words.")] = "",
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Note success experience."""
    with Screen() as screen:
        opened = screen.open(workspace)
        number = opened.notes.add_success(
            unit=unit, experience=experience, period=period, name=name, target=target, evidence=evidence
        )
        screen.console.print(text("panel.noted", language_of(opened, lang), number=number))


@commands.command("list")
def list_problems(
    year: Annotated[int, typer.Argument(help="The year that they belong to, or were taken over into.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Problems of a year with their numbers and states; now, unless another moment is given."""
    from svcqa.periods import read_moment
    from svcqa.report.tables.problem_states import problem_states
    from svcqa.review.follow_up import problems_of

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        # what was noted today has happened: the day counts as over
        moment = read_moment(as_of) or dt.datetime.combine(dt.date.today() + dt.timedelta(days=1), dt.time())
        problems = problems_of(opened.register, opened.period(str(year)), opened.period_rule, as_of=moment)
        if problems:
            screen.show(problem_states(problems, language, opened.policies.organisation.names(language)))
        else:
            screen.console.print(text("sections.no_problems", language))
