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
    departments = sorted({one.columns.get("department", "") for one in people})
    waterfalls = [_waterfall("overall", "", people, surveyed)]
    waterfalls += [
        _waterfall("department", name, [one for one in people if one.columns.get("department", "") == name], surveyed)
        for name in departments
        if name
    ]
    replacements: list[Replacement] = []
    findings: list[Finding] = []
    over = as_of.date() > design.wave.calls_until
    for stratum in sorted({one.stratum for one in people}):
        own = [one for one in people if one.stratum == stratum]
        waterfalls.append(_waterfall("stratum", stratum, own, surveyed))
        replacements += _replacements(stratum, own)
        findings += _findings(stratum, own, attempts=design.survey.attempts, over=over)
    return Outcomes(
        code=surveyed.wave.code,
        as_of=as_of,
        waterfalls=tuple(waterfalls),
        replacements=tuple(replacements),
        findings=tuple(findings),
    )


def _waterfall(level: Level, key: str, people: Sequence[DrawnCustomer], surveyed: Surveyed) -> Waterfall:
    survey = surveyed.design.survey
    sample = [one for one in people if one.released]
    called = [one for one in sample if one.outcome]
    ends = [disposition(one, survey) for one in called]
    codes = [one.outcome for one in called]
    return Waterfall(
        level=level,
        key=key,
        drawn=sum(one.role == "main" for one in people),
        reserves=sum(one.role == "reserve" for one in sample),
        attempted=len(called),
        eligible=sum(end != "not_eligible" for end in ends),
        reached=sum(end in _REACHED for end in ends),
        answered=sum(end in _ANSWERED for end in ends),
        complete=ends.count("complete"),
        calls=sum(one.attempts for one in called),
        codes={code: codes.count(code) for code in sorted(set(codes))},
        rates=outcome_rates(outcomes_of(sample, survey)),
    )


def _unanswered(people: Iterable[DrawnCustomer]) -> list[DrawnCustomer]:
    """Called without an answer, in the order in which it became known."""
    return sorted(
        (one for one in people if one.outcome and not one.scores), key=lambda one: (_moment(one), one.reference)
    )


def _moment(person: DrawnCustomer) -> dt.datetime:
    return person.called_at or dt.datetime.max


def _in_place_of(people: Iterable[DrawnCustomer]) -> list[tuple[DrawnCustomer, DrawnCustomer | None]]:
    """Each reserve that was called, by place, with the first without an answer who stood ahead of him on the list.

    Nobody replaces himself, nor somebody who was only called after him in the order of places.
    """
    people = list(people)
    waiting = _unanswered(people)
    found = []
    for reserve in sorted((one for one in people if one.role == "reserve" and one.outcome), key=lambda one: one.place):
        gone = next((one for one in waiting if one.place < reserve.place), None)
        if gone is not None:
            waiting.remove(gone)
        found.append((reserve, gone))
    return found


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
    reserves = sorted((one for one in people if one.role == "reserve"), key=lambda one: one.place)
    called = [place for place, one in enumerate(reserves) if one.outcome]
    jumped = [reserves[place].reference for place in called if place >= len(called)]
    # a reserve who did not answer either is replaced by the next one
    gone, pairs = _unanswered(people), _in_place_of(people)
    replaced = {one.reference for _, one in pairs if one is not None}
    found = [("jump", jumped), ("needless", [reserve.reference for reserve, one in pairs if one is None])]
    if over:
        left = len(reserves) - len(called)
        missing = [one for one in gone if one.reference not in replaced][: max(left, 0)]
        found.append(("not_replaced", [one.reference for one in missing]))
        early = [one for one in gone if one.outcome in _WORTH_ANOTHER_CALL and one.attempts < attempts]
        found.append(("given_up", [one.reference for one in early]))
        found.append(("not_called", [one.reference for one in people if one.role == "main" and not one.outcome]))
    return [Finding(kind, stratum, tuple(sorted(rows))) for kind, rows in found if rows]  # type: ignore[arg-type]
