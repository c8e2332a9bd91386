"""A package of somebody else's: installed, it has table, chart, widget and form row with no other code."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import svcqa
from support.callback_company import SURVEY, random_records
from support.callback_company import company as drawn_company
from support.workspaces import REPO, make_workspace, write_rows
from svcqa.catalogue import LANGUAGES, Language
from svcqa.entities.base import Text
from svcqa.errors import MetricError, NameUnknownError, PluginError, PolicyError, SvcqaError
from svcqa.metrics.context import MetricSpec
from svcqa.metrics.grouping import lead_of
from svcqa.metrics.measures import Measure, Role
from svcqa.metrics.registry import GROUP, Registry
from svcqa.metrics.result import Result
from svcqa.metrics.shapes import ShareMetric, shares
from svcqa.metrics.testing import check_metric
from svcqa.records.tables import table
from svcqa.report import charts, tables
from svcqa.report.files.picture import write_picture
from svcqa.report.forms.workbook import write_forms
from svcqa.starter import make_plugin
from svcqa.widgets.metric_panel import MetricPanel

PACKAGE = REPO / "tests" / "outside_plugin"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built and unpacked as pip does with ``--target``: no network, nor pip where uv made the venv."""
    base = tmp_path_factory.mktemp("outside")
    source = shutil.copytree(PACKAGE, base / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(base / "dist")]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = (base / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(base / "site")
    return base / "site"


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(site)
    importlib.invalidate_caches()
    yield
    for name in ("svcqa_first_contact", "svcqa_calls_an_answer", "svcqa_icons"):
        sys.modules.pop(name, None)


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1", "COLUMNS": "200"}
    command = [sys.executable, "-c", "from svcqa.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120)


def order(number: int, day: str, customer: str, unit: str = "D1", category: str = "漏气") -> dict[str, Any]:
    return {
        "order_id": str(number),
        "unit": unit,
        "customer": customer,
        "category": category,
        "received_at": f"{day} 08:00",
    }


ORDERS = [
    order(1, "2026-01-05", "KH1"),
    order(2, "2026-01-08", "KH1"),  # within 7 days of 1
    order(3, "2026-02-05", "KH2", "D2"),
    order(4, "2026-02-15", "KH2", "D2"),  # ten days after 3
    order(5, "2026-02-16", "KH2", category="抄表"),  # about something else
    order(6, "2026-06-29", "KH3"),  # two days old at the end of June
]
"""With 7 days 1 is not resolved, 2 to 5 are, 6 is open; with 14 days 3 is not resolved either."""

TARGET = {
    "kind": "level",
    "key": "first_contact_2026",
    "name": "首次解决率",
    "year": 2026,
    "owner": "C",
    "metric": "first_contact",
    "params": {"days": 7},
    "goal": "90%",
}


def company(folder: Path, **target: Any) -> svcqa.Workspace:
    workspace = make_workspace(folder, records={"work_orders": ORDERS}, targets=[{**TARGET, **target}])
    workspace.ingest()
    return workspace


def test_it_passes_the_kit(installed: None) -> None:
    check_metric(Registry().get("first_contact"))


def test_a_survey_metric_of_somebody_elses_is_driven(site: Path, installed: None, tmp_path: Path) -> None:
    check_metric(Registry().get("calls_an_answer"))
    records = {**random_records(3), "callbacks": []}
    workspace = drawn_company(tmp_path, records, surveys=[SURVEY])
    workspace.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of="2026-04-01 09:00", who="甲")
    first, second, *_ = workspace.callbacks.drawn("W1").to_dict("records")
    plain = {"question": "attitude", "called_at": "2026-04-01 15:00:00"}
    calls = [
        {
            **plain,
            "callback_id": first["reference"],
            "unit": first["unit"],
            "outcome": "reached",
            "score": 9,
            "attempts": 2,
        },
        {**plain, "callback_id": second["reference"], "unit": second["unit"], "outcome": "busy", "attempts": 3},
    ]
    header = [column.name for column in table("callbacks").columns]
    write_rows(tmp_path / "sources/callbacks_w1.csv", calls, header)
    workspace.ingest()
    (figure,) = workspace.measure("calls_an_answer", period="2026Q1").figures()
    assert (figure.value, figure.n) == (5.0, 1)
    shown = tables.results.result(workspace.measure("calls_an_answer", period="2026Q1"), "zh-Hans")
    assert "5.0 call" in list(shown.iloc[0])
    said = run(site, "measure", "calls_an_answer", "-w", str(tmp_path), "--period", "2026Q1", "--format", "json").stdout
    (row,) = json.loads(said)["rows"]
    assert row["value"] == 5.0


def test_it_is_listed_with_its_package(site: Path) -> None:
    shown = run(site, "plugins", "--lang", "zh-Hant").stdout
    assert "首次解決率" in shown
    assert "svcqa-first-contact" in shown
    assert "first_contact" not in run(Path(), "plugins").stdout


def test_it_is_measured_on_the_command_line(site: Path, installed: None, tmp_path: Path) -> None:
    company(tmp_path)
    arguments = ("measure", "first_contact", "-w", str(tmp_path), "--period", "2026H1")
    for days, met, n in ((None, 4, 5), (14, 3, 5), (1, 6, 6)):
        given = () if days is None else ("--param", f"days={days}")
        (row,) = json.loads(run(site, *arguments, *given, "--format", "json").stdout)["rows"]
        assert (row["met"], row["n"], row["not_determinable"]) == (met, n, 6 - n)
        assert row["value"] == pytest.approx(met / n)
    table = run(site, *arguments, "--by", "department", "--param", "goal=90%", "--lang", "en").stdout
    assert "66.7%" in table  # D1: 2 and 5 of 1, 2, 5
    assert "100.0%" in table  # D2: 3 and 4


@pytest.mark.parametrize(
    ("param", "said"), [("days=0", "days"), ("days=x", "days"), ("weeks=1", "weeks"), ("days", "name=value")]
)
def test_parameters_are_held_against_its_own_model(
    site: Path, installed: None, tmp_path: Path, param: str, said: str
) -> None:
    company(tmp_path)
    done = run(
        site, "measure", "first_contact", "-w", str(tmp_path), "--period", "2026H1", "--param", param, "--lang", "en"
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_table_and_chart(installed: None, tmp_path: Path, language: Language) -> None:
    workspace = company(tmp_path)
    label = Registry().get("first_contact").spec.label.in_language(language)
    bars = workspace.measure("first_contact", period="2026H1", by=["department"], params={"goal": 0.9})
    shown = tables.results.result(bars, language)
    assert list(shown.iloc[:, 3]) == ["66.7%", "100.0%"]
    picture = charts.of_result(bars, language, names={"D1": "一部", "D2": "二部"})
    assert label in picture.title
    assert list(picture.data["group"]) == ["一部", "二部"]
    assert (picture.data["lower"] <= picture.data["value"]).all()
    assert (picture.data["value"] <= picture.data["upper"]).all()
    assert "一部" in picture.svg()
    lines = charts.of_result(workspace.measure("first_contact", period="2026H1", by=["month"]), language)
    assert list(lines.data.dropna(subset="value")["period"]) == ["2026-01", "2026-02"]  # June has no decided case
    assert "<svg" in lines.svg()


def test_it_has_a_panel(installed: None, tmp_path: Path) -> None:
    workspace = company(tmp_path)
    panel = MetricPanel(
        workspace, "first_contact", periods=("2026H1", "2026-01", "2026-03"), language="en", params={"days": 14}
    )
    assert "60.0%" in panel.table.value
    assert "<svg" in panel.chart.value
    panel.unit.value = "D2"
    assert "50.0%" in panel.table.value
    panel.unit.value, panel.by.value = "C", ("department",)
    assert panel.table.value.count("<tr") == 3
    panel.period.value = "2026-03"
    assert "no case" in panel.table.value
    broken = MetricPanel(workspace, "first_contact", periods=("2026H1",), language="en", params={"days": "<b>"})
    assert "&lt;b&gt;" in broken.table.value


def test_it_has_a_row_on_the_board_and_in_the_forms(installed: None, tmp_path: Path) -> None:
    workspace = company(tmp_path / "w")
    review = workspace.reviews.review("2026H1")
    (item,) = review.targets
    assert item.fault is None
    assert item.course.now is not None
    assert (item.course.now.value, item.judged.verdict) == (4 / 5, "missed")
    assert [figure.value for figure in item.course.year_months] == [1 / 2, 1.0, None]
    board = tables.reviews.board(review, "zh-Hans")
    assert board.iloc[0]["服务目标"] == "首次解决率"
    assert board.iloc[0]["本期"] == "80.0%"
    book = load_workbook(write_forms(review, tmp_path / "forms.xlsx", language="zh-Hans", company="公司"))
    told = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("首次解决率" in text for text in told)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"params": {"days": 0}}, "params › days"),
        ({"params": {"weeks": 1}}, "days"),
        ({"metric": "first_contakt"}, "first_contact"),
        ({"metric": "quantity", "params": {}}, "params › target"),
        ({"commitment": "promise"}, "either a commitment or a metric"),
    ],
)
def test_a_wrong_target_is_refused_with_its_place(
    installed: None, tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(PolicyError) as error:
        company(tmp_path, **wrong)
    told = error.value.render("en")
    assert "targets.toml" in told
    assert "first_contact_2026" in told
    assert said in told


def test_without_its_package_the_policy_names_an_unknown_metric(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="first_contact"):
        company(tmp_path)


def test_broken_later_it_costs_only_its_row(installed: None, tmp_path: Path) -> None:
    workspace = company(tmp_path)
    workspace.registry = Registry([item for item in entry_points(group=GROUP) if item.name != "first_contact"])
    (item,) = workspace.reviews.review("2026H1").targets
    assert item.fault is not None
    assert "first_contact" in item.fault.render("en")


# --- measures whose names a metric of ours has too ------------------------------------------------------------------


def icons_company(folder: Path) -> svcqa.Workspace:
    """D1 has one order in time and one without a category, D2 one that took too long."""
    orders = [
        {**order(1, "2026-01-05", "KH1"), "resolved_at": "2026-01-05 09:00"},
        {**order(2, "2026-02-05", "KH1", category=""), "resolved_at": "2026-02-05 09:00"},
        {**order(3, "2026-02-06", "KH2", "D2"), "resolved_at": "2026-02-08 09:00"},
    ]
    target = {**TARGET, "key": "icons_2026", "name": "图标", "metric": "icons", "params": {}, "goal": "60%"}
    workspace = make_workspace(folder, records={"work_orders": orders}, targets=[target])
    workspace.ingest()
    return workspace


@pytest.mark.parametrize("language", LANGUAGES)
def test_measures_called_icons_and_limits_998_have_table_chart_and_panel(
    installed: None, tmp_path: Path, language: Language
) -> None:
    check_metric(Registry().get("icons"))
    workspace = icons_company(tmp_path / "w")
    called = [
        Registry().get("icons").spec.label.in_language(language),
        {"zh-Hans": "998 分钟内", "zh-Hant": "998 分鐘內", "en": "Within 998 minutes"}[language],
    ]
    found = workspace.measure("icons", period="2026H1", by=["department"])
    shown = tables.results.result(found, language)
    assert list(shown.iloc[:, 3]) == [called[0], called[0], called[1], called[1]]
    assert list(shown.iloc[:, 4]) == ["50.0%", "100.0%", "50.0%", "0.0%"]
    picture = charts.of_result(found, language)
    assert set(picture.data["group"]) == {f"{unit} · {name}" for unit in ("D1", "D2") for name in called}
    assert called[1] in picture.svg()
    book = load_workbook(write_picture(picture, tmp_path / "icons.xlsx"))
    assert any(sheet._charts for sheet in book.worksheets)
    panel = MetricPanel(workspace, "icons", periods=("2026H1",), language=language)
    assert "<svg" in panel.chart.value
    assert called[1] in panel.table.value


def test_a_metric_called_icons_has_a_row_in_the_forms(installed: None, tmp_path: Path) -> None:
    review = icons_company(tmp_path / "w").reviews.review("2026H1")
    (item,) = review.targets
    assert item.course.now is not None
    assert (item.course.now.value, item.course.now.measure, item.judged.verdict) == (2 / 3, "icons", "met")
    book = load_workbook(write_forms(review, tmp_path / "forms.xlsx", language="zh-Hans", company="公司"))
    told = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("图标" in text for text in told)


class Misspelt(ShareMetric):
    """Fills a column that no row has."""

    spec = MetricSpec(
        name="misspelt",
        label=Text(en="Misspelt"),
        unit="share",
        better="higher",
        formula=Text(en="none"),
        reference="none",
    )
    reads = ("received_at",)
    columns_given: Mapping[str, Any] = {"valeu": 1.0}

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        lead = lead_of("C", context.period, metric="misspelt", indicator="misspelt")
        return Result((lead.filled("misspelt", **self.columns_given),))

    def observe(self, batch: Any, params: Any, context: Any) -> Any:
        received = batch.moments("received_at")
        return shares(context, received, good=received > 0)


class Untyped(Misspelt):
    """Gives dicts for rows."""

    def measure(self, summary: Any, params: Any, context: Any) -> Result:
        return Result(({"unit": "C", "value": 1.0},))  # type: ignore[arg-type]


@pytest.mark.parametrize(("metric", "said"), [(Misspelt, "valeu"), (Untyped, "dict")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_odd_rows_are_refused_with_words(tmp_path: Path, metric: Any, said: str, language: Language) -> None:
    workspace = company(tmp_path, metric="repeats", params={})
    workspace.registry.add(metric())
    with pytest.raises(SvcqaError) as error:
        workspace.measure("misspelt", period="2026H1")
    told = error.value.render(language)
    assert "misspelt" in told
    assert said in told
    assert "value" in told or said == "dict"


def test_a_picture_needs_the_measures_that_it_is_drawn_of() -> None:
    spec = replace(Misspelt.spec, picture="process", measures=(Measure(name="x", role=Role.SIGNAL),))
    metric = type("Picture", (Misspelt,), {"spec": spec, "__doc__": "A picture without limits."})
    with pytest.raises(PluginError, match="LIMITS"):
        Registry().add(metric())


# --- the starter of one's own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_starter_passes_the_kit_as_it_stands(tmp_path: Path, language: Language) -> None:
    done = run(Path(), "plugins", "new", "resolved_in_time", "--out", str(tmp_path), "--lang", language)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "svcqa_resolved_in_time"
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(written) == {"pyproject.toml", "README.md", "svcqa_resolved_in_time.py", "test_resolved_in_time.py"}
    assert not re.search(r"@(name|class|dashed|plugin\w+)\b", "".join(written.values()))
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert tests.returncode == 0, tests.stdout[-2000:]
    assert "18 passed" in tests.stdout


def test_the_starter_refuses_odd_names_and_full_folders(tmp_path: Path) -> None:
    for name in ("", "First", "1st", "first-contact", "a/b"):
        with pytest.raises(PluginError):
            make_plugin(name, tmp_path, "en")
    make_plugin("fine", tmp_path, "en")
    with pytest.raises(PluginError, match="svcqa_fine"):
        make_plugin("fine", tmp_path, "en")


def test_a_metric_can_be_tried_out_unregistered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_plugin("tried", tmp_path / "plugin", "en")
    monkeypatch.syspath_prepend(folder)
    metric = importlib.import_module("svcqa_tried").Tried()
    workspace = make_workspace(tmp_path / "w", records={"work_orders": ORDERS})
    workspace.ingest()
    with pytest.raises(NameUnknownError):
        workspace.measure("tried", period="2026H1")
    workspace.registry.add(metric)
    (figure,) = workspace.measure("tried", period="2026H1").figures()
    assert (figure.value, figure.n, figure["not_determinable"]) == (0.0, 5, 1)
    with pytest.raises(PluginError):
        workspace.registry.add(object())
    with pytest.raises(MetricError, match="days"):
        workspace.measure("tried", period="2026H1", params={"days": "x"})
