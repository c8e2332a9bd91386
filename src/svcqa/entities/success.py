"""Success experience (成功经验): what worked, where, and the figure that shows it."""

from __future__ import annotations

from pydantic import Field

from svcqa.entities.base import Entity


class Success(Entity):
    """What people want others to know: entered by a person, never by the program."""

    unit: str = Field(min_length=1)
    experience: str = Field(min_length=1)
    period: str = Field(min_length=1)
    target: str = ""
    """Key of the target or commitment that it served."""
    evidence: str = ""
    """The figure that shows it, in words."""
    name: str = Field(min_length=1)
    """Who tells it."""
