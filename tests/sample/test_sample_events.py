"""The sample company's stoppages, gaps, visits and callbacks: ``truth.json`` against SQL on the rows that were read.

``truth.json`` counts one record at a time and imports nothing of ours; the SQL here is a second count of the same rows
that shares no line with it. ``test_sample_figures.py`` compares the metrics' figures with ``truth.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import svcqa
from support.workspaces import SAMPLE

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
EFFECTS = {effect["key"]: effect for effect in TRUTH["effects"]}
TABLES = (
    "work_orders",
    "complaints",
    "monthly_returns",
    "outages",
    "duty_gaps",
    "customer_counts",
    "inspections",
    "callbacks",
)
MONTHS = """
    SELECT m AS first, m + INTERVAL 1 MONTH AS after, strftime(m, '%Y-%m') AS month
    FROM range(TIMESTAMP '2023-07-01', TIMESTAMP '2026-07-01', INTERVAL 1 MONTH) AS r(m)
"""


@pytest.fixture(scope="module")
def sql(sample_workspace: svcqa.Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The accepted rows that no correction replaced, by table, and the months of the sample."""
    with duckdb.connect() as connection:
        for name in TABLES:
            parts = []
            for part in sample_workspace.store.parts(name):
                rows = parquet.read_table(part.path)
                parts.append(rows.take(np.setdiff1d(np.arange(rows.num_rows), part.dead())))
            connection.register(name, pa.concat_tables(parts, promote_options="permissive"))
        connection.execute(f"CREATE VIEW months AS {MONTHS}")
        connection.execute(f"SET VARIABLE as_of = TIMESTAMP '{TRUTH['as_of']}'")
        yield connection


def rolled_up(sql: duckdb.DuckDBPyConnection, amounts: str, names: tuple[str, ...]) -> dict[str, Any]:
    """``names`` added up per month and unit, for the company and for the first half of 2026.

    Args:
        amounts: a query for the columns month, unit and ``names``.
    """
    sums = ", ".join(f"sum({name})::BIGINT" for name in names)
    rows = sql.execute(
        f"WITH amounts AS ({amounts}) SELECT month, coalesce(unit, 'C'), {sums} FROM amounts"
        " GROUP BY GROUPING SETS ((month, unit), (month))"
        f" UNION ALL SELECT '2026H1', coalesce(unit, 'C'), {sums} FROM amounts WHERE month >= '2026-01'"
        " GROUP BY GROUPING SETS ((unit), ())"
    ).fetchall()
    found: dict[str, Any] = {}
    for month, unit, *values in rows:
        found.setdefault(month, {})[unit] = dict(zip(names, values, strict=True))
    return found


def of_2026(found: dict[str, Any]) -> dict[str, Any]:
    return {period: units for period, units in found.items() if period.startswith("2026")}


# --- the second count -----------------------------------------------------------------------------------------------

