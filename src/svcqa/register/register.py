"""The register: append-only entries through SQLAlchemy; SQLite by default.

Nothing is changed or removed: a correction is a further entry that names the one it replaces. The database itself
refuses updates and deletions.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from sqlalchemy import (
    DDL,
    JSON,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    select,
)
from sqlalchemy import Connection as SqlConnection

from svcqa.entities.action import ActionItem
from svcqa.entities.base import Entity
from svcqa.entities.published import Publication
from svcqa.entities.rebase import Rebase
from svcqa.entities.validation import allowed_of
from svcqa.entities.wave import ContactExport, Wave
from svcqa.errors import Fault, RegisterError, SvcqaError

_LOG = logging.getLogger(__name__)
_Item = TypeVar("_Item", bound=Entity)
_METADATA: Final = MetaData()
_ENTRIES: Final = Table(
    "entries",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False, index=True),
    Column("at", DateTime, nullable=False),
    Column("author", String(80), nullable=False),
    Column("replaces", Integer),
    Column("body", JSON, nullable=False),
)
for _operation in ("UPDATE", "DELETE"):
    event.listen(
        _ENTRIES,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER entries_no_{_operation.lower()} BEFORE {_operation} ON entries "
            "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it was made; ``at`` is UTC."""

    id: int
    kind: str
    at: dt.datetime
    author: str
    replaces: int | None
    body: dict[str, Any]


class Register:
    """The register behind a SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        _LOG.info("the register is %s", make_url(url).render_as_string(hide_password=True))

    @contextmanager
    def _connection(self) -> Iterator[SqlConnection]:
        engine = create_engine(self.url)
        try:
            _METADATA.create_all(engine)
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def add(
        self, kind: str, body: dict[str, Any], *, author: str, now: dt.datetime, replaces: int | None = None
    ) -> int:
        """Append an entry and give its number. ``now`` is UTC; with another zone it is converted.

        Raises:
            RegisterError: the entry that is to be replaced does not exist or was replaced before.
        """
        if now.tzinfo is not None:
            now = now.astimezone(dt.UTC).replace(tzinfo=None)
        if replaces is not None and replaces not in {entry.id for entry in self.entries(kind)}:
            raise RegisterError(Fault("nothing_to_replace", got=str(replaces)))
        values = {"kind": kind, "body": body, "author": author, "at": now, "replaces": replaces}
        with self._connection() as connection:
            result = connection.execute(insert(_ENTRIES).values(**values))
            key = result.inserted_primary_key
        assert key is not None
        return int(key[0])

    def entries(self, kind: str, *, known_at: dt.datetime | None = None, replaced: bool = False) -> list[Entry]:
        """The entries of ``kind`` that nothing replaced by ``known_at``, or with ``replaced`` all; oldest first."""
        query = select(_ENTRIES).where(_ENTRIES.c.kind == kind).order_by(_ENTRIES.c.id)
        if known_at is not None:
            query = query.where(_ENTRIES.c.at <= known_at)
        with self._connection() as connection:
            found = [
                Entry(id=r.id, kind=r.kind, at=r.at, author=r.author, replaces=r.replaces, body=r.body)
                for r in connection.execute(query)
            ]
        gone = set() if replaced else {entry.replaces for entry in found}
        return [entry for entry in found if entry.id not in gone]

    def note(
        self, item: ActionItem, *, author: str, now: dt.datetime | None = None, replaces: int | None = None
    ) -> int:
        """Note a row of form B. ``now`` is UTC, the clock's where absent."""
        moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return self.add("action", item.model_dump(mode="json"), author=author, now=moment, replaces=replaces)

    def actions(self, *, period: str | None = None, known_at: dt.datetime | None = None) -> list[ActionItem]:
        """The rows of form B, those of ``period`` where it is given."""
        items = [ActionItem.model_validate(entry.body) for entry in self.entries("action", known_at=known_at)]
        return [item for item in items if period is None or item.period == period]

    def publish(self, publication: Publication, *, author: str, now: dt.datetime) -> int:
        """Pin the figures of a review as reported. ``now`` is UTC.

        Raises:
            RegisterError: nobody is named.
        """
        if not author.strip():
            raise RegisterError(Fault("publication_author", got=repr(author)))
        return self.add("publication", publication.model_dump(mode="json"), author=author.strip(), now=now)

    def publications(self, *, period: str | None = None) -> list[Publication]:
        """What was reported, oldest first."""
        found = [Publication.model_validate(entry.body) for entry in self.entries("publication")]
        return [one for one in found if period is None or one.period == period]

    def note_wave(self, wave: Wave, *, author: str, now: dt.datetime) -> int:
        """Note that a wave was drawn, by whom and when. ``now`` is UTC.

        Raises:
            RegisterError: nobody is named.
        """
        if not author.strip():
            raise RegisterError(Fault("wave_author", got=repr(author)))
        kept = {"code", "survey", "number", "period", "key_fingerprint", "frame_digest", "list_digest"}
        return self.add("wave", wave.model_dump(mode="json", include=kept), author=author.strip(), now=now)

    def note_contact_export(self, export: ContactExport, *, author: str, now: dt.datetime) -> int:
        """Note that contacts of customers were written into a file. ``now`` is UTC.

        Raises:
            RegisterError: nobody is named.
        """
        if not author.strip():
            raise RegisterError(Fault("export_author", got=repr(author)))
        if not export.purpose.strip():
            raise RegisterError(Fault("export_purpose", got=repr(export.purpose)))
        return self.add("contact_export", export.model_dump(mode="json"), author=author.strip(), now=now)

    def note_rebase(self, item: Rebase, *, now: dt.datetime | None = None, replaces: int | None = None) -> int:
        """Note a rebase; its author is who decided it. ``now`` is UTC, the clock's where absent."""
        moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return self.add("rebase", item.model_dump(mode="json"), author=item.name, now=moment, replaces=replaces)

    def rebases(self, *, indicator: str | None = None) -> list[Rebase]:
        """The rebases that people decided, oldest entry first."""
        found = [Rebase.model_validate(entry.body) for entry in self.entries("rebase")]
        return [one for one in found if indicator is None or one.indicator == indicator]


def action_item(**fields: Any) -> ActionItem:
    """An :class:`ActionItem` from what a form gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(ActionItem, fields, "register_field")


def rebase_item(**fields: Any) -> Rebase:
    """A :class:`~svcqa.entities.rebase.Rebase` from what a person gives.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    return checked(Rebase, fields, "rebase_field")


def checked(model: type[_Item], fields: dict[str, Any], code: str) -> _Item:
    """An entry's body from what a person gives; ``code`` is the fault of a field that is empty.

    Raises:
        RegisterError: naming each field that is empty or wrong.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = [fault for item in error.errors(include_url=False) for fault in _faults(dict(item), model, code)]
        raise RegisterError(wrong) from error


def _faults(item: dict[str, Any], model: type[Entity], code: str) -> Sequence[Fault]:
    """What is wrong with a field, or with how fields go together."""
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, SvcqaError):
        return cause.faults
    place = str(item["loc"][0]) if item["loc"] else model.__name__
    if item["loc"] and (item["type"] in ("missing", "string_too_short") or item["input"] is None):
        return [Fault(code, place=place)]
    return [Fault("bad_value", place=place, got=repr(item["input"]), allowed=allowed_of(item))]
