"""Rows of form B with what became of them: the steps noted after the row itself, oldest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, get_args

from svcqa.entities.action import ActionItem, ActionStep
from svcqa.errors import Fault, RegisterError
from svcqa.register.register import Register, checked

KIND = "action_step"
STEPS: Final[tuple[str, ...]] = get_args(ActionStep.model_fields["step"].annotation)


@dataclass(frozen=True)
class Followed:
    """A row of form B as it stands: its number, when it was noted (UTC), its steps."""

    number: int
    at: dt.datetime
    item: ActionItem
    steps: tuple[ActionStep, ...]


def action_step(**fields: object) -> ActionStep:
    """An :class:`~svcqa.entities.action.ActionStep` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    if (step := fields.get("step")) not in STEPS:
        raise RegisterError(Fault("step_name", place="step", got=repr(step), allowed=", ".join(STEPS)))
    return checked(ActionStep, fields, "step_field")


def note_step(register: Register, step: ActionStep, *, now: dt.datetime | None = None) -> int:
    """Append a step; its author is who reports or checks. ``now`` is UTC, the clock's where absent.

    Raises:
        RegisterError: no such row, or the step does not follow on the last one or lies before it.
    """
    found = {one.number: one for one in followed(register)}
    if step.action not in found:
        raise RegisterError(Fault("no_action", got=str(step.action), allowed=", ".join(map(str, found)) or "—"))
    last = found[step.action].steps[-1:]
    # a check follows on a report; only what was closed by mistake is opened again without one
    reported = bool(last) and (last[0].step == "done" or (step.step, last[0].step) == ("reopened", "effective"))
    if step.step != "done" and not reported:
        raise RegisterError(Fault("check_before_done", got=str(step.action)))
    if last and step.on < last[0].on:  # otherwise a check would close, for a while, what nobody had reported
        raise RegisterError(Fault("step_order", place="on", got=str(step.on), allowed=str(last[0].on)))
    moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return register.add(KIND, step.model_dump(mode="json"), author=step.by, now=moment)


def followed(register: Register, *, known_at: dt.datetime | None = None) -> list[Followed]:
    """Every row of form B that nothing replaced, with its steps; those noted of a row before it was corrected, too."""
    latest: dict[int, int] = {}
    for entry in reversed(register.entries("action", known_at=known_at, replaced=True)):
        if entry.replaces is not None:
            latest[entry.replaces] = latest.get(entry.id, entry.id)
    steps: dict[int, list[ActionStep]] = {}
    for entry in register.entries(KIND, known_at=known_at):
        step = ActionStep.model_validate(entry.body)
        steps.setdefault(latest.get(step.action, step.action), []).append(step)
    return [
        Followed(entry.id, entry.at, ActionItem.model_validate(entry.body), tuple(steps.get(entry.id, ())))
        for entry in register.entries("action", known_at=known_at)
    ]
