"""The targets of a year to come, from what an open workspace knows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from svcqa.periods import PeriodKind, read_moment
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    from svcqa.entities.plan import NextYearRules
    from svcqa.review.next_year.year import NextYear


def next_year(
    workspace: OpenedWorkspace,
    year: int,
    *,
    as_of: dt.datetime | str | None = None,
    unit: str | None = None,
    rules: NextYearRules | None = None,
) -> NextYear:
    """The targets of a year to come: proposed, shared out, tried and saved.

    Args:
        year: the year that is planned.
        as_of: what was known at this moment (local time); the end of the last month with records where absent.
        unit: whose targets; the company's where absent.
        rules: how goals are proposed; those of ``svcqa.toml`` where absent.
    """
    from svcqa.review.next_year.year import NextYear

    moment = read_moment(as_of) or _last_known(workspace)
    month = workspace.period_rule.containing(moment.date(), PeriodKind.MONTH)
    return NextYear(
        figures=workspace.figures,
        policies=workspace.policies,
        register=workspace.register,
        context=workspace.context(month, moment, unit=unit),
        year=year,
        rules=rules or workspace.settings.next_year,
    )


def _last_known(workspace: OpenedWorkspace) -> dt.datetime:
    """The end of the last month that has records, or now: what nobody has read yet is not nothing."""
    months = workspace.months_read("monthly_returns")
    now = dt.datetime.now().replace(microsecond=0)
    return min(now, workspace.period(max(months)).end) if months else now
