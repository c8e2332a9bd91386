"""Commands of a workspace: make one, read its sources, look at what was read, templates and mappings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcqa.catalogue import Language, text
from svcqa.cli.options import Lang, LangOption, WorkspaceOption, language_of, named
from svcqa.cli.screen import Screen

if TYPE_CHECKING:
    from svcqa.workspace import Workspace

commands = typer.Typer()


@commands.command()
def init(folder: Annotated[Path, typer.Argument(help="The folder to make.")], lang: LangOption = None) -> None:
    """Make a commented workspace."""
    from svcqa.starter import make_workspace

    language = named(lang or Lang.HANS)
    make_workspace(folder, language)
    typer.echo(text("terminal.made", language, folder=folder))


@commands.command()
def ingest(
    workspace: WorkspaceOption = Path(),
    source_folder: Annotated[Path | None, typer.Option("--from", help="Where the source files are.")] = None,
    lang: LangOption = None,
) -> None:
    """Read the sources; the same file again changes nothing."""
    with Screen() as screen:
        opened = screen.open(workspace)
        read_sources(screen, opened, source_folder, language_of(opened, lang))


def read_sources(screen: Screen, workspace: Workspace, source_folder: Path | None, language: Language) -> None:
    """Ingest, and print what was read."""
    from svcqa.report.tables.ingest import reading_table

    progress = screen.bar(text("terminal.ingesting", language))
    report = workspace.ingest(source_folder=source_folder, progress=progress)
    screen.console.print(reading_table(report.files, language))
    for file in report.files:
        if file.waiting:
            message = text("terminal.waiting", language, source=file.source, count=f"{file.waiting:,}")
            screen.console.print(message, markup=False)


@commands.command()
def check(
    workspace: WorkspaceOption = Path(),
    everything: Annotated[bool, typer.Option("--all", help="List every row, not the first of each kind.")] = False,
    lang: LangOption = None,
) -> None:
    """What was read, quarantined, odd and corrected, with places."""
    from svcqa.report.tables.ingest import print_check

    with Screen() as screen:
        opened = screen.open(workspace)
        print_check(opened.check(), language_of(opened, lang), screen.console, everything=everything)


@commands.command()
def dictionary(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("data_dictionary.md"),
) -> None:
    """The data dictionary of all tables, as Markdown."""
    from svcqa.records.dictionary import markdown

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(markdown(), encoding="utf-8")
    typer.echo(str(out))


@commands.command()
def glossary(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("glossary.md"),
) -> None:
    """The terms of figures, callbacks and statistics with their meaning, as Markdown."""
    from svcqa.metrics.registry import Registry
    from svcqa.report.words.glossary import markdown

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(markdown(Registry().plugins().values()), encoding="utf-8")
    typer.echo(str(out))


@commands.command()
def template(
    table: Annotated[str, typer.Argument(help="A table of the data dictionary, such as outages.")],
    out: Annotated[Path | None, typer.Option(help="The workbook to write; TABLE.xlsx where absent.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """A workbook that a department fills in, and the mapping file that reads it back."""
    from svcqa.records.tables import example
    from svcqa.records.tables import table as schema_of
    from svcqa.report.files.templates import write_template
    from svcqa.workspace import SETTINGS_FILE, open_workspace

    schema = schema_of(table)
    opened = open_workspace(workspace) if (workspace / SETTINGS_FILE).is_file() else None
    language = language_of(opened, lang)
    units = [unit.code for unit in opened.policies.organisation.units] if opened else []
    path = out or Path(f"{table}.xlsx")
    for written in write_template(schema, path, language, units=units, example=lambda column: example(schema, column)):
        typer.echo(str(written))


@commands.command("map")
def map_file(
    *,
    file: Annotated[Path, typer.Argument(help="A source file.")],
    table: Annotated[str | None, typer.Option(help="The table it is; the best fit where absent.")] = None,
    out: Annotated[Path | None, typer.Option(help="The mapping file to write, such as mappings/orders.toml.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Propose a mapping for a file; samples have personal data masked."""
    from svcqa.records.assistant import propose
    from svcqa.records.mapping import load_mapping
    from svcqa.report.tables.mapping import proposal_notes, proposal_table, proposal_title
    from svcqa.workspace import SETTINGS_FILE, open_workspace

    opened = open_workspace(workspace) if (workspace / SETTINGS_FILE).is_file() else None
    language = language_of(opened, lang)
    proposal = opened.mappings.propose(file, table=table) if opened else propose(file, table)
    screen = Screen()
    console = screen.console
    screen.show(proposal_table(proposal, language), proposal_title(proposal, language))
    for note in proposal_notes(proposal, language):
        console.print(note, markup=False)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(proposal.toml(language), encoding="utf-8")
        console.print(text("mapping.wrote", language, path=out), markup=False)
        load_mapping(out)
