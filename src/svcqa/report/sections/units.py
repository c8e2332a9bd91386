"""Units side by side: the departments of the weakest commitment, the subsidiaries of every commitment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from svcqa.catalogue import Language, text
from svcqa.entities.organisation import Level, Organisation, Unit
from svcqa.metrics.result import Figure
from svcqa.report.charts.reviews import months_chart
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, SectionTable, titled
from svcqa.report.tables.frames import frame
from svcqa.report.tables.reviews import cases, departments
from svcqa.report.words import figures as wording
from svcqa.review.side_by_side import LEAST, Beside, SideBySide, side_by_side

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "item",
    "unit",
    "now",
    "interval",
    "n",
    "verdict",
    "sections.last_year_value",
    "sections.change",
    "sections.change_clear",
    "sections.pooled",
)


class DepartmentsSection(OwnSection):
    """The commitment furthest from what is required, by department, and the cases behind it."""

    name = "departments"
    order = 300
    in_forms = True

    def build(self, context: SectionContext) -> SectionContent:
        """Picture, table, worst cases."""
        review, language = context.review, context.language
        if not review.commitments or not review.weakest.departments:
            return SectionContent()
        weakest = review.weakest
        sentence = text("sections.weakest", language, name=weakest.commitment.item.in_language(language))
        shown = departments(weakest, language)
        if review.previous == review.year_before:  # one and the same change of a year
            shown = shown.drop(columns=text("tables.on_previous", language))
        tables = {"departments": titled("departments", shown, language)}
        if weakest.cases is not None and len(weakest.cases):
            tables["cases"] = titled("cases", cases(weakest, language), language)
        return SectionContent((sentence,), tables, {"months": months_chart(review, weakest, language)})


class SubsidiariesSection(OwnSection):
    """Subsidiaries side by side, this year and last, on the tree of today and of last year where they differ."""

    name = "subsidiaries"
    order = 400
    reviews = ("annual",)

    def build(self, context: SectionContext) -> SectionContent:
        """One row a commitment and subsidiary; every department where there are no subsidiaries."""
        review, language, tree = context.review, context.language, context.policies.organisation
        level: Level = "subsidiary" if len(tree.at("subsidiary", review.period.last)) > 1 else "department"
        compared = side_by_side(context.figures, review, context.context, level=level)
        if not any(item.units for item in compared):
            return SectionContent()
        sentences = [text("sections.on_tree", language, day=review.period.last)]
        pooled = any(unit.pooled for item in compared for unit in item.units)
        sentences.append(text("sections.pooled_note" if pooled else "sections.few_units", language, least=LEAST))
        merged = closed_units(tree, review.year_before.first, review.period.last)
        title = "subsidiaries" if level == "subsidiary" else "departments"
        tables = {"units": titled(title, beside(compared, language), language)}
        if merged:
            names = [_merger(unit, tree, language) for unit in merged]
            glue = text("wording.separator", language)
            sentences.append(text("sections.merged", language, list=glue.join(names)))
            tables["tree_then"] = _departments_on(context, min(unit.valid_to for unit in merged if unit.valid_to))
            tables["tree_now"] = _departments_on(context, review.period.last)
        return SectionContent(tuple(sentences), tables)


def _departments_on(context: SectionContext, day: dt.date) -> SectionTable:
    """Departments as the tree of ``day`` groups them, those alone that a merger touches."""
    review, language = context.review, context.language
    tree = context.policies.organisation
    touched = {unit.code for unit in closed_units(tree, review.year_before.first, review.period.last)}
    touched |= {tree.current(code, review.period.last) for code in touched}
    compared = side_by_side(context.figures, review, context.context, level="department", tree_on=day)
    shown = beside(compared, language, only=touched)
    return titled("on_tree_of", shown, language, day=day)


def closed_units(tree: Organisation, first: dt.date, last: dt.date) -> list[Unit]:
    """Units that closed within these days and have a successor."""
    return [unit for unit in tree.units if unit.successor and unit.valid_to and first <= unit.valid_to <= last]


def _merger(unit: Unit, tree: Organisation, language: Language) -> str:
    successor = tree.unit(unit.successor or unit.code)
    return text(
        "sections.merger",
        language,
        unit=unit.name.in_language(language),
        day=unit.valid_to,
        successor=successor.name.in_language(language),
    )


def beside(compared: tuple[SideBySide, ...], language: Language, *, only: set[str] | None = None) -> pd.DataFrame:
    """One row a commitment and unit."""
    rows = [
        _row(item, unit, language) for item in compared for unit in item.units if only is None or unit.unit.code in only
    ]
    return frame(rows, _COLUMNS, language)


def _row(item: SideBySide, unit: Beside, language: Language) -> tuple[str, ...]:
    scale, now = item.scale, unit.now
    goal = now.goal if now is not None else None
    before = unit.before.value if unit.before is not None else None
    pooled = wording.DASH if unit.pooled is None else wording.level(unit.pooled[0], scale, goal)
    return (
        item.commitment.item.in_language(language),
        unit.unit.name.in_language(language),
        wording.level_with_unit(now.value if now else None, scale, language, goal),
        wording.level_interval(now, scale, goal),
        wording.cases(now),
        _verdict(now, language),
        wording.level_with_unit(before, scale, language, goal),
        wording.change_of_figures(now, unit.before, scale=scale, language=language, goal=goal),
        wording.clear_change(unit.limits, language),
        pooled,
    )


def _verdict(figure: Figure | None, language: Language) -> str:
    return text(f"wording.verdict_{(figure.verdict if figure else '') or 'none'}", language)
