"""Charts as data: the same rows behind SVG, Excel chart and text; titles that claim no more than they may.

Expected numbers are worked out by hand beside them, or come from the libraries and standards that are named there.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import svcqa
from support.workspaces import require
from svcqa.catalogue import LANGUAGES, Language, text
from svcqa.entities.base import Text
from svcqa.errors import MetricError
from svcqa.metrics.result import Result
from svcqa.report import charts
from svcqa.report.charts.bins import MOST_BINS, edges, quantile, raw_width
from svcqa.report.charts.grammar import MOST_LINES, MOST_PANELS, Chart
from svcqa.report.charts.palette import DASHES, SERIES, SHAPES, STANDING, STANDING_SHAPES
from svcqa.report.charts.vega import specification
from svcqa.report.files.picture import write_picture
from svcqa.report.forms import write_forms
from svcqa.report.words.fonts import has_chinese_font

LABEL = Text(hans="到场及时率", hant="到場及時率", en="Arrival in time")
NAMES = {"D1": "一部", "D2": "二部"}


def row(unit: str = "D1", period: str = "2026-06", value: float | None = 0.9, **fields: Any) -> dict[str, Any]:
    """A row of a result; ``lower`` and ``upper`` lie 0.02 beside the value unless given."""
    limits = {} if value is None else {"lower": value - 0.02, "upper": value + 0.02, "n": 100, "method": "Wilson 95%"}
    return {"unit": unit, "period": period, "value": value, **limits, **fields}


def result(*rows: Mapping[str, Any], unit: str = "share", **fields: Any) -> Result:
    return Result(rows, unit=unit, label=LABEL, **fields)


def several(groups: int = 2, periods: int = 3, **fields: Any) -> Result:
    """Groups D0, D1 … over months, values falling by 0.01 a step from 0.99."""
    return result(
        *(
            row(f"D{group}", f"2026-{month:02d}", 0.99 - 0.01 * (group + month), **fields)
            for group in range(groups)
            for month in range(1, periods + 1)
        )
    )


def chart(found: Result, language: Language = "en", **options: Any) -> Chart:
    return charts.of_result(found, language, names=NAMES, **options).chart


def every_kind() -> dict[str, Chart]:
    cases = charts.Distribution(
        label="Arrival",
        unit="minute",
        values=(5, 12, 12, 50, 70, 31, 33, 47, 8, 95),
        limit=40,
        marks={"P50": 32, "P90": 70},
        still_open=(False,) * 8 + (True, True),
    )
    monthly = several(2, 3, goal=0.95)
    partial = result(*monthly.rows[:-1], {**monthly.rows[-1], "flags": ("partial",)})
    return {
        "bars": chart(result(row("D1", goal=0.95), row("D2", value=0.97, goal=0.95))),
        "lines": chart(partial),
        "small_multiples": chart(partial, kind="small_multiples"),
        "distribution": charts.distribution(cases, "en", cumulative=True).chart,
    }


KINDS = ("bars", "lines", "small_multiples", "distribution")


# ---- one set of rows behind all three


def drawn_rows(spec: Mapping[str, Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The data rows that a Vega-Lite specification holds, in the chart's columns."""
    (found,) = [rows for rows in spec["datasets"].values() if rows and set(columns) <= set(rows[0])]
    return [tuple(one[name] for name in columns) for one in found]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)


