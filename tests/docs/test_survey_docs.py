"""docs/sampling_estimation.md: its code runs in order, and its table names every method that results carry."""

from __future__ import annotations

import ast
import re

import pytest

from support.workspaces import REPO

TEXT = (REPO / "docs" / "sampling_estimation.md").read_text(encoding="utf-8")
FAMILIES = "mean|total|ratio|quantile|share|bounds|difference|independence|chance|agreement|interviewers"


def test_the_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "docs/sampling_estimation.md", "exec"), names)
    sizes, attitude, counts, last = capsys.readouterr().out.splitlines()
    assert sizes.startswith("[75, 25, 25]")  # by hand: 100 for 900·1.6 and 400·1.2 = 3 : 1, and all 25 complaints
    assert attitude.endswith("mean:taylor_t")
    assert counts == "{'complaint': 3, 'inspection': 4, 'repair': 6}"
    assert last.split()[0] == "share:beta"


def test_every_method_is_named() -> None:
    found = set()
    for path in sorted((REPO / "src" / "svcqa" / "stats" / "survey").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole = re.fullmatch(rf"({FAMILIES}):(\w+)", node.value)
                if whole:
                    found.add(whole[2])
    assert len(found) > 10
    assert {name for name in found if name not in TEXT} == set()
