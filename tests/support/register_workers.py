"""Processes that are started once and do something at the same moment, over and over; and what they do."""

from __future__ import annotations

import datetime as dt
import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import svcqa
from svcqa.errors import SvcqaError
from svcqa.register import Register
from svcqa.register.plans import save_plan
from svcqa.register.problems import action_item, action_step, note_once, note_step

PLAN: dict[str, Any] = {
    "year": 2027,
    "target": "promise",
    "owner": "C",
    "unit": "%",
    "better": "higher",
    "goal": 0.95,
    "probability": 0.6,
    "unchanged": 0.5,
    "lower": 0.9,
    "median": 0.95,
    "upper": 0.97,
    "fair": "equal_points",
    "reason": "与承诺一致",
    "evidence": {
        "as_of": "2026-12-01T00:00:00",
        "records": "r",
        "policy": "p",
        "calendar": "c",
        "provisional_calendar": False,
        "first_month": "2021-01",
        "last_month": "2026-11",
        "known_months": 71,
        "method": "m",
        "model": "x",
        "draws": 4000,
        "seed": 1,
    },
}
_PRELOADED = ["svcqa.register.migrations.lifting", "svcqa.register.plans", "svcqa.register.problems"]
"""Imported once for all processes, where the system can fork."""
Outcome = tuple[str, Any]
"""``done`` with what was given, ``refused`` with the faults, ``failed`` with whatever else was raised."""


class Crowd:
    """A number of processes that wait to be asked."""

    def __init__(self, size: int, together: Sequence[int]) -> None:
        ways = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
        context.set_forkserver_preload(_PRELOADED)
        self._gates = {number: context.Barrier(number) for number in together}
        self._ends = []
        self._processes = []
        for _ in range(size):
            mine, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._gates), daemon=True)
            process.start()
            self._ends.append(mine)
            self._processes.append(process)

    def at_once(self, act: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Outcome]:
        """What comes of ``act``, a function of this module, done by one process with each of ``arguments``."""
        for end, given in zip(self._ends, arguments, strict=False):
            end.send((act, given, len(arguments)))
        return [end.recv() for end, _ in zip(self._ends, arguments, strict=False)]

    def end(self) -> None:
        """Send everybody home."""
        for end, process in zip(self._ends, self._processes, strict=True):
            end.send(None)
            process.join()
            end.close()


def _serve(end: Any, gates: dict[int, Any]) -> None:
    while (asked := end.recv()) is not None:
        act, given, together = asked
        gates[together].wait()
        try:
            end.send(("done", act(*given)))
        except SvcqaError as error:
            end.send(("refused", [(fault.code, fault.got, fault.allowed) for fault in error.faults]))
        except Exception as error:
            end.send(("failed", repr(error)))


@functools.cache
def register(url: str) -> Register:
    return Register(url)


@functools.cache
def opened(folder: str) -> svcqa.Workspace:
    return svcqa.open(folder)


def add(url: str, text: str) -> int:
    """By a register that nobody has opened before."""
    return Register(url).add("remark", {"text": text}, author=text)


def replace(url: str, number: int, text: str) -> int:
    return register(url).add("remark", {"text": text}, author=text, replaces=number)


def check(url: str, number: int, step: str, by: str, after: int | None) -> int:
    item = action_step(action=number, step=step, by=by, on=dt.date(2026, 9, 1), finding=f"{by}的结论")
    return note_step(register(url), item, after=after)


def plan(url: str, goal: float) -> tuple[int, int, bool]:
    from svcqa.entities.plan import TargetPlan

    saved = save_plan(register(url), TargetPlan.model_validate(PLAN | {"goal": goal}), author=f"{goal}")
    return saved.number, saved.version, saved.in_force


def once(url: str, references: Sequence[str]) -> tuple[int, ...]:
    rows = [action_item(category="客户意见", problem=name, reference=name) for name in references]
    return note_once(register(url), rows, author="甲")


def draw(folder: str, code: str, calls: int, as_of: str) -> tuple[int, str]:
    wave = opened(folder).callbacks.draw("free", code, period="2026Q1", as_of=as_of, who="甲", calls=calls)
    return wave.number, wave.start


def draw_and_die(folder: str, event: str) -> None:
    """Draw the wave W1 and be killed: before the register hears of it, or before the wave has its name."""
    staged = Path(folder) / "waves" / "W1" / ".wave.json.new"

    def killed(name: str, arguments: tuple[Any, ...]) -> None:
        if name == event and staged.exists() and (name != "os.rename" or str(arguments[0]) == str(staged)):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(killed)
    draw(folder, "W1", 10, "2026-04-01 09:00")


if __name__ == "__main__":
    draw_and_die(*sys.argv[1:])
