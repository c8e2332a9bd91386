"""docs/architecture.md, "Where things are": who may import whom, types included, and what a plain import loads."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from support.workspaces import REPO

PACKAGE = REPO / "src" / "svcqa"
PAGE = (REPO / "docs" / "architecture.md").read_text(encoding="utf-8")
LONG = 300
MOST_MODULES = 35
VIEW_LIBRARIES = ("altair", "ipywidgets", "matplotlib", "IPython", "xlsxwriter", "rich")


# --- the table of the page ------------------------------------------------------------------------------------------


def named(cell: str) -> list[str]:
    """The rooms and modules that a cell names: ``records.schema`` or `` `report/` ``."""
    return [re.sub(r"\.py$|/$", "", name) for name in re.findall(r"`([^`]+)`", cell)]


def table() -> dict[str, set[str]]:
    """Each room with what it may import beside itself and what is open to all."""
    rows = re.findall(r"^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    return {room: set(named(allowed)) for rooms, allowed in rows for room in named(rooms)}


def order_in_report() -> list[set[str]]:
    """The rooms of ``report/`` from the lowest to the highest; those of one set do not know each other."""
    (said,) = re.findall(r"none climbs: ([^;]+);", PAGE)
    return [set(named(step)) for step in said.split(", ")]


ROOMS = table()
OPEN = {
    "errors": {"catalogue"},
    "extras": {"errors"},
    "periods": {"errors"},
    "catalogue": set[str](),
    "lazy_modules": set[str](),
}
"""Open to all others, and what each of these may import."""


# --- what imports what ----------------------------------------------------------------------------------------------


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str:
    """``svcqa.records.store`` → ``records``; ``svcqa`` itself → ``svcqa``."""
    return module.split(".")[1] if "." in module else module


@cache
def imports(module: str) -> tuple[str, ...]:
    """Every module of ours that ``module`` imports, at the top, in a function, or for type checkers alone."""
    path, found = MODULES[module], []
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [item.name for item in node.names if item.name in MODULES]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            if base in MODULES:
                # ``from svcqa.report import charts`` imports the module, not the package's body
                inside = [f"{base}.{item.name}" for item in node.names]
                found += [name if name in MODULES else base for name in inside]
    return tuple(dict.fromkeys(found))


def crossings(room: str) -> Iterator[tuple[str, str]]:
    """Every import out of a room."""
    for module in MODULES:
        if room_of(module) == room:
            yield from ((module, other) for other in imports(module) if room_of(other) != room)


def test_every_module_lives_in_a_room_of_the_table() -> None:
    assert {room_of(module) for module in MODULES} - set(ROOMS) == set()


def test_the_table_names_rooms_and_modules_that_are_there() -> None:
    known = {module.removeprefix("svcqa.") for module in MODULES}
    assert {name for allowed in ROOMS.values() for name in allowed} - known == set()


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_import_only_what_the_table_allows(room: str) -> None:
    allowed = OPEN.get(room, ROOMS[room] | set(OPEN))
    wrong = [
        f"{module} imports {other}"
        for module, other in crossings(room)
        if not {room_of(other), other.removeprefix("svcqa.")} & allowed and (room, other) != ("cli", "svcqa")
    ]
    assert wrong == []


def test_no_room_can_be_reached_from_itself() -> None:
    rooms = {room: {name.split(".")[0] for name in allowed} - {room} for room, allowed in ROOMS.items()}
    assert no_circle(rooms) == []


def test_no_import_goes_round() -> None:
    assert no_circle({module: set(imports(module)) - {module} for module in MODULES}) == []


def no_circle(graph: dict[str, set[str]]) -> list[str]:
    """The nodes of a circle, the first one once more at the end; nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_nothing_climbs_within_the_report() -> None:
    order = order_in_report()
    assert len(order) == 6
    height = {room: place for place, step in enumerate(order) for room in step}
    assert set(height) == {path.name for path in (PACKAGE / "report").iterdir() if (path / "__init__.py").is_file()}
    wrong = [
        f"{module} imports {other}"
        for module in MODULES
        if module.startswith("svcqa.report.")
        for other in imports(module)
        if other.startswith("svcqa.report.")
        for own, its in [(module.split(".")[2], other.split(".")[2])]
        if own != its and height[its] >= height[own]
    ]
    assert wrong == []


