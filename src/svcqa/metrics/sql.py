"""Pieces of SQL from policies: names checked, values quoted, only words that every engine knows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Final

from svcqa.entities.commitment import Commitment
from svcqa.errors import Fault, MetricError
from svcqa.metrics.commitments import EXCLUDED_COLUMN
from svcqa.periods import PeriodKind, PeriodRule

_NAME: Final = re.compile(r"([a-z]\.)?[A-Za-z_][A-Za-z0-9_]*")
_PLAIN: Final = re.compile(r"[^\x00-\x7f]|[A-Za-z0-9_ -]")
MONTHS_IN: Final = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}


def column(name: str) -> str:
    """A column's name, after the letter that stands for its table where there are several.

    Raises:
        MetricError: it is none.
    """
    if not _NAME.fullmatch(name):
        raise MetricError(Fault("column_missing_in_table", got=name, allowed="a-z, 0-9, _"))
    return name


def quoted(value: str) -> str:
    """A text as a literal.

    Engines differ in what quotes, backslashes and dollars mean inside of quotes; so such characters stand there by
    their number.

    >>> print(quoted("planned"), quoted("it's"))
    'planned' 'it' || chr(39) || 's'
    """
    runs = re.findall(r"(?:[^\x00-\x7f]|[A-Za-z0-9_ -])+|[\x00-\x7f]", value)
    return " || ".join(f"'{run}'" if _PLAIN.match(run) else f"chr({ord(run)})" for run in runs) or "''"


def moment(at: dt.datetime) -> str:
    """A moment as a literal."""
    return f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'"


def matches(conditions: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """All conditions hold; a missing value is the empty text.

    >>> matches((("kind", ("planned", "fault")),))
    "(COALESCE(CAST(kind AS VARCHAR(200)), '') IN ('planned', 'fault'))"
    """
    parts = [f"{code(name)} IN ({', '.join(map(quoted, allowed))})" for name, allowed in conditions]
    return "(" + " AND ".join(parts) + ")" if parts else "(1 = 1)"


def code(name: str) -> str:
    """A column of codes as text, missing values as the empty text."""
    return f"COALESCE(CAST({column(name)} AS VARCHAR(200)), '')"


def exclusion_reason(commitment: Commitment) -> str:
    """The first reason for which a record is left out, the empty text where none is."""
    cases = "".join(f" WHEN {matches(item.where)} THEN {quoted(item.reason)}" for item in commitment.exclusions)
    recorded = code(EXCLUDED_COLUMN)
    return f"CASE WHEN {recorded} <> '' THEN {recorded}{cases} ELSE '' END"


def cycle_number(moment: str, kind: PeriodKind, rule: PeriodRule) -> str:
    """The number of the month, quarter, half or year that a moment lies in, counted from year 0.

    Statistical months that close on another day than the calendar's are respected.
    """
    at = column(moment)
    later = f" + CASE WHEN DAY({at}) > {rule.month_closes_on} THEN 1 ELSE 0 END" if rule.month_closes_on else ""
    return f"FLOOR((YEAR({at}) * 12 + MONTH({at}) - 1{later}) / {MONTHS_IN[kind]})"
