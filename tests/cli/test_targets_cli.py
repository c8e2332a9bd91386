"""``svcqa targets`` in a shell: proposals, a decomposition with locks, a plan saved and shown again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import svcqa
from support.workspaces import copy_read
from svcqa.cli.application import app
from svcqa.errors import SvcqaError

WHEN = ("2027", "--as-of", "2026-07-01")


@pytest.fixture(scope="module")
def folder(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_read(sample_workspace, tmp_path_factory.mktemp("targets") / "company")


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    command = [sys.executable, "-c", "from svcqa.cli import main; main()", "targets", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def test_proposals_of_every_target_with_what_to_know(folder: Path) -> None:
    printed = run("propose", *WHEN, "--lang", "en", cwd=folder)
    targets = svcqa.open(folder).policies.targets_of(2026)
    for target in targets:
        if target.owner == "C":
            assert target.name.in_language("en")[:20] in printed
    assert "2027 under no change" in printed
    assert "luck decides" in printed
    assert "provisional" in printed


def test_a_decomposition_with_a_locked_cell(folder: Path) -> None:
    printed = run(
        "decompose",
        *WHEN,
        "complaint_reply_2026",
        "--goal",
        "96%",
        "--lock",
        "CQ-KF=94.5%",
        "--rule",
        "equal_points",
        "--lang",
        "en",
        cwd=folder,
    )
    locked = next(line for line in printed.splitlines() if "City Customer Service" in line)
    assert "94.5%" in locked
    assert "yes" in locked
    assert "moves by the same amount" in printed
    last = next(line for line in printed.splitlines() if "Parts together" in line)
    assert "96.0%" in last
    assert "delivers the whole" in last


def test_what_cannot_be_is_told_in_words(folder: Path) -> None:
    asked = ("decompose", *WHEN, "complaint_reply_2026", "--lang", "zh-Hans")
    told = run(*asked, "--goal", "0.96", "--lock", "CQ=85%", cwd=folder, code=2)
    assert "各部分达不到 96%" in told
    assert "CQ: 已锁定在 85%" in told
    assert "没有名为" in run(*asked, "--rule", "fair", cwd=folder, code=2)
    assert "不是数字" in run(*asked, "--goal", "high", cwd=folder, code=2)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--goal", "nan"), "目标 'nan' 不是数字"),
        (("--lock", "CQ-KF"), "--lock: 看不懂的锁定 'CQ-KF'。允许：CQ-KF=94%"),
        (("--lock", "=94%"), "看不懂的锁定"),
    ],
)
def test_numbers_and_locks_that_cannot_be_read(folder: Path, asked: tuple[str, ...], said: str) -> None:
    with pytest.raises(SvcqaError) as refused:
        CliRunner().invoke(
            app,
            ["targets", "decompose", *WHEN, "complaint_reply_2026", "-w", str(folder), *asked],
            catch_exceptions=False,
        )
    assert said in refused.value.render("zh-Hans")


def test_a_unit_without_targets_is_told_so(folder: Path) -> None:
    with pytest.raises(SvcqaError) as refused:
        CliRunner().invoke(app, ["targets", "propose", "2024", "-w", str(folder)], catch_exceptions=False)
    assert "没有可以接续的目标" in refused.value.render("zh-Hans")


def test_a_plan_is_saved_and_shown_with_what_it_rests_on(folder: Path) -> None:
    assert "holds no plan" in run("plan", "2027", "--lang", "en", cwd=folder)
    for goal in ("96%", "95.5%"):
        saved = run(
            "save",
            *WHEN,
            "complaint_reply_2026",
            "--goal",
            goal,
            "--by",
            "A. Analyst",
            "--reason",
            "agreed",
            "--lang",
            "en",
            cwd=folder,
        )
    assert re.search(r"version 2, number 2", saved)
    shown = run("plan", "2027", "complaint_reply_2026", "--lang", "en", cwd=folder)
    assert "≥96%" in shown
    assert "≥95.5%" in shown
    assert svcqa.open(folder).policies.digest in shown