CONTINUITY = """
    WITH stops AS (
        SELECT unit, started_at, customers_affected, least(coalesce(restored_at, getvariable('as_of')),
               getvariable('as_of')) AS ended, kind = 'emergency' OR excluded_reason IS NOT NULL AS emergency
        FROM outages
    ), lost AS (
        SELECT unit, month, emergency,
               date_diff('second', greatest(first, started_at), least(after, ended)) * customers_affected AS seconds
        FROM stops JOIN months ON started_at < after AND ended > first
    )
    SELECT month, unit, seconds AS lost_customer_seconds,
           CASE WHEN emergency THEN 0 ELSE seconds END AS lost_customer_seconds_without_emergencies,
           0 AS base_customer_seconds FROM lost
    UNION ALL
    SELECT months.month, unit || '-GW', 0, 0, valid_customers * date_diff('second', first, after)
    FROM customer_counts JOIN months ON customer_counts.month = first
"""
GAPS = """
    WITH marked AS (
        SELECT *, started_at > max(ended_at) OVER (PARTITION BY unit, post ORDER BY started_at, ended_at
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) IS NOT FALSE AS is_new FROM duty_gaps
    ), numbered AS (
        SELECT *, sum(is_new::INTEGER) OVER (PARTITION BY unit, post ORDER BY started_at, ended_at) AS gap FROM marked
    ), merged AS (
        SELECT unit, min(started_at) AS started_at, max(ended_at) AS ended_at FROM numbered GROUP BY unit, post, gap
    )
    SELECT month, unit, date_diff('second', greatest(first, started_at), least(after, ended_at)) AS unstaffed_seconds,
           0 AS base_seconds
    FROM merged JOIN months ON started_at < after AND ended_at > first
    UNION ALL
    SELECT month, unit, 0, date_diff('second', first, after)
    FROM months CROSS JOIN (SELECT DISTINCT unit FROM duty_gaps)
"""
NOTICES = """
    SELECT strftime(started_at, '%Y-%m') AS month, unit,
           (coalesce(notified_at, planned_at) <= planned_at - INTERVAL 48 HOUR)::INTEGER AS met, 1 - met AS breached
    FROM outages WHERE kind = 'planned'
"""
STOPS = """
    SELECT strftime(started_at, '%Y-%m') AS month, unit, (kind = 'emergency')::INTEGER AS stops FROM outages
"""
COVERED = """
    WITH reached AS (
        SELECT months.month, coalesce(unit, 'C') AS unit,
               count(DISTINCT customer) FILTER (WHERE outcome IN ('entered', 'nobody_home')) AS visited,
               count(DISTINCT customer) FILTER (WHERE outcome = 'entered') AS entered
        FROM months JOIN inspections ON visited_at >= date_trunc('quarter', first) AND visited_at < after
        GROUP BY GROUPING SETS ((months.month, unit), (months.month))
    ), due AS (
        SELECT strftime(month, '%Y-%m') AS month, coalesce(unit || '-AJ', 'C') AS unit, sum(households)::BIGINT AS due
        FROM customer_counts GROUP BY GROUPING SETS ((month, unit), (month))
    )
    SELECT month, unit, visited, entered, due FROM reached JOIN due USING (month, unit) WHERE month >= '2025-07'
"""


def test_lost_supply_counts_the_same_in_sql(sql: duckdb.DuckDBPyConnection) -> None:
    names = ("lost_customer_seconds", "lost_customer_seconds_without_emergencies", "base_customer_seconds")
    assert of_2026(rolled_up(sql, CONTINUITY, names)) == TRUTH["continuity"]


def test_unstaffed_time_counts_the_same_in_sql(sql: duckdb.DuckDBPyConnection) -> None:
    assert rolled_up(sql, GAPS, ("unstaffed_seconds", "base_seconds")) == TRUTH["emergency_line"]


def test_notices_count_the_same_in_sql(sql: duckdb.DuckDBPyConnection) -> None:
    found = of_2026(rolled_up(sql, NOTICES, ("met", "breached")))
    for units in found.values():
        for states in units.values():
            states["rate"] = round(states["met"] / sum(states.values()), 6)
            states |= dict.fromkeys(("open_overdue", "open_not_yet_due", "met_due_ahead", "excluded"), 0)
    assert found == TRUTH["stop_notice"]
    assert of_2026(rolled_up(sql, STOPS, ("stops",))) == TRUTH["emergency_stops"]


def test_visited_households_count_the_same_in_sql(sql: duckdb.DuckDBPyConnection) -> None:
    found: dict[str, dict[str, Any]] = {}
    for month, unit, visited, entered, households in sql.execute(COVERED).fetchall():
        found.setdefault(month, {})[unit] = {"visited": visited, "entered": entered, "households": households}
    assert found == TRUTH["coverage_so_far"]
    ends = {"2025Q3": "2025-09", "2025Q4": "2025-12", "2026Q1": "2026-03", "2026Q2": "2026-06"}
    assert {quarter: found[month] for quarter, month in ends.items()} == TRUTH["coverage"]


def test_scores_add_up_the_same_in_sql(sql: duckdb.DuckDBPyConnection) -> None:
    found: dict[str, Any] = {}
    for question in ("attitude", "skill"):
        amounts = f"""
            SELECT strftime(called_at, '%Y-%m') AS month, unit, score AS total, (score IS NOT NULL)::INTEGER AS given
            FROM callbacks WHERE question = '{question}' AND score IS NOT NULL AND wave IS NULL
        """
        for period, units in of_2026(rolled_up(sql, amounts, ("total", "given"))).items():
            for unit, sums in units.items():
                known = found.setdefault(period, {}).setdefault(unit, {})
                known[question] = {"sum": sums["total"], "count": sums["given"]}
    assert found == TRUTH["ratings"]


