"""What availability reads, as SQL: stoppages with the counts of customers beside them, gaps of posts made one."""

from __future__ import annotations

import datetime as dt
from typing import Final

from svcqa.entities.commitment import Commitment
from svcqa.entities.rules import Availability, Staffed
from svcqa.metrics.base import COUNTED_KIND, KIND_OF_COUNT, existence
from svcqa.metrics.context import Context
from svcqa.metrics.sql import code, column, exclusion_reason, matches, moment, quoted

INCIDENT, WHOLE, BASE = "incident", "whole", "base"
"""The parts of what is read: stoppages or gaps, gaps whatever the reason, counts."""
_LONG_AGO: Final = "TIMESTAMP '0001-01-01 00:00:00'"
_FAR: Final = "TIMESTAMP '9999-01-01 00:00:00'"


def interruptions(commitment: Commitment, rule: Availability, extra: tuple[str, ...]) -> str:
    """Each stoppage once, and the counts of customers by month and kind."""
    more = "".join(f", {column(name)}" for name in extra)
    nothing = "".join(", NULL" for _ in extra)
    start, stop, hit = column(rule.start), column(rule.stop), column(rule.customers)
    order = f"{start}, {stop}, CAST(unit AS VARCHAR(200)), {hit}"
    return (
        f"SELECT '{INCIDENT}' AS part, CAST(ROW_NUMBER() OVER (ORDER BY {order}) AS VARCHAR(20)) AS incident, "
        f"{code('unit')} AS unit, {start} AS started, {stop} AS stopped, {hit} AS hit, "
        f"{exclusion_reason(commitment)} AS excluded, '' AS {COUNTED_KIND}{more} "
        f"FROM records WHERE {matches(commitment.where)} "
        f"UNION ALL SELECT '{BASE}', '', {code('unit')}, month, NULL, {rule.valid}, '', "
        f"{KIND_OF_COUNT}{nothing} "
        f"FROM customer_counts WHERE {rule.valid} IS NOT NULL"
    )


def gaps(commitment: Commitment, rule: Staffed, extra: tuple[str, ...], context: Context) -> str:
    """Gaps of one post that overlap or touch become one; a unit that is not there has no post to leave.

    They do so twice: reason by reason, and all together for the figure without exclusions, in which a gap left out and
    one that counts may share seconds.
    """
    start, stop, post = column(rule.start), column(rule.stop), column(rule.post)
    more = "".join(f", {column(name)}" for name in extra)
    apart = f"part, unit, post, excluded{more}"
    window = f"PARTITION BY {apart} ORDER BY started, stopped"
    opened, closed = _existence(rule, context)
    return (
        f"WITH gaps AS (SELECT {code('unit')} AS unit, {code(post)} AS post, "
        f"GREATEST({start}, {opened}) AS started, LEAST(COALESCE({stop}, {_FAR}), {closed}) AS stopped, "
        f"{exclusion_reason(commitment)} AS excluded{more} FROM records WHERE {matches(commitment.where)}), "
        f"twice AS (SELECT '{INCIDENT}' AS part, unit, post, started, stopped, excluded{more} FROM gaps "
        f"UNION ALL SELECT '{WHOLE}', unit, post, started, stopped, ''{more} FROM gaps), "
        f"behind AS (SELECT twice.*, MAX(stopped) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) "
        "AS until FROM twice), "
        "numbered AS (SELECT behind.*, SUM(CASE WHEN until >= started THEN 0 ELSE 1 END) "
        f"OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island FROM behind), "
        f"merged AS (SELECT {apart}, MIN(started) AS started, MAX(stopped) AS stopped FROM numbered "
        f"GROUP BY {apart}, island) "
        "SELECT part, CAST(ROW_NUMBER() OVER (ORDER BY part, unit, post, started, excluded) AS VARCHAR(20)) "
        "AS incident, unit, started, stopped, CASE WHEN stopped < started THEN NULL ELSE 1 END AS hit, "
        f"excluded, '' AS {COUNTED_KIND}{more} FROM merged"
    )


def _existence(rule: Staffed, context: Context) -> tuple[str, str]:
    """From when and up to when the unit of a gap exists, as SQL."""
    bounds = {unit: existence(context.organisation.unit(unit)) for unit, _ in rule.posts}
    opened = "".join(
        f" WHEN {quoted(unit)} THEN {moment(first)}" for unit, (first, _) in bounds.items() if first != dt.datetime.min
    )
    closed = "".join(
        f" WHEN {quoted(unit)} THEN {moment(end)}" for unit, (_, end) in bounds.items() if end != dt.datetime.max
    )
    return (
        f"CASE {code('unit')}{opened} ELSE {_LONG_AGO} END" if opened else _LONG_AGO,
        f"CASE {code('unit')}{closed} ELSE {_FAR} END" if closed else _FAR,
    )
