"""What the parser of the command line refuses, and the headings of its help, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final

import typer

from svcqa.catalogue import Language, text
from svcqa.errors import Fault

PROGRAM: Final = "svcqa"

PARSER_ERROR: Final[type[Exception]] = typer.BadParameter.__mro__[2]
"""What the parser's errors have in common; typer publishes no name for it."""

_HEADINGS: Final = {
    "ARGUMENTS_PANEL_TITLE": "command_line.arguments",
    "OPTIONS_PANEL_TITLE": "command_line.options",
    "COMMANDS_PANEL_TITLE": "command_line.commands",
    "DEFAULT_STRING": "command_line.default",
    "REQUIRED_LONG_STRING": "command_line.required",
}
_KINDS: Final = (
    (re.compile(r"No such command '?(?P<got>[^']*)'?"), "usage_command"),
    (re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<got>.*)\)"), "usage_extra"),
    (re.compile(r"Missing command"), "usage_no_command"),
    (re.compile(r"Option '?(?P<got>[^']*)'? requires an argument"), "usage_option_value"),
    (re.compile(r"Option '?(?P<got>[^']*)'? does not take a value"), "usage_flag"),
)
"""How the parser says what it has no class of its own for."""


def usage_fault(error: Any, command: Any, arguments: Sequence[str]) -> Fault:
    """What the parser found wrong, as a fault: the command is its file, the argument or option its place."""
    context = getattr(error, "ctx", None)
    path = _path(command, arguments) if context is None else context.command_path
    kind = type(error).__name__
    if kind == "MissingParameter":
        return Fault("usage_missing", file=path, place=_name(error.param), allowed=_choices(error.param))
    if kind == "NoSuchOption":
        parameters = () if context is None else context.command.get_params(context)
        likely = error.possibilities or [name for parameter in parameters for name in parameter.opts]
        names = sorted(name for name in likely if name.startswith("-"))
        return Fault("usage_option", file=path, got=error.option_name, allowed=", ".join(names))
    if isinstance(error, typer.BadParameter):
        got, allowed = _bad_value(error)
        return Fault("usage_value", file=path, place=_name(error.param), got=got, allowed=allowed)
    for pattern, code in _KINDS:
        if match := pattern.match(error.message):
            got = match.groupdict().get("got", "")
            names = list(getattr(context.command, "commands", {}) if context is not None else {})
            return Fault(code, file=path, got=got, allowed=", ".join(get_close_matches(got, names) or names))
    return Fault("usage", file=path, got=error.format_message())


def _path(command: Any, arguments: Sequence[str]) -> str:
    """The command that ``arguments`` name, with what stands before it."""
    path = [PROGRAM]
    for argument in arguments:
        command = getattr(command, "commands", {}).get(argument)
        if command is None:
            break
        path.append(argument)
    return " ".join(path)


def _name(parameter: Any) -> str:
    """An option as it is written, an argument by its name."""
    if parameter is None:
        return ""
    return next((name for name in parameter.opts if name.startswith("--")), str(parameter.name))


def _choices(parameter: Any) -> str:
    described = getattr(parameter, "type_descriptor", None) or getattr(parameter, "type", None)
    return ", ".join(str(getattr(choice, "value", choice)) for choice in getattr(described, "choices", None) or ())


def _bad_value(error: Any) -> tuple[str, str]:
    """What was given for a parameter and what it may be."""
    from pydantic import ValidationError

    from svcqa.entities.validation import allowed_of

    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return error.message, _choices(error.param)
    item = cause.errors(include_url=False)[0]
    return repr(item["input"]), _choices(error.param) or allowed_of(item)


def speak(command: Any, language: Language) -> None:
    """Give ``--help`` of ``command`` and of all below it their headings in ``language``."""
    from typer import rich_utils

    vars(rich_utils).update({name: text(key, language) for name, key in _HEADINGS.items()})
    _translate(command, language)


def _translate(command: Any, language: Language) -> None:
    usage, option = command.get_usage, command.get_help_option

    def help_option(context: Any) -> Any:
        parameter = option(context)
        if parameter is not None:
            parameter.help = text("command_line.help", language)
        return parameter

    heading = text("command_line.usage", language)
    command.get_usage = lambda context: usage(context).replace("Usage: ", heading, 1)
    command.get_help_option = help_option
    for below in getattr(command, "commands", {}).values():
        _translate(below, language)
