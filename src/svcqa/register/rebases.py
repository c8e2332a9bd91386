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


def rebases(register: Reader, *, indicator: str | None = None, known_at: dt.datetime | None = None) -> list[Rebase]:
    """The rebases that people decided by ``known_at`` (UTC), oldest entry first; of one indicator where it is given."""
    decided = [entry.item for entry in register.read(REBASE, known_at=known_at)]
    return [item for item in decided if indicator is None or item.indicator == indicator]
