"""Two waves of callbacks: drawn by svcqa itself, called and answered here, written as callers hand their sheets in.

This module alone uses svcqa: what it draws is what the sheets are about. Everything that is answered, and what the
answers come to, is made and counted here.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter

from generator.call_checks import FILES as CHECK_FILES
from generator.scene import Record, contact
from generator.writing import CREATED

WAVES: Final = (("2026Q1", dt.datetime(2026, 3, 21)), ("2026Q2", dt.datetime(2026, 6, 16)))
"""Code, which is the period as well, and the moment of the draw."""
DRAWN_BY: Final = "样例生成程序"
QUESTIONS: Final = {"attitude": 0.0, "skill": -0.2}
"""How much lower than attitude the mean of each question lies."""
TIER_MEANS: Final = {"A": 8.0, "B": 8.6, "C": 9.2}
UNIT_SHIFTS: Final = {"CQ-KF": -0.5, "CJ-KF": 0.0, "CQ-AJ": 0.1, "CJ-AJ": 0.2}
COMPLAINT_SHIFT: Final = -0.8
SPREAD: Final = 1.1
REACHED: Final = {"A": 0.55, "B": 0.4, "C": 0.25}
"""Chance that one attempt reaches a customer: given the tier, it has nothing to do with his score."""
FAILED: Final = {"no_answer": 0.6, "busy": 0.15, "switched_off": 0.15, "call_later": 0.1}
LOST: Final = {"declined": 0.05, "wrong_number": 0.02, "not_eligible": 0.01, "unable": 0.01}
"""Chance that an attempt ends the matter without answers."""
PARTIAL: Final = 0.04
CALLERS: Final = ("HF01", "HF02", "HF03", "HF04")
INFLATED: Final = ("HF03", 1)
"""This caller writes down a point more than was said, ten at most."""
ATTEMPTS: Final = 3
OPINIONS: Final = (
    "上门前没有打电话约时间，白等了一上午。",
    "师傅很耐心，讲得清楚。",
    "换表后第二天又漏气，希望一次修好。",
    "投诉之后很久才有人回电话。",
    "希望周末也能安检。",
    f"请王师傅再来看一下，我的电话是{contact(19)[1]}。",
    "收据上的字太小，看不清。",
    "=1+1 这句话不是公式。",
)
LOW: Final = 6
OPINION_SHARES: Final = (0.6, 0.06)
"""Who scores low says something this often; who does not, that often."""


def make(folder: Path, home: Path, rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, list[Record]]]:
    """Draw the waves into ``folder/waves``, fill their sheets; what is planted in them, and the calls with answers.

    Args:
        home: where policies, mappings and keys are.
    """
    import svcqa

    facts: dict[str, Any] = {}
    answered: dict[str, list[Record]] = {}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "workspace"
        place.mkdir()
        _settings(home / "svcqa.toml", place / "svcqa.toml")
        for part in ("policy", "mappings", "keys"):
            shutil.copytree(home / part, place / part)
        workspace = svcqa.open(place)
        for code, as_of in WAVES:
            now = as_of + dt.timedelta(hours=1)
            workspace.ingest(source_folder=folder, now=now)
            workspace.callbacks.draw("satisfaction", code, period=code, as_of=as_of, who=DRAWN_BY, now=now)
            workspace.callbacks.call_sheet(code, place / "sheet.xlsx", language="zh-Hans")
            path = place / "waves" / code / "filled" / f"{code}.xlsx"
            facts[code], answered[code] = _wave(workspace, code, as_of=as_of, rng=rng, path=path)
        shutil.rmtree(folder / "waves", ignore_errors=True)
        shutil.copytree(place / "waves", folder / "waves")
    return facts, answered


def _settings(source: Path, target: Path) -> None:
    """The settings without the files about calls: those come after the waves."""
    head, *sources = source.read_text(encoding="utf-8").split("[[sources]]")
    kept = [part for part in sources if not any(f"sources/{name}" in part for name in CHECK_FILES)]
    target.write_text("[[sources]]".join([head, *kept]), encoding="utf-8")


def _wave(
    workspace: Any, code: str, *, as_of: dt.datetime, rng: np.random.Generator, path: Path
) -> tuple[dict[str, Any], list[Record]]:
    listed = workspace.callbacks.drawn(code).to_dict("records")
    frame = [row for row in workspace.callbacks.frame(code).to_dict("records") if row["reason"] == ""]
    thought = {row["customer"]: scores_of(rng, row) for row in frame}
    calls = _calls(rng, listed, thought, as_of)
    _write(path, workspace, code=code, listed=listed, calls=calls)
    return _facts(listed, frame, thought, calls), _answered(listed, calls)


def _answered(listed: list[Record], calls: dict[str, Record]) -> list[Record]:
    """The calls that brought answers, with the customer's permanent random number and the last moment."""
    return [
        {
            "reference": row["reference"],
            "prn": row["prn"],
            "unit": row["unit"],
            "called_at": call["attempts"][-1][0],
            **{name: call[name] for name in ("caller", "said", "typed")},
        }
        for row in listed
        if (call := calls.get(row["reference"])) and call["said"]
    ]


