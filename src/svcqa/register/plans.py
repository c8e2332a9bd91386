"""Targets of next year in the register: a later version replaces the one before and never erases it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from svcqa.entities.plan import TargetPlan
from svcqa.errors import Fault, RegisterError
from svcqa.register.register import Entry, Register

KIND = "target_plan"


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    """A plan as it was saved.

    Attributes:
        number: of its entry.
        version: 1 for the first plan of a target and year.
        at: UTC.
        in_force: whether no later version replaced it.
    """

    number: int
    version: int
    author: str
    at: dt.datetime
    plan: TargetPlan
    in_force: bool


def save_plan(register: Register, plan: TargetPlan, *, author: str, now: dt.datetime | None = None) -> SavedPlan:
    """Append a plan; it replaces the version in force of the same target and year. ``now`` is UTC.

    Raises:
        RegisterError: nobody is named.
    """
    if not author.strip():
        raise RegisterError(Fault("plan_author", got=repr(author)))
    moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    before = [one for one in saved_plans(register, year=plan.year, target=plan.target) if one.in_force]
    replaces = before[-1].number if before else None
    number = register.add(KIND, plan.model_dump(mode="json"), author=author.strip(), now=moment, replaces=replaces)
    return next(one for one in saved_plans(register, year=plan.year, target=plan.target) if one.number == number)


def saved_plans(
    register: Register, *, year: int | None = None, target: str | None = None, known_at: dt.datetime | None = None
) -> tuple[SavedPlan, ...]:
    """All versions, oldest first; of one year or target where given, as known at a moment (UTC)."""
    in_force = {entry.id for entry in register.entries(KIND, known_at=known_at)}
    found: list[SavedPlan] = []
    counted: dict[tuple[int, str], int] = {}
    for entry in register.entries(KIND, known_at=known_at, replaced=True):
        plan = TargetPlan.model_validate(entry.body)
        if (year is None or plan.year == year) and (target is None or plan.target == target):
            version = counted[plan.year, plan.target] = counted.get((plan.year, plan.target), 0) + 1
            found.append(_saved(entry, plan, version, in_force=entry.id in in_force))
    return tuple(found)


def _saved(entry: Entry, plan: TargetPlan, version: int, *, in_force: bool) -> SavedPlan:
    return SavedPlan(number=entry.id, version=version, author=entry.author, at=entry.at, plan=plan, in_force=in_force)
