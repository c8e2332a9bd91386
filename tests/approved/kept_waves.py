"""What is kept of a wave of callbacks: plan, list, audit, outcomes, estimates, feedback."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

import calls
from plain_json import plain


def wave(workspace: Any, code: str) -> Any:
    """A wave from its plan to its feedback; of the list only a digest."""
    ask = partial(calls.of_wave, workspace)
    document = ask("wave", code)
    survey = calls.survey(workspace, document.survey)
    asked = {"period": document.period, "as_of": document.as_of, "wave": code}
    plan = ask("plan", survey.key, **asked)
    outcomes, quality = ask("outcomes", code), ask("call_quality", code)
    left_out, feedback = ask("left_out_of", code), ask("feedback", code)
    return {
        "document": {"number": document.number, "start": document.start, "strata": calls.told(document.strata)},
        "plan": calls.told(plan),
        "plan_table": calls.told(calls.plan_table(workspace, plan)),
        "narrower": calls.told(ask("plan", survey.key, half_width=0.15, **asked).overall),
        "left_out": calls.told(left_out),
        "bias": calls.told(calls.callback_table("bias_sentences", left_out)),
        "list": digest_of(ask("drawn", code)),
        "frame": digest_of(ask("frame", code)),
        "audit": {one.what: one.found for one in ask("audit", code).checks},
        "outcomes": calls.told(outcomes),
        "rates": calls.told(calls.callback_table("rates_table", outcomes)),
        "quality": calls.told(quality),
        "estimates": estimates(ask, code, survey),
        "feedback": calls.told(feedback),
        "in_time": calls.told(ask("feedback_in_time", code)),
    }


def digest_of(frame: Any) -> Any:
    """How many rows of each stratum and role or reason, and a digest of all rows."""
    by = [name for name in ("stratum", "role", "reason") if name in frame.columns]
    counts = frame.groupby(by, dropna=False).size().sort_index()
    names = sorted(frame.columns)
    lines = sorted(json.dumps(plain(list(row)), ensure_ascii=False) for row in frame[names].to_numpy(object))
    return {
        "columns": names,
        "counts": {" / ".join(map(str, key)): int(n) for key, n in counts.items()},
        "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    }


def estimates(ask: Any, code: str, survey: Any) -> Any:
    """Each question by mean and top box, overall and grouped, and other weights of one question."""
    found: dict[str, Any] = {}
    scored = [one.key for one in survey.questions if one.kind == "score"]
    for question in scored:
        for estimate in ("mean", "top_box"):
            for by in ((), ("department",), ("service",), ("tier",)):
                name = f"{question} {estimate} {' '.join(by)}".strip()
                found[name] = calls.or_why_not(
                    lambda by=by, asked={"question": question, "estimate": estimate}: ask(
                        "estimate", code, by=by, **asked
                    )
                )
    others: dict[str, dict[str, Any]] = {
        **{weighting: {"weighting": weighting} for weighting in ("design", "post_stratified", "raked")},
        "share": {"estimate": "share", "at_least": 1, "at_most": 6},
        "total": {"estimate": "total", "at_least": 9},
        "ratio": {"estimate": "ratio", "over": scored[-1]},
        "cases": {"counts": "cases"},
    }
    for name, params in others.items():
        found[name] = calls.or_why_not(lambda params=params: ask("estimate", code, question=scored[0], **params))
    return found
