"""A row of form B (工作落实表): a problem, what is done about it, by whom, until when; and what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from svcqa.entities.base import Entity
from svcqa.errors import Fault, RegisterError


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
    reference: str = ""
    """What it comes from, such as a row of a call sheet, so that nothing is noted twice."""

    @property
    def agreed(self) -> bool:
        """Whether somebody is to do something by a date."""
        return bool(self.action) and self.due is not None


class ActionStep(Entity):
    """A step in the life of a row of form B after it was planned (PDCA).

    *Done* is what the responsible unit reports; only a check closes a row, *effective*, or opens it again, *reopened*,
    with another due date where one is agreed.
    """

    action: int = Field(ge=1)
    """Number of the register's entry."""
    step: Literal["done", "effective", "reopened"]
    on: dt.date
    by: str = Field(min_length=1)
    finding: str = ""
    due: dt.date | None = None

    @model_validator(mode="after")
    def _a_check_says_what_it_found(self) -> ActionStep:
        wrong = []
        if self.step != "done" and not self.finding:
            wrong.append(Fault("step_finding", place="finding"))
        if self.due is not None and (self.step != "reopened" or self.due <= self.on):
            wrong.append(Fault("step_due", place="due", got=self.due.isoformat()))
        if wrong:
            raise RegisterError(wrong)
        return self
