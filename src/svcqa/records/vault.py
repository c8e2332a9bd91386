"""The vault: who a surrogate stands for. It stays apart; nothing in reports, notebooks or logs reads it.

A surrogate is the keyed SHA-256 of the customer's number. The key is made once per vault and never leaves it; the
key of draws is another one (:mod:`svcqa.records.draw_key`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from filelock import FileLock
from sqlalchemy import Column as SqlColumn
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import MetaData, String, Table, create_engine, select
from sqlalchemy.dialects.sqlite import insert

from svcqa.errors import Fault, WorkspaceError

_METADATA: Final = MetaData()
_CROSSWALK: Final = Table(
    "crosswalk",
    _METADATA,
    SqlColumn("surrogate", String, primary_key=True),
    SqlColumn("customer", String, nullable=False),
    SqlColumn("customer_name", String),
    SqlColumn("phone", String),
    SqlColumn("address", String),
)
CONTACTS: Final = ("customer_name", "phone", "address")


class Vault:
    """The crosswalk of one workspace, in a folder that only its owner can enter where the system has that."""

    def __init__(self, folder: Path, *, key_file: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            folder.chmod(stat.S_IRWXU)
        self._folder = folder
        self._key = _given_key(key_file) if key_file is not None else self._load_key(folder / "surrogate.key")

    @staticmethod
    def _load_key(path: Path) -> bytes:
        with FileLock(path.with_suffix(".lock")):  # two processes must not make two keys
            if not path.exists():
                fresh = path.with_suffix(".new")
                fresh.unlink(missing_ok=True)
                descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(secrets.token_bytes(32))
                os.replace(fresh, path)
            return path.read_bytes()

    def _engine(self) -> SqlEngine:
        path = self._folder / "vault.sqlite"
        engine = create_engine(f"sqlite:///{path}")
        _METADATA.create_all(engine)
        if os.name == "posix":
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        return engine

    def surrogates(self, customers: Sequence[str | None]) -> list[str | None]:
        """A surrogate per customer's number, the same in every file and year; ``None`` stays ``None``."""
        return [None if customer is None else self._surrogate(customer) for customer in customers]

    def colleagues(self, people: Sequence[str | None]) -> list[str | None]:
        """A surrogate per colleague, which is no customer's even where the numbers are the same."""
        return [None if person is None else self._surrogate(f"colleague\x1f{person}") for person in people]

    def _surrogate(self, customer: str) -> str:
        return hmac.new(self._key, customer.encode(), hashlib.sha256).hexdigest()[:20]

    def remember(
        self,
        surrogates: Sequence[str | None],
        customers: Sequence[str | None],
        contacts: dict[str, Sequence[str | None]],
    ) -> None:
        """Keep who the surrogates stand for; a newer contact replaces an older one, an absent one does not."""
        rows: dict[str, dict[str, str | None]] = {}
        columns = [contacts.get(name, [None] * len(customers)) for name in CONTACTS]
        for surrogate, customer, *details in zip(surrogates, customers, *columns, strict=True):
            if surrogate is not None:
                row = rows.setdefault(
                    surrogate, {"surrogate": surrogate, "customer": customer, **dict.fromkeys(CONTACTS)}
                )
                row.update({name: value for name, value in zip(CONTACTS, details, strict=True) if value is not None})
        if not rows:
            return
        engine = self._engine()
        statement = insert(_CROSSWALK)
        fresh = {name: statement.excluded[name] for name in CONTACTS}
        updates = {name: _coalesce(fresh[name], _CROSSWALK.c[name]) for name in CONTACTS}
        with engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["surrogate"], set_=updates), list(rows.values())
            )
        engine.dispose()

    def contacts(self, surrogates: Sequence[str]) -> dict[str, dict[str, str | None]]:
        """Name, telephone and address of some customers, by surrogate: for a call sheet and nothing else."""
        chosen, engine, contacts = set(surrogates), self._engine(), dict[str, dict[str, str | None]]()
        with engine.connect() as connection:
            for row in connection.execute(select(_CROSSWALK)):
                if row.surrogate in chosen:
                    contacts[row.surrogate] = {name: getattr(row, name) for name in CONTACTS}
        engine.dispose()
        return contacts

    def reachable(self) -> list[str]:
        """The surrogates of customers whose telephone number is known."""
        engine = self._engine()
        with engine.connect() as connection:
            query = select(_CROSSWALK.c.surrogate).where(_CROSSWALK.c.phone.is_not(None))
            surrogates = [str(row.surrogate) for row in connection.execute(query.order_by(_CROSSWALK.c.surrogate))]
        engine.dispose()
        return surrogates

    def count(self) -> int:
        """How many customers the vault knows."""
        engine = self._engine()
        with engine.connect() as connection:
            count = len(connection.execute(select(_CROSSWALK.c.surrogate)).all())
        engine.dispose()
        return count


def _given_key(path: Path) -> bytes:
    """The key in a file that somebody else keeps.

    Raises:
        WorkspaceError: there is no such file, or it holds no key.
    """
    if not path.is_file():
        raise WorkspaceError(Fault("missing_file", file=path.name, got=path.name))
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise WorkspaceError(Fault("bad_vault_key", file=path.name, allowed="64 × 0-9a-f"))
    return key


def _coalesce(first: object, second: object) -> object:
    from sqlalchemy import func

    return func.coalesce(first, second)
