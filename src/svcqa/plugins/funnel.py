"""Funnel: which units differ by more than chance and the ordinary differences between units; pooled beside raw."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal

from svcqa.entities.base import Entity, Text
from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError
from svcqa.metrics.contract import Context, MetricSpec, SeriesExample
from svcqa.metrics.result import Result
from svcqa.metrics.series import WHOLE, Row, SeriesParams, chosen_measure
from svcqa.plugins.funnel_examples import EXAMPLES
from svcqa.stats.funnel import FAR, NEAR, Funnel, funnel_of_rates, funnel_of_shares
from svcqa.stats.pooling import Pooled, pool_rates, pool_shares

_LEAST: Final = 3
_FEW: Final = 10
"""Below as many units the spread between them is a rough estimate."""


class FunnelParams(SeriesParams):
    """Which figure; ``rate`` counts events per exposure and not shares of cases."""

    kind: Literal["share", "rate"] = "share"


class FunnelMetric:
    """Units of different size compared fairly: nobody is called an outlier for being small."""

    grain: ClassVar[str] = WHOLE
    spec: ClassVar[MetricSpec] = MetricSpec(
        name="funnel",
        label=Text(hans="单位比较漏斗图", hant="單位比較漏斗圖", en="Funnel plot"),
        unit="share",
        better="neutral",
        formula=Text(
            hans="反正弦尺度，z 在 10%、90% 处缩尾，φ = Σz²/k，方差加 τ²；另列经验贝叶斯部分合并值；未按个案构成调整",
            hant="反正弦尺度，z 在 10%、90% 處縮尾，φ = Σz²/k，變異數加 τ²；另列經驗貝氏部分合併值；未按個案構成調整",
            en="arcsine scale, z winsorised at 10 % and 90 %, φ = Σz²/k, τ² added to the variance; empirical Bayes "
            "partial pooling beside it; not adjusted for case mix",
        ),
        reference="Spiegelhalter (2005) Statistics in Medicine 24, 1185–1202; DerSimonian and Laird (1986); Griffiths "
        "(1973) Biometrics 29, 637–648; Clayton and Kaldor (1987) Biometrics 43, 671–681",
        shape="series",
        additive=False,
    )
    params: ClassVar[type[Entity]] = FunnelParams

    def measure(self, series: Result, params: FunnelParams, context: Context) -> Result:
        """Of each unit: its figure, its limits, its pooled figure; of all: centre, φ, τ².

        Raises:
            MetricError: fewer than three units have cases.
        """
        name = chosen_measure(series, params)
        rows = sorted((row for row in series.rows if row.get("measure") == name and row.get("n")), key=_unit)
        compared = any(level in context.by for level in (*LEVELS, "unit"))
        if len({_unit(row) for row in rows}) < len(rows) or not compared or len(rows) < _LEAST:
            count = len(rows) if compared else 1
            raise MetricError(Fault("funnel_units", place=self.spec.name, got=str(count)))
        if any(row.get("numerator") is None or "amounts" in (row.get("flags") or ()) for row in rows):
            raise MetricError(Fault("chart_needs_counts", place=self.spec.name, got=self.spec.name))
        events, n = ([row[column] for row in rows] for column in ("numerator", "n"))
        shares = params.kind == "share"
        funnel = (funnel_of_shares if shares else funnel_of_rates)(events, n)
        pooled = (pool_shares if shares else pool_rates)(events, n, level=context.level)
        found = [row for place in range(len(rows)) for row in self._unit(rows[place], place, funnel, pooled, context)]
        found += self._all(rows, funnel, context)
        return Result(tuple(found), series.keys, unit=series.unit, better=series.better)

    def examples(self) -> tuple[SeriesExample, ...]:
        """Departments compared by hand."""
        return EXAMPLES

    def _lead(self, row: Row) -> dict[str, Any]:
        kept = {name: row.get(name) for name in ("indicator", "unit", "period", "first", "last")}
        return {"metric": self.spec.name, **kept}

    def _unit(self, row: Row, place: int, funnel: Funnel, pooled: Pooled, context: Context) -> list[dict[str, Any]]:
        near, far = int(funnel.outside(z=NEAR)[place]), int(funnel.outside(z=FAR)[place])
        told = ("far", far) if far else ("near", near)
        flags = (f"funnel_{told[0]}_{'high' if told[1] > 0 else 'low'}",) if told[1] else ()
        kept = {name: row.get(name) for name in ("value", "lower", "upper", "n", "numerator", "goal", "method")}
        lead = self._lead(row)
        found = [{**lead, "measure": "value", **kept, "flags": (*(row.get("flags") or ()), *flags)}]
        for name, z in (("limits_95", NEAR), ("limits_998", FAR)):
            low, high = funnel.limits(row["n"], z=z)
            ends = {"lower": min(float(low), funnel.centre), "upper": max(float(high), funnel.centre)}
            found.append({**lead, "measure": name, "value": funnel.centre, **ends, "n": row["n"], "flags": (),
                          "method": "funnel (Spiegelhalter 2005)"})  # fmt: skip
        found.append({
            **lead, "measure": "pooled", "value": float(pooled.value[place]), "lower": float(pooled.lower[place]),
            "upper": float(pooled.upper[place]), "n": row["n"], "flags": (),
            "method": f"empirical Bayes {context.level:.0%}",
        })  # fmt: skip
        return found

    def _all(self, rows: list[Row], funnel: Funnel, context: Context) -> list[dict[str, Any]]:
        """What holds for all units together."""
        whole = {**self._lead(rows[0]), "unit": context.unit or context.organisation.company.code, "n": len(rows)}
        flags = ("no_case_mix", *(("few_units",) if len(rows) < _FEW else ()))
        figures = {"centre": funnel.centre, "phi": funnel.phi, "tau2": funnel.tau2}
        return [
            {**whole, "measure": name, "value": value, "flags": flags, "method": "funnel (Spiegelhalter 2005)",
             **({} if name == "centre" else {"value_unit": "ratio"})}
            for name, value in figures.items()
        ]  # fmt: skip


def _unit(row: Row) -> str:
    return str(row["unit"])
