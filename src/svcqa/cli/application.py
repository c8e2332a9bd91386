"""The command line as a whole: all commands, and how errors are told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, cast

import typer

from svcqa.catalogue import LANGUAGES, Language
from svcqa.cli import (
    calendar,
    callback_results,
    compare,
    demo,
    explain,
    letters,
    measure,
    notes,
    outlook,
    plugins,
    published,
    review,
    targets,
    workspace,
)
from svcqa.errors import Fault, SvcqaError

app = typer.Typer(help="svcqa: service-quality reviews from raw records.", no_args_is_help=True, add_completion=False)
for _subject in (workspace, measure, explain, review, outlook, compare, published, demo):
    app.add_typer(_subject.commands)
app.add_typer(plugins.commands, name="plugins")
app.add_typer(calendar.commands, name="calendar")
app.add_typer(callback_results.commands, name="callbacks")
targets.commands.command("letters")(letters.write)
app.add_typer(targets.commands, name="targets")
app.add_typer(letters.commands, name="letters")
app.add_typer(notes.commands, name="note")

DebugOption = Annotated[bool, typer.Option("--debug", help="Show a traceback when something goes wrong.")]


@app.callback()
def _main(debug: DebugOption = False) -> None:
    """Service-quality reviews from raw records."""


def main() -> None:
    """Run the command line; errors are told in words, with a traceback only under ``--debug``."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(arguments, standalone_mode=True)
    except SvcqaError as error:
        if debug:
            raise
        typer.echo(error.render(_language_of_session(arguments)), err=True)
        sys.exit(2)
    except Exception as error:  # whatever was not foreseen is still told in words
        if debug:
            raise
        fault = Fault("unexpected", got=f"{type(error).__name__}: {error}")
        typer.echo(fault.render(_language_of_session(arguments)), err=True)
        sys.exit(1)


def _language_of_session(arguments: list[str]) -> Language:
    """The language asked for with ``--lang``, otherwise the workspace's first, otherwise that of the system."""
    if "--lang" in arguments[:-1]:
        asked = arguments[arguments.index("--lang") + 1]
        if asked in LANGUAGES:
            return asked
    import locale
    import tomllib

    flags = [i for i, argument in enumerate(arguments[:-1]) if argument in ("-w", "--workspace")]
    folder = Path(arguments[flags[0] + 1]) if flags else Path()
    try:
        languages = tomllib.loads((folder / "svcqa.toml").read_text(encoding="utf-8-sig")).get(
            "languages", LANGUAGES[:1]
        )
    except (OSError, ValueError):
        languages = []
    if languages and languages[0] in LANGUAGES:
        return cast(Language, languages[0])
    name = locale.getlocale()[0] or ""
    if name.startswith(("zh_TW", "zh_HK", "Chinese (Traditional)")):
        return "zh-Hant"
    return "zh-Hans" if name.startswith(("zh", "Chinese")) else "en"
