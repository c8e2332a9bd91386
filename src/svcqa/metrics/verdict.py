"""Official verdict, evidence, risk.

The official verdict compares the figure with the goal. The evidence asks whether the interval lies on one side of it.
*At risk* is what is officially met with the interval across the goal, or missed so far and still recoverable in the
year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from svcqa.metrics.result import Evidence, Figure, Verdict
from svcqa.stats.remaining import needed_mean


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What can be said of one figure."""

    verdict: Verdict = ""
    evidence: Evidence = ""
    at_risk: bool = False
    needed: float | None = None
    """Share that the rest of the year must reach; above 1 the goal is out of reach, 0 means it is safe already."""
    rest_n: int | None = None


def judge(
    *,
    value: float | None,
    lower: float | None,
    upper: float | None,
    goal: float | None,
    zero_tolerance: bool = False,
    needed: float | None = None,
    rest_n: int | None = None,
    recoverable: bool | None = None,
    better: Literal["higher", "lower"] = "higher",
) -> Judgement:
    """Hold a figure against its goal.

    ``recoverable`` says whether the year's goal can still be reached; where absent, a share that the rest of the year
    ``needed`` decides it.

    With zero tolerance (a goal of 100 %) the verdict is a fact about all cases and not an estimate: one miss is a miss,
    clearly and for good; no miss is clearly met, and the lower limit says how rare misses can still be.

    >>> judge(value=0.96, lower=0.93, upper=0.98, goal=0.95).at_risk
    True
    """
    if value is None or goal is None:
        return Judgement(needed=needed, rest_n=rest_n)
    if better == "lower":  # the same question with all signs turned round
        lower, upper = (None if upper is None else -upper), (None if lower is None else -lower)
        value, goal = -value, -goal
    verdict: Verdict = "met" if value >= goal else "missed"
    if zero_tolerance:
        return Judgement(verdict=verdict, evidence="clear", at_risk=False, needed=needed, rest_n=rest_n)
    evidence: Evidence = ""
    if lower is not None and upper is not None:
        evidence = "clear" if (lower >= goal if verdict == "met" else upper < goal) else "unclear"
    if recoverable is None:
        recoverable = bool(rest_n) and needed is not None and needed <= 1
    at_risk = evidence == "unclear" if verdict == "met" else recoverable
    return Judgement(verdict=verdict, evidence=evidence, at_risk=at_risk, needed=needed, rest_n=rest_n)


def judged(
    figure: Figure,
    *,
    better: Literal["higher", "lower"] = "higher",
    zero_tolerance: bool = False,
    recoverable: bool | None = None,
    reach: tuple[float | None, float | None] | None = None,
) -> Figure:
    """A row with the verdict on its goal, the evidence for it and the risk of the year; see :func:`judge`.

    ``reach`` is between what the value may lie, where that is not its interval.
    """
    lower, upper = (figure.lower, figure.upper) if reach is None else reach
    judgement = judge(
        value=figure.value,
        lower=lower,
        upper=upper,
        goal=figure.goal,
        zero_tolerance=zero_tolerance,
        needed=figure.needed,
        rest_n=figure.rest_n,
        recoverable=recoverable,
        better=better,
    )
    return replace(figure, verdict=judgement.verdict, evidence=judgement.evidence, at_risk=judgement.at_risk)


def needed_share(*, goal: float, met: int, n: int, rest_n: int) -> float | None:
    """The share that ``rest_n`` cases must reach so that the year comes to ``goal``; never below 0."""
    needed = needed_mean(goal=goal, total=met, base=n, rest_base=rest_n)
    return None if needed is None else max(0.0, needed)
