"""The folder ``waves``: of each wave its document, its list and its frame. Nothing in it names a customer.

A wave is staged first: all is written, and its document has another name. Once the register has noted it, it is
settled: the document takes its name. A crash leaves a staged wave, and the register tells whether it was drawn.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout
from pyarrow import parquet

from svcqa.entities.kept import Kept
from svcqa.entities.wave import Wave
from svcqa.errors import Fault, NameUnknownError, PolicyError, WorkspaceError
from svcqa.records.mapping import load_mapping

WAVES: Final = "waves"
"""The folder of a workspace."""
DOCUMENT, LIST, FRAME, FILLED = "wave.json", "drawn.parquet", "frame.parquet", "filled"
PATIENCE: Final = 600.0
"""Seconds that a draw waits for another one."""
STAGED: Final = f".{DOCUMENT}.new"
WAVE: Final = Kept(name="wave", model=Wave)


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
        codes = self.codes()
        if code not in codes:
            raise NameUnknownError(Fault("unknown_wave", got=repr(code), allowed=", ".join(codes)))
        return _read(self.folder / code / DOCUMENT)[0]

    def notices(self) -> tuple[Fault, ...]:
        """What newer programs wrote into documents and this one leaves aside."""
        return tuple(fault for code in self.codes() for fault in _read(self.folder / code / DOCUMENT)[1])

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
        sheets = []
        for code in self.codes():
            mappings = sorted((self.folder / code).glob("call_sheet.*.toml"))
            for path in sorted((self.folder / code / FILLED).glob("*.xlsx")):
                if path.name.startswith(("~$", ".")):  # what Excel leaves beside a workbook that is open
                    continue
                if mappings:
                    sheets.append((path, _fitting(path, mappings)))
                else:
                    faults.append(Fault("no_call_sheet", file=path.name, got=code))
        return sheets

    @contextmanager
    def drawing(self, patience: float = PATIENCE) -> Iterator[None]:
        """One draw at a time, whichever process it is in: each has to know whom the one before took.

        Raises:
            WorkspaceError: another draw has been going on for longer than ``patience`` (seconds).
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".drawing.lock", timeout=patience):
                yield
        except Timeout as error:
            raise WorkspaceError(Fault("drawing_locked", got=self.folder.name)) from error

    def staged(self) -> dict[str, Wave | None]:
        """By code, the waves that were staged and never settled; without a document where it is not whole."""
        waves: dict[str, Wave | None] = {}
        for path in sorted(self.folder.glob(f"*/{STAGED}")):
            try:
                waves[path.parent.name] = _read(path)[0]
            except PolicyError:
                waves[path.parent.name] = None
        return waves

    def stage(self, wave: Wave, drawn: Any, frame: Any) -> None:
        """Write all of a wave, so that only its name is missing."""
        folder = self.folder / wave.code
        folder.mkdir(parents=True, exist_ok=True)
        parquet.write_table(drawn, folder / LIST, compression="zstd")
        parquet.write_table(frame, folder / FRAME, compression="zstd")
        document = json.dumps({"version": WAVE.version, **wave.model_dump(mode="json")}, indent=1, ensure_ascii=False)
        (folder / STAGED).write_text(document + "\n", encoding="utf-8", newline="\n")
        for name in (LIST, FRAME, STAGED):  # on the disk before the register says so
            with (folder / name).open("rb+") as file:
                os.fsync(file.fileno())

    def settle(self, code: str) -> None:
        """A staged wave is drawn from now on."""
        os.replace(self.folder / code / STAGED, self.folder / code / DOCUMENT)

    def discard(self, code: str) -> None:
        """A staged wave was never drawn."""
        folder = self.folder / code
        for name in (LIST, FRAME, STAGED):
            (folder / name).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def _read(path: Path) -> tuple[Wave, tuple[Fault, ...]]:
    """A document, and what is to be told of it.

    Raises:
        PolicyError: it cannot be read.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        version = int(body.pop("version", 1))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise PolicyError(Fault("unreadable_file", file=name, got=str(error).splitlines()[0])) from error
    wave, notices = WAVE.read(body, version, file=name)
    if wave is None:
        raise PolicyError(notices)
    return wave, notices


def _fitting(path: Path, mappings: Sequence[Path]) -> Path:
    """The mapping in whose language the workbook is; the first one where it cannot be opened, which will be told."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    except (CalamineError, OSError):
        return mappings[0]
    return next((mapping for mapping in mappings if load_mapping(mapping).sheet in sheets), mappings[0])
