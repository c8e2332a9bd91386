"""What became of the calls: held against counts, hashes and dates worked out from the source rows alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import svcqa
from support.callback_company import SURVEY, company, random_records
from support.called_wave import CALLED, PLAIN_SURVEY, answered, call, read_calls, surveyed
from support.workspaces import write_rows
from svcqa.catalogue import LANGUAGES, Language
from svcqa.cli.application import app
from svcqa.errors import MetricError, RegisterError
from svcqa.records.tables import table
from svcqa.register.problems import problems
from svcqa.report import charts
from svcqa.report.tables import callback_results as results
from svcqa.review.callbacks.outcomes import Outcomes

CHECKLIST = [
    {"key": "greeting", "text": "问候", "weight": 1},
    {"key": "neutral", "text": "不诱导", "weight": 3},
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    return surveyed(tmp_path_factory.mktemp("w"), attempts=1)


def drawn_only(folder: Path, **survey: Any) -> tuple[svcqa.Workspace, list[dict[str, Any]]]:
    """A drawn wave that nobody has called, and its list."""
    records = {**random_records(3, customers=260, orders=420), "callbacks": []}
    workspace = company(folder, records, surveys=[{**PLAIN_SURVEY, **survey}])
    workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of="2026-04-01 09:00", who="甲")
    rows: list[dict[str, Any]] = workspace.callbacks.drawn("W1").to_dict("records")
    return workspace, rows


def test_the_waterfall_counts_the_list_and_the_calls(workspace: svcqa.Workspace) -> None:
    rows = {row["callback_id"]: row["outcome"] for row in answered(workspace, "W1", 5)}
    drawn = workspace.callbacks.drawn("W1")
    found = workspace.callbacks.results("W1").outcomes()
    overall = found.overall
    main = set(drawn.loc[drawn["role"] == "main", "reference"])
    assert overall.drawn == len(main)
    assert overall.reserves == len(set(rows) - main)
    assert overall.attempted == len(rows) == overall.eligible
    assert overall.complete == list(rows.values()).count("reached") == overall.answered
    assert overall.reached == sum(outcome in ("reached", "declined") for outcome in rows.values())
    assert overall.codes == {code: list(rows.values()).count(code) for code in sorted(set(rows.values()))}
    # AAPOR RR1: complete interviews ÷ everybody in the sample who may belong to the population
    sample = main | set(rows)
    assert overall.rates["RR1"].value == pytest.approx(overall.complete / len(sample))
    for level in ("department", "stratum"):
        parts = [one for one in found.waterfalls if one.level == level]
        assert len(parts) > 1
        for name in ("drawn", "reserves", "attempted", "reached", "complete", "calls"):
            assert sum(getattr(one, name) for one in parts) == getattr(overall, name)


def test_reserves_in_their_order_are_no_finding(workspace: svcqa.Workspace) -> None:
    found = workspace.callbacks.results("W1").outcomes()
    assert {one.kind for one in found.findings} <= {"not_replaced"}
    gone = {row["callback_id"] for row in answered(workspace, "W1", 5) if row["outcome"] != "reached"}
    used = [one.reserve for one in found.replacements]
    assert len(used) == len(set(used)) == found.overall.reserves
    assert {one.replaced for one in found.replacements} <= gone
    for stratum in {one.stratum for one in found.replacements}:
        places = [one.place for one in found.replacements if one.stratum == stratum]
        assert places == list(range(places[0], places[0] + len(places)))


def test_a_jump_a_needless_reserve_and_a_forgotten_row_are_found(tmp_path: Path) -> None:
    workspace, rows = drawn_only(tmp_path, attempts=3)
    by_stratum: dict[str, dict[str, list[Any]]] = {}
    for row in rows:
        by_stratum.setdefault(row["stratum"], {"main": [], "reserve": []})[row["role"]].append(row)
    first, second, third = sorted(by_stratum)[:3]
    calls = []
    for name, own in by_stratum.items():
        for place, row in enumerate(own["main"]):
            if name == second and place == 0:
                calls += call(row, "no_answer")  # one attempt of three, and nobody in his place
            elif not (name == third and place == 0):
                calls += call(row, "declined" if name == first and place == 0 else "reached", attitude=8, solved=1)
    calls = [{**one, "score": None} if one["outcome"] != "reached" else one for one in calls]
    jumped = by_stratum[first]["reserve"][1]
    needless = by_stratum[third]["reserve"][0]
    calls += call(jumped, "reached", attitude=9, solved=1) + call(needless, "reached", attitude=9, solved=1)
    read_calls(workspace, "w1", calls)
    found = {(one.kind, one.stratum): one.references for one in workspace.callbacks.results("W1").outcomes().findings}
    lost = by_stratum[second]["main"][0]["reference"]
    assert found == {
        ("jump", first): (jumped["reference"],),
        ("not_replaced", second): (lost,),
        ("given_up", second): (lost,),
        ("needless", third): (needless["reference"],),
        ("not_called", third): (by_stratum[third]["main"][0]["reference"],),
    }
    during = workspace.callbacks.results("W1", as_of="2026-04-01 16:00").outcomes()
    assert {one.kind for one in during.findings} == {"jump", "needless"}
    with pytest.raises(MetricError):
        workspace.callbacks.results("W9").outcomes()


def test_nobody_replaces_himself_whenever_the_last_try_was(tmp_path: Path) -> None:
    """The first main row is tried until four; meanwhile the first reserve refuses and the second answers."""
    workspace, rows = drawn_only(tmp_path, attempts=1)
    stratum = rows[0]["stratum"]
    main = next(row for row in rows if row["role"] == "main" and row["stratum"] == stratum)
    one, other = [row for row in rows if row["role"] == "reserve" and row["stratum"] == stratum][:2]

    def found(last: str) -> Outcomes:
        calls = []
        for row, outcome, hour in ((main, last, 16), (one, "declined", 10), (other, "reached", 12)):
            scores = {"attitude": 9, "solved": 1} if outcome == "reached" else {}
            calls += [{**said, "called_at": CALLED.replace(hour=hour)} for said in call(row, outcome, **scores)]
        read_calls(workspace, "w1", calls)
        return workspace.callbacks.results("W1").outcomes()

    silent = found("no_answer")
    assert [(pair.replaced, pair.reserve) for pair in silent.replacements] == [
        (main["reference"], one["reference"]),
        (one["reference"], other["reference"]),
    ]
    assert {finding.kind for finding in silent.findings if finding.stratum == stratum} <= {"not_called"}
    spoke = found("reached")  # nobody had been silent before the first reserve
    assert [(pair.replaced, pair.reserve) for pair in spoke.replacements] == [(one["reference"], other["reference"])]
    assert [item.references for item in spoke.findings if item.kind == "needless"] == [(one["reference"],)]


def test_tables_name_strata_in_words(workspace: svcqa.Workspace) -> None:
    found, wave = workspace.callbacks.results("W1").outcomes(), workspace.callbacks.wave("W1")
    names = results.stratum_names(wave, workspace.policies, "zh-Hans")
    words = {"维修 · 一部", "维修 · 二部", "安装 · 一部", "安装 · 二部"}
    assert set(names.values()) == words
    shown = results.replacements_table(found, "zh-Hans", strata=names)
    assert shown.shape[0] == len(found.replacements) > 0
    assert set(shown.iloc[:, 0]) <= words


def test_callers_are_told_apart_listened_to_and_checked(tmp_path: Path) -> None:
    workspace, rows = drawn_only(
        tmp_path,
        checklist=CHECKLIST,
        listened_per_caller=2,
        allocation={"calls": 150, "spread": 1.5, "spread_from_records": False},
    )
    rng = random.Random(4)
    calls, whose = [], {}
    for place, row in enumerate(one for one in rows if one["role"] == "main"):
        caller = f"HF{place % 5}"
        whose[row["reference"]] = caller
        score = 10 if caller == "HF3" else rng.randrange(5, 9)  # HF3 always notes the best
        calls += [{**one, "caller": caller} for one in call(row, "reached", attitude=score, solved=1)]
    read_calls(workspace, "w1", calls)
    quality = workspace.callbacks.results("W1").call_quality()
    (effect,) = [one for one in quality.effects if one.question == "attitude"]
    out = [label for label, odd in zip(effect.means.labels, effect.means.standing_out, strict=True) if odd]
    assert len(out) == 1
    assert effect.means.raw[effect.means.labels.index(out[0])] == 10
    assert effect.effect.callers == 5
    assert 0 < effect.effect.lower < effect.effect.correlation < effect.effect.upper <= 1
    # two interviews a caller, by SHA-256 of the permanent random number: the same by a loop
    numbers = {row["reference"]: row["prn"] for row in rows}
    pairs = set(quality.to_listen.values())
    for caller in set(whose.values()):
        own = [reference for reference, who in whose.items() if who == caller]
        own.sort(key=lambda one: hashlib.sha256(f"{numbers[one]}:W1:listen".encode()).hexdigest())
        assert tuple(sorted(own[:2])) in pairs
    assert len(quality.missing) == 10
    # one caller's two calls: everything passed, and only the greeting (1 of 4)
    first, second = next(iter(quality.to_listen.values()))
    items = [
        (first, "greeting", 1),
        (first, "neutral", 1),
        (second, "greeting", 1),
        (second, "neutral", 0),
        (second, "unknown", 0),
    ]
    checks = [
        {
            "item_id": f"ZJ{number}",
            "unit": "D1",
            "record_id": reference,
            "checked_at": CALLED,
            "check": item,
            "passed": passed,
        }
        for number, (reference, item, passed) in enumerate(items)
    ]
    again = [
        {**one, "callback_id": one["callback_id"] + "-B"} for one in calls if one["callback_id"] in (first, second)
    ]
    again[0]["score"] = again[0]["score"] - 3
    write_rows(tmp_path / "sources/checked_items.csv", checks, [c.name for c in table("checked_items").columns])
    settings = (tmp_path / "svcqa.toml").read_text(encoding="utf-8")
    more = '\n[[sources]]\nfiles = "sources/checked_items*.*"\nmapping = "mappings/checked_items.toml"\n'
    (tmp_path / "svcqa.toml").write_text(settings + more, encoding="utf-8")
    columns = "".join(f'{c.name} = "{c.name}"\n' for c in table("checked_items").columns)
    (tmp_path / "mappings/checked_items.toml").write_text(f'table = "checked_items"\n[columns]\n{columns}')
    opened = svcqa.open(tmp_path)
    read_calls(opened, "again", again)
    quality = opened.callbacks.results("W1").call_quality()
    (score,) = [one for one in quality.scores if one.listened]
    assert score.score == pytest.approx((1 + 1 / 4) / 2)
    assert len(quality.missing) == 8
    (attitude,) = [one for one in quality.back_checks if one.question == "attitude"]
    assert (attitude.agreement.n, attitude.agreement.same) == (2, 0.5)
    assert len(attitude.far) == 1
    (solved,) = [one for one in quality.back_checks if one.question == "solved"]
    assert solved.agreement.same == 1
    assert math.isnan(solved.agreement.kappa)  # everybody said yes: nothing beyond chance can be told


def said(row: dict[str, Any], *, opinion: str = "", **scores: int) -> list[dict[str, Any]]:
    found = call(row, "reached", **{"attitude": 9, "solved": 1, **scores})
    words = {**found[0], "question": "opinion", "score": None, "opinion": opinion}
    return [*found, *([words] if opinion else [])]


def test_low_scores_and_opinions_are_noted_once_and_followed(tmp_path: Path) -> None:
    workspace, rows = drawn_only(tmp_path, feedback_days=3)
    low, told, good = rows[:3]
    calls = said(low, attitude=6) + said(told, opinion="=1+1 请打 13800138000 找王师傅") + said(good, attitude=7)
    read_calls(workspace, "w1", calls)
    found = {one.reference: one for one in workspace.callbacks.results("W1", as_of="2026-04-02 09:00").feedback()}
    assert set(found) == {low["reference"], told["reference"]}
    assert found[low["reference"]].low == {"attitude": 6}
    assert found[told["reference"]].opinions["opinion"].startswith("=1+1")
    # Wednesday, 1 April 2026: weekdays 2, 3 and 6 April; calendar "weekdays" knows no holiday
    assert {one.due for one in found.values()} == {dt.date(2026, 4, 6)}
    assert {one.responsible for one in found.values()} == {low["unit"], told["unit"]}
    with pytest.raises(RegisterError):
        workspace.callbacks.results("W1").note_feedback(author=" ")
    numbers = workspace.callbacks.results("W1").note_feedback(author="甲", now=dt.datetime(2026, 4, 2, 1))
    assert len(numbers) == 2
    assert workspace.callbacks.results("W1").note_feedback(author="甲") == ()
    items = problems(workspace.register, period="2026Q1")
    assert {item.reference for item in items} == set(found)
    assert all(item.category == "客户意见" and item.due == dt.date(2026, 4, 6) and item.agreed for item in items)
    text = " ".join(item.problem for item in items)
    assert "6 分" in text
    assert "13800138000" not in text
    assert "王师傅" not in text
    assert low["customer"] not in json.dumps([item.model_dump(mode="json") for item in items])
    by_reference = {one.reference: one.number for one in workspace.callbacks.results("W1").feedback()}
    assert by_reference[low["reference"]] is not None
    workspace.notes.add_step(by_reference[low["reference"]], "done", by="乙", on=dt.date(2026, 4, 6))
    states = {
        one.reference: one.state for one in workspace.callbacks.results("W1", as_of="2026-04-06 18:00").feedback()
    }
    assert states == {low["reference"]: "in_time", told["reference"]: "open"}
    after = workspace.callbacks.results("W1", as_of="2026-04-07 00:00").feedback_in_time()
    assert (after[0].unit, after[0].n, after[0].in_time, after[0].overdue, after[0].value) == ("C", 2, 1, 1, 0.5)
    assert after[0].lower is not None
    assert after[0].upper is not None
    assert after[0].lower < 0.5 < after[0].upper
    assert sum(one.n for one in after[1:]) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_read_in_three_languages(workspace: svcqa.Workspace, language: Language) -> None:
    outcomes, quality = workspace.callbacks.results("W1").outcomes(), workspace.callbacks.results("W1").call_quality()
    wave, policies = workspace.callbacks.wave("W1"), workspace.policies
    survey = policies.survey("satisfaction")
    estimate = workspace.callbacks.results("W1").estimate(by=["department"], goal=9)
    tables = [
        results.waterfall_table(outcomes, wave, policies, language),
        results.codes_table(outcomes, language),
        results.rates_table(outcomes, language),
        results.replacements_table(outcomes, language),
        results.findings_table(outcomes, language),
        results.callers_table(quality, survey, language),
        results.caller_scores_table(quality, language),
        results.listening_table(quality, language),
        results.back_checks_table(quality, survey, language),
        results.estimate_table(estimate, policies, language),
        results.feedback_table(workspace.callbacks.results("W1").feedback(), survey, policies, language),
        results.in_time_table(workspace.callbacks.results("W1").feedback_in_time(), policies, language),
    ]
    shown = " ".join(found.to_csv() for found in tables)
    assert list(tables[9].iloc[:, 0]) == ["一部", "二部"]
    assert "W1" in results.estimate_note(estimate, language)
    assert "AAPOR" in results.rates_note(language)
    for customer in workspace.callbacks.frame("W1")["customer"].dropna():
        assert customer not in shown
    bars = charts.waterfall(outcomes, language)
    assert bars.data["value"].iloc[0] == outcomes.overall.drawn + outcomes.overall.reserves
    assert bars.data["value"].iloc[-1] == outcomes.overall.complete
    groups = charts.of_result(estimate, language, names={"D1": "一部", "D2": "二部"})
    assert list(groups.data["group"]) == ["一部", "二部"]
    assert (groups.data["lower"] < groups.data["value"]).all()


def test_the_command_line_tells_the_same(workspace: svcqa.Workspace) -> None:
    runner = CliRunner(env={"COLUMNS": "300"})

    def run(*arguments: str) -> str:
        done = runner.invoke(app, ["callbacks", *arguments, "-w", str(workspace.folder), "--lang", "en"])
        assert done.exit_code == 0, done.output
        return done.output

    assert "RR1" in run("outcomes", "W1")
    found = workspace.callbacks.results("W1").estimate(question="attitude")
    shown = run("estimate", "W1", "--question", "attitude", "--by", "department", "--param", "goal=9")
    assert f"{workspace.callbacks.results('W1').estimate(by=['department']).rows[0]['value']:.2f}" in shown
    assert found.about["weights"] in shown
    assert "not noted" in run("feedback", "W1")
    assert "rows of form B noted" in run("feedback", "W1", "--note", "--author", "A")
    assert "nothing to note" in run("feedback", "W1", "--note", "--author", "A")
    assert SURVEY["key"] == "satisfaction"
