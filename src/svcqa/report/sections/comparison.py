"""This year beside last year: as reported, restated under today's definition, and what changed in between."""

from __future__ import annotations

from typing import Final

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Scale
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.review.last_year import BesideLastYear, Changed, beside_last_year
from svcqa.review.published import published

_COLUMNS: Final = (
    "item",
    "sections.as_reported",
    "sections.then",
    "sections.restated",
    "now",
    "change",
    "sections.change_limits",
    "sections.change_clear",
    "sections.what_changed",
)


class LastYearSection(OwnSection):
    """Like compared with like."""

    name = "last_year"
    order = 800
    reviews = ("annual",)

    def build(self, context: SectionContext) -> SectionContent:
        """One row a commitment."""
        review, language = context.review, context.language
        before = review.year_before.label
        reported = published(context.register, before, known_at=context.context.known_at)
        beside_last_years = beside_last_year(
            context.figures, context.policies, review=review, context=context.context, published=reported
        )
        if not beside_last_years:
            return SectionContent()
        sentences = [
            text("sections.published" if reported else "sections.not_published", language, period=before),
            text("sections.like_with_like", language, period=before),
        ]
        shown = frame((_row(item, language) for item in beside_last_years), _COLUMNS, language)
        return SectionContent(tuple(sentences), {"last_year": titled("beside_last_year", shown, language)})


def _row(beside_last_year: BesideLastYear, language: Language) -> tuple[str, ...]:
    scale, goal = beside_last_year.scale, beside_last_year.now.goal if beside_last_year.now is not None else None
    reported, then, restated, now = (
        None if figure is None else figure.value
        for figure in (
            beside_last_year.reported,
            beside_last_year.then,
            beside_last_year.restated,
            beside_last_year.now,
        )
    )
    glue = text("wording.separator", language)
    changed = (
        [beside_last_year.fault.render(language)]
        if beside_last_year.fault
        else [_changed(what, scale, language) for what in beside_last_year.changed]
    )
    return (
        beside_last_year.commitment.item.in_language(language),
        *(wording.level_with_unit(value, scale, language, goal) for value in (reported, then, restated, now)),
        wording.change_of_figures(
            beside_last_year.now, beside_last_year.restated, scale=scale, language=language, goal=goal
        ),
        wording.change_limits(beside_last_year.limits, language),
        wording.clear_change(beside_last_year.limits, language),
        glue.join(changed) or text("sections.nothing_changed", language),
    )


def _changed(changed: Changed, scale: Scale, language: Language) -> str:
    """What is another than it was, with both values where they can be told."""
    if changed.what == "goal":
        before, after = (wording.goal_level(value, scale, language) for value in (changed.before, changed.after))
        return text("sections.changed_goal", language, before=before, after=after)
    if changed.what == "limit":
        return text(
            "sections.changed_limit",
            language,
            before=f"{changed.before:g}" if changed.before is not None else "—",
            after=f"{changed.after:g}" if changed.after is not None else "—",
            day=changed.since,
        )
    if changed.what == "promised_since":
        return text("sections.changed_since", language, day=changed.since)
    return text("sections.changed_pin", language, what=text(f"tables.cause_{changed.what}", language))
