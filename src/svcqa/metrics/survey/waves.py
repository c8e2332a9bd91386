"""Surveys by callback: a wave's drawn list with what became of each call, and how the wave was drawn.

Reserves count from the moment they are called: the main rows of a stratum and the reserves called after them are the
first of one random order, so that together they are a sample of that size. Whoever was called and did not answer stays
in it. A replacement never makes non-response disappear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from svcqa.entities.base import Entity, Key
from svcqa.entities.organisation import LEVELS
from svcqa.entities.survey import RECORD_COLUMNS, Survey
from svcqa.entities.wave import Role, Wave
from svcqa.errors import Fault, MetricError
from svcqa.periods import Period

COLUMNS: Final = ("stratum", "service", "unit", *LEVELS, *RECORD_COLUMNS)
"""What is known of everybody in the frame: what figures can be grouped and weights be made by."""
TABLE: Final = "callbacks"


class SurveyParams(Entity):
    """Which wave: by its code, or the last one of the survey that lies in the period asked for."""

    wave: Key | None = None
    survey: Key | None = None


@dataclass(frozen=True, kw_only=True)
class DrawnCustomer:
    """One row of a wave's list and what became of the call.

    Attributes:
        place: within the stratum; a reserve replaces in the order of places.
        cases: how many cases the customer has; the drawn one stands for them.
        columns: see :data:`COLUMNS`.
        outcome: of the last call; empty where nobody called.
        scores: by question, where one was given.
        random_number: the customer's permanent random number.
        opinions: by question, as the records have them (masked).
    """

    reference: str
    role: Role
    stratum: str
    place: int
    cases: int = 1
    customer: str = field(default="", repr=False)
    random_number: str = field(default="", repr=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    called_at: dt.datetime | None = None
    attempts: int = 0
    caller: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    opinions: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def released(self) -> bool:
        """Whether the customer belongs to the sample: drawn first, or called in somebody's place."""
        return self.role == "main" or bool(self.outcome)


@dataclass(frozen=True)
class FrameCell:
    """Customers of the frame who are alike in all of :data:`COLUMNS`, and their cases."""

    columns: Mapping[str, str]
    customers: int
    cases: int


@dataclass(frozen=True)
class WaveRecords:
    """A wave's list with its calls, as they were known at ``as_of``; ``before``: the wave it is compared with."""

    code: str
    people: tuple[DrawnCustomer, ...]
    before: WaveRecords | None = None

    @property
    def released(self) -> tuple[DrawnCustomer, ...]:
        """The sample: who was drawn first, and reserves that were called."""
        return tuple(item for item in self.people if item.released)


@dataclass(frozen=True)
class WaveDesign:
    """How a wave was drawn: the survey's rules, the wave's document, its frame counted."""

    survey: Survey
    wave: Wave
    cells: tuple[FrameCell, ...]
    before: WaveDesign | None = None

    def population(self, *columns: str, cases: bool = False) -> dict[tuple[str, ...], int]:
        """Customers (or cases) of the frame by some of :data:`COLUMNS`."""
        counts: dict[tuple[str, ...], int] = {}
        for cell in self.cells:
            key = tuple(cell.columns.get(name, "") for name in columns)
            counts[key] = counts.get(key, 0) + (cell.cases if cases else cell.customers)
        return counts


@dataclass(frozen=True)
class Surveyed:
    """What a survey metric measures."""

    wave: WaveRecords
    design: WaveDesign


class WaveArchive(Protocol):
    """Where waves are kept; lists and frames are Arrow tables."""

    def waves(self) -> tuple[Wave, ...]:
        """All documents in the order of drawing."""

    def drawn(self, code: str) -> Any:
        """The list of a wave."""

    def frame(self, code: str) -> Any:
        """The frame of a wave."""


