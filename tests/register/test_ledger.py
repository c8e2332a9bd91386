"""What the database itself holds to, on SQLite and PostgreSQL; threads, forks, other databases, newer tables."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from support.registers import run
from support.workspaces import require
from svcqa.errors import RegisterError
from svcqa.register import Register

INSERT = "INSERT INTO entries (kind, version, at, author, replaces, body, previous_digest) SELECT "


@pytest.fixture
def register(register_url: str) -> Register:
    made = Register(register_url)
    first = made.add("remark", {"text": "甲"}, author="甲", now=dt.datetime(2026, 7, 1))
    made.add("remark", {"text": "乙"}, author="乙", now=dt.datetime(2026, 7, 2), replaces=first)
    made.add("remark", {"text": "丙", "share": 0.1}, author="丙", now=dt.datetime(2026, 7, 3))
    return made


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET author = 'x' WHERE id = 2",
        "DELETE FROM entries WHERE id = 1",
        "DELETE FROM entries",
        f"{INSERT} kind, version, at, author, replaces, body, previous_digest FROM entries WHERE id = 2",
    ],
)
def test_the_database_refuses_changes_and_a_second_replacement(
    register: Register, register_url: str, statement: str
) -> None:
    before = register.entries("remark", replaced=True)
    with pytest.raises(DatabaseError):
        run(register_url, statement)
    assert register.entries("remark", replaced=True) == before
    assert register.notices() == ()


def test_postgresql_refuses_to_empty_the_table(register: Register, register_url: str) -> None:
    if register_url.startswith("postgresql"):
        with pytest.raises(DatabaseError, match="append-only"):
            run(register_url, "TRUNCATE entries")
    assert len(register.entries("remark")) == 2


def test_sqlite_refuses_to_overwrite_an_entry(register: Register, register_url: str) -> None:
    columns = "id, kind, version, at, author, replaces, body, previous_digest"
    if register_url.startswith("sqlite"):
        for number in (1, 3):
            with pytest.raises(DatabaseError, match="append-only"):
                run(
                    register_url,
                    f"INSERT OR REPLACE INTO entries ({columns}) "
                    f"SELECT {number}, kind, version, at, 'x', NULL, body, previous_digest FROM entries WHERE id = 2",
                )
    assert [entry.author for entry in register.entries("remark")] == ["乙", "丙"]


def test_what_was_altered_behind_its_back_is_told(register: Register, register_url: str) -> None:
    sqlite = register_url.startswith("sqlite")
    run(register_url, "DROP TRIGGER entries_no_update" if sqlite else "DROP TRIGGER entries_append_only ON entries")
    run(register_url, "UPDATE entries SET author = '别人' WHERE id = 2")
    assert [(fault.code, fault.got) for fault in register.notices()] == [("entry_altered", "3")]
    assert "3" in register.notices()[0].render("zh-Hant")


def test_an_error_takes_back_all_that_its_transaction_appended(register: Register) -> None:
    def two() -> None:
        with register.appending() as append:
            append.add("remark", {"text": "丁"}, author="丁")
            append.add("remark", {"text": "戊"}, author="戊", replaces=9)

    with pytest.raises(RegisterError, match="9"):
        two()
    assert [entry.author for entry in register.entries("remark")] == ["乙", "丙"]


def test_threads_share_a_register(register: Register) -> None:
    numbers: list[int] = []

    def work(name: str) -> None:
        numbers.extend(register.add("remark", {"text": name}, author=name) for _ in range(5))

    threads = [threading.Thread(target=work, args=(f"{place}",)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [entry.id for entry in register.entries("remark")][2:]
    assert len(numbers) == 40
    assert register.notices() == ()


def test_a_forked_process_goes_on_with_the_register(register: Register, register_url: str) -> None:
    require(hasattr(os, "fork"), "fork")
    program = (
        "import os, sys\nfrom svcqa.register import Register\nregister = Register(sys.argv[1])\n"
        "register.add('remark', {}, author='parent')\nchild = os.fork()\n"
        "for _ in range(10): register.add('remark', {}, author='child' if child == 0 else 'parent')\n"
        "sys.exit(0 if child == 0 else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    subprocess.run([sys.executable, "-c", program, register_url], check=True)
    authors = [entry.author for entry in register.entries("remark")]
    assert (authors.count("parent"), authors.count("child")) == (11, 10)
    assert register.notices() == ()


def test_a_database_that_holds_to_nothing_is_refused() -> None:
    with pytest.raises(RegisterError, match="sqlite, postgresql"):
        Register("mysql+pymysql://nobody@localhost/x").entries("remark")


def test_tables_of_a_newer_program_are_left_alone(register: Register, register_url: str) -> None:
    run(register_url, "UPDATE register_version SET version_num = 'of_tomorrow'")
    with pytest.raises(RegisterError, match="newer svcqa"):
        Register(register_url).add("remark", {}, author="甲")
    assert [tuple(row) for row in run(register_url, "SELECT COUNT(*) FROM entries")] == [(3,)]


def test_a_register_on_disk_is_one_file_while_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "register.sqlite"
    Register(f"sqlite:///{path}").add("remark", {}, author="甲")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert [tuple(row) for row in run(f"sqlite:///{path}", "PRAGMA journal_mode")] == [("wal",)]


def test_who_waits_too_long_is_told(register: Register, register_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svcqa.register.ledger.PATIENCE", 1)
    other = Register(register_url)
    with register.appending() as append:
        append.add("remark", {"text": "丁"}, author="丁")
        assert [entry.author for entry in other.entries("remark")] == ["乙", "丙"]  # readers wait for nobody
        with pytest.raises(RegisterError) as error:
            other.add("remark", {"text": "戊"}, author="戊")
    assert [(fault.code, fault.got) for fault in error.value.faults] == [("register_busy", "1")]
    assert [entry.author for entry in register.entries("remark")] == ["乙", "丙", "丁"]
