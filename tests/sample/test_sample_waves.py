"""The waves of the sample company: drawn as documented, read back as typed, with what was planted in them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import svcqa
from support.workspaces import SAMPLE, copy_workspace

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
CODES = tuple(TRUTH["waves"])


@pytest.fixture(scope="module")
def rows(sample_workspace: svcqa.Workspace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sample_workspace.engine.rows("callbacks").to_pylist()
    # second calls have a number of their own: tests/sample/test_sample_call_checks.py
    return [row for row in found if row["wave"] and not row["callback_id"].endswith("-B")]


def test_surrogates_are_the_same_in_every_copy(sample_workspace: svcqa.Workspace) -> None:
    key = bytes.fromhex((SAMPLE / "keys/vault.key").read_text(encoding="ascii").strip())
    number = hmac.new(key, b"KH000123", hashlib.sha256).hexdigest()[:20]
    assert sample_workspace.vault.surrogates(["KH000123"]) == [number]


@pytest.mark.parametrize("code", CODES)
def test_a_wave_is_drawn_again_in_any_copy(sample_workspace: svcqa.Workspace, code: str) -> None:
    audit = sample_workspace.callbacks.audit(code)
    assert {check.what: check.found for check in audit.checks} == {
        "list": "same",
        "frame": "same",
        "key": "same",
        "survey": "same",
        "draw": "same",
        "records": "same",
        "register": "absent",  # decisions are not part of the sample
    }
    wave, known = audit.wave, TRUTH["waves"][code]
    assert (wave.drawn, wave.reserve) == (known["drawn"], known["reserve"])
    assert wave.population_size == known["population_size"]["C"]


def test_drawing_it_again_gives_the_wave_that_stands(tmp_path: Path) -> None:
    workspace = svcqa.open(copy_workspace(SAMPLE, tmp_path / "copy"))
    workspace.ingest()
    before = (workspace.folder / "waves/2026Q2/wave.json").read_bytes()
    wave = workspace.callbacks.draw("satisfaction", "2026Q2", period="2026Q2", as_of="2026-06-16", who="a")
    assert wave == workspace.callbacks.wave("2026Q2")
    assert (workspace.folder / "waves/2026Q2/wave.json").read_bytes() == before


@pytest.mark.parametrize("code", CODES)
def test_what_was_typed_is_read(sample_workspace: svcqa.Workspace, rows: list[dict[str, Any]], code: str) -> None:
    known, own = TRUTH["waves"][code], [row for row in rows if row["wave"] == code]
    assert len(own) == known["rows"]
    roles = dict(sample_workspace.callbacks.drawn(code)[["reference", "role"]].itertuples(index=False))
    calls = {row["callback_id"]: row for row in own}
    outcomes: dict[str, Counter[str]] = {"main": Counter(), "reserve": Counter()}
    for reference, row in calls.items():
        outcomes[roles[reference]][row["outcome"]] += 1
    assert {role: dict(found) for role, found in outcomes.items()} == known["outcomes"]
    assert sum(row["attempts"] for row in calls.values()) == known["attempts"]
    for question, sums in known["typed"].items():
        scores = [row["score"] for row in own if row["question"] == question and row["score"] is not None]
        assert (sum(scores), len(scores)) == (sums["sum"], sums["count"])
    assert sum(row["question"] == "opinion" for row in own) == known["opinions"]
    assert sorted(Counter(row["caller"] for row in calls.values()).values()) == sorted(known["callers"].values())
    (file,) = [file for file in sample_workspace.check().files if file.source == f"{code}.xlsx"]
    assert file.waiting == known["waiting"]


def test_the_caller_who_adds_a_point_stands_out(rows: list[dict[str, Any]]) -> None:
    means = {}
    for caller in {row["caller"] for row in rows}:
        scores = [row["score"] for row in rows if row["caller"] == caller and row["score"] is not None]
        means[caller] = sum(scores) / len(scores)
    lowest, *_, second, highest = sorted(means.values())
    assert highest - second > second - lowest


def test_who_was_reached_depends_on_the_tier(rows: list[dict[str, Any]]) -> None:
    shares = {}
    for tier in "ABC":
        calls = {row["callback_id"]: row["outcome"] for row in rows if row["tier"] == tier}
        shares[tier] = sum(outcome in ("reached", "partial") for outcome in calls.values()) / len(calls)
    assert shares["A"] > shares["B"] > shares["C"]


def test_opinions_are_covered_and_stay_text(rows: list[dict[str, Any]]) -> None:
    opinions = {row["opinion"] for row in rows if row["opinion"]}
    assert "请***再来看一下，我的电话是***。" in opinions
    assert "=1+1 这句话不是公式。" in opinions
    assert not any("190-0000" in opinion for opinion in opinions)


@pytest.mark.parametrize("code", CODES)
def test_no_sheet_of_the_sample_holds_a_customers_name_or_number(code: str) -> None:
    page = load_workbook(SAMPLE / f"waves/{code}/filled/{code}.xlsx").worksheets[0]
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    assert not [text for text in texts if "KH0" in text or "测试用户" in text or "示例路" in text]


def test_whom_not_to_call_is_in_no_list(sample_workspace: svcqa.Workspace) -> None:
    lines = (SAMPLE / "policy/do_not_call.csv").read_text(encoding="utf-8").splitlines()[1:]
    forbidden = set(sample_workspace.vault.surrogates(lines))
    for code in CODES:
        assert not forbidden & set(sample_workspace.callbacks.drawn(code)["customer"])


def test_the_two_waves_share_fewer_customers_than_independent_draws(sample_workspace: svcqa.Workspace) -> None:
    frames = {code: sample_workspace.callbacks.frame(code) for code in CODES}
    lists = {code: sample_workspace.callbacks.drawn(code) for code in CODES}
    chance: dict[str, dict[str, float]] = {}
    for wave in sample_workspace.callbacks.waves:
        shares = {item.key: item.drawn / item.population_size for item in wave.strata if item.population_size}
        inside = frames[wave.code][frames[wave.code]["reason"] == ""]
        chance[wave.code] = {
            who: shares[stratum] for who, stratum in zip(inside["customer"], inside["stratum"], strict=True)
        }
    first, second = (chance[code] for code in CODES)
    # complaints are all called, in either wave: only those that chance decides can be coordinated
    decided = {who for who in first.keys() & second.keys() if first[who] < 1 and second[who] < 1}
    expected = sum(first[who] * second[who] for who in decided)
    drawn = [set(lists[code][lists[code]["role"] == "main"]["customer"]) for code in CODES]
    assert expected > 1
    assert len(drawn[0] & drawn[1] & decided) < expected


def test_a_wave_that_was_drawn_can_be_planned_as_before_it(sample_workspace: svcqa.Workspace) -> None:
    for code, as_of in (("2026Q1", "2026-03-21"), ("2026Q2", "2026-06-16")):
        wave = sample_workspace.callbacks.wave(code)
        plan = sample_workspace.callbacks.plan("satisfaction", period=code, as_of=as_of, wave=code)
        assert [(item.counts.key, item.counts.population_size, item.drawn, item.reserve) for item in plan.strata] == [
            (item.key, item.population_size, item.drawn, item.reserve) for item in wave.strata
        ]
        assert plan.overall.drawn == wave.drawn
    after = sample_workspace.callbacks.plan("satisfaction", period="2026Q2", as_of="2026-06-16", calls=230)
    assert after.overall.population_size < wave.population_size  # those drawn are in quarantine now
