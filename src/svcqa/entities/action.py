"""A row of form B (工作落实表): a problem, what is done about it, by whom, until when."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from svcqa.entities.base import Entity


class ActionItem(Entity):
    """A problem noted at a review. Without an action or a due date it is noted, not yet agreed."""

    category: str = Field(min_length=1)
    problem: str = Field(min_length=1)
    action: str = ""
    due: dt.date | None = None
    responsible: str = ""
    tracker: str = ""
    period: str = ""
    target: str = ""
    unit: str = ""
