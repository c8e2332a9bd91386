"""Drivers of metrics, one for each shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from svcqa.metrics.context import Shape
from svcqa.metrics.contract import Metric
from svcqa.metrics.drivers.contract import Driver, Sources, named
from svcqa.metrics.drivers.record import RecordDriver
from svcqa.metrics.drivers.series import SeriesDriver
from svcqa.metrics.drivers.survey import SurveyDriver

__all__ = ["Driver", "Sources", "driver_of", "named"]

_DRIVERS: Final[Mapping[Shape, Callable[[Any], Driver]]] = {
    "record": RecordDriver,
    "series": SeriesDriver,
    "survey": SurveyDriver,
}


def driver_of(metric: Metric) -> Driver:
    """The driver of a metric: the only place that looks at its shape."""
    return _DRIVERS[metric.spec.shape](metric)
