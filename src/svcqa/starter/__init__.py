"""A new workspace: a small commented one that can be read in and measured as it stands."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, WorkspaceError

_COMMENT = re.compile(r"^# @(\w+)$", re.MULTILINE)


def make_workspace(folder: Path, language: Language) -> None:
    """Write a commented workspace into ``folder``, its comments in ``language``.

    Raises:
        WorkspaceError: the folder holds a workspace already.
    """
    if (folder / "svcqa.toml").exists():
        raise WorkspaceError(Fault("workspace_exists", got=str(folder)))
    _copy(files(__package__) / "template", folder, language)


def _copy(source: Traversable, target: Path, language: Language) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for item in source.iterdir():
        if item.is_dir():
            _copy(item, target / item.name, language)
            continue
        content = item.read_text(encoding="utf-8").replace('"@language"', f'"{language}"')
        filled = _COMMENT.sub(lambda match: _commented(match[1], language), content)
        (target / item.name).write_text(filled, encoding="utf-8")


def _commented(key: str, language: Language) -> str:
    return "\n".join(f"# {line}" for line in text(f"starter.{key}", language).splitlines())
