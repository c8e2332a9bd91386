"""The log on the command line: what svcqa says through the standard library, written to stderr."""

from __future__ import annotations

import logging
import sys


def log_to_stderr(level: int) -> None:
    """Write what svcqa logs from ``level`` on to stderr, each line with its time and where it comes from."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-5s %(name)s: %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("svcqa")
    logger.addHandler(handler)
    logger.setLevel(level)
