"""Rating: the mean of scores. It is estimated from the waves of a survey where there are any.

Without a sample design nobody knows for whom a mean speaks, so the plain mean has no interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np

from svcqa.clock.calendar import SECONDS_A_DAY
from svcqa.entities.base import Entity, Text
from svcqa.entities.rules import Rating
from svcqa.metrics.abilities import FromWaves, MeasuresCommitments, TakesGoal
from svcqa.metrics.commitments import (
    EXCLUDED_COLUMN,
    CommitmentParams,
    by_reason,
    condition_columns,
    cycle_windows,
    exclusions,
    flags_of,
    goal_of,
    held_against_goal,
    is_excluded,
)
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import MATURE, NULL, Batch, Derive, Fact, Int64, Observations, Summary
from svcqa.metrics.examples import Example
from svcqa.metrics.grouping import code_columns, group, rows, sums, within, year_ahead
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.survey import Surveyed, SurveyExample, back_checks
from svcqa.metrics.survey.waves import TABLE
from svcqa.periods import Period
from svcqa.plugins.rating.waves import wave_rows

OFF_SCALE: Final = "off_scale"
METHOD: Final = "none (plain mean, undesigned)"
_PROMISE: Final[dict[str, Any]] = {
    "category": "服务质量",
    "item": "服务态度",
    "promise": "亲切、真诚",
    "key": "attitude",
    "table": "callbacks",
    "rule": {"kind": "rating", "moment": "called_at"},
    "where": {"question": ["attitude"], "outcome": ["reached"]},
    "required_score": 8.5,
}


class RatingParams(CommitmentParams):
    """Which commitment."""

    @property
    def rule(self) -> Rating:
        """The commitment's rule."""
        return self.commitment.rule_as(Rating)


