"""How long cases take, as a picture: what a metric of times knows, in the words of the charts."""

from __future__ import annotations

from dataclasses import replace

from svcqa.catalogue import Language, text
from svcqa.metrics.distribution import TimeDistribution
from svcqa.report.charts import Chart, Distribution, chart_of_distribution


def times_chart(found: TimeDistribution, label: str, language: Language) -> Chart:
    """The distribution with its limit, its percentiles, open cases apart. A percentile not reached has no line."""
    values, weights, still_open = [], [], []
    for counts, is_open in ((found.closed, False), (found.open, True)):
        for time, count in zip(found.time, counts, strict=True):
            if count:
                values.append(float(time))
                weights.append(int(count))
                still_open.append(is_open)
    marks = {name.upper(): value for name, value in found.percentiles.items() if value is not None}
    missed = [name.upper() for name, value in found.percentiles.items() if value is None]
    chart = chart_of_distribution(
        Distribution(
            label=label,
            unit=found.value_unit,
            values=tuple(values),
            weights=tuple(weights),
            limit=found.limit,
            marks=marks,
            still_open=tuple(still_open),
        ),
        language,
    )
    if not missed:
        return chart
    glue = text("wording.separator", language)
    said = text("charts.not_reached", language, names=glue.join(missed))
    return replace(chart, notes=(*chart.notes, said))
