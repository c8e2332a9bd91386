"""The notebooks: nbval compares their tables, a changed record makes nbval fail, the HTML report needs no network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from support.workspaces import REPO, SAMPLE, copy_workspace
from svcqa.catalogue import Language, text
from svcqa.errors import NotebookError, ReviewChangedError
from svcqa.report.files.notebook import run_notebook, write_html

NOTEBOOK = REPO / "notebooks" / "02_half_year_review.ipynb"
TARGETS = REPO / "notebooks" / "04_next_year_targets.ipynb"
NOTEBOOKS = sorted((REPO / "notebooks").glob("*.ipynb"))
IGNORED = "nbval-ignore-output"

each = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def cells(notebook: Path) -> list[dict[str, Any]]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in cells(notebook) if cell["cell_type"] == "code"]


def tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The notebooks beside the sample company, as in a clean checkout."""
    (tmp_path / "notebooks").mkdir()
    for notebook in NOTEBOOKS:
        shutil.copy(notebook, tmp_path / "notebooks")
    copy_workspace(SAMPLE, tmp_path / "sample_data")
    return tmp_path


def nbval(checkout: Path, notebook: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(checkout),
        *options,
        str(checkout / "notebooks" / notebook.name),
    ]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=300)


@each
def test_the_notebook_gives_the_saved_figures_again(checkout: Path, notebook: Path) -> None:
    result = nbval(checkout, notebook)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize(
    ("name", "half", "column"),
    [
        (NOTEBOOK.name, "2026H1", "到场时间"),
        ("03_annual_review.ipynb", "2025H1", "到场时间"),
        (TARGETS.name, "2026H1", "到场时间"),
        ("06_write_a_plugin.ipynb", "2026H1", "完成时间"),
    ],
    ids=["half_year", "annual", "next_year", "plugin"],
)
def test_one_changed_record_makes_nbval_fail(checkout: Path, name: str, half: str, column: str) -> None:
    """An emergency of the period that was reached, or ended, in time is so ten days later."""
    path, day = checkout / "sample_data" / "sources" / f"work_orders_{half}.csv", f"{half[:4]}/02/1"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    place = lines[0].strip().split(",").index(column)
    for number, line in enumerate(lines):
        fields = line.rstrip("\r\n").split(",")
        if "抢险" in line and len(fields) > place and re.match(rf"{day}\d ", fields[place]):
            fields[place] = fields[place].replace(day, f"{day[:-1]}2", 1)
            lines[number] = ",".join(fields) + "\n"
            break
    path.write_text("".join(lines), encoding="utf-8-sig")
    result = nbval(checkout, checkout / "notebooks" / name, "-x")
    assert result.returncode == 1, result.stdout[-3000:]
    assert "failed" in result.stdout


def test_one_changed_answer_makes_nbval_fail(checkout: Path) -> None:
    """A customer of the wave who gave the best score gives the lowest."""
    wave = REPO / "notebooks" / "05_callback_sampling.ipynb"
    path = checkout / "sample_data" / "waves" / "2026Q2" / "filled" / "2026Q2.xlsx"
    book = load_workbook(path)
    rows = list(book.worksheets[0].iter_rows())
    column = next(cell.column for row in rows for cell in row if "态度" in str(cell.value))
    next(row[column - 1] for row in rows if row[column - 1].value == 10).value = 1
    book.save(path)
    result = nbval(checkout, wave, "-x")
    assert result.returncode == 1, result.stdout[-3000:]
    assert "failed" in result.stdout


@each
def test_cells_hold_no_logic(notebook: Path) -> None:
    for cell in code_cells(notebook):
        assert not re.search(r"^\s*(def|class|lambda) ", source(cell), re.MULTILINE), source(cell)
        assert len(source(cell).splitlines()) <= 10, source(cell)


@each
def test_only_charts_and_the_panel_are_left_out_of_the_comparison(notebook: Path) -> None:
    for cell in code_cells(notebook):
        if IGNORED in tags(cell):
            assert re.search(r"charts\.|\.picture\(|Panel\(", source(cell)), source(cell)


