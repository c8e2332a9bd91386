"""A table or a query of a database as a source: rows are streamed, passwords never leave this module."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from svcqa.entities.settings import Source
from svcqa.errors import Fault, SourceError
from svcqa.records.mapping import Mapping
from svcqa.records.plain import cell_text
from svcqa.records.readers import RawTable, require_columns

_PIECE: Final = 10_000
"""Rows that are held as Python objects at a time."""


def source_name(source: Source) -> str:
    """What reports call the source: its own name, its table, or a digest of its query."""
    if source.name:
        return source.name
    if source.table_name:
        return source.table_name
    return "query-" + hashlib.sha256((source.query or "").encode()).hexdigest()[:8]


def read(source: Source, mapping: Mapping) -> tuple[RawTable, str]:
    """The wanted columns, and the digest of their content, which does not depend on the order of the rows.

    Raises:
        SourceError: the database cannot be reached or refuses the query; the password is never part of what it says.
    """
    import sqlalchemy as sql
    from sqlalchemy.exc import SQLAlchemyError

    name, url = source_name(source), _url(source)
    try:
        engine = sql.create_engine(url, pool_pre_ping=False)
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as error:
        raise _refused(name, url, error) from None  # a chained error would show the address
    try:
        with engine.connect() as connection, _read_only(connection):
            streamed = connection.execution_options(stream_results=True, yield_per=_PIECE)
            if source.table_name:
                schema, _, table = source.table_name.rpartition(".")
                columns = [column["name"] for column in sql.inspect(connection).get_columns(table, schema or None)]
                require_columns(columns, name, mapping)
                selected: list[Any] = [sql.column(column) for column in mapping.wanted]
                result = streamed.execute(sql.select(*selected).select_from(sql.table(table, schema=schema or None)))
            else:
                query = source.query or ""
                if connection.dialect.paramstyle in ("format", "pyformat"):
                    query = query.replace("%", "%%")  # the driver takes a lone one for a place to fill
                result = streamed.exec_driver_sql(query)
                if not result.returns_rows:
                    raise SourceError(Fault("unreadable_source", file=name, got="the query returns no rows"))
            present = list(result.keys())
            require_columns(present, name, mapping)
            return _collected(result.partitions(_PIECE), [present.index(column) for column in mapping.wanted], mapping)
    except (SQLAlchemyError, ImportError, OSError, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        raise _refused(name, url, error) from None
    finally:
        engine.dispose()


@contextmanager
def _read_only(connection: Any) -> Iterator[None]:
    """Whatever a query did besides reading is taken back."""
    try:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield
    finally:
        connection.rollback()


def _collected(partitions: Any, indices: Sequence[int], mapping: Mapping) -> tuple[RawTable, str]:
    pieces, total, count = [], 0, 0
    schema = pa.schema([(name, pa.string()) for name in mapping.wanted])
    for rows in partitions:
        texts = [[cell_text(row[index]) for index in indices] for row in rows]
        count += len(texts)
        for row in texts:
            total += int.from_bytes(hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).digest())
        pieces.append(pa.table([pa.array(column, pa.string()) for column in zip(*texts, strict=True)], schema=schema))
    table = pa.concat_tables(pieces) if pieces else schema.empty_table()
    digest = hashlib.sha256(f"{count}:{total % 2**256:x}".encode()).hexdigest()
    return RawTable(table, np.arange(table.num_rows, dtype=np.int64) + 1), digest


def _url(source: Source) -> str:
    if source.url is not None:
        return source.url.get_secret_value()
    address = os.environ.get(source.url_env or "", "")
    if not address:
        raise SourceError(Fault("no_database_address", file=source_name(source), got=source.url_env or ""))
    return address


def _refused(name: str, url: str, error: BaseException) -> SourceError:
    """What the driver says, in one line, without the address and the password."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).splitlines() or [type(cause).__name__]
    message = lines[0].replace(url, "…")
    match = re.search(r"://[^:/@]*:(.*)@", url)
    queried = re.findall(r"(?i)[?&](?:password|passwd|pwd|sslpassword)=([^&]*)", url)
    for secret in [*([match[1]] if match else []), *queried]:
        for form in sorted({secret, unquote(secret)}, key=len, reverse=True):
            if form:
                message = message.replace(form, "***")
    return SourceError(Fault("unreadable_database", file=name, got=f"{type(cause).__name__}: {message[:200]}"))
