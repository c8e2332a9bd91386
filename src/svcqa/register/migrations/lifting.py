"""Tables made, or lifted to those of today, within the transaction of the caller."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from svcqa.errors import Fault, RegisterError
from svcqa.register.busy import is_busy
from svcqa.register.migrations import HEAD


def lift(connection: Connection) -> None:
    """Bring the tables up to date.

    Raises:
        RegisterError: a newer program made them.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:
        raise RegisterError(Fault("register_newer", allowed=HEAD)) from error


def keep_write_ahead_log(engine: Engine, patience: float) -> None:
    """Let readers and the one who appends not wait for each other; SQLite keeps the setting in the file."""
    last = time.monotonic() + patience
    while True:  # SQLite does not wait by itself for a change of the journal
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > last:
                raise
        finally:
            connection.close()
        time.sleep(0.02)
