"""What chance draws by permanent random numbers give: inclusion as designed, and few customers called in two waves.

Each key is another shuffle of the same customers, so that many keys show what a single draw cannot.
"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from scipy.stats import chi2

from svcqa.engine.draw import StratumDraw, draw, start_of
from svcqa.engine.duckdb_query import query

STRATA = {"small": (40, 20), "large": (400, 40)}
"""Customers and how many of them are drawn."""
KEYS = 300
WAVES = (1, 2)


def run(rows: int, seed: int) -> None:
    """Draw two waves under many keys, at most ``rows``; count customers and common ones, print both."""
    keys = [f"{seed}-{number}" for number in range(min(rows, KEYS))]
    people = [(name, f"{name}{place:06d}") for name, (size, _) in STRATA.items() for place in range(size)]
    strata = [StratumDraw(name, size, drawn) for name, (size, drawn) in STRATA.items()]
    taken: Counter[str] = Counter()
    common = 0
    crowd = pa.table({"stratum": [p[0] for p in people], "customer": [p[1] for p in people]})
    for key in keys:
        waves = [draw(query, crowd, strata, key=key, start=start_of(wave))["customer"].to_pylist() for wave in WAVES]
        taken.update(waves[0])
        common += len(set(waves[0]) & set(waves[1]))
    print(f"two waves drawn under {len(keys)} keys")
    for name, (size, drawn) in STRATA.items():
        _print_inclusion(
            name, size, drawn=drawn, counts=[taken[who] for stratum, who in people if stratum == name], draws=len(keys)
        )
    independent = sum(drawn * drawn / size for size, drawn in STRATA.values())
    print(f"  customers in both waves: {common / len(keys):.2f} a pair; independent draws would have {independent:.2f}")


def _print_inclusion(name: str, size: int, *, drawn: int, counts: list[int], draws: int) -> None:
    """Counts of each customer against n / N: simple random draws give a chi-square with N − 1 degrees of freedom,
    once the customers of one draw shutting each other out is allowed for."""
    expected = draws * drawn / size
    spread = expected * (1 - drawn / size) * size / (size - 1)
    statistic = sum((count - expected) ** 2 for count in counts) / spread
    share = float(chi2.sf(statistic, size - 1))
    told = f"{min(counts) / draws:.3f} – {max(counts) / draws:.3f}, p = {share:.2f} of chi-square"
    print(f"  stratum {name}: n / N = {drawn / size:.3f}; customers were drawn in {told}")
