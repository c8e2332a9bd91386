"""A complaint through its life."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from pydantic import model_validator

from svcqa.entities.base import Entity
from svcqa.errors import NotAllowedError


class ComplaintState(StrEnum):
    """Where a complaint stands at a moment."""

    NOT_YET_RECEIVED = "not_yet_received"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    RESPONDED = "responded"
    RESOLVED = "resolved"
    REPLIED = "replied"
    CLOSED = "closed"


class Complaint(Entity):
    """One complaint. The customer is a surrogate; names and telephone numbers stay in the vault."""

    complaint_id: str
    unit: str
    received_at: dt.datetime
    source: str | None = None
    channel: str | None = None
    category: str | None = None
    level: str | None = None
    tier: str | None = None
    customer: str | None = None
    accepted_at: dt.datetime | None = None
    first_response_at: dt.datetime | None = None
    resolved_at: dt.datetime | None = None
    replied_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    valid: bool | None = None
    upheld: bool | None = None
    repeat_of: str | None = None
    excluded_reason: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _blank_is_none(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: None if item == "" else item for key, item in value.items()}
        return value

    @model_validator(mode="after")
    def _nothing_before_receipt(self) -> Complaint:
        for name in ("accepted_at", "first_response_at", "resolved_at", "replied_at", "closed_at"):
            moment = getattr(self, name)
            if moment is not None and moment < self.received_at:
                raise NotAllowedError("not_before_receipt", name=name)
        return self

    def state(self, as_of: dt.datetime) -> ComplaintState:
        """The last step reached by ``as_of`` (a step reached at that very moment counts)."""
        if self.received_at > as_of:
            return ComplaintState.NOT_YET_RECEIVED
        steps = (
            (self.closed_at, ComplaintState.CLOSED),
            (self.replied_at, ComplaintState.REPLIED),
            (self.resolved_at, ComplaintState.RESOLVED),
            (self.first_response_at, ComplaintState.RESPONDED),
            (self.accepted_at, ComplaintState.ACCEPTED),
        )
        for moment, state in steps:
            if moment is not None and moment <= as_of:
                return state
        return ComplaintState.RECEIVED
