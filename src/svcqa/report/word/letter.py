"""Responsibility letters in Word, from the company's template or from ours."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, PolicyError
from svcqa.extras import require
from svcqa.metrics.result import Scale
from svcqa.report.word.package import save
from svcqa.report.word.placeholders import fill, text_of
from svcqa.report.word.template import letter_template
from svcqa.report.words import figures as wording
from svcqa.review.letters import Letter, LetterGoal

FIELDS: Final = ("company", "unit", "superior", "level", "year", "first_day", "last_day", "goals", "note")
ROW_FIELDS: Final = ("number", "target", "goal", "weight", "due", "source")
_IDENTIFIER: Final = "svcqa letter "


def write_letters(
    letters: Iterable[Letter], out: Path, *, language: Language, company: str, template: Path | None = None
) -> dict[str, Path]:
    """Write a letter for each unit into ``out``; gives their paths by the unit's code.

    Args:
        template: a ``.docx`` with placeholders, see :data:`FIELDS` and :data:`ROW_FIELDS`; ours where absent.

    Raises:
        PolicyError: the template cannot be read, or holds placeholders that nobody knows.
        OSError: a file cannot be written, such as while Word has it open.
    """
    written = {}
    for letter in letters:
        document = read(template) if template is not None else letter_template(language)
        fill(
            document,
            _fields(letter, company, language),
            _rows(letter, language),
            file=template.name if template is not None else "",
            row_names=ROW_FIELDS,
        )
        about = document.core_properties
        name = letter.unit.name.in_language(language)
        about.title = text("letter.title_of", language, unit=name, year=letter.year)
        about.author, about.identifier = company, _IDENTIFIER + letter.key
        about.created = about.modified = dt.datetime.combine(letter.first, dt.time())
        file = f"{text('letter.file', language)}_{letter.year}_{letter.unit.code}.docx"
        written[letter.unit.code] = save(document, out / file)
    return written


def read(path: Path) -> Any:
    """A Word document.

    Raises:
        PolicyError: the file is missing, or none of Word's.
        MissingExtraError: this installation reads no Word documents.
    """
    require("forms")
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, OSError) as error:
        raise PolicyError(Fault("letter_unreadable", file=path.name, got=type(error).__name__)) from error


def _fields(letter: Letter, company: str, language: Language) -> dict[str, str]:
    values = {
        "company": company,
        "unit": letter.unit.name.in_language(language),
        "superior": letter.superior.name.in_language(language),
        "level": text(f"letter.level_{letter.unit.level}", language),
        "year": str(letter.year),
        "first_day": letter.first.isoformat(),
        "last_day": letter.last.isoformat(),
        "goals": str(len(letter.goals)),
        "note": text("letter.provisional", language, year=letter.year) if letter.provisional else "",
    }
    return {name: values[name] for name in FIELDS}


def _rows(letter: Letter, language: Language) -> list[dict[str, str]]:
    rows = [
        (
            number,
            goal.label.in_language(language),
            _goal_text(goal, language),
            wording.DASH if goal.weight is None else f"{goal.weight:g}",
            goal.due.isoformat(),
            goal.source,
        )
        for number, goal in enumerate(letter.goals, start=1)
    ]
    return [dict(zip(ROW_FIELDS, map(str, row), strict=True)) for row in rows]


def _goal_text(letter_goal: LetterGoal, language: Language) -> str:
    if letter_goal.goal is None:
        return text("letter.done_by", language, day=letter_goal.due)
    if letter_goal.amount_unit is not None:
        return f"≥{wording.amount(letter_goal.goal)} {letter_goal.amount_unit.in_language(language)}"
    return wording.goal_level(_rounded(letter_goal.goal, letter_goal.scale), letter_goal.scale, language)


def _rounded(goal: float, scale: Scale) -> float:
    """A goal that was worked out, to a hundredth of a point; never the easier way, so that the parts still deliver.

    >>> _rounded(0.961234, Scale("share")), _rounded(24.001, Scale("hour", "lower")), _rounded(0.9999, Scale("share"))
    (0.9613, 24.0, 0.9999)
    """
    places = 4 if scale.unit == "share" else 2
    way = ROUND_FLOOR if scale.better == "lower" else ROUND_CEILING
    return float(Decimal(f"{goal:.12g}").quantize(Decimal(1).scaleb(-places), way))


def key_of(path: Path) -> str:
    """Which letter a file is; empty where it is none of ours."""
    identifier = str(read(path).core_properties.identifier or "")
    return identifier.removeprefix(_IDENTIFIER) if identifier.startswith(_IDENTIFIER) else ""


def digest_of(path: Path) -> str:
    """Pins the text of a letter: saving it again in Word changes the file and not this."""
    return hashlib.sha256(text_of(read(path)).encode("utf-8")).hexdigest()[:32]
