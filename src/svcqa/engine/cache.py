"""Summaries kept on disk under the digest of their inputs.

A part of the store whose cases are all closed and old enough gives the same summary at any later ``as_of`` and is kept once; otherwise
``as_of`` is part of the key.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from svcqa.engine.summary import Summary

_VERSION = "1"


class SummaryCache:
    """A folder of Arrow files. Anything in it can be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, identity: str, fingerprint: str, as_of: int | None) -> Path:
        key = hashlib.sha256(f"{_VERSION}|{identity}|{fingerprint}|{as_of}".encode()).hexdigest()[:32]
        return self._folder / f"{key}.arrow"

    def get(self, identity: str, fingerprint: str, as_of: int) -> Summary | None:
        """The summary of a part, if it is known at ``as_of``."""
        for key in (None, as_of):
            path = self._path(identity, fingerprint, key)
            if path.exists():
                summary, since = _read(path)
                if key is not None or as_of >= since:
                    return summary
        return None

    def put(self, identity: str, fingerprint: str, as_of: int, summary: Summary) -> None:
        """Keep the summary of a part."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(identity, fingerprint, None if summary.settled else as_of)
        temporary = path.with_suffix(f".{os.getpid()}.new")
        _write(temporary, summary, as_of)
        os.replace(temporary, path)


def _write(path: Path, summary: Summary, as_of: int) -> None:
    columns = {f"key:{name}": pa.array(codes) for name, codes in summary.codes.items()}
    columns |= {name: pa.array(getattr(summary, name)) for name in ("day", "fact", "value", "follow_up", "weight")}
    about = {"labels": summary.labels, "settled": summary.settled, "as_of": as_of}
    table = pa.table(columns).replace_schema_metadata({"svcqa": json.dumps(about, ensure_ascii=False)})
    options = ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as sink, ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)


def _read(path: Path) -> tuple[Summary, int]:
    with pa.memory_map(str(path)) as source:
        table = ipc.open_file(source).read_all()
    about = json.loads(table.schema.metadata[b"svcqa"])
    arrays = {name: np.asarray(table[name]) for name in table.column_names}
    codes = {name.removeprefix("key:"): array for name, array in arrays.items() if name.startswith("key:")}
    labels = {name: tuple(values) for name, values in about["labels"].items()}
    plain = {name: arrays[name] for name in ("day", "fact", "value", "follow_up", "weight")}
    return Summary(codes, labels, **plain, settled=about["settled"]), about["as_of"]
