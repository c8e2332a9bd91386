"""Who can be called: the frame beside a loop over the source rows, and what is said of those left out."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.callback_company import AS_OF, SURVEY, company, customer, oracle_frame, random_records, surrogate
from support.workspaces import toml_list, write
from svcqa.errors import MetricError, NameUnknownError, PolicyError


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_frame_is_that_of_a_loop_over_the_source_rows(tmp_path: Path, seed: int) -> None:
    records, forbidden = random_records(seed), ["KH0003", "KH0011", "KH9999"]
    workspace = company(tmp_path, records, not_to_call=forbidden)
    workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of=AS_OF, who="抽样人")
    frame = workspace.callbacks.frame("W1")
    named = frame[frame["reason"] != "no_customer"]
    found = {
        row.customer: (row.stratum, row.reason, row.record_id, int(row.cases)) for row in named.itertuples(index=False)
    }
    expected = oracle_frame(records, not_to_call=forbidden)
    assert found == expected
    assert {reason for _, reason, _, _ in expected.values()} == {
        "",
        "too_early",
        "too_late",
        "do_not_call",
        "no_contact",
        "quarantine",
    }
    nobody = sum(
        not row.get("customer")
        and row["order_type"] != "emergency"
        and row["closed_at"] is not None
        and row["closed_at"] < AS_OF
        for row in records["work_orders"]
    )
    assert (frame["reason"] == "no_customer").sum() == nobody
    wave = workspace.callbacks.wave("W1")
    counted = Counter(
        (item.key, reason) for item in wave.strata for reason, n in item.excluded.items() for _ in range(n)
    )
    assert counted == Counter((row.stratum, row.reason) for row in frame.itertuples() if row.reason)
    assert {item.key: item.population_size for item in wave.strata if item.population_size} == dict(
        Counter(stratum for stratum, reason, _, _ in expected.values() if not reason)
    )


def test_quarantine_holds_across_surveys_and_for_those_drawn_and_not_yet_called(tmp_path: Path) -> None:
    other = SURVEY | {"key": "other", "quarantine_days": 30}
    workspace = company(tmp_path, random_records(4), surveys=[SURVEY, other])
    callbacks = workspace.callbacks
    callbacks.draw("satisfaction", "W1", period="2026Q1", as_of=AS_OF, who="a", calls=20)
    callbacks.draw("other", "W2", period="2026Q1", as_of=AS_OF + dt.timedelta(days=7), who="a", calls=15)
    first, frame = callbacks.drawn("W1"), callbacks.frame("W2")
    main = set(first[first["role"] == "main"]["customer"])
    reserve = set(first[first["role"] == "reserve"]["customer"])
    reasons = dict(zip(frame["customer"], frame["reason"], strict=True))
    assert {reasons[who] for who in main if who in reasons} <= {"quarantine", "too_late"}
    assert "" in {reasons[who] for who in reserve if who in reasons}  # a reserve that nobody called stays free
    second = callbacks.drawn("W2")
    assert not main & set(second["customer"])
    later = callbacks.plan("other", period="2026Q2", as_of=AS_OF + dt.timedelta(days=60), calls=9).strata
    assert all("quarantine" not in item.counts.excluded for item in later)


def test_the_bias_that_those_left_out_may_bring_is_their_share_times_the_difference(tmp_path: Path) -> None:
    closed = dt.datetime(2026, 3, 10)
    orders = [
        {
            "order_id": f"GD{n}",
            "unit": "D1",
            "order_type": "repair",
            "tier": "AB"[n < 10],
            "received_at": closed,
            "closed_at": closed,
            **customer(n),
            "phone": "190",
        }
        for n in range(40)
    ]
    scores = [6, 7, 8, 6, 7, 5, 6, 9, 7, 6] + [9, 10, 9, 8, 10, 9, 9, 10, 10, 9] * 3
    asked = [
        {
            "callback_id": f"HF{n}",
            "question": "attitude",
            "unit": "D1",
            "service": "repair",
            "score": score,
            "customer": f"KH{n:04d}",
            "outcome": "reached",
            "called_at": dt.datetime(2025, 6, 1),
        }
        for n, score in enumerate(scores)
    ]
    records = {"work_orders": orders, "complaints": [], "callbacks": asked}
    workspace = company(tmp_path, records, not_to_call=[f"KH{n:04d}" for n in range(10)])
    told = workspace.callbacks.left_out("satisfaction", period="2026Q1", as_of=AS_OF)
    assert [(one.stratum, one.reason) for one in told] == [("repair/D1", "do_not_call"), ("", "do_not_call")]
    one = told[0]
    assert (one.customers, one.share, one.tiers, one.frame_tiers) == (10, 0.25, {"B": 1.0}, {"A": 1.0})
    out, within = scores[:10], scores[10:]
    assert one.mean == pytest.approx(statistics.fmean(out))
    bias = 0.25 * (statistics.fmean(within) - statistics.fmean(out))
    error = 0.25 * (statistics.variance(out) / 10 + statistics.variance(within) / 30) ** 0.5
    assert one.bias == pytest.approx(bias)
    assert (one.bias_lower, one.bias_upper) == pytest.approx((bias - 1.959964 * error, bias + 1.959964 * error))


def test_a_customer_is_called_once_and_a_case_picked_by_the_key(tmp_path: Path) -> None:
    closed = dt.datetime(2026, 3, 10)
    orders = [
        {
            "order_id": f"GD{n}",
            "unit": "D1",
            "order_type": "repair",
            "received_at": closed,
            "closed_at": closed,
            **customer(7),
        }
        for n in range(5)
    ]
    workspace = company(tmp_path, {"work_orders": orders, "complaints": [], "callbacks": []})
    workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of=AS_OF, who="a", calls=5)
    (row,) = workspace.callbacks.drawn("W1").itertuples()
    assert (row.customer, row.cases, row.role) == (surrogate("KH0007"), 5, "main")


# --- what is refused ----------------------------------------------------------------------------------------------


def test_all_faults_of_a_survey_come_in_one_report(tmp_path: Path) -> None:
    workspace = company(tmp_path, {})
    broken: list[dict[str, Any]] = [
        SURVEY | {"services": [{"key": "a", "name": "甲", "table": "calls_made"}]},
        SURVEY
        | {"key": "b", "services": [{"key": "a", "name": "甲", "closed": "order_type", "where": {"order_typ": ["x"]}}]},
        SURVEY | {"key": "satisfaction"},
    ]
    write(workspace.folder / "policy/surveys.toml", toml_list("survey", broken))
    with pytest.raises(PolicyError) as error:
        svcqa.open(workspace.folder)
    assert [fault.code for fault in error.value.faults] == [
        "key_twice",
        "unknown_table",
        "unknown_column",
        "unknown_column",
    ]
    for language in ("zh-Hans", "zh-Hant", "en"):
        told = error.value.render(language)
        assert "surveys.toml" in told
        assert "calls_made" in told


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"window": {"earliest": 9, "latest": 3}}, "window"),
        ({"allocation": {"calls": 3, "half_width": 0.1}}, "allocation"),
        ({"allocation": {"calls": 3, "question": "opinion"}}, ""),
        ({"strata": ["department"]}, ""),
        ({"draw": "systematic"}, ""),
        ({"questions": [{"key": "a", "text": "甲", "lowest": 1, "highest": 5, "top_from": 9}]}, "questions[1]"),
        ({"questions": [{"key": "a", "text": "甲", "kind": "opinion"}]}, ""),
        ({"services": [{"key": "a", "name": "甲", "take_all": True, "share": 0.3}]}, "services[1]"),
        ({"reserv": 2}, "reserv"),
    ],
)
def test_a_survey_that_contradicts_itself_is_refused(tmp_path: Path, change: dict[str, Any], where: str) -> None:
    workspace = company(tmp_path, {})
    write(workspace.folder / "policy/surveys.toml", toml_list("survey", [SURVEY | change]))
    with pytest.raises(PolicyError) as error:
        svcqa.open(workspace.folder)
    assert len(error.value.faults) == 1
    assert error.value.faults[0].place.startswith('survey "satisfaction"')
    assert where in error.value.faults[0].place


def test_what_there_is_not_is_named(tmp_path: Path) -> None:
    workspace = company(tmp_path, {})
    with pytest.raises(NameUnknownError, match="satisfaction"):
        workspace.callbacks.plan("nothing", period="2026Q1", as_of=AS_OF)
    with pytest.raises(NameUnknownError, match="W9"):
        workspace.callbacks.wave("W9")
    with pytest.raises(MetricError, match="before the period"):
        workspace.callbacks.plan("satisfaction", period="2027Q1", as_of=AS_OF)
    with pytest.raises(MetricError, match="Nobody can be drawn"):
        workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of=AS_OF, who="a")
    (workspace.folder / "do_not_call.csv").unlink()
    with pytest.raises(PolicyError, match=r"do_not_call\.csv"):
        workspace.callbacks.plan("satisfaction", period="2026Q1", as_of=AS_OF)
