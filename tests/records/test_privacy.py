"""Customers' names, telephone numbers, addresses and numbers stay in the vault: no byte of them anywhere else."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

import svcqa
from support.workspaces import commitment, identity_mapping, make_workspace, toml_table, write, write_rows
from svcqa.errors import SourceError
from svcqa.records.tables import table

MORNING = dt.datetime(2026, 1, 5, 8)
CUSTOMERS = ("KH-424242", "KH-565656")
PERSONAL = (*CUSTOMERS, "赵钱孙", "周吴郑", "13800138000", "13911112222", "幸福路77号", "平安里8号")
FIRST = {"customer": CUSTOMERS[0], "customer_name": PERSONAL[2], "phone": PERSONAL[4], "address": PERSONAL[6]}
SECOND = {"customer": CUSTOMERS[1], "customer_name": PERSONAL[3], "phone": PERSONAL[5], "address": PERSONAL[7]}
HEADER = [column.name for column in table("work_orders").columns]


def order(number: int, **fields: Any) -> dict[str, Any]:
    return {"order_id": f"GD{number}", "unit": "D1", "received_at": MORNING, "channel": "phone", **fields}


@pytest.fixture
def workspace(tmp_path: Path) -> svcqa.Workspace:
    """Read, corrected, measured, reviewed; the sources lie elsewhere."""
    workspace = make_workspace(
        tmp_path / "workspace",
        mappings={"work_orders": identity_mapping("work_orders"), "complaints": identity_mapping("complaints")},
        commitments=[commitment()],
    )
    elsewhere = tmp_path / "elsewhere/sources"
    rows = [
        order(1, **FIRST),
        order(2, **SECOND),
        order(3, **FIRST, closed_at=MORNING),
        order(4, **FIRST, due_at="soon"),  # quarantined
        order(5, **SECOND, unit=""),
        order(6, **FIRST, received_at=""),
        order(11, **FIRST, unit="", area=PERSONAL[5]),  # quarantined, with a number typed into a column of codes
        order(7, **FIRST),
        order(7, **SECOND),  # they contradict each other in nothing but the customer
        order(8, **FIRST),
        order(8, **FIRST),  # repeated
        order(9, **SECOND, due_at="2059-12-31"),  # warned of
    ]
    path = write_rows(elsewhere / "work_orders.csv", rows, HEADER)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"GD10,{','.join(PERSONAL)}\n")  # another number of fields
    complaint = {"complaint_id": "TS1", "unit": "D1", "received_at": MORNING, "valid": "maybe", **FIRST}
    write_rows(
        elsewhere / "complaints.csv",
        [complaint, complaint | {"complaint_id": "TS2", "valid": "是"}],
        [column.name for column in table("complaints").columns],
    )
    workspace.ingest(source_folder=tmp_path / "elsewhere")
    corrected = [order(1, **SECOND), order(2, **SECOND | {"phone": PERSONAL[4]}), order(3, unit="D2")]
    write_rows(elsewhere / "work_orders_corrections.csv", corrected, HEADER)
    workspace.ingest(source_folder=tmp_path / "elsewhere")
    workspace.measure("compliance", commitment="promise", period="2026-01", by=["unit", "channel", "customer"])
    workspace.reviews.review("2026H1")
    return workspace


def cells(path: Path) -> Iterator[str]:
    """Everything that a columnar file holds, decoded: dictionaries with values no row uses as well."""
    if path.suffix == ".parquet":
        with parquet.ParquetFile(path) as file:
            content = file.read()
            yield str(file.metadata.metadata)
            for group in range(file.num_row_groups):
                for column in range(file.metadata.num_columns):
                    yield str(file.metadata.row_group(group).column(column).statistics)
    else:
        with pa.memory_map(str(path)) as source:
            content = ipc.open_file(source).read_all()
    yield str(content.schema)
    yield str(content.schema.metadata)
    for column in content.columns:
        for chunk in column.chunks:
            if isinstance(chunk, pa.DictionaryArray):
                yield "\n".join(map(str, chunk.dictionary.to_pylist()))
            yield "\n".join(map(str, chunk.to_pylist()))


def leaks(folder: Path, vault: Path) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or vault in path.parents:
            continue
        raw = path.read_bytes()
        texts = list(cells(path)) if path.suffix in {".parquet", ".arrow"} else [raw.decode("utf-8", "replace")]
        for word in PERSONAL:
            if any(word.encode(encoding) in raw for encoding in ("utf-8", "gb18030", "utf-16-le")):
                found.append(f"{word} in the bytes of {path.name}")
            if word in path.name or any(word in text for text in texts):
                found.append(f"{word} in {path.name}")
    return found


def test_no_byte_of_a_customer_lies_outside_the_vault(workspace: svcqa.Workspace) -> None:
    kinds = {path.suffix for path in (workspace.folder / ".svcqa").rglob("*")}
    assert {".parquet", ".arrow", ".json", ".npy"} <= kinds  # records, caches, manifest, superseded rows were searched
    assert leaks(workspace.folder, workspace.folder / "vault") == []


def test_the_search_would_find_a_leak(workspace: svcqa.Workspace) -> None:
    vault = workspace.folder / "vault"
    assert leaks(workspace.folder, workspace.folder / "nowhere")  # the vault itself holds them
    path = next((workspace.folder / ".svcqa").rglob("2026-01.parquet"))
    rows = parquet.read_table(path)
    leaky = rows.append_column("contact", pa.array([PERSONAL[4]] * rows.num_rows).dictionary_encode())
    parquet.write_table(leaky, path, compression="zstd")
    assert f"{PERSONAL[4]} in {path.name}" in leaks(workspace.folder, vault)


def test_neither_check_nor_cases_nor_figures_say_a_customers_name(workspace: svcqa.Workspace) -> None:
    check = workspace.check()
    assert len(check.quarantined) >= 8
    assert len(check.odd) == 2
    cases = workspace.cases("promise", period="2026-01", columns=["customer", "unit", "channel"])
    result = workspace.measure("compliance", commitment="promise", period="2026-01", by=["customer"])
    told = [repr(check), cases.to_csv(), result.to_json(), repr(workspace.complaints.get("TS2"))]
    assert [word for word in PERSONAL for text in told if word in text] == []
    # a correction of the customer is listed as such, without saying who
    assert [(c.key, c.before, c.after) for c in check.changes if c.column == "customer"] == [
        ("GD1", "", ""),
        ("GD3", "", ""),
    ]


def test_no_error_says_a_customers_name(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "broken/sources"
    broken.mkdir(parents=True)
    content = (tmp_path / "elsewhere/sources/work_orders.csv").read_text(encoding="utf-8")
    (broken / "work_orders.csv").write_bytes(content.replace("phone", "telephone", 1).encode())
    (broken / "complaints.csv").write_bytes(content.encode("gb18030"))
    with pytest.raises(SourceError) as error:
        workspace.ingest(source_folder=tmp_path / "broken")
    assert len(error.value.faults) == 2
    told = [error.value.render(language) for language in ("en", "zh-Hans", "zh-Hant")] + [repr(error.value.faults)]
    assert [word for word in PERSONAL for text in told if word in text] == []


def surrogates(workspace: svcqa.Workspace) -> dict[str, str]:
    frame = workspace.cases("promise", period="2026-01", columns=["customer"])
    return dict(zip(frame["order_id"], frame["customer"], strict=True))


def test_a_customer_has_one_surrogate_in_every_file_and_run(workspace: svcqa.Workspace, tmp_path: Path) -> None:
    before = surrogates(workspace)
    assert before["GD1"] == before["GD2"] == before["GD9"]
    assert before["GD8"] != before["GD1"]
    assert workspace.complaints.get("TS2").customer == before["GD8"]  # the same customer in another table
    write_rows(tmp_path / "elsewhere/sources/work_orders_later.csv", [order(20, **FIRST), order(21)], HEADER)
    again = svcqa.open(workspace.folder)
    again.ingest(source_folder=tmp_path / "elsewhere")
    after = surrogates(again)
    named = {number: surrogate for number, surrogate in before.items() if number != "GD3"}  # GD3 has no customer now
    assert {number: after[number] for number in named} == named
    assert after["GD20"] == before["GD8"]
    assert pd.isna(after["GD21"])


def test_surrogates_are_keyed_and_another_workspace_has_others(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        workspace = make_workspace(
            tmp_path / name, records={"work_orders": [order(1, **FIRST)]}, commitments=[commitment()]
        )
        workspace.ingest()
        found.append(surrogates(workspace)["GD1"])
    assert found[0] != found[1]
    plain = hashlib.sha256(CUSTOMERS[0].encode()).hexdigest()
    assert all(surrogate not in plain for surrogate in found)


def contacts(workspace: svcqa.Workspace) -> dict[str, tuple[str | None, ...]]:
    with sqlite3.connect(workspace.folder / "vault/vault.sqlite") as connection:
        rows = connection.execute("SELECT customer, customer_name, phone, address FROM crosswalk").fetchall()
    connection.close()
    return {row[0]: row[1:] for row in rows}


def test_the_vault_knows_whom_a_surrogate_stands_for(workspace: svcqa.Workspace) -> None:
    # the correction gave the second customer another telephone number
    assert contacts(workspace) == {
        CUSTOMERS[0]: (PERSONAL[2], PERSONAL[4], PERSONAL[6]),
        CUSTOMERS[1]: (PERSONAL[3], PERSONAL[4], PERSONAL[7]),
    }


def test_a_contact_that_is_left_out_later_is_not_forgotten(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, records={"work_orders": [order(1, **FIRST)]}, commitments=[commitment()])
    workspace.ingest()
    write_rows(tmp_path / "sources/work_orders_later.csv", [order(2, customer=CUSTOMERS[0])], HEADER)
    workspace.ingest()
    assert contacts(workspace) == {CUSTOMERS[0]: (PERSONAL[2], PERSONAL[4], PERSONAL[6])}


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these modes")
def test_only_the_owner_enters_the_vault(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        workspace = make_workspace(tmp_path, records={"work_orders": [order(1, **FIRST)]}, commitments=[commitment()])
        workspace.ingest()
    finally:
        os.umask(mask)
    vault = tmp_path / "vault"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o700
    assert stat.S_IMODE((vault / "surrogate.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((vault / "vault.sqlite").stat().st_mode) == 0o600


def test_the_vault_may_lie_outside_the_workspace(tmp_path: Path) -> None:
    workspace = make_workspace(
        tmp_path / "workspace", records={"work_orders": [order(1, **FIRST)]}, commitments=[commitment()]
    )
    settings = (workspace.folder / "svcqa.toml").read_text(encoding="utf-8")
    write(workspace.folder / "svcqa.toml", toml_table({"vault": str(tmp_path / "safe")}) + settings)
    (workspace.folder / "sources").rename(tmp_path / "sources")
    svcqa.open(workspace.folder).ingest(source_folder=tmp_path)
    assert (tmp_path / "safe/vault.sqlite").is_file()
    assert leaks(workspace.folder, tmp_path / "safe") == []


def test_a_telephone_number_typed_into_another_column_is_covered(tmp_path: Path) -> None:
    rows = [{"order_id": "1", "unit": "D1", "received_at": "2026-01-10 08:00", "closed_at": "回电19000001234"}]
    workspace = make_workspace(tmp_path, records={"work_orders": rows}, commitments=[commitment()])
    workspace.ingest()
    (place,) = workspace.check().quarantined
    assert place.got == "回电***"