@each
def test_at_least_five_tables_are_compared(notebook: Path) -> None:
    compared = [
        output
        for cell in code_cells(notebook)
        if IGNORED not in tags(cell)
        for output in cell["outputs"]
        if "text/html" in output.get("data", {})
    ]
    assert len(compared) >= 5


@each
def test_it_has_parameters_for_papermill(notebook: Path) -> None:
    first = next(cell for cell in code_cells(notebook) if "parameters" in tags(cell))
    for name in ("workspace_path", "period", "as_of", "language", "unit"):
        assert re.search(rf"^{name} = ", source(first), re.MULTILINE)


@pytest.mark.parametrize(("name", "period"), [("02_half_year_review", "2026H1"), ("03_annual_review", "2025")])
def test_a_review_s_notebook_refuses_other_figures_than_it_was_given(checkout: Path, name: str, period: str) -> None:
    pins = {"records": "0123456789abcdef"}
    parameters = {"workspace_path": str(checkout / "sample_data"), "period": period, "pins": pins}
    with pytest.raises(ReviewChangedError) as error:
        run_notebook(checkout / "notebooks" / f"{name}.ipynb", checkout / "run.ipynb", parameters, language="zh-Hans")
    (fault,) = error.value.faults
    assert (fault.code, fault.file) == ("notebook_differs", "run.ipynb")
    assert "0123456789abcdef" in fault.got
    assert "记录摘要" in fault.got
    assert not (checkout / "run.ipynb").exists()


def test_a_notebook_that_fails_is_told_and_leaves_no_file(checkout: Path) -> None:
    parameters = {"workspace_path": str(checkout / "nowhere"), "period": "2025"}
    with pytest.raises(NotebookError, match="nowhere"):
        run_notebook(checkout / "notebooks/03_annual_review.ipynb", checkout / "run.ipynb", parameters, language="en")
    assert not (checkout / "run.ipynb").exists()


@each
def test_headings_are_those_of_the_catalogue(notebook: Path) -> None:
    for cell in cells(notebook):
        if cell["cell_type"] == "markdown":
            assert source(cell) == text(cell["metadata"]["svcqa_text"], "zh-Hans")


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_the_html_report_needs_no_network_and_speaks_the_language(checkout: Path, language: Language) -> None:
    parameters = {"workspace_path": str(checkout / "sample_data"), "period": "2026H1"}
    executed = run_notebook(
        checkout / "notebooks" / NOTEBOOK.name, checkout / "run.ipynb", parameters, language=language
    )
    page = write_html(executed, checkout / "run.html", title="<review>").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']https?:""", page)
    assert not re.findall(r"""import\(["']https?:|@import|url\(["']?https?:""", page)
    assert page.count("data:image/svg+xml;base64,") + page.count("<svg") >= 2
    heading = text("notebook.board", language).removeprefix("## ")
    assert heading in page
    assert "HalfYearPanel" not in page
    assert "<title>&lt;review&gt;" in page or "<review>" not in page
    assert ("成绩总览" in page) is False


def test_the_annual_report_needs_no_network_and_speaks_the_language(checkout: Path) -> None:
    parameters = {"workspace_path": str(checkout / "sample_data"), "period": "2025"}
    executed = run_notebook(
        checkout / "notebooks" / "03_annual_review.ipynb", checkout / "run.ipynb", parameters, language="en"
    )
    page = write_html(executed, checkout / "run.html", title="review").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']https?:|import\(["']https?:|@import|url\(["']?https?:""", page)
    for key in ("annual_title", "annual_targets", "annual_subsidiaries", "annual_last_year", "annual_others"):
        assert text(f"notebook.{key}", "en").splitlines()[0].lstrip("# ") in page
    for key in ("sections.pooled", "sections.restated", "sections.by_how_much", "sections.what_was_read"):
        assert text(key, "en") in page
    assert "年度检讨" not in page
