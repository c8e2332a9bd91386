"""Fields for a rebase and a button that notes it in the register: a person decides, the program only suggests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.widgets.panel import Panel

if TYPE_CHECKING:
    from svcqa.workspace import Workspace


class RebaseForm(Panel):
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
        super().__init__(language)
        self.workspace = workspace
        self._indicator, self._unit, self._noted = indicator, unit, noted
        self.suggested = widgets.HTML()
        self.since = self._dropdown("rebase_since", [""])
        self.reason = widgets.Text(**self._looks("rebase_reason"))
        self.name = widgets.Text(**self._looks("rebase_name"))
        self.button = self._button("note", self._note)
        self.message = widgets.HTML()
        head = widgets.HTML(f"<b>{self._plain(self._text('rebase_title'))}</b>")
        self.box.children = (head, self.suggested, self.since, self.reason, self.name, self.button, self.message)

    def offer(self, periods: Sequence[str], suggested: Sequence[str]) -> None:
        """The periods to choose from, none chosen; those that the change-point search names are told, no more."""
        self.since.options, self.since.value = ["", *periods], ""
        glue = self._text("wording.separator")
        suggestion = (
            self._text("rebase_suggested", periods=glue.join(suggested))
            if suggested
            else self._text("rebase_none_suggested")
        )
        self.suggested.value = self._plain(suggestion)

    def _note(self, _: object) -> None:
        try:
            if not self.since.value:
                self.message.value = self._plain(self._text("rebase_choose"))
                return
            number = self.workspace.notes.add_rebase(
                self._indicator(),
                unit=self._unit(),
                since=self.since.value,
                reason=self.reason.value.strip(),
                name=self.name.value.strip(),
            )
        except SvcqaError as error:
            self.message.value = self._plain(error)
            return
        self.reason.value = ""
        self._noted()
        self.message.value = self._plain(self._text("noted", number=number))
