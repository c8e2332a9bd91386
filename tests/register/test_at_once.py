"""Several processes at one register at the same moment, on SQLite and PostgreSQL: all checks hold, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from support import register_workers as workers
from support.registers import make_old
from svcqa.entities.action import ActionItem
from svcqa.register import Register
from svcqa.register.kinds import ACTION, ACTION_STEP
from svcqa.register.plans import saved_plans
from svcqa.register.problems import action_step, note_problem, note_step, problems

ROUNDS, TWELVE = 30, 12


@pytest.fixture(scope="module")
def crowd() -> Iterator[workers.Crowd]:
    made = workers.Crowd(TWELVE, (2, 10, TWELVE))
    yield made
    made.end()


def failures(outcomes: list[workers.Outcome]) -> list[workers.Outcome]:
    return [one for one in outcomes if one[0] == "failed"]


def done(outcomes: list[workers.Outcome]) -> list[object]:
    return [value for what, value in outcomes if what == "done"]


def reported(register: Register) -> tuple[int, int]:
    """A problem that was reported as done: its number, and that of the report."""
    number = note_problem(register, ActionItem(category="时限", problem="到场慢"), author="甲")
    return number, note_step(register, action_step(action=number, step="done", by="乙", on="2026-08-31"))


def test_twelve_processes_open_a_register_that_is_not_there_yet(crowd: workers.Crowd, register_url: str) -> None:
    outcomes = crowd.at_once(workers.add, [(register_url, f"{place}") for place in range(TWELVE)])
    assert failures(outcomes) == []
    assert sorted(map(int, done(outcomes))) == list(range(1, TWELVE + 1))
    assert Register(register_url).notices() == ()


def test_twelve_processes_open_an_old_register(crowd: workers.Crowd, register_url: str) -> None:
    make_old(register_url)
    outcomes = crowd.at_once(workers.add, [(register_url, f"{place}") for place in range(TWELVE)])
    assert failures(outcomes) == []
    assert sorted(map(int, done(outcomes))) == list(range(13, 13 + TWELVE))
    assert [fault.code for fault in Register(register_url).notices()] == ["replaced_together"]


def test_of_twelve_that_replace_one_entry_one_does_and_the_others_are_told(
    crowd: workers.Crowd, register_url: str
) -> None:
    register = Register(register_url)
    for _ in range(ROUNDS):
        number = register.add("remark", {"text": "原文"}, author="甲")
        outcomes = crowd.at_once(workers.replace, [(register_url, number, f"{place}") for place in range(TWELVE)])
        (by,) = done(outcomes)
        refused = [value for what, value in outcomes if what == "refused"]
        assert refused == [[("replaced_before", str(number), str(by))]] * (TWELVE - 1)
    standing = register.entries("remark")
    assert len(standing) == ROUNDS
    assert Counter(entry.replaces for entry in register.entries("remark", replaced=True)) == {
        None: ROUNDS,
        **{entry.replaces: 1 for entry in standing},
    }
    assert register.notices() == ()


def test_of_ten_contradictory_checks_one_is_accepted(crowd: workers.Crowd, register_url: str) -> None:
    register = Register(register_url)
    for _ in range(ROUNDS):
        number, report = reported(register)
        asked = [
            (register_url, number, ("effective", "reopened")[place % 2], f"{place}", report) for place in range(10)
        ]
        outcomes = crowd.at_once(workers.check, asked)
        (accepted,) = done(outcomes)
        assert [value for what, value in outcomes if what == "refused"] == [
            [("step_overtaken", str(number), str(accepted))]
        ] * 9
    assert len(register.read(ACTION_STEP)) == 2 * ROUNDS


def test_of_two_that_close_one_problem_one_does(crowd: workers.Crowd, register_url: str) -> None:
    register = Register(register_url)
    for _ in range(ROUNDS):
        number, _ = reported(register)
        outcomes = crowd.at_once(
            workers.check, [(register_url, number, "effective", name, None) for name in ("丙", "丁")]
        )
        assert failures(outcomes) == []
        assert len(done(outcomes)) == 1
    steps = Counter((one.item.action, one.item.step) for one in register.read(ACTION_STEP))
    assert set(steps.values()) == {1}


def test_two_that_save_a_plan_make_two_versions(crowd: workers.Crowd, register_url: str) -> None:
    for number in range(ROUNDS):
        outcomes = crowd.at_once(workers.plan, [(register_url, 0.9), (register_url, 0.95)])
        assert failures(outcomes) == []
        versions = sorted(value[1] for what, value in outcomes if what == "done")
        assert versions == [2 * number + 1, 2 * number + 2]
    register = Register(register_url)
    saved = saved_plans(register)
    assert [one.version for one in saved] == list(range(1, 2 * ROUNDS + 1))
    assert [one.number for one in saved if one.in_force] == [saved[-1].number]
    replaced = [entry.replaces for entry in register.entries("target_plan", replaced=True)]
    assert replaced == [None, *(one.number for one in saved[:-1])]


def test_two_that_note_the_same_feedback_note_it_once(crowd: workers.Crowd, register_url: str) -> None:
    register = Register(register_url)
    for number in range(ROUNDS):
        names = [f"W{number}-0001", f"W{number}-0002"]
        outcomes = crowd.at_once(workers.once, [(register_url, names), (register_url, names)])
        assert sorted(len(value) for what, value in outcomes if what == "done") == [0, 2]
    references = [item.reference for item in problems(register)]
    assert len(references) == len(set(references)) == 2 * ROUNDS
    assert len(register.read(ACTION)) == 2 * ROUNDS
