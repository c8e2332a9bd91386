"""Call sheets: what stands in them, who may read them, and that a filled one comes back row for row."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import svcqa
from support.callback_company import AS_OF, SURVEY, company, random_records, surrogate
from support.workspaces import require, write
from svcqa.catalogue import LANGUAGES, text
from svcqa.cli import app
from svcqa.errors import PolicyError, RegisterError, SourceError
from svcqa.records.mapping import load_mapping
from svcqa.records.remarks import covered_remark

HEADER = 3
OUTCOMES = ("reached", "no_answer", "declined", "busy", "partial")


@pytest.fixture
def workspace(tmp_path: Path) -> svcqa.Workspace:
    made = company(tmp_path / "company", random_records(5))
    made.callbacks.draw("satisfaction", "W1", period="2026Q1", as_of=AS_OF, who="抽样人", calls=30)
    return made


def cells(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    page = load_workbook(path).worksheets[0]
    header = [cell.value for cell in page[HEADER]]
    rows = [dict(zip(header, (cell.value for cell in row), strict=True)) for row in page.iter_rows(min_row=HEADER + 1)]
    return header, rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_lists_the_wave_in_calling_order(workspace: svcqa.Workspace, tmp_path: Path, language: Any) -> None:
    path = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language=language)
    header, rows = cells(path)
    listed = workspace.callbacks.drawn("W1")

    def name(key: str, **fields: object) -> str:
        return text(f"callbacks.column_{key}", language, **fields)

    assert [row[name("reference")] for row in rows] == listed["reference"].tolist()
    assert [row[name("order")] for row in rows] == list(range(1, len(listed) + 1))
    roles = {"main": text("callbacks.role_main", language), "reserve": text("callbacks.role_reserve", language)}
    assert [row[name("role")] for row in rows] == [roles[role] for role in listed["role"]]
    assert [row[name("call_from")].date() for row in rows] == listed["call_from"].tolist()
    assert {name("attempt_at", number=n) for n in (1, 2, 3)} <= set(header)
    for personal in ("customer_name", "phone", "address", "record_id"):
        assert name(personal) not in header
    strata = [item.key for item in workspace.callbacks.wave("W1").strata]
    assert [strata[row[name("group")] - 1] for row in rows] == listed["stratum"].tolist()


def test_cells_are_checked_while_they_are_filled(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    path = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language="en")
    page = load_workbook(path).worksheets[0]
    header = [cell.value for cell in page[HEADER]]
    rules = {}
    for rule in page.data_validations.dataValidation:
        first = str(rule.sqref).split(":")[0]
        rules[header[page[first].column - 1]] = rule
    attempts = [name for name in header if name.startswith("Attempt")]
    assert len(attempts) == 6
    assert all(rules[name].type == ("date" if name.endswith("when") else "list") for name in attempts)
    score = next(name for name in header if name.startswith("1."))
    assert (rules[score].type, rules[score].formula1, rules[score].formula2) == ("whole", "1", "10")
    assert rules["Caller"].formula1 == '"HF01,HF02"'
    solved = next(name for name in header if name.startswith("2."))
    assert rules[solved].formula1 == '"yes,no"'
    listed = rules[attempts[1]].formula1.strip('"').split(",")
    assert listed[0] == "reached"
    assert len(listed) == 10
    guide = [str(cell.value) for row in load_workbook(path).worksheets[1].iter_rows() for cell in row if cell.value]
    assert any("lowest number not used yet" in line for line in guide)
    assert sum(line.startswith("Stratum ") for line in guide) == len(workspace.callbacks.wave("W1").strata)


# --- contacts -----------------------------------------------------------------------------------------------------


def everything(folder: Path, *, but: Path) -> bytes:
    return b"".join(
        path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and but not in path.parents and "sources" not in path.parts
    )


def test_contacts_are_joined_on_demand_for_the_owner_alone_and_noted(
    workspace: svcqa.Workspace, tmp_path: Path
) -> None:
    now, mask = dt.datetime(2026, 4, 1, 10), os.umask(0)
    try:
        path = workspace.callbacks.call_sheet(
            "W1",
            tmp_path / "secret/sheet.xlsx",
            language="zh-Hans",
            contacts=True,
            who="回访组长",
            purpose="四月回访",
            now=now,
        )
    finally:
        os.umask(mask)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    _, rows = cells(path)
    listed = workspace.callbacks.drawn("W1")
    numbers = {surrogate(f"KH{number:04d}"): number for number in range(1000)}
    for row, who in zip(rows, listed["customer"], strict=True):
        number = numbers[who]
        assert row["客户姓名"] == f"=测试用户{number}"  # a text, not a formula
        assert (row["电话"], row["地址"]) == (f"190-0000-{number:04d}", f"示例路{number}号")
        assert "KH" not in "".join(str(value) for value in row.values())
    page = load_workbook(path).worksheets[0]
    assert {cell.data_type for column in page.iter_cols(min_row=HEADER + 1) for cell in column} <= {"s", "n", "d"}
    (entry,) = workspace.register.entries("contact_export")
    assert (entry.author, entry.at) == ("回访组长", now)
    assert entry.body == {"wave": "W1", "rows": len(listed), "file": "sheet.xlsx", "purpose": "四月回访"}


def test_nothing_else_holds_a_contact(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    workspace.callbacks.call_sheet("W1", tmp_path / "company/out/sheet.xlsx", language="zh-Hans")
    CliRunner().invoke(
        app,
        ["callbacks", "frame", "W1", "--out", str(tmp_path / "company/out/frame.csv"), "-w", str(workspace.folder)],
        catch_exceptions=False,
    )
    plan = workspace.callbacks.plan("satisfaction", period="2026Q1", as_of=AS_OF).frame.to_csv()
    told = everything(workspace.folder, but=workspace.folder / "vault") + plan.encode()
    told += workspace.callbacks.drawn("W1").to_csv().encode() + workspace.callbacks.frame("W1").to_csv().encode()
    unzipped = "".join(str(cells(tmp_path / "company/out/sheet.xlsx")))
    for word in ("测试用户", "190-0000", "示例路", "KH0001"):
        assert word.encode() not in told.replace("客户编号\n".encode(), b"")
        assert word not in unzipped


@pytest.mark.parametrize(
    ("who", "purpose", "said"), [("", "calls", "Nobody is named"), ("me", " ", "what the contacts")]
)
def test_contacts_need_a_name_and_a_purpose(
    workspace: svcqa.Workspace, tmp_path: Path, who: str, purpose: str, said: str
) -> None:
    with pytest.raises(RegisterError, match=said):
        workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", contacts=True, who=who, purpose=purpose)
    assert not (tmp_path / "sheet.xlsx").exists()
    assert workspace.register.entries("contact_export") == []


# --- the way back -------------------------------------------------------------------------------------------------


def fill(path: Path, out: Path, language: Any) -> list[dict[str, Any]]:
    """Fill a sheet as callers do, and say what was typed: a record for each question of each row that was called."""
    book = load_workbook(path)
    page = book.worksheets[0]
    place = {cell.value: cell.column for cell in page[HEADER]}
    titles = list(place)

    def column(key: str, number: int) -> int:
        return place[text(f"callbacks.column_{key}", language, number=number)]

    asked = [next(title for title in titles if str(title).startswith(f"{number}.")) for number in (1, 2, 3)]
    typed = []
    for number, row in enumerate(range(HEADER + 1, page.max_row + 1)):
        if number % 4 == 3:
            continue  # nobody has called yet
        attempts = number % 3 + 1
        outcome = OUTCOMES[number % len(OUTCOMES)]
        for attempt in range(1, attempts + 1):
            moment = dt.datetime(2026, 4, attempt, 10, number % 60)
            shown = outcome if attempt == attempts else "no_answer"
            page.cell(row, column("attempt_at", attempt)).value = moment
            page.cell(row, column("attempt_outcome", attempt)).value = text(f"data_dictionary.code_{shown}", language)
        page.cell(row, place[text("callbacks.column_caller", language)]).value = f"HF0{number % 2 + 1}"
        score = number % 10 + 1 if outcome in ("reached", "partial") else None
        solved = number % 2 if outcome == "reached" else None
        opinion = "=1+1 请王师傅打 13800138000" if number % 5 == 0 else None
        page.cell(row, place[asked[0]]).value = score
        if solved is not None:
            page.cell(row, place[asked[1]]).value = text("callbacks.yes" if solved else "callbacks.no", language)
        page.cell(row, place[asked[2]]).value = opinion
        if opinion:
            page.cell(row, place[asked[2]]).data_type = "s"
        reference = page.cell(row, place[text("callbacks.column_reference", language)]).value
        about = {
            "callback_id": reference,
            "called_at": dt.datetime(2026, 4, attempts, 10, number % 60),
            "outcome": outcome,
            "attempts": attempts,
            "caller": number % 2,
        }
        typed.append({**about, "question": "attitude", "score": score, "opinion": None})
        typed.append({**about, "question": "solved", "score": solved, "opinion": None})
        if opinion:
            typed.append({**about, "question": "opinion", "score": None, "opinion": "=1+1 请***打 ***"})
    out.parent.mkdir(parents=True, exist_ok=True)
    book.save(out)
    return typed


def read_back(workspace: svcqa.Workspace) -> list[dict[str, Any]]:
    rows = workspace.engine.rows("callbacks").to_pylist()
    return [row for row in rows if row["wave"] == "W1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_sheet_comes_back_row_for_row(workspace: svcqa.Workspace, tmp_path: Path, language: Any) -> None:
    sheet = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language=language)
    workspace.callbacks.call_sheet("W1", tmp_path / "other.xlsx", language="en")  # a second language beside it
    typed = fill(sheet, workspace.folder / "waves/W1/filled/W1.xlsx", language)
    report = workspace.ingest()
    (file,) = [file for file in report.files if file.source == "W1.xlsx"]
    waiting = len(workspace.callbacks.drawn("W1")) - len({row["callback_id"] for row in typed})
    assert (file.read, file.accepted, file.quarantined, file.waiting) == (len(typed), len(typed), 0, waiting)
    back = read_back(workspace)
    callers = sorted({row["caller"] for row in back})
    names = tuple(typed[0])

    def plain(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in names if name != "caller")

    assert sorted(map(plain, back), key=str) == sorted(map(plain, typed), key=str)
    assert len(callers) == 2
    assert all(len(who) == 20 for who in callers)  # surrogates of colleagues
    listed = workspace.callbacks.drawn("W1").set_index("reference")
    for row in back:
        about = listed.loc[row["callback_id"]]
        assert (row["unit"], row["service"], row["tier"]) == (about["unit"], about["service"], about["tier"])
    assert {row["customer"] for row in back} == {None}


def test_a_sheet_that_is_filled_further_replaces_what_it_said(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    sheet = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language="zh-Hans")
    path = workspace.folder / "waves/W1/filled/W1.xlsx"
    typed = fill(sheet, path, "zh-Hans")
    workspace.ingest()
    book = load_workbook(path)
    page = book.worksheets[0]
    place = {cell.value: cell.column for cell in page[HEADER]}
    page.cell(HEADER + 1, place["第2次时间"]).value = dt.datetime(2026, 4, 2, 18)
    page.cell(HEADER + 1, place["第2次结果"]).value = "接通"
    book.save(path)
    (file,) = [file for file in workspace.ingest().files if file.source == "W1.xlsx"]
    assert (file.new, file.changed) == (0, 3)  # attitude, solved and the opinion of the first row
    back = read_back(workspace)
    assert len(back) == len(typed)
    assert {row["attempts"] for row in back if row["callback_id"] == "W1-0001"} == {2}


def test_what_is_typed_wrong_is_quarantined_with_its_row(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    sheet = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language="zh-Hans")
    path = workspace.folder / "waves/W1/filled/W1.xlsx"
    fill(sheet, path, "zh-Hans")
    book = load_workbook(path)
    page = book.worksheets[0]
    place = {cell.value: cell.column for cell in page[HEADER]}
    page.cell(HEADER + 1, place["第1次结果"]).value = "打通了"
    page.cell(HEADER + 2, place["2. 问题解决了吗？（是/否）"]).value = "大概吧"
    book.save(path)
    workspace.ingest()
    places = {(p.row, p.reason, p.column) for p in workspace.check().quarantined if p.source == "W1.xlsx"}
    assert places == {(4, "unknown_code", "outcome"), (5, "unknown_code", "score")}


def test_a_reserve_that_was_called_is_in_quarantine_and_a_sheet_of_no_wave_is_refused(
    workspace: svcqa.Workspace, tmp_path: Path
) -> None:
    later = AS_OF + dt.timedelta(days=9)
    asked = {"period": "2026Q1", "as_of": later, "who": "a", "calls": 12}
    sheet = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language="zh-Hans")
    typed = fill(sheet, workspace.folder / "waves/W1/filled/W1.xlsx", "zh-Hans")
    workspace.ingest()
    workspace.callbacks.draw("satisfaction", "W2", **asked)  # type: ignore[arg-type]
    listed, frame = workspace.callbacks.drawn("W1"), workspace.callbacks.frame("W2")
    reasons = dict(zip(frame["customer"], frame["reason"], strict=True))
    called = set(listed[listed["reference"].isin({row["callback_id"] for row in typed})]["customer"])
    free = set(listed[listed["role"] == "reserve"]["customer"]) - called
    assert {reasons[who] for who in called if who in reasons} <= {"quarantine", "too_late"}
    assert "" in {reasons[who] for who in free if who in reasons}
    (workspace.folder / "waves/W2/filled").mkdir()
    shutil.copy(workspace.folder / "waves/W1/filled/W1.xlsx", workspace.folder / "waves/W2/filled/W2.xlsx")
    with pytest.raises(SourceError, match="No call sheet was ever written for the wave W2"):
        workspace.ingest()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("上门很准时，5月6号来的", "上门很准时，5月6号来的"),
        ("打 021-12345678 或 190 0000 1234", "打 *** 或 ***"),
        ("身份证110101199003078888给过了", "身份证***给过了"),
        ("李女士和欧阳先生都在", "***和***都在"),
        ("家在幸福路12号3栋502室", "***"),
        ("Ask Mr Miller, a.b@example.com", "Ask ***, ***"),
        ("等了2个小时，花了300元", "等了2个小时，花了300元"),
    ],
)
def test_numbers_doors_and_titled_names_are_covered_in_opinions(said: str, kept: str) -> None:
    assert covered_remark(said) == kept


def test_ingest_says_how_many_rows_nobody_has_called_yet(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    sheet = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language="zh-Hans")
    typed = fill(sheet, workspace.folder / "waves/W1/filled/W1.xlsx", "zh-Hans")
    shown = CliRunner().invoke(app, ["ingest", "-w", str(workspace.folder), "--lang", "en"]).output
    waiting = len(workspace.callbacks.drawn("W1")) - len({row["callback_id"] for row in typed})
    assert f"W1.xlsx: {waiting} rows were not called yet" in shown


def test_answers_side_by_side_are_mapped_once_and_only_where_the_table_has_them(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    write(
        mapping,
        'table = "callbacks"\n[columns]\ncallback_id = "a"\nunit = "b"\ncalled_at = "c"\nscore = "d"\n'
        '[answers.scored]\nattitude = "d"\n',
    )
    with pytest.raises(PolicyError) as error:
        load_mapping(mapping)
    assert [(fault.code, fault.got) for fault in error.value.faults] == [("answers_column", "'score'")]
    write(
        mapping,
        'table = "calls"\n[columns]\ncall_id = "a"\nunit = "b"\nstarted_at = "c"\noutcome = "d"\n'
        '[answers.scored]\nattitude = "d"\n',
    )
    with pytest.raises(PolicyError) as error:
        load_mapping(mapping)
    assert {fault.got for fault in error.value.faults} == {"'question'", "'score'", "'opinion'"}


def test_a_sheet_prints_on_pages(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    require(office, "LibreOffice")
    assert office is not None
    path = workspace.callbacks.call_sheet("W1", tmp_path / "sheet.xlsx", language="zh-Hans")
    home = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    subprocess.run(
        [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        check=True,
        capture_output=True,
    )
    shown = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], check=True, capture_output=True)
    said = shown.stdout.decode()
    assert "W1-0001" in said
    assert SURVEY["label"]["zh-Hans"] in said
    assert "只在“可拨起”到“可拨止”之间拨打" in said


# --- the command line ---------------------------------------------------------------------------------------------


def run(workspace: svcqa.Workspace, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["callbacks", *arguments, "-w", str(workspace.folder), "--lang", "en"])
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_line_goes_the_whole_way(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    asked = ("--period", "2026Q1", "--as-of", "2026-04-02 09:00")
    assert "satisfaction" in run(workspace, "surveys")
    planned = run(workspace, "plan", "satisfaction", *asked, "--calls", "12")
    assert "take all" in planned
    assert "called recently" in planned
    assert "Too few former answers" in planned
    assert "Wave W2: 12 of" in run(workspace, "draw", "satisfaction", "W2", *asked, "--calls", "12", "--by", "me")
    listed = run(workspace, "waves")
    assert "W1" in listed
    assert "W2" in listed
    out = tmp_path / "sheet.xlsx"
    assert "sheet.xlsx" in run(workspace, "sheet", "W2", "--out", str(out))
    private = run(workspace, "sheet", "W2", "--out", str(out), "--contacts", "--by", "me", "--purpose", "calls")
    assert "the register notes it" in private
    assert "the same list is drawn again" in run(workspace, "audit", "W2")
    (workspace.folder / "draw.key").write_text("f" * 32, encoding="ascii")
    assert "differs" in run(workspace, "audit", "W2", code=1)


def test_the_command_line_says_when_there_is_nothing(tmp_path: Path) -> None:
    empty = company(tmp_path, {}, surveys=[])
    assert "no survey" in run(empty, "surveys")
    assert "No wave" in run(empty, "waves")