# --- plugins and sections are found, not imported -------------------------------------------------------------------


def registered_modules(group: str = "svcqa.metrics") -> set[str]:
    return {entry.module for entry in importlib.metadata.entry_points(group=group) if entry.module.startswith("svcqa.")}


def test_registered_plugins_never_import_each_other() -> None:
    registered = registered_modules()
    assert registered >= {"svcqa.plugins.compliance.metric", "svcqa.plugins.quantity", "svcqa.plugins.milestone"}
    assert [(module, other) for module in registered for other in imports(module) if other in registered] == []


def test_nobody_imports_a_section_past_the_registry() -> None:
    sections = registered_modules("svcqa.review_sections")
    assert sections >= {"svcqa.report.sections.targets", "svcqa.report.sections.comparison"}
    assert [(module, other) for module in MODULES for other in imports(module) if other in sections] == []


def test_nobody_imports_a_plugin_past_the_registry() -> None:
    found = {
        module for module in MODULES if room_of(module) != "plugins" for o in imports(module) if room_of(o) == "plugins"
    }
    assert found == set()


def test_no_program_needs_the_conformance_kit() -> None:
    kit = "svcqa.metrics.testing"
    users = {m for m in MODULES if not m.startswith(kit) for other in imports(m) if other.startswith(kit)}
    assert users == {"svcqa.testing"}
    assert [module for module in MODULES if "svcqa.testing" in imports(module) and module != "svcqa"] == []


def test_one_module_knows_of_duckdb_and_no_review_needs_it() -> None:
    knowing = {
        module
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.split(".")[0] == "duckdb"
    }
    assert knowing == {"svcqa.engine.duckdb_query"}
    assert loaded_after("import svcqa.review.callbacks.drawing, svcqa.metrics.figures", ("duckdb",)) == []


# --- size and form --------------------------------------------------------------------------------------------------


def test_a_long_module_says_why() -> None:
    long = {module: path for module, path in MODULES.items() if len(lines(path)) > LONG}
    silent = [module for module, path in long.items() if not any(map(gives_a_reason, lines(path)[:30]))]
    assert silent == []


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def gives_a_reason(line: str) -> bool:
    return re.match(r"# Over 300 lines: \w+", line) is not None


def test_no_room_holds_more_modules_than_can_be_overlooked() -> None:
    counted = Counter(module.rpartition(".")[0] for module, path in MODULES.items() if path.name != "__init__.py")
    listing = "\n".join(f"{count:4}  {room}" for room, count in sorted(counted.items()))
    assert max(counted.values()) <= MOST_MODULES, f"modules by room:\n{listing}"


def test_the_formatter_lays_out_every_line() -> None:
    opted_out = re.compile(r"#\s*fmt:\s*(off|skip)")
    sources = [path for folder in ("src", "tests") for path in (REPO / folder).rglob("*.py")]
    assert [path.name for path in sources if opted_out.search(path.read_text(encoding="utf-8"))] == []


# --- what is loaded -------------------------------------------------------------------------------------------------


def loaded_after(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of ``names`` a fresh interpreter has loaded after ``statement``."""
    program = f"import sys\n{statement}\nprint(*[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("statement", ["import svcqa", "import svcqa.report, svcqa.stats, svcqa.errors"])
def test_a_plain_import_loads_neither_pandas_nor_pydantic_nor_views(statement: str) -> None:
    heavy = ("pandas", "pydantic", "numpy", "pyarrow", "duckdb", "scipy", "sqlalchemy", *VIEW_LIBRARIES)
    assert loaded_after(statement, heavy) == []


def test_the_workspace_loads_no_view_library() -> None:
    heavy = (*VIEW_LIBRARIES, "statsmodels", "scipy", "typer")
    assert loaded_after("import svcqa.workspace", heavy) == []
