"""Targets of next year in the register: a later version replaces the one before and never erases it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from svcqa.entities.plan import TargetPlan
from svcqa.register.given import named
from svcqa.register.kinds import PLAN
from svcqa.register.register import Reader, Register


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
    author = named(author, "plan_author")
    with register.appending() as append:
        # by the body as it is kept: a version that only a newer program can read is replaced, too
        key = (plan.year, plan.target)
        before = [
            entry.id for entry in append.entries(PLAN.name) if (entry.body.get("year"), entry.body.get("target")) == key
        ]
        append.note(PLAN, plan, author=author, now=now, replaces=before[-1] if before else None)
        return saved_plans(append, year=plan.year, target=plan.target)[-1]


def saved_plans(
    register: Reader, *, year: int | None = None, target: str | None = None, known_at: dt.datetime | None = None
) -> tuple[SavedPlan, ...]:
    """All versions, oldest first; of one year or target where given, as known at a moment (UTC)."""
    in_force = {entry.id for entry in register.entries(PLAN.name, known_at=known_at)}
    saved_plans: list[SavedPlan] = []
    counted: dict[tuple[int, str], int] = {}
    for entry, plan in ((item.entry, item.item) for item in register.read(PLAN, known_at=known_at, replaced=True)):
        if (year is None or plan.year == year) and (target is None or plan.target == target):
            version = counted[plan.year, plan.target] = counted.get((plan.year, plan.target), 0) + 1
            saved_plans.append(
                SavedPlan(
                    number=entry.id,
                    version=version,
                    author=entry.author,
                    at=entry.at,
                    plan=plan,
                    in_force=entry.id in in_force,
                )
            )
    return tuple(saved_plans)
