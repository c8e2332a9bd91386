"""A review is composed of sections that register themselves: one of another package is shown by every view.

The section of this test is a module on the path and an entry point, as an installed package gives them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

import svcqa
from support.level_targets import orders, target
from support.workspaces import commitment, make_workspace
from svcqa.catalogue import LANGUAGES, Language, text
from svcqa.errors import NameUnknownError
from svcqa.report.forms import write_forms
from svcqa.report.sections import SectionRegistry, Sections
from svcqa.report.sections.registry import GROUP
from svcqa.report.word.summary import write_summary
from svcqa.review.period_review import PeriodReview

MODULE = """
import pandas as pd
from svcqa.report.charts.grammar import Chart, Row
from svcqa.report.sections import SectionContent, SectionTable

class Scores:
    name, order, reviews, in_forms = "scores", 250, ("annual", "half_year"), False

    def label(self, language):
        return {"zh-Hans": "考核得分", "zh-Hant": "考核得分", "en": "Scores"}[language]

    def build(self, context):
        now = context.review.commitments[0].course.now
        frame = pd.DataFrame({"=unit": ["<b>D1</b>"], "score": [f"{100 * now.value:.0f}"]}, index=[1])
        row = Row(group="D1", period=context.review.period.label, value=now.value, lower=None, upper=None, goal=None,
                  n=now.n, shown="90")
        chart = Chart(kind="bars", title="<Scores> of D1", axis="score", unit="share", language=context.language,
                      rows=(row,))
        table = SectionTable("=Scores & more", frame)
        return SectionContent(("Counted: <i>20</i>",), {"scores": table}, {"bars": chart})

class Raises(Scores):
    name, order = "raises", 260

    def build(self, context):
        raise ZeroDivisionError("nothing to divide")

class GivesText(Scores):
    name, order = "gives_text", 270

    def build(self, context):
        return "text"

class HalfYearOnly(Scores):
    name, reviews = "half_year_only", ("half_year",)

class NoBuild:
    name, order, reviews, in_forms, label = "no_build", 280, ("annual",), False, str

class WrongReview(Scores):
    name, reviews = "wrong_review", ("weekly",)
"""
GOOD = {"scores": "Scores", "half_year_only": "HalfYearOnly"}
BROKEN = {"no_build": "NoBuild", "wrong_review": "WrongReview", "missing": "Missing"}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "outside_sections.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "outside_sections"
    sys.modules.pop("outside_sections", None)


def with_sections(workspace: svcqa.Workspace, module: str, **names: str) -> svcqa.Workspace:
    """The workspace where these sections are registered beside svcqa's own."""
    more = [EntryPoint(name, f"{module}:{kind}", GROUP) for name, kind in names.items()]
    workspace.section_registry = SectionRegistry([*entry_points(group=GROUP), *more])
    return workspace


@pytest.fixture
def workspace(tmp_path: Path) -> svcqa.Workspace:
    rows = orders({"2025-01": (9, 1), "2025-12": (9, 1)})
    promise = commitment(required_share=0.8, exclusions=[])
    made = make_workspace(tmp_path / "w", records={"work_orders": rows}, commitments=[promise], targets=[target()])
    made.ingest()
    return made


def composed(workspace: svcqa.Workspace, language: Language = "en") -> tuple[PeriodReview, Sections]:
    review = workspace.reviews.review(2025)
    return review, workspace.reviews.sections(review, language)


def test_own_sections_come_through_the_same_door_in_order(workspace: svcqa.Workspace) -> None:
    _, sections = composed(workspace)
    assert [section.name for section in sections] == [
        "targets",
        "commitments",
        "departments",
        "subsidiaries",
        "callbacks",
        "problems",
        "success",
        "last_year",
        "returns",
        "data_quality",
        "basis",
    ]
    assert all(section.fault is None for section in sections)
    registered = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    assert set(registered) == {section.name for section in sections}
    half = workspace.reviews.sections(workspace.reviews.review("2025H1"), "en")
    assert {"targets", "problems", "basis"} <= {section.name for section in half}
    assert not {"success", "last_year", "subsidiaries"} & {section.name for section in half}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_section_of_another_package_is_shown_by_every_view(
    workspace: svcqa.Workspace, module: str, tmp_path: Path, language: Language
) -> None:
    review, sections = composed(with_sections(workspace, module, **GOOD), language)
    names = [section.name for section in sections]
    assert names[names.index("commitments") + 1] == "scores"
    assert "half_year_only" not in names
    title = {"zh-Hans": "考核得分", "zh-Hant": "考核得分", "en": "Scores"}[language]

    word = docx.Document(str(write_summary(review, sections, tmp_path / "s.docx", language=language, company="公司")))
    assert title in [p.text for p in word.paragraphs if p.style.name == "Heading 1"]
    assert ["<b>D1</b>", "90"] in [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]

    book = openpyxl.load_workbook(
        write_forms(review, tmp_path / "f.xlsx", language=language, company="公司", sections=sections)
    )
    cells = [cell for row in book[title].iter_rows() for cell in row if cell.value is not None]
    assert {"=unit", "<b>D1</b>", "=Scores & more", "Counted: <i>20</i>"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}  # nothing that begins with = is a formula

    shown = sections.without(*(name for name in names if name != "scores"))
    page = shown._repr_mimebundle_()["text/html"]
    assert f"<h2>{title}</h2>" in page
    assert "&lt;b&gt;D1&lt;/b&gt;" in page
    assert "<b>D1</b>" not in page
    assert "<i>" not in page
    assert "<svg" in page
    assert "90" in shown._repr_mimebundle_()["text/plain"]


