"""Where the level of a series may have changed: a suggestion for a rebase, which a person makes or leaves.

PELT: R. Killick, P. Fearnhead, I. A. Eckley (2012) JASA 107, 1590–1598, by the package ruptures (C. Truong, L. Oudre,
N. Vayatis (2020) Signal Processing 167, 107299). A change must lower the sum of squares by 3 log n variances;
the variance is that of the moving ranges, which a step widens only once.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from svcqa.stats.process_limits import moving_ranges

LEAST: Final = 6
"""Values on either side of a change."""
_MEAN_RANGE: Final = 1.128


def suggest_changes(values: npt.ArrayLike, *, least: int = LEAST) -> tuple[int, ...]:
    """Positions at which a new level may begin, in order; empty where there is none.

    Args:
        values: one a period, ``(n,)``; missing values (NaN) are left out.
        least: values on either side of a change.

    >>> suggest_changes([5, 6, 5, 6, 5, 6, 5, 6, 1, 2, 1, 2, 1, 2, 1, 2])
    (8,)
    """
    from ruptures import Pelt

    x = np.asarray(values, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(x))
    ranges = moving_ranges(x[known])
    if len(known) < 2 * least or not ranges.max() > 0:
        return ()
    sigma = float(ranges.mean()) / _MEAN_RANGE  # none screened: among many equal values they are all that varies
    search = Pelt(model="l2", min_size=least, jump=1).fit(x[known].reshape(-1, 1))
    ends = search.predict(pen=3 * math.log(len(known)) * sigma**2)
    return tuple(int(known[end]) for end in ends[:-1])