# --- records and returns --------------------------------------------------------------------------------------------


def returned(sql: duckdb.DuckDBPyConnection, indicator: str) -> dict[tuple[str, str], list[int]]:
    rows = sql.execute(
        "SELECT unit, strftime(month, '%Y-%m'), numerator, denominator FROM monthly_returns WHERE indicator = ?",
        [indicator],
    ).fetchall()
    return {(unit, month): [numerator, denominator] for unit, month, numerator, denominator in rows}


def test_the_return_on_notices_differs_where_it_was_planted_and_nowhere_else(sql: duckdb.DuckDBPyConnection) -> None:
    stops = rolled_up(sql, NOTICES, ("met", "breached"))
    differences = []
    reported = returned(sql, "stop_notices")
    for (unit, month), pair in reported.items():
        counted = [stops[month][unit]["met"], sum(stops[month][unit].values())]
        if counted != pair:
            differences.append({"unit": unit, "month": month, "records": counted, "returns": pair})
    known = TRUTH["returns_differences"]
    assert sorted(differences, key=lambda item: item["month"]) == known
    assert len(known) == 3
    assert len(reported) == 71  # 2 units × 36 months but one, for which two rows contradict each other


def test_the_return_on_the_emergency_line_agrees_with_the_gaps(sql: duckdb.DuckDBPyConnection) -> None:
    gaps = rolled_up(sql, GAPS, ("unstaffed_seconds", "base_seconds"))
    reported = returned(sql, "hotline_unstaffed_minutes")
    assert len(reported) == 72
    for (unit, month), (minutes, of_minutes) in reported.items():
        assert gaps[month][unit] == {"unstaffed_seconds": minutes * 60, "base_seconds": of_minutes * 60}


def test_callbacks_follow_a_closed_case_of_the_same_customer(sql: duckdb.DuckDBPyConnection) -> None:
    cases = """
        SELECT order_id AS id, unit, order_type AS service, customer, tier, resolved_at AS closed FROM work_orders
        UNION ALL SELECT complaint_id, unit, 'complaint', customer, tier, closed_at FROM complaints
    """
    query = f"""
        SELECT count(*), count(id), count(*) FILTER (WHERE cases.unit = c.unit AND cases.service = c.service
               AND cases.customer = c.customer AND cases.tier = c.tier),
               min(date_diff('second', closed, called_at)), max(date_diff('second', closed, called_at)),
               count(*) FILTER (WHERE c.outcome <> 'reached' AND score IS NOT NULL), min(score), max(score)
        FROM callbacks AS c LEFT JOIN ({cases}) AS cases ON c.record_id = cases.id WHERE c.wave IS NULL
    """
    (row,) = sql.execute(query).fetchall()
    total, linked, agreeing, soonest, latest, scored_unreached, lowest, highest = row
    assert total == linked == agreeing == TRUTH["totals"]["rows"]["callbacks_undesigned"]
    assert 2 * 86_400 <= soonest < latest <= 10 * 86_400
    assert (scored_unreached, lowest, highest) == (0, 1, 10)


# --- the planted effects --------------------------------------------------------------------------------------------


def test_some_stoppages_run_over_a_months_end_and_two_are_still_open(sql: duckdb.DuckDBPyConnection) -> None:
    rows = sql.execute(
        "SELECT unit, strftime(started_at, '%Y-%m') FROM outages"
        " WHERE kind = 'planned' AND date_trunc('month', started_at) < date_trunc('month', restored_at)"
    ).fetchall()
    assert sorted(rows) == sorted(map(tuple, EFFECTS["over_the_months_end"]["places"]))
    assert len(rows) >= 4
    open_kinds = sql.execute("SELECT kind FROM outages WHERE restored_at IS NULL ORDER BY kind").fetchall()
    assert open_kinds == [("emergency",), ("fault",)]


