"""How long cases take, as a picture: what a metric of times knows, in the words of the charts."""

from __future__ import annotations

from dataclasses import replace

from svcqa.catalogue import Language, text
from svcqa.metrics.distribution import TimeDistribution
from svcqa.report.charts import Chart, Distribution, chart_of_distribution


def times_chart(time_distribution: TimeDistribution, label: str, language: Language) -> Chart:
    """The distribution with its limit, its percentiles, open cases apart. A percentile not reached has no line."""
    values, weights, still_open = [], [], []
    for counts, is_open in ((time_distribution.closed, False), (time_distribution.open, True)):
        for time, count in zip(time_distribution.time, counts, strict=True):
            if count:
                values.append(float(time))
                weights.append(int(count))
                still_open.append(is_open)
    marks = {name.upper(): value for name, value in time_distribution.percentiles.items() if value is not None}
    missed = [name.upper() for name, value in time_distribution.percentiles.items() if value is None]
    chart = chart_of_distribution(
        Distribution(
            label=label,
            unit=time_distribution.value_unit,
            values=tuple(values),
            weights=tuple(weights),
            limit=time_distribution.limit,
            marks=marks,
            still_open=tuple(still_open),
        ),
        language,
    )
    if not missed:
        return chart
    glue = text("wording.separator", language)
    note = text("charts.not_reached", language, names=glue.join(missed))
    return replace(chart, notes=(*chart.notes, note))