@pytest.mark.parametrize("kind", KINDS)
def test_svg_excel_and_text_show_the_same_rows(kind: str, tmp_path: Path) -> None:
    drawn = every_kind()[kind]
    assert drawn.kind == kind
    numbers = [
        name
        for name in (
            "group",
            "period",
            "value",
            "lower",
            "upper",
            "goal",
            "n",
            "shown",
            "label",
            "start",
            "end",
            "closed",
            "still_open",
            "cumulative",
        )
        if name in drawn.columns
    ]
    wanted = [tuple(getattr(record, name) for name in numbers) for record in drawn.records]
    assert len(wanted) >= 2

    in_picture = drawn_rows(specification(drawn), numbers)
    assert all(same(a, b) for one, two in zip(in_picture, wanted, strict=True) for a, b in zip(one, two, strict=True))

    path = write_picture(charts.Picture(drawn), tmp_path / "chart.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    head = next(cells for cells in sheet.iter_rows() if cells[0].value == drawn.headings[numbers[0]])
    places = {cell.value: cell.column for cell in head if cell.value}
    assert sheet["A1"].value == drawn.title
    for offset, record in enumerate(wanted, start=1):
        for name, value in zip(numbers, record, strict=True):
            in_cell = sheet.cell(head[0].row + offset, places[drawn.headings[name]]).value
            assert same(in_cell, value), (name, in_cell, value)

    lines = charts.Picture(drawn).text().splitlines()
    assert lines[0] == drawn.title
    for line, record in zip(lines[2:], wanted, strict=False):
        for value in record:
            assert (f"{value:.10g}" if isinstance(value, float) else "—" if value is None else str(value)) in line


@pytest.mark.parametrize("kind", KINDS)
def test_the_excel_chart_refers_to_the_cells_of_its_rows(kind: str, tmp_path: Path) -> None:
    """Read from the file's XML: categories and values of every series, the limits as custom error bars."""
    drawn = every_kind()[kind]
    path = write_picture(charts.Picture(drawn), tmp_path / "chart.xlsx")
    with zipfile.ZipFile(path) as packed:
        parts = [packed.read(name).decode() for name in sorted(packed.namelist()) if "charts/chart" in name]
    assert len(parts) == (len(drawn.groups) if kind == "small_multiples" else 1)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found: set[float] = set()
    for part in parts:
        for reference in re.findall(r"<c:val>.*?<c:f>'?Charts'?!(.*?)</c:f>", part, re.DOTALL):
            found |= {
                cell.value for cells in sheet[reference.replace("$", "")] for cell in cells if cell.value is not None
            }
    columns = ("closed", "still_open", "cumulative") if kind == "distribution" else ("value", "goal")
    wanted = {getattr(record, name) for record in drawn.records for name in columns} - {None}
    assert sorted(found) == pytest.approx(sorted(wanted))
    for part in parts:
        if kind == "distribution":
            assert "<c:errBars>" not in part
            continue
        plus = re.findall(r"<c:plus>.*?<c:f>'?Charts'?!(.*?)</c:f>.*?</c:plus>", part, re.DOTALL)
        minus = re.findall(r"<c:minus>.*?<c:f>'?Charts'?!(.*?)</c:f>.*?</c:minus>", part, re.DOTALL)
        assert plus
        assert len(plus) == len(minus)
        for reference in (*plus, *minus):
            distances = [cell.value for cells in sheet[reference.replace("$", "")] for cell in cells]
            assert distances == pytest.approx([0.02] * len(distances))  # `row` sets the limits 0.02 aside


def test_goals_that_change_are_steps_in_the_picture_and_cells_in_excel(tmp_path: Path) -> None:
    changing = result(*(row("D1", f"2026-0{m}", 0.96, goal=0.9 if m < 3 else 0.95) for m in range(1, 5)))
    drawn = chart(changing)
    assert drawn.goals == (0.9, 0.95)
    steps = [layer for layer in specification(drawn)["layer"] if layer["mark"].get("interpolate") == "step"]
    assert len(steps) == 1
    path = write_picture(charts.Picture(drawn), tmp_path / "chart.xlsx")
    with zipfile.ZipFile(path) as packed:
        part = packed.read("xl/charts/chart1.xml").decode()
    assert part.count("<c:ser>") == 2
    cached = re.findall(r"<c:v>(0\.9\d*)</c:v>", part.rpartition("<c:ser>")[2])
    assert [float(n) for n in cached] == [0.9, 0.9, 0.95, 0.95]


def test_periods_that_are_not_over_are_hollow_and_said() -> None:
    drawn = every_kind()["lines"]
    assert [r.partial for r in drawn.rows] == [False] * 5 + [True]
    hollow = [layer for layer in specification(drawn)["layer"] if layer["mark"].get("fill") == "white"]
    assert len(hollow) == 1
    assert text("charts.partial_hollow", "en") in drawn.notes
    assert drawn.rows[-1].shown.endswith("*")
    assert "period not over" in charts.Picture(drawn).text()


def test_a_period_without_a_figure_is_a_gap_and_said() -> None:
    drawn = chart(result(row("D1", "2026-01"), row("D1", "2026-02", None), row("D2", "2026-01"), row("D2", "2026-03")))
    assert [(r.group, r.period, r.value) for r in drawn.rows] == [
        ("一部", "2026-01", 0.9),
        ("一部", "2026-02", None),
        ("一部", "2026-03", None),
        ("二部", "2026-01", 0.9),
        ("二部", "2026-02", None),
        ("二部", "2026-03", 0.9),
    ]
    assert text("charts.no_value", "en", count=3) in drawn.notes


# ---- which kind, how many


def test_the_kind_follows_from_periods_and_groups() -> None:
    assert chart(several(3, 1)).kind == "bars"
    assert chart(several(MOST_LINES, 2)).kind == "lines"
    assert chart(several(MOST_LINES + 1, 2)).kind == "small_multiples"


@pytest.mark.parametrize(
    ("groups", "periods", "kind", "allowed"),
    [(2, 2, "bars", "lines, small_multiples"), (MOST_LINES + 1, 2, "lines", "small_multiples")],
)
def test_a_kind_that_would_hide_figures_is_refused(groups: int, periods: int, kind: Any, allowed: str) -> None:
    with pytest.raises(MetricError) as caught:
        chart(several(groups, periods), kind=kind)
    assert allowed in caught.value.render("en")
    assert kind in caught.value.render("zh-Hans")


def test_at_most_twelve_panels_the_worst_ones_and_the_rest_is_counted() -> None:
    drawn = charts.chart_of(several(MOST_PANELS + 3, 2, goal=0.995), "en")
    # values fall by 0.01 from group to group: the three left out are D0, D1, D2
    assert drawn.groups == tuple(f"D{n}" for n in range(3, MOST_PANELS + 3))
    assert text("charts.left_out", "en", count=3, most=12) in drawn.notes
    assert "15 of 15 miss their goal" in drawn.title
    upside_down = charts.chart_of(several(MOST_PANELS + 3, 2, goal=0.95), "en", better="lower")
    assert upside_down.groups == tuple(f"D{n}" for n in range(MOST_PANELS))


def test_panels_share_one_scale_and_each_has_its_goal(tmp_path: Path) -> None:
    drawn = chart(several(3, 3, goal=0.95), kind="small_multiples")
    spec = specification(drawn)
    assert spec["resolve"]["scale"]["y"] == "shared"
    assert any(layer["encoding"].get("y", {}).get("field") == "goal" for layer in spec["spec"]["layer"])
    path = write_picture(charts.Picture(drawn), tmp_path / "panels.xlsx")
    with zipfile.ZipFile(path) as packed:
        parts = [packed.read(name).decode() for name in packed.namelist() if "charts/chart" in name]
    assert len({tuple(re.findall(r'<c:(?:min|max) val="([^"]+)"', part)) for part in parts}) == 1
    assert all(part.count("<c:ser>") == 2 for part in parts)


# ---- titles


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        # the whole interval, 0.85 to 0.89, lies below 0.95
        (
            (row("D1", value=0.87, goal=0.95), row("D2", value=0.97, goal=0.95)),
            {},
            "of 2 only 一部 misses its goal: 87.0% against 95%; its whole interval lies on that side",
        ),
        # 0.92 to 0.96 holds 0.95
        (
            (row("D1", value=0.94, goal=0.95), row("D2", value=0.97, goal=0.95)),
            {},
            "of 2 only 一部 misses its goal: 94.0% against 95%; but the interval crosses the goal: not certain",
        ),
        # furthest from its own goal, not the lowest figure: 0.90 misses 0.92 by 2 points, 0.91 misses 0.97 by 6
        (
            (row("D1", value=0.90, goal=0.92), row("D2", value=0.91, goal=0.97)),
            {},
            "2 of 2 miss their goal, furthest 二部: 91.0% against 97%; its whole interval lies on that side",
        ),
        (
            (row("D1", value=0.975, goal=0.95), row("D2", value=0.98, goal=0.95)),
            {},
            "all 2 keep their goal (95%)",
        ),
        (
            (row("D1", value=0.96, goal=0.95), row("D2", value=0.98, goal=0.95)),
            {},
            "the figures of all 2 keep their goal (95%); for 1 of them the interval leaves it open",
        ),
        ((row("D1", value=None), row("D2", value=None)), {}, "Arrival in time: nothing can be judged yet"),
        # without a goal: from low to high; 0.92 ± 0.02 and 0.95 ± 0.02 touch
        (
            (row("D1", value=0.95), row("D2", value=0.92)),
            {},
            "from 二部 92.0% to 一部 95.0%; their intervals overlap",
        ),
        ((row("D1", value=0.97), row("D2", value=0.92)), {}, "from 二部 92.0% to 一部 97.0%"),
        # lower is better: 0.97 is the miss
        (
            (row("D1", value=0.87, goal=0.95), row("D2", value=0.99, goal=0.95)),
            {"better": "lower"},
            "of 2 only 二部 misses its goal: 99.0% against 95%; its whole interval lies on that side",
        ),
        # neutral: a goal line may stand there, but nobody keeps or misses it
        (
            (row("D1", value=0.87, goal=0.95), row("D2", value=0.99, goal=0.95)),
            {"better": "neutral"},
            "from 一部 87.0% to 二部 99.0%",
        ),
        # one group over time: last against the one before, 0.90 ± 0.02 and 0.96 ± 0.02 do not touch
        (
            (row("D1", "2026-05", 0.96, goal=0.95), row("D1", "2026-06", 0.90, goal=0.95)),
            {},
            "一部 90.0%, -6.0 pp on 2026-05; misses its goal of 95%; its whole interval lies on that side",
        ),
        (
            (row("D1", "2026-05", 0.95, goal=0.95), row("D1", "2026-06", 0.96, goal=0.95)),
            {},
            "一部 96.0%, +1.0 pp on 2026-05 (intervals overlap: it may be chance); keeps its goal of "
            "95%; but the interval crosses the goal: not certain",
        ),
        # the month that has no figure is skipped by name, the one that is not over is said to be so
        (
            (row("D1", "2026-04", 0.96), row("D1", "2026-05", None), row("D1", "2026-06", 0.9, flags=("partial",))),
            {},
            "Arrival in time 2026-06 (period not over): 一部 90.0%, -6.0 pp on 2026-04",
        ),
    ],
)
def test_the_title_says_the_finding_and_no_more(
    rows: tuple[Mapping[str, Any], ...], options: dict[str, Any], said: str
) -> None:
    head = "" if said.startswith("Arrival") else "Arrival in time 2026-06: "
    assert chart(result(*rows), **options).title == head + said


