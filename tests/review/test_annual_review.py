"""The annual review: the year's figures, last year restated, units on either tree, problems and what became of them.

Expected: by hand beside each case; the sample company against ``truth.json``, which its generator counted one record
and one second at a time.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import svcqa
from support.level_targets import orders, target
from support.workspaces import SAMPLE, UNITS, commitment, make_workspace, scratch
from svcqa.errors import PeriodError, RegisterError, SvcqaError
from svcqa.register.problems import note_problem, problems
from svcqa.register.publications import publications
from svcqa.review.follow_up import Problem, problems_of
from svcqa.review.improvements import improvements
from svcqa.review.last_year import BesideLastYear, beside_last_year
from svcqa.review.months_met import months_met
from svcqa.review.period_review import PeriodReview
from svcqa.review.side_by_side import side_by_side

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
NOTED = dt.datetime(2026, 1, 10, 9)


def company(
    folder: Path, rows: Iterable[dict[str, Any]], *, promise: dict[str, Any] | None = None, **options: Any
) -> svcqa.Workspace:
    given = {"required_share": "80%", **(promise or {})}
    options.setdefault("targets", [target()])
    workspace = make_workspace(
        folder, records={"work_orders": list(rows)}, commitments=[commitment(**given)], **options
    )
    workspace.ingest()
    return workspace


def last_year(workspace: svcqa.Workspace, year: int = 2025) -> BesideLastYear:
    review = workspace.reviews.review(year)
    published = publications(workspace.register, period=str(year - 1))
    (found,) = beside_last_year(
        workspace.figures,
        workspace.policies,
        review=review,
        context=workspace.figures.context(review.period),
        published=published,
    )
    return found


# ---- the year


def test_the_year_is_that_of_all_cases_and_its_months_are_counted(tmp_path: Path) -> None:
    """January 9 of 10, February 1 of 2, March 0 of 0, December 8 of 8: the year 18 of 20, two months of three met."""
    counts = {"2025-01": (9, 1), "2025-02": (1, 1), "2025-12": (8, 0)}
    review = company(tmp_path, orders(counts)).reviews.review(2025)
    (item,) = review.targets
    now = item.course.now
    assert now is not None
    assert (now.numerator, now.n, now.value) == (18, 20, 0.9)
    assert item.judged.verdict == "met"
    kept = months_met(item)
    assert kept is not None
    assert (kept.met, kept.judged) == (2, 3)
    assert [month.label for month in review.months] == [f"2025-{month:02d}" for month in range(1, 13)]


def test_each_review_takes_its_own_length_of_time(tmp_path: Path) -> None:
    workspace = company(tmp_path, orders({"2025-01": (1, 0)}))
    for wrong in ("2025H1", "2025-01"):
        with pytest.raises(PeriodError, match="no year"):
            workspace.reviews.review(wrong, kind="annual")
    with pytest.raises(PeriodError, match="no half-year"):
        workspace.reviews.review("2025", kind="half_year")
    with pytest.raises(PeriodError, match="2025Q1"):
        workspace.reviews.publish("2025Q1", author="审核人")
    assert workspace.reviews.review("2025").period == workspace.reviews.review(2025).period


def test_the_sample_year_is_the_sum_of_what_was_counted_month_by_month(sample_workspace: svcqa.Workspace) -> None:
    review = sample_workspace.reviews.review(2025, as_of=TRUTH["as_of"])
    months = [f"2025-{month:02d}" for month in range(1, 13)]
    compared = 0
    for item in review.commitments:
        for unit in (*item.departments,):
            counted = TRUTH["monthly"].get(item.commitment.key, {}).get(unit.unit.code)
            if counted is None or not all(month in counted for month in months):
                continue
            met, n = (sum(counted[month][place] for month in months) for place in (0, 1))
            now = unit.course.now
            assert now is not None
            assert (now.numerator, now.n) == (met, n)
            compared += 1
    assert compared >= 3
    staffed = next(item for item in review.commitments if item.commitment.key == "emergency_line_staffed")
    line = [TRUTH["emergency_line"][month]["C"] for month in months]
    share = 1 - sum(m["unstaffed_seconds"] for m in line) / sum(m["base_seconds"] for m in line)
    assert staffed.course.now is not None
    assert staffed.course.now.value == pytest.approx(share, rel=1e-12)
    done = {item.target.key: item.judged.verdict for item in review.targets if item.target.kind == "milestone"}
    due = {item.target.key: item.target.due for item in review.targets if item.target.kind == "milestone"}
    told = {key: dt.datetime.fromisoformat(TRUTH["milestones"][key]).date() for key in done}
    assert done == {key: "met" if told[key] <= due[key] else "missed" for key in done}


# ---- last year, as reported and restated


def test_a_limit_that_changed_restates_last_year(tmp_path: Path) -> None:
    """2024: ten orders of 10 minutes and ten of 50. Within 60 minutes 20 of 20; within 40, as since 2025, 10 of 20."""
    rows = orders({"2024-03": (10, 10), "2025-03": (15, 5)}, minutes=50)
    changed = {"limits": [{"effective_from": "2025-01-01", "limit": 40}]}
    found = last_year(company(tmp_path, rows, promise=changed))
    assert found.then is not None
    assert found.restated is not None
    assert found.now is not None
    assert (found.then.numerator, found.restated.numerator, found.now.numerator) == (20, 10, 15)
    assert found.change == pytest.approx(0.75 - 0.5)
    assert [(one.what, one.before, one.after) for one in found.changed] == [("limit", 60, 40)]
    assert found.reported is None


def test_the_limit_before_is_the_one_that_held(tmp_path: Path) -> None:
    """The rule says 60 minutes; since 2024 it is 100, since 2025 30: from 100 to 30, not from 60."""
    limits = [{"effective_from": "2025-01-01", "limit": 30}, {"effective_from": "2023-06-01", "limit": 100}]
    found = last_year(company(tmp_path, orders({"2024-03": (5, 5), "2025-03": (5, 5)}), promise={"limits": limits}))
    assert [(one.what, one.before, one.after) for one in found.changed] == [("limit", 100, 30)]
    assert found.then is not None
    assert found.then.numerator == 10  # 90 minutes were in time in 2024


def test_a_goal_that_changed_is_named_with_both_values(tmp_path: Path) -> None:
    rows = orders({"2024-03": (8, 2), "2025-03": (8, 2)})
    goals = {"goals": [{"effective_from": dt.date(2025, 1, 1), "required_share": 0.9}]}
    found = last_year(company(tmp_path, rows, promise=goals))
    assert [(one.what, one.before, one.after) for one in found.changed] == [("goal", 0.8, 0.9)]
    assert found.then is not None
    assert found.restated is not None
    assert (found.then.verdict, found.restated.verdict) == ("met", "missed")
    assert found.clear is False


def test_what_was_published_stays_beside_what_the_records_say_now(tmp_path: Path) -> None:
    """Published: 8 of 10. A correction closes one of the two late orders in time: 9 of 10 today."""
    rows = orders({"2024-03": (8, 2), "2025-03": (9, 1)})
    workspace = company(tmp_path, rows, targets=[target(2024), target(2025)])
    workspace.reviews.publish("2024", author="审核人", now=NOTED)
    assert last_year(workspace).changed == ()
    late = next(row for row in rows if row["order_id"] == "D1-2024-03-9")
    on_time = {**late, "closed_at": str(dt.datetime.fromisoformat(late["received_at"]) + dt.timedelta(minutes=5))}
    head, *_ = (tmp_path / "sources/work_orders.csv").read_text(encoding="utf-8").splitlines()
    line = ",".join(on_time.get(name, "") for name in head.split(","))
    (tmp_path / "sources/work_orders_later.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    workspace.ingest()
    found = last_year(workspace)
    assert found.reported is not None
    assert found.restated is not None
    assert (found.reported.numerator, found.restated.numerator) == (8, 9)
    assert [one.what for one in found.changed] == ["records"]


# ---- side by side


MERGED = (
    {"code": "C", "name": "公司", "level": "company"},
    {"code": "D1", "name": "一部", "level": "department", "parent": "C"},
    {"code": "D2", "name": "二部", "level": "department", "parent": "C", "valid_to": "2024-12-31", "successor": "D1"},
)


def test_units_that_merged_stand_on_either_tree(tmp_path: Path) -> None:
    """2024: D1 8 of 10, D2 4 of 10. D2 then goes into D1: on today's tree last year's D1 is 12 of 20."""
    rows = [*orders({"2024-03": (8, 2), "2025-03": (9, 1)}), *orders({"2024-04": (4, 6)}, unit="D2")]
    workspace = company(tmp_path, rows, units=MERGED)
    review = workspace.reviews.review(2025)
    context = workspace.figures.context(review.period)

    def found(day: dt.date | None) -> dict[str, tuple[int | None, int | None]]:
        (one,) = side_by_side(workspace.figures, review, context, level="department", tree_on=day)
        return {unit.unit.code: (unit.before.numerator, unit.before.n) for unit in one.units if unit.before}

    assert found(None) == {"D1": (12, 20)}
    assert found(dt.date(2024, 12, 31)) == {"D1": (8, 10), "D2": (4, 10)}
    told = workspace.reviews.sections(review, "zh-Hans")["subsidiaries"]
    assert "二部于 2024-12-31 撤销，由一部承接" in told.said
    assert list(told.table("tree_then").iloc[:, 1]) == ["一部", "二部"]
    assert list(told.table("tree_now").iloc[:, 1]) == ["一部"]


def test_pooling_draws_small_units_towards_all_and_needs_three(tmp_path: Path) -> None:
    """With 400 of 500, 70 of 100 and 2 of 10 the unit of ten cases moves most; two units are not pooled at all."""
    three = [*UNITS, {"code": "D3", "name": "三部", "level": "department", "parent": "C"}]
    parts = {"D1": (400, 100), "D2": (70, 30), "D3": (2, 8)}
    for units, named in ((three, parts), (UNITS, {key: parts[key] for key in ("D1", "D2")})):
        with scratch() as folder:
            rows = [row for unit, counts in named.items() for row in orders({"2025-03": counts}, unit=unit)]
            workspace = company(folder, rows, units=units)
            review = workspace.reviews.review(2025)
            context = workspace.figures.context(review.period)
            (one,) = side_by_side(workspace.figures, review, context, level="department")
            pooled = {unit.unit.code: unit.pooled for unit in one.units}
            if len(named) == 2:
                assert set(pooled.values()) == {None}
                continue
            whole = 472 / 610
            moved = {code: abs(got[0] - parts[code][0] / sum(parts[code])) for code, got in pooled.items() if got}
            assert moved["D3"] > moved["D2"] > moved["D1"] >= 0
            assert pooled["D3"] is not None
            assert 0.2 < pooled["D3"][0] < whole


def test_improvements_are_those_beyond_chance(tmp_path: Path) -> None:
    """D1 rises from 50 % to 90 % of 200; D2 stays at 80 %. Of two compared, 2 × 2.5 % look so by chance."""
    rows = [
        *orders({"2024-03": (100, 100), "2025-03": (180, 20)}),
        *orders({"2024-03": (80, 20), "2025-03": (80, 20)}, unit="D2"),
    ]
    workspace = company(tmp_path, rows)
    review = workspace.reviews.review(2025)
    found = improvements(workspace.figures, review, workspace.figures.context(review.period))
    assert [one.unit.code for one in found.clear] == ["D1"]
    assert found.compared == 2
    assert found.by_chance == pytest.approx(0.05)


# ---- problems and what became of them


def noted(workspace: svcqa.Workspace, **fields: Any) -> int:
    plain = {
        "category": "及时",
        "problem": "夜间到场慢",
        "author": "甲",
        "action": "增设驻点",
        "due": dt.date(2025, 6, 30),
        "period": "2025H1",
        "unit": "D1",
        "now": NOTED,
    }
    return workspace.notes.add_problem(**{**plain, **fields})


def problem(workspace: svcqa.Workspace, number: int, as_of: str = "2026-01-01") -> Problem | None:
    review = workspace.reviews.review(2025, as_of=as_of)
    found = problems_of(workspace.register, review.year, workspace.period_rule, as_of=review.as_of)
    return next((one for one in found if one.number == number), None)


@pytest.mark.parametrize(
    ("fields", "steps", "as_of", "state", "late"),
    [
        ({"action": "", "due": None}, [], "2026-01-01", "noted", False),
        ({}, [], "2025-06-30", "open", False),  # due at the end of that day
        ({}, [], "2025-07-01", "overdue", False),
        ({}, [("done", "2025-06-30")], "2026-01-01", "done", False),
        ({}, [("done", "2025-07-02")], "2026-01-01", "done", True),
        ({}, [("done", "2025-07-02")], "2025-07-02", "overdue", False),  # a day is known when it is over
        ({}, [("done", "2025-06-20"), ("effective", "2025-08-01")], "2026-01-01", "closed", False),
        ({}, [("done", "2025-06-20"), ("reopened", "2025-08-01", "2025-10-31")], "2025-10-31", "reopened", False),
        ({}, [("done", "2025-06-20"), ("reopened", "2025-08-01", "2025-10-31")], "2026-01-01", "overdue", False),
        (
            {},
            [("done", "2025-06-20"), ("effective", "2025-08-01"), ("reopened", "2025-09-01", "2026-03-31")],
            "2026-01-01",
            "reopened",
            False,
        ),
    ],
)
def test_the_state_of_a_problem(
    tmp_path: Path, fields: dict[str, Any], steps: list[tuple[str, ...]], as_of: str, state: str, late: bool
) -> None:
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    number = noted(workspace, **fields)
    for step, on, *due in steps:
        workspace.notes.add_step(
            number,
            step,
            by="乙",
            on=on,
            finding="" if step == "done" else "查看记录",
            due=dt.date.fromisoformat(due[0]) if due else None,
            now=NOTED,
        )
    found = problem(workspace, number, as_of)
    assert found is not None
    assert (found.state, found.late) == (state, late)


def test_nothing_is_silently_closed(tmp_path: Path) -> None:
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    number = noted(workspace)
    with pytest.raises(RegisterError, match="not been reported"):
        workspace.notes.add_step(number, "effective", by="乙", on="2025-07-01", finding="好")
    workspace.notes.add_step(number, "done", by="乙", on="2025-06-20", now=NOTED)
    for wrong, said in (({"finding": ""}, "finding"), ({"finding": "好", "by": " "}, "by")):
        with pytest.raises(RegisterError, match=said):
            workspace.notes.add_step(number, "effective", **{"by": "乙", "on": "2025-07-01", **wrong})
    with pytest.raises(RegisterError, match="99"):
        workspace.notes.add_step(99, "done", by="乙")
    with pytest.raises(RegisterError, match="due goes with reopened"):
        workspace.notes.add_step(number, "done", by="乙", on="2025-07-01", due=dt.date(2025, 9, 1))
    with pytest.raises(RegisterError) as refused:  # else it would be closed on the 10th, ten days before the report
        workspace.notes.add_step(number, "effective", by="乙", on="2025-06-10", finding="好")
    assert "2025-06-10 早于上一步的日期 2025-06-20" in refused.value.render("zh-Hans")
    found = problem(workspace, number, as_of="2025-06-15")
    assert found is not None
    assert found.state == "open"


@pytest.mark.parametrize(
    ("step", "fields", "said"),
    [
        ("closed", {}, "没有名为 'closed' 的步骤。允许：done, effective, reopened"),
        ("effective", {}, "finding: 检查要写明查到了什么"),
        ("reopened", {"finding": "仍慢", "due": "2025-07-01"}, "due: 新的完成时间 2025-07-01 不能用。只有重新打开"),
        ("done", {"on": "昨天"}, "看不懂的时刻 '昨天'。允许：2026-07-01"),
        ("done", {"by": " "}, "by: 这一项没有填写。写明由谁报告或检查。"),
    ],
)
def test_a_step_that_is_wrong_is_told_in_the_readers_language(
    tmp_path: Path, step: str, fields: dict[str, Any], said: str
) -> None:
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    number = noted(workspace)
    with pytest.raises(SvcqaError) as refused:
        workspace.notes.add_step(number, step, **{"by": "乙", "on": "2025-07-01", **fields})
    assert said in refused.value.render("zh-Hans")
    assert "Value error" not in refused.value.render("zh-Hans")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"period": "上半年"}, "看不懂的期间 '上半年'"),
        ({"unit": "ZZ"}, "组织架构里没有单位 'ZZ'"),
        ({"target": "nope"}, "没有名为 'nope' 的目标或承诺。允许：kept_2025, promise"),
        ({"due": "下周"}, "看不懂的时刻 '下周'"),
    ],
)
def test_a_problem_names_what_there_is(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    """A row of a period that nobody can read would stand in no review of it."""
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    with pytest.raises(SvcqaError) as refused:
        noted(workspace, **fields)
    assert said in refused.value.render("zh-Hans")
    assert not problems(workspace.register)
    noted(workspace, responsible="")
    shown = workspace.reviews.sections(workspace.reviews.review(2025), "zh-Hans")["problems"].table("problems")
    assert list(shown["责任单位"]) == ["一部"]  # its name, no code


@given(st.lists(st.sampled_from(["done", "effective", "reopened"]), max_size=6))
def test_only_an_effective_check_closes(wanted: list[str]) -> None:
    with scratch() as folder:
        workspace = company(folder, orders({"2025-03": (1, 0)}))
        number = noted(workspace)
        taken = []
        for place, step in enumerate(wanted, start=1):
            try:
                workspace.notes.add_step(number, step, by="乙", on=dt.date(2025, 7, place), finding="见记录", now=NOTED)
            except RegisterError:
                continue
            taken.append(step)
        found = problem(workspace, number)
        assert found is not None
        assert (found.state == "closed") == (taken[-1:] == ["effective"])
        assert all(before == "done" for before, step in pairwise(taken) if step == "effective")


def test_a_corrected_row_keeps_what_was_noted_of_it(tmp_path: Path) -> None:
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    number = noted(workspace)
    workspace.notes.add_step(number, "done", by="乙", on="2025-06-20", now=NOTED)
    (item,) = problems(workspace.register)
    second = note_problem(
        workspace.register, item.model_copy(update={"action": "增设两处驻点"}), author="甲", now=NOTED, replaces=number
    )
    third = note_problem(workspace.register, item, author="甲", now=NOTED, replaces=second)
    found = problem(workspace, third)
    assert found is not None
    assert (found.state, len(found.steps)) == ("done", 1)
    assert problem(workspace, number) is None


def test_open_problems_are_taken_over_into_the_next_year(tmp_path: Path) -> None:
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    left, closed, ended = (noted(workspace, period="2024H2", due=dt.date(2025, 3, 31)) for _ in range(3))
    for number, day in ((closed, "2024-12-20"), (ended, "2025-02-01")):
        workspace.notes.add_step(number, "done", by="乙", on=day, now=NOTED)
        workspace.notes.add_step(number, "effective", by="丙", on=day, finding="见记录", now=NOTED)
    found = {number: problem(workspace, number) for number in (left, closed, ended)}
    assert found[closed] is None
    assert [(one.state, one.carried) for one in (found[left], found[ended]) if one] == [
        ("overdue", True),
        ("closed", True),
    ]
    assert len(workspace.reviews.review(2025).actions) == 0
    told = workspace.reviews.sections(workspace.reviews.review(2025), "zh-Hans")["problems"]
    assert "共 2 个问题：逾期 1；检查有效，已关闭 1。" in told.said


def test_success_is_told_by_people(tmp_path: Path) -> None:
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    said = {"unit": "D1", "experience": "早晚错峰派单", "period": "2025H2", "name": "乙", "evidence": "18/20"}
    workspace.notes.add_success(**said, now=NOTED)
    workspace.notes.add_success(**{**said, "period": "2024"}, now=NOTED)
    shown = workspace.reviews.sections(workspace.reviews.review(2025), "zh-Hans")["success"].table("told")
    assert shown.to_numpy().tolist() == [["一部", "早晚错峰派单", "18/20", "2025H2", "乙"]]
    with pytest.raises(RegisterError, match="experience"):
        workspace.notes.add_success(**{**said, "experience": " "})


def test_a_review_can_be_seen_as_it_was_known(tmp_path: Path) -> None:
    """At noon of 2 January one of two was late; a file read later brings ten more that were in time."""
    rows = orders({"2024-03": (1, 0), "2025-03": (1, 1)})
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()], targets=[target()])
    workspace.ingest(now=dt.datetime(2026, 1, 2, 12))
    head, *_ = (tmp_path / "sources/work_orders.csv").read_text(encoding="utf-8").splitlines()
    more = [{**row, "order_id": f"later-{row['order_id']}"} for row in orders({"2025-04": (10, 0)})]
    lines = [head, *(",".join(row.get(name, "") for name in head.split(",")) for row in more)]
    (tmp_path / "sources/work_orders_2.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace.ingest(now=dt.datetime(2026, 2, 2, 12))

    def n(review: PeriodReview) -> int | None:
        assert review.targets[0].course.now is not None
        return review.targets[0].course.now.n

    assert n(workspace.reviews.review(2025)) == 12
    then = workspace.reviews.review(2025, known_at=dt.datetime(2026, 1, 2, 12))
    assert n(then) == 2
    workspace.reviews.publish("2024", author="甲", now=dt.datetime(2026, 2, 3))
    sections = workspace.reviews.sections(then, "zh-Hans")
    assert list(sections["last_year"].table("last_year")["本期"]) == ["50.0%"]
    assert "2024 没有发布过数字" in sections["last_year"].said
    units = sections["subsidiaries"].table("units")
    assert dict(zip(units["单位"], units["个案数"], strict=True)) == {"一部": "2"}
    assert dict(zip(units["单位"], units["本期"], strict=True)) == {"一部": "50.0%"}


def test_form_b_leaves_out_no_problem_of_the_period(tmp_path: Path) -> None:
    """One of a quarter, one of no period, noted in July: both are of the year, the first one of its half-year too."""
    workspace = company(tmp_path, orders({"2025-03": (1, 0)}))
    noted(workspace, problem="季度", period="2025Q1", now=dt.datetime(2025, 4, 1))
    noted(workspace, problem="无期间", period="", now=dt.datetime(2025, 7, 1))
    noted(workspace, problem="下半年", period="2025H2", now=dt.datetime(2026, 1, 8))
    noted(workspace, problem="来年", period="2026-01", now=dt.datetime(2026, 2, 1))
    of_year = [item.problem for item in workspace.reviews.review(2025).actions]
    assert of_year == ["季度", "无期间", "下半年"]
    assert [item.problem for item in workspace.reviews.review("2025H1").actions] == ["季度"]
    assert [item.problem for item in workspace.reviews.review("2025H2").actions] == ["下半年"]


def test_a_workspace_with_nothing_says_so_in_words(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with pytest.raises(SvcqaError) as refused:
        workspace.reviews.review(2025).weakest  # noqa: B018
    assert "没有服务承诺" in refused.value.render("zh-Hans")
    with pytest.raises(SvcqaError) as refused:
        workspace.reviews.publish("2025", author="甲")
    assert "2025" in refused.value.render("zh-Hans")
    assert refused.value.faults[0].code == "publication_empty"
