"""Rows of form B with what became of them: the steps noted after the row itself, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

from svcqa.entities.action import ActionItem, ActionStep
from svcqa.errors import Fault, RegisterError
from svcqa.register.given import checked
from svcqa.register.kinds import ACTION, ACTION_STEP
from svcqa.register.register import Reader, Register, replaced_by

STEPS: Final[tuple[str, ...]] = get_args(ActionStep.model_fields["step"].annotation)


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A row of form B as it stands.

    Attributes:
        number: of its entry.
        at: when it was noted (UTC).
        last: number of the entry of the last step.
    """

    number: int
    at: dt.datetime
    item: ActionItem
    steps: tuple[ActionStep, ...]
    last: int | None


def action_item(**fields: object) -> ActionItem:
    """An :class:`~svcqa.entities.action.ActionItem` from what a form gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(ActionItem, fields, "register_field")


def action_step(**fields: object) -> ActionStep:
    """An :class:`~svcqa.entities.action.ActionStep` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    if (step := fields.get("step")) not in STEPS:
        raise RegisterError(Fault("step_name", place="step", got=repr(step), allowed=", ".join(STEPS)))
    return checked(ActionStep, fields, "step_field")


def note_problem(
    register: Register, item: ActionItem, *, author: str, now: dt.datetime | None = None, replaces: int | None = None
) -> int:
    """Note a row of form B. ``now`` is UTC, the clock's where absent."""
    return register.note(ACTION, item, author=author, now=now, replaces=replaces)


def note_once(
    register: Register, items: Sequence[ActionItem], *, author: str, now: dt.datetime | None = None
) -> tuple[int, ...]:
    """Note those rows whose reference no row has yet, all or none; gives their numbers."""
    with register.appending() as append:
        references = {noted.item.reference for noted in append.read(ACTION)}
        return tuple(
            append.note(ACTION, item, author=author, now=now) for item in items if item.reference not in references
        )


def problems(register: Reader, *, period: str | None = None, known_at: dt.datetime | None = None) -> list[ActionItem]:
    """The rows of form B, those of ``period`` where it is given."""
    items = [noted.item for noted in register.read(ACTION, known_at=known_at)]
    return [item for item in items if period is None or item.period == period]


def note_step(register: Register, step: ActionStep, *, now: dt.datetime | None = None, after: int | None = None) -> int:
    """Append a step; its author is who reports or checks.

    Args:
        now: UTC, the clock's where absent.
        after: number of the entry of the last step that is known to who notes this one (of the row itself where there
            was none); as things stand now where absent. Of several that follow on the same, one is accepted.

    Raises:
        RegisterError: no such row, or the step does not follow on the last one or lies before it.
    """
    seen = after or _last(_row(register, step.action))
    with register.appending() as append:
        row = _row(append, step.action)
        if _last(row) != seen:
            raise RegisterError(Fault("step_overtaken", got=str(step.action), allowed=str(_last(row))))
        last = row.steps[-1:]
        # a check follows on a report; only what was closed by mistake is opened again without one
        reported = bool(last) and (last[0].step == "done" or (step.step, last[0].step) == ("reopened", "effective"))
        if step.step != "done" and not reported:
            raise RegisterError(Fault("check_before_done", got=str(step.action)))
        if last and step.on < last[0].on:  # otherwise a check would close, for a while, what nobody had reported
            raise RegisterError(Fault("step_order", place="on", got=str(step.on), allowed=str(last[0].on)))
        return append.note(ACTION_STEP, step, author=step.by, now=now)


def _row(register: Reader, number: int) -> Followed:
    rows = {item.number: item for item in followed(register)}
    if number not in rows:
        raise RegisterError(Fault("no_action", got=str(number), allowed=", ".join(map(str, rows)) or "—"))
    return rows[number]


def _last(row: Followed) -> int:
    return row.number if row.last is None else row.last


def followed(register: Reader, *, known_at: dt.datetime | None = None) -> list[Followed]:
    """Every row of form B that nothing replaced, with its steps; those noted of a row before it was corrected, too."""
    gone = replaced_by(register.entries(ACTION.name, known_at=known_at, replaced=True))
    steps: dict[int, dict[int, ActionStep]] = {}
    for item in register.read(ACTION_STEP, known_at=known_at):
        number = item.item.action
        while number in gone:
            number = gone[number]
        steps.setdefault(number, {})[item.entry.id] = item.item
    rows = []
    for noted in register.read(ACTION, known_at=known_at):
        number, row_steps = noted.entry.id, steps.get(noted.entry.id, {})
        rows.append(
            Followed(
                number=number,
                at=noted.entry.at,
                item=noted.item,
                steps=tuple(row_steps.values()),
                last=max(row_steps, default=None),
            )
        )
    return rows
