"""What the pages name is there: links, files, commands and their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from support.workspaces import REPO
from svcqa.cli import app

PAGES = sorted([*REPO.glob("*.md"), *REPO.glob("docs/*.md")])
PACKAGE = REPO / "src/svcqa"
OURS = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_file()]
IN_A_WORKSPACE = {"wave.json", "drawn.parquet", "frame.parquet"}
"""Files of a wave, which a workspace holds and the project does not."""


def commands(text: str) -> Iterator[str]:
    """What stands after ``svcqa`` on a line of a shell block or between backticks; of ``build|show`` the first."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", text.replace("\\\n", " "), re.M | re.S)
    lines = [line for language, block in fenced if language in {"", "sh", "powershell"} for line in block.splitlines()]
    for line in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
        if found := re.search(r"(?:^|[ \\/])svcqa ([a-z][^#}]*)", line):
            yield re.sub(r"(?<=[a-z])\|[a-z|]+|…", "", found[1]).strip()


@cache
def command_line() -> object:
    """All commands; they are made once, which takes longer than looking at a page."""
    return typer.main.get_command(app)


def problem(command: str) -> str | None:
    """The word of ``command`` that the command line does not know."""
    here = command_line()
    words = shlex.split(command)
    while isinstance(here, TyperGroup) and words and not words[0].startswith("-"):
        if words[0] not in here.commands:
            return words[0]
        here = here.commands[words.pop(0)]
    known = {"--help"} | {name for item in here.params for name in (*item.opts, *item.secondary_opts)}
    return next((word for word in words if re.match(r"--?[a-z]", word) and word not in known), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`([a-z][\w./-]*\.(?:md|py|ipynb|parquet|json))`", page.read_text(encoding="utf-8"))
    own = [name for name in named if Path(name).name not in IN_A_WORKSPACE and not name.startswith("half_year_review")]
    missing = [
        name
        for name in own
        if not any((base / name).exists() for base in (REPO, page.parent, PACKAGE))
        and not any(f"/{path}".endswith(f"/{name}") for path in OURS)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_their_options_exist(page: Path) -> None:
    told = list(commands(page.read_text(encoding="utf-8")))
    assert {command: word for command in told if (word := problem(command)) is not None} == {}


def test_the_check_of_commands_sees_what_is_wrong() -> None:
    assert problem("review half-yearly 2026H1") == "half-yearly"
    assert problem("callbacks draw satisfaction 2026Q2 --who me") == "--who"
    assert problem('callbacks draw satisfaction 2026Q2 --by "me" -w .') is None
    page = (REPO / "README.md").read_text(encoding="utf-8")
    assert {"demo", "returns --period 2026H1"} <= set(commands(page))
