"""Targets: what was met by how much and how surely; the year month by month; what the rest of it must bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.catalogue import Language, text
from svcqa.entities.target import LevelTarget, QuantityTarget
from svcqa.metrics.result import Figure
from svcqa.report.charts.reviews import targets_chart
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.frames import frame, numbered
from svcqa.report.tables.reviews import progress
from svcqa.report.words import figures as wording
from svcqa.report.words.headline import headline
from svcqa.review.months_met import months_met
from svcqa.review.period_review import PeriodReview
from svcqa.review.targets import TargetReview

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "target",
    "owner",
    "goal",
    "now",
    "sections.by_how_much",
    "interval",
    "n",
    "verdict",
    "evidence",
    "sections.months_met",
)


class TargetsSection(OwnSection):
    """What was met by how much, and how surely."""

    name = "targets"
    order = 100
    in_forms = True

    def build(self, context: SectionContext) -> SectionContent:
        """The headline, the company's picture, one row a target."""
        review, language = context.review, context.language
        if not review.targets:
            return SectionContent((text("sections.no_targets", language, period=review.period.label),))
        tables = {"met": titled("met", met(review, language), language)}
        if review.kind == "annual":
            tables["months"] = titled("target_months", by_month(review, language), language)
        else:
            tables["progress"] = titled("progress", progress(review, language), language)
        said = (*headline(review, language).splitlines(), text("sections.how_surely", language))
        chart = targets_chart(review, language)
        return SectionContent(said, tables, {"targets": chart} if chart.rows else {})


def met(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Value, goal and difference; verdict, evidence, cases; in how many months the goal was kept."""
    return frame((_row(item, language) for item in review.targets), _COLUMNS, language)


def _row(item: TargetReview, language: Language) -> tuple[str, ...]:
    target, now, scale = item.target, item.course.now, item.course.scale
    goal = getattr(target, "goal", None)
    months = months_met(item)
    return (
        target.name.in_language(language),
        item.owner.name.in_language(language),
        wording.goal_text(target, scale, language),
        wording.value_text(target, now, scale, language) if item.fault is None else item.fault.render(language),
        _difference(item, language),
        wording.level_interval(now, scale, goal),
        wording.cases(now),
        wording.verdict(item.judged, language),
        wording.evidence(item.judged, language),
        wording.DASH if months is None else f"{months.met}/{months.judged}",
    )


def _difference(item: TargetReview, language: Language) -> str:
    """From the goal to the figure: points, the figure's own unit, an amount against the plan."""
    now, target = item.course.now, item.target
    if now is None or now.value is None:
        return wording.DASH
    if isinstance(target, LevelTarget):
        return wording.level_change(
            now.value, target.goal, scale=item.course.scale, language=language, goal=target.goal
        )
    if isinstance(target, QuantityTarget) and now.goal is not None:
        gap = wording.amount(now.value - now.goal)
        return f"+{gap}" if now.value > now.goal else gap
    return wording.DASH


def by_month(review: PeriodReview, language: Language) -> pd.DataFrame:
    """The unit's own targets month by month; ▼ where the goal was missed."""
    import pandas as pd

    rows = []
    for item in review.targets:
        if item.owner.code == review.unit.code and item.course.months:
            found = {figure.period: figure for figure in item.course.months}
            row = {text("tables.target", language): item.target.name.in_language(language)}
            row |= {month.label: _month(item, found.get(month.label), language) for month in review.months}
            row[text("sections.months_met", language)] = _row(item, language)[-1]
            rows.append(row)
    return numbered(pd.DataFrame(rows))


def _month(item: TargetReview, figure: Figure | None, language: Language) -> str:
    shown = wording.value_text(item.target, figure, item.course.scale, language)
    missed = figure is not None and figure.verdict == "missed"
    return f"▼{shown}" if missed else shown
