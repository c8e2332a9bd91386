"""The command line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from svcqa.calendar_cli import calendar_app
from svcqa.catalogue import LANGUAGES, Language, text
from svcqa.errors import Fault, MetricError, SvcqaError
from svcqa.options import Lang, LangOption, WorkspaceOption, named

if TYPE_CHECKING:
    from svcqa.metrics.result import Result
    from svcqa.workspace import Workspace

app = typer.Typer(help="svcqa: service-quality reviews from raw records.", no_args_is_help=True, add_completion=False)
review_app = typer.Typer(help="Reviews.", no_args_is_help=True)
app.add_typer(review_app, name="review")
plugins_app = typer.Typer(help="The installed metrics; `new` writes one to begin with.", invoke_without_command=True)
app.add_typer(plugins_app, name="plugins")
app.add_typer(calendar_app, name="calendar")


class Format(StrEnum):
    """How ``measure`` prints."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Events after this local moment are masked.")]
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
    """The language asked for with ``--lang``, otherwise that of the workspace, otherwise of the system."""
    if "--lang" in arguments[:-1]:
        asked = arguments[arguments.index("--lang") + 1]
        if asked in LANGUAGES:
            return asked
    import locale
    import tomllib

    flags = [i for i, argument in enumerate(arguments[:-1]) if argument in ("-w", "--workspace")]
    folder = Path(arguments[flags[0] + 1]) if flags else Path()
    try:
        languages = tomllib.loads((folder / "svcqa.toml").read_text(encoding="utf-8-sig")).get("languages", [])
    except (OSError, ValueError):
        languages = []
    if languages and languages[0] in LANGUAGES:
        return cast(Language, languages[0])
    name = locale.getlocale()[0] or ""
    if name.startswith(("zh_TW", "zh_HK", "Chinese (Traditional)")):
        return "zh-Hant"
    return "zh-Hans" if name.startswith(("zh", "Chinese")) else "en"


class Screen:
    """Where the command line prints: one console, and bars that show while something lasts."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        self.console = Console(highlight=False)
        if not self.console.is_terminal:
            self.console.width = 200  # nobody sets the width of a pipe or a file
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        shown = self.console.is_terminal
        self.bars = Progress(*columns, console=self.console, transient=True, disable=not shown)

    def __enter__(self) -> Screen:
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def bar(self, label: str) -> Callable[[int, int], None]:
        """A bar that goes away when it is full."""
        task = self.bars.add_task(label, total=None)

        def advance(done: int, total: int) -> None:
            self.bars.update(task, completed=done, total=total, visible=done < total)

        return advance

    def open(self, folder: Path) -> Workspace:
        """The workspace in ``folder``, reporting its progress here."""
        from svcqa.workspace import open_workspace

        workspace = open_workspace(folder)
        workspace.progress = lambda what: self.bar(text("terminal.measuring", workspace.language, what=what))
        return workspace


def _ingest(screen: Screen, workspace: Workspace, source_folder: Path | None, language: Language) -> None:
    from svcqa.report.checks import reading_table

    progress = screen.bar(text("terminal.ingesting", language))
    report = workspace.ingest(source_folder=source_folder, progress=progress)
    screen.console.print(reading_table(report.files, language))


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The folder to make.")], lang: LangOption = None) -> None:
    """Make a commented workspace."""
    from svcqa.starter import make_workspace

    language = named(lang or Lang.HANS)
    make_workspace(folder, language)
    typer.echo(text("terminal.made", language, folder=folder))


@app.command()
def ingest(
    workspace: WorkspaceOption = Path(),
    source_folder: Annotated[Path | None, typer.Option("--from", help="Where the source files are.")] = None,
    lang: LangOption = None,
) -> None:
    """Read the sources; the same file again changes nothing."""
    with Screen() as screen:
        opened = screen.open(workspace)
        _ingest(screen, opened, source_folder, _language(opened, lang))


@app.command()
def check(
    workspace: WorkspaceOption = Path(),
    everything: Annotated[bool, typer.Option("--all", help="List every row, not the first of each kind.")] = False,
    lang: LangOption = None,
) -> None:
    """What was read, quarantined, odd and corrected, with places."""
    from svcqa.report.checks import print_check

    with Screen() as screen:
        opened = screen.open(workspace)
        print_check(opened.check(), _language(opened, lang), screen.console, everything=everything)


@app.command()
def measure(
    metric: Annotated[str, typer.Argument(help="A metric, see `svcqa plugins`.")],
    period: Annotated[str, typer.Option(help="2026H1, 2026-06, 2026Q2, 2026-W23, 2026, 2025-07..2026-06.")],
    commitment: Annotated[str | None, typer.Option(help="Key of a commitment; all of them where absent.")] = None,
    target: Annotated[str | None, typer.Option(help="Key of a target.")] = None,
    by: Annotated[str, typer.Option(help="unit, department, month, tier …, separated by commas.")] = "",
    unit: Annotated[str | None, typer.Option(help="Only this unit and what is below it.")] = None,
    limit: Annotated[int | None, typer.Option(help="A limit to try instead of the promised one.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="name=value: a parameter of the metric; repeatable.")] = None,
    cumulative: Annotated[bool, typer.Option("--cumulative", help="From the first day of the year.")] = False,
    as_of: AsOfOption = None,
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    chart: Annotated[Path | None, typer.Option(help="Draw it too: FILE.svg, FILE.xlsx or FILE.html.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Figures of a metric."""
    from dataclasses import replace

    if chart is not None:
        from svcqa.report.charts.files import check_ending

        check_ending(chart)
    with Screen() as screen:
        opened = screen.open(workspace)
        keys: list[str | None] = [commitment]
        if commitment is None and target is None:
            keys = [item.key for item in opened.policies.commitments if item.counted.metric == metric] or [None]
        params = _params(param or [])
        grouping = tuple(part.strip() for part in by.split(",") if part.strip())
        results = [
            opened.measure(
                metric,
                period=period,
                commitment=key,
                target=target,
                by=grouping,
                unit=unit,
                limit=limit,
                cumulative=cumulative,
                as_of=as_of,
                params=params,
            )
            for key in keys
        ]
        language = _language(opened, lang)
    rows = tuple(row for result in results for row in result.rows)
    found = replace(results[0], rows=rows)
    _print_result(found, output, language)
    if chart is not None:
        _draw(found, opened, chart, language)


