"""The parameters of a metric as its own frozen model, and what is wrong with those of a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from svcqa.entities.base import Entity
from svcqa.entities.commitment import Commitment
from svcqa.entities.target import LevelTarget
from svcqa.entities.validation import faults_of
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import MeasuresCommitments, having
from svcqa.metrics.contract import Metric
from svcqa.metrics.registry import Registry


def validated(metric: Metric, params: Mapping[str, Any], *, file: str = "", place: str = "") -> Entity:
    """The metric's parameters as its own frozen model.

    Args:
        file, place: where the parameters stand, for the error.

    Raises:
        MetricError: with every parameter that is missing or wrong.
    """
    commitment, measuring = params.get("commitment"), having(metric, MeasuresCommitments)
    if measuring is not None and isinstance(commitment, Commitment) and commitment.metric != metric.spec.name:
        raise MetricError(
            Fault(
                "measured_by", file=file, place=place or metric.spec.name, got=commitment.key, allowed=commitment.metric
            )
        )
    try:
        model: Entity = metric.params.model_validate(dict(params))
    except ValidationError as error:
        faults = faults_of(error, file=file, place=place or metric.spec.name, model=metric.params)
        raise MetricError(faults) from error
    return model


def target_faults(registry: Registry, target: LevelTarget, file: str) -> list[Fault]:
    """What is wrong with a target that names a metric: the name, what it measures, its parameters.

    A plugin that is installed and broken is no fault of the policy: it costs its own row of the review.
    """
    plugins = registry.plugins()
    place = f'target "{target.key}"'
    plugin = plugins.get(target.metric or "")
    if plugin is None:
        return [
            Fault(
                "unknown_metric",
                file=file,
                place=f"{place} › metric",
                got=repr(target.metric),
                allowed=", ".join(plugins),
            )
        ]
    if plugin.metric is None:
        return []
    spec = plugin.metric.spec
    if spec.better == "neutral":
        return [Fault("level_needs_direction", file=file, place=f"{place} › metric", got=spec.name)]
    if spec.unit == "share" and not 0 <= target.goal <= 1:
        return [Fault("goal_is_no_share", file=file, place=f"{place} › goal", got=repr(target.goal))]
    try:
        validated(plugin.metric, target.params, file=file, place=f"{place} › params")
    except MetricError as error:
        return list(error.faults)
    return []
