"""The charts of a half-year review: the company's targets, each commitment month by month."""

from __future__ import annotations

from dataclasses import replace

from svcqa.catalogue import Language, text
from svcqa.metrics.result import SHARE, Scale
from svcqa.report.charts.finding import finding
from svcqa.report.charts.grammar import MOST_LINES, Chart, Row, Standing
from svcqa.report.charts.palette import SIGNS
from svcqa.report.charts.results import chart_of_rows, row_of
from svcqa.report.words import figures as wording
from svcqa.review.commitments import CommitmentReview
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import TargetReview


def targets_chart(review: PeriodReview, language: Language) -> Chart:
    """The company's level targets: figure, interval and goal, in percentage points above or below the goal."""
    rows = tuple(
        row
        for item in review.targets
        if item.owner.code == review.unit.code and (row := _target_row(item, review.period.label, language)) is not None
    )
    judged = [row for row in rows if row.value is not None]
    met = sum(row.standing in ("met", "risk") for row in judged)
    title = text("charts.targets_title", language, met=met, judged=len(judged), period=review.period.label)
    drawn = chart_of_rows(rows, language, label=text("charts.gap", language), scale=Scale(""), title=title, kind="bars")
    line, zero = text("charts.goal_line", language), text("charts.goal_zero", language)
    return replace(drawn, notes=tuple(zero if note == line else note for note in drawn.notes))


def _target_row(item: TargetReview, period: str, language: Language) -> Row | None:
    """A level target in percentage points from its goal; other targets have no share to show."""
    scale = item.course.scale
    goal = item.target.level
    if goal is None or scale != SHARE:
        return None
    name = f"{item.target.name.in_language(language)} {wording.goal_level(goal, scale, language)}"
    now = item.course.now
    if now is None or now.value is None:
        return Row(
            group=name,
            period=period,
            value=None,
            lower=None,
            upper=None,
            goal=0.0,
            n=now.n if now is not None else None,
            shown=wording.DASH,
        )
    standing: Standing = "risk" if item.judged.verdict == "met" and item.judged.at_risk else item.judged.verdict
    value, lower, upper = (
        None if share is None else (share - goal) * 100 for share in (now.value, now.lower, now.upper)
    )
    partial = "partial" in now.flags
    shown = f"{SIGNS[standing]}{wording.percent(now.value, goal)}{'*' if partial else ''}"
    return Row(
        group=name,
        period=period,
        value=value,
        lower=lower,
        upper=upper,
        goal=0.0,
        n=now.n,
        shown=shown,
        standing=standing,
        evidence=item.judged.evidence,
        method=now.method,
        partial=partial,
    )


def months_chart(review: PeriodReview, item: CommitmentReview, language: Language) -> Chart:
    """One commitment month by month, by department; its title holds the whole half-year against the goal."""
    label, scale = item.commitment.item.in_language(language), item.course.scale
    named = [(unit, unit.unit.name.in_language(language)) for unit in item.departments]
    rows = []
    for unit, name in named:
        by_month = {figure.period: figure for figure in unit.course.months}
        rows += [
            row_of(by_month[month.label], name, scale)
            if month.label in by_month
            else Row(
                group=name,
                period=month.label,
                value=None,
                lower=None,
                upper=None,
                goal=item.goal,
                n=None,
                shown=wording.DASH,
            )
            for month in review.months
        ]
    halves = [row_of(unit.course.now, name, scale) for unit, name in named if unit.course.now is not None]
    title = finding(halves, label=label, scale=scale, language=language)
    shown = text("charts.within", language) if item.commitment.rule.judges_cases else label
    return chart_of_rows(
        rows,
        language,
        label=shown,
        scale=scale,
        title=title,
        kind="lines" if len(named) <= MOST_LINES else "small_multiples",
    )
