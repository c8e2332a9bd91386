"""Charts of a wave of callbacks: how far the calls came."""

from __future__ import annotations

from svcqa.catalogue import Language, text
from svcqa.metrics.result import Scale
from svcqa.report.charts.grammar import Chart, Row
from svcqa.report.charts.results import chart_of_rows
from svcqa.review.callbacks.outcomes import Outcomes

_STEPS = ("attempted", "eligible", "reached", "answered", "complete")


def waterfall_chart(outcomes: Outcomes, language: Language) -> Chart:
    """A bar for each step from the sample to complete interviews."""
    overall = outcomes.overall
    steps = {"sample": overall.drawn + overall.reserves, **{name: getattr(overall, name) for name in _STEPS}}
    rows = [
        Row(
            group=text(f"call_results.step_{name}", language),
            period=outcomes.code,
            value=float(count),
            lower=None,
            upper=None,
            goal=None,
            n=count,
            shown=f"{count:,}",
        )
        for name, count in steps.items()
    ]
    finding = text(
        "call_results.waterfall_title", language, code=outcomes.code, complete=overall.complete, sample=steps["sample"]
    )
    label = text("call_results.customers", language)
    return chart_of_rows(rows, language, label=label, scale=Scale("", "neutral"), title=finding, kind="bars")
