"""Responsibility letters (服务目标责任书): which unit answers for which goals of a year, and to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from svcqa.entities.base import Text
from svcqa.entities.organisation import Organisation, Unit
from svcqa.entities.plan import TargetPlan
from svcqa.entities.policy import Policies
from svcqa.entities.signature import Signature
from svcqa.entities.target import Target
from svcqa.errors import Fault, RegisterError
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Scale


@dataclass(frozen=True, kw_only=True)
class LetterGoal:
    """A row of a letter: a level in the unit of ``scale``, an amount of ``amount_unit``, or a date alone.

    ``weight`` is missing where nobody gave this unit one.
    """

    label: Text
    goal: float | None
    scale: Scale
    due: dt.date
    weight: float | None = None
    amount_unit: Text | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a unit answers for in a year, to the unit above it."""

    unit: Unit
    superior: Unit
    year: int
    first: dt.date
    last: dt.date
    goals: tuple[LetterGoal, ...]
    provisional: bool
    """Whether the year's calendar is not announced in full, so that limits in working days may still move."""

    @property
    def key(self) -> str:
        """What signatures name it by."""
        return f"{self.unit.code} {self.year}"


@dataclass(frozen=True)
class LetterCheck:
    """A letter beside its signatures.

    Attributes:
        letter: unit and year, such as ``CQ-KF 2027``; empty where the file is none of our letters.
        holding: signatures under the text as it is.
        broken: signatures under another text: the letter was changed afterwards, or is another version.
    """

    letter: str
    digest: str
    holding: tuple[Signature, ...]
    broken: tuple[Signature, ...]


def letters_of(
    policies: Policies,
    registry: Registry,
    year: int,
    *,
    first: dt.date,
    last: dt.date,
    plans: Iterable[TargetPlan] = (),
    provisional: bool = False,
) -> tuple[Letter, ...]:
    """One letter for each unit below the company that has goals in ``year``, in the order of the organisation.

    Args:
        plans: those in force for the year. A plan's goals stand before the policy's of the same subject.

    Raises:
        RegisterError: naming each unit with goals that does not exist in the year.
    """
    goals: dict[str, dict[Hashable, LetterGoal]] = {}
    for target in policies.targets_of(year):
        goals.setdefault(target.owner, {})[target.subject] = _goal(target, policies, registry, last)
    for plan in plans:
        followed = policies.target(plan.target)
        for unit, goal in {plan.owner: plan.goal, **{c.unit: c.goal for c in plan.cells if not c.own}}.items():
            unit_goals = goals.setdefault(unit, {})
            subject = followed.subject
            before = unit_goals.get(subject) or _goal(followed, policies, registry, last, weighted=False)
            unit_goals[subject] = LetterGoal(
                label=before.label,
                goal=goal,
                scale=before.scale,
                due=last,
                weight=before.weight,
                amount_unit=before.amount_unit,
            )
    tree = policies.organisation
    below = [unit for unit in tree.units if unit.level != "company" and unit.code in goals]
    absent = [
        unit
        for unit in below
        if (unit.valid_to is not None and unit.valid_to < first)
        or (unit.valid_from is not None and unit.valid_from > last)
    ]
    if absent:
        raise RegisterError(Fault("letter_unit_absent", place=unit.code, got=str(year)) for unit in absent)
    return tuple(
        Letter(
            unit=unit,
            superior=_superior(tree, unit),
            year=year,
            first=first,
            last=last,
            goals=tuple(goals[unit.code].values()),
            provisional=provisional,
        )
        for unit in below
    )


def _superior(tree: Organisation, unit: Unit) -> Unit:
    return tree.unit(unit.parent) if unit.parent is not None else tree.company


def _goal(
    target: Target, policies: Policies, registry: Registry, last: dt.date, *, weighted: bool = True
) -> LetterGoal:
    return LetterGoal(
        label=target.name,
        goal=target.goal,
        scale=scale_of(target, policies, registry),
        due=target.due or last,
        weight=target.weight if weighted else None,
        amount_unit=target.amount_unit,
        source=target.source or "",
    )


def scale_of(target: Target, policies: Policies, registry: Registry) -> Scale:
    """Unit and direction of a target, from its commitment's rule or its metric."""
    if target.commitment is not None:
        rule = policies.commitment(target.commitment).counted.rule
        return Scale(rule.value_unit, rule.better)
    spec: Any = registry.get(target.metric or "").spec
    return Scale(spec.unit, spec.better)
