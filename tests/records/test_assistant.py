"""The mapping assistant: what it proposes, how sure it is, and that it shows nobody's name."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import svcqa
from support.workspaces import SAMPLE, make_workspace, write
from svcqa.catalogue import LANGUAGES
from svcqa.cli import app
from svcqa.errors import PolicyError, SourceError
from svcqa.records.assistant import propose
from svcqa.records.mapping import load_mapping
from svcqa.widgets.mapping import MappingPanel

NAMES = ("赵建国", "钱小红", "孙丽", "欧阳明月")
PHONE, LINE, CARD, PLACE = "19012345678", "0571-88886666", "11010119900307653X", "幸福路7号3单元"
MAIL, NUMBER = "someone@example.com", "KH-778899"
PERSONAL = (*NAMES, PHONE, LINE, CARD, PLACE, MAIL, NUMBER)
HEADER = [
    "单号",
    "受理日期",
    "结束",
    "承办部门",
    "报修人",
    "备用栏",
    "联系方式",
    "地点",
    "户号",
    "证照",
    "说明",
    "振铃",
]


def row(n: int) -> list[str]:
    first, second = NAMES[n % 4], NAMES[(n + 1) % 4]
    moment, unit = f"2026年6月{1 + n % 28}日 8时{n % 60}分", ("一部", "二部")[n % 2]
    remark = f"请联系{first}{PHONE},邮箱{MAIL}"
    return [f"GD26{n:04d}", moment, "", unit, first, second, (PHONE, LINE)[n % 2], PLACE, NUMBER, CARD, remark, "3声"]


ROWS = [row(n) for n in range(60)]


def content(header: list[str] = HEADER, rows: list[list[str]] = ROWS, delimiter: str = ",") -> str:
    memory = io.StringIO()
    csv.writer(memory, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return memory.getvalue()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("path", sorted((SAMPLE / "sources").glob("*2026*.*")), ids=lambda path: path.name)
def test_the_sample_companys_files_are_recognised(path: Path) -> None:
    expected = next(
        load_mapping(file) for file in (SAMPLE / "mappings").glob("*.toml") if path.name.startswith(file.stem)
    )
    proposal = propose(path)
    assert proposal.table == expected.table
    assert proposal.missing == ()
    wanted = {name: item.columns[0] for name, item in expected.columns.items() if len(item.columns) == 1}
    found = {guess.column: guess.source for guess in proposal.guesses}
    assert {name: found.get(name) for name in wanted} == wanted


def test_names_and_contents_are_weighed_and_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", content())
    proposal = propose(path, "work_orders")
    sure = {guess.column: (guess.source, guess.sure) for guess in proposal.guesses}
    assert sure["order_id"] == ("单号", "high")
    assert sure["received_at"] == ("受理日期", "high")
    assert sure["customer"] == ("户号", "high")
    assert sure["unit"][0] == "承办部门"
    assert "moments" in next(guess for guess in proposal.guesses if guess.column == "received_at").why
    assert proposal.missing == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_neither_screen_nor_mapping_nor_panel_names_a_person(tmp_path: Path, language: Any) -> None:
    workspace = make_workspace(tmp_path / "w", mappings={"work_orders": {"table": "work_orders", "columns": {}}})
    path = write(tmp_path / "a.csv", content())
    for table in ("work_orders", "calls", "complaints", "callbacks"):
        out = tmp_path / f"{table}.toml"
        said = run("map", str(path), "--table", table, "--out", str(out), "-w", str(tmp_path / "w"), "--lang", language)
        panel = MappingPanel(workspace, path, tmp_path / "p.toml", language=language, table=table)
        for box in panel.choices.values():
            box.value = "说明"
            box.value = "备用栏"
            box.value = "地点"
        shown = said.output + out.read_text(encoding="utf-8") + panel.shown.value + panel.proposal.toml(language)
        assert [word for word in PERSONAL if word in shown] == []


@pytest.mark.parametrize(
    ("delimiter", "encoding", "title"),
    [(",", "utf-8", ""), (";", "gb18030", ""), ("\t", "utf-8-sig", "2026 年台账\n\n")],
)
def test_what_is_proposed_reads_the_file(tmp_path: Path, delimiter: str, encoding: str, title: str) -> None:
    workspace = make_workspace(tmp_path, mappings={"work_orders": {"table": "work_orders", "columns": {}}})
    path = write(tmp_path / "sources/work_orders.csv", title + content(delimiter=delimiter), encoding=encoding)
    out = tmp_path / "mappings/work_orders.toml"
    said = run("map", str(path), "--out", str(out), "-w", str(tmp_path), "--lang", "en", "--table", "work_orders")
    assert said.exit_code == 0, said.output
    load_mapping(out)
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted) == (60, 60), workspace.check().quarantined[:3]


def test_a_form_of_dates_is_proposed_only_where_it_is_the_only_one(tmp_path: Path) -> None:
    header = ["工单编号", "部门", "受理时间", "办结时间"]
    rows = [["1", "D1", "31/01/2026 08:00", "02/03/2026 08:00"], ["2", "D1", "01/02/2026 08:00", "03/03/2026 08:00"]]
    text = propose(write(tmp_path / "a.csv", content(header, rows))).toml("en")
    assert 'received_at = { from = "受理时间", format = "%d/%m/%Y %H:%M" }' in text
    assert 'closed_at = "办结时间"' in text or "closed_at" not in text


def test_required_columns_without_a_source_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "甲,乙\n1,2\n")
    out = tmp_path / "a.toml"
    result = run("map", str(path), "--table", "calls", "--out", str(out), "--lang", "en")
    assert "call_id, unit, started_at, outcome" in result.output
    assert isinstance(result.exception, PolicyError)
    assert out.is_file()


@pytest.mark.parametrize("name", ["empty.csv", "empty.xlsx", "none.parquet"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError) as error:
        propose(write(tmp_path / name, ""))
    assert error.value.faults[0].file == name


def test_the_panel_changes_and_saves(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, mappings={"work_orders": {"table": "work_orders", "columns": {}}})
    path = write(tmp_path / "sources/work_orders.csv", content())
    out = tmp_path / "mappings/work_orders.toml"
    panel = MappingPanel(workspace, path, out, language="zh-Hans", table="work_orders")
    panel.choices["received_at"].value = ""
    panel.button.click()
    assert "received_at" in panel.message.value
    panel.choices["received_at"].value = "受理日期"
    panel.button.click()
    assert str(out) in panel.message.value
    assert workspace.ingest().accepted == 60
    panel.table.value = "calls"
    assert "call_id" in panel.choices
    assert isinstance(svcqa.open(tmp_path), svcqa.Workspace)
