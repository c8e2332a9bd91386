"""Back-checks are no answers of further customers. Expected numbers are worked out beside each case.

docs/callbacks.md: a back-check is a call whose number is that of another call followed by ``-B``.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.callback_company import AS_OF, SURVEY, company, random_records
from support.called_wave import CALLED, answered, read_calls, surveyed
from support.workspaces import commitment, make_workspace, toml_list, write
from svcqa.report.tables.callbacks import former_note
from svcqa.report.words.figures import reason
from svcqa.widgets.wave_panel import WavePanel

ATTITUDE: dict[str, Any] = commitment(
    "attitude",
    table="callbacks",
    rule={"kind": "rating", "moment": "called_at"},
    required_score=9.0,
    where={"question": ["attitude"]},
)


def answer(number: str, score: int | None, unit: str = "D1", question: str = "attitude", **more: Any) -> dict[str, Any]:
    plain = {
        "callback_id": number,
        "question": question,
        "unit": unit,
        "called_at": "2026-01-05 10:00:00",
        "outcome": "reached",
        "score": score,
    }
    return plain | more


def rated(workspace: svcqa.Workspace, period: str, **options: Any) -> dict[str, Mapping[str, Any]]:
    return {
        row["unit"]: row for row in workspace.measure("rating", commitment="attitude", period=period, **options).rows
    }


def rating_of(folder: Path, rows: Sequence[Mapping[str, Any]], **options: Any) -> dict[str, Mapping[str, Any]]:
    workspace = make_workspace(folder, records={"callbacks": rows}, commitments=[ATTITUDE])
    assert workspace.ingest().accepted == len(rows)
    return rated(workspace, "2026-01", **options)


# --- a rating -------------------------------------------------------------------------------------------------------


def test_a_rating_leaves_back_checks_out_and_says_how_many(tmp_path: Path) -> None:
    rows = [
        answer("1", 10),
        answer("2", 8),
        answer("2-B", 1),
        answer("1-B", None),
        answer("1-B", 1, question="skill"),
        answer("3", 6, "D2"),
        answer("9-B", 4, "D2"),  # nobody has the number 9: somebody's own way to number calls
    ]
    (row,) = rating_of(tmp_path, rows).values()
    assert (row["value"], row["n"], row["numerator"]) == ((10 + 8 + 6 + 4) / 4, 4, 28)
    assert row["excluded_by"] == {"back_check": 1}
    assert (row["n_without_exclusions"], row["value_without_exclusions"]) == (4, 7.0)
    promise = svcqa.open(tmp_path).policies.commitments[0]
    assert reason("back_check", promise, "zh-Hans") == "复核回访"


def test_each_department_counts_its_own_back_checks(tmp_path: Path) -> None:
    rows = [
        answer("1", 10),
        answer("1-B", 99),
        answer("2", 5, "D2"),
        answer("2-B", 7, "D2"),
        answer("3-B", 9, "D2"),
        answer("3", 12, "D2"),
    ]
    found = rating_of(tmp_path, rows, by=["unit"])
    assert (found["D1"]["value"], found["D1"]["excluded_by"]) == (10.0, {"back_check": 1})  # not off the scale as well
    assert (found["D2"]["value"], found["D2"]["n"]) == (5.0, 1)
    assert found["D2"]["excluded_by"] == {"back_check": 2, "off_scale": 1}


def test_where_there_is_nothing_but_back_checks_the_row_says_so(tmp_path: Path) -> None:
    rows = [answer("1", 10, called_at="2025-12-31 23:59:59"), answer("1-B", 9)]
    (row,) = rating_of(tmp_path, rows).values()
    assert (row["value"], row["n"], row["excluded_by"]) == (None, 0, {"back_check": 1})


# --- a rating from waves ----------------------------------------------------------------------------------------------


def test_beside_a_wave_only_answers_outside_of_it_and_back_checks_are_left_out(tmp_path: Path) -> None:
    workspace = surveyed(tmp_path)
    rule = {"kind": "rating", "moment": "called_at", "survey": "satisfaction"}
    write(tmp_path / "policy/commitments.toml", toml_list("commitment", [ATTITUDE | {"rule": rule}]))
    calls = [row for row in answered(workspace, "W1", 5) if row["score"] is not None]
    again = [{**row, "callback_id": row["callback_id"] + "-B"} for row in calls[:14]]
    outside = [
        {
            "callback_id": f"HF{n}",
            "unit": "D1",
            "question": "attitude",
            "called_at": CALLED,
            "score": 1,
            "outcome": "reached",
        }
        for n in range(3)
    ]
    plain = estimated(tmp_path)
    read_calls(workspace, "more", [*again, *outside])
    row = estimated(tmp_path)
    assert plain["excluded_by"] == {}  # every answer on record is one of the wave
    assert row["excluded_by"] == {
        "back_check": sum(one["question"] == "attitude" for one in again),
        "outside_the_waves": 3,
    }
    assert (row["value"], row["n"]) == (plain["value"], sum(one["question"] == "attitude" for one in calls))


def estimated(folder: Path) -> Mapping[str, Any]:
    (row,) = rated(svcqa.open(folder), "2026-01..2026-04", as_of="2026-04-20").values()
    assert "designed" in row["flags"]
    return row


# --- former answers ---------------------------------------------------------------------------------------------------

SCORES = [9, 8, 10, 7, 9, 10, 6, 8, 9, 10, 5, 9]


def planned(folder: Path) -> svcqa.Workspace:
    records = random_records(8, customers=400, orders=900)
    before = {
        "question": "attitude",
        "unit": "D1",
        "service": "repair",
        "outcome": "reached",
        "called_at": dt.datetime(2025, 9, 1),
    }
    records["callbacks"] = [before | {"callback_id": f"HF{n}", "score": score} for n, score in enumerate(SCORES)]
    records["callbacks"] += [before | {"callback_id": f"HF{n}-B", "score": 1} for n in range(10)]
    return company(folder, records, surveys=[SURVEY | {"allocation": {"calls": 100, "method": "neyman"}}])


def test_former_answers_leave_back_checks_out_and_the_plan_says_how_many(tmp_path: Path) -> None:
    workspace = planned(tmp_path)
    found = workspace.callbacks.plan("satisfaction", period="2026Q1", as_of=AS_OF)
    for name in ("repair/D1", ""):
        former = found.former[name]
        assert (former.n, former.mean) == (len(SCORES), pytest.approx(statistics.fmean(SCORES)))
        assert former.spread == pytest.approx(statistics.stdev(SCORES))
        assert former.back_checks == 10
    assert former_note(found, "zh-Hans") == "以往评分不含 10 个复核回访的评分\u3002"
    panel = WavePanel(workspace, "satisfaction", period="2026Q1", as_of=f"{AS_OF}", language="en")
    assert "leave out 10 answers to back-checks" in panel.table.value


def test_answers_of_nobody_known_are_not_those_of_cases_without_a_customer(tmp_path: Path) -> None:
    found = planned(tmp_path).callbacks.left_out("satisfaction", period="2026Q1", as_of=AS_OF)
    nobody = [one for one in found if one.reason == "no_customer"]
    assert nobody
    assert {(one.answers, one.mean, one.bias) for one in nobody} == {(0, None, None)}
