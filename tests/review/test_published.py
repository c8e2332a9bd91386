"""As reported beside restated: what a review said, and what the same question answers later."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

import svcqa
from support.workspaces import SAMPLE, commitment, copy_workspace, make_workspace
from svcqa.errors import MetricError

REPORTED = dt.datetime(2026, 7, 8, 9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company before the corrections of June came in; its half-year is published."""
    made = copy_workspace(SAMPLE, tmp_path_factory.mktemp("published") / "workspace")
    for path in (made / "sources").glob("work_orders_corrections*"):
        path.rename(made / path.name)
    settings = (made / "svcqa.toml").read_text(encoding="utf-8")
    late = 'files = "sources/work_orders_corrections_*.csv"'
    assert late in settings
    (made / "svcqa.toml").write_text(settings.replace(late, 'files = "sources/work_orders_20*.csv"'), encoding="utf-8")
    workspace = svcqa.open(made)
    workspace.ingest()
    workspace.reviews.publish("2026H1", author="审核人", now=REPORTED)
    return made


def test_the_same_question_gives_the_same_figures(folder: Path) -> None:
    (found,) = svcqa.open(folder).reviews.restated("2026H1")
    assert found.causes == ()
    assert len(found.figures) > 100
    assert found.changed == ()
    assert {one.reported.subject for one in found.figures} == {"commitment", "target"}


def test_a_period_without_any_figure_is_not_published(tmp_path: Path) -> None:
    order = {"order_id": "1", "unit": "D1", "received_at": "2026-01-05 08:00", "closed_at": "2026-01-05 08:30"}
    workspace = make_workspace(tmp_path, records={"work_orders": [order]}, commitments=[commitment()])
    workspace.ingest()
    for period, as_of in (("2027H1", "2027-07-01"), ("2026H1", "2020-01-01")):
        with pytest.raises(MetricError, match=f"{period} has no figure as of {as_of}"):
            workspace.reviews.publish(period, author="审核人", as_of=as_of, now=REPORTED)
    assert workspace.reviews.restated() == ()


def test_another_period_has_no_publication(folder: Path) -> None:
    assert svcqa.open(folder).reviews.restated("2025H2") == ()


def test_records_that_came_later_restate_what_they_touch(folder: Path, tmp_path: Path) -> None:
    """truth.json counts arrivals before and after the corrections: 1,206 of 1,302 and 1,209 of 1,303."""
    later = Path(shutil.copytree(folder, tmp_path / "later"))
    for path in later.glob("work_orders_corrections*"):
        path.rename(later / "sources" / path.name)
    shutil.copy(SAMPLE / "svcqa.toml", later)
    workspace = svcqa.open(later)
    workspace.ingest()
    (found,) = workspace.reviews.restated("2026H1")
    assert found.causes == ("records",)
    arrival = next(
        one
        for one in found.changed
        if (one.reported.key, one.reported.unit, one.reported.period) == ("emergency_arrival", "C", "2026H1")
    )
    assert (arrival.reported.numerator, arrival.reported.n) == (1206, 1302)
    assert arrival.now is not None
    assert (arrival.now.numerator, arrival.now.n) == (1209, 1303)
    untouched = {"supply_continuity", "attitude", "hotline_rings", "complaint_reply"}
    assert not untouched & {one.reported.key for one in found.changed}


def test_another_working_day_restates_what_counts_working_days(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    override = "".join(
        f'\n[[calendar.overrides]]\nday = 2026-06-{day:02d}\nworking = false\nreason = "停工"\n'
        for day in range(22, 27)
    )
    settings = other / "svcqa.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"\n\[\[sources\]\]", override + r"\n[[sources]]", text, count=1), encoding="utf-8")
    (found,) = svcqa.open(other).reviews.restated("2026H1")
    assert "calendar" in found.causes
    assert found.changed
    assert all(one.reported.key.startswith("complaint_reply") for one in found.changed)


def test_what_the_policy_no_longer_has_says_so(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "policy"))
    policy = other / "policy" / "commitments.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace('key = "skill"', 'key = "ability"'), encoding="utf-8")
    (found,) = svcqa.open(other).reviews.restated("2026H1")
    assert found.causes == ("policy",)
    gone = [one for one in found.figures if one.now is None]
    assert gone
    assert {one.reported.key for one in gone} == {"skill"}
    assert all(one.fault is not None and "'skill'" in one.fault.render("zh-Hans") for one in gone)
