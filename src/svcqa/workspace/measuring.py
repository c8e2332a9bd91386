"""The figures of an open workspace: measured, moved, listed case by case, explained, compared with before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from svcqa.metrics.abilities import TakesRebases, having
from svcqa.metrics.figures import WhatIf
from svcqa.metrics.result import Result
from svcqa.metrics.states import STATES
from svcqa.periods import Period, PeriodKind, read_moment
from svcqa.register.rebases import rebases
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    import pandas as pd

    from svcqa.metrics.explanation import Explanation


def measure(
    workspace: OpenedWorkspace,
    metric: str,
    *,
    period: str | Period,
    commitment: str | None = None,
    target: str | None = None,
    by: Sequence[str] = (),
    as_of: dt.datetime | str | None = None,
    cumulative: bool = False,
    unit: str | None = None,
    level: float = 0.95,
    limit: int | None = None,
    known_at: dt.datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> Result:
    """The figures of a metric.

    Args:
        metric: a name of ``svcqa plugins``.
        period: ``2026H1``, ``2026-06``, ``2026Q2``, ``2026-W23``, ``2026``.
        commitment: key of the commitment, for metrics that take one.
        target: key of the target, for metrics that take one.
        by: levels of the organisation, ``unit``, lengths of period, columns of codes.
        as_of: events after it are masked (local time); the end of the period where absent, of a survey metric that
            of the wave's calls.
        cumulative: each period counts from the first day of its year.
        unit: only this unit and what is below it.
        level: coverage of the intervals.
        limit: a limit to try instead of the promised one.
        known_at: only what had been read by then (UTC).
        params: further parameters of the metric, held against its own model.

    Returns:
        A tidy frame, see ``svcqa.metrics.result.COLUMNS``.
    """
    metric_params = {**_params(workspace, commitment, target), **(params or {})}
    resolved_period = workspace.period(period) if isinstance(period, str) else period
    as_of = as_of or workspace.figures.asked_as_of(metric, metric_params, resolved_period)
    context = workspace.context(
        resolved_period, as_of, by=by, cumulative=cumulative, unit=unit, level=level, known_at=known_at
    )
    if having(workspace.registry.get(metric), TakesRebases) is not None:
        metric_params.setdefault("rebases", tuple(rebases(workspace.register, known_at=context.known_at)))
    if limit is not None:
        return workspace.figures.what_if(metric, metric_params, context).at(limit=limit)
    return workspace.figures.result(metric, metric_params, context)


def what_if(
    workspace: OpenedWorkspace,
    commitment: str,
    *,
    period: str | Period,
    by: Sequence[str] = (),
    unit: str | None = None,
    as_of: dt.datetime | str | None = None,
    metric: str | None = None,
) -> WhatIf:
    """A commitment's figure with parameters to move: ``.at(limit=45)`` answers at once.

    Args:
        metric: another metric of the same commitment, such as ``sla_percentiles``; its own where absent.
    """
    context = workspace.context(period, as_of, by=by, unit=unit)
    params = _params(workspace, commitment, None)
    return workspace.figures.what_if(metric or params["commitment"].metric, params, context)


def cases(
    workspace: OpenedWorkspace,
    commitment: str | None = None,
    *,
    period: str | Period,
    metric: str | None = None,
    params: Mapping[str, Any] | None = None,
    states: Sequence[str] = STATES,
    columns: Sequence[str] = (),
    unit: str | None = None,
    as_of: dt.datetime | str | None = None,
) -> pd.DataFrame:
    """The cases behind a figure, one row each, with their state and where they were read.

    Args:
        commitment: key of the commitment whose cases are listed.
        metric: whose cases are listed; the commitment's own where absent.
        params: further parameters of the metric.
        states: only cases in one of these states.
        columns: further columns of the metric's table, or of what it joins to it.

    Raises:
        MetricError: the metric does not say in which state its cases are.
    """
    context = workspace.context(period, as_of, unit=unit)
    metric_params = {**_params(workspace, commitment, None), **(params or {})}
    chosen = metric or (metric_params["commitment"].metric if commitment is not None else "")
    return workspace.figures.cases(chosen, metric_params, context, columns=columns, states=states)


def explain(
    workspace: OpenedWorkspace, case: str, *, commitment: str | None = None, as_of: dt.datetime | str | None = None
) -> tuple[Explanation, ...]:
    """Where the figure of one case comes from: state, due moment, and what of its time counted and why.

    Args:
        case: key of the record, such as an order's number.
        commitment: key of a commitment; every one that the case falls under where absent.
        as_of: as it was known at this moment (local time); now where absent.

    Raises:
        NameUnknownError: nobody has read such a case, or the commitment is not for it.
    """
    from svcqa.review.explained import explain

    moment = read_moment(as_of) or dt.datetime.now().replace(microsecond=0)
    month = workspace.period_rule.containing(moment.date(), PeriodKind.MONTH)
    return explain(workspace.figures, workspace.policies, workspace.context(month, moment), case, commitment=commitment)


def drivers(
    workspace: OpenedWorkspace,
    commitment: str,
    *,
    period: str | Period,
    against: str | Period | None = None,
    by: Sequence[str] = ("department",),
    unit: str | None = None,
    as_of: dt.datetime | str | None = None,
) -> pd.DataFrame:
    """What moved a figure since ``against`` (the period before where absent), split by each of ``by``.

    Columns: ``svcqa.review.drivers.COLUMNS``. The cases behind a row: :meth:`cases` with the same period.
    """
    from svcqa.review.drivers import drivers

    context = workspace.context(period, as_of, unit=unit)
    since = workspace.period(against) if isinstance(against, str) else against
    since = since or workspace.period_rule.previous(context.period)
    counted = workspace.policies.commitment(commitment).counted
    return drivers(workspace.figures, counted, context, against=since, by=by)


def _params(workspace: OpenedWorkspace, commitment: str | None, target: str | None) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if commitment is not None:
        params["commitment"] = workspace.policies.commitment(commitment).counted
    if target is not None:
        params["target"] = workspace.policies.target(target)
    return params
