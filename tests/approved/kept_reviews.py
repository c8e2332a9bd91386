"""What is kept of reviews: facts, tables, sections, forms, what was read and noted, single cases."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import calls
from plain_json import plain

HALF = "2026H1"


def note(workspace: Any) -> None:
    """What people decided: problems in several states, success, a new level."""
    common = {"author": "张三", "action": "增加晚班人手", "responsible": "李四", "tracker": "王五"}
    first = calls.note_problem(
        workspace,
        category="服务质量",
        problem="预约爽约",
        period=HALF,
        target="appointment_kept_2026",
        due="2026-05-31",
        unit="CQ-KF",
        **common,
    )
    second = calls.note_problem(
        workspace, category="安全保障", problem="到场迟", period="2025", due="2025-11-30", **common
    )
    calls.note_problem(workspace, category="服务电话", problem="铃响过久", period="2025", due="2026-12-31", **common)
    calls.note_step(workspace, first, "done", by="李四", on="2026-06-10")
    calls.note_step(workspace, second, "done", by="李四", on="2025-11-20")
    calls.note_step(workspace, second, "effective", by="王五", on="2025-12-10", finding="三个月均达标")
    calls.note_success(workspace, unit="CQ-KF", experience="提前一日电话确认", period="2025", name="赵六")
    calls.note_rebase(workspace, "hotline_rings", unit="C", since="2025-10", reason="新话务平台", name="张三")


def reading(workspace: Any) -> Any:
    found = calls.check(workspace)
    return {
        "files": calls.told(found.files),
        "quarantined": calls.told(found.quarantined),
        "changes": len(found.changes),
    }


def review(workspace: Any, found: Any) -> Any:
    """Facts, tables, sections and forms of a review."""
    built = calls.sections(workspace, found)
    table_of = {
        name: calls.told(calls.review_table(name, found))
        for name in ("board", "progress", "months", "states", "exclusions")
    }
    return {
        "review": calls.told(found),
        "to_discuss": calls.told([one.target for one in found.to_discuss]),
        "weakest": calls.told(found.weakest.commitment),
        "headline": calls.headline(found),
        "proposals": calls.told(calls.proposed_problems(found)),
        "tables": {
            **table_of,
            "differences": calls.told(calls.review_table("differences", found.returns)),
            "departments": {
                one.commitment.key: calls.told(calls.review_table("departments", one))
                for one in found.commitments
                if one.departments
            },
        },
        "sections": {
            one.name: {
                "said": one.said,
                "tables": {name: calls.told(table.frame) for name, table in one.content.tables.items()},
            }
            for one in built
            if one.name != "basis"  # digests
        },
        "forms": forms(workspace, found, built),
    }


def forms(workspace: Any, found: Any, built: Any) -> Any:
    """Every cell of the workbook of forms."""
    from python_calamine import CalamineWorkbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forms.xlsx"
        calls.write_forms(workspace, found, built, path)
        book = CalamineWorkbook.from_path(path)
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    rows = {name: [[plain(cell) for cell in row] for row in sheet] for name, sheet in sheets.items()}
    return {name: [row for row in sheet if not _pins(row)] for name, sheet in rows.items()}


def _pins(row: Sequence[Any]) -> bool:
    """Whether a row tells digests."""
    return any(isinstance(cell, str) and len(cell) >= 12 and set(cell) <= set("0123456789abcdef") for cell in row)


def explained(workspace: Any, found: Any) -> Any:
    """Two cases: the one furthest beyond its limit, counted in working days, and a call-out counted in minutes."""
    late = calls.cases(workspace, "emergency_arrival", "2026-06").sort_values("order_id")["order_id"].iloc[0]
    worst = found.weakest
    return [
        {
            "explanation": calls.told(one),
            "table": [row for row in calls.told(calls.review_table("explanation", one))["rows"] if not _pins(row)],
            "ledger": calls.told(one.ledger.frame(calls.LANGUAGE)) if one.ledger else None,
        }
        for case, commitment in ((worst.worst_case, worst.commitment.key), (late, None))
        for one in calls.explain(workspace, case, commitment)
    ]
