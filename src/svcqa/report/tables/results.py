"""Any metric as tables: its result, what it says of itself, its examples and how its checks ended."""

from svcqa.report.tables.reviews import conformance, examples, metric, result

__all__ = ["conformance", "examples", "metric", "result"]
