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


def problem_states(problems: tuple[Problem, ...], language: Language, names: Mapping[str, str]) -> pd.DataFrame:
    """One row a problem: what was agreed, and how far it came; ``names`` are what units are called, by code."""
    return frame(
        (
            (
                item.number,
                item.item.category,
                item.item.problem,
                item.item.action or wording.DASH,
                item.item.responsible or names.get(item.item.unit, item.item.unit),
                f"{item.due or wording.DASH}",
                _state(item, language),
                _steps(item, language),
            )
            for item in problems
        ),
        _PROBLEMS,
        language,
    )


def _state(problem: Problem, language: Language) -> str:
    marks = [key for key, holds in (("late", problem.late), ("carried", problem.carried)) if holds]
    glue = text("wording.separator", language)
    named = [text(f"sections.state_{problem.state}", language), *(text(f"sections.{key}", language) for key in marks)]
    return glue.join(named)


def _steps(problem: Problem, language: Language) -> str:
    """Each step with its day, who took it and what was found."""
    steps = [
        text("sections.step", language, day=step.on, step=text(f"sections.step_{step.step}", language), by=step.by)
        + (text("wording.in_brackets", language, shown=step.finding) if step.finding else "")
        for step in problem.steps
    ]
    return text("wording.separator", language).join(steps) or wording.DASH