@dataclass(frozen=True)
class Surveys:
    """The surveys and waves of a workspace."""

    policies: tuple[Survey, ...]
    archive: WaveArchive

    def chosen(self, params: SurveyParams, period: Period, *, as_of: dt.datetime | None = None) -> Wave:
        """The wave that ``params`` name, or the last one of the period that was drawn before ``as_of``.

        Raises:
            MetricError: there is none, or it speaks for another period than the one asked for.
        """
        waves = [wave for wave in self.archive.waves() if params.survey in (None, wave.survey)]
        codes = ", ".join(wave.code for wave in waves)
        if params.wave is not None:
            waves = [wave for wave in waves if wave.code == params.wave]
            if not waves:
                raise MetricError(Fault("no_wave", got=params.wave, allowed=codes))
        inside = [
            wave
            for wave in waves
            if period.first <= wave.first and wave.last <= period.last and (as_of is None or wave.as_of < as_of)
        ]
        if not inside:
            listed = ", ".join(f"{wave.code} ({wave.first}…{wave.last})" for wave in waves)
            raise MetricError(Fault("no_wave", place=period.label, got=params.wave or "", allowed=listed))
        return inside[-1]

    def has_waves(self, params: SurveyParams) -> bool:
        """Whether a wave may be looked for: none is named, and the survey has some."""
        return params.wave is None and any(params.survey in (None, wave.survey) for wave in self.archive.waves())

    def within(self, survey: str, period: Period) -> tuple[Wave, ...]:
        """The waves of a survey that speak for days of ``period`` alone, in the order of drawing."""
        self._declared(survey, place=period.label)
        waves = [wave for wave in self.archive.waves() if wave.survey == survey]
        return tuple(wave for wave in waves if period.first <= wave.first and wave.last <= period.last)

    def named(self, code: str) -> Wave:
        """The wave ``code``.

        Raises:
            MetricError: there is none.
        """
        waves = self.archive.waves()
        chosen = next((wave for wave in waves if wave.code == code), None)
        if chosen is None:
            raise MetricError(Fault("no_wave", got=code, allowed=", ".join(wave.code for wave in waves)))
        return chosen

    def calls_end(self, params: SurveyParams, period: Period) -> dt.datetime:
        """The end of the period, or of the wave's calls where they go on after it."""
        try:
            calls_until = self.chosen(params, period).calls_until
        except MetricError:
            return period.end
        return max(period.end, dt.datetime.combine(calls_until + dt.timedelta(days=1), dt.time()))

    def before(self, wave: Wave) -> Wave | None:
        """The wave of the same survey that was drawn before."""
        earlier = [
            other for other in self.archive.waves() if other.survey == wave.survey and other.number < wave.number
        ]
        return earlier[-1] if earlier else None

    def policy(self, wave: Wave) -> Survey:
        """The survey of a wave.

        Raises:
            MetricError: no policy file declares it any more.
        """
        return self._declared(wave.survey, place=wave.code)

    def _declared(self, key: str, *, place: str) -> Survey:
        survey = next((policy for policy in self.policies if policy.key == key), None)
        if survey is None:
            raise MetricError(Fault("no_survey", place=place, got=key))
        return survey

    def read(self, wave: Wave, callbacks: Any, as_of: dt.datetime, *, before: Wave | None = None) -> Surveyed:
        """A wave with its calls up to ``as_of``, and the wave before it likewise."""
        earlier = self.read(before, callbacks, as_of) if before is not None else None
        frame, drawn = self.archive.frame(wave.code), self.archive.drawn(wave.code)
        records = wave_records(drawn.to_pylist(), _rows_of(frame, "customer", drawn["customer"]), callbacks, as_of)
        design = WaveDesign(self.policy(wave), wave, frame_cells(frame), earlier.design if earlier else None)
        return Surveyed(WaveRecords(wave.code, records, earlier.wave if earlier else None), design)


def frame_cells(frame: Any) -> tuple[FrameCell, ...]:
    """The customers who could be drawn, counted; ``frame`` is an Arrow table, however long."""
    import pyarrow.compute as pc

    inside = frame.filter(pc.equal(frame["reason"], ""))
    counted = inside.group_by(list(COLUMNS)).aggregate([([], "count_all"), ("cases", "sum")]).to_pylist()
    cells = [
        FrameCell({name: str(row[name] or "") for name in COLUMNS}, int(row["count_all"]), int(row["cases_sum"]))
        for row in counted
    ]
    return tuple(sorted(cells, key=lambda cell: tuple(cell.columns.values())))


def wave_records(
    drawn: Sequence[Mapping[str, Any]], frame: Sequence[Mapping[str, Any]], callbacks: Any, as_of: dt.datetime
) -> tuple[DrawnCustomer, ...]:
    """The list joined with the calls and with its customers' rows of the frame.

    A row of ``callbacks`` belongs to the list by its reference.
    """
    frame_rows = {row["customer"]: row for row in frame if row.get("customer")}
    calls: dict[str, list[Mapping[str, Any]]] = {}
    for row in _rows_of(callbacks, "callback_id", [str(row["reference"]) for row in drawn]):
        if row["called_at"] <= as_of:
            calls.setdefault(str(row["callback_id"]), []).append(row)
    people = []
    for row in drawn:
        about = {**frame_rows.get(row["customer"], {}), **{name: row[name] for name in ("stratum", "service", "unit")}}
        columns = {name: str(about.get(name) or "") for name in COLUMNS}
        people.append(
            DrawnCustomer(
                reference=str(row["reference"]),
                role=row["role"],
                stratum=str(row["stratum"]),
                place=int(row["place"]),
                cases=int(row["cases"]),
                customer=str(row["customer"]),
                columns=columns,
                random_number=str(row["prn"]),
                **_outcome(calls.get(str(row["reference"]), ())),
            )
        )
    return tuple(people)


def _rows_of(table: Any, column: str, keys: Any) -> list[Mapping[str, Any]]:
    """The rows of an Arrow table whose ``column`` is one of ``keys``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else pa.array(keys, pa.string())
    inside = pc.is_in(table[column].cast(pa.string()), value_set=values)
    rows: list[Mapping[str, Any]] = table.filter(inside).to_pylist()
    return rows


def _outcome(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What became of a call: the last moment that is on record decides, and every answer that was given counts."""
    if not rows:
        return {}
    ordered = sorted(rows, key=lambda row: (row["called_at"], str(row["question"])))
    last = ordered[-1]
    outcome = next((str(row["outcome"]) for row in reversed(ordered) if row.get("outcome")), "")
    scores = {str(row["question"]): float(row["score"]) for row in ordered if row.get("score") is not None}
    opinions = {str(row["question"]): str(row["opinion"]) for row in ordered if row.get("opinion")}
    attempts = max(int(row.get("attempts") or 0) for row in ordered)
    return {
        "outcome": outcome or ("reached" if scores else ""),
        "called_at": last["called_at"],
        "attempts": attempts or len({row["called_at"] for row in ordered}),
        "caller": str(last.get("caller") or ""),
        "scores": scores,
        "opinions": opinions,
    }
