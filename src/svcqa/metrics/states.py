"""The states of cases: a case is in exactly one, and a row's counts of them add up to its total."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final


class State(IntEnum):
    """Where a case stands, as kernels keep it; :attr:`column` names it in tables, files and the catalogue."""

    MET = 0
    BREACHED = 1
    OPEN_OVERDUE = 2
    OPEN_NOT_DUE = 3
    MET_NOT_DUE = 4
    NOT_DETERMINABLE = 5
    """What only time can tell: whether the customer comes back within the days that are not over yet."""
    EXCLUDED = 6
    NOT_APPLICABLE = 7

    def __str__(self) -> str:
        return self.column

    @property
    def column(self) -> str:
        """Its name in lower case, such as ``open_overdue``."""
        return self.name.lower()


STATES: Final = tuple(state.column for state in State)
"""The names of the states, in their order."""


def counted_states(counts: Iterable[Any]) -> dict[State, int]:
    """Cases by state, of counts in the order of the states."""
    return {state: int(count) for state, count in zip(State, counts, strict=True)}