def _draw(found: Result, workspace: Workspace, path: Path, language: Language) -> None:
    """Write the picture; where it is and what is wrong with its fonts is told beside the figures, not among them."""
    from svcqa.report.charts import of_result
    from svcqa.report.charts.files import write_picture

    policies = workspace.policies
    names = {unit.code: unit.name.in_language(language) for unit in policies.organisation.units}
    names |= {item.key: item.item.in_language(language) for item in policies.commitments}
    picture = of_result(found, language, names=names)
    typer.echo(str(write_picture(picture, path)), err=True)
    if picture.font_note:
        typer.echo(picture.font_note, err=True)


def _params(given: list[str]) -> dict[str, object]:
    """``name=value`` pairs; lists and tables as JSON. The metric's own model reads the values."""
    import json

    found: dict[str, object] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip()):
            raise MetricError(Fault("bad_param", got=repr(pair)))
        try:
            found[name.strip()] = json.loads(value) if value.lstrip().startswith(("[", "{")) else value
        except ValueError as error:
            raise MetricError(Fault("bad_param", got=repr(pair))) from error
    return found


def _print_result(result: object, output: Format, language: Language) -> None:
    from svcqa.metrics.result import Result

    assert isinstance(result, Result)
    if output is Format.JSON:
        typer.echo(result.to_json())
    elif output is Format.CSV:
        from svcqa.report.csv_text import csv_text

        typer.echo(csv_text(result.frame), nl=False)
    else:
        from svcqa.report.tables import result as result_table
        from svcqa.report.terminal import table_of

        Screen().console.print(table_of(result_table(result, language)))


