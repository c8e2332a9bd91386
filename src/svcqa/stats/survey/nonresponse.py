"""Drawn customers who were not reached: weights by response class, and what can be said without any assumption.

Weighting classes: R. J. A. Little (1986) International Statistical Review 54, 139–157. They assume that within a class
those who answered are like those who did not. The variance is that of R. E. Fay (1991) Proceedings of the Annual
Research Conference, U.S. Bureau of the Census, 429–440, and J. Shao, P. Steel (1999) JASA 94, 254–265: response first,
then the draw. The draw's part uses all drawn units with the finite population correction; the part of the response,
which a correction for n/N would hide, is added. With everyone called it remains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError
from svcqa.stats.survey.checks import Bool, Float64, Int64, codes, shown, within_range
from svcqa.stats.survey.design import SampleDesign
from svcqa.stats.survey.estimate import Estimate, mean
from svcqa.stats.survey.linearisation import inside_of


@dataclass(frozen=True)
class Answered:
    """The step from drawn units to those who answered, who stand for their class.

    Attributes:
        before, after: weights, shape ``(n,)``; ``after`` is 0 for those who did not answer.
        place: number of each unit's class, shape ``(n,)``.
    """

    before: Float64
    after: Float64
    place: Int64

    def linearised(self, scaled: Float64) -> tuple[Float64, Float64]:
        """d·ū_c for every drawn unit and w·(u − ū_c) for those who answered; their spread is added for the response."""
        width = int(self.place.max()) + 1
        answered = self.after > 0
        size = np.bincount(self.place, self.before, width)
        mean_ = np.stack([np.bincount(self.place, column, width) for column in scaled.T], axis=1) / size[:, None]
        residual = scaled - self.after[:, None] * mean_[self.place]
        # residuals from a mean of n answers are too small by √((n − 1)/n), which the draw's own formula undoes for as
        # many units as were drawn
        n = np.bincount(self.place[answered], minlength=width).astype(np.float64)
        drawn = np.bincount(self.place, minlength=width).astype(np.float64)
        wide = n / np.maximum(n - 1, 1)
        drawn_part = residual * np.sqrt(wide * np.maximum(drawn - 1, 1) / np.maximum(drawn, 2))[self.place][:, None]
        residual = residual * np.sqrt(wide)[self.place][:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.where(answered, (self.after / self.before - 1) / self.after, 0.0)[:, None]
        return self.before[:, None] * mean_[self.place] + drawn_part, np.asarray((residual * odds).T @ residual)


@dataclass(frozen=True, kw_only=True)
class ResponseClasses:
    """Who answered, by class.

    Attributes:
        labels: of the classes.
        drawn, answered: units, shape ``(k,)``.
        rate: weighted share that answered, shape ``(k,)``.
        response_rate: of all together.
        r_indicator: 1 − 2·S(rate): 1 where all classes answer alike. B. Schouten, F. Cobben, J. Bethlehem (2009) Survey
            Methodology 35, 101–113; without their correction of its small-sample bias.
    """

    labels: tuple[str, ...]
    drawn: Int64
    answered: Int64
    rate: Float64
    response_rate: float
    r_indicator: float


def response_classes(design: SampleDesign, answered: npt.ArrayLike, classes: npt.ArrayLike) -> ResponseClasses:
    """How the classes answered.

    Args:
        design: of all n drawn units, answered or not.
        answered: booleans, shape ``(n,)``. Somebody found not to belong to the population (a wrong number) has
            answered: leave him out with ``within`` when estimating.
        classes: label of each unit's class, known of all drawn units, shape ``(n,)``.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 6, population_size={"a": 60})
    >>> found = response_classes(design, [True, True, False, True, False, True], list("xxxyyy"))
    >>> found.answered.tolist(), round(found.response_rate, 4), found.r_indicator
    ([2, 2], 0.6667, 1.0)
    """
    labels, index = codes(classes, "classes", len(design.weight))
    yes = _booleans(answered, "answered", len(index))
    width = len(labels)
    drawn = np.bincount(index, design.weight, width)
    rate = np.bincount(index[yes], design.weight[yes], width) / drawn
    size, overall = float(drawn.sum()), float(design.weight[yes].sum() / design.weight.sum())
    spread = math.sqrt(float((drawn * (rate - overall) ** 2).sum()) / max(size - 1, 1))
    return ResponseClasses(
        labels=tuple(labels),
        drawn=np.bincount(index, minlength=width).astype(np.int64),
        answered=np.bincount(index[yes], minlength=width).astype(np.int64),
        rate=rate,
        response_rate=overall,
        r_indicator=1 - 2 * spread,
    )


def weighted_for_response(design: SampleDesign, answered: npt.ArrayLike, classes: npt.ArrayLike) -> SampleDesign:
    """Those who answered stand for all drawn units of their class; arguments as in :func:`response_classes`.

    A class without any answer, or with a single one for several units, is refused: its error could not be told.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 6, population_size={"a": 60})
    >>> weighted_for_response(design, [True, True, False, True, True, True], list("xxxyyy")).weight.tolist()
    [15.0, 15.0, 0.0, 10.0, 10.0, 10.0]
    """
    response = response_classes(design, answered, classes)
    few = (response.answered < 2) & (response.answered < response.drawn)
    if few.any():
        labels = [label for label, short in zip(response.labels, few, strict=True) if short]
        raise StatsError(Fault("survey_silent_class", place="classes", got=shown(labels)))
    index = codes(classes, "classes")[1]
    yes = _booleans(answered, "answered", len(index))
    weight = np.where(yes, design.weight / response.rate[index], 0.0)
    return design.reweighted(weight, Answered(design.weight, weight, index))


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Between which values a figure lies, whatever those who did not answer think.

    Attributes:
        lower, upper: with the lowest and the highest answer for all of them.
        lower_limit, upper_limit: the same with the error of sampling.
        respondents: the figure of those who answered alone.
        response_rate: weighted.
        n: answers.
        drawn: units.
    """

    lower: float
    upper: float
    lower_limit: float
    upper_limit: float
    respondents: float
    response_rate: float
    n: int
    drawn: int
    level: float
    method: str = "bounds:worst_case"


