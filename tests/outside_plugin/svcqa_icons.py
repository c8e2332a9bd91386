"""Orders with an icon on the map: a metric written outside of svcqa whose measures have names that svcqa uses too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from svcqa.plugin import (
    Batch,
    Context,
    Example,
    Measure,
    MetricSpec,
    Observations,
    ShareMetric,
    ShareParams,
    Text,
    shares,
)

MINUTES = 998


class Params(ShareParams):
    """The goal."""


class Icons(ShareMetric):
    """Orders whose category has an icon on the map, and those of them that were resolved within 998 minutes.

    Both are told when the minutes are over.
    """

    spec = MetricSpec(
        name="icons",
        label=Text(hans="有图标的工单", hant="有圖標的工單", en="Orders with an icon"),
        unit="share",
        better="higher",
        formula=Text(
            hans="有类别的工单÷全部工单", hant="有類別的工單÷全部工單", en="orders with a category ÷ all orders"
        ),
        reference="interval: Wilson (1927) JASA 22, 209–212",
        measures=(
            Measure(name="limits_998", label=Text(hans="998 分钟内", hant="998 分鐘內", en="Within 998 minutes")),
        ),
    )
    params = Params
    further: ClassVar[Mapping[str, int]] = {"limits_998": 2}
    reads = ("received_at", "resolved_at", "category")

    def observe(self, batch: Batch, params: Any, context: Context) -> Observations:
        """Good is what has a category: 1, and 2 where it was resolved in time."""
        received, resolved = batch.moments("received_at"), batch.moments("resolved_at")
        category, labels = batch.codes("category")
        named = np.asarray([bool(label) for label in labels], dtype=np.bool_)[category]
        end = received + MINUTES * 60
        in_time = (resolved >= received) & (resolved <= end)
        return shares(context, received, good=named, decided_at=end, value=1 + in_time.astype(np.int64))

    def examples(self) -> tuple[Example, ...]:
        """Three orders."""
        return (
            Example(
                params={"goal": "50%"},
                records={
                    "order_id": ["1", "2", "3"],
                    "unit": ["D1", "D1", "D2"],
                    "category": ["leak", "leak", None],
                    "received_at": ["2026-01-05 08:00", "2026-01-06 08:00", "2026-01-07 08:00"],
                    "resolved_at": ["2026-01-06 00:38", "2026-01-07 00:39", None],
                },
                period="2026-01",
                expected={"icons": 2 / 3, "icons.verdict": "met", "limits_998": 1 / 3, "limits_998.met": 1},
                source="By hand: 1 and 2 have a category; 1 takes 16 hours 38 minutes, which are 998, 2 one more.",
            ),
        )
