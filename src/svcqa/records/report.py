"""What an ingest says of each file: read, accepted, quarantined, odd, changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """One reading of one file. ``accepted + quarantined == read`` and ``new + changed + unchanged == accepted``."""

    source: str
    table: str
    read: int
    accepted: int
    quarantined: int
    new: int
    changed: int
    unchanged: int
    absent: int = 0
    """Rows of an earlier version of this file that this version no longer has; they are kept."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Rows per quarantine reason; a row can have several."""
    warnings: dict[str, int] = field(default_factory=dict)
    already_read: bool = False
    waiting: int = 0
    """Rows of a call sheet that nobody has called yet; they are no records."""

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


@dataclass(frozen=True)
class IngestReport:
    """All files of one ingest, in order."""

    files: tuple[FileReport, ...]

    @property
    def read(self) -> int:
        """Rows read."""
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows accepted."""
        return sum(file.accepted for file in self.files)

    @property
    def quarantined(self) -> int:
        """Rows quarantined."""
        return sum(file.quarantined for file in self.files)