class RatingMetric(FromWaves[RatingParams], MeasuresCommitments, TakesGoal):
    """The mean score; scores beyond the scale and answers to back-checks are left out and counted."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="rating",
        label=Text(hans="平均分", hant="平均分", en="Mean score"),
        unit="point",
        better="higher",
        formula=Text(hans="得分之和÷评分次数", hant="得分之和÷評分次數", en="sum of the scores ÷ their number"),
        reference="no sample design is known: no interval; of a survey's waves: Lumley (2004) Journal of Statistical "
        "Software 9(8)",
    )
    params: ClassVar[type[Entity]] = RatingParams

    def table(self, params: RatingParams) -> str:
        """The commitment's table."""
        return params.commitment.table

    def columns(self, params: RatingParams) -> tuple[str, ...]:
        """Moment, score, the columns of the conditions, and of a callback whether it checks another one."""
        columns: tuple[str, ...] = (params.rule.moment, params.rule.score)
        if params.commitment.table in _WITH_EXCLUSIONS:
            columns += (EXCLUDED_COLUMN,)
        if params.commitment.table == TABLE:
            columns += (back_checks.COLUMN,)
        return tuple(dict.fromkeys((*columns, *condition_columns(params.commitment))))

    def derive(self, params: RatingParams, context: Context) -> Derive | None:
        """Which callbacks check another one; elsewhere nothing."""
        if params.commitment.table != TABLE:
            return None
        mark = back_checks.marked("records")
        return Derive(
            f"SELECT r.*, {mark} AS {back_checks.COLUMN} FROM records AS r", reads=(("records", "callback_id"),)
        )

    def observe(self, batch: Batch, params: RatingParams, context: Context) -> Observations:
        """The score of each answer given by ``as_of``."""
        rule = params.rule
        at, score = batch.moments(rule.moment), batch.integers(rule.score)
        known = at <= context.as_of_seconds
        codes, labels = exclusions(batch, params.commitment)
        off = (score != NULL) & ((score < rule.lowest) | (score > rule.highest))
        codes = np.where(off & (np.asarray([not label for label in labels])[codes]), np.int32(len(labels)), codes)
        labels = (*labels, OFF_SCALE)
        again = np.zeros(batch.rows, dtype=np.bool_)
        if params.commitment.table == TABLE:  # whoever is asked once more is no further customer
            again = (batch.integers(back_checks.COLUMN) == 1) & (score != NULL)
            codes, labels = np.where(again, np.int32(len(labels)), codes), (*labels, back_checks.COLUMN)
        chosen = np.flatnonzero(known & (at != NULL) & batch.matches(params.commitment.where))
        answered = score[chosen] != NULL
        fact = np.where(answered & ~again[chosen], Fact.CLOSED, Fact.NOT_APPLICABLE).astype(np.int8)
        zeros = np.zeros(len(chosen), dtype=np.int64)
        return Observations(
            day=at[chosen] // SECONDS_A_DAY,
            fact=fact,
            value=np.where(answered, score[chosen], 0),
            follow_up=zeros + MATURE,
            exclusion=(codes[chosen], labels),
            rows=chosen,
            complete=bool(known.all()),
        )

    def measure(self, summary: Summary, params: RatingParams, context: Context) -> Result:
        """Mean scores by everything in ``context.by``."""
        groups, periods = group(summary, context), cycle_windows(context, params.commitment)
        reasons, excluded = summary.labels["exclusion"], is_excluded(summary)
        scored = summary.fact == Fact.CLOSED
        again = np.asarray([reason == back_checks.COLUMN for reason in reasons])[summary.codes["exclusion"]]
        one_class = np.zeros(len(summary), dtype=np.int8)

        def added(mask: Any) -> Int64:
            """Sum of the scores, and their number."""
            points = sums(mask, groups, classes=one_class, class_count=1, weight=summary.weight * summary.value)
            return np.concatenate(
                [points, sums(mask, groups, classes=one_class, class_count=1, weight=summary.weight)], axis=1
            )

        def kept(mask: Any) -> Int64:
            return added(mask & scored & ~excluded)

        masks = [within(summary, period.first, period.last) for period in periods]
        counted, plain = [kept(mask) for mask in masks], [added(mask & scored) for mask in masks]
        left_out = [
            sums(
                mask & (scored & excluded | again),
                groups,
                classes=summary.codes["exclusion"],
                class_count=len(reasons),
                weight=summary.weight,
            )
            for mask in masks
        ]
        ahead = [year_ahead(summary, context, period, kept) for period in periods]
        figures = []
        for group_index, number, lead in rows(groups, periods, metric=self.spec.name, indicator=params.commitment.key):
            points, n = (int(count) for count in counted[number][group_index])
            all_points, all_n = (int(count) for count in plain[number][group_index])
            period, (so_far, so_far_n, rest_n) = periods[number], ahead[number][group_index]
            goal, needed = goal_of(params, period), None
            if goal is not None and rest_n > 0:
                needed = max(float(params.rule.lowest), (goal * (so_far_n + rest_n) - so_far) / rest_n)
            if not (all_n or any(left_out[number][group_index])):
                continue
            row = replace(
                lead,
                measure=self.spec.name,
                value=points / n if n else None,
                n=n,
                numerator=points,
                excluded_by=by_reason(reasons, left_out[number][group_index]),
                value_without_exclusions=all_points / all_n if all_n else None,
                n_without_exclusions=all_n,
                needed=needed,
                rest_n=rest_n,
                method=METHOD,
                flags=flags_of(params, context, period, undesigned=True),
            )
            recoverable = needed is not None and needed <= params.rule.highest
            figures.append(held_against_goal(row, params, context, period, recoverable=recoverable))
        return Result(tuple(figures), keys=code_columns(context.by), about={"commitment": params.commitment.key})

    def designed(self, params: RatingParams) -> str | None:
        """The survey whose waves give the figure."""
        return params.rule.survey

    def from_waves(
        self,
        waves: Sequence[Surveyed],
        plain: Sequence[Figure],
        *,
        period: Period,
        params: RatingParams,
        context: Context,
    ) -> list[Figure]:
        """The estimated mean of each group; answers outside of the waves are left out and counted."""
        return wave_rows(self.spec.name, waves, plain=plain, period=period, params=params, context=context)

    def wave_examples(self) -> tuple[SurveyExample, ...]:
        """A stratum of ten customers and one of thirty, two answers from each."""
        rule = {"kind": "rating", "moment": "called_at", "survey": "satisfaction"}
        return (
            SurveyExample(
                {"commitment": {**_PROMISE, "rule": rule}},
                frame=[
                    {"stratum": "a", "unit": "D1", "customers": 10},
                    {"stratum": "b", "unit": "D2", "customers": 30},
                ],
                people=[
                    {"stratum": "a", "unit": "D1", "scores": {"attitude": 9}},
                    {"stratum": "a", "unit": "D1", "scores": {"attitude": 7}},
                    {"stratum": "b", "unit": "D2", "scores": {"attitude": 10}},
                    {"stratum": "b", "unit": "D2", "scores": {"attitude": 8}},
                ],
                period="2026Q1",
                expected={"rating": 8.75, "rating.n": 4, "rating.population": 40.0, "rating.verdict": "met"},
                source="By hand: 8 is the mean of a, 9 that of b: (10 · 8 + 30 · 9) / 40.",
            ),
        )

    def examples(self) -> tuple[Example, ...]:
        """Four answers, one beyond the scale, one call without an answer."""
        records: dict[str, list[Any]] = {
            "callback_id": ["1", "2", "3", "4", "5", "6"],
            "unit": ["D1", "D1", "D2", "D2", "D1", "D2"],
            "question": ["attitude", "attitude", "attitude", "skill", "attitude", "attitude"],
            "outcome": ["reached", "reached", "reached", "reached", "no_answer", "reached"],
            "called_at": [
                "2026-01-05 10:00",
                "2026-01-06 10:00",
                "2026-01-07 10:00",
                "2026-01-07 10:00",
                "2026-01-08 10:00",
                "2026-01-09 10:00",
            ],
            "score": [10, 8, 7, 1, None, 11],
        }
        return (
            Example(
                {"commitment": _PROMISE},
                records=records,
                period="2026-01",
                expected={
                    "rating": 25 / 3,
                    "rating.n": 3,
                    "rating.numerator": 25,
                    "rating.excluded_by": {OFF_SCALE: 1},
                    "rating.n_without_exclusions": 4,
                    "rating.value_without_exclusions": 9.0,
                    "rating.lower": None,
                    "rating.goal": 8.5,
                    "rating.verdict": "missed",
                    "rating.flags": ("undesigned",),
                },
                source="By hand: (10 + 8 + 7) / 3; skill is another question, 11 is beyond the scale of 1 to 10.",
            ),
        )


_WITH_EXCLUSIONS: Final = ("inspections", "work_orders", "complaints", "calls")
