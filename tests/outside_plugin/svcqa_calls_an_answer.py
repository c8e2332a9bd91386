"""Calls an answer costs: a survey metric written outside of svcqa."""

from __future__ import annotations

from svcqa.plugin import (
    Context,
    MetricSpec,
    Result,
    SurveyExample,
    SurveyParams,
    Text,
    WaveDesign,
    WaveRecords,
    groups_of,
)


class Params(SurveyParams):
    """Which wave."""


class CallsAnAnswer:
    """How often somebody had to dial for each customer who was reached."""

    spec = MetricSpec(
        name="calls_an_answer",
        label=Text(hans="每个回答的拨打次数", hant="每個回答的撥打次數", en="Calls an answer costs"),
        unit="call",
        better="lower",
        formula=Text(hans="拨打次数÷接通客户数", hant="撥打次數÷接通客戶數", en="calls made ÷ customers reached"),
        reference="a count of the wave's own calls: no interval",
        shape="survey",
    )
    params = Params

    def measure(self, wave: WaveRecords, design: WaveDesign, params: Params, context: Context) -> Result:
        """Calls and answers of each group."""
        rows = []
        for group in groups_of(wave.released, context):
            own = [one for one, inside in zip(wave.released, group.inside, strict=True) if inside]
            calls, reached = sum(one.attempts for one in own), sum(one.outcome == "reached" for one in own)
            rows.append(
                {
                    "metric": self.spec.name,
                    "indicator": design.survey.key,
                    "measure": self.spec.name,
                    "unit": group.unit,
                    "period": design.wave.period,
                    "first": design.wave.first,
                    "last": design.wave.last,
                    **group.keys,
                    "value": calls / reached if reached else None,
                    "n": reached,
                    "numerator": calls,
                    "flags": (),
                }
            )
        return Result(tuple(rows))

    def examples(self) -> tuple[SurveyExample, ...]:
        """Three calls for one answer."""
        return (
            SurveyExample(
                params={},
                frame=[{"stratum": "a", "unit": "D1", "customers": 9}],
                people=[
                    {"stratum": "a", "unit": "D1", "scores": {"attitude": 9}, "attempts": 1},
                    {"stratum": "a", "unit": "D1", "outcome": "busy", "attempts": 2},
                    {"stratum": "a", "unit": "D1", "role": "reserve"},
                ],
                period="2026Q1",
                expected={"calls_an_answer": 3.0, "calls_an_answer.n": 1},
                source="By hand: one call reached somebody, two did not; the reserve was not called.",
            ),
        )
