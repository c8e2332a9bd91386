"""Tables made, or lifted to those of today, within the transaction of the caller."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from svcqa.errors import Fault, RegisterError
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
