"""Milestone: whether something was done by its date."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.entities.base import Entity, Text
from svcqa.entities.target import MilestoneTarget
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Batch, Derive, Fact, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import day_number
from svcqa.metrics.result import Result


class MilestoneParams(Entity):
    """Which target."""

    target: MilestoneTarget


class MilestoneMetric:
    """Done by the due date, done late, not done yet, or overdue. The value is 1 where it is done, else 0."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="milestone",
        label=Text(hans="时间节点", hant="時間節點", en="Milestone"),
        unit="done",
        better="higher",
        formula=Text(
            hans="在到期日当天结束前完成", hant="在到期日當天結束前完成", en="done by the end of the due date"
        ),
        reference="a fact: no interval",
    )
    params: ClassVar[type[Entity]] = MilestoneParams

    def table(self, params: MilestoneParams) -> str:
        """Reports of milestones."""
        return "milestone_reports"

    def columns(self, params: MilestoneParams) -> tuple[str, ...]:
        """What the kernel reads."""
        return ("target", "reported_at", "done_at")

    def derive(self, params: MilestoneParams, context: Context) -> Derive | None:
        """Nothing to join."""
        return None

    def observe(self, batch: Batch, params: MilestoneParams, context: Context) -> Observations:
        """The day on which the target was done, if it was by ``as_of``."""
        done = batch.moments("done_at")
        named = batch.matches((("target", (params.target.key,)),))
        chosen = np.flatnonzero(named & (done != NULL) & (done <= context.as_of_seconds))
        zeros = np.zeros(len(chosen), dtype=np.int64)
        complete = not bool((named & ((done == NULL) | (done > context.as_of_seconds))).any())
        return Observations(
            day=done[chosen] // SECONDS_A_DAY,
            fact=zeros.astype(np.int8) + np.int8(Fact.CLOSED),
            value=zeros,
            follow_up=zeros + MATURE,
            rows=chosen,
            complete=complete,
        )

    def measure(self, summary: Summary, params: MilestoneParams, context: Context) -> Result:
        """One row: the state at the end of the period or at ``as_of``, whichever is earlier."""
        target = params.target
        due, last = day_number(target.due), day_number(context.period.last)
        done = int(summary.day.min()) if len(summary) else None
        is_done = done is not None and done <= last
        verdict = ""
        if is_done:
            verdict = "met" if done is not None and done <= due else "missed"
        elif min(context.period.end, context.as_of).date() > target.due:
            verdict = "missed"
        record: dict[str, Any] = {
            "metric": self.spec.name,
            "indicator": target.key,
            "unit": target.owner,
            "measure": "milestone",
            "period": context.period.label,
            "first": context.period.first,
            "last": context.period.last,
            "value": float(is_done),
            "numerator": int(is_done),
            "verdict": verdict,
            "evidence": "clear" if verdict else "",
            "at_risk": False,
            "method": "none (fact)",
            "limit": target.due.isoformat(),
            "flags": ("partial",) if context.as_of < context.period.end else (),
        }
        return Result((record,), keys=(), about={"target": target.key})

    def examples(self) -> tuple[Example, ...]:
        """Done on the day, done late, overdue, and not due yet."""
        target = {"kind": "milestone", "key": "base", "name": "N", "year": 2026, "owner": "D1", "due": "2026-05-31"}

        def example(done: str | None, value: float, verdict: str, source: str, *, as_of: str = "") -> Example:
            records: dict[str, list[Any]] = {
                "target": ["base"],
                "unit": ["D1"],
                "reported_at": ["2026-05-01 09:00"],
                "done_at": [done],
            }
            expected = {"milestone": value, "milestone.verdict": verdict}
            return Example(
                {"target": target},
                records=records,
                period="2026H1",
                expected=expected,
                source=f"By hand: {source}.",
                as_of=as_of,
            )

        return (
            example("2026-05-31 18:00", 1.0, "met", "done on the due date, which counts to its end"),
            example("2026-06-02 09:00", 1.0, "missed", "done two days late"),
            example("2026-06-02 09:00", 0.0, "missed", "overdue by as_of, done later", as_of="2026-06-01 12:00"),
            example(None, 0.0, "", "not due by as_of", as_of="2026-05-20 00:00"),
        )
