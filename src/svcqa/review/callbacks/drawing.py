"""From records to a wave: the frame through the engine, the draw, the list; the same again for an audit."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from svcqa.engine.contract import Derive, Engine
from svcqa.engine.derive import run_derive
from svcqa.engine.draw import StratumDraw, draw, start_of, systematic_places
from svcqa.entities.organisation import LEVELS, Organisation
from svcqa.entities.survey import Survey
from svcqa.entities.wave import Wave, WaveStratum
from svcqa.metrics.survey import back_checks
from svcqa.records.survey_records import numbers_not_to_call
from svcqa.review.callbacks.counts import in_frame
from svcqa.review.callbacks.former import answers_sql
from svcqa.review.callbacks.frame import COLUMNS, Span, contacts_sql, frame_sql, tables_of
from svcqa.review.callbacks.plan import Plan
from svcqa.review.callbacks.wave import Taken

if TYPE_CHECKING:
    from svcqa.records.vault import Vault
    from svcqa.records.wave_store import WaveStore


class Drawing:
    """Everything a wave is drawn with; reads the records, writes nothing."""

    def __init__(
        self, engine: Engine, *, vault: Vault, organisation: Organisation, waves: WaveStore, folder: Path
    ) -> None:
        self._engine, self._vault, self._organisation = engine, vault, organisation
        self._waves, self._folder = waves, folder

    def frame(
        self, survey: Survey, span: Span, *, key: str, known_at: dt.datetime | None, before: int | None = None
    ) -> Any:
        """The frame as an Arrow table, see :mod:`svcqa.review.callbacks.frame`.

        Args:
            before: only waves with a smaller number put customers into quarantine; all where absent.
        """
        views = {name: self._engine.rows(name, known_at=known_at) for name in tables_of(survey)}
        callbacks = self._engine.rows("callbacks", known_at=known_at)
        waves = self._drawn_before(before)
        contacts = self._run(contacts_sql(survey, span.as_of), {"callbacks": callbacks, "waves": waves}, ("customer",))
        numbers = self._not_to_call(survey)
        views |= {
            "units": self._units([*views.values()], span.as_of.date()),
            "contacts": contacts,
            "do_not_call": pa.table({"customer": pa.array(self._vault.surrogates(numbers), pa.string())}),
            "reachable": pa.table({"customer": pa.array(self._vault.reachable(), pa.string())}),
            "draw_key": pa.table({"draw_key": [key]}),
        }
        keys = {name: self._engine.key(name)[0] for name in tables_of(survey)}
        columns = {name: views[name].schema.names for name in tables_of(survey)}
        return self._run(frame_sql(survey, span, keys=keys, columns=columns), views, COLUMNS)

    def answers(self, survey: Survey, as_of: dt.datetime, *, known_at: dt.datetime | None) -> Any:
        """Former scores with customer, stratum and whether they check others, as an Arrow table."""
        callbacks = self._engine.rows("callbacks", known_at=known_at)
        views = {"callbacks": callbacks, "units": self._units([callbacks], as_of.date())}
        columns = ("customer", "stratum", "score", back_checks.COLUMN)
        return self._run(answers_sql(survey, as_of, columns=callbacks.schema.names), views, columns)

    def not_to_call_digest(self, survey: Survey) -> str:
        """Pins the list of whom not to call; empty where the survey has none."""
        numbers = sorted(number for number in self._vault.surrogates(self._not_to_call(survey)) if number)
        return hashlib.sha256("\n".join(numbers).encode()).hexdigest()[:16] if survey.do_not_call else ""

    def take(self, survey: Survey, wave: Wave, frame: Any, *, key: str) -> list[Taken]:
        """Who is drawn from ``frame``, by the wave's document and the key alone."""
        people = in_frame(frame).select(["stratum", "customer"])
        systematic = survey.draw == "systematic"
        sizes = [
            StratumDraw(
                item.key,
                item.population_size,
                *((item.population_size, 0) if systematic else (item.drawn, item.reserve)),
            )
            for item in wave.strata
        ]
        rows = draw(self._engine.query, people, sizes, key=key, start=start_of(wave.number)).to_pylist()
        if systematic:
            return _systematic(survey, wave, drawn=rows, frame=frame, key=key)
        main = {item.key: item.drawn for item in wave.strata}
        return [
            Taken(
                stratum=row["stratum"],
                customer=row["customer"],
                prn=row["prn"],
                place=row["place"],
                role="main" if row["place"] <= main[row["stratum"]] else "reserve",
            )
            for row in rows
        ]

    def _run(self, sql: str, views: dict[str, Any], columns: Sequence[str]) -> Any:
        return run_derive(self._engine.query, Derive(sql), views, place="callbacks", wanted=tuple(columns))

    def _not_to_call(self, survey: Survey) -> list[str]:
        return numbers_not_to_call(self._folder / survey.do_not_call) if survey.do_not_call else []

    def _drawn_before(self, before: int | None) -> Any:
        pieces = [
            self._waves.drawn(wave.code)
            .select(["customer", "reference", "role"])
            .append_column("as_of", pa.array([wave.as_of] * (wave.drawn + wave.reserve), pa.timestamp("s")))
            for wave in self._waves.waves()
            if before is None or wave.number < before
        ]
        empty = pa.table({"customer": [], "reference": [], "role": [], "as_of": []}, schema=_DRAWN)
        return pa.concat_tables([empty, *pieces])

    def _units(self, tables: Sequence[Any], on: dt.date) -> Any:
        """Each unit that the records name, and where it stands in the tree of that day."""
        names = {code for table in tables for code in table["unit"].cast(pa.string()).unique().to_pylist()}
        tree, rows = self._organisation, []
        for code in sorted(name for name in names if name is not None):
            current = tree.current(code, on)
            # what hangs above a level stands by itself: the strata are to add up to the whole
            places: dict[str, str] = {level: tree.ancestor(current, level) or current for level in LEVELS}
            rows.append({"unit": code, **places})
        return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in ("unit", *LEVELS)]))


