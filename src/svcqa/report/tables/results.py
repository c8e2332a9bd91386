"""Any metric as tables: its result, what it says of itself, its examples and how its checks ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from svcqa.catalogue import Language, has, text
from svcqa.metrics.conformance import CheckOutcome
from svcqa.metrics.measures import Format
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.states import State
from svcqa.report.tables.frames import frame as _frame
from svcqa.report.tables.frames import numbered as _numbered
from svcqa.report.words import figures as wording

if TYPE_CHECKING:
    import pandas as pd


def result(result: Result, language: Language, *, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Any result as a table for reading: what it is, the figure with its interval, every state that occurs.

    Args:
        names: what units and commitments are called, by code and key; those stand alone where absent.
    """
    rows, labels = [], names or {}
    seen = [state for state in State if any(row.count(state) for row in result.rows)]
    called = wording.measures(result, language)
    for row in result.rows:
        rows.append(
            (
                labels.get(row.indicator, row.indicator),
                labels.get(row.unit, row.unit),
                row.period,
                *(row.by.get(key, "") for key in result.keys),
                *([called[row.measure]] if len(called) > 1 else []),
                _shown(row, result, language),
                wording.level_interval(row, result.scale_of(row), row.goal),
                wording.cases(row),
                *(f"{row.count(state):,}" for state in seen),
                _verdict_of(row, language),
                wording.flags(row, language),
            )
        )
    import pandas as pd

    head = [text(f"tables.{name}", language) for name in ("indicator", "unit", "period")]
    keys = [_key_heading(key, language) for key in (*result.keys, *(("measure",) if len(called) > 1 else ()))]
    tail = [text(f"tables.{name}", language) for name in ("now", "interval", "n")]
    states = [wording.state(state, language) for state in seen]
    last = [text(f"tables.{name}", language) for name in ("verdict", "flags")]
    return _numbered(pd.DataFrame(rows, columns=[*head, *keys, *tail, *states, *last]))


def _shown(row: Figure, result: Result, language: Language) -> str:
    """The figure as its measure is written."""
    if "not_reached" in row.flags:
        return text("wording.not_reached", language)
    scale = result.scale_of(row)
    if result.measure(row.measure).format is Format.CHANGE:
        return wording.level_change(row.value, 0.0, scale=scale, language=language)
    return wording.level_with_unit(row.value, scale, language, row.goal)


def _key_heading(key: str, language: Language) -> str:
    """A key of ours by its name, a column of the records as the data dictionary calls it, else the key itself."""
    return next((text(name, language) for name in (f"tables.{key}", f"data_dictionary.label_{key}") if has(name)), key)


def metric(metric: Any, language: Language) -> pd.DataFrame:
    """What a metric says of itself, and its parameters."""
    spec = metric.spec
    pairs = [
        ("plugin", spec.name),
        ("label", spec.label.in_language(language)),
        ("unit_of_value", spec.unit),
        ("better", text(f"tables.better_{spec.better}", language)),
        ("formula", spec.formula.in_language(language)),
        ("reference", spec.reference),
        ("params", ", ".join(metric.params.model_fields)),
    ]
    return _frame(((text(f"tables.{k}", language), v) for k, v in pairs), ("what", "content"), language)


def conformance(ended: Iterable[CheckOutcome], language: Language) -> pd.DataFrame:
    """The checks of the conformance kit and how each ended, see :func:`svcqa.testing.outcomes`."""
    return _frame(
        (
            (
                text(f"tables.check_{item.name}", language),
                text("tables.passed", language) if item.error is None else item.error.render(language),
            )
            for item in ended
        ),
        ("check", "outcome"),
        language,
    )


def examples(metric: Any, language: Language) -> pd.DataFrame:
    """The metric's examples: what was expected of them and how it was worked out."""
    return _frame(
        (
            (
                example.period,
                example.as_of,
                ", ".join(f"{key} = {_short(value)}" for key, value in example.expected.items()),
                example.source,
            )
            for example in metric.examples()
        ),
        ("period", "as_of", "expected", "source_of_figures"),
        language,
    )


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _verdict_of(figure: Figure, language: Language) -> str:
    if figure.goal is None and not figure.verdict:
        return ""
    return text(f"wording.verdict_{figure.verdict or 'none'}", language)
