"""Next year's targets: what is proposed, how a goal is shared out, which plan was chosen."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import Language, text
from svcqa.cli.options import AsOfOption, LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen
from svcqa.errors import Fault, WorkspaceError

if TYPE_CHECKING:
    from svcqa.entities.plan import FairRule
    from svcqa.workspace import Workspace

commands = typer.Typer(help="Next year's targets.", no_args_is_help=True)
YearArgument = Annotated[int, typer.Argument(help="The year to plan, such as 2027.")]
TargetArgument = Annotated[str, typer.Argument(help="Key of the target that next year's follows.")]
GoalOption = Annotated[
    str | None, typer.Option("--goal", help='0.95 or "95%"; that of the balanced candidate where absent.')
]
RuleOption = Annotated[str | None, typer.Option("--rule", help="equal_gap_closing, equal_points or proportional.")]
LockOption = Annotated[list[str] | None, typer.Option("--lock", help="UNIT=GOAL; may be given several times.")]


@commands.command()
def propose(
    *,
    year: YearArgument,
    unit: Annotated[str | None, typer.Option(help="Whose targets; the company's where absent.")] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Each target's year under no change, three goals with their chance, what to know before they are set."""
    from svcqa.report.tables import next_year

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        planned = opened.next_year(year, as_of=as_of, unit=unit)
        planned.check_targets()
        proposals = planned.every_proposal()
        title = text("terminal.proposals", language, year=year)
        screen.show(next_year.proposals(proposals, language), title=title)
        notes = next_year.notes(proposals, language)
        if len(notes):
            screen.show(notes, title=text("terminal.notes", language))


@commands.command()
def decompose(
    *,
    year: YearArgument,
    target: TargetArgument,
    goal: GoalOption = None,
    rule: RuleOption = None,
    lock: LockOption = None,
    maximum: Annotated[bool, typer.Option(help="Of a mean and maximum: the maximum.")] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """A goal shared out to subsidiaries, departments and posts; the parts deliver the whole."""
    from svcqa.report.tables import next_year

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        planned = opened.next_year(year, as_of=as_of)
        decomposition = planned.decompose(
            target, goal=_number(goal), rule=_rule(rule), locked=_locks(lock), maximum=maximum
        )
        subject = planned.proposal(target).subject
        promise = None if subject is None or maximum else subject.promise
        table = next_year.decomposition(decomposition, opened.policies.organisation, language, promise=promise)
        screen.show(table, title=next_year.fair_text(decomposition, language))


@commands.command()
def save(
    *,
    year: YearArgument,
    target: TargetArgument,
    author: Annotated[str, typer.Option("--by", help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why this goal.")],
    goal: GoalOption = None,
    rule: RuleOption = None,
    lock: LockOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Save a plan as a version in the register, with its chance, its parts and what it rests on."""
    with Screen() as screen:
        opened = screen.open(workspace)
        planned = opened.next_year(year, as_of=as_of)
        plan = planned.plan(target, goal=_number(goal), rule=_rule(rule), locked=_locks(lock), reason=reason)
        saved = planned.save(plan, author=author)
        language = language_of(opened, lang)
        called = _names(opened, language)[target]
        message = text("next_year.saved", language, target=called, version=saved.version, number=saved.number)
        screen.console.print(message, markup=False, soft_wrap=True)


@commands.command("plan")
def show_plans(
    year: YearArgument,
    target: Annotated[str | None, typer.Argument(help="Only this target, with its parts and evidence.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """The plans saved for a year, all versions; of one target with what the plan in force rests on."""
    from svcqa.report.tables import next_year

    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        plans = opened.next_year(year).plans(target)
        if not plans:
            screen.console.print(text("next_year.none_saved", language, year=year), markup=False)
            return
        screen.show(next_year.plans(plans, _names(opened, language), language))
        for item in plans if target is not None else ():
            if item.in_force:
                screen.show(next_year.evidence(item.plan, language))


def _names(workspace: Workspace, language: Language) -> dict[str, str]:
    return {target.key: target.name.in_language(language) for target in workspace.policies.targets}


def _number(goal: str | None) -> float | None:
    """A goal as people write it: 0.95, 95%, 24.

    Raises:
        WorkspaceError: it is no number.
    """
    if goal is None:
        return None
    cleaned = goal.strip().replace("％", "%")
    try:
        number = round(float(cleaned[:-1]) / 100, 12) if cleaned.endswith("%") else float(cleaned)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise WorkspaceError(Fault("goal_number", got=repr(goal), allowed='0.95, "95%", 24'))
    return number


def _locks(locks: list[str] | None) -> dict[str, float]:
    """Goals that stay, by unit.

    Raises:
        WorkspaceError: one is not of the form ``UNIT=GOAL``.
    """
    goals: dict[str, float] = {}
    for item in locks or []:
        unit, sign, goal = item.partition("=")
        if not (sign and unit.strip() and goal.strip()):
            raise WorkspaceError(Fault("lock_form", place="--lock", got=repr(item), allowed="CQ-KF=94%"))
        number = _number(goal)
        assert number is not None
        goals[unit.strip()] = number
    return goals


def _rule(name: str | None) -> FairRule | None:
    """A rule by name.

    Raises:
        WorkspaceError: there is no such rule.
    """
    from svcqa.stats.share_out import RULES

    if name is None:
        return None
    for rule in RULES:
        if rule == name:
            return rule
    raise WorkspaceError(Fault("fair_rule", got=repr(name), allowed=", ".join(RULES)))
