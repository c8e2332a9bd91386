"""What the functions of this package ask of their arguments, and how they refuse."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from svcqa.errors import Fault, StatsError

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

_SHOWN = 5


def counts(values: npt.ArrayLike, name: str) -> Float64:
    """Whole numbers of units, 0 or more; a sampling fraction in their place is refused."""
    found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    wrong = ~(found >= 0) | (np.isfinite(found) & (found != np.floor(found)))
    if wrong.any():
        raise StatsError(Fault("survey_counts", place=name, got=shown(found[wrong])))
    return found


def within_range(
    values: npt.ArrayLike, name: str, lowest: float, highest: float, *, shape: tuple[int, ...] | None = None
) -> Float64:
    """Numbers from ``lowest`` to ``highest``, repeated to ``shape`` where one is given."""
    found = np.asarray(values, dtype=np.float64)
    if not ((found >= lowest) & (found <= highest)).all():
        wrong = np.atleast_1d(found)[~np.atleast_1d((found >= lowest) & (found <= highest))]
        raise StatsError(Fault("survey_range", place=name, got=shown(wrong), allowed=f"{lowest:g} … {highest:g}"))
    return found if shape is None else to_shape(found, name, shape)


def to_shape(found: Float64, name: str, shape: tuple[int, ...]) -> Float64:
    """A single number repeated; anything else must have ``shape`` already."""
    if found.shape not in ((), shape):
        raise StatsError(Fault("survey_shape", place=name, got=str(found.shape), allowed=str(shape)))
    return np.broadcast_to(found, shape).astype(np.float64)


def level_of(level: float) -> float:
    """The level of an interval, inside 0 and 1."""
    if not 0 < level < 1:
        raise StatsError(Fault("survey_range", place="level", got=f"{level:g}", allowed="0 < level < 1"))
    return float(level)


def codes(labels: npt.ArrayLike, name: str, n: int | None = None) -> tuple[list[str], Int64]:
    """The different labels in their order, as text, and for each unit the place of its own."""
    found = np.asarray(labels)
    if found.ndim != 1 or (n is not None and len(found) != n):
        allowed = f"({n},)" if n is not None else "(n,)"
        raise StatsError(Fault("survey_shape", place=name, got=str(found.shape), allowed=allowed))
    different, places = np.unique(found.astype(str), return_inverse=True)
    return [str(label) for label in different], places.astype(np.int64)


def shown(values: Iterable[object]) -> str:
    """The first few of ``values``, for a message."""
    found = list(values)
    texts = [f"{value:g}" if isinstance(value, float) else str(value) for value in found[:_SHOWN]]
    return ", ".join(texts) + (" …" if len(found) > _SHOWN else "")
