"""The panel of the half-year review: choose period, unit, commitment; move a limit; note a problem into form B."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError
from svcqa.report.words.answer import Note, answer

if TYPE_CHECKING:
    from svcqa.metrics.figures import WhatIf
    from svcqa.workspace import Workspace

_STYLE = {"description_width": "7em"}
_WIDE = widgets.Layout(width="34em")


class HalfYearPanel:
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
        self.workspace, self.language, self._as_of = workspace, language, as_of
        self._what_if: WhatIf | None = None
        units = [(name, code) for code, name in workspace.policies.organisation.names(language).items()]
        commitments = [(item.item.in_language(language), item.key) for item in workspace.policies.commitments]
        self.period = self._dropdown("period", list(periods))
        self.unit = self._dropdown("unit", units)
        self.commitment = self._dropdown("commitment", commitments)
        if commitment is not None:
            self.commitment.value = commitment
        self.limit = widgets.IntSlider(
            description=self._text("limit"), style=_STYLE, layout=_WIDE, continuous_update=True
        )
        self.answer = widgets.HTML()
        self.form = ProblemForm(
            workspace, language=language, period=lambda: str(self.period.value), unit=lambda: str(self.unit.value)
        )
        for control in (self.period, self.unit, self.commitment):
            control.observe(self._choose, names="value")
        self.limit.observe(self._move, names="value")
        self.box = widgets.VBox([self.period, self.unit, self.commitment, self.limit, self.answer, self.form.box])
        self._choose(None)

    def _text(self, key: str, **fields: object) -> str:
        return text(f"panel.{key}", self.language, **fields)

    def _dropdown(self, key: str, options: Any) -> widgets.Dropdown:
        return widgets.Dropdown(description=self._text(key), options=options, style=_STYLE, layout=_WIDE)

    def _choose(self, _: object) -> None:
        """Read the records of the choice once; the slider then moves over the summary."""
        self._what_if = self.workspace.what_if(
            self.commitment.value, period=self.period.value, unit=self.unit.value, as_of=self._as_of
        )
        limits = self._what_if.limit_range
        self.limit.disabled = limits is None
        self.limit.unobserve(self._move, names="value")
        if limits is not None:
            # A range that is empty for a moment is refused, so the far end moves first.
            self.limit.min, self.limit.max = 0, max(limits.highest, 1)
            self.limit.min, self.limit.value = limits.lowest, limits.promised
        self.limit.observe(self._move, names="value")
        found = self._what_if.at()
        note: Note = "promised" if limits else "returns" if self._what_if.metric == "compliance" else "no_limit"
        self.answer.value = answer(found.figures(), self.language, scale=found.scale, note=note)

    def _move(self, change: dict[str, Any]) -> None:
        if self._what_if is not None:
            figures = self._what_if.at(limit=change["new"]).figures()
            self.answer.value = answer(figures, self.language, note="moved")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


class ProblemForm:
    """Fields for a row of form B and a button that notes it in the register."""

    def __init__(
        self, workspace: Workspace, *, language: Language, period: Callable[[], str], unit: Callable[[], str]
    ) -> None:
        self.workspace, self.language = workspace, language
        self._period, self._unit = period, unit
        self.fields = {
            name: widgets.Text(description=text(f"tables.{name}", language), style=_STYLE, layout=_WIDE)
            for name in ("category", "problem", "action", "responsible", "tracker")
        }
        self.due = widgets.DatePicker(description=text("tables.due", language), style=_STYLE)
        self.author = widgets.Text(description=text("panel.author", language), style=_STYLE, layout=_WIDE)
        self.button = widgets.Button(description=text("panel.note", language), button_style="primary")
        self.message = widgets.HTML()
        self.button.on_click(self._note)
        head = widgets.HTML(f"<b>{html.escape(text('panel.form_b', language))}</b>")
        self.box = widgets.VBox([head, *self.fields.values(), self.due, self.author, self.button, self.message])

    def _note(self, _: object) -> None:
        values = {name: field.value.strip() for name, field in self.fields.items()}
        try:
            number = self.workspace.notes.add_problem(
                **values, due=self.due.value, period=self._period(), unit=self._unit(), author=self.author.value
            )
        except SvcqaError as error:
            self.message.value = html.escape(error.render(self.language))
            return
        self.message.value = html.escape(text("panel.noted", self.language, number=number))
        for field in self.fields.values():
            field.value = ""
