"""A rating from the waves of a survey: what they say of all customers, pooled by the customers each speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from svcqa.entities.commitment import Commitment
from svcqa.entities.rules import Rating
from svcqa.errors import Fault, MetricError
from svcqa.metrics.commitments import CommitmentParams, flags_of, held_against_goal
from svcqa.metrics.context import Context
from svcqa.metrics.grouping import PERIOD_KINDS, code_columns, lead_of
from svcqa.metrics.result import Figure
from svcqa.metrics.survey import (
    Asked,
    DrawnCustomer,
    Estimated,
    Group,
    Surveyed,
    WeightRule,
    back_checks,
    estimate,
    groups_of,
    weighted,
)
from svcqa.metrics.survey.coverage import covers
from svcqa.metrics.survey.pooled import pooled
from svcqa.periods import Period

OUTSIDE: Final = "outside_the_waves"
_Key = tuple[str, ...]


def wave_rows(
    metric: str,
    waves: Sequence[Surveyed],
    *,
    plain: Sequence[Figure],
    period: Period,
    params: CommitmentParams,
    context: Context,
) -> list[Figure]:
    """The estimated mean of each group, held against the goal; ``plain``: the rows it stands instead of."""
    by = tuple(name for name in context.by if name not in PERIOD_KINDS)
    by_group, methods, merged = _estimates(waves, rated_question(params.commitment), replace(context, by=by))
    answers = _own_answers(waves, period, params, replace(context, by=by))
    unused = {}
    for row in plain:
        key = (row.unit, *(row.by.get(name, "") for name in code_columns(by)))
        unused[key] = {
            OUTSIDE: max((row.n or 0) - answers.get(key, 0), 0),
            back_checks.COLUMN: row.excluded_by.get(back_checks.COLUMN, 0),
        }
    part = not covers(waves, period, context)
    flags = flags_of(params, context, period, designed=True, waves_part=part, classes_merged=merged)
    year = context.period_rule.year_of(period)
    rows = []
    for key in sorted(by_group):
        group, estimates = by_group[key]
        figure = pooled(estimates, level=context.level)
        row = replace(
            lead_of(group.unit, period, metric=metric, indicator=params.commitment.key),
            by=group.keys,
            measure=metric,
            value=figure.value,
            lower=figure.lower,
            upper=figure.upper,
            n=figure.n,
            population=figure.population,
            excluded_by={reason: n for reason, n in sorted(unused.get(key, {}).items()) if n},
            flags=flags,
            method=f"{figure.method}; {', '.join(methods)}",
        )
        recoverable = min(period.last, context.as_of.date()) < year.last
        rows.append(held_against_goal(row, params, context, period, recoverable=recoverable))
    return rows


def _estimates(
    waves: Sequence[Surveyed], question: str, context: Context
) -> tuple[dict[_Key, tuple[Group, list[Estimated]]], tuple[str, ...], bool]:
    """Of each group its estimates by wave; the names of the weights; whether response classes had to be merged."""
    by_group: dict[_Key, tuple[Group, list[Estimated]]] = {}
    methods: dict[str, None] = {}
    merged = False
    for wave in waves:
        sample = weighted(wave.wave, wave.design, question=question, rule=WeightRule())
        methods[sample.method] = None
        merged |= "classes_merged" in sample.flags
        for group in groups_of(sample.people, context):
            asked = Asked(question=question)
            figure = estimate(sample, wave.design.survey, asked, within=group.inside, level=context.level)
            if figure is not None:
                by_group.setdefault((group.unit, *group.keys.values()), (group, []))[1].append(figure)
    return by_group, tuple(methods), merged


def _own_answers(
    waves: Sequence[Surveyed], period: Period, params: CommitmentParams, context: Context
) -> dict[_Key, int]:
    """Of each group the waves' answers that the plain mean counts too: those that meet the commitment's conditions."""
    rule, question = params.commitment.rule_as(Rating), rated_question(params.commitment)
    counts: dict[_Key, int] = {}
    for wave in waves:
        people = wave.wave.released
        counted = [
            rule.lowest <= person.scores.get(question, rule.lowest - 1) <= rule.highest
            and person.called_at is not None
            and period.first <= person.called_at.date() <= period.last
            and all(
                _says(person, name, wave.wave.code) in allowed
                for name, allowed in params.commitment.where
                if name != "question"
            )
            for person in people
        ]
        for group in groups_of(people, context):
            key = (group.unit, *group.keys.values())
            counts[key] = counts.get(key, 0) + int(group.inside[counted].sum())
    return counts


def _says(person: DrawnCustomer, column: str, code: str) -> str:
    """What the record of a wave's answer has in a column."""
    return {"wave": code, "outcome": person.outcome}.get(column) or person.columns.get(column, "")


def rated_question(commitment: Commitment) -> str:
    """The question that the commitment's conditions name.

    Raises:
        MetricError: they name none, or several.
    """
    named = [allowed for name, allowed in commitment.where if name == "question"]
    if len(named) != 1 or len(named[0]) != 1:
        got = ", ".join(key for allowed in named for key in allowed)
        raise MetricError(Fault("rating_question", place=commitment.key, got=got))
    return named[0][0]
