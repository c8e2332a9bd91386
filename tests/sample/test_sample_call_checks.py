"""The sample's calls checked: re-listening and second calls, beside what the generator planted and counted itself."""

from __future__ import annotations

import json
import math
import statistics
from typing import Any

import pytest
from scipy import stats
from typer.testing import CliRunner

import svcqa
from support.workspaces import SAMPLE
from svcqa.cli.application import app
from svcqa.review.callbacks.callers import CallQuality

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
CHECKS: dict[str, Any] = TRUTH["call_checks"]
CODES = tuple(CHECKS)
QUESTIONS = ("attitude", "skill")
(PLANTED,) = [effect for effect in TRUTH["effects"] if effect["key"] == "leading_caller"]
LEADING = PLANTED["caller"]


def quality_of(workspace: svcqa.Workspace, code: str) -> tuple[CallQuality, dict[str, str]]:
    """What svcqa says of the callers, and each caller's pseudonym."""
    callers = list(CHECKS[code]["listened"])
    return workspace.callbacks.results(code).call_quality(), dict(
        zip(callers, map(str, workspace.vault.colleagues(callers)), strict=True)
    )


def test_the_planted_checklist_is_that_of_the_survey(sample_workspace: svcqa.Workspace) -> None:
    survey = sample_workspace.policies.survey("satisfaction")
    assert {item.key: item.weight for item in survey.checklist} == PLANTED["weights"]


@pytest.mark.parametrize("code", CODES)
def test_the_calls_listened_to_are_those_that_are_drawn(sample_workspace: svcqa.Workspace, code: str) -> None:
    quality, pseudonyms = quality_of(sample_workspace, code)
    # the generator works out the smallest SHA-256 by itself
    assert dict(quality.to_listen) == {
        pseudonyms[name]: tuple(sorted(own["points"])) for name, own in CHECKS[code]["listened"].items()
    }
    assert quality.missing == ()


@pytest.mark.parametrize("code", CODES)
def test_the_callers_scores_are_the_points_that_were_given(sample_workspace: svcqa.Workspace, code: str) -> None:
    quality, pseudonyms = quality_of(sample_workspace, code)
    scores = {one.caller: one for one in quality.scores}
    assert set(scores) == set(pseudonyms.values())
    for name, own in CHECKS[code]["listened"].items():
        found, marks = scores[pseudonyms[name]], [points / own["out_of"] for points in own["points"].values()]
        assert (found.wanted, found.listened) == (len(marks), len(marks))
        mean = sum(marks) / len(marks)
        assert found.score == pytest.approx(mean)
        if len(set(marks)) == 1:  # equal marks of some calls tell nothing of the error for the others
            assert (found.lower, found.upper) == (None, None)
            continue
        # mean ± t · s / √n, no further than a share can go
        reach = float(stats.t.ppf(0.975, len(marks) - 1)) * statistics.stdev(marks) / math.sqrt(len(marks))
        assert found.lower == pytest.approx(max(mean - reach, 0.0))
        assert found.upper == pytest.approx(min(mean + reach, 1.0))


@pytest.mark.parametrize("code", CODES)
def test_the_caller_who_hints_at_scores_lies_below_all_others(sample_workspace: svcqa.Workspace, code: str) -> None:
    quality, pseudonyms = quality_of(sample_workspace, code)
    scores = {one.caller: one for one in quality.scores}
    leading = scores.pop(pseudonyms[LEADING])
    assert leading.upper is not None
    assert all(one.score is not None and leading.upper < one.score for one in scores.values())
    # the same one stands out by his answers
    for effect in quality.effects:
        out = [label for label, odd in zip(effect.means.labels, effect.means.standing_out, strict=True) if odd]
        assert out == [leading.caller]


@pytest.mark.parametrize("code", CODES)
def test_second_calls_agree_as_often_as_was_counted(sample_workspace: svcqa.Workspace, code: str) -> None:
    quality, _ = quality_of(sample_workspace, code)
    found = {one.question: one for one in quality.back_checks}
    assert tuple(found) == QUESTIONS
    for question, by_caller in CHECKS[code]["asked_again"].items():
        pairs, same = (sum(own[name] for own in by_caller.values()) for name in ("pairs", "same"))
        assert found[question].agreement.n == pairs
        assert found[question].agreement.same == pytest.approx(same / pairs)
        assert set(found[question].far) == {one for own in by_caller.values() for one in own["far"]}


@pytest.mark.parametrize("code", CODES)
def test_second_calls_are_others_and_contradict_one_caller(sample_workspace: svcqa.Workspace, code: str) -> None:
    rows = sample_workspace.engine.rows("callbacks").to_pylist()
    first = {(row["callback_id"], row["question"]): row for row in rows if row["wave"] == code}
    second = {key: row for key, row in first.items() if key[0].endswith("-B")}
    pseudonyms = quality_of(sample_workspace, code)[1]
    names = {pseudonym: name for name, pseudonym in pseudonyms.items()}
    counted: dict[str, list[bool]] = {}
    for (reference, question), again in second.items():
        before = first[reference.removesuffix("-B"), question]
        assert again["caller"] not in names
        assert (again["customer"], again["unit"]) == (None, before["unit"])
        assert again["called_at"] > before["called_at"]
        counted.setdefault(names[before["caller"]], []).append(before["score"] == again["score"])
    known = CHECKS[code]["asked_again"]
    assert {name: (len(same), sum(same)) for name, same in counted.items()} == {
        name: tuple(sum(known[question][name][what] for question in QUESTIONS) for what in ("pairs", "same"))
        for name in pseudonyms
    }
    shares = {name: sum(same) / len(same) for name, same in counted.items()}
    assert shares.pop(LEADING) < min(shares.values()) - 0.2


def test_the_command_shows_who_was_listened_to(sample_workspace: svcqa.Workspace) -> None:
    done = CliRunner().invoke(
        app, ["callbacks", "outcomes", "2026Q2", "-w", str(sample_workspace.folder), "--lang", "en"]
    )
    assert done.exit_code == 0
    assert done.output.count("6 / 6") == len(CHECKS["2026Q2"]["listened"])
    assert "HF0" not in done.output
