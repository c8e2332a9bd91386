"""Goals proposed for a year, held against what followed: generated companies, then the sample's two years.

A company is one monthly figure of a kind and course, with departments that share its cases. Its year is proposed for
from what was known up to six months before it began, and then it comes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

import svcqa
from benchmarks.forecast_series import Series, figure, generated
from svcqa.entities.plan import NextYearRules
from svcqa.errors import MetricError
from svcqa.review.next_year.proposal import NAMES, Proposal, candidates_for
from svcqa.stats.decomposition import Part, share_tree
from svcqa.stats.proportions import clopper_pearson
from svcqa.stats.share_out import RULES
from svcqa.stats.year_ahead import YearAhead, year_ahead

Float64 = npt.NDArray[np.float64]
COMPANIES: Final = 200
BINS: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_DRAWS: Final = 1000
_SAMPLE: Final = Path(__file__).parents[1] / "sample_data"


@dataclass(frozen=True)
class Told:
    """One candidate goal: its chance when it was proposed, and whether the year reached it."""

    company: int
    name: str
    chance: float
    reached: bool


@dataclass(frozen=True)
class Shared:
    """One goal shared out: its error, whether the locked cell stayed; without an error it could not be."""

    error: float | None
    stayed: bool = False


def run(rows: int, seed: int) -> None:
    """Propose for ``rows`` generated companies, at most 200; with all of them, for the sample's years too."""
    count = min(rows, COMPANIES)
    rng = np.random.default_rng(seed)
    print(f"{count} generated companies, seed {seed}: three goals each, proposed up to six months ahead", flush=True)
    told, covered = list[Told](), 0
    shared: list[Shared] = []
    for place, series in enumerate(generated(count, seed)):
        ahead, came = _company(series, int(rng.integers(0, 7)), seed + place)
        low, _, high = ahead.interval()
        covered += low - 1e-12 <= came <= high + 1e-12
        told += _told(place, ahead, came)
        if series.kind == "share":
            shared += _shared_out(ahead, rng)
    _print_coverage(covered, count)
    print_calibration(told)
    _print_shared(shared)
    if count == COMPANIES:
        _sample()


def _company(series: Series, gap: int, seed: int) -> tuple[YearAhead, float]:
    """The year forecast from ``gap`` months before it begins, and the figure that came."""
    known = slice(0, len(series.value) - 12 - gap)
    bounds = (1.0, 10.0) if series.kind == "rating" else (-np.inf, np.inf)
    ahead = year_ahead(
        series.kind,
        series.value[known],
        series.base[known],
        ahead=12 + gap,
        better=series.better,
        bounds=bounds,
        draws=_DRAWS,
        seed=seed,
    )
    return ahead, figure(series.kind, series.value[-12:], series.base[-12:])


def _told(place: int, ahead: YearAhead, came: float) -> list[Told]:
    found = candidates_for(ahead, None, NextYearRules(), counted=False)
    return [
        Told(place, one.name, one.chance, came >= one.goal if ahead.better == "higher" else came <= one.goal)
        for one in found
    ]


def _shared_out(ahead: YearAhead, rng: np.random.Generator) -> list[Shared]:
    """The balanced goal shared out to two branches of three departments, by each rule, one department locked."""
    goal, found = ahead.goal_for(0.55), []
    for rule in RULES:
        starts = np.clip(goal + rng.normal(0, 0.02, 6), 0.01, 0.999)
        weights = rng.gamma(2, 100, 6) + 1
        parts = [Part(code="C", parent=None), Part(code="A", parent="C"), Part(code="B", parent="C")]
        parts += [
            Part(
                code=f"D{n}",
                parent="A" if n < 3 else "B",
                weight=float(weights[n]),
                start=float(starts[n]),
                lower=0.0,
                upper=1.0,
                locked=float(starts[n]) if n == 4 else None,
            )
            for n in range(6)
        ]
        try:
            tree = share_tree(parts, goal, rule=rule, best=1.0)
        except MetricError:  # a heavy department locked low can leave no way
            found.append(Shared(None))
            continue
        delivered = np.asarray([tree.cell(f"D{n}").value for n in range(6)])
        error = abs(float((weights * delivered).sum() / weights.sum()) - goal)
        found.append(Shared(error, bool(delivered[4] == starts[4])))
    return found


