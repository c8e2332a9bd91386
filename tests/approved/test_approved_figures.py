"""No figure changes by itself: what the sample company shows is held against an approved snapshot.

The expected values are our own output, on purpose: the snapshot guards against figures that change while code is moved
and renamed. That figures are right is held elsewhere, by hand-worked cases, published examples and oracles. A change
that is meant is approved with ``python tests/approved/figures.py --write`` and told in its commit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from figures import APPROVED, approved, every_figure
from plain_json import differences, plain, read, written

import svcqa
from support.workspaces import copy_read

SUBJECTS = sorted(path.stem for path in APPROVED.glob("*.json"))


@pytest.fixture(scope="module")
def figures(sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All figures as they are now."""
    copied = copy_read(sample_workspace, tmp_path_factory.mktemp("approved") / "workspace")
    return every_figure(svcqa.open(copied))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_figures_are_those_approved(subject: str, figures: dict[str, Any]) -> None:
    path = APPROVED / f"{subject}.json"
    changed = list(differences(read(path.read_text(encoding="utf-8")), figures.get(subject)))
    shown = "\n".join(changed[:50])
    assert not changed, f"{len(changed)} figures are not those approved in {path.name}:\n{shown}"


def test_every_subject_is_approved(figures: dict[str, Any]) -> None:
    assert sorted(figures) == SUBJECTS


def test_a_difference_is_told_with_its_place_and_both_values() -> None:
    then, now = {"rows": [{"unit": "C", "value": 0.5}, {"value": 3}]}, {"rows": [{"unit": "C", "value": 0.75}, {}]}
    assert list(differences(then, now)) == [
        "rows[0].value: approved 0.5, now 0.75",
        "rows[1].value: approved 3, now null",
    ]
    assert list(differences([1, 2], [1])) == [": 2 items approved, 1 now"]


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [
        (0.1, 0.1 * (1 + 1e-13), True),
        (0.1, 0.1 * (1 + 1e-11), False),
        (10**15, 10**15 + 1, False),
        (2, 2.0, True),
        (1, True, False),
        (None, "", True),
        (None, 0, False),
        ("97.5%", "97.6%", False),
        ({"a": None}, {}, True),
    ],
)
def test_numbers_are_compared_closely_and_all_else_exactly(then: Any, now: Any, same: bool) -> None:
    assert (not list(differences(then, now))) is same


def test_what_is_written_is_read_again() -> None:
    value = {"b": [{"x": 1, "y": [{"z": "甲"}, {"w": 2.5}]}, {"x": 2, "y": None}], "a": {"long": ["text"] * 60}}
    assert not list(differences(value, read(written(value))))
    assert written(value) == written(read(written(value)))


def test_no_number_is_none() -> None:
    assert plain(float("nan")) is None
    assert plain(float("-inf")) == "-inf"


def test_the_approved_files_are_as_they_are_written() -> None:
    for subject, value in approved().items():
        assert Path(APPROVED / f"{subject}.json").read_text(encoding="utf-8") == written(value)
