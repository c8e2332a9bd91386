"""The table "Rooms" of DESIGN.md: who may import whom directly, and what a plain import loads."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.workspaces import REPO

PACKAGE = REPO / "src" / "svcqa"

OPEN_TO_ALL = {"errors", "extras", "periods", "catalogue"}
ALL_ROOMS = {
    "entities",
    "clock",
    "stats",
    "records",
    "engine",
    "metrics",
    "plugins",
    "register",
    "review",
    "report",
    "widgets",
}
ROOMS: dict[str, set[str]] = {
    "catalogue": set(),
    "errors": set(),
    "periods": set(),
    "extras": set(),
    "entities": set(),
    "clock": {"entities"},
    "stats": set(),
    "records": {"entities"},
    "engine": {"records"},
    "metrics": {"entities", "clock", "stats", "engine"},
    "plugins": {"metrics", "entities", "stats", "clock"},
    "register": {"entities"},
    "review": {
        "metrics",
        "register",
        "entities",
        "stats",
        "engine.contract",
        "engine.derive",
        "engine.draw",
        "records.survey_records",
        "records.vault",
        "records.wave_store",
    },
    "report": {"review", "metrics", "entities"},
    "widgets": {"report", "review", "entities"},
    "bundled": set(),
    "starter": set(),
    "workspace": ALL_ROOMS | {"bundled"},
    "cli": ALL_ROOMS | {"bundled", "starter", "workspace"},
    "__init__": {"workspace"},
    "__main__": {"cli"},
}
"""DESIGN.md, "Rooms": a room's own modules and the three open ones are understood; ``engine.draw`` opens one module of
a room. ``bundled`` only knows where the sample company and the notebooks were installed."""

VIEW_LIBRARIES = ("altair", "ipywidgets", "matplotlib", "IPython", "xlsxwriter", "rich")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """``svcqa.records.store`` → ``records``; ``svcqa`` itself → ``__init__``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def without_type_checking(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those under ``if TYPE_CHECKING:``, which never run."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def own_imports(path: Path) -> Iterator[str]:
    """Every module of ours that ``path`` imports, at the top or in a function."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    for node in without_type_checking(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names if item.name.split(".")[0] == "svcqa")
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            if base.split(".")[0] == "svcqa":
                # ``from svcqa import catalogue`` imports the room, not the package's body
                yield from (f"svcqa.{item.name}" for item in node.names) if base == "svcqa" else (base,)


def test_every_module_lives_in_a_room_of_the_table() -> None:
    strangers = {dotted(path) for path in modules() if room_of(dotted(path)) not in ROOMS}
    assert strangers == set()


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_import_only_what_the_table_allows(room: str) -> None:
    open_to_it = {
        "catalogue": set[str](),
        "errors": {"catalogue"},
        "extras": {"errors"},
        "periods": {"errors"},
    }.get(room, OPEN_TO_ALL)
    allowed = ROOMS[room] | open_to_it | {room}
    wrong = {
        (path.relative_to(PACKAGE).as_posix(), room_of(found))
        for path in modules()
        if room_of(dotted(path)) == room
        for found in own_imports(path)
        if not {room_of(found), found.removeprefix("svcqa.")} & allowed and found != "svcqa.__version__"
    }

    assert wrong == set()


def registered_modules(group: str = "svcqa.metrics") -> set[str]:
    return {entry.module for entry in importlib.metadata.entry_points(group=group) if entry.module.startswith("svcqa.")}


def test_registered_plugins_never_import_each_other() -> None:
    registered = registered_modules()
    assert registered >= {"svcqa.plugins.compliance.metric", "svcqa.plugins.quantity", "svcqa.plugins.milestone"}
    wrong = [
        f"{dotted(path)} imports {found}"
        for path in modules()
        if dotted(path) in registered
        for found in own_imports(path)
        if found in registered and found != dotted(path)
    ]
    assert wrong == []


def test_nobody_imports_a_section_past_the_registry() -> None:
    sections = registered_modules("svcqa.review_sections")
    assert sections >= {"svcqa.report.sections.targets", "svcqa.report.sections.comparison"}
    wrong = [
        f"{dotted(path)} imports {found}" for path in modules() for found in own_imports(path) if found in sections
    ]
    assert wrong == []


def test_nobody_imports_a_plugin_past_the_registry() -> None:
    wrong = [
        f"{dotted(path)} imports {found}"
        for path in modules()
        if room_of(dotted(path)) != "plugins"
        for found in own_imports(path)
        if room_of(found) == "plugins"
    ]
    assert wrong == []


def test_one_module_knows_of_duckdb_and_no_review_needs_it() -> None:
    imported = {
        dotted(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [item.name for item in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name.split(".")[0] == "duckdb"
    }
    assert imported == {"svcqa.engine.duckdb_query"}
    assert loaded_after("import svcqa.review.callbacks.drawing, svcqa.metrics.figures", ("duckdb",)) == []


def loaded_after(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of ``names`` a fresh interpreter has loaded after ``statement``."""
    program = f"import sys\n{statement}\nprint(*[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_plain_import_loads_neither_pandas_nor_pydantic_nor_views() -> None:
    heavy = ("pandas", "pydantic", "numpy", "pyarrow", "duckdb", "scipy", "sqlalchemy", *VIEW_LIBRARIES)
    assert loaded_after("import svcqa", heavy) == []


def test_the_workspace_loads_no_view_library() -> None:
    heavy = (*VIEW_LIBRARIES, "statsmodels", "scipy", "typer")
    assert loaded_after("import svcqa.workspace", heavy) == []
