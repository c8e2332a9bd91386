"""The sample company: every planted error found and none invented, every count and every planted effect reproduced.

``truth.json`` is written by the generator, which counts case by case; but for drawing waves it imports nothing of ours.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import svcqa
from support.figures import states_of
from support.workspaces import SAMPLE, copy_workspace
from svcqa.entities.commitment import Commitment
from svcqa.errors import SourceError
from svcqa.metrics.states import STATES

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
AS_OF = TRUTH["as_of"].replace("T", " ")
EFFECTS = {effect["key"]: effect for effect in TRUTH["effects"]}
HALF = "2026H1"
ALL = "2023-07..2026-06"
OURS = {"open_not_yet_due": "open_not_due", "met_due_ahead": "met_not_due"}
"""States that the generator calls otherwise."""


# --- ingest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TRUTH["files"]))
def test_every_planted_error_is_found_and_none_is_invented(sample_workspace: svcqa.Workspace, name: str) -> None:
    known = TRUTH["files"][name]
    check = sample_workspace.check()
    (file,) = (file for file in check.files if file.source == name)
    assert (file.table, file.read, file.accepted, file.quarantined) == (
        known["table"],
        known["rows"],
        known["accepted"],
        known["quarantined"],
    )
    for places, expected in ((check.quarantined, known["quarantine"]), (check.odd, known["warnings"])):
        found: dict[str, set[int]] = defaultdict(set)
        for place in places:
            if place.source == name:
                found[place.reason].add(place.row)
        assert {reason: sorted(rows) for reason, rows in found.items()} == expected
    assert file.reasons == {reason: len(rows) for reason, rows in known["quarantine"].items()}
    assert file.warnings == {reason: len(rows) for reason, rows in known["warnings"].items()}


def test_every_kind_of_error_is_planted_somewhere() -> None:
    planted = {
        reason for file in TRUTH["files"].values() for kind in ("quarantine", "warnings") for reason in file[kind]
    }
    from svcqa import catalogue

    known = {key.removeprefix("reasons.") for key in catalogue.entries() if key.startswith("reasons.")}
    assert planted == known - {"too_long"}  # a cell of thousands of characters: tests/records/test_bad_input.py


def test_the_files_read_are_those_of_the_folder(sample_workspace: svcqa.Workspace) -> None:
    check = sample_workspace.check()
    assert check.adds_up
    filled = (SAMPLE / "waves").glob("*/filled/*")
    assert (
        {file.source for file in check.files}
        == set(TRUTH["files"])
        == {path.name for path in (*(SAMPLE / "sources").iterdir(), *filled)}
    )
    rows: Counter[str] = Counter()
    for file in check.files:
        rows[file.table] += file.new
    assert rows == {name: n for name, n in TRUTH["totals"]["rows"].items() if name != "callbacks_undesigned"}


def test_every_correction_is_listed_as_it_was_made(sample_workspace: svcqa.Workspace) -> None:
    (file,) = (file for file in sample_workspace.check().files if "corrections" in file.source)
    known = TRUTH["files"][file.source]
    assert (file.new, file.changed, file.unchanged) == (known["new"], known["changed"], known["unchanged"])

    def shown(column: str, value: Any) -> str:
        return "" if value is None else value.replace("T", " ") if column.endswith("_at") else value

    expected = {
        (entry["order_id"], column, shown(column, change["before"]), shown(column, change["after"]))
        for entry in TRUTH["corrections"]
        for column, change in entry.get("changes", {}).items()
    }
    changes = sample_workspace.check().changes
    assert {(c.key, c.column, c.before, c.after) for c in changes} == expected
    assert {change.source for change in changes} == {file.source}


# --- counts -------------------------------------------------------------------------------------------------------


def figures_by_unit(workspace: svcqa.Workspace, key: str, **options: Any) -> dict[str, Any]:
    """The figures of the company and of every unit with records."""
    asked = {"commitment": key, "period": HALF, "as_of": AS_OF, **options}
    units = workspace.measure("compliance", by=["unit"], **asked).figures()
    return {figure.unit: figure for figure in [*units, *workspace.measure("compliance", **asked).figures()]}


def compare(figures: dict[str, Any], known: dict[str, dict[str, Any]]) -> None:
    assert set(figures) == set(known)
    for unit, counts in known.items():
        expected = dict.fromkeys(STATES, 0) | {
            OURS.get(state, state): count for state, count in counts.items() if state != "rate"
        }
        assert states_of(figures[unit]) == expected, unit
        assert round(figures[unit].value, 6) == counts["rate"]


@pytest.mark.parametrize("key", sorted(TRUTH["commitments_2026H1"]))
def test_states_of_the_half_year_are_reproduced(sample_workspace: svcqa.Workspace, key: str) -> None:
    compare(figures_by_unit(sample_workspace, key), TRUTH["commitments_2026H1"][key])


@pytest.fixture(scope="module")
def corrected_later(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """The work orders of 2026 read on 1 July, their corrections on 2 July."""
    folder = copy_workspace(SAMPLE, tmp_path_factory.mktemp("later") / "workspace")
    head, *sources = (folder / "svcqa.toml").read_text(encoding="utf-8").split("[[sources]]")
    sources = [source for source in sources if "work_orders" in source]
    (folder / "svcqa.toml").write_text("[[sources]]".join([head, *sources]), encoding="utf-8")
    for path in (folder / "sources").iterdir():
        if path.name not in ("work_orders_2026H1.csv", "work_orders_corrections_2026-06.csv"):
            path.unlink()
    away = (folder / "sources/work_orders_corrections_2026-06.csv").rename(folder / "away.csv")
    workspace = svcqa.open(folder)
    with pytest.raises(SourceError, match="corrections"):
        workspace.ingest(now=dt.datetime(2026, 7, 1))
    away.rename(folder / "sources/work_orders_corrections_2026-06.csv")
    workspace.ingest(now=dt.datetime(2026, 7, 2))
    return workspace


@pytest.mark.parametrize("key", sorted(TRUTH["commitments_2026H1_before_corrections"]))
def test_what_was_known_before_the_corrections_can_be_had(corrected_later: svcqa.Workspace, key: str) -> None:
    before = figures_by_unit(corrected_later, key, known_at=dt.datetime(2026, 7, 1, 12))
    compare(before, TRUTH["commitments_2026H1_before_corrections"][key])
    compare(figures_by_unit(corrected_later, key), TRUTH["commitments_2026H1"][key])
    assert TRUTH["commitments_2026H1_before_corrections"][key] != TRUTH["commitments_2026H1"][key]


@pytest.mark.parametrize("key", sorted(TRUTH["monthly"]))
def test_every_month_of_every_unit_is_reproduced(sample_workspace: svcqa.Workspace, key: str) -> None:
    found: dict[str, dict[str, list[int]]] = defaultdict(dict)
    # two stretches: on the tree of 2024 the closed unit still stands by itself
    for period in ("2023-07..2024-12", "2025-01..2026-06"):
        result = sample_workspace.measure(
            "compliance", commitment=key, period=period, by=["unit", "month"], as_of=AS_OF
        )
        for figure in result.figures():
            found[figure.unit][figure.period] = [figure.numerator, figure.n]
    assert found == TRUTH["monthly"][key]


@pytest.mark.parametrize("indicator", sorted(TRUTH["returns_2026H1"]))
def test_returns_add_up(sample_workspace: svcqa.Workspace, indicator: str) -> None:
    known = TRUTH["returns_2026H1"][indicator]
    targets = [t for t in sample_workspace.policies.targets_of(2026) if getattr(t, "indicator", "") == indicator]
    if targets:  # no denominator
        by_unit = sample_workspace.measure("quantity", target=targets[0].key, period=HALF, by=["unit"]).figures()
        whole = sample_workspace.measure("quantity", target=targets[0].key, period=HALF).figures()
        assert {f.unit: [f.value, 0] for f in [*by_unit, *whole]} == known
        return
    returned = Commitment.model_validate(
        {
            "key": "returned",
            "category": "月报",
            "item": indicator,
            "promise": "—",
            "table": "monthly_returns",
            "rule": {"kind": "monthly_return", "indicator": indicator, "numerator_is": "met", "counts": "amounts"},
        }
    )
    figures = []
    for by in ((), ("unit",)):
        context = sample_workspace.figures.context(sample_workspace.period(HALF), by=by)
        result = sample_workspace.figures.result(returned.metric, {"commitment": returned}, context)
        figures += result.figures()
    assert {figure.unit: [figure.numerator, figure.n] for figure in figures} == known


def test_milestones_are_reported_as_they_were_done(sample_workspace: svcqa.Workspace) -> None:
    targets = {target.key: target for target in sample_workspace.policies.targets if target.kind == "milestone"}
    assert set(targets) == set(TRUTH["milestones"])
    for key, done in TRUTH["milestones"].items():
        (figure,) = sample_workspace.measure("milestone", target=key, period=ALL, as_of=AS_OF).figures()
        in_time = done is not None and dt.datetime.fromisoformat(done).date() <= targets[key].due
        assert (figure.value, figure.verdict) == (float(done is not None), "met" if in_time else "missed")


# --- the planted effects --------------------------------------------------------------------------------------------


def monthly(workspace: svcqa.Workspace, key: str, unit: str, period: str = ALL) -> list[tuple[str, int, int]]:
    """Month, met and due, in order."""
    result = workspace.measure("compliance", commitment=key, period=period, by=["month"], unit=unit, as_of=AS_OF)
    return [(figure.period, figure.numerator, figure.n) for figure in result.figures()]


def z_of_split(rows: list[tuple[str, int, int]], month: str) -> float:
    """How far the shares before and from ``month`` lie apart, in standard errors of the pooled share."""
    groups = [[row for row in rows if (row[0] >= month) == after] for after in (False, True)]
    (k1, n1), (k2, n2) = ((sum(row[1] for row in group), sum(row[2] for row in group)) for group in groups)
    pooled = (k1 + k2) / (n1 + n2)
    return (k1 / n1 - k2 / n2) / math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))


def test_the_step_is_found_in_its_month_and_in_no_other_unit(sample_workspace: svcqa.Workspace) -> None:
    effect = EFFECTS["step"]
    rows = monthly(sample_workspace, effect["commitment"], effect["unit"])
    splits = {month: z_of_split(rows, month) for month, _, _ in rows[3:-3]}
    assert max(splits, key=lambda month: splits[month]) == effect["from"]
    assert splits[effect["from"]] > 6
    after = [row for row in rows if row[0] >= effect["from"]]
    share = sum(row[1] for row in after) / sum(row[2] for row in after)
    assert share == pytest.approx(effect["after"], abs=0.04)  # two standard errors at some 580 complaints
    for unit in ("CJ-KF", "CQ-AJ", "CJ-AJ"):
        others = monthly(sample_workspace, effect["commitment"], unit)
        assert abs(z_of_split(others, effect["from"])) < 3


def log_likelihood(rows: list[tuple[str, int, int]], before: float, after: float, start: int) -> float:
    """Of a share that falls in equal steps from the month ``start`` on, to ``after`` in the last."""
    total = 0.0
    for place, (_, met, n) in enumerate(rows):
        steps = max(0, place - start + 1) / (len(rows) - start)
        share = before + (after - before) * steps
        total += met * math.log(share) + (n - met) * math.log(1 - share)
    return total


def test_the_worsening_is_found_where_it_begins_and_ends(sample_workspace: svcqa.Workspace) -> None:
    effect = EFFECTS["worsening"]
    rows = monthly(sample_workspace, effect["commitment"], effect["unit"], "2025-01..2026-06")
    months = [month for month, _, _ in rows]
    assert months[-1] == effect["to"]
    likely = {
        month: log_likelihood(rows, effect["before"], effect["after"], place) for place, month in enumerate(months[:-3])
    }
    best = max(likely, key=lambda month: likely[month])
    assert abs(months.index(best) - months.index(effect["from"])) <= 3  # it begins with a single point a month
    quarters = [
        monthly(sample_workspace, effect["commitment"], effect["unit"], period)
        for period in ("2025-04..2025-06", "2025-10..2025-12", "2026-04..2026-06")
    ]
    shares = [sum(row[1] for row in rows) / sum(row[2] for row in rows) for rows in quarters]
    assert shares[0] > shares[1] > shares[2]
    assert shares[0] - shares[2] > 0.06
    assert abs(z_of_split(monthly(sample_workspace, effect["commitment"], "CQ-QX"), effect["from"])) < 3


def test_winter_brings_more_emergencies(sample_workspace: svcqa.Workspace) -> None:
    effect = EFFECTS["winter_peak"]
    result = sample_workspace.measure(
        "compliance", commitment="emergency_arrival", period=ALL, by=["month"], as_of=AS_OF
    )
    per_day: dict[int, list[float]] = defaultdict(list)
    for figure in result.figures():
        period = sample_workspace.period(figure.period)
        per_day[period.first.month].append(figure.total / period.days)
    mean = {month: sum(values) / len(values) for month, values in per_day.items()}
    winter = sum(mean[month] for month in effect["months"]) / len(effect["months"])
    summer = sum(mean[month] for month in effect["against"]) / len(effect["against"])
    assert winter / summer == pytest.approx(effect["ratio"], rel=0.1)
    assert {month for month in mean if mean[month] > (winter + summer) / 2} == set(effect["months"])


EVERY_CALL = Commitment.model_validate(
    {
        "key": "every_call",
        "category": "电话",
        "item": "全部来电",
        "promise": "—",
        "table": "calls",
        "rule": {
            "kind": "count_threshold",
            "start": "started_at",
            "value": "wait_seconds",
            "limit": 1,
            "unit": "second",
        },
    }
)
EVERY_INSTALLATION = Commitment.model_validate(
    {
        "key": "every_installation",
        "category": "安装",
        "item": "全部安装",
        "promise": "—",
        "table": "work_orders",
        "where": {"order_type": ["install"]},
        "rule": {"kind": "record_due", "start": "received_at", "due": "due_at", "stop": "resolved_at"},
    }
)


def every_case(workspace: svcqa.Workspace, promise: Commitment) -> pd.DataFrame:
    context = workspace.figures.context(workspace.period(ALL), as_of=dt.datetime.fromisoformat(AS_OF))
    return workspace.figures.cases("compliance", {"commitment": promise}, context, states=STATES)


@pytest.mark.parametrize(("what", "promise"), [("calls", EVERY_CALL), ("install", EVERY_INSTALLATION)])
def test_the_spring_festival_quietens(sample_workspace: svcqa.Workspace, what: str, promise: Commitment) -> None:
    effect = EFFECTS["spring_festival"]
    festival = {dt.date.fromisoformat(day) for day in effect["days"]}
    per_day = every_case(sample_workspace, promise)["day"].dt.date.value_counts()
    first, days = dt.date(2023, 7, 1), (dt.date(2026, 7, 1) - dt.date(2023, 7, 1)).days
    usual: dict[int, list[int]] = defaultdict(list)
    for day in (first + dt.timedelta(days=number) for number in range(days)):
        if day not in festival:
            usual[day.weekday()].append(int(per_day.get(day, 0)))
    expected = sum(sum(usual[day.weekday()]) / len(usual[day.weekday()]) for day in festival)
    share = sum(int(per_day.get(day, 0)) for day in festival) / expected
    assert round(share, 3) == TRUTH["totals"]["spring_festival_share"][what]
    assert share == pytest.approx(effect["share"], abs=0.1)


def test_calls_and_complaints_of_every_month_are_reproduced(sample_workspace: svcqa.Workspace) -> None:
    frame = every_case(sample_workspace, EVERY_CALL)
    counted = Counter(zip(frame["unit"], frame["day"].dt.strftime("%Y-%m"), strict=True))
    assert counted == {(u, m): n for u, months in TRUTH["totals"]["calls"].items() for m, n in months.items()}
    result = sample_workspace.measure(
        "compliance", commitment="complaint_reply", period=ALL, by=["unit", "month"], as_of=AS_OF
    )
    counted = Counter({(figure.unit, figure.period): figure.total for figure in result.figures()})
    assert counted == {(u, m): n for u, months in TRUTH["totals"]["complaints"].items() for m, n in months.items()}


def test_the_closed_unit_counts_under_its_successor(sample_workspace: svcqa.Workspace) -> None:
    effect, known = EFFECTS["closed_unit"], TRUTH["totals"]["emergency_orders"]
    unit, successor = effect["unit"], effect["successor"]
    assert max(known[unit]) <= effect["last_day"][:7]

    def totals(period: str) -> dict[str, int]:
        result = sample_workspace.measure(
            "compliance", commitment="emergency_arrival", period=period, by=["unit"], as_of=AS_OF
        )
        return {figure.unit: figure.total for figure in result.figures()}

    alone = totals("2023-07..2024-12")
    assert alone[unit] == sum(known[unit].values())
    together = totals(ALL)
    assert unit not in together
    assert together[successor] == sum(known[unit].values()) + sum(known[successor].values())


# --- the files themselves ------------------------------------------------------------------------------------------


def test_the_generator_writes_the_same_bytes_again(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "svcqa.toml", tmp_path / "svcqa.toml")
    subprocess.run(
        [sys.executable, str(SAMPLE / "generate.py"), "--folder", str(tmp_path)], check=True, capture_output=True
    )
    assert (tmp_path / "truth.json").read_bytes() == (SAMPLE / "truth.json").read_bytes()
    sheets = [path.relative_to(SAMPLE) for path in (SAMPLE / "waves").glob("*/filled/*.xlsx")]
    assert len(sheets) == 2
    assert [path for path in sheets if (tmp_path / path).read_bytes() != (SAMPLE / path).read_bytes()] == []
    names = {path.name for path in (SAMPLE / "sources").iterdir()}
    assert {path.name for path in (tmp_path / "sources").iterdir()} == names
    assert [n for n in names if (tmp_path / "sources" / n).read_bytes() != (SAMPLE / "sources" / n).read_bytes()] == []


def test_the_sample_is_small_enough_to_travel(tmp_path: Path) -> None:
    folder = copy_workspace(SAMPLE, tmp_path / "copy")
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 8_000_000