def test_zero_tolerance_is_a_fact_and_its_interval_is_not_claimed() -> None:
    kept = result(
        row("D1", value=1.0, lower=0.96, upper=1.0, goal=1.0), row("D2", value=1.0, lower=0.97, upper=1.0, goal=1.0)
    )
    assert chart(kept).title == "Arrival in time 2026-06: all 2 keep their goal (100%)"
    missed = result(row("D1", value=0.99, lower=0.97, upper=0.999, goal=1.0), row("D2", value=1.0, goal=1.0))
    assert "of 2 only 一部 misses its goal: 99.0% against 100%" in chart(missed).title


shares = st.floats(0, 1).map(lambda value: round(value, 4))


@given(
    st.lists(st.tuples(shares, shares, shares, shares), min_size=2, max_size=6),
    st.sampled_from(["higher", "lower"]),
    st.sampled_from(LANGUAGES),
)
def test_no_title_claims_more_than_the_interval_allows(
    drawn: list[tuple[float, float, float, float]], better: Any, language: Language
) -> None:
    rows = []
    for number, numbers in enumerate(drawn):
        lower, value, upper = sorted(numbers[:3])
        rows.append(row(f"D{number}", value=value, lower=lower, upper=upper, goal=numbers[3]))
    found = chart(result(*rows), language, better=better)
    sign = 1 if better == "higher" else -1
    wrong = [r for r in rows if sign * (r["value"] - r["goal"]) < 0]
    clear = text("charts.evidence_clear", language)
    if clear in found.title:
        worst = max(wrong, key=lambda r: abs(r["value"] - r["goal"]))
        side = worst["upper"] if better == "higher" else -worst["lower"]
        assert side <= sign * worst["goal"]
    misses = {r.group for r in found.rows if r.standing == "missed"}
    assert misses == {NAMES.get(r["unit"], r["unit"]) for r in wrong}


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_are_named_and_shares_are_per_cent(language: Language) -> None:
    minutes = chart(result(row(value=41.5, lower=39.0, upper=44.0, goal=40.0), unit="minute"), language, better="lower")
    assert text("wording.unit_minute", language) in minutes.axis
    assert text("wording.unit_minute", language) in minutes.title
    assert minutes.rows[0].standing == "missed"
    share = chart(result(row(value=0.415)), language)
    assert "%" in share.axis
    assert share.rows[0].shown == "41.5%"
    assert specification(share)["layer"][0]["encoding"]["x"]["axis"]["format"] == "~%"


