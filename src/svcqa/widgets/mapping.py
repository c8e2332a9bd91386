"""The panel of the mapping assistant: see what is proposed for a file, change it, save the mapping file."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError
from svcqa.report.tables.mapping import proposal_notes, proposal_table, proposal_title

if TYPE_CHECKING:
    from svcqa.workspace import Workspace

_STYLE = {"description_width": "16em"}
_WIDE = widgets.Layout(width="44em")


class MappingPanel:
    """Widgets over one file. ``box`` is what a notebook shows.

    Args:
        file: the source to map.
        out: where the mapping is saved.
        table: the table to begin with; the one that fits best where absent.
    """

    def __init__(
        self, workspace: Workspace, file: str | Path, out: str | Path, *, language: Language, table: str | None = None
    ) -> None:
        self.workspace, self.language, self._file, self._out = workspace, language, Path(file), Path(out)
        self.proposal = workspace.mappings.propose(self._file, table=table)
        self.table = widgets.Dropdown(
            description=text("mapping.table", language),
            options=list(self.proposal.tables),
            value=self.proposal.table,
            style=_STYLE,
            layout=_WIDE,
        )
        self.choices: dict[str, widgets.Dropdown] = {}
        self.columns = widgets.VBox()
        self.shown, self.message = widgets.HTML(), widgets.HTML()
        self.button = widgets.Button(description=text("mapping.save", language), button_style="primary")
        self.table.observe(self._other_table, names="value")
        self.button.on_click(self._save)
        self.box = widgets.VBox([self.table, self.shown, self.columns, self.button, self.message])
        self._offer()

    def _other_table(self, change: dict[str, Any]) -> None:
        self.proposal = self.workspace.mappings.propose(self._file, table=change["new"])
        self._offer()

    def _offer(self) -> None:
        chosen = {guess.column: guess.source for guess in self.proposal.guesses}
        none = (text("mapping.none", self.language), "")
        options = [none, *((name, name) for name in dict.fromkeys(self.proposal.sheet.header) if name)]
        self.choices = {}
        for name in self.proposal.columns:
            box = widgets.Dropdown(
                description=text(f"data_dictionary.label_{name}", self.language),
                options=options,
                value=chosen.get(name, ""),
                style=_STYLE,
                layout=_WIDE,
            )
            box.observe(lambda change, name=name: self._choose(name, change["new"]), names="value")
            self.choices[name] = box
        self.columns.children = tuple(self.choices.values())
        self._show()

    def _choose(self, column: str, source: str) -> None:
        self.proposal = self.proposal.choose(column, source or None)
        self._show()

    def _show(self) -> None:
        title = html.escape(proposal_title(self.proposal, self.language))
        table = proposal_table(self.proposal, self.language).to_html(index=False, escape=True, border=0)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in proposal_notes(self.proposal, self.language))
        self.shown.value = f"<b>{title}</b>{table}{notes}"

    def _save(self, _: object) -> None:
        try:
            self.workspace.mappings.save(self.proposal, self._out, language=self.language)
        except SvcqaError as error:
            said = f"{text('mapping.refused', self.language)}: {error.render(self.language)}"
        else:
            said = text("mapping.wrote", self.language, path=self._out)
        self.message.value = html.escape(said)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)
