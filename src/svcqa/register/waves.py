"""Waves in the register: that one was drawn, and that contacts of its customers left the vault.

The note decides: what lies in the folder of waves without one was never drawn.
"""

from __future__ import annotations

import datetime as dt

from svcqa.entities.wave import ContactExport, Wave, WaveNote
from svcqa.errors import Fault, RegisterError
from svcqa.register.given import named
from svcqa.register.kinds import CONTACT_EXPORT, WAVE
from svcqa.register.register import Reader, Register


def note_wave(register: Register, wave: Wave, *, author: str, now: dt.datetime | None = None) -> int:
    """Note that a wave was drawn, by whom and when. ``now`` is UTC, the clock's where absent.

    A former note of the same code, of a wave whose list is gone, is replaced.

    Raises:
        RegisterError: nobody is named, or another wave has this number.
    """
    author = named(author, "wave_author")
    with register.appending() as append:
        noted = append.read(WAVE)
        for item in noted:
            if item.item.number == wave.number and item.item.code != wave.code:
                raise RegisterError(Fault("wave_number", got=str(wave.number), allowed=item.item.code))
        former = [item.entry.id for item in noted if item.item.code == wave.code]
        return append.note(WAVE, WaveNote.of(wave), author=author, now=now, replaces=former[-1] if former else None)


def noted_waves(register: Reader) -> list[WaveNote]:
    """What the register knows of the waves, in the order of drawing."""
    return [item.item for item in register.read(WAVE)]


def note_contact_export(
    register: Register, export: ContactExport, *, author: str, now: dt.datetime | None = None
) -> int:
    """Note that contacts of customers were written into a file. ``now`` is UTC, the clock's where absent.

    Raises:
        RegisterError: nobody is named, or no purpose.
    """
    named(export.purpose, "export_purpose")
    return register.note(CONTACT_EXPORT, export, author=named(author, "export_author"), now=now)
