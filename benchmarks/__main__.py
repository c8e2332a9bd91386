"""``python -m benchmarks [NAME] [--rows N] [--seed N]``."""

from __future__ import annotations

import argparse
import importlib

NAMES = {
    "half_year": "the half-year summary of generated work orders, svcqa beside hand-written DuckDB SQL",
    "clock": "working time of generated cases, svcqa beside a plain loop over days and three packages",
    "percentiles": "Kaplan–Meier beside statsmodels, percentiles of known values beside DuckDB and polars",
    "signals": "planted effects of the sample found at their month; false alarms of each rule beside plain loops",
    "forecast": "the chance of making the year: coverage, calibration, errors beside ETS and seasonal naive",
    "targets": "next year's goals held against what followed: calibration of their chances, decomposition",
    "sampling": "limits of callback estimates: how often they hold the population's figure, with and without answers",
}


def main() -> None:
    listed = "\n".join(f"  {name:<12} {about}" for name, about in NAMES.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", epilog=listed, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", default="half_year", choices=list(NAMES))
    parser.add_argument("--rows", type=int, default=10_000_000, help="orders or series to generate (%(default)s)")
    parser.add_argument("--seed", type=int, default=2026, help="of the generator (%(default)s)")
    options = parser.parse_args()
    importlib.import_module(f"benchmarks.{options.name}").run(options.rows, options.seed)


if __name__ == "__main__":
    main()
