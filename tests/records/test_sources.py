"""Sources as companies have them: databases, merged headers, Chinese dates, units in texts, lists of codes."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from openpyxl import Workbook
from pyarrow import parquet

import svcqa
from support.workspaces import commitment, make_workspace, require, toml_list, toml_table, write
from svcqa import catalogue
from svcqa.errors import PolicyError, SourceError
from svcqa.records.tables import table

FIRST, SECOND = dt.datetime(2026, 7, 1), dt.datetime(2026, 7, 2)
PASSWORD = "p@ss w0rd:/%"
COLUMNS = {
    "order_id": "工单编号",
    "unit": "部门",
    "received_at": "受理时间",
    "closed_at": "办结时间",
    "customer": "客户",
}
CREATE = (
    'CREATE TABLE "工单" ("工单编号" TEXT, "部门" TEXT, "受理时间" TIMESTAMP, "办结时间" TIMESTAMP, "客户" TEXT, '
    '"备注" TEXT)'
)
ROWS = [
    ("GD1", "D1", "2026-01-05 08:00:00", "2026-01-05 08:30:00", "KH1", "x"),
    ("GD2", "D1", "2026-01-05 09:00:00", None, "KH2", "y"),
    ("HX3", "D9", "2026-01-06 09:00:00", None, "KH2", "z"),
]


def rows_of(workspace: svcqa.Workspace, name: str) -> list[dict[str, Any]]:
    found = [row for part in workspace.store.parts(name) for row in parquet.read_table(part.path).to_pylist()]
    return sorted(found, key=lambda row: row["source_row"])


def places(workspace: svcqa.Workspace) -> set[tuple[int, str, str, str]]:
    return {(place.row, place.reason, place.column, place.got) for place in workspace.check().quarantined}


def one_file(
    folder: Path, name: str, content: bytes, columns: dict[str, Any], kind: str = "work_orders", **fields: Any
) -> svcqa.Workspace:
    """A workspace that has read one file; the unit is D1 where ``columns`` do not map it."""
    constants = {} if "unit" in columns else {"unit": "D1"}
    mapping = {"table": kind, **fields, "constants": constants | fields.get("constants", {}), "columns": columns}
    workspace = make_workspace(folder, mappings={kind: mapping}, commitments=[commitment()])
    path = folder / "sources" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    workspace.ingest(now=FIRST)
    return workspace


# --- databases ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> sql.URL:
    if request.param == "sqlite":
        return sql.make_url(f"sqlite:///{tmp_path}/source.db")
    found: sql.URL = request.getfixturevalue("postgresql")
    return found


def fill(address: sql.URL, rows: Sequence[Sequence[Any]]) -> None:
    engine = sql.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP TABLE IF EXISTS "工单"')
        connection.exec_driver_sql(CREATE)
        names = ("number", "unit", "start", "stop", "customer", "note")
        insert = sql.text(f'INSERT INTO "工单" VALUES ({", ".join(_typed(n, address) for n in names)})')
        connection.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
    engine.dispose()


def _typed(name: str, address: sql.URL) -> str:
    stamped = name in ("start", "stop") and address.get_backend_name() == "postgresql"
    return f"CAST(:{name} AS TIMESTAMP)" if stamped else f":{name}"


def with_source(folder: Path, **source: Any) -> svcqa.Workspace:
    make_workspace(folder, commitments=[commitment()])
    settings = (folder / "svcqa.toml").read_text(encoding="utf-8")
    write(folder / "svcqa.toml", settings + toml_list("sources", [{"mapping": "mappings/orders.toml", **source}]))
    write(folder / "mappings/orders.toml", toml_table({"table": "work_orders", "columns": COLUMNS}))
    return svcqa.open(folder)


def spelled(address: sql.URL) -> str:
    return address.render_as_string(hide_password=False)


@pytest.mark.parametrize("way", ["table", "query", "environment"])
def test_a_database_is_a_source(tmp_path: Path, address: sql.URL, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(address, ROWS)
    monkeypatch.setenv("ORDERS_DATABASE", spelled(address))
    source = {
        "table": {"url": spelled(address), "table_name": "工单"},
        "query": {
            "url": spelled(address),
            "name": "工单",
            "query": 'SELECT * FROM "工单" WHERE "工单编号" LIKE \'%D%\' OR "部门" = \'D9\' ORDER BY "工单编号"',
        },
        "environment": {"url_env": "ORDERS_DATABASE", "table_name": "工单"},
    }[way]
    workspace = with_source(tmp_path / "w", **source)
    (file,) = workspace.ingest(now=FIRST).files
    assert (file.source, file.read, file.accepted, file.quarantined) == ("工单", 3, 2, 1)
    assert {(reason, got) for _, reason, _, got in places(workspace)} == {("unknown_unit", "D9")}
    frame = workspace.cases("promise", period="2026-01", as_of="2026-02-01", columns=["received_at", "closed_at"])
    assert sorted(zip(frame["order_id"], frame["state"], strict=True)) == [("GD1", "met"), ("GD2", "open_overdue")]
    (again,) = workspace.ingest(now=SECOND).files
    assert again.already_read


def test_the_same_rows_in_another_order_change_nothing_and_a_correction_does(tmp_path: Path, address: sql.URL) -> None:
    fill(address, ROWS)
    workspace = with_source(tmp_path / "w", url=spelled(address), table_name="工单")
    workspace.ingest(now=FIRST)
    fill(address, ROWS[::-1])
    assert workspace.ingest(now=SECOND).files[0].already_read
    fill(address, [("GD1", "D1", "2026-01-05 08:00:00", "2026-01-05 10:00:00", "KH1", "another remark"), *ROWS[1:]])
    (file,) = workspace.ingest(now=SECOND).files
    assert (file.new, file.changed, file.unchanged) == (0, 1, 1)
    (change,) = workspace.check().changes
    assert (change.key, change.column) == ("GD1", "closed_at")


def test_many_rows_are_streamed_and_all_arrive(tmp_path: Path, address: sql.URL) -> None:
    rows = [(f"GD{number:06d}", "D1", "2026-01-05 08:00:00", None, None, None) for number in range(25_001)]
    fill(address, rows)
    workspace = with_source(tmp_path / "w", url=spelled(address), table_name="工单")
    (file,) = workspace.ingest(now=FIRST).files
    assert (file.read, file.accepted) == (25_001, 25_001)


def test_a_query_cannot_change_the_database(tmp_path: Path, address: sql.URL) -> None:
    fill(address, ROWS)
    workspace = with_source(tmp_path / "w", url=spelled(address), name="q", query='DELETE FROM "工单"')
    with pytest.raises(SourceError):
        workspace.ingest()
    engine = sql.create_engine(address)
    with engine.connect() as connection:
        assert connection.exec_driver_sql('SELECT count(*) FROM "工单"').scalar() == 3
    engine.dispose()


def held_in(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_a_password_is_in_no_error_and_in_no_manifest(
    tmp_path: Path, postgresql: sql.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(postgresql, ROWS)
    reader = postgresql.set(username="reader", password=PASSWORD)
    engine = sql.create_engine(postgresql)
    with engine.begin() as connection:
        connection.exec_driver_sql('GRANT SELECT ON "工单" TO reader')
    engine.dispose()
    monkeypatch.setenv("ORDERS_DATABASE", spelled(reader))
    workspace = with_source(tmp_path / "w", url_env="ORDERS_DATABASE", table_name="工单")
    assert workspace.ingest(now=FIRST).accepted == 2
    assert held_in(tmp_path / "w", "w0rd") == []
    bad = [
        reader.set(database="no_such_database"),
        reader.set(host="nowhere.invalid", query={}),
        reader.set(drivername="postgresql+nodriver"),
        reader.update_query_dict({"nonsense": PASSWORD}),
    ]
    spellings = [spelled(item) for item in bad] + ["nonsense://reader:w0rd@host/db", "reader:w0rd@host", "w0rd://"]
    for spelling in spellings:
        monkeypatch.setenv("ORDERS_DATABASE", spelling)
        with pytest.raises(SourceError) as error:
            workspace.ingest()
        told = [error.value.render(language) for language in catalogue.LANGUAGES] + [repr(error.value.faults)]
        assert error.value.__cause__ is None
        assert [text for text in told if "w0rd" in text and "reader" in spelling] == []
    monkeypatch.delenv("ORDERS_DATABASE")
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    assert error.value.faults[0].code == "no_database_address"


@pytest.mark.parametrize(
    "source",
    [
        {"url": "postgresql://u:w0rd@h/d"},
        {"url": "postgresql://u:w0rd@h/d", "table_name": "t", "query": "q"},
        {"url": "postgresql://u:w0rd@h/d", "table_name": "t", "colour": "red"},
        {"url": "postgresql://u:w0rd@h/d", "files": "x"},
        {"url": ["postgresql://h/d?password=w0rd"], "table_name": "t"},
        {"files": "x", "query": "q"},
        {},
    ],
)
def test_faults_of_the_settings_show_no_password(tmp_path: Path, source: dict[str, Any]) -> None:
    with pytest.raises(PolicyError) as error:
        with_source(tmp_path, **source)
    assert "w0rd" not in error.value.render("en") + repr(error.value.faults)


@pytest.mark.parametrize(("name", "said"), [("nowhere", "nowhere"), ("工单", "工单编号")])
def test_a_table_or_column_that_is_missing_is_named(tmp_path: Path, address: sql.URL, name: str, said: str) -> None:
    engine = sql.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP TABLE IF EXISTS "工单"')
        connection.exec_driver_sql('CREATE TABLE "工单" (a TEXT)')
    engine.dispose()
    workspace = with_source(tmp_path / "w", url=spelled(address), table_name=name)
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    assert said in error.value.render("en")


# --- workbooks and encodings ----------------------------------------------------------------------------------------


def merged_workbook(path: Path) -> None:
    """A title, a note, a header of two rows with merged cells, two records."""
    book = Workbook()
    sheet = book.active
    sheet.append(["2026 年 6 月抢险工单"])
    sheet.append(["填报单位", None, None, None, "一部"])
    sheet.append(["工单编号", "时间", None, "办理", None])
    sheet.append([None, "受理", "办结", "部门", "时间"])
    sheet.append(["GD1", dt.datetime(2026, 6, 1, 8, 5), "2026年6月1日 9时5分", "D1", "x"])
    sheet.append(["GD2", 46174.5, None, "D1", None])  # 2026-06-01 12:00 that lost its format
    for cells in ("A1:E1", "A3:A4", "B3:C3", "D3:E3"):
        sheet.merge_cells(cells)
    book.save(path)


MERGED = {"order_id": "工单编号", "received_at": "时间/受理", "closed_at": "时间/办结", "unit": "办理/部门"}


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "csv"])
def test_titles_and_merged_headers(tmp_path: Path, suffix: str) -> None:
    merged_workbook(tmp_path / "book.xlsx")
    path = tmp_path / f"book.{suffix}"
    if suffix != "xlsx":
        office = shutil.which("soffice")
        require(office, "LibreOffice (Debian's libreoffice-calc), which writes .xls")
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        form = "csv:Text - txt - csv (StarCalc):44,34,76" if suffix == "csv" else "xls"
        subprocess.run(
            [
                str(office),
                profile,
                "--headless",
                "--convert-to",
                form,
                "--outdir",
                str(tmp_path),
                str(path.with_suffix(".xlsx")),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    workspace = one_file(
        tmp_path / "w", path.name.replace("book", "work_orders"), path.read_bytes(), MERGED, header_row=3, header_rows=2
    )
    rows = rows_of(workspace, "work_orders")
    assert places(workspace) == set()
    assert [(row["source_row"], row["order_id"], row["received_at"], row["closed_at"]) for row in rows] == [
        (5, "GD1", dt.datetime(2026, 6, 1, 8, 5), dt.datetime(2026, 6, 1, 9, 5)),
        (6, "GD2", dt.datetime(2026, 6, 1, 12), None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_can_be_found_out(tmp_path: Path, encoding: str) -> None:
    text = "编号,受理时间,类别\n1,2026-06-01 08:05,燃气泄漏\n"
    columns = {"order_id": "编号", "received_at": "受理时间", "category": "类别"}
    workspace = one_file(tmp_path, "work_orders.csv", text.encode(encoding), columns, encoding="auto")
    assert [row["category"] for row in rows_of(workspace, "work_orders")] == ["燃气泄漏"]


# --- how values are written -----------------------------------------------------------------------------------------

AT_8_05 = dt.datetime(2026, 6, 1, 8, 5)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026年6月1日 8时5分", AT_8_05),
        ("2026年6月1日8时5分0秒", AT_8_05),
        ("2026年6月1日 上午8:05", AT_8_05),
        ("2026年06月01日 08:05:00", AT_8_05),
        ("2026年6月1日 8點5分", AT_8_05),
        ("２０２６－０６－０１　０８：０５", AT_8_05),
        ("2026/6/1 8:05 AM", AT_8_05),
        ("2026年6月1日", dt.datetime(2026, 6, 1)),
        ("2026.6.1日", dt.datetime(2026, 6, 1)),
        ("2026年6月1日 下午8:05", dt.datetime(2026, 6, 1, 20, 5)),
        ("2026年6月1日 12点半", dt.datetime(2026, 6, 1, 12, 30)),
        ("2026年6月1日 中午12时", dt.datetime(2026, 6, 1, 12)),
        ("2026年6月1日 凌晨12:05", dt.datetime(2026, 6, 1, 0, 5)),
        ("2026年6月1日 下午12:05", dt.datetime(2026, 6, 1, 12, 5)),
        ("46174", dt.datetime(2026, 6, 1)),
        ("2026年6月1日 晚上12:05", None),
        ("2026年13月1日", None),
        ("2026年2月30日 8时", None),
        ("26年6月1日", None),
        ("6月1日", None),
        ("上午8:05", None),
        ("2026年6月1日 上午13:05", None),
        ("2026年6月1日 8:0530", None),
        ("20261", None),
        ("1900年1月1日", None),
        ("3", None),
        ("二〇二六年六月一日", None),
    ],
)
def test_dates_as_people_write_them(tmp_path: Path, text: str, moment: dt.datetime | None) -> None:
    # 46174 days after 1899-12-30 is 2026-06-01
    assert dt.datetime(1899, 12, 30) + dt.timedelta(days=46174) == dt.datetime(2026, 6, 1)
    content = f'a,b\n1,"{text}"\n'.encode()
    workspace = one_file(tmp_path, "work_orders.csv", content, {"order_id": "a", "received_at": "b"})
    if moment is None:
        ((row, reason, column, got),) = places(workspace)
        assert (row, column) == (2, "received_at")
        assert reason in ("unreadable_moment", "start_out_of_range")
        assert got in (text, "1900-01-01 00:00:00")
    else:
        assert [row["received_at"] for row in rows_of(workspace, "work_orders")] == [moment]


@pytest.mark.parametrize("text", ["2026年6月", "2026年06月份", "2026-06", "２０２６年６月"])
def test_months_as_people_write_them(tmp_path: Path, text: str) -> None:
    content = f"m,n\n{text},5\n".encode()
    workspace = one_file(
        tmp_path, "customer_counts.csv", content, {"month": "m", "valid_customers": "n"}, "customer_counts"
    )
    assert [row["month"] for row in rows_of(workspace, "customer_counts")] == [dt.datetime(2026, 6, 1)]


NUMBERS: list[tuple[str, str, str | None, int | None]] = [
    # column, text, unit of bare numbers in the source, what is kept
    ("rings", "3声", None, 3),
    ("rings", "３聲", None, 3),
    ("rings", "3次", None, None),
    ("wait_seconds", "40分钟", None, 2400),
    ("wait_seconds", "1小时2分3秒", None, None),
    ("wait_seconds", "40", None, 40),
    ("wait_seconds", "1.5分钟", None, 90),
    ("wait_seconds", "0.001分钟", None, None),
    ("wait_seconds", "2", "分钟", 120),
    ("wait_seconds", "2秒1分", None, None),
    ("wait_seconds", "1分 30秒", None, None),
    ("wait_seconds", "-3秒", None, None),
    ("talk_seconds", "１，２３４", None, 1234),
    ("talk_seconds", "1,234秒", None, 1234),
    ("talk_seconds", "12,34秒", None, None),
    ("talk_seconds", "约40秒", None, None),
    ("talk_seconds", "40%", None, None),
    ("talk_seconds", "①", None, None),
    ("satisfied", "95.2%", None, 952),
    ("satisfied", "95.2％", None, 952),
    ("satisfied", "0.952", "share", 952),
    ("satisfied", "95.25%", None, None),
    ("satisfied", "952", None, 952),
    ("answered", "99.99%", None, 9999),
    ("paid", "12.50元", None, 1250),
    ("paid", "￥12.50", None, 1250),
    ("paid", "1.2万元", None, 1_200_000),
    ("paid", "1,012.5", "元", 101_250),
    ("paid", "12.5", None, None),
    ("paid", "12.505元", None, None),
]


@pytest.mark.parametrize(("column", "text", "unit", "number"), NUMBERS)
def test_numbers_with_their_units(tmp_path: Path, column: str, text: str, unit: str | None, number: int | None) -> None:
    source: dict[str, Any] = {"from": "x", **({"unit": unit} if unit else {})}
    columns: dict[str, Any] = {"call_id": "a", "started_at": "b"}
    fields: dict[str, Any] = {"constants": {"outcome": "answered"}}
    kept = {"satisfied": "permille", "answered": "per_ten_thousand", "paid": "cent"}.get(column)
    if kept:
        fields["extra"] = {column: {**source, "kind": "integer", "kept_in": kept}}
    else:
        columns[column] = source
    content = f'a,b,x\n1,2026-06-01 08:00,"{text}"\n'.encode()
    workspace = one_file(tmp_path, "calls.csv", content, columns, "calls", **fields)
    if number is None:
        ((_, reason, place, got),) = places(workspace)
        assert (reason, place, got) == ("unreadable_number", column, text)
    else:
        assert [row[column] for row in rows_of(workspace, "calls")] == [number]


def test_a_unit_that_does_not_fit_the_column_is_refused(tmp_path: Path) -> None:
    columns = {"call_id": "a", "started_at": "b", "rings": {"from": "x", "unit": "元"}}
    with pytest.raises(SourceError) as error:
        one_file(tmp_path, "calls.csv", b"a,b,x\n", columns, "calls", constants={"outcome": "answered"})
    (fault,) = error.value.faults
    assert (fault.code, fault.place) == ("bad_value", "columns.rings.unit")
    assert "声" in fault.allowed


# --- code lists in files of their own -------------------------------------------------------------------------------


def code_list(folder: Path, kind: str) -> str:
    pairs = [("一部", "D1"), ("二部", "D2")]
    path = folder / f"mappings/units.{kind.partition(' ')[0]}"
    path.parent.mkdir(parents=True)
    if kind == "xlsx":
        book = Workbook()
        for row in [("写法", "代码"), *pairs]:
            book.active.append(row)
        book.save(path)
    elif kind == "toml":
        write(path, toml_table(dict(pairs)))
    else:
        text = "写法,代码\n" + "".join(f"{theirs},{ours}\n" for theirs, ours in pairs)
        write(path, text, encoding="gb18030" if "gb" in kind else "utf-8-sig")
    return path.name


@pytest.mark.parametrize("kind", ["toml", "csv", "csv gb18030", "xlsx"])
def test_codes_can_stand_in_a_file_of_their_own(tmp_path: Path, kind: str) -> None:
    name = code_list(tmp_path, kind)
    content = "编号,部门,时间\n1,一部,2026-06-01 08:00\n2,二部,2026-06-01 08:00\n3,三部,2026-06-01 08:00\n".encode()
    columns = {"order_id": "编号", "unit": "部门", "received_at": "时间"}
    fields = {"code_files": {"unit": name}, "codes": {"unit": {"分部": "D1"}}}
    workspace = one_file(tmp_path, "work_orders.csv", content, columns, **fields)
    assert [row["unit"] for row in rows_of(workspace, "work_orders")] == ["D1", "D2"]
    assert places(workspace) == {(4, "unknown_code", "unit", "三部")}
    if kind == "csv":  # another list reads the same file otherwise
        path = tmp_path / "mappings" / name
        write(path, path.read_text(encoding="utf-8-sig") + "三部,D2\n")
        (file,) = workspace.ingest(now=SECOND).files
        assert (file.already_read, file.accepted) == (False, 3)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("units.csv", None, "missing_file"),
        ("units.csv", "a,b\nx,1\nx,2\n", "bad_value"),
        ("units.csv", "a,b\nx,\n", "bad_value"),
        ("units.toml", "x = ", "unreadable_file"),
        ("units.xlsx", "no workbook", "unreadable_file"),
    ],
)
def test_a_code_list_that_cannot_be_used_is_named(tmp_path: Path, name: str, content: str | None, code: str) -> None:
    if content is not None:
        write(tmp_path / "mappings" / name, content)
    columns = {"order_id": "a", "unit": "b", "received_at": "c"}
    with pytest.raises(SourceError) as error:
        one_file(tmp_path, "work_orders.csv", b"a,b,c\n", columns, code_files={"unit": name})
    assert [(fault.code, fault.file) for fault in error.value.faults] == [(code, name)]


def test_the_manifest_knows_the_database_by_its_name_only(tmp_path: Path) -> None:
    address = sql.make_url(f"sqlite:///{tmp_path}/source.db")
    fill(address, ROWS)
    workspace = with_source(tmp_path / "w", url=spelled(address), name="工单库", table_name="工单")
    workspace.ingest(now=FIRST)
    manifest = (tmp_path / "w/.svcqa/records/manifest.json").read_text(encoding="utf-8")
    assert [batch["source"] for batch in json.loads(manifest)["batches"]] == ["工单库"]
    assert "sqlite" not in manifest
    assert table("work_orders").key == ("order_id",)
