"""What became of a wave's calls: the waterfall, the rates of the standard, who was called in whose place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from svcqa.metrics.survey import DrawnCustomer, Surveyed, disposition, outcomes_of
from svcqa.stats.survey.response_rates import STANDARD as STANDARD
from svcqa.stats.survey.response_rates import Rate, outcome_rates

Level = Literal["overall", "department", "stratum"]
SHOWN_RATES: Final = ("RR1", "RR2", "RR3", "COOP1", "REF1", "CON1")
_ANSWERED: Final = ("complete", "partial")
_REACHED: Final = (*_ANSWERED, "refused", "other")
_WORTH_ANOTHER_CALL: Final = ("no_answer", "busy", "switched_off", "call_later")


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """How many of a wave, a department or a stratum came how far.

    Attributes:
        drawn: main rows of the list.
        reserves: reserves that were called.
        attempted: customers who were called at least once.
        eligible: of these all but those who turned out not to belong to the population.
        reached: somebody spoke with them.
        answered: they answered at least one question; ``complete``: every question with a scale.
        calls: attempts in all.
        codes: last outcomes by code.
        rates: by the names of :data:`STANDARD`.
    """

    level: Level
    key: str
    drawn: int
    reserves: int
    attempted: int
    eligible: int
    reached: int
    answered: int
    complete: int
    calls: int
    codes: dict[str, int]
    rates: dict[str, Rate]


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A reserve who was called in the place of somebody who did not answer; ``place`` is that in the stratum."""

    stratum: str
    replaced: str
    outcome: str
    reserve: str
    place: int
    answered: bool


@dataclass(frozen=True)
class Finding:
    """Something about the calls that is not as the rules want it.

    ``jump``: a reserve was called before one who stood ahead of him. ``needless``: more reserves were called than rows
    went without an answer. ``not_replaced``: rows without an answer although reserves are left. ``given_up``: fewer
    attempts than the survey asks for. ``not_called``: main rows that nobody called.
    """

    kind: Literal["jump", "needless", "not_replaced", "given_up", "not_called"]
    stratum: str
    references: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """The calls of one wave as they were known at ``as_of``."""

    code: str
    as_of: dt.datetime
    waterfalls: tuple[Waterfall, ...]
    replacements: tuple[Replacement, ...]
    findings: tuple[Finding, ...]

    @property
    def overall(self) -> Waterfall:
        """Of the whole wave."""
        return self.waterfalls[0]


def wave_outcomes(surveyed: Surveyed, *, as_of: dt.datetime) -> Outcomes:
    """Everything about a wave's calls; departments and strata in the order of their names."""
    people, design = surveyed.wave.people, surveyed.design
    departments = sorted({item.columns.get("department", "") for item in people})
    waterfalls = [_waterfall("overall", "", people, surveyed)]
    waterfalls += [
        _waterfall(
            "department", name, [item for item in people if item.columns.get("department", "") == name], surveyed
        )
        for name in departments
        if name
    ]
    replacements: list[Replacement] = []
    findings: list[Finding] = []
    over = as_of.date() > design.wave.calls_until
    for stratum in sorted({item.stratum for item in people}):
        in_stratum = [item for item in people if item.stratum == stratum]
        waterfalls.append(_waterfall("stratum", stratum, in_stratum, surveyed))
        replacements += _replacements(stratum, in_stratum)
        findings += _findings(stratum, in_stratum, attempts=design.survey.attempts, over=over)
    return Outcomes(
        code=surveyed.wave.code,
        as_of=as_of,
        waterfalls=tuple(waterfalls),
        replacements=tuple(replacements),
        findings=tuple(findings),
    )


def _waterfall(level: Level, key: str, people: Sequence[DrawnCustomer], surveyed: Surveyed) -> Waterfall:
    survey = surveyed.design.survey
    sample = [item for item in people if item.released]
    called = [item for item in sample if item.outcome]
    ends = [disposition(item, survey) for item in called]
    codes = [item.outcome for item in called]
    return Waterfall(
        level=level,
        key=key,
        drawn=sum(item.role == "main" for item in people),
        reserves=sum(item.role == "reserve" for item in sample),
        attempted=len(called),
        eligible=sum(end != "not_eligible" for end in ends),
        reached=sum(end in _REACHED for end in ends),
        answered=sum(end in _ANSWERED for end in ends),
        complete=ends.count("complete"),
        calls=sum(item.attempts for item in called),
        codes={code: codes.count(code) for code in sorted(set(codes))},
        rates=outcome_rates(outcomes_of(sample, survey)),
    )


def _unanswered(people: Iterable[DrawnCustomer]) -> list[DrawnCustomer]:
    """Called without an answer, in the order in which it became known."""
    return sorted(
        (item for item in people if item.outcome and not item.scores), key=lambda item: (_moment(item), item.reference)
    )


def _moment(person: DrawnCustomer) -> dt.datetime:
    return person.called_at or dt.datetime.max


def _in_place_of(people: Iterable[DrawnCustomer]) -> list[tuple[DrawnCustomer, DrawnCustomer | None]]:
    """Each reserve that was called, by place, with the first without an answer who stood ahead of him on the list.

    Nobody replaces himself, nor somebody who was only called after him in the order of places.
    """
    people = list(people)
    waiting = _unanswered(people)
    pairs = []
    for reserve in sorted(
        (item for item in people if item.role == "reserve" and item.outcome), key=lambda item: item.place
    ):
        gone = next((item for item in waiting if item.place < reserve.place), None)
        if gone is not None:
            waiting.remove(gone)
        pairs.append((reserve, gone))
    return pairs


def _replacements(stratum: str, people: Sequence[DrawnCustomer]) -> list[Replacement]:
    """The first without an answer is replaced by the first reserve that was called, and so on."""
    return [
        Replacement(
            stratum=stratum,
            replaced=gone.reference,
            outcome=gone.outcome,
            reserve=reserve.reference,
            place=reserve.place,
            answered=bool(reserve.scores),
        )
        for reserve, gone in _in_place_of(people)
        if gone is not None
    ]


def _findings(stratum: str, people: Sequence[DrawnCustomer], *, attempts: int, over: bool) -> list[Finding]:
    """What is not as the rules want it; what may still be done is no finding before the calls are over."""
    reserves = sorted((item for item in people if item.role == "reserve"), key=lambda item: item.place)
    called = [index for index, item in enumerate(reserves) if item.outcome]
    jumped = [reserves[index].reference for index in called if index >= len(called)]
    # a reserve who did not answer either is replaced by the next one
    gone, pairs = _unanswered(people), _in_place_of(people)
    replaced = {item.reference for _, item in pairs if item is not None}
    deviations = [("jump", jumped), ("needless", [reserve.reference for reserve, item in pairs if item is None])]
    if over:
        left = len(reserves) - len(called)
        missing = [item for item in gone if item.reference not in replaced][: max(left, 0)]
        deviations.append(("not_replaced", [item.reference for item in missing]))
        early = [item for item in gone if item.outcome in _WORTH_ANOTHER_CALL and item.attempts < attempts]
        deviations.append(("given_up", [item.reference for item in early]))
        deviations.append(
            ("not_called", [item.reference for item in people if item.role == "main" and not item.outcome])
        )
    return [Finding(kind, stratum, tuple(sorted(rows))) for kind, rows in deviations if rows]  # type: ignore[arg-type]
