"""Callback rate: the share of closed cases whose customers were called back within a window of days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from svcqa.entities.base import Entity, Text
from svcqa.errors import NotAllowedError
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import NULL, Batch, Derive, Int64, Observations
from svcqa.metrics.derived import derive, linked
from svcqa.metrics.examples import Example
from svcqa.metrics.shapes import SECONDS_A_DAY, ShareMetric, ShareParams, shares

_OWN_KEY: Final = {"complaints": "complaint_id", "work_orders": "order_id"}


class CalledBackParams(ShareParams):
    """Which cases, what closes them, and from which day to which day afterwards a call counts."""

    table: Literal["complaints", "work_orders"] = "complaints"
    closed: Literal["closed_at", "resolved_at"] = "closed_at"
    from_day: int = Field(default=0, ge=0)
    to_day: int = Field(default=7, gt=0, le=3650)

    @model_validator(mode="after")
    def _window_has_a_length(self) -> CalledBackParams:
        if self.from_day >= self.to_day:
            raise NotAllowedError("to_after_from")
        return self


class CalledBackMetric(ShareMetric):
    """Closed cases that were called back within the window, and those whose customers were reached.

    A case belongs to the day on which it was closed; one that is open is none of them. Until its window is over a case
    is not determinable; where the customer is unknown it is not applicable. Both shares have the same denominator.
    """

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="called_back",
        label=Text(hans="回访率", hant="回訪率", en="Callback rate"),
        unit="share",
        better="higher",
        formula=Text(
            hans="办结后在规定天数内回访（其中接通）的个案 ÷ 回访期已满的已办结个案",
            hant="辦結後在規定天數內回訪（其中接通）的個案 ÷ 回訪期已滿的已辦結個案",
            en="closed cases called back (of these: reached) within the window ÷ closed cases whose window is over",
        ),
        reference="interval: Wilson (1927) JASA 22, 209–212",
    )
    params: ClassVar[type[Entity]] = CalledBackParams
    further: ClassVar[Mapping[str, int]] = {"reached": 2}

    def table(self, params: CalledBackParams) -> str:
        """Complaints or work orders."""
        return params.table

    def columns(self, params: CalledBackParams) -> tuple[str, ...]:
        """Closing, customer, and the calls."""
        return ("customer", params.closed, "call_at", "reached_at")

    def derive(self, params: CalledBackParams, context: Context) -> Derive:
        """The first call of the window, and the first that reached the customer."""
        on = ("record_id", _OWN_KEY[params.table])
        return derive(
            linked("callbacks", on=on, after=params.closed, from_day=params.from_day, name="call"),
            linked(
                "callbacks",
                on=on,
                after=params.closed,
                from_day=params.from_day,
                where={"outcome": ("reached",)},
                name="reached",
            ),
            table=params.table,
        )

    def observe(self, batch: Batch, params: Any, context: Context) -> Observations:
        """Good is what was called by the end of its window: 1 for a call, 2 for one that reached the customer."""
        closed = batch.moments(params.closed)
        end = closed + params.to_day * SECONDS_A_DAY
        called, reached = (_by(batch.moments(name), end) for name in ("call_at", "reached_at"))
        customer, labels = batch.codes("customer")
        known = np.asarray([bool(label) for label in labels], dtype=np.bool_)[customer]
        value = called.astype(np.int64) + reached
        return shares(context, closed, good=called, decided_at=end, applies=known, value=value)

    def examples(self) -> tuple[Example, ...]:
        """Eight complaints closed in January, called back from the second to the seventh day."""
        return (
            Example(
                params={"from_day": 1, "to_day": 7, "goal": "60%"},
                records={
                    "complaint_id": ["1", "2", "3", "4", "5", "6", "7", "8"],
                    "customer": ["A", "B", "C", "D", "E", None, "F", "G"],
                    "unit": ["D1", "D1", "D1", "D2", "D2", "D2", "D2", "D2"],
                    "received_at": ["2026-01-02 08:00"] * 8,
                    "closed_at": [*["2026-01-05 08:00"] * 6, "2026-01-28 08:00", None],
                },
                beside={
                    "callbacks": {
                        "callback_id": ["a", "b", "c", "d", "e", "f", "g", "h"],
                        "question": ["q"] * 8,
                        "unit": ["D1"] * 8,
                        "record_id": ["1", "2", "2", "3", "4", "6", "7", "8"],
                        "called_at": [
                            "2026-01-06 08:00:00",
                            "2026-01-07 09:00:00",
                            "2026-01-12 08:00:00",
                            "2026-01-12 08:00:01",
                            "2026-01-05 09:00:00",
                            "2026-01-08 09:00:00",
                            "2026-01-30 09:00:00",
                            "2026-01-08 09:00:00",
                        ],
                        "outcome": [
                            "no_answer",
                            "no_answer",
                            "reached",
                            "reached",
                            "reached",
                            "reached",
                            "reached",
                            "reached",
                        ],
                    }
                },
                period="2026-01",
                expected={
                    "called_back": 2 / 5,
                    "called_back.n": 5,
                    "called_back.met": 2,
                    "called_back.breached": 3,
                    "called_back.not_determinable": 1,
                    "called_back.not_applicable": 1,
                    "called_back.total": 7,
                    "called_back.verdict": "missed",
                    "reached": 1 / 5,
                    "reached.n": 5,
                    "reached.total": 7,
                    "reached.verdict": "",
                },
                source="By hand. 1 is called as the window opens and does not answer; 2 is reached as it closes, after "
                "a call in vain. 3 is called a second too late, 4 too early, 5 never. The customer of 6 is unknown. "
                "The window of 7 ends in February; 8 is not closed.",
            ),
        )


def _by(moment: Int64, end: Int64) -> npt.NDArray[np.bool_]:
    """Whether ``moment`` is known and not after ``end``."""
    in_time: npt.NDArray[np.bool_] = (moment != NULL) & (moment <= end)
    return in_time
