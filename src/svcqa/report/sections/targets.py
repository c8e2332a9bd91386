"""Targets: what was met by how much and how surely; the year month by month; what the rest of it must bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Figure
from svcqa.report.charts.reviews import targets_chart
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.board import BoardRow, score_board
from svcqa.report.tables.frames import frame, numbered
from svcqa.report.tables.reviews import progress
from svcqa.report.words.headline import headline
from svcqa.report.words.shown import MISSED
from svcqa.review.period_review import PeriodReview

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
        sentences = (*headline(review, language).splitlines(), text("sections.how_surely", language))
        chart = targets_chart(review, language)
        return SectionContent(sentences, tables, {"targets": chart} if chart.rows else {})


def met(review: PeriodReview, language: Language) -> pd.DataFrame:
    """Value, goal and difference; verdict, evidence, cases; in how many months the goal was kept."""
    return frame((_row(row, language) for row in score_board(review, language)), _COLUMNS, language)


def _row(row: BoardRow, language: Language) -> tuple[str, ...]:
    fault = row.item.fault
    return (
        row.name,
        row.owner,
        row.goal.text,
        row.value.text if fault is None else fault.render(language),
        row.words.difference,
        row.interval,
        row.n.text,
        row.verdict,
        row.evidence,
        row.months_met,
    )


def by_month(review: PeriodReview, language: Language) -> pd.DataFrame:
    """The unit's own targets month by month; ▼ where the goal was missed."""
    import pandas as pd

    rows = []
    for shown in score_board(review, language):
        item = shown.item
        if item.owner.code == review.unit.code and item.course.months:
            figures_by_month = {figure.period: figure for figure in item.course.months}
            row = {text("tables.target", language): shown.name}
            row |= {month.label: _month(shown, figures_by_month.get(month.label)) for month in review.months}
            row[text("sections.months_met", language)] = shown.months_met
            rows.append(row)
    return numbered(pd.DataFrame(rows))


def _month(row: BoardRow, figure: Figure | None) -> str:
    shown = row.words.figure(figure).text
    missed = figure is not None and figure.verdict == "missed"
    return f"{MISSED}{shown}" if missed else shown