def test_direction_and_measures_come_from_the_result_unless_they_are_asked_for() -> None:
    both = (row(measure="p50", value=30.0, goal=40.0), row(measure="p90", value=55.0, goal=40.0))
    found = Result(both, unit="minute", label=LABEL, better="lower")
    assert [r.standing for r in chart(found).rows] == ["met", "missed"]
    assert [r.standing for r in chart(found, better="higher").rows] == ["missed", "met"]
    assert [r.value for r in chart(found, measures=("p90",)).rows] == [55.0]
    assert [r.group for r in chart(found).rows] == ["P50", "P90"]


# ---- distributions

numbers = st.lists(st.floats(0, 1e6, allow_nan=False).map(lambda value: round(value, 3)), min_size=1, max_size=80)


@given(numbers)
def test_the_width_is_that_of_freedman_and_diaconis_in_numpy(values: list[float]) -> None:
    """numpy.histogram_bin_edges(bins="fd") cuts the range into ceil(range / width) bins."""
    ordered = sorted(values)
    spread = float(np.subtract(*np.percentile(ordered, [75, 25])))
    if spread <= 1e-9 or ordered[-1] - ordered[0] > 1e5 * spread:
        return
    bins = len(np.histogram_bin_edges(ordered, bins="fd")) - 1
    width = raw_width(ordered, [1] * len(ordered))
    assert width == pytest.approx(2 * spread / len(ordered) ** (1 / 3))
    assert bins == pytest.approx((ordered[-1] - ordered[0]) / width, abs=1 + 1e-6)


