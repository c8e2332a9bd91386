"""Fields for a rebase and a button that notes it in the register: a person decides, the program only suggests."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError

if TYPE_CHECKING:
    from svcqa.workspace import Workspace

_STYLE = {"description_width": "7em"}
_WIDE = widgets.Layout(width="34em")


class RebaseForm:
    """Month, reason, name.

    Args:
        indicator, unit: what the rebase is for; asked when the button is pressed.
        noted: called afterwards, so that the chart is drawn anew.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        language: Language,
        indicator: Callable[[], str],
        unit: Callable[[], str],
        noted: Callable[[], None],
    ) -> None:
        self.workspace, self.language = workspace, language
        self._indicator, self._unit, self._noted = indicator, unit, noted
        self.suggested = widgets.HTML()
        self.since = widgets.Dropdown(description=self._text("since"), options=[""], style=_STYLE, layout=_WIDE)
        self.reason = widgets.Text(description=self._text("reason"), style=_STYLE, layout=_WIDE)
        self.name = widgets.Text(description=self._text("name"), style=_STYLE, layout=_WIDE)
        self.button = widgets.Button(description=text("panel.note", language), button_style="primary")
        self.message = widgets.HTML()
        self.button.on_click(self._note)
        head = widgets.HTML(f"<b>{html.escape(self._text('title'))}</b>")
        self.box = widgets.VBox([head, self.suggested, self.since, self.reason, self.name, self.button, self.message])

    def _text(self, key: str, **fields: object) -> str:
        return text(f"panel.rebase_{key}", self.language, **fields)

    def offer(self, periods: Sequence[str], suggested: Sequence[str]) -> None:
        """The periods to choose from, none chosen; those that the change-point search names are told, no more."""
        self.since.options, self.since.value = ["", *periods], ""
        glue = text("wording.separator", self.language)
        said = self._text("suggested", periods=glue.join(suggested)) if suggested else self._text("none_suggested")
        self.suggested.value = html.escape(said)

    def _note(self, _: object) -> None:
        try:
            if not self.since.value:
                self.message.value = html.escape(self._text("choose"))
                return
            number = self.workspace.notes.add_rebase(
                self._indicator(),
                unit=self._unit(),
                since=self.since.value,
                reason=self.reason.value.strip(),
                name=self.name.value.strip(),
            )
        except SvcqaError as error:
            self.message.value = html.escape(error.render(self.language))
            return
        self.reason.value = ""
        self._noted()
        self.message.value = html.escape(text("panel.noted", self.language, number=number))
