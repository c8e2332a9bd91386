"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import LANGUAGES, Language

if TYPE_CHECKING:
    from svcqa.workspace import Workspace


class Lang(StrEnum):
    """Languages."""

    HANS = LANGUAGES[0]
    HANT = LANGUAGES[1]
    EN = LANGUAGES[2]


WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.")]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="Language; the workspace's first where absent.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Events after this local moment are masked.")]


def named(lang: Lang) -> Language:
    """The language that an option names."""
    return next(language for language in LANGUAGES if language == lang.value)


def listed(value: str) -> tuple[str, ...]:
    """The parts of an option that takes several, separated by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def language_of(workspace: Workspace | None, lang: Lang | None) -> Language:
    """The language asked for, otherwise the workspace's first, otherwise simplified Chinese."""
    if lang is not None:
        return named(lang)
    return workspace.language if workspace is not None else named(Lang.HANS)
