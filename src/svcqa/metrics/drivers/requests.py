"""What the engine is asked for on behalf of a record metric."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from svcqa.engine.contract import Engine, Progress, Request
from svcqa.engine.summary import Summary
from svcqa.entities.base import Entity
from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import HasKeys, having
from svcqa.metrics.context import Context
from svcqa.metrics.contract import RecordMetric
from svcqa.metrics.grouping import PERIOD_KINDS, code_columns


def request_for(metric: RecordMetric[Any], params: Entity, context: Context, available: Sequence[str]) -> Request:
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
    keyed = having(metric, HasKeys[Any])
    metric_keys = keyed.keys(params) if keyed is not None else ()
    keys = tuple(dict.fromkeys(("unit", *extra, *metric_keys)))
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
    engine: Engine,
    metric: RecordMetric[Any],
    params: Entity,
    context: Context,
    *,
    progress: Progress | None = None,
) -> Summary:
    """The summary that figures are read from; limits can then be moved without touching the records."""
    request = request_for(metric, params, context, engine.columns(metric.table(params)))
    return engine.summarise(request, lambda batch: metric.observe(batch, params, context), progress=progress)
