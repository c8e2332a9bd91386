"""What more calls buy: the half-width of each department's mean, and of all together, by customers drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from svcqa.catalogue import Language, text
from svcqa.entities.survey import Survey
from svcqa.metrics.result import Scale
from svcqa.report.charts.grammar import Chart, Row
from svcqa.report.charts.results import chart_of_rows
from svcqa.report.words import figures as wording
from svcqa.review.callbacks.counts import StratumCounts
from svcqa.review.callbacks.plan import METHOD, Former, Plan, calls_range, make_plan

_STEPS: Final = 12
"""Numbers of calls that the lines are drawn through."""


def trade_off_chart(
    survey: Survey,
    counts: Sequence[StratumCounts],
    *,
    former: Mapping[str, Former],
    chosen: Plan,
    language: Language,
    names: Mapping[str, str],
    wanted: float | None = None,
) -> Chart:
    """Lines over the number drawn; the plan that was chosen is one of the points.

    Args:
        names: what departments are called.
        wanted: the half-width wanted, drawn as a goal.
    """
    lowest, highest = calls_range(survey, counts)
    numbers = {lowest + (highest - lowest) * step // _STEPS for step in range(_STEPS + 1)} | {chosen.overall.drawn}
    rows = []
    for calls in sorted(number for number in numbers if number):
        plan = chosen if calls == chosen.overall.drawn else make_plan(survey, counts, former=former, calls=calls)
        together = (text("callbacks.trade_all", language), plan.overall.half_width, plan.overall.expected_answers)
        parts = [
            (names.get(department.key, department.key), department.half_width, department.expected_answers)
            for department in plan.departments
        ]
        for group, half_width, answers in (together, *parts):
            shown = wording.DASH if half_width is None else f"{half_width:.2f}"
            rows.append(
                Row(
                    group=group,
                    period=f"{calls:,}",
                    value=half_width,
                    lower=None,
                    upper=None,
                    goal=wanted,
                    n=round(answers),
                    shown=shown,
                    method=METHOD,
                )
            )
    rows.sort(key=lambda row: row.group != text("callbacks.trade_all", language))
    half_width = chosen.overall.half_width
    title = text(
        "callbacks.trade_title",
        language,
        label=survey.label.in_language(language),
        drawn=f"{chosen.overall.drawn:,}",
        answers=f"{chosen.overall.expected_answers:,.0f}",
        half_width=wording.DASH if half_width is None else f"{half_width:.2f}",
    )
    return chart_of_rows(
        rows, language, label=text("callbacks.trade_axis", language), scale=Scale("", "lower"), title=title
    )
