"""Quantity: an amount delivered, added up from monthly returns, against the plan to date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from svcqa.entities.base import Entity, Text
from svcqa.entities.target import QuantityTarget
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Batch, Derive, Fact, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import code_columns, day_number, group, rows, sums, windows, within
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.verdict import judged
from svcqa.periods import Period


class QuantityParams(Entity):
    """Which target."""

    target: QuantityTarget


class QuantityMetric:
    """The amount to date; its goal is the plan to date, held against the months that are over."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="quantity",
        label=Text(hans="完成量", hant="完成量", en="Amount delivered"),
        unit="amount",
        better="higher",
        formula=Text(hans="各月实际量之和", hant="各月實際量之和", en="sum of the monthly amounts"),
        reference="a census: no interval",
    )
    params: ClassVar[type[Entity]] = QuantityParams

    def table(self, params: QuantityParams) -> str:
        """Monthly returns."""
        return "monthly_returns"

    def columns(self, params: QuantityParams) -> tuple[str, ...]:
        """What the kernel reads."""
        return ("indicator", "month", "numerator")

    def derive(self, params: QuantityParams, context: Context) -> Derive | None:
        """Nothing to join."""
        return None

    def observe(self, batch: Batch, params: QuantityParams, context: Context) -> Observations:
        """The amount of each return whose month is over by ``as_of``."""
        months = batch.moments("month")
        labels, month_index = np.unique(months.astype("datetime64[s]").astype("datetime64[M]"), return_inverse=True)
        periods = [context.period_rule.parse(str(label)) for label in labels]
        over = np.asarray([period.end <= context.as_of for period in periods], dtype=np.bool_)[month_index]
        named = batch.matches((("indicator", (params.target.indicator,)),))
        amount = batch.integers("numerator")
        chosen = np.flatnonzero(named & over & (amount != NULL))
        day = np.asarray([day_number(period.last) for period in periods], dtype=np.int64)[month_index][chosen]
        zeros = np.zeros(len(chosen), dtype=np.int64)
        return Observations(
            day=day,
            fact=zeros.astype(np.int8) + np.int8(Fact.CLOSED),
            value=zeros,
            follow_up=zeros + MATURE,
            weight=amount[chosen],
            rows=chosen,
            complete=bool(over.all()),
        )

    def measure(self, summary: Summary, params: QuantityParams, context: Context) -> Result:
        """Amounts per window, with the plan of the same months."""
        groups = group(summary, context)
        periods = windows(context)
        one_class = np.zeros(len(summary), dtype=np.int8)
        amounts = [
            sums(within(summary, p.first, p.last), groups, classes=one_class, class_count=1, weight=summary.weight)
            for p in periods
        ]
        figures = [
            self._figure(
                lead, params.target, context, period=periods[number], amount=int(amounts[number][group_index, 0])
            )
            for group_index, number, lead in rows(
                groups, periods, metric=self.spec.name, indicator=params.target.indicator
            )
        ]
        return Result(tuple(figures), keys=code_columns(context.by), about={"target": params.target.key})

    def examples(self) -> tuple[Example, ...]:
        """A quarter that keeps its plan, and the same quarter seen half-way."""
        target = {
            "kind": "quantity",
            "key": "pipes_2026",
            "name": "N",
            "year": 2026,
            "owner": "C",
            "indicator": "pipes",
            "amount_unit": "m",
            "path": [10.0] * 12,
        }
        records: dict[str, list[Any]] = {
            "indicator": ["pipes", "pipes", "pipes", "other"],
            "unit": ["D1", "D2", "D1", "D1"],
            "month": ["2026-01", "2026-01", "2026-02", "2026-01"],
            "numerator": [10, 15, 7, 99],
        }
        return (
            Example(
                {"target": target},
                records=records,
                period="2026Q1",
                expected={"quantity": 32, "quantity.goal": 30.0, "quantity.verdict": "met"},
                source="By hand: 10 + 15 + 7 against 3 × 10; the other indicator is none of it.",
            ),
            Example(
                {"target": target},
                records=records,
                period="2026Q1",
                expected={"quantity": 25, "quantity.goal": 30.0, "quantity.verdict": "missed"},
                source="By hand: 10 + 15; February is not over by as_of.",
                as_of="2026-02-15 00:00",
            ),
        )

    def _figure(self, lead: Figure, target: QuantityTarget, context: Context, *, period: Period, amount: int) -> Figure:
        row = replace(
            lead,
            measure=self.spec.name,
            value=amount,
            numerator=amount,
            goal=planned(target, context, period.first, period.last) or None,
            method="none (census)",
            flags=("partial",) if context.as_of < period.end else (),
        )
        return judged(row, zero_tolerance=True)  # a fact, not an estimate


def planned(target: QuantityTarget, context: Context, first: dt.date, last: dt.date) -> float:
    """The plan of the target's months that lie from ``first`` to ``last``."""
    year = context.period_rule.parse(str(target.year))
    months = context.period_rule.months(year)
    return sum(
        amount for month, amount in zip(months, target.path, strict=True) if first <= month.first and month.last <= last
    )
