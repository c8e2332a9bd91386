"""What a survey asks of the records: whether its tables have what it names, and whom it must not call."""

from __future__ import annotations

import csv
from pathlib import Path

from svcqa.entities.survey import Survey
from svcqa.errors import Fault, PolicyError
from svcqa.records.code_lists import read_rows
from svcqa.records.schema import ColumnType
from svcqa.records.tables import table, tables


def survey_faults(survey: Survey, file: str) -> list[Fault]:
    """Everything that the survey names and the tables do not have."""
    faults = []
    callable_tables = [item.name for item in tables() if item.has("customer") and item.has("unit")]
    for service in survey.services:
        place = f'survey "{survey.key}" › services "{service.key}"'
        if service.table not in callable_tables:
            allowed = ", ".join(callable_tables)
            faults.append(
                Fault("unknown_table", file=file, place=f"{place} › table", got=repr(service.table), allowed=allowed)
            )
            continue
        schema = table(service.table)
        moments = [column.name for column in schema.columns if column.type is ColumnType.MOMENT]
        if service.closed not in moments:
            allowed = ", ".join(moments)
            faults.append(
                Fault("unknown_column", file=file, place=f"{place} › closed", got=repr(service.closed), allowed=allowed)
            )
        coded = [column.name for column in schema.columns if column.type in (ColumnType.CODE, ColumnType.UNIT)]
        for name, _ in service.where:
            if name not in coded:
                faults.append(
                    Fault(
                        "unknown_column", file=file, place=f"{place} › where", got=repr(name), allowed=", ".join(coded)
                    )
                )
    return faults


def numbers_not_to_call(path: Path) -> list[str]:
    """The customers' numbers in the first cells below the header of a CSV file or workbook.

    Raises:
        PolicyError: the file is missing or cannot be read.
    """
    if not path.is_file():
        raise PolicyError(Fault("missing_file", file=path.name, got=path.name))
    try:
        rows = read_rows(path)
    except (ValueError, OSError, csv.Error) as error:
        raise PolicyError(Fault("unreadable_file", file=path.name, got=type(error).__name__)) from error
    return list(dict.fromkeys(cell for row in rows[1:] if row and (cell := row[0].strip())))
