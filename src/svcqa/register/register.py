"""The register: what is in force, what replaced what, and the one way to append.

Nothing is changed or removed: a correction is a further entry that names the one it replaces. What a verb has to look
at before it appends, it reads in the same transaction, so that nobody comes in between.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic

from sqlalchemy import Connection

from svcqa.entities.kept import Item, Kept
from svcqa.errors import Fault, RegisterError
from svcqa.register.kinds import KINDS
from svcqa.register.ledger import Entry, Ledger, altered, append_entry, read_entries

REGISTER = "register"
"""What faults call the place."""


@dataclass(frozen=True)
class Noted(Generic[Item]):
    """An entry and what it holds, in today's form."""

    entry: Entry
    item: Item


class Reader(ABC):
    """What can be read of the register, at once or within a transaction."""

    @abstractmethod
    def _all(self, kind: str | None, known_at: dt.datetime | None) -> list[Entry]: ...

    def entries(self, kind: str, *, known_at: dt.datetime | None = None, replaced: bool = False) -> list[Entry]:
        """The entries of ``kind`` that nothing replaced by ``known_at``, or with ``replaced`` all; oldest first."""
        entries = self._all(kind, known_at)
        gone = {} if replaced else replaced_by(entries)
        return [entry for entry in entries if entry.id not in gone]

    def read(
        self, kind: Kept[Item], *, known_at: dt.datetime | None = None, replaced: bool = False
    ) -> list[Noted[Item]]:
        """The same in today's form; :meth:`notices` tells of an entry that only a newer program can read."""
        noted = []
        for entry in self.entries(kind.name, known_at=known_at, replaced=replaced):
            item, _ = kind.read(entry.body, entry.version, file=REGISTER)
            if item is not None:
                noted.append(Noted(entry, item))
        return noted

    def notices(self, *, known_at: dt.datetime | None = None) -> tuple[Fault, ...]:
        """What a reader is to know of the register as it is kept; of entries made by ``known_at`` (UTC).

        Entries that were altered behind its back, that replace one entry together, that a newer program wrote.
        """
        entries = self._all(None, None)
        faults = [Fault("entry_altered", file=REGISTER, got=str(number)) for number in altered(entries)]
        entries = [entry for entry in entries if known_at is None or entry.at <= known_at]
        in_force = {entry.id for entry in entries} - set(replaced_by(entries))
        together: dict[int, list[str]] = {}
        for entry in entries:
            if entry.replaces is not None and entry.id in in_force:
                together.setdefault(entry.replaces, []).append(str(entry.id))
        faults += [
            Fault("replaced_together", file=REGISTER, got=str(number), allowed=", ".join(several))
            for number, several in together.items()
            if len(several) > 1
        ]
        for entry in entries:
            if entry.id in in_force and entry.kind in KINDS:
                place = f"{entry.kind} {entry.id}"
                faults += KINDS[entry.kind].read(entry.body, entry.version, file=REGISTER, place=place)[1]
        return tuple(faults)


class Appending(Reader):
    """The transaction of somebody who appends: nobody else does until it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _all(self, kind: str | None, known_at: dt.datetime | None) -> list[Entry]:
        return read_entries(self._connection, kind, known_at)

    def add(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        author: str,
        now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:
        """Append an entry and give its number; see :meth:`Register.add`."""
        if replaces is not None:
            entries = self._all(kind, None)
            if (by := replaced_by(entries).get(replaces)) is not None:
                raise RegisterError(Fault("replaced_before", got=str(replaces), allowed=str(by)))
            if replaces not in {entry.id for entry in entries}:
                raise RegisterError(Fault("nothing_to_replace", got=str(replaces)))
        moment = now or dt.datetime.now(dt.UTC)
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        version = KINDS[kind].version if kind in KINDS else 1
        return append_entry(
            self._connection, body, kind=kind, version=version, author=author, at=moment, replaces=replaces
        )

    def note(
        self,
        kind: Kept[Item],
        item: Item,
        *,
        author: str,
        now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:
        """Append ``item``; its number."""
        return self.add(kind.name, item.model_dump(mode="json"), author=author, now=now, replaces=replaces)


class Register(Reader):
    """The register behind a SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._ledger = Ledger(url)

    def _all(self, kind: str | None, known_at: dt.datetime | None) -> list[Entry]:
        with self._ledger.reading() as connection:
            return read_entries(connection, kind, known_at)

    @contextmanager
    def appending(self) -> Iterator[Appending]:
        """One transaction: what is read in it still holds when it ends; an error takes back what it appended.

        Raises:
            RegisterError: others have been appending for longer than anybody waits.
        """
        with self._ledger.appending() as connection:
            yield Appending(connection)

    def add(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        author: str,
        now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:
        """Append an entry and give its number.

        Args:
            now: UTC, the clock's where absent; with another zone it is converted.

        Raises:
            RegisterError: the entry that is to be replaced does not exist or was replaced before.
        """
        with self.appending() as append:
            return append.add(kind, body, author=author, now=now, replaces=replaces)

    def note(
        self,
        kind: Kept[Item],
        item: Item,
        *,
        author: str,
        now: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> int:
        """Append ``item`` in a transaction of its own; see :meth:`add`."""
        with self.appending() as append:
            return append.note(kind, item, author=author, now=now, replaces=replaces)


def replaced_by(entries: Sequence[Entry]) -> dict[int, int]:
    """Each entry that is no longer in force, and the one that took its place.

    Before there was a ledger, several could replace one entry, and all stayed in force. They still do, until one of
    them is replaced: that settles the matter for all of them.
    """
    by_number = {entry.id: entry for entry in entries}
    successors: dict[int, int] = {}
    for entry in entries:
        if entry.replaces is None:
            continue
        settled = [entry.replaces]
        former = by_number.get(entry.replaces)
        if entry.previous_digest is not None and former is not None and former.replaces is not None:
            settled += [sibling.id for sibling in entries if sibling.replaces == former.replaces]
        for number in settled:
            successors.setdefault(number, entry.id)
    return successors
