"""Published figures in the register."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.published import Publication
from svcqa.register.given import named
from svcqa.register.kinds import PUBLICATION
from svcqa.register.register import Reader, Register


def publish(register: Register, item: Publication, *, author: str, now: dt.datetime | None = None) -> int:
    """Pin the figures of a review as reported. ``now`` is UTC, the clock's where absent.

    Raises:
        RegisterError: nobody is named.
    """
    return register.note(PUBLICATION, item, author=named(author, "publication_author"), now=now)


def publications(register: Reader, *, period: str | None = None) -> list[Publication]:
    """What was reported, oldest first."""
    reported = [item.item for item in register.read(PUBLICATION)]
    return [item for item in reported if period is None or item.period == period]
