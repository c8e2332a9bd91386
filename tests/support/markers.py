"""Which tests are quick enough for every change, and what the others need; by folder or file.

A file that nobody names here has no marker: it runs with all tests, and with ``-m "not slow"``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

MARKERS: Final[dict[str, tuple[str, ...]]] = {
    "quick": (
        "catalogue",
        "cli/test_usage.py",
        "clock",
        "docs/test_glossary.py",
        "docs/test_pages.py",
        "entities",
        "metrics/test_registry.py",
        "metrics/test_verdict.py",
        "plugins/test_compliance_by_hand.py",
        "report/test_result_shown.py",
        "test_layers.py",
        "test_periods.py",
        "test_require.py",
    ),
    "slow": ("benchmarks", "cli/test_log.py", "sample", "review", "test_minimal_install.py"),
    "browser": ("notebooks/test_browser.py",),
    "office": (
        "records/test_sources.py",
        "report/test_call_sheets.py",
        "report/test_formula_cases.py",
        "report/test_word.py",
        "review/test_year.py",
    ),
    "notebook": ("notebooks",),
}
"""Each marker with the folders and files under ``tests/`` that have it."""


def markers_of(path: Path) -> list[str]:
    """The markers of a test file; ``path`` is relative to ``tests/``."""
    around = {path.as_posix(), *(parent.as_posix() for parent in path.parents)}
    return [marker for marker, places in MARKERS.items() if around & set(places)]
