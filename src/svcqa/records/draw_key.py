"""The key of the random numbers: apart from the vault's, in a file of its own, to be shown to an auditor.

Thirty-two hexadecimal digits (128 bits) keep the hashed text within one block of SHA-256, twice as fast as two.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final

from filelock import FileLock

from svcqa.errors import Fault, WorkspaceError

_FORM: Final = re.compile(r"[0-9a-f]{32}")


def draw_key(path: Path) -> str:
    """The key in ``path``, made where there is none, for its owner only where the system has that.

    Raises:
        WorkspaceError: the file holds something else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        lock = path.with_name(f".{path.name}.lock")
        with FileLock(lock):  # two processes must not make two keys
            if not path.exists():
                fresh = path.with_name(f".{path.name}.new")
                fresh.unlink(missing_ok=True)
                descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(16) + "\n")
                os.replace(fresh, path)
        lock.unlink(missing_ok=True)
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if not _FORM.fullmatch(key):
        raise WorkspaceError(Fault("bad_draw_key", file=path.name, got=f"{len(key)}", allowed="32 × 0-9a-f"))
    return key


def fingerprint(key: str) -> str:
    """What documents say of the key: enough to see whether it is the same, too little to find it."""
    return hashlib.sha256(f"svcqa draw key {key}".encode()).hexdigest()[:16]
