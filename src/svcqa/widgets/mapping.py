"""The panel of the mapping assistant: see what is proposed for a file, change it, save the mapping file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from svcqa.catalogue import Language
from svcqa.errors import SvcqaError
from svcqa.report.tables.mapping import proposal_notes, proposal_table, proposal_title
from svcqa.widgets.panel import Panel, listen

if TYPE_CHECKING:
    from svcqa.workspace import Workspace


class MappingPanel(Panel):
    """Widgets over one file. ``box`` is what a notebook shows.

    Args:
        file: the source to map.
        out: where the mapping is saved.
        table: the table to begin with; the one that fits best where absent.
    """

    subject = "mapping"
    label_width = "16em"
    width = "44em"

    def __init__(
        self, workspace: Workspace, file: str | Path, out: str | Path, *, language: Language, table: str | None = None
    ) -> None:
        super().__init__(language)
        self.workspace, self._file, self._out = workspace, Path(file), Path(out)
        self.proposal = workspace.mappings.propose(self._file, table=table)
        self.table = self._dropdown("table", list(self.proposal.tables), value=self.proposal.table)
        self.choices: dict[str, widgets.Dropdown] = {}
        self.columns = widgets.VBox()
        self.shown, self.message = widgets.HTML(), widgets.HTML()
        self.button = self._button("save", self._save)
        listen(self._other_table, self.table)
        self.box.children = (self.table, self.shown, self.columns, self.button, self.message)
        self._offer()

    def _other_table(self, change: dict[str, Any]) -> None:
        self.proposal = self.workspace.mappings.propose(self._file, table=change["new"])
        self._offer()

    def _offer(self) -> None:
        chosen = {guess.column: guess.source for guess in self.proposal.guesses}
        none = (self._text("none"), "")
        options = [none, *((name, name) for name in dict.fromkeys(self.proposal.sheet.header) if name)]
        self.choices = {}
        for name in self.proposal.columns:
            box = self._dropdown(f"data_dictionary.label_{name}", options, value=chosen.get(name, ""))
            box.observe(lambda change, name=name: self._choose(name, change["new"]), names="value")
            self.choices[name] = box
        self.columns.children = tuple(self.choices.values())
        self._show()

    def _choose(self, column: str, source: str) -> None:
        self.proposal = self.proposal.choose(column, source or None)
        self._show()

    def _show(self) -> None:
        title = self._plain(proposal_title(self.proposal, self.language))
        table = proposal_table(self.proposal, self.language).to_html(index=False, escape=True, border=0)
        notes = "".join(f"<p>{self._plain(note)}</p>" for note in proposal_notes(self.proposal, self.language))
        self.shown.value = f"<b>{title}</b>{table}{notes}"

    def _save(self, _: object) -> None:
        try:
            self.workspace.mappings.save(self.proposal, self._out, language=self.language)
        except SvcqaError as error:
            message = f"{self._text('refused')}: {error.render(self.language)}"
        else:
            message = self._text("wrote", path=self._out)
        self.message.value = self._plain(message)