@given(numbers, st.floats(0, 1))
def test_weighted_quantiles_are_those_of_values_written_down_as_often(values: list[float], p: float) -> None:
    """Type 7 of R, which is numpy's "linear"."""
    ordered = sorted(set(values))
    weights = [1 + number % 3 for number in range(len(ordered))]
    assert quantile(ordered, weights, p) == pytest.approx(float(np.quantile(np.repeat(ordered, weights), p)))


@given(numbers, st.lists(st.booleans(), min_size=80, max_size=80), st.randoms(use_true_random=False))
def test_every_case_stands_in_exactly_one_bin(values: list[float], flags: list[bool], shuffle: Any) -> None:
    still_open = tuple(flags[: len(values)])
    given_ = charts.Distribution(label="x", unit="minute", values=tuple(values), still_open=still_open)
    found = charts.chart_of_distribution(given_, "en", cumulative=True)
    for cell in found.bins:
        end = math.inf if cell.end is None else cell.end
        first = cell is found.bins[0]
        inside = [
            flag
            for value, flag in zip(values, still_open, strict=True)
            if (cell.start < value or (first and cell.start <= value)) and value <= end
        ]
        assert (cell.closed, cell.still_open) == (inside.count(False), inside.count(True))
    assert len([cell for cell in found.bins if cell.end is not None]) <= MOST_BINS + 1
    assert found.bins[-1].cumulative == pytest.approx(still_open.count(False) / len(values))
    widths = {round(cell.end - cell.start, 9) for cell in found.bins if cell.end is not None}
    assert len(widths) == 1 or max(widths) - min(widths) < 1e-6 * max(widths)
    order = list(range(len(values)))
    shuffle.shuffle(order)
    again = charts.Distribution(
        label="x", unit="minute", values=tuple(values[n] for n in order), still_open=tuple(still_open[n] for n in order)
    )
    assert charts.chart_of_distribution(again, "en", cumulative=True) == found


