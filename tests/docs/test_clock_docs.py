"""The code of docs/clock.md, docs/published.md and docs/reviews.md runs on the sample company."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.workspaces import REPO


@pytest.mark.parametrize("name", ["clock.md", "published.md", "reviews.md"])
def test_the_code_of_a_page_runs(
    name: str, sample_workspace: svcqa.Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = svcqa.open(shutil.copytree(sample_workspace.folder, tmp_path / "workspace"))
    blocks = re.findall(r"^```python\n(.*?)^```", (REPO / "docs" / name).read_text(encoding="utf-8"), re.M | re.S)
    assert blocks
    names: dict[str, Any] = {"workspace": own}
    for block in blocks:
        exec(compile(block, name, "exec"), names)
    assert capsys.readouterr().out
