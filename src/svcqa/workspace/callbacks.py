"""Callbacks: plan a wave, draw it, write its call sheet, draw it again for an audit, see what it brought."""

# Over 300 lines: one verb of the subject a method, each with its arguments told.

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from svcqa.catalogue import Language
from svcqa.engine.draw import as_digits, start_of
from svcqa.entities.survey import Survey
from svcqa.entities.wave import ContactExport, Wave
from svcqa.errors import Fault, MetricError, RegisterError
from svcqa.periods import Period, read_moment
from svcqa.records.draw_key import draw_key, fingerprint
from svcqa.register.waves import note_contact_export, note_wave, noted_waves
from svcqa.review.callbacks.counts import StratumCounts, count_frame
from svcqa.review.callbacks.drawing import Drawing, strata_of
from svcqa.review.callbacks.former import LeftOut, former_answers, left_out
from svcqa.review.callbacks.frame import Span
from svcqa.review.callbacks.mending import mend, mend_at_start, void_notes
from svcqa.review.callbacks.plan import Former, Plan, make_plan
from svcqa.review.callbacks.results import WaveResults
from svcqa.review.callbacks.wave import Audit, compared, frame_digest, list_digest, overlap, wave_list
from svcqa.workspace.opened import OpenedWorkspace

if TYPE_CHECKING:
    import pandas as pd


_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")


