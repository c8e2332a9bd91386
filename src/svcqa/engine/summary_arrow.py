"""Summaries as Arrow record batches and back, wherever they are kept or sent."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from svcqa.engine.batch import integer_array, integers_of
from svcqa.engine.summary import Summary, narrowed

NUMBERS: Final = ("day", "fact", "value", "follow_up", "weight")
_ABOUT: Final = b"svcqa"


def to_arrow(summary: Summary) -> Any:
    """A record batch of the cells: integers as narrow as they can be; what all cells share stands in the metadata."""
    arrays = {f"key:{name}": codes for name, codes in summary.codes.items()}
    arrays |= {name: getattr(summary, name) for name in NUMBERS}
    constants: dict[str, int] = {}
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, array in arrays.items():
        low, high = (int(array.min()), int(array.max())) if len(array) else (0, 0)
        if low == high:
            constants[name] = low
        else:
            columns[name] = narrowed(array, low, high)
    about = {"labels": summary.labels, "settled": summary.settled, "cells": len(summary), "constants": constants}
    return pa.RecordBatch.from_arrays(
        [integer_array(column) for column in columns.values()],
        names=list(columns),
        metadata={_ABOUT: json.dumps(about, ensure_ascii=False)},
    )


def from_arrow(batch: Any) -> Summary:
    """The summary of :func:`to_arrow`, its arrays as narrow as they are there and not copied."""
    about = json.loads(batch.schema.metadata[_ABOUT])
    arrays: dict[str, Any] = {
        name: np.broadcast_to(np.int64(value), about["cells"]) for name, value in about["constants"].items()
    }
    arrays |= {name: integers_of(batch[name]) for name in batch.schema.names}
    labels = {name: tuple(values) for name, values in about["labels"].items()}
    codes = {name: arrays[f"key:{name}"] for name in labels}
    numbers = {name: arrays[name] for name in NUMBERS}
    return Summary(codes=codes, labels=labels, **numbers, settled=about["settled"])
