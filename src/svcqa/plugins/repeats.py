"""First-time fix: the share of cases after which the same customer did not come back about the same matter."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from svcqa.entities.base import Entity, Text
from svcqa.errors import MetricError, SvcqaError
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import NULL, Batch, Derive, Observations
from svcqa.metrics.derived import derive, next_of_same, repeat_within
from svcqa.metrics.examples import Example
from svcqa.metrics.shapes import ShareMetric, ShareParams, shares


class RepeatParams(ShareParams):
    """Which cases, what makes two of them the same, and within how many days the second shows that it was not fixed."""

    table: Literal["work_orders", "complaints"] = "work_orders"
    same: tuple[str, ...] = ("customer", "category")
    days: int = Field(default=30, gt=0, le=3650)

    @field_validator("same", mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        """``customer, category`` as it is written on a command line."""
        return [name.strip() for name in value.split(",")] if isinstance(value, str) else value

    @field_validator("same")
    @classmethod
    def _are_columns(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        try:
            derive(next_of_same(same=value), table=info.data.get("table", "work_orders"))
        except SvcqaError as error:  # of the kind that pydantic gathers; the policy's reader names file and place
            raise MetricError(error.faults) from error
        return value


class RepeatsMetric(ShareMetric):
    """Cases that were not followed by another of the same customer and category within some days.

    A case whose days are not over is not determinable yet: the customer can still come back. Where customer or category
    are unknown, nobody can tell whether somebody came back, so the case is not applicable.
    """

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="repeats",
        label=Text(hans="一次办结率", hant="一次辦結率", en="First-time fix"),
        unit="share",
        better="higher",
        formula=Text(
            hans="受理后若干天内同一客户没有再来同类单的个案 ÷ 已满若干天的个案",
            hant="受理後若干天內同一客戶沒有再來同類單的個案 ÷ 已滿若干天的個案",
            en="cases not followed by another of the same within the days ÷ cases whose days are over",
        ),
        reference="interval: Wilson (1927) JASA 22, 209–212",
    )
    params: ClassVar[type[Entity]] = RepeatParams
    reads: ClassVar[tuple[str, ...]] = ("received_at", "repeated", "repeated_decided_at")

    def table(self, params: RepeatParams) -> str:
        """Work orders or complaints."""
        return params.table

    def derive(self, params: RepeatParams, context: Context) -> Derive:
        """Whether the same came again."""
        return derive(repeat_within(same=params.same, days=params.days), table=params.table)

    def observe(self, batch: Batch, params: Any, context: Context) -> Observations:
        """Good is what had no other by the end of its days."""
        repeated = batch.integers("repeated")
        return shares(
            context,
            batch.moments("received_at"),
            good=repeated == 0,
            applies=repeated != NULL,
            decided_at=batch.moments("repeated_decided_at"),
        )

    def examples(self) -> tuple[Example, ...]:
        """Nine orders of three customers; and four complaints, by customer alone."""
        orders: dict[str, list[Any]] = {
            "order_id": ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
            "customer": ["A", "A", "A", "B", "B", "B", None, "E", "E"],
            "category": ["leak", "leak", "meter", "leak", "leak", "leak", "leak", None, None],
            "unit": ["D1", "D1", "D2", "D2", "D2", "D1", "D1", "D2", "D2"],
            "received_at": [
                "2026-01-05 08:00:00",
                "2026-01-12 08:00:00",
                "2026-01-06 08:00:00",
                "2026-01-05 08:00:00",
                "2026-01-12 08:00:01",
                "2026-01-28 08:00:00",
                "2026-01-07 08:00:00",
                "2026-01-08 08:00:00",
                "2026-01-08 08:00:00",
            ],
        }
        complaints: dict[str, list[Any]] = {
            "complaint_id": ["b", "a", "c", "d"],
            "customer": ["A", "A", "B", "A"],
            "category": ["bill", "manner", "bill", "bill"],
            "unit": ["D1", "D2", "D2", "D1"],
            "received_at": ["2026-01-05 08:00", "2026-01-05 08:00", "2026-01-20 09:00", "2026-02-10 08:00"],
        }
        return (
            Example(
                {"days": 7, "goal": "80%"},
                records=orders,
                period="2026-01",
                expected={
                    "repeats": 4 / 5,
                    "repeats.n": 5,
                    "repeats.met": 4,
                    "repeats.breached": 1,
                    "repeats.not_determinable": 1,
                    "repeats.not_applicable": 3,
                    "repeats.total": 9,
                    "repeats.verdict": "met",
                },
                source="By hand. A comes back about the leak after exactly 7 days: 1 is bad, 2 is good; 3 "
                "is another matter. "
                "B comes back a second after the 7 days: 4 is good, and so is 5. 6 is three days old. The customer of "
                "7 is unknown, the matter of 8 and 9.",
                as_of="2026-01-31 00:00",
            ),
            Example(
                {"table": "complaints", "same": ["customer"], "days": 14},
                records=complaints,
                period="2026-01",
                expected={"repeats": 1 / 2, "repeats.n": 2, "repeats.breached": 1, "repeats.not_determinable": 1},
                source="By hand. a and b come at one moment, a first by its key: b follows it, so a is "
                "bad. The days of b and "
                "c end on 19 January and on 3 February, after the last of January: b is good, c is not decided. d came "
                "later.",
            ),
        )
