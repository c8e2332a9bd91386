"""Driving a metric: request, summary, result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from svcqa.engine.contract import Engine, Progress, Request
from svcqa.engine.summary import Summary
from svcqa.entities.base import Entity
from svcqa.entities.commitment import Commitment
from svcqa.entities.organisation import LEVELS
from svcqa.entities.target import LevelTarget
from svcqa.entities.validation import faults_of
from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.grouping import PERIOD_KINDS, code_columns
from svcqa.metrics.registry import Registry
from svcqa.metrics.result import Result
from svcqa.metrics.survey.waves import Surveyed


def validated(metric: Any, params: Mapping[str, Any], *, file: str = "", place: str = "") -> Entity:
    """The metric's parameters as its own frozen model.

    Args:
        file, place: where the parameters stand, for the error.

    Raises:
        MetricError: with every parameter that is missing or wrong.
    """
    commitment, only = params.get("commitment"), getattr(metric.params, "only", None)
    if isinstance(commitment, Commitment) and only is not None and commitment.metric != only:
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
    if plugin.error:
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


def check_reads_records(metric: Any) -> None:
    """See that a metric can be asked for its summary or its cases.

    Raises:
        MetricError: it reads another metric's series, or a survey.
    """
    if metric.spec.shape != "record":
        raise MetricError(Fault("reads_no_records", got=metric.spec.name))


def request_for(metric: Any, params: Entity, context: Context, available: Sequence[str]) -> Request:
    """What the engine is asked for.

    Raises:
        MetricError: a column is missing, or ``by`` names something unknown, or two
            lengths of period or levels of the organisation at once.
    """
    extra = code_columns(context.by)
    table, columns, derive = metric.table(params), metric.columns(params), metric.derive(params, context)
    if not available:
        raise MetricError(Fault("no_records", got=table))
    if derive is None:
        missing = [name for name in columns if name not in available]
        if missing:
            allowed = ", ".join(available)
            raise MetricError([Fault("column_missing_in_table", place=table, got=n, allowed=allowed) for n in missing])
    unknown = [name for name in extra if name not in available]
    if unknown:
        allowed = ", ".join((*LEVELS, "unit", *PERIOD_KINDS, *available))
        raise MetricError([Fault("unknown_grouping", got=name, allowed=allowed) for name in unknown])
    for several in (
        [name for name in context.by if name in PERIOD_KINDS],
        [name for name in context.by if name in (*LEVELS, "unit")],
    ):
        if len(several) > 1:
            raise MetricError(Fault("unknown_grouping", got=", ".join(several)))
    spec = metric.spec
    parts = (
        spec.name,
        spec.version,
        type(metric).__module__,
        params.model_dump_json(),
        context.calendars.digest,
        str(context.period_rule),
        repr(derive or ""),
    )
    fingerprint = hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]
    own = metric.keys(params) if hasattr(metric, "keys") else ()
    keys = tuple(dict.fromkeys(("unit", *extra, *own)))
    return Request(
        table=table,
        columns=columns,
        keys=keys,
        fingerprint=fingerprint,
        as_of=context.as_of_seconds,
        known_at=context.known_at,
        derive=derive,
    )


def summarise(
    engine: Engine, metric: Any, params: Entity, context: Context, *, progress: Progress | None = None
) -> Summary:
    """The summary that :func:`read` takes; limits can then be moved without touching the records."""
    request = request_for(metric, params, context, engine.columns(metric.table(params)))
    return engine.summarise(request, lambda batch: metric.observe(batch, params, context), progress=progress)


def read(
    metric: Any, summary: Summary | Result | Surveyed, params: Entity, context: Context, *, pins: Mapping[str, str]
) -> Result:
    """The metric's figures from a summary, another metric's result or a wave, with what pins them.

    Raises:
        MetricError: the metric gives something else than a result.
    """
    given = (summary.wave, summary.design) if isinstance(summary, Surveyed) else (summary,)
    result = metric.measure(*given, params, context)
    if not isinstance(result, Result):
        got = f"measure gives a Result, not {type(result).__name__}"
        raise MetricError(Fault("plugin_contract", place=metric.spec.name, got=got))
    about = {
        "metric": metric.spec.name,
        "formula": str(metric.spec.formula),
        "reference": metric.spec.reference,
        "as_of": context.as_of.isoformat(sep=" "),
        "calendar": context.calendars.digest,
        "calendar_source": context.calendar.source,
        **pins,
    }
    return replace(
        result,
        about={**about, **result.about},
        unit=result.unit or metric.spec.unit,
        better=result.better or metric.spec.better,
        label=result.label or metric.spec.label,
    )
