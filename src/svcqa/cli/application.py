"""The command line as a whole: all commands, and how errors are told."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from svcqa.catalogue import text
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
from svcqa.cli.language import language_of_session
from svcqa.cli.log import log_to_stderr
from svcqa.cli.usage import PARSER_ERROR, PROGRAM, speak, usage_fault
from svcqa.errors import Fault, SvcqaError
from svcqa.extras import explained

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
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say on stderr what is being done; with --debug in every detail.")
]


@app.callback()
def _main(debug: DebugOption = False, verbose: VerboseOption = False) -> None:
    """Service-quality reviews from raw records."""


def main() -> None:
    """Run the command line; errors are told in words, with a traceback only under ``--debug``."""
    arguments, flags = _everywhere(sys.argv[1:])
    debug = "--debug" in flags
    if flags - {"--debug"}:
        log_to_stderr(logging.DEBUG if debug else logging.INFO)
    language = language_of_session(arguments)
    command = typer.main.get_command(app)
    speak(command, language)
    try:
        sys.exit(command.main(args=arguments, prog_name=PROGRAM, standalone_mode=False) or 0)
    except PARSER_ERROR as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # the help itself stands on the screen already
            typer.echo(usage_fault(error, command, arguments).render(language), err=True)
        sys.exit(2)
    except typer.Abort:
        typer.echo(text("command_line.aborted", language), err=True)
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        foreseen = explained(error) if isinstance(error, ModuleNotFoundError) else error
        if isinstance(foreseen, SvcqaError):
            typer.echo(foreseen.render(language), err=True)
            sys.exit(2)
        # whatever was not foreseen is still told in words
        fault = Fault("unexpected", got=f"{type(error).__name__}: {error}")
        typer.echo(fault.render(language), err=True)
        sys.exit(1)


def _everywhere(arguments: list[str]) -> tuple[list[str], set[str]]:
    """The arguments without those that may stand before or after any command, and which of these were given."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags = {argument for argument in arguments[:end] if argument in ("--debug", "--verbose", "-v")}
    return [argument for argument in arguments[:end] if argument not in flags] + arguments[end:], flags
