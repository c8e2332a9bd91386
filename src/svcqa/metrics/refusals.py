"""What breaks or refuses below comes as the refusal of whoever was asked for the figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from svcqa.errors import Fault, MetricError, StatsError, SvcqaError


@contextmanager
def refusing() -> Iterator[None]:
    """What a formula refuses is refused as a MetricError with the same faults."""
    try:
        yield
    except StatsError as error:
        raise MetricError(error.faults) from error


@contextmanager
def named(metric: str) -> Iterator[None]:
    """A plugin that breaks costs its own row, not the review: its error comes as a refusal that names it.

    What a formula refuses comes as the refusal of the metric that asked it.
    """
    try:
        with refusing():
            yield
    except SvcqaError:
        raise
    except Exception as error:  # whatever a plugin raises is its own fault, and told with its name
        message = f"{type(error).__name__}: {error}"
        raise MetricError(Fault("plugin_contract", place=metric, got=message)) from error
