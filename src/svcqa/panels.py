"""Panels for notebooks: ipywidgets over a workspace. They hold no figures of their own."""

from svcqa.widgets.distribution_panel import DistributionPanel
from svcqa.widgets.half_year import HalfYearPanel
from svcqa.widgets.mapping import MappingPanel
from svcqa.widgets.metric_panel import MetricPanel
from svcqa.widgets.outlook_panel import OutlookPanel
from svcqa.widgets.target_panel import TargetPanel
from svcqa.widgets.wave_panel import WavePanel

__all__ = [
    "DistributionPanel",
    "HalfYearPanel",
    "MappingPanel",
    "MetricPanel",
    "OutlookPanel",
    "TargetPanel",
    "WavePanel",
]