@given(numbers)
def test_weights_are_as_good_as_repetition(values: list[float]) -> None:
    weights = tuple(number % 4 for number in range(len(values)))
    repeated = tuple(value for value, weight in zip(values, weights, strict=True) for _ in range(weight))
    once = charts.chart_of_distribution(
        charts.Distribution(label="x", unit="", values=tuple(values), weights=weights, limit=10.0), "en"
    )
    assert (
        charts.chart_of_distribution(charts.Distribution(label="x", unit="", values=repeated, limit=10.0), "en") == once
    )


def test_a_histogram_by_hand() -> None:
    """1 … 8: quartiles 2.75 and 6.25, IQR 3.5, width 2 · 3.5 / 2 = 3.5, rounded up to 5: edges 0, 5, 10."""
    assert edges([float(n) for n in range(1, 9)], [1] * 8) == [0, 5, 10]
    eight = charts.Distribution(
        label="Arrival", unit="minute", values=tuple(range(1, 9)), limit=6, still_open=(False,) * 6 + (True,) * 2
    )
    drawn = charts.distribution(eight, "en", cumulative=True).chart
    assert [(b.closed, b.still_open, b.cumulative) for b in drawn.bins] == [(5, 0, 5 / 8), (1, 2, 6 / 8)]
    assert [b.marks for b in drawn.bins] == ["", "Limit 6"]
    assert drawn.title == (
        "Arrival: 100.0% of 6 closed cases took no more than 6 min; 2 more are open, 2 of them beyond it already"
    )


def test_a_far_tail_shares_a_last_bin_that_says_so() -> None:
    drawn = charts.distribution(
        charts.Distribution(label="x", unit="minute", values=(*range(1, 1000), 100_000)), "en"
    ).chart
    last = drawn.bins[-1]
    assert (last.end, last.closed) == (None, 1)
    assert text("charts.beyond_last", "en", start=f"{last.start:g}") in drawn.notes
    assert len(drawn.bins) <= MOST_BINS + 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"weights": (1,)}, "2, 1, 0"),
        ({"values": (1.0, math.nan)}, "nan"),
        ({"weights": (1, -2)}, "-2"),
        ({"marks": {"P90": math.inf}}, "inf"),
    ],
)
def test_values_that_cannot_be_drawn_are_refused_by_name(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(MetricError) as caught:
        charts.Distribution(**{"label": "Arrival", "unit": "minute", "values": (1.0, 2.0), **fields})
    for language in LANGUAGES:
        assert said in caught.value.render(language)
        assert "Arrival" in caught.value.render(language)


def test_nothing_to_draw_is_said_and_drawn_as_nothing(tmp_path: Path) -> None:
    for empty in (
        charts.distribution(charts.Distribution(label="x", unit="", values=()), "en"),
        charts.of_result(result(), "en"),
    ):
        assert "nothing can be judged yet" in empty.title
        assert empty.svg().startswith("<svg")
        assert write_picture(empty, tmp_path / "empty.xlsx").exists()


# ---- black and white


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, W3C, Web Content Accessibility Guidelines 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_luminance_is_that_of_the_standard() -> None:
    # WCAG 2.1: white on black has contrast 21
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)


OKABE_ITO = {"#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000"}
"""Okabe and Ito, "Color Universal Design", 2008: their eight colours."""
LEAST_CONTRAST = 1.5


