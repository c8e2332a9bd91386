"""``svcqa calendar``: write the table of a calendar, look at a month, see what differs between two."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svcqa.catalogue import Language, text
from svcqa.cli.options import LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from svcqa.clock.calendar import WorkCalendar
    from svcqa.clock.calendar_set import CalendarSet
    from svcqa.clock.table import TableDay
    from svcqa.entities.settings import Calendar
    from svcqa.periods import Period
    from svcqa.workspace import Workspace

commands = typer.Typer(help="Working days and hours: write, show, compare.", no_args_is_help=True)

UnitOption = Annotated[str | None, typer.Option(help="The calendar that this unit works by.")]
_STYLES = {"weekend": "dim", "holiday": "red", "makeup": "green", "override": "magenta"}


@commands.command()
def build(
    *,
    years: Annotated[list[int], typer.Argument(min=1999, max=2060, help="The years of the table, such as 2026 2027.")],
    out: Annotated[Path, typer.Option(help="The Excel or CSV file to write.")] = Path("calendar.xlsx"),
    source: Annotated[str | None, typer.Option(help="china, weekdays, holidays; the workspace's where absent.")] = None,
    country: Annotated[str | None, typer.Option(help="For holidays: a country's code, such as HK.")] = None,
    subdivision: Annotated[str | None, typer.Option(help="For holidays: a part of the country, such as CA.")] = None,
    unit: UnitOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Write the table of a calendar, to be edited and kept with `source = "table"`."""
    from svcqa.clock.calendar import build_calendar
    from svcqa.clock.table import write_table

    opened = _opened(workspace)
    language = language_of(opened, lang)
    options = {"source": source, "country": country, "subdivision": subdivision}
    chosen = {key: value for key, value in options.items() if value is not None}
    calendar = build_calendar(_settings(chosen)) if chosen or opened is None else _of_unit(opened, unit)
    rows = [row for year in sorted(set(years)) for row in calendar.table(dt.date(year, 1, 1), dt.date(year, 12, 31))]
    write_table(rows, out, language=language)
    typer.echo(text("calendar.wrote", language, path=out, days=len(rows), digest=calendar.digest))
    count = sum(row.provisional for row in rows)
    if count:
        typer.echo(text("calendar.provisional_days", language, count=count))


