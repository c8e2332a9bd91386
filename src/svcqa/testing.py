"""The conformance kit: what every metric must keep, checked on the metric's own examples. No program needs it."""

from svcqa.metrics.conformance import CheckOutcome
from svcqa.metrics.testing import Check, check_metric, checks, metric_checks, outcomes

__all__ = ["Check", "CheckOutcome", "check_metric", "checks", "metric_checks", "outcomes"]
