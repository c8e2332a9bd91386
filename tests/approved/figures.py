"""Every figure of the sample company as plain JSON, to be held against what was approved.

``python tests/approved/figures.py`` says what differs; with ``--write`` it approves what comes out now. Every call into
the package stands in ``calls.py``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import calls
from kept_metrics import in_time, measured, moved
from kept_next_year import targets_of_next_year
from kept_reviews import explained, note, reading, review
from kept_waves import wave
from plain_json import differences, read, written

APPROVED: Final = Path(__file__).resolve().parent
HALF, YEAR = "2026H1", 2025


def every_figure(workspace: Any) -> dict[str, Any]:
    """All figures by the name of their file. ``workspace`` has been ingested; notes are added to it."""
    note(workspace)
    half, year = calls.half_year_review(workspace, HALF), calls.annual_review(workspace, YEAR)
    return {
        "reading": reading(workspace),
        f"half_year_{HALF}": review(workspace, half),
        f"annual_{YEAR}": review(workspace, year),
        f"next_year_{calls.NEXT_YEAR}": targets_of_next_year(workspace),
        **{f"wave_{code}": wave(workspace, code) for code in calls.wave_codes(workspace)},
        f"outlook_{HALF}": in_time(workspace),
        "metrics": measured(workspace),
        "drivers_and_league": moved(workspace),
        "explained": explained(workspace, half),
    }


def approved() -> dict[str, Any]:
    """The approved figures by the name of their file."""
    return {path.stem: read(path.read_text(encoding="utf-8")) for path in sorted(APPROVED.glob("*.json"))}


def write(found: Mapping[str, Any]) -> None:
    for path in APPROVED.glob("*.json"):
        path.unlink()
    for name, value in found.items():
        (APPROVED / f"{name}.json").write_text(written(value), encoding="utf-8", newline="\n")


def fresh() -> dict[str, Any]:
    """All figures of the sample company, read anew."""
    sys.path.append(str(APPROVED.parent))
    from conftest import SAMPLE, copy_workspace

    with tempfile.TemporaryDirectory() as folder:
        workspace = calls.open_workspace(copy_workspace(SAMPLE, Path(folder) / "workspace"))
        calls.ingest(workspace)
        return every_figure(workspace)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="approve the figures as they are now")
    given, found = asked.parse_args(), fresh()
    changed = list(differences(approved(), found))
    print("\n".join(changed[:200]) or "no difference")
    if given.write:
        write(found)
    return 1 if changed and not given.write else 0


if __name__ == "__main__":
    raise SystemExit(main())
