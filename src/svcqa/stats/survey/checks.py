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
    numbers = np.atleast_1d(np.asarray(values, dtype=np.float64))
    wrong = ~(numbers >= 0) | (np.isfinite(numbers) & (numbers != np.floor(numbers)))
    if wrong.any():
        raise StatsError(Fault("survey_counts", place=name, got=shown(numbers[wrong])))
    return numbers


def within_range(
    values: npt.ArrayLike, name: str, lowest: float, highest: float, *, shape: tuple[int, ...] | None = None
) -> Float64:
    """Numbers from ``lowest`` to ``highest``, repeated to ``shape`` where one is given."""
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= lowest) & (numbers <= highest)).all():
        wrong = np.atleast_1d(numbers)[~np.atleast_1d((numbers >= lowest) & (numbers <= highest))]
        raise StatsError(Fault("survey_range", place=name, got=shown(wrong), allowed=f"{lowest:g} … {highest:g}"))
    return numbers if shape is None else to_shape(numbers, name, shape)


def to_shape(numbers: Float64, name: str, shape: tuple[int, ...]) -> Float64:
    """A single number repeated; anything else must have ``shape`` already."""
    if numbers.shape not in ((), shape):
        raise StatsError(Fault("survey_shape", place=name, got=str(numbers.shape), allowed=str(shape)))
    return np.broadcast_to(numbers, shape).astype(np.float64)


def level_of(level: float) -> float:
    """The level of an interval, inside 0 and 1."""
    if not 0 < level < 1:
        raise StatsError(Fault("survey_range", place="level", got=f"{level:g}", allowed="0 < level < 1"))
    return float(level)


def codes(labels: npt.ArrayLike, name: str, n: int | None = None) -> tuple[list[str], Int64]:
    """The different labels in their order, as text, and for each unit the place of its own."""
    array = np.asarray(labels)
    if array.ndim != 1 or (n is not None and len(array) != n):
        allowed = f"({n},)" if n is not None else "(n,)"
        raise StatsError(Fault("survey_shape", place=name, got=str(array.shape), allowed=allowed))
    different, places = np.unique(array.astype(str), return_inverse=True)
    return [str(label) for label in different], places.astype(np.int64)


def shown(values: Iterable[object]) -> str:
    """The first few of ``values``, for a message."""
    listed = list(values)
    texts = [f"{value:g}" if isinstance(value, float) else str(value) for value in listed[:_SHOWN]]
    return ", ".join(texts) + (" …" if len(listed) > _SHOWN else "")
