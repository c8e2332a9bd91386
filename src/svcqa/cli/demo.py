"""``svcqa demo``: the sample company."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from svcqa.cli.options import Lang, named
from svcqa.cli.review import write_files
from svcqa.cli.screen import Screen
from svcqa.cli.workspace import read_sources

commands = typer.Typer()


@commands.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the files are written.")] = Path("out"),
    lang: Annotated[Lang, typer.Option("--lang", help="Language.")] = Lang.HANS,
) -> None:
    """The half-year review of the sample company."""
    from svcqa.bundled import bundled
    from svcqa.workspace import SETTINGS_FILE

    folder = out / "sample_company"
    if not (folder / SETTINGS_FILE).exists():
        ignored = shutil.ignore_patterns(
            ".svcqa", "vault", "register.sqlite*", "generator", "generate.py", "__pycache__"
        )
        shutil.copytree(bundled("sample_data"), folder, ignore=ignored)
    language = named(lang)
    with Screen() as screen:
        opened = screen.open(folder)
        read_sources(screen, opened, None, language)
        opened = opened.as_known_at()
        write_files(screen, opened, review=opened.reviews.review("2026H1"), out=out, as_of=None, language=language)