def test_gaps_are_reported_twice_and_one_runs_over_a_months_end(sql: duckdb.DuckDBPyConnection) -> None:
    reports = """
        SELECT unit, strftime(started_at, '%Y-%m'), sum(date_diff('second', started_at, ended_at))::BIGINT
        FROM duty_gaps GROUP BY ALL
    """
    reported = {(unit, month): seconds for unit, month, seconds in sql.execute(reports).fetchall()}
    counted = TRUTH["emergency_line"]
    more = [place for place, seconds in reported.items() if seconds > counted[place[1]][place[0]]["unstaffed_seconds"]]
    across = "date_trunc('month', started_at) < date_trunc('month', ended_at)"
    over = sql.execute(f"SELECT unit, strftime(started_at, '%Y-%m') FROM duty_gaps WHERE {across}").fetchall()
    assert len(over) == 1
    assert sorted(more) == sorted([*over, *map(tuple, EFFECTS["reported_twice"]["places"])])


def test_notices_at_the_limit_are_there(sql: duckdb.DuckDBPyConnection) -> None:
    ahead = "date_diff('second', notified_at, planned_at)"
    (row,) = sql.execute(
        f"SELECT count(*) FILTER (WHERE {ahead} = 172800), count(*) FILTER (WHERE {ahead} = 172740) FROM outages"
    ).fetchall()
    exactly, a_minute_late = row
    assert exactly >= 36
    assert a_minute_late == 1


def test_late_notices_stand_out(sql: duckdb.DuckDBPyConnection) -> None:
    effect = EFFECTS["late_notices"]
    stops = rolled_up(sql, NOTICES, ("met", "breached"))
    months = {month: units[effect["unit"]] for month, units in stops.items() if month != "2026H1"}
    groups = [[s for month, s in months.items() if (month >= effect["from"]) == after] for after in (False, True)]
    met = [sum(states["met"] for states in group) for group in groups]
    due = [sum(sum(states.values()) for states in group) for group in groups]
    assert met[1] / due[1] == pytest.approx(effect["after"], abs=0.02)
    assert met[0] / due[0] > 0.98
    pooled = sum(met) / sum(due)
    assert (met[0] / due[0] - met[1] / due[1]) / math.sqrt(pooled * (1 - pooled) * (1 / due[0] + 1 / due[1])) > 4


def test_continuity_is_that_of_a_good_network_but_for_a_cold_night(sql: duckdb.DuckDBPyConnection) -> None:
    effect = EFFECTS["cold_night"]
    names = ("lost_customer_seconds", "base_customer_seconds")
    found = rolled_up(sql, CONTINUITY, names)
    shares = {
        (month, unit): 1 - sums["lost_customer_seconds"] / sums["base_customer_seconds"]
        for month, units in found.items()
        for unit, sums in units.items()
        if unit != "C" and month != "2026H1"
    }
    night = shares.pop((effect["month"], effect["unit"]))
    assert night < min(shares.values())
    assert night < effect["below"]
    assert 0.9998 < min(shares.values()) < max(shares.values()) < 0.99998


def test_the_quarter_with_few_visits_stands_out() -> None:
    effect, coverage = EFFECTS["few_visits"], TRUTH["coverage"]
    shares = {
        (quarter, unit): counts["visited"] / counts["households"]
        for quarter, units in coverage.items()
        for unit, counts in units.items()
        if unit != "C"
    }
    few = shares.pop((effect["quarter"], effect["unit"]))
    # three standard errors of a share of some 800 households: 0.03 at 0.9, 0.02 at 0.965
    assert few == pytest.approx(effect["after"], abs=0.03)
    assert all(share == pytest.approx(effect["before"], abs=0.02) for share in shares.values())
    entered = [c["entered"] / c["visited"] for units in coverage.values() for c in units.values()]
    assert min(entered) > 0.84
    assert max(entered) < 0.9


def test_the_dip_of_attitude_stands_out_in_its_unit(sql: duckdb.DuckDBPyConnection) -> None:
    effect = EFFECTS["attitude_dip"]
    query = f"""
        SELECT unit = '{effect["unit"]}', strftime(called_at, '%Y-%m') >= '{effect["from"]}', avg(score),
               stddev_samp(score) / sqrt(count(score))
        FROM callbacks WHERE question = '{effect["question"]}' AND wave IS NULL GROUP BY ALL
    """
    means = {(own, late): (mean, error) for own, late, mean, error in sql.execute(query).fetchall()}
    for place, (mean, error) in means.items():
        assert abs(mean - effect["after" if place == (True, True) else "before"]) < 3 * error
    assert means[True, False][0] - means[True, True][0] > 0.8
