"""No view, review, panel or command knows a metric or a measure by its name: roles and defaults tell them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import svcqa
from svcqa.metrics.registry import Registry

ROOMS: Final = ("report", "widgets", "review", "cli")
HOME: Final = Path(svcqa.__file__).parent

OTHER_MEANING: Final = {
    "value": "column of a row, of a table, of a chart",
    "centre": "field of the chart grammar",
    "pooled": "field of the chart grammar, column of the league table",
    "funnel": "kind of chart",
    "process_chart": "function of the public face of charts",
    "chance": "column of the tables of outlooks and proposals",
    "forecast": "column of the table of proposals, field of a note",
    "expected_of_mix": "column of the league table",
    "standardised": "column of the league table",
    "design_effect": "column of the table of callers",
    "mean": "column of the table of exclusions from a frame",
    "spread": "column of the table of a wave's plan",
    "reached": "step of the waterfall of calls",
    "needed": "heading of a form",
    "so_far": "word of the catalogue",
    "year": "field of sentences and letters",
    "p": "field of sentences: a test's probability",
    "limits": "field of a commitment",
    "maximum": "option of a spreadsheet's check",
    "quantity": "kind of target",
    "milestone": "kind of target",
    "total": "column of a row: all its cases",
    "mix": "parameter of the metric that compares units",
}
"""Words that are the name of a metric or measure, too, and what they mean in the rooms."""


def names() -> set[str]:
    """The metrics that come along, and every measure that they declare or that their examples show."""
    found: set[str] = set()
    for plugin in Registry().plugins().values():
        if plugin.distribution == "svcqa":
            shown = {key.partition("@")[0] for one in plugin.metric.examples() for key in one.expected}
            found |= {plugin.name, *(key.partition(".")[0] for key in shown)}
            found |= {measure.name for measure in plugin.metric.spec.measures}
            found |= set(getattr(plugin.metric, "further", ()))
    return found


def literals() -> Iterator[tuple[str, str]]:
    """Every text in the code of the rooms, with its module."""
    for room in ROOMS:
        for path in sorted((HOME / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path.relative_to(HOME).as_posix(), node.value


def test_no_name_of_a_metric_or_measure_stands_in_the_code() -> None:
    known = names()
    assert {"compliance", "icons", "limits_998", "maximum", "entered", "chance"} <= known
    wrong = {f"{module}: {word!r}" for module, word in literals() if word in known and word not in OTHER_MEANING}
    assert wrong == set()


def test_every_exception_is_needed() -> None:
    used = {word for _, word in literals()}
    assert set(OTHER_MEANING) <= used & names()
