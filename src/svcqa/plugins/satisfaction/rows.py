"""The rows of one group of a wave: the figure and what must stand beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from svcqa.metrics.context import Context
from svcqa.metrics.result import Figure
from svcqa.metrics.survey import Asked, Estimated, Group, WaveDesign, Weighted, difference, estimate, hits
from svcqa.metrics.verdict import judged
from svcqa.stats.survey.estimate import Estimate
from svcqa.stats.survey.nonresponse import worst_case
from svcqa.stats.survey.waves import against_target

_CHANGED: Final = "changed"


class SilentGroupError(Exception):
    """Nobody of the group answered."""


@dataclass(frozen=True)
class GroupRows:
    """The rows, and the estimate that they are made of."""

    rows: list[Figure]
    estimated: Estimated


def group_rows(
    sample: Weighted, design: WaveDesign, *, params: Any, group: Group, lead: Figure, context: Context
) -> GroupRows:
    """Figure, plain figure, design effect, effective size, response, worst case, chance of the goal.

    Raises:
        SilentGroupError: nobody of the group answered.
    """
    estimated = estimate(sample, design.survey, params, within=group.inside, level=context.level)
    if estimated is None:
        raise SilentGroupError
    result, n = estimated.found, estimated.found.n
    conditions = {
        "field_open": context.as_of.date() <= design.wave.calls_until,
        "survey_changed": design.survey.digest != design.wave.survey_digest,
    }
    flags = (*sample.flags, *(name for name, holds in conditions.items() if holds))
    figure = replace(
        lead,
        measure=params.estimate,
        value=result.value,
        lower=_number(result.lower),
        upper=_number(result.upper),
        n=n,
        population=estimated.population,
        goal=params.goal,
        method=f"{result.method}; {sample.method}",
        flags=(*flags, *_open(result)),
    )
    rows = [judged(figure)]
    plain = replace(lead, n=n)
    if params.estimate not in ("total", "ratio"):
        mean = float(estimated.values[estimated.inside].mean())
        rows.append(replace(plain, measure="unweighted", value=mean, method="none (answers as they are)"))
    effect = result.design_effect
    if math.isfinite(effect) and effect > 0:
        size = result.effective_n if math.isfinite(result.effective_n) else n / effect
        method = "variance ÷ that of a simple random sample (Kish 1965)"
        rows.append(replace(plain, measure="design_effect", value=effect, method=method))
        method = "n ÷ design effect" if math.isnan(result.effective_n) else result.method
        rows.append(replace(plain, measure="effective_n", value=size, method=method))
    rows += _nonresponse(sample, design, params=params, group=group, plain=plain, context=context)
    if params.goal is not None:
        against = against_target(result, params.goal)
        chance = _number(against.chance)
        rows.append(replace(plain, measure="chance_of_goal", value=chance, goal=params.goal, method=against.method))
    return GroupRows(rows, estimated)


def compared(
    now: GroupRows,
    before: tuple[Weighted, Mapping[tuple[str, ...], Group]] | None,
    *,
    earlier: WaveDesign,
    params: Any,
    group: Group,
    lead: Figure,
    context: Context,
) -> list[Figure]:
    """The figure minus that of the last wave; without a value where the last one has none for this group."""
    row = replace(lead, measure="against_last_wave", flags=("no_comparison",))
    other = before[1].get((group.unit, *group.keys.values())) if before is not None else None
    if before is None or other is None:
        return [row]
    last = estimate(before[0], earlier.survey, params, within=other.inside, level=context.level)
    if last is None:
        return [row]
    change = difference(now.estimated, last, level=context.level)
    lower, upper = _number(change.lower), _number(change.upper)
    clear = lower is not None and upper is not None and (change.lower > 0 or change.upper < 0)
    flags = (_CHANGED,) if clear else ("interval_open",) if lower is None else ()
    return [replace(row, value=change.value, lower=lower, upper=upper, n=change.n, method=change.method, flags=flags)]


def _nonresponse(
    sample: Weighted, design: WaveDesign, *, params: Asked, group: Group, plain: Figure, context: Context
) -> list[Figure]:
    """How many answered, and between which values the figure lies whatever the others think."""
    inside = group.inside & sample.eligible
    if params.estimate in ("total", "ratio"):
        return []
    lowest, highest = params.question_of(design.survey).range if params.estimate == "mean" else (0, 1)
    values = sample.scores if params.estimate == "mean" else hits(sample.scores, design.survey, params)
    bounds = worst_case(
        sample.drawn,
        np.where(sample.answered, values, lowest),
        sample.answered,
        lowest=lowest,
        highest=highest,
        within=inside,
        level=context.level,
    )
    return [
        replace(
            plain,
            measure="response_rate",
            value=bounds.response_rate,
            n=bounds.drawn,
            numerator=bounds.n,
            method="weighted share of the sample that answered",
        ),
        replace(
            plain, measure="worst_case", lower=bounds.lower, upper=bounds.upper, method=f"{bounds.method} (Manski 1989)"
        ),
    ]


def _open(estimate: Estimate) -> tuple[str, ...]:
    return ("interval_open",) if math.isnan(estimate.lower) or math.isnan(estimate.upper) else ()


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
