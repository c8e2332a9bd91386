"""What a wave cannot be asked is refused by name, in the reader's words; a bias is told on the side where it lies."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import svcqa
from support.callback_company import AS_OF, SURVEY, company, random_records
from support.called_wave import surveyed
from svcqa.catalogue import LANGUAGES
from svcqa.cli.application import app
from svcqa.errors import MetricError, NameUnknownError
from svcqa.report.tables.callbacks import bias_sentences
from svcqa.review.callbacks.former import LeftOut


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return surveyed(tmp_path_factory.mktemp("w"))


@pytest.mark.parametrize(
    ("aims", "code"),
    [
        ({"calls": 80, "half_width": 0.2}, "plan_one_aim"),
        ({"calls": -5}, "bad_value"),
        ({"half_width": 0.0}, "bad_value"),
        ({"half_width": -1.0}, "bad_value"),
        ({"half_width": float("nan")}, "bad_value"),
    ],
)
def test_a_plan_has_one_aim_above_nought(workspace: svcqa.Workspace, aims: dict[str, Any], code: str) -> None:
    with pytest.raises(MetricError) as error:
        workspace.callbacks.plan("satisfaction", period="2026Q1", as_of=AS_OF, **aims)
    assert [fault.code for fault in error.value.faults] == [code]
    for language in LANGUAGES:
        assert not re.search(r"[{}]", error.value.render(language))


def test_before_the_draw_there_is_nothing_to_ask(workspace: svcqa.Workspace) -> None:
    early = workspace.callbacks.results("W1", as_of="2026-04-01 09:00")
    for ask in (early.outcomes, early.estimate, early.feedback):
        with pytest.raises(MetricError, match="had not been drawn by 2026-04-01 09:00"):
            ask()
    assert workspace.callbacks.results("W1", as_of="2026-04-01 09:01").outcomes().overall.attempted == 0


def test_estimates_name_what_they_lack(workspace: svcqa.Workspace) -> None:
    with pytest.raises(MetricError, match="over which question") as error:
        workspace.callbacks.results("W1").estimate(estimate="ratio")
    assert "attitude, solved" in error.value.render("zh-Hans")
    with pytest.raises(MetricError, match="Cannot group by month"):
        workspace.callbacks.results("W1").estimate(by=["month"])


@pytest.mark.parametrize("param", ["by=tier", "as_of=2026-04-02", "level=0.9", "wave=W2"])
def test_what_has_an_option_is_no_parameter(workspace: svcqa.Workspace, param: str) -> None:
    asked = ["callbacks", "estimate", "W1", "--param", param, "-w", str(workspace.folder), "--lang", "zh-Hans"]
    refused = CliRunner().invoke(app, asked).exception
    assert isinstance(refused, NameUnknownError)
    assert f"不认识的项 {param.split('=')[0]}" in refused.render("zh-Hans")


def test_a_bias_is_told_on_its_side() -> None:
    above = LeftOut(
        stratum="",
        reason="quarantine",
        customers=40,
        share=0.4,
        tiers={},
        frame_tiers={},
        answers=12,
        mean=8.0,
        frame_answers=20,
        frame_mean=8.5,
        bias=0.2,
        bias_lower=-0.1,
        bias_upper=0.5,
    )
    (said,) = bias_sentences([above], "zh-Hans")
    assert "偏高 +0.20（95% 区间 -0.10 至 +0.50）" in said
    below = replace(above, mean=8.5, frame_mean=8.0, bias=-0.2, bias_lower=-0.5, bias_upper=0.1)
    (said,) = bias_sentences([below], "zh-Hans")
    assert "偏低 +0.20（95% 区间 -0.10 至 +0.50）" in said
    (said,) = bias_sentences([below], "en")
    assert "lies +0.20 below that of everybody (95% interval -0.10 to +0.50)" in said


def test_a_frame_without_anybody_is_planned_as_empty(tmp_path: Path) -> None:
    records = {**random_records(3, customers=20, orders=20), "work_orders": [], "complaints": []}
    empty = company(tmp_path, records, surveys=[SURVEY])
    found = empty.callbacks.plan("satisfaction", period="2026Q1", as_of=AS_OF)
    assert (found.overall.drawn, found.overall.half_width) == (0, None)
