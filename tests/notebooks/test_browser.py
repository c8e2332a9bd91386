"""The notebook in a real browser: JupyterLab and Voilà in headless Chromium."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.workspaces import REPO, SAMPLE, copy_workspace, require

NOTEBOOK = "02_half_year_review.ipynb"
WAVE = "05_callback_sampling.ipynb"
ANSWER = ".svcqa-answer"
CHANCE = ".svcqa-chance"


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require(found is not None, "Chromium (Debian: apt-get install chromium)")
    assert found is not None
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder like the checkout's top: notebooks beside the sample company."""
    (tmp_path / "notebooks").mkdir()
    for name in (NOTEBOOK, WAVE):
        content = json.loads((REPO / "notebooks" / name).read_text(encoding="utf-8"))
        for cell in content["cells"]:
            if cell["cell_type"] == "code":  # so that what is seen later is what ran here
                cell.update(execution_count=None, outputs=[])
        (tmp_path / "notebooks" / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    copy_workspace(SAMPLE, tmp_path / "sample_data")
    return tmp_path


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where pictures go: a folder of one's own with ``SVCQA_SCREENSHOTS``."""
    return Path(os.environ.get("SVCQA_SCREENSHOTS", tmp_path))


def setting(site: Path, extension: str, plugin: str, content: str) -> None:
    folder = site / "settings" / "@jupyterlab" / extension
    folder.mkdir(parents=True)
    (folder / f"{plugin}.jupyterlab-settings").write_text(content, encoding="utf-8")


@contextlib.contextmanager
def served(site: Path, *arguments: str) -> Iterator[str]:
    """A server of ``site`` on a free port of this machine; stopped with all its kernels afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Cells out of sight are in the page too, so that the test can find them; nobody is asked about news.
    setting(site, "notebook-extension", "tracker", '{"windowingMode": "none"}')
    setting(site, "apputils-extension", "notification", '{"fetchNews": "false", "checkForUpdates": false}')
    places = {name: str(site / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    # Kernels listen on files: of two that look for free ports at once one can lose its port again before it starts, and
    # dies. The files' folder is near the root, as a socket's path has 107 characters at most.
    sockets = tempfile.mkdtemp(prefix="svcqa-")
    places |= {"JUPYTER_RUNTIME_DIR": sockets, "JUPYTERLAB_SETTINGS_DIR": str(site / "settings")}
    command = [sys.executable, "-m", *arguments, f"--port={port}", "--no-browser", "--KernelManager.transport=ipc"]
    environment, log = {**os.environ, **places}, (site / "server.log").open("w")
    process = subprocess.Popen(
        command, cwd=site, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            if process.poll() is not None:
                raise RuntimeError((site / "server.log").read_text())
            try:
                with urllib.request.urlopen(address + "/static/none", timeout=1):
                    break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()
        shutil.rmtree(sockets, ignore_errors=True)


@contextlib.contextmanager
def page_of(address: str, shots: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=quiet)
        page = browser.new_page(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
        page.set_default_timeout(90_000)
        asked: list[str] = []

        def answer(dialog: Any) -> None:
            """What JupyterLab asks when the server was slow for a moment; a person would press the button and go on."""
            asked.append(dialog.last.inner_text())
            dialog.last.locator(".jp-mod-accept").click()

        page.add_locator_handler(page.locator(".jp-Dialog"), answer, no_wait_after=True)
        page.goto(address)
        try:
            yield page
        except BaseException as problem:
            page.screenshot(path=str(shots / "failed.png"))
            for question in (*asked, *page.locator(".jp-Dialog").all_inner_texts()):
                problem.add_note(f"The page asked: {question}")
            raise
        finally:
            browser.close()


def move_slider(page: Any, told: str = ANSWER, key: str = "ArrowLeft") -> tuple[str, str]:
    """Move a panel's slider by keyboard until what it tells changes; gives what it told before and after."""
    answer = page.locator(told).first
    failed = page.locator("[data-mime-type='application/vnd.jupyter.stderr']").first
    answer.or_(failed).first.wait_for()
    assert not failed.is_visible(), failed.inner_text()
    before = answer.inner_text()
    panel = page.locator(".widget-vbox", has=page.locator(told)).last  # other panels have sliders, too
    handle = panel.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    for _ in range(10):
        handle.press(key)
    page.wait_for_function(
        "([selector, before]) => document.querySelector(selector).innerText !== before", arg=[told, before]
    )
    return before, answer.inner_text()


def run_all_cells(page: Any) -> None:
    """Run all cells, and again where the kernel was not yet ready to listen and the first cell shows no number."""
    from playwright.sync_api import TimeoutError as NothingHappened

    # Before a kernel is named, every cell that is run would ask which kernel is meant.
    page.locator(".jp-Toolbar-kernelName", has_text="Python 3").first.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").first.wait_for()
    for _ in range(6):
        page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
        with contextlib.suppress(NothingHappened):
            page.locator(".jp-InputPrompt", has_text="[1]:").first.wait_for(timeout=15_000)
            return
    raise AssertionError("the kernel ran no cell")


def first_percentage(answer: str) -> float:
    return float(answer.split("%")[0].strip())


def test_jupyterlab_runs_the_notebook_and_the_slider_moves_the_figure(site: Path, shots: Path) -> None:
    chromium()
    with (
        served(site, "jupyterlab", "--allow-root", "--IdentityProvider.token=") as address,
        page_of(f"{address}/lab/tree/notebooks/{NOTEBOOK}", shots) as page,
    ):
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        run_all_cells(page)
        before, after = move_slider(page)
        page.screenshot(path=str(shots / "jupyterlab.png"))
        assert first_percentage(after) < first_percentage(before)  # a shorter limit is kept by fewer cases
        said = move_slider(page, CHANCE)
        assert "≥95%" in said[0]
        assert "≥95%" not in said[1]
        panel = page.locator(".widget-vbox", has=page.locator(CHANCE)).last
        panel.screenshot(path=str(shots / "outlook.png"))
        assert page.locator(".jp-RenderedSVG").count() >= 2
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_voila_shows_the_review_and_the_slider_moves_the_figure(site: Path, shots: Path) -> None:
    chromium()
    with (
        served(site, "voila", f"notebooks/{NOTEBOOK}", "--Voila.ip=127.0.0.1") as address,
        page_of(address, shots) as page,
    ):
        before, after = move_slider(page)
        page.screenshot(path=str(shots / "voila.png"), full_page=True)
        assert first_percentage(after) < first_percentage(before)
        assert "半年检讨" in page.inner_text("body")


def test_voila_shows_a_wave_and_the_calls_slider_redraws_the_trade_off(site: Path, shots: Path) -> None:
    chromium()
    with (
        served(site, "voila", f"notebooks/{WAVE}", "--Voila.ip=127.0.0.1") as address,
        page_of(address, shots) as page,
    ):
        before, after = move_slider(page, ".widget-html table tbody tr:last-child")
        page.screenshot(path=str(shots / "voila_wave.png"), full_page=True)
        drawn = [int(said.split()[3]) for said in (before, after)]  # level, customers, excluded, drawn …
        assert drawn[1] < drawn[0]
        assert "全体客户怎么看" in page.inner_text("body")