def scores_of(rng: np.random.Generator, row: Record) -> dict[str, int]:
    """What a customer thinks, called or not: whole numbers from 1 to 10."""
    shift = UNIT_SHIFTS[row["unit"]] + (COMPLAINT_SHIFT if row["service"] == "complaint" else 0.0)
    own = rng.normal(0, SPREAD * 0.7)
    return {
        question: int(
            np.clip(np.rint(TIER_MEANS[row["tier"]] + shift + lower + own + rng.normal(0, SPREAD * 0.7)), 1, 10)
        )
        for question, lower in QUESTIONS.items()
    }


def _calls(
    rng: np.random.Generator, listed: list[Record], thought: dict[str, dict[str, int]], as_of: dt.datetime
) -> dict[str, Record]:
    """The main rows in order; then, stratum by stratum, a reserve for each that brought no answers."""
    calls: dict[str, Record] = {}
    missing: Counter[str] = Counter()
    for row in sorted(listed, key=lambda one: (one["role"] != "main", one["order"])):
        if row["role"] == "reserve" and not missing[row["stratum"]]:
            continue
        call = _call(rng, row, scores=thought[row["customer"]], as_of=as_of, number=len(calls))
        calls[row["reference"]] = call
        answered = call["outcome"] in ("reached", "partial")
        missing[row["stratum"]] += (row["role"] == "main" and not answered) - (row["role"] == "reserve" and answered)
    return calls


def _call(rng: np.random.Generator, row: Record, *, scores: dict[str, int], as_of: dt.datetime, number: int) -> Record:
    """Up to three attempts on days of their own; what is answered is what the customer thinks."""
    caller = CALLERS[int(rng.integers(len(CALLERS)))]
    attempts, outcome = [], ""
    day = as_of.date() + dt.timedelta(days=int(rng.integers(0, 3)))
    for _ in range(ATTEMPTS):
        moment = dt.datetime.combine(day, dt.time(9)) + dt.timedelta(minutes=int(rng.integers(0, 9 * 60)))
        outcome = _outcome(rng, row["tier"])
        attempts.append((moment, outcome))
        if outcome not in FAILED:
            break
        day += dt.timedelta(days=int(rng.integers(1, 4)))
    said: dict[str, int] = {}
    if outcome == "reached":
        said = dict(scores)
    elif outcome == "partial":
        said = {"attitude": scores["attitude"]}
    typed = {q: min(10, s + INFLATED[1]) if caller == INFLATED[0] else s for q, s in said.items()}
    low = bool(said) and min(said.values()) <= LOW
    speaks = bool(said) and rng.random() < OPINION_SHARES[not low]
    opinion = OPINIONS[int(rng.integers(len(OPINIONS)))] if speaks else ""
    return {
        "caller": caller,
        "attempts": attempts,
        "outcome": outcome,
        "said": said,
        "typed": typed,
        "opinion": opinion,
        "number": number,
    }


def _outcome(rng: np.random.Generator, tier: str) -> str:
    draw = float(rng.random())
    for outcome, share in LOST.items():
        if draw < share:
            return outcome
        draw -= share
    if draw < REACHED[tier] * (1 - sum(LOST.values())):
        return "partial" if rng.random() < PARTIAL else "reached"
    return str(rng.choice(list(FAILED), p=list(FAILED.values())))


