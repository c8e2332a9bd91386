"""Mapping files: proposed for a file of a source, written down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from svcqa.catalogue import LANGUAGES, Language
from svcqa.entities.organisation import Organisation
from svcqa.records.mapping import load_mapping

if TYPE_CHECKING:
    from svcqa.records.assistant import Proposal


class Mappings:
    """The mapping files of a workspace. Reach it as ``workspace.mappings``."""

    def __init__(self, organisation: Organisation, language: Language) -> None:
        self._organisation, self._language = organisation, language

    def propose(self, file: str | Path, *, table: str | None = None) -> Proposal:
        """A mapping proposed for ``file``; samples have personal data masked.

        Raises:
            SourceError: the file cannot be read.
        """
        from svcqa.records.assistant import propose

        names: dict[str, str] = {}
        for unit in self._organisation.units:
            names |= dict.fromkeys((unit.code, *map(unit.name.in_language, LANGUAGES)), unit.code)
        return propose(Path(file), table, units=names)

    def save(self, proposal: Proposal, out: str | Path, *, language: Language | None = None) -> None:
        """Write a proposed mapping to ``out``.

        Raises:
            PolicyError: it lacks required columns; the file is written all the same, to be completed by hand.
        """
        path = Path(out)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(proposal.toml(language or self._language), encoding="utf-8")
        load_mapping(path)
