"""Waves: two processes that draw at once, and what a draw leaves that was killed."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import svcqa
from support import register_workers as workers
from support.callback_company import AS_OF, SURVEY, company, random_records
from support.workspaces import copy_read, require
from svcqa.engine.draw import as_digits, start_of
from svcqa.errors import RegisterError
from svcqa.register.waves import note_wave, noted_waves

ROUNDS, CALLS = 30, 4
FREE = SURVEY | {
    "key": "free",
    "quarantine_days": 30,
    "services": SURVEY["services"][:1],
    "window": {"earliest": 3, "latest": 3000, "field_days": 2},
}


@pytest.fixture(scope="module")
def pair() -> Iterator[workers.Crowd]:
    made = workers.Crowd(2, (2,))
    yield made
    made.end()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """A company whose customers can be called for years after their case, read once."""
    return company(tmp_path_factory.mktemp("read"), random_records(5), surveys=[FREE])


@pytest.fixture
def workspace(read: svcqa.Workspace, tmp_path: Path, register_url: str) -> svcqa.Workspace:
    folder = copy_read(read, tmp_path / "company")
    settings = folder / "svcqa.toml"
    address = f"register_url = {json.dumps(register_url)}\n"
    settings.write_text(address + settings.read_text(encoding="utf-8"), encoding="utf-8")
    return svcqa.open(folder)


def main_customers(workspace: svcqa.Workspace, code: str) -> set[str]:
    listed = workspace.callbacks.drawn(code)
    return set(listed[listed["role"] == "main"]["customer"])


def draw(workspace: svcqa.Workspace, code: str = "W1", calls: int = 10) -> int:
    wave = workspace.callbacks.draw("free", code, period="2026Q1", as_of=AS_OF, who="甲", calls=calls)
    return wave.number


def test_two_that_draw_get_two_numbers_and_other_customers(pair: workers.Crowd, workspace: svcqa.Workspace) -> None:
    folder = str(workspace.folder)
    for number in range(ROUNDS):  # each after the quarantine of the one before
        moment = f"{AS_OF + number * dt.timedelta(days=31):%Y-%m-%d %H:%M}"
        codes = (f"R{number}A", f"R{number}B")
        outcomes = pair.at_once(workers.draw, [(folder, code, CALLS, moment) for code in codes])
        assert [what for what, _ in outcomes] == ["done", "done"], outcomes
        numbers = sorted(value[0] for _, value in outcomes)
        assert numbers == [2 * number + 1, 2 * number + 2]
        assert {value[1] for _, value in outcomes} == {as_digits(start_of(one)) for one in numbers}
        drawn = [main_customers(workspace, code) for code in codes]
        assert [len(own) for own in drawn] == [CALLS, CALLS]
        assert not drawn[0] & drawn[1]
    assert sorted(note.number for note in noted_waves(workspace.register)) == list(range(1, 2 * ROUNDS + 1))
    assert all(workspace.callbacks.audit(code).passed for code in ("R0A", "R0B", "R29A", "R29B"))
    assert workspace.notices() == ()


def test_two_that_draw_the_same_get_one_wave(pair: workers.Crowd, workspace: svcqa.Workspace) -> None:
    for number in range(3):
        outcomes = pair.at_once(workers.draw, [(str(workspace.folder), f"S{number}", CALLS, str(AS_OF))] * 2)
        assert outcomes == [("done", (number + 1, as_digits(start_of(number + 1))))] * 2
    assert [note.code for note in noted_waves(workspace.register)] == ["S0", "S1", "S2"]


def killed(workspace: svcqa.Workspace, event: str) -> None:
    """A process draws W1 and is killed by signal 9 at this event."""
    require(sys.platform != "win32", "signal 9")
    program = Path(workers.__file__)
    done = subprocess.run(
        [sys.executable, str(program), str(workspace.folder), event], check=False, capture_output=True
    )
    assert done.returncode == -9, done.stderr.decode()


def test_a_draw_killed_after_its_note_is_finished_at_the_next_start(workspace: svcqa.Workspace) -> None:
    killed(workspace, "os.rename")
    assert workspace.callbacks.waves == ()
    assert [note.code for note in noted_waves(workspace.register)] == ["W1"]
    again = svcqa.open(workspace.folder)
    assert [wave.code for wave in again.callbacks.waves] == ["W1"]
    assert [fault.code for fault in again.notices()] == ["wave_finished"]
    assert again.callbacks.audit("W1").passed
    assert svcqa.open(workspace.folder).notices() == ()
    assert draw(again, "W2") == 2
    assert not main_customers(again, "W1") & main_customers(again, "W2")


def test_a_draw_killed_after_its_note_is_finished_by_the_next_draw(workspace: svcqa.Workspace) -> None:
    killed(workspace, "os.rename")
    assert draw(workspace, "W2") == 2
    assert [fault.code for fault in workspace.notices()] == ["wave_finished"]
    assert not main_customers(workspace, "W1") & main_customers(workspace, "W2")
    assert draw(workspace, "W1") == 1  # the same draw again gives the wave that stands


def test_a_draw_killed_before_its_note_was_never_drawn(read: svcqa.Workspace, tmp_path: Path) -> None:
    workspace = svcqa.open(copy_read(read, tmp_path / "company"))
    killed(workspace, "sqlite3.connect")
    assert (workspace.folder / "waves/W1/drawn.parquet").exists()
    again = svcqa.open(workspace.folder)
    assert [fault.code for fault in again.notices()] == ["wave_discarded"]
    assert not (workspace.folder / "waves/W1").exists()
    assert noted_waves(again.register) == []
    assert draw(again) == 1
    assert again.callbacks.audit("W1").passed


def test_a_half_written_document_is_discarded(workspace: svcqa.Workspace) -> None:
    folder = workspace.folder / "waves/W1"
    folder.mkdir(parents=True)
    (folder / ".wave.json.new").write_text('{"code": "W1", ', encoding="utf-8")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    again = svcqa.open(workspace.folder)
    assert [fault.code for fault in again.notices()] == ["wave_discarded"]
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_note_without_a_list_is_void_and_told_and_may_be_drawn_again(workspace: svcqa.Workspace) -> None:
    draw(workspace)
    (workspace.folder / "waves/W1").rename(workspace.folder / "lost")
    again = svcqa.open(workspace.folder)
    (told,) = again.notices()
    assert (told.code, told.got) == ("wave_void", "W1")
    assert draw(again, "W2") == 2  # its number stays taken
    assert draw(again, "W1") == 3
    assert again.notices() == ()
    assert [(note.code, note.number) for note in noted_waves(again.register)] == [("W2", 2), ("W1", 3)]
    assert not main_customers(again, "W1") & main_customers(again, "W2")
    assert again.callbacks.audit("W1").passed


def test_the_register_gives_a_number_once(workspace: svcqa.Workspace) -> None:
    draw(workspace)
    other = workspace.callbacks.wave("W1").model_copy(update={"code": "W9"})
    with pytest.raises(RegisterError) as error:
        note_wave(workspace.register, other, author="乙")
    assert [(fault.code, fault.got, fault.allowed) for fault in error.value.faults] == [("wave_number", "1", "W1")]
    assert [note.code for note in noted_waves(workspace.register)] == ["W1"]