def test_neighbours_stay_apart_in_grey_and_by_shape_and_dash() -> None:
    drawn = charts.Picture(chart(several(MOST_LINES, 3)))
    strokes = {colour.upper() for colour in re.findall(r'stroke="(#[0-9a-fA-F]{6})"', drawn.svg())}
    assert {colour.upper() for colour in SERIES} <= strokes
    assert set(SERIES) <= OKABE_ITO
    for one, other in pairwise(SERIES):
        assert contrast(one, other) >= LEAST_CONTRAST
    assert len(set(SHAPES)) == len(set(DASHES)) == len(SERIES) == MOST_LINES
    encodings = [layer["encoding"] for layer in specification(drawn.chart)["layer"]]
    for channel in ("shape", "strokeDash"):
        ranges = [e[channel]["scale"]["range"] for e in encodings if "scale" in e.get(channel, {})]
        assert ranges
        assert all(len({str(choice) for choice in found}) == MOST_LINES for found in ranges)


def test_standings_stay_apart_in_grey_by_shape_and_by_sign() -> None:
    drawn = chart(
        result(row("D1", value=0.99, goal=0.95), row("D2", value=0.96, goal=0.95), row("D3", value=0.9, goal=0.95))
    )
    assert [r.standing for r in drawn.rows] == ["met", "risk", "missed"]
    colours = [STANDING[r.standing] for r in drawn.rows]
    assert set(colours) <= OKABE_ITO
    assert all(contrast(one, other) >= LEAST_CONTRAST for one, other in pairwise(colours))
    assert len({STANDING_SHAPES[r.standing] for r in drawn.rows}) == 3
    assert len({r.shown[0] for r in drawn.rows}) == 3


def test_excel_bars_and_lines_carry_patterns_markers_and_dashes(tmp_path: Path) -> None:
    bars = chart(result(row("D1", value=0.99, goal=0.95), row("D2", value=0.96, goal=0.95), row("D3", goal=0.95)))
    lines_ = chart(several(MOST_LINES, 3))
    found = []
    for number, drawn in enumerate((bars, lines_)):
        path = write_picture(charts.Picture(drawn), tmp_path / f"{number}.xlsx")
        with zipfile.ZipFile(path) as packed:
            found.append(packed.read("xl/charts/chart1.xml").decode())
    assert set(re.findall(r'<a:pattFill prst="(\w+)"', found[0])) == {"wdUpDiag", "narHorz"}
    assert len(set(re.findall(r'<c:symbol val="(\w+)"', found[1]))) == MOST_LINES
    assert len(set(re.findall(r'<a:prstDash val="(\w+)"', found[1]))) >= MOST_LINES - 1  # solid is not written


# ---- users' texts


