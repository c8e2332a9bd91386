"""Funnel: which units differ by more than chance and the ordinary differences between units; pooled beside raw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Final, Literal

import numpy as np

from svcqa.entities.base import Entity, Key, Text
from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError
from svcqa.metrics.abilities import Mixes, OverWhole
from svcqa.metrics.context import Context, MetricSpec
from svcqa.metrics.examples import SeriesExample
from svcqa.metrics.measures import Measure, Role
from svcqa.metrics.result import Figure, Result
from svcqa.metrics.series import SeriesParams, chosen_measure
from svcqa.plugins.series.funnel_examples import EXAMPLES
from svcqa.stats.case_mix import case_mix
from svcqa.stats.chart_choice import rate_factor
from svcqa.stats.funnel import FAR, NEAR, Funnel, funnel_of_rates, funnel_of_shares
from svcqa.stats.pooling import Pooled, pool_rates, pool_shares

_LEAST: Final = 3
_FEW: Final = 10
"""Below as many units the spread between them is a rough estimate."""


class FunnelParams(SeriesParams):
    """Which figure; ``rate`` counts events per exposure and not shares of cases.

    ``mix`` is the column of codes that tells kinds of case apart.
    """

    kind: Literal["share", "rate"] = "share"
    mix: Key = "tier"


class FunnelMetric(OverWhole, Mixes[FunnelParams]):
    """Units of different size compared fairly: nobody is called an outlier for being small."""

    grain: ClassVar[Literal["whole"]] = "whole"
    spec: ClassVar[MetricSpec] = MetricSpec(
        name="funnel",
        label=Text(hans="单位比较漏斗图", hant="單位比較漏斗圖", en="Funnel plot"),
        unit="share",
        better="neutral",
        formula=Text(
            hans="反正弦尺度，z 在 10%、90% 处缩尾，φ = Σz²/k，方差加 τ²；"
            "另列经验贝叶斯部分合并值，以及按个案构成间接标准化的值",
            hant="反正弦尺度，z 在 10%、90% 處縮尾，φ = Σz²/k，變異數加 τ²；"
            "另列經驗貝氏部分合併值，以及按個案構成間接標準化的值",
            en="arcsine scale, z winsorised at 10 % and 90 %, φ = Σz²/k, τ² added to the variance; empirical Bayes "
            "partial pooling and indirect standardisation by case mix beside it",
        ),
        reference="Spiegelhalter (2005) Statistics in Medicine 24, 1185–1202; DerSimonian and Laird (1986); Griffiths "
        "(1973) Biometrics 29, 637–648; Clayton and Kaldor (1987) Biometrics 43, 671–681; Breslow and Day "
        "(1987) Statistical Methods in Cancer Research II, ch. 2",
        shape="series",
        additive=False,
        picture="funnel",
        measures=(
            Measure(name="value"),
            Measure(name="limits_95", role=Role.LIMITS),
            Measure(name="limits_998", role=Role.OUTER_LIMITS),
            Measure(name="pooled", role=Role.POOLED),
            Measure(name="expected_of_mix", role=Role.EXPECTED),
            Measure(name="standardised", role=Role.STANDARDISED),
            Measure(name="mix_distance", role=Role.DISTANCE, unit="share"),
            Measure(name="mix", role=Role.COMPOSITION, unit="share"),
            Measure(name="centre", role=Role.CENTRE),
            Measure(name="phi", role=Role.DISPERSION, unit="ratio"),
            Measure(name="tau2", role=Role.BETWEEN, unit="ratio"),
        ),
    )
    params: ClassVar[type[Entity]] = FunnelParams

    def mixes(self, params: FunnelParams, context: Context) -> Mapping[str, bool]:
        """The base by kind of case too, where that is not what is compared; a column asked for must be there."""
        if params.mix in context.by or params.kind == "rate":
            return {}
        return {params.mix: "mix" in params.model_fields_set}

    def measure(self, series: Result, params: FunnelParams, context: Context) -> Result:
        """Of each unit: its figure, its limits, its pooled figure, its case mix; of all: centre, φ, τ².

        Raises:
            MetricError: fewer than three units have cases.
        """
        name = chosen_measure(series, params)
        counted = [row for row in series.rows if row.measure == name and _size(row, params.kind)]
        rows = sorted((row for row in counted if params.mix not in row.by or params.mix in context.by), key=_unit)
        compared = any(level in context.by for level in (*LEVELS, "unit"))
        if len({_unit(row) for row in rows}) < len(rows) or not compared or len(rows) < _LEAST:
            count = len(rows) if compared else 1
            raise MetricError(Fault("funnel_units", place=self.spec.name, got=str(count)))
        events, n = _counts(rows, params.kind)
        shares = params.kind == "share"
        funnel = (funnel_of_shares if shares else funnel_of_rates)(events, n)
        pooled = (pool_shares if shares else pool_rates)(events, n, level=context.level)
        figures = [
            row
            for index in range(len(rows))
            for row in self._unit(rows[index], index, size=n[index], funnel=funnel, pooled=pooled, context=context)
        ]
        kinds = [row for row in counted if params.mix in row.by and params.mix not in context.by]
        mixed = self._mix(rows, kinds, params.mix, context)
        figures += [*mixed, *self._all(rows, funnel, context, mixed=bool(mixed))]
        keys = (*series.keys, params.mix) if mixed else series.keys
        return Result(tuple(figures), keys=keys, unit=series.unit, better=series.better)

    def examples(self) -> tuple[SeriesExample, ...]:
        """Departments compared by hand."""
        return EXAMPLES

    def _lead(self, row: Figure) -> Figure:
        return Figure(
            metric=self.spec.name,
            indicator=row.indicator,
            unit=row.unit,
            period=row.period,
            first=row.first,
            last=row.last,
        )

    def _unit(
        self, row: Figure, index: int, *, size: float, funnel: Funnel, pooled: Pooled, context: Context
    ) -> Iterator[Figure]:
        near, far = int(funnel.outside(z=NEAR)[index]), int(funnel.outside(z=FAR)[index])
        zone = ("far", far) if far else ("near", near)
        flags = (f"funnel_{zone[0]}_{'high' if zone[1] > 0 else 'low'}",) if zone[1] else ()
        lead = self._lead(row)
        yield replace(
            lead,
            measure="value",
            value=row.value,
            lower=row.lower,
            upper=row.upper,
            n=row.n,
            numerator=row.numerator,
            goal=row.goal,
            method=row.method,
            flags=(*row.flags, *flags),
        )
        for name, z in (("limits_95", NEAR), ("limits_998", FAR)):
            low, high = funnel.limits(size, z=z)
            yield replace(
                lead,
                measure=name,
                value=funnel.centre,
                lower=min(float(low), funnel.centre),
                upper=max(float(high), funnel.centre),
                n=row.n,
                method="funnel (Spiegelhalter 2005)",
            )
        yield replace(
            lead,
            measure="pooled",
            value=float(pooled.value[index]),
            lower=float(pooled.lower[index]),
            upper=float(pooled.upper[index]),
            n=row.n,
            method=f"empirical Bayes {context.level:.0%}",
        )

    def _mix(self, rows: list[Figure], kinds: list[Figure], mix: str, context: Context) -> list[Figure]:
        """What each unit's kinds of case let expect, and its figure at everybody's mix; nothing where all are of one
        kind, or the kinds do not add up to the units."""
        codes = sorted({row.by[mix] for row in kinds})
        units = [_unit(row) for row in rows]
        events, n = np.zeros((len(units), len(codes))), np.zeros((len(units), len(codes)))
        for row in kinds:
            if _unit(row) in units:
                cell = units.index(_unit(row)), codes.index(row.by[mix])
                events[cell] += row.numerator
                n[cell] += row.n
        if len(codes) < 2 or n.sum(axis=1).tolist() != [row.n for row in rows]:
            return []
        adjustment = case_mix(events, n, level=context.level)
        figures: list[Figure] = []
        method = f"indirect standardisation by {mix}"
        for number, row in enumerate(rows):
            lead = replace(self._lead(row), n=row.n, method=method)
            figures.append(replace(lead, measure="expected_of_mix", value=float(adjustment.expected[number])))
            if np.isfinite(adjustment.value[number]):
                standardised = replace(
                    lead,
                    measure="standardised",
                    value=float(adjustment.value[number]),
                    lower=float(adjustment.lower[number]),
                    upper=float(adjustment.upper[number]),
                    method=f"{method}; Wilson {context.level:.0%}",
                )
                figures.append(standardised)
            distance = float(adjustment.distance[number])
            figures.append(replace(lead, measure="mix_distance", value=distance, method="Duncan and Duncan (1955)"))
        company = replace(self._lead(rows[0]), unit=_company(context))
        for lead, shares, cases in (
            *((self._lead(row), adjustment.share[number], n[number]) for number, row in enumerate(rows)),
            (company, adjustment.overall, n.sum(axis=0)),
        ):
            figures += [
                replace(
                    lead, by={mix: code}, measure="mix", value=float(share), n=int(count), method="part of the cases"
                )
                for code, share, count in zip(codes, shares, cases, strict=True)
            ]
        return figures

    def _all(self, rows: list[Figure], funnel: Funnel, context: Context, *, mixed: bool) -> list[Figure]:
        """What holds for all units together."""
        flags = ("case_mix_beside" if mixed else "no_case_mix", *(("few_units",) if len(rows) < _FEW else ()))
        whole = replace(
            self._lead(rows[0]),
            unit=_company(context),
            n=len(rows),
            flags=flags,
            method="funnel (Spiegelhalter 2005)",
        )
        figures = {"centre": funnel.centre, "phi": funnel.phi, "tau2": funnel.tau2}
        return [replace(whole, measure=name, value=value) for name, value in figures.items()]


def _size(row: Figure, kind: str) -> float:
    """What a unit's figure stands over: its cases, of a rate its exposure; 0 where it has none."""
    base = row.base if kind == "rate" else None
    return float(base if base is not None else row.n or 0)


def _counts(rows: list[Figure], kind: str) -> tuple[list[float], list[float]]:
    """Events of the units and what they stand over, so that the one over the other is the figure itself.

    Raises:
        MetricError: the figure is no share, or no rate, of counted cases.
    """
    events = [np.nan if row.numerator is None else float(row.numerator) for row in rows]
    sizes = [_size(row, kind) for row in rows]
    counted = not any(np.isnan(events)) and not any("amounts" in row.flags for row in rows)
    values = [np.nan if row.value is None else row.value for row in rows]
    factor = rate_factor(values, events, sizes) if counted and kind == "rate" else 1.0
    if not counted or (factor is None and any(events)):
        raise MetricError(Fault("funnel_needs_counts", place=FunnelMetric.spec.name))
    return events, [size / (factor or 1.0) for size in sizes]


def _company(context: Context) -> str:
    return context.unit or context.organisation.company.code


def _unit(row: Figure) -> str:
    return row.unit
