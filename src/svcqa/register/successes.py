"""Success experience in the register."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.success import Success
from svcqa.register.given import checked
from svcqa.register.kinds import SUCCESS
from svcqa.register.register import Reader, Register


def success(**fields: object) -> Success:
    """A :class:`~svcqa.entities.success.Success` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(Success, fields, "success_field")


def note_success(
    register: Register, item: Success, *, now: dt.datetime | None = None, replaces: int | None = None
) -> int:
    """Append it; its author is who tells it. ``now`` is UTC, the clock's where absent."""
    return register.note(SUCCESS, item, author=item.name, now=now, replaces=replaces)


def successes(register: Reader, *, known_at: dt.datetime | None = None) -> list[Success]:
    """What was told, oldest first."""
    return [item.item for item in register.read(SUCCESS, known_at=known_at)]
