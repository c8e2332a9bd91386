"""Success experience in the register."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.success import Success
from svcqa.register.register import Register, checked

KIND = "success"


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
    moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return register.add(KIND, item.model_dump(mode="json"), author=item.name, now=moment, replaces=replaces)


def successes(register: Register, *, known_at: dt.datetime | None = None) -> list[Success]:
    """What was told, oldest first."""
    return [Success.model_validate(entry.body) for entry in register.entries(KIND, known_at=known_at)]
