"""What the parser of the command line refuses, and its help, in the reader's language; ``python -m svcqa``; ``-v``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from svcqa.cli.application import main

NEEDED = ("measure", "compliance", "--period", "2026H1")


@pytest.fixture(autouse=True)
def english_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_GB.UTF-8")


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command line; its log goes nowhere afterwards."""
    monkeypatch.setattr(sys, "argv", ["svcqa", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, error = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, error


@pytest.mark.parametrize(
    ("arguments", "hans", "hant", "en", "parts"),
    [
        (("measure",), "没有给出", "沒有給出", "not given", ("metric", "svcqa measure --help")),
        (("measure", "compliance"), "没有给出", "沒有給出", "not given", ("--period",)),
        ((*NEEDED, "--perod", "3"), "没有选项", "沒有選項", "no option", ("--perod", "--period")),
        ((*NEEDED, "--colour", "3"), "没有选项", "沒有選項", "no option", ("--colour", "--commitment")),
        (("mesure",), "没有命令", "沒有命令", "no command", ("mesure", "measure")),
        (("review", "monthly"), "没有命令", "沒有命令", "no command", ("monthly", "half-year, annual")),
        ((*NEEDED, "more"), "多出了", "多出了", "too many", ("more",)),
        ((*NEEDED, "--cumulative=3"), "不写值", "不寫值", "takes no value", ("--cumulative",)),
        (
            (*NEEDED, "--format", "yaml"),
            "不合规定",
            "不合規定",
            "not allowed",
            ("--format", "'yaml'", "table, csv, json"),
        ),
        ((*NEEDED, "--limit", "abc"), "整数", "整數", "a whole number", ("--limit", "'abc'")),
        (("calendar", "build", "1800"), "不小于 1999", "不小於 1999", "1999", ("years", "'1800'")),
    ],
)
def test_what_is_refused_is_told_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: tuple[str, ...],
    hans: str,
    hant: str,
    en: str,
    parts: tuple[str, ...],
) -> None:
    for language, said in (("zh-Hans", hans), ("zh-Hant", hant), ("en", en)):
        code, out, error = told(capsys, monkeypatch, *arguments, f"--lang={language}")
        assert (code, out) == (2, "")
        assert said in error
        assert "Traceback" not in error
        for part in (*parts, "--help"):
            assert part in error


def test_an_option_without_its_value(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, error = told(capsys, monkeypatch, "measure", "--lang", "zh-Hans", "compliance", "--period")
    assert code == 2
    assert "svcqa measure: 选项 --period 后面要有值。" in error


def test_a_wrong_language_lists_the_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, error = told(capsys, monkeypatch, *NEEDED, "--lang=de")
    assert code == 2
    assert "zh-Hans, zh-Hant, en" in error


@pytest.mark.parametrize("form", [("-w{}",), ("-w", "{}"), ("--workspace={}",), ("--workspace", "{}")])
def test_the_workspace_says_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: tuple[str, ...]
) -> None:
    (tmp_path / "svcqa.toml").write_text('languages = ["zh-Hant", "en"]\nunknown = 1\n', encoding="utf-8")
    given = [part.format(tmp_path) for part in form]
    assert "沒有給出" in told(capsys, monkeypatch, "measure", *given)[2]
    assert "不認識的項" in told(capsys, monkeypatch, "check", *given)[2]  # the settings' own fault, too
    assert "not given" in told(capsys, monkeypatch, "measure", *given, "--lang=en")[2]


def test_a_workspace_in_which_one_stands_says_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "svcqa.toml").write_text('languages = ["zh-Hans"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "没有给出" in told(capsys, monkeypatch, "measure")[2]


@pytest.mark.parametrize("settings", ["languages = 3", 'languages = ["de"]', "languages = [", "languages = [[]]", ""])
def test_settings_that_name_no_language_leave_it_to_the_system(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: str
) -> None:
    (tmp_path / "svcqa.toml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
    assert ("沒有給出" in told(capsys, monkeypatch, "measure", "-w", str(tmp_path))[2]) is (settings != "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zh_CN.UTF-8", "没有给出"),
        ("zh_SG", "没有给出"),
        ("zh_HK.UTF-8", "沒有給出"),
        ("zh-Hant", "沒有給出"),
        ("fr_FR.UTF-8", "not given"),
        ("C.UTF-8", "not given"),
    ],
)
def test_otherwise_the_system_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", name)
    assert said in told(capsys, monkeypatch, "measure")[2]


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("zh-Hans", ("用法：svcqa callbacks draw", "参数", "选项", "[必填]", "[默认：.]", "显示这份说明")),
        ("zh-Hant", ("用法：svcqa callbacks draw", "引數", "選項", "[必填]", "[預設：.]", "顯示這份說明")),
        ("en", ("Usage: svcqa callbacks draw", "Arguments", "Options", "[required]", "[default: .]", "Show this help")),
    ],
)
def test_the_headings_of_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, language: str, headings: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = told(capsys, monkeypatch, "callbacks", "draw", "--help", f"--lang={language}")
    assert code == 0
    for heading in headings:
        assert heading in out


def test_a_group_without_a_command_shows_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    code, out, _ = told(capsys, monkeypatch, "review")
    assert code == 2
    assert "命令" in out
    assert "half-year" in out


def test_python_runs_the_package_as_the_command_line() -> None:
    environment = {**os.environ, "LC_ALL": "en_GB.UTF-8", "PYTHONUTF8": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "svcqa", "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "Usage: svcqa [OPTIONS] COMMAND" in done.stdout
    assert "--verbose" in done.stdout
