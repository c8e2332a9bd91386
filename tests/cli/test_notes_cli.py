"""``svcqa note``: a problem, its steps, success experience; what is wrong is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import svcqa
from support.workspaces import commitment, make_workspace
from svcqa.cli.application import app
from svcqa.errors import RegisterError
from svcqa.register.problems import problems

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    make_workspace(tmp_path, commitments=[commitment()])

    def in_shell(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["note", *arguments, "-w", str(tmp_path), "--lang", "zh-Hans"])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return in_shell


def test_a_problem_is_noted_reported_and_opened_again(tmp_path: Path, run: Run) -> None:
    noted = run(
        "problem",
        "--category",
        "及时",
        "--problem",
        "夜间到场慢 <b>",
        "--action",
        "增设驻点",
        "--due",
        "2026-09-30",
        "--period",
        "2026H1",
        "--unit",
        "D1",
        "--target",
        "promise",
        "--by",
        "甲",
    )
    assert "编号 1" in noted
    assert "问题 1，报告完成" in run("step", "1", "done", "--by", "乙", "--on", "2026-09-20")
    with pytest.raises(RegisterError, match="finding"):
        run("step", "1", "effective", "--by", "甲", "--on", "2026-10-08")
    assert "检查后重开" in run(
        "step", "1", "reopened", "--by", "甲", "--on", "2026-10-08", "--finding", "仍慢", "--due", "2027-01-31"
    )
    shown = run("list", "2026", "--as-of", "2026-12-31")
    assert "夜间到场慢 <b>" in shown
    assert "2027-01-31" in shown
    assert "一部" in shown
    assert "没有本期记入的问题" in run("list", "2025")
    (item,) = problems(svcqa.open(tmp_path).register, period="2026H1")
    assert (item.unit, item.target, str(item.due)) == ("D1", "promise", "2026-09-30")


def test_success_is_noted_for_the_annual_review(tmp_path: Path, run: Run) -> None:
    assert "编号 1" in run(
        "success",
        "--unit",
        "D1",
        "--experience",
        "增设驻点",
        "--period",
        "2026",
        "--by",
        "乙",
        "--evidence",
        "到场率 91% → 96%",
    )
    workspace = svcqa.open(tmp_path)
    told = workspace.reviews.sections(workspace.reviews.review(2026), "zh-Hans")["success"].table("told")
    assert told.iloc[0].tolist() == ["一部", "增设驻点", "到场率 91% → 96%", "2026", "乙"]
