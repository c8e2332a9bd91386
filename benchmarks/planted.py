"""What the sample's generator planted, as its ``truth.json`` tells it, and where the metrics find it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import svcqa
from svcqa.clock.festivals import spring_festivals
from svcqa.metrics.result import Figure
from svcqa.periods import PeriodKind
from svcqa.stats.moving_holidays import effects, holiday_days
from svcqa.stats.season import decompose

SAMPLE = Path(__file__).parents[1] / "sample_data"
WHOLE = "2023-07..2026-06"
ASKED: dict[str, Any] = {"period": WHOLE, "as_of": "2026-07-01"}
BAD = ("outside_low", "trend_down", "near_limit_low", "one_side_low")
Effect = Mapping[str, Any]


def print_planted() -> None:
    """Read the sample, look for each effect, and say when it was planted and when it was found."""
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    planted: dict[str, Effect] = {effect["key"]: effect for effect in truth["effects"]}
    with tempfile.TemporaryDirectory(prefix="svcqa-benchmark-") as name:
        folder = Path(name) / "sample"
        ignored = shutil.ignore_patterns(".svcqa", "vault", "register.sqlite", "__pycache__")
        shutil.copytree(SAMPLE, folder, ignore=ignored)
        workspace = svcqa.open(folder)
        workspace.ingest()
        print("planted effects of the sample", flush=True)
        _step(workspace, planted["step"])
        _worsening(workspace, planted["worsening"])
        for key in ("step", "worsening"):
            _delays(workspace, planted[key])
        for key, commitment, when in (
            ("late_notices", "stop_notice", "from"),
            ("attitude_dip", "attitude", "from"),
            ("cold_night", "supply_continuity", "month"),
            ("few_visits", "safety_visit", "quarter"),
        ):
            _signalled(workspace, planted[key], commitment, planted[key][when])
        _winter(workspace, planted["winter_peak"])
        _festival(workspace, planted["spring_festival"])


def _say(key: str, planted: str, found: str, hit: bool) -> None:
    print(f"  {key}: planted {planted}; found {found}: {'found' if hit else 'NOT found'}")


def _rows(workspace: svcqa.Workspace, metric: str, measure: str, unit: str, **options: Any) -> list[Figure]:
    found = workspace.measure(metric, **{**ASKED, "by": ["department"], **options})
    return [row for row in found.rows if row["unit"] == unit and row["measure"] == measure]


def _bad(workspace: svcqa.Workspace, commitment: str, unit: str) -> list[str]:
    rows = _rows(workspace, "process_chart", "value", unit, commitment=commitment)
    return [str(row["period"]) for row in rows if set(row["flags"]) & set(BAD)]


def _step(workspace: svcqa.Workspace, effect: Effect) -> None:
    """The change point suggests the month, and the month itself is a signal."""
    commitment, unit = effect["commitment"], effect["unit"]
    suggested = [
        str(row["period"]) for row in _rows(workspace, "process_chart", "suggested_rebase", unit, commitment=commitment)
    ]
    first = next(iter(_bad(workspace, commitment, unit)), "never")
    hit = suggested == [effect["from"]] and first == effect["from"]
    _say("step", effect["from"], f"first signal {first}, rebase suggested {', '.join(suggested)}", hit)


def _worsening(workspace: svcqa.Workspace, effect: Effect) -> None:
    """A slow change: signals within its months and none before, and a trend whose limits hold the planted slope."""
    commitment, unit = effect["commitment"], effect["unit"]
    signals = _bad(workspace, commitment, unit)
    span = f"{effect['from']}..{effect['to']}"
    (slope,) = _rows(workspace, "trend", "slope", unit, commitment=commitment, period=span)
    planted = (effect["after"] - effect["before"]) / 12
    hit = bool(signals) and effect["from"] <= signals[0] <= effect["to"] and slope["upper"] < 0
    hit = hit and slope["lower"] <= planted <= slope["upper"]
    found = f"first signal {signals[0] if signals else 'never'}, slope {_slope(slope)}"
    _say("worsening", f"{span}, slope {planted:.2%} a month", found, hit)


def _delays(workspace: svcqa.Workspace, effect: Effect) -> None:
    """How many months each way of looking takes: the months are looked at one after the other, as they end.

    A change of equal small steps cannot be told from chance in its first month by anything; it is said how late it is.
    """
    first = workspace.period(effect["from"])
    months = workspace.period_rule.split(workspace.period(f"{effect['from']}..2026-06"), PeriodKind.MONTH)
    found: dict[str, str] = {}
    for late, month in enumerate(months):
        asked = {"commitment": effect["commitment"], "period": f"2023-07..{month.label}"}
        year_before = workspace.period_rule.year_before(month)
        recent = {"commitment": effect["commitment"], "period": f"{year_before.label}..{month.label}"}
        unit = effect["unit"]
        seen = {
            "process chart": any(
                set(row["flags"]) & set(BAD) and row["first"] >= first.first
                for row in _rows(workspace, "process_chart", "value", unit, **asked)
            ),
            "seasonal Mann–Kendall, all months": _falls(_rows(workspace, "trend", "seasonal_slope", unit, **asked)),
            "Mann–Kendall, last 13 months": _falls(_rows(workspace, "trend", "slope", unit, **recent)),
            "change point suggested": any(
                row["first"] >= first.first
                for row in _rows(workspace, "process_chart", "suggested_rebase", unit, **asked)
            ),
        }
        for way, hit in seen.items():
            if hit:
                found.setdefault(way, f"{month.label}, month {late + 1} of the change")
        if len(found) == len(seen):
            break
    told = "; ".join(f"{way} {found.get(way, 'never')}" for way in _WAYS)
    print(f"  {effect['key']}: first seen by {told}")


_WAYS = (
    "process chart",
    "seasonal Mann–Kendall, all months",
    "Mann–Kendall, last 13 months",
    "change point suggested",
)


def _falls(rows: list[Figure]) -> bool:
    return any("falling" in row["flags"] for row in rows)


def _slope(row: Figure) -> str:
    return f"{row['value']:.2%} a month ({row['lower']:.2%} to {row['upper']:.2%})"


def _signalled(workspace: svcqa.Workspace, effect: Effect, commitment: str, when: str) -> None:
    """The period itself is a bad signal."""
    signals = _bad(workspace, commitment, effect["unit"])
    _say(effect["key"], when, f"bad signals {', '.join(signals) or 'never'}", when in signals)


def _counts(workspace: svcqa.Workspace, commitment: str) -> tuple[list[tuple[dt.date, dt.date]], Any]:
    """Months, and how many cases the company had in each."""
    rows = workspace.measure("compliance", commitment=commitment, by=["month"], **ASKED).rows
    return [(row["first"], row["last"]) for row in rows], np.asarray([row["total"] for row in rows], dtype=np.float64)


def _winter(workspace: svcqa.Workspace, effect: Effect) -> None:
    months, counts = _counts(workspace, "emergency_arrival")
    season = np.exp(decompose(np.log(counts)).seasonal)
    of_year = np.asarray([first.month for first, _ in months])
    winter, summer = (float(season[np.isin(of_year, effect[name])].mean()) for name in ("months", "against"))
    highest = sorted(set(of_year[np.argsort(season)[-6:]].tolist()))
    hit = abs(winter / summer / effect["ratio"] - 1) < 0.15 and set(highest) <= {*effect["months"], 11, 3}
    _say("winter_peak", f"ratio {effect['ratio']}", f"ratio {winter / summer:.2f}, highest months {highest}", hit)


def _festival(workspace: svcqa.Workspace, effect: Effect) -> None:
    """What is left of a day's calls on a day of the festival: calls a day of each month, as logarithms."""
    months, counts = _counts(workspace, "hotline_rings")
    days = holiday_days(months, spring_festivals())
    length = np.asarray([(last - first).days + 1 for first, last in months])
    regressors = {"during": days["during"] / length}
    found = effects(np.log(counts / length), regressors, month=[first.month for first, _ in months])["during"]
    low, value, high = (1 + side for side in (found.lower, found.value, found.upper))
    _say(
        "spring_festival",
        f"{effect['share']:.0%} of an ordinary day",
        f"{value:.0%} ({low:.0%} to {high:.0%})",
        low <= effect["share"] <= high < 1,
    )
