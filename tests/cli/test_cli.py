"""The command line as an analyst uses it: in a process of its own."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import svcqa
from support.shell import run
from support.workspaces import copy_read
from svcqa.metrics.result import COLUMNS
from svcqa.metrics.states import STATES


@pytest.fixture(scope="module")
def company(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, read."""
    return copy_read(sample_workspace, tmp_path_factory.mktemp("cli") / "company")


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_init_makes_a_workspace_that_works_as_it_stands(tmp_path: Path, language: str) -> None:
    folder = str(tmp_path / "mine")
    assert run("init", folder, "--lang", language).returncode == 0
    assert run("ingest", "-w", folder).returncode == 0
    result = run("measure", "compliance", "-w", folder, "--period", "2026-01", "--format", "json")
    row = json.loads(result.stdout)["rows"][0]
    # Of the three emergencies in the template's file one took 27 minutes, one 45; the last is 20 minutes old.
    assert (row["met"], row["breached"], row["open_not_due"]) == (1, 1, 1)
    again = run("init", folder)
    assert again.returncode == 2
    assert "svcqa.toml" in again.stderr


def test_json_carries_every_column(company: Path) -> None:
    result = run(
        "measure",
        "compliance",
        "-w",
        str(company),
        "--period",
        "2026H1",
        "--by",
        "department,month",
        "--commitment",
        "emergency_arrival",
        "--format",
        "json",
    )
    content = json.loads(result.stdout)
    assert len(content["rows"]) == 12  # two emergency centres, six months
    for row in content["rows"]:
        assert set(row) == set(COLUMNS)
        assert sum(row[state] for state in STATES) == row["total"]
    assert content["about"]["as_of"] == "2026-07-01 00:00:00"


def test_csv_can_be_read_back(company: Path) -> None:
    result = run("measure", "compliance", "-w", str(company), "--period", "2026H1", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["indicator"] for row in rows} >= {"emergency_arrival", "complaint_reply"}


def test_table_of_a_quantity_and_a_milestone(company: Path) -> None:
    quantity = run(
        "measure", "quantity", "-w", str(company), "--period", "2026H1", "--target", "old_pipe_households_2026"
    )
    assert "922" in quantity.stdout  # ../sample_data/generator plants 922 of 1,040 planned
    milestone = run("measure", "milestone", "-w", str(company), "--period", "2026H1", "--target", "emergency_base_2026")
    assert "未达标" in milestone.stdout


def test_the_same_file_again_changes_nothing(company: Path) -> None:
    before = run("measure", "compliance", "-w", str(company), "--period", "2026H1", "--format", "json").stdout
    again = run("ingest", "-w", str(company))
    assert again.returncode == 0
    assert "已读过" in again.stdout
    assert run("measure", "compliance", "-w", str(company), "--period", "2026H1", "--format", "json").stdout == before


def test_check_prints_places_and_no_customer(company: Path) -> None:
    result = run("check", "-w", str(company), "--all", "--lang", "en")
    assert result.returncode == 0
    assert "the moment cannot be read" in result.stdout
    assert "work_orders_corrections_2026-06.csv" in result.stdout
    for personal in ("测试用户", "客户甲", "190-0000", "1900000", "KH0"):
        assert personal not in result.stdout


def test_plugins_lists_the_built_in_metrics() -> None:
    result = run("plugins", "--lang", "en")
    for name in ("compliance", "quantity", "milestone"):
        assert name in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("measure", "complianse", "--period", "2026H1"), "svcqa plugins"),
        (("measure", "compliance", "--period", "2026H3"), "2026H1"),
        (("measure", "compliance", "--period", "2026H1", "--commitment", "arrival"), "emergency_arrival"),
        (("measure", "compliance", "--period", "2026H1", "--by", "colour"), "department"),
        (("measure", "compliance", "--period", "2026H1", "--as-of", "yesterday"), "2026-07-01"),
        (
            ("measure", "compliance", "--period", "2026H1", "--limit", "5", "--commitment", "safety_visit"),
            "safety_visit",
        ),
        (("review", "half-year", "2026Q1"), "2026H1"),
    ],
)
def test_errors_say_what_is_allowed_and_show_no_traceback(company: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, "-w", str(company))
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("--debug", *arguments, "-w", str(company)).stderr


def test_errors_speak_the_language_asked_for(tmp_path: Path) -> None:
    for language, said in (("zh-Hans", "新建工作区"), ("zh-Hant", "新建工作區"), ("en", "Make one with")):
        result = run("check", "-w", str(tmp_path), "--lang", language)
        assert result.returncode == 2
        assert said in result.stderr


def test_demo_writes_board_notebook_report_and_forms(tmp_path: Path) -> None:
    result = run("demo", "--out", str(tmp_path / "out"), "--lang", "en")
    assert result.returncode == 0, result.stderr
    assert "Emergency" in result.stdout
    names = sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_file())
    written = [f"half_year_review_2026H1.{ending}" for ending in ("docx", "html", "ipynb")]
    assert names == ["forms_2026H1.xlsx", *written]
    assert "Traceback" not in result.stderr
    assert "WARNING" not in result.stderr
