"""The ledger under the register: entries that are appended one transaction at a time, on SQLite or PostgreSQL.

Whoever appends is alone: SQLite begins with ``BEGIN IMMEDIATE``, PostgreSQL takes an advisory lock, so what is read in
the transaction still holds when it ends. The database refuses updates and deletions, and a second entry that replaces
the same one. Each entry holds the digest of the one before; the digest covers that one's own, and so all before it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import OperationalError

from svcqa.errors import Fault, RegisterError

_LOG = logging.getLogger(__name__)
PATIENCE: Final = 30
"""Seconds that an append waits for the others."""
_LOCK: Final = 0x73766371_61726567
"""Of all registers in one PostgreSQL database."""
_ENTRIES: Final = Table(
    "entries",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("author", String(80), nullable=False),
    Column("replaces", Integer),
    Column("body", JSON, nullable=False),
    Column("previous_digest", String(64)),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it was made.

    Attributes:
        at: UTC.
        version: of the form of ``body``.
        previous_digest: of all entries before it; absent where it was made before there was a ledger.
    """

    id: int
    kind: str
    version: int
    at: dt.datetime
    author: str
    replaces: int | None
    body: dict[str, Any]
    previous_digest: str | None

    def digest(self, previous: str) -> str:
        """Of this entry and, by the digest of the one before it, of all before."""
        fields = [self.id, self.kind, self.version, self.at.isoformat(), self.author, self.replaces, self.body]
        text = json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


class Ledger:
    """The entries behind a SQLAlchemy URL.

    The engine is made once and keeps no connection between transactions: threads and forked processes share none.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine: Engine | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that reads."""
        with self._ready().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """One transaction that may append, while nobody else does.

        Raises:
            RegisterError: others have been appending for longer than anybody waits.
        """
        with _alone(self._ready()) as connection:
            yield connection

    def _ready(self) -> Engine:
        """The engine, once the tables are those of today."""
        if self._engine is None:
            engine = _engine(self._url)
            self._bring_up_to_date(engine)
            self._engine = engine
            _LOG.info("opened %s", self._url.render_as_string(hide_password=True))
        return self._engine

    def _bring_up_to_date(self, engine: Engine) -> None:
        from svcqa.register.migrations import is_current

        with engine.connect() as connection:
            if is_current(connection):
                return
        from svcqa.register.migrations.lifting import lift

        if engine.dialect.name == "sqlite":
            _keep_write_ahead_log(engine)
        with _alone(engine) as connection:
            lift(connection)
        _LOG.info("lifted the tables of %s to those of today", self._url.render_as_string(hide_password=True))


def _engine(url: Any) -> Engine:
    name = url.get_backend_name()
    if name == "sqlite":
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
        return engine
    if name == "postgresql":
        # a snapshot of the whole transaction would be older than the lock
        return create_engine(url, poolclass=NullPool, isolation_level="READ COMMITTED")
    raise RegisterError(Fault("register_database", got=name, allowed="sqlite, postgresql"))


def _leave_transactions_to_us(connection: Any, _: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    appends = connection.get_execution_options().get("appends", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if appends else "BEGIN")


def _keep_write_ahead_log(engine: Engine) -> None:
    """Let readers and the one who appends not wait for each other; SQLite keeps the setting in the file."""
    last = time.monotonic() + PATIENCE
    while True:  # SQLite does not wait by itself for a change of the journal
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > last:
                raise
        finally:
            connection.close()
        time.sleep(0.02)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(appends=True) as connection:
        try:
            transaction = connection.begin()
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        except OperationalError as error:
            if not _is_busy(error.orig):
                raise
            raise RegisterError(Fault("register_busy", got=str(PATIENCE))) from error
        with transaction:
            yield connection


def _is_busy(error: BaseException | None) -> bool:
    """Whether the database's ``error`` says that somebody else held it for too long."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY") or getattr(error, "sqlstate", "") == "55P03"


def read_entries(connection: Connection, kind: str | None = None, known_at: dt.datetime | None = None) -> list[Entry]:
    """The entries of ``kind``, or all; those made by ``known_at`` (UTC); oldest first."""
    query = select(_ENTRIES).order_by(_ENTRIES.c.id)
    if kind is not None:
        query = query.where(_ENTRIES.c.kind == kind)
    if known_at is not None:
        query = query.where(_ENTRIES.c.at <= known_at)
    return [Entry(**row) for row in connection.execute(query).mappings()]


def append_entry(
    connection: Connection,
    body: dict[str, Any],
    *,
    kind: str,
    version: int,
    author: str,
    at: dt.datetime,
    replaces: int | None,
) -> int:
    """Append an entry in the transaction of ``connection``; gives its number."""
    values = {"kind": kind, "version": version, "at": at, "author": author, "replaces": replaces, "body": body}
    result = connection.execute(insert(_ENTRIES).values(**values, previous_digest=_digest_of_all(connection)))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def _digest_of_all(connection: Connection) -> str:
    query = select(_ENTRIES).order_by(_ENTRIES.c.id.desc()).limit(1)
    last = [Entry(**row) for row in connection.execute(query).mappings()]
    if last and last[0].previous_digest is not None:
        return last[0].digest(last[0].previous_digest)
    digest = ""
    for entry in read_entries(connection):  # made before there was a ledger
        digest = entry.digest(digest)
    return digest


def altered(entries: Sequence[Entry]) -> list[int]:
    """Of all ``entries``, those that are no longer, or whose predecessors are no longer, what was appended.

    The last entry is vouched for only by the next one.
    """
    numbers, digest, chained = [], "", False
    for entry in entries:
        previous_digest = entry.previous_digest
        if (previous_digest is None and chained) or previous_digest not in (None, digest):
            numbers.append(entry.id)
        chained = chained or previous_digest is not None
        digest = entry.digest(digest if previous_digest is None else previous_digest)
    return numbers
