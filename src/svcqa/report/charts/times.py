"""How long cases take, as a picture: what a metric of times knows, in the words of the charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from svcqa.catalogue import Language, text
from svcqa.report.charts import Chart, Distribution, chart_of_distribution


class Times(Protocol):
    """Distinct times of one group in order, with closed and open cases; see the plugin ``sla_percentiles``."""

    @property
    def value_unit(self) -> str:
        """Unit of the times."""

    @property
    def time(self) -> Any:
        """Distinct times, ``(times,)``."""

    @property
    def closed(self) -> Any:
        """Cases that ended at each time."""

    @property
    def open(self) -> Any:
        """Open cases that have come so far."""

    @property
    def limit(self) -> float | None:
        """The limit, where all cases have the same."""

    @property
    def percentiles(self) -> Mapping[str, Any]:
        """Estimates by name, such as ``p90``."""


def times_chart(found: Times, label: str, language: Language) -> Chart:
    """The distribution with its limit, its percentiles, open cases apart. A percentile not reached has no line."""
    values, weights, still_open = [], [], []
    for counts, is_open in ((found.closed, False), (found.open, True)):
        for time, count in zip(found.time, counts, strict=True):
            if count:
                values.append(float(time))
                weights.append(int(count))
                still_open.append(is_open)
    marks = {name.upper(): float(one.value) for name, one in found.percentiles.items() if one.value is not None}
    missed = [name.upper() for name, one in found.percentiles.items() if one.value is None]
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
    from dataclasses import replace

    glue = text("wording.separator", language)
    said = text("charts.not_reached", language, names=glue.join(missed))
    return replace(chart, notes=(*chart.notes, said))
