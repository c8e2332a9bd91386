"""docs/commitments.md: every block is a policy that loads, every kind has one, every kind of the models is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

import svcqa
from support.workspaces import REPO, make_workspace, toml_list, write
from svcqa.entities.rules import Rule

PAGE = (REPO / "docs" / "commitments.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.S)
KINDS = {kind for model in get_args(get_args(Rule)[0]) for kind in get_args(model.model_fields["kind"].annotation)}


def commitments() -> list[dict[str, Any]]:
    return [item for block in BLOCKS for item in tomllib.loads(block)["commitment"]]


def test_every_kind_is_named() -> None:
    assert KINDS
    assert set(re.findall(r"`([a-z_]+)`", PAGE)) >= KINDS


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: re.findall(r'key = "(\w+)"', block)[0])
def test_every_block_is_a_policy(tmp_path: Path, block: str) -> None:
    make_workspace(tmp_path)
    write(tmp_path / "policy/commitments.toml", block)
    units = [{"code": "C", "name": "公司", "level": "company"}]
    units += [{"code": code, "name": code, "level": "department", "parent": "C"} for code in ("CQ-QX", "CJ-QX")]
    write(tmp_path / "policy/organisation.toml", toml_list("unit", units))
    opened = svcqa.open(tmp_path)
    assert len(opened.policies.commitments) == block.count("[[commitment]]")
    for item in opened.policies.commitments:
        assert opened.registry.get(item.metric).spec.name == item.metric


def test_the_kinds_with_a_metric_of_their_own_have_an_example() -> None:
    shown = {item["rule"]["kind"] for item in commitments()}
    assert shown >= {"availability", "staffed", "coverage", "rating", "mean_and_maximum", "lead_time", "monthly_return"}
