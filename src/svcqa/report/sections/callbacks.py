"""Callbacks: what customers said, and how many of them were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from svcqa.catalogue import text
from svcqa.errors import SvcqaError
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State
from svcqa.report.sections.contract import OwnSection, SectionContent, SectionContext, titled
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.review.callback_rates import callback_rates

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS: Final = (
    "item",
    "goal",
    "now",
    "interval",
    "n",
    "verdict",
    "sections.last_year_value",
    "sections.change",
    "flags",
)


class CallbacksSection(OwnSection):
    """Scores of the callbacks, and which of the closed cases were called back."""

    name = "callbacks"
    order = 500

    def build(self, context: SectionContext) -> SectionContent:
        """Scores beside last year; shares called back and reached."""
        language = context.language
        tables = {}
        scores = _scores(context)
        if len(scores):
            tables["scores"] = titled("callback_scores", scores, language)
        rates, refused = callback_rates(context.figures, context.context)
        if rates:
            tables["rates"] = titled("callback_rates", _rates(rates, context), language)
        sentences = [
            text(f"sections.{flag}", language) for flag in ("designed", "undesigned") if flag in _flags(context)
        ]
        sentences += [_refusal(error, context) for error in refused]
        return SectionContent(tuple(sentences), tables)


def _refusal(error: SvcqaError, context: SectionContext) -> str:
    name = text("sections.callbacks", context.language)
    return text("sections.not_computed", context.language, name=name, why=error.render(context.language))


def _flags(context: SectionContext) -> set[str]:
    """What there is to know of the scores."""
    reviewed = (item for item in context.review.commitments if item.commitment.rule.asks_people)
    return {flag for item in reviewed if item.course.now is not None for flag in item.course.now.flags}


def _scores(context: SectionContext) -> pd.DataFrame:
    """The commitments that callbacks measure."""
    language, rows = context.language, []
    for item in context.review.commitments:
        now, scale = item.course.now, item.course.scale
        if item.commitment.rule.asks_people and now is not None:
            before = item.course.year_before.value if item.course.year_before is not None else None
            rows.append(
                (
                    item.commitment.item.in_language(language),
                    wording.goal_level(now.goal, scale, language),
                    wording.level_with_unit(now.value, scale, language, now.goal),
                    wording.level_interval(now, scale, now.goal),
                    wording.cases(now),
                    wording.verdict(item.judged, language),
                    wording.level(before, scale, now.goal),
                    wording.change_of_figures(
                        now, item.course.year_before, scale=scale, language=language, goal=now.goal
                    ),
                    wording.flags(now, language),
                )
            )
    return frame(rows, _COLUMNS, language)


def _rates(rates: dict[str, Result], context: SectionContext) -> pd.DataFrame:
    """Called back and reached, of the closed cases of each table; with what cannot be told yet."""
    language, rows = context.language, []
    for table, result in rates.items():
        for figure in result.figures():
            rows.append(
                (
                    text(f"tables.table_{table}", language),
                    wording.measure(figure.measure, language),
                    wording.level(figure.value, result.scale),
                    wording.level_interval(figure, result.scale),
                    wording.cases(figure),
                    *_undecided(figure),
                )
            )
    names = [wording.state(name, language) for name in (State.NOT_DETERMINABLE, State.NOT_APPLICABLE)]
    shown = frame((row[:5] for row in rows), ("table", "measure", "now", "interval", "n"), language)
    for index, name in enumerate(names, start=5):
        shown[name] = [row[index] for row in rows]
    return shown


def _undecided(figure: Figure) -> tuple[str, str]:
    return (f"{figure.count(State.NOT_DETERMINABLE):,}", f"{figure.count(State.NOT_APPLICABLE):,}")
