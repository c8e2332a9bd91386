"""The frame of a wave: every customer with a case in scope, the case that stands for him, and what keeps him out.

The query names only what every engine has. Its views are the records' tables, ``units`` (each unit and its place in the
organisation), ``contacts`` (customers in quarantine), ``do_not_call``, ``reachable`` and ``draw_key``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from svcqa.entities.organisation import LEVELS
from svcqa.entities.survey import BETWEEN, RECORD_COLUMNS, CallbackService, Survey
from svcqa.metrics import sql

REASONS: Final = ("no_customer", "too_early", "too_late", "do_not_call", "no_contact", "quarantine")
"""Why somebody is left out, in the order in which it is asked: the first that holds counts."""
COLUMNS: Final = (
    "customer",
    "stratum",
    "reason",
    "service",
    "source_table",
    "record_id",
    "unit",
    *LEVELS,
    *RECORD_COLUMNS,
    "closed_at",
    "cases",
)


@dataclass(frozen=True)
class Span:
    """The cases a wave speaks for: closed from ``first`` and before ``end``; called from ``as_of`` on."""

    first: dt.datetime
    end: dt.datetime
    as_of: dt.datetime

    def called_within(self, survey: Survey) -> tuple[dt.datetime, dt.datetime]:
        """Cases closed from the one moment and before the other can be called by the survey's window."""
        today = dt.datetime.combine(self.as_of.date(), dt.time())
        window = survey.window
        return (
            today - dt.timedelta(days=window.latest),
            today + dt.timedelta(days=window.field_days - window.earliest),
        )


def tables_of(survey: Survey) -> tuple[str, ...]:
    """The tables that the survey's services are records of."""
    return tuple(dict.fromkeys(service.table for service in survey.services))


def call_days(survey: Survey, closed: dt.datetime, as_of: dt.datetime) -> tuple[dt.date, dt.date]:
    """The first and the last day on which somebody whose case was closed then may be called."""
    window, day = survey.window, closed.date()
    last = min(day + dt.timedelta(days=window.latest), as_of.date() + dt.timedelta(days=window.field_days - 1))
    return max(day + dt.timedelta(days=window.earliest), as_of.date()), last


def frame_sql(survey: Survey, span: Span, *, keys: Mapping[str, str], columns: Mapping[str, Sequence[str]]) -> str:
    """The query that gives :data:`COLUMNS`, a row for each customer and for each case of nobody known.

    Where a customer has several cases that can be called, the keyed hash picks the one that stands for him, so that
    neither a department nor chance in the sources decides; ``cases`` says how many he has.

    Args:
        keys: the column with a record's number, by table.
        columns: the columns that each table has.
    """
    cases = "\n  UNION ALL\n".join(
        _cases(service, span, keys[service.table], columns[service.table]) for service in survey.services
    )
    begin, end = (sql.moment(moment) for moment in span.called_within(survey))
    levels = ", ".join(f"u.{level}" for level in LEVELS)
    output_columns = ", ".join(f"r.{name}" for name in COLUMNS if name not in ("stratum", "reason", "cases"))
    parts = f" || '{BETWEEN}' || ".join(f"COALESCE(CAST(r.{name} AS VARCHAR(200)), '')" for name in survey.strata)
    phone = "WHEN k.customer IS NULL THEN 'no_contact' " if survey.phone_required else ""
    return f"""
WITH cases AS (
{cases}
), placed AS (
  SELECT c.*, {levels}, d.draw_key,
    CASE WHEN c.closed_at < {begin} THEN 'too_late' WHEN c.closed_at >= {end} THEN 'too_early' ELSE '' END AS timing
  FROM cases AS c JOIN units AS u ON u.unit = c.unit CROSS JOIN draw_key AS d
), ranked AS (
  SELECT p.*, row_number() OVER (PARTITION BY p.customer ORDER BY CASE WHEN p.timing = '' THEN 0 ELSE 1 END,
      sha2(p.draw_key || ':' || p.customer || ':' || p.source_table || ':' || p.record_id, 256), p.service) AS place,
    sum(CASE WHEN p.timing = '' THEN 1 ELSE 0 END) OVER (PARTITION BY p.customer) AS callable
  FROM placed AS p WHERE p.customer IS NOT NULL
)
SELECT {output_columns}, {parts} AS stratum, CAST(r.callable AS BIGINT) AS cases,
  CASE WHEN r.timing <> '' THEN r.timing WHEN b.customer IS NOT NULL THEN 'do_not_call' {phone}
       WHEN q.customer IS NOT NULL THEN 'quarantine' ELSE '' END AS reason
FROM ranked AS r
LEFT JOIN (SELECT DISTINCT customer FROM do_not_call) AS b ON b.customer = r.customer
LEFT JOIN (SELECT DISTINCT customer FROM reachable) AS k ON k.customer = r.customer
LEFT JOIN (SELECT DISTINCT customer FROM contacts) AS q ON q.customer = r.customer
WHERE r.place = 1
UNION ALL
SELECT {output_columns}, {parts} AS stratum, CAST(1 AS BIGINT) AS cases, 'no_customer' AS reason
FROM placed AS r WHERE r.customer IS NULL
ORDER BY stratum, customer, source_table, record_id
"""


def _cases(service: CallbackService, span: Span, key: str, columns: Sequence[str]) -> str:
    """The cases of one service that were closed in the wave's span."""
    closed = sql.column(service.closed)
    extra = ", ".join(f"{sql.code(name)} AS {name}" if name in columns else f"'' AS {name}" for name in RECORD_COLUMNS)
    return (
        f"  SELECT {sql.quoted(service.key)} AS service, {sql.quoted(service.table)} AS source_table, "
        f"CAST({sql.column(key)} AS VARCHAR(200)) AS record_id, CAST(customer AS VARCHAR(64)) AS customer, "
        f"CAST(unit AS VARCHAR(200)) AS unit, {extra}, {closed} AS closed_at\n"
        f"  FROM {sql.column(service.table)} WHERE {sql.matches(service.where)} "
        f"AND {closed} >= {sql.moment(span.first)} AND {closed} < {sql.moment(span.end)}"
    )


def contacts_sql(survey: Survey, as_of: dt.datetime) -> str:
    """Customers who are in quarantine at ``as_of``: called for whatever survey, or drawn and perhaps called today.

    Its views are ``callbacks`` and ``waves``: the main rows of other waves, and their reserves, with their references.
    """
    since = sql.moment(as_of - dt.timedelta(days=survey.quarantine_days))
    until = sql.moment(as_of)
    return f"""
SELECT CAST(c.customer AS VARCHAR(64)) AS customer FROM callbacks AS c
WHERE c.customer IS NOT NULL AND c.called_at >= {since} AND c.called_at < {until}
UNION
SELECT w.customer FROM waves AS w WHERE w.role = 'main' AND w.as_of > {since} AND w.as_of <= {until}
UNION
SELECT w.customer FROM waves AS w JOIN callbacks AS c ON CAST(c.callback_id AS VARCHAR(200)) = w.reference
WHERE c.called_at >= {since} AND c.called_at < {until}
"""
