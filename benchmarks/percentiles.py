"""Percentiles: Kaplan–Meier beside statsmodels, order statistics beside DuckDB and polars, on the same generated times.

Each side answers the same question in this process, in turn, and the answers are compared before any ratio is printed.
Only ratios of one run mean anything; the seconds are printed for information. polars is used where it is installed.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
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
ROUNDS = 7
TURN = 0.1
"""Seconds that a side's turn in a round lasts at least: what takes 15 ms is not judged by one run."""
AIM_STATSMODELS = 20.0
AIM_POLARS = 1.0
Table = npt.NDArray[np.float64]


def run(rows: int, seed: int) -> None:
    """Generate, answer, compare, print. ``rows`` values; a tenth of them, at most a million, for the curves."""
    rng = np.random.default_rng(seed)
    curves = min(CURVE_ROWS, max(rows // 10, 1))
    print(f"percentiles {SHARES} of {GROUPS} groups, seed {seed}, medians of {ROUNDS} rounds", flush=True)
    _curves(*_times(curves, rng), rng.random(curves) < 0.9)
    _values(*_times(rows, rng))


def _times(rows: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Group and minutes of each case."""
    return rng.integers(0, GROUPS, rows), rng.lognormal(4.0, 1.0, rows).astype(np.int64)


Answers = Mapping[str, Callable[[], Any]]


def _side_by_side(answers: Answers) -> tuple[dict[str, Any], dict[str, float], dict[str, float]]:
    """By side: its answer, its median of seconds, and the median of how many times the first side's seconds that was.

    The sides take turns, so that a minute in which the machine is slow is slow for all of them. A first turn, which
    also imports, is not counted.
    """
    found = {label: answer() for label, answer in answers.items()}
    seconds = np.asarray([[_seconds(answer) for answer in answers.values()] for _ in range(ROUNDS)])
    medians, ratios = np.median(seconds, axis=0), np.median(seconds / seconds[:, :1], axis=0)
    return found, dict(zip(answers, medians, strict=True)), dict(zip(answers, ratios, strict=True))


def _seconds(answer: Callable[[], Any]) -> float:
    """The median of a turn's runs: as many as fill ``TURN``, one at least."""
    runs: list[float] = []
    while sum(runs) < TURN:
        begin = time.perf_counter()
        answer()
        runs.append(time.perf_counter() - begin)
    return statistics.median(runs)


def _curves(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64], ended: npt.NDArray[np.bool_]) -> None:
    print(
        f"Kaplan–Meier of {len(value):,} cases, {1 - ended.mean():.0%} of them open: curves, variances, percentiles and"
    )
    print("log-log limits. statsmodels is driven in two ways: a pandas frame by groups, and arrays sorted by group")

    def svcqa() -> tuple[Curves, Quantiles]:
        curves = kaplan_meier(group, value, ended, groups=GROUPS)
        return curves, curve_quantiles(curves, SHARES)

    answers: Answers = {
        "svcqa": svcqa,
        "statsmodels, groupby": lambda: _statsmodels(_grouped(group, value, ended)),
        "statsmodels, sorted arrays": lambda: _statsmodels(_sorted(group, value, ended)),
    }
    found, seconds, ratios = _side_by_side(answers)
    print(f"  svcqa {seconds['svcqa']:.3f} s")
    for label in list(answers)[1:]:
        _check(*found["svcqa"], found[label])
        print(f"  {label} {seconds[label]:.3f} s")
        _print_ratio(f"{label} / svcqa", ratios[label], AIM_STATSMODELS)


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
    answers: dict[str, Callable[[], Any]] = {
        "svcqa": lambda: order_statistics(group, value, groups=GROUPS, probabilities=SHARES),
        "DuckDB": lambda: _duckdb(group, value),
    }
    if importlib.util.find_spec("polars") is None:
        print("  polars is not installed: pip install polars")
    else:
        answers["polars"] = lambda: _polars(group, value)
    found, seconds, ratios = _side_by_side(answers)
    print(f"  svcqa {seconds['svcqa']:.3f} s, limits included")
    for label in list(answers)[1:]:
        _same(found["svcqa"].value, found[label], group)
        print(f"  {label} {seconds[label]:.3f} s")
        _print_ratio(f"{label} / svcqa", ratios[label], AIM_POLARS if label == "polars" else None)


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
