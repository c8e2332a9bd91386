"""Registers as they were kept before there was a ledger: lifted without loss, and what was entered twice is told."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.exc import DatabaseError

from support.registers import bodies, make_old, run
from svcqa.catalogue import LANGUAGES
from svcqa.entities.action import ActionItem
from svcqa.errors import RegisterError
from svcqa.register import Register
from svcqa.register.plans import saved_plans
from svcqa.register.problems import action_step, followed, note_problem, note_step
from svcqa.register.publications import publications
from svcqa.register.rebases import rebases
from svcqa.register.signatures import signatures
from svcqa.register.successes import successes

CORRECTED = ActionItem(category="时限", problem="维修超时", action="合并的办法", due=dt.date(2026, 5, 31))


@pytest.fixture
def old(register_url: str) -> Register:
    make_old(register_url)
    return Register(register_url)


def test_every_entry_is_read_as_it_was_made(old: Register) -> None:
    kept = bodies()
    for kind in {kind for kind, _, _ in kept.values()}:
        found = {entry.id: (entry.kind, entry.replaces, entry.body) for entry in old.entries(kind, replaced=True)}
        assert found == {number: entry for number, entry in kept.items() if entry[0] == kind}
    assert [(entry.id, entry.at) for entry in old.entries("action_step")] == [(2, dt.datetime(2026, 4, 1, 8))]
    assert [one.experience for one in successes(old)] == ["夜间双人值守，周末三人"]
    assert [one.reason for one in rebases(old)] == ["新系统"]
    assert [one.name for one in signatures(old, letter="D1 2026")] == ["戊"]
    assert [(one.version, one.plan.goal, one.in_force) for one in saved_plans(old)] == [
        (1, 0.95, False),
        (2, 0.96, True),
    ]
    assert [figure.value for one in publications(old) for figure in one.figures] == [0.93]


def test_what_replaced_one_entry_together_stays_in_force_and_is_told(old: Register) -> None:
    assert [(one.number, one.item.action) for one in followed(old)] == [
        (1, "增设驻点"),
        (11, "己的办法"),
        (12, "庚的办法"),
    ]
    (told,) = old.notices()
    assert (told.code, told.got, told.allowed) == ("replaced_together", "3", "11, 12")
    assert all("11, 12" in told.render(language) for language in LANGUAGES)


@pytest.mark.parametrize("settled", [11, 12])
def test_replacing_one_of_them_settles_it_for_all(old: Register, settled: int) -> None:
    for number in (11, 12):
        note_step(old, action_step(action=number, step="done", by="乙", on=dt.date(2026, 5, 1)))
    new = note_problem(old, CORRECTED, author="甲", replaces=settled)
    assert [(one.number, len(one.steps)) for one in followed(old)] == [(1, 1), (new, 2)]
    assert old.notices() == ()
    for number in (11, 12):
        with pytest.raises(RegisterError) as error:
            note_problem(old, CORRECTED, author="甲", replaces=number)
        assert [(fault.code, fault.allowed) for fault in error.value.faults] == [("replaced_before", str(new))]
    before = dt.datetime(2026, 3, 4)
    assert [one.number for one in followed(old, known_at=before)] == [1, 11, 12]


def test_nobody_replaces_again_what_was_replaced(old: Register, register_url: str) -> None:
    for number, kind in ((3, "action"), (4, "success")):
        with pytest.raises(RegisterError, match="was replaced before"):
            old.add(kind, {}, author="甲", replaces=number)
        insert = f"INSERT INTO entries (kind, at, author, replaces, body) SELECT kind, at, author, {number}, body "
        with pytest.raises(DatabaseError):
            run(register_url, f"{insert} FROM entries WHERE id = 3")
    assert len(old.entries("action", replaced=True)) == 4


def test_an_old_register_refuses_changes_and_notices_them(old: Register, register_url: str) -> None:
    assert len(old.entries("action")) == 3
    for statement in ("UPDATE entries SET author = 'x'", "DELETE FROM entries"):
        with pytest.raises(DatabaseError, match="append-only"):
            run(register_url, statement)
    note_problem(old, CORRECTED, author="甲", replaces=11)
    sqlite = register_url.startswith("sqlite")
    run(register_url, "DROP TRIGGER entries_no_update" if sqlite else "DROP TRIGGER entries_append_only ON entries")
    run(register_url, "UPDATE entries SET author = '别人' WHERE id = 7")
    assert [(fault.code, fault.got) for fault in old.notices()] == [("entry_altered", "13")]


def test_a_second_opening_lifts_nothing(old: Register, register_url: str) -> None:
    assert len(old.entries("action")) == 3
    assert len(Register(register_url).entries("action")) == 3
    assert [tuple(row) for row in run(register_url, "SELECT version_num FROM register_version")] == [("ledger",)]
