"""Files that cannot be read, and mappings that cannot be used, are named; the others are read."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import pytest

import svcqa
from support.work_order_sources import (
    ORDER_COLUMNS,
    as_excel,
    as_parquet,
    csv_text,
    findings,
    mapping,
    order,
    workspace_with,
)
from support.workspaces import (
    measured,
    toml_table,
    write,
)
from svcqa import catalogue
from svcqa.errors import SourceError
from svcqa.records.tables import tables

# --- files that cannot be read -------------------------------------------------------------------------------------


def encrypted_workbook() -> bytes:
    """A container such as Excel writes for a workbook with a password (MS-CFB with the stream EncryptedPackage)."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
    )
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    chain = [fat, end, *range(3, 10), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le") if name else b""
        links = struct.pack("<III", free, free, child)
        return struct.pack(
            "<64sHBB12s16sI8s8sIQ", text, len(text), kind, 1, links, bytes(16), 0, bytes(8), bytes(8), start, size
        )

    directory = entry("Root Entry", 5, 1, end, 0) + entry("EncryptedPackage", 2, free, 2, 4096)
    return header + table + directory + entry("", 0, free, 0, 0) * 2 + bytes(4096)


GOOD = csv_text([order(1), order(2)])
WORKBOOK = as_excel([order(1)])
SHORT = ("order_id", "unit", "received_at")
BROKEN: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    # file name, content, mapping, what the fault says was got
    "empty": ("b.csv", b"", {}, "no header"),
    "a workbook named csv": ("b.csv", WORKBOOK, {}, "utf-8"),
    "gb18030 read as utf-8": ("b.csv", GOOD.replace("D1", "一部").encode("gb18030"), {}, "utf-8"),
    "utf-16": ("b.csv", GOOD.encode("utf-16"), {}, "utf-8"),
    "unknown encoding": ("b.csv", GOOD.encode(), {"encoding": "utf-99"}, "utf-99"),
    "other columns": ("b.csv", b"a,b\n1,2\n", {}, "order_id"),
    "another delimiter": ("b.csv", GOOD.replace(",", ";").encode(), {}, "order_id"),
    "one column twice": ("b.csv", GOOD.replace("order_type", "unit").encode(), {}, "unit"),
    "an endless field": ("b.csv", b'"' + b"x" * 200_000, {"encoding": "latin-1"}, "field"),
    "cut gz": ("b.csv.gz", gzip.compress(GOOD.encode() * 100)[:-20], {}, "runcated"),
    "no gz": ("b.csv.gz", GOOD.encode(), {}, "zlib"),
    "a csv named xlsx": ("b.xlsx", GOOD.encode(), {}, "Zip"),
    "empty workbook": ("b.xlsx", b"", {}, "Zip"),
    "cut workbook": ("b.xlsx", WORKBOOK[: len(WORKBOOK) // 2], {}, "Zip"),
    "workbook with a password": ("b.xlsx", encrypted_workbook(), {}, "password"),
    "another sheet": ("b.xlsx", WORKBOOK, {"sheet": "台账"}, "台账"),
    "cut parquet": ("b.parquet", as_parquet([order(1)])[:-30], {}, "arquet"),
    "no parquet": ("b.parquet", GOOD.encode(), {}, "arquet"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path, case: str) -> None:
    name, content, fields, got = BROKEN[case]
    rules = mapping(SHORT if "twice" in case else ORDER_COLUMNS, **fields)
    others = {"a.csv": csv_text([order(3), order(4)]), "z.csv": csv_text([order(5)])}
    workspace = workspace_with(tmp_path, {**others, name: content})
    write(tmp_path / "mappings/broken.toml", toml_table(rules))
    text = (tmp_path / "svcqa.toml").read_text(encoding="utf-8").partition("[[sources]]")[0]
    for file, rule in (("a.csv", "work_orders"), (name, "broken"), ("z.csv", "work_orders")):
        text += f'[[sources]]\nfiles = "sources/{file}"\nmapping = "mappings/{rule}.toml"\n'
    write(tmp_path / "svcqa.toml", text)
    workspace = svcqa.open(tmp_path)
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    (fault,) = error.value.faults
    assert fault.file == name
    assert got in fault.got
    assert "\n" not in fault.got
    for language in catalogue.LANGUAGES:
        told = error.value.render(language)
        assert name in told
        assert got in told
        # the remedy: correct the mapping, or see to format, encoding and password, or export again
        assert catalogue.text(f"faults.{fault.code}_fix", language).split("{")[0] in told
    assert [file.source for file in workspace.check().files] == ["a.csv", "z.csv"]
    assert measured(workspace, period="2026-01").total == 3


def test_a_source_that_matches_no_file_is_named(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, {})
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    (fault,) = error.value.faults
    assert (fault.code, fault.got) == ("no_source_file", "sources/work_orders*.*")


@pytest.mark.parametrize("name", ["work_orders.csv", "work_orders.xlsx"])
def test_a_file_of_nothing_but_its_header_has_no_rows(tmp_path: Path, name: str) -> None:
    content = as_excel([]) if name.endswith("xlsx") else ",".join(ORDER_COLUMNS).encode()
    workspace = workspace_with(tmp_path, {name: content})
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted, file.quarantined) == (0, 0, 0)


def test_a_file_cut_within_a_row_loses_that_row_only(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, {"work_orders.csv": GOOD[:-20]})
    (file,) = workspace.ingest().files
    assert (file.read, file.accepted, file.reasons) == (2, 1, {"wrong_field_count": 1})
    assert findings(workspace) == {(3, "wrong_field_count")}


def test_all_faults_of_a_mapping_are_told_at_once(tmp_path: Path) -> None:
    rules = {
        "table": "work_orders",
        "columns": {"order_id": "a", "reading": "b", "customer": "c", "phone": "d"},
        "codes": {"tier": {"甲": "A"}, "customer": {"x": "y"}, "nothing": {"x": "y"}},
        "constants": {"colour": "red"},
        "extra": {"area": "e"},
    }
    workspace = workspace_with(tmp_path, {"work_orders.csv": GOOD}, mappings={"work_orders": rules})
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    found = {(fault.code, fault.file, fault.place, fault.got) for fault in error.value.faults}
    assert found == {
        ("unknown_column", "work_orders.toml", "columns.reading", "'reading'"),
        ("unknown_column", "work_orders.toml", "constants.colour", "'colour'"),
        ("unknown_column", "work_orders.toml", "codes.nothing", "'nothing'"),
        ("bad_value", "work_orders.toml", "codes.customer", "'customer'"),
        ("bad_value", "work_orders.toml", "extra.area", "'area'"),
        ("required_unmapped", "work_orders.toml", "columns", "'unit'"),
        ("required_unmapped", "work_orders.toml", "columns", "'received_at'"),
    }


def test_an_unknown_table_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    workspace = workspace_with(
        tmp_path, {"work_orders.csv": GOOD}, mappings={"work_orders": {"table": "meters", "columns": {"a": "b"}}}
    )
    with pytest.raises(SourceError) as error:
        workspace.ingest()
    (fault,) = error.value.faults
    assert (fault.code, fault.place, fault.got) == ("unknown_table", "table", "'meters'")
    assert fault.allowed == ", ".join(table.name for table in tables())
