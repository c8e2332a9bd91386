"""The register through its verbs: what is noted, corrected, known at a moment; what is empty or wrong is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.workspaces import make_workspace
from svcqa.entities.action import ActionItem
from svcqa.errors import RegisterError
from svcqa.register import Register
from svcqa.register.problems import action_item, note_problem, problems

FIRST, SECOND, THIRD = (dt.datetime(2026, 7, day, 9) for day in (1, 2, 3))


def item(problem: str, **fields: Any) -> ActionItem:
    return action_item(category="未达标", problem=problem, period="2026H1", **fields)


def test_what_is_noted_is_kept_by_period(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    first = item("到场慢", action="增设驻点", due="2026-09-30", responsible="D1", tracker="服务部")
    note_problem(workspace.register, first, author="李", now=FIRST)
    note_problem(workspace.register, item("答复慢").model_copy(update={"period": "2026H2"}), author="王", now=SECOND)
    again = svcqa.open(tmp_path).register
    assert problems(again, period="2026H1") == [first]
    assert [found.problem for found in problems(again)] == ["到场慢", "答复慢"]
    assert first.due == dt.date(2026, 9, 30)
    (entry_one, _) = again.entries("action")
    assert (entry_one.author, entry_one.at, entry_one.replaces) == ("李", FIRST, None)


def test_a_correction_replaces_and_the_past_stays_known(register_url: str) -> None:
    register = Register(register_url)
    number = note_problem(register, item("到场慢"), author="李", now=FIRST)
    second = note_problem(register, item("到场慢:夜间"), author="李", now=SECOND, replaces=number)
    note_problem(register, item("到场慢:夜间、城郊"), author="王", now=THIRD, replaces=second)
    assert [found.problem for found in problems(register)] == ["到场慢:夜间、城郊"]

    def known(moment: dt.datetime) -> list[str]:
        return [found.problem for found in problems(register, known_at=moment)]

    assert known(FIRST - dt.timedelta(seconds=1)) == []
    assert known(FIRST) == ["到场慢"]
    assert known(SECOND) == ["到场慢:夜间"]
    assert known(THIRD) == ["到场慢:夜间、城郊"]


def test_kinds_are_kept_apart(register_url: str) -> None:
    register = Register(register_url)
    register.add("deduction", {"points": 0.5}, author="李", now=FIRST)
    register.add("appeal", {"of": 1}, author="王", now=SECOND)
    assert [found.body for found in register.entries("deduction")] == [{"points": 0.5}]
    assert [found.body for found in register.entries("appeal")] == [{"of": 1}]
    assert register.entries("action") == []


def test_what_a_form_leaves_empty_or_gets_wrong_is_named() -> None:
    with pytest.raises(RegisterError) as error:
        action_item(category="", problem="  ", due="soon")
    found = {fault.place: (fault.code, fault.got) for fault in error.value.faults}
    assert found == {
        "category": ("register_field", ""),
        "problem": ("register_field", ""),
        "due": ("bad_value", "'soon'"),
    }
    with pytest.raises(RegisterError) as error:
        action_item(problem="到场慢", colour="red")
    assert {fault.place for fault in error.value.faults} == {"category", "colour"}


def test_only_a_standing_entry_can_be_replaced(register_url: str) -> None:
    register = Register(register_url)
    noon = dt.datetime(2026, 7, 1, 20, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    first = register.add("remark", {"text": "a"}, author="x", now=noon)
    second = register.add("remark", {"text": "b"}, author="x", now=noon, replaces=first)
    assert [(entry.id, entry.at) for entry in register.entries("remark")] == [(second, dt.datetime(2026, 7, 1, 12))]
    for number, code in ((first, "replaced_before"), (99, "nothing_to_replace")):
        with pytest.raises(RegisterError, match=str(number)) as error:
            register.add("remark", {"text": "c"}, author="x", now=noon, replaces=number)
        assert [fault.code for fault in error.value.faults] == [code]
    with pytest.raises(RegisterError, match=str(second)):
        register.add("success", {}, author="x", replaces=second)
