"""What callers add to the answers, and how well they call: effects, re-listening, back-checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from svcqa.entities.survey import Survey
from svcqa.errors import StatsError
from svcqa.metrics.survey import DrawnCustomer, Surveyed
from svcqa.metrics.survey.back_checks import BACK_CHECK
from svcqa.stats.means import student_t
from svcqa.stats.survey.agreement import Agreement, agreement
from svcqa.stats.survey.interviewers import CallerMeans, InterviewerEffect, caller_means, interviewer_effect

SCORE_METHOD: Final = "mean of the calls' weighted shares of passed items; Student's t"


@dataclass(frozen=True)
class CallerEffect:
    """How much of the answers to one question lies in who called; ``None`` with too few callers or answers."""

    question: str
    effect: InterviewerEffect
    means: CallerMeans


@dataclass(frozen=True, kw_only=True)
class CallerScore:
    """How well somebody calls, from the calls that were listened to again; a share of the checklist's weights.

    ``lower`` and ``upper`` are missing below two calls and where all marks are equal. ``caller`` is a pseudonym.
    """

    caller: str
    interviews: int
    wanted: int
    listened: int
    score: float | None
    lower: float | None
    upper: float | None
    method: str = SCORE_METHOD


@dataclass(frozen=True)
class BackCheck:
    """Second calls beside the first: how far the answers to a question agree; ``far``: by two points and more."""

    question: str
    agreement: Agreement
    far: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CallQuality:
    """Callers of one wave.

    Attributes:
        to_listen: references of the interviews to be listened to again, by caller.
        missing: those of them that nobody has checked yet.
    """

    code: str
    effects: tuple[CallerEffect, ...]
    to_listen: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    scores: tuple[CallerScore, ...]
    back_checks: tuple[BackCheck, ...]


def call_quality(
    surveyed: Surveyed,
    *,
    checks: Iterable[Mapping[str, Any]],
    second_calls: Iterable[Mapping[str, Any]],
    level: float = 0.95,
) -> CallQuality:
    """Effects, re-listening and back-checks of a wave.

    Args:
        checks: rows of ``checked_items`` whose ``record_id`` is a reference of the wave.
        second_calls: rows of ``callbacks`` whose number is a reference with ``BACK_CHECK``.
    """
    survey = surveyed.design.survey
    spoken = [item for item in surveyed.wave.people if item.scores and item.caller]
    to_listen = listening_sample(surveyed.wave.code, spoken, per_caller=survey.listened_per_caller)
    marks = _marks(survey, checks)
    scores = tuple(
        _score(caller, spoken, to_listen=to_listen[caller], marks=marks, level=level) for caller in sorted(to_listen)
    )
    missing = tuple(sorted(reference for rows in to_listen.values() for reference in rows if reference not in marks))
    return CallQuality(
        code=surveyed.wave.code,
        effects=_effects(survey, spoken, level),
        to_listen=to_listen,
        missing=missing,
        scores=scores,
        back_checks=_back_checks(survey, surveyed.wave.people, second_calls, level),
    )


def listening_sample(code: str, people: Sequence[DrawnCustomer], *, per_caller: int) -> dict[str, tuple[str, ...]]:
    """Of each caller the interviews to be listened to again: those with the smallest SHA-256 of random number and wave.

    The customers' permanent random numbers decide, so that anybody who may see them finds the same interviews; they
    are not on the call sheet, so that no caller knows which they will be.
    """
    by_caller: dict[str, list[tuple[str, str]]] = {}
    for item in people:
        number = hashlib.sha256(f"{item.random_number}:{code}:listen".encode()).hexdigest()
        by_caller.setdefault(item.caller, []).append((number, item.reference))
    return {
        caller: tuple(sorted(reference for _, reference in sorted(rows)[:per_caller]))
        for caller, rows in sorted(by_caller.items())
    }


def _marks(survey: Survey, checks: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The weighted share of passed items of each call that was checked; items not on the checklist weigh nothing."""
    weights = {item.key: item.weight for item in survey.checklist}
    passed: dict[str, list[tuple[float, bool]]] = {}
    for row in checks:
        if row["passed"] is not None and weights.get(str(row["check"])):
            passed.setdefault(str(row["record_id"]), []).append((weights[str(row["check"])], bool(row["passed"])))
    return {
        call: sum(weight for weight, good in items if good) / sum(weight for weight, _ in items)
        for call, items in passed.items()
    }


def _score(
    caller: str, spoken: Sequence[DrawnCustomer], *, to_listen: Sequence[str], marks: Mapping[str, float], level: float
) -> CallerScore:
    interviews = [item.reference for item in spoken if item.caller == caller]
    # only what was drawn counts: calls that somebody picked say little of the others
    listened_marks = [marks[reference] for reference in to_listen if reference in marks]
    score = sum(listened_marks) / len(listened_marks) if listened_marks else None
    lower = upper = None
    if len(set(listened_marks)) > 1:  # equal marks of some calls tell nothing of the error for the others
        low, high = student_t(listened_marks, [1] * len(listened_marks), level=level)
        lower, upper = max(low, 0.0), min(high, 1.0)
    return CallerScore(
        caller=caller,
        interviews=len(interviews),
        wanted=len(to_listen),
        listened=len(listened_marks),
        score=score,
        lower=lower,
        upper=upper,
    )


def _effects(survey: Survey, spoken: Sequence[DrawnCustomer], level: float) -> tuple[CallerEffect, ...]:
    effects = []
    for question in survey.questions:
        rows = [item for item in spoken if question.kind == "score" and question.key in item.scores]
        scores, callers = [item.scores[question.key] for item in rows], [item.caller for item in rows]
        try:
            effect = interviewer_effect(scores, callers, level=level)
            effects.append(CallerEffect(question.key, effect, caller_means(scores, callers)))
        except StatsError:  # one caller, or an answer each: nothing to tell apart
            continue
    return tuple(effects)


def _back_checks(
    survey: Survey, people: Sequence[DrawnCustomer], second: Iterable[Mapping[str, Any]], level: float
) -> tuple[BackCheck, ...]:
    first = {item.reference: item.scores for item in people}
    pairs: dict[str, list[tuple[str, float, float]]] = {}
    for row in second:
        reference, question = str(row["callback_id"]).removesuffix(BACK_CHECK), str(row["question"])
        if row["score"] is not None and question in first.get(reference, {}):
            pairs.setdefault(question, []).append((reference, first[reference][question], float(row["score"])))
    checks = []
    for survey_question in survey.questions:
        rows = sorted(pairs.get(survey_question.key, ()))
        if rows:
            ones, twos = [item for _, item, _ in rows], [two for _, _, two in rows]
            weights: Any = "quadratic" if survey_question.kind == "score" else "none"
            far = tuple(
                reference for reference, item, two in rows if abs(item - two) >= (2 if weights != "none" else 1)
            )
            checks.append(BackCheck(survey_question.key, agreement(ones, twos, weights=weights, level=level), far))
    return tuple(checks)
