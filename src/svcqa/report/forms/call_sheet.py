"""The call sheet of a wave: whom to call in which order, with cells for every attempt and every answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.entities.survey import Question, Survey
from svcqa.entities.wave import Wave
from svcqa.report.forms.book import new_book
from svcqa.report.forms.call_sheet_guide import write_guide
from svcqa.report.forms.styles import Styles
from svcqa.report.words.text_width import lines_needed, text_width

HEADER_ROW: Final = 3
"""Counted from one; a title and a line of advice stand above."""
CONTACTS: Final = ("record_id", "customer_name", "phone", "address")
_EXCEL_DAYS: Final = (dt.datetime(1999, 1, 1), dt.datetime(2058, 12, 31))
_WIDTHS: Final = {
    "order": 5,
    "role": 6,
    "group": 5,
    "reference": 14,
    "service": 9,
    "unit": 15,
    "tier": 8,
    "closed": 10,
    "call_from": 10,
    "call_until": 10,
    "record_id": 13,
    "customer_name": 11,
    "phone": 14,
    "address": 22,
    "caller": 9,
}


def say(key: str, language: Language, **fields: object) -> str:
    """A text of the callbacks."""
    return text(f"callbacks.{key}", language, **fields)


@dataclass(frozen=True)
class SheetNames:
    """What the sheet calls things, by code: services, units, tiers, outcomes of calls."""

    services: Mapping[str, str]
    units: Mapping[str, str]
    tiers: Mapping[str, str]
    outcomes: Mapping[str, str]


@dataclass(frozen=True)
class Heading:
    """A column: what it is, its number among its kind, and what it is called."""

    kind: str
    title: str
    number: int = 0
    question: Question | None = None


def question_title(number: int, question: Question, language: Language) -> str:
    """``1. 服务态度打几分？（1–10）``."""
    question_text = question.text.in_language(language)
    if question.kind == "score":
        question_text = say("scale", language, text=question_text, lowest=question.lowest, highest=question.highest)
    elif question.kind == "yes_no":
        question_text = say("scale_yes_no", language, text=question_text)
    return say("column_question", language, number=number, text=question_text)


def headings(survey: Survey, language: Language, *, contacts: bool) -> list[Heading]:
    """The columns of the sheet from left to right."""
    fixed = ["order", "role", "group", "reference", "service", "unit", "tier", "closed", "call_from", "call_until"]
    columns = [Heading(name, say(f"column_{name}", language)) for name in (*fixed, *(CONTACTS if contacts else ()))]
    for number in range(1, survey.attempts + 1):
        for kind in ("attempt_at", "attempt_outcome"):
            columns.append(Heading(kind, say(f"column_{kind}", language, number=number), number))
    columns.append(Heading("caller", say("column_caller", language)))
    for number, question in enumerate(survey.questions, start=1):
        columns.append(Heading("question", question_title(number, question, language), number, question))
    return columns


def write_call_sheet(
    path: Path,
    survey: Survey,
    *,
    wave: Wave,
    rows: Sequence[Mapping[str, Any]],
    names: SheetNames,
    language: Language,
    company: str,
    contacts: Mapping[str, Mapping[str, str | None]] | None = None,
) -> Path:
    """Write the sheet of a wave's list.

    Args:
        rows: of the list, in order, keyed by its columns.
        contacts: name, telephone and address by surrogate; the file is then for its owner only, where the system has
            that. Nobody's where absent.
    """
    columns = headings(survey, language, contacts=contacts is not None)
    about = {"company": company, "label": survey.label.in_language(language), "code": wave.code}
    title = say("sheet_title", language, **about)
    with new_book(path, {"title": title}, private=contacts is not None) as book:
        styles = Styles(book, language)
        page = book.add_worksheet(say("sheet", language))
        _head(
            page,
            survey,
            wave=wave,
            columns=columns,
            styles=styles,
            language=language,
            title=title,
            private=contacts is not None,
        )
        groups = {item.key: number for number, item in enumerate(wave.strata, start=1)}
        for row_index, row in enumerate(rows, start=HEADER_ROW):
            cells = _cells(
                row,
                names,
                groups=groups,
                language=language,
                contact=dict((contacts or {}).get(str(row["customer"]), {})),
            )
            _row(page, row_index, columns=columns, cells=cells, styles=styles)
        _rules(page, survey, columns=columns, names=names, language=language, last=HEADER_ROW + len(rows) - 1)
        _print_setup(page, columns, last=HEADER_ROW + len(rows) - 1)
        labels = [stratum_label(item.parts, names) for item in wave.strata]
        write_guide(
            book,
            styles,
            survey=survey,
            wave=wave,
            outcomes=names.outcomes,
            strata=labels,
            language=language,
            title=title,
        )
    return path


def stratum_label(parts: Mapping[str, str], names: SheetNames) -> str:
    """``维修 · 城区客户服务部``."""
    labels = {"service": names.services, "tier": names.tiers}
    return " · ".join(labels.get(name, names.units).get(code, code) for name, code in parts.items() if code)


def _head(
    page: Any,
    survey: Survey,
    *,
    wave: Wave,
    columns: Sequence[Heading],
    styles: Styles,
    language: Language,
    title: str,
    private: bool,
) -> None:
    lead = say(
        "sheet_lead",
        language,
        first=f"{wave.as_of:%Y-%m-%d}",
        last=wave.calls_until.isoformat(),
        drawn=wave.drawn,
        reserve=wave.reserve,
        attempts=survey.attempts,
    )
    lead_text = f"{lead} {say('sheet_private', language)}" if private else lead
    page.write_string(0, 0, title, styles.get("plain_title"))
    page.write_string(1, 0, lead_text, styles.get("plain"))
    highest = 1
    for index, column in enumerate(columns):
        width = _width(column)
        page.set_column(index, index, width)
        page.write_string(HEADER_ROW - 1, index, column.title, styles.get("head"))
        highest = max(highest, lines_needed(column.title, width))
    page.set_row(0, 24)
    page.set_row(HEADER_ROW - 1, 14 * highest + 4)
    page.freeze_panes(HEADER_ROW, 4)


def _width(column: Heading) -> float:
    if column.kind == "question":
        opinion = column.question is not None and column.question.kind == "opinion"
        return 34 if opinion else max(12, min(22, text_width(column.title) / 2))
    return _WIDTHS.get(column.kind, 16 if column.kind == "attempt_at" else 12)


def _cells(
    row: Mapping[str, Any],
    names: SheetNames,
    *,
    groups: Mapping[str, int],
    language: Language,
    contact: Mapping[str, str | None],
) -> dict[str, Any]:
    tier = row["tier"] or ""
    return {
        "order": row["order"],
        "role": say(f"role_{row['role']}", language),
        "group": groups[row["stratum"]],
        "reference": row["reference"],
        "service": names.services.get(row["service"], row["service"]),
        "unit": names.units.get(row["unit"], row["unit"]),
        "tier": names.tiers.get(tier, tier),
        "closed": row["closed_at"].date(),
        "call_from": row["call_from"],
        "call_until": row["call_until"],
        "record_id": row["record_id"],
        **contact,
    }


def _row(page: Any, row_index: int, *, columns: Sequence[Heading], cells: Mapping[str, Any], styles: Styles) -> None:
    for number, column in enumerate(columns):
        value = cells.get(column.kind)
        if isinstance(value, dt.date):
            page.write_datetime(
                row_index, number, dt.datetime.combine(value, dt.time()), styles.get("center", "yyyy-mm-dd")
            )
        elif isinstance(value, int):
            page.write_number(row_index, number, value, styles.get("center", "0"))
        elif value:
            page.write_string(row_index, number, value, styles.get("text", "@"))
        else:
            page.write_blank(row_index, number, None, styles.get("text", _format(column)))


def _format(column: Heading) -> str:
    if column.kind == "attempt_at":
        return "yyyy-mm-dd hh:mm"
    scored = column.question is not None and column.question.kind == "score"
    return "0" if scored else "@"  # what is typed as text stays text, also where it begins like a formula


def _rules(
    page: Any, survey: Survey, *, columns: Sequence[Heading], names: SheetNames, language: Language, last: int
) -> None:
    choice = {"error_message": say("bad_choice", language)}
    for index, column in enumerate(columns):
        rule: dict[str, Any] = {}
        question = column.question
        if column.kind == "attempt_at":
            rule = {
                "validate": "date",
                "criteria": "between",
                "minimum": _EXCEL_DAYS[0],
                "maximum": _EXCEL_DAYS[1],
                "error_message": say("bad_moment", language),
            }
        elif column.kind == "attempt_outcome":
            rule = {"validate": "list", "source": list(names.outcomes.values()), **choice}
        elif column.kind == "caller" and survey.callers:
            rule = {"validate": "list", "source": list(survey.callers), "error_type": "warning", **choice}
        elif question is not None and question.kind == "yes_no":
            rule = {"validate": "list", "source": [say("yes", language), say("no", language)], **choice}
        elif question is not None and question.kind == "score":
            lowest, highest = question.range
            rule = {
                "validate": "integer",
                "criteria": "between",
                "minimum": lowest,
                "maximum": highest,
                "error_message": say("bad_score", language, lowest=lowest, highest=highest),
            }
        if rule:
            page.data_validation(HEADER_ROW, index, max(last, HEADER_ROW), index, {"ignore_blank": True, **rule})


def _print_setup(page: Any, columns: Sequence[Heading], *, last: int) -> None:
    page.set_landscape()
    page.set_paper(8)  # A3: the answers stand beside the attempts
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW - 1)
    page.print_area(0, 0, max(last, HEADER_ROW), len(columns) - 1)
