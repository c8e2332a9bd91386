"""A small wave with figures worked out by hand: what the conformance kit drives survey metrics with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final

from svcqa.entities.survey import Survey
from svcqa.entities.wave import Wave, WaveStratum
from svcqa.metrics.context import Context
from svcqa.metrics.examples import UNITS, Example, Units
from svcqa.metrics.survey.waves import DrawnCustomer, FrameCell, Surveyed, WaveDesign, WaveRecords

_SURVEY: Final[dict[str, Any]] = {
    "key": "satisfaction",
    "label": "satisfaction",
    "services": [{"key": "repair", "name": "repair"}],
    "questions": [{"key": "attitude", "text": "attitude", "top_from": 9, "low_to": 6}],
    "allocation": {"calls": 1},
}
_AHEAD: Final = dt.timedelta(days=1)
_ROLES: Final = ("main", "reserve")


@dataclass(frozen=True)
class SurveyExample:
    """A few drawn customers, and the figures that a person worked out from them.

    Attributes:
        params: the metric's parameters as a policy file would write them.
        frame: who could be drawn: ``{"stratum": "a", "unit": "D1", "customers": 10, "cases": 12}`` and more.
        people: the list: ``{"stratum": "a", "unit": "D1", "outcome": "reached", "scores": {"attitude": 9}}``; ``role``
            is ``main`` and ``cases`` one where absent.
        period: the period asked for, which is that of the wave.
        expected: ``{"mean": 8.5, "mean.lower@D1": 7.9}``: measure, column of the result, after the ``@`` the unit.
        source: how the figures were worked out, or where they are published.
        before: the wave before, as frame and people.
        survey: fields of the survey beside those it has by itself.
        by: what is grouped by.
        units: the organisation as ``(code, level, parent)``.
    """

    params: Mapping[str, Any]
    _: KW_ONLY
    frame: Sequence[Mapping[str, Any]]
    people: Sequence[Mapping[str, Any]]
    period: str
    expected: Mapping[str, Any]
    source: str
    before: tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]] | None = None
    survey: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    units: Units = UNITS

    def context(self) -> Context:
        """The circumstances of the example: asked after the last call."""
        record = Example(self.params, records={}, period=self.period, expected={}, source=self.source, units=self.units)
        return record.context(by=self.by)

    def surveyed(self) -> Surveyed:
        """The wave as a metric is given it."""
        policy = Survey.model_validate({**_SURVEY, **self.survey})
        earlier = self._made(policy, 1, *self.before, before=None) if self.before is not None else None
        return self._made(policy, 2, self.frame, self.people, before=earlier)

    def _made(
        self,
        policy: Survey,
        number: int,
        frame: Sequence[Mapping[str, Any]],
        people: Sequence[Mapping[str, Any]],
        *,
        before: Surveyed | None,
    ) -> Surveyed:
        cells = tuple(
            FrameCell(_texts(row), int(row.get("customers", 1)), int(row.get("cases", row.get("customers", 1))))
            for row in frame
        )
        code = f"{self.period}-{number}"
        drawn = tuple(_person(code, place, row, self.context()) for place, row in enumerate(people, start=1))
        strata = tuple(self._stratum(name, cells, drawn) for name in dict.fromkeys(c.columns["stratum"] for c in cells))
        records = WaveRecords(code, drawn, before.wave if before else None)
        design = WaveDesign(policy, self._wave(policy, code, number, strata), cells, before.design if before else None)
        return Surveyed(records, design)

    def _wave(self, policy: Survey, code: str, number: int, strata: tuple[WaveStratum, ...]) -> Wave:
        context = self.context()
        drawn_at = context.as_of - _AHEAD
        return Wave(
            code=code,
            survey=policy.key,
            number=number,
            period=context.period.label,
            first=context.period.first,
            last=context.period.last,
            as_of=drawn_at,
            known_at=drawn_at,
            calls_until=context.period.last,
            draw=policy.draw,
            start="0" * 15,
            survey_digest=policy.digest,
            policy="",
            records="",
            key_fingerprint="",
            do_not_call="",
            strata=strata,
            frame_digest="",
            list_digest="",
        )

    @staticmethod
    def _stratum(name: str, cells: Sequence[FrameCell], drawn: Sequence[DrawnCustomer]) -> WaveStratum:
        stratum_cells = [cell for cell in cells if cell.columns["stratum"] == name]
        roles = [item.role for item in drawn if item.stratum == name]
        parts = {key: stratum_cells[0].columns.get(key, "") for key in ("service", "department")}
        return WaveStratum(
            key=name,
            parts=parts,
            population_size=sum(cell.customers for cell in stratum_cells),
            cases=sum(cell.cases for cell in stratum_cells),
            drawn=roles.count("main"),
            reserve=roles.count("reserve"),
        )


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in row.items() if name not in ("customers", "cases")}


def _person(code: str, place: int, row: Mapping[str, Any], context: Context) -> DrawnCustomer:
    customer_fields = ("role", "cases", "outcome", "scores", "attempts", "caller", "customer")
    outcome = str(row.get("outcome", "reached" if row.get("scores") else ""))
    return DrawnCustomer(
        reference=f"{code}-{place:04d}",
        role=row.get("role", "main"),
        stratum=str(row["stratum"]),
        place=place,
        cases=int(row.get("cases", 1)),
        customer=str(row.get("customer", f"{code}-{place}")),
        columns={name: str(value) for name, value in row.items() if name not in customer_fields},
        outcome=outcome,
        called_at=context.as_of - _AHEAD if outcome else None,
        attempts=int(row.get("attempts", 1 if outcome else 0)),
        caller=str(row.get("caller", "")),
        scores={name: float(value) for name, value in row.get("scores", {}).items()},
    )
