"""The panel of next year's targets, worked as a person would: choose, move, assume, lock, save."""

from __future__ import annotations

from pathlib import Path

import pytest

import svcqa
from support.workspaces import commitment, copy_read, make_workspace
from svcqa.entities.plan import Assumption
from svcqa.errors import MetricError
from svcqa.report.words.figures import probability
from svcqa.review.next_year.year import NextYear
from svcqa.widgets.target_panel import TargetPanel

KEY = "complaint_reply_2026"


@pytest.fixture(scope="module")
def planned(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> NextYear:
    workspace = svcqa.open(copy_read(sample_workspace, tmp_path_factory.mktemp("targets") / "company"))
    return workspace.next_year(2027, as_of="2026-07-01")


@pytest.fixture
def panel(planned: NextYear) -> TargetPanel:
    return TargetPanel(planned, language="en", target=KEY)


def test_only_targets_that_can_be_forecast_are_offered(panel: TargetPanel) -> None:
    keys = {key for _, key in panel.target.options}
    assert KEY in keys
    assert not keys & {"smart_meter_platform_2026", "emergency_base_2026"}


def test_goal_volume_and_assumption_answer_as_the_workspace_does(planned: NextYear, panel: TargetPanel) -> None:
    panel.goal.value = 96.0
    panel.volume.value = 1.2
    panel.label.value = "Two more people <in the evening>"
    panel.size.value = 40
    panel.from_month.value = 4
    assumed = Assumption(label="Two more people <in the evening>", measure="failures", size=0.4, from_month=4)
    found = planned.what_if(KEY).at(goal=0.96, volume=1.2, assumptions=[assumed])
    assert f"chance {probability(found.chance)}" in panel.answer.value
    assert "&lt;in the evening&gt;" in panel.answer.value
    assert "<in" not in panel.answer.value
    assert "provisional" in panel.answer.value


def test_an_assumption_without_a_label_is_left_out_and_said_so(planned: NextYear, panel: TargetPanel) -> None:
    panel.size.value = 40
    found = planned.what_if(KEY).at(goal=panel.goal.value / 100)
    assert f"chance {probability(found.chance)}" in panel.answer.value
    assert "your own words" in panel.answer.value


def test_a_cell_that_is_changed_is_locked_and_the_rest_balanced(planned: NextYear, panel: TargetPanel) -> None:
    panel.goal.value = 95.0
    before = panel.cells.fields["CJ-KF"].value
    panel.cells.fields["CQ-KF"].value = 94.5
    assert panel.cells.locks["CQ-KF"].value
    assert panel.cells.fields["CQ-KF"].value == 94.5
    found = planned.decompose(KEY, goal=0.95, locked={"CQ-KF": 0.945})
    for cell in found.cells[1:]:
        assert panel.cells.fields[cell.unit].value == pytest.approx(cell.goal * 100, abs=1e-5)
    assert panel.cells.fields["CJ-KF"].value != before
    panel.cells.locks["CQ-KF"].value = False
    assert panel.cells.fields["CJ-KF"].value == pytest.approx(before)


def test_locks_that_cannot_be_are_told_in_words(panel: TargetPanel) -> None:
    panel.cells.fields["CQ"].value = 80.0
    assert "cannot deliver 95%" in panel.answer.value
    panel.button.click()
    assert "cannot deliver 95%" in panel.message.value  # nothing is saved, and that is not passed over
    panel.cells.locks["CQ"].value = False
    assert "chance" in panel.answer.value


def test_amounts_have_no_volume_and_no_per_cent(panel: TargetPanel) -> None:
    panel.target.value = "old_pipe_households_2026"
    assert panel.volume.disabled
    panel.goal.value = 2400
    assert panel.cells.fields["CQ"].value + panel.cells.fields["CJ"].value == pytest.approx(2400, abs=1e-4)
    panel.target.value = KEY
    assert not panel.volume.disabled


def test_saving_needs_a_name_and_a_reason_and_keeps_what_is_shown(planned: NextYear, panel: TargetPanel) -> None:
    panel.goal.value = 95.5
    panel.button.click()
    assert "reason" in panel.message.value
    panel.reason.value = "step by step"
    panel.button.click()
    assert "give a name" in panel.message.value
    panel.author.value = "A. Analyst"
    panel.button.click()
    assert "version 1" in panel.message.value
    (saved,) = planned.plans(KEY)
    assert saved.plan.goal == pytest.approx(0.955)
    assert saved.plan.reason == "step by step"
    assert sum(cell.parent is None for cell in saved.plan.cells) == 1


def test_a_panel_with_nothing_to_forecast_says_why(planned: NextYear) -> None:
    with pytest.raises(MetricError) as refused:
        TargetPanel(planned, language="zh-Hans", target="smart_meter_platform_2026")
    assert "没有可用的预测，不能试算" in refused.value.render("zh-Hans")
    assert "complaint_reply_2026" in refused.value.render("zh-Hans")


def test_a_panel_before_all_records_says_that_there_is_no_history(tmp_path: Path) -> None:
    goal = {
        "kind": "level",
        "key": "kept",
        "name": "按时",
        "year": 2025,
        "owner": "C",
        "commitment": "promise",
        "goal": "80%",
    }
    workspace = make_workspace(tmp_path, commitments=[commitment()], targets=[goal])
    with pytest.raises(MetricError) as refused:
        TargetPanel(workspace.next_year(2026, as_of="2026-01-01"), language="zh-Hans")
    assert "None" not in refused.value.render("zh-Hans")