@pytest.mark.parametrize("name", ["=1+1", "<script>alert(1)</script>", "a'!b\"c", "{datum}", "x" * 300])
def test_names_are_neither_formula_nor_markup(name: str, tmp_path: Path) -> None:
    label = Text(hans=name)
    found = Result((row("D1", goal=0.95), row("D2", value=0.97, goal=0.95)), unit="share", label=label)
    picture = charts.of_result(found, "en", names={"D1": name, "D2": name + "2"})
    assert "<script" not in picture.svg()
    page = write_picture(picture, tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "<script" not in page
    sheet = openpyxl.load_workbook(write_picture(picture, tmp_path / "chart.xlsx")).worksheets[0]
    cells = [cell for cells in sheet.iter_rows() for cell in cells if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    assert name in {cell.value for cell in cells}


# ---- files


@pytest.mark.parametrize("kind", KINDS)
def test_pages_and_pictures_need_no_network(kind: str, tmp_path: Path) -> None:
    picture = charts.Picture(every_kind()[kind])
    page = write_picture(picture, tmp_path / "deep" / "chart.html").read_text(encoding="utf-8")
    drawn = write_picture(picture, tmp_path / "chart.svg").read_text(encoding="utf-8")
    for content in (page, drawn):
        assert not re.findall(r"""(?:href|src)=["']https?:""", content)
        assert "<svg" in content
    assert all(
        str(record.shown if hasattr(record, "shown") else record.closed) in page for record in picture.chart.records
    )
    assert f"<title>{picture.title}</title>" in drawn  # what a screen reader reads out


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MetricError) as caught:
        write_picture(charts.Picture(every_kind()["bars"]), tmp_path / "chart.png")
    for language in LANGUAGES:
        assert ".svg, .xlsx, .html" in caught.value.render(language)


# ---- the half-year review


def test_the_forms_hold_the_notebooks_pictures(sample_workspace: svcqa.Workspace, tmp_path: Path) -> None:
    review = sample_workspace.reviews.review("2026H1")
    path = write_forms(review, tmp_path / "forms.xlsx", language="zh-Hans", company="公司")
    sheet = openpyxl.load_workbook(path)["图表"]
    pictures = [charts.targets(review, "zh-Hans")]
    pictures += [charts.months(review, item, "zh-Hans") for item in review.commitments if item.departments]
    titles = [cell.value for cell in sheet["A"] if cell.value]
    assert [title for title in titles if title in {picture.title for picture in pictures}] == [
        picture.title for picture in pictures
    ]
    assert len(sheet._charts) == len(pictures)  # openpyxl keeps what it read there
    values = [
        cells[2].value
        for cells in sheet.iter_rows(min_col=1, max_col=3)
        if isinstance(cells[2].value, float | int) and not isinstance(cells[2].value, bool)
    ]
    wanted = [r.value for picture in pictures for r in picture.chart.rows if r.value is not None]
    assert values == pytest.approx(wanted)


# ---- fonts

_SHOW = """
from svcqa.metrics.result import Result
from svcqa.report import charts
shown = charts.of_result(Result(({{"unit": "{unit}", "period": "2026-06", "value": 0.9}},), unit="share"), "{language}")
print(sorted(shown._repr_mimebundle_()), ascii(shown.html()[-400:]))
"""


def without_fonts(folder: Path) -> dict[str, str]:
    """Surroundings whose fontconfig knows one empty folder."""
    (folder / "fonts").mkdir()
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{folder / 'fonts'}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf"), "PYTHONUTF8": "1"}


def run(program: str, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=dict(environment), capture_output=True, text=True, encoding="utf-8", timeout=300)


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is asked on Linux")
def test_a_missing_chinese_font_is_said_beside_the_picture_once(tmp_path: Path) -> None:
    bare = without_fonts(tmp_path)
    chinese = run(_SHOW.format(unit="抢险", language="zh-Hans"), bare)
    assert chinese.returncode == 0, chinese.stderr
    assert "text/html" in chinese.stdout
    said = ascii(text("charts.no_font", "zh-Hans")).strip("'")
    assert chinese.stdout.count(said) == 1
    english = run(_SHOW.format(unit="D1", language="en"), bare)
    assert "image/svg+xml" in english.stdout
    assert "svcqa-font-note" not in english.stdout


def test_nothing_is_said_where_a_font_is_found() -> None:
    require(has_chinese_font(), "a font with Chinese characters")
    done = run(_SHOW.format(unit="抢险", language="zh-Hans"), {**os.environ, "PYTHONUTF8": "1"})
    assert "image/svg+xml" in done.stdout
    assert "svcqa-font-note" not in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is asked on Linux")
def test_the_command_line_draws_and_tells_of_missing_fonts(sample_workspace: svcqa.Workspace, tmp_path: Path) -> None:
    program = "from svcqa.cli import main; main()"
    arguments = (
        "measure",
        "compliance",
        "-w",
        str(sample_workspace.folder),
        "--period",
        "2026H1",
        "--commitment",
        "emergency_arrival",
        "--by",
        "department",
        "--format",
        "json",
    )
    bare = without_fonts(tmp_path)
    for ending in ("svg", "html", "xlsx"):
        target = tmp_path / f"chart.{ending}"
        done = run(program, bare, *arguments, "--chart", str(target))
        assert done.returncode == 0, done.stderr
        assert target.exists()
        assert str(target) in done.stderr
        assert done.stderr.count(text("charts.no_font", "zh-Hans")) == 1
        assert done.stdout.lstrip().startswith("{")  # the figures stay alone on standard output
    assert "城郊抢险抢修中心" in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    refused = run(program, os.environ, *arguments, "--chart", str(tmp_path / "chart.png"))
    assert refused.returncode == 2
    assert ".svg, .xlsx, .html" in refused.stderr
