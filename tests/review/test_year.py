"""The year in one test: half-year → annual → proposals → plan → letters; and a reviewer who runs the half-year again.

The sample company's corrections of June 2026 come in after the half-year was reported, as they would.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest

import svcqa
from support.workspaces import SAMPLE, copy_workspace, require
from svcqa.metrics.result import Figure
from svcqa.register.publications import publications
from svcqa.report.forms import write_forms
from svcqa.report.word.summary import write_summary
from svcqa.report.words.proposals import proposals
from svcqa.review.period_review import PeriodReview

REPORTED = dt.datetime(2026, 7, 8, 9)
CORRECTED = dt.datetime(2026, 7, 20, 9)
LATE = 'files = "sources/work_orders_corrections_*.csv"'
COMPANY = "示例燃气（虚构）有限公司"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("year")


@pytest.fixture(scope="module")
def workspace(folder: Path) -> svcqa.Workspace:
    """The sample company on 8 July 2026, before the corrections came in."""
    made = copy_workspace(SAMPLE, folder / "workspace")
    for path in (made / "sources").glob("work_orders_corrections*"):
        path.rename(made / path.name)
    settings = (made / "svcqa.toml").read_text(encoding="utf-8")
    assert LATE in settings
    (made / "svcqa.toml").write_text(settings.replace(LATE, 'files = "sources/work_orders_20*.csv"'), encoding="utf-8")
    opened = svcqa.open(made)
    opened.ingest(now=REPORTED)
    return opened


def figures(review: PeriodReview) -> Iterator[Figure | None]:
    """Every figure that the review holds."""
    courses: list[Any] = [item.course for item in review.targets]
    for item in review.commitments:
        courses += [item.course, *(part.course for part in item.parts), *(unit.course for unit in item.departments)]
    for course in courses:
        yield from (course.now, course.previous, course.year_before, course.year, *course.year_months)


def test_the_year(workspace: svcqa.Workspace, folder: Path) -> None:
    # the half-year meeting: figures pinned, a problem noted from what the program proposes, done, not good enough
    half = workspace.reviews.review("2026H1")
    workspace.reviews.publish("2026H1", author="审核人", now=REPORTED)
    proposed = proposals(half, "zh-Hans")[0]
    number = workspace.notes.add_problem(
        category=proposed.category,
        problem=proposed.problem,
        action="增设驻点",
        due=dt.date(2026, 9, 30),
        responsible=proposed.responsible,
        period="2026H1",
        target=proposed.target,
        unit=proposed.unit,
        author="审核人",
        now=REPORTED,
    )
    workspace.notes.add_step(number, "done", by="责任单位", on="2026-09-20")
    workspace.notes.add_step(
        number, "reopened", by="追踪人", on="2026-11-05", finding="夜间仍慢", due=dt.date(2027, 1, 31)
    )
    after = workspace.reviews.review("2026H1")
    assert [item.problem for item in after.actions] == [proposed.problem]
    assert proposed.target not in {row.target for row in proposals(after, "zh-Hans") if row.unit == proposed.unit}

    # the annual review of the last whole year; that of 2026 sees the problem of its half-year
    annual = workspace.reviews.review(2025)
    sections = workspace.reviews.sections(annual, "zh-Hans")
    assert all(section.fault is None for section in sections)
    summary = write_summary(annual, sections, folder / "summary.docx", language="zh-Hans", company=COMPANY)
    forms = write_forms(annual, folder / "forms.xlsx", language="zh-Hans", company=COMPANY, sections=sections)
    running = workspace.reviews.sections(workspace.reviews.review(2026, as_of="2026-12-01"), "zh-Hans")
    assert "检查后重开" in running["problems"].table("problems").to_string()
    assert "夜间仍慢" in running["problems"].table("problems").to_string()

    # next year: a goal proposed, chosen, shared out, saved
    ahead = workspace.next_year(2027, as_of="2026-07-01")
    plan = ahead.plan("complaint_reply_2026", candidate="balanced", reason="半年已答复得够快")
    ahead.save(plan, author="服务管理部", now=REPORTED)
    assert {cell.unit for cell in plan.cells} >= {"CQ-KF", "CJ-KF"}

    # letters: each unit answers for its part of the plan
    letters = workspace.letters.write(2027, folder / "letters")
    parts = {cell.unit: cell.goal for cell in plan.cells if not cell.own}
    assert set(letters) == {unit for unit in parts if unit != "C"}
    for unit, path in letters.items():
        (row,) = docx.Document(str(path)).tables[0].rows[1:]
        shown = float(row.cells[2].text.removeprefix("≥").removesuffix("%")) / 100
        assert 0 <= shown - parts[unit] < 0.0001 + 1e-9  # rounded, and never the easier way
    workspace.letters.sign(letters["CQ-KF"], name="甲", role="部门负责人", on="2027-01-08")
    assert len(workspace.letters.check(letters["CQ-KF"]).holding) == 1
    _open_as_pages(folder, {summary: "年度检讨", forms: "服务承诺成绩监控统计表", letters["CQ-KF"]: "责任书"})


def _open_as_pages(folder: Path, files: dict[Path, str]) -> None:
    """LibreOffice opens each file, and its pages hold the text."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    require(office and reader, "LibreOffice (soffice) and pdftotext, to open the documents as pages")
    out = folder / "pages"
    subprocess.run(
        [
            str(office),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(out),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    for path, said in files.items():
        shown = subprocess.run([str(reader), str(out / f"{path.stem}.pdf"), "-"], check=True, capture_output=True)
        assert said in shown.stdout.decode("utf-8").replace("\n", "")


def test_a_reviewer_runs_the_half_year_again(workspace: svcqa.Workspace) -> None:
    """The same figures as of its date and as known then; today the list of what changed, and why.

    truth.json counts arrivals before and after the corrections: 1,206 of 1,302 and 1,209 of 1,303.
    """
    first = workspace.reviews.review("2026H1")
    if not publications(workspace.register, period="2026H1"):
        workspace.reviews.publish("2026H1", author="审核人", now=REPORTED)
    for path in workspace.folder.glob("work_orders_corrections*"):
        path.rename(workspace.folder / "sources" / path.name)
    shutil.copy(SAMPLE / "svcqa.toml", workspace.folder)
    later = svcqa.open(workspace.folder)
    later.ingest(now=CORRECTED)

    again = later.reviews.review("2026H1", as_of=first.as_of, known_at=REPORTED)
    assert list(figures(again)) == list(figures(first))
    assert len(list(figures(first))) > 500
    assert again.about == first.about

    (found,) = later.reviews.restated("2026H1")
    assert found.causes == ("records",)
    arrival = next(
        one
        for one in found.changed
        if (one.reported.key, one.reported.unit, one.reported.period) == ("emergency_arrival", "C", "2026H1")
    )
    assert (arrival.reported.numerator, arrival.reported.n) == (1206, 1302)
    assert arrival.now is not None
    assert (arrival.now.numerator, arrival.now.n) == (1209, 1303)
    today = later.reviews.review("2026H1", as_of=first.as_of)
    changed = {one.reported.key for one in found.changed if one.reported.subject == "commitment"}
    for old, new in zip(first.commitments, today.commitments, strict=True):
        own = [(item.course.now, item.course.year, item.course.months) for item in (old, new)]
        assert (own[0] == own[1]) or old.commitment.key in changed
