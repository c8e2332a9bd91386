"""The command line on commitments in time: management table, drivers, a rebase noted by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import svcqa
from support.shell import run
from support.workspaces import copy_read


@pytest.fixture(scope="module")
def company(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_read(sample_workspace, tmp_path_factory.mktemp("outlook-cli") / "company")


def test_the_outlook_is_printed_in_the_language_asked_for(company: Path) -> None:
    found = run("outlook", "2026H1", "-w", str(company), "--as-of", "2026-07-01", "--lang", "zh-Hant")
    assert found.returncode == 0, found.stderr
    assert "全年達標機會" in found.stdout
    assert found.stdout.count("緊急搶險服務") == 2  # once in each table
    wrong = run("outlook", "2026H1", "-w", str(company), "--unit", "NOWHERE")
    assert wrong.returncode == 2
    assert "NOWHERE" in wrong.stderr


def test_drivers_name_the_group_that_moved_the_figure(company: Path) -> None:
    found = run(
        "drivers",
        "complaint_reply",
        "-w",
        str(company),
        "--period",
        "2026H1",
        "--against",
        "2025H2",
        "--by",
        "department,category",
        "--as-of",
        "2026-07-01",
        "--lang",
        "en",
    )
    assert found.returncode == 0, found.stderr
    assert "City Customer Service moved it most" in found.stdout  # the planted step
    assert "punctuality" in found.stdout
    assert run("drivers", "nothing", "-w", str(company), "--period", "2026H1").returncode == 2


def test_a_rebase_is_noted_with_reason_and_name(company: Path) -> None:
    asked = ("rebase", "complaint_reply", "-w", str(company), "--unit", "CQ-KF", "--since", "2025-10")
    refused = run(*asked, "--reason", " ", "--name", "A. Analyst", "--lang", "en")
    assert refused.returncode == 2
    assert "reason" in refused.stderr
    assert run(*asked, "--reason", "two posts vacant", "--name", "A. Analyst").returncode == 0
    (noted,) = svcqa.open(company).notes.rebases("complaint_reply")
    assert (noted.unit, noted.reason, noted.name) == ("CQ-KF", "two posts vacant", "A. Analyst")