def _write(path: Path, workspace: Any, *, code: str, listed: list[Record], calls: dict[str, Record]) -> None:
    """The call sheet as it comes back: the same columns in the same rows, without what only helps filling it in."""
    from svcqa.report.forms.call_sheet import HEADER_ROW, headings
    from svcqa.report.forms.sheet_names import sheet_names

    policies = workspace.policies
    survey = policies.survey("satisfaction")
    names = sheet_names(survey, policies, "zh-Hans", listed)
    columns = headings(survey, "zh-Hans", contacts=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_properties({"created": CREATED, "title": "虚构样例数据"})
        page = book.add_worksheet("回访表")
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.write_string(0, 0, f"示例燃气（虚构）有限公司 季度满意度回访 批次 {code}")
        page.freeze_panes(HEADER_ROW, 4)
        for place, column in enumerate(columns):
            page.write_string(HEADER_ROW - 1, place, column.title)
            page.set_column(place, place, 14)
        for line, row in enumerate(listed, start=HEADER_ROW):
            call = calls.get(row["reference"])
            for place, column in enumerate(columns):
                value = _cell(row, call, column, names)
                if isinstance(value, dt.datetime):
                    page.write_datetime(line, place, value, moment)
                elif isinstance(value, dt.date):
                    page.write_datetime(line, place, dt.datetime.combine(value, dt.time()), day)
                elif isinstance(value, int):
                    page.write_number(line, place, value)
                elif value:
                    page.write_string(line, place, value)


def _cell(row: Record, call: Record | None, column: Any, names: Any) -> Any:
    fixed = {
        "order": row["order"],
        "role": {"main": "主", "reserve": "替补"}[row["role"]],
        "reference": row["reference"],
        "service": names.services[row["service"]],
        "unit": names.units[row["unit"]],
        "tier": names.tiers[row["tier"]],
        "closed": row["closed_at"].date(),
        "call_from": row["call_from"],
        "call_until": row["call_until"],
    }
    if column.kind in fixed or call is None:
        return fixed.get(column.kind)
    if column.kind in ("attempt_at", "attempt_outcome"):
        if column.number > len(call["attempts"]):
            return None
        moment, outcome = call["attempts"][column.number - 1]
        return moment if column.kind == "attempt_at" else names.outcomes[outcome]
    if column.kind == "caller":
        return call["caller"]
    if column.question is None:
        return None
    return call["opinion"] if column.question.key == "opinion" else call["typed"].get(column.question.key)


def _facts(
    listed: list[Record], frame: list[Record], thought: dict[str, dict[str, int]], calls: dict[str, Record]
) -> dict[str, Any]:
    """What an estimate is to find, and what reading the sheet must give."""
    roles = {row["reference"]: row["role"] for row in listed}
    outcomes: dict[str, Counter[str]] = {"main": Counter(), "reserve": Counter()}
    for reference, call in calls.items():
        outcomes[roles[reference]][call["outcome"]] += 1
    opinions = sum(bool(call["opinion"]) for call in calls.values())
    units = sorted({row["unit"] for row in frame})
    return {
        "population_size": {**{unit: sum(row["unit"] == unit for row in frame) for unit in units}, "C": len(frame)},
        "population_mean": {question: _means(frame, thought, question) for question in QUESTIONS},
        "tiers": dict(sorted(Counter(row["tier"] for row in frame).items())),
        "drawn": sum(role == "main" for role in roles.values()),
        "reserve": sum(role == "reserve" for role in roles.values()),
        "outcomes": {role: dict(sorted(found.items())) for role, found in outcomes.items()},
        "attempts": sum(len(call["attempts"]) for call in calls.values()),
        "typed": {
            question: _sums(call["typed"][question] for call in calls.values() if question in call["typed"])
            for question in QUESTIONS
        },
        "said": {
            question: _sums(call["said"][question] for call in calls.values() if question in call["said"])
            for question in QUESTIONS
        },
        "opinions": opinions,
        "rows": len(calls) * len(QUESTIONS) + opinions,
        "waiting": len(listed) - len(calls),
        "callers": {caller: sum(call["caller"] == caller for call in calls.values()) for caller in CALLERS},
    }


def _means(frame: list[Record], thought: dict[str, dict[str, int]], question: str) -> dict[str, float]:
    """The mean of everybody in the frame, by department and of the company: what a census would say."""
    found = {}
    for unit in (*sorted({row["unit"] for row in frame}), "C"):
        scores = [thought[row["customer"]][question] for row in frame if unit in ("C", row["unit"])]
        found[unit] = round(sum(scores) / len(scores), 6)
    return found


def _sums(scores: Any) -> dict[str, int]:
    given = list(scores)
    return {"sum": sum(given), "count": len(given)}


def effects() -> list[dict[str, Any]]:
    """What is planted in both waves."""
    return [
        {
            "key": "response_by_tier",
            "table": "callbacks",
            "reached_by_one_attempt": REACHED,
            "means": TIER_MEANS,
            "why": "who is reached depends on the tier alone, and so does the level of the scores: "
            "unweighted means lie",
        },
        {"key": "inflated_caller", "table": "callbacks", "caller": INFLATED[0], "by": INFLATED[1]},
    ]


def file_facts(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What ingest must report of each filled sheet."""
    return {
        f"{code}.xlsx": {
            "table": "callbacks",
            "rows": wave["rows"],
            "accepted": wave["rows"],
            "quarantined": 0,
            "quarantine": {},
            "warnings": {},
        }
        for code, wave in facts.items()
    }
