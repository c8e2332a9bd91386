"""What is kept of next year's targets: proposals, chances, notes, what-ifs, parts, a plan."""

from __future__ import annotations

from typing import Any

import calls
from plain_json import rows_of


def targets_of_next_year(workspace: Any) -> Any:
    planned = calls.next_year(workspace)
    found = calls.every_proposal(planned)
    by_target = {}
    for one in found:
        key = one.target.key
        by_target[key] = {
            "candidates": calls.told(one.candidates),
            "notes": calls.told(one.notes),
            "kept": one.kept,
            "past": calls.or_why_not(lambda one=one: calls.next_year_table("past", one)),
        }
        if one.candidates:
            asked = calls.goal_what_if(planned, key)
            answers = {
                name: calls.answer(asked, goal=one.candidate(name).goal)
                for name in ("conservative", "balanced", "stretch")
            }
            by_target[key] |= {
                "answers": calls.told(answers),
                "more_cases": calls.or_why_not(
                    lambda asked=asked, goal=answers["balanced"].goal: calls.answer(asked, goal=goal, volume=1.2)
                ),
                "range": calls.told(asked.goal_range),
                "decomposition": calls.told(
                    calls.parts_table(workspace, answers["balanced"].decomposition, promise=asked.subject.promise)
                ),
            }
    hardest = planned.hardest.target.key
    assumed = {"label": "增加晚班人手", "measure": "failures", "size": 0.3, "from_month": 4}
    return {
        "proposals": rows_of(calls.proposals_frame(planned)),
        "shown": calls.told(calls.next_year_table("proposals", found)),
        "notes": calls.told(calls.next_year_table("notes", found)),
        "hardest": hardest,
        "targets": by_target,
        "equal_points": calls.or_why_not(lambda: calls.decomposed(planned, hardest, rule="equal_points")),
        "plan": calls.told(calls.plan(planned, hardest, assumptions=[assumed], reason="样例")),
    }