@review_app.command("half-year")
def half_year(
    period: Annotated[str, typer.Argument(help="A half-year, such as 2026H1.")],
    out: Annotated[Path, typer.Option(help="Where the files are written.")] = Path("out"),
    as_of: AsOfOption = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit and what is below it.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """The half-year review: score board, executed notebook, HTML report, forms in one workbook."""
    with Screen() as screen:
        opened = screen.open(workspace)
        _review(screen, opened, period, out, as_of, unit, _language(opened, lang))


@app.command("returns")
def returns_beside_records(
    period: Annotated[str, typer.Option("--period", help="2026H1, 2026-06, 2026Q2, 2026 …")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Where the departments' monthly returns and the records do not agree, and which of them counts."""
    from svcqa.report.tables import differences
    from svcqa.report.terminal import table_of

    with Screen() as screen:
        opened = screen.open(workspace)
        language = _language(opened, lang)
        found = opened.compare_returns(period, as_of=as_of)
        compared, differing = sum(len(one.months) for one in found), sum(len(one.differences) for one in found)
        if differing:
            screen.console.print(table_of(differences(found, language)))
        screen.console.print(text("terminal.returns", language, compared=compared, differing=differing))


@app.command()
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
        _ingest(screen, opened, None, language)
        _review(screen, opened, "2026H1", out, None, None, language)


def _review(
    screen: Screen,
    workspace: Workspace,
    period: str,
    out: Path,
    as_of: str | None,
    unit: str | None,
    language: Language,
) -> None:
    from svcqa.bundled import bundled
    from svcqa.report.review_files import NOTEBOOK, write_half_year
    from svcqa.report.terminal import print_board

    review = workspace.review_half_year(period, as_of=as_of, unit=unit)
    company = workspace.settings.company.name.in_language(language)
    console = screen.console
    print_board(review, language, console, company=company)
    parameters = {
        "workspace_path": str(workspace.folder.resolve()),
        "period": period,
        "as_of": as_of or "",
        "unit": unit or "",
    }
    running = screen.bar(text("terminal.running", language))
    written = write_half_year(
        review, out, notebook=bundled("notebooks") / NOTEBOOK, language=language, company=company,
        parameters=parameters,
    )  # fmt: skip
    running(1, 1)
    console.print(text("terminal.written", language))
    for kind, path in written.items():
        console.print(f"  {path}  {text(f'terminal.{kind}', language)}", soft_wrap=True)


@plugins_app.callback()
def plugins(
    context: typer.Context, lang: Annotated[Lang, typer.Option("--lang", help="Language.")] = Lang.HANS
) -> None:
    """The installed metrics; broken ones with their error."""
    if context.invoked_subcommand is not None:
        return
    import warnings

    from svcqa.metrics.registry import Registry
    from svcqa.report.checks import plugin_table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table below tells of broken plugins
        found = Registry().plugins()
    Screen().console.print(plugin_table(found.values(), named(lang)))


@app.command()
def dictionary(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("data_dictionary.md"),
) -> None:
    """The data dictionary of all tables, as Markdown."""
    from svcqa.records.dictionary import markdown

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(markdown(), encoding="utf-8")
    typer.echo(str(out))


@app.command()
def template(
    table: Annotated[str, typer.Argument(help="A table of the data dictionary, such as outages.")],
    out: Annotated[Path | None, typer.Option(help="The workbook to write; TABLE.xlsx where absent.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """A workbook that a department fills in, and the mapping file that reads it back."""
    from svcqa.records.dictionary import example
    from svcqa.records.tables import table as schema_of
    from svcqa.report.templates import write_template
    from svcqa.workspace import SETTINGS_FILE, open_workspace

    schema = schema_of(table)
    opened = open_workspace(workspace) if (workspace / SETTINGS_FILE).is_file() else None
    language = _language(opened, lang) if opened else named(lang or Lang.HANS)
    units = [unit.code for unit in opened.policies.organisation.units] if opened else []
    path = out or Path(f"{table}.xlsx")
    for written in write_template(schema, path, language, units=units, example=lambda column: example(schema, column)):
        typer.echo(str(written))


@app.command("map")
def map_file(
    file: Annotated[Path, typer.Argument(help="A source file.")],
    table: Annotated[str | None, typer.Option(help="The table it is; the best fit where absent.")] = None,
    out: Annotated[Path | None, typer.Option(help="The mapping file to write, such as mappings/orders.toml.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Propose a mapping for a file; samples have personal data masked."""
    from svcqa.records.assistant import propose
    from svcqa.records.mapping import load_mapping
    from svcqa.report.proposed import proposal_notes, proposal_table, proposal_title
    from svcqa.report.terminal import table_of
    from svcqa.workspace import SETTINGS_FILE, open_workspace

    opened = open_workspace(workspace) if (workspace / SETTINGS_FILE).is_file() else None
    language = _language(opened, lang) if opened else named(lang or Lang.HANS)
    proposal = opened.propose_mapping(file, table=table) if opened else propose(file, table)
    console = Screen().console
    console.print(table_of(proposal_table(proposal, language), title=proposal_title(proposal, language)))
    for note in proposal_notes(proposal, language):
        console.print(note, markup=False)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(proposal.toml(language), encoding="utf-8")
        console.print(text("mapping.wrote", language, path=out), markup=False)
        load_mapping(out)


@plugins_app.command("new")
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


def _language(workspace: Workspace, lang: Lang | None) -> Language:
    return named(lang) if lang is not None else workspace.language
