"""The mapping file that reads a filled call sheet back: a row of the sheet becomes one for each question."""

from __future__ import annotations

from svcqa.catalogue import Language
from svcqa.entities.survey import Survey
from svcqa.entities.toml_text import quoted, quoted_list, quoted_table
from svcqa.entities.wave import Wave
from svcqa.report.forms.call_sheet import HEADER_ROW, SheetNames, headings, say


def call_sheet_mapping(survey: Survey, wave: Wave, names: SheetNames, language: Language) -> str:
    """The mapping of the wave's sheet in ``language``, as TOML; contacts are never read."""
    columns = headings(survey, language, contacts=False)
    titles = {column.kind: column.title for column in columns}
    moments = [column.title for column in columns if column.kind == "attempt_at"]
    outcomes = [column.title for column in columns if column.kind == "attempt_outcome"]
    question_columns = [(column.question, column.title) for column in columns if column.question is not None]
    scored = {question.key: title for question, title in question_columns if question.kind != "opinion"}
    opinions = {question.key: title for question, title in question_columns if question.kind == "opinion"}
    lines = [
        f"# {say('mapping_head', language, code=wave.code)}",
        'table = "callbacks"',
        f"sheet = {quoted(say('sheet', language))}",
        f"header_row = {HEADER_ROW}",
        "",
        "[columns]",
        f"callback_id = {quoted(titles['reference'])}",
        *(f"{name} = {quoted(titles[name])}" for name in ("unit", "service", "tier", "caller")),
        f'called_at = {{ from = {quoted_list(moments)}, take = "last" }}',
        f'outcome = {{ from = {quoted_list(outcomes)}, take = "last" }}',
        f'attempts = {{ from = {quoted_list(outcomes)}, take = "count" }}',
        "",
        "[constants]",
        f"wave = {quoted(wave.code)}",
        "",
        "[answers]",
        f"waiting = {quoted_list([*moments, *outcomes])}",
        *quoted_table("answers.scored", scored),
        *quoted_table("answers.opinions", opinions),
    ]
    code_names = {"unit": names.units, "service": names.services, "tier": names.tiers, "outcome": names.outcomes}
    for name, shown in code_names.items():
        lines += quoted_table(
            f"codes.{name}", {label: code for code, label in shown.items()} | {code: code for code in shown}
        )
    lines += quoted_table("codes.score", _scores(survey, language))
    return "\n".join(lines) + "\n"


def _scores(survey: Survey, language: Language) -> dict[str, str]:
    """Yes and no as numbers, where any question is answered so, and every number that another one may have."""
    if not any(question.kind == "yes_no" for question in survey.questions):
        return {}
    numbers = {
        n
        for question in survey.questions
        if question.kind != "opinion"
        for n in range(question.range[0], question.range[1] + 1)
    }
    return {say("yes", language): "1", say("no", language): "0"} | {
        str(number): str(number) for number in sorted(numbers)
    }