@commands.command()
def show(
    period: Annotated[str, typer.Argument(help="2026-02, 2026Q1, 2026.")],
    unit: UnitOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Pictures of months: each day's kind and hours."""
    from rich.console import Console

    from svcqa.clock.calendar import build_calendar
    from svcqa.periods import PeriodRule

    opened = _opened(workspace)
    language = language_of(opened, lang)
    calendar = build_calendar(_settings({})) if opened is None else _of_unit(opened, unit)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200  # nobody sets the width of a pipe or a file
    for month in months_of(PeriodRule().parse(period)):
        _print_month(calendar, month, language, console)
    console.print(text("calendar.about", language, source=calendar.source, digest=calendar.digest), markup=False)


@commands.command()
def diff(
    *,
    old: Annotated[Path, typer.Argument(help="The table of a calendar.")],
    new: Annotated[Path | None, typer.Argument(help="Another; the workspace's calendar where absent.")] = None,
    unit: UnitOption = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """The days on which two calendars differ, and the published figures that the change restates."""
    from rich.console import Console

    from svcqa.clock.table import differences

    opened = _opened(workspace)
    language = language_of(opened, lang)
    settings = opened.settings.calendar if opened else _settings({})
    before, rows = _kept(old, settings)
    after, later = _kept(new, settings) if new is not None else (_workspace_calendar(opened, unit), rows)
    first, last = max(rows[0].day, later[0].day), min(rows[-1].day, later[-1].day)
    pairs = differences(before.table(first, last), after.table(first, last)) if first <= last else []
    console = Console(highlight=False, soft_wrap=True)
    compared = max((last - first).days + 1, 0)
    title = text("calendar.compared", language, count=len(pairs), days=compared, old=before.digest, new=after.digest)
    console.print(title, markup=False)
    for earlier, now in pairs:
        line = text(
            "calendar.changed",
            language,
            day=earlier.day,
            old=_described(earlier, language),
            new=_described(now, language),
        )
        console.print(line, markup=False)
    apart = len({row.day for row in rows} ^ {row.day for row in later})
    if apart:
        console.print(text("calendar.not_compared", language, count=apart), markup=False)
    if opened is not None and pairs:
        _print_restated(opened, old, new, language)


def _print_restated(workspace: Workspace, old: Path, new: Path | None, language: Language) -> None:
    """The published figures that differ between the two calendars: as reported, and counted with the new one."""
    from svcqa.report.tables.restated import restated

    with Screen() as screen:
        after = workspace.reviews.restated(
            calendars=_kept_set(new, workspace) if new is not None else workspace.calendars
        )
        before = workspace.reviews.restated(calendars=_kept_set(old, workspace))
        differing = [item.differing_from(other) for item, other in zip(after, before, strict=True)]
        count = sum(len(item.figures) for item in differing)
        if not after:
            screen.console.print(text("terminal.nothing_published", language), markup=False)
        elif not count:
            screen.console.print(text("calendar.would_restate_none", language), markup=False)
        else:
            screen.console.print(text("calendar.would_restate", language, count=count), markup=False)
            screen.show(restated(differing, workspace.policies, language, everything=True))


def _kept_set(path: Path, workspace: Workspace) -> CalendarSet:
    """The calendars of a company whose days stand in a table; units keep their own hours and days off."""
    from svcqa.clock.calendar_set import build_calendars

    settings = workspace.settings.calendar
    unit_overrides = tuple(item for item in settings.overrides if item.unit is not None)
    table_settings = settings.model_copy(update={**_table_of(path), "overrides": unit_overrides})
    return build_calendars(table_settings, workspace.policies.organisation)


def months_of(period: Period) -> list[dt.date]:
    """The first days of the months that ``period`` touches."""
    first, last = period.first.replace(day=1), period.last
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def _opened(folder: Path) -> Workspace | None:
    from svcqa.workspace import SETTINGS_FILE, open_workspace

    return open_workspace(folder) if (folder / SETTINGS_FILE).is_file() else None


def _settings(options: dict[str, Any]) -> Calendar:
    """Settings of a calendar from options.

    Raises:
        PolicyError: they contradict each other.
    """
    from svcqa.entities.settings import Calendar
    from svcqa.entities.validation import check
    from svcqa.errors import Fault, PolicyError

    faults: list[Fault] = []
    calendar: Calendar | None = check(Calendar, options, file="", place="calendar", faults=faults)
    if calendar is None:
        raise PolicyError(faults)
    return calendar


def _of_unit(workspace: Workspace, unit: str | None) -> WorkCalendar:
    return workspace.calendar if unit is None else workspace.calendars.of(unit)


def _workspace_calendar(workspace: Workspace | None, unit: str | None) -> WorkCalendar:
    from svcqa.clock.calendar import build_calendar

    return build_calendar(_settings({})) if workspace is None else _of_unit(workspace, unit)


def _kept(path: Path, settings: Calendar) -> tuple[WorkCalendar, list[TableDay]]:
    """The calendar of a table, with the hours of the settings where it leaves them open, and its rows."""
    from svcqa.clock.calendar import build_calendar
    from svcqa.clock.table import read_table

    return build_calendar(settings.model_copy(update={**_table_of(path), "overrides": ()})), read_table(path)


def _table_of(path: Path) -> dict[str, Any]:
    """What settings say of a kept table."""
    return {
        "source": "table",
        "file": str(path.resolve()),
        "country": None,
        "subdivision": None,
        "announced_to": None,
    }


def _described(row: TableDay, language: Language) -> str:
    from svcqa.entities.shifts import shifts_text

    hours = shifts_text(row.shifts or ()) or text("calendar.off", language)
    status = f" {text('calendar.status_provisional', language)}" if row.provisional else ""
    return f"{text(f'calendar.kind_{row.kind}', language)} {hours}{status}"


def _print_month(calendar: WorkCalendar, first: dt.date, language: Language, console: Console) -> None:
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    rows = calendar.table(first, last)
    console.print(_picture(calendar, rows, language))
    days = sum(bool(row.shifts) for row in rows)
    seconds = sum(stop - start for row in rows for start, stop in row.shifts or ())
    console.print(text("calendar.month_sum", language, days=days, hours=_duration(seconds)), markup=False)
    if any(row.provisional for row in rows):
        console.print(text("calendar.provisional_mark", language), markup=False)


def _picture(calendar: WorkCalendar, rows: list[TableDay], language: Language) -> Table:
    """Weeks as rows; a worked day shows how long it is, and its hours where they are not the usual ones."""
    from rich.table import Table
    from rich.text import Text

    from svcqa.entities.settings import WEEKDAYS
    from svcqa.entities.shifts import shifts_text

    title = text("calendar.month_title", language, month=f"{rows[0].day:%Y-%m}", hours=shifts_text(calendar.shifts))
    table = Table(title=Text(title), title_justify="left", header_style="bold", show_lines=True)
    for weekday in WEEKDAYS:
        table.add_column(text(f"calendar.{weekday}", language))
    cells = [Text("")] * rows[0].day.weekday()
    for row in rows:
        shifts = row.shifts or ()
        worked = [_duration(sum(stop - start for start, stop in shifts))] if shifts else []
        unusual = [shifts_text((shift,)) for shift in shifts] if shifts and shifts != calendar.shifts else []
        mark = "*" if row.provisional else ""
        head = f"{row.day.day}{mark} {text(f'calendar.kind_{row.kind}', language)}"
        cells.append(Text("\n".join([head, *worked, *unusual]), style=_STYLES.get(row.kind, "")))
    cells += [Text("")] * (-len(cells) % 7)
    for week in range(0, len(cells), 7):
        table.add_row(*cells[week : week + 7])
    return table


def _duration(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"
