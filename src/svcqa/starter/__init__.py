"""What to begin with: a small commented workspace that can be measured as it stands, a plugin that passes the kit."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, PluginError, WorkspaceError

_COMMENT = re.compile(r"^( *)# @(\w+)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
        (target / item.name).write_text(_commented(content, language), encoding="utf-8")


def make_plugin(name: str, folder: Path, language: Language) -> Path:
    """Write the package ``svcqa_NAME`` into ``folder``: a metric, its test, how it registers; gives its folder.

    Raises:
        PluginError: the name is none, or the folder holds something already.
    """
    if not _NAME.fullmatch(name):
        raise PluginError(Fault("bad_plugin_name", got=repr(name)))
    target = folder / f"svcqa_{name}"
    if target.exists() and any(target.iterdir()):
        raise PluginError(Fault("plugin_exists", got=str(target)))
    target.mkdir(parents=True, exist_ok=True)
    templates = files(__package__) / "plugin"
    kind = "".join(part.capitalize() for part in name.split("_"))
    names = {"metric.py": f"svcqa_{name}.py", "test_metric.py": f"test_{name}.py"}
    for item in templates.iterdir():
        content = _commented(item.read_text(encoding="utf-8"), language)
        for mark, value in (("@dashed", name.replace("_", "-")), ("@name", name), ("@class", kind)):
            content = content.replace(mark, value)
        written = item.name.removesuffix(".tmpl")
        (target / names.get(written, written)).write_text(content, encoding="utf-8")
    readme = text("starter.plugin_readme", language, name=name, kind=kind)
    (target / "README.md").write_text(readme, encoding="utf-8")
    return target


def _commented(content: str, language: Language) -> str:
    """``content`` with its comments ``# @key`` in ``language``."""

    def told(match: re.Match[str]) -> str:
        return "\n".join(f"{match[1]}# {line}" for line in text(f"starter.{match[2]}", language).splitlines())

    return _COMMENT.sub(told, content)
