"""The calls into the package whose figures are approved, one function each: a call that moves is followed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from plain_json import plain, rows_of, without_empty

import svcqa

LANGUAGE: Final = "zh-Hans"
NEXT_YEAR: Final = 2027
KNOWN: Final = "2026-07-01"
"""The moment that figures without a period of their own are asked at."""
NOTED: Final = dt.datetime(2026, 7, 1, 1, 0)
"""When records and notes become known."""


FIGURE: Final = (
    "period",
    "measure",
    "value",
    "lower",
    "upper",
    "n",
    "numerator",
    "total",
    "excluded_by",
    "value_without_exclusions",
    "goal",
    "verdict",
    "evidence",
    "needed",
    "rest_n",
    "base",
    "flags",
)


def open_workspace(folder: Path) -> Any:
    return svcqa.open(folder)


def ingest(workspace: Any) -> None:
    workspace.ingest(now=NOTED)


def check(workspace: Any) -> Any:
    return workspace.check()


def note_problem(workspace: Any, **fields: Any) -> int:
    return int(workspace.notes.add_problem(now=NOTED, **fields))


def note_step(workspace: Any, number: int, step: str, **fields: Any) -> None:
    workspace.notes.add_step(number, step, now=NOTED, **fields)


def note_success(workspace: Any, **fields: Any) -> None:
    workspace.notes.add_success(now=NOTED, **fields)


def note_rebase(workspace: Any, indicator: str, **fields: Any) -> None:
    workspace.notes.add_rebase(indicator, now=NOTED, **fields)


def half_year_review(workspace: Any, period: str) -> Any:
    return workspace.reviews.review(period)


def annual_review(workspace: Any, year: int) -> Any:
    return workspace.reviews.review(year)


def sections(workspace: Any, review: Any) -> Any:
    return workspace.reviews.sections(review, LANGUAGE)


def headline(review: Any) -> str:
    from svcqa.report.words.headline import headline

    return headline(review, LANGUAGE)


def proposed_problems(review: Any) -> Any:
    from svcqa.report.words.proposals import proposals

    return proposals(review, LANGUAGE)


def review_table(name: str, found: Any) -> Any:
    from svcqa.report.tables import explained, outlook, reviews

    homes = {"outlooks": outlook, "forecasts": outlook, "explanation": explained}
    return getattr(homes.get(name, reviews), name)(found, LANGUAGE)


def write_forms(workspace: Any, review: Any, built: Any, path: Path) -> None:
    from svcqa.report.forms import write_forms

    company = workspace.settings.company.name.in_language(LANGUAGE)
    write_forms(review, path, language=LANGUAGE, company=company, proposals=proposed_problems(review), sections=built)


def compared_returns(workspace: Any, period: str) -> Any:
    return workspace.reviews.compare_returns(period)


def next_year(workspace: Any) -> Any:
    return workspace.next_year(NEXT_YEAR, as_of=KNOWN)


def every_proposal(planned: Any) -> Any:
    return planned.every_proposal()


def proposals_frame(planned: Any) -> Any:
    return planned.proposals()


def goal_what_if(planned: Any, target: str) -> Any:
    return planned.what_if(target)


def answer(asked: Any, **given: Any) -> Any:
    return asked.at(**given)


def decomposed(planned: Any, target: str, **given: Any) -> Any:
    return planned.decompose(target, **given)


def plan(planned: Any, target: str, **given: Any) -> Any:
    return planned.plan(target, **given)


def next_year_table(name: str, found: Any) -> Any:
    from svcqa.report.tables import next_year as tables

    return getattr(tables, name)(found, LANGUAGE)


def parts_table(workspace: Any, parts: Any, promise: float | None) -> Any:
    from svcqa.report.tables import next_year as tables

    return tables.decomposition(parts, workspace.policies.organisation, LANGUAGE, promise=promise)


def outlooks(workspace: Any, period: str) -> Any:
    return workspace.outlook(period).all()


def measure(workspace: Any, metric: str, **asked: Any) -> Any:
    return workspace.measure(metric, **asked)


def what_if(workspace: Any, commitment: str, period: str) -> Any:
    return workspace.what_if(commitment, period=period)


def metrics(workspace: Any) -> set[str]:
    return set(workspace.registry.plugins())


def commitments(workspace: Any) -> dict[str, str]:
    """The metric of each commitment."""
    return {one.key: one.counted.metric for one in workspace.policies.commitments}


def cases(workspace: Any, commitment: str, period: str) -> Any:
    return workspace.cases(commitment, period=period, states=("breached", "open_overdue"))


def drivers(workspace: Any, commitment: str, **asked: Any) -> Any:
    return workspace.drivers(commitment, **asked)


def league_tables(found: Any) -> tuple[Any, Any]:
    from svcqa.report.tables.league import league, outliers

    return league(found, LANGUAGE), outliers(found, LANGUAGE)


def explain(workspace: Any, case: str, commitment: str | None) -> Any:
    return workspace.explain(case, commitment=commitment, as_of=KNOWN)


def wave_codes(workspace: Any) -> list[str]:
    return [one.code for one in workspace.callbacks.waves]


def of_wave(workspace: Any, verb: str, *given: Any, **options: Any) -> Any:
    if verb in ("outcomes", "call_quality", "estimate", "feedback", "feedback_in_time"):
        (code,) = given
        return getattr(workspace.callbacks.results(code), verb)(**options)
    return getattr(workspace.callbacks, verb)(*given, **options)


def survey(workspace: Any, key: str) -> Any:
    return workspace.policies.survey(key)


def plan_table(workspace: Any, plan: Any) -> Any:
    from svcqa.report.tables import callbacks

    return callbacks.plan_table(plan, workspace.policies, LANGUAGE)


def callback_table(name: str, *given: Any) -> Any:
    from svcqa.report.tables import callback_results, callbacks

    return getattr(callbacks if hasattr(callbacks, name) else callback_results, name)(*given, LANGUAGE)


def known(value: Any) -> Any:
    """What is named by its key, and not told; results and refusals in a form of their own."""
    from svcqa.entities.base import Text
    from svcqa.entities.commitment import Commitment
    from svcqa.entities.organisation import Unit
    from svcqa.entities.survey import Survey
    from svcqa.entities.target import LevelTarget, MilestoneTarget, QuantityTarget
    from svcqa.errors import SvcqaError
    from svcqa.metrics.result import Figure, Result
    from svcqa.periods import Period

    if isinstance(value, (Commitment, Survey, LevelTarget, MilestoneTarget, QuantityTarget)):
        return value.key
    if isinstance(value, Unit):
        return value.code
    if isinstance(value, Period):
        return value.label
    if isinstance(value, Text):
        return value.in_language(LANGUAGE)
    if isinstance(value, SvcqaError):
        return value.render(LANGUAGE)
    if isinstance(value, Figure):
        return _figure(value)
    if isinstance(value, Result):
        return {"unit": value.unit, "better": value.better, "rows": rows_of(value.frame)}
    return None


def _figure(figure: Any) -> dict[str, Any]:
    """What a figure says; zeros of states, the unit and the formulas' names, which metrics are approved with, aside."""
    fields = {name: getattr(figure, name) for name in FIGURE}
    states = {state: n for state, n in figure.states.items() if n}
    return without_empty({**plain(fields), **states, "at_risk": figure.at_risk or None})


def told(value: Any) -> Any:
    return plain(value, known)


def or_why_not(ask: Callable[[], Any]) -> Any:
    """What is asked for, or why it is refused: that must not change either."""
    from svcqa.errors import SvcqaError

    try:
        return told(ask())
    except SvcqaError as error:
        return {"refused": told(error)}
