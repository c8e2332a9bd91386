"""What a check says where a metric fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, cast

from svcqa.metrics.abilities import given
from svcqa.metrics.context import MetricSpec
from svcqa.metrics.contract import SeriesMetric

SEED: Final = 20_260_131
"""Of whatever a check puts in another order."""


class FailureError(Exception):
    """A check found problems."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        super().__init__("; ".join(lines))


def require(problems: Sequence[str]) -> None:
    """Fail with the problems, if there are any."""
    if problems:
        raise FailureError(list(dict.fromkeys(problems)))


def examples_of(metric: object) -> Sequence[Any]:
    """The metric's examples, of which it needs at least one."""
    examples = all_examples(metric)
    require([] if examples else ["it gives at least one example: without one nothing can be checked"])
    return examples


def all_examples(metric: object) -> Sequence[Any]:
    """The metric's examples; none where it has no such method, which a metric can be driven without."""
    return cast(SeriesMetric[Any], metric).examples() if given(metric, "examples") is not None else ()


def same(got: Any, expected: Any) -> bool:
    """Whether a figure is the expected one."""
    if isinstance(expected, float) and isinstance(got, (int, float)):
        return math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12)
    return bool(got == expected)


def spec_of(metric: object) -> MetricSpec | None:
    """What the metric says of itself; ``None`` where it says nothing."""
    spec = given(metric, "spec")
    return spec if isinstance(spec, MetricSpec) else None


def name_of(metric: object) -> str:
    """What the metric is called, also where it does not say."""
    spec = spec_of(metric)
    return type(metric).__name__ if spec is None else spec.name
