"""First-time fix and callback rate: against plain loops over random records, and from policy to form."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import svcqa
from support.workspaces import UNITS, commitment, make_workspace
from svcqa.catalogue import LANGUAGES, Language
from svcqa.errors import MetricError, NameUnknownError, PolicyError
from svcqa.metrics.result import STATES
from svcqa.report import charts, tables

Row = dict[str, Any]
BEGIN, DAY = dt.datetime(2025, 12, 28), dt.timedelta(days=1)
MOMENTS = ("2026-01-15 00:00:00", "2026-02-01 00:00:00", "2026-02-09 12:00:00", "2026-12-31 00:00:00")


def random_orders(seed: int, count: int = 160) -> list[Row]:
    """Orders of few customers within six weeks, at half-days, so that spans of whole days occur."""
    draw = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in draw.permutation(count):
        received = BEGIN + dt.timedelta(hours=12 * int(draw.integers(0, 84)))
        rows.append(
            {
                "order_id": f"{number:04}",
                "unit": str(draw.choice([unit["code"] for unit in UNITS[1:]])),
                "customer": [None, *(f"KH{n}" for n in range(12))][int(draw.integers(0, 13))],
                "category": [None, "leak", "meter"][int(draw.integers(0, 3))],
                "received_at": received,
                "closed_at": received + dt.timedelta(hours=int(draw.integers(0, 200))) if draw.random() < 0.8 else None,
            }
        )
    return rows


def random_calls(seed: int, orders: list[Row]) -> list[Row]:
    """Up to three calls about some orders, before and after their closing."""
    draw = np.random.default_rng(seed)
    rows: list[Row] = []
    for order in orders:
        for _ in range(int(draw.integers(0, 4))):
            around = order["closed_at"] or order["received_at"]
            rows.append(
                {
                    "callback_id": f"c{len(rows):04}",
                    "question": "q",
                    "unit": order["unit"],
                    "record_id": order["order_id"],
                    "called_at": around + dt.timedelta(hours=12 * int(draw.integers(-2, 20))),
                    "outcome": str(draw.choice(["reached", "no_answer", "declined"])),
                }
            )
    return rows


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[svcqa.Workspace, list[Row], list[Row]]:
    orders = random_orders(7)
    calls = random_calls(8, orders)
    folder = tmp_path_factory.mktemp("company")
    workspace = make_workspace(folder, records={"work_orders": orders, "callbacks": calls})
    workspace.ingest()
    return workspace, orders, calls


def count_repeats(orders: list[Row], as_of: dt.datetime, days: int) -> dict[str, str]:
    """The state of each order of January, by a loop over all pairs."""
    found = {}
    for row in orders:
        at = row["received_at"]
        if at > as_of or (at.year, at.month) != (2026, 1):
            continue
        later = [
            other
            for other in orders
            if (other["customer"], other["category"]) == (row["customer"], row["category"])
            and (other["received_at"], other["order_id"]) > (at, row["order_id"])
            and other["received_at"] <= at + days * DAY
        ]
        if row["customer"] is None or row["category"] is None:
            found[row["order_id"]] = "not_applicable"
        elif at + days * DAY > as_of:
            found[row["order_id"]] = "not_determinable"
        else:
            found[row["order_id"]] = "breached" if later else "met"
    return found


def count_calls(
    orders: list[Row], calls: list[Row], as_of: dt.datetime, window: tuple[int, int], outcomes: tuple[str, ...]
) -> dict[str, str]:
    """The state of each order closed in January, by a loop over all calls."""
    found = {}
    for row in orders:
        closed = row["closed_at"]
        if closed is None or closed > as_of or (closed.year, closed.month) != (2026, 1):
            continue
        first, last = (closed + day * DAY for day in window)
        made = [
            call
            for call in calls
            if call["record_id"] == row["order_id"]
            and first <= call["called_at"] <= last
            and call["outcome"] in outcomes
        ]
        if row["customer"] is None:
            found[row["order_id"]] = "not_applicable"
        elif last > as_of:
            found[row["order_id"]] = "not_determinable"
        else:
            found[row["order_id"]] = "met" if made else "breached"
    return found


def tallied(found: dict[str, str]) -> dict[str, int]:
    return {state: list(found.values()).count(state) for state in STATES}


@pytest.mark.parametrize("as_of", MOMENTS)
@pytest.mark.parametrize("days", [3, 10])
def test_repeats_are_those_that_a_loop_finds(company: Any, as_of: str, days: int) -> None:
    workspace, orders, _ = company
    wanted = count_repeats(orders, dt.datetime.fromisoformat(as_of), days)
    options: Row = {"period": "2026-01", "as_of": as_of, "params": {"days": days}}
    (figure,) = workspace.measure("repeats", **options).figures()
    assert dict(figure.states) == tallied(wanted)
    assert figure.total == len(wanted)
    listed = workspace.cases(metric="repeats", columns=["repeated_decided_at"], **options)
    assert dict(zip(listed["order_id"], listed["state"], strict=True)) == wanted


@pytest.mark.parametrize("as_of", MOMENTS)
@pytest.mark.parametrize("window", [(0, 5), (2, 9)])
def test_calls_are_those_that_a_loop_finds(company: Any, as_of: str, window: tuple[int, int]) -> None:
    workspace, orders, calls = company
    moment = dt.datetime.fromisoformat(as_of)
    params = {"table": "work_orders", "from_day": window[0], "to_day": window[1]}
    options: Row = {"period": "2026-01", "as_of": as_of, "params": params}
    called, reached = workspace.measure("called_back", **options).figures()
    wanted = count_calls(orders, calls, moment, window, ("reached", "no_answer", "declined"))
    assert dict(called.states) == tallied(wanted)
    assert dict(reached.states) == tallied(count_calls(orders, calls, moment, window, ("reached",)))
    assert (called.measure, reached.measure, called.n) == ("called_back", "reached", reached.n)
    listed = workspace.cases(metric="called_back", columns=["call_at"], **options)
    assert dict(zip(listed["order_id"], listed["state"], strict=True)) == wanted


def test_the_sample_has_all_states(company: Any) -> None:
    """Otherwise the comparisons above would say little."""
    _, orders, calls = company
    moment = dt.datetime.fromisoformat(MOMENTS[1])
    some = {"met", "breached", "not_determinable", "not_applicable"}
    assert set(count_repeats(orders, moment, 3).values()) == some
    assert set(count_calls(orders, calls, moment, (0, 5), ("reached",)).values()) == some


def test_cases_are_listed_by_state_and_unit(company: Any) -> None:
    workspace, orders, _ = company
    unit_of = {row["order_id"]: row["unit"] for row in orders}
    wanted = count_repeats(orders, dt.datetime(2026, 2, 1), 30)
    listed = workspace.cases(metric="repeats", period="2026-01", states=["not_determinable"], unit="D2")
    assert set(listed["order_id"]) == {
        key for key, state in wanted.items() if state == "not_determinable" and unit_of[key] == "D2"
    }
    assert set(listed["state"]) == {"not_determinable"}


def test_what_cannot_be_listed_is_refused_by_name(company: Any) -> None:
    workspace, _, _ = company
    with pytest.raises(NameUnknownError, match="not_determinable") as error:
        workspace.cases(metric="repeats", period="2026-01", states=["undecided"])
    assert error.value.faults[0].code == "unknown_state"
    with pytest.raises(NameUnknownError, match="repeated_decided_at"):
        workspace.cases(metric="repeats", period="2026-01", columns=["repeated_by"])
    with pytest.raises(NameUnknownError, match="repeats"):
        workspace.cases(period="2026-01")
    target = {"kind": "milestone", "key": "m", "name": "N", "year": 2026, "owner": "C", "due": "2026-05-31"}
    with pytest.raises(MetricError) as refused:
        workspace.cases(metric="milestone", period="2026-01", params={"target": target})
    assert refused.value.faults[0].code == "cases_not_listed"


def test_a_commitment_s_cases_are_listed_as_before(tmp_path: Path) -> None:
    """By hand: closed after 60 minutes, the limit, and a minute later."""
    at = dt.datetime(2026, 1, 5, 8)
    rows = [
        {"order_id": str(n), "unit": "D1", "received_at": at, "closed_at": at + dt.timedelta(minutes=60 + n)}
        for n in range(2)
    ]
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()])
    workspace.ingest()
    assert list(workspace.cases("promise", period="2026-01")["state"]) == ["met", "breached"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_measures_are_told_apart(company: Any, language: Language) -> None:
    workspace, _, _ = company
    found = workspace.measure(
        "called_back", period="2026-01", by=["department"], params={"table": "work_orders", "goal": "90%"}
    )
    shown = tables.results.result(found, language)
    names = {
        "zh-Hans": ("回访率", "接通回访率"),
        "zh-Hant": ("回訪率", "接通回訪率"),
        "en": ("Callback rate", "called back and reached"),
    }
    assert list(shown.iloc[:, 3]) == [name for name in names[language] for _ in range(2)]
    undecided = {"zh-Hans": "尚不能判定", "zh-Hant": "尚不能判定", "en": "not yet determinable"}[language]
    assert undecided in shown.columns
    picture = charts.of_result(found, language)
    assert list(picture.data["group"]) == [f"{unit} · {name}" for name in names[language] for unit in ("D1", "D2")]


TARGETS = [
    {
        "kind": "level",
        "key": "fixed",
        "name": "一次办结率",
        "year": 2026,
        "owner": "C",
        "metric": "repeats",
        "params": {"days": 5},
        "goal": "60%",
    },
    {
        "kind": "level",
        "key": "called",
        "name": "回访率",
        "year": 2026,
        "owner": "C",
        "metric": "called_back",
        "params": {"table": "work_orders", "to_day": 5},
        "goal": "60%",
    },
]


def test_targets_are_held_against_the_first_measure(tmp_path: Path) -> None:
    orders = random_orders(7, 60)
    calls = random_calls(8, orders)
    workspace = make_workspace(tmp_path, records={"work_orders": orders, "callbacks": calls}, targets=TARGETS)
    workspace.ingest()
    fixed, called = workspace.reviews.review("2026H1").targets
    for item, metric in ((fixed, "repeats"), (called, "called_back")):
        assert item.fault is None
        first = workspace.measure(metric, period="2026H1", params=item.target.params).figures()[0]
        assert item.course.now is not None
        assert (item.course.now.value, item.course.now.n) == (first.value, first.n)
    assert len(called.course.months) <= 6


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"same": ["custommer"]}, ("custommer", "customer, ")),
        ({"same": ["phone"]}, ("phone", "customer, ")),
        ({"same": []}, ("same", "≥ 1")),
        ({"table": "calls"}, ("table", "work_orders")),
        ({"days": 0}, ("days", "greater than 0")),
    ],
)
def test_wrong_parameters_are_refused_with_their_place(tmp_path: Path, params: Row, said: tuple[str, ...]) -> None:
    with pytest.raises(PolicyError) as error:
        make_workspace(tmp_path, targets=[{**TARGETS[0], "params": params}])
    told = error.value.render("en")
    for part in ('target "fixed" › params', *said):
        assert part in told


def test_what_is_the_same_can_be_written_in_one_text(company: Any) -> None:
    workspace, orders, _ = company
    one, two = (
        workspace.measure("repeats", period="2026-01", params={"days": 5, "same": same}).figures()[0].states
        for same in ("customer, category", ["customer", "category"])
    )
    assert one == two
    (alone,) = workspace.measure("repeats", period="2026-01", params={"days": 5, "same": "customer"}).figures()
    unknown = [row for row in orders if row["customer"] is None and row["received_at"].strftime("%Y-%m") == "2026-01"]
    assert alone.states["not_applicable"] == len(unknown)


def test_a_window_without_length_is_refused(company: Any) -> None:
    workspace, _, _ = company
    with pytest.raises(MetricError, match="to_day lies after from_day"):
        workspace.measure("called_back", period="2026-01", params={"from_day": 7, "to_day": 7})


def test_without_callbacks_nobody_was_called(tmp_path: Path) -> None:
    """By hand: two orders closed, no table of callbacks read; both windows are over."""
    at = dt.datetime(2026, 1, 5, 8)
    rows = [
        {"order_id": str(n), "unit": "D1", "customer": "KH1", "received_at": at, "closed_at": at + DAY}
        for n in range(2)
    ]
    workspace = make_workspace(tmp_path, records={"work_orders": rows})
    workspace.ingest()
    called, reached = workspace.measure("called_back", period="2026-01", params={"table": "work_orders"}).figures()
    assert (called.value, called.n, reached.value, reached.n) == (0.0, 2, 0.0, 2)
