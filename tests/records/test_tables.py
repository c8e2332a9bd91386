"""All tables: the data dictionary, and templates that a department fills in and that are read back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyarrow import parquet
from typer.testing import CliRunner

import svcqa
from support.workspaces import REPO, make_workspace, write
from svcqa import catalogue
from svcqa.cli import app
from svcqa.records.schema import PERSONAL, ColumnType, Table
from svcqa.records.tables import example, table, tables

NAMES = [item.name for item in tables()]
DOMAIN_9 = {
    "work_orders",
    "calls",
    "outages",
    "duty_gaps",
    "complaints",
    "status_history",
    "callbacks",
    "inspections",
    "mystery_visits",
    "checked_items",
    "colleague_ratings",
    "compensation",
    "customers",
    "customer_counts",
    "monthly_returns",
    "milestone_reports",
    "trainings",
}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_every_table_of_the_domain_is_there() -> None:
    assert set(NAMES) == DOMAIN_9


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_holds_together(name: str) -> None:
    schema = table(name)
    names = [column.name for column in schema.columns]
    assert len(names) == len(set(names))
    assert set(schema.key) <= set(names)
    assert schema.column(schema.time).type in (ColumnType.MOMENT, ColumnType.MONTH)
    assert schema.column(schema.time).required
    assert schema.column(schema.key[0]).required
    assert {column.after for column in schema.columns if column.after} <= set(names)


def test_the_data_dictionary_is_not_stale(tmp_path: Path) -> None:
    run("dictionary", "--out", str(tmp_path / "fresh.md"))
    fresh = (tmp_path / "fresh.md").read_text(encoding="utf-8")
    assert fresh == (REPO / "docs/data_dictionary.md").read_text(encoding="utf-8"), (
        "run `svcqa dictionary --out docs/data_dictionary.md`"
    )


def filled(schema: Table, path: Path, language: catalogue.Language, rows: int = 1) -> None:
    """Fill the template as a person does: dates as dates, numbers as numbers, codes in words."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    heads = {sheet.cell(1, place).value: place for place in range(1, sheet.max_column + 1)}
    for row in range(2, 2 + rows):
        for column in schema.columns:
            value: Any = example(schema, column)
            if column.type is ColumnType.MOMENT:
                value = dt.datetime.fromisoformat(value)
            elif column.type is ColumnType.INTEGER:
                value = int(value)
            elif column.type is ColumnType.UNIT:
                value = "D1"
            elif column.type is ColumnType.FLAG:
                value = catalogue.text("data_dictionary.yes", language)
            elif column.codes:
                value = catalogue.text(f"data_dictionary.code_{column.codes[0]}", language)
            sheet.cell(row, heads[catalogue.text(f"data_dictionary.label_{column.name}", language)]).value = value
    book.save(path)


def read_back(folder: Path, schema: Table, language: catalogue.Language) -> tuple[svcqa.Workspace, Any]:
    workspace = make_workspace(folder, mappings={schema.name: {"table": schema.name, "columns": {}}})
    path = folder / f"sources/{schema.name}.xlsx"
    said = run("template", schema.name, "--out", str(path), "-w", str(folder), "--lang", language)
    assert str(path) in said
    mapping = path.with_suffix(".toml")
    write(folder / f"mappings/{schema.name}.toml", mapping.read_text(encoding="utf-8"))
    mapping.unlink()
    filled(schema, path, language)
    (file,) = workspace.ingest().files
    return workspace, file


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_filled_template_is_read_back(tmp_path: Path, name: str, language: catalogue.Language) -> None:
    schema = table(name)
    workspace, file = read_back(tmp_path, schema, language)
    assert (file.read, file.accepted) == (1, 1), workspace.check().quarantined
    (part,) = workspace.store.parts(name)
    (row,) = parquet.read_table(part.path).to_pylist()
    for column in schema.columns:
        if column.type in PERSONAL:
            assert row.get(column.name) != example(schema, column)
        elif column.type is ColumnType.INTEGER:
            assert row[column.name] == int(example(schema, column))
        elif column.codes:
            assert row[column.name] == column.codes[0]
        elif column.type in (ColumnType.MOMENT, ColumnType.MONTH):
            assert row[column.name].isoformat(" ").startswith(example(schema, column)[:7])
        elif column.type in (ColumnType.CODE, ColumnType.KEY):
            assert row[column.name] == example(schema, column)
    personal = {example(schema, column) for column in schema.columns if column.type in PERSONAL}
    assert not personal & {str(value) for value in row.values()}


def test_a_template_guides_the_hand_that_fills_it(tmp_path: Path) -> None:
    make_workspace(tmp_path, mappings={"outages": {"table": "outages", "columns": {}}})
    path = tmp_path / "outages.xlsx"
    run("template", "outages", "--out", str(path), "-w", str(tmp_path), "--lang", "zh-Hans")
    book = load_workbook(path)
    sheet, explanations = book.worksheets[:2]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    heads = [sheet.cell(1, place).value for place in range(1, sheet.max_column + 1)]
    assert heads[:3] == ["停供编号", "责任单位", "种类"]
    assert rules["B2"].formula1 == '"C,D1,D2"'
    assert rules["C2"].formula1 == '"计划,故障,紧急"'
    assert rules["F2"].type == "date"
    assert rules["J2"].type == "whole"
    assert sheet.column_dimensions["A"].width > 10
    assert explanations.max_row == 1 + len(table("outages").columns)


def test_a_colleague_who_checks_is_never_named(tmp_path: Path) -> None:
    workspace, _ = read_back(tmp_path, table("checked_items"), "zh-Hans")
    (part,) = workspace.store.parts("checked_items")
    (row,) = parquet.read_table(part.path).to_pylist()
    assert row["checker"]
    assert row["checker"] != "ZJ07"
    held = [path for path in (tmp_path / ".svcqa").rglob("*") if path.is_file() and b"ZJ07" in path.read_bytes()]
    assert held == []
