"""docs/next_year.md: its code runs in order on the sample company, its tables name what the program has."""

from __future__ import annotations

import re
from pathlib import Path

import svcqa
from support.workspaces import REPO, copy_read
from svcqa.catalogue import entries
from svcqa.stats.share_out import RULES

PAGE = (REPO / "docs/next_year.md").read_text(encoding="utf-8")


def test_the_code_runs(sample_workspace: svcqa.Workspace, tmp_path: Path) -> None:
    workspace = svcqa.open(copy_read(sample_workspace, tmp_path / "company"))
    names: dict[str, object] = {"workspace": workspace}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(compile(block, "docs/next_year.md", "exec"), names)


def test_every_note_and_rule_is_named() -> None:
    notes = {key.removeprefix("next_year.note_") for key in entries() if key.startswith("next_year.note_")}
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert notes - {"noise_of_one"} <= named
    assert set(RULES) <= named
