"""Placeholders such as ``{{unit}}`` in a Word template: found wherever they stand, filled in the format they have."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from svcqa.errors import Fault, PolicyError

_PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w*)\s*\}\}")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def fill(
    document: Any, fields: Mapping[str, str], rows: Sequence[Mapping[str, str]], *, file: str, row_names: Sequence[str]
) -> None:
    """Fill a template: ``fields`` everywhere, and the table row that names any of ``row_names`` once for each row.

    Raises:
        PolicyError: naming each placeholder that nobody knows, or that no table row is there to repeat.
    """
    _check(document, [*fields, *row_names], row_names, file)
    for table in list(_tables(document)):
        for row in list(table.rows):
            if _names_in(row._tr) & set(row_names):
                _repeat(row, rows, fields)
    for paragraph in _paragraphs(document):
        _fill_paragraph(paragraph, fields)


def _check(document: Any, names: Sequence[str], row_names: Sequence[str], file: str) -> None:
    placeholders = [name for paragraph in _paragraphs(document) for name in _PLACEHOLDER.findall(paragraph.text)]
    strangers = dict.fromkeys(name for name in placeholders if name not in names)
    allowed = ", ".join(f"{{{{{name}}}}}" for name in names)
    faults = [Fault("letter_placeholder", file=file, got=f"{{{{{name}}}}}", allowed=allowed) for name in strangers]
    in_rows = {name for table in _tables(document) for row in table.rows for name in _names_in(row._tr)}
    if not in_rows & set(row_names):
        faults.append(Fault("letter_row", file=file, allowed=", ".join(f"{{{{{name}}}}}" for name in row_names)))
    if faults:
        raise PolicyError(faults)


def _names_in(element: Any) -> set[str]:
    from docx.oxml.ns import qn

    content = "".join(part.text or "" for part in element.iter(qn("w:t")))
    return set(_PLACEHOLDER.findall(content))


def _repeat(row: Any, rows: Sequence[Mapping[str, str]], fields: Mapping[str, str]) -> None:
    from docx.table import _Row

    for values in rows:
        made = copy.deepcopy(row._tr)
        row._tr.addprevious(made)
        for cell in _Row(made, row._parent).cells:
            for paragraph in cell.paragraphs:
                _fill_paragraph(paragraph, {**fields, **values})
    row._tr.getparent().remove(row._tr)


def _paragraphs(document: Any) -> Iterator[Any]:
    """All paragraphs: of the body, of tables within tables, of headers and footers."""
    for container in _places(document):
        yield from _below(container)


def _places(document: Any) -> Iterator[Any]:
    yield document
    for section in document.sections:
        yield from (section.header, section.footer)


def _below(container: Any) -> Iterator[Any]:
    yield from container.paragraphs
    for table in container.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from _below(cell)


def _tables(container: Any) -> Iterator[Any]:
    """All tables, those within tables too."""
    for table in container.tables:
        yield table
        for row in table.rows:
            for cell in row.cells:
                yield from _tables(cell)


def _fill_paragraph(paragraph: Any, values: Mapping[str, str]) -> None:
    """Word cuts a text into runs as it likes: what is filled in has the format of the run where its name begins."""
    runs = paragraph.runs
    whole = "".join(run.text for run in runs)
    for match in reversed(list(_PLACEHOLDER.finditer(whole))):
        if match[1] not in values:
            continue
        start, value = 0, _NOT_XML.sub("", values[match[1]])
        for run in runs:
            text, end = run.text, start + len(run.text)
            if start < match.end() and end > match.start():
                before, after = text[: max(0, match.start() - start)], text[max(0, match.end() - start) :]
                run.text = before + (value if start <= match.start() else "") + after
            start = end


def text_of(document: Any) -> str:
    """Everything that a reader sees, paragraph by paragraph."""
    return "\n".join(paragraph.text.rstrip() for paragraph in _paragraphs(document))
