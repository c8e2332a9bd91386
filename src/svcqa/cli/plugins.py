"""``svcqa plugins``: the installed metrics, and one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import text
from svcqa.cli.options import Lang, named
from svcqa.cli.screen import Screen

commands = typer.Typer(help="The installed metrics; `new` writes one to begin with.", invoke_without_command=True)


@commands.callback()
def plugins(
    context: typer.Context, lang: Annotated[Lang, typer.Option("--lang", help="Language.")] = Lang.HANS
) -> None:
    """The installed metrics; broken ones with their error."""
    if context.invoked_subcommand is not None:
        return
    import warnings

    from svcqa.metrics.registry import Registry
    from svcqa.report.tables.ingest import plugin_table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table below tells of broken plugins
        installed = Registry().plugins()
    Screen().console.print(plugin_table(installed.values(), named(lang)))


@commands.command("new")
def plugins_new(
    name: Annotated[str, typer.Argument(help="Name of the metric, such as first_contact.")],
    out: Annotated[Path, typer.Option(help="The folder to make the package in.")] = Path(),
    lang: Annotated[Lang, typer.Option("--lang", help="Language.")] = Lang.HANS,
) -> None:
    """Write a package with a metric that passes the conformance kit as it stands."""
    from svcqa.starter import make_plugin

    language = named(lang)
    folder = make_plugin(name, out, language)
    typer.echo(text("terminal.made_plugin", language, folder=folder))
