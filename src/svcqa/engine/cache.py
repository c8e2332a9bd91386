"""Summaries kept on disk under the digest of their inputs.

A part of the store that is settled (no open case, every follow-up long enough for any limit, no record after ``as_of``)
gives the same summary at any later ``as_of`` and is kept once; otherwise ``as_of`` is part of the key.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import ipc

from svcqa.engine.summary import Summary
from svcqa.engine.summary_arrow import from_arrow, to_arrow

_LOG = logging.getLogger(__name__)
_VERSION: Final = "3"
_AS_OF: Final = b"as_of"


class SummaryCache:
    """A folder of Arrow files. Anything in it can be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, identity: str, fingerprint: str, as_of: int | None) -> Path:
        key = hashlib.sha256(f"{_VERSION}|{identity}|{fingerprint}|{as_of}".encode()).hexdigest()[:32]
        return self._folder / f"{key}.arrow"

    def get(self, identity: str, fingerprint: str, as_of: int) -> Summary | None:
        """The summary of a part, if it is known at ``as_of``; arrays as narrow as ``merge_groups`` leaves them."""
        for key in (None, as_of):
            try:
                summary, since = _read(self._path(identity, fingerprint, key))
            except (OSError, pa.ArrowInvalid):  # not there, deleted meanwhile, or damaged
                continue
            # What was settled at one moment says nothing of the moments before it.
            if key is not None or as_of >= since:
                _LOG.debug("hit: part %s, %d cells", identity, len(summary))
                return summary
        _LOG.debug("missed: part %s", identity)
        return None

    def put(self, identity: str, fingerprint: str, as_of: int, summary: Summary) -> None:
        """Keep the summary of a part."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(identity, fingerprint, None if summary.settled else as_of)
        temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
        _write(temporary, summary, as_of)
        os.replace(temporary, path)


def _write(path: Path, summary: Summary, as_of: int) -> None:
    """Uncompressed, so that reading is mapping the file."""
    batch = to_arrow(summary)
    batch = batch.replace_schema_metadata({**batch.schema.metadata, _AS_OF: str(as_of)})
    with pa.OSFile(str(path), "wb") as sink, ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def _read(path: Path) -> tuple[Summary, int]:
    with pa.memory_map(str(path)) as source:
        batch = ipc.open_file(source).get_batch(0)
    return from_arrow(batch), int(batch.schema.metadata[_AS_OF])
