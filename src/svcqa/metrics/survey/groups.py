"""The sample in groups: by levels of the organisation and by what is known of everybody in the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcqa.entities.organisation import LEVELS
from svcqa.errors import Fault, MetricError
from svcqa.metrics.context import Context
from svcqa.metrics.grouping import code_columns, unit_labels
from svcqa.metrics.survey.waves import COLUMNS, DrawnCustomer


@dataclass(frozen=True)
class Group:
    """Customers of one group; ``keys`` are its further columns."""

    unit: str
    keys: dict[str, str]
    inside: npt.NDArray[np.bool_]


def groups_of(people: Sequence[DrawnCustomer], context: Context) -> tuple[Group, ...]:
    """The groups that ``context.by`` asks for, in the order of their names.

    Raises:
        MetricError: ``by`` names what is not known of a drawn customer, such as a length of time.
    """
    allowed = (*LEVELS, *COLUMNS)
    unknown = [name for name in context.by if name not in allowed]
    if unknown:
        raise MetricError(
            [Fault("unknown_grouping", got=name, allowed=", ".join(dict.fromkeys(allowed))) for name in unknown]
        )
    units = [item.columns.get("unit", "") for item in people]
    codes = sorted(set(units))
    shown = dict(zip(codes, unit_labels(codes, np.ones(len(codes), dtype=np.bool_), context), strict=True))
    columns = code_columns(context.by)
    labels = [
        None if shown[unit] is None else (str(shown[unit]), *(item.columns.get(name, "") for name in columns))
        for unit, item in zip(units, people, strict=True)
    ]
    return tuple(
        Group(name[0], dict(zip(columns, name[1:], strict=True)), np.asarray([label == name for label in labels]))
        for name in sorted({label for label in labels if label is not None})
    )
