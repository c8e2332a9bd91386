"""What svcqa publishes stands in public_names.txt, to be changed on purpose; whoever uses svcqa uses nothing else."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

import pytest

import svcqa
from support.workspaces import REPO
from svcqa.workspace import workspace

LIST = Path(__file__).with_name("public_names.txt")


def names_of(module: ModuleType) -> list[str]:
    """What a module says it publishes; where it says nothing, what it defines under a plain name."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    own = [name for name, item in vars(module).items() if getattr(item, "__module__", "") == module.__name__]
    return sorted(name for name in own if not name.startswith("_"))


@cache
def published() -> dict[str, frozenset[str]]:
    """Each published module with its names, from ``svcqa`` downwards."""
    found, waiting = {}, [svcqa.__name__]
    while waiting:
        module = importlib.import_module(waiting.pop())
        found[module.__name__] = frozenset(names_of(module))
        inside = (f"{module.__name__}.{name}" for name in names_of(module) if is_module(module, name))
        waiting += [name for name in inside if name not in found]
    return found


def is_module(module: ModuleType, name: str) -> bool:
    return inspect.ismodule(getattr(module, name))


def verbs() -> Iterator[str]:
    """The verbs and subjects of a workspace, and the verbs of each subject."""
    for name in filter(is_plain, dir(svcqa.Workspace)):
        yield f"workspace.{name}"
        subject = inspect.getattr_static(svcqa.Workspace, name)
        if isinstance(subject, cached_property) and subject.func.__module__ == workspace.__name__:
            kind = vars(workspace)[inspect.get_annotations(subject.func)["return"]]
            yield from (f"workspace.{name}.{verb}" for verb in filter(is_plain, dir(kind)))


def is_plain(name: str) -> bool:
    return not name.startswith("_")


def test_the_list_holds_what_is_published() -> None:
    found = {f"{module}.{name}" for module, names in published().items() for name in names} | set(verbs())
    listed = LIST.read_text(encoding="utf-8").splitlines()
    assert sorted(found - set(listed)) == [], f"published and not listed in {LIST.name}"
    assert sorted(set(listed) - found) == [], f"listed in {LIST.name} and not published"
    assert listed == sorted(set(listed))


# --- who uses it ----------------------------------------------------------------------------------------------------


def code_blocks(page: Path) -> str:
    return "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


def cells(notebook: Path) -> str:
    found = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in found if cell["cell_type"] == "code")


def filled(template: Path) -> str:
    return re.sub(r"@(class|name)\b", r"a_\1", template.read_text(encoding="utf-8"))


def users() -> dict[str, str]:
    """Everything that is written for people who use svcqa, as Python."""
    found = {page: code_blocks(page) for page in [REPO / "README.md", *(REPO / "docs").glob("*.md")]}
    found |= {path: cells(path) for path in (REPO / "notebooks").glob("*.ipynb")}
    found |= {path: filled(path) for path in (REPO / "src/svcqa/starter/plugin").glob("*.py.tmpl")}
    for folder in ("examples", "tests/outside_plugin"):
        found |= {path: path.read_text(encoding="utf-8") for path in (REPO / folder).rglob("*.py")}
    return {path.relative_to(REPO).as_posix(): code for path, code in found.items() if "svcqa" in code}


def imported(code: str) -> Iterator[tuple[str, str]]:
    """Each import of ours as module and name."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from ((item.name, "") for item in node.names if item.name.split(".")[0] == "svcqa")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "svcqa":
            yield from ((node.module or "", item.name) for item in node.names)


@pytest.mark.parametrize("user", sorted(users()))
def test_users_import_only_what_is_published(user: str) -> None:
    wrong = [
        (module, name)
        for module, name in imported(users()[user])
        if module not in published() or (name and name not in published()[module])
    ]
    assert wrong == []


def test_there_is_somebody_to_ask() -> None:
    asked = {user for user, code in users().items() if any(True for _ in imported(code))}
    assert len(asked) > 12
    assert asked > {"README.md", "docs/plugins.md", "notebooks/06_write_a_plugin.ipynb"}
