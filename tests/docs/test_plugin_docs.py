"""docs/plugins.md names all of the contract, and its code runs."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from typing import Any

import pytest

from support.workspaces import REPO
from svcqa.entities.target import LevelTarget
from svcqa.metrics import derived
from svcqa.metrics.abilities import ABILITIES
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.contract import Metric, Observations, RecordMetric
from svcqa.metrics.registry import Registry
from svcqa.metrics.testing import checks

PAGE = (REPO / "docs" / "plugins.md").read_text(encoding="utf-8")
MEMBERS = sorted({*Metric.__annotations__, *(name for name in vars(RecordMetric) if name[0] != "_")})


def section(title: str) -> str:
    """What stands under the heading that begins with ``title``."""
    match = re.search(rf"^## `?{title}`?.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match is not None, title
    return match[0]


@pytest.mark.parametrize("kind", [MetricSpec, Observations, Context])
def test_every_field_has_its_row(kind: Any) -> None:
    text = section(kind.__name__)
    named = set(re.findall(r"^\| `(\w+)", text, re.MULTILINE))
    assert named == {field.name for field in dataclasses.fields(kind)}


def test_every_property_is_named() -> None:
    for kind in (Observations, Context):
        for name, value in vars(kind).items():
            if isinstance(value, property):
                assert f"`{name}`" in section(kind.__name__)


def test_every_member_of_a_record_metric_has_its_row() -> None:
    named = set(re.findall(r"^\| `(\w+)", section("RecordMetric"), re.MULTILINE))
    assert named == set(MEMBERS)
    assert {"spec", "observe", "examples"} <= named


def test_every_check_has_its_row() -> None:
    named = re.findall(r"^\| `(\w+)", section("The checks"), re.MULTILINE)
    plugins = Registry().plugins().values()
    given = {check.name for plugin in plugins for check in checks(plugin.metric)}
    assert sorted(named) == sorted(given - {"empty_wave"})
    assert len(named) > 25


def test_every_ability_has_its_row_with_all_that_it_asks_for() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` (\|.*)$", section("Abilities"), re.MULTILINE))
    assert list(rows) == [ability.name for ability in ABILITIES]
    for ability in ABILITIES:
        assert [name for name in ability.members if not re.search(rf"`{name}\b", rows[ability.name])] == []
        assert ability.field == "" or f"parameter `{ability.field}`" in rows[ability.name]
        assert ability.shape is None or f"| {ability.shape}" in rows[ability.name]
    assert {"states", "fit", "grain", "wave_examples"} <= {name for one in ABILITIES for name in one.members}


def test_every_ability_has_a_row_of_its_check() -> None:
    of = re.findall(r"^\| `\w+` \| `(\w+)` \|", section("The checks"), re.MULTILINE)
    assert of == [ability.name for ability in ABILITIES]


def test_every_builder_has_its_row() -> None:
    named = re.findall(r"^\| `(\w+)", section("Joins and windows"), re.MULTILINE)
    assert sorted(named) == sorted(set(derived.__all__) - {"Part", "derive"})


def test_the_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, "docs/plugins.md", "exec"), names)
    assert "settled_stays_settled" in capsys.readouterr().out


def test_the_settings_can_be_read() -> None:
    entry, policy = (
        tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    )
    assert entry["project"]["entry-points"]["svcqa.metrics"]
    target = LevelTarget.model_validate(policy["target"][0])
    assert target.metric in entry["project"]["entry-points"]["svcqa.metrics"]
