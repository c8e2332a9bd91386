"""Known places, and small workspaces made by hand."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import svcqa
from svcqa.records.tables import table as table_schema

REPO = Path(__file__).resolve().parents[2]


SHARED = REPO.parent / "shared"


SAMPLE = REPO / "sample_data"


EXAMPLES = REPO / "examples"


def require(condition: object, what: str) -> None:
    """Go on only where ``condition`` holds; ``what`` names the thing that is missing."""
    if condition:
        return
    if os.environ.get("SVCQA_NO_SKIP") == "1":
        pytest.fail(f"SVCQA_NO_SKIP=1, and this is missing: {what}", pytrace=False)
    pytest.skip(f"missing: {what}")


def copy_workspace(source: Path, target: Path) -> Path:
    """A copy of a workspace's files, without what an earlier run left in it."""
    ignored = shutil.ignore_patterns(".svcqa", "vault", "register.sqlite", "__pycache__", ".mypy_cache", ".ruff_cache")
    shutil.copytree(source, target, ignore=ignored)
    return target


def copy_read(workspace: svcqa.Workspace, target: Path) -> Path:
    """A copy of a workspace with all that was read into it, for a test that writes there."""
    shutil.copytree(workspace.folder, target)
    return target


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of its own for each example that hypothesis makes."""
    with tempfile.TemporaryDirectory(prefix="svcqa-test-") as name:
        yield Path(name)


UNITS: tuple[dict[str, Any], ...] = (
    {"code": "C", "name": "公司", "level": "company"},
    {"code": "D1", "name": "一部", "level": "department", "parent": "C"},
    {"code": "D2", "name": "二部", "level": "department", "parent": "C"},
)


def toml_value(value: Any) -> str:
    """``value`` as TOML, tables inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def toml_key(key: str) -> str:
    return toml_value(str(key))


def toml_table(fields: Mapping[str, Any]) -> str:
    """One ``key = value`` a line."""
    return "".join(f"{toml_key(key)} = {toml_value(value)}\n" for key, value in fields.items())


def toml_list(kind: str, items: Sequence[Mapping[str, Any]]) -> str:
    """Each item as a ``[[kind]]`` of its own."""
    return "\n".join(f"[[{kind}]]\n{toml_table(item)}" for item in items)


def write(path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding, newline="")
    return path


def commitment(key: str = "promise", **fields: Any) -> dict[str, Any]:
    """A commitment on work orders: closed within 60 minutes of receipt, unless ``fields`` say otherwise."""
    plain: dict[str, Any] = {
        "key": key,
        "category": "类别",
        "item": "项目",
        "promise": "承诺",
        "table": "work_orders",
        "rule": {"kind": "elapsed_natural", "start": "received_at", "stop": "closed_at", "limit": 60, "unit": "minute"},
    }
    return plain | fields


def identity_mapping(table: str, **fields: Any) -> dict[str, Any]:
    """A mapping whose source has the table's own column names."""
    return {"table": table, **fields, "columns": {column.name: column.name for column in table_schema(table).columns}}


def write_rows(
    path: Path, rows: Sequence[Mapping[str, Any]], header: Sequence[str], *, encoding: str = "utf-8"
) -> Path:
    """``rows`` as CSV; missing values are empty, moments ``2026-01-05 08:30:00``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(["" if row.get(name) is None else str(row[name]) for name in header] for row in rows)
    return path


def make_workspace(
    folder: Path,
    *,
    records: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    commitments: Sequence[Mapping[str, Any]] = (),
    targets: Sequence[Mapping[str, Any]] = (),
    units: Sequence[Mapping[str, Any]] = UNITS,
    company: Mapping[str, Any] | None = None,
    calendar: Mapping[str, Any] | None = None,
    mappings: Mapping[str, Mapping[str, Any]] | None = None,
    adopt_unknown: bool = False,
    settings: str = "",
) -> svcqa.Workspace:
    """A workspace of hand-made policies and records, opened and not yet ingested.

    Args:
        records: rows by table, keyed by our own column names; each table becomes ``sources/TABLE.csv``.
        mappings: mapping by table; our own column names where absent. ``sources/TABLE*.*`` is read through it.
        company, calendar: what these sections of ``svcqa.toml`` hold.
        settings: further lines at the top of ``svcqa.toml``.
    """
    records, mappings = records or {}, mappings or {}
    tables = list(dict.fromkeys((*records, *mappings)))
    sources = [{"files": f"sources/{name}*.*", "mapping": f"mappings/{name}.toml"} for name in tables]
    write(
        folder / "svcqa.toml",
        settings + f"[company]\n{toml_table({'name': '公司', **(company or {})})}\n"
        f"[calendar]\n{toml_table({'source': 'weekdays', **(calendar or {})})}\n" + toml_list("sources", sources),
    )
    adopt = "adopt_unknown = true\n" if adopt_unknown else ""
    write(folder / "policy/organisation.toml", adopt + toml_list("unit", units))
    write(folder / "policy/commitments.toml", toml_list("commitment", commitments))
    write(folder / "policy/targets.toml", toml_list("target", targets))
    for name in tables:
        write(folder / f"mappings/{name}.toml", toml_table(mappings.get(name) or identity_mapping(name)))
        if name in records:
            write_rows(folder / f"sources/{name}.csv", records[name], [c.name for c in table_schema(name).columns])
    return svcqa.open(folder)


def measured(workspace: svcqa.Workspace, key: str = "promise", **options: Any) -> Any:
    """The only figure of a commitment, where one is asked for."""
    (figure,) = workspace.measure("compliance", commitment=key, **options).figures()
    return figure
