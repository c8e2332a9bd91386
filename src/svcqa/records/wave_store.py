"""The folder ``waves``: of each wave its document, its list and its frame. Nothing in it names a customer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pyarrow import parquet

from svcqa.entities.policy import read_json
from svcqa.entities.wave import Wave
from svcqa.errors import Fault, NameUnknownError
from svcqa.records.mapping import load_mapping

WAVES: Final = "waves"
"""The folder of a workspace."""
DOCUMENT, LIST, FRAME, FILLED = "wave.json", "drawn.parquet", "frame.parquet", "filled"


class WaveStore:
    """The waves of a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def codes(self) -> list[str]:
        """The codes of all waves."""
        return sorted(path.parent.name for path in self.folder.glob(f"*/{DOCUMENT}"))

    def waves(self) -> tuple[Wave, ...]:
        """All documents in the order of drawing."""
        return tuple(sorted((self.wave(code) for code in self.codes()), key=lambda wave: wave.number))

    def wave(self, code: str) -> Wave:
        """The document of the wave ``code``.

        Raises:
            NameUnknownError: there is no such wave.
            PolicyError: the document cannot be read.
        """
        known = self.codes()
        if code not in known:
            raise NameUnknownError(Fault("unknown_wave", got=repr(code), allowed=", ".join(known)))
        wave: Wave = read_json(Wave, self.folder / code / DOCUMENT)
        return wave

    def drawn(self, code: str) -> Any:
        """The list of a wave as an Arrow table."""
        self.wave(code)
        return parquet.read_table(self.folder / code / LIST)

    def frame(self, code: str) -> Any:
        """The frame of a wave as an Arrow table."""
        self.wave(code)
        return parquet.read_table(self.folder / code / FRAME)

    def mapping(self, code: str, language: str) -> Path:
        """Where the mapping lies that reads a wave's call sheet in ``language`` back."""
        return self.folder / code / f"call_sheet.{language}.toml"

    def filled(self, faults: list[Fault]) -> list[tuple[Path, Path]]:
        """Every filled call sheet with its mapping: the one whose sheet the workbook has.

        Args:
            faults: takes the sheets of waves whose call sheet was never written.
        """
        found = []
        for code in self.codes():
            mappings = sorted((self.folder / code).glob("call_sheet.*.toml"))
            for path in sorted((self.folder / code / FILLED).glob("*.xlsx")):
                if path.name.startswith(("~$", ".")):  # what Excel leaves beside a workbook that is open
                    continue
                if mappings:
                    found.append((path, _fitting(path, mappings)))
                else:
                    faults.append(Fault("no_call_sheet", file=path.name, got=code))
        return found

    def write(self, wave: Wave, drawn: Any, frame: Any) -> Path:
        """Keep a wave; its document last, so that a half-written wave is none."""
        folder = self.folder / wave.code
        folder.mkdir(parents=True, exist_ok=True)
        parquet.write_table(drawn, folder / LIST, compression="zstd")
        parquet.write_table(frame, folder / FRAME, compression="zstd")
        fresh = folder / f".{DOCUMENT}.new"
        fresh.write_text(wave.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        os.replace(fresh, folder / DOCUMENT)
        return folder / DOCUMENT


def _fitting(path: Path, mappings: Sequence[Path]) -> Path:
    """The mapping in whose language the workbook is; the first one where it cannot be opened, which will be told."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    except (CalamineError, OSError):
        return mappings[0]
    return next((one for one in mappings if load_mapping(one).sheet in sheets), mappings[0])