def _print_shared(found: Sequence[Shared]) -> None:
    """Errors and locked cells, counted; wishes that could not be are counted too."""
    errors = [one.error for one in found if one.error is not None]
    worst, stayed = max(errors, default=0.0), sum(one.stayed for one in found)
    impossible = len(found) - len(errors)
    print(
        f"decomposition: {len(found)} goals, {impossible} of them impossible; largest error {worst:.1e}; "
        f"aim < 1e-9: {'reached' if worst < 1e-9 else 'NOT reached'}; "
        f"{stayed} of {len(errors)} locked cells untouched"
    )


def _print_coverage(inside: int, count: int) -> None:
    low, high = (float(limit) for limit in clopper_pearson(inside, count))
    print(
        f"year's figure in its 95 % interval: {inside} of {count} = {inside / count:.1%} "
        f"({low:.1%}–{high:.1%}, Clopper–Pearson)"
    )


def print_calibration(told: Sequence[Told]) -> None:
    """Chances told beside the share of goals that were reached; the goals of one company hang together."""
    print("  goal          goals  mean told  reached  share   95 % limits")
    for name in NAMES:
        _print_line(f"  {name:<12}", [one for one in told if one.name == name])
    print("  chance told")
    for low, high in pairwise(BINS):
        _print_line(
            f"  {low:4.0%} – {high:4.0%} ",
            [one for one in told if low <= one.chance < high or one.chance == high == 1.0],
        )
    chance, reached = np.asarray([one.chance for one in told]), np.asarray([one.reached for one in told], dtype=float)
    brier, base = float(((chance - reached) ** 2).mean()), float(reached.mean() * (1 - reached.mean()))
    print(f"  Brier score {brier:.4f} of {len(told)} goals; always telling {reached.mean():.1%} would score {base:.4f}")


def _print_line(label: str, told: Sequence[Told]) -> None:
    if not told:
        return
    hits, mean = sum(one.reached for one in told), float(np.mean([one.chance for one in told]))
    low, high = (float(limit) for limit in clopper_pearson(hits, len(told)))
    outside = "" if low <= mean <= high else "  outside"
    print(f"{label} {len(told):6} {mean:10.1%} {hits:8} {hits / len(told):6.1%}   {low:.1%}–{high:.1%}{outside}")


def _sample() -> None:
    """Two origins of a dozen targets are an anecdote: the table is shown, no aim is set."""
    with tempfile.TemporaryDirectory(prefix="svcqa-benchmark-") as name:
        folder = Path(name) / "sample"
        ignored = shutil.ignore_patterns(".svcqa", "vault", "register.sqlite", "__pycache__")
        shutil.copytree(_SAMPLE, folder, ignore=ignored)
        workspace = svcqa.open(folder)
        workspace.ingest()
        for year, as_of in ((2025, "2025-01-01"), (2026, "2026-01-01")):
            _sample_year(workspace, year, as_of)


def _sample_year(workspace: svcqa.Workspace, year: int, as_of: str) -> None:
    planned, later = (
        workspace.next_year(which, as_of=moment) for which, moment in ((year, as_of), (2027, "2026-07-01"))
    )
    over = year < 2026
    print(
        f"sample, proposed for {year} as of {as_of}; {'what followed' if over else 'the first half of what followed'}"
    )
    if not over:
        print(
            "  the sample ends in June: a year's goal is held against six months, and amounts are left out;"
            " no chance of a whole year is tested here"
        )
    print("  target                      95 % interval          followed   goals, chance told, reached")
    told: list[Told] = []
    for place, target in enumerate(one for one in workspace.policies.targets_of(year) if one.owner == "C"):
        found, known = planned.proposal(target.key), later.proposal(target.key)
        came = _came(known, year)
        if found.ahead is None or came is None or (not over and found.ahead.kind == "amount"):
            continue
        mine = _told(place, found.ahead, came)
        told += mine
        low, _, high = found.ahead.interval()
        shown = "  ".join(f"{one.chance:.0%} {'yes' if one.reached else 'no'}" for one in mine)
        print(f"  {target.key:<27} {low:9.4g} – {high:<9.4g} {came:9.4g}   {shown}")
    if over:
        print_calibration(told)


def _came(known: Proposal, year: int) -> float | None:
    years = known.past.years if known.past is not None else ()
    return next((one.figure.value for one in years if one.period.year == year and one.figure is not None), None)
