"""Rebases in the register: a person decides that a process has a new level."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.rebase import Rebase
from svcqa.register.given import checked
from svcqa.register.kinds import REBASE
from svcqa.register.register import Reader, Register


def rebase_item(**fields: object) -> Rebase:
    """A :class:`~svcqa.entities.rebase.Rebase` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(Rebase, fields, "rebase_field")


def note_rebase(
    register: Register, item: Rebase, *, now: dt.datetime | None = None, replaces: int | None = None
) -> int:
    """Append it; its author is who decided it. ``now`` is UTC, the clock's where absent."""
    return register.note(REBASE, item, author=item.name, now=now, replaces=replaces)


def rebases(register: Reader, *, indicator: str | None = None) -> list[Rebase]:
    """The rebases that people decided, oldest entry first; of one indicator where it is given."""
    found = [one.item for one in register.read(REBASE)]
    return [one for one in found if indicator is None or one.indicator == indicator]
