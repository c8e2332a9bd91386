"""The panel of the half-year review: choose period, unit, commitment; move a limit; note a problem into form B."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.report.words.answer import Note, answer
from svcqa.widgets.panel import Panel, listen, unheard

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.workspace import Workspace


class HalfYearPanel(Panel):
    """Widgets over one workspace. ``box`` is what a notebook shows.

    Args:
        periods: labels to choose from, the first one chosen.
        as_of: the moment of the review; the end of the chosen period where absent.
        commitment: key of the commitment to begin with; the first one where absent.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        periods: tuple[str, ...],
        language: Language,
        as_of: str | None = None,
        commitment: str | None = None,
    ) -> None:
        super().__init__(language)
        self.workspace, self._as_of = workspace, as_of
        self._what_if: WhatIf | None = None
        commitments = [(item.item.in_language(language), item.key) for item in workspace.policies.commitments]
        self.period = self._dropdown("period", list(periods))
        self.unit = self._units(workspace.policies)
        self.commitment = self._dropdown("commitment", commitments)
        if commitment is not None:
            self.commitment.value = commitment
        self.limit = widgets.IntSlider(continuous_update=True, **self._looks("limit"))
        self.answer = widgets.HTML()
        self.form = ProblemForm(
            workspace, language=language, period=lambda: str(self.period.value), unit=lambda: str(self.unit.value)
        )
        listen(self._choose, self.period, self.unit, self.commitment)
        listen(self._move, self.limit)
        self.box.children = (self.period, self.unit, self.commitment, self.limit, self.answer, self.form.box)
        self._choose(None)

    def _choose(self, _: object) -> None:
        """Read the records of the choice once; the slider then moves over the summary."""
        self._what_if = self.workspace.what_if(
            self.commitment.value, period=self.period.value, unit=self.unit.value, as_of=self._as_of
        )
        limits = self._what_if.limit_range
        self.limit.disabled = limits is None
        if limits is not None:
            with unheard(self._move, self.limit):
                # A range that is empty for a moment is refused, so the far end moves first.
                self.limit.min, self.limit.max = 0, max(limits.highest, 1)
                self.limit.min, self.limit.value = limits.lowest, limits.promised
        result = self._what_if.at()
        note: Note = "promised" if limits else "returns" if self._what_if.has_limits else "no_limit"
        self.answer.value = answer(result.figures(), self.language, scale=result.scale, note=note)

    def _move(self, change: dict[str, Any]) -> None:
        if self._what_if is not None:
            figures = self._what_if.at(limit=change["new"]).figures()
            self.answer.value = answer(figures, self.language, note="moved")


class ProblemForm(Panel):
    """Fields for a row of form B and a button that notes it in the register."""

    def __init__(
        self, workspace: Workspace, *, language: Language, period: Callable[[], str], unit: Callable[[], str]
    ) -> None:
        super().__init__(language)
        self.workspace = workspace
        self._period, self._unit = period, unit
        self.fields = {
            name: widgets.Text(**self._looks(f"tables.{name}"))
            for name in ("category", "problem", "action", "responsible", "tracker")
        }
        self.due = widgets.DatePicker(
            description=self._text("tables.due"), style={"description_width": self.label_width}
        )
        self.author = widgets.Text(**self._looks("author"))
        self.button = self._button("note", self._note)
        self.message = widgets.HTML()
        head = widgets.HTML(f"<b>{self._plain(self._text('form_b'))}</b>")
        self.box.children = (head, *self.fields.values(), self.due, self.author, self.button, self.message)

    def _note(self, _: object) -> None:
        values = {name: field.value.strip() for name, field in self.fields.items()}
        try:
            number = self.workspace.notes.add_problem(
                **values, due=self.due.value, period=self._period(), unit=self._unit(), author=self.author.value
            )
        except SvcqaError as error:
            self.message.value = self._plain(error)
            return
        self.message.value = self._plain(self._text("noted", number=number))
        for field in self.fields.values():
            field.value = ""
