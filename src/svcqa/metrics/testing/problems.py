"""What a check says where a metric fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

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


def examples_of(metric: Any) -> Sequence[Any]:
    """The metric's examples, of which it needs at least one."""
    given: Sequence[Any] = metric.examples() if callable(getattr(metric, "examples", None)) else ()
    require([] if given else ["it gives at least one example: without one nothing can be checked"])
    return given


def same(got: Any, wanted: Any) -> bool:
    """Whether a figure is the expected one."""
    if isinstance(wanted, float) and isinstance(got, (int, float)):
        return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-12)
    return bool(got == wanted)


def name_of(metric: Any) -> str:
    """What the metric is called, also where it does not say."""
    return str(getattr(getattr(metric, "spec", None), "name", type(metric).__name__))
