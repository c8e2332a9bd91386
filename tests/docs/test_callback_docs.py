"""docs/callbacks.md: the third party's recipe draws the same lists; the commands it shows run."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import svcqa
from support.callback_company import AS_OF, company, random_records
from support.workspaces import REPO
from svcqa.cli import app

TEXT = (REPO / "docs/callbacks.md").read_text(encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> svcqa.Workspace:
    return company(tmp_path / "company", random_records(5))


def test_the_recipe_of_the_third_party_draws_the_same_lists(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    (recipe,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len([line for line in recipe.splitlines() if line]) <= 10
    assert "svcqa" not in recipe
    away = tmp_path / "third_party"
    away.mkdir()
    for number, code in enumerate(("W1", "W2")):
        workspace.callbacks.draw("satisfaction", code, period="2026Q1", as_of=AS_OF, who="a", calls=25 - 10 * number)
        asked = ["callbacks", "frame", code, "--out", str(away / "frame.csv"), "-w", str(workspace.folder)]
        assert CliRunner().invoke(app, asked).exit_code == 0
        (away / "wave.json").write_bytes((workspace.folder / "waves" / code / "wave.json").read_bytes())
        (away / "draw.key").write_bytes((workspace.folder / "draw.key").read_bytes())
        before, printed = os.getcwd(), io.StringIO()
        os.chdir(away)
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(recipe, "recipe", "exec"), {})
        finally:
            os.chdir(before)
        listed = workspace.callbacks.drawn(code)
        expected = []
        for stratum in workspace.callbacks.wave(code).strata:
            own = listed[listed["stratum"] == stratum.key].sort_values("place")
            roles = [own[own["role"] == role]["customer"].tolist() for role in ("main", "reserve")]
            expected.append(f"{stratum.key} {roles[0]} {roles[1]}")
        assert printed.getvalue().splitlines() == expected


def test_every_command_that_is_shown_exists() -> None:
    (block,) = re.findall(r"```\n(svcqa callbacks surveys.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines():
        words = [word for word in line.split() if word not in ("svcqa",)]
        commands = words[:2] if words[0] == "callbacks" else words[:1]
        shown = CliRunner().invoke(app, [*commands, "--help"])
        assert shown.exit_code == 0
        options = set(re.findall(r"--[a-z-]+", line))
        plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.output)
        assert {option for option in options if option not in plain} == set()
