"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import LANGUAGES, Language


class Lang(StrEnum):
    """Languages."""

    HANS = LANGUAGES[0]
    HANT = LANGUAGES[1]
    EN = LANGUAGES[2]


WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.")]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="Language; the workspace's first where absent.")]


def named(lang: Lang) -> Language:
    """The language that an option names."""
    return next(language for language in LANGUAGES if language == lang.value)
