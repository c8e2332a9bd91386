"""Percentiles: Kaplan–Meier beside statsmodels, order statistics beside DuckDB and polars, on the same generated times.

Each side answers the same question in this process, in turn, and the answers are compared before any ratio is printed.
Only ratios of one run mean anything; the seconds are printed for information. polars is used where it is installed.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from svcqa.stats.quantiles import Quantiles, curve_quantiles, order_statistics
from svcqa.stats.survival import Curves, kaplan_meier

GROUPS = 960
"""60 units, 4 tiers, 4 months."""
SHARES = (0.5, 0.9, 0.95)
CURVE_ROWS = 1_000_000
REPETITIONS = 5
AIM_STATSMODELS = 20.0
AIM_POLARS = 1.0
Table = npt.NDArray[np.float64]


def run(rows: int, seed: int) -> None:
    """Generate, answer, compare, print. ``rows`` values; a tenth of them, at most a million, for the curves."""
    rng = np.random.default_rng(seed)
    curves = min(CURVE_ROWS, max(rows // 10, 1))
    print(f"percentiles {SHARES} of {GROUPS} groups, seed {seed}, medians of {REPETITIONS} runs", flush=True)
    _curves(*_times(curves, rng), rng.random(curves) < 0.9)
    _values(*_times(rows, rng))


def _times(rows: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Group and minutes of each case."""
    return rng.integers(0, GROUPS, rows), rng.lognormal(4.0, 1.0, rows).astype(np.int64)


def _timed(answer: Callable[[], Any]) -> tuple[Any, float]:
    """The answer and the median of its seconds; a first run, which also imports, is not counted."""
    found, seconds = answer(), []
    for _ in range(REPETITIONS):
        begin = time.perf_counter()
        found = answer()
        seconds.append(time.perf_counter() - begin)
    return found, statistics.median(seconds)


def _curves(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64], ended: npt.NDArray[np.bool_]) -> None:
    print(
        f"Kaplan–Meier of {len(value):,} cases, {1 - ended.mean():.0%} of them open: curves, variances, percentiles and"
    )
    print("log-log limits. statsmodels is driven in two ways: a pandas frame by groups, and arrays sorted by group")

    def svcqa() -> tuple[Curves, Quantiles]:
        curves = kaplan_meier(group, value, ended, groups=GROUPS)
        return curves, curve_quantiles(curves, SHARES)

    (ours, quantiles), seconds = _timed(svcqa)
    print(f"  svcqa {seconds:.3f} s")
    for label, split in (("groupby", _grouped), ("sorted arrays", _sorted)):
        found, other = _timed(lambda split=split: _statsmodels(split(group, value, ended)))
        _check(ours, quantiles, found)
        print(f"  statsmodels, {label} {other:.3f} s")
        _print_ratio(f"statsmodels, {label} / svcqa", other / seconds, AIM_STATSMODELS)


Pieces = Iterable[tuple[Any, Any]]


def _grouped(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64], ended: npt.NDArray[np.bool_]) -> Pieces:
    import pandas as pd

    frame = pd.DataFrame({"group": group, "value": value, "ended": ended.astype(np.int64)})
    return ((cases["value"], cases["ended"]) for _, cases in frame.groupby("group"))


def _sorted(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64], ended: npt.NDArray[np.bool_]) -> Pieces:
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(GROUPS + 1))
    time_, status = value[order].astype(np.float64), ended[order].astype(np.float64)
    return ((time_[begin:end], status[begin:end]) for begin, end in pairwise(bounds))


def _statsmodels(pieces: Pieces) -> list[tuple[Any, list[tuple[float, Any]]]]:
    """Curve, percentiles and limits of every group."""
    from statsmodels.duration.survfunc import SurvfuncRight

    curves = [SurvfuncRight(time_, status) for time_, status in pieces]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it takes the logarithm of 0 where nothing is left
        return [(one, [(one.quantile(p), one.quantile_ci(p, method="cloglog")) for p in SHARES]) for one in curves]


def _check(ours: Curves, quantiles: Quantiles, theirs: list[tuple[Any, list[tuple[float, Any]]]]) -> None:
    """The same curves, and the same percentiles as far as the rules are the same."""
    survival = np.concatenate([one.surv_prob for one, _ in theirs])
    at_ends = ours.survival[ours.ended > 0]
    assert np.allclose(survival, at_ends, rtol=1e-9, atol=1e-12), "the curves differ"
    flat = 0
    for group, (_, found) in enumerate(theirs):
        for place, (share, (value, _)) in enumerate(zip(SHARES, found, strict=True)):
            mine = quantiles.value[group, place]
            if mine == value or (np.isnan(mine) and np.isnan(value)):
                continue
            # R's rule takes the middle of a stretch at exactly 1 − p, statsmodels an end of it, as rounding has it
            flat += 1
            steps = ours.steps(group)
            step = int(np.searchsorted(ours.time[steps], value))
            near = ours.survival[steps][max(step - 1, 0) : step + 1]
            assert np.abs(near - (1 - share)).min() < 1e-9, "the percentiles differ by more than the rules"
    print(f"  the same {len(survival):,} steps and percentiles, but for {flat} where the curve is flat at 1 − p")


def _values(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64]) -> None:
    print(f"percentiles of {len(value):,} known values")
    ours, seconds = _timed(lambda: order_statistics(group, value, groups=GROUPS, probabilities=SHARES))
    print(f"  svcqa {seconds:.3f} s, limits included")
    found, other = _timed(lambda: _duckdb(group, value))
    _same(ours.value, found, group)
    print(f"  DuckDB {other:.3f} s")
    _print_ratio("DuckDB / svcqa", other / seconds, None)
    if importlib.util.find_spec("polars") is None:
        print("  polars is not installed: pip install polars")
        return
    found, other = _timed(lambda: _polars(group, value))
    _same(ours.value, found, group)
    print(f"  polars {other:.3f} s")
    _print_ratio("polars / svcqa", other / seconds, AIM_POLARS)


def _duckdb(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64]) -> Table:
    """The nearest rank above, for each share."""
    import duckdb
    import pyarrow as pa

    cases = pa.table({"grp": group, "val": value})
    with duckdb.connect() as connection:
        connection.register("cases", cases)
        query = f"SELECT grp, quantile_disc(val, {list(SHARES)}) FROM cases GROUP BY grp ORDER BY grp"
        rows = connection.execute(query).fetchall()
    return np.asarray([found for _, found in rows], dtype=np.float64)


def _polars(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64]) -> Table:
    import polars

    cases = polars.DataFrame({"grp": group, "val": value})
    asked = [polars.col("val").quantile(share, "higher").alias(f"q{share}") for share in SHARES]
    found: Table = cases.group_by("grp").agg(asked).sort("grp").drop("grp").to_numpy()
    return found


def _same(ours: Table, theirs: Table, group: npt.NDArray[np.int64]) -> None:
    """Other rules of percentiles take a neighbouring value: at most one rank away, which in these groups is little."""
    smallest = int(np.bincount(group, minlength=GROUPS).min())
    differing = np.abs(ours - theirs) / np.maximum(ours, 1)
    print(f"  {np.mean(ours == theirs):.1%} of the percentiles equal, {differing.max():.2%} apart at most")
    assert smallest < 1000 or differing.max() < 0.05, "the percentiles differ by more than the rules"


def _print_ratio(label: str, ratio: float, aim: float | None) -> None:
    reached = "" if aim is None else f"; aim ≥ {aim:g}: {'reached' if ratio >= aim else 'NOT reached'}"
    print(f"{label}: {ratio:.1f}{reached}")
