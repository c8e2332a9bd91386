"""Signatures in the register."""

from __future__ import annotations

import datetime as dt

from svcqa.entities.signature import Signature
from svcqa.register.given import checked
from svcqa.register.kinds import SIGNATURE
from svcqa.register.register import Reader, Register


def signature(**fields: object) -> Signature:
    """A :class:`~svcqa.entities.signature.Signature` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(Signature, fields, "signature_field")


def sign(register: Register, item: Signature, *, now: dt.datetime | None = None) -> int:
    """Append it; its author is who signed. ``now`` is UTC, the clock's where absent."""
    return register.note(SIGNATURE, item, author=item.name, now=now)


def signatures(register: Reader, *, letter: str | None = None) -> list[Signature]:
    """Who signed, oldest first; of one letter where it is given."""
    signed = [item.item for item in register.read(SIGNATURE)]
    return [item for item in signed if letter is None or item.letter == letter]
