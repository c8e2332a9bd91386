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
        found = beside_last_year(
            context.figures, context.policies, review=review, context=context.context, published=reported
        )
        if not found:
            return SectionContent()
        sentences = [
            text("sections.published" if reported else "sections.not_published", language, period=before),
            text("sections.like_with_like", language, period=before),
        ]
        shown = frame((_row(one, language) for one in found), _COLUMNS, language)
        return SectionContent(tuple(sentences), {"last_year": titled("beside_last_year", shown, language)})


def _row(one: BesideLastYear, language: Language) -> tuple[str, ...]:
    scale, goal = one.scale, one.now.goal if one.now is not None else None
    reported, then, restated, now = (
        None if figure is None else figure.value for figure in (one.reported, one.then, one.restated, one.now)
    )
    glue = text("wording.separator", language)
    changed = [one.fault.render(language)] if one.fault else [_changed(what, scale, language) for what in one.changed]
    return (
        one.commitment.item.in_language(language),
        *(wording.level_with_unit(value, scale, language, goal) for value in (reported, then, restated, now)),
        wording.change_of_figures(one.now, one.restated, scale=scale, language=language, goal=goal),
        wording.change_limits(one.limits, language),
        wording.clear_change(one.limits, language),
        glue.join(changed) or text("sections.nothing_changed", language),
    )


def _changed(one: Changed, scale: Scale, language: Language) -> str:
    """What is another than it was, with both values where they can be told."""
    if one.what == "goal":
        before, after = (wording.goal_level(value, scale, language) for value in (one.before, one.after))
        return text("sections.changed_goal", language, before=before, after=after)
    if one.what == "limit":
        return text(
            "sections.changed_limit",
            language,
            before=f"{one.before:g}" if one.before is not None else "—",
            after=f"{one.after:g}" if one.after is not None else "—",
            day=one.since,
        )
    if one.what == "promised_since":
        return text("sections.changed_since", language, day=one.since)
    return text("sections.changed_pin", language, what=text(f"tables.cause_{one.what}", language))
