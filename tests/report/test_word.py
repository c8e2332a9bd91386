"""The Word summary: real headings, tables with heads, pictures, captions, page numbers; opened as pages."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

import svcqa
from support.workspaces import require
from svcqa.catalogue import Language, text
from svcqa.report.sections import Sections
from svcqa.report.word.summary import write_summary
from svcqa.review.period_review import PeriodReview

COMPANY = "示例燃气（虚构）有限公司"
FONTS = {"zh-Hans": "Microsoft YaHei", "zh-Hant": "Microsoft JhengHei", "en": "Microsoft YaHei"}


@dataclass(frozen=True)
class Written:
    """A summary, and what it was written from."""

    review: PeriodReview
    sections: Sections
    path: Path
    language: Language


def write(workspace: svcqa.Workspace, kind: str, language: Language, folder: Path) -> Written:
    review = workspace.reviews.review(2025) if kind == "annual" else workspace.reviews.review("2026H1")
    sections = workspace.reviews.sections(review, language)
    path = write_summary(review, sections, folder / "summary.docx", language=language, company=COMPANY)
    return Written(review, sections, path, language)


@pytest.fixture(
    scope="module", params=[("half_year", "zh-Hant"), ("half_year", "en"), ("annual", "zh-Hans")], ids="-".join
)
def written(
    request: pytest.FixtureRequest, sample_workspace: svcqa.Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Written:
    kind, language = request.param
    return write(sample_workspace, kind, language, tmp_path_factory.mktemp("word"))


def fields(document: Any) -> list[str]:
    return [field.get(qn("w:instr")) for field in document.element.body.iter(qn("w:fldSimple"))]


def test_it_has_the_parts_of_a_document(written: Written) -> None:
    sections, language = written.sections, written.language
    document = docx.Document(str(written.path))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [*(one.title for one in sections if not one.is_empty), text("word.decisions", language)]
    assert document.paragraphs[0].style.name == "Title"
    assert COMPANY in document.paragraphs[0].text
    tables = [table for one in sections for table in one.content.tables.values()]
    pictures = [chart for one in sections for chart in one.content.charts.values()]
    assert len(document.tables) == len(tables) >= 8
    assert len(document.inline_shapes) == len(pictures) >= 2
    assert fields(document).count("SEQ Table \\* ARABIC") == len(tables)
    assert fields(document).count("SEQ Figure \\* ARABIC") == len(pictures)
    for drawn, shown in zip(document.tables, tables, strict=True):
        assert [cell.text for cell in drawn.rows[0].cells] == [str(name) for name in shown.frame.columns]
        assert drawn.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        first = [cell.text for cell in drawn.rows[1].cells]
        assert first == [str(value) for value in shown.frame.iloc[0]]
    footer = document.sections[0].footer._element
    assert [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]


def test_chinese_has_a_font_of_its_own_in_every_style_used(written: Written) -> None:
    document = docx.Document(str(written.path))
    for name in ("Normal", "Title", "Heading 1", "Caption"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == FONTS[written.language]
        assert fonts.get(qn("w:eastAsiaTheme")) is None  # a theme would override it
        assert fonts.get(qn("w:ascii")) == "Arial"


def test_pictures_are_drawn_and_told(written: Written) -> None:
    titles = {shape._inline.docPr.get("descr") for shape in docx.Document(str(written.path)).inline_shapes}
    assert titles == {chart.title for one in written.sections for chart in one.content.charts.values()}
    with zipfile.ZipFile(written.path) as parts:
        pictures = [parts.read(name) for name in parts.namelist() if name.endswith(".png")]
    assert len(pictures) >= 2
    assert all(content.startswith(b"\x89PNG") and len(content) > 5000 for content in pictures)


def test_the_same_review_gives_the_same_bytes(written: Written, tmp_path: Path) -> None:
    again = write_summary(
        written.review, written.sections, tmp_path / "again.docx", language=written.language, company=COMPANY
    )
    assert again.read_bytes() == written.path.read_bytes()
    about = docx.Document(str(again)).core_properties
    assert about.author == COMPANY
    assert about.created.replace(tzinfo=None) == written.review.as_of
    assert [path.name for path in tmp_path.iterdir()] == ["again.docx"]


def test_it_opens_as_pages(written: Written, tmp_path: Path) -> None:
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    require(office and reader, "LibreOffice (soffice) and pdftotext, to open the document as pages")
    subprocess.run(
        [
            str(office),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(written.path),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    command = [str(reader), "-layout", str(tmp_path / "summary.pdf"), "-"]
    pages = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.split("\f")
    assert len(pages) > 4
    before, between, _ = text("word.page", written.language).split("|")
    assert f"{before}1{between}" in pages[0]
    assert written.review.period.label in pages[0]
    # the head of the table of all targets stands again on the page that it goes on to
    head = next(table.rows[0] for table in docx.Document(str(written.path)).tables if len(table.rows) > 20)
    begins = [cell.text[:2] for cell in head.cells]  # narrow columns break what follows
    headed = [any(all(begin in line for begin in begins) for line in page.splitlines()) for page in pages]
    assert sum(headed) >= 2
