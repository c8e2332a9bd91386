"""One figure of a wave: a mean, a share, the top box, a total, a ratio; of customers or of their cases.

A customer's drawn case stands for all of his: a figure of cases counts him once for each, so that the estimate is that
of Σ w·m·y / Σ w·m with m his number of cases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from svcqa.entities.base import Entity
from svcqa.entities.survey import Question, Survey
from svcqa.errors import Fault, MetricError
from svcqa.metrics.survey.weights import Bool, Weighted
from svcqa.stats.survey.comparison import Difference
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.estimate import Estimate, mean, ratio, total
from svcqa.stats.survey.shares import LimitsOfShare, share
from svcqa.stats.survey.waves import independent_difference

Kind = Literal["mean", "share", "top_box", "total", "ratio"]
_DECIMALS: Final = 12
Float64 = npt.NDArray[np.float64]


class Asked(Entity):
    """Which figure.

    Attributes:
        question: that of the survey's precision where absent.
        estimate: ``top_box`` is the share of at least the question's ``top_from``; ``share`` that of the scores from
            ``at_least`` to ``at_most``, or of those who said yes; ``total`` how many customers that are; ``ratio`` the
            mean over that of the question ``over``.
        limits: kind of the limits of a share.
        counts: whether the figure speaks for customers or for their cases.
    """

    question: str | None = None
    estimate: Kind = "mean"
    at_least: float | None = None
    at_most: float | None = None
    over: str | None = None
    limits: LimitsOfShare = "beta"
    counts: Literal["customers", "cases"] = "customers"

    def question_of(self, survey: Survey) -> Question:
        """The question.

        Raises:
            MetricError: the survey does not ask it, or it has no scale.
        """
        return _question(survey, self.question or survey.measured.key)

    def value_unit(self, survey: Survey) -> str:
        """Unit of the figure."""
        if self.estimate == "mean" and self.question_of(survey).kind == "score":
            return "point"
        return {"total": "customer" if self.counts == "customers" else "case", "ratio": "ratio"}.get(
            self.estimate, "share"
        )


@dataclass(frozen=True)
class Estimated:
    """An estimate and what it was made of, to be compared with another wave's."""

    found: Estimate
    design: SampleDesign
    values: Float64
    inside: Bool

    @property
    def population(self) -> float:
        """Customers (or cases) that the figure speaks for: the sum of the weights."""
        return float(self.design.weight[self.inside].sum())


def estimate(
    sample: Weighted, survey: Survey, asked: Asked, *, within: Bool | None = None, level: float = 0.95
) -> Estimated | None:
    """The figure of a domain; ``None`` where nobody in it answered.

    Raises:
        MetricError: the question has no top box, or the other question of a ratio is missing.
    """
    inside = sample.answered if within is None else sample.answered & within
    design = sample.design
    if asked.counts == "cases":
        design = replace(design, weight=design.weight * np.asarray([item.cases for item in sample.people]))
    values = sample.scores if asked.estimate in ("mean", "ratio") else hits(sample.scores, survey, asked)
    if asked.estimate == "ratio":
        other = np.asarray([item.scores.get(_over(survey, asked), np.nan) for item in sample.people])
        inside = inside & np.isfinite(other)
    if not inside.any():
        return None
    filled = np.where(inside, values, 0.0)
    if asked.estimate == "mean":
        figure = mean(design, filled, within=inside, level=level)
    elif asked.estimate == "total":
        figure = total(design, filled, within=inside, level=level)
        if figure.standard_error <= 1e-10 * abs(figure.value) and not design.is_complete(inside):
            # all said the same: how many they stand for is known, not that the others would say it too
            figure = replace(figure, lower=nan, upper=nan, method=figure.method.replace(":taylor_t", ":no_variance"))
    elif asked.estimate == "ratio":
        figure = ratio(design, filled, np.where(inside, other, 0.0), within=inside, level=level)
    else:
        figure = share(design, filled, within=inside, level=level, limits=asked.limits)
    # weights leave 9.999999999999998 where all said 10, which would miss a goal of 10
    return Estimated(replace(figure, value=round(figure.value, _DECIMALS)), design, filled, inside)


def hits(scores: Float64, survey: Survey, asked: Asked) -> Float64:
    """1 where an answer counts, 0 where it does not, NaN where there is none.

    Raises:
        MetricError: neither the question nor the parameters say which scores count.
    """
    question = asked.question_of(survey)
    low, high = asked.at_least, asked.at_most
    if low is None and high is None:
        low = 1.0 if question.kind == "yes_no" else question.top_from
    if (asked.estimate == "top_box" and question.top_from is None) or (low is None and high is None):
        raise MetricError(Fault("no_top_box", place=f"{survey.key} › {question.key}", got=asked.estimate))
    if asked.estimate == "top_box":
        low, high = question.top_from, None
    counted = (scores >= (-np.inf if low is None else low)) & (scores <= (np.inf if high is None else high))
    return np.where(np.isfinite(scores), counted.astype(np.float64), np.nan)


def difference(now: Estimated, before: Estimated, *, level: float = 0.95) -> Difference:
    """This wave's figure minus the last one's, as of two draws without regard to each other.

    Waves speak for the customers served in different periods, so that the few who were drawn in both are no sample of
    one stratum; where they answer alike, the difference is somewhat surer than its limits say.
    """
    return independent_difference(before.found, now.found, level=level)


def _question(survey: Survey, key: str) -> Question:
    scaled = [item for item in survey.questions if item.kind != "opinion"]
    question = next((item for item in scaled if item.key == key), None)
    if question is None:
        allowed = ", ".join(item.key for item in scaled)
        raise MetricError(Fault("no_question", place=survey.key, got=key, allowed=allowed))
    return question


def _over(survey: Survey, asked: Asked) -> str:
    if asked.over is None:
        allowed = ", ".join(item.key for item in survey.questions if item.kind != "opinion")
        raise MetricError(Fault("ratio_over", place=survey.key, allowed=allowed))
    return _question(survey, asked.over).key
