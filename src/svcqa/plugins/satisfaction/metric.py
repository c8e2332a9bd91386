"""Satisfaction by sampled callbacks: what a wave says about all customers, not only about those who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from svcqa.entities.base import Entity, Level, Text
from svcqa.errors import MetricError, StatsError
from svcqa.metrics.abilities import TakesGoal
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.grouping import code_columns
from svcqa.metrics.measures import Format, Measure, Role
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.survey import (
    Asked,
    Group,
    SurveyExample,
    SurveyParams,
    WaveDesign,
    WaveRecords,
    Weighted,
    WeightRule,
    groups_of,
    weighted,
)
from svcqa.plugins.satisfaction.examples import EXAMPLES
from svcqa.plugins.satisfaction.rows import SilentGroupError, compared, group_rows


class SatisfactionParams(SurveyParams, Asked, WeightRule):
    """Which wave, which figure, which weights; ``goal`` is in the figure's unit, a share may be written "94%"."""

    goal: Level | None = None


class SatisfactionMetric(TakesGoal):
    """The estimate for all customers with its interval, and beside it how far non-response and design reach."""

    spec: ClassVar[MetricSpec] = MetricSpec(
        name="satisfaction_sampling",
        label=Text(hans="抽样回访满意度", hant="抽樣回訪滿意度", en="Satisfaction by sampled callbacks"),
        unit="point",
        better="higher",
        formula=Text(
            hans="按抽样设计加权：均值、占比为 Σw·y÷Σw，总量为 Σw·y，比率为 Σw·y÷Σw·x；"
            "w 是抽取概率的倒数，再按回答率、总体计数调整",
            hant="按抽樣設計加權：平均值、佔比為 Σw·y÷Σw，總量為 Σw·y，比率為 Σw·y÷Σw·x；"
            "w 是抽取機率的倒數，再按回答率、母體計數調整",
            en="weighted by the design: mean and share are Σw·y ÷ Σw, a total is Σw·y, a ratio Σw·y ÷ Σw·x; w is one "
            "over the probability of the draw, adjusted for response and to the frame's counts",
        ),
        reference="Lumley (2004) Journal of Statistical Software 9(8); Korn and Graubard (1998) Survey Methodology 24, "
        "193–201; Little (1986) International Statistical Review 54, 139–157; Manski (1989) Journal of Human Resources "
        "24, 343–360",
        shape="survey",
        additive=False,
        picture="estimate",
        measures=(
            Measure(name="unweighted", role=Role.BESIDE),
            Measure(name="design_effect", role=Role.BESIDE, unit="ratio"),
            Measure(name="effective_n", role=Role.BESIDE, unit="answer"),
            Measure(name="response_rate", role=Role.BESIDE, unit="share"),
            Measure(name="worst_case", role=Role.BESIDE, format=Format.INTERVAL),
            Measure(name="against_last_wave", role=Role.BESIDE, format=Format.CHANGE),
            Measure(name="chance_of_goal", role=Role.CHANCE, unit="share"),
        ),
    )
    params: ClassVar[type[Entity]] = SatisfactionParams

    def measure(self, wave: WaveRecords, design: WaveDesign, params: SatisfactionParams, context: Context) -> Result:
        """Of each group: the figure, design effect and effective size, response, worst case, last wave, target."""
        question = params.question_of(design.survey)
        sample = weighted(wave, design, question=question.key, rule=params)
        before = self._before(wave, design, params, context)
        rows: list[Figure] = []
        for group in groups_of(sample.people, context):
            lead = self._lead(design, params, group)
            try:
                group_figures = group_rows(sample, design, params=params, group=group, lead=lead, context=context)
            except SilentGroupError:
                rows.append(replace(lead, measure=params.estimate, n=0, flags=("no_answer",)))
                continue
            rows += group_figures.rows
            if design.before is not None:
                rows += compared(
                    group_figures, before, earlier=design.before, params=params, group=group, lead=lead, context=context
                )
        unit = params.value_unit(design.survey)
        about = {
            "question": question.key,
            "estimate": params.estimate,
            "weights": sample.method,
            "counts": params.counts,
        }
        return Result(tuple(rows), keys=code_columns(context.by), about=about, unit=unit)

    def examples(self) -> tuple[SurveyExample, ...]:
        """Two strata worked out by hand."""
        return EXAMPLES

    def _lead(self, design: WaveDesign, params: SatisfactionParams, group: Group) -> Figure:
        wave = design.wave
        return Figure(
            metric=self.spec.name,
            indicator=params.question_of(design.survey).key,
            unit=group.unit,
            period=wave.period,
            first=wave.first,
            last=wave.last,
            by=group.keys,
        )

    @staticmethod
    def _before(
        wave: WaveRecords, design: WaveDesign, params: SatisfactionParams, context: Context
    ) -> tuple[Weighted, Mapping[tuple[str, ...], Group]] | None:
        """The last wave with the same weights, and its groups; ``None`` where it cannot be weighted so."""
        if wave.before is None or design.before is None:
            return None
        try:
            question = params.question_of(design.before.survey)
            sample = weighted(wave.before, design.before, question=question.key, rule=params)
        except (MetricError, StatsError):
            return None
        groups = groups_of(sample.people, context)
        return sample, {(group.unit, *group.keys.values()): group for group in groups}
