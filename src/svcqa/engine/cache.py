"""Summaries kept on disk under the digest of their inputs.

A part of the store that is settled (no open case, every follow-up long enough for any limit, no record after ``as_of``)
gives the same summary at any later ``as_of`` and is kept once; otherwise ``as_of`` is part of the key.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc

from svcqa.engine.batch import integer_array, integers_of
from svcqa.engine.summary import Summary, narrowed

_LOG = logging.getLogger(__name__)
_VERSION = "2"
_NUMBERS = ("day", "fact", "value", "follow_up", "weight")


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
    """Uncompressed, so that reading is mapping the file; narrow integers keep it small all the same."""
    arrays = {f"key:{name}": codes for name, codes in summary.codes.items()}
    arrays |= {name: getattr(summary, name) for name in _NUMBERS}
    constants: dict[str, int] = {}
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, array in arrays.items():
        low, high = (int(array.min()), int(array.max())) if len(array) else (0, 0)
        if low == high:
            constants[name] = low
        else:
            columns[name] = narrowed(array, low, high)
    about = {
        "labels": summary.labels,
        "settled": summary.settled,
        "as_of": as_of,
        "cells": len(summary),
        "constants": constants,
    }
    batch = pa.RecordBatch.from_arrays(
        [integer_array(column) for column in columns.values()],
        names=list(columns),
        metadata={"svcqa": json.dumps(about, ensure_ascii=False)},
    )
    with pa.OSFile(str(path), "wb") as sink, ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def _read(path: Path) -> tuple[Summary, int]:
    with pa.memory_map(str(path)) as source:
        batch = ipc.open_file(source).get_batch(0)
    about = json.loads(batch.schema.metadata[b"svcqa"])
    arrays: dict[str, Any] = {
        name: np.broadcast_to(np.int64(value), about["cells"]) for name, value in about["constants"].items()
    }
    arrays |= {name: integers_of(batch[name]) for name in batch.schema.names}
    labels = {name: tuple(values) for name, values in about["labels"].items()}
    codes = {name: arrays[f"key:{name}"] for name in labels}
    numbers = {name: arrays[name] for name in _NUMBERS}
    return Summary(codes=codes, labels=labels, **numbers, settled=about["settled"]), about["as_of"]
