"""What the sample company's waves say, beside the truth that was planted: everybody's answers, had all been reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.workspaces import SAMPLE, copy_read, toml_list

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["waves"]
CODES = tuple(TRUTH)
QUESTIONS = ("attitude", "skill")


def standing_out(workspace: svcqa.Workspace, code: str, question: str) -> list[str]:
    """The callers whose answers differ from all others'."""
    (effect,) = [one for one in workspace.callbacks.results(code).call_quality().effects if one.question == question]
    means = effect.means
    return [label for label, out in zip(means.labels, means.standing_out, strict=True) if out]


def rows_of(workspace: svcqa.Workspace, code: str, question: str, **params: Any) -> list[dict[str, Any]]:
    found = [
        dict(row)
        for by in ((), ("department",))
        for row in workspace.callbacks.results(code).estimate(question=question, by=by, **params).rows
    ]
    plain = {row["unit"]: row["value"] for row in found if row["measure"] == "unweighted"}
    known = TRUTH[code]["population_mean"][question]
    return [
        {**row, "plain": plain[row["unit"]], "truth": known[row["unit"]]} for row in found if row["measure"] == "mean"
    ]


@pytest.mark.parametrize("code", CODES)
def test_the_waterfall_is_what_was_planted(sample_workspace: svcqa.Workspace, code: str) -> None:
    known, found = TRUTH[code], sample_workspace.callbacks.results(code).outcomes()
    main, reserve = known["outcomes"]["main"], known["outcomes"]["reserve"]
    overall = found.overall
    assert (overall.drawn, overall.reserves) == (known["drawn"], sum(reserve.values()))
    assert overall.codes == {name: main.get(name, 0) + reserve.get(name, 0) for name in sorted({*main, *reserve})}
    assert overall.calls == known["attempts"]
    departments = [one for one in found.waterfalls if one.level == "department"]
    assert sum(one.answered for one in departments) == overall.answered


@pytest.mark.parametrize("code", CODES)
def test_the_caller_who_adds_a_point_is_the_only_one_who_stands_out(
    sample_workspace: svcqa.Workspace, code: str
) -> None:
    assert all(len(standing_out(sample_workspace, code, question)) == 1 for question in QUESTIONS)


def test_estimates_hold_the_truth_once_that_caller_is_left_out(sample_workspace: svcqa.Workspace) -> None:
    """20 intervals of 95 %: with a coverage of 0.95 fewer than 16 happen in 0.3 % of such samples (binomial)."""
    found = []
    for code in CODES:
        for question in QUESTIONS:
            out = standing_out(sample_workspace, code, question)
            found += rows_of(sample_workspace, code, question, without_callers=out)
    held = sum(row["lower"] <= row["truth"] <= row["upper"] for row in found)
    assert (len(found) == 20, held >= 16) == (True, True)
    # satisfied tiers answer less, and whoever complained is called in any case: weights pull towards the truth
    distance = {
        name: sum(abs(row[name] - row["truth"]) for row in found if row["unit"] == "C") for name in ("value", "plain")
    }
    assert distance["value"] < distance["plain"]


def test_with_that_caller_every_figure_of_the_company_is_too_high(sample_workspace: svcqa.Workspace) -> None:
    for code in CODES:
        for question in QUESTIONS:
            (company,) = [row for row in rows_of(sample_workspace, code, question) if row["unit"] == "C"]
            # what was typed exceeds what was said by the planted sum
            known = TRUTH[code]
            typed, said = known["typed"][question], known["said"][question]
            planted = (typed["sum"] - said["sum"]) / said["count"]
            assert company["value"] - company["truth"] == pytest.approx(planted, abs=0.12)
            assert company["value"] > company["truth"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_form_c_has_one_figure_for_a_half_year_of_waves(sample_workspace: svcqa.Workspace, question: str) -> None:
    (half,) = sample_workspace.measure("rating", commitment=question, period="2026H1").figures()
    assert "designed" in half.flags
    assert "undesigned" not in half.flags
    estimates = [sample_workspace.callbacks.results(code).estimate(question=question).figures()[0] for code in CODES]
    assert half.n == sum(one.n or 0 for one in estimates)
    low, high = sorted(one.value or 0.0 for one in estimates)
    assert half.value is not None
    assert half.lower is not None
    assert half.upper is not None
    assert low <= half.value <= high
    assert half.lower < half.value < half.upper
    # narrower than either wave alone
    assert all(half.upper - half.lower < (one.upper or 0) - (one.lower or 0) for one in estimates)
    (year,) = sample_workspace.measure("rating", commitment=question, period="2026", as_of="2026-07-01").figures()
    assert year.value == pytest.approx(half.value)
    (quarter,) = sample_workspace.measure("rating", commitment=question, period="2026Q1").figures()
    assert quarter.value == pytest.approx(estimates[0].value)
    months = sample_workspace.measure("rating", commitment=question, period="2026H1", by=["month"]).figures()
    assert len(months) == 6
    assert all(one.flags[0] == "undesigned" and one.lower is None for one in months)
    before = sample_workspace.measure("rating", commitment=question, period="2026Q1", as_of="2026-03-21 08:00")
    assert before.figures()[0].flags[0] == "undesigned"  # drawn, and nobody called yet


def test_a_target_can_be_held_against_a_wave(sample_workspace: svcqa.Workspace, tmp_path: Path) -> None:
    workspace = svcqa.open(copy_read(sample_workspace, tmp_path / "copy"))
    path = workspace.folder / "policy" / "targets.toml"
    target = {
        "kind": "level",
        "key": "satisfied_2026",
        "name": "客户满意比例",
        "year": 2026,
        "owner": "C",
        "goal": "70%",
        "metric": "satisfaction_sampling",
        "params": {"question": "attitude", "estimate": "top_box"},
    }
    path.write_text(path.read_text(encoding="utf-8") + "\n" + toml_list("target", [target]), encoding="utf-8")
    workspace = svcqa.open(workspace.folder)
    review = workspace.reviews.review("2026H1")
    (item,) = [one for one in review.targets if one.target.key == "satisfied_2026"]
    assert item.fault is None
    assert item.course.now is not None
    (wave,) = [
        row
        for row in workspace.callbacks.results("2026Q2")
        .estimate(question="attitude", estimate="top_box", goal=0.7)
        .rows
        if row["measure"] == "top_box"
    ]
    assert item.course.now.value == pytest.approx(wave["value"])
    assert item.judged.verdict == wave["verdict"]
    assert item.course.year_before is None
