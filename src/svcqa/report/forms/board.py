"""The score board (成绩总览): one row a target."""

from __future__ import annotations

from typing import Final

from svcqa.catalogue import Language
from svcqa.report.forms.naming import joined, period_name, say
from svcqa.report.forms.remarks import counting_lines, remarks
from svcqa.report.forms.sheet import Cell, FormSheet, words
from svcqa.report.tables.board import BoardRow, score_board
from svcqa.report.words.figures import DASH
from svcqa.report.words.shown import Shown
from svcqa.review.period_review import PeriodReview

WIDTHS: Final = (4.2, 20, 14, 10, 9.5, 7.8, 7.8, 9.5, 9.5, 6.8, 8.8, 8.6, 7.8, 8.6, 7.8, 9.5, 9.8, 25)


def write_board(sheet: FormSheet, review: PeriodReview, company: str, language: Language) -> tuple[int, int]:
    """Fill the sheet; returns the header rows to repeat."""
    sheet.title(say("board_title", language, company=company, period=period_name(review, language)))
    sheet.line(_summary(review, language))
    header = sheet.row
    _header(sheet, review, language)
    owner = None
    for number, row in enumerate(score_board(review, language), start=1):
        sheet.put(_row(number, row, language, first=row.item.owner.code != owner), lowest=24)
        owner = row.item.owner.code
    sheet.skip()
    for line in _legend(review, language):
        sheet.line(line, "note")
    return header, header + 1


def _summary(review: PeriodReview, language: Language) -> str:
    verdicts = [item.judged.verdict for item in review.targets]
    return say(
        "board_summary",
        language,
        unit=review.unit.name.in_language(language),
        first=review.period.first,
        last=review.period.last,
        total=len(verdicts),
        met=verdicts.count("met"),
        missed=verdicts.count("missed"),
        open=verdicts.count(""),
        risk=sum(item.judged.at_risk for item in review.targets),
    )


def _header(sheet: FormSheet, review: PeriodReview, language: Language) -> None:
    def tall(key: str, **fields: object) -> Cell:
        return words(say(key, language, **fields), "head", down=2)

    def wide(key: str, **fields: object) -> Cell:
        return words(say(key, language, **fields), "head", across=2)

    def low(key: str) -> Cell:
        return words(say(key, language), "head")

    sheet.put(
        [
            tall("number"),
            tall("target"),
            tall("owner"),
            tall("goal"),
            tall(f"this_{review.kind}"),
            wide("interval"),
            tall("n"),
            tall("verdict"),
            tall("evidence"),
            tall("risk"),
            wide("on_year", label=review.year_before.label),
            wide("on_previous", label=review.previous.label),
            tall("year_so_far"),
            tall("needed"),
            tall("remarks"),
        ]
    )
    sheet.put(
        [
            *[None] * 5,
            low("lower"),
            low("upper"),
            *[None] * 4,
            low("figure"),
            low("change"),
            low("figure"),
            low("change"),
            *[None] * 3,
        ]
    )


def _row(number: int, row: BoardRow, language: Language, *, first: bool) -> list[Cell]:
    words_of, judged = row.words, row.item.judged

    def cell(content: Shown | str, look: str = "center") -> Cell:
        return Cell(content=Shown(content) if isinstance(content, str) else content, look=look, first=first)

    return [
        cell(Shown(number)),
        cell(words_of.name_with_unit, "name"),
        cell(row.owner, "text"),
        cell(words_of.goal_by(row.now)),
        cell(row.value, "missed" if judged.verdict == "missed" else "center"),
        *(cell(end) for end in row.ends),
        cell(row.n),
        cell(row.verdict, judged.verdict or "center"),
        cell(row.evidence),
        cell(row.risk or DASH, "risk" if judged.at_risk else "center"),
        *(cell(shown) for shown in (*row.year_before, *row.previous)),
        cell(row.year),
        cell(row.needed),
        cell(remarks(row.item, language), "small"),
    ]


def _legend(review: PeriodReview, language: Language) -> list[str]:
    figures = [item.course.now for item in review.targets]
    methods = sorted({figure.method for figure in figures if figure is not None and figure.lower is not None})
    keys = ["legend_rate", "legend_signs", "legend_change"]
    if any(item.target.adds_up for item in review.targets):
        keys.append("legend_quantity")
    flags = {flag for figure in figures if figure is not None for flag in figure.flags}
    keys += [
        f"legend_{flag}"
        for flag in ("unclustered", "undesigned", "assumed", "provisional_calendar", "cycle_open")
        if flag in flags
    ]
    lines = [say(key, language) for key in keys]
    if methods:
        lines.insert(2, say("legend_interval", language, methods=joined(methods, language)))
    lines += counting_lines(
        ((item.target.name.in_language(language), item.course.now) for item in review.targets), language
    )
    return [say("legend_line", language, number=number, text=line) for number, line in enumerate(lines, start=1)]
