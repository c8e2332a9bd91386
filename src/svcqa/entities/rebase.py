"""A rebase: from a month on, limits are computed anew, because somebody knows why the process changed."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from svcqa.entities.base import Entity


class Rebase(Entity):
    """Decided by a person: ``since`` is the first day of the new level, ``name`` who decided it."""

    indicator: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    since: dt.date
    reason: str = Field(min_length=1)
    name: str = Field(min_length=1)