_DRAWN = pa.schema(
    [("customer", pa.string()), ("reference", pa.string()), ("role", pa.string()), ("as_of", pa.timestamp("s"))]
)


def strata_of(plan: Plan) -> tuple[WaveStratum, ...]:
    """The strata of a plan as a wave's document has them."""
    return tuple(
        WaveStratum(
            key=item.counts.key,
            parts=item.counts.parts,
            population_size=item.counts.population_size,
            cases=item.counts.cases,
            excluded=item.counts.excluded,
            drawn=item.drawn,
            reserve=item.reserve,
            rule=item.rule,
        )
        for item in plan.strata
    )


def _systematic(survey: Survey, wave: Wave, *, drawn: Sequence[dict[str, Any]], frame: Any, key: str) -> list[Taken]:
    """Every N/n-th of the sorted stratum; the reserves are the others in the order of their random numbers."""
    by_customer = {row["customer"]: row for row in in_frame(frame).to_pylist()}
    by_stratum: dict[str, list[dict[str, Any]]] = {}
    for row in drawn:
        by_stratum.setdefault(row["stratum"], []).append(row)
    taken = []
    for item in wave.strata:
        rows = by_stratum.get(item.key, [])
        ordered = sorted(
            rows, key=lambda row: (*(by_customer[row["customer"]][name] or "" for name in survey.sorted_by), row["prn"])
        )
        seed = hashlib.sha256(f"{key}:{wave.code}:{item.key}".encode()).hexdigest()[:15]
        chosen = [ordered[place] for place in systematic_places(len(ordered), item.drawn, int(seed, 16))]
        main = {row["customer"] for row in chosen}
        rest = [row for row in rows if row["customer"] not in main][: item.reserve]
        for place, row in enumerate((*chosen, *rest), start=1):
            role: Any = "main" if place <= item.drawn else "reserve"
            taken.append(Taken(stratum=item.key, customer=row["customer"], prn=row["prn"], place=place, role=role))
    return taken
