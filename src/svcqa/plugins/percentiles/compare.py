"""Whether units or periods take equally long: the log-rank test over samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.plugins.percentiles.cells import Cells, Sample
from svcqa.plugins.percentiles.figures import Estimate
from svcqa.stats.logrank import LogRank, logrank


def compare_units(cells: Cells, sample: Sample) -> tuple[Estimate, Estimate]:
    """p and χ² of the units of one window, each compared within the same further keys (such as within a tier)."""
    units = {unit: number for number, unit in enumerate(dict.fromkeys(cells.groups.units))}
    layers: dict[tuple[tuple[str, str], ...], int] = {}
    unit = np.asarray([units[name] for name in cells.groups.units], dtype=np.int64)
    layer = np.asarray([layers.setdefault(tuple(keys.items()), len(layers)) for keys in cells.groups.keys], np.int64)
    log_rank = logrank(unit[sample.group], sample.time, sample.ended, sample.weight, stratum=layer[sample.group])
    return _told(log_rank, [sample])


def compare_periods(samples: Sequence[Sample], group: int, context: Context) -> tuple[Estimate, Estimate]:
    """p and χ² of the windows of one group.

    Raises:
        MetricError: cumulative periods hold the same cases again and again.
    """
    if context.cumulative:
        raise MetricError(Fault("periods_overlap", got="cumulative"))
    group_samples = [sample.only(sample.group == group) for sample in samples]
    period = np.repeat(np.arange(len(group_samples)), [len(sample.group) for sample in group_samples])
    time, ended, weight = (
        np.concatenate([getattr(sample, name) for sample in group_samples]) for name in ("time", "ended", "weight")
    )
    return _told(logrank(period, time, ended, weight), group_samples)


def _told(log_rank: LogRank | None, samples: Sequence[Sample]) -> tuple[Estimate, Estimate]:
    n = sum(int(sample.weight.sum()) for sample in samples)
    closed = sum(int(sample.weight[sample.ended].sum()) for sample in samples)
    if log_rank is None:
        nothing = Estimate(value=None, lower=None, upper=None, n=n, closed=closed, method="none (nothing to compare)")
        return nothing, nothing
    method = f"log-rank, df = {log_rank.df}"
    return (
        Estimate(value=log_rank.p, lower=None, upper=None, n=n, closed=closed, method=method),
        Estimate(value=log_rank.chi_square, lower=None, upper=None, n=n, closed=closed, method=method),
    )
