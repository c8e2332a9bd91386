"""Figures as they were reported, with everything that pins them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from svcqa.entities.base import Entity


class PublishedFigure(Entity):
    """One figure of a commitment or target: of which unit and period, and what it was."""

    subject: Literal["commitment", "target"]
    key: str
    measure: str
    unit: str
    period: str
    cumulative: bool = False
    value: float | None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    numerator: int | None = None
    verdict: str = ""


class Publication(Entity):
    """All figures of one review, as of one moment, on one calendar, policy and set of records."""

    period: str
    as_of: dt.datetime
    known_at: dt.datetime
    """When the figures were made (UTC): what was read later was not known."""
    calendar: str
    policy: str
    records: str
    figures: tuple[PublishedFigure, ...] = Field(min_length=1)
