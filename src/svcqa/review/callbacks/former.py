"""What former answers tell: the spread of each stratum, and how those left out of a frame had answered before."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from svcqa.entities.organisation import LEVELS
from svcqa.entities.survey import BETWEEN, RECORD_COLUMNS, Survey
from svcqa.metrics import sql
from svcqa.metrics.survey import back_checks
from svcqa.review.callbacks.plan import LEAST_ANSWERS, Former

YEARS_BACK: Final = 2
BIAS_METHOD: Final = "share_times_difference_welch"


def answers_sql(survey: Survey, as_of: dt.datetime, *, columns: Sequence[str]) -> str:
    """Scores of the survey's question in the two years before, with customer and stratum; views as for the frame.

    Answers to back-checks stand among them and are marked: they say the same of the same customers once more.
    """
    parts = f" || '{BETWEEN}' || ".join(_part(name, columns) for name in survey.strata)
    since = as_of - dt.timedelta(days=365 * YEARS_BACK)
    return f"""
SELECT CAST(r.customer AS VARCHAR(64)) AS customer, {parts} AS stratum, CAST(r.score AS DOUBLE) AS score,
  {back_checks.marked("callbacks")} AS {back_checks.COLUMN}
FROM callbacks AS r JOIN units AS u ON u.unit = CAST(r.unit AS VARCHAR(200))
WHERE CAST(r.question AS VARCHAR(200)) = {sql.quoted(survey.measured.key)} AND r.score IS NOT NULL
  AND r.called_at >= {sql.moment(since)} AND r.called_at < {sql.moment(as_of)}
ORDER BY stratum, customer, score
"""


def _part(name: str, columns: Sequence[str]) -> str:
    if name in LEVELS:
        return f"COALESCE(u.{name}, '')"
    if name in RECORD_COLUMNS and name not in columns:
        return "''"
    return f"COALESCE(CAST(r.{name} AS VARCHAR(200)), '')"


def former_answers(answers: Any) -> dict[str, Former]:
    """Number, mean and standard deviation of former answers by stratum; ``""`` for all together."""
    scores: dict[str, list[float]] = {}
    again: dict[str, int] = {}
    for row in answers.select(["stratum", "score", back_checks.COLUMN]).to_pylist():
        for name in (row["stratum"], ""):
            if row[back_checks.COLUMN]:
                again[name] = again.get(name, 0) + 1
            else:
                scores.setdefault(name, []).append(row["score"])
    names = dict.fromkeys((*scores, *again))
    return {name: Former(*_moments(scores.get(name, [])), back_checks=again.get(name, 0)) for name in names}


def _moments(values: Sequence[float]) -> tuple[int, float, float]:
    n = len(values)
    if not n:
        return 0, 0.0, 0.0
    mean = math.fsum(values) / n
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1)) if n > 1 else 0.0
    return n, mean, spread


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Customers of a stratum whom a reason keeps out of the frame, and what is known of them beside those in it.

    ``bias`` is by how much the frame's mean lies above that of everybody if those left out still differ as their former
    answers did: their share × the difference of the means, with limits from both standard errors. Missing with fewer
    than ten former answers on either side.
    """

    stratum: str
    reason: str
    customers: int
    share: float
    tiers: dict[str, float]
    frame_tiers: dict[str, float]
    answers: int
    mean: float | None
    frame_answers: int
    frame_mean: float | None
    bias: float | None
    bias_lower: float | None
    bias_upper: float | None
    method: str = BIAS_METHOD


def left_out(frame: Any, answers: Any, *, z: float = 1.959963984540054) -> tuple[LeftOut, ...]:
    """Whom the frame leaves out, by stratum and reason, then by reason over all strata (stratum ``""``)."""
    scores: dict[str, list[float]] = {}
    for row in answers.select(["customer", "score", back_checks.COLUMN]).to_pylist():
        if row["customer"] and not row[back_checks.COLUMN]:  # an answer of nobody known is not that of another nobody
            scores.setdefault(row["customer"], []).append(row["score"])
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in frame.select(["stratum", "reason", "customer", "tier"]).to_pylist():
        for stratum in (row["stratum"], ""):
            groups.setdefault((stratum, row["reason"]), []).append((row["customer"], row["tier"]))
    totals: dict[str, int] = {}
    for (stratum, _), people in groups.items():
        totals[stratum] = totals.get(stratum, 0) + len(people)
    excluded = []
    for (stratum, reason), people in sorted(groups.items(), key=lambda item: (item[0][0] == "", item[0])):
        if reason:
            beside = groups.get((stratum, ""), [])
            excluded.append(
                _one(stratum, reason, people=people, beside=beside, total=totals[stratum], scores=scores, z=z)
            )
    return tuple(excluded)


def _one(
    stratum: str,
    reason: str,
    *,
    people: list[tuple[str, str]],
    beside: list[tuple[str, str]],
    total: int,
    scores: dict[str, list[float]],
    z: float,
) -> LeftOut:
    out = [score for customer, _ in people for score in scores.get(customer, ())]
    within = [score for customer, _ in beside for score in scores.get(customer, ())]
    share = len(people) / total
    bias = lower = upper = None
    if min(len(out), len(within)) >= LEAST_ANSWERS:
        (n, mean, spread), (m, level, width) = _moments(out), _moments(within)
        bias, error = share * (level - mean), share * math.sqrt(spread**2 / n + width**2 / m)
        lower, upper = bias - z * error, bias + z * error
    return LeftOut(
        stratum=stratum,
        reason=reason,
        customers=len(people),
        share=share,
        tiers=_mix(people),
        frame_tiers=_mix(beside),
        answers=len(out),
        mean=_mean(out),
        frame_answers=len(within),
        frame_mean=_mean(within),
        bias=bias,
        bias_lower=lower,
        bias_upper=upper,
    )


def _mix(people: list[tuple[str, str]]) -> dict[str, float]:
    tiers = [tier or "" for _, tier in people]
    return {tier: tiers.count(tier) / len(tiers) for tier in sorted(set(tiers))}


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
