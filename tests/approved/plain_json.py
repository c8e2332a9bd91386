"""Any result as plain JSON, and two of them compared.

Names of classes and modules never appear, so that code may move. Fields keep their names; one that is called otherwise
now is entered in :data:`RENAMED`, and the approved figures stay as they are.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any, Final

import pandas as pd
from pydantic import BaseModel

RENAMED: Final[Mapping[str, str]] = {}
"""What a field is called in the approved figures, by what it is called now."""

LEFT_OUT: Final = frozenset({"about", "year_months"})
"""``about`` holds digests; the months of a year so far are those of the reviews' own periods."""

_DIGESTS: Final = frozenset({"calendar", "policy", "records"})
"""Texts that pin what figures rest on, and may change with the code while figures stay."""

TOLERANCE: Final = 1e-12
"""Relative; sums may be added up in another order."""

_WIDTH: Final = 160
_TABLE: Final = {"fields", "values"}


def plain(value: Any, known: Callable[[Any], Any] = lambda value: None) -> Any:
    """``value`` as mappings, lists, texts, numbers and None.

    Args:
        known: what stands for an object that is named and not told, such as the key of a commitment; None for others.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, float):
        return None if math.isnan(value) else float(value) if math.isfinite(value) else str(value)
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if (named := known(value)) is not None:
        return named
    if isinstance(value, pd.DataFrame):
        return {"columns": list(value.columns), "rows": [plain(list(row), known) for row in value.to_numpy(object)]}
    if hasattr(value, "tolist"):  # arrays and their numbers
        return plain(value.tolist(), known)
    if isinstance(value, Mapping):
        return {_key(name): plain(item, known) for name, item in value.items()}
    if dataclasses.is_dataclass(value):
        return _fields(value, [field.name for field in dataclasses.fields(value)], known)
    if isinstance(value, BaseModel):
        return _fields(value, list(type(value).model_fields), known)
    if isinstance(value, Set):
        return sorted((plain(item, known) for item in value), key=str)
    if isinstance(value, Sequence):
        return [plain(item, known) for item in value]
    raise TypeError(f"no plain form of {type(value)}")


def _key(name: Any) -> str:
    return " / ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _fields(value: Any, names: Sequence[str], known: Callable[[Any], Any]) -> dict[str, Any]:
    told = {name: plain(getattr(value, name), known) for name in names if name not in LEFT_OUT}
    kept = {name: item for name, item in told.items() if not (name in _DIGESTS and isinstance(item, str))}
    return without_empty({RENAMED.get(name, name): item for name, item in kept.items()})


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """One mapping a row of a frame."""
    return [without_empty({name: plain(value) for name, value in row.items()}) for row in frame.to_dict("records")]


def without_empty(told: Mapping[str, Any]) -> dict[str, Any]:
    """What has a value: a field that is added and stays empty changes no figure."""
    return {name: item for name, item in told.items() if not _is_empty(item)}


def differences(approved: Any, now: Any, path: str = "") -> Iterator[str]:
    """Every place where ``now`` is not what was approved, with both values; what is empty equals what is missing."""
    if isinstance(approved, dict) and isinstance(now, dict):
        for name in sorted({*approved, *now}):
            yield from differences(approved.get(name), now.get(name), f"{path}.{name}" if path else name)
    elif isinstance(approved, list) and isinstance(now, list):
        if len(approved) != len(now):
            yield f"{path}: {len(approved)} items approved, {len(now)} now"
        for place, (one, other) in enumerate(zip(approved, now, strict=False)):
            yield from differences(one, other, f"{path}[{place}]")
    elif not _same(approved, now):
        yield f"{path}: approved {_short(approved)}, now {_short(now)}"


def _same(one: Any, other: Any) -> bool:
    if _is_empty(one) and _is_empty(other):
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or (
            (isinstance(one, float) or isinstance(other, float)) and math.isclose(one, other, rel_tol=TOLERANCE)
        )
    return bool(one == other)


def _short(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= 200 else f"{told[:200]}…"


def written(value: Any) -> str:
    """As JSON, names sorted; what fits on a line stands on one."""
    return _laid_out(_tabled(value), "") + "\n"


def read(text: str) -> Any:
    """What :func:`written` wrote."""
    return _untabled(json.loads(text))


def _laid_out(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(line) + len(indent) <= _WIDTH or not isinstance(value, (dict, list)):
        return line
    inner = indent + " "
    if isinstance(value, dict) and set(value) == _TABLE:
        rows = [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in value["values"]]
        parts = [f'"fields": {json.dumps(value["fields"])}', '"values": [', f",\n{inner}".join(rows)]
        return f"{{\n{inner}{parts[0]},\n{inner}{parts[1]}\n{inner}{parts[2]}\n{indent}]}}"
    if isinstance(value, dict):
        parts = [f"{json.dumps(name, ensure_ascii=False)}: {_laid_out(value[name], inner)}" for name in sorted(value)]
        opened, closed = "{}"
    else:
        parts = [_laid_out(item, inner) for item in value]
        opened, closed = "[]"
    return f"{opened}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closed}"


def _tabled(value: Any) -> Any:
    """Lists of mappings as tables: each name stands once."""
    if isinstance(value, dict):
        return {name: _tabled(item) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) > 1 and all(isinstance(item, dict) and item for item in value):
        names = sorted({name for item in value for name in item})
        return {"fields": names, "values": [[_tabled(item.get(name)) for name in names] for item in value]}
    return [_tabled(item) for item in value]


def _untabled(value: Any) -> Any:
    if isinstance(value, list):
        return [_untabled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == _TABLE:
        rows = [dict(zip(value["fields"], row, strict=True)) for row in value["values"]]
        return [_untabled(row) for row in rows]
    return {name: _untabled(item) for name, item in value.items()}
