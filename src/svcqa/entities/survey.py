"""A survey by callback (回访): whom it speaks for, when they are called, what they are asked, how many are drawn."""

from __future__ import annotations

import hashlib
from typing import Final, Literal, get_args

from pydantic import Field, model_validator

from svcqa.entities.base import Conditions, Entity, Key, Share, Text
from svcqa.errors import NotAllowedError

StratumColumn = Literal[
    "service", "company", "subsidiary", "department", "post", "unit", "tier", "customer_kind", "area"
]
STRATUM_COLUMNS: Final[tuple[StratumColumn, ...]] = get_args(StratumColumn)
RECORD_COLUMNS: Final = ("tier", "customer_kind", "area")
"""What strata may take from the record itself; where its table has no such column, the value is empty."""
BETWEEN: Final = "/"
"""Between the parts of a stratum's key: ``repair/CQ-KF``."""


class CallbackService(Entity):
    """A service whose customers are called back: which records, and the moment from which the service counts as done.

    ``share`` prescribes how much of it is called, ``take_all`` calls everybody; with neither, the allocation decides.
    """

    key: Key
    name: Text
    table: str = "work_orders"
    where: Conditions = ()
    closed: str = "closed_at"
    share: Share | None = None
    take_all: bool = False

    @model_validator(mode="after")
    def _one_rule(self) -> CallbackService:
        if self.take_all and self.share is not None:
            raise NotAllowedError("share_or_take_all")
        if self.share == 0:
            raise NotAllowedError("share_above_none")
        return self


class Window(Entity):
    """Days after the day of closing on which a customer may be called, and how long the calls of a wave take."""

    earliest: int = Field(default=3, ge=0)
    latest: int = Field(default=30, ge=0)
    field_days: int = Field(default=14, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.latest < self.earliest:
            raise NotAllowedError("latest_not_before_earliest")
        return self


class Question(Entity):
    """What is asked: a score on a scale, yes or no, or an open opinion."""

    key: Key
    text: Text
    kind: Literal["score", "yes_no", "opinion"] = "score"
    lowest: int = 1
    highest: int = 10
    top_from: int | None = None
    """The lowest score that counts as satisfied."""
    low_to: int | None = None
    """The highest score that is followed up."""

    @model_validator(mode="after")
    def _on_the_scale(self) -> Question:
        if self.kind != "score" and {"lowest", "highest", "top_from", "low_to"} & self.model_fields_set:
            raise NotAllowedError("keys_of_scores")
        if self.lowest >= self.highest:
            raise NotAllowedError("lowest_below_highest")
        for threshold in (self.top_from, self.low_to):
            if threshold is not None and not self.lowest <= threshold <= self.highest:
                raise NotAllowedError("boxes_in_scale", lowest=self.lowest, highest=self.highest)
        return self

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest number that an answer can be."""
        return (0, 1) if self.kind == "yes_no" else (self.lowest, self.highest)


class CallCheck(Entity):
    """What somebody who listens to a call again looks for; the weights say how much each item counts."""

    key: Key
    text: Text
    weight: float = Field(default=1.0, gt=0)


class SampleAllocation(Entity):
    """How many are drawn, and how they are shared out to the strata that no service prescribes.

    Either ``calls`` (customers to be drawn) or ``half_width`` of the mean of ``question`` is given.
    """

    method: Literal["proportional", "neyman", "power"] = "proportional"
    power: float = Field(default=0.5, ge=0, le=1)
    """For ``power``: 0 draws alike from every stratum, 1 nearly as Neyman does."""
    calls: int | None = Field(default=None, ge=1)
    half_width: float | None = Field(default=None, gt=0)
    level: float = Field(default=0.95, gt=0.5, lt=1)
    question: str | None = None
    minimum: int = Field(default=2, ge=1)
    """Customers drawn from each stratum at least."""
    minimum_per_department: int = Field(default=0, ge=0)
    response_rate: float = Field(default=1.0, gt=0, le=1)
    spread: float | None = Field(default=None, gt=0)
    """Standard deviation expected where former answers do not tell; a quarter of the scale where absent."""
    spread_from_records: bool = True

    @model_validator(mode="after")
    def _one_aim(self) -> SampleAllocation:
        if (self.calls is None) == (self.half_width is None):
            raise NotAllowedError("calls_or_half_width")
        return self


class Survey(Entity):
    """One survey by callback."""

    key: Key
    label: Text
    services: tuple[CallbackService, ...]
    strata: tuple[StratumColumn, ...] = ("service", "department")
    window: Window = Window()
    quarantine_days: int = Field(default=90, ge=0)
    """Days after any call of any survey during which a customer is left alone."""
    do_not_call: str | None = None
    """A CSV file or workbook beside ``svcqa.toml``: a header, then a customer's number in each first cell."""
    phone_required: bool = True
    questions: tuple[Question, ...]
    allocation: SampleAllocation
    draw: Literal["random", "systematic"] = "random"
    sorted_by: tuple[Literal["closed_at", "unit", "tier", "service"], ...] = ()
    reserve: float = Field(default=1.0, ge=0, le=5)
    """Reserves for each customer drawn."""
    attempts: int = Field(default=3, ge=1, le=9)
    callers: tuple[str, ...] = ()
    feedback_days: int = Field(default=10, ge=1)
    feedback_category: Text = Text(hans="客户意见", hant="客戶意見", en="Customers' views")
    """Category of the rows of form B that come from this survey."""
    checklist: tuple[CallCheck, ...] = ()
    """For calls that are listened to again."""
    listened_per_caller: int = Field(default=3, ge=1)
    introduction: Text | None = None
    """What the caller says first."""

    @model_validator(mode="after")
    def _holds_together(self) -> Survey:
        for name, keys in (
            ("services", [item.key for item in self.services]),
            ("questions", [item.key for item in self.questions]),
            ("strata", list(self.strata)),
            ("checklist", [item.key for item in self.checklist]),
        ):
            if len(set(keys)) < len(keys):
                raise NotAllowedError("each_once", name=name)
        if not (self.services and self.questions and self.strata):
            raise NotAllowedError("one_of_each")
        if (self.draw == "systematic") != bool(self.sorted_by):
            raise NotAllowedError("sorted_by")
        service_known = "service" in self.strata or len(self.services) == 1
        if not service_known and any(item.share is not None or item.take_all for item in self.services):
            raise NotAllowedError("service_among_strata")
        question_key = self.allocation.question
        measured = [item.key for item in self.questions if item.kind != "opinion"]
        if not measured or (question_key is not None and question_key not in measured):
            raise NotAllowedError("allocation_question", names=", ".join(measured))
        return self

    @property
    def measured(self) -> Question:
        """The question whose precision the sample is planned for."""
        question_key = self.allocation.question
        return next(item for item in self.questions if item.kind != "opinion" and question_key in (None, item.key))

    @property
    def expected_spread(self) -> float:
        """The standard deviation expected where nobody knows better."""
        lowest, highest = self.measured.range
        return self.allocation.spread or (highest - lowest) / 4

    def service(self, key: str) -> CallbackService:
        """The service ``key`` of this survey."""
        return next(item for item in self.services if item.key == key)

    @property
    def digest(self) -> str:
        """Changes when the survey's rules change."""
        return hashlib.sha256(self.model_dump_json(exclude_unset=True).encode()).hexdigest()[:16]
