"""Problems noted, what was agreed and how far it came, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language, text
from svcqa.report.tables.frames import frame
from svcqa.report.words import figures as wording
from svcqa.review.follow_up import Problem

if TYPE_CHECKING:
    import pandas as pd

_PROBLEMS: Final = (
    "sections.number",
    "category",
    "problem",
    "action",
    "responsible",
    "due",
    "state",
    "sections.what_happened",
)


def problem_states(found: tuple[Problem, ...], language: Language, names: Mapping[str, str]) -> pd.DataFrame:
    """One row a problem: what was agreed, and how far it came; ``names`` are what units are called, by code."""
    return frame(
        (
            (
                one.number,
                one.item.category,
                one.item.problem,
                one.item.action or wording.DASH,
                one.item.responsible or names.get(one.item.unit, one.item.unit),
                f"{one.due or wording.DASH}",
                _state(one, language),
                _steps(one, language),
            )
            for one in found
        ),
        _PROBLEMS,
        language,
    )


def _state(one: Problem, language: Language) -> str:
    marks = [key for key, holds in (("late", one.late), ("carried", one.carried)) if holds]
    glue = text("wording.separator", language)
    named = [text(f"sections.state_{one.state}", language), *(text(f"sections.{key}", language) for key in marks)]
    return glue.join(named)


def _steps(one: Problem, language: Language) -> str:
    """Each step with its day, who took it and what was found."""
    told = [
        text("sections.step", language, day=step.on, step=text(f"sections.step_{step.step}", language), by=step.by)
        + (text("wording.in_brackets", language, shown=step.finding) if step.finding else "")
        for step in one.steps
    ]
    return text("wording.separator", language).join(told) or wording.DASH
