"""A wave's list: main rows in calling order, then the reserves of each stratum; its digests; what an audit found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa

from svcqa.entities.survey import Survey
from svcqa.entities.wave import Wave
from svcqa.review.callbacks.frame import call_days

LIST_COLUMNS: Final = (
    "order",
    "reference",
    "role",
    "stratum",
    "place",
    "customer",
    "source_table",
    "record_id",
    "service",
    "unit",
    "tier",
    "closed_at",
    "call_from",
    "call_until",
    "cases",
    "prn",
)
"""``place`` is that within the stratum: a reserve replaces in the order of places."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A customer whom the draw took from a stratum."""

    stratum: str
    customer: str
    prn: str
    place: int
    role: Literal["main", "reserve"]


def wave_list(survey: Survey, wave: Wave, taken: Sequence[Taken], frame: Any) -> Any:
    """The list as an Arrow table with :data:`LIST_COLUMNS`.

    Main rows stand in the order of the random numbers across all strata, so that a wave that is cut short is still
    spread over all of them; the reserves follow, stratum by stratum.
    """
    by_customer = {row["customer"]: row for row in frame.to_pylist()}

    def turn(taken: Taken) -> tuple[bool, str, str]:
        return (taken.prn < wave.start, taken.prn, taken.customer)

    main = sorted((item for item in taken if item.role == "main"), key=turn)
    reserve = sorted((item for item in taken if item.role == "reserve"), key=lambda item: (item.stratum, item.place))
    rows = []
    for order, item in enumerate((*main, *reserve), start=1):
        about = by_customer[item.customer]
        begin, end = call_days(survey, about["closed_at"], wave.as_of)
        rows.append(
            {
                "order": order,
                "reference": wave.reference(order),
                "role": item.role,
                "stratum": item.stratum,
                "place": item.place,
                "customer": item.customer,
                "call_from": begin,
                "call_until": end,
                "prn": item.prn,
                **{
                    name: about[name]
                    for name in ("source_table", "record_id", "service", "unit", "tier", "closed_at", "cases")
                },
            }
        )
    return pa.Table.from_pylist(rows, schema=_schema())


def _schema() -> Any:
    types = {
        "order": pa.int32(),
        "place": pa.int32(),
        "cases": pa.int32(),
        "closed_at": pa.timestamp("s"),
        "call_from": pa.date32(),
        "call_until": pa.date32(),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in LIST_COLUMNS])


def list_digest(drawn: Any) -> str:
    """SHA-256 over a line for each row: order, role, stratum, customer, record, between tabs."""
    names = ("order", "role", "stratum", "customer", "source_table", "record_id")
    return _digest("\t".join(str(row[name]) for name in names) for row in drawn.select(names).to_pylist())


def frame_digest(frame: Any) -> str:
    """SHA-256 over the sorted lines stratum, customer, reason."""
    names = ("stratum", "customer", "reason")
    return _digest(sorted("\t".join(str(row[name] or "") for name in names) for row in frame.select(names).to_pylist()))


def _digest(lines: Iterable[str]) -> str:
    state = hashlib.sha256()
    for line in lines:
        state.update(f"{line}\n".encode())
    return state.hexdigest()


Compared = Literal["list", "frame", "key", "draw", "records", "survey", "register"]


@dataclass(frozen=True)
class AuditCheck:
    """One thing that an audit looked at; ``absent`` is what there was nothing to compare with."""

    what: Compared
    found: Literal["same", "differs", "absent"]
    got: str
    expected: str


@dataclass(frozen=True)
class Audit:
    """Whether a wave is what its document says, and whether the same list is drawn again."""

    wave: Wave
    checks: tuple[AuditCheck, ...]

    @property
    def passed(self) -> bool:
        """Nothing differs."""
        return all(check.found != "differs" for check in self.checks)


def compared(what: Compared, got: str, expected: str) -> AuditCheck:
    """A check of two texts; ``absent`` where one is missing."""
    state: Literal["same", "differs", "absent"] = "same" if got == expected else "differs"
    return AuditCheck(what, state if got and expected else "absent", got, expected)


def overlap(waves: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """How many customers two waves have in common, main rows only, for each pair of waves."""
    people = {
        code: {row["customer"] for row in drawn.select(["customer", "role"]).to_pylist() if row["role"] == "main"}
        for code, drawn in waves.items()
    }
    codes = sorted(people)
    return {
        (first, other): len(people[first] & people[other])
        for index, first in enumerate(codes)
        for other in codes[index + 1 :]
    }