def worst_case(
    design: SampleDesign,
    values: npt.ArrayLike,
    answered: npt.ArrayLike,
    *,
    lowest: float,
    highest: float,
    within: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Bounds:
    """Bounds of a mean on a scale, or of a share (0 to 1), without any assumption about who does not answer.

    Source: C. F. Manski (1989) Journal of Human Resources 24, 343–360; J. L. Horowitz, C. F. Manski (2000) JASA 95,
    77–84.

    Args:
        design: of all n drawn units, with the weights of the draw.
        values: shape ``(n,)``, read where ``answered``.
        answered: booleans, shape ``(n,)``.
        lowest, highest: ends of the scale.
        within: the domain, known of all drawn units.
        level: of the limits.

    >>> from svcqa.stats.survey.design import sample_design
    >>> design = sample_design(["a"] * 4, population_size={"a": 40})
    >>> found = worst_case(design, [1, 1, 0, 0], [True, True, True, False], lowest=0, highest=1)
    >>> found.lower, found.upper
    (0.5, 0.75)
    """
    inside = inside_of(design, within)
    yes = _booleans(answered, "answered", len(inside)) & inside
    if not yes.any():
        raise StatsError(Fault("survey_empty", place="answered"))
    numbers = np.asarray(values, dtype=np.float64)
    within_range(numbers[yes], "values", lowest, highest)
    ends: list[Estimate] = [
        mean(design, np.where(yes, numbers, end), within=within, level=level) for end in (lowest, highest)
    ]
    weight = design.weight
    return Bounds(
        lower=ends[0].value,
        upper=ends[1].value,
        lower_limit=max(ends[0].lower, lowest),
        upper_limit=min(ends[1].upper, highest),
        respondents=float((weight[yes] * numbers[yes]).sum() / weight[yes].sum()),
        response_rate=float(weight[yes].sum() / weight[inside].sum()),
        n=int(yes.sum()),
        drawn=int(inside.sum()),
        level=level,
    )


def if_others_differ(value: float, *, response_rate: float, difference: npt.ArrayLike) -> Float64:
    """The population's mean where those who did not answer differ by ``difference`` from those who did.

    Source: W. G. Cochran (1977) Sampling Techniques, 3rd ed., § 13.2: the bias is (1 − rate)·difference.

    >>> if_others_differ(8.0, response_rate=0.6, difference=[0.0, -1.0]).round(6).tolist()
    [8.0, 7.6]
    """
    rate = float(within_range(response_rate, "response_rate", 0, 1))
    return value + (1 - rate) * np.asarray(difference, dtype=np.float64)


def tipping_difference(value: float, goal: float, *, response_rate: float) -> float:
    """By how much those who did not answer would have to differ for the mean to be just ``goal``; NaN if all answered.

    >>> round(tipping_difference(8.0, 7.8, response_rate=0.6), 6)
    -0.5
    """
    rate = float(within_range(response_rate, "response_rate", 0, 1))
    return (goal - value) / (1 - rate) if rate < 1 else math.nan


def _booleans(values: npt.ArrayLike, name: str, n: int) -> Bool:
    flags = np.asarray(values)
    if flags.dtype != np.bool_ or flags.shape != (n,):
        raise StatsError(
            Fault("survey_shape", place=name, got=f"{flags.dtype}, {flags.shape}", allowed=f"bool, ({n},)")
        )
    return flags