class Callbacks:
    """The surveys and waves of one workspace. Reach it as ``workspace.callbacks``."""

    def __init__(self, workspace: OpenedWorkspace) -> None:
        self._workspace = workspace
        self.store = workspace.wave_store
        self.mended: tuple[Fault, ...] = ()
        """What a crash had left, and what was done about it since the workspace was opened."""

    def mend(self) -> None:
        """Finish or discard what a crash left of a draw, unless somebody is drawing just now."""
        if self.store.staged():
            self.mended += mend_at_start(self.store, self._workspace.register)

    @property
    def surveys(self) -> tuple[Survey, ...]:
        """The surveys that the policy files declare."""
        return self._workspace.policies.surveys

    @property
    def waves(self) -> tuple[Wave, ...]:
        """The documents of all waves in the order of drawing."""
        return self.store.waves()

    def notices(self) -> tuple[Fault, ...]:
        """What was mended, what newer programs wrote into documents, which waves are noted and in no folder."""
        return (*self.mended, *self.store.notices(), *void_notes(self.store, self._workspace.register))

    def wave(self, code: str) -> Wave:
        """The document of one wave.

        Raises:
            NameUnknownError: there is no such wave.
        """
        return self.store.wave(code)

    def drawn(self, code: str) -> pd.DataFrame:
        """A wave's list: main rows in calling order, then the reserves; surrogates only."""
        frame: pd.DataFrame = self.store.drawn(code).to_pandas()
        return frame

    def overlap(self) -> dict[tuple[str, str], int]:
        """How many customers were drawn in both of two waves, reserves aside, for each pair of waves."""
        return overlap({code: self.store.drawn(code) for code in self.store.codes()})

    def frame(self, code: str) -> pd.DataFrame:
        """A wave's frame: every customer with a case in scope, his stratum, what kept him out; surrogates only."""
        frame: pd.DataFrame = self.store.frame(code).to_pandas()
        return frame

    def plan(
        self,
        survey: str,
        *,
        period: str | Period,
        as_of: dt.datetime | str,
        calls: int | None = None,
        half_width: float | None = None,
        known_at: dt.datetime | None = None,
        wave: str | None = None,
    ) -> Plan:
        """How many to draw, in which stratum, what precision that buys where.

        Args:
            survey: key of a survey.
            period: the cases closed in it, up to ``as_of``, are those the wave speaks for.
            as_of: the moment of the draw (local time); calls begin on its day.
            calls, half_width: customers to draw, or the half-width wanted of the overall mean; as the survey says
                where both are absent.
            known_at: only what had been read by then (UTC).
            wave: code of the wave that is planned; where it was drawn already, as things stood before it.

        Raises:
            MetricError: too few calls for what is prescribed, or a precision that cannot be had.
        """
        policy = self._workspace.policies.survey(survey)
        counts, former = self.counts(survey, period=period, as_of=as_of, known_at=known_at, wave=wave)
        return make_plan(policy, counts, former=former, calls=calls, half_width=half_width)

    def counts(
        self,
        survey: str,
        *,
        period: str | Period,
        as_of: dt.datetime | str,
        known_at: dt.datetime | None = None,
        wave: str | None = None,
    ) -> tuple[tuple[StratumCounts, ...], dict[str, Former]]:
        """The counted frame and what former answers tell: all that a plan needs, so that a slider can ask again."""
        policy, span = self._asked(survey, period, as_of)
        frame = self._drawing.frame(policy, span, key=self._key, known_at=known_at, before=self._before(wave))
        answers = self._drawing.answers(policy, span.as_of, known_at=known_at)
        return count_frame(policy, frame), former_answers(answers)

    def left_out(
        self,
        survey: str,
        *,
        period: str | Period,
        as_of: dt.datetime | str,
        known_at: dt.datetime | None = None,
        wave: str | None = None,
    ) -> tuple[LeftOut, ...]:
        """Whom quarantine, window and lists keep out of the frame, and the bias that may bring."""
        policy, span = self._asked(survey, period, as_of)
        frame = self._drawing.frame(policy, span, key=self._key, known_at=known_at, before=self._before(wave))
        return left_out(frame, self._drawing.answers(policy, span.as_of, known_at=known_at))

    def left_out_of(self, code: str) -> tuple[LeftOut, ...]:
        """The same of a wave that was drawn."""
        wave = self.wave(code)
        policy = self._workspace.policies.survey(wave.survey)
        answers = self._drawing.answers(policy, wave.as_of, known_at=self._known(wave))
        return left_out(self.store.frame(code), answers)

    def draw(
        self,
        survey: str,
        code: str,
        *,
        period: str | Period,
        as_of: dt.datetime | str,
        who: str,
        calls: int | None = None,
        half_width: float | None = None,
        now: dt.datetime | None = None,
    ) -> Wave:
        """Draw a wave, keep its document and list, note it in the register.

        Drawing the same again gives the wave that stands; under the same code nothing else is ever drawn.

        Args:
            code: what the wave is called, such as ``2026Q2``.
            who: who draws.
            now: UTC; the clock's moment where absent.

        Raises:
            RegisterError: nobody is named, or another draw has this code.
            MetricError: there is nobody to draw.
        """
        if not _CODE.fullmatch(code):  # it becomes a folder's name
            raise RegisterError(Fault("bad_value", place="code", got=repr(code), allowed=_CODE.pattern))
        if not who.strip():
            raise RegisterError(Fault("wave_author", got=repr(who)))
        policy, span = self._asked(survey, period, as_of)
        label = period.label if isinstance(period, Period) else period
        with self.store.drawing():  # the frame of the next draw has to know whom this one took
            self.mended += mend(self.store, self._workspace.register)
            return self._draw(
                policy, span, code=code, period=label, who=who, calls=calls, half_width=half_width, now=now
            )

    def _draw(
        self,
        policy: Survey,
        span: Span,
        *,
        code: str,
        period: str,
        who: str,
        calls: int | None,
        half_width: float | None,
        now: dt.datetime | None,
    ) -> Wave:
        """Draw while nobody else does: staged, noted, settled."""
        moment = now or dt.datetime.now(dt.UTC)
        known_at = moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
        before, register = {wave.code: wave for wave in self.waves}, self._workspace.register
        taken = {wave.number for wave in before.values()}
        taken |= {note.number for note in noted_waves(register) if note.code != code}
        number = before[code].number if code in before else 1 + max(taken, default=0)
        frame = self._drawing.frame(policy, span, key=self._key, known_at=None, before=number)
        former = former_answers(self._drawing.answers(policy, span.as_of, known_at=None))
        plan = make_plan(policy, count_frame(policy, frame), former=former, calls=calls, half_width=half_width)
        if not plan.overall.drawn:
            raise MetricError(
                Fault("nobody_to_draw", place=f'survey "{policy.key}"', got=str(plan.overall.population_size))
            )
        wave, drawn = self._made(
            policy, span, period=period, code=code, number=number, plan=plan, frame=frame, known_at=known_at
        )
        if code in before:
            if not before[code].same_draw(wave):
                raise RegisterError(Fault("wave_exists", got=code))
            return before[code]
        self.store.stage(wave, drawn, frame)
        try:
            note_wave(register, wave, author=who, now=known_at)
        except RegisterError:  # of any other failure only the register can tell whether the wave was noted
            self.store.discard(code)
            raise
        self.store.settle(code)
        return wave

    def call_sheet(
        self,
        code: str,
        out: str | Path,
        *,
        language: Language | None = None,
        contacts: bool = False,
        who: str = "",
        purpose: str = "",
        now: dt.datetime | None = None,
    ) -> Path:
        """Write a wave's call sheet, and beside the wave the mapping that reads it back once it is filled.

        Args:
            out: the workbook to write.
            contacts: with name, telephone and address, into a file that only its owner can read where the system has
                that; the register notes who had it written, when and what for.
            who, purpose: needed with contacts.
            now: UTC; the clock's moment where absent.

        Raises:
            RegisterError: contacts are asked for, and nobody or nothing is named that they are for.
        """
        from svcqa.report.forms.call_sheet import write_call_sheet
        from svcqa.report.forms.call_sheet_mapping import call_sheet_mapping
        from svcqa.report.forms.sheet_names import sheet_names

        wave, workspace = self.wave(code), self._workspace
        policy, language = workspace.policies.survey(wave.survey), language or workspace.language
        rows, path = self.store.drawn(code).to_pylist(), Path(out)
        customer_contacts = None
        if contacts:
            export = ContactExport(wave=code, rows=len(rows), file=path.name, purpose=purpose)
            note_contact_export(workspace.register, export, author=who, now=now)
            customer_contacts = workspace.vault.contacts([row["customer"] for row in rows])
        names = sheet_names(policy, workspace.policies, language, rows)
        company = workspace.settings.company.name.in_language(language)
        mapping = call_sheet_mapping(policy, wave, names, language)
        self.store.mapping(code, language).write_text(mapping, encoding="utf-8", newline="\n")
        return write_call_sheet(
            path,
            policy,
            wave=wave,
            rows=rows,
            names=names,
            language=language,
            company=company,
            contacts=customer_contacts,
        )

    def results(self, code: str, *, as_of: dt.datetime | str | None = None) -> WaveResults:
        """What a wave brought.

        Args:
            as_of: calls after it are masked (local time); the end of the wave's calls where absent.
        """
        workspace = self._workspace
        return WaveResults(
            figures=workspace.figures,
            register=workspace.register,
            code=code,
            language=workspace.language,
            asked_as_of=as_of,
        )

    def audit(self, code: str) -> Audit:
        """Draw a wave again: from its document, its frame and the key, and the frame again from the records.

        Raises:
            NameUnknownError: there is no such wave.
        """
        wave, drawn, frame = self.wave(code), self.store.drawn(code), self.store.frame(code)
        policy = self._workspace.policies.survey(wave.survey)
        checks = [
            compared("list", list_digest(drawn), wave.list_digest),
            compared("frame", frame_digest(frame), wave.frame_digest),
            compared("key", fingerprint(self._key), wave.key_fingerprint),
            compared("survey", policy.digest, wave.survey_digest),
        ]
        again = wave_list(policy, wave, self._drawing.take(policy, wave, frame, key=self._key), frame)
        checks.append(compared("draw", list_digest(again), wave.list_digest))
        span = Span(dt.datetime.combine(wave.first, dt.time()), self._end(wave.last, wave.as_of), wave.as_of)
        anew = self._drawing.frame(policy, span, key=self._key, known_at=self._known(wave), before=wave.number)
        checks.append(compared("records", frame_digest(anew), wave.frame_digest))
        noted = [note.list_digest for note in noted_waves(self._workspace.register) if note.code == code]
        checks.append(compared("register", noted[-1] if noted else "", wave.list_digest))
        return Audit(wave, tuple(checks))

    def _before(self, code: str | None) -> int | None:
        """The number of the wave ``code``, so that only those before it count; none where it was not drawn yet."""
        return self.store.wave(code).number if code is not None and code in self.store.codes() else None

    def _known(self, wave: Wave) -> dt.datetime | None:
        """What the store knew when the wave was drawn; all it knows where it was read again since."""
        store = self._workspace.store
        return wave.known_at if store.digest(known_at=wave.known_at) == wave.records else None

    def _made(
        self,
        policy: Survey,
        span: Span,
        *,
        period: str,
        code: str,
        number: int,
        plan: Plan,
        frame: object,
        known_at: dt.datetime,
    ) -> tuple[Wave, object]:
        """The wave and its list."""
        strata = strata_of(plan)
        calls_until = span.as_of.date() + dt.timedelta(days=policy.window.field_days - 1)
        wave = Wave(
            code=code,
            survey=policy.key,
            number=number,
            period=period,
            first=span.first.date(),
            last=(span.end - dt.timedelta(seconds=1)).date(),
            as_of=span.as_of,
            known_at=known_at,
            calls_until=calls_until,
            draw=policy.draw,
            start=as_digits(start_of(number)),
            survey_digest=policy.digest,
            policy=self._workspace.policies.digest,
            records=self._workspace.store.digest(),
            key_fingerprint=fingerprint(self._key),
            do_not_call=self._drawing.not_to_call_digest(policy),
            strata=strata,
            frame_digest=frame_digest(frame),
            list_digest="",
        )
        drawn = wave_list(policy, wave, self._drawing.take(policy, wave, frame, key=self._key), frame)
        return wave.model_copy(update={"list_digest": list_digest(drawn)}), drawn

    def _asked(self, survey: str, period: str | Period, as_of: dt.datetime | str) -> tuple[Survey, Span]:
        policy = self._workspace.policies.survey(survey)
        resolved_period = self._workspace.period(period) if isinstance(period, str) else period
        moment = read_moment(as_of)
        assert moment is not None
        if moment <= dt.datetime.combine(resolved_period.first, dt.time()):
            raise MetricError(Fault("wave_before_period", place=resolved_period.label, got=f"{moment:%Y-%m-%d %H:%M}"))
        first = dt.datetime.combine(resolved_period.first, dt.time())
        return policy, Span(first, self._end(resolved_period.last, moment), moment)

    @staticmethod
    def _end(last: dt.date, as_of: dt.datetime) -> dt.datetime:
        return min(dt.datetime.combine(last + dt.timedelta(days=1), dt.time()), as_of)

    @cached_property
    def _drawing(self) -> Drawing:
        workspace = self._workspace
        return Drawing(
            workspace.engine,
            vault=workspace.vault,
            organisation=workspace.policies.organisation,
            waves=self.store,
            folder=workspace.folder,
        )

    @cached_property
    def _key(self) -> str:
        return draw_key(self._workspace.folder / self._workspace.settings.draw_key)
