"""The wheel in an empty environment with nothing but what it depends on: it reads, measures and explains.

The packages come from the index that the machine is set up with, so the test needs a network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.workspaces import REPO, require

ABSENT = (
    "altair",
    "docx",
    "ipykernel",
    "ipywidgets",
    "jupyterlab",
    "nbconvert",
    "papermill",
    "vl_convert",
    "xlsxwriter",
)


def call(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment | {"PYTHONUTF8": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel, built here, and its hard dependencies."""
    folder = tmp_path_factory.mktemp("minimal")
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    built = call(sys.executable, "-c", build, folder, cwd=REPO)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("svcqa-*.whl")
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    interpreter = scripts / ("python.exe" if os.name == "nt" else "python")
    uv, pins = shutil.which("uv"), REPO / "constraints.txt"
    if uv:
        made = call(uv, "venv", "-q", "--python", sys.executable, folder / "venv")
        install = (uv, "pip", "install", "-q", "--python", interpreter)
    else:
        made = call(sys.executable, "-m", "venv", folder / "venv")
        install = (interpreter, "-m", "pip", "install", "-q")
    assert made.returncode == 0, made.stderr
    installed = call(*install, "-c", pins, wheel)
    require(installed.returncode == 0, f"the packages that svcqa depends on ({installed.stderr.strip()[-300:]})")
    return interpreter


@pytest.fixture(scope="module")
def folder(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that ``init`` makes, read."""
    folder = tmp_path_factory.mktemp("company") / "mine"
    for command in (("init", folder, "--lang", "en"), ("ingest", "-w", folder)):
        done = call(python, "-m", "svcqa", *command)
        assert done.returncode == 0, done.stderr
    return folder


def test_it_lacks_what_only_notebooks_charts_and_forms_need(python: Path) -> None:
    program = f"from importlib.util import find_spec; print([name for name in {ABSENT!r} if find_spec(name)])"
    assert call(python, "-c", program).stdout.strip() == "[]"


def test_it_reads_measures_and_explains(python: Path, folder: Path) -> None:
    checked = call(python, "-m", "svcqa", "check", "-w", folder)
    assert checked.returncode == 0, checked.stderr
    measured = call(
        python, "-m", "svcqa", "measure", "compliance", "-w", folder, "--period", "2026-01", "--format", "csv"
    )
    assert measured.returncode == 0, measured.stderr
    case = next((folder / "sources").glob("*.csv")).read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]
    explained = call(python, "-m", "svcqa", "explain", case, "-w", folder)
    assert explained.returncode == 0, explained.stderr
    assert explained.stdout.strip()


def test_every_metric_can_be_used(python: Path) -> None:
    listed = call(python, "-m", "svcqa", "plugins", "--lang", "en")
    assert listed.returncode == 0, listed.stderr
    program = (
        "from svcqa.metrics.registry import Registry; "
        "print([name for name, plugin in Registry().plugins().items() if plugin.error])"
    )
    assert call(python, "-c", program).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("measure", "compliance", "--period", "2026-01", "--chart", "figure.svg"), "svcqa[charts]"),
        (("measure", "compliance", "--period", "2026-01", "--chart", "figure.xlsx"), "svcqa[forms]"),
        (("template", "outages", "--out", "outages.xlsx"), "svcqa[forms]"),
        (("review", "half-year", "2026H1"), "svcqa[notebook]"),
    ],
)
def test_what_is_missing_is_told_with_the_extra_that_brings_it(
    python: Path, folder: Path, tmp_path: Path, arguments: tuple[str, ...], extra: str
) -> None:
    for language, said in (("zh-Hans", "没有安装"), ("zh-Hant", "沒有安裝"), ("en", "not installed")):
        done = call(python, "-m", "svcqa", *arguments, "-w", folder, "--lang", language, cwd=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
        assert f'pip install "{extra}"' in done.stderr
        assert "Traceback" not in done.stderr


def test_panels_say_so_in_a_program_too(python: Path) -> None:
    done = call(python, "-c", "import svcqa.widgets.half_year")
    assert "MissingExtraError" in done.stderr
    assert 'pip install "svcqa[notebook]"' in done.stderr
