"""Signatures in the register."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.signature import Signature
from svcqa.register.register import Register, checked

KIND = "signature"


def signature(**fields: object) -> Signature:
    """A :class:`~svcqa.entities.signature.Signature` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(Signature, fields, "signature_field")


def sign(register: Register, item: Signature, *, now: dt.datetime | None = None) -> int:
    """Append it; its author is who signed. ``now`` is UTC, the clock's where absent."""
    moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return register.add(KIND, item.model_dump(mode="json"), author=item.name, now=moment)


def signatures(register: Register, *, letter: str | None = None) -> list[Signature]:
    """Who signed, oldest first; of one letter where it is given."""
    found = [Signature.model_validate(entry.body) for entry in register.entries(KIND)]
    return [one for one in found if letter is None or one.letter == letter]
