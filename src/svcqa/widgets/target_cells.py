"""The table of a decomposition with a field and a lock for each unit; a cell that somebody changes stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.entities.plan import PlanCell
from svcqa.widgets.panel import Panel

if TYPE_CHECKING:
    from svcqa.entities.organisation import Organisation
    from svcqa.review.next_year.decomposition import Decomposition
    from svcqa.review.next_year.what_if import TargetWhatIf

_NAME: Final = widgets.Layout(width="16em")
_NUMBER: Final = widgets.Layout(width="9em")
_LOCK: Final = widgets.Layout(width="8em")


class TargetCells(Panel):
    """One row a unit below the whole. ``changed`` is called when a goal or a lock is.

    Attributes:
        fields, locks: by the unit's code; cases of a unit itself, beside its parts, cannot be locked.
        times: 100 where goals are shown in per cent.
    """

    subject = "next_year"

    def __init__(self, *, language: Language, changed: Callable[[object], None]) -> None:
        super().__init__(language)
        self._changed = changed
        self.times = 1.0
        self.fields: dict[str, widgets.FloatText] = {}
        self.locks: dict[str, widgets.Checkbox] = {}
        self._showing = False
        self.sums = widgets.HTML()

    @property
    def locked(self) -> dict[str, float]:
        """The goals that stay, by unit."""
        return {code: self.fields[code].value / self.times for code, lock in self.locks.items() if lock.value}

    def begin(self, what_if: TargetWhatIf, tree: Organisation, times: float) -> None:
        """Fields and locks for the units of another target, none locked."""
        self.times, self.fields, self.locks = times, {}, {}
        first = what_if.at(goal=what_if.proposal.candidate("balanced").goal).decomposition
        below = [cell for cell in first.cells if cell.parent is not None and not cell.own]
        rows = [self._row(cell, len(tree.path(cell.unit)), tree) for cell in below]
        self.box.children = (*rows, self.sums)

    def _row(self, cell: PlanCell, depth: int, tree: Organisation) -> widgets.HBox:
        name = "　" * (depth - 2) + tree.unit(cell.unit).name.in_language(self.language)
        field = widgets.FloatText(value=0.0, layout=_NUMBER)
        lock = widgets.Checkbox(description=self._text("locked"), indent=False, layout=_LOCK)
        field.observe(lambda change: self._edited(cell.unit), names="value")
        lock.observe(lambda change: self._toggled(), names="value")
        self.fields[cell.unit], self.locks[cell.unit] = field, lock
        return widgets.HBox([widgets.Label(name, layout=_NAME), field, lock])

    def _edited(self, code: str) -> None:
        """A goal that a person writes is locked."""
        if self._showing:
            return
        if self.locks[code].value:
            self._changed(None)
        else:
            self.locks[code].value = True

    def _toggled(self) -> None:
        if not self._showing:
            self._changed(None)

    def show(self, decomposition: Decomposition) -> None:
        """Goals of the cells that are free; locked ones are left as they were written."""
        self._showing = True
        try:
            for cell in decomposition.cells:
                if not cell.own and cell.unit in self.fields and not self.locks[cell.unit].value:
                    self.fields[cell.unit].value = round(cell.goal * self.times, 6)
        finally:
            self._showing = False
        label = self._text("sum_of_parts")
        shown = f"{decomposition.sum_of_parts * self.times:.6g}{'%' if self.times != 1 else ''}"
        self.sums.value = f"<b>{self._plain(label)}</b> {shown}"
