"""A signature under a responsibility letter: who, in which capacity, when, and what exactly was signed."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from svcqa.entities.base import Entity


class Signature(Entity):
    """Recorded when the paper or the file was signed; the program signs nothing itself.

    ``letter`` names the unit and year (``CQ-KF 2027``), ``digest`` the letter's text as it was signed.
    """

    letter: str = Field(min_length=1)
    digest: str = Field(min_length=1)
    name: str = Field(min_length=1)
    role: str = Field(min_length=1)
    on: dt.date
