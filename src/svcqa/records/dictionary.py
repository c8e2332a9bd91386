"""The data dictionary: every table with its columns, types, units, keys and examples, made from the schemas."""

from __future__ import annotations

from svcqa.catalogue import Language, text
from svcqa.records.schema import Column, Table
from svcqa.records.tables import example, tables


def label(column: Column, language: Language) -> str:
    """The column's name for readers."""
    return text(f"data_dictionary.label_{column.name}", language)


def about(column: Column, language: Language) -> str:
    """What the column means."""
    return text(f"data_dictionary.about_{column.name}", language)


def type_of(column: Column, language: Language) -> str:
    """The column's type in words."""
    return text(f"data_dictionary.type_{column.type.value}", language)


def measured_in(column: Column, language: Language) -> str:
    """The unit of a column of numbers, empty where it has none."""
    return text(f"data_dictionary.in_{column.unit}", language) if column.unit else ""


def rules_of(table: Table, column: Column, language: Language) -> str:
    """What the value is checked against in the same row."""
    rules = [text("data_dictionary.not_before", language, other=column.after)] if column.after else []
    rules += [
        text("data_dictionary.not_above", language, other=most)
        for least, most in table.not_above
        if least == column.name
    ]
    return "; ".join(rules)


def _both(key: str) -> str:
    return f"{text(key, 'zh-Hans')} {text(key, 'en')}"


def _cell(chinese: str, english: str) -> str:
    return (chinese if chinese == english or not english else f"{chinese}<br>{english}").replace("|", "\\|")


def markdown() -> str:
    """The whole dictionary, simplified Chinese with English beside it."""
    lines = [f"# {_both('data_dictionary.title')}", "", "<!-- " + text("data_dictionary.generated", "en") + " -->"]
    lines += [text("data_dictionary.generated", "zh-Hans") + "\u3002", ""]
    for table in tables():
        lines += [f"## `{table.name}` {_both(f'tables.table_{table.name}')}", ""]
        keys = " + ".join(f"`{name}`" for name in table.key)
        lines += [
            f"{_both('data_dictionary.key_columns')}: {keys}. {_both('data_dictionary.time_column')}: `{table.time}`.",
            "",
        ]
        heads = ("column", "meaning", "type", "measured_in", "required", "codes", "rules", "example")
        lines += ["| " + " | ".join(_both(f"data_dictionary.{head}") for head in heads) + " |"]
        lines += ["|" + " --- |" * len(heads)]
        lines += [_row(table, column) for column in table.columns] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _row(table: Table, column: Column) -> str:
    pairs = [(f"{label(column, language)}: {about(column, language)}") for language in ("zh-Hans", "en")]
    codes = [f"`{code}` {text(f'data_dictionary.code_{code}', 'zh-Hans')}" for code in column.codes]
    cells = (
        f"`{column.name}`",
        _cell(pairs[0].replace(": ", "\uff1a"), pairs[1]),
        _cell(type_of(column, "zh-Hans"), type_of(column, "en")),
        _cell(measured_in(column, "zh-Hans"), measured_in(column, "en")),
        "\u2713" if column.required else "",
        "<br>".join(codes),
        _cell(rules_of(table, column, "zh-Hans"), rules_of(table, column, "en")),
        f"`{example(table, column)}`",
    )
    return "| " + " | ".join(cells) + " |"
