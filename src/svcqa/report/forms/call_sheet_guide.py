"""The second page of a call sheet: what to say, what is asked, what each outcome means, how reserves replace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.entities.survey import Question, Survey
from svcqa.entities.wave import Wave
from svcqa.report.forms.styles import Styles
from svcqa.report.words.text_width import lines_needed

_WIDTHS: Final = (26, 84)


def write_guide(
    book: Any,
    styles: Styles,
    *,
    survey: Survey,
    wave: Wave,
    outcomes: Mapping[str, str],
    strata: Sequence[str],
    language: Language,
    title: str,
) -> None:
    """Add the page to ``book``; ``strata`` are the labels of the wave's strata."""
    page = book.add_worksheet(_say("sheet_guide", language))
    for index, width in enumerate(_WIDTHS):
        page.set_column(index, index, width)
    page.write_string(0, 0, title, styles.get("plain_title"))
    page.set_row(0, 24)
    row = 2
    for head, lines in _sections(survey, wave, outcomes=outcomes, strata=strata, language=language):
        page.write_string(row, 0, head, styles.get("head"))
        page.write_blank(row, 1, None, styles.get("head"))
        row += 1
        for name, explanation in lines:
            page.write_string(row, 0, name, styles.get("name"))
            page.write_string(row, 1, explanation, styles.get("text"))
            room = [(name, _WIDTHS[0]), (explanation, _WIDTHS[1])]
            page.set_row(row, 14 * max(lines_needed(cell, width) for cell, width in room) + 4)
            row += 1
        row += 1
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _say(key: str, language: Language, **fields: object) -> str:
    return text(f"callbacks.{key}", language, **fields)


def _sections(
    survey: Survey, wave: Wave, *, outcomes: Mapping[str, str], strata: Sequence[str], language: Language
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    if survey.introduction is not None:
        yield _say("guide_say", language), [("", survey.introduction.in_language(language))]
    questions = [
        (f"{number}. {question.text.in_language(language)}", _about(question, survey, language))
        for number, question in enumerate(survey.questions, start=1)
    ]
    yield _say("guide_questions", language), questions
    meant = [(shown, _say(f"outcome_{code}", language)) for code, shown in outcomes.items()]
    yield _say("guide_outcomes", language), meant
    rules = ("rule_order", "rule_replace", "rule_window", "rule_back")
    fields = {"attempts": survey.attempts, "code": wave.code}
    yield (
        _say("guide_rules", language),
        [(f"{number}", _say(key, language, **fields)) for number, key in enumerate(rules, start=1)],
    )
    lines = [
        _say(
            "stratum_line",
            language,
            number=number,
            label=label,
            population_size=item.population_size,
            drawn=item.drawn,
            reserve=item.reserve,
        )
        for number, (item, label) in enumerate(zip(wave.strata, strata, strict=True), start=1)
    ]
    yield _say("guide_strata", language), [(f"{number}", line) for number, line in enumerate(lines, start=1)]


def _about(question: Question, survey: Survey, language: Language) -> str:
    if question.kind != "score":
        return _say(f"guide_{question.kind}", language)
    explanation = _say("guide_score", language, lowest=question.lowest, highest=question.highest)
    if question.low_to is not None:
        explanation += ("" if language != "en" else " ") + _say(
            "guide_low", language, score=question.low_to, days=survey.feedback_days
        )
    return explanation
