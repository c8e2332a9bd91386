"""In which language the command line speaks before any command has read its options."""

from __future__ import annotations

import locale
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from svcqa.catalogue import LANGUAGES, Language

_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_TRADITIONAL: Final = ("zh_tw", "zh_hk", "zh_mo", "zh_hant", "chinese (traditional)")


def language_of_session(arguments: Sequence[str]) -> Language:
    """The language asked for with ``--lang``, otherwise the workspace's first, otherwise that of the system."""
    from_option = _known(option_value(arguments, "--lang"))
    folder = Path(option_value(arguments, "--workspace", "-w") or ".")
    return from_option or _of_settings(folder) or _of_system()


def option_value(arguments: Sequence[str], *names: str) -> str | None:
    """The last value of an option however written: ``--name value``, ``--name=value``, ``-n value``, ``-nVALUE``."""
    value = None
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        for name in names:
            if argument == name and position + 1 < len(arguments):
                value = arguments[position + 1]
            elif name.startswith("--") and argument.startswith(f"{name}="):
                value = argument.removeprefix(f"{name}=")
            elif not name.startswith("--") and argument.startswith(name) and argument != name:
                value = argument.removeprefix(name)
    return value


def _known(name: object) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)


def _of_settings(folder: Path) -> Language | None:
    """The first language of the workspace in ``folder``; its other settings may be wrong, the first thing to tell."""
    try:
        settings = tomllib.loads((folder / "svcqa.toml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
    languages = settings.get("languages", LANGUAGES)
    return _known(languages[0]) if isinstance(languages, (list, tuple)) and languages else None


def _of_system() -> Language:
    """That of the environment, otherwise of the locale (on Windows the only one), otherwise English."""
    named = next((value for name in _LOCALE_VARIABLES if (value := os.environ.get(name))), None)
    name = (named or locale.getlocale()[0] or "").replace("-", "_").lower()
    if name.startswith(_TRADITIONAL):
        return "zh-Hant"
    return "zh-Hans" if name.startswith(("zh", "chinese")) else "en"