def test_a_section_that_breaks_costs_only_its_own_part(workspace: svcqa.Workspace, module: str, tmp_path: Path) -> None:
    review, sections = composed(with_sections(workspace, module, raises="Raises", gives_text="GivesText"))
    for name, said in (("raises", "ZeroDivisionError: nothing to divide"), ("gives_text", "build gives str")):
        assert said in sections[name].said
        assert said in sections[name].table("anything").iloc[0, 0]
        assert sections[name].chart("bars") is None
    assert sections["targets"].fault is None
    word = docx.Document(str(write_summary(review, sections, tmp_path / "s.docx", language="en", company="C")))
    assert sum("nothing to divide" in p.text for p in word.paragraphs) == 1


def test_what_does_not_keep_the_contract_is_told_by_name(workspace: svcqa.Workspace, module: str) -> None:
    with_sections(workspace, module, **BROKEN)
    with pytest.warns(UserWarning, match="cannot be used") as told:
        _, sections = composed(workspace)
    assert len(told) == len(BROKEN)
    assert [section.name for section in sections][-3:] == sorted(BROKEN)
    assert "method build" in sections["no_build"].said
    assert "weekly" not in sections["wrong_review"].said
    assert "half_year, annual" in sections["wrong_review"].said
    assert "Missing" in sections["missing"].said


def test_of_two_sections_with_one_name_the_first_counts(workspace: svcqa.Workspace, module: str) -> None:
    with_sections(workspace, module, targets="Scores")
    with pytest.warns(UserWarning, match="is ignored|cannot be used"):
        _, sections = composed(workspace)
    assert sections["targets"].title == text("sections.targets", "en")


def test_an_unknown_section_or_table_says_which_there_are(workspace: svcqa.Workspace) -> None:
    _, sections = composed(workspace)
    with pytest.raises(NameUnknownError, match="commitments"):
        sections["commitment"]
    with pytest.raises(NameUnknownError, match="months"):
        sections["commitments"].table("month")


def test_before_anything_was_read_the_documents_say_why_they_are_empty(tmp_path: Path) -> None:
    made = make_workspace(tmp_path / "w", records={"work_orders": []}, commitments=[commitment()], targets=[target()])
    review, sections = composed(made)
    assert all(section.fault is None for section in sections)
    assert "svcqa ingest" in sections["commitments"].said
    word = docx.Document(str(write_summary(review, sections, tmp_path / "s.docx", language="en", company="C")))
    assert any("svcqa ingest" in p.text for p in word.paragraphs)
    book = openpyxl.load_workbook(
        write_forms(review, tmp_path / "f.xlsx", language="en", company="C", sections=sections)
    )
    assert "Score board" in book.sheetnames


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_section_leaves_a_place_unfilled(sample_workspace: svcqa.Workspace, language: Language) -> None:
    for review in (sample_workspace.reviews.review(2025), sample_workspace.reviews.review("2026H1")):
        for section in sample_workspace.reviews.sections(review, language):
            assert section.fault is None, section.said
            shown: list[Any] = [section.title, section.said]
            for table in section.content.tables.values():
                shown += [table.title, *table.frame.columns, *table.frame.to_numpy().ravel()]
            for chart in section.content.charts.values():
                shown.append(chart.title)
            for said in map(str, shown):
                assert "{" not in said
                assert said not in ("None", "nan")
                assert not (language == "en" and any("\u4e00" <= sign <= "\u9fff" for sign in said)) or _is_data(said)


def _is_data(said: str) -> bool:
    """Sources of the sample company have Chinese names in every language."""
    return "台账" in said or said.endswith((".csv", ".xlsx"))
