"""First-contact resolution: the share of orders after which the customer did not come back about the same thing."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from svcqa.plugin import (
    NULL,
    SECONDS_A_DAY,
    Batch,
    Context,
    Derive,
    Example,
    MetricSpec,
    Observations,
    ShareMetric,
    ShareParams,
    Text,
    shares,
)


class Params(ShareParams):
    """Within how many days a further order of the same customer and category shows that the first was not resolved."""

    days: int = Field(default=7, gt=0)


class FirstContact(ShareMetric):
    """Orders with no further order of the same customer and category within ``days``.

    An order younger than that is not determinable yet: it counts neither as good nor as bad. Orders of unknown
    customers are not applicable, because nobody can tell whether they came back.
    """

    spec = MetricSpec(
        name="first_contact",
        label=Text(hans="首次解决率", hant="首次解決率", en="First-contact resolution"),
        unit="share",
        better="higher",
        formula=Text(
            hans="此后若干天内同一客户同一类别没有再来单的工单 ÷ 已满若干天的工单",
            hant="此後若干天內同一客戶同一類別沒有再來單的工單 ÷ 已滿若干天的工單",
            en="orders not followed by another of the same customer and category ÷ orders whose days are over",
        ),
        reference="interval: Wilson (1927) JASA 22, 209–212",
    )
    params = Params
    reads = ("received_at", "customer", "again_at")

    def derive(self, params: Params, context: Context) -> Derive:
        """When the same customer next came with the same category."""
        return Derive(
            "SELECT *, lead(received_at) OVER (PARTITION BY customer, category ORDER BY received_at, order_id)"
            " AS again_at FROM records"
        )

    def observe(self, batch: Batch, params: Any, context: Context) -> Observations:
        """Good is what had no further order by the end of its days."""
        received, again = batch.moments("received_at"), batch.moments("again_at")
        customer, labels = batch.codes("customer")
        known = customer != (labels.index("") if "" in labels else -1)
        end = received + params.days * SECONDS_A_DAY
        return shares(context, received, good=(again == NULL) | (again > end), decided_at=end, applies=known)

    def examples(self) -> tuple[Example, ...]:
        """Seven orders of three customers."""
        return (
            Example(
                params={"days": 7, "goal": "80%"},
                records={
                    "order_id": ["1", "2", "3", "4", "5", "6", "7"],
                    "customer": ["A", "A", "A", "B", "B", "B", None],
                    "category": ["leak", "leak", "meter", "leak", "leak", "leak", "leak"],
                    "unit": ["D1", "D1", "D2", "D2", "D2", "D1", "D1"],
                    "received_at": [
                        "2026-01-05 08:00",
                        "2026-01-12 08:00",
                        "2026-01-06 08:00",
                        "2026-01-05 08:00",
                        "2026-01-12 08:01",
                        "2026-01-28 08:00",
                        "2026-01-07 08:00",
                    ],
                },
                period="2026-01",
                as_of="2026-01-31 00:00",
                expected={
                    "first_contact": 4 / 5,
                    "first_contact.n": 5,
                    "first_contact.met": 4,
                    "first_contact.breached": 1,
                    "first_contact.not_determinable": 1,
                    "first_contact.not_applicable": 1,
                    "first_contact.total": 7,
                    "first_contact.verdict": "met",
                },
                source="By hand. A comes back about the leak after exactly 7 days, so 1 is not resolved and 2 is; 3 is "
                "about something else; B comes back a minute after the 7 days, so 4 counts and so does 5; "
                "6 is three days old; of 7 nobody knows whose it is.",
            ),
        )
