"""One case explained: under one commitment, or under every commitment that is for it."""

from __future__ import annotations

from svcqa.entities.commitment import Commitment
from svcqa.entities.policy import Policies
from svcqa.errors import Fault, NameUnknownError
from svcqa.metrics.context import Context
from svcqa.metrics.explanation import Explanation
from svcqa.metrics.figures import Figures


def explain(
    figures: Figures, policies: Policies, context: Context, case: str, *, commitment: str | None = None
) -> tuple[Explanation, ...]:
    """The case under ``commitment``, or under each commitment that reads a clock and is for it, in their order.

    Raises:
        NameUnknownError: no table has the case, or no commitment is for it: then with every reason.
    """
    if commitment is not None:
        return (_explained(figures, policies.commitment(commitment), context, case),)
    explanations, reasons, tables = [], list[Fault](), list[str]()
    for item in policies.commitments:
        if not item.rule.tells_cases or not figures.engine.columns(item.table):
            continue
        try:
            explanations.append(_explained(figures, item, context, case))
        except NameUnknownError as error:
            tables += [item.table]
            reasons += [fault for fault in error.faults if fault.code != "unknown_case"]
    if explanations:
        return tuple(explanations)
    if reasons:
        raise NameUnknownError(reasons)
    raise NameUnknownError(Fault("unknown_case", place=", ".join(dict.fromkeys(tables)), got=repr(case)))


def _explained(figures: Figures, item: Commitment, context: Context, case: str) -> Explanation:
    return figures.explain(item.metric, {"commitment": item}, context, case)
