"""The mapping file that reads a filled call sheet back: a row of the sheet becomes one for each question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from svcqa.catalogue import Language
from svcqa.entities.survey import Survey
from svcqa.entities.wave import Wave
from svcqa.report.forms.call_sheet import HEADER_ROW, SheetNames, headings, say


def call_sheet_mapping(survey: Survey, wave: Wave, names: SheetNames, language: Language) -> str:
    """The mapping of the wave's sheet in ``language``, as TOML; contacts are never read."""
    columns = headings(survey, language, contacts=False)
    titles = {column.kind: column.title for column in columns}
    moments = [column.title for column in columns if column.kind == "attempt_at"]
    outcomes = [column.title for column in columns if column.kind == "attempt_outcome"]
    asked = [(column.question, column.title) for column in columns if column.question is not None]
    scored = {question.key: title for question, title in asked if question.kind != "opinion"}
    opinions = {question.key: title for question, title in asked if question.kind == "opinion"}
    lines = [
        f"# {say('mapping_head', language, code=wave.code)}",
        'table = "callbacks"',
        f"sheet = {_quoted(say('sheet', language))}",
        f"header_row = {HEADER_ROW}",
        "",
        "[columns]",
        f"callback_id = {_quoted(titles['reference'])}",
        *(f"{name} = {_quoted(titles[name])}" for name in ("unit", "service", "tier", "caller")),
        f'called_at = {{ from = {_list(moments)}, take = "last" }}',
        f'outcome = {{ from = {_list(outcomes)}, take = "last" }}',
        f'attempts = {{ from = {_list(outcomes)}, take = "count" }}',
        "",
        "[constants]",
        f"wave = {_quoted(wave.code)}",
        "",
        "[answers]",
        f"waiting = {_list([*moments, *outcomes])}",
        *_table("answers.scored", scored),
        *_table("answers.opinions", opinions),
    ]
    known = {"unit": names.units, "service": names.services, "tier": names.tiers, "outcome": names.outcomes}
    for name, shown in known.items():
        lines += _table(
            f"codes.{name}", {label: code for code, label in shown.items()} | {code: code for code in shown}
        )
    lines += _table("codes.score", _scores(survey, language))
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


def _table(name: str, pairs: Mapping[str, str]) -> list[str]:
    return ["", f"[{name}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in pairs.items())] if pairs else []


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _quoted(value: str) -> str:
    """A text of TOML; JSON's escapes are among its own."""
    return json.dumps(value, ensure_ascii=False)
